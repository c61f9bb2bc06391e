//! What is asked of a model again and again, found once: nothing that the model does not say by itself.

use std::collections::BTreeSet;

use crate::fact::LayerKind;
use crate::name::{Environment, Name, NameMap, NameSet};
use crate::project::Project;

use super::Model;
use super::bindings::Binding;
use super::documents::{Documented, Templates};
use super::explain;
use super::sources::Source;
use super::targets::AppTarget;

/// The ways into a model that are short.
#[derive(Default)]
pub(super) struct Indexes {
    /// By app: its sources, by index.
    sources: Vec<Vec<usize>>,
    /// The templates.
    pub(super) templates: Templates,
    /// By app: the environments that its facts and the config name.
    pub(super) environments: Vec<BTreeSet<Environment>>,
    /// By app: its targets, by index.
    targets: Vec<Vec<usize>>,
    /// By app: the names that its targets give.
    given_by_targets: Vec<NameSet>,
    /// The names that belong to third parties' services.
    foreign: NameSet,
    /// The names that compose reads for a purpose of its own, and those that images are made of.
    read_by_compose: NameSet,
    /// The names that anything documents.
    documented: NameSet,
    /// The names that any source or target has.
    held: NameSet,
    /// The bindings of each name, by index.
    bindings: NameMap<Name, Vec<usize>>,
}

impl Indexes {
    pub(super) fn new(project: &Project, apps: usize, sources: &[Source<'_>], targets: &[AppTarget<'_>]) -> Self {
        let mut index = Self {
            sources: vec![Vec::new(); apps],
            templates: Templates::of(sources),
            targets: vec![Vec::new(); apps],
            given_by_targets: vec![NameSet::default(); apps],
            foreign: foreign_names(targets),
            read_by_compose: explain::read_by_compose(project),
            ..Self::default()
        };
        for (at, source) in sources.iter().enumerate() {
            index.held.extend(source.all_names.iter().cloned());
            for app in &source.owners {
                if let Some(of_app) = index.sources.get_mut(*app) {
                    of_app.push(at);
                }
            }
        }
        for (at, target) in targets.iter().enumerate() {
            let names = || target.target.layers.iter().flat_map(|layer| &layer.settings).map(|setting| &setting.name);
            index.held.extend(names().cloned());
            let Some(app) = target.app else { continue };
            if let (Some(of_app), Some(given)) = (index.targets.get_mut(app), index.given_by_targets.get_mut(app)) {
                of_app.push(at);
                given.extend(names().cloned());
            }
        }
        index
    }

    pub(super) fn document(&mut self, documented: &[Documented]) {
        self.documented = documented.iter().flat_map(|documented| documented.names.iter().cloned()).collect();
    }

    pub(super) fn bind(&mut self, bindings: &[Binding]) {
        for (at, binding) in bindings.iter().enumerate() {
            self.bindings.entry(binding.name.clone()).or_default().push(at);
        }
    }

    /// The sources of an app, by index.
    pub(super) fn sources_of(&self, app: usize) -> &[usize] {
        self.sources.get(app).map(Vec::as_slice).unwrap_or_default()
    }

    /// The targets of an app, by index.
    pub(super) fn targets_of(&self, app: usize) -> &[usize] {
        self.targets.get(app).map(Vec::as_slice).unwrap_or_default()
    }
}

fn foreign_names(targets: &[AppTarget<'_>]) -> NameSet {
    let mut names = NameSet::default();
    for target in targets.iter().filter(|target| target.foreign) {
        let family = target.family;
        for layer in &target.target.layers {
            // A shared env file also holds names that are not this service's.
            let own = layer.kind == LayerKind::Environment;
            let reads = |name: &Name| own || family.is_some_and(|family| family.reads(name.as_str()));
            names.extend(layer.settings.iter().map(|setting| &setting.name).filter(|name| reads(name)).cloned());
        }
    }
    names
}

impl<'a> Model<'a> {
    /// The sources that speak for an app.
    pub fn sources_of(&self, app: usize) -> impl Iterator<Item = &Source<'a>> {
        self.indexes.sources_of(app).iter().filter_map(|index| self.sources.get(*index))
    }

    /// The targets that run an app, with their indexes.
    pub fn targets_of(&self, app: usize) -> impl Iterator<Item = (usize, &AppTarget<'a>)> {
        self.indexes.targets_of(app).iter().filter_map(|index| Some((*index, self.targets.get(*index)?)))
    }

    /// The bindings of one app.
    pub fn bindings_of(&self, app: usize) -> &[Binding] {
        // They stand app by app.
        let from = self.bindings.partition_point(|binding| binding.app < app);
        let to = self.bindings.partition_point(|binding| binding.app <= app);
        self.bindings.get(from..to).unwrap_or_default()
    }

    /// The bindings of one name.
    pub fn bindings_named(&self, name: &Name) -> impl Iterator<Item = &Binding> {
        let indexes = self.indexes.bindings.get(name).map(Vec::as_slice).unwrap_or_default();
        indexes.iter().filter_map(|index| self.bindings.get(*index))
    }

    /// The bindings of one variable of one app.
    pub fn bindings_of_named(&self, app: usize, name: &Name) -> impl Iterator<Item = &Binding> {
        let indexes = self.indexes.bindings.get(name).map(Vec::as_slice).unwrap_or_default();
        // They stand app by app.
        let app_of = |index: &usize| self.bindings.get(*index).map(|binding| binding.app);
        let from = indexes.partition_point(|index| app_of(index) < Some(app));
        let of_app = indexes.get(from..).unwrap_or_default();
        of_app.iter().filter_map(|index| self.bindings.get(*index)).take_while(move |binding| binding.app == app)
    }

    /// Whether an env file or a target of an app gives a variable; templates and documents do not give.
    pub fn is_given_by_values(&self, app: usize, name: &Name) -> bool {
        let file = name.file();
        let given = self.indexes.given_by_targets.get(app);
        self.sources_of(app)
            .any(|source| !source.documents() && (source.all_names.contains(name) || source.all_names.contains(&file)))
            || given.is_some_and(|names| names.contains(name) || names.contains(&file))
    }

    /// Whether a name belongs to a third party's service of this repository.
    pub fn is_foreign_name(&self, name: &Name) -> bool {
        self.indexes.foreign.contains(name)
    }

    /// Whether compose reads a name for anything but to hand it on under the same name.
    pub fn is_read_by_compose(&self, name: &Name) -> bool {
        self.indexes.read_by_compose.contains(name)
    }

    /// Whether anything in the repository that is meant for people names a variable.
    pub fn is_documented_anywhere(&self, name: &Name) -> bool {
        self.indexes.documented.contains(name)
    }

    /// Whether any env file, template, document or target has a name.
    pub fn is_held_anywhere(&self, name: &Name) -> bool {
        self.indexes.held.contains(name)
    }
}
