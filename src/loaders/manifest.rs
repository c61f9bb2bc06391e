//! Package manifests and workspace files: what a package is called, depends on, runs, and what its members are.
//!
//! A new ecosystem is one file here and a line in [`KINDS`]. What cannot be read hides no facts, since none stand here.

mod cargo;
mod composer;
mod go;
mod node;
mod python;
mod ruby;
mod scripts;
mod toml;

use super::{Assembled, Claim, Files, Loader, recipe};
use crate::fact::{Dependency, Loaded, Manifest, Problem, Role};
use crate::source::{SourceFile, SourcePath};
use crate::syntax::json::{self, Dialect, Node};

/// The loader.
pub static LOADER: Loader = Loader { name: "manifest", claims, links: &[], load, assemble: Some(assemble) };

/// Every kind of manifest. The first one that claims a name reads the file.
static KINDS: &[Kind] = &[
    (|name| name == "package.json", node::package),
    (|name| name == "pnpm-workspace.yaml", node::pnpm_workspace),
    (|name| matches!(name, "turbo.json" | "turbo.jsonc" | "nx.json" | "lerna.json"), node::workspace),
    (|name| name == "pyproject.toml", python::pyproject),
    (|name| name == "Pipfile", python::pipfile),
    (python::is_requirements, python::requirements),
    (|name| name == "Cargo.toml", cargo::package),
    (|name| name == "go.mod", go::module),
    (|name| name == "go.work", go::workspace),
    (|name| name == "composer.json", composer::package),
    (|name| name == "Gemfile", ruby::gemfile),
];

/// Whether a file's name is that of one, and what reads it.
///
/// A file that cannot be read still says by its name that a package is there: its manifest says nothing more.
type Kind = (fn(&str) -> bool, fn(&SourceFile, &mut Vec<Problem>) -> Manifest);

fn kind(path: &SourcePath) -> Option<&'static Kind> {
    KINDS.iter().find(|(claims, _)| claims(path.name()))
}

fn claims(path: &SourcePath) -> Option<Claim> {
    kind(path).map(|_| Claim::new(Role::Manifest))
}

fn load(source: &SourceFile, _claim: &Claim) -> Loaded {
    let Some((_, read)) = kind(source.path()) else { return Loaded::default() };
    let mut problems = Vec::new();
    let manifest = read(source, &mut problems);
    let problems = problems.into_iter().map(Problem::harmless).collect();
    let shown = manifest.tasks.iter().map(|tasks| tasks.span).collect();
    let mut loaded = Loaded { manifest: Some(manifest), problems, shown, ..Loaded::default() };
    if source.path().name() == "package.json"
        && let Some(recipes) = scripts::recipes(source)
    {
        recipe::finish(source, recipes, &mut loaded);
    }
    loaded
}

fn assemble(files: &Files<'_>) -> Assembled {
    recipe::groups(files, LOADER.name)
}

/// The root of a JSON manifest.
fn json<'a>(source: &'a SourceFile, problems: &mut Vec<Problem>) -> Option<Node<'a>> {
    json::parse(source.text(), Dialect::Comments).unwrap_or_else(|span| {
        problems.push(Problem::new(span, "this file is no valid JSON"));
        None
    })
}

/// A requirement of versions; what a URL or a path of one holds is nobody's business.
fn version(text: &str) -> Option<String> {
    const LONGEST: usize = 64;
    let fits = |character: char| character.is_ascii_alphanumeric() || "^~<>=!*.,|+- ".contains(character);
    let text = text.trim();
    (text.len() <= LONGEST && text.chars().all(fits)).then(|| text.to_owned())
}

/// A dependency by name.
fn named(name: &str, development: bool) -> Dependency {
    Dependency { name: name.to_owned(), development, ..Dependency::default() }
}

#[cfg(test)]
mod tests;
