//! `environment-drift`: given where one environment runs, and in no way where another does.

use std::collections::{BTreeMap, BTreeSet};

use super::missing_variable::place_of;
use super::wording;
use crate::finding::Findings;
use crate::model::{Model, State, is_unnamed};
use crate::name::{Environment, Name};
use crate::source::Place;

super::rule! {
    /// A variable is given in one deployed environment of an app, and in no way in another that is otherwise complete.
    ///
    /// ## Why is this bad?
    ///
    /// What was tried in staging is not what runs in production.
    ///
    /// ## When does it speak?
    ///
    /// Of two deployed environments whose targets (or env files that the config calls complete) are known whole, where
    /// one gives at least half of what the other gives. One finding for each pair, at the poorer one.
    ///
    /// ## When does it stay silent?
    ///
    /// For development and test; for what a schema declares, since it says itself what is required where (that is
    /// `missing-variable`); for names of platforms, tools, SDKs and third-party images; for names that hold the word of
    /// an environment; and where a listing of the poorer environment holds a secret of that name.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # compose.staging.yaml, and compose.production.yaml without MAIL_URL
    /// services:
    ///   api:
    ///     build: .
    ///     environment: { DB_URL: "postgres://db/shop", MAIL_URL: "smtp://mail" }
    /// ```
    ///
    /// ## Use instead
    ///
    /// Give it in both, or declare it in a schema that says where it is required.
    "environment-drift", Warning, since "0.1.0", check
}

/// What the views of one environment give.
struct Given<'m> {
    names: BTreeMap<&'m Name, Place>,
    /// What they may give beside that: names of which nothing is known.
    unknown: BTreeSet<&'m Name>,
    place: Place,
}

fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let mut views: BTreeMap<usize, BTreeMap<&Environment, Vec<usize>>> = BTreeMap::new();
    for (index, view) in model.views.iter().enumerate() {
        let named = !is_unnamed(&view.environment) && model.environments.is_deployed(&view.environment);
        // A closed schema says itself what is required where.
        let schema = &model.schemas[view.app];
        if named && (!schema.exists() || schema.resolved.open) {
            views.entry(view.app).or_default().entry(&view.environment).or_default().push(index);
        }
    }
    for (app, by_environment) in views {
        let environments: Vec<(&Environment, Given<'_>)> = by_environment
            .into_iter()
            .filter_map(|(environment, views)| Some((environment, given(model, &views)?)))
            .collect();
        for (index, one) in environments.iter().enumerate() {
            for other in environments.iter().skip(index + 1) {
                let in_one = lacking(model, app, one, other);
                let in_other = lacking(model, app, other, one);
                if in_one.len() >= in_other.len() {
                    report(model, findings, app, one, other, &in_one);
                } else {
                    report(model, findings, app, other, one, &in_other);
                }
            }
        }
    }
}

/// What an environment gives, if it is known whole.
fn given<'m>(model: &'m Model<'_>, views: &[usize]) -> Option<Given<'m>> {
    let whole = |index: &usize| {
        let view = &model.views[*index];
        view.partial.is_none() && view.layers.iter().all(|layer| layer.open.is_none() || layer.stand_in)
    };
    if !views.iter().all(whole) {
        return None;
    }
    let place = place_of(model, &model.views[*views.first()?])?;
    let mut given = Given { names: BTreeMap::new(), unknown: BTreeSet::new(), place };
    for index in views.iter().copied() {
        for name in model.views[index].layers.iter().flat_map(|layer| layer.settings.keys()) {
            let sighting = model.sight(index, name);
            match (&sighting.state, &sighting.winner) {
                (State::Given(_) | State::Injected(..), Some(winner)) => {
                    given.names.entry(name).or_insert_with(|| winner.place.clone());
                }
                (State::Absent, _) => {}
                _ => {
                    given.unknown.insert(name);
                }
            }
        }
    }
    Some(given)
}

/// What the poorer environment lacks of what the richer gives, if they give much the same otherwise.
fn lacking<'m>(
    model: &Model<'_>,
    app: usize,
    poorer: &(&Environment, Given<'m>),
    richer: &(&Environment, Given<'m>),
) -> Vec<&'m Name> {
    let here = &poorer.1;
    let shared = richer.1.names.keys().filter(|name| here.names.contains_key(**name)).count();
    if shared * 2 < richer.1.names.len() {
        return Vec::new();
    }
    let schema = &model.schemas[app];
    let is_lacking = |name: &&&Name| {
        !here.names.contains_key(**name)
            && !here.unknown.contains(**name)
            && !schema.declares(name)
            && !model.is_noise(app, name)
            && !model.is_foreign_name(name)
            && !model.is_read_by_compose(name)
            && !names_an_environment(model, name)
            && !is_stored(model, app, poorer.0, name)
    };
    richer.1.names.keys().filter(is_lacking).copied().collect()
}

/// `STAGING_BANNER` is for one environment by its name.
fn names_an_environment(model: &Model<'_>, name: &Name) -> bool {
    name.as_str().split('_').any(|token| model.environments.of_word(token).is_some())
}

fn is_stored(model: &Model<'_>, app: usize, environment: &Environment, name: &Name) -> bool {
    let app = &model.apps.list[app];
    match model.stores.secret_name(app, environment, &model.environments, name) {
        Some(secret) => !matches!(
            model.stores.holding_for(Some(app), environment, None, &secret),
            Ok(crate::model::Holding::Lacking(..)) | Err(crate::model::Reason::NoListing)
        ),
        None => false,
    }
}

fn report(
    model: &Model<'_>,
    findings: &mut Findings<'_>,
    app: usize,
    poorer: &(&Environment, Given<'_>),
    richer: &(&Environment, Given<'_>),
    lacking: &[&Name],
) {
    let Some(first) = lacking.first() else { return };
    let app = &model.apps.list[app].name;
    let verb = if lacking.len() == 1 { "is" } else { "are" };
    let (here, there) = (poorer.0, richer.0);
    let message = format!("{} of {app} {verb} given in {there} and in no way in {here}", wording::names(lacking));
    let finding = findings.report(&poorer.1.place, "not given here", message);
    finding.app(app).environment(here);
    if lacking.len() == 1 {
        finding.variable(first);
    }
    for place in lacking.iter().filter_map(|name| richer.1.names.get(*name)) {
        finding.related(place, format!("given in {there}"));
    }
    finding.help("give it in both, or declare it in a schema that says where it is required");
}
