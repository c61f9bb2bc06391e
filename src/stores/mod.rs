//! Places that keep secrets, each behind [`SecretStore`]. The only code that talks to a network.
//!
//! A new store is one file here and one line in [`STORES`]. No store retries a write that may have been made: what to
//! do then is decided by whoever knows what was wanted (`sync`).

mod aws;
mod dotenv;
mod files;
pub mod git;
mod github;
mod google;
pub mod http;
mod json;
mod program;
mod vault;

use std::collections::BTreeMap;

use jiff::Timestamp;
use thiserror::Error;

use crate::fact::{StoreKind, VersionState};
use crate::name::SecretName;
use crate::value::Value;

use self::http::Pace;

/// A place that keeps secrets. All of it may be called from several threads at once, for different secrets.
pub trait SecretStore: Send + Sync {
    /// Where it is and who asks, as far as it is known by now.
    fn place(&self) -> Place;

    /// What it takes, and how much of it at once.
    fn limits(&self) -> Limits;

    /// Whether it can keep a value under a name at all, as far as it knows without asking: a plan that it cannot do
    /// must not be begun.
    fn takes(&self, _name: &SecretName, _value: &Value) -> Result<(), StoreError> {
        Ok(())
    }

    /// Every secret that it holds, in no order.
    ///
    /// # Errors
    ///
    /// Fails rather than giving a part: what is not in it does not exist.
    fn list(&self) -> Result<Vec<StoredSecret>, StoreError>;

    /// The versions of a secret, newest first; empty if it has none, `None` if there is no such secret.
    fn versions(&self, name: &SecretName) -> Result<Option<Vec<StoredVersion>>, StoreError>;

    /// The latest version of a secret whatever its state, with its value where that can be read.
    ///
    /// # Errors
    ///
    /// [`StoreError::WriteOnly`] where the store gives no value out.
    fn latest(&self, name: &SecretName) -> Result<Latest, StoreError>;

    /// Makes an empty secret with these labels. That it is there already is no error, and changes nothing of it.
    fn create(&self, name: &SecretName, labels: &Labels) -> Result<Creation, StoreError>;

    /// Adds labels to a secret, leaving its others.
    fn label(&self, name: &SecretName, labels: &Labels) -> Result<(), StoreError>;

    /// Adds a version, which becomes the latest, and gives its number.
    ///
    /// # Errors
    ///
    /// [`StoreError::Ambiguous`] where it cannot be told whether the version was added.
    fn add_version(&self, name: &SecretName, value: &Value) -> Result<String, StoreError>;

    /// Switches a version off. That it is off already is no error.
    fn disable(&self, name: &SecretName, version: &str) -> Result<(), StoreError>;
}

/// Labels of a secret: key and value.
pub type Labels = BTreeMap<String, String>;

/// Where a store is and who asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The project, account or folder, as a person names it. Typed to confirm a write to production.
    pub project: String,
    /// The project's number, where the store has told it.
    pub number: Option<String>,
    /// Whose credentials are used, where they tell.
    pub account: Option<String>,
    /// The host that is asked, or the file.
    pub endpoint: String,
}

/// What a store takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes of a value.
    pub value_bytes: usize,
    /// The most writes in a minute, all secrets together; `None` where there is no such limit.
    pub writes_per_minute: Option<u32>,
    /// How many secrets are worked on at once by default.
    pub concurrency: usize,
    /// Whether it keeps old versions, so that a new value can be taken back.
    pub keeps_versions: bool,
    /// Whether it keeps labels, which tell whose a secret is.
    pub keeps_labels: bool,
}

/// Whether [`SecretStore::create`] made anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Creation {
    /// It is new.
    Made,
    /// It was there.
    Existed,
}

/// A secret in a store: all but its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSecret {
    /// Its id.
    pub name: SecretName,
    /// Its labels, or what the store has in their place.
    pub labels: Labels,
    /// When the store will delete it by itself.
    pub expires: Option<Timestamp>,
    /// The aliases of its versions: alias and version.
    pub aliases: BTreeMap<String, String>,
}

/// A version of a secret: all but its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredVersion {
    /// Its number, or what the store has in its place.
    pub number: String,
    /// Its state.
    pub state: VersionState,
    /// When the store will destroy it by itself.
    pub destroyed_at: Option<Timestamp>,
}

/// The latest version of a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Latest {
    /// There is no such secret.
    Absent,
    /// It has no version.
    Empty,
    /// It is enabled and can be read.
    Readable {
        /// Its number.
        version: String,
        /// Its value.
        value: Value,
    },
    /// It is disabled, destroyed, or no text.
    Unusable {
        /// Which one it is.
        version: StoredVersion,
    },
}

/// What a store could not do. No message of a server is in it: they quote what was sent.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum StoreError {
    /// What the config or the command line says of the store cannot be.
    #[error("{0}")]
    Misconfigured(String),
    /// There are no credentials, or they are no longer good.
    #[error("{0}")]
    Unauthenticated(String),
    /// The credentials do not allow it.
    #[error("{who} may not {verb} {what}")]
    Denied {
        /// Whose credentials they are.
        who: String,
        /// What was to be done: `read`, `list`, `create`.
        verb: &'static str,
        /// The full name of what it was to be done to.
        what: String,
        /// What would allow it: the role, and the command that grants it.
        help: String,
    },
    /// The store hands out no values.
    #[error("{0} gives no value out")]
    WriteOnly(&'static str),
    /// The store cannot do this at all.
    #[error("{store} cannot {verb}")]
    Unsupported {
        /// The kind of store.
        store: &'static str,
        /// What it cannot do.
        verb: &'static str,
    },
    /// The server refuses what was asked, and would again.
    #[error("{what} was refused: {reason}")]
    Refused {
        /// What was asked.
        what: String,
        /// Why, in the server's code word: `INVALID_ARGUMENT`.
        reason: String,
    },
    /// The server is away, too busy or broken, after all retries. Nothing was changed by it.
    #[error("{what} failed: {reason}")]
    Unavailable {
        /// What was asked.
        what: String,
        /// What happened: `no answer within 30 s`, `503`.
        reason: String,
    },
    /// A write may have been made or not: the answer was lost.
    #[error("whether {what} was done cannot be told: {reason}")]
    Ambiguous {
        /// What was asked.
        what: String,
        /// What happened.
        reason: String,
    },
    /// The server's answer is not what it should be: cut off, damaged, a page that leads back to itself.
    #[error("the answer to {what} is damaged: {reason}")]
    Damaged {
        /// What was asked.
        what: String,
        /// What is wrong with it.
        reason: String,
    },
}

impl StoreError {
    /// The way out.
    pub fn help(&self) -> Option<&str> {
        match self {
            Self::Denied { help, .. } => Some(help),
            _ => None,
        }
    }

    /// Whether nothing else will work either: the credentials are no good, or the store is not there.
    pub fn is_of_the_store(&self) -> bool {
        matches!(self, Self::Misconfigured(_) | Self::Unauthenticated(_))
    }
}

/// Which store is meant, and what may be used to reach it.
#[derive(Clone, Copy)]
pub struct Address<'a> {
    /// What stands behind `KIND:` on the command line or as `project` in the config: a project's id with or without
    /// `/LOCATION`, or `?replicas=LOCATION,LOCATION` for where new secrets are kept (google), a region (aws), a mount and a path (vault), `OWNER/REPO` with or without `@ENVIRONMENT`
    /// (github), a file (dotenv).
    pub name: &'a str,
    /// The server to ask instead of the store's own. The command line gives it; no config can.
    pub endpoint: Option<&'a str>,
    /// Reads a variable of envcheck's own environment. A store asks only for those that its vendor's tools read.
    pub own_environment: &'a (dyn Fn(&str) -> Option<String> + Sync),
    /// How patiently it is asked.
    pub pace: Pace,
}

/// A kind of store.
pub struct Store {
    /// The name in configs and on the command line.
    pub name: &'static str,
    /// What its listings are of.
    pub kind: StoreKind,
    /// What [`Address::name`] is called: `PROJECT[/LOCATION]`.
    pub address: &'static str,
    /// Prepares to talk to one; it asks for nothing over the network yet.
    pub open: fn(&Address<'_>) -> Result<Box<dyn SecretStore>, StoreError>,
}

/// Every kind of store.
pub static STORES: &[&Store] = &[&google::STORE, &aws::STORE, &vault::STORE, &github::STORE, &dotenv::STORE];

/// The store of a name.
pub fn find(name: &str) -> Option<&'static Store> {
    STORES.iter().copied().find(|store| store.name == name)
}
