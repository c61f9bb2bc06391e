//! `missing-variable`: required, and nothing gives it.

use std::collections::{BTreeMap, BTreeSet};

use super::wording;
use crate::finding::{Findings, Level};
use crate::model::{Binding, Model, State, View};
use crate::source::{Place, SourcePath};

super::rule! {
    /// A required variable has no value in an environment.
    ///
    /// ## Why is this bad?
    ///
    /// The app starts without it and fails at the first request that reads it, or does not start at all.
    ///
    /// ## When does it speak?
    ///
    /// Only of targets, and of sets of env files, that are known whole: a variable that a platform, an unread file or
    /// an unresolved expression could give is *unknown*, not missing (see `unverified-variable`). What another target
    /// of the same app gets is `service-drift`; a name that stands there by mistake is `renamed-variable`.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # env.schema.toml
    /// [server]
    /// MONGODB_URI = { type = "url", secret = true }
    /// ```
    ///
    /// ```yaml
    /// # compose.yaml
    /// services:
    ///   server:
    ///     build: .
    ///     environment:
    ///       PORT: "3000"
    /// ```
    ///
    /// ## Use instead
    ///
    /// Give it a value at the target, in a file that the target reads, or a `default` in the schema.
    "missing-variable", Error, since "0.1.0", check
}

fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let mut by_view: BTreeMap<usize, Vec<&Binding>> = BTreeMap::new();
    for binding in &model.bindings {
        for sighting in binding.lacking(model) {
            let view = &model.views[sighting.view];
            let explained = model.explained(binding.app, view.target, &binding.name).is_some();
            if !explained && !super::service_drift::is_given_to_a_sibling(model, binding, sighting.view) {
                by_view.entry(sighting.view).or_default().push(binding);
            }
        }
    }
    unguaranteed(model, findings);
    at_the_start(model, findings);
    let mut told = BTreeSet::new();
    for (index, bindings) in by_view {
        let view = &model.views[index];
        let Some(place) = place_of(model, view) else { continue };
        // One line of a workflow deploys a service for each run of a matrix.
        let names: Vec<_> = bindings.iter().map(|binding| &binding.name).collect();
        if !told.insert((view.app, &view.environment, place.clone(), names)) {
            continue;
        }
        let (expected, required): (Vec<&Binding>, Vec<&Binding>) = bindings.iter().partition(|binding| binding.soft);
        report(model, findings, view, &place, &required);
        for binding in expected {
            let place = &place;
            single(model, findings, view, place, binding).at_level(Level::Warning);
        }
    }
}

/// What no schema requires, but the script that a container starts with.
fn at_the_start(model: &Model<'_>, findings: &mut Findings<'_>) {
    for (index, view) in model.views.iter().enumerate().filter(|(_, view)| view.partial.is_none()) {
        let Some(target) = view.target.map(|target| &model.targets[target]) else { continue };
        let Some(built) = target.built.filter(|_| !target.target.signs.own_command) else { continue };
        for (name, needed) in model.needed_at_start(built.build) {
            let schema = &model.schemas[view.app];
            if schema.declares(name) || model.sight(index, name).state != State::Absent {
                continue;
            }
            let app = &model.apps.list[view.app].name;
            let where_it_is = where_it_is(model, view);
            let message = format!("`{name}` of {app} has no value {where_it_is}, and its container stops without it");
            let finding = findings.report(&target.target.place, "not given here", message);
            finding.variable(name).app(app).environment(&view.environment).help(help(view));
            finding.related(&needed, "stops here without it");
        }
    }
}

fn report(model: &Model<'_>, findings: &mut Findings<'_>, view: &View, place: &Place, bindings: &[&Binding]) {
    if bindings.len() <= wording::FEW {
        for binding in bindings {
            single(model, findings, view, place, binding);
        }
        return;
    }
    let app = &model.apps.list[view.app].name;
    let names = wording::names(bindings.iter().map(|binding| &binding.name));
    let message = format!(
        "{} that {app} requires have no value {}: {names}",
        wording::count(bindings.len(), "variable"),
        where_it_is(model, view)
    );
    let finding = findings.report(place, "given none of them", message);
    finding.app(app).environment(&view.environment).help(help(view));
    for binding in bindings {
        finding.related(&binding.place, format!("`{}` is required here", binding.name));
    }
}

/// What only a file gives that need not be there: one finding a target.
fn unguaranteed(model: &Model<'_>, findings: &mut Findings<'_>) {
    let mut by_view: BTreeMap<usize, Vec<(&Binding, &Place, &SourcePath)>> = BTreeMap::new();
    for binding in model.bindings.iter().filter(|binding| binding.needs_a_value() && !binding.soft) {
        for sighting in &binding.sightings {
            if let (State::Unguaranteed(file), Some(winner)) = (&sighting.state, &sighting.winner) {
                by_view.entry(sighting.view).or_default().push((binding, &winner.place, file));
            }
        }
    }
    for (index, bindings) in by_view {
        let view = &model.views[index];
        let Some(place) = place_of(model, view) else { continue };
        let app = &model.apps.list[view.app].name;
        let names = wording::names(bindings.iter().map(|(binding, _, _)| &binding.name));
        let verb = if bindings.len() == 1 { "comes" } else { "come" };
        let files: BTreeSet<&SourcePath> = bindings.iter().map(|(_, _, file)| *file).collect();
        let files = match files.first() {
            Some(file) if files.len() == 1 => format!("`{file}`"),
            _ => "files".to_owned(),
        };
        let message =
            format!("{names} of {app} {verb} only from {files}, which need not be there, {}", where_it_is(model, view));
        let finding = findings.report(&place, "nothing else gives it", message).at_level(Level::Warning);
        finding.app(app).environment(&view.environment).help("give it to the target itself, or require the file");
        if let [(binding, _, _)] = bindings.as_slice() {
            finding.variable(&binding.name);
        }
        for (binding, given, _) in bindings {
            finding.related(given, "given here, if at all").related(&binding.place, "required here");
        }
    }
}

fn single<'f>(
    model: &Model<'_>,
    findings: &'f mut Findings<'_>,
    view: &View,
    place: &Place,
    binding: &Binding,
) -> &'f mut crate::finding::Finding {
    let app = &model.apps.list[view.app].name;
    let message = format!("`{}` of {app} has no value {}", binding.name, where_it_is(model, view));
    let finding = findings.report(place, "not given here", message);
    finding.variable(&binding.name).app(app).environment(&view.environment).help(help(view));
    finding.related(&binding.place, "required here");
    let elsewhere = model.sources_of(binding.app).filter(|source| !source.documents());
    for setting in elsewhere.flat_map(|source| &source.settings).filter(|setting| setting.name == binding.name) {
        finding.related(&setting.place, "given here, which is not read there");
    }
    finding
}

fn help(view: &View) -> &'static str {
    if view.target.is_some() {
        "give it to the target, or let the target read a file that gives it"
    } else {
        "give it a value in that file, or a `default` in the schema"
    }
}

/// `` at `server` (compose.yaml) in production ``, `in staging`.
fn where_it_is(model: &Model<'_>, view: &View) -> String {
    match view.target {
        Some(target) => {
            let target = &model.targets[target];
            format!("at the {} `{}` in {}", target.target.kind.word(), target.target.name, view.environment)
        }
        None => format!("in {}", view.environment),
    }
}

/// The target, or the file that gives the environment its name.
pub(super) fn place_of(model: &Model<'_>, view: &View) -> Option<Place> {
    match view.target {
        Some(target) => Some(model.targets[target].target.place.clone()),
        None => view.layers.iter().rfind(|layer| layer.doubtful.is_none()).map(|layer| layer.named.clone()),
    }
}
