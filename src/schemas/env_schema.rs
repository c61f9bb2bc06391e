//! `env.schema.toml`: envcheck's own schema format. What several of them say together is the business of `resolve`.

mod constraints;
mod declaration;
mod document;
mod names;
mod own_values;
mod relations;
mod types;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::SchemaSource;
use crate::fact::{Fact, FactKind, InlineIgnore, Link, LinkKind, Loaded, Schema, Side};
use crate::name::{Name, is_variable_glob, is_variable_name};
use crate::source::{SourceFile, SourcePath};
use crate::syntax::toml::{Document, Item, Table};

pub use document::json_schema;
pub use types::word as type_word;

/// The schema source.
pub static SOURCE: SchemaSource = SchemaSource { name: "env-schema", claims, fits, load };

/// The keys under which declarations stand.
const SIDES: [(&str, Side); 3] = [("server", Side::Server), ("client", Side::Client), ("shared", Side::Shared)];

fn claims(path: &SourcePath) -> bool {
    let name = path.name();
    name == "env.schema.toml" || name.strip_suffix(".env.schema.toml").is_some_and(|rest| !rest.is_empty())
}

/// Whether a path says that its text is TOML.
pub(super) fn is_toml(path: &SourcePath) -> bool {
    path.name().rsplit_once('.').is_some_and(|(_, extension)| extension == "toml")
}

/// A table of one of its sides, a group, or what it extends.
fn fits(source: &SourceFile) -> bool {
    let begins = ["[server", "[client", "[shared", "[[group", "[[agree", "extends", "public_prefixes"];
    is_toml(source.path())
        && source.text().lines().any(|line| begins.iter().any(|begin| line.trim_start().starts_with(begin)))
}

fn load(source: &SourceFile) -> Loaded {
    let document = Document::parse(source);
    let root = document.root();
    let mut loaded = Loaded::default();
    let mut schema = Schema::default();
    if let Some(item) = root.get("extends") {
        extends(&item, &mut loaded.links, &mut schema);
    }
    schema.public_prefixes = root.get("public_prefixes").and_then(|item| prefixes(&item));
    declarations(&root, !schema.extends_needs.is_empty() || root.get("extends").is_some(), &mut loaded);
    schema.groups = relations::groups(root.tables("group"));
    schema.agrees = relations::agrees(root.tables("agree"));
    root.finish(true, |key| {
        let looks_declared = is_variable_name(key) && key.bytes().any(|byte| byte.is_ascii_uppercase());
        looks_declared.then(|| "a variable is declared under [server], [client] or [shared]".to_owned())
    });
    loaded.schema = Some(schema);
    loaded.ignores = document
        .comments()
        .iter()
        .filter_map(|comment| InlineIgnore::at(source, comment.span, comment.alone))
        .collect();
    loaded.problems = document.faults().into_iter().map(Into::into).collect();
    loaded.shown = document.shown();
    loaded
}

fn declarations(root: &Table<'_>, inherits: bool, loaded: &mut Loaded) {
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    for (side_key, side) in SIDES {
        let Some(table) = root.table(side_key) else { continue };
        for item in table.items() {
            if !names::is_declarable(item.key) {
                let message = format!("{} is no name of a variable", item.name());
                let help = "letters, digits and `_`, no digit first; one `*` makes it a family of names".to_owned();
                item.report(item.key_span, message, Some(help), true);
                continue;
            }
            if item.is_broken() && !item.is_table() {
                continue;
            }
            item.show_key();
            let read = declaration::read(&item, side, inherits, &mut loaded.links);
            if let Some(other) = seen.insert(item.key, side_key) {
                let message = format!("{} is declared under `{other}` already", item.name());
                item.report(item.key_span, message, None, false);
                continue;
            }
            let kind = FactKind::Declaration(Arc::new(read));
            loaded.facts.push(Fact { name: Name::new(item.key), span: item.key_span, kind });
        }
    }
    loaded.facts.sort_by_key(|fact| fact.span);
}

fn extends(item: &Item<'_>, links: &mut Vec<Link>, schema: &mut Schema) {
    const EXPECTED: &str = "a list of paths, or of tables with `path` and `needs`";
    if !item.is_list() {
        item.lost::<()>(EXPECTED);
        return;
    }
    for entry in item.list().unwrap_or_default() {
        let (path, needs) = if entry.is_table() {
            let Some(table) = entry.table() else { continue };
            let path = table.get("path").and_then(|item| item.string());
            if path.is_none() {
                entry.report(entry.span, "this needs the `path` of a schema".to_owned(), None, true);
            }
            let needs = table.get("needs").map(|item| needs(&item)).unwrap_or_default();
            table.finish(true, |_| None);
            (path, needs)
        } else if entry.is_string() {
            (entry.string(), Vec::new())
        } else {
            (entry.lost(EXPECTED), Vec::new())
        };
        let Some(path) = path else { continue };
        if path.text.is_empty() {
            entry.report(entry.span, "the path is empty".to_owned(), None, true);
            continue;
        }
        entry.show();
        links.push(Link { kind: LinkKind::Extends, path: path.text.to_owned(), span: path.span, required: true });
        schema.extends_needs.push(needs);
    }
}

/// Sides and globs of names. One that is neither is told; what is left is what is needed.
fn needs(item: &Item<'_>) -> Vec<String> {
    let mut needs = Vec::new();
    for entry in item.strings().unwrap_or_default() {
        if is_variable_glob(entry.text) {
            needs.push(entry.text.to_owned());
        } else {
            let message = "this is neither `server`, `client` or `shared` nor a glob of variables".to_owned();
            item.report(entry.span, message, None, true);
        }
    }
    if needs.is_empty() && item.is_list() && !item.is_broken() {
        item.report(item.span, "`needs` must list at least one side or glob".to_owned(), None, true);
    }
    needs
}

fn prefixes(item: &Item<'_>) -> Option<Vec<String>> {
    let mut prefixes = Vec::new();
    for entry in item.strings()? {
        if is_variable_name(entry.text) {
            prefixes.push(entry.text.to_owned());
        } else {
            item.report(entry.span, "this is no beginning of a variable's name".to_owned(), None, false);
        }
    }
    item.show();
    Some(prefixes)
}

#[cfg(test)]
mod tests;
