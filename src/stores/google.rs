//! Google Secret Manager, global and regional, through its REST API (v1).
//!
//! What its calls are and answer: docs.cloud.google.com/secret-manager/docs/reference/rest. Adding a version has no
//! precondition there, so whether one was added after all is for whoever wanted it to look at.

mod address;
mod auth;
mod client;
mod gcloud;
mod jwt;
mod pages;
mod refusal;
mod token;
mod wire;

use serde_json::{Value as Json, json};

use self::address::check_secret;
use self::client::{Ask, Client};
use self::refusal::{ADD, CREATE, DISABLE, LABEL, LIST, LOOK, READ};
use self::wire::{Secret, SecretPage, Version, VersionPage};
use super::http::Method;
use super::json::{body, parse};
use super::{Creation, Labels, Latest, Limits, Place, SecretStore, Store, StoreError, StoredSecret, StoredVersion};
use crate::fact::{StoreKind, VersionState};
use crate::name::SecretName;
use crate::value::Value;

pub(super) static STORE: Store = Store {
    name: "google",
    kind: StoreKind::GoogleSecretManager,
    address: "PROJECT[/LOCATION]",
    open: |address| Ok(Box::new(Client::open(address, LIMITS.writes_per_minute)?)),
};

/// The most bytes of a value, and the most writes of a project in a minute: docs.cloud.google.com/secret-manager/quotas.
const LIMITS: Limits = Limits {
    value_bytes: 65_536,
    writes_per_minute: Some(600),
    concurrency: 4,
    keeps_versions: true,
    keeps_labels: true,
};

/// How often something is tried that somebody else changed meanwhile.
const RACES: usize = 4;

impl SecretStore for Client {
    fn place(&self) -> Place {
        Client::place(self)
    }

    fn limits(&self) -> Limits {
        LIMITS
    }

    fn takes(&self, name: &SecretName, _: &Value) -> Result<(), StoreError> {
        check_secret(name)
    }

    fn list(&self) -> Result<Vec<StoredSecret>, StoreError> {
        let pages = pages::all(&self.what(&LIST, None), |query| {
            self.ask(&Ask::project(&LIST, Method::GET, &format!("/secrets?{query}")), |bytes| {
                let page: SecretPage = parse(bytes)?;
                let stored = page.secrets.iter().map(|secret| {
                    self.learn(&secret.name)?;
                    secret.stored()
                });
                let stored: Option<Vec<StoredSecret>> = stored.collect();
                Ok((stored.ok_or("a secret in it has no name")?, page.next_page_token))
            })
        })?;
        let mut secrets = pages.map_err(|refusal| refusal.into_error(&self.what(&LIST, None)))?;
        // One that was made while the pages were turned may stand on two.
        secrets.sort_by(|one, other| one.name.cmp(&other.name));
        secrets.dedup_by(|one, other| one.name == other.name);
        Ok(secrets)
    }

    fn versions(&self, name: &SecretName) -> Result<Option<Vec<StoredVersion>>, StoreError> {
        let what = self.what(&LOOK, Some(name));
        let pages = pages::all(&what, |query| {
            self.ask(&Ask::secret(&LOOK, name, Method::GET, &format!("/versions?{query}")), |bytes| {
                let page: VersionPage = parse(bytes)?;
                let stored = page.versions.iter().map(|version| {
                    self.is_of(&version.name, name)?;
                    version.stored()
                });
                let stored: Option<Vec<StoredVersion>> = stored.collect();
                Ok((stored.ok_or("it is of another secret")?, page.next_page_token))
            })
        })?;
        let mut versions = match pages {
            Ok(versions) => versions,
            Err(refusal) if refusal.is_absence() => return Ok(None),
            Err(refusal) => return Err(refusal.into_error(&what)),
        };
        let number = |version: &StoredVersion| version.number.parse::<u64>().unwrap_or(0);
        versions.sort_by_key(|version| std::cmp::Reverse(number(version)));
        versions.dedup_by(|one, other| one.number == other.number);
        Ok(Some(versions))
    }

    fn latest(&self, name: &SecretName) -> Result<Latest, StoreError> {
        let mut tried = 0;
        loop {
            tried += 1;
            let read = self.ask(&Ask::secret(&READ, name, Method::GET, "/versions/latest:access"), |bytes| {
                let accessed: wire::Accessed<'_> = parse(bytes)?;
                let full = self.is_of(&accessed.name, name);
                let number = full.and_then(|full| full.version).ok_or("it is of another secret")?;
                Ok((number.to_owned(), accessed.value()?))
            })?;
            let refusal = match read {
                Ok((version, Some(value))) => return Ok(Latest::Readable { version, value }),
                Ok((number, None)) => {
                    let version = StoredVersion { number, state: VersionState::Enabled, destroyed_at: None };
                    return Ok(Latest::Unusable { version });
                }
                Err(refusal) => refusal,
            };
            let what = self.what(&READ, Some(name));
            if refusal.is_absence() {
                return match self.secret(&LOOK, name)? {
                    Ok(_) => Ok(Latest::Empty),
                    Err(refusal) if refusal.is_absence() => Ok(Latest::Absent),
                    Err(refusal) => Err(refusal.into_error(&what)),
                };
            }
            if !refusal.is_of_state() {
                return Err(refusal.into_error(&what));
            }
            match self.version(&LOOK, name, "latest")? {
                Ok(version) if version.state() != VersionState::Enabled => {
                    return match version.stored() {
                        Some(version) => Ok(Latest::Unusable { version }),
                        None => Err(refusal.into_error(&what)),
                    };
                }
                // Somebody switched it on or added another meanwhile; or else its key is off, and it stays so.
                Ok(_) if tried < RACES => {}
                Err(gone) if gone.is_absence() && tried < RACES => {}
                _ => return Err(refusal.into_error(&what)),
            }
        }
    }

    fn create(&self, name: &SecretName, labels: &Labels) -> Result<Creation, StoreError> {
        check_secret(name)?;
        check_labels(labels)?;
        let mut secret = json!({"labels": labels});
        let parent = self.parent();
        let replicas: Vec<Json> = parent.replicas.iter().map(|location| json!({"location": location})).collect();
        // A regional secret is where it is.
        if parent.location.is_none() {
            secret["replication"] = match replicas.as_slice() {
                [] => json!({"automatic": {}}),
                replicas => json!({"userManaged": {"replicas": replicas}}),
            };
        }
        let ask = Ask::project(&CREATE, Method::POST, &format!("/secrets?secretId={name}"))
            .about(name)
            .with(body(&secret, 0));
        match self.ask(&ask, |bytes| parse::<Secret>(bytes))? {
            Ok(secret) => {
                self.is_of(&secret.name, name);
                Ok(Creation::Made)
            }
            Err(refusal) if refusal.is_presence() => Ok(Creation::Existed),
            Err(refusal) => Err(refusal.into_error(&self.what(&CREATE, Some(name)))),
        }
    }

    fn label(&self, name: &SecretName, labels: &Labels) -> Result<(), StoreError> {
        check_labels(labels)?;
        let what = self.what(&LABEL, Some(name));
        for _ in 0..RACES {
            let secret = self.secret(&LOOK, name)?.map_err(|refusal| refusal.into_error(&what))?;
            let mut all = secret.labels.clone();
            all.extend(labels.clone());
            if all == secret.labels {
                return Ok(());
            }
            let changed = body(&json!({"labels": all, "etag": secret.etag}), 0);
            let ask = Ask::secret(&LABEL, name, Method::PATCH, "?updateMask=labels").with(changed);
            match self.ask(&ask, |bytes| parse::<Secret>(bytes))? {
                Ok(_) => return Ok(()),
                Err(refusal) if refusal.is_of_state() => {}
                Err(refusal) => return Err(refusal.into_error(&what)),
            }
        }
        Err(StoreError::Unavailable { what, reason: "somebody else keeps changing it".to_owned() })
    }

    fn add_version(&self, name: &SecretName, value: &Value) -> Result<String, StoreError> {
        check_secret(name)?;
        let what = self.what(&ADD, Some(name));
        if value.expose().len() > LIMITS.value_bytes {
            let reason = format!("a value has {} bytes at most", LIMITS.value_bytes);
            return Err(StoreError::Refused { what, reason });
        }
        let added =
            self.ask(&Ask::secret(&ADD, name, Method::POST, ":addVersion").with(wire::payload(value)), |bytes| {
                let version: Version = parse(bytes)?;
                let number = self.is_of(&version.name, name).and_then(|name| name.version).map(str::to_owned);
                match number {
                    None => Err("it is of another secret"),
                    Some(_) if !version.client_specified_payload_checksum => {
                        Err("it does not say that the checksum of the value was compared")
                    }
                    Some(number) => Ok(number),
                }
            })?;
        added.map_err(|refusal| refusal.into_error(&what))
    }

    fn disable(&self, name: &SecretName, version: &str) -> Result<(), StoreError> {
        check_secret(name)?;
        let what = self.what(&DISABLE, Some(name));
        if !(1..=19).contains(&version.len()) || !version.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(StoreError::Refused { what, reason: "a version is a number".to_owned() });
        }
        for _ in 0..RACES {
            let found = self.version(&LOOK, name, version)?.map_err(|refusal| refusal.into_error(&what))?;
            if matches!(found.state(), VersionState::Disabled | VersionState::Destroyed) {
                return Ok(());
            }
            let rest = format!("/versions/{version}:disable");
            let ask = Ask::secret(&DISABLE, name, Method::POST, &rest).with(body(&json!({"etag": found.etag}), 0));
            match self.ask(&ask, |bytes| parse::<Version>(bytes))? {
                Ok(_) => return Ok(()),
                Err(refusal) if refusal.is_of_state() => {}
                Err(refusal) => return Err(refusal.into_error(&what)),
            }
        }
        Err(StoreError::Unavailable { what, reason: "somebody else keeps changing it".to_owned() })
    }
}

/// Fails unless Google takes these labels: docs.cloud.google.com/resource-manager/docs/labels-overview.
fn check_labels(labels: &Labels) -> Result<(), StoreError> {
    let fits = |text: &str| {
        text.len() <= 63
            && text
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-'))
    };
    let is_key = |key: &str| fits(key) && key.starts_with(|first: char| first.is_ascii_lowercase());
    if labels.iter().all(|(key, value)| is_key(key) && fits(value)) {
        return Ok(());
    }
    let reason = "Google takes lower-case letters, digits, `-` and `_`, 63 at most".to_owned();
    Err(StoreError::Refused { what: "a label".to_owned(), reason })
}
