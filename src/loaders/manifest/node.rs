//! `package.json`, `pnpm-workspace.yaml`, and the files that mark a workspace of Turborepo, Nx or Lerna.

use super::{json, version};
use crate::fact::{Dependency, Manifest, Problem, Tasks};
use crate::source::SourceFile;
use crate::syntax::json::{Kind, Node};
use crate::syntax::yaml::{self, Yaml};

/// Reads a `package.json`.
pub(super) fn package(source: &SourceFile, problems: &mut Vec<Problem>) -> Manifest {
    let mut manifest = Manifest::default();
    let Some(root) = json(source, problems) else { return manifest };
    manifest.name = root.get("name").and_then(Node::text).map(str::to_owned);
    for (key, development) in [
        ("dependencies", false),
        ("optionalDependencies", false),
        ("peerDependencies", false),
        ("devDependencies", true),
    ] {
        for member in root.get(key).into_iter().flat_map(Node::members) {
            let path = member.value.text().and_then(path);
            let version = member.value.text().and_then(version);
            manifest.dependencies.push(Dependency { name: member.key.to_string(), version, path, development });
        }
    }
    let workspaces = root.get("workspaces");
    manifest.members = workspaces.map(|node| texts(if node.is_object() { node.get("packages") } else { Some(node) }));
    let scripts = root.get("scripts").into_iter().flat_map(Node::members);
    manifest.scripts =
        scripts.filter_map(|member| Some((member.key.to_string(), member.value.text()?.to_owned()))).collect();
    manifest.library = ["exports", "main", "module", "types", "typings"].iter().any(|key| root.get(key).is_some());
    manifest.binary = root.get("bin").is_some();
    manifest
}

/// The folder that a version names: `workspace:../ui`, `file:../ui`, `link:../ui`.
///
/// `workspace:*` names none, it means the member of that name.
fn path(version: &str) -> Option<String> {
    let rest = ["workspace:", "file:", "link:", "portal:"].iter().find_map(|prefix| version.strip_prefix(prefix))?;
    let is_path = !version.starts_with("workspace:") || rest.starts_with('.') || rest.contains('/');
    // `workspace:other@*` is an alias and no path.
    (is_path && !rest.contains('@')).then(|| rest.to_owned())
}

/// The strings of an array.
fn texts(node: Option<&Node<'_>>) -> Vec<String> {
    node.into_iter().flat_map(Node::elements).filter_map(|node| node.text().map(str::to_owned)).collect()
}

/// Reads a `turbo.json`, `nx.json` or `lerna.json`: that it is there says that its folder is a workspace's root.
///
/// A `turbo.json` that extends another one belongs to a member.
pub(super) fn workspace(source: &SourceFile, problems: &mut Vec<Problem>) -> Manifest {
    let root = json(source, problems);
    let turbo = source.path().name().starts_with("turbo.");
    let extends = root.as_ref().and_then(|root| root.get("extends"));
    let extends = turbo && extends.is_some_and(|node| matches!(&node.kind, Kind::Array(names) if !names.is_empty()));
    let tasks = root.as_ref().filter(|_| turbo).and_then(|root| tasks(root, extends));
    if extends {
        return Manifest { tasks, ..Manifest::default() };
    }
    let members = texts(root.as_ref().and_then(|root| root.get("packages")));
    Manifest { members: Some(members), tasks, ..Manifest::default() }
}

/// What Turborepo 2 hands to tasks. Before that, tasks saw everything unless they said otherwise (`pipeline`).
fn tasks(root: &Node<'_>, extends: bool) -> Option<Tasks> {
    let member = root.members().iter().find(|member| member.key == "tasks")?;
    let loose = root.get("envMode").and_then(Node::text) == Some("loose");
    let listed = |node: &Node<'_>, key: &str, task: Option<&str>| {
        let names = texts(node.get(key));
        names.into_iter().map(|name| (name, task.map(str::to_owned))).collect::<Vec<_>>()
    };
    let mut variables = listed(root, "globalEnv", None);
    variables.extend(listed(root, "globalPassThroughEnv", None));
    for task in member.value.members() {
        variables.extend(listed(&task.value, "env", Some(&task.key)));
        variables.extend(listed(&task.value, "passThroughEnv", Some(&task.key)));
    }
    Some(Tasks { extends, loose, variables, span: member.key_span })
}

/// Reads the list of a `pnpm-workspace.yaml`.
pub(super) fn pnpm_workspace(source: &SourceFile, problems: &mut Vec<Problem>) -> Manifest {
    let yaml = Yaml::parse(source.text());
    if let Some(fault) = yaml.faults().first() {
        problems.push(Problem::new(fault.span, "this file is no valid YAML"));
    }
    let pairs = yaml.documents().flat_map(yaml::Node::pairs);
    let items = pairs.filter(|(key, _)| key.as_str() == Some("packages")).flat_map(|(_, packages)| packages.items());
    let members = items.filter_map(|item| item.as_str().map(str::to_owned)).collect();
    Manifest { members: Some(members), ..Manifest::default() }
}
