//! The resources of a document, by their kinds: workloads, config maps, secrets. Kustomizations are read apart.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::parts::{Aliases, File, Identity, Map, Workload};
use super::values::{Reader, at, text};
use super::{containers, external};
use crate::fact::{Setting, SettingValue, TargetKind};
use crate::name::Name;
use crate::source::Place;
use crate::syntax::yaml::{Kind, Node};
use crate::tables::environments;
use crate::value::{Part, Template, Value};

/// How deep lists of resources are followed.
const LISTS: usize = 3;

/// Reads one document. `is_template`: whether another tool makes the real file of it.
pub(super) fn read(reader: &mut Reader<'_>, document: Node<'_>, is_template: bool, file: &mut File) {
    resource(reader, document, is_template, LISTS, file);
}

fn resource(reader: &mut Reader<'_>, node: Node<'_>, is_template: bool, lists: usize, file: &mut File) {
    let (Some(api), Some(kind)) = (text(node.get("apiVersion")), text(node.get("kind"))) else { return };
    let Some(named) = at(node, &["metadata", "name"]).or_else(|| at(node, &["metadata", "generateName"])) else {
        if let (Some(items), Some(lists)) = (node.get("items"), lists.checked_sub(1)) {
            for item in items.items() {
                resource(reader, item, is_template, lists, file);
            }
        }
        return;
    };
    let Some(name) = named.as_str() else { return };
    let place = reader.place(reader.inner(named));
    let group = api.split('/').next().unwrap_or_default();
    match kind {
        "ConfigMap" => file.maps.push(map(reader, node, name, false)),
        "Secret" => file.maps.push(map(reader, node, name, true)),
        "SealedSecret" => file.maps.push(external::sealed(reader, node, name)),
        "ExternalSecret" => file.maps.push(external::secret(reader, node, name)),
        "SecretStore" | "ClusterSecretStore" => {
            file.stores.extend(external::store(node).map(|store| (name.to_owned(), store)));
        }
        "SecretProviderClass" => file.classes.extend(external::class(node).map(|files| (name.to_owned(), files))),
        "Service" if !group.contains("knative") => file.hosts.push(name.to_owned()),
        _ => {
            let removed = text(node.get("$patch")) == Some("delete");
            let Some((pod, way, ends)) = pod(node, group, kind).or(removed.then_some((node, &[], false))) else {
                return;
            };
            let identity = identity(node, api, kind, way);
            let kind = target_kind(reader, node, group, kind);
            let environment = environment(node);
            let mut workload = Workload {
                kind,
                name: name.to_owned(),
                identity,
                place,
                environment,
                containers: Vec::new(),
                volumes: Vec::new(),
                ends,
                removed,
                partial: is_template || pod.kind() != Kind::Mapping,
            };
            let aliases = aliases(node);
            containers::read(reader, pod, &aliases, &mut workload);
            file.workloads.push(workload);
        }
    }
}

fn identity(node: Node<'_>, api: &str, kind: &str, way: &'static [&'static str]) -> Identity {
    let (group, version) = api.split_once('/').unwrap_or(("", api));
    let pairs = |key: &str| -> Vec<(String, String)> {
        let entries = at(node, &["metadata", key]).map(Node::entries).unwrap_or_default();
        let pairs = entries.iter().filter_map(|entry| Some((entry.name.to_owned(), entry.value.as_str()?.to_owned())));
        pairs.collect()
    };
    Identity {
        group: group.to_owned(),
        version: version.to_owned(),
        kind: kind.to_owned(),
        namespace: text(at(node, &["metadata", "namespace"])).map(str::to_owned),
        labels: pairs("labels"),
        annotations: pairs("annotations"),
        names: Vec::new(),
        way,
    }
}

/// The description of the pods of a workload, the way to it, and whether they end by themselves.
fn pod<'a>(node: Node<'a>, group: &str, kind: &str) -> Option<(Node<'a>, &'static [&'static str], bool)> {
    let (way, ends): (&'static [&'static str], bool) = match kind {
        "Pod" => (&["spec"], false),
        "CronJob" => (&["spec", "jobTemplate", "spec", "template", "spec"], true),
        "Job" if group == "run.googleapis.com" => (&["spec", "template", "spec", "template", "spec"], true),
        "Job" => (&["spec", "template", "spec"], true),
        "Service"
        | "Deployment"
        | "StatefulSet"
        | "DaemonSet"
        | "ReplicaSet"
        | "ReplicationController"
        | "Rollout"
        | "DeploymentConfig"
        | "WorkerPool" => (&["spec", "template", "spec"], false),
        _ => return None,
    };
    Some((at(node, way)?, way, ends))
}

/// Knative's own services run in a cluster: only what Cloud Run alone has tells the two apart.
fn target_kind(reader: &Reader<'_>, node: Node<'_>, group: &str, kind: &str) -> TargetKind {
    match (group, kind) {
        ("run.googleapis.com", "Job") => TargetKind::CloudRunJob,
        ("run.googleapis.com", _) => TargetKind::CloudRunService,
        ("serving.knative.dev", _) if reader.source.text().contains("run.googleapis.com/") || pins(node) => {
            TargetKind::CloudRunService
        }
        _ => TargetKind::KubernetesContainer,
    }
}

/// Whether every reference to a secret names a version where a cluster's would name a key, or there is none.
fn pins(node: Node<'_>) -> bool {
    let Some(containers) = at(node, &["spec", "template", "spec", "containers"]) else { return true };
    let variables = containers.items().filter_map(|container| container.get("env")).flat_map(Node::items);
    let keys = variables.filter_map(|variable| at(variable, &["valueFrom", "secretKeyRef"]));
    keys.into_iter().all(|reference| {
        let key = text(reference.get("key")).unwrap_or_default();
        key == "latest" || !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// `run.googleapis.com/secrets`: `alias:projects/1/secrets/name,other:…`.
fn aliases(node: Node<'_>) -> Aliases {
    let ways: [&[&str]; 3] = [
        &["spec", "template", "metadata", "annotations"],
        &["spec", "template", "spec", "template", "metadata", "annotations"],
        &["metadata", "annotations"],
    ];
    let annotations = ways.iter().filter_map(|way| text(at(node, way)?.get("run.googleapis.com/secrets")));
    let pairs = annotations.flat_map(|all| all.split(',')).filter_map(|pair| pair.trim().split_once(':'));
    pairs.map(|(alias, secret)| (alias.trim().to_owned(), secret.trim().to_owned())).collect()
}

/// The labels whose values say where a resource runs.
pub(super) const ENVIRONMENT_LABELS: &[&str] =
    &["environment", "env", "app.kubernetes.io/environment", "tags.datadoghq.com/env"];

/// The word by which a resource says where it runs: a label of that name, else a word of its namespace.
fn environment(node: Node<'_>) -> Option<String> {
    let metadata = node.get("metadata")?;
    let label = |name: &str| text(metadata.get("labels")?.get(name));
    let labelled = ENVIRONMENT_LABELS.iter().find_map(|name| label(name)).filter(|label| !label.contains(['$', '{']));
    let of_namespace = || environment_in(text(metadata.get("namespace"))?);
    labelled.map(str::to_owned).or_else(of_namespace)
}

/// The word of a namespace that names an environment.
pub(super) fn environment_in(namespace: &str) -> Option<String> {
    namespace.split(['-', '_']).find(|word| environments::environment_of(word).is_some()).map(str::to_owned)
}

fn map(reader: &mut Reader<'_>, node: Node<'_>, name: &str, secret: bool) -> Map {
    let mut map = Map::new(name, secret);
    for (field, encoded) in [("data", secret), ("stringData", false)] {
        if field == "stringData" && !secret {
            continue;
        }
        let Some(data) = node.get(field).filter(|data| !data.is_null()) else { continue };
        if data.kind() != Kind::Mapping || data.pairs().any(|(key, _)| key.as_str().is_none()) {
            map.whole = false;
        }
        for entry in data.entries() {
            let (value, value_span) = reader.value(entry.value, entry.name, false);
            let value = if encoded { decoded(value) } else { value };
            let value = if secret { unless_made(value) } else { value };
            let place = reader.place(reader.inner(entry.key));
            // What is written as text wins over what is encoded.
            map.settings.retain(|setting: &Setting| setting.name.as_str() != entry.name);
            map.settings.push(Setting { name: Name::new(entry.name), place, value_span, value });
        }
    }
    map
}

/// What stands encoded in `data`.
pub(super) fn decoded(value: SettingValue) -> SettingValue {
    let SettingValue::Given(template) = &value else { return value };
    let [Part::Literal(literal)] = &*template.parts else { return value };
    let text: zeroize::Zeroizing<String> =
        zeroize::Zeroizing::new(literal.expose().chars().filter(|c| !c.is_whitespace()).collect());
    let decoded = STANDARD.decode(text.as_bytes()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    decoded.map_or(SettingValue::Unknown, |text| SettingValue::Given(Template::literal(Value::new(text))))
}

/// What another tool puts into a secret is not known, and not handed on in plain text either.
pub(super) fn unless_made(value: SettingValue) -> SettingValue {
    match value {
        SettingValue::Given(template) if template.as_literal().is_none() => SettingValue::Unknown,
        value => value,
    }
}

/// A setting that is given and not known.
pub(super) fn unknown(name: &str, place: Place) -> Setting {
    Setting { name: Name::new(name), value_span: place.span, place, value: SettingValue::Unknown }
}
