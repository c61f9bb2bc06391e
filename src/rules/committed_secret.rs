//! `committed-secret`: a credential that works stands in a file that everyone with the repository has.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::{Findings, Label, Level};
use crate::model::Model;
use crate::model::Slot;
use crate::source::{Place, SourcePath};
use crate::tables::providers::{self, Hit, Kind, Truth};
use crate::tables::{entropy, placeholders, public};

super::rule! {
    /// A live-looking credential stands in a file that git tracks.
    ///
    /// ## Why is this bad?
    ///
    /// Everyone who can read the repository, its forks and its backups has it, and so does everyone who ever could: it
    /// stays in the history when the line is removed.
    ///
    /// ## When does it stay silent?
    ///
    /// On placeholders, on keys that providers print in their documentation, on what is public by design (publishable
    /// keys, DSNs, anon keys), on addresses of containers, on references into stores, and in files that git ignores. In
    /// tests, unless a checksum proves the credential, which is a warning.
    ///
    /// ## Example
    ///
    /// ```sh
    /// # .env.example
    /// DATABASE_URL=postgres://app:n8WqZ3r0pLk@db.shop.io:5432/shop
    /// ```
    ///
    /// ## Use instead
    ///
    /// Make a new credential and revoke this one, first of all. Then write a placeholder here, and keep the value in a
    /// store or in a file that git ignores.
    "committed-secret", Error, since "0.1.0", check
}

const HELP: &str = "revoke it and make a new one first: it is in the history too; then write a placeholder here";

fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    // Whatever is the same value is one finding; the values are compared in memory and never leave it.
    let mut live_ones: BTreeMap<&str, Vec<(&Slot<'_>, Hit)>> = BTreeMap::new();
    let mut whole: BTreeSet<(&SourcePath, &str)> = BTreeSet::new();
    for (slot, hit) in model.slots.iter().filter_map(|slot| Some((slot, live(slot)?))) {
        if hit.is_secret() {
            whole.insert((slot.path, hit.provider.owner));
        }
        live_ones.entry(slot.value.expose()).or_default().push((slot, hit));
    }
    let mut places: BTreeMap<&str, BTreeSet<Place>> = BTreeMap::new();
    for slot in model.slots.iter().filter(|slot| live_ones.contains_key(slot.value.expose())) {
        places.entry(slot.value.expose()).or_default().insert(slot.place());
    }
    for (value, same) in live_ones {
        let counts = |slot: &Slot<'_>, hit: &Hit| {
            let is_whole = || whole.contains(&(slot.path, hit.provider.owner));
            !slot.local && (hit.is_secret() || hit.provider.kind == Kind::Half && is_whole())
        };
        let mut tracked: Vec<(&Slot<'_>, Hit)> = same
            .into_iter()
            .filter(|(slot, hit)| counts(slot, hit))
            .filter(|(slot, hit)| !slot.is_for_tests() || hit.truth == Truth::Certain && !hit.provider.owner.is_empty())
            .collect();
        // The place outside the tests is the graver one.
        tracked.sort_by_key(|(slot, _)| slot.is_for_tests());
        let Some((slot, hit)) = tracked.first() else { continue };
        let what = hit.provider.what;
        let message = format!("`{}` holds {what}, in a file that git does not ignore", slot.name);
        let finding = findings.report(&slot.place(), what, message);
        finding.variable(slot.name).help(HELP);
        finding.at_level(if slot.is_for_tests() { Level::Warning } else { Level::Error });
        let others = places.get(value).into_iter().flatten().filter(|other| **other != finding.primary.place);
        let labels: Vec<Label> = others.map(|other| Label::new(other, "the same value")).collect();
        finding.related.extend(labels);
    }
}

/// The credential that a value is, if it looks as if it worked.
pub(super) fn live(slot: &Slot<'_>) -> Option<Hit> {
    let hit = providers::find(slot.name, &slot.value)?;
    if hit.provider.kind == Kind::Public
        || matches!(hit.truth, Truth::Damaged | Truth::Other)
        || placeholders::is_placeholder_in(slot.name, &slot.value, true)
        || placeholders::development_credential(slot.name, &slot.value)
        || is_public(slot.name.as_str(), &hit)
    {
        return None;
    }
    let body = body(slot.value.expose(), &hit);
    (hit.truth == Truth::Certain || is_varied(body)).then_some(hit)
}

/// Keys that are secret in one slot and meant for the browser in another.
fn is_public(name: &str, hit: &Hit) -> bool {
    let rest = public::possible_prefix(name).map_or(name, |(_, rest)| rest);
    let by_name = || public::public_by_design(rest).is_some();
    match hit.provider.what {
        "a Google API key" => by_name() || rest != name || rest.contains("FIREBASE") || rest.contains("MAPS"),
        "a JSON Web Token" => by_name() || rest.contains("ANON"),
        _ => false,
    }
}

/// What stands behind the part that every credential of the kind has.
fn body<'t>(text: &'t str, hit: &Hit) -> &'t str {
    let keyword = hit.provider.keywords.iter().find(|keyword| text.starts_with(**keyword));
    keyword.and_then(|keyword| text.strip_prefix(keyword)).unwrap_or(text)
}

/// Neither a run of letters nor words: what a person writes in the shape of a key has little variety.
fn is_varied(body: &str) -> bool {
    let limit = if body.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-') { 2.5 } else { 3.0 };
    entropy::bits(body) >= limit && !entropy::lacks_variety(body)
}
