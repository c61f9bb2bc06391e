//! Patches that are lists of operations (RFC 6902), as far as they are about what containers get: read, not yet applied.

use super::containers;
use super::objects::{decoded, unless_made};
use super::parts::{Aliases, Container, Given, Mount, Source, Variable, Volume};
use super::values::{Reader, text};
use crate::fact::{Loaded, SettingValue};
use crate::source::{Place, Span};
use crate::syntax::json;
use crate::syntax::yaml::{Kind, Node};

/// How many operations of one patch are read.
const MOST: usize = 2_000;

/// One operation.
#[derive(Clone)]
pub(super) struct Operation {
    pub(super) kind: Change,
    /// The way to what it changes.
    pub(super) path: Vec<String>,
    /// Where that is written.
    pub(super) place: Place,
    /// What it puts there.
    pub(super) value: Payload,
}

/// What an [`Operation`] does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Add,
    Replace,
    Remove,
    /// It moves or copies what stands elsewhere, or is none of RFC 6902.
    Unknown,
}

/// What an [`Operation`] puts in its place, by what its path leads to.
#[derive(Clone)]
pub(super) enum Payload {
    /// Nothing, or nothing that is looked at.
    None,
    Container(Box<Container>),
    /// All of `env`, and whether every entry was understood.
    Variables(Vec<Variable>, bool),
    Variable(Box<Variable>),
    /// The `value` or the `valueFrom` of an entry.
    Given(Given, Span),
    /// All of `envFrom`, and whether every entry was understood.
    Sources(Vec<Source>, bool),
    Source(Box<Source>),
    Mount(Mount),
    Volume(Box<Volume>),
    /// A text that is no value: a name, an image.
    Text(String, Span),
    /// What a key of a config map or of a secret holds: as text, and as what that is encoded.
    Entry(SettingValue, SettingValue, Span),
}

/// Whether a document may be a list of operations.
pub(super) fn is_list(document: Node<'_>) -> bool {
    document.kind() == Kind::Sequence
        && document.items().all(|item| item.get("op").is_some() && item.get("path").is_some())
        && document.items().next().is_some()
}

/// Whether a text begins as JSON and is none: only where it does not, `kustomize` reads it as YAML.
pub(super) fn is_broken_json(text: &str) -> bool {
    text.starts_with('[') && json::parse(text, json::Dialect::Strict).is_err()
}

/// Reads a list of operations.
pub(super) fn read(reader: &mut Reader<'_>, document: Node<'_>) -> Vec<Operation> {
    let mut own = Loaded::default();
    let mut inner = Reader { source: reader.source, loaded: &mut own };
    let mut found: Vec<Operation> =
        document.items().take(MOST).filter_map(|item| operation(&mut inner, item)).collect();
    if document.items().nth(MOST).is_some() {
        let place = reader.place(document.span());
        found.push(Operation { kind: Change::Unknown, path: Vec::new(), place, value: Payload::None });
    }
    // What is refused below a mere `value` has no name here.
    reader.loaded.mangled.extend(own.mangled.into_iter().filter(|mangled| !mangled.name.as_str().is_empty()));
    found
}

fn operation(reader: &mut Reader<'_>, node: Node<'_>) -> Option<Operation> {
    let kind = match text(node.get("op"))? {
        "add" => Change::Add,
        "replace" => Change::Replace,
        "remove" => Change::Remove,
        // It changes nothing.
        "test" => return None,
        _ => Change::Unknown,
    };
    let path = node.get("path")?;
    let place = reader.place(reader.inner(path));
    let path: Vec<String> =
        path.as_str()?.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~")).collect();
    let value = match (kind, node.get("value")) {
        (Change::Add | Change::Replace, Some(value)) => payload(reader, &path, &place, value),
        _ => Payload::None,
    };
    Some(Operation { kind, path, place, value })
}

fn payload(reader: &mut Reader<'_>, path: &[String], place: &Place, node: Node<'_>) -> Payload {
    let all: Vec<&str> = path.iter().map(String::as_str).collect();
    if let ["data" | "stringData", key] = all.as_slice() {
        let (value, span) = reader.value(node, key, false);
        let value = if node.as_str().is_some() { value } else { SettingValue::Unknown };
        return Payload::Entry(unless_made(value.clone()), decoded(value), span);
    }
    if let ["metadata", "labels", _] = all.as_slice() {
        return Payload::Text(node.as_str().unwrap_or_default().to_owned(), reader.inner(node));
    }
    let Some(at) = all.iter().position(|part| matches!(*part, "containers" | "initContainers" | "volumes")) else {
        return Payload::None;
    };
    let first = all.get(at) == Some(&"initContainers");
    let aliases = Aliases::new();
    let or_none = |found: Option<Payload>| found.unwrap_or(Payload::None);
    match all.get(at..).unwrap_or_default() {
        ["volumes", _] => {
            or_none(containers::volume(reader, node, false, &aliases).map(|volume| Payload::Volume(Box::new(volume))))
        }
        [_, _] => {
            let container = containers::container(reader, node, first, false, &aliases, ("", place));
            or_none(container.map(|container| Payload::Container(Box::new(container))))
        }
        [_, _, "env"] => {
            let found: Vec<Variable> =
                node.items().filter_map(|item| containers::variable(reader, item, false, &aliases)).collect();
            let whole = node.kind() == Kind::Sequence && found.len() == node.items().count();
            Payload::Variables(found, whole)
        }
        [_, _, "env", _] => {
            let variable = containers::variable(reader, node, false, &aliases);
            or_none(variable.map(|variable| Payload::Variable(Box::new(variable))))
        }
        [_, _, "env", _, "value"] => {
            let (value, span) = reader.value(node, "", true);
            Payload::Given(Given::Here(value), span)
        }
        [_, _, "env", _, "valueFrom"] => {
            let (given, span) = containers::from(reader, node, place.span, false, &aliases);
            Payload::Given(given, span)
        }
        [_, _, "envFrom"] => {
            let found: Vec<Source> = node.items().filter_map(|item| containers::source(reader, item)).collect();
            let whole = node.kind() == Kind::Sequence && found.len() == node.items().count();
            Payload::Sources(found, whole)
        }
        [_, _, "envFrom", _] => {
            or_none(containers::source(reader, node).map(|source| Payload::Source(Box::new(source))))
        }
        [_, _, "volumeMounts", _] => or_none(containers::mount(node).map(Payload::Mount)),
        [_, _, "env", _, "name"]
        | [_, _, "env", _, "valueFrom", _, "name" | "key"]
        | [_, _, "image"]
        | [_, _, "envFrom", _, _, "name"] => {
            let text = text(Some(node)).filter(|text| !text.is_empty() && !text.contains(['$', '{']));
            or_none(text.map(|text| Payload::Text(text.to_owned(), reader.inner(node))))
        }
        _ => Payload::None,
    }
}
