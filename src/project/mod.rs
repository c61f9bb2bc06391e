//! The only reader of files: walk, classify, read and load, follow links, assemble.
//!
//! Nothing outside the root is read because content says so, and nothing is ever written.

mod entries;
mod environments;
mod gitignore;
mod links;
mod listings;
mod locate;
mod mentions;
mod read;
mod schemas;
mod walk;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::config::Config;
use crate::fact::{Module, Problem, Setting, TargetGroup};
use crate::loaders::{DRIVEN, File, Files, LOADERS};
use crate::name::Environment;
use crate::parallel;
use crate::schemas::value_schema::ValueSchema;
use crate::source::{Place, SourceFile, SourcePath};

pub use environments::Environments;
pub use gitignore::GitIgnore;
pub use listings::ListingError;
pub use locate::{ConfigChoice, LocateError, Located, locate, path_of};
pub use mentions::Mentions;
pub use walk::{NO_SCHEMA, SKIPPED};

/// Everything that was read below one root.
pub struct Project {
    /// The root folder.
    pub root: PathBuf,
    /// Its config.
    pub config: Config,
    /// The files that were read, by path.
    pub files: BTreeMap<SourcePath, File>,
    /// The JSON Schemas of single values that schemas name, by path.
    pub value_schemas: BTreeMap<SourcePath, ValueSchema>,
    /// The targets, with the files that describe them.
    pub groups: Vec<TargetGroup>,
    /// The modules that take variables of their own.
    pub modules: Vec<Module>,
    /// What is given to commands that run tests.
    pub tried: Vec<Setting>,
    /// What cannot be read together, beside the problems of single files.
    pub problems: Vec<(SourcePath, Problem)>,
    /// The listings that were read, each with the environment that it is of.
    pub listings: Vec<(SourcePath, Environment)>,
    /// What was not read, and why.
    pub unread: Vec<Unread>,
    /// Files that tell what a folder is by their mere presence: `next.config.js`, `manage.py`.
    pub markers: Vec<SourcePath>,
    /// What git ignores.
    pub ignored: GitIgnore,
    /// The environments that were asked for; empty: all.
    pub requested: BTreeSet<Environment>,
    /// Whether those are there because somebody says so, though no file may speak of them.
    pub certain: bool,
    /// The time at which listings must not be too old.
    pub now: Timestamp,
}

/// Something that was not read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unread {
    /// The file or folder.
    pub path: SourcePath,
    /// Why, in a few words.
    pub reason: String,
    /// The place that names it, if a file does.
    pub named: Option<Place>,
}

/// What to read beyond what lies under the root.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Whether git-ignored files are left alone.
    pub tracked_only: bool,
    /// Listings named on the command line, with the environment if one is given.
    pub listings: Vec<(Option<String>, PathBuf)>,
    /// The environments that were asked for.
    pub environments: Vec<String>,
    /// Whether those are there because somebody says so, though no file may speak of them.
    pub certain: bool,
    /// The time at which listings must not be too old; by default none is.
    pub now: Timestamp,
}

impl Project {
    /// Reads everything below `root`.
    ///
    /// # Errors
    ///
    /// Fails only where a listing that was named on the command line cannot be used; what cannot be read below the
    /// root is [`Project::unread`].
    pub fn load(root: &Path, config: Config, options: &Options) -> Result<Self, ListingError> {
        let reader = read::Reader::new(root);
        let walked = walk::walk(&reader, &config, options.tracked_only);
        let environments = Environments::new(&config);
        let named = options.environments.iter();
        let requested =
            named.map(|word| environments.of_word(word).unwrap_or_else(|| Environment::new(word))).collect();
        let mut project = Self {
            root: root.to_owned(),
            config,
            files: walked.files,
            value_schemas: BTreeMap::new(),
            groups: Vec::new(),
            modules: Vec::new(),
            tried: Vec::new(),
            problems: Vec::new(),
            listings: Vec::new(),
            unread: walked.unread,
            markers: walked.markers,
            ignored: walked.ignored,
            requested,
            certain: options.certain,
            now: options.now,
        };
        schemas::load(&mut project, &reader, options.tracked_only);
        links::follow(&mut project, &reader, options.tracked_only);
        listings::load(&mut project, &reader, options)?;
        project.assemble();
        project.unread.sort();
        project.unread.dedup();
        Ok(project)
    }

    /// Adds what a store says that it holds in an environment, as text of a listing.
    pub fn add_listing(&mut self, path: SourcePath, text: String, environment: Environment) {
        let file = listings::file(SourceFile::new(path.clone(), text.into_bytes()), false);
        self.files.insert(path.clone(), file);
        self.listings.push((path, environment));
    }

    /// Whether it holds so much that it pays to work on it with all cores.
    pub fn is_large(&self) -> bool {
        const LARGE: usize = 64;
        self.files.len() > LARGE
    }

    fn assemble(&mut self) {
        let ignored = |path: &SourcePath| self.ignored.matches(path, false);
        let formats: BTreeSet<&str> = self.files.values().map(|file| file.format).collect();
        let steps = |driven: bool| {
            let present = LOADERS.iter().filter(|loader| formats.contains(loader.name));
            let wanted = present.filter(move |loader| DRIVEN.contains(&loader.name) == driven);
            wanted.filter_map(|loader| loader.assemble).collect()
        };
        let files = Files::new(&self.files, &ignored);
        let mut assembled = parallel::map(self.is_large(), steps(false), |step| step(&files));
        let groups: Vec<TargetGroup> = assembled.iter_mut().flat_map(|part| std::mem::take(&mut part.groups)).collect();
        let files = files.beside(&groups);
        let driven = parallel::map(self.is_large(), steps(true), |step| step(&files));
        self.groups = groups;
        for part in assembled.into_iter().chain(driven) {
            self.groups.extend(part.groups);
            self.modules.extend(part.modules);
            self.tried.extend(part.tried);
            self.problems.extend(part.problems);
            let stopped = part.unfinished.into_iter();
            self.unread.extend(stopped.map(|(path, reason)| Unread { path, reason: reason.to_owned(), named: None }));
        }
        // Whole trees, which nobody asks for from here on; their memory is that of the model.
        for file in self.files.values_mut() {
            file.loaded.parsed = None;
        }
    }
}
