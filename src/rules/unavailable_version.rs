//! `unavailable-version`: the secret is stored, and the version that is used is not to be had.

use std::collections::BTreeSet;

use crate::fact::{StoreKind, VersionState};
use crate::finding::{Finding, Findings};
use crate::model::{Holding, Model, StoredState, version_state};
use crate::name::{Environment, SecretName, Version};
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
    let mut seen: BTreeSet<(&Environment, &SecretName, String)> = BTreeSet::new();
    for taken in model.injections() {
        let environment = &taken.target.environment;
        if !seen.insert((environment, taken.secret, taken.version.to_string())) {
            continue;
        }
        let app = taken.target.app.map(|app| model.apps.list[app].name.as_str());
        let what = match (taken.variable, taken.name) {
            (Some(name), _) => format!("which is `{name}`"),
            (None, "") => "which is a part of what it gets".to_owned(),
            (None, path) => format!("which is the file `{path}`"),
        };
        let of = app.unwrap_or(&taken.target.target.name);
        let judged = Judged { environment, secret: taken.secret, version: taken.version, place: taken.place };
        let finding = judge(model, findings, &judged, Some(taken.store), &format!("{what} of {of}"));
        if let (Some(finding), Some(app)) = (finding, app) {
            finding.app(app);
            if let Some(name) = taken.variable {
                finding.variable(name);
            }
        }
    }
    for binding in model.bindings.iter().filter(|binding| binding.required && !binding.is_given()) {
        // Where no target says which version it takes, it is the newest.
        let Some(StoredState::Held(secret, _)) = &binding.stored else { continue };
        let version = Version::Latest;
        if !seen.insert((&binding.environment, secret, version.to_string())) {
            continue;
        }
        let app = &model.apps.list[binding.app].name;
        let judged = Judged { environment: &binding.environment, secret, version: &version, place: &binding.place };
        let what = format!("which is `{}` of {app}", binding.name);
        if let Some(finding) = judge(model, findings, &judged, None, &what) {
            finding.variable(&binding.name).app(app);
        }
    }
}

/// A version that is taken, and where.
struct Judged<'m> {
    environment: &'m Environment,
    secret: &'m SecretName,
    version: &'m Version,
    place: &'m Place,
}

fn judge<'f>(
    model: &Model<'_>,
    findings: &'f mut Findings<'_>,
    judged: &Judged<'_>,
    store: Option<StoreKind>,
    whose: &str,
) -> Option<&'f mut Finding> {
    let Judged { environment, secret, version, place } = judged;
    let Ok(Holding::Held(path, stored)) = model.stores.holding(environment, store, secret) else { return None };
    let what = match version_state(stored, version) {
        Some(Some(VersionState::Disabled)) => "disabled",
        Some(Some(VersionState::Destroyed)) => "destroyed",
        Some(None) => "absent",
        _ => return None,
    };
    let message = format!("the version `{version}` of `{secret}`, {whose} in {environment}, is {what}");
    let versions = stored.versions.as_deref().unwrap_or_default();
    let named = versions.iter().find(|known| matches!(version, Version::Pinned(number) if *number == known.number));
    let span = named.or(versions.first()).map_or(stored.span, |version| version.span);
    let finding = findings.report(place, "taken from the store", message);
    finding
        .environment(environment)
        .related(&Place::new(path, span), format!("{what} here"))
        .help("enable it, add a new version, or pin one that is enabled");
    Some(finding)
}
