//! `kustomization.yaml`: what it brings together, what it makes, and what it changes. Nothing is followed here.

use super::objects::environment_in;
use super::parts::{File, Map};
use super::values::{Reader, at, text};
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
    /// What it lays over what it brings in, with the name of what that changes, if it is said.
    pub(super) patches: Vec<(Patch, Option<String>)>,
    /// The names of the workloads that something changes in a way that is not followed; `None`: any of them.
    pub(super) changed: Vec<Option<String>>,
    /// Whether something changes config maps or secrets in a way that is not followed.
    pub(super) changes_maps: bool,
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
    /// Resources that stand within it.
    Inline(Box<File>),
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
                        None => found.changed.push(None),
                    }
                }
            }
            "namespace" => {
                found.environment =
                    found.environment.take().or_else(|| text(Some(entry.value)).and_then(environment_in));
            }
            "commonLabels" => found.environment = label(entry.value).or(found.environment),
            "labels" => {
                let pairs = entry.value.items().filter_map(|item| item.get("pairs"));
                found.environment = pairs.into_iter().find_map(label).or(found.environment);
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

/// The word of a label that says where everything runs.
fn label(labels: Node<'_>) -> Option<String> {
    ["environment", "env"].iter().find_map(|name| text(labels.get(name)).and_then(environment_in))
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
    let target = text(at(item, &["target", "name"])).map(str::to_owned);
    // A name may be a pattern.
    let target = target.filter(|name| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'));
    let kind = text(at(item, &["target", "kind"]));
    let of_maps = kind.is_some_and(|kind| matches!(kind, "ConfigMap" | "Secret" | "ExternalSecret"));
    if let Some((node, path)) = item.get("path").and_then(|node| Some((node, node.as_str()?))) {
        if is_file(path) && !path.contains("://") {
            let link = link(reader, node, path, LinkKind::Include);
            found.patches.push((Patch::Linked(link), target));
        } else if !of_maps {
            found.changed.push(target);
        }
    } else if let Some(patch) = item.get("patch") {
        inline(reader, patch, target, found);
    }
}

/// A patch within the file; one that is a list of operations is read only as far as whether it can change what a
/// container gets.
fn inline(reader: &Reader<'_>, node: Node<'_>, target: Option<String>, found: &mut Kustomization) {
    if let Some(file) = super::inline::read(reader, node) {
        found.patches.push((Patch::Inline(Box::new(file)), target));
        return;
    }
    let patch = node.as_str().unwrap_or_default();
    if patch.contains("env") || patch.contains("secret") {
        found.changed.push(target);
    }
    found.changes_maps |= patch.contains("/data") || patch.contains("/stringData");
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
