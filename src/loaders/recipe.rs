//! Makefiles, justfiles, Procfiles and scripts that deploy: the commands in them, as far as they give anything to anybody.

mod just;
mod make;
mod script;

use super::commands::Recipes;
use super::{Assembled, Claim, Files, Loader};
use crate::fact::{Loaded, Role};
use crate::source::{SourceFile, SourcePath};
use crate::syntax::yaml::Yaml;

/// The loader.
pub static LOADER: Loader = Loader { name: "recipe", claims, links: &[], load, assemble: Some(assemble) };

/// Programs without which a file of commands says nothing here.
const PROGRAMS: &[&str] = &[
    "gcloud",
    "docker",
    "podman",
    "terraform",
    "tofu",
    "vercel",
    "railway",
    "fly",
    "heroku",
    "wrangler",
    "kubectl",
    "helm",
    "register-task-definition",
    ".env",
];

fn reader(path: &SourcePath) -> Option<fn(&SourceFile) -> Recipes> {
    let name = path.name();
    match name {
        "Makefile" | "makefile" | "GNUmakefile" => Some(make::read),
        "justfile" | "Justfile" | ".justfile" => Some(just::read),
        "Procfile" => Some(script::processes),
        _ => match name.rsplit_once('.')? {
            (_, "mk") => Some(make::read),
            (_, "just") => Some(just::read),
            (stem, "sh" | "bash") if stem.split(['-', '_', '.']).any(|word| word == "deploy" || word == "release") => {
                Some(script::read)
            }
            _ => None,
        },
    }
}

fn claims(path: &SourcePath) -> Option<Claim> {
    reader(path).map(|_| Claim::new(Role::Deploy))
}

/// Whether a text may name anything that gives.
pub(super) fn is_of_interest(text: &str) -> bool {
    PROGRAMS.iter().any(|program| text.contains(program))
}

fn load(source: &SourceFile, _claim: &Claim) -> Loaded {
    let mut loaded = Loaded::default();
    let Some(read) = reader(source.path()).filter(|_| is_of_interest(source.text())) else { return loaded };
    let recipes = read(source);
    finish(source, recipes, &mut loaded);
    loaded
}

/// Reads a pipeline that is written in YAML; `read` finds the recipes in it.
pub(super) fn of_yaml(source: &SourceFile, read: impl FnOnce(&Yaml, &mut Recipes)) -> Loaded {
    let yaml = Yaml::parse(source.text());
    let mut loaded = Loaded::default();
    super::yaml::comments_and_faults(source, &yaml, &mut loaded);
    loaded.shown = super::yaml::keys(source, &yaml);
    let lossy = loaded.problems.iter().any(|problem| problem.hides_facts);
    let mut recipes = Recipes { lossy, ..Recipes::default() };
    read(&yaml, &mut recipes);
    finish(source, recipes, &mut loaded);
    loaded
}

/// Takes over what recipes name and may show.
pub(super) fn finish(source: &SourceFile, recipes: Recipes, loaded: &mut Loaded) {
    let named = recipes.named(source.path());
    loaded.links.extend(named.links);
    loaded.compose_runs = named.compose_runs;
    let shown = named.shown.into_iter().filter(|(span, text)| source.slice(*span) == text).map(|(span, _)| span);
    loaded.shown.extend(shown);
    loaded.shown.sort_unstable();
    loaded.shown.dedup();
    loaded.parsed = Some(Box::new(recipes));
}

fn assemble(files: &Files<'_>) -> Assembled {
    groups(files, LOADER.name)
}

/// What the recipes of a loader's files come to.
pub(super) fn groups(files: &Files<'_>, format: &'static str) -> Assembled {
    let parsed = files
        .of(format)
        .filter_map(|(path, file)| Some((path, file.loaded.parsed.as_ref()?.downcast_ref::<Recipes>()?)));
    Assembled {
        groups: parsed.filter_map(|(path, recipes)| recipes.group(path, files)).collect(),
        ..Assembled::default()
    }
}

/// Whether a command may, or a variable in it that holds such a program: `$(COMPOSE) up`.
fn may_give(command: &str, programs: &[String]) -> bool {
    is_of_interest(command) || programs.iter().any(|name| command.contains(name.as_str()))
}

/// Notes a variable that holds such a program.
fn note_program(name: &str, value: &str, programs: &mut Vec<String>) {
    const PROGRAMS: usize = 32;
    if programs.len() < PROGRAMS && is_of_interest(value) {
        programs.push(name.to_owned());
    }
}

/// The lines of a text with where they begin, those that a backslash continues joined; without line breaks.
fn logical_lines(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        at += line.len();
        if line.trim_end_matches(['\n', '\r']).ends_with('\\') && at < text.len() {
            continue;
        }
        found.push((start, text.get(start..at).unwrap_or_default().trim_end_matches(['\n', '\r'])));
        start = at;
    }
    found
}

#[cfg(test)]
mod tests;
