//! `empty-value`: required, given, and empty.

use std::collections::{BTreeMap, BTreeSet};

use super::wording;
use crate::fact::{LayerKind, Role, Setting, SettingValue};
use crate::finding::{Findings, Level};
use crate::model::{Binding, Model, Sighting, Source, State, StoredState};
use crate::name::{Name, NameMap, NameSet};
use crate::schemas::env_schema;
use crate::source::SourcePath;

super::rule! {
    /// A required variable is given, and is empty.
    ///
    /// ## Why is this bad?
    ///
    /// It looks set, and is not: the app's own validation fails, or worse, does not, and a Redis runs without a
    /// password. Where layers are stacked, an empty value also hides the good one below it.
    ///
    /// ## When does it stay silent?
    ///
    /// Where the schema says `allow_empty`, or has a default, or does not require the variable. A template is full of
    /// empty lines by nature: of those, one warning lists the ones that nothing is known to fill (no listing, no env
    /// file, no `generate`, no `issued_by`).
    ///
    /// ## Example
    ///
    /// ```sh
    /// # .env.production
    /// KV_REDIS_PASSWORD=
    /// ```
    ///
    /// ## Use instead
    ///
    /// Give it a value, or remove the line.
    "empty-value", Error, since "0.1.0", check
}

fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    // One line may feed several apps; it is one finding.
    let mut given: BTreeMap<_, (Vec<&str>, &Binding, &Sighting)> = BTreeMap::new();
    for binding in model.bindings.iter().filter(|binding| binding.needs_a_value() && !may_be_empty(model, binding)) {
        for sighting in &binding.sightings {
            // What an absent reference empties is the finding of `undefined-reference`.
            let State::Empty { absent } = &sighting.state else { continue };
            let (Some(winner), true) = (&sighting.winner, absent.is_empty()) else { continue };
            let app = model.apps.list[binding.app].name.as_str();
            let key = (winner.place.clone(), binding.environment.clone());
            given.entry(key).or_insert((Vec::new(), binding, sighting)).0.push(app);
        }
    }
    for ((place, environment), (apps, binding, sighting)) in given {
        let message = format!("`{}` of {} is empty in {environment}", binding.name, wording::words(&apps));
        let finding = findings.report(&place, "empty here", message);
        finding.variable(&binding.name).environment(&environment).related(&binding.place, "required here");
        if let [app] = apps.as_slice() {
            finding.app(app);
        }
        for setting in &sighting.shadowed {
            finding.related(&setting.place, "hidden by the empty value");
        }
        // Other schemas have other words for it, or none.
        let declares = model.project.files.get(&binding.place.path).map(|file| file.format);
        finding.help(if declares == Some(env_schema::SOURCE.name) {
            "give it a value, or remove the line; `allow_empty = true` in the schema if empty is meant"
        } else {
            "give it a value, or remove the line"
        });
    }
    let filled = Filled::of(model);
    for source in model.sources.iter().filter(|source| source.file.claim.role == Role::Template) {
        template(model, findings, source, &filled);
    }
}

fn may_be_empty(model: &Model<'_>, binding: &Binding) -> bool {
    // Of several schemas of one app each reads its own variables its own way.
    let declared = model.schemas[binding.app].declaration(&binding.name);
    binding.declaration.constraints.allow_empty == Some(true)
        || declared.is_some_and(|declared| declared.semantics.empty_is_a_value)
}

/// What gives each name a value.
#[derive(Default)]
struct Filled<'m> {
    /// The env files.
    files: NameMap<&'m Name, Vec<&'m SourcePath>>,
    /// The names that targets, whoever's they are, write values of down.
    by_targets: NameSet<&'m Name>,
}

impl<'m> Filled<'m> {
    fn of(model: &'m Model<'_>) -> Self {
        let mut filled = Self::default();
        for source in model.sources.iter().filter(|source| source.file.claim.role == Role::Values) {
            for setting in source.settings.iter().filter(|setting| !is_empty(setting)) {
                filled.files.entry(&setting.name).or_default().push(source.path);
            }
        }
        let layers = model.targets.iter().flat_map(|target| &target.target.layers);
        let own = layers.filter(|layer| layer.kind == LayerKind::Environment).flat_map(|layer| &layer.settings);
        filled.by_targets = own.filter(|setting| is_written(setting)).map(|setting| &setting.name).collect();
        filled
    }

    /// Whether anything but a template gives a name a value.
    fn beside(&self, template: &Source<'_>, name: &Name) -> bool {
        self.by_targets.contains(name)
            || self.files.get(name).is_some_and(|files| files.iter().any(|path| *path != template.path))
    }
}

/// Whether a value is written out.
fn is_written(setting: &Setting) -> bool {
    match &setting.value {
        SettingValue::Given(template) => template.as_literal().is_some_and(|value| !value.is_empty()),
        _ => false,
    }
}

/// The empty lines of a template that nothing is known to fill.
fn template(model: &Model<'_>, findings: &mut Findings<'_>, source: &Source<'_>, filled: &Filled<'_>) {
    let empty = source.settings.iter().filter(|setting| match &setting.value {
        SettingValue::Given(template) => template.is_empty(),
        _ => false,
    });
    let mut unfilled: Vec<(&Setting, &Binding)> = Vec::new();
    let mut seen: BTreeSet<&Name> = BTreeSet::new();
    // A line further down may fill it.
    let last: BTreeMap<&Name, &Setting> = source.settings.iter().map(|setting| (&setting.name, &**setting)).collect();
    let later = |setting: &Setting| last.get(&setting.name).is_some_and(|last| last.place != setting.place);
    for setting in empty.filter(|setting| !later(setting)) {
        let owners = source.owners.iter();
        let bindings: Vec<&Binding> = owners.flat_map(|app| model.bindings_of_named(*app, &setting.name)).collect();
        let needed = bindings.iter().find(|binding| binding.needs_a_value() && !may_be_empty(model, binding));
        let Some(needed) = needed.filter(|_| !is_filled(model, source, filled, &setting.name, &bindings)) else {
            continue;
        };
        if seen.insert(&setting.name) {
            unfilled.push((setting, needed));
        }
    }
    let Some((first, binding)) = unfilled.first() else { return };
    let names = wording::names(unfilled.iter().map(|(setting, _)| &setting.name));
    let verb = if unfilled.len() == 1 { "is" } else { "are" };
    let needs = |app: &usize| {
        let bindings = unfilled.iter().flat_map(|(setting, _)| model.bindings_of_named(*app, &setting.name));
        bindings.into_iter().any(|binding| binding.needs_a_value() && !may_be_empty(model, binding))
    };
    let owners: BTreeSet<usize> = source.owners.iter().copied().filter(needs).collect();
    let apps = wording::words(owners.iter().map(|app| &model.apps.list[*app].name));
    let it = if unfilled.len() == 1 { "it" } else { "them" };
    let message = format!("{names}, required by {apps}, {verb} empty in a template, and nothing is known to fill {it}");
    let finding = findings.report(&first.place, "empty here", message).at_level(Level::Warning);
    if unfilled.len() == 1 {
        finding.variable(&first.name).related(&binding.place, "required here");
    }
    for (setting, binding) in &unfilled[1..] {
        finding.related(&setting.place, "empty here").related(&binding.place, "required here");
    }
    finding.help("say in the schema where the value comes from (`generate` or `issued_by`), or store it and check with `--listing`");
}

/// Whether a generator, an issuer, a store or an env file is known to give the value.
fn is_filled(
    model: &Model<'_>,
    template: &Source<'_>,
    filled: &Filled<'_>,
    name: &Name,
    bindings: &[&Binding],
) -> bool {
    let promised = bindings
        .iter()
        .any(|binding| binding.declaration.generate.is_some() || binding.declaration.issued_by.is_some());
    // Stored somewhere and lacking elsewhere: the store does not fill it.
    let lacking = bindings.iter().any(|binding| matches!(binding.stored, Some(StoredState::Lacking(..))));
    let stored = !lacking && bindings.iter().any(|binding| matches!(binding.stored, Some(StoredState::Held(..))));
    let fills = |of: &Sighting| of.state.is_given() && model.takes_what_is_stored(of) != Some(false);
    let given = bindings.iter().flat_map(|binding| &binding.sightings).any(fills) || filled.beside(template, name);
    promised || given || stored
}

fn is_empty(setting: &Setting) -> bool {
    matches!(&setting.value, SettingValue::Given(template) if template.is_empty())
}
