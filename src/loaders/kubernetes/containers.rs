//! The containers of a pod: their variables, what they take them from, and what they mount.

use super::external::{id, version};
use super::parts::{Aliases, Container, Given, KeyReference, Mount, Source, Variable, Volume, VolumeContent, Workload};
use super::values::{Reader, at, text};
use crate::fact::{SettingValue, StoreKind, TargetKind};
use crate::loaders::compose::signs;
use crate::name::{Name, SecretName};
use crate::source::{Place, Span};
use crate::syntax::yaml::{Kind, Node};

/// Reads the description of a workload's pods.
pub(super) fn read(reader: &mut Reader<'_>, pod: Node<'_>, aliases: &Aliases, workload: &mut Workload) {
    let cloud_run = workload.kind != TargetKind::KubernetesContainer;
    for (list, first) in [("initContainers", true), ("containers", false)] {
        for node in pod.get(list).into_iter().flat_map(Node::items) {
            match container(reader, node, first, cloud_run, aliases, (&workload.name, &workload.place)) {
                Some(container) => workload.containers.push(container),
                None => workload.partial = true,
            }
        }
    }
    for node in pod.get("volumes").into_iter().flat_map(Node::items) {
        workload.volumes.extend(volume(reader, node, cloud_run, aliases));
    }
}

pub(super) fn container(
    reader: &mut Reader<'_>,
    node: Node<'_>,
    first: bool,
    cloud_run: bool,
    aliases: &Aliases,
    (owner, place): (&str, &Place),
) -> Option<Container> {
    if node.kind() != Kind::Mapping {
        return None;
    }
    let named = node.get("name").filter(|name| name.as_str().is_some());
    let name = named.and_then(Node::as_str).unwrap_or(owner).to_owned();
    let place = named.map_or_else(|| place.clone(), |named| reader.place(reader.inner(named)));
    let listed = node.pairs().find(|(key, _)| key.as_str() == Some("env")).map(|(key, _)| reader.place(key.span()));
    let image = node.get("image").filter(|image| !image.is_null());
    let image = image.and_then(|image| Some((image.as_str()?.to_owned(), reader.inner(image))));
    let commands = ["command", "args"].map(|key| node.get(key).filter(|command| !command.is_null()));
    let mut container = Container {
        listed: listed.unwrap_or_else(|| place.clone()),
        name,
        place,
        first,
        partial: false,
        image,
        environment: Vec::new(),
        sources: Vec::new(),
        mounts: Vec::new(),
        commands: commands.iter().flatten().map(|node| signs::command(*node)).collect(),
    };
    if let Some(list) = node.get("env").filter(|list| !list.is_null()) {
        container.partial |= list.kind() != Kind::Sequence;
        for item in list.items() {
            match variable(reader, item, cloud_run, aliases) {
                Some(variable) => container.environment.push(variable),
                None => container.partial = true,
            }
        }
    }
    if let Some(list) = node.get("envFrom").filter(|list| !list.is_null()) {
        container.partial |= list.kind() != Kind::Sequence;
        for item in list.items() {
            match source(reader, item) {
                Some(source) => container.sources.push(source),
                None => container.partial = true,
            }
        }
    }
    container.mounts = node.get("volumeMounts").into_iter().flat_map(Node::items).filter_map(mount).collect();
    Some(container)
}

pub(super) fn variable(
    reader: &mut Reader<'_>,
    node: Node<'_>,
    cloud_run: bool,
    aliases: &Aliases,
) -> Option<Variable> {
    let named = node.get("name")?;
    let name = named.as_str().filter(|name| !name.is_empty() && !name.contains(['$', '{']))?;
    let place = reader.place(reader.inner(named));
    let behind = Span::new(place.span.end, place.span.end);
    let made = |value, value_span| Variable { name: Name::new(name), place: place.clone(), value_span, value };
    if text(node.get("$patch")) == Some("delete") {
        return Some(made(Given::Removed, behind));
    }
    let Some(from) = node.get("valueFrom").filter(|from| !from.is_null()) else {
        let Some(value) = node.get("value") else {
            // Without a value it is the empty string.
            return Some(made(Given::Here(SettingValue::Given(crate::value::Template::default())), behind));
        };
        let (value, span) = reader.value(value, name, true);
        return Some(made(Given::Here(value), span));
    };
    let (given, span) = self::from(reader, from, behind, cloud_run, aliases);
    Some(made(given, span))
}

/// What a `valueFrom` gives, and where that is named; `behind` where nothing is.
pub(super) fn from(
    reader: &Reader<'_>,
    from: Node<'_>,
    behind: Span,
    cloud_run: bool,
    aliases: &Aliases,
) -> (Given, Span) {
    let keys = [("secretKeyRef", true), ("configMapKeyRef", false)];
    let Some((reference, secret)) = keys.into_iter().find_map(|(key, secret)| Some((from.get(key)?, secret))) else {
        return (Given::Here(SettingValue::Unknown), behind);
    };
    let span = reference.get("name").map_or(behind, |name| reader.inner(name));
    let (Some(object), Some(key)) = (literal(reference.get("name")), reference.get("key").and_then(Node::as_str))
    else {
        return (Given::Here(SettingValue::Unknown), span);
    };
    if cloud_run && secret {
        let secret = stored(object, aliases);
        let store = StoreKind::GoogleSecretManager;
        let value = SettingValue::Injected { store, secret, version: version(Some(key)) };
        return (Given::Here(value), span);
    }
    let optional = is_optional(reference);
    let reference = KeyReference { secret, object: object.to_owned(), key: key.to_owned(), optional };
    (Given::Key(reference), span)
}

/// The id of the secret that Cloud Run calls so.
fn stored(name: &str, aliases: &Aliases) -> SecretName {
    id(aliases.get(name).map_or(name, String::as_str))
}

fn is_optional(node: Node<'_>) -> bool {
    text(node.get("optional")).is_some_and(|text| text.eq_ignore_ascii_case("true"))
}

/// A name that no tool puts in later.
fn literal(node: Option<Node<'_>>) -> Option<&str> {
    text(node).filter(|text| !text.is_empty() && !text.contains(['$', '{', '<']))
}

pub(super) fn source(reader: &Reader<'_>, node: Node<'_>) -> Option<Source> {
    let keys = [("secretRef", true), ("configMapRef", false)];
    let (reference, secret) = keys.into_iter().find_map(|(key, secret)| Some((node.get(key)?, secret)))?;
    let named = reference.get("name");
    Some(Source {
        secret,
        object: literal(named)?.to_owned(),
        prefix: text(node.get("prefix")).unwrap_or_default().to_owned(),
        optional: is_optional(reference),
        place: reader.place(named.map_or(node.site(), |named| reader.inner(named))),
    })
}

pub(super) fn mount(node: Node<'_>) -> Option<Mount> {
    Some(Mount {
        volume: text(node.get("name"))?.to_owned(),
        path: text(node.get("mountPath"))?.trim_end_matches('/').to_owned(),
        sub_path: text(node.get("subPath")).map(str::to_owned),
    })
}

/// A volume of secrets; what it holds beside them is nothing that a store keeps.
pub(super) fn volume(reader: &Reader<'_>, node: Node<'_>, cloud_run: bool, aliases: &Aliases) -> Option<Volume> {
    let name = text(node.get("name"))?.to_owned();
    let projected = at(node, &["projected", "sources"]).into_iter().flat_map(Node::items);
    let mut contents: Vec<_> = std::iter::once(node)
        .chain(projected)
        .filter_map(|source| content(reader, source, cloud_run, aliases))
        .collect();
    // Of two sources that write one path the later one wins.
    contents.reverse();
    (!contents.is_empty()).then_some(Volume { name, contents })
}

fn content(reader: &Reader<'_>, node: Node<'_>, cloud_run: bool, aliases: &Aliases) -> Option<(Place, VolumeContent)> {
    if let Some(class) = at(node, &["csi", "volumeAttributes", "secretProviderClass"]) {
        let content = VolumeContent::Class(literal(Some(class))?.to_owned());
        return Some((reader.place(reader.inner(class)), content));
    }
    let secret = node.get("secret")?;
    let named = secret.get("secretName").or_else(|| secret.get("name"))?;
    let object = literal(Some(named))?;
    let place = reader.place(reader.inner(named));
    let item = |item: Node<'_>| Some((text(item.get("key"))?.to_owned(), text(item.get("path"))?.to_owned()));
    let items = secret.get("items").filter(|items| !items.is_null());
    let items = items.map(|items| items.items().filter_map(item).collect::<Vec<_>>());
    let content = if cloud_run {
        let secret = stored(object, aliases);
        let items = items.unwrap_or_else(|| vec![("latest".to_owned(), object.to_owned())]);
        let files = items.into_iter().map(|(key, path)| (path, secret.clone(), version(Some(&key))));
        VolumeContent::Stored(files.collect())
    } else {
        VolumeContent::Keys { object: object.to_owned(), items }
    };
    Some((place, content))
}
