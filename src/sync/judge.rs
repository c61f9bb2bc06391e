//! Which of the given values must not be stored: by the linter's own rules, and by what only a store can tell.
//!
//! The values are put before the rules as if every app of the plan already got them. What the rules then say of them, and
//! of nothing else, is told.

use std::collections::{BTreeMap, BTreeSet};

use crate::fact::{Layer, LayerKind, LayerState, Setting, SettingValue, Target, TargetGroup, TargetKind, TargetSigns};
use crate::finding::Findings;
use crate::model::{Model, Origin as SlotOrigin, Slot};
use crate::name::{Environment, Name, SecretName};
use crate::project::{Environments, Project};
use crate::random::{Kind, System};
use crate::rules;
use crate::schemas::accepts::accepts;
use crate::source::{Place, SourcePath, Span};
use crate::stores::{Limits, SecretStore};
use crate::tables::placeholders;
use crate::value::{Template, Value};

use super::plan::Origin;
use super::wishes::{Wish, Wishes};

/// A value that somebody gave, and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// The value.
    pub value: Value,
    /// Where it comes from.
    pub origin: Origin,
}

/// The values that were given.
#[derive(Clone, Debug, Default)]
pub struct Values {
    /// Each by its variable.
    pub given: BTreeMap<Name, Given>,
    /// Those that loaders read differently, so that nobody knows what is meant.
    pub ambiguous: BTreeSet<Name>,
    /// Those that hold a reference that nothing resolves.
    pub unresolved: BTreeSet<Name>,
}

/// The rules that judge a value by itself and by the values beside it.
const JUDGES: &[&str] = &[
    "broken-secret",
    "disagreeing-values",
    "invalid-value",
    "misplaced-credential",
    "shared-secret",
    "unescaped-password",
    "weak-secret",
];

/// What is judged stands in no file; its findings are told by this name.
const TRIAL: &str = ".values-to-be-stored";

/// Says of each value that was given why it must not be stored. `limits`: what each store takes, by index.
pub fn judge(
    project: &mut Project,
    environment: &Environment,
    wishes: &mut Wishes,
    values: &Values,
    limits: &[Limits],
) {
    by_itself(wishes, limits, Environments::new(&project.config).is_deployed(environment));
    for wish in &mut wishes.list {
        two_values(wish, values);
    }
    let faulty: BTreeSet<SecretName> =
        wishes.list.iter().filter(|wish| !wish.faults.is_empty()).map(|wish| wish.secret.clone()).collect();
    let apps: BTreeSet<usize> = wishes.list.iter().flat_map(|wish| &wish.wanted).map(|wanted| wanted.app).collect();
    if values.given.is_empty() || apps.is_empty() {
        return;
    }
    let known = project.groups.len();
    let names: Vec<&Name> = values.given.keys().collect();
    let folders: BTreeMap<usize, SourcePath> = {
        let model = Model::new(project);
        apps.iter().map(|app| (*app, model.apps.list[*app].folder.clone())).collect()
    };
    for folder in folders.values() {
        project.groups.push(trial(folder, environment, values));
    }
    {
        let model = Model::new(project);
        for wish in &mut wishes.list {
            elsewhere(&model, environment, wish);
        }
        for (app, name, message) in judged(&model, &folders, &names) {
            // What a value is by itself says enough.
            let concerned = wishes.list.iter_mut().filter(|wish| {
                wish.given.is_some()
                    && !faulty.contains(&wish.secret)
                    && wish.wanted.iter().any(|wanted| wanted.app == app && wanted.variable == name)
            });
            concerned.for_each(|wish| add(&mut wish.faults, message.clone()));
        }
    }
    project.groups.truncate(known);
}

/// Gives the values to the wishes that they are for, and says of which nobody can tell what is meant.
pub fn give(wishes: &mut Wishes, values: &Values) {
    for wish in &mut wishes.list {
        wish.given = wish.wanted.iter().find_map(|wanted| values.given.get(&wanted.variable)).cloned();
        for wanted in &wish.wanted {
            let name = &wanted.variable;
            if values.ambiguous.contains(name) {
                let fault = format!(
                    "loaders read the line of `{name}` differently: put the value in single quotes, or give it with `--prompt`"
                );
                add(&mut wish.faults, fault);
            }
            if values.unresolved.contains(name) {
                add(&mut wish.faults, format!("`{name}` holds a reference that nothing here resolves"));
            }
        }
    }
}

/// Two variables of one id have one value.
fn two_values(wish: &mut Wish, values: &Values) {
    let given = wish.wanted.iter().filter_map(|wanted| values.given.get(&wanted.variable));
    if given.map(|given| &given.value).any(|value| wish.given.as_ref().is_some_and(|first| first.value != *value)) {
        let names: BTreeSet<String> = wish.wanted.iter().map(|wanted| format!("`{}`", wanted.variable)).collect();
        let names: Vec<String> = names.into_iter().collect();
        add(&mut wish.faults, format!("{} are one secret and were given different values", names.join(" and ")));
    }
}

/// Says of each value that its store cannot take why that is so.
pub fn refused(wishes: &mut Wishes, stores: &[Box<dyn SecretStore>]) {
    for wish in wishes.list.iter_mut().filter(|wish| wish.faults.is_empty()) {
        let Some(store) = stores.get(wish.store) else { continue };
        // Where no value is known yet, the name is judged all the same.
        let value = wish.given.as_ref().map_or_else(|| Value::new("x"), |given| given.value.clone());
        if let Err(error) = store.takes(&wish.secret, &value) {
            add(&mut wish.faults, error.to_string());
        }
    }
}

/// Says of each value that would be made why its schema does not take it. One is made to see, and thrown away.
pub fn unfit_recipes(wishes: &mut Wishes) {
    for wish in wishes.list.iter_mut().filter(|wish| wish.given.is_none()) {
        let Some(recipe) = wish.recipe().map(str::to_owned) else { continue };
        // What a key is made of does not change from one to the next, and an RSA key takes its time.
        let kind = Kind::parse(&recipe).ok().filter(|kind| !matches!(kind, Kind::Rsa(_)));
        let Some(made) = kind.and_then(|kind| kind.make(&mut System).ok()) else { continue };
        for fault in mismatches(wish, &made.value) {
            add(&mut wish.faults, format!("what `{recipe}` makes does not fit: {fault}"));
        }
    }
}

/// Why the variables that take a secret do not take a value.
pub(super) fn mismatches(wish: &Wish, value: &Value) -> Vec<String> {
    let of = |wanted: &super::wishes::Wanted| {
        let mismatch = accepts(&wanted.declaration, value).err()?;
        Some(format!("`{}` of {} is not {}", wanted.variable, wanted.app_name, mismatch.expected))
    };
    wish.wanted.iter().filter_map(of).collect()
}

/// What can be said of a value alone.
fn by_itself(wishes: &mut Wishes, limits: &[Limits], deployed: bool) {
    for wish in &mut wishes.list {
        let (Some(given), Some(wanted)) = (&wish.given, wish.wanted.first()) else { continue };
        let text = given.value.expose();
        let mut faults: Vec<String> = Vec::new();
        let is_block = text.contains("-----END ");
        if text.is_empty() {
            if wanted.declaration.constraints.allow_empty != Some(true) {
                faults.push("the value is empty".to_owned());
            }
        } else if text.ends_with(['\n', '\r']) && !is_block {
            faults.push("the value ends with a line break".to_owned());
        } else if text.trim() != text && !is_block {
            faults.push("the value begins or ends with white space".to_owned());
        }
        if text.starts_with('\u{feff}') {
            faults.push("the value begins with a byte order mark".to_owned());
        }
        if text.contains('\0') {
            faults.push("the value holds a NUL byte".to_owned());
        }
        if let Some(limits) = limits.get(wish.store)
            && text.len() > limits.value_bytes
        {
            faults.push(format!("the value is longer than the {} bytes that the store takes", limits.value_bytes));
        }
        let secret = wanted.declaration.secret == Some(true);
        if !text.is_empty() && placeholders::is_placeholder_in(&wanted.variable, &given.value, secret) {
            faults.push(format!("`{}` is still a placeholder", wanted.variable));
        } else if deployed && secret && placeholders::development_credential(&wanted.variable, &given.value) {
            faults.push(format!("`{}` is a credential that everyone knows", wanted.variable));
        }
        // One secret is judged for everyone who takes it.
        if faults.is_empty() && !text.is_empty() {
            faults = mismatches(wish, &given.value);
        }
        for fault in faults {
            add(&mut wish.faults, fault);
        }
    }
}

/// What stands elsewhere in the repository is no secret of this environment.
fn elsewhere(model: &Model<'_>, environment: &Environment, wish: &mut Wish) {
    let Some(given) = &wish.given else { return };
    let value = &given.value;
    let secret = wish.wanted.iter().any(|wanted| wanted.declaration.secret == Some(true));
    if !secret || value.is_empty() {
        return;
    }
    let names: Vec<&Name> = wish.wanted.iter().map(|wanted| &wanted.variable).collect();
    let same_in = |slot: &Slot<'_>| {
        let of = wish.wanted.iter().map(|wanted| &wanted.declaration.same_in);
        let listed = |words: &Vec<String>| {
            slot.environment.as_ref().is_some_and(|other| model.environments.is_among(other, words))
                && model.environments.is_among(environment, words)
        };
        of.into_iter().any(listed) || slot.environment.as_ref().is_some_and(|other| wish.shared_with.contains(other))
    };
    let in_git = model.project.ignored.is_in_work_tree();
    let mut faults = Vec::new();
    for slot in model.slots.iter().filter(|slot| slot.value == *value && slot.path.name() != TRIAL) {
        let mine = names.contains(&slot.name);
        if slot.origin == SlotOrigin::Template && mine {
            faults.push(format!("the value is the one that `{}` shows", slot.path));
        } else if in_git && !slot.local && slot.origin != SlotOrigin::Template && slot.secret {
            faults.push(format!("the value stands in `{}`, which git does not ignore", slot.path));
        } else if mine && slot.environment.as_ref().is_some_and(|other| other != environment) && !same_in(slot) {
            let other = slot.environment.as_ref().map(ToString::to_string).unwrap_or_default();
            faults.push(format!("the value is that of {other}, in `{}`", slot.path));
        }
    }
    for fault in faults {
        add(&mut wish.faults, fault);
    }
}

/// What the rules say: the app, the variable, the message.
fn judged(model: &Model<'_>, folders: &BTreeMap<usize, SourcePath>, names: &[&Name]) -> Vec<(usize, Name, String)> {
    let paths: BTreeMap<SourcePath, usize> = folders.iter().map(|(app, folder)| (folder.child(TRIAL), *app)).collect();
    let mut found = Vec::new();
    for rule in JUDGES.iter().filter_map(|id| rules::find(id)) {
        let mut findings = Vec::new();
        (rule.check)(model, &mut Findings::new(rule.id, rule.default_level, &mut findings));
        for finding in findings {
            for label in std::iter::once(&finding.primary).chain(&finding.related) {
                let Some(app) = paths.get(&label.place.path) else { continue };
                if let Some(name) = names.get(label.place.span.start / 2) {
                    found.push((*app, (*name).clone(), finding.message.clone()));
                }
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

/// A target that gives an app of a folder the values: each stands at a place of its own.
fn trial(folder: &SourcePath, environment: &Environment, values: &Values) -> TargetGroup {
    let path = folder.child(TRIAL);
    let settings = values.given.iter().enumerate().map(|(index, (name, given))| {
        let span = Span::new(2 * index, 2 * index + 1);
        Setting {
            name: name.clone(),
            place: Place::new(&path, span),
            value_span: span,
            value: SettingValue::Given(Template::literal(given.value.clone())),
        }
    });
    let start = Place::new(&path, Span::default());
    let layer = Layer {
        kind: LayerKind::Environment,
        named: start.clone(),
        settings: settings.collect(),
        state: LayerState::Whole,
    };
    let target = Target {
        kind: TargetKind::Trial,
        name: TRIAL.to_owned(),
        place: start,
        layers: vec![layer],
        secret_files: Vec::new(),
        environment: Some(environment.to_string()),
        build: None,
        image: None,
        mounts: Vec::new(),
        signs: TargetSigns { speaks_for_itself: true, ..TargetSigns::default() },
        partial: false,
    };
    TargetGroup { paths: vec![path], targets: vec![target], ..TargetGroup::default() }
}

fn add(faults: &mut Vec<String>, fault: String) {
    if !faults.contains(&fault) {
        faults.push(fault);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_judge_is_a_rule() {
        for id in JUDGES {
            assert!(rules::find(id).is_some(), "{id}");
        }
    }
}
