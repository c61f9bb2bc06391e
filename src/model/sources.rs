//! Files as speakers: whose they are, of which environment, and which names they hold.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use globset::{Glob, GlobMatcher};

use crate::config::SourceEntry;
use crate::fact::{FactKind, Role, Setting, SettingValue, TargetKind};
use crate::loaders::File;
use crate::name::{Environment, Name};
use crate::parallel;
use crate::project::{Environments, Project};
use crate::source::{Place, SourcePath};

use super::apps::Apps;
use super::targets::AppTarget;

/// A file that speaks of variables, with what the project knows of it.
#[expect(clippy::struct_excessive_bools, reason = "independent observations, not a state")]
pub struct Source<'a> {
    /// Where it stands.
    pub path: &'a SourcePath,
    /// What was read.
    pub file: &'a File,
    /// The apps that it speaks for, by index.
    pub owners: Vec<usize>,
    /// Whether nothing says that it speaks for them: what it names counts, what it lacks or adds proves nothing.
    pub vague: bool,
    /// Whether it is an env file that is checked in and so shows people what there is, for want of a template beside
    /// it.
    pub shows: bool,
    /// Whether the config names its app.
    assigned: bool,
    /// The environment that it is of; `None`: none in particular.
    pub environment: Option<Environment>,
    /// The word of its name that is no environment: `docker` of `.env.docker.example`.
    pub variant: Option<String>,
    /// Whether the config says that it is the whole of its environment.
    pub complete: bool,
    /// What it gives, in its order; of env files and templates.
    pub settings: Vec<Arc<Setting>>,
    /// The names that it lists, in its order, live or commented, with where they stand.
    pub names: Vec<(Name, Place)>,
    /// The names that it has anywhere, also in prose.
    pub all_names: BTreeSet<Name>,
}

impl Source<'_> {
    fn is_template(&self) -> bool {
        self.file.claim.role == Role::Template
    }

    /// Whether it lists names for a person: a template, or the tables and lists of a document.
    pub fn documents(&self) -> bool {
        matches!(self.file.claim.role, Role::Template | Role::Document)
    }
}

/// The sources of a project: env files, templates and documents.
pub(super) fn find<'a>(
    project: &'a Project,
    apps: &Apps,
    environments: &Environments,
    targets: &[AppTarget<'a>],
) -> Vec<Source<'a>> {
    let speaks = |file: &File| matches!(file.claim.role, Role::Values | Role::Template | Role::Document);
    let files: Vec<_> = project.files.iter().filter(|(_, file)| speaks(file)).collect();
    let entries: Vec<(Vec<GlobMatcher>, &SourceEntry)> = project
        .config
        .sources
        .iter()
        .map(|entry| {
            let globs = entry.files.iter().filter_map(|glob| Glob::new(glob).ok());
            (globs.map(|glob| glob.compile_matcher()).collect(), entry)
        })
        .collect();
    let entry = |path: &SourcePath| {
        let found = entries.iter().find(|(globs, _)| globs.iter().any(|glob| glob.is_match(path.as_str())));
        found.map(|(_, entry)| *entry)
    };
    let mut sources: Vec<Source<'a>> =
        parallel::map(project.is_large(), files, |(path, file)| source(entry(path), apps, environments, path, file));
    // A folder without an app of its own belongs to the apps of the services that its compose files describe.
    let mut served: BTreeMap<SourcePath, BTreeSet<usize>> = BTreeMap::new();
    for target in targets.iter().filter(|target| target.target.kind == TargetKind::ComposeService) {
        for path in &target.group.paths {
            served.entry(path.folder()).or_default().extend(target.app);
        }
    }
    let templates: BTreeSet<SourcePath> =
        sources.iter().filter(|source| source.is_template()).map(|source| source.path.folder()).collect();
    for source in &mut sources {
        let folder = source.path.folder();
        source.shows = source.file.claim.role == Role::Values && !source.file.local && !templates.contains(&folder);
        if source.assigned || apps.claims(source.path) {
            continue;
        }
        match served.get(&folder).filter(|served| !served.is_empty()) {
            Some(served) => source.owners = served.iter().copied().collect(),
            None => source.vague = true,
        }
    }
    sources
}

fn source<'a>(
    entry: Option<&SourceEntry>,
    apps: &Apps,
    environments: &Environments,
    path: &'a SourcePath,
    file: &'a File,
) -> Source<'a> {
    let named = entry.and_then(|entry| entry.app.as_ref());
    let named = named.and_then(|name| apps.list.iter().position(|app| app.name == *name));
    let assigned = named.is_some();
    let owners = named.map_or_else(|| apps.owners(path), |app| vec![app]);
    let words = &file.claim.words;
    let named = words.words.iter().find_map(|word| environments.of_word(word));
    let variant = words.words.iter().find(|word| environments.of_word(word).is_none()).cloned();
    let of_folder = || {
        let home = apps.home(path).map_or_else(|| SourcePath::new(""), |app| apps.list[app].folder.clone());
        environments.of_folders(path, &home)
    };
    let by_default = || {
        let ordinary = file.claim.role == Role::Values && variant.is_none() && file.format == "dotenv";
        let plain = path.name() == ".env" || path.name() == "env" || words.local;
        (ordinary && plain).then(|| Environment::new("development"))
    };
    let environment = entry
        .and_then(|entry| entry.environment.as_deref())
        .map(|word| environments.of_word(word).unwrap_or_else(|| Environment::new(word)))
        .or(named)
        .or_else(of_folder)
        .or_else(by_default);
    let mut source = Source {
        path,
        file,
        owners,
        vague: false,
        shows: false,
        assigned,
        environment,
        variant,
        complete: entry.is_some_and(|entry| entry.complete),
        settings: Vec::new(),
        names: Vec::new(),
        all_names: BTreeSet::new(),
    };
    read_facts(&mut source);
    source
}

fn read_facts(source: &mut Source<'_>) {
    let mut all_names = Vec::with_capacity(source.file.loaded.facts.len());
    for fact in &source.file.loaded.facts {
        let place = Place::new(source.path, fact.span);
        let mut setting = |value, value_span| {
            source.settings.push(Arc::new(Setting {
                name: fact.name.clone(),
                place: place.clone(),
                value_span,
                value,
            }));
        };
        let listed = match &fact.kind {
            FactKind::Definition { value, value_span } => {
                setting(SettingValue::Given(value.clone()), *value_span);
                true
            }
            FactKind::PassThrough => {
                setting(SettingValue::PassThrough, fact.span);
                true
            }
            FactKind::Mention { list, .. } => list.is_some(),
            FactKind::Declaration(_) | FactKind::Reference { .. } => continue,
        };
        all_names.push(fact.name.clone());
        if listed {
            source.names.push((fact.name.clone(), place));
        }
    }
    source.all_names = all_names.into_iter().collect();
    source.names.shrink_to_fit();
    source.settings.shrink_to_fit();
}
