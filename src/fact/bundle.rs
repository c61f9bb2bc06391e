//! Steps of pipelines that build what browsers get, and what they are given. What an image does is in `image`.

use super::{Setting, WrittenFile};
use crate::source::{Place, SourcePath};

/// A step that builds what browsers get of a package.
#[derive(Clone, Debug)]
pub struct BundleBuild {
    /// What it runs.
    pub bundler: Bundler,
    /// The folder that it runs in, if that is known.
    pub folder: Option<SourcePath>,
    /// The variables that it gets, each once.
    pub settings: Vec<Setting>,
    /// The env files that were written before it.
    pub files: Vec<WrittenFile>,
    /// The word by which its file says for what environment.
    pub environment: Option<String>,
    /// Whether its job hands what was built to users, whenever it runs.
    pub published: bool,
    /// Where the command stands.
    pub place: Place,
}

/// A command that builds what browsers get, or that leads to one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundler {
    /// What it runs.
    pub runs: BundlerKind,
    /// The folder that it goes to, relative to the one that it is started in.
    pub folder: Option<String>,
    /// The packages that it chooses, by name or folder; none: the one of its folder, or all of a workspace.
    pub packages: Vec<String>,
}

/// What a [`Bundler`] runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BundlerKind {
    /// A framework's own command: `vite build`.
    Framework,
    /// A script of a package: `npm run build`.
    Script(String),
    /// A script of many packages: `turbo run build`.
    Task(String),
}
