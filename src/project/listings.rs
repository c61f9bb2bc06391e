//! The listings that the command line and the config name: what a store holds in an environment.

use std::path::Path;

use thiserror::Error;

use super::locate::path_of;
use super::read::{Reader, read_anywhere};
use super::walk::Format;
use super::{Environments, Options, Project, Unread};
use crate::config::{Config, StoreEntry};
use crate::fact::{Role, StoreKind};
use crate::loaders::{Claim, File};
use crate::name::Environment;
use crate::source::{Place, SourceFile, SourcePath, visible};

/// A listing of the command line that cannot be used.
#[derive(Debug, Error)]
pub enum ListingError {
    /// It cannot be read.
    #[error("the listing `{path}` cannot be read: {reason}")]
    Unreadable {
        /// The file, as it was named.
        path: String,
        /// Why.
        reason: &'static str,
    },
    /// It can be read, and is none.
    #[error("`{path}` is no listing: line {line}: {message}")]
    NoListing {
        /// The file, as it was named.
        path: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong there.
        message: String,
    },
    /// Nothing tells its environment.
    #[error("nothing tells which environment the listing `{path}` is of")]
    NoEnvironment {
        /// The file, as it was named.
        path: String,
    },
}

impl ListingError {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::NoEnvironment { .. } => "say it: `--listing production=FILE`",
            Self::Unreadable { .. } => "save one with `gcloud secrets list --format=json > FILE`",
            Self::NoListing { .. } => {
                "a listing is what `gcloud secrets list --format=json` prints: names, never values"
            }
        }
    }
}

/// Loads every listing that is named, those of the command line first: they win over those of the config.
pub(super) fn load(project: &mut Project, reader: &Reader, options: &Options) -> Result<(), ListingError> {
    for (environment, path) in &options.listings {
        named(project, options, environment.as_deref(), path)?;
    }
    let config = project.config.clone();
    let of = |path: &SourcePath| project.files.get(path).and_then(kind);
    let given: Vec<Given> =
        project.listings.iter().map(|(path, environment)| (environment.clone(), of(path))).collect();
    for store in &config.stores {
        configured(project, reader, &config, store, &given);
    }
    Ok(())
}

fn named(project: &mut Project, options: &Options, environment: Option<&str>, disk: &Path) -> Result<(), ListingError> {
    let path = visible(&disk.to_string_lossy()).into_owned();
    let bytes = read_anywhere(disk)
        .map_err(|refusal| ListingError::Unreadable { path: path.clone(), reason: refusal.reason() })?;
    let place = place_of(project, disk, &path);
    let file = self::file(SourceFile::new(place.clone(), bytes), false);
    let (Some(listing), true) = (&file.loaded.listing, file.loaded.problems.is_empty()) else {
        let problem = file.loaded.problems.first();
        let line = problem.map_or(1, |problem| file.source.position(problem.span.start).line);
        let message = problem.map_or_else(|| "it holds no secrets".to_owned(), |problem| problem.message.clone());
        return Err(ListingError::NoListing { path, line, message });
    };
    let environments = Environments::new(&project.config);
    let of = |word: &str| environments.of_word(word).unwrap_or_else(|| Environment::new(word));
    let environment = environment
        .map(of)
        .or_else(|| listing.environment.as_deref().map(of))
        .or_else(|| word_in(&environments, &place))
        .or_else(|| match options.environments.as_slice() {
            [only] => Some(of(only)),
            _ => None,
        })
        .or_else(|| of_project(&project.config, listing.project.as_deref()?).as_deref().map(of))
        .ok_or(ListingError::NoEnvironment { path })?;
    project.listings.push((place.clone(), environment));
    project.files.insert(place, file);
    Ok(())
}

/// The environment and the store of a listing that the command line names.
type Given = (Environment, Option<StoreKind>);

/// Loads the listings of one entry, but for the environments for whose store one was `given`.
fn configured(project: &mut Project, reader: &Reader, config: &Config, store: &StoreEntry, given: &[Given]) {
    let Some((template, span)) = &store.listing else { return };
    let environments = Environments::new(config);
    let wanted = |environment: &Environment| {
        store.environments.is_empty() || environments.is_among(environment, &store.environments)
    };
    let origin = config.path.as_ref().map(|path| Place::new(path, *span));
    for environment in environments.all().into_iter().filter(wanted) {
        // A path holds the environment's name or, as ids do, its short form.
        let mut names = vec![environment.as_str(), environments.id(&environment)];
        names.dedup();
        for name in names {
            let written = template.replace("{environment}", name);
            let Some(path) = SourcePath::new("").join(&written) else {
                let reason = "it lies outside the root".to_owned();
                project.unread.push(Unread { path: SourcePath::new(&written), reason, named: origin.clone() });
                continue;
            };
            // Two entries may name one file.
            if project.listings.contains(&(path.clone(), environment.clone())) {
                break;
            }
            let disk = reader.root().join(path.as_str());
            match reader.read(&path, &disk) {
                Ok(source) => {
                    let local = project.ignored.matches(&path, false);
                    let file = self::file(source, local);
                    let of = kind(&file);
                    // What GitHub keeps for a repository and for an environment are two listings of one store.
                    let several = of.is_some_and(is_of_workflows);
                    let replaces = |given: &Given| given.0 == environment && (of.is_none() || given.1 == of);
                    if !several && given.iter().any(replaces) {
                        break;
                    }
                    project.files.insert(path.clone(), file);
                    project.listings.push((path, environment.clone()));
                    break;
                }
                // A template names one file for each environment; not every environment has one.
                Err(super::read::Refusal::Missing) if template.contains("{environment}") => {}
                Err(refusal) => {
                    project.unread.push(Unread { path, reason: refusal.reason().to_owned(), named: origin.clone() });
                }
            }
        }
    }
}

/// The store that a listing is of; what is no listing is of none.
fn kind(file: &File) -> Option<StoreKind> {
    file.loaded.listing.as_ref().map(|listing| listing.store)
}

/// Whether a store is for workflows.
fn is_of_workflows(store: StoreKind) -> bool {
    matches!(store, StoreKind::GitHubSecrets | StoreKind::GitHubVariables)
}

pub(super) fn file(source: SourceFile, local: bool) -> File {
    Format::Other(&crate::loaders::listing::LOADER).load(source, Claim::new(Role::Listing), local)
}

/// The path of a listing in reports: relative to the root if it lies there, else as it was named.
fn place_of(project: &Project, disk: &Path, written: &str) -> SourcePath {
    path_of(&project.root, disk).unwrap_or_else(|| SourcePath::new(written))
}

fn word_in(environments: &Environments, path: &SourcePath) -> Option<Environment> {
    path.as_str().rsplit(['/', '.', '-', '_', ' ']).find_map(|token| environments.of_word(token))
}

fn of_project(config: &Config, id: &str) -> Option<String> {
    let mut found = config.stores.iter().flat_map(|store| &store.project).filter(|(_, project)| *project == id);
    match (found.next(), found.next()) {
        (Some((environment, _)), None) if environment != "*" => Some(environment.clone()),
        _ => None,
    }
}
