//! Shell scripts that deploy, and Procfiles, whose lines are commands.

use crate::loaders::commands::{Recipe, Recipes, word_in};
use crate::source::{SourceFile, Span};
use crate::syntax::shell::{Host, Script};

/// Reads a script that deploys. Whoever starts it stands at the root or beside it: nobody knows.
pub(super) fn read(source: &SourceFile) -> Recipes {
    let script = Script::parse(source.text(), Host::Plain, &|range| Span::new(range.start, range.end));
    let name = source.path().name();
    let environment = word_in(name.rsplit_once('.').map_or(name, |(stem, _)| stem));
    let folder = source.path().folder().as_str().is_empty().then(String::new);
    let recipe = Recipe { scripts: vec![script], folder, environment, ..Recipe::default() };
    Recipes { all: vec![recipe], ..Recipes::default() }
}

/// Reads a Procfile: `web: command`.
pub(super) fn processes(source: &SourceFile) -> Recipes {
    let mut recipes = Recipes::default();
    for (start, line) in super::logical_lines(source.text()) {
        let Some((_, command)) = line.split_once(':') else { continue };
        let from = start + line.len() - command.len();
        let place = |range: std::ops::Range<usize>| Span::new(from + range.start, from + range.end);
        let scripts = vec![Script::parse(command, Host::Plain, &place)];
        recipes.all.push(Recipe { scripts, folder: Some(String::new()), ..Recipe::default() });
    }
    recipes
}
