//! `misplaced-credential`: a credential of one kind in the slot, or in the environment, of another.

use std::collections::BTreeSet;

use crate::finding::Findings;
use crate::model::Model;
use crate::model::{Origin, Slot};
use crate::tables::placeholders;
use crate::tables::providers::{self, Hit, Mode};

super::rule! {
    /// A credential stands where one of another kind, or of another environment, belongs.
    ///
    /// ## Why is this bad?
    ///
    /// A test key in production takes orders and no money; a live key in development charges real cards. A publishable
    /// key in the slot of a secret one answers every call with *401*, and the other way round gives the secret away.
    ///
    /// ## When does it stay silent?
    ///
    /// On values whose provider is not known, on names that say *test* or *live* themselves, and between providers that
    /// speak the same protocol. Staging may use either mode.
    ///
    /// ## Example
    ///
    /// ```sh
    /// # .env
    /// STRIPE_SECRET_KEY=whsec_…
    /// ```
    ///
    /// ## Use instead
    ///
    /// The key that the variable's name asks for, of the environment that the file is for.
    "misplaced-credential", Error, since "0.1.0", check
}

fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let mut seen = BTreeSet::new();
    for slot in &model.slots {
        let name = slot.name.as_str();
        let Some(hit) = providers::find(slot.name, &slot.value) else { continue };
        if placeholders::is_placeholder_in(slot.name, &slot.value, true)
            || placeholders::development_credential(slot.name, &slot.value)
            || !seen.insert((slot.place(), slot.name.clone(), slot.environment.clone()))
        {
            continue;
        }
        let what = hit.provider.what;
        // What browsers get is graver, and `public-secret`'s.
        let is_public = slot.apps.iter().any(|app| model.public_prefix(*app, slot.name).is_some());
        if let Some(wanted) = other_kind(name, &hit).filter(|_| !(is_public && hit.is_secret())) {
            let message = format!("`{name}` holds {what}, and its name asks for {wanted}");
            let finding = findings.report(&slot.place(), what, message);
            finding.variable(slot.name).help("exchange it for the credential that the name asks for");
            continue;
        }
        let Some((environment, held)) = other_mode(slot, &hit) else { continue };
        let message = format!("`{name}` holds {what} of the {held} in {environment}");
        let finding = findings.report(&slot.place(), format!("of the {held}"), message);
        finding.variable(slot.name).environment(environment);
        finding.help("use the key that the provider made for this environment");
    }
}

/// What the name asks for, where the value is another kind of credential.
fn other_kind(name: &str, hit: &Hit) -> Option<&'static str> {
    let held = hit.provider;
    let upper = name.to_ascii_uppercase();
    if held.names.is_empty() || held.belongs_into(&upper) {
        return None;
    }
    let wanted = providers::wanted(&upper)?;
    let is_kin = !held.kin.is_empty() && held.kin == wanted.kin;
    // Shapes that several services share tell their owner by the name alone.
    let is_shared = held.owner == "Stripe" && wanted.owner != "Stripe" && wanted.kind == held.kind;
    (!is_kin && !is_shared).then_some(wanted.what)
}

/// The environment, and whose credential stands in it.
fn other_mode<'s>(slot: &'s Slot<'_>, hit: &Hit) -> Option<(&'s crate::name::Environment, &'static str)> {
    let environment = slot.environment.as_ref()?;
    let says = |words: &[&str]| {
        let name = slot.name.as_str().to_ascii_uppercase();
        name.split('_').any(|token| words.contains(&token))
    };
    if slot.origin == Origin::Template || says(&["TEST", "SANDBOX", "LIVE", "PROD", "PRODUCTION", "DEV"]) {
        return None;
    }
    match (hit.mode?, environment.as_str()) {
        (Mode::Test, "production") => Some((environment, "test environment")),
        (Mode::Live, "development" | "test") => Some((environment, "live environment")),
        _ => None,
    }
}
