//! The secrets of a GitHub repository or of one of its environments. Not its variables, which everyone may read who sees
//! the repository's settings.
//!
//! No value comes out again, so all that is known of one is when it was set; that stands in the place of a version's
//! number. A secret without a value there is none: what is created is there as soon as it has one.

mod address;
mod client;
mod seal;
mod token;
mod wire;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use super::{
    Address, Creation, Labels, Latest, Limits, Place, SecretStore, Store, StoreError, StoredSecret, StoredVersion, json,
};
use crate::fact::{StoreKind, VersionState};
use crate::name::SecretName;
use crate::source::visible;
use crate::value::Value;

use client::{Client, Told};
use seal::Key;

/// The store.
pub(super) static STORE: Store =
    Store { name: "github", kind: StoreKind::GitHubSecrets, address: "OWNER/REPO[@ENVIRONMENT]", open };

/// The most bytes of a value.
///
/// Source: <https://docs.github.com/en/actions/reference/security/secrets>.
const VALUE_BYTES: usize = 48 << 10;

/// How many secrets are on a page, and how many pages are read. A repository may have a hundred secrets.
const PAGE: usize = 100;
const PAGES: usize = 20;

fn open(address: &Address<'_>) -> Result<Box<dyn SecretStore>, StoreError> {
    Ok(Box::new(GitHub { client: Client::open(address)?, key: Mutex::default(), created: Mutex::default() }))
}

struct GitHub {
    client: Client,
    /// The key that values are sealed with. That it was told shows that the token sees the repository at all.
    key: Mutex<Option<Arc<Key>>>,
    /// What was created and has no value yet.
    created: Mutex<BTreeSet<SecretName>>,
}

impl GitHub {
    fn what(&self, doing: &str, name: &SecretName) -> String {
        format!("{doing} `{}` of {}", visible(name.as_str()), self.client.home.name())
    }

    /// Refuses a name that GitHub would not keep, before anything is asked.
    fn check(&self, name: &SecretName) -> Result<(), StoreError> {
        match address::fault(name) {
            Some(reason) => Err(StoreError::Refused { what: self.what("asking for", name), reason: reason.to_owned() }),
            None => Ok(()),
        }
    }

    fn key(&self) -> Result<Arc<Key>, StoreError> {
        let mut known = self.key.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = known.as_ref() {
            return Ok(Arc::clone(key));
        }
        let what = format!("asking for the key of {}", self.client.home.name());
        let found = match self.client.get::<wire::PublicKey>(&what, "/public-key")? {
            Told::Yes(found) => found,
            Told::Absent => return Err(self.client.denied("read")),
            Told::No(status) => return Err(refused(what, status)),
        };
        let key = Key::new(found.key_id, &found.key);
        let key = key.ok_or_else(|| StoreError::Damaged { what, reason: "it is no key".to_owned() })?;
        Ok(Arc::clone(known.insert(Arc::new(key))))
    }

    /// A secret as it is now.
    fn secret(&self, name: &SecretName) -> Result<Option<wire::Secret>, StoreError> {
        // 404 is no secret only where the repository is seen.
        self.key()?;
        let what = self.what("looking at", name);
        match self.client.get::<wire::Secret>(&what, &format!("/{name}"))? {
            Told::Yes(found) => Ok(Some(found)),
            Told::Absent => Ok(None),
            Told::No(status) => Err(refused(what, status)),
        }
    }

    fn is_created(&self, name: &SecretName) -> bool {
        self.created.lock().unwrap_or_else(PoisonError::into_inner).contains(name)
    }
}

fn refused(what: String, status: u16) -> StoreError {
    StoreError::Refused { what, reason: status.to_string() }
}

/// What is told in the place of a version: when the secret was set.
fn number(secret: &wire::Secret) -> String {
    if secret.updated_at.is_empty() { "set".to_owned() } else { secret.updated_at.clone() }
}

impl SecretStore for GitHub {
    fn place(&self) -> Place {
        Place {
            project: self.client.home.name(),
            number: None,
            account: self.client.who().map(str::to_owned),
            endpoint: self.client.server(),
        }
    }

    fn limits(&self) -> Limits {
        Limits {
            value_bytes: VALUE_BYTES,
            writes_per_minute: Some(client::WRITES_PER_MINUTE),
            concurrency: 2,
            keeps_versions: false,
            keeps_labels: false,
        }
    }

    fn list(&self) -> Result<Vec<StoredSecret>, StoreError> {
        let what = format!("listing the secrets of {}", self.client.home.name());
        let damaged = |reason: &str| StoreError::Damaged { what: what.clone(), reason: reason.to_owned() };
        let mut names = BTreeSet::new();
        for page in 1..=PAGES {
            let found = match self.client.get::<wire::Page>(&what, &format!("?per_page={PAGE}&page={page}"))? {
                Told::Yes(found) => found.secrets,
                Told::Absent => return Err(self.client.denied("read")),
                Told::No(status) => return Err(refused(what, status)),
            };
            let is_last = found.len() < PAGE;
            for secret in found {
                if !names.insert(SecretName::new(&secret.name)) {
                    return Err(damaged("a page shows what one before has shown"));
                }
            }
            if is_last {
                names.extend(self.created.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned());
                let stored =
                    |name| StoredSecret { name, labels: Labels::new(), expires: None, aliases: BTreeMap::new() };
                return Ok(names.into_iter().map(stored).collect());
            }
        }
        Err(damaged("it has no end"))
    }

    fn versions(&self, name: &SecretName) -> Result<Option<Vec<StoredVersion>>, StoreError> {
        self.check(name)?;
        Ok(match self.secret(name)? {
            Some(found) => {
                Some(vec![StoredVersion { number: number(&found), state: VersionState::Enabled, destroyed_at: None }])
            }
            None if self.is_created(name) => Some(Vec::new()),
            None => None,
        })
    }

    fn latest(&self, name: &SecretName) -> Result<Latest, StoreError> {
        self.check(name)?;
        Err(StoreError::WriteOnly(STORE.name))
    }

    fn create(&self, name: &SecretName, _: &Labels) -> Result<Creation, StoreError> {
        self.check(name)?;
        if self.secret(name)?.is_some() {
            return Ok(Creation::Existed);
        }
        let is_new = self.created.lock().unwrap_or_else(PoisonError::into_inner).insert(name.clone());
        Ok(if is_new { Creation::Made } else { Creation::Existed })
    }

    fn label(&self, _: &SecretName, _: &Labels) -> Result<(), StoreError> {
        Err(StoreError::Unsupported { store: STORE.name, verb: "keep labels" })
    }

    fn add_version(&self, name: &SecretName, value: &Value) -> Result<String, StoreError> {
        self.check(name)?;
        let what = self.what("setting", name);
        let refuse = |reason: &str| Err(StoreError::Refused { what: what.clone(), reason: reason.to_owned() });
        if value.expose().len() > VALUE_BYTES {
            return refuse("its value is longer than 48 KiB");
        }
        let key = self.key()?;
        let Some(sealed) = key.seal(value.expose()) else { return refuse("the key of the repository seals nothing") };
        let content = json::body(&wire::Put { encrypted_value: &sealed, key_id: &key.id }, sealed.len());
        match self.client.put(&what, &format!("/{name}"), content)? {
            Told::Yes(()) => {}
            Told::Absent => return Err(self.client.denied("write")),
            Told::No(status) => {
                // It may be sealed with a key that is no longer the one.
                *self.key.lock().unwrap_or_else(PoisonError::into_inner) = None;
                return Err(refused(what, status));
            }
        }
        self.created.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
        let lost = |reason: &str| StoreError::Ambiguous { what: what.clone(), reason: reason.to_owned() };
        match self.secret(name) {
            Ok(Some(found)) => Ok(number(&found)),
            Ok(None) => Err(lost("it is set, and is not there")),
            Err(_) => Err(lost("it is set, and cannot be looked at")),
        }
    }

    fn disable(&self, _: &SecretName, _: &str) -> Result<(), StoreError> {
        Err(StoreError::Unsupported { store: STORE.name, verb: "switch a version off" })
    }
}
