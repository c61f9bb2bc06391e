//! `undeclared-variable`: named for an app, and in none of its schemas.

use std::collections::{BTreeMap, BTreeSet};

use super::wording;
use crate::fact::{LayerKind, Role, TargetKind};
use crate::finding::Findings;
use crate::model::{AppTarget, Model, Source};
use crate::name::Name;
use crate::source::{Place, SourcePath};

super::rule! {
    /// A source of an app gives or lists a variable that none of its schemas declares.
    ///
    /// ## Why is this bad?
    ///
    /// Either the schema lacks it, so that nothing checks it, or nobody reads it, and whoever sets it believes in vain
    /// that it does something.
    ///
    /// ## When does it stay silent?
    ///
    /// Without a schema, with an open one, for names that platforms, tools and SDKs provide or read by themselves
    /// (`PATH`, `CI`, `VERCEL_*`, …), for names that compose itself reads, for those of third-party services, for what
    /// is a `renamed-variable` or a `deprecated-variable`, and for `NAME_FILE` where `NAME` is declared. One finding a
    /// source.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # env.schema.toml
    /// [server]
    /// DATABASE_URL = { type = "url", secret = true }
    /// ```
    ///
    /// ```sh
    /// # .env.example
    /// DATABASE_URL=
    /// LEGACY_MODE=1
    /// ```
    ///
    /// ## Use instead
    ///
    /// Declare it, or remove it.
    "undeclared-variable", Warning, since "0.1.0", check
}

fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    for source in &model.sources {
        let owners: Vec<usize> = source.owners.iter().copied().filter(|app| model.schemas[*app].exists()).collect();
        // A file for apps of which one has no schema may speak of that one; a test run has settings of its own.
        let is_for_tests = source.environment.as_ref().is_some_and(|of| model.environments.is_test(of));
        if owners.is_empty() || owners.len() != source.owners.len() || source.vague || is_for_tests {
            continue;
        }
        let mut names: Vec<(&Name, &Place)> = match source.file.claim.role {
            Role::Document => document_names(model, source, &owners),
            _ => source.settings.iter().map(|setting| (&setting.name, &setting.place)).collect(),
        };
        let beside = |name: &Name| source.all_names.contains(name);
        names.retain(|(name, place)| {
            !is_former(model, &owners, name, &beside) && is_undeclared(model, &owners, name, place)
        });
        report(model, findings, &owners, &names);
    }
    // The services of one file often share a list: one finding a file and app.
    let mut by_file: BTreeMap<(&SourcePath, usize), Vec<(&Name, &Place)>> = BTreeMap::new();
    // What a workflow sets is its shell's as well, and the program of a step is one of many that it runs.
    let is_of_an_app = |target: &&AppTarget<'_>| {
        target.target.kind != TargetKind::Step && !model.environments.is_test(&target.environment)
    };
    for target in model.targets.iter().filter(is_of_an_app) {
        let Some(app) = target.app.filter(|app| model.schemas[*app].exists()) else { continue };
        let own = target.target.layers.iter().filter(|layer| layer.kind == LayerKind::Environment);
        let settings = || own.clone().flat_map(|layer| &layer.settings);
        let beside = |name: &Name| settings().any(|setting| setting.name == *name);
        for setting in settings() {
            let is_former = is_former(model, &[app], &setting.name, &beside);
            if !is_former && is_undeclared(model, &[app], &setting.name, &setting.place) {
                by_file.entry((&setting.place.path, app)).or_default().push((&setting.name, &setting.place));
            }
        }
    }
    for ((_, app), mut names) in by_file {
        names.sort_by_key(|(_, place)| place.span.start);
        report(model, findings, &[app], &names);
    }
}

/// The names of a document's lists, if it is about the variables of these apps: at least half of them are declared.
fn document_names<'s>(model: &Model<'_>, source: &'s Source<'_>, owners: &[usize]) -> Vec<(&'s Name, &'s Place)> {
    let declared = |name: &Name| owners.iter().any(|app| model.schemas[*app].declares(name));
    let known = source.names.iter().filter(|(name, _)| declared(name)).count();
    if known * 2 < source.names.len() {
        return Vec::new();
    }
    source.names.iter().map(|(name, place)| (name, place)).collect()
}

/// Whether a name is a former one of what stands beside it, which is a `deprecated-variable`.
fn is_former(model: &Model<'_>, owners: &[usize], name: &Name, beside: &dyn Fn(&Name) -> bool) -> bool {
    owners.iter().any(|app| model.schemas[*app].new_name(name).is_some_and(beside))
}

fn is_undeclared(model: &Model<'_>, owners: &[usize], name: &Name, place: &Place) -> bool {
    let excused = |app: &usize| {
        let schema = &model.schemas[*app];
        schema.resolved.open || schema.declares(name) || model.is_noise(*app, name)
    };
    !owners.iter().any(excused)
        && !model.is_read_by_compose(name)
        && !name.as_str().contains('*')
        && (model.project.modules.is_empty() || super::modules::named_by_environment(name).is_none())
        && !model.is_foreign_name(name)
        && !model.is_renamed(name, place)
}

fn report(model: &Model<'_>, findings: &mut Findings<'_>, owners: &[usize], names: &[(&Name, &Place)]) {
    let mut seen = BTreeSet::new();
    let (names, again): (Vec<_>, Vec<_>) = names.iter().partition(|(name, _)| seen.insert(*name));
    let Some((first, place)) = names.first() else { return };
    let apps = wording::any_of(owners.iter().map(|app| &model.apps.list[*app].name));
    let listed = wording::names(names.iter().map(|(name, _)| name));
    let verb = if names.len() == 1 { "is" } else { "are" };
    let message = format!("{listed} {verb} in no schema of {apps}");
    let finding = findings.report(place, "not declared", message);
    if let [app] = owners {
        finding.app(&model.apps.list[*app].name);
    }
    if names.len() == 1 {
        finding.variable(first);
    }
    for (_, place) in &names[1..] {
        finding.related(place, "not declared either");
    }
    let mut shown = BTreeSet::from([*place]);
    for (_, place) in again.into_iter().filter(|(_, place)| shown.insert(*place)) {
        finding.related(place, "given here too");
    }
    let perhaps = model.renames.iter().find(|rename| rename.from == **first && rename.places.contains(place));
    finding.help(match perhaps {
        Some(rename) if names.len() == 1 => format!("declare it, remove it, or perhaps `{}` is meant", rename.to),
        _ => "declare it if an app reads it, else remove it".to_owned(),
    });
}
