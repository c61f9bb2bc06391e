//! A run of bake: which files, which targets, what is set beside them, and what is built then.

use std::collections::BTreeMap;

use super::resolve::Resolver;
use super::{DEFAULTS, LOADER, Parsed};
use crate::fact::{Build, ImageBuild};
use crate::loaders::Files;
use crate::loaders::commands::{Content, Variable};
use crate::source::{Place, SourcePath, Span};

/// How many images one run builds at most.
const BUILDS: usize = 256;

/// What compose files are called that bake reads where none is named.
const COMPOSE: &[&str] = &["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];

/// A run of bake.
#[derive(Clone, Debug, Default)]
pub(in crate::loaders) struct BakeCall {
    /// The files that it names; `None`: those of the folder. A file that cannot be told is `None`.
    pub(in crate::loaders) files: Option<Vec<Option<SourcePath>>>,
    /// The folder that it runs in.
    pub(in crate::loaders) folder: Option<SourcePath>,
    /// The targets and groups that it names.
    pub(in crate::loaders) targets: Vec<String>,
    /// What it sets.
    pub(in crate::loaders) changes: Vec<Change>,
    /// The variables of its surroundings.
    pub(in crate::loaders) variables: BTreeMap<String, Variable>,
    /// The word by which its file says for what environment.
    pub(in crate::loaders) environment: Option<String>,
    /// Where it stands; `None` where nothing runs it.
    pub(in crate::loaders) place: Option<Place>,
    /// Whether something of it could not be followed.
    pub(in crate::loaders) open: bool,
}

/// `--set pattern.key=value`.
#[derive(Clone, Debug)]
pub(in crate::loaders) struct Change {
    /// The targets that it is for: a name, or one with `*`.
    pub(in crate::loaders) pattern: String,
    /// What it changes: `target`, `args.NAME`.
    pub(in crate::loaders) key: String,
    /// Where the last part of that stands.
    pub(in crate::loaders) place: Place,
    pub(in crate::loaders) value: Content,
    pub(in crate::loaders) value_span: Span,
}

impl Change {
    /// Whether it is for a target; `None` where that cannot be told.
    pub(super) fn fits(&self, target: &str) -> Option<bool> {
        match self.pattern.split_once('*') {
            None if self.pattern.contains(['[', '?']) => None,
            None => Some(self.pattern == target),
            Some((_, end)) if end.contains(['*', '[', '?']) => None,
            Some((start, end)) => {
                Some(target.len() >= start.len() + end.len() && target.starts_with(start) && target.ends_with(end))
            }
        }
    }
}

impl BakeCall {
    /// What the files of a folder say where nothing runs them.
    pub(super) fn of_folder(folder: &SourcePath) -> Self {
        Self { folder: Some(folder.clone()), open: true, ..Self::default() }
    }
}

/// The images that a run of bake builds.
pub(in crate::loaders) fn builds(files: &Files<'_>, call: &BakeCall) -> Vec<ImageBuild> {
    let mut open = call.open;
    let mut found: Vec<(&SourcePath, &Parsed)> = Vec::new();
    let mut add = |path: &SourcePath| {
        let Some((path, file)) = files.of(LOADER.name).find(|(known, _)| *known == path) else { return false };
        let parsed = file.loaded.parsed.as_ref().and_then(|parsed| parsed.downcast_ref::<Parsed>());
        found.extend(parsed.map(|parsed| (path, parsed)));
        parsed.is_some()
    };
    match (&call.files, &call.folder) {
        (Some(named), _) => {
            for path in named {
                let is_read = path.as_ref().is_some_and(&mut add);
                let is_compose = || path.as_ref().is_some_and(|path| COMPOSE.contains(&path.name()));
                open |= !is_read && !is_compose();
            }
        }
        (None, Some(folder)) => {
            for path in DEFAULTS.iter().filter_map(|name| folder.join(name)) {
                add(&path);
            }
        }
        (None, None) => return Vec::new(),
    }
    if found.is_empty() {
        return Vec::new();
    }
    open |= found.iter().any(|(_, parsed)| parsed.lossy);
    let Some(mut resolver) = Resolver::new(files, call, &found) else { return Vec::new() };
    let names = resolver.wanted();
    let mut builds = Vec::new();
    for name in names.into_iter().take(BUILDS) {
        let Some(made) = resolver.target(&name, &mut Vec::new()) else { continue };
        let folder = call.folder.as_ref();
        let context =
            made.context.or(".").filter(|context| !is_elsewhere(context)).and_then(|context| folder?.join(context));
        let dockerfile =
            made.dockerfile.or("Dockerfile").filter(|_| !made.inline).and_then(|path| context.as_ref()?.join(path));
        let (path, span) = match &call.place {
            Some(place) => (place.path.clone(), place.span),
            None => (made.place.path.clone(), made.place.span),
        };
        let build = Build {
            context,
            dockerfile,
            stage: made.stage.clone(),
            arguments: made.arguments.clone(),
            secrets: made.secrets.clone(),
            span,
        };
        let environment = call.environment.clone();
        builds.push(ImageBuild { build, path, images: made.images.clone(), environment, partial: open || made.open });
    }
    builds
}

fn is_elsewhere(context: &str) -> bool {
    context == "-"
        || context.contains("://")
        || context.starts_with("git@")
        || context.starts_with(['/', '$'])
        || context.starts_with("target:")
}
