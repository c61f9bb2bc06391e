//! Makefiles: rules with recipes, and the simple variables around them.

use std::collections::{BTreeMap, BTreeSet};

use crate::loaders::commands::{Content, Recipe, Recipes, Variable, word_in};
use crate::source::{Place, SourceFile, Span};
use crate::syntax::shell::{Host, Script};

/// Reads a Makefile. What functions and conditions make of it is not known.
pub(super) fn read(source: &SourceFile) -> Recipes {
    let mut recipes = Recipes::default();
    let mut programs = Vec::new();
    let mut environment = None;
    let mut in_rule = false;
    let mut set = BTreeMap::new();
    let (mut exported, mut exports_all) = (BTreeSet::new(), false);
    for (start, line) in super::logical_lines(source.text()) {
        if let Some(recipe) = line.strip_prefix('\t').filter(|_| in_rule) {
            let command = recipe.trim_start_matches(['@', '-', '+', ' ', '\t']);
            let from = start + line.len() - command.len();
            if super::may_give(command, &programs) {
                let place = |range: std::ops::Range<usize>| Span::new(from + range.start, from + range.end);
                let script = Script::parse(command, Host::Make, &place);
                recipes.all.push(Recipe {
                    scripts: vec![script],
                    folder: Some(String::new()),
                    environment: environment.clone(),
                    ..Recipe::default()
                });
            }
            continue;
        }
        if line.trim_start().starts_with('#') || line.trim().is_empty() {
            continue;
        }
        if let Some((name, value)) = variable(line) {
            // One that the shell may replace, or that is set twice, could be anything.
            let known = recipes.replaced.contains_key(name);
            let literal = !value.contains('$') && !line.contains("?=") && !known && !line.contains("+=");
            let content = if literal { Content::text(value) } else { Content::unknown(Some(name)) };
            if line.starts_with("export ") {
                exported.insert(name);
            }
            let at = start + line.find(name).unwrap_or_default();
            let place = Place::new(source.path(), Span::new(at, at + name.len()));
            let from = start + line.find('=').map_or(line.len(), |at| at + 1);
            let rest = source.text().get(from..).unwrap_or_default();
            let from = from + rest.len() - rest.trim_start_matches([' ', '\t']).len();
            let value_span = Span::new(from, from + value.len());
            set.insert(name, Variable { content: content.clone(), place, value_span });
            super::note_program(name, value, &mut programs);
            recipes.replaced.insert(name.to_owned(), content);
            continue;
        }
        let names = if line.trim_end() == "export" { Some("") } else { line.strip_prefix("export ") };
        if let Some(names) = names.filter(|names| !names.contains(':')) {
            exports_all |= names.trim().is_empty();
            exported.extend(names.split_whitespace());
            continue;
        }
        in_rule = line.contains(':') && !line.starts_with([' ', '\t']);
        environment = line.split(':').next().and_then(word_in);
    }
    let is_exported = |name: &str| exports_all || exported.contains(name);
    let exported = set.into_iter().filter(|(name, _)| is_exported(name));
    let exported = exported.map(|(name, variable)| (name.to_owned(), variable)).collect();
    recipes.export(&exported);
    recipes
}

/// `NAME = value`, `NAME := value`, `NAME ?= value`.
fn variable(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_start().strip_prefix("export ").unwrap_or(line);
    let (name, value) = line.split_once('=')?;
    let name = name.trim_end_matches([':', '?', '+', '!']).trim();
    let is_name = crate::name::is_variable_name(name);
    is_name.then(|| (name, value.split(" #").next().unwrap_or_default().trim()))
}
