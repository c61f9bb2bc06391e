//! What the model says beside findings: the one place that asks it.

use std::collections::{BTreeMap, BTreeSet};

use crate::fact::{Image, Loaded};
use crate::model::Model;
use crate::name::Environment;
use crate::project::Project;
use crate::reporters::{Proof, Unknown};
use crate::source::SourcePath;
use crate::tables::environments;

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
    /// The app and the environment of each file.
    pub(super) files: BTreeMap<SourcePath, (Option<String>, Option<Environment>)>,
}

impl Overview {
    /// Asks the model.
    // STUB: the model is on its way; what stands here is what files say by their names alone.
    pub(super) fn of(project: &Project, _model: &Model<'_>) -> Self {
        let mut files = BTreeMap::new();
        let mut names = BTreeSet::new();
        for (path, file) in &project.files {
            let word = file.claim.words.words.iter().find_map(|word| environments::environment_of(word));
            files.insert(path.clone(), (None, word.map(Environment::new)));
            names.extend(file.loaded.facts.iter().map(|fact| fact.name.clone()));
        }
        let spoken: BTreeSet<Environment> = files.values().filter_map(|(_, environment)| environment.clone()).collect();
        let (apps, unknown, proofs) = (Vec::new(), Vec::new(), Vec::new());
        Self { apps, environments: spoken.into_iter().collect(), variables: names.len(), unknown, proofs, files }
    }

    /// The app and the environment of a file.
    pub(super) fn file(&self, path: &SourcePath) -> (Option<&str>, Option<&Environment>) {
        self.files.get(path).map_or((None, None), |(app, environment)| (app.as_deref(), environment.as_ref()))
    }
}

/// Whether any file says anything of a variable, a target or a secret.
pub(super) fn says_something(project: &Project) -> bool {
    let targets = project.groups.iter().any(|group| !group.targets.is_empty() || !group.reads.is_empty());
    let built =
        |image: &Image| image.stages.iter().any(|stage| !stage.settings.is_empty() || !stage.arguments.is_empty());
    let said = |loaded: &Loaded| {
        !loaded.facts.is_empty() || loaded.listing.is_some() || loaded.image.as_ref().is_some_and(built)
    };
    targets || project.files.values().any(|file| said(&file.loaded))
}
