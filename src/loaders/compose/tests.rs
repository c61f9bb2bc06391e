//! Compose's semantics, case by case, over small texts. Whole folders are in `fixtures/compose`.

use std::collections::BTreeMap;

use super::LOADER;
use crate::fact::{
    Layer, LayerKind, LayerState, Link, LinkKind, LinkOutcome, Loaded, Read, ReadPurpose, Setting, SettingValue,
    Target, TargetGroup,
};
use crate::loaders::{Assembled, Claim, File, Files, LOADERS};
use crate::source::{SourceFile, SourcePath, Span};
use crate::value::{Known, Value};

mod environment;
mod files;
mod load;
mod surroundings;

fn source(path: &str, text: &str) -> SourceFile {
    SourceFile::new(SourcePath::new(path), text.as_bytes().to_vec())
}

/// What one compose file says.
fn loaded(text: &str) -> Loaded {
    let source = source("compose.yaml", text);
    (LOADER.load)(&source, &Claim::new(crate::fact::Role::Deploy))
}

fn links(text: &str) -> Vec<(LinkKind, String, bool)> {
    let loaded = loaded(text);
    for Link { span, .. } in &loaded.links {
        assert!(text.get(span.start..span.end).is_some_and(|text| !text.is_empty()));
    }
    loaded.links.into_iter().map(|link| (link.kind, link.path, link.required)).collect()
}

/// The places and messages of the problems of one file.
fn problems(text: &str) -> Vec<(String, String)> {
    let loaded = loaded(text);
    loaded.problems.into_iter().map(|problem| (slice(text, problem.span).to_owned(), problem.message)).collect()
}

fn slice(text: &str, span: Span) -> &str {
    &text[span.start..span.end]
}

/// A project of these files; those whose path begins with `!` are absent and ignored by git.
struct Given {
    files: BTreeMap<SourcePath, File>,
    ignored: Vec<SourcePath>,
}

fn given(texts: &[(&str, &str)]) -> Given {
    let mut files = BTreeMap::new();
    let mut ignored = Vec::new();
    for (path, text) in texts {
        if let Some(path) = path.strip_prefix('!') {
            ignored.push(SourcePath::new(path));
            continue;
        }
        let source = source(path, text);
        let found = LOADERS.iter().find_map(|loader| Some((*loader, (loader.claims)(source.path())?)));
        let (loader, claim) = found.unwrap_or_else(|| {
            let is_yaml = path.ends_with("yml") || path.ends_with("yaml");
            (if is_yaml { &LOADER } else { &crate::loaders::dotenv::LOADER }, Claim::new(crate::fact::Role::Values))
        });
        let said = (loader.load)(&source, &claim);
        let path = source.path().clone();
        files.insert(
            path,
            File { source, format: loader.name, claim, loaded: said, outcomes: Vec::new(), local: false },
        );
    }
    let paths: Vec<SourcePath> = files.keys().cloned().collect();
    for (path, file) in &mut files {
        let outcome = |link: &Link| {
            if link.path.contains('$') || link.path.contains("://") {
                return LinkOutcome::Unresolved;
            }
            match path.folder().join(&link.path) {
                None => LinkOutcome::Outside,
                Some(target) if paths.contains(&target) => LinkOutcome::Loaded(target),
                Some(target) if ignored.contains(&target) => LinkOutcome::Ignored(target),
                Some(target) => LinkOutcome::Missing(target),
            }
        };
        file.outcomes = file.loaded.links.iter().map(outcome).collect();
    }
    Given { files, ignored }
}

impl Given {
    fn assemble(&self) -> Assembled {
        let ignored = |path: &SourcePath| self.ignored.contains(path);
        LOADER.assemble.unwrap()(&Files::new(&self.files, &ignored))
    }

    fn text(&self, place: &crate::source::Place) -> &str {
        self.files[&place.path].source.slice(place.span)
    }
}

fn assembled(texts: &[(&str, &str)]) -> Assembled {
    given(texts).assemble()
}

/// The only group of a project, with its problems.
fn group(texts: &[(&str, &str)]) -> TargetGroup {
    let mut assembled = assembled(texts);
    assert_eq!(
        assembled.groups.len(),
        1,
        "{:?}",
        assembled.groups.iter().map(|group| &group.paths).collect::<Vec<_>>()
    );
    assembled.groups.remove(0)
}

fn messages(texts: &[(&str, &str)]) -> Vec<String> {
    assembled(texts).problems.into_iter().map(|(_, problem)| problem.message).collect()
}

fn target<'a>(group: &'a TargetGroup, name: &str) -> &'a Target {
    group.targets.iter().find(|target| target.name == name).unwrap()
}

/// `NAME=value`, `NAME` for a pass-through, `NAME=?` for an unknown; references stay as `${NAME}`.
fn shown(setting: &Setting) -> String {
    let value = match &setting.value {
        SettingValue::PassThrough => return setting.name.to_string(),
        SettingValue::Given(template) => template.as_literal().map_or_else(
            || {
                let names: Vec<&str> = template.references().iter().map(|found| found.name.as_str()).collect();
                format!("${{{}}}", names.join("}${"))
            },
            |value| value.expose().to_owned(),
        ),
        SettingValue::Injected { .. } | SettingValue::Unknown => "?".to_owned(),
    };
    format!("{}={value}", setting.name)
}

fn settings(layer: &Layer) -> Vec<String> {
    layer.settings.iter().map(shown).collect()
}

/// The settings of the `environment` of the service `web` of one compose file.
fn environment(text: &str) -> Vec<String> {
    let group = group(&[("compose.yaml", text)]);
    settings(&target(&group, "web").layers[0])
}

/// The value of an environment variable of the service `web`, with nothing known around it.
fn value(text: &str) -> Option<String> {
    let group = group(&[("compose.yaml", text)]);
    match &target(&group, "web").layers[0].settings[0].value {
        SettingValue::Given(template) => {
            let evaluation = template.evaluate(&|_| Known::Absent);
            evaluation.value.map(|value: Value| value.expose().to_owned())
        }
        _ => None,
    }
}

fn reads(group: &TargetGroup) -> Vec<String> {
    let shown = |read: &Read| {
        let purpose = match &read.purpose {
            ReadPurpose::Variable(name) => format!("variable {name}"),
            ReadPurpose::BuildArgument(name) => format!("argument {name}"),
            ReadPurpose::Command => "command".to_owned(),
            ReadPurpose::Content => "content".to_owned(),
            ReadPurpose::Plumbing => "plumbing".to_owned(),
        };
        let target = read.target.as_ref().map(|target| format!(" of {target}")).unwrap_or_default();
        format!("{} for {purpose}{target}", read.reference.name)
    };
    group.reads.iter().map(shown).collect()
}

/// The kinds of a target's layers, with the paths and states of env files.
fn layers(target: &Target) -> Vec<String> {
    let state = |state: &LayerState| match state {
        LayerState::Whole => "whole".to_owned(),
        LayerState::Partial => "partial".to_owned(),
        LayerState::Unread { outcome, required } => {
            let outcome = match outcome {
                LinkOutcome::Loaded(_) => "loaded",
                LinkOutcome::Missing(_) => "missing",
                LinkOutcome::Ignored(_) => "ignored",
                LinkOutcome::Outside => "outside",
                LinkOutcome::Unreadable(_) => "unreadable",
                LinkOutcome::Unresolved => "unresolved",
            };
            format!("{outcome}{}", if *required { ", required" } else { "" })
        }
    };
    let shown = |layer: &Layer| {
        let kind = match &layer.kind {
            LayerKind::Environment => "environment".to_owned(),
            LayerKind::EnvFile(Some(path)) => path.to_string(),
            LayerKind::EnvFile(None) => "?".to_owned(),
            LayerKind::DefaultEnvFile(path) => format!("default {path}"),
            LayerKind::Image(_) | LayerKind::BuildArguments => "other".to_owned(),
        };
        format!("{kind}: {}", state(&layer.state))
    };
    target.layers.iter().map(shown).collect()
}
