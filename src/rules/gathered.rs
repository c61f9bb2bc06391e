//! The same fault in several apps and environments, told once.

use std::collections::{BTreeMap, BTreeSet};

use super::wording;
use crate::finding::Finding;
use crate::model::{Model, View};
use crate::name::Environment;

/// Faults by what makes them the same one, each with where it holds.
pub(super) struct Gathered<K, T>(BTreeMap<K, (Where, T)>);

/// What makes some faults the same one, where they hold, and what else is known of them.
pub(super) type Found<K, T> = (K, Where, T);

/// The apps and the environments in which a fault holds.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Where {
    apps: BTreeSet<String>,
    environments: BTreeSet<Environment>,
}

impl<K: Ord, T> Gathered<K, T> {
    pub(super) fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Adds a fault of a view; of equal ones the first is kept.
    pub(super) fn add(&mut self, model: &Model<'_>, view: &View, key: K, fault: T) {
        self.at(model, view.app, [view.environment.clone()], key, fault);
    }

    /// Adds a fault of an app.
    pub(super) fn at(
        &mut self,
        model: &Model<'_>,
        app: usize,
        environments: impl IntoIterator<Item = Environment>,
        key: K,
        fault: T,
    ) {
        let (at, _) = self.0.entry(key).or_insert_with(|| (Where::default(), fault));
        at.apps.insert(model.apps.list[app].name.clone());
        at.environments.extend(environments);
    }

    /// Every fault, those together that one of its files has in the same apps and environments: more than a few of them
    /// are one finding.
    pub(super) fn by_file<G: Ord>(self, file: impl Fn(&K) -> G) -> impl Iterator<Item = Vec<Found<K, T>>> {
        let mut groups: BTreeMap<(G, Where), Vec<Found<K, T>>> = BTreeMap::new();
        for (key, at, fault) in self.all() {
            groups.entry((file(&key), at.clone())).or_default().push((key, at, fault));
        }
        groups.into_values()
    }

    /// Every fault, in the order of the keys.
    pub(super) fn all(self) -> impl Iterator<Item = Found<K, T>> {
        self.0.into_iter().map(|(key, (at, fault))| (key, at, fault))
    }
}

impl Where {
    /// `api and web`.
    pub(super) fn apps(&self) -> String {
        wording::words(&self.apps)
    }

    /// `production and staging`.
    pub(super) fn environments(&self) -> String {
        wording::words(&self.environments)
    }

    /// Says of a finding which app and which environment it is about, where it is one.
    pub(super) fn tell(&self, finding: &mut Finding) {
        if let (Some(app), 1) = (self.apps.first(), self.apps.len()) {
            finding.app(app);
        }
        if let (Some(environment), 1) = (self.environments.first(), self.environments.len()) {
            finding.environment(environment);
        }
    }
}
