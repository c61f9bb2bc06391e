//! `pyproject.toml`, `requirements*.txt` and `Pipfile`.

use std::collections::HashMap;

use super::named;
use super::toml::{self, Value};
use crate::fact::{Dependency, Manifest, Problem};
use crate::source::SourceFile;

/// Reads a `pyproject.toml`: the standard tables, and those of Poetry and uv.
pub(super) fn pyproject(source: &SourceFile, problems: &mut Vec<Problem>) -> Manifest {
    toml::with(source, problems, |root| {
        let poetry = root.get(&["tool", "poetry"]);
        let mut manifest = Manifest {
            name: root.get(&["project", "name"]).text().or(poetry.get(&["name"]).text()).map(str::to_owned),
            binary: root.get(&["project", "scripts"]).exists() || poetry.get(&["scripts"]).exists(),
            members: workspace(root),
            ..Manifest::default()
        };
        let found = &mut manifest.dependencies;
        found.extend(root.get(&["project", "dependencies"]).texts().filter_map(|text| requirement(text, false)));
        for (_, extra) in root.get(&["project", "optional-dependencies"]).members() {
            found.extend(extra.texts().filter_map(|text| requirement(text, false)));
        }
        for (_, group) in root.get(&["dependency-groups"]).members() {
            found.extend(group.texts().filter_map(|text| requirement(text, true)));
        }
        found.extend(root.get(&["tool", "uv", "dev-dependencies"]).texts().filter_map(|text| requirement(text, true)));
        table(poetry.get(&["dependencies"]), false, found);
        table(poetry.get(&["dev-dependencies"]), true, found);
        for (name, group) in poetry.get(&["group"]).members() {
            table(group.get(&["dependencies"]), name != "main", found);
        }
        let sources = root.get(&["tool", "uv", "sources"]).members();
        let paths: HashMap<String, &str> =
            sources.filter_map(|(name, uv)| Some((folded(name), uv.get(&["path"]).text()?))).collect();
        for dependency in found.iter_mut().filter(|_| !paths.is_empty()) {
            if let Some(path) = paths.get(&folded(&dependency.name)) {
                dependency.path = Some((*path).to_owned());
            }
        }
        manifest
    })
}

fn workspace(root: Value<'_>) -> Option<Vec<String>> {
    let workspace = root.get(&["tool", "uv", "workspace"]);
    workspace.exists().then(|| {
        let members = workspace.get(&["members"]).texts().map(str::to_owned);
        members.chain(workspace.get(&["exclude"]).texts().map(|glob| format!("!{glob}"))).collect()
    })
}

/// Reads a `Pipfile`.
pub(super) fn pipfile(source: &SourceFile, problems: &mut Vec<Problem>) -> Manifest {
    toml::with(source, problems, |root| {
        let mut manifest = Manifest::default();
        table(root.get(&["packages"]), false, &mut manifest.dependencies);
        table(root.get(&["dev-packages"]), true, &mut manifest.dependencies);
        let scripts = root.get(&["scripts"]).members();
        manifest.scripts =
            scripts.filter_map(|(name, line)| Some((name.to_owned(), line.text()?.to_owned()))).collect();
        manifest
    })
}

/// A table of names and versions, as Poetry and Pipenv write them.
fn table(table: Value<'_>, development: bool, found: &mut Vec<Dependency>) {
    for (name, value) in table.members().filter(|(name, _)| *name != "python") {
        let path = value.get(&["path"]).text().map(str::to_owned);
        let version = value.text().or(value.get(&["version"]).text()).and_then(super::version);
        found.push(Dependency { name: name.to_owned(), version, path, development });
    }
}

/// Whether a file of this name lists requirements: `requirements.txt`, `requirements-dev.txt`, `dev-requirements.txt`.
pub(super) fn is_requirements(name: &str) -> bool {
    name.strip_suffix(".txt").is_some_and(|stem| {
        stem.strip_prefix("requirements").is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_', '.']))
            || stem.ends_with("-requirements")
            || stem.ends_with("_requirements")
    })
}

/// Reads a `requirements.txt`. The files that it includes are read by their own names.
pub(super) fn requirements(source: &SourceFile, _problems: &mut Vec<Problem>) -> Manifest {
    let stem = source.path().name().to_ascii_lowercase();
    let development = ["dev", "test", "lint", "docs", "ci"].iter().any(|word| {
        stem.split(|char: char| !char.is_ascii_alphanumeric())
            .any(|part| part.strip_suffix('s').unwrap_or(part) == *word)
    });
    let mut manifest = Manifest::default();
    for line in source.text().trim_start_matches('\u{feff}').lines() {
        let line = line.split(" #").next().unwrap_or_default().trim();
        let local = line.strip_prefix("-e ").or(line.strip_prefix("--editable ")).map_or(line, str::trim);
        if local.starts_with("./") || local.starts_with("../") {
            let path = local.split(['[', ' ', ';']).next().unwrap_or(local);
            let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
            manifest.dependencies.push(Dependency {
                name: name.to_owned(),
                version: None,
                path: Some(path.to_owned()),
                development,
            });
        } else if !line.starts_with(['#', '-']) {
            manifest.dependencies.extend(requirement(line, development));
        }
    }
    manifest
}

/// The dependency of a requirement: `fastapi[all]>=0.1 ; python_version > "3"`, `name @ file:///…`.
fn requirement(text: &str, development: bool) -> Option<Dependency> {
    let text = text.trim();
    let length = text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte)).count();
    let name =
        text.get(..length).filter(|name| name.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric()))?;
    let behind = text.get(length..)?.trim_start();
    // What goes on in another way is a URL or a path.
    (behind.is_empty() || behind.starts_with(['[', '=', '<', '>', '!', '~', ';', '@', '(', ',', '\\', '#'])).then(
        || {
            let start = behind.find(|character: char| "=<>!~".contains(character));
            let version = start.and_then(|start| behind.get(start..)?.split([';', '#', '\\', ')']).next());
            Dependency { version: version.and_then(super::version), ..named(name, development) }
        },
    )
}

/// A name as it is compared: case and `-`, `_`, `.` make no difference (PEP 503).
fn folded(name: &str) -> String {
    name.replace(['_', '.'], "-").to_ascii_lowercase()
}
