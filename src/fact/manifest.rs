//! Packages and workspaces: what they depend on, run and hand to their tasks.

use crate::source::Span;

/// What describes a package or a workspace.
#[derive(Clone, Debug, Default)]
pub struct Manifest {
    /// The package's name.
    pub name: Option<String>,
    /// What it depends on.
    pub dependencies: Vec<Dependency>,
    /// The folders of the members, as globs relative to its own folder, if it is a workspace root; `!` excludes.
    pub members: Option<Vec<String>>,
    /// Its scripts: name and command line.
    pub scripts: Vec<(String, String)>,
    /// Whether it offers itself to others (`exports`, `main`, `types`, a library target).
    pub library: bool,
    /// Whether it has an entry to run (`bin`, a binary target).
    pub binary: bool,
    /// Which variables a task runner hands to the tasks that it runs, if it holds the others back.
    pub tasks: Option<Tasks>,
}

/// The variables that a task runner hands to its tasks: `turbo.json`.
#[derive(Clone, Debug, Default)]
pub struct Tasks {
    /// Whether it adds to the lists of another file, that of the workspace's root.
    pub extends: bool,
    /// Whether it says itself that tasks see everything.
    pub loose: bool,
    /// The names, which may hold `*`, and the task that each is for: `build`, `web#build`; `None` is every task.
    pub variables: Vec<(String, Option<String>)>,
    /// Where the lists begin.
    pub span: Span,
}

/// A package that a [`Manifest`] depends on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dependency {
    /// Its name; for a dependency by path, see `path`.
    pub name: String,
    /// Which versions of it, as the manifest writes it.
    pub version: Option<String>,
    /// Its folder relative to the manifest's, if it is named by path.
    pub path: Option<String>,
    /// Whether it is for development only.
    pub development: bool,
}
