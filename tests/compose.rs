//! What compose files come to together, held against `groups.txt` in each folder of `fixtures/compose`.
//!
//! A case is a folder that is read as a repository; `SNAPSHOTS=overwrite` writes its `groups.txt` anew. Of values only
//! the kind is written, never the text.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use envcheck::config::Config;
use envcheck::fact::{
    Build, Layer, LayerKind, LayerState, LinkOutcome, Read, ReadPurpose, Setting, SettingValue, Target, TargetGroup,
};
use envcheck::project::{Options, Project};
use envcheck::source::{Place, SourcePath};
use envcheck::value::{Part, Template};
use snapbox::Data;
use snapbox::data::DataFormat;

const GROUPS: &str = "groups.txt";

#[test]
fn compose_files_come_to_what_the_fixtures_say() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/compose");
    let assert = snapbox::Assert::new().action_env("SNAPSHOTS");
    let mut cases: Vec<PathBuf> = std::fs::read_dir(&root)
        .expect("the fixtures can be listed")
        .map(|entry| entry.expect("a fixture can be listed").path())
        .filter(|path| path.is_dir())
        .collect();
    cases.sort();
    let mut wrong = String::new();
    for case in &cases {
        let told = tell(case);
        let expected = Data::read_from(&case.join(GROUPS), Some(DataFormat::Text)).raw();
        let title = case.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if let Err(error) = assert.try_eq(Some(&title), Data::text(told), expected) {
            let _ = writeln!(wrong, "{error}");
        }
    }
    assert!(!cases.is_empty(), "no fixtures under {}", root.display());
    assert!(wrong.is_empty(), "{wrong}");
}

fn tell(case: &Path) -> String {
    let project = Project::load(case, Config::default(), &Options::default()).expect("no listing is named");
    let mut teller = Teller { project: &project, told: String::new() };
    for group in &project.groups {
        teller.group(group);
    }
    teller.problems();
    teller.told
}

struct Teller<'a> {
    project: &'a Project,
    told: String,
}

impl Teller<'_> {
    fn line(&mut self, depth: usize, text: &str) {
        let _ = writeln!(self.told, "{}{}", "  ".repeat(depth), text.trim_end());
    }

    /// The line and the columns of a place.
    fn at(&self, place: &Place) -> String {
        let Some(file) = self.project.files.get(&place.path) else { return format!("{}:?", place.path) };
        let (start, end) = (file.source.position(place.span.start), file.source.position(place.span.end));
        if start.line == end.line {
            format!("{}:{}:{}-{}", place.path, start.line, start.column, end.column)
        } else {
            format!("{}:{}:{} to {}:{}", place.path, start.line, start.column, end.line, end.column)
        }
    }

    fn group(&mut self, group: &TargetGroup) {
        let paths: Vec<&str> = group.paths.iter().map(SourcePath::as_str).collect();
        self.line(0, &format!("group of {}", paths.join(" and ")));
        for layer in &group.surroundings {
            self.layer("surroundings: ", layer);
        }
        for target in &group.targets {
            self.target(target);
        }
        for read in &group.reads {
            self.read(read);
        }
        self.line(1, &format!("hosts {}", group.hosts.join(" ")));
        self.line(0, "");
    }

    fn target(&mut self, target: &Target) {
        let partial = if target.partial { ", partial" } else { "" };
        let at = self.at(&target.place);
        self.line(1, &format!("target {} at {at}{partial}", target.name));
        let signs = target.signs;
        let signs: Vec<&str> = [
            (signs.mounts_source, "mounts source"),
            (signs.development_stage, "development stage"),
            (signs.development_server, "development server"),
            (signs.restarts, "restarts"),
            (signs.one_shot, "one shot"),
            (signs.own_command, "own command"),
            (signs.profiled, "profiled"),
        ]
        .into_iter()
        .filter_map(|(seen, sign)| seen.then_some(sign))
        .collect();
        if !signs.is_empty() {
            self.line(2, &format!("signs: {}", signs.join(", ")));
        }
        if let Some((image, _)) = &target.image {
            self.line(2, &format!("image {image}"));
        }
        if let Some(build) = &target.build {
            self.build(build);
        }
        for layer in &target.layers {
            self.layer("", layer);
        }
    }

    fn build(&mut self, build: &Build) {
        let path = |path: &Option<SourcePath>| path.as_ref().map_or("?".to_owned(), ToString::to_string);
        let stage = build.stage.as_ref().map(|stage| format!(", stage {stage}")).unwrap_or_default();
        self.line(2, &format!("build in {} of {}{stage}", path(&build.context), path(&build.dockerfile)));
        for argument in &build.arguments {
            self.setting(3, argument);
        }
    }

    fn layer(&mut self, title: &str, layer: &Layer) {
        let kind = match &layer.kind {
            LayerKind::Environment => "environment".to_owned(),
            LayerKind::EnvFile(path) => {
                format!("env file {}", path.as_ref().map_or("?".to_owned(), ToString::to_string))
            }
            LayerKind::DefaultEnvFile(path) => format!("default env file {path}"),
            LayerKind::Image(path) => format!("image {path}"),
            LayerKind::BuildArguments => "build arguments".to_owned(),
        };
        let state = match &layer.state {
            LayerState::Whole => "whole".to_owned(),
            LayerState::Partial => "partial".to_owned(),
            LayerState::Unread { outcome, required } => {
                format!("{}{}", self::outcome(outcome), if *required { ", required" } else { "" })
            }
        };
        let named = self.at(&layer.named);
        let depth = if title.is_empty() { 2 } else { 1 };
        self.line(depth, &format!("{title}{kind}, {state}, named at {named}"));
        for setting in &layer.settings {
            self.setting(depth + 1, setting);
        }
    }

    fn setting(&mut self, depth: usize, setting: &Setting) {
        let value = match &setting.value {
            SettingValue::Given(template) => template_kind(template),
            SettingValue::PassThrough => "passed through".to_owned(),
            SettingValue::Injected { .. } => "injected".to_owned(),
            SettingValue::Unknown => "unknown".to_owned(),
        };
        let at = self.at(&setting.place);
        let value_at = self.at(&Place::new(&setting.place.path, setting.value_span));
        let value_at = value_at.split_once(':').map_or("", |(_, at)| at);
        self.line(depth, &format!("{} at {at} is {value} at {value_at}", setting.name));
    }

    fn read(&mut self, read: &Read) {
        let purpose = match &read.purpose {
            ReadPurpose::Variable(name) => format!("the variable {name}"),
            ReadPurpose::BuildArgument(name) => format!("the build argument {name}"),
            ReadPurpose::Command => "a command".to_owned(),
            ReadPurpose::Content => "a content".to_owned(),
            ReadPurpose::Plumbing => "plumbing".to_owned(),
        };
        let target = read.target.as_ref().map(|target| format!(" of {target}")).unwrap_or_default();
        let at = self.at(&Place::new(&read.path, read.reference.span));
        self.line(1, &format!("reads {} for {purpose}{target} at {at}", read.reference.name));
    }

    fn problems(&mut self) {
        let project = self.project;
        let own = project.files.iter().filter(|(_, file)| file.format == "compose");
        let own = own.flat_map(|(path, file)| file.loaded.problems.iter().map(move |problem| (path, problem)));
        let joined = project.problems.iter().map(|(path, problem)| (path, problem));
        for (path, problem) in own.chain(joined) {
            let at = self.at(&Place::new(path, problem.span));
            self.line(0, &format!("problem at {at}: {}", problem.message));
        }
    }
}

fn outcome(outcome: &LinkOutcome) -> &'static str {
    match outcome {
        LinkOutcome::Loaded(_) => "loaded",
        LinkOutcome::Missing(_) => "missing",
        LinkOutcome::Ignored(_) => "ignored by git",
        LinkOutcome::Outside => "outside",
        LinkOutcome::Unreadable(_) => "unreadable",
        LinkOutcome::Unresolved => "unresolved",
    }
}

fn template_kind(template: &Template) -> String {
    if template.is_empty() {
        return "empty".to_owned();
    }
    let parts: Vec<String> = template
        .parts
        .iter()
        .map(|part| match part {
            Part::Literal(_) => "text".to_owned(),
            Part::Reference(reference) => format!("${{{}}}", reference.name),
            Part::Unknown(_) => "something unknown".to_owned(),
        })
        .collect();
    parts.join(" and ")
}
