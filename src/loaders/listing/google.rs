//! Google Secret Manager's listings: `gcloud secrets list`, `describe`, `versions list`, and pages of its API.

use super::{Reader, is_id, state};
use crate::fact::{Problem, StoredVersion};
use crate::source::Span;
use crate::syntax::json::{Kind, Node};

/// The keys of a secret and of a version; one with a short name is told from other stores' objects by having no others.
const KEYS: [&str; 19] = [
    "name",
    "createTime",
    "etag",
    "labels",
    "replication",
    "replicationStatus",
    "versionAliases",
    "topics",
    "expireTime",
    "ttl",
    "rotation",
    "annotations",
    "customerManagedEncryption",
    "versionDestroyTtl",
    "tags",
    "state",
    "destroyTime",
    "scheduledDestroyTime",
    "clientSpecifiedPayloadChecksum",
];

/// How deep arrays of arrays are followed: `jq -s` puts saved listings into one more.
const DEPTH: usize = 3;

/// The name of a secret or of a version.
pub(super) struct Resource<'a> {
    /// Id or number of the project.
    pub(super) project: Option<&'a str>,
    /// Whether it belongs to a region.
    pub(super) regional: bool,
    /// The secret's id.
    pub(super) secret: &'a str,
    /// The version's number.
    pub(super) version: Option<&'a str>,
}

impl<'a> Resource<'a> {
    /// Reads `projects/P[/locations/L]/secrets/S[/versions/N]`, or a mere id.
    pub(super) fn parse(name: &'a str) -> Option<Self> {
        let parts: Vec<&str> = name.split('/').collect();
        let (project, regional, secret, version) = match parts.as_slice() {
            [secret] => (None, false, *secret, None),
            ["projects", project, "secrets", secret] => (Some(*project), false, *secret, None),
            ["projects", project, "secrets", secret, "versions", version] => {
                (Some(*project), false, *secret, Some(*version))
            }
            ["projects", project, "locations", _, "secrets", secret] => (Some(*project), true, *secret, None),
            ["projects", project, "locations", _, "secrets", secret, "versions", version] => {
                (Some(*project), true, *secret, Some(*version))
            }
            _ => return None,
        };
        let sound = is_id(secret) && version.is_none_or(is_id) && project.is_none_or(|project| !project.is_empty());
        sound.then_some(Self { project, regional, secret, version })
    }
}

/// Collects the objects of a listing; `None` if it is none.
fn collect<'n, 'a>(node: &'n Node<'a>, depth: usize, found: &mut Vec<&'n Node<'a>>) -> Option<()> {
    let depth = depth.checked_sub(1)?;
    match &node.kind {
        Kind::Array(elements) => {
            for element in elements {
                collect(element, depth, found)?;
            }
        }
        Kind::Object(_) if node.get("name").is_none() => {
            // A page of the API; the last page of an empty project has no list at all.
            let page = node
                .members()
                .iter()
                .all(|member| matches!(&*member.key, "secrets" | "versions" | "nextPageToken" | "totalSize"));
            if !page {
                return None;
            }
            for list in [node.get("secrets"), node.get("versions")].into_iter().flatten() {
                for element in list.elements() {
                    collect(element, depth, found)?;
                }
            }
            found.push(node);
        }
        Kind::Object(members) => {
            let name = node.get("name")?.text()?;
            let resource = Resource::parse(name)?;
            let known = members.iter().all(|member| KEYS.contains(&&*member.key));
            if resource.project.is_none() && !known {
                return None;
            }
            found.push(node);
        }
        _ => return None,
    }
    Some(())
}

/// Reads one of these listings.
pub(super) fn read(root: &Node<'_>, reader: &mut Reader<'_>) -> Option<Result<(), Problem>> {
    let mut items = Vec::new();
    collect(root, DEPTH, &mut items)?;
    take(root, &items, reader);
    Some(Ok(()))
}

fn take(root: &Node<'_>, items: &[&Node<'_>], reader: &mut Reader<'_>) {
    let mut aliases = Vec::new();
    let mut projects = Vec::new();
    let mut lists_secrets = false;
    for item in items {
        let Some(node) = item.get("name") else {
            let token = item.get("nextPageToken").and_then(Node::text);
            reader.listing.truncated |= token.is_some_and(|token| !token.is_empty());
            lists_secrets |= item.get("secrets").is_some() || item.members().is_empty();
            continue;
        };
        let Some(resource) = node.text().and_then(Resource::parse) else { continue };
        reader.shown.push(node.span);
        projects.extend(resource.project.map(str::to_owned));
        // A listing of one region lacks the global secrets, and those of the others.
        reader.listing.truncated |= resource.regional;
        let span = id_span(node, &resource);
        let Some(number) = resource.version else {
            // One secret alone (`describe`) says nothing of others.
            lists_secrets |= !root.is_object() || root.get("name").is_none();
            reader.secret(resource.secret, span);
            for alias in item.get("versionAliases").into_iter().flat_map(Node::members) {
                let number = alias.value.text().unwrap_or_default();
                aliases.push((resource.secret.to_owned(), number.to_owned(), alias.key.to_string()));
            }
            continue;
        };
        let word = item.get("state");
        reader.shown.extend(word.map(|word| word.span));
        let version = StoredVersion {
            number: number.to_owned(),
            state: state(word.and_then(Node::text)),
            aliases: Vec::new(),
            span: node.inner_span(),
        };
        reader.secret(resource.secret, span).versions.get_or_insert_default().push(version);
    }
    for (secret, number, alias) in aliases {
        let index = reader.known.get(&secret);
        let versions = index.and_then(|index| reader.listing.secrets.get_mut(*index)?.versions.as_mut());
        if let Some(version) = versions.into_iter().flatten().find(|version| version.number == number) {
            version.aliases.push(alias);
        }
    }
    reader.listing.truncated |= !lists_secrets && !items.is_empty();
    projects.sort_unstable();
    projects.dedup();
    if let [project] = projects.as_slice() {
        reader.listing.project = Some(project.clone());
    }
}

/// Where the secret's id stands in a name.
fn id_span(node: &Node<'_>, resource: &Resource<'_>) -> Span {
    let inner = node.inner_span();
    let behind = resource.version.map_or(0, |version| "/versions/".len() + version.len());
    let whole = node.text().map_or(0, str::len);
    // A name with escapes in it is longer in the file than it is.
    if whole != inner.len() {
        return inner;
    }
    let end = inner.end.saturating_sub(behind);
    Span::new(end.saturating_sub(resource.secret.len()).max(inner.start), end.max(inner.start))
}
