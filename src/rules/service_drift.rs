//! `service-drift`: one target of an app gets what its sibling does not.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::fact::{Build, LayerKind, LayerState, Setting, SettingValue, TargetKind};
use crate::finding::{Findings, Level};
use crate::model::{AppTarget, Binding, Model, Reason, State};
use crate::name::Name;
use crate::value::Value;

super::rule! {
    /// Two targets of one app get different sets of the variables that it requires.
    ///
    /// ## Why is this bad?
    ///
    /// They run the same code, so what the API needs to start, its worker needs too. The one that lacks it fails where
    /// nobody looks first.
    ///
    /// ## When does it stay silent?
    ///
    /// For jobs that run once, and for variables that only one role needs and that the schema does not require.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   api:
    ///     build: .
    ///     environment: { REDIS_URL: "redis://redis:6379" }
    ///   worker:
    ///     build: .
    ///     command: node worker.js
    ///     environment: { QUEUE: mail }
    /// ```
    ///
    /// ## Use instead
    ///
    /// Give both the same set, for instance with a shared `env_file` or a YAML anchor.
    "service-drift", Warning, since "0.1.0", check
}

fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    for binding in &model.bindings {
        for sighting in &binding.sightings {
            if !is_missing(model, binding, sighting.view, &sighting.state) {
                continue;
            }
            let Some(target) = model.views[sighting.view].target.map(|target| &model.targets[target]) else { continue };
            // Another image of the app may be another program, which needs another part of its schema.
            let runs_the_same = |sibling: &AppTarget<'_>| is_built_alike(target, sibling);
            let Some((sibling, setting)) = siblings(model, binding, sighting.view).find(|(of, _)| runs_the_same(of))
            else {
                continue;
            };
            report(model, findings, binding.app, target, sibling, &binding.name, &setting)
                .at_level(Level::Error)
                .related(&binding.place, "required here");
        }
    }
    credentials(model, findings);
}

fn report<'f>(
    model: &Model<'_>,
    findings: &'f mut Findings<'_>,
    app: usize,
    target: &AppTarget<'_>,
    sibling: &AppTarget<'_>,
    name: &Name,
    setting: &Setting,
) -> &'f mut crate::finding::Finding {
    let app = &model.apps.list[app].name;
    let message = format!(
        "`{name}` of {app} reaches the {} `{}` and not `{}` in {}",
        sibling.target.kind.word(),
        sibling.target.name,
        target.target.name,
        target.environment
    );
    findings
        .report(&target.target.place, "not given here", message)
        .variable(name)
        .app(app)
        .environment(&target.environment)
        .related(&setting.place, format!("`{}` gets it here", sibling.target.name))
        .help("give both the same set, for instance with one `env_file`")
}

/// Whether a target lacks a variable that its app needs; a command of its own is no excuse where a sibling gets it.
fn is_missing(model: &Model<'_>, binding: &Binding, view: usize, state: &State) -> bool {
    let view = &model.views[view];
    let Some(target) = view.target.map(|target| &model.targets[target]) else { return false };
    let open = view.partial_for_secrets.is_some() && binding.declaration.is_kept_in_store();
    let whole = matches!(view.partial, None | Some(Reason::OwnCommand)) && !target.target.signs.one_shot && !open;
    binding.needs_a_value() && !binding.soft && *state == State::Absent && whole && {
        binding.phase == crate::model::Phase::Run || view.builds
    }
}

/// Whether another target of the same app and environment gets the variable.
pub(super) fn is_given_to_a_sibling(model: &Model<'_>, binding: &Binding, view: usize) -> bool {
    siblings(model, binding, view).next().is_some()
}

/// The other targets of the app and environment that get a variable, with what gives it.
fn siblings<'m>(
    model: &'m Model<'_>,
    binding: &'m Binding,
    view: usize,
) -> impl Iterator<Item = (&'m AppTarget<'m>, Arc<Setting>)> {
    let own = model.views[view].target.map(|target| &model.targets[target]);
    let others = binding.sightings.iter().filter(move |other| other.view != view);
    others.filter(|other| other.state.is_given()).filter_map(move |other| {
        let target = &model.targets[model.views[other.view].target?];
        // What a platform runs says nothing of what a compose file beside it has to give.
        let together = own.is_some_and(|own| is_of_compose(own) == is_of_compose(target));
        together.then_some(())?;
        Some((target, Arc::clone(other.winner.as_ref()?)))
    })
}

fn is_of_compose(target: &AppTarget<'_>) -> bool {
    target.target.kind == TargetKind::ComposeService
}

/// Whether two targets run one image: a stage of a Dockerfile in a context with the same arguments, else one name.
fn is_built_alike(one: &AppTarget<'_>, other: &AppTarget<'_>) -> bool {
    match (&one.target.build, &other.target.build) {
        (Some(one), Some(other)) => {
            one.context == other.context
                && one.dockerfile == other.dockerfile
                && one.stage == other.stage
                && arguments(one) == arguments(other)
        }
        (None, None) => {
            let name = |target: &AppTarget<'_>| target.target.image.as_ref().map(|(image, _)| image.clone());
            name(one) == name(other)
        }
        _ => false,
    }
}

/// What a build is given, in no order; what is not literal is told by what it is made of.
fn arguments(build: &Build) -> BTreeMap<&Name, (Option<Value>, Vec<&Name>)> {
    let value = |setting: &Setting| match &setting.value {
        SettingValue::Given(template) => template.as_literal(),
        _ => None,
    };
    build.arguments.iter().map(|setting| (&setting.name, (value(setting), parts(&setting.value)))).collect()
}

/// The names that a value is made of.
fn parts(value: &SettingValue) -> Vec<&Name> {
    let SettingValue::Given(template) = value else { return Vec::new() };
    template.references().into_iter().map(|reference| &reference.name).collect()
}

/// Credentials that SDKs take, compared between targets of one image whether or not a schema declares them.
fn credentials(model: &Model<'_>, findings: &mut Findings<'_>) {
    for (index, target) in model.targets.iter().enumerate() {
        let Some(app) = target.app.filter(|_| is_comparable(target)) else { continue };
        for (other, sibling) in model.targets.iter().enumerate() {
            if other == index || sibling.app != Some(app) || !is_comparable(sibling) || !is_one_image(target, sibling) {
                continue;
            }
            let given = sibling.target.layers.iter().flat_map(|layer| &layer.settings);
            for setting in given.filter(|setting| is_credential(setting.name.as_str())) {
                let declared = model.schemas[app].declares(&setting.name);
                let here = target.target.layers.iter().flat_map(|layer| &layer.settings);
                if !declared && !here.into_iter().any(|own| own.name == setting.name) {
                    report(model, findings, app, target, sibling, &setting.name, setting);
                }
            }
        }
    }
}

fn is_comparable(target: &AppTarget<'_>) -> bool {
    let whole = target.target.layers.iter().all(|layer| layer.state == LayerState::Whole);
    whole && !target.target.partial && !target.target.signs.one_shot && !target.target.layers.is_empty()
}

fn is_one_image(one: &AppTarget<'_>, other: &AppTarget<'_>) -> bool {
    let same = one.target.build.is_some() && is_built_alike(one, other);
    // An own list on both sides: a service without one was perhaps never meant to run by itself.
    let has_list =
        |target: &AppTarget<'_>| target.target.layers.iter().any(|layer| layer.kind == LayerKind::Environment);
    same && one.environment == other.environment && has_list(one) && has_list(other)
}

fn is_credential(name: &str) -> bool {
    name == "GOOGLE_APPLICATION_CREDENTIALS" || (name.starts_with("AWS_") && name.contains("KEY"))
}
