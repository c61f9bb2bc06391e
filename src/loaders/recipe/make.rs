//! Makefiles: rules with recipes, and the simple variables around them.

use crate::loaders::commands::{Content, Recipe, Recipes, word_in};
use crate::source::{SourceFile, Span};
use crate::syntax::shell::{Host, Script};

/// Reads a Makefile. What functions and conditions make of it is not known.
pub(super) fn read(source: &SourceFile) -> Recipes {
    let mut recipes = Recipes::default();
    let mut environment = None;
    let mut in_rule = false;
    for (start, line) in super::logical_lines(source.text()) {
        if let Some(recipe) = line.strip_prefix('\t').filter(|_| in_rule) {
            let command = recipe.trim_start_matches(['@', '-', '+', ' ', '\t']);
            let from = start + line.len() - command.len();
            if super::is_of_interest(command) {
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
            recipes.replaced.insert(name.to_owned(), content);
            continue;
        }
        in_rule = line.contains(':') && !line.starts_with([' ', '\t']);
        environment = line.split(':').next().and_then(word_in);
    }
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
