//! `conflicting-declarations`: two schemas of one app that cannot both be right.

use super::gathered::{Gathered, Where};
use super::wording;
use crate::finding::Findings;
use crate::model::Model;
use crate::name::Name;
use crate::schemas::resolve::ConflictKind;
use crate::source::Place;

super::rule! {
    /// Two schemas of one app declare a variable in ways that no value can satisfy.
    ///
    /// ## Why is this bad?
    ///
    /// Whatever is set, one of the two refuses it, or one treats as public what the other keeps secret.
    ///
    /// ## When does it speak?
    ///
    /// Of a schema and one that it extends, where the type, the side or the secrecy differs; and of two schemas that one
    /// app evaluates, where the types or the lists of values have nothing in common, or the sides differ.
    ///
    /// ## When does it stay silent?
    ///
    /// Where one only tightens the other (a port where a number was, fewer values, required where it was optional), or
    /// fills in what it left open; and between an app's own schema and that of a library.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # packages/shared-env/env.schema.toml
    /// [server]
    /// API_URL = { type = "url" }
    /// ```
    ///
    /// ```toml
    /// # apps/web/env.schema.toml
    /// extends = ["../../packages/shared-env/env.schema.toml"]
    ///
    /// [server]
    /// API_URL = { type = "email" }
    /// ```
    ///
    /// ## Use instead
    ///
    /// One declaration, or two that agree.
    "conflicting-declarations", Error, since "0.1.0", check
}

fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let mut gathered: Gathered<(Place, Name, Place, ConflictKind), ()> = Gathered::new();
    for (app, schema) in model.schemas.iter().enumerate() {
        for conflict in &schema.resolved.conflicts {
            let key = (conflict.place.clone(), conflict.name.clone(), conflict.other.clone(), conflict.kind);
            gathered.at(model, app, [], key, ());
        }
    }
    for found in gathered.by_file(|(place, _, other, kind)| (place.path.clone(), other.path.clone(), *kind)) {
        if found.len() > wording::FEW {
            several(findings, &found);
            continue;
        }
        for ((place, name, other, kind), at, ()) in found {
            let message = format!("`{name}` of {} is declared {}", at.apps(), how(kind));
            let finding = findings.report(&place, "declared here", message);
            at.tell(finding);
            finding.variable(&name).related(&other, "and otherwise here").help(HELP);
        }
    }
}

const HELP: &str = "keep one of them, or make them agree";

type Found = ((Place, Name, Place, ConflictKind), Where, ());

fn several(findings: &mut Findings<'_>, found: &[Found]) {
    let Some((((place, _, other, kind), at, ()), more)) = found.split_first() else { return };
    let names = wording::names(found.iter().map(|((_, name, ..), ..)| name));
    let message = format!("{names} of {} are declared {}", at.apps(), how(*kind));
    let finding = findings.report(place, "declared here", message);
    at.tell(finding);
    finding.related(other, "and otherwise here");
    for ((place, ..), ..) in more {
        finding.related(place, "declared here");
    }
    finding.help(HELP);
}

fn how(kind: ConflictKind) -> &'static str {
    match kind {
        ConflictKind::Type => "with two types that have no value in common",
        ConflictKind::Side => "on two sides",
        ConflictKind::Secrecy => "as a secret and as none",
        ConflictKind::Values => "with two lists of values that have none in common",
    }
}
