//! `Cargo.toml`. That `src/main.rs` makes a binary is not seen here.

use super::toml::{self, Value};
use super::version;
use crate::fact::{Dependency, Manifest, Problem};
use crate::source::SourceFile;

/// Reads a `Cargo.toml`.
pub(super) fn package(source: &SourceFile, problems: &mut Vec<Problem>) -> Manifest {
    toml::with(source, problems, |root| {
        let mut manifest = Manifest {
            name: root.get(&["package", "name"]).text().map(str::to_owned),
            members: root.get(&["workspace"]).exists().then(|| members(root)),
            library: root.get(&["lib"]).exists(),
            binary: root.get(&["bin"]).exists() || root.get(&["package", "default-run"]).exists(),
            ..Manifest::default()
        };
        dependencies(root, &mut manifest.dependencies);
        for (_, target) in root.get(&["target"]).members() {
            dependencies(target, &mut manifest.dependencies);
        }
        manifest
    })
}

fn members(root: Value<'_>) -> Vec<String> {
    let members = root.get(&["workspace", "members"]).texts().map(str::to_owned);
    let excluded = root.get(&["workspace", "exclude"]).texts().map(|glob| format!("!{glob}"));
    members.chain(excluded).collect()
}

fn dependencies(table: Value<'_>, found: &mut Vec<Dependency>) {
    for (key, development) in [("dependencies", false), ("build-dependencies", true), ("dev-dependencies", true)] {
        for (name, value) in table.get(&[key]).members() {
            found.push(Dependency {
                name: value.get(&["package"]).text().unwrap_or(name).to_owned(),
                version: value.text().or(value.get(&["version"]).text()).and_then(version),
                path: value.get(&["path"]).text().map(str::to_owned),
                development,
            });
        }
    }
}
