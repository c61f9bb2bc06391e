//! GitHub workflows and composite actions: what their jobs deploy and build, with which variables, and which secrets they
//! read. What an app makes of them is for `model`.
//!
//! Syntax: docs.github.com, "Workflow syntax for GitHub Actions".

mod actions;
mod assemble;
mod environment;
mod evaluate;
mod jobs;
mod parts;
mod read;
mod reads;
mod shown;

use crate::fact::{LinkKind, Loaded, Role};
use crate::loaders::{Claim, Loader};
use crate::source::{SourceFile, SourcePath};
use crate::syntax::yaml::Yaml;

/// The loader.
pub static LOADER: Loader = Loader {
    name: "workflow",
    claims,
    links: &[(LinkKind::Workflow, Role::Deploy)],
    load,
    assemble: Some(assemble::assemble),
};

fn claims(path: &SourcePath) -> Option<Claim> {
    let name = path.name();
    let is_yaml = matches!(name.rsplit('.').next(), Some("yml" | "yaml"));
    let of_github = || path.folder().as_str().ends_with(".github/workflows");
    let is_action = || matches!(name, "action.yml" | "action.yaml");
    (is_yaml && (of_github() || is_action())).then(|| Claim::new(Role::Deploy))
}

fn load(source: &SourceFile, _claim: &Claim) -> Loaded {
    let yaml = Yaml::parse(source.text());
    let mut loaded = Loaded::default();
    super::yaml::comments_and_faults(source, &yaml, &mut loaded);
    // Where the text stops being YAML, all that follows from it is one problem.
    let mut lossy = false;
    loaded.problems.retain(|problem| !problem.hides_facts || !std::mem::replace(&mut lossy, true));
    let mut workflow = read::workflow(source, &yaml, lossy);
    reads::find(source, &yaml, &mut workflow);
    let first = jobs::given_alone(source.path(), &workflow);
    loaded.links = first.links;
    loaded.compose_runs = first.compose_runs;
    shown::mark(source, &yaml, &workflow, first.shown, &mut loaded);
    loaded.parsed = Some(Box::new(workflow));
    loaded
}

#[cfg(test)]
mod tests;
