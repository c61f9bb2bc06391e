//! A JSON Schema document (draft 7, 2020-12) whose properties are the variables. Other JSON is in `dotenv_linter`.
//!
//! Its semantics: the empty string is a string, so it is a value unless `minLength`, `enum`, `pattern` or `format` say
//! otherwise; to any other type it is none. Names that it does not list are welcome unless `additionalProperties` is
//! false. `x-envcheck` on a property says what JSON Schema has no word for: `{ "side": "client", "secret": true }`.
//! What only holds in some branch (`anyOf`, `oneOf`, `if`) declares names and nothing else.

mod groups;
mod property;
mod reference;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::SchemaSource;
use super::json_document::{self, Notes, opening};
use crate::fact::{Declaration, Fact, FactKind, Group, GroupKind, Loaded, Required, Schema, Type};
use crate::name::{Name, is_variable_name};
use crate::source::{SourceFile, SourcePath, Span};
use crate::syntax::json::{Kind, Member, Node};
use reference::References;

/// The schema source.
pub static SOURCE: SchemaSource = SchemaSource { name: "json-schema", claims, fits, load };

/// `env.schema.json` and its like.
pub(super) fn is_named(name: &str) -> bool {
    matches!(name, "env.schema.json" | ".env.schema.json")
        || name.strip_suffix(".env.schema.json").is_some_and(|rest| !rest.is_empty())
}

fn claims(path: &SourcePath) -> bool {
    is_named(path.name())
}

/// Something that only JSON Schema says, or a table that cannot be read.
fn fits(source: &SourceFile) -> bool {
    let tables = ["properties", "patternProperties"];
    let lists = ["allOf", "anyOf", "oneOf"];
    let says = |root: &Node<'_>| {
        tables.iter().any(|word| root.get(word).is_some_and(Node::is_object))
            || lists.iter().any(|word| root.get(word).is_some_and(|node| matches!(node.kind, Kind::Array(_))))
            || root.get("$ref").is_some_and(|node| node.text().is_some())
    };
    let begins = || source.text().trim_start_matches('\u{feff}').trim_start().starts_with('{');
    json_document::glance(source, says).unwrap_or_else(begins)
}

/// What is known of a variable before its schemas are read together.
struct Found<'n> {
    span: Span,
    /// The schemas that hold for it; none where only some branch names it.
    parts: Vec<&'n Node<'n>>,
    required: bool,
}

/// What the schemas of the whole object say.
#[derive(Default)]
struct Object<'n> {
    variables: BTreeMap<String, Found<'n>>,
    closed: bool,
    /// Patterns of names that stand for any number of them.
    open: bool,
    groups: Vec<Group>,
}

fn load(source: &SourceFile) -> Loaded {
    let mut loaded = Loaded::default();
    let mut schema = Schema { open: true, ..Schema::default() };
    let notes = json_document::read(source, |root, notes| {
        if !root.is_object() {
            notes.lost(opening(root), "a JSON Schema of variables must be a table with `properties`");
            return;
        }
        // There `required: true` stands in the property, and much else means something else.
        if root.get("$schema").and_then(Node::text).is_some_and(|text| text.contains("draft-03")) {
            return;
        }
        let references = References::new(root);
        let mut object = Object::default();
        object.read(root, true, &references, notes, 0);
        // A schema of some other file, which is no matter of ours, has properties such as `port` and `logLevel`.
        if root.get("x-envcheck").is_none() && !object.variables.keys().any(|name| is_written_like_one(name)) {
            notes.shown.clear();
            notes.problems.clear();
            if object.variables.is_empty() {
                notes.lost(opening(root), "no property of this JSON Schema is a variable");
            }
            return;
        }
        schema.open = !object.closed || object.open;
        schema.groups = std::mem::take(&mut object.groups);
        for (name, found) in object.variables {
            let declaration = declaration(&found, &references, notes);
            let kind = FactKind::Declaration(Arc::new(declaration));
            loaded.facts.push(Fact { name: Name::new(&name), span: found.span, kind });
        }
        if references.is_exhausted() {
            notes.lost(opening(root), "this JSON Schema has too many references, so not all of it was read");
        }
    });
    loaded.facts.sort_by_key(|fact| fact.span);
    loaded.schema = Some(schema);
    loaded.shown = notes.shown;
    loaded.problems = notes.problems;
    loaded
}

/// `DATABASE_URL`, `NEXT_PUBLIC_apiUrl`; not `databaseUrl`.
fn is_written_like_one(name: &str) -> bool {
    let first = name.split('_').find(|token| !token.is_empty()).unwrap_or_default();
    first.bytes().any(|byte| byte.is_ascii_uppercase()) && !first.bytes().any(|byte| byte.is_ascii_lowercase())
}

fn declaration(found: &Found<'_>, references: &References<'_>, notes: &mut Notes) -> Declaration {
    let unknown = found.parts.is_empty() && !found.required || found.parts.iter().any(|part| notes.is_cut(part));
    let mut declaration = if unknown {
        Declaration { kind: Some(Type::Unknown), ..Declaration::default() }
    } else {
        property::read(&found.parts, references, notes)
    };
    declaration.required = Some(if found.required { Required::Always } else { Required::Never });
    declaration
}

impl<'n> Object<'n> {
    /// Reads one schema of the whole object; `certain` unless it holds in some branch only.
    fn read(
        &mut self,
        node: &'n Node<'n>,
        certain: bool,
        references: &References<'n>,
        notes: &mut Notes,
        depth: usize,
    ) {
        if !references.step(depth) {
            return;
        }
        for member in node.members() {
            let value = &member.value;
            match &*member.key {
                "properties" => self.properties(member, certain, notes),
                "patternProperties" => self.families(member, certain, notes),
                "required" if certain => self.required(member, notes),
                "additionalProperties" | "unevaluatedProperties" if certain => {
                    notes.show(member);
                    self.closed |= matches!(value.kind, Kind::Boolean(false));
                }
                "dependentRequired" | "dependencies" if certain => {
                    notes.show(member);
                    let found = groups::dependent(value, member.key_inner(), notes);
                    self.group(found);
                }
                "$ref" | "$dynamicRef" => {
                    notes.show(member);
                    match value.text().and_then(|text| references.find(text)) {
                        Some(target) => self.read(target, certain, references, notes, depth + 1),
                        // Whatever stands in another file may declare more.
                        None => self.open = true,
                    }
                }
                "allOf" => self.all(member, certain, references, notes, depth),
                "anyOf" | "oneOf" => {
                    if certain {
                        self.group(groups::of_branches(member));
                    }
                    self.all(member, false, references, notes, depth);
                }
                "if" | "then" | "else" => self.read(value, false, references, notes, depth + 1),
                "dependentSchemas" => {
                    for branch in value.members() {
                        self.read(&branch.value, false, references, notes, depth + 1);
                    }
                }
                "$schema" | "$id" | "$defs" | "definitions" | "title" | "description" | "type" | "x-envcheck" => {
                    notes.show(member);
                }
                _ => {}
            }
        }
    }

    fn all(
        &mut self,
        member: &'n Member<'n>,
        certain: bool,
        references: &References<'n>,
        notes: &mut Notes,
        depth: usize,
    ) {
        notes.show(member);
        if !matches!(member.value.kind, Kind::Array(_)) {
            notes.lost(opening(&member.value), format!("`{}` must be a list of schemas", member.key));
        }
        for part in member.value.elements() {
            self.read(part, certain, references, notes, depth + 1);
        }
    }

    fn properties(&mut self, member: &'n Member<'n>, certain: bool, notes: &mut Notes) {
        notes.show(member);
        if !member.value.is_object() {
            notes.lost(opening(&member.value), "`properties` must be a table of schemas");
        }
        notes.twice(member.value.members());
        for property in member.value.members() {
            if !notes.is_name(property) {
                continue;
            }
            let is_schema = property.value.is_object() || matches!(property.value.kind, Kind::Boolean(_));
            if !is_schema {
                notes.wrong(property.value.inner_span(), "a property must be a table, true or false");
            }
            self.name(&property.key, property.key_inner()).parts.extend(certain.then_some(&property.value));
        }
    }

    /// Adds relations. What they speak of exists, also where no property says so.
    fn group(&mut self, found: impl IntoIterator<Item = Group>) {
        for group in found {
            let switches = match &group.kind {
                GroupKind::When { switches, .. } => switches.as_slice(),
                _ => &[],
            };
            for name in group.kind.members().iter().chain(switches.iter().map(|(name, _)| name)) {
                self.name(name.as_str(), group.span);
            }
            self.groups.push(group);
        }
    }

    fn name(&mut self, name: &str, span: Span) -> &mut Found<'n> {
        let found = || Found { span, parts: Vec::new(), required: false };
        self.variables.entry(name.to_owned()).or_insert_with(found)
    }

    /// `^FEATURE_` is a family; any other pattern may be any name.
    fn families(&mut self, member: &'n Member<'n>, certain: bool, notes: &mut Notes) {
        notes.show(member);
        for pattern in member.value.members() {
            let ends = ["", ".*", ".+", ".*$", ".+$", "\\w*", "\\w+", "\\w*$", "\\w+$", "[A-Z0-9_]+$", "[A-Z_]+$"];
            let begin = pattern.key.strip_prefix('^').and_then(|rest| {
                ends.iter().rev().filter_map(|end| rest.strip_suffix(end)).find(|begin| is_variable_name(begin))
            });
            match begin {
                Some(begin) => {
                    notes.show(pattern);
                    let family = self.name(&format!("{begin}*"), pattern.key_inner());
                    family.parts.extend(certain.then_some(&pattern.value));
                }
                None => self.open = true,
            }
        }
    }

    fn required(&mut self, member: &'n Member<'n>, notes: &mut Notes) {
        notes.show(member);
        if !matches!(member.value.kind, Kind::Array(_)) {
            let help = "list the required names in `required` beside `properties`";
            notes.wrong_with_help(member.value.inner_span(), "`required` must be a list of names", help);
        }
        for entry in member.value.elements() {
            match entry.text() {
                Some(name) if is_variable_name(name) => {
                    notes.shown.push(entry.span);
                    self.name(name, entry.inner_span()).required = true;
                }
                Some(_) => notes.wrong(entry.inner_span(), "this is no name of a variable"),
                None => notes.wrong(entry.span, "`required` must be a list of names"),
            }
        }
    }
}

#[cfg(test)]
mod tests;
