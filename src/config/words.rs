//! The words of a config: globs, paths, templates, names out of a known list.

use globset::GlobBuilder;

use crate::name::{is_environment_name, is_variable_glob, nearest};
use crate::source::{SourcePath, Span};
use crate::syntax::toml::{Item, Table};

/// A word that must be one of a list; else the nearest known one is named.
pub(super) fn one_of(item: &Item<'_>, what: &str, known: &[&str], help: Option<&str>) -> Option<String> {
    let word = item.string()?;
    if known.contains(&word.text) {
        return Some(word.text.to_owned());
    }
    let message = unknown(what, item, word.text, known);
    let help = help.map_or_else(|| format!("known: {}", known.join(", ")), str::to_owned);
    item.report(word.span, message, Some(help), false);
    None
}

/// What to say of a word that is none of a list.
pub(super) fn unknown(what: &str, item: &Item<'_>, word: &str, known: &[&str]) -> String {
    let quoted = item.quoted(word);
    match nearest(word, known.iter().copied()) {
        Some(near) => format!("unknown {what}{quoted}; did you mean `{near}`?"),
        None => format!("unknown {what}{quoted}"),
    }
}

/// The texts of a list of which each must pass; one that does not is told and left out.
pub(super) fn list(table: &Table<'_>, key: &'static str, check: fn(&str) -> Result<(), &'static str>) -> Vec<String> {
    let Some(item) = table.get(key) else { return Vec::new() };
    let Some(texts) = item.strings() else { return Vec::new() };
    item.show();
    let mut found = Vec::new();
    for text in texts {
        match check(text.text) {
            Ok(()) => found.push(text.text.to_owned()),
            Err(reason) => item.report(text.span, reason.to_owned(), None, false),
        }
    }
    found
}

/// The text of a key that must pass.
pub(super) fn text(
    table: &Table<'_>,
    key: &'static str,
    check: impl Fn(&str) -> Result<(), &'static str>,
) -> Option<String> {
    Some(placed(table, key, check)?.0)
}

/// The text of a key that must pass, and where it stands.
pub(super) fn placed(
    table: &Table<'_>,
    key: &'static str,
    check: impl Fn(&str) -> Result<(), &'static str>,
) -> Option<(String, Span)> {
    let item = table.get(key)?;
    let text = item.string()?;
    item.show();
    match check(text.text) {
        Ok(()) => Some((text.text.to_owned(), text.span)),
        Err(reason) => {
            item.fault(reason);
            None
        }
    }
}

/// Any text that is not blank.
pub(super) fn filled(text: &str) -> Result<(), &'static str> {
    if text.trim().is_empty() { Err("this is empty") } else { Ok(()) }
}

/// A name or word of an environment.
pub(super) fn environment(name: &str) -> Result<(), &'static str> {
    if is_environment_name(name) { Ok(()) } else { Err("this is no name of an environment") }
}

/// A glob of variables, or a side.
pub(super) fn variables(glob: &str) -> Result<(), &'static str> {
    if is_variable_glob(glob) { Ok(()) } else { Err("this is no glob of variables") }
}

/// A path below the root.
pub(super) fn path(path: &str) -> Result<(), &'static str> {
    filled(path)?;
    let below = SourcePath::new("").join(path).is_some_and(|joined| !joined.as_str().is_empty());
    if below { Ok(()) } else { Err("a path must lie below the root, and is relative to it") }
}

/// A glob of files below the root.
pub(super) fn files(glob: &str) -> Result<(), &'static str> {
    filled(glob)?;
    if glob == "." {
        return Ok(());
    }
    if glob.starts_with('/') || glob.split('/').any(|part| part == "..") {
        return Err("a glob must stay below the root, and is relative to it");
    }
    if glob.starts_with('!') {
        return Err("a glob cannot begin with `!`");
    }
    // Groups in groups in groups would be a regular expression that its engine refuses.
    let bounded = glob.len() <= 1024 && glob.matches('{').count() <= 20;
    let compiles = bounded && GlobBuilder::new(glob).literal_separator(true).build().is_ok();
    if compiles { Ok(()) } else { Err("this glob cannot be read") }
}

/// A text with placeholders in braces, each one of a list.
pub(super) fn template(text: &str, placeholders: &[&str]) -> Result<(), &'static str> {
    filled(text)?;
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let inside = rest.get(at..).and_then(|rest| rest.strip_prefix('{')).and_then(|rest| rest.split_once('}'));
        let Some((name, behind)) = inside else { return Err("a brace is not closed or not opened") };
        if !placeholders.contains(&name) {
            return Err(if placeholders.len() == 1 {
                placeholder_of_one(placeholders)
            } else {
                "the placeholders here are {name}, {NAME}, {environment} and {app}"
            });
        }
        rest = behind;
    }
    Ok(())
}

fn placeholder_of_one(placeholders: &[&str]) -> &'static str {
    if placeholders == ["app"] {
        "the only placeholder here is {app}"
    } else {
        "the only placeholder here is {environment}"
    }
}

/// The placeholders of a secret's id.
pub(super) const SECRET: &[&str] = &["name", "NAME", "environment", "app"];
