//! `duplicate-definition`: one name twice in one scope.

use std::collections::BTreeSet;

use crate::fact::{LayerKind, Role, Setting, SettingValue, Stage};
use crate::finding::{Edit, Findings, Fix, Level, Safety};
use crate::model::Model;
use crate::name::Name;

super::rule! {
    /// A variable is defined twice in one file or list.
    ///
    /// ## Why is this bad?
    ///
    /// One of the two is ignored without a word, and loaders do not agree which: with most of them the last one wins,
    /// with dotenvy and Deno the first.
    ///
    /// It is an error where the values differ, and a warning where they are equal, or where one of them is an empty line
    /// of a template.
    ///
    /// ## Example
    ///
    /// ```sh
    /// # .env
    /// LOG_LEVEL=info
    /// LOG_LEVEL=debug
    /// ```
    ///
    /// ## Use instead
    ///
    /// Remove one of them.
    "duplicate-definition", Warning, since "0.1.0", check
}

fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    for source in model.sources.iter().filter(|source| source.file.claim.role != Role::Document) {
        let is_template = source.file.claim.role == Role::Template;
        judge(findings, source.settings.iter().map(|setting| &**setting), is_template);
    }
    for image in model.project.files.values().filter_map(|file| file.loaded.image.as_ref()) {
        for of in &image.stages {
            stage(findings, of);
        }
    }
    for target in model.project.groups.iter().flat_map(|group| &group.targets) {
        for layer in target.layers.iter().filter(|layer| layer.kind == LayerKind::Environment) {
            judge(findings, layer.settings.iter(), false);
        }
    }
}

/// The `ENV` lines of one stage; one that builds on what was before loses nothing.
fn stage(findings: &mut Findings<'_>, stage: &Stage) {
    let builds_on_itself = |setting: &&Setting| match &setting.value {
        SettingValue::Given(template) => template.references().iter().any(|reference| reference.name == setting.name),
        _ => false,
    };
    let repeated: BTreeSet<&Name> =
        stage.settings.iter().filter(builds_on_itself).map(|setting| &setting.name).collect();
    judge(findings, stage.settings.iter().filter(|setting| !repeated.contains(&setting.name)), false);
}

fn judge<'s>(findings: &mut Findings<'_>, settings: impl Iterator<Item = &'s Setting>, is_template: bool) {
    let mut by_name: Vec<&Setting> = settings.collect();
    by_name.sort_by(|one, other| one.name.cmp(&other.name));
    for settings in by_name.chunk_by(|one, other| one.name == other.name) {
        let [.., before, last] = settings else { continue };
        let name = &last.name;
        // An override file that repeats a name replaces it on purpose.
        if before.place.path != last.place.path || before.place == last.place {
            continue;
        }
        let equal = settings.windows(2).all(|pair| is_equal(&pair[0].value, &pair[1].value));
        let blank = is_template && settings.iter().any(|setting| is_blank(&setting.value));
        let level = if equal || blank { Level::Warning } else { Level::Error };
        let often = match settings.len() {
            2 => "twice".to_owned(),
            times => format!("{times} times"),
        };
        let message = if equal {
            format!("`{name}` is defined {often} with the same value")
        } else {
            format!("`{name}` is defined {often} with different values; the last one wins with most readers")
        };
        let finding = findings.report(&last.place, "defined again", message).at_level(level);
        finding.variable(name).help("keep one of them");
        let earlier = &settings[..settings.len() - 1];
        for (index, setting) in earlier.iter().enumerate().rev() {
            finding.related(&setting.place, if index == 0 { "defined first" } else { "defined before" });
        }
        if equal && let Some(edit) = removal(last) {
            finding.fix(Fix { title: "remove the repeated line".to_owned(), safety: Safety::Safe, edits: vec![edit] });
        }
    }
}

/// The assignment itself; the line break behind it is for `fix`, which knows the text.
fn removal(setting: &Setting) -> Option<Edit> {
    let span = crate::source::Span { start: setting.place.span.start, end: setting.value_span.end };
    (span.start <= span.end).then(|| Edit { path: setting.place.path.clone(), span, replacement: String::new() })
}

fn is_equal(one: &SettingValue, other: &SettingValue) -> bool {
    match (one, other) {
        (SettingValue::Given(one), SettingValue::Given(other)) => match (one.as_literal(), other.as_literal()) {
            (Some(one), Some(other)) => one == other,
            _ => false,
        },
        (SettingValue::PassThrough, SettingValue::PassThrough) => true,
        _ => false,
    }
}

fn is_blank(value: &SettingValue) -> bool {
    matches!(value, SettingValue::Given(template) if template.is_empty())
}
