//! `disagreeing-values`: one fact told twice, in two ways.

mod described_twice;

use std::collections::BTreeMap;

use super::gathered::{Gathered, Where};
use super::wording;
use crate::fact::{Agreement, Type};
use crate::finding::Findings;
use crate::model::{Binding, Model, Presences, State};
use crate::name::{Environment, Name};
use crate::schemas::agreement::{agree, part_agrees};
use crate::source::{Place, SourcePath, Span};
use crate::value::Value;

super::rule! {
    /// Variables that tell one fact twice tell it differently.
    ///
    /// ## Why is this bad?
    ///
    /// A part of the app talks to one database and a part to another, or the migration runs where nobody looks.
    ///
    /// ## When does it speak?
    ///
    /// Of what the schema says must agree: a URL and the variables that repeat its parts, or variables of equal value
    /// (`[[agree]]`), and one variable in several environments (`same_in`). And of a service that Terraform or a manifest
    /// gives one secret, and the command that deploys it another: a warning.
    ///
    /// ## When does it stay silent?
    ///
    /// Where a value is unknown or not set, or the URL lacks the part. A default port equals an absent one, and
    /// percent-encoding is undone.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # env.schema.toml
    /// [[agree]]
    /// url = "DB_PG_URL"
    /// host = "DB_PG_HOST"
    /// ```
    ///
    /// ```sh
    /// # .env
    /// DB_PG_URL=postgres://shop@db-2.internal/shop
    /// DB_PG_HOST=db-1.internal
    /// ```
    ///
    /// ## Use instead
    ///
    /// Say it the same in both, or build one from the other: `postgres://shop@${DB_PG_HOST}/shop`.
    "disagreeing-values", Error, since "0.1.0", check
}

/// A relation that is broken: where, and by what.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Broken {
    place: Place,
    fault: Fault,
    relation: (SourcePath, Span),
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    /// A URL, the parts, and the variables that repeat them.
    Parts(Name, Vec<String>, Vec<Name>),
    /// A variable, and those that must equal it.
    Equal(Name, Vec<Name>),
}

fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    relations(model, findings);
    environments(model, findings);
    described_twice::find(model, findings);
}

fn relations(model: &Model<'_>, findings: &mut Findings<'_>) {
    if model.schemas.iter().all(|schema| schema.resolved.agrees.is_empty()) {
        return;
    }
    let presences = Presences::new(model);
    let mut gathered: Gathered<Broken, Vec<Place>> = Gathered::new();
    for (index, view) in model.views.iter().enumerate() {
        let known = |name: &Name| {
            let sighting = presences.sighting(index, name);
            match (sighting.state, sighting.winner) {
                (State::Given(value), Some(winner)) => Some((value, winner.place.clone())),
                _ => None,
            }
        };
        for (path, relation) in &model.schemas[view.app].resolved.agrees {
            let relation_place = (path.clone(), relation.span);
            match &relation.relation {
                Agreement::Parts { url, parts } => {
                    let Some((address, place)) = known(url) else { continue };
                    let broken: Vec<(&String, &Name, Place)> = parts
                        .iter()
                        .filter_map(|(part, name)| Some((part, name, known(name)?)))
                        .filter(|(part, _, (told, _))| part_agrees(part, &address, told) == Some(false))
                        .map(|(part, name, (_, place))| (part, name, place))
                        .collect();
                    if broken.is_empty() {
                        continue;
                    }
                    let words = broken.iter().map(|(part, ..)| (*part).clone()).collect();
                    let names = broken.iter().map(|(_, name, _)| (*name).clone()).collect();
                    let fault = Fault::Parts(url.clone(), words, names);
                    let related = broken.into_iter().map(|(.., place)| place).collect();
                    gathered.add(model, view, Broken { place, fault, relation: relation_place }, related);
                }
                Agreement::Equal(names) => {
                    let known: Vec<(&Name, (Value, Place))> =
                        names.iter().filter_map(|name| Some((name, known(name)?))).collect();
                    let Some(((first, (value, place)), others)) = known.split_first() else { continue };
                    let kind = common_type(names.iter().map(|name| presences.shape(index, name).0));
                    let differs = |(_, (told, _)): &&(&Name, (Value, Place))| !agree(kind, value, told);
                    let differing: Vec<&(&Name, (Value, Place))> = others.iter().filter(differs).collect();
                    let Some((_, (_, other_place))) = differing.first() else { continue };
                    let names = differing.iter().map(|(name, _)| (*name).clone()).collect();
                    let fault = Fault::Equal((*first).clone(), names);
                    let broken = Broken { place: other_place.clone(), fault, relation: relation_place };
                    let places = differing.iter().skip(1).map(|(_, (_, place))| place);
                    gathered.add(model, view, broken, std::iter::once(place).chain(places).cloned().collect());
                }
            }
        }
    }
    for (broken, at, related) in gathered.all() {
        let (apps, environments) = (at.apps(), at.environments());
        let (message, variable, help) = match &broken.fault {
            Fault::Parts(url, parts, names) => (
                format!(
                    "`{url}` of {apps} names another {} than {} in {environments}",
                    wording::words(parts),
                    wording::names(names)
                ),
                url,
                "say it the same in both, or build the URL from its parts",
            ),
            Fault::Equal(first, others) => (
                match others.as_slice() {
                    [other] => format!("`{first}` and `{other}` of {apps} must be equal and differ in {environments}"),
                    others => {
                        format!(
                            "{} of {apps} must equal `{first}` and differ in {environments}",
                            wording::names(others)
                        )
                    }
                },
                others.first().unwrap_or(first),
                "give both the same value, or let one take the other's",
            ),
        };
        let finding = findings.report(&broken.place, "says one thing", message);
        at.tell(finding);
        finding.variable(variable).help(help);
        for place in related {
            finding.related(&place, "says another");
        }
        let (path, span) = &broken.relation;
        finding.related(&Place::new(path, *span), "they must agree");
    }
}

/// The type by which several variables are compared: theirs if they have one, else the text decides.
fn common_type(mut kinds: impl Iterator<Item = Type>) -> Type {
    let first = kinds.next().unwrap_or_default();
    if kinds.all(|kind| kind == first) { first } else { Type::String }
}

/// `same_in`: one variable in several environments.
fn environments(model: &Model<'_>, findings: &mut Findings<'_>) {
    let mut by_variable: BTreeMap<(usize, &Name), Vec<&Binding>> = BTreeMap::new();
    for binding in model.bindings.iter().filter(|binding| !binding.declaration.same_in.is_empty()) {
        if model.environments.is_among(&binding.environment, &binding.declaration.same_in) {
            by_variable.entry((binding.app, &binding.name)).or_default().push(binding);
        }
    }
    let mut gathered: Gathered<(Place, Name), (Place, Place)> = Gathered::new();
    for ((app, name), bindings) in by_variable {
        let mut known: Vec<(&Binding, Value, Place)> = Vec::new();
        for binding in bindings {
            for sighting in &binding.sightings {
                if let (State::Given(value), Some(winner)) = (&sighting.state, &sighting.winner) {
                    known.push((binding, value.clone(), winner.place.clone()));
                }
            }
        }
        let Some(((first, value, place), others)) = known.split_first() else { continue };
        for (binding, told, other_place) in others {
            let kind = binding.declaration.kind.unwrap_or_default();
            if binding.environment == first.environment || agree(kind, value, told) {
                continue;
            }
            let both: [Environment; 2] = [first.environment.clone(), binding.environment.clone()];
            let key = (other_place.clone(), name.clone());
            gathered.at(model, app, both, key, (place.clone(), binding.place.clone()));
        }
    }
    for found in gathered.by_file(|(place, _)| place.path.clone()) {
        if found.len() > wording::FEW {
            several(findings, &found);
            continue;
        }
        for ((place, name), at, (other, declared)) in found {
            let message = format!("`{name}` of {} must be the same in {} and differs", at.apps(), at.environments());
            let finding = findings.report(&place, "says one thing", message);
            at.tell(finding);
            finding.variable(&name).related(&other, "says another").related(&declared, "the same, by `same_in`");
            finding.help("give it the same value in each of them");
        }
    }
}

/// A variable in one environment, and where the other tells it and what declares it.
type Differing = ((Place, Name), Where, (Place, Place));

fn several(findings: &mut Findings<'_>, found: &[Differing]) {
    let Some((((place, _), at, (other, _)), more)) = found.split_first() else { return };
    let names = wording::names(found.iter().map(|((_, name), ..)| name));
    let message = format!("{names} of {} must be the same in {} and differ", at.apps(), at.environments());
    let finding = findings.report(place, "says one thing", message);
    at.tell(finding);
    finding.related(other, "says another");
    for ((place, _), ..) in more {
        finding.related(place, "says one thing");
    }
    finding.help("give each the same value in all of them");
}
