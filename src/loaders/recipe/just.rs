//! justfiles: recipes by indentation, and the simple variables around them.

use std::collections::BTreeMap;

use crate::loaders::commands::{Content, Recipe, Recipes, Variable, word_in};
use crate::source::{Place, SourceFile, Span};
use crate::syntax::shell::{Host, Script};

/// Reads a justfile. What functions make of it is not known.
pub(super) fn read(source: &SourceFile) -> Recipes {
    let mut recipes = Recipes::default();
    let mut programs = Vec::new();
    let mut environment = None;
    // Whether the recipe is a script of another language.
    let mut is_foreign = false;
    let exports_all = source.text().lines().any(|line| line.trim_end() == "set export");
    let mut exported = BTreeMap::new();
    for (start, line) in super::logical_lines(source.text()) {
        let trimmed = line.trim_start();
        if trimmed.is_empty() || trimmed.starts_with('#') && !trimmed.starts_with("#!") {
            continue;
        }
        if trimmed.len() < line.len() {
            if let Some(interpreter) = trimmed.strip_prefix("#!") {
                is_foreign = !interpreter.ends_with("sh") && !interpreter.contains("bash");
                continue;
            }
            let command = trimmed.trim_start_matches(['@', '-']);
            if is_foreign || !super::may_give(command, &programs) {
                continue;
            }
            let from = start + line.len() - command.len();
            let place = |range: std::ops::Range<usize>| Span::new(from + range.start, from + range.end);
            recipes.all.push(Recipe {
                scripts: vec![Script::parse(command, Host::Just, &place)],
                folder: Some(String::new()),
                environment: environment.clone(),
                ..Recipe::default()
            });
            continue;
        }
        is_foreign = false;
        if let Some((name, value)) = line.split_once(":=") {
            let name = name.trim_start_matches("export ").trim();
            let value = value.trim();
            let quoted = ["'", "\""].iter().find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote));
            let content = quoted.map_or_else(|| Content::unknown(Some(name)), Content::text);
            if exports_all || line.starts_with("export ") {
                let inner = usize::from(quoted.is_some());
                let end = start + line.trim_end().len() - inner;
                let from = end - quoted.unwrap_or(value).len();
                let at = start + line.find(name).unwrap_or_default();
                let place = Place::new(source.path(), Span::new(at, at + name.len()));
                let variable = Variable { content: content.clone(), place, value_span: Span::new(from, end) };
                exported.insert(name.to_owned(), variable);
            }
            super::note_program(name, value, &mut programs);
            recipes.replaced.insert(name.to_owned(), content);
            continue;
        }
        environment = line.split([':', ' ']).next().and_then(|name| word_in(name.trim_start_matches('@')));
    }
    recipes.export(&exported);
    recipes
}
