//! `unavailable-version`: the secret is stored, and the version that is used is not to be had.

use std::collections::BTreeSet;

use crate::fact::{SettingValue, StoreKind, VersionState};
use crate::finding::Findings;
use crate::model::{Binding, Holding, Model, State, StoredState, version_state};
use crate::name::{SecretName, Version};
use crate::source::Place;

super::rule! {
    /// The version of a secret that an environment gets is disabled, destroyed or absent.
    ///
    /// ## Why is this bad?
    ///
    /// The secret is listed, and yet the deploy fails. `latest` is the newest version *whatever its state is*: when it is
    /// disabled, Secret Manager does not fall back to the one before.
    ///
    /// ## When does it stay silent?
    ///
    /// Where the listing says nothing of versions.
    ///
    /// ## Example
    ///
    /// ```json
    /// [{ "name": "projects/1/secrets/shop-api-key-prod/versions/2", "state": "DISABLED" }]
    /// ```
    ///
    /// ## Use instead
    ///
    /// Enable the version, add a new one, or pin one that is enabled.
    "unavailable-version", Error, since "0.1.0", check
}

fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let mut seen: BTreeSet<(SecretName, String)> = BTreeSet::new();
    for binding in model.bindings.iter().filter(|binding| binding.required) {
        let injected = binding.sightings.iter().find_map(|sighting| match (&sighting.state, &sighting.winner) {
            (State::Injected(secret, version), Some(winner)) => {
                let SettingValue::Injected { store, .. } = winner.value else { return None };
                Some((Some(store), secret.clone(), version.clone(), winner.place.clone()))
            }
            _ => None,
        });
        let stored = match &binding.stored {
            // Where no target says which version it takes, it is the newest.
            Some(StoredState::Held(secret, _)) if !binding.is_given() => {
                Some((None, secret.clone(), Version::Latest, binding.place.clone()))
            }
            _ => None,
        };
        let Some((store, secret, version, place)) = injected.or(stored) else { continue };
        if seen.insert((secret.clone(), version.to_string())) {
            judge(model, findings, binding, store, &secret, &version, &place);
        }
    }
}

fn judge(
    model: &Model<'_>,
    findings: &mut Findings<'_>,
    binding: &Binding,
    store: Option<StoreKind>,
    secret: &SecretName,
    version: &Version,
    place: &Place,
) {
    let Ok(Holding::Held(path, stored)) = model.stores.holding(&binding.environment, store, secret) else { return };
    let what = match version_state(stored, version) {
        Some(Some(VersionState::Disabled)) => "disabled",
        Some(Some(VersionState::Destroyed)) => "destroyed",
        Some(None) => "absent",
        _ => return,
    };
    let app = &model.apps.list[binding.app].name;
    let message = format!(
        "the version `{version}` of `{secret}`, which is `{}` of {app} in {}, is {what}",
        binding.name, binding.environment
    );
    let span =
        stored.versions.as_ref().and_then(|versions| versions.first()).map_or(stored.span, |version| version.span);
    findings
        .report(place, "taken from the store", message)
        .variable(&binding.name)
        .app(app)
        .environment(&binding.environment)
        .related(&Place::new(path, span), format!("{what} here"))
        .help("enable it, add a new version, or pin one that is enabled");
}
