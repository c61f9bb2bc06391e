//! Secrets that something else puts into a cluster: External Secrets, Sealed Secrets, classes of volumes.

use super::objects::unknown;
use super::parts::{ClassFile, Map};
use super::values::{Reader, at, text};
use crate::fact::{Setting, SettingValue, StoreKind};
use crate::name::{Name, SecretName, Version};
use crate::source::Place;
use crate::syntax::yaml::{Node, Yaml};

/// A `SealedSecret`: its names, which are all that is known.
pub(super) fn sealed(reader: &Reader<'_>, node: Node<'_>, name: &str) -> Map {
    let made = text(at(node, &["spec", "template", "metadata", "name"])).unwrap_or(name);
    let data = at(node, &["spec", "encryptedData"]).map(Node::entries).unwrap_or_default();
    let settings = data.iter().map(|entry| unknown(entry.name, reader.place(reader.inner(entry.key))));
    let whole = at(node, &["spec", "template", "data"]).is_none();
    Map { settings: settings.collect(), whole, ..Map::new(made, true) }
}

/// An `ExternalSecret`: the keys of the secret that it makes, each with the id of a stored one.
pub(super) fn secret(reader: &Reader<'_>, node: Node<'_>, name: &str) -> Map {
    let made = text(at(node, &["spec", "target", "name"])).unwrap_or(name);
    let mut map = Map::new(made, true);
    map.from = text(at(node, &["spec", "secretStoreRef", "name"])).map(str::to_owned);
    // What makes other keys of those that are fetched replaces them.
    let template = at(node, &["spec", "target", "template"]);
    let computed = template.and_then(|template| template.get("data")).map(Node::entries).unwrap_or_default();
    map.whole &= template.and_then(|template| template.get("templateFrom")).is_none();
    for item in at(node, &["spec", "data"]).into_iter().flat_map(Node::items) {
        let Some(key) = item.get("secretKey") else { continue };
        let Some((remote, id)) = remote(item.get("remoteRef")) else {
            map.whole = false;
            continue;
        };
        let place = reader.place(reader.inner(key));
        let Some(name) = key.as_str() else { continue };
        let value = SettingValue::Injected {
            store: StoreKind::Kubernetes,
            secret: id.clone(),
            version: version(text(remote.get("version"))),
        };
        let own_store = text(at(item, &["sourceRef", "storeRef", "name"]));
        if own_store.is_some_and(|own| map.from.as_deref() != Some(own)) {
            map.settings.push(unknown(name, place));
        } else if computed.is_empty() {
            let value_span = remote.get("key").map_or(place.span, |key| reader.inner(key));
            map.settings.push(Setting { name: Name::new(name), place, value_span, value });
        } else {
            map.blobs.push((id, place));
        }
    }
    for source in at(node, &["spec", "dataFrom"]).into_iter().flat_map(Node::items) {
        map.whole = false;
        if let Some((node, id)) = remote(source.get("extract")) {
            let place = reader.place(node.get("key").map_or(node.site(), |key| reader.inner(key)));
            map.blobs.push((id, place));
        }
    }
    map.settings.extend(computed.iter().map(|entry| unknown(entry.name, reader.place(reader.inner(entry.key)))));
    map
}

/// The id that a reference to a store names; `None` where a tool puts it in.
fn remote(node: Option<Node<'_>>) -> Option<(Node<'_>, SecretName)> {
    let node = node?;
    let key = text(node.get("key")).filter(|key| !key.contains(['$', '{']))?;
    Some((node, id(key)))
}

/// The id of a secret, with its project if it is named, and without its version.
pub(super) fn id(name: &str) -> SecretName {
    let whole = name.split_once("/versions/").map_or(name, |(secret, _)| secret);
    SecretName::new(whole)
}

/// Which version a text means; none is the newest.
pub(super) fn version(text: Option<&str>) -> Version {
    match text {
        None | Some("" | "latest") => Version::Latest,
        Some(text) if text.contains(['$', '{']) => Version::Unknown,
        Some(text) => Version::Pinned(text.to_owned()),
    }
}

/// What a `SecretStore` stands for.
pub(super) fn store(node: Node<'_>) -> Option<StoreKind> {
    let provider = at(node, &["spec", "provider"])?;
    let (name, settings) = provider.pairs().find_map(|(key, value)| Some((key.as_str()?, value)))?;
    Some(match name {
        "gcpsm" => StoreKind::GoogleSecretManager,
        "aws" if text(settings.get("service")) == Some("ParameterStore") => StoreKind::AwsParameterStore,
        "aws" => StoreKind::AwsSecretsManager,
        "azurekv" => StoreKind::AzureKeyVault,
        "vault" => StoreKind::Vault,
        _ => StoreKind::Platform,
    })
}

/// The files that a `SecretProviderClass` brings; its list is YAML within a text.
pub(super) fn class(node: Node<'_>) -> Option<Vec<ClassFile>> {
    let provider = text(at(node, &["spec", "provider"]))?;
    let (store, list, id_key, path_keys): (_, _, _, &[&str]) = match provider {
        "gcp" => (StoreKind::GoogleSecretManager, "secrets", "resourceName", &["path", "fileName"]),
        "aws" => (StoreKind::AwsSecretsManager, "objects", "objectName", &["objectAlias", "objectName"]),
        _ => return None,
    };
    let yaml = Yaml::parse(text(at(node, &["spec", "parameters", list]))?);
    let items = yaml.documents().flat_map(Node::items);
    let files = items.filter_map(|item| {
        let name = text(item.get(id_key)).filter(|name| !name.contains(['$', '{']))?;
        let path = path_keys.iter().find_map(|key| text(item.get(key)))?;
        let store = match text(item.get("objectType")) {
            Some("ssmparameter") => StoreKind::AwsParameterStore,
            _ => store,
        };
        let pinned = name.rsplit_once("/versions/").map(|(_, version)| version);
        let version = version(pinned.or_else(|| text(item.get("objectVersion"))));
        Some(ClassFile { path: path.to_owned(), store, secret: id(name), version })
    });
    Some(files.collect())
}

/// Names the store of what an external secret injects.
pub(super) fn settle(setting: &Setting, store: StoreKind) -> Setting {
    let mut setting = setting.clone();
    if let SettingValue::Injected { store: of, .. } = &mut setting.value {
        *of = store;
    }
    setting
}

/// The place of a stored secret that arrives as a whole.
pub(super) fn blob(place: &Place, secret: &SecretName, store: StoreKind) -> crate::fact::SecretFile {
    crate::fact::SecretFile {
        path: String::new(),
        place: place.clone(),
        store,
        secret: secret.clone(),
        version: Version::Latest,
    }
}
