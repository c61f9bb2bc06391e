//! An env file as a store, so that anything can be tried without a cloud. Secrets are its variables, under their names.
//!
//! It has no versions: a value takes the place of the one before. It has no empty secrets either, as a variable that is
//! set to nothing is worse for an app than none: what is created stands in the file as soon as it has a value.

mod edit;
mod file;
mod reading;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use super::git::Git;
use super::{
    Address, Creation, Labels, Latest, Limits, Place, SecretStore, Store, StoreError, StoredSecret, StoredVersion,
};
use crate::fact::{StoreKind, VersionState};
use crate::name::{SecretName, is_variable_name};
use crate::source::visible;
use crate::value::Value;

use file::File;
use reading::{Held, Reading};

/// The store.
pub(super) static STORE: Store = Store { name: "dotenv", kind: StoreKind::Platform, address: "FILE", open };

/// The only version of a variable.
const VERSION: &str = "1";

fn open(address: &Address<'_>) -> Result<Box<dyn SecretStore>, StoreError> {
    if address.endpoint.is_some() {
        return Err(StoreError::Misconfigured("a file has no endpoint".to_owned()));
    }
    if address.name.is_empty() {
        return Err(StoreError::Misconfigured("`dotenv:` needs the path of a file behind it".to_owned()));
    }
    let of = |name: &str| (address.own_environment)(name).unwrap_or_default();
    let git = Git { path: of("PATH"), home: of("HOME") };
    Ok(Box::new(EnvFile { file: File::new(address.name, git), created: Mutex::default() }))
}

struct EnvFile {
    file: File,
    /// What was created and has no value yet. One writes at a time.
    created: Mutex<BTreeSet<SecretName>>,
}

impl EnvFile {
    fn read(&self) -> Result<Reading, StoreError> {
        let text = self.file.read()?.text(self.file.shown())?;
        Reading::of(&text).ok_or_else(|| self.file.damaged("no loader reads it to its end"))
    }

    fn is_created(&self, name: &SecretName) -> bool {
        self.created.lock().unwrap_or_else(PoisonError::into_inner).contains(name)
    }

    fn check(&self, name: &SecretName) -> Result<(), StoreError> {
        if is_variable_name(name.as_str()) {
            return Ok(());
        }
        let reason = "it cannot be the name of a variable".to_owned();
        Err(StoreError::Refused { what: self.what(name), reason })
    }

    fn what(&self, name: &SecretName) -> String {
        format!("`{}` in {}", visible(name.as_str()), self.file.shown())
    }
}

impl SecretStore for EnvFile {
    fn place(&self) -> Place {
        Place { project: self.file.shown().to_owned(), number: None, account: None, endpoint: self.file.absolute() }
    }

    fn limits(&self) -> Limits {
        Limits {
            value_bytes: 64 << 10,
            writes_per_minute: None,
            concurrency: 1,
            keeps_versions: false,
            keeps_labels: false,
        }
    }

    fn takes(&self, name: &SecretName, value: &Value) -> Result<(), StoreError> {
        self.check(name)?;
        self.file.may_be_written()?;
        let refused = |reason: &str| StoreError::Refused { what: self.what(name), reason: reason.to_owned() };
        let written = edit::set("", name.as_str(), value.expose());
        written.map(drop).map_err(|refusal| refused(refusal.reason()))
    }

    fn list(&self) -> Result<Vec<StoredSecret>, StoreError> {
        let mut names: BTreeSet<SecretName> =
            self.read()?.names().filter(|name| is_variable_name(name)).map(SecretName::new).collect();
        names.extend(self.created.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned());
        let secret = |name| StoredSecret { name, labels: Labels::new(), expires: None, aliases: BTreeMap::new() };
        Ok(names.into_iter().map(secret).collect())
    }

    fn versions(&self, name: &SecretName) -> Result<Option<Vec<StoredVersion>>, StoreError> {
        Ok(match self.latest(name)? {
            Latest::Absent => None,
            Latest::Empty => Some(Vec::new()),
            Latest::Readable { .. } => Some(vec![version(VersionState::Enabled)]),
            Latest::Unusable { version } => Some(vec![version]),
        })
    }

    fn latest(&self, name: &SecretName) -> Result<Latest, StoreError> {
        self.check(name)?;
        Ok(match self.read()?.held(name.as_str()) {
            Held::Nothing if self.is_created(name) => Latest::Empty,
            Held::Nothing => Latest::Absent,
            Held::Empty => Latest::Empty,
            Held::Value(value) => Latest::Readable { version: VERSION.to_owned(), value },
            Held::Unclear => Latest::Unusable { version: version(VersionState::Unknown) },
        })
    }

    fn create(&self, name: &SecretName, _: &Labels) -> Result<Creation, StoreError> {
        if self.latest(name)? != Latest::Absent {
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
        let refused = |reason: &str| StoreError::Refused { what: self.what(name), reason: reason.to_owned() };
        if value.is_empty() {
            return Err(refused("it would have no value"));
        }
        if value.expose().len() > self.limits().value_bytes {
            return Err(refused("its value is longer than 64 KiB"));
        }
        let mut created = self.created.lock().unwrap_or_else(PoisonError::into_inner);
        self.file.change(|text| {
            edit::set(text, name.as_str(), value.expose()).map_err(|refusal| refused(refusal.reason()))
        })?;
        created.remove(name);
        Ok(VERSION.to_owned())
    }

    fn disable(&self, _: &SecretName, _: &str) -> Result<(), StoreError> {
        Err(StoreError::Unsupported { store: STORE.name, verb: "switch a version off" })
    }
}

fn version(state: VersionState) -> StoredVersion {
    StoredVersion { number: VERSION.to_owned(), state, destroyed_at: None }
}

#[cfg(test)]
mod tests;
