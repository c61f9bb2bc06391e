//! Env files as layers: those that services and includes name, and the `.env` that compose reads unasked.

use std::collections::BTreeMap;

use super::parts::EnvFile;
use crate::fact::{Layer, LayerKind, LayerState, LinkOutcome, Setting};
use crate::loaders::Files;
use crate::loaders::dotenv::{self, Settings};
use crate::source::{Place, SourcePath};
use crate::syntax::dotenv::Dialect;

/// How many settings all layers and targets may hold together; what goes beyond is left out and said to be so.
const SETTINGS: usize = 400_000;

/// The env files of a run, each read once.
pub(super) struct EnvFiles<'a> {
    files: &'a Files<'a>,
    read: BTreeMap<(SourcePath, bool), Settings>,
    budget: usize,
}

/// The folder that paths start from, and the files that are read as if they stood there.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    pub(super) folder: SourcePath,
    pub(super) paths: Vec<SourcePath>,
}

impl Scope {
    /// The folder that a path written at `place` starts from: the project's, or that of the file it was taken from.
    pub(super) fn base(&self, place: &Place) -> SourcePath {
        if self.paths.contains(&place.path) { self.folder.clone() } else { place.path.folder() }
    }
}

impl<'a> EnvFiles<'a> {
    pub(super) fn new(files: &'a Files<'a>) -> Self {
        Self { files, read: BTreeMap::new(), budget: SETTINGS }
    }

    /// Whether `count` more settings may be held.
    pub(super) fn afford(&mut self, count: usize) -> bool {
        let fits = count <= self.budget;
        if fits {
            self.budget -= count;
        }
        fits
    }

    /// The layer of an entry of `env_file`.
    pub(super) fn named(&mut self, file: &EnvFile, scope: &Scope) -> Layer {
        let outcome = self.outcome(file, scope);
        let path = match &outcome {
            LinkOutcome::Loaded(path)
            | LinkOutcome::Missing(path)
            | LinkOutcome::Ignored(path)
            | LinkOutcome::Unreadable(path) => Some(path.clone()),
            LinkOutcome::Outside | LinkOutcome::Unresolved => None,
        };
        let kind = LayerKind::EnvFile(path);
        self.layer(kind, file.place.clone(), outcome, file.required, file.raw)
    }

    /// The `.env` of a folder, which compose reads if there is one.
    pub(super) fn default(&mut self, folder: &SourcePath, named: Place) -> Option<Layer> {
        let path = folder.join(".env")?;
        let outcome = self.presence(&path);
        Some(self.layer(LayerKind::DefaultEnvFile(path), named, outcome, false, false))
    }

    /// An env file that a command names for references (`--env-file`).
    pub(super) fn around(&mut self, path: &SourcePath, named: Place) -> Layer {
        let outcome = self.presence(path);
        self.layer(LayerKind::EnvFile(Some(path.clone())), named, outcome, true, false)
    }

    fn presence(&self, path: &SourcePath) -> LinkOutcome {
        if self.files.get(path).is_some() {
            LinkOutcome::Loaded(path.clone())
        } else if self.files.is_ignored(path) {
            LinkOutcome::Ignored(path.clone())
        } else {
            LinkOutcome::Missing(path.clone())
        }
    }

    /// What the env file at a path gives; `None` if it was not read.
    pub(super) fn settings(&mut self, path: &SourcePath, raw: bool) -> Option<&Settings> {
        let file = self.files.get(path)?;
        let dialect = if raw { Dialect::Docker } else { Dialect::Compose };
        let read = self.read.entry((path.clone(), raw));
        Some(read.or_insert_with(|| dotenv::settings(file, dialect)))
    }

    fn layer(&mut self, kind: LayerKind, named: Place, outcome: LinkOutcome, required: bool, raw: bool) -> Layer {
        let read = match &outcome {
            LinkOutcome::Loaded(path) => self.settings(path, raw).map(|read| (read.settings.len(), read.whole)),
            _ => None,
        };
        let (LinkOutcome::Loaded(path), Some((count, whole))) = (outcome.clone(), read) else {
            let state = LayerState::Unread { outcome, required };
            return Layer { kind, named, settings: Vec::new(), state };
        };
        let affordable = self.afford(count);
        let settings: Vec<Setting> = match self.settings(&path, raw) {
            Some(read) if affordable => read.settings.clone(),
            _ => Vec::new(),
        };
        let state = if whole && affordable { LayerState::Whole } else { LayerState::Partial };
        Layer { kind, named, settings, state }
    }

    fn outcome(&self, file: &EnvFile, scope: &Scope) -> LinkOutcome {
        let base = scope.base(&file.place);
        let named = self.files.get(&file.place.path);
        if base == file.place.path.folder() {
            let outcome = named.and_then(|named| named.outcomes.get(file.link));
            return outcome.cloned().unwrap_or(LinkOutcome::Unresolved);
        }
        // The link was followed from the file's own folder, and compose starts from another one.
        if file.path.contains('$') {
            return LinkOutcome::Unresolved;
        }
        let Some(path) = base.join(&file.path) else { return LinkOutcome::Outside };
        if self.files.get(&path).is_some() {
            LinkOutcome::Loaded(path)
        } else if self.files.is_ignored(&path) {
            LinkOutcome::Ignored(path)
        } else {
            LinkOutcome::Unresolved
        }
    }
}
