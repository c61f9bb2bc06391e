//! What stores hold, as a listing says it: names and states of versions. No value is asked for.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::fact::{self, Stored};
use crate::name::SecretName;
use crate::source::Span;
use crate::stores::{SecretStore, StoreError, StoredSecret};

use super::workers;

/// Every secret of a store. The versions of `concerned` ones are asked for, of all if that is `None`.
/// `None`: it was interrupted.
///
/// # Errors
///
/// Fails where a part cannot be read: what is not in a listing does not exist.
pub fn inventory(
    store: &dyn SecretStore,
    concerned: Option<&BTreeSet<SecretName>>,
    at_once: NonZeroUsize,
    interrupted: &AtomicBool,
) -> Result<Option<Vec<Stored>>, StoreError> {
    let mut secrets = store.list()?;
    secrets.sort_by(|a, b| a.name.cmp(&b.name));
    let look = |secret: &StoredSecret| {
        if interrupted.load(Ordering::Relaxed) {
            return None;
        }
        let asked = concerned.is_none_or(|concerned| concerned.contains(&secret.name));
        Some(if asked { with_versions(store, secret) } else { Ok(Some(stored(secret, None))) })
    };
    let all: Option<Vec<Result<Option<Stored>, StoreError>>> =
        workers::each(&secrets, at_once, look).into_iter().collect();
    let Some(all) = all else { return Ok(None) };
    // What was deleted meanwhile is not there.
    let all: Vec<Option<Stored>> = all.into_iter().collect::<Result<_, StoreError>>()?;
    Ok(Some(all.into_iter().flatten().collect()))
}

fn with_versions(store: &dyn SecretStore, secret: &StoredSecret) -> Result<Option<Stored>, StoreError> {
    let Some(versions) = store.versions(&secret.name)? else { return Ok(None) };
    let version = |version: crate::stores::StoredVersion| {
        let aliases = secret.aliases.iter().filter(|(_, number)| **number == version.number);
        fact::StoredVersion {
            aliases: aliases.map(|(alias, _)| alias.clone()).collect(),
            number: version.number,
            state: version.state,
            span: Span::default(),
        }
    };
    Ok(Some(stored(secret, Some(versions.into_iter().map(version).collect()))))
}

fn stored(secret: &StoredSecret, versions: Option<Vec<fact::StoredVersion>>) -> Stored {
    Stored { name: secret.name.clone(), span: Span::default(), versions }
}
