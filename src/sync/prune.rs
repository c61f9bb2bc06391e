//! Secrets of this owner that nothing needs any more. They are listed; disabled only where that is asked for; never
//! deleted.

use std::collections::{BTreeMap, BTreeSet};

use crate::fact::VersionState;
use crate::model::Model;
use crate::name::SecretName;
use crate::stores::{SecretStore, StoreError, StoredSecret};

use super::decide::labelled_owner;
use super::journal::{Journal, Line};
use super::plan::{Plan, Prunable};
use super::wishes::{StoreChoice, Wishes, referenced};

/// The secrets that carry this owner's labels, have an enabled version, and are taken by nothing in the repository, in
/// whatever environment.
pub fn prunable(
    model: &Model<'_>,
    choice: &StoreChoice,
    wishes: &Wishes,
    stores: &[Box<dyn SecretStore>],
    listed: &[BTreeMap<SecretName, StoredSecret>],
) -> Result<Vec<Prunable>, StoreError> {
    let mut needed: BTreeSet<SecretName> = referenced(model, choice);
    for wish in &wishes.list {
        needed.insert(wish.secret.clone());
        needed.extend(wish.former.iter().map(|former| former.secret.clone()));
    }
    let mut found = Vec::new();
    for (index, wanted) in wishes.stores.iter().enumerate() {
        let (Some(store), Some(listed)) = (stores.get(index), listed.get(index)) else { continue };
        for secret in listed.values() {
            if labelled_owner(secret) != Some(wanted.owner.as_str()) || needed.contains(&secret.name) {
                continue;
            }
            let versions = store.versions(&secret.name)?.unwrap_or_default();
            let enabled = versions.into_iter().filter(|version| version.state == VersionState::Enabled);
            let enabled: Vec<String> = enabled.map(|version| version.number).collect();
            if !enabled.is_empty() {
                found.push(Prunable { store: index, secret: secret.name.clone(), enabled, disabled: None });
            }
        }
    }
    Ok(found)
}

/// Whether so much would be disabled that it looks like a mistake: more than a fifth of what this owner keeps there.
pub fn is_too_much(prunable: &[Prunable], wishes: &Wishes) -> bool {
    let all = prunable.len() + wishes.list.len();
    wishes.list.is_empty() || prunable.len() * 5 > all && prunable.len() > 1
}

/// Disables every enabled version of a secret, newest last, so that a run that stops midway leaves `latest` as it was.
pub fn disable(
    plan: &Plan,
    prunable: &Prunable,
    stores: &[Box<dyn SecretStore>],
    journal: &Journal,
) -> Result<(), StoreError> {
    let Some(store) = stores.get(prunable.store) else { return Ok(()) };
    let write_down = |step: &str, version: &str| {
        journal.write(&Line {
            environment: plan.environment.as_str(),
            store: plan.stores.get(prunable.store),
            secret: prunable.secret.as_str(),
            action: "disable",
            step,
            version: Some(version),
        });
    };
    for version in prunable.enabled.iter().rev() {
        write_down("begin", version);
        let result = store.disable(&prunable.secret, version);
        write_down(if result.is_ok() { "done" } else { "failed" }, version);
        result?;
    }
    Ok(())
}
