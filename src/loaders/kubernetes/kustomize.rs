//! `kustomization.yaml`: what it brings together, what it makes, and what it changes. Nothing is followed here.

use super::objects::environment_in;
use super::parts::{File, Map, Workload};
use super::select::Selector;
use super::values::{Reader, text};
use crate::fact::{Link, LinkKind, Setting, SettingValue};
use crate::name::Name;
use crate::source::Span;
use crate::syntax::yaml::{Kind, Node, Style};
use crate::value::{Template, Value};

/// One kustomization.
#[derive(Default)]
pub(super) struct Kustomization {
    /// The files that it brings in, by link.
    pub(super) files: Vec<usize>,
    /// The folders that it brings in, as they are written, and whether they may change what others brought in.
    pub(super) folders: Vec<(String, bool)>,
    /// The config maps and secrets that it makes.
    pub(super) generators: Vec<Generator>,
    /// What it lays over what it brings in, with what that is for, if it is said.
    pub(super) patches: Vec<(Patch, Option<Selector>)>,
    /// What stands before and behind the names of all that it brings in.
    pub(super) affixes: (String, String),
    /// The namespace of all that it brings in.
    pub(super) namespace: Option<String>,
    /// The labels that all that it brings in gets.
    pub(super) labels: Vec<(String, String)>,
    /// The word of its namespace that names an environment.
    pub(super) environment: Option<String>,
    /// The images that it replaces, by name: the new name.
    pub(super) images: Vec<(String, String)>,
    /// Whether something that is not read here may change what it brings in.
    pub(super) open: bool,
}

/// A patch of a [`Kustomization`].
pub(super) enum Patch {
    /// A file, by link.
    Linked(usize),
    /// Resources or operations that stand within it.
    Inline(Box<File>),
    /// One that was not understood.
    Unknown,
}

/// A `configMapGenerator` or `secretGenerator`.
pub(super) struct Generator {
    /// What stands in the file itself.
    pub(super) map: Map,
    /// The env files that it reads, by link, in order; they are weaker than what stands in the file.
    pub(super) env_files: Vec<usize>,
    /// Whether it stands instead of one of the same name below it (`behavior: replace`).
    pub(super) replaces: bool,
}

impl Kustomization {
    /// Gives a workload the names, the namespace and the labels that all of it gets.
    pub(super) fn name(&self, workload: &mut Workload) {
        let identity = &mut workload.identity;
        let (prefix, suffix) = &self.affixes;
        if !(prefix.is_empty() && suffix.is_empty()) {
            let last = identity.names.last().unwrap_or(&workload.name);
            identity.names.push(format!("{prefix}{last}{suffix}"));
        }
        if self.namespace.is_some() {
            identity.namespace.clone_from(&self.namespace);
        }
        identity.labels.extend(self.labels.iter().cloned());
    }
}

/// Whether a document is a resource of Flux, which only has the name.
pub(super) fn is_of_flux(document: Node<'_>) -> bool {
    text(document.get("apiVersion")).is_some_and(|api| api.contains("fluxcd"))
}

/// Reads a kustomization.
pub(super) fn read(reader: &mut Reader<'_>, document: Node<'_>) -> Kustomization {
    let mut found = Kustomization::default();
    for entry in document.entries() {
        match entry.name {
            "resources" | "bases" | "components" => {
                for item in entry.value.items() {
                    bring(reader, item, entry.name == "components", &mut found);
                }
            }
            "configMapGenerator" | "secretGenerator" => {
                for item in entry.value.items() {
                    found.generators.extend(generator(reader, item, entry.name == "secretGenerator"));
                }
            }
            "patches" | "patchesJson6902" => {
                for item in entry.value.items() {
                    patch(reader, item, &mut found);
                }
            }
            "patchesStrategicMerge" => {
                for item in entry.value.items() {
                    match item.as_str() {
                        Some(path) if item.style() != Style::Block && !path.contains('\n') => {
                            let link = link(reader, item, path, LinkKind::Include);
                            found.patches.push((Patch::Linked(link), None));
                        }
                        Some(_) => inline(reader, item, None, &mut found),
                        None => found.patches.push((Patch::Unknown, None)),
                    }
                }
            }
            "namespace" => {
                found.namespace = text(Some(entry.value)).map(str::to_owned);
                found.environment =
                    found.environment.take().or_else(|| text(Some(entry.value)).and_then(environment_in));
            }
            "namePrefix" => text(Some(entry.value)).unwrap_or_default().clone_into(&mut found.affixes.0),
            "nameSuffix" => text(Some(entry.value)).unwrap_or_default().clone_into(&mut found.affixes.1),
            "commonLabels" => labels(entry.value, &mut found),
            "labels" => {
                for pairs in entry.value.items().filter_map(|item| item.get("pairs")) {
                    labels(pairs, &mut found);
                }
            }
            "images" => {
                let image =
                    |item: Node<'_>| Some((text(item.get("name"))?.to_owned(), text(item.get("newName"))?.to_owned()));
                found.images = entry.value.items().filter_map(image).collect();
            }
            "helmCharts" | "helmChartInflationGenerator" | "generators" | "transformers" | "replacements" | "vars" => {
                found.open = true;
            }
            _ => {}
        }
    }
    found
}

/// Labels of everything, one of which may say where everything runs.
fn labels(labels: Node<'_>, found: &mut Kustomization) {
    let word = ["environment", "env"].iter().find_map(|name| text(labels.get(name)).and_then(environment_in));
    found.environment = word.or(found.environment.take());
    let pairs = labels.entries().into_iter();
    found.labels.extend(pairs.filter_map(|pair| Some((pair.name.to_owned(), pair.value.as_str()?.to_owned()))));
}

fn link(reader: &mut Reader<'_>, node: Node<'_>, path: &str, kind: LinkKind) -> usize {
    let span = reader.inner(node);
    reader.loaded.links.push(Link { kind, path: path.to_owned(), span, required: true });
    reader.loaded.links.len() - 1
}

fn bring(reader: &mut Reader<'_>, item: Node<'_>, is_component: bool, found: &mut Kustomization) {
    let Some(path) = text(Some(item)) else { return };
    let is_remote = path.contains("://") || path.contains("?ref=") || path.contains("//") || path.starts_with("git@");
    if is_remote || path.contains(['$', '{']) || path.starts_with('/') {
        found.open |= is_component;
    } else if is_file(path) {
        let link = link(reader, item, path, LinkKind::Include);
        found.files.push(link);
    } else {
        found.folders.push((path.to_owned(), is_component));
    }
}

fn is_file(path: &str) -> bool {
    std::path::Path::new(path)
        .extension()
        .is_some_and(|kind| kind.eq_ignore_ascii_case("yaml") || kind.eq_ignore_ascii_case("yml"))
}

fn patch(reader: &mut Reader<'_>, item: Node<'_>, found: &mut Kustomization) {
    let target = item.get("target").filter(|target| !target.is_null()).map(Selector::new);
    if let Some((node, path)) = item.get("path").and_then(|node| Some((node, node.as_str()?))) {
        let is_json = || std::path::Path::new(path).extension().is_some_and(|kind| kind.eq_ignore_ascii_case("json"));
        if (is_file(path) || is_json()) && !path.contains("://") {
            let link = link(reader, node, path, LinkKind::Include);
            found.patches.push((Patch::Linked(link), target));
        } else {
            found.patches.push((Patch::Unknown, target));
        }
    } else if let Some(patch) = item.get("patch") {
        inline(reader, patch, target, found);
    }
}

/// A patch within the file.
fn inline(reader: &Reader<'_>, node: Node<'_>, target: Option<Selector>, found: &mut Kustomization) {
    let patch = match super::inline::read(reader, node).filter(|file| !file.is_empty()) {
        Some(file) => Patch::Inline(Box::new(file)),
        None if node.as_str().is_none_or(may_matter) => Patch::Unknown,
        None => return,
    };
    found.patches.push((patch, target));
}

/// Whether a patch of which nothing is read may change what containers get.
pub(super) fn may_matter(text: &str) -> bool {
    ["env", "secret", "/data", "stringData"].iter().any(|word| text.contains(word))
        || text.lines().any(|line| line.trim_start().starts_with("data:"))
}

fn generator(reader: &mut Reader<'_>, item: Node<'_>, secret: bool) -> Option<Generator> {
    let name = text(item.get("name"))?;
    let mut map = Map { whole: item.kind() == Kind::Mapping, ..Map::new(name, secret) };
    let mut env_files = Vec::new();
    for node in item.get("env").into_iter().chain(item.get("envs").into_iter().flat_map(Node::items)) {
        match text(Some(node)) {
            Some(path) => env_files.push(link(reader, node, path, LinkKind::EnvFile)),
            None => map.whole = false,
        }
    }
    for node in item.get("files").into_iter().flat_map(Node::items) {
        let Some(text) = node.as_str() else { continue };
        let name = text.split_once('=').map_or_else(|| text.rsplit('/').next().unwrap_or(text), |(name, _)| name);
        let place = reader.place(reader.inner(node));
        map.settings.push(super::objects::unknown(name, place));
    }
    for node in item.get("literals").into_iter().flat_map(Node::items) {
        match node.as_str().and_then(|text| text.split_once('=')) {
            Some((name, value)) if !name.is_empty() => {
                let offsets = node.offsets(reader.source.text());
                let from = name.len() + 1;
                let place = reader.place(offsets.span(0..name.len()));
                let (value_span, value) = literal(value, |range| offsets.span(from + range.start..from + range.end));
                let value = if secret { super::objects::unless_made(value) } else { value };
                let name = Name::new(name.trim());
                map.settings.push(Setting { name, place, value_span, value });
            }
            _ => map.whole = false,
        }
    }
    let replaces = text(item.get("behavior")) == Some("replace");
    Some(Generator { map, env_files, replaces })
}

/// The value of `NAME=value`: one pair of quotes around it is taken off.
fn literal(text: &str, span: impl Fn(std::ops::Range<usize>) -> Span) -> (Span, SettingValue) {
    let quoted = ['"', '\''].iter().find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote));
    let whole = match quoted {
        Some(inner) => span(1..1 + inner.len()),
        None => span(0..text.len()),
    };
    let text = quoted.unwrap_or(text);
    if text.contains("${") || text.contains("{{") {
        return (whole, SettingValue::Given(Template::unknown(whole)));
    }
    (whole, SettingValue::Given(Template::literal(Value::new(text))))
}
