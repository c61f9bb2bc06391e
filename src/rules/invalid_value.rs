//! `invalid-value`: a value that its declaration does not allow.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::weak_secret;
use crate::fact::{Constraints, Declaration, Role, Setting, SettingValue};
use crate::finding::{Findings, Level};
use crate::model::{Model, Source, State};
use crate::name::Name;
use crate::source::Place;
use crate::tables::placeholders;

super::rule! {
    /// A value breaks the type or a constraint that its schema declares.
    ///
    /// ## Why is this bad?
    ///
    /// The app refuses to start, or reads something else than was meant.
    ///
    /// ## When does it stay silent?
    ///
    /// On values that hold an unresolved `${…}`, on placeholders in templates, and on an empty value, which is
    /// `empty-value`'s. A form that any common parser of the type takes is valid. What a workflow gives to its tests may be
    /// anything, unless a variable beside it that is declared alike suits its declaration; then it is a warning.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # env.schema.toml
    /// [server]
    /// DB_PG_PORT = { type = "port" }
    /// ```
    ///
    /// ```sh
    /// # .env
    /// DB_PG_PORT=five
    /// ```
    ///
    /// ## Use instead
    ///
    /// A value of the declared type; `envcheck show DB_PG_PORT` lists every place that gives one.
    "invalid-value", Error, since "0.1.0", check
}

fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let mut seen: BTreeSet<(Place, Name)> = BTreeSet::new();
    for binding in &model.bindings {
        for sighting in &binding.sightings {
            let (State::Given(value), Some(winner)) = (&sighting.state, &sighting.winner) else { continue };
            let Err(mismatch) = model.accepts(&binding.declaration, value) else { continue };
            if weak_secret::tells(model, binding, value) {
                continue;
            }
            let place = Place::new(&winner.place.path, winner.value_span);
            // One line may feed several apps and environments; it is wrong once.
            if !seen.insert((place.clone(), binding.name.clone())) {
                continue;
            }
            let app = &model.apps.list[binding.app].name;
            let message =
                format!("`{}` of {app} in {} is not {}", binding.name, binding.environment, mismatch.expected);
            findings
                .report(&place, "this value", message)
                .variable(&binding.name)
                .app(app)
                .environment(&binding.environment)
                .related(&binding.place, "declared here");
        }
    }
    shadowed(model, findings, &mut seen);
    tried(model, findings);
    for source in model.sources.iter().filter(|source| source.file.claim.role == Role::Template) {
        template(model, findings, source);
    }
}

/// What tests are given: it may be anything, but where one variable has a value that its declaration takes, another of the
/// same declaration was meant to have one as well.
fn tried(model: &Model<'_>, findings: &mut Findings<'_>) {
    const MOST: usize = 500;
    let test = model.environments.of_word("test");
    let names = test.as_ref().map(|test| model.environments.names(test)).unwrap_or_default();
    let mut accepted: Vec<(&Setting, Arc<Declaration>)> = Vec::new();
    let mut refused = Vec::new();
    for setting in model.project.tried.iter().take(MOST) {
        let SettingValue::Given(template) = &setting.value else { continue };
        let Some(value) = template.as_literal().filter(|value| !value.is_empty()) else { continue };
        for (app, schema) in model.schemas.iter().enumerate() {
            let Some(declared) = schema.declaration(&setting.name) else { continue };
            let declaration = declared.declaration.in_environment(&names);
            match model.accepts(&declaration, &value) {
                Ok(()) => accepted.push((setting, declaration)),
                Err(mismatch) => refused.push((setting, declaration, app, declared.place.clone(), mismatch)),
            }
        }
    }
    let mut seen = BTreeSet::new();
    for (setting, declaration, app, declared, mismatch) in refused {
        let suits = |(other, _): &&(&Setting, Arc<Declaration>)| other.place == setting.place;
        let like = |(other, of): &&(&Setting, Arc<Declaration>)| {
            other.place.path == setting.place.path
                && of.kind == declaration.kind
                && of.constraints == declaration.constraints
                && of.constraints != Constraints::default()
        };
        let Some((like, _)) = accepted.iter().find(like) else { continue };
        // A line that suits one of the apps that it speaks for is fine.
        if accepted.iter().any(|one| suits(&one)) || !seen.insert(&setting.place) {
            continue;
        }
        let place = Place::new(&setting.place.path, setting.value_span);
        let app = &model.apps.list[app].name;
        let message = format!("`{}` that tests of {app} are given is not {}", setting.name, mismatch.expected);
        let finding = findings.report(&place, "this value", message).at_level(Level::Warning);
        finding.variable(&setting.name).app(app);
        finding.related(&like.place, "declared alike, and fine").related(&declared, "declared here");
    }
}

/// A value that a stronger layer hides: whoever removes that layer meets it.
fn shadowed(model: &Model<'_>, findings: &mut Findings<'_>, seen: &mut BTreeSet<(Place, Name)>) {
    for binding in &model.bindings {
        for setting in binding.sightings.iter().flat_map(|sighting| &sighting.shadowed) {
            let SettingValue::Given(template) = &setting.value else { continue };
            let Some(value) = template.as_literal().filter(|value| !value.is_empty()) else { continue };
            let Err(mismatch) = model.accepts(&binding.declaration, &value) else { continue };
            let place = Place::new(&setting.place.path, setting.value_span);
            if !seen.insert((place.clone(), binding.name.clone())) {
                continue;
            }
            let app = &model.apps.list[binding.app].name;
            let message = format!(
                "`{}` of {app} in {} is hidden here by a stronger value, and is not {}",
                binding.name, binding.environment, mismatch.expected
            );
            findings
                .report(&place, "this value", message)
                .at_level(Level::Warning)
                .variable(&binding.name)
                .app(app)
                .environment(&binding.environment)
                .related(&binding.place, "declared here");
        }
    }
}

/// The examples of a template; they are copied as they are.
fn template(model: &Model<'_>, findings: &mut Findings<'_>, source: &Source<'_>) {
    for setting in &source.settings {
        let SettingValue::Given(template) = &setting.value else { continue };
        let Some(value) = template.as_literal().filter(|value| !value.is_empty()) else { continue };
        let prose = value.expose().contains([' ', '|', '<', '[', '…']) || value.expose().contains("...");
        if prose || placeholders::is_placeholder(&setting.name, &value) {
            continue;
        }
        let names: Vec<&str> =
            source.environment.as_ref().map(|environment| model.environments.names(environment)).unwrap_or_default();
        let mismatches: Vec<_> = source
            .owners
            .iter()
            .filter_map(|app| Some((*app, model.schemas[*app].declaration(&setting.name)?)))
            .map(|(app, declared)| (app, declared, model.accepts(&declared.declaration.in_environment(&names), &value)))
            .collect();
        // A line that suits one of the apps that it speaks for is fine.
        let Some((app, declared, Err(mismatch))) = mismatches.first() else { continue };
        if mismatches.iter().any(|(_, _, accepted)| accepted.is_ok()) {
            continue;
        }
        let place = Place::new(source.path, setting.value_span);
        let app = &model.apps.list[*app].name;
        findings
            .report(
                &place,
                "this example",
                format!("the example of `{}` in a template is not {}", setting.name, mismatch.expected),
            )
            .at_level(Level::Warning)
            .variable(&setting.name)
            .app(app)
            .related(&declared.place, "declared here");
    }
}
