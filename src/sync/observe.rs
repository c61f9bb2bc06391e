//! What the stores hold of what is wanted. It only reads.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::fact::VersionState;
use crate::name::SecretName;
use crate::stores::{Latest, SecretStore, StoreError, StoredSecret, StoredVersion};
use crate::value::Value;

use super::wishes::{Former, Wish, Wishes};
use super::workers;

/// What a store holds of one wish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed {
    /// The secret itself.
    pub found: Found,
    /// What it holds under former names, where the secret itself has no value.
    pub former: Vec<FormerSecret>,
}

/// What a store holds under a former name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormerSecret {
    /// The name.
    pub former: Former,
    /// The secret.
    pub secret: StoredSecret,
    /// Its latest version.
    pub latest: Seen,
}

/// Whether a secret is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// It is not.
    Absent,
    /// It is.
    There {
        /// The secret.
        secret: StoredSecret,
        /// Its latest version.
        latest: Seen,
        /// The newest version below the latest that is enabled, where the latest cannot be used.
        enabled: Option<String>,
    },
}

/// The latest version of a secret, as far as it can be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// There is none.
    Empty,
    /// It has this value.
    Value {
        /// Its number.
        version: String,
        /// Its value.
        value: Value,
    },
    /// It is enabled; its value was not asked for, or is never given out.
    Hidden {
        /// Its number.
        version: String,
    },
    /// It is enabled, destroyed or disabled, and cannot be read.
    Unusable(StoredVersion),
    /// It may not be read.
    Denied(StoreError),
}

impl Seen {
    /// The number of the version, where it is known.
    pub fn version(&self) -> Option<&str> {
        match self {
            Self::Value { version, .. } | Self::Hidden { version } => Some(version),
            Self::Unusable(version) => Some(&version.number),
            Self::Empty | Self::Denied(_) => None,
        }
    }

    /// Its state, in words.
    pub fn state(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Value { .. } | Self::Hidden { .. } => "enabled",
            Self::Unusable(version) => state(version.state),
            Self::Denied(_) => "unknown",
        }
    }
}

/// The state of a version, in words.
pub(super) fn state(state: VersionState) -> &'static str {
    match state {
        VersionState::Enabled => "enabled",
        VersionState::Disabled => "disabled",
        VersionState::Destroyed => "destroyed",
        VersionState::Unknown => "unknown",
    }
}

/// How to ask.
#[derive(Clone, Copy)]
pub struct Asking<'a> {
    /// Whether values are read, to compare them.
    pub compare: bool,
    /// How many secrets are asked for at once.
    pub at_once: NonZeroUsize,
    /// Set when somebody wants to stop.
    pub interrupted: &'a AtomicBool,
}

/// Everything that is there: by store, and by wish.
pub struct Everything {
    /// The secrets of each store, by id.
    pub listed: Vec<BTreeMap<SecretName, StoredSecret>>,
    /// What is there of each wish, in their order.
    pub observed: Vec<Observed>,
}

/// Asks the stores. `None`: it was interrupted.
///
/// # Errors
///
/// Fails where a store cannot be read: what is not known must not be taken for absent.
pub fn observe(
    stores: &[Box<dyn SecretStore>],
    wishes: &Wishes,
    asking: Asking<'_>,
) -> Result<Option<Everything>, StoreError> {
    let listed = stores.iter().map(|store| {
        let all = store.list()?;
        Ok(all.into_iter().map(|secret| (secret.name.clone(), secret)).collect())
    });
    let listed: Vec<BTreeMap<SecretName, StoredSecret>> = listed.collect::<Result<_, StoreError>>()?;
    let look = |wish: &Wish| {
        if asking.interrupted.load(Ordering::Relaxed) {
            return None;
        }
        let (Some(store), Some(listed)) = (stores.get(wish.store), listed.get(wish.store)) else { return None };
        let observed = one(store.as_ref(), listed, wish, asking.compare);
        Some(observed)
    };
    let observed = workers::each(&wishes.list, asking.at_once, look);
    let observed: Option<Result<Vec<Observed>, StoreError>> = observed.into_iter().collect();
    let Some(observed) = observed else { return Ok(None) };
    Ok(Some(Everything { listed, observed: observed? }))
}

fn one(
    store: &dyn SecretStore,
    listed: &BTreeMap<SecretName, StoredSecret>,
    wish: &Wish,
    compare: bool,
) -> Result<Observed, StoreError> {
    let found = match listed.get(&wish.secret) {
        None => Found::Absent,
        // A value is read only where there is one to compare it with.
        Some(secret) => there(store, secret.clone(), compare && wish.given.is_some())?,
    };
    let has_no_value = matches!(found, Found::Absent | Found::There { latest: Seen::Empty, .. });
    let mut former = Vec::new();
    for one in wish.former.iter().filter(|_| has_no_value) {
        if let Some(secret) = listed.get(&one.secret) {
            let latest = seen(store, &one.secret, compare)?.unwrap_or(Seen::Empty);
            former.push(FormerSecret { former: one.clone(), secret: secret.clone(), latest });
        }
    }
    Ok(Observed { found, former })
}

/// A secret that is listed, as it is now.
pub(super) fn there(store: &dyn SecretStore, secret: StoredSecret, compare: bool) -> Result<Found, StoreError> {
    let Some(latest) = seen(store, &secret.name, compare)? else { return Ok(Found::Absent) };
    let mut enabled = None;
    if matches!(latest, Seen::Unusable(_)) {
        let versions = store.versions(&secret.name)?.unwrap_or_default();
        enabled = versions.into_iter().find(|version| version.state == VersionState::Enabled);
    }
    Ok(Found::There { secret, latest, enabled: enabled.map(|version| version.number) })
}

/// The latest version of a secret; `None` if there is no such secret.
pub(super) fn seen(store: &dyn SecretStore, name: &SecretName, compare: bool) -> Result<Option<Seen>, StoreError> {
    if compare {
        match store.latest(name) {
            Ok(Latest::Absent) => return Ok(None),
            Ok(Latest::Empty) => return Ok(Some(Seen::Empty)),
            Ok(Latest::Readable { version, value }) => return Ok(Some(Seen::Value { version, value })),
            Ok(Latest::Unusable { version }) => return Ok(Some(Seen::Unusable(version))),
            Err(error @ StoreError::Denied { .. }) => return Ok(Some(Seen::Denied(error))),
            Err(StoreError::WriteOnly(_)) => {}
            Err(error) => return Err(error),
        }
    }
    let versions = match store.versions(name) {
        Ok(versions) => versions,
        Err(error @ StoreError::Denied { .. }) => return Ok(Some(Seen::Denied(error))),
        Err(error) => return Err(error),
    };
    let Some(versions) = versions else { return Ok(None) };
    Ok(Some(match versions.into_iter().next() {
        None => Seen::Empty,
        Some(version) if version.state == VersionState::Enabled => Seen::Hidden { version: version.number },
        Some(version) => Seen::Unusable(version),
    }))
}
