//! Values of a Helm chart, as far as they are plain: lists and mappings of variables under the keys that charts use for
//! them. What the chart's templates make of them is not known, so that what they lack proves nothing.

use super::containers;
use super::objects::unless_made;
use super::parts::{Aliases, Container, File, Given, Identity, Variable, Workload};
use super::values::{Reader, at, text};
use crate::fact::TargetKind;
use crate::name::Name;
use crate::source::{Place, SourcePath};
use crate::syntax::yaml::{Kind, Node, Yaml};

/// The keys under which charts take variables.
const KEYS: &[&str] =
    &["env", "envs", "envVars", "environment", "environmentVariables", "extraEnv", "extraEnvs", "extraEnvVars"];

/// How deep they are looked for.
const DEPTH: usize = 5;

/// Folders that hold charts, and are called after none.
const FOLDERS: &[&str] = &["chart", "charts", "deploy", "environments", "envs", "helm", "infra", "values"];

/// Whether a file is one by its name: `values.yaml`, `values-production.yaml`.
pub(super) fn is_one(name: &str) -> bool {
    name.strip_prefix("values").is_some_and(|rest| rest.starts_with(['.', '-', '_']))
}

/// Reads one; nothing is said of a file that gives no variables.
pub(super) fn read(reader: &mut Reader<'_>, yaml: &Yaml, file: &mut File) {
    let mangled = reader.loaded.mangled.len();
    let name = chart(reader.source.path());
    for document in yaml.documents() {
        look(reader, document, &name, DEPTH, file);
    }
    // Charts put quotes around what they take, or do not.
    reader.loaded.mangled.truncate(mangled);
}

/// What the chart of a file is called: its folder, but for folders that only hold charts.
fn chart(path: &SourcePath) -> String {
    let named = path.folders().find(|folder| !FOLDERS.contains(&folder.name()) && !folder.name().is_empty());
    named.map_or_else(|| "values".to_owned(), |folder| folder.name().to_owned())
}

fn look(reader: &mut Reader<'_>, node: Node<'_>, name: &str, depth: usize, file: &mut File) {
    let Some(depth) = depth.checked_sub(1).filter(|_| node.kind() == Kind::Mapping) else { return };
    for entry in node.entries() {
        if KEYS.contains(&entry.name) {
            let variables = variables(reader, entry.value);
            if !variables.is_empty() {
                let place = reader.place(entry.key.span());
                file.workloads.push(workload(node, name, place, variables));
            }
        } else if entry.value.kind() == Kind::Mapping {
            look(reader, entry.value, entry.name, depth, file);
        }
    }
}

fn workload(node: Node<'_>, name: &str, place: Place, environment: Vec<Variable>) -> Workload {
    let repository = at(node, &["image", "repository"]).or_else(|| node.get("image"));
    let image = text(repository).filter(|image| !image.is_empty()).map(str::to_owned);
    let container = Container {
        name: name.to_owned(),
        place: place.clone(),
        first: false,
        image: image.map(|image| (image, place.span)),
        environment,
        listed: place.clone(),
        sources: Vec::new(),
        mounts: Vec::new(),
        commands: Vec::new(),
        partial: true,
    };
    Workload {
        kind: TargetKind::KubernetesContainer,
        name: name.to_owned(),
        identity: Identity::default(),
        place,
        environment: None,
        containers: vec![container],
        volumes: Vec::new(),
        ends: false,
        removed: false,
        partial: true,
    }
}

/// A list of names and values as a container has one, or a mapping of names in capitals.
fn variables(reader: &mut Reader<'_>, node: Node<'_>) -> Vec<Variable> {
    if node.kind() == Kind::Sequence {
        let items = node.items().filter(|item| item.kind() == Kind::Mapping);
        return items.filter_map(|item| containers::variable(reader, item, false, &Aliases::new())).collect();
    }
    let is_name = |name: &str| {
        let fits = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
        name.starts_with(|first: char| first.is_ascii_uppercase()) && name.bytes().all(fits)
    };
    let entries = node.entries();
    if !entries.iter().all(|entry| is_name(entry.name)) {
        return Vec::new();
    }
    let plain = entries.into_iter().filter(|entry| entry.value.kind() == Kind::Scalar && !entry.value.is_null());
    plain
        .map(|entry| {
            let (value, value_span) = reader.value(entry.value, entry.name, false);
            let place = reader.place(reader.inner(entry.key));
            Variable { name: Name::new(entry.name), place, value_span, value: Given::Here(unless_made(value)) }
        })
        .collect()
}
