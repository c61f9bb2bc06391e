//! What the model says beside findings: the one place that asks it.

use std::collections::{BTreeMap, BTreeSet};

use crate::fact::{Image, Loaded};
use crate::model::{AppTarget, Binding, Model, State, StoredState};
use crate::name::Environment;
use crate::project::Project;
use crate::reporters::{Proof, Unknown};
use crate::source::SourcePath;

/// What there is in a project.
#[derive(Debug, Default)]
pub(super) struct Overview {
    /// The apps, by name.
    pub(super) apps: Vec<String>,
    /// The environments of which some file speaks, by name.
    pub(super) environments: Vec<Environment>,
    /// The number of variables.
    pub(super) variables: usize,
    /// Of what nothing can be said.
    pub(super) unknown: Vec<Unknown>,
    /// What was proved.
    pub(super) proofs: Vec<Proof>,
}

impl Overview {
    /// Asks the model.
    pub(super) fn of(model: &Model<'_>) -> Self {
        let unknown = model.unknown().into_iter().map(|((app, environment, reason), bindings)| Unknown {
            app: model.apps.list[app].name.clone(),
            deployed: model.is_deployed(&environment),
            environment,
            reason: reason.to_string(),
            variables: bindings.iter().map(|binding| binding.name.clone()).collect(),
            secrets: bindings.iter().all(|binding| binding.stored.is_some()),
        });
        Self {
            apps: model.apps.list.iter().map(|app| app.name.clone()).collect(),
            environments: model.all_environments().into_iter().collect(),
            variables: model.variables().len(),
            unknown: unknown.collect(),
            proofs: proofs(model),
        }
    }
}

/// The apps and the environment of each file.
pub(super) fn files(project: &Project, model: &Model<'_>) -> BTreeMap<SourcePath, (Vec<String>, Option<Environment>)> {
    let app = |index: &usize| model.apps.list[*index].name.clone();
    let mut files: BTreeMap<SourcePath, (Vec<String>, Option<Environment>)> = project
        .files
        .keys()
        .map(|path| (path.clone(), (model.apps.owners(path).iter().map(app).collect(), None)))
        .collect();
    for source in &model.sources {
        let owners = source.owners.iter().map(app).collect();
        files.insert(source.path.clone(), (owners, source.environment.clone()));
    }
    let mut by_last: BTreeMap<&SourcePath, Vec<&AppTarget<'_>>> = BTreeMap::new();
    let mut by_place: BTreeMap<&SourcePath, Vec<&AppTarget<'_>>> = BTreeMap::new();
    for target in &model.targets {
        by_place.entry(&target.target.place.path).or_default().push(target);
        if let Some(last) = target.group.paths.last().filter(|_| target.group.paths.len() > 1) {
            by_last.entry(last).or_default().push(target);
        }
    }
    let mut bundled: BTreeMap<&SourcePath, BTreeSet<usize>> = BTreeMap::new();
    for (app, setting, _) in model.bundled() {
        bundled.entry(&setting.place.path).or_default().insert(app);
    }
    for path in project.groups.iter().flat_map(|group| &group.paths) {
        // An overlay speaks of the targets as it leaves them, a base of its own.
        let targets = by_last.get(path).or_else(|| by_place.get(path)).into_iter().flatten();
        let targets: Vec<_> = targets.filter(|target| target.app.is_some()).collect();
        let apps = targets.iter().filter_map(|target| target.app);
        let apps: BTreeSet<usize> = apps.chain(bundled.get(path).into_iter().flatten().copied()).collect();
        let mut environments: BTreeSet<&Environment> = targets.iter().map(|target| &target.environment).collect();
        let environment = environments.pop_first().filter(|_| environments.is_empty());
        files.insert(path.clone(), (apps.iter().map(app).collect(), environment.cloned()));
    }
    for (path, environment) in &project.listings {
        files.insert(path.clone(), (Vec::new(), Some(environment.clone())));
    }
    files
}

/// What is known of the required variables of each app, in each environment of which anything is.
fn proofs(model: &Model<'_>) -> Vec<Proof> {
    let mut groups: BTreeMap<(&Environment, usize), Vec<&Binding>> = BTreeMap::new();
    for binding in model.bindings.iter().filter(|binding| binding.needs_a_value()) {
        groups.entry((&binding.environment, binding.app)).or_default().push(binding);
    }
    let mut proofs = Vec::new();
    for ((environment, app), bindings) in groups {
        // What can be told of each is asked once; every number below is a question to these.
        let told: Vec<&Binding> = bindings.iter().copied().filter(|binding| binding.unknown(model).is_none()).collect();
        if told.is_empty() {
            continue;
        }
        let count =
            |of: &[&Binding], what: &dyn Fn(&Binding) -> bool| of.iter().filter(|binding| what(binding)).count();
        let injects = |binding: &Binding| binding.sightings.iter().any(|s| matches!(s.state, State::Injected(..)));
        // What a target takes has its own id, whatever ids are made of elsewhere.
        let takes_stored = |binding: &Binding| {
            binding.sightings.iter().any(|sighting| model.takes_what_is_stored(sighting) == Some(true))
        };
        let stored = |binding: &Binding| matches!(binding.stored, Some(StoredState::Held(..))) || takes_stored(binding);
        proofs.push(Proof {
            environment: environment.clone(),
            app: model.apps.list[app].name.clone(),
            required: bindings.len(),
            given: count(&told, &|binding| binding.is_given() && !injects(binding)),
            injected: count(&bindings, &injects),
            stored: count(&bindings, &stored),
            missing: count(&told, &|binding| !binding.is_given() && !stored(binding)),
            unknown: bindings.len() - told.len(),
        });
    }
    proofs
}

/// Whether any file says anything of a variable, a target or a secret.
pub(super) fn says_something(project: &Project) -> bool {
    let targets = project.groups.iter().any(|group| !group.targets.is_empty() || !group.reads.is_empty());
    let built = |image: &Image| image.stages.iter().any(|s| !s.settings.is_empty() || !s.arguments.is_empty());
    let said = |loaded: &Loaded| {
        let stored = loaded.listing.as_ref().is_some_and(|listing| !listing.secrets.is_empty());
        !loaded.facts.is_empty() || stored || loaded.image.as_ref().is_some_and(built)
    };
    let broken = |loaded: &Loaded| !loaded.problems.is_empty() && loaded.manifest.is_none();
    let modules = project.modules.iter().any(|module| !module.variables.is_empty() || !module.given.is_empty());
    targets || modules || project.files.values().any(|file| said(&file.loaded) || broken(&file.loaded))
}
