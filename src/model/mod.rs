//! Facts, joined: apps, environments, targets, views and bindings.
//!
//! Loaders say what single files say; this says what an app will see. It is pure and deterministic. Besides *given*
//! and *not given* there is everywhere a third answer, *unknown*, and what is unknown makes no finding.

mod applied;
mod apps;
mod bindings;
mod bundles;
mod commands;
mod deployed;
mod documents;
mod explain;
mod files;
mod given;
mod images;
mod indexes;
mod injections;
mod loaders;
mod presence;
mod problems;
pub mod renames;
mod schema;
mod slots;
mod sources;
mod step_bundles;
mod stored;
mod targets;
mod view_building;
mod views;

use std::collections::{BTreeMap, BTreeSet};

use self::indexes::Indexes;
use crate::fact::{LayerState, LinkOutcome, TargetGroup};
use crate::name::{Environment, Name, NameSet};
use crate::parallel;
use crate::project::{Environments, Project};
use crate::source::SourcePath;
use crate::tables::{platform, public, sdk};

pub use apps::{App, Apps};
pub use bindings::{Binding, StoredState};
pub use bundles::Bundle;
pub use documents::{Documented, looks_like_env_file};
pub use explain::Explained;
pub use given::Given;
pub use images::Built;
pub use injections::Injection;
pub use loaders::{Agreed, Handed, Reader, Readings, readers};
pub use presence::{Presence, Presences, Reading};
pub use schema::AppSchema;
pub use slots::{Origin, Slot};
pub use sources::Source;
pub use step_bundles::StepBundle;
pub use stored::{Holding, Stores, version_state};
pub use targets::{AppTarget, ENVIRONMENT_VARIABLES, is_unnamed, repository_names};
pub use views::{Phase, Reason, Sighting, State, View, ViewLayer};

/// What the apps of a project will see.
pub struct Model<'a> {
    /// What was read.
    pub project: &'a Project,
    /// The environments that it knows.
    pub environments: Environments,
    /// The apps.
    pub apps: Apps,
    /// The schema of each app, by its index.
    pub schemas: Vec<AppSchema>,
    /// What the known loaders of env files make of them; without those files that every loader reads the same.
    pub readings: BTreeMap<SourcePath, Readings>,
    /// Env files, templates and documents.
    pub sources: Vec<Source<'a>>,
    /// The targets.
    pub targets: Vec<AppTarget<'a>>,
    /// The steps of pipelines that build what browsers get of an app.
    pub step_bundles: Vec<StepBundle<'a>>,
    /// What is documented for each app, by its index.
    pub documented: Vec<Documented>,
    /// The listings.
    pub stores: Stores<'a>,
    /// The views.
    pub views: Vec<View>,
    /// One for each declared variable of an app in each of its environments.
    pub bindings: Vec<Binding>,
    /// Names that stand where others are meant.
    pub renames: Vec<Explained>,
    /// Every place that gives a variable a literal value.
    pub slots: Vec<Slot<'a>>,
    indexes: Indexes,
    /// The environments that were asked for and that there are.
    asked: BTreeSet<Environment>,
}

impl<'a> Model<'a> {
    /// Joins what was read.
    pub fn new(project: &'a Project) -> Self {
        let environments = Environments::new(&project.config);
        let apps = Apps::find(project);
        let schemas = AppSchema::find(project, &apps);
        let targets = targets::find(project, &apps, &environments);
        let sources = sources::find(project, &apps, &environments, &targets);
        let mut indexes = Indexes::new(project, apps.list.len(), &sources, &targets);
        let documented: Vec<Documented> =
            (0..apps.list.len()).map(|app| document(&indexes, &sources, &targets, app)).collect();
        indexes.document(&documented);
        let step_bundles = step_bundles::find(project, &apps, &environments);
        let stores = Stores::new(project, &secrets(&schemas));
        let mut model = Self {
            project,
            environments,
            apps,
            schemas,
            readings: loaders::find(project),
            sources,
            targets,
            step_bundles,
            documented,
            stores,
            views: Vec::new(),
            bindings: Vec::new(),
            renames: Vec::new(),
            slots: Vec::new(),
            indexes,
            asked: BTreeSet::new(),
        };
        let apps = (0..model.apps.list.len()).collect();
        model.indexes.environments = parallel::map(project.is_large(), apps, |app| model.spoken_of(app));
        if project.certain {
            model.asked.clone_from(&project.requested);
        } else if !project.requested.is_empty() {
            model.asked = model.all_environments().intersection(&project.requested).cloned().collect();
        }
        model.views = view_building::build(&model);
        model.bindings = bindings::bind(&model);
        model.indexes.bind(&model.bindings);
        model.renames = explain::find(&model);
        model.slots = slots::all(&model);
        model
    }

    /// The environments of an app: those that any of its facts names, those of the config, and those that were asked
    /// for and that any other app has: a gate must not pass because nothing was said of one of them.
    pub fn environments_of(&self, app: usize) -> BTreeSet<Environment> {
        let mut found = self.indexes.environments.get(app).cloned().unwrap_or_default();
        found.extend(self.asked.iter().cloned());
        found
    }

    /// The environments that the facts of an app and the config name.
    fn spoken_of(&self, app: usize) -> BTreeSet<Environment> {
        let mut found: BTreeSet<Environment> = self.environments.configured().collect();
        found.extend(self.schemas[app].environments(&self.environments));
        found.extend(self.targets_of(app).map(|(_, target)| target.environment.clone()));
        let sources = self.sources_of(app).filter(|source| !source.documents());
        found.extend(sources.filter_map(|source| source.environment.clone()));
        found.extend(self.stores.named_environments().cloned());
        // One listing for whatever there is tells of a store that users' secrets are in.
        if self.stores.shares_a_listing() && !found.iter().any(|environment| self.is_deployed(environment)) {
            found.insert(Environment::new("production"));
        }
        if found.is_empty() {
            // Whatever nobody names is at least developed.
            found.insert(Environment::new("development"));
        }
        found
    }

    /// Whether users meet what runs in an environment.
    pub fn is_deployed(&self, environment: &Environment) -> bool {
        is_unnamed(environment) || self.environments.is_deployed(environment)
    }

    /// Every environment of every app.
    pub fn all_environments(&self) -> BTreeSet<Environment> {
        self.indexes.environments.iter().flatten().cloned().collect()
    }

    /// Whether any fact speaks of an environment: a file, a target, a listing, a schema, or a variable that must have a
    /// value there. That the config names it is no fact.
    pub fn says_of(&self, environment: &Environment) -> bool {
        let required = |binding: &Binding| binding.environment == *environment && binding.needs_a_value();
        let of_schema = |schema: &AppSchema| schema.environments(&self.environments).contains(environment);
        self.bindings.iter().any(required)
            || self.schemas.iter().any(of_schema)
            || self.targets.iter().any(|target| target.app.is_some() && target.environment == *environment)
            || self.sources.iter().any(|source| !source.documents() && source.environment.as_ref() == Some(environment))
            || self.stores.named_environments().any(|of| of == environment)
    }

    /// Every variable that something declares, gives, reads, stores or names as a variable of an app.
    pub fn variables(&self) -> NameSet {
        let declared = self.schemas.iter().flat_map(|schema| schema.resolved.declarations.keys().cloned());
        let listed = self.sources.iter().flat_map(|source| source.names.iter().map(|(name, _)| name.clone()));
        let targets = self.targets.iter().filter(|target| target.app.is_some());
        let layers = targets.flat_map(|target| &target.target.layers);
        let given = layers.flat_map(|layer| layer.settings.iter().map(|setting| setting.name.clone()));
        declared.chain(listed).chain(given).collect()
    }

    /// Whether a name is one that platforms, tools or the SDKs of an app provide or read by themselves.
    pub fn is_noise(&self, app: usize, name: &Name) -> bool {
        platform::is_platform_name(name) || sdk::read_by_sdk(name.as_str(), &self.apps.list[app].dependencies).is_some()
    }

    /// Whether a template, a list or prose of an app names a variable.
    pub fn is_documented(&self, app: usize, name: &Name) -> bool {
        let documented = &self.documented[app];
        let holds = |name: &Name| documented.names.contains(name) || documented.shown.contains(name);
        holds(name) || holds(&name.file())
    }

    /// What is required and cannot be told, by app, environment and reason.
    pub fn unknown(&self) -> BTreeMap<(usize, Environment, Reason), Vec<&Binding>> {
        let mut found: BTreeMap<_, Vec<&Binding>> = BTreeMap::new();
        for binding in &self.bindings {
            if let Some(reason) = binding.unknown(self) {
                found.entry((binding.app, binding.environment.clone(), reason)).or_default().push(binding);
            }
        }
        found
    }

    /// The prefix that makes a variable of an app public at build time, if its name has one.
    pub fn public_prefix(&self, app: usize, name: &Name) -> Option<&str> {
        let own = self.schemas[app].resolved.public_prefixes.as_deref().unwrap_or_default();
        let own = own.iter().find(|prefix| name.as_str().starts_with(prefix.as_str())).map(String::as_str);
        let of_framework = || public::public_prefix(name.as_str(), &self.apps.list[app].dependencies);
        own.or_else(|| of_framework().map(|prefix| prefix.prefix))
    }

    /// The prefixes that make variables of an app public, by its schema and its frameworks.
    pub fn public_prefixes(&self, app: usize) -> Vec<&str> {
        match self.schemas[app].resolved.public_prefixes.as_deref() {
            Some(own) => own.iter().map(String::as_str).collect(),
            None => public::prefixes(&self.apps.list[app].dependencies),
        }
    }

    /// Whether nothing that a group's references resolve in holds a name, and nothing hints that the shell does.
    pub fn is_undefined_in(&self, group: &TargetGroup, name: &Name) -> bool {
        if self.is_documented_anywhere(name) {
            return false;
        }
        if self.is_shown_for(group, name) {
            return false;
        }
        let layers: Vec<ViewLayer> = group.surroundings.iter().map(|layer| view_building::layer(self, layer)).collect();
        let known = |layer: &ViewLayer| layer.open.is_none() || layer.stand_in;
        !layers.is_empty() && layers.iter().all(|layer| known(layer) && !layer.settings.contains_key(name))
    }

    /// Whether the `.env` of a group is missing, and another env file beside it, which is checked in, has a name:
    /// `dev.env` and `deploy.env` are there to be copied.
    fn is_shown_for(&self, group: &TargetGroup, name: &Name) -> bool {
        let missing = group.surroundings.iter().filter_map(|layer| match &layer.state {
            LayerState::Unread { outcome: LinkOutcome::Missing(path), .. } => Some(path.folder()),
            _ => None,
        });
        missing.into_iter().any(|folder| {
            let beside = self.sources.iter().filter(|source| source.path.folder() == folder);
            beside
                .into_iter()
                .any(|source| !source.documents() && !source.file.local && source.all_names.contains(name))
        })
    }

    /// The template that stands for an env file that was not read.
    pub fn stand_in(&self, path: &SourcePath) -> Option<&Source<'a>> {
        let template = self.indexes.templates.stand_in(path)?;
        let at = self.sources.binary_search_by_key(&template, |source| source.path).ok()?;
        self.sources.get(at)
    }
}

/// What is documented for an app, with the templates that stand for the env files of its targets.
fn document(indexes: &Indexes, sources: &[Source<'_>], targets: &[AppTarget<'_>], app: usize) -> Documented {
    let of_app = indexes.targets_of(app).iter().filter_map(|index| targets.get(*index));
    let layers = of_app.flat_map(|target| target.target.layers.iter().chain(&target.group.surroundings));
    let unread = layers.filter_map(|layer| match &layer.state {
        LayerState::Unread { outcome: LinkOutcome::Missing(path) | LinkOutcome::Ignored(path), .. } => Some(path),
        _ => None,
    });
    let stand_ins: Vec<&SourcePath> = unread.filter_map(|path| indexes.templates.stand_in(path)).collect();
    documents::documented(sources, indexes.sources_of(app), &stand_ins)
}

/// The names of the secrets that any app declares.
fn secrets(schemas: &[AppSchema]) -> BTreeSet<Name> {
    let declared = schemas.iter().flat_map(|schema| &schema.resolved.declarations);
    let secrets = declared.filter(|(_, declared)| declared.declaration.is_kept_in_store());
    secrets.map(|(name, _)| name.clone()).collect()
}
