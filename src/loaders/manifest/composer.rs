//! `composer.json`.

use super::{json, named};
use crate::fact::{Manifest, Problem};
use crate::source::SourceFile;
use crate::syntax::json::Node;

/// Reads a `composer.json`.
pub(super) fn package(source: &SourceFile, problems: &mut Vec<Problem>) -> Manifest {
    let mut manifest = Manifest::default();
    let Some(root) = json(source, problems) else { return manifest };
    manifest.name = root.get("name").and_then(Node::text).map(str::to_owned);
    for (key, development) in [("require", false), ("require-dev", true)] {
        let members = root.get(key).into_iter().flat_map(Node::members);
        // `php` and `ext-json` are no packages.
        let packages = members.filter(|member| member.key.contains('/'));
        manifest.dependencies.extend(packages.map(|member| named(&member.key, development)));
    }
    for member in root.get("scripts").into_iter().flat_map(Node::members) {
        let lines = member.value.text().into_iter().chain(member.value.elements().iter().filter_map(Node::text));
        manifest.scripts.extend(lines.map(|line| (member.key.to_string(), line.to_owned())));
    }
    manifest.binary = root.get("bin").is_some();
    manifest.library = root.get("type").and_then(Node::text) == Some("library");
    manifest
}
