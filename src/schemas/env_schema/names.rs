//! Names of variables and environments, alone and in lists.

use crate::name::{Name, is_variable_name};
use crate::syntax::toml::Item;

/// Whether this is a variable's name, or a family's: a name with one `*`.
pub(super) fn is_declarable(name: &str) -> bool {
    match name.split_once('*') {
        None => is_variable_name(name),
        Some((before, after)) => {
            let rest = format!("{before}{after}");
            // A family without a fixed letter would declare everything.
            rest.bytes().any(|byte| byte.is_ascii_alphabetic()) && is_variable_name(&format!("{before}X{after}"))
        }
    }
}

/// Whether this can be the name of an environment.
pub(super) fn is_environment(name: &str) -> bool {
    (1..=64).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

/// A list of environments; an entry that is none is told and left out.
pub(super) fn environments(item: &Item<'_>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut clean = true;
    for entry in item.strings().unwrap_or_default() {
        if is_environment(entry.text) {
            found.push(entry.text.to_owned());
        } else {
            clean = false;
            item.report(entry.span, "this is no name of an environment".to_owned(), None, false);
        }
    }
    if clean {
        item.show();
    }
    found
}

/// A list of variables; an entry that is none, or stands there twice, is told and left out.
pub(super) fn variables(item: &Item<'_>) -> Vec<Name> {
    let mut found: Vec<Name> = Vec::new();
    let mut clean = true;
    for entry in item.strings().unwrap_or_default() {
        let twice = found.iter().any(|name| name.as_str() == entry.text);
        if !is_variable_name(entry.text) {
            clean = false;
            item.report(entry.span, "this is no name of a variable".to_owned(), None, false);
        } else if twice {
            item.report(entry.span, format!("`{}` is listed twice", entry.text), None, false);
        } else {
            found.push(Name::new(entry.text));
        }
    }
    if clean {
        item.show();
    }
    found
}

/// One variable.
pub(super) fn variable(item: &Item<'_>) -> Option<Name> {
    let text = item.string()?.text;
    if !is_variable_name(text) {
        return item.wrong("the name of a variable");
    }
    item.show();
    Some(Name::new(text))
}
