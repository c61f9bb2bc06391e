//! `secretspec.toml` (revision 1.0): the secrets of a project by profile. envcheck's own schema is `env_schema`.
//!
//! Its semantics: a secret is required unless it says otherwise; a profile is the environment of its name and inherits
//! from `default`, which also stands for every environment without a profile; an empty value is a value; what is
//! composed or generated is never missing. It lists secrets, not every variable, so other names are welcome. Where
//! scopes hand out parts of it, nobody knows which app needs which, and nothing is required.

mod profiles;
mod secret;

use super::SchemaSource;
use crate::fact::{Fact, FactKind, InlineIgnore, Link, LinkKind, Loaded, Required, Schema, Semantics};
use crate::name::{Name, nearest};
use crate::source::{SourceFile, SourcePath};
use crate::syntax::toml::{Document, Item, Table};
use profiles::Profiles;
use std::sync::Arc;

/// The schema source.
pub static SOURCE: SchemaSource = SchemaSource { name: "secretspec", claims, fits, load };

fn claims(path: &SourcePath) -> bool {
    path.name() == "secretspec.toml"
}

fn fits(source: &SourceFile) -> bool {
    let begins = |begin: &str| source.text().lines().any(|line| line.trim_start().starts_with(begin));
    super::env_schema::is_toml(source.path()) && begins("[project]") && begins("[profiles.")
}

fn load(source: &SourceFile) -> Loaded {
    let document = Document::parse(source);
    let root = document.root();
    let semantics = Semantics { empty_is_a_value: true, ..Semantics::default() };
    let mut schema = Schema { open: true, semantics, ..Schema::default() };
    let mut loaded = Loaded::default();
    match root.table("project") {
        Some(project) => self::project(&project, &mut loaded.links, &mut schema),
        None if document.is_sound() => root.fault("secretspec refuses a file without `[project]`"),
        None => {}
    }
    let has_scopes = root.table("scopes").is_some_and(|scopes| !scopes.items().is_empty());
    if let Some(table) = root.table("profiles") {
        let profiles = Profiles::read(&table);
        for (name, span, mut declaration) in profiles.declarations() {
            if has_scopes {
                declaration.required = Some(Required::Never);
            }
            let kind = FactKind::Declaration(Arc::new(declaration));
            loaded.facts.push(Fact { name: Name::new(&name), span, kind });
        }
        schema.groups = if has_scopes { Vec::new() } else { profiles.groups() };
    } else if document.is_sound() && root.get("profiles").is_none() {
        root.fault("secretspec refuses a file without profiles");
    }
    for known in ["defaults", "providers"] {
        root.get(known);
    }
    misspelled(&root.items(), &["project", "profiles", "providers", "scopes", "defaults"]);
    loaded.facts.sort_by_key(|fact| fact.span);
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

fn project(table: &Table<'_>, links: &mut Vec<Link>, schema: &mut Schema) {
    if let Some(name) = table.get("name") {
        name.string();
    }
    if let Some(item) = table.get("revision")
        && item.string().is_some_and(|revision| revision.text != "1.0")
    {
        item.fault("secretspec reads no revision but 1.0");
    }
    misspelled(&table.items(), &["name", "revision", "extends", "require_reason"]);
    let Some(item) = table.get("extends") else { return };
    for parent in item.strings().unwrap_or_default() {
        // The folder of a project, or its file.
        let bare = parent.text.trim_end_matches('/');
        let path = if super::env_schema::is_toml(&SourcePath::new(bare)) {
            bare.to_owned()
        } else {
            format!("{bare}/secretspec.toml")
        };
        links.push(Link { kind: LinkKind::Extends, path, span: parent.span, required: true });
        schema.extends_needs.push(Vec::new());
    }
    item.show();
}

/// Tells of keys that are most likely misspelled. Others may be of a newer version.
fn misspelled(items: &[Item<'_>], known: &[&'static str]) {
    for item in items.iter().filter(|item| !known.contains(&item.key) && !item.is_broken()) {
        if let Some(near) = nearest(item.key, known.iter().copied()) {
            let message = format!("secretspec knows no such key; did you mean `{near}`?");
            item.report(item.key_span, message, None, false);
        }
    }
}

#[cfg(test)]
mod tests;
