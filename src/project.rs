//! The only reader of files: walk, classify, read and load, follow links, assemble.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::config::Config;
use crate::fact::{Problem, TargetGroup};
use crate::loaders::File;
use crate::name::Environment;
use crate::source::{Place, SourcePath};

/// Everything that was read below one root.
pub struct Project {
    /// The root folder.
    pub root: PathBuf,
    /// Its config.
    pub config: Config,
    /// The files that were read, by path.
    pub files: BTreeMap<SourcePath, File>,
    /// The targets, with the files that describe them.
    pub groups: Vec<TargetGroup>,
    /// What cannot be read together, beside the problems of single files.
    pub problems: Vec<(SourcePath, Problem)>,
    /// The listings, with the environment that each is of.
    pub listings: Vec<(SourcePath, Option<Environment>)>,
    /// What was not read, and why.
    pub unread: Vec<Unread>,
    /// Files that tell what a folder is by their mere presence: `next.config.js`, `manage.py`, `.gitignore`.
    pub markers: Vec<SourcePath>,
}

/// Something that was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// The file or folder.
    pub path: SourcePath,
    /// Why, in a few words.
    pub reason: String,
    /// The place that names it, if a file does.
    pub named: Option<Place>,
}
