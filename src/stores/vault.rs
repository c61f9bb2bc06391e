//! The KV store of Vault and OpenBao, version 2. Each secret is one entry with one key, `value`.
//!
//! An entry with other keys is somebody else's: a write would take them away. A version is written only if it follows the
//! one that was seen last, so of two who write at once one is refused.

mod client;
mod token;
mod wire;

use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use jiff::Timestamp;

use super::{
    Address, Creation, Labels, Latest, Limits, Place, SecretStore, Store, StoreError, StoredSecret, StoredVersion, json,
};
use crate::fact::{StoreKind, VersionState};
use crate::name::SecretName;
use crate::source::visible;
use crate::value::Value;

use client::{Client, Deed, Told};

/// The store.
pub(super) static STORE: Store = Store { name: "vault", kind: StoreKind::Vault, address: "MOUNT[/PATH]", open };

/// The most bytes of a value: half of what an entry may have where Vault keeps them in Consul.
const VALUE_BYTES: usize = 256 << 10;

/// How deep folders are looked into, and how many are.
const DEPTH: usize = 16;
const FOLDERS: usize = 2_000;

/// How many secrets a listing may have.
const SECRETS: usize = 20_000;

fn open(address: &Address<'_>) -> Result<Box<dyn SecretStore>, StoreError> {
    let (mount, folder) = address.name.split_once('/').unwrap_or((address.name, ""));
    let folder = folder.trim_end_matches('/');
    if !is_piece(mount) || !(folder.is_empty() || is_path(folder)) {
        let shown = visible(address.name);
        return Err(StoreError::Misconfigured(format!("`{shown}` is no mount with a path behind it: `secret/app`")));
    }
    let client = Client::open(address, mount)?;
    let (mount, folder) = (mount.to_owned(), folder.to_owned());
    Ok(Box::new(Kv { client, mount, folder, is_checked: OnceLock::new(), seen: Mutex::default() }))
}

/// Whether a text may be a piece of a path. Vault takes more, and takes some of it for something else.
fn is_piece(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._@=,".contains(&byte);
    !text.is_empty() && text.bytes().all(fits) && !text.bytes().all(|byte| byte == b'.')
}

fn is_path(text: &str) -> bool {
    text.len() <= 512 && text.split('/').all(is_piece)
}

struct Kv {
    client: Client,
    mount: String,
    folder: String,
    /// Set as soon as the mount was seen to be of the right kind.
    is_checked: OnceLock<()>,
    /// The latest version of each secret when it was last looked at, and whether its entry may be written.
    seen: Mutex<BTreeMap<SecretName, Seen>>,
}

#[derive(Clone, Copy)]
struct Seen {
    version: u64,
    is_ours: bool,
}

impl Kv {
    fn path(&self, name: &SecretName) -> String {
        if self.folder.is_empty() { name.to_string() } else { format!("{}/{name}", self.folder) }
    }

    fn what(&self, deed: &Deed, name: &SecretName) -> String {
        format!("{} `{}/{}`", deed.doing, self.mount, visible(&self.path(name)))
    }

    fn checked(&self) -> Result<(), StoreError> {
        if self.is_checked.get().is_none() {
            self.client.check_mount()?;
            let _ = self.is_checked.set(());
        }
        Ok(())
    }

    /// Refuses a name that would be another path, before anything is asked.
    fn check(&self, name: &SecretName) -> Result<(), StoreError> {
        if is_path(name.as_str()) {
            return self.checked();
        }
        let reason = "a name has letters, digits and `-._@=,` between `/`".to_owned();
        Err(StoreError::Refused { what: self.what(&client::LOOK, name), reason })
    }

    fn remember(&self, name: &SecretName, seen: Option<Seen>) {
        let mut all = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        match seen {
            Some(seen) => all.insert(name.clone(), seen),
            None => all.remove(name),
        };
    }

    fn metadata(&self, name: &SecretName) -> Result<Option<wire::Metadata>, StoreError> {
        let what = self.what(&client::LOOK, name);
        let told = self.client.ask::<wire::Answered<wire::Metadata>>(&client::LOOK, &what, &self.path(name), None)?;
        match told {
            Told::Yes(found) => Ok(Some(found.data)),
            Told::Absent(_) => Ok(None),
            Told::No(status) => Err(client::refused(what, status)),
        }
    }

    /// The names in a folder below the one that is ours, and the folders in it.
    fn names(&self, folder: &str) -> Result<Vec<String>, StoreError> {
        let path =
            [self.folder.as_str(), folder].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/");
        let what = format!("listing `{}/{}`", self.mount, visible(&path));
        match self.client.ask::<wire::Answered<wire::Keys>>(&client::LIST, &what, &path, None)? {
            Told::Yes(found) => Ok(found.data.keys),
            Told::Absent(_) => Ok(Vec::new()),
            Told::No(status) => Err(client::refused(what, status)),
        }
    }
}

impl SecretStore for Kv {
    fn place(&self) -> Place {
        let project =
            if self.folder.is_empty() { self.mount.clone() } else { format!("{}/{}", self.mount, self.folder) };
        let account = self.client.who().map(str::to_owned);
        Place { project, number: None, account, endpoint: self.client.server() }
    }

    fn limits(&self) -> Limits {
        Limits {
            value_bytes: VALUE_BYTES,
            writes_per_minute: None,
            concurrency: 4,
            keeps_versions: true,
            keeps_labels: true,
        }
    }

    fn list(&self) -> Result<Vec<StoredSecret>, StoreError> {
        self.checked()?;
        let endless = || StoreError::Damaged {
            what: format!("listing `{}`", self.place().project),
            reason: "it has no end".to_owned(),
        };
        let mut found = Vec::new();
        let mut folders = vec![String::new()];
        let mut looked = 0;
        while let Some(folder) = folders.pop() {
            looked += 1;
            for key in self.names(&folder)? {
                let (piece, is_folder) = key.strip_suffix('/').map_or((key.as_str(), false), |piece| (piece, true));
                // What could not be asked for by this name is none of ours.
                if !is_piece(piece) {
                    continue;
                }
                let path = if folder.is_empty() { piece.to_owned() } else { format!("{folder}/{piece}") };
                if !is_folder {
                    found.push(SecretName::new(&path));
                } else if path.split('/').count() < DEPTH {
                    folders.push(path);
                } else {
                    return Err(endless());
                }
            }
            if looked > FOLDERS || folders.len() > FOLDERS || found.len() > SECRETS {
                return Err(endless());
            }
        }
        let labelled = found.into_iter().map(|name| {
            let labels = self.metadata(&name)?.map(wire::Metadata::labels);
            let stored = |labels| StoredSecret { name, labels, expires: None, aliases: BTreeMap::new() };
            // What was taken away meanwhile is not there.
            Ok(labels.map(stored))
        });
        labelled.filter_map(Result::transpose).collect()
    }

    fn versions(&self, name: &SecretName) -> Result<Option<Vec<StoredVersion>>, StoreError> {
        self.check(name)?;
        Ok(self.metadata(name)?.map(|found| found.versions(Timestamp::now())))
    }

    fn latest(&self, name: &SecretName) -> Result<Latest, StoreError> {
        self.check(name)?;
        let what = self.what(&client::READ, name);
        let told = self.client.ask::<wire::Answered<wire::Read>>(&client::READ, &what, &self.path(name), None)?;
        let found = match told {
            Told::Yes(wire::Answered { data: wire::Read { data: Some(entry), metadata } }) => {
                Some((entry, metadata.version))
            }
            Told::Yes(_) | Told::Absent(_) => None,
            Told::No(status) => return Err(client::refused(what, status)),
        };
        if let Some((entry, number)) = found {
            let is_ours = !entry.has_others;
            self.remember(name, Some(Seen { version: number, is_ours }));
            let version = number.to_string();
            return Ok(match entry.value {
                Some(value) if is_ours => Latest::Readable { version, value: Value::new(value) },
                _ => Latest::Unusable {
                    version: StoredVersion { number: version, state: VersionState::Enabled, destroyed_at: None },
                },
            });
        }
        let Some(metadata) = self.metadata(name)? else {
            self.remember(name, None);
            return Ok(Latest::Absent);
        };
        self.remember(name, Some(Seen { version: metadata.current_version, is_ours: true }));
        let latest = metadata.versions(Timestamp::now()).into_iter().next();
        Ok(latest.map_or(Latest::Empty, |version| Latest::Unusable { version }))
    }

    fn create(&self, name: &SecretName, labels: &Labels) -> Result<Creation, StoreError> {
        self.check(name)?;
        if self.metadata(name)?.is_some() {
            return Ok(Creation::Existed);
        }
        let what = self.what(&client::CREATE, name);
        let content = json::body(&wire::Beside { custom_metadata: labels }, 0);
        match self.client.ask::<Option<serde::de::IgnoredAny>>(
            &client::CREATE,
            &what,
            &self.path(name),
            Some(content),
        )? {
            Told::Yes(_) => Ok(Creation::Made),
            Told::Absent(_) => Err(client::refused(what, 404)),
            Told::No(status) => Err(client::refused(what, status)),
        }
    }

    fn label(&self, name: &SecretName, labels: &Labels) -> Result<(), StoreError> {
        self.check(name)?;
        let what = self.what(&client::LABEL, name);
        let content = json::body(&wire::Beside { custom_metadata: labels }, 0);
        match self.client.ask::<Option<serde::de::IgnoredAny>>(
            &client::LABEL,
            &what,
            &self.path(name),
            Some(content),
        )? {
            Told::Yes(_) => Ok(()),
            Told::Absent(_) => Err(StoreError::Refused { what, reason: "there is no such secret".to_owned() }),
            Told::No(status) => Err(client::refused(what, status)),
        }
    }

    fn add_version(&self, name: &SecretName, value: &Value) -> Result<String, StoreError> {
        self.check(name)?;
        let what = self.what(&client::ADD, name);
        let refused = |reason: &str| Err(StoreError::Refused { what: what.clone(), reason: reason.to_owned() });
        if value.expose().len() > VALUE_BYTES {
            return refused("its value is longer than 256 KiB");
        }
        let known = |name| self.seen.lock().unwrap_or_else(PoisonError::into_inner).get(name).copied();
        if known(name).is_none() {
            self.latest(name)?;
        }
        let Some(seen) = known(name) else { return refused("there is no such secret") };
        if !seen.is_ours {
            return refused("it has other keys than `value`, which a new version would not have");
        }
        let request =
            wire::Write { options: wire::Options { cas: seen.version }, data: wire::Written { value: value.expose() } };
        let content = json::body(&request, value.expose().len());
        // Whatever becomes of it, the next write has to look first.
        self.remember(name, None);
        let told =
            self.client.ask::<wire::Answered<wire::Added>>(&client::ADD, &what, &self.path(name), Some(content))?;
        match told {
            Told::Yes(added) => {
                let version = added.data.version;
                self.remember(name, Some(Seen { version, is_ours: true }));
                Ok(version.to_string())
            }
            // Vault has the same status for this and for what it cannot read.
            Told::No(400) => match self.metadata(name)? {
                Some(now) if now.current_version != seen.version => {
                    refused(&format!("CONFLICT: it has version {} by now", now.current_version))
                }
                _ => refused("400"),
            },
            Told::No(status) => Err(client::refused(what, status)),
            Told::Absent(_) => Err(client::refused(what, 404)),
        }
    }

    fn disable(&self, _: &SecretName, _: &str) -> Result<(), StoreError> {
        // The nearest thing there is deletes the version, if not for good.
        Err(StoreError::Unsupported { store: STORE.name, verb: "switch a version off" })
    }
}
