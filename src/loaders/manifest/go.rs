//! `go.mod` and `go.work`, line by line.

use std::collections::HashMap;

use super::named;
use crate::fact::{Manifest, Problem};
use crate::source::SourceFile;

/// Reads a `go.mod`.
pub(super) fn module(source: &SourceFile, _problems: &mut Vec<Problem>) -> Manifest {
    let mut manifest = Manifest::default();
    let mut replaced = HashMap::new();
    for (verb, words) in directives(source.text()) {
        match (verb, words.as_slice()) {
            ("module", [name, ..]) => manifest.name = Some((*name).to_owned()),
            ("require", [name, ..]) => manifest.dependencies.push(named(name, false)),
            ("replace", words) => {
                if let (Some(name), Some(path)) = (words.first(), words.iter().skip_while(|word| **word != "=>").nth(1))
                    && path.starts_with('.')
                {
                    replaced.insert(*name, *path);
                }
            }
            _ => {}
        }
    }
    for dependency in &mut manifest.dependencies {
        dependency.path = replaced.remove(dependency.name.as_str()).map(str::to_owned);
    }
    manifest
}

/// Reads a `go.work`.
pub(super) fn workspace(source: &SourceFile, _problems: &mut Vec<Problem>) -> Manifest {
    let used = directives(source.text()).into_iter().filter(|(verb, _)| *verb == "use");
    let members = used.filter_map(|(_, words)| words.first().map(|path| (*path).to_owned())).collect();
    Manifest { members: Some(members), ..Manifest::default() }
}

/// The directives of a file, those of a block each with the block's verb.
fn directives(text: &str) -> Vec<(&str, Vec<&str>)> {
    let mut found = Vec::new();
    let mut block = None;
    for line in text.trim_start_matches('\u{feff}').lines() {
        let line = line.split("//").next().unwrap_or_default();
        let mut words = line.split_whitespace().map(|word| word.trim_matches(['"', '`']));
        let Some(first) = words.next() else { continue };
        let rest: Vec<&str> = words.collect();
        match block {
            Some(_) if first == ")" => block = None,
            Some(verb) => found.push((verb, std::iter::once(first).chain(rest).collect())),
            None if rest.first() == Some(&"(") => block = Some(first),
            None => match first.strip_suffix('(') {
                Some(verb) => block = Some(verb),
                None => found.push((first, rest)),
            },
        }
    }
    found
}
