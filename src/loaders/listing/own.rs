//! envcheck's own listing, `envcheck.listing/1`: the one format for every store, as `envcheck listing` saves it.
//!
//! ```json
//! {"schema": "envcheck.listing/1", "store": "google", "project": "beep-prod", "environment": "production",
//!  "time": "2026-11-20T08:05:05Z", "truncated": false,
//!  "secrets": [{"name": "beep-api-key", "versions": [{"version": "3", "state": "ENABLED", "aliases": ["cur"]}]}]}
//! ```
//!
//! `project`, `environment`, `time`, `truncated`, `versions` and `aliases` may be absent.

use jiff::Timestamp;
use serde::Serialize;

use super::{Reader, beginning, state};
use crate::fact::{Problem, StoreKind, Stored, StoredVersion, VersionState};
use crate::syntax::json::{Kind, Node};

/// How the format names itself.
const SCHEMA: &str = "envcheck.listing/1";

/// What `store` may say; without it, it is the first one.
const STORES: &[(&str, StoreKind)] = &[
    ("google", StoreKind::GoogleSecretManager),
    ("aws", StoreKind::AwsSecretsManager),
    ("aws-parameters", StoreKind::AwsParameterStore),
    ("azure", StoreKind::AzureKeyVault),
    ("vault", StoreKind::Vault),
    ("github", StoreKind::GitHubSecrets),
    ("platform", StoreKind::Platform),
];

/// What a listing is of.
#[derive(Clone, Copy, Debug)]
pub struct Heading<'a> {
    /// The kind of store.
    pub store: StoreKind,
    /// The project, as the store names it.
    pub project: &'a str,
    /// The environment.
    pub environment: &'a str,
    /// When it was asked.
    pub time: Timestamp,
}

#[derive(Serialize)]
struct Written<'a> {
    schema: &'static str,
    store: &'static str,
    project: &'a str,
    environment: &'a str,
    time: String,
    secrets: Vec<WrittenSecret<'a>>,
}

#[derive(Serialize)]
struct WrittenSecret<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    versions: Option<Vec<WrittenVersion<'a>>>,
}

#[derive(Serialize)]
struct WrittenVersion<'a> {
    version: &'a str,
    state: &'static str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    aliases: &'a [String],
}

/// A listing as it is read here: what there is, by name, and no value. Spans are not looked at.
pub fn written<'a>(heading: Heading<'a>, secrets: &'a [Stored]) -> impl Serialize + 'a {
    let store = STORES.iter().find(|(_, store)| *store == heading.store);
    let version = |version: &'a StoredVersion| WrittenVersion {
        version: &version.number,
        state: match version.state {
            VersionState::Enabled => "ENABLED",
            VersionState::Disabled => "DISABLED",
            VersionState::Destroyed => "DESTROYED",
            VersionState::Unknown => "UNKNOWN",
        },
        aliases: &version.aliases,
    };
    let secret = |secret: &'a Stored| WrittenSecret {
        name: secret.name.as_str(),
        versions: secret.versions.as_ref().map(|versions| versions.iter().map(version).collect()),
    };
    let mut secrets: Vec<WrittenSecret<'a>> = secrets.iter().map(secret).collect();
    secrets.sort_by(|a, b| a.name.cmp(b.name));
    Written {
        schema: SCHEMA,
        store: store.map_or("google", |(word, _)| word),
        project: heading.project,
        environment: heading.environment,
        time: heading.time.to_string(),
        secrets,
    }
}

/// Reads one of these listings.
pub(super) fn read(root: &Node<'_>, reader: &mut Reader<'_>) -> Option<Result<(), Problem>> {
    let schema = root.get("schema").and_then(Node::text)?;
    schema.starts_with("envcheck.listing/").then(|| take(root, reader))
}

fn take(root: &Node<'_>, reader: &mut Reader<'_>) -> Result<(), Problem> {
    if root.get("schema").and_then(Node::text) != Some(SCHEMA) {
        let span = root.get("schema").map_or(beginning(root), |schema| schema.span);
        return Err(Problem::new(span, "this listing is of a version that this envcheck does not know")
            .help("save it again with this envcheck"));
    }
    for key in ["schema", "store", "project", "environment", "time"] {
        reader.shown.extend(root.get(key).map(|node| node.span));
    }
    let store = root.get("store").and_then(Node::text);
    reader.listing.store =
        STORES.iter().find(|(word, _)| store == Some(*word)).map(|(_, store)| *store).unwrap_or_default();
    let text = |key: &str| root.get(key).and_then(Node::text).map(str::to_owned);
    reader.listing.project = text("project");
    reader.listing.environment = text("environment");
    reader.listing.time = text("time").and_then(|time| time.parse().ok());
    reader.listing.truncated = root.get("truncated").is_some_and(Node::is_true);
    let Some(Node { kind: Kind::Array(secrets), .. }) = root.get("secrets") else {
        return Err(Problem::new(beginning(root), "this listing has no `secrets`"));
    };
    for secret in secrets {
        let Some(name) = secret.get("name") else {
            return Err(Problem::new(beginning(secret), "a secret of this listing has no `name`"));
        };
        let Some(id) = name.text().filter(|id| !id.is_empty()) else {
            return Err(Problem::new(name.span, "the name of a secret must be a text"));
        };
        let mut versions: Option<Vec<StoredVersion>> = secret.get("versions").map(|_| Vec::new());
        for version in secret.get("versions").into_iter().flat_map(Node::elements) {
            let Some(number) = version.get("version").and_then(|node| Some((node.text()?, node.inner_span()))) else {
                return Err(Problem::new(beginning(version), "a version of this listing has no `version`"));
            };
            let word = version.get("state");
            reader.shown.extend(word.map(|word| word.span));
            reader.shown.push(number.1);
            let aliases = version.get("aliases").into_iter().flat_map(Node::elements);
            let version = StoredVersion {
                number: number.0.to_owned(),
                state: state(word.and_then(Node::text)),
                aliases: aliases.filter_map(|alias| alias.text().map(str::to_owned)).collect(),
                span: number.1,
            };
            versions.get_or_insert_default().push(version);
        }
        let stored = reader.secret(id, name.inner_span());
        if let Some(versions) = versions {
            stored.versions.get_or_insert_default().extend(versions);
        }
    }
    Ok(())
}
