//! `shared-secret`: one value where there should be two.

use std::collections::{BTreeMap, BTreeSet};

use super::gathered::{Gathered, Where};
use super::wording;
use crate::fact::{Agreement, SettingValue};
use crate::finding::Findings;
use crate::model::{Binding, Model, Sighting, State, ViewLayer};
use crate::name::{Environment, Name};
use crate::source::{Place, SourcePath};
use crate::tables::placeholders;
use crate::value::Value;

super::rule! {
    /// Production shares a generated secret with another environment, or two different secrets hold one value.
    ///
    /// ## Why is this bad?
    ///
    /// Whoever can read the weaker place can sign, decrypt or log in at the stronger one, and neither can be rotated
    /// alone.
    ///
    /// ## When does it stay silent?
    ///
    /// Where the schema ties them together (`same_in`, `[[agree]]`), or the store keeps one secret for both; for
    /// placeholders and well-known development credentials, empty and short values; for one line that both
    /// environments read; for secrets that somebody else issues; and for two secrets of development or test.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # env.schema.toml
    /// [server]
    /// JWT_SECRET = { secret = true, generate = "base64:32" }
    /// ```
    ///
    /// ```sh
    /// # the same line in .env.staging and in .env.production
    /// JWT_SECRET=…
    /// ```
    ///
    /// ## Use instead
    ///
    /// A value of its own for each: `envcheck generate secret --for JWT_SECRET`.
    "shared-secret", Error, since "0.1.0", check
}

/// Shorter values are equal by chance, or are no secrets.
const SHORTEST: usize = 8;

/// A secret whose value is known, and where it stands.
struct Held<'m> {
    binding: &'m Binding,
    value: &'m Value,
    place: &'m Place,
    sighting: &'m Sighting,
}

fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let mut held: BTreeMap<usize, Vec<Held<'_>>> = BTreeMap::new();
    for binding in model.bindings.iter().filter(|binding| binding.declaration.secret == Some(true)) {
        for sighting in &binding.sightings {
            let (State::Given(value), Some(winner)) = (&sighting.state, &sighting.winner) else { continue };
            if is_telling(&binding.name, value) {
                held.entry(binding.app).or_default().push(Held { binding, value, place: &winner.place, sighting });
            }
        }
    }
    between_environments(model, findings, &held);
    between_names(model, findings, &held);
}

/// Whether two of such a value can be no accident.
fn is_telling(name: &Name, value: &Value) -> bool {
    value.expose().chars().count() >= SHORTEST
        && !placeholders::is_placeholder_in(name, value, true)
        && !placeholders::development_credential(name, value)
}

fn between_environments(model: &Model<'_>, findings: &mut Findings<'_>, held: &BTreeMap<usize, Vec<Held<'_>>>) {
    let mut gathered: Gathered<(Place, Name), (BTreeSet<Place>, Place)> = Gathered::new();
    for (app, held) in held {
        let mut by_name: BTreeMap<&Name, Vec<&Held<'_>>> = BTreeMap::new();
        for one in held.iter().filter(|one| one.binding.declaration.generate.is_some()) {
            by_name.entry(&one.binding.name).or_default().push(one);
        }
        for (name, held) in by_name {
            let production = held.iter().filter(|one| is_production(model, &one.binding.environment));
            for one in production {
                let shares = |other: &&&Held<'_>| {
                    other.binding.environment != one.binding.environment
                        && other.value == one.value
                        && other.place != one.place
                        && !hands_on(model, one, other)
                        && !is_shared_on_purpose(model, *app, one.binding, other.binding)
                };
                let others: Vec<&&Held<'_>> = held.iter().filter(shares).collect();
                if others.is_empty() {
                    continue;
                }
                let environments = others.iter().map(|other| other.binding.environment.clone());
                let environments = environments.chain([one.binding.environment.clone()]);
                let places = others.iter().map(|other| other.place.clone()).collect();
                let key = (one.place.clone(), name.clone());
                gathered.at(model, *app, environments, key, (places, one.binding.place.clone()));
            }
        }
    }
    for found in gathered.by_file(|(place, _)| place.path.clone()) {
        if found.len() > wording::FEW {
            several(findings, &found);
            continue;
        }
        for ((place, name), at, (others, declared)) in found {
            let message = format!("`{name}` of {} holds one value in {}", at.apps(), at.environments());
            let finding = findings.report(&place, "in production", message);
            at.tell(finding);
            finding.variable(&name);
            for other in others {
                finding.related(&other, "the same value");
            }
            finding.related(&declared, "declared here").help(ONE_FOR_EACH);
        }
    }
}

/// Whether a target only hands on the line that gives the other its value: the file of this one machine feeds both.
fn hands_on(model: &Model<'_>, one: &Held<'_>, other: &Held<'_>) -> bool {
    let refers = one.sighting.winner.as_ref().is_some_and(|winner| match &winner.value {
        SettingValue::Given(template) => template.references().iter().any(|of| of.name == one.binding.name),
        _ => false,
    });
    let surroundings = &model.views[one.sighting.view].surroundings;
    let given = |layer: &ViewLayer| layer.settings.last(&one.binding.name).cloned();
    let first = surroundings.iter().find_map(given);
    let is_local = |path: &SourcePath| model.project.files.get(path).is_some_and(|file| file.local);
    refers && is_local(&other.place.path) && first.is_some_and(|line| line.place == *other.place)
}

const ONE_FOR_EACH: &str =
    "make a value of its own for each environment, or say `same_in` in the schema if it is meant";

/// A secret of production, and where others hold its value and what declares it.
type Shared = ((Place, Name), Where, (BTreeSet<Place>, Place));

fn several(findings: &mut Findings<'_>, found: &[Shared]) {
    let Some((((place, _), at, _), more)) = found.split_first() else { return };
    let names = wording::names(found.iter().map(|((_, name), ..)| name));
    let message = format!("{names} of {} hold the same values in {}", at.apps(), at.environments());
    let finding = findings.report(place, "in production", message);
    at.tell(finding);
    for ((place, _), ..) in more {
        finding.related(place, "in production");
    }
    for other in found.iter().flat_map(|(_, _, (others, _))| others) {
        finding.related(other, "the same value");
    }
    finding.help(ONE_FOR_EACH);
}

fn is_production(model: &Model<'_>, environment: &Environment) -> bool {
    model.environments.is_among(environment, &["production".to_owned()])
}

/// Whether the schema wants one value in both, or the store keeps one secret for both.
fn is_shared_on_purpose(model: &Model<'_>, app: usize, one: &Binding, other: &Binding) -> bool {
    let same = &one.declaration.same_in;
    let in_schema =
        model.environments.is_among(&one.environment, same) && model.environments.is_among(&other.environment, same);
    let id =
        |of: &Binding| model.stores.secret_name(&model.apps.list[app], &of.environment, &model.environments, &of.name);
    !same.is_empty() && in_schema || id(one).is_some_and(|one| id(other) == Some(one))
}

fn between_names(model: &Model<'_>, findings: &mut Findings<'_>, held: &BTreeMap<usize, Vec<Held<'_>>>) {
    let mut gathered: Gathered<Vec<(Place, Name)>, Vec<Place>> = Gathered::new();
    for (app, held) in held {
        let mut by_value: BTreeMap<(&Environment, &str), Vec<&Held<'_>>> = BTreeMap::new();
        for one in held {
            let environment = &one.binding.environment;
            let deployed = model.is_deployed(environment);
            if deployed && one.binding.declaration.issued_by.is_none() {
                by_value.entry((environment, one.value.expose())).or_default().push(one);
            }
        }
        for ((environment, _), mut held) in by_value {
            held.sort_by_key(|one| &one.binding.name);
            held.dedup_by_key(|one| &one.binding.name);
            let tied = tied(model, *app, &held);
            let untied: Vec<&&Held<'_>> = held.iter().filter(|one| !tied.contains(&one.binding.name)).collect();
            if untied.len() < 2 {
                continue;
            }
            let key = untied.iter().map(|one| (one.place.clone(), one.binding.name.clone())).collect();
            let declared = untied.iter().map(|one| one.binding.place.clone()).collect();
            gathered.at(model, *app, [environment.clone()], key, declared);
        }
    }
    for (places, at, declared) in gathered.all() {
        let Some(((place, _), more)) = places.split_first() else { continue };
        let names = wording::names(places.iter().map(|(_, name)| name));
        let message = format!("{names} of {} hold one value in {}", at.apps(), at.environments());
        let finding = findings.report(place, "one value", message);
        at.tell(finding);
        for (place, _) in more {
            finding.related(place, "the same value");
        }
        for place in declared {
            finding.related(&place, "declared here");
        }
        finding.help("make a value of its own for each, or tie them with `[[agree]]` in the schema if it is meant");
    }
}

/// Those that have one value on purpose: the schema says that they tell one fact, or are one under two names.
fn tied<'m>(model: &'m Model<'_>, app: usize, held: &[&Held<'m>]) -> BTreeSet<&'m Name> {
    let names: BTreeSet<&Name> = held.iter().map(|one| &one.binding.name).collect();
    let mut tied = BTreeSet::new();
    for one in held {
        for former in one.binding.declaration.renamed_from.iter().filter(|former| names.contains(former)) {
            tied.extend([former, &one.binding.name]);
        }
    }
    for (_, agree) in &model.schemas[app].resolved.agrees {
        let Agreement::Equal(equal) = &agree.relation else { continue };
        let both: Vec<&Name> = equal.iter().filter(|name| names.contains(name)).collect();
        if both.len() > 1 {
            tied.extend(both);
        }
    }
    tied
}
