//! `Gemfile`, line by line. It is a program: what it computes is not seen.

use crate::fact::{Dependency, Manifest, Problem};
use crate::source::SourceFile;

/// Reads the `gem` lines of a `Gemfile`.
pub(super) fn gemfile(source: &SourceFile, _problems: &mut Vec<Problem>) -> Manifest {
    let mut manifest = Manifest::default();
    // For each open block, whether it or one around it is for development alone.
    let mut blocks: Vec<bool> = Vec::new();
    for line in source.text().trim_start_matches('\u{feff}').lines() {
        let line = line.trim();
        let code = line.split(" #").next().unwrap_or_default().trim_end();
        if code == "end" {
            blocks.pop();
        } else if code.ends_with(" do") || code.starts_with("if ") || code.starts_with("unless ") {
            let around = blocks.last() == Some(&true);
            blocks.push(around || (code.starts_with("group") && is_development(code)));
        } else if let Some(rest) = code.strip_prefix("gem ").or(code.strip_prefix("gem(")) {
            let Some(name) = quoted(rest) else { continue };
            let path = rest.find("path:").or(rest.find(":path")).and_then(|at| quoted(rest.get(at..)?));
            let grouped = rest.find("group").and_then(|at| rest.get(at..)).is_some_and(is_development);
            manifest.dependencies.push(Dependency {
                name: name.to_owned(),
                version: None,
                path: path.map(str::to_owned),
                development: grouped || blocks.last() == Some(&true),
            });
        }
    }
    manifest
}

/// Whether groups are for development and tests alone.
fn is_development(code: &str) -> bool {
    [":development", ":test"].iter().any(|group| code.contains(group)) && !code.contains(":production")
}

/// The first string of a line.
fn quoted(text: &str) -> Option<&str> {
    let start = text.find(['"', '\''])?;
    let quote = text.get(start..)?.chars().next()?;
    let rest = text.get(start + 1..)?;
    rest.get(..rest.find(quote)?)
}
