//! Findings on several values of one kind in one file: few are told one by one, many together.

use std::collections::{BTreeMap, BTreeSet};

use super::wording::{self, FEW};
use crate::finding::{Findings, Label, Level};
use crate::model::Model;
use crate::model::Slot;
use crate::name::Name;
use crate::source::{Place, SourcePath};
use crate::syntax::url;
use crate::value::Value;

/// What the faults that are told together have in common.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Kind {
    /// The predicate behind one name: `is a placeholder`.
    pub(super) one: &'static str,
    /// The predicate behind several: `are placeholders`.
    pub(super) many: &'static str,
    /// The label at the value.
    pub(super) label: &'static str,
    /// What to do.
    pub(super) help: &'static str,
}

/// A value that a rule found at fault.
pub(super) struct Fault<'s, 'm> {
    /// Where it is given.
    pub(super) slot: &'s Slot<'m>,
    /// What is wrong.
    pub(super) kind: Kind,
    /// How grave that is.
    pub(super) level: Level,
    /// Other places that belong to it.
    pub(super) related: Vec<(Place, &'static str)>,
}

/// Reports faults: of several at one place the gravest, more than a few of one file and kind together.
pub(super) fn report(model: &Model<'_>, findings: &mut Findings<'_>, mut faults: Vec<Fault<'_, '_>>) {
    join_addresses(&mut faults);
    let mut single: BTreeMap<(Place, &Name), &Fault<'_, '_>> = BTreeMap::new();
    for fault in &faults {
        let known = single.entry((fault.slot.place(), fault.slot.name)).or_insert(fault);
        if fault.level > known.level {
            *known = fault;
        }
    }
    let mut groups: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for ((place, _), fault) in single {
        let environment = fault.slot.environment.as_ref().filter(|_| !fault.slot.is_unnamed());
        let group = (fault.slot.path, fault.kind, fault.level, environment);
        groups.entry(group).or_default().push((place, fault));
    }
    for ((path, kind, level, environment), faults) in groups {
        let inside = environment.map(|environment| format!(" in {environment}")).unwrap_or_default();
        if let Some(((first, _), more)) = faults.split_first().filter(|_| faults.len() > FEW) {
            let mut told = BTreeSet::new();
            let names = faults.iter().map(|(_, fault)| fault.slot.name).filter(|name| told.insert(*name));
            let names = wording::names(names);
            let message = format!("{names} of {path}{inside} {}", kind.many);
            let finding = findings.report(first, kind.label, message).at_level(level).help(kind.help);
            if let Some(environment) = environment {
                finding.environment(environment);
            }
            // They differ by place, so that none of many is compared with all others.
            finding.related.extend(more.iter().map(|(place, _)| Label::new(place, kind.label)));
            continue;
        }
        for (place, fault) in faults {
            let name = fault.slot.name;
            let app = match &*fault.slot.apps {
                [app] => Some(model.apps.list[*app].name.as_str()),
                _ => None,
            };
            let of = app.map(|app| format!(" of {app}")).unwrap_or_default();
            let message = format!("`{name}`{of}{inside} {}", kind.one);
            let finding = findings.report(&place, kind.label, message).at_level(level);
            finding.variable(name).help(kind.help);
            if let Some(app) = app {
                finding.app(app);
            }
            if let Some(environment) = environment {
                finding.environment(environment);
            }
            for (place, text) in &fault.related {
                finding.related(place, *text);
            }
        }
    }
}

/// An address that repeats the password of a service of its own file has no cause of its own.
fn join_addresses(faults: &mut Vec<Fault<'_, '_>>) {
    let passwords: Vec<Option<Value>> = faults.iter().map(|fault| password(&fault.slot.value)).collect();
    let mut owners: BTreeMap<(&SourcePath, &str), usize> = BTreeMap::new();
    for (index, (fault, password)) in faults.iter().zip(&passwords).enumerate() {
        let slot: &Slot<'_> = fault.slot;
        if password.is_none() {
            owners.entry((slot.path, slot.value.expose())).or_insert(index);
        }
    }
    let owner_of = |fault: &Fault<'_, '_>, password: &Option<Value>| {
        owners.get(&(fault.slot.path, password.as_ref()?.expose())).copied()
    };
    let found: Vec<Option<usize>> =
        faults.iter().zip(&passwords).map(|(fault, password)| owner_of(fault, password)).collect();
    drop(owners);
    for (index, owner) in found.iter().enumerate() {
        let Some(place) = faults.get(index).map(|fault| fault.slot.place()) else { continue };
        if let Some(owner) = owner.and_then(|owner| faults.get_mut(owner)) {
            owner.related.push((place, "the same password"));
        }
    }
    let mut found = found.into_iter();
    faults.retain(|_| found.next().flatten().is_none());
}

/// The password in an address.
fn password(value: &Value) -> Option<Value> {
    let text = value.expose();
    let password = url::text_of(text, url::read(text)?.password?);
    (!password.is_empty()).then(|| url::decoded(password)).flatten()
}
