//! `placeholder-value`: something that somebody still has to fill in reached an environment that users meet.

use std::collections::BTreeMap;

use super::kinds::{self, Fault, Kind};
use crate::fact::TargetKind;
use crate::finding::{Findings, Level};
use crate::model::Model;
use crate::model::{Origin, Slot};
use crate::name::Name;
use crate::source::Place;
use crate::syntax::url;
use crate::tables::{placeholders, secret_names};

super::rule! {
    /// A value that stands in for a real one is used where the app is deployed.
    ///
    /// ## Why is this bad?
    ///
    /// The app starts, and signs its sessions with `changeme`, or takes the password that stands in the documentation
    /// of the image. Whoever reads the repository, or just guesses, is in.
    ///
    /// ## When does it stay silent?
    ///
    /// In templates. In development and test, where there is a warning for a secret that its schema says how to
    /// `generate`. A compose file that names no environment, the last stage of a Dockerfile and a default in a schema
    /// are warnings: nobody knows who runs them. There only secrets count. A substitution of Cloud Build is a warning as
    /// well, and nothing at all where the file leaves others of them to its trigger.
    ///
    /// ## Example
    ///
    /// ```sh
    /// # .env.production
    /// JWT_SECRET=changeme
    /// ```
    ///
    /// ## Use instead
    ///
    /// A generated value from a store, or in compose `${JWT_SECRET:?}`, which refuses to start without one.
    "placeholder-value", Error, since "0.1.0", check
}

const VALUE: Kind = Kind {
    one: "is still a placeholder",
    many: "are still placeholders",
    label: "a placeholder",
    help: "give it a real value, best from a store; `${NAME:?}` in compose refuses to start without one",
};

const VALUE_ELSEWHERE: Kind = Kind { help: "give it a real value; a secret best from a store", ..VALUE };

const KNOWN: Kind = Kind {
    one: "is a credential that everyone knows",
    many: "are credentials that everyone knows",
    label: "a well-known credential",
    help: "generate a value of its own and keep it in a store",
};

const FALLBACK: Kind = Kind {
    one: "falls back to a placeholder",
    many: "fall back to placeholders",
    label: "used where nobody sets it",
    help: "write `${NAME:?}`, which refuses to start without a value",
};

const FALLBACK_ELSEWHERE: Kind = Kind { help: VALUE_ELSEWHERE.help, ..FALLBACK };

const DEFAULT: Kind = Kind {
    one: "is a secret with a default that everyone can read",
    many: "are secrets with defaults that everyone can read",
    label: "has a default",
    help: "remove the default, or give it to development alone",
};

const COPIED: Kind = Kind {
    one: "is the value that the template shows",
    many: "are the values that the template shows",
    label: "as in the template",
    help: "generate a value of its own and keep it in a store",
};

fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let all = &model.slots;
    let mut shown: BTreeMap<&Name, Vec<&Slot<'_>>> = BTreeMap::new();
    for slot in all.iter().filter(|slot| slot.origin == Origin::Template) {
        shown.entry(slot.name).or_default().push(slot);
    }
    let mut faults = Vec::new();
    let bundled = model.bundled_slots();
    for slot in all.iter().chain(&bundled) {
        let secret = slot.secret;
        if let Some((kind, level)) = judge(model, slot, secret) {
            faults.push(Fault { slot, kind, level, related: Vec::new() });
        } else if secret && slot.origin == Origin::EnvFile && slot.deployed {
            let templates = shown.get(slot.name).map_or(&[][..], Vec::as_slice);
            if let Some(place) = template_value(slot, templates) {
                faults.push(Fault { slot, kind: COPIED, level: Level::Error, related: vec![(place, "shown here")] });
            }
        }
    }
    kinds::report(model, findings, faults);
}

/// What is wrong with a value, and how grave that is.
fn judge(model: &Model<'_>, slot: &Slot<'_>, secret: bool) -> Option<(Kind, Level)> {
    let name = slot.name;
    let placeholder = || placeholders::is_placeholder_in(name, &slot.value, secret) && !is_meant(slot, secret);
    let known = || {
        (secret || secret_names::carries_credentials(&slot.value))
            && placeholders::development_credential(name, &slot.value)
    };
    let level = if slot.is_unnamed() || slot.replaceable { Level::Warning } else { Level::Error };
    match slot.origin {
        Origin::EnvFile if slot.environment.is_none() => None,
        Origin::EnvFile if !slot.deployed => {
            (secret && is_generated(model, slot) && placeholder()).then_some((VALUE, Level::Warning))
        }
        Origin::EnvFile | Origin::Target(_) | Origin::Bundle if slot.deployed => {
            let of_compose = is_of_compose(model, slot);
            // What stands in for a variable of a machine is for a first try; nobody tries a pipeline out.
            let is_for_a_try = slot.fallback && of_compose || slot.is_unnamed();
            let counts = secret || !is_for_a_try || secret_names::carries_credentials(&slot.value);
            let fallback = if of_compose { FALLBACK } else { FALLBACK_ELSEWHERE };
            if counts && placeholder() {
                // `https://shop.example.com` of a demonstration is wrong, but gives nothing away.
                let harmless = !secret && !secret_names::carries_credentials(&slot.value);
                let value = if of_compose { VALUE } else { VALUE_ELSEWHERE };
                Some((if slot.fallback { fallback } else { value }, if harmless { Level::Warning } else { level }))
            } else if known() {
                Some((if slot.fallback { fallback } else { KNOWN }, level))
            } else {
                None
            }
        }
        Origin::Image { argument: false, last_stage: true } if slot.deployed && secret => {
            (placeholder() || known()).then_some((VALUE, Level::Warning))
        }
        Origin::SchemaDefault if slot.deployed && secret => {
            (is_declared_secret(model, slot) || placeholder()).then_some((DEFAULT, Level::Warning))
        }
        _ => None,
    }
}

/// Whether compose itself gives it, so that `${NAME:?}` can stand there.
fn is_of_compose(model: &Model<'_>, slot: &Slot<'_>) -> bool {
    let Origin::Target(target) = slot.origin else { return false };
    model.targets.get(target).is_none_or(|target| target.target.kind == TargetKind::ComposeService)
}

/// Whether the value or the name says that nothing else will ever stand there: `null` turns a secret off, and what is
/// for tests and developers is theirs wherever it is written.
fn is_meant(slot: &Slot<'_>, secret: bool) -> bool {
    const OFF: &[&str] = &["null", "none", "nil"];
    const NOT_FOR_USERS: &[&str] = &["TEST", "E2E", "DEV", "LOCAL", "DEMO", "MOCK", "EXAMPLE"];
    let is_for_others = |token: &str| NOT_FOR_USERS.iter().any(|word| token.eq_ignore_ascii_case(word));
    // An app, a database or a queue may well be called `todo`, and a domain begin with `example-`.
    let text = slot.value.expose();
    let is_a_name = !secret && (text == "todo" || text.starts_with("example-") && text.contains('.'));
    is_a_name
        || !secret && is_of_a_demonstration(text)
        || OFF.iter().any(|word| text.eq_ignore_ascii_case(word))
        || slot.name.as_str().split('_').any(is_for_others)
}

/// An address below a domain that is kept for documents (RFC 2606), such as `https://shop.staging.example.com`: a
/// demonstration keeps its addresses apart with it. The bare domain is a placeholder.
fn is_of_a_demonstration(text: &str) -> bool {
    let host = url::first_host(text).or_else(|| text.rsplit('@').next()).unwrap_or(text);
    [".example.com", ".example.org", ".example.net"].iter().any(|domain| host.ends_with(domain))
}

fn is_generated(model: &Model<'_>, slot: &Slot<'_>) -> bool {
    let mut declared = slot.apps.iter().filter_map(|app| model.schemas[*app].declaration(slot.name));
    declared.any(|declared| declared.declaration.generate.is_some())
}

fn is_declared_secret(model: &Model<'_>, slot: &Slot<'_>) -> bool {
    let mut declared = slot.apps.iter().filter_map(|app| model.schemas[*app].declaration(slot.name));
    declared.any(|declared| declared.declaration.secret == Some(true))
}

/// Where a template of the same app shows this very value.
fn template_value(slot: &Slot<'_>, templates: &[&Slot<'_>]) -> Option<Place> {
    let same =
        |template: &&&Slot<'_>| template.value == slot.value && template.apps.iter().any(|app| slot.apps.contains(app));
    templates.iter().find(same).map(|template| template.place())
}
