//! `late-public-variable`: a public variable is given to a container whose files were built without it.

use std::collections::BTreeSet;

use super::unreachable_public_url::{Unreachable, unreachable};
use super::wording;
use crate::fact::{LayerKind, Setting, SettingValue};
use crate::finding::{Findings, Level};
use crate::model::{Bundle, Model, Phase, State, View};
use crate::name::Name;
use crate::source::Place;
use crate::tables::browser_runtime;
use crate::value::{Operator, Part, Template};

super::rule! {
    /// A public variable is given when the container starts, after the build has written it into the bundle.
    ///
    /// ## Why is this bad?
    ///
    /// `next build`, Vite and their like put the value of `NEXT_PUBLIC_API_URL` into the JavaScript that browsers load.
    /// What the container is given later never gets there: pages work with what the build had, most often nothing.
    ///
    /// ## When does it stay silent?
    ///
    /// Where the build gets the same value; where the image is built elsewhere or what its build gets cannot be told; for
    /// development servers; in test runs; and where the app hands its variables out at run time: by `next-runtime-env`
    /// and its like, `publicRuntimeConfig`, Nuxt's `runtimeConfig`, `SvelteKit`, or an entry point that builds or replaces
    /// them; and for an address that no browser reaches: `unreachable-public-url` speaks of that. A build that gets
    /// another value which cannot be compared is a warning.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     build: apps/web # RUN npm run build, and no ARG
    ///     environment:
    ///       NEXT_PUBLIC_API_URL: https://api.example.com
    /// ```
    ///
    /// ## Use instead
    ///
    /// `ARG NEXT_PUBLIC_API_URL` before the `RUN` that builds, and `build.args` or `--build-arg` to give it.
    "late-public-variable", Error, since "0.1.0", check
}

const HELP: &str = "declare an `ARG` of that name before the command that builds, and give it to the build";
const HELP_WITH_ARGUMENT: &str = "give it to the build as well: the `ARG` for it is there";

/// A variable that comes too late.
struct Late<'m> {
    name: Name,
    place: Place,
    /// Where the build gets another value.
    built_with: Option<Place>,
    level: Level,
    bundle: &'m Bundle<'m>,
}

fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let mut seen: BTreeSet<(Name, Place)> = BTreeSet::new();
    for (index, view) in model.views.iter().enumerate() {
        let names = public_names(model, view);
        if names.is_empty() {
            continue;
        }
        let Some(bundle) = bundle_of(model, view) else { continue };
        let late = names.into_iter().filter_map(|name| judge(model, index, view, &bundle, &name));
        let late: Vec<Late<'_>> = late.filter(|of| seen.insert((of.name.clone(), of.place.clone()))).collect();
        report(model, findings, view, &late);
    }
}

/// The bundle that is all that browsers get of a target.
fn bundle_of<'m>(model: &'m Model<'_>, view: &View) -> Option<Bundle<'m>> {
    let target = &model.targets[view.target?];
    if model.environments.is_test(&view.environment) || target.target.signs.one_shot {
        return None;
    }
    let bundle = model.bundle(target.built?)?;
    (!model.hands_out_at_run_time(view.app, Some(target), &bundle)).then_some(bundle)
}

/// Whether what a target is given stays with its server, because its bundle was built before.
pub(super) fn stays_on_the_server(model: &Model<'_>, index: usize, view: &View, name: &Name) -> bool {
    public_names(model, view).contains(name)
        && bundle_of(model, view).is_some_and(|bundle| judge(model, index, view, &bundle, name).is_some())
}

/// The names that the target gives and that a framework would inline.
fn public_names(model: &Model<'_>, view: &View) -> BTreeSet<Name> {
    let layers = view.layers.iter().filter(|layer| {
        let own = matches!(layer.kind, LayerKind::Environment | LayerKind::EnvFile(_));
        own && !layer.build_only && layer.doubtful.is_none()
    });
    let names = layers.flat_map(|layer| layer.settings.keys());
    names.filter(|name| model.is_inlined(view.app, name)).cloned().collect()
}

fn judge<'m>(model: &Model<'_>, index: usize, view: &View, bundle: &'m Bundle<'m>, name: &Name) -> Option<Late<'m>> {
    let deployed = view.target.is_some_and(|target| model.targets[target].deployed);
    let documented = |name: &Name| model.is_documented_anywhere(name);
    let given = view.look(index, name, Phase::Run, &documented);
    let winner = given.winner.as_ref()?;
    let place = winner.place.clone();
    let built = view.look_at_build(index, name, &documented);
    let host = match &given.state {
        State::Given(value) => unreachable(model, view, value.expose()),
        _ => None,
    };
    // Whoever lets the build take a value, and gives the container the address of a neighbour, may mean its server alone.
    let is_split = bundle.arguments().contains(name) && host.as_ref().is_some_and(Unreachable::is_for_servers);
    let level = if deployed && !is_split { Level::Error } else { Level::Warning };
    let late = |level, built_with| Some(Late { name: name.clone(), place: place.clone(), built_with, level, bundle });
    match (&built.state, &built.winner) {
        (State::Absent, _) if model.may_get(view.app, bundle, name) => None,
        // To give it to the build would help nobody: `unreachable-public-url` speaks of it.
        (State::Absent, _) if deployed && host.is_some() && !is_split => None,
        (State::Absent, _) => late(level, None),
        (State::Unknown(_), _) | (_, None) => None,
        (State::Given(value), _) if browser_runtime::is_mark(name.as_str(), value.expose()) => None,
        (_, Some(other)) if is_same(other, winner) => None,
        (State::Given(one), Some(other)) => match &given.state {
            State::Given(value) if value == one => None,
            State::Given(_) => late(level, Some(other.place.clone())),
            _ => late(Level::Warning, Some(other.place.clone())),
        },
        (_, Some(other)) => late(Level::Warning, Some(other.place.clone())),
    }
}

/// Whether two settings give the same by the way that they are written, or by what they are taken from.
fn is_same(one: &Setting, other: &Setting) -> bool {
    if one.place == other.place || taken_from(one).is_some_and(|name| taken_from(other) == Some(name)) {
        return true;
    }
    match (&one.value, &other.value) {
        (SettingValue::Given(one), SettingValue::Given(other)) => is_same_text(one, other),
        (
            SettingValue::Injected { store, secret, version },
            SettingValue::Injected { store: other_store, secret: other_secret, version: other_version },
        ) => store == other_store && secret == other_secret && version == other_version,
        _ => false,
    }
}

/// The variable of the surroundings that a setting takes its value from, whatever stands in for it; a line of an env
/// file that is not in the checkout is such a variable itself.
fn taken_from(setting: &Setting) -> Option<&Name> {
    match &setting.value {
        SettingValue::PassThrough | SettingValue::Unknown => Some(&setting.name),
        SettingValue::Given(template) => match &*template.parts {
            [Part::Reference(reference)] => Some(&reference.name),
            _ => None,
        },
        SettingValue::Injected { .. } => None,
    }
}

/// Whether two templates have the same text, wherever it stands; what is unknown is like nothing else.
fn is_same_text(one: &Template, other: &Template) -> bool {
    let same = |one: &Part, other: &Part| match (one, other) {
        (Part::Literal(one), Part::Literal(other)) => one == other,
        (Part::Reference(one), Part::Reference(other)) => {
            one.name == other.name
                && match (&one.operator, &other.operator) {
                    // The message of one of them makes no other value.
                    (Some(Operator::Required { .. }) | None, Some(Operator::Required { .. }) | None) => true,
                    (Some(one), Some(other)) => {
                        std::mem::discriminant(one) == std::mem::discriminant(other)
                            && is_same_text(one.word(), other.word())
                    }
                    _ => false,
                }
        }
        _ => false,
    };
    one.parts.len() == other.parts.len() && one.parts.iter().zip(&*other.parts).all(|(one, other)| same(one, other))
}

fn report(model: &Model<'_>, findings: &mut Findings<'_>, view: &View, late: &[Late<'_>]) {
    let Some(target) = view.target.map(|target| &model.targets[target]) else { return };
    let app = &model.apps.list[view.app].name;
    let at = format!("the {} `{}` in {}", target.target.kind.word(), target.target.name, view.environment);
    let (lost, other): (Vec<&Late<'_>>, Vec<&Late<'_>>) = late.iter().partition(|late| late.built_with.is_none());
    let group: &[&Late<'_>] = if lost.len() > wording::FEW { &lost } else { &[] };
    if let Some((first, more)) = group.split_first() {
        let names = wording::names(lost.iter().map(|late| &late.name));
        let message = format!("{names} of {app} are given to {at} after its bundle was built without them");
        let finding = findings.report(&first.place, "too late", message).at_level(first.level);
        finding.app(app).environment(&view.environment).help(HELP);
        built_here(first, finding);
        for late in more {
            finding.related(&late.place, "too late");
        }
    }
    let single = if group.is_empty() { lost.iter().chain(&other) } else { [].iter().chain(&other) };
    for late in single {
        let name = &late.name;
        let finding = match &late.built_with {
            None => {
                let message = format!("`{name}` of {app} is given to {at} after its bundle was built without it");
                let finding = findings.report(&late.place, "too late", message);
                built_here(late, finding);
                finding.help(if late.bundle.arguments().contains(name) { HELP_WITH_ARGUMENT } else { HELP })
            }
            Some(place) => {
                let what = if late.level == Level::Error { "another value" } else { "a value from elsewhere" };
                let message = format!("`{name}` of {app} is given to {at} after its bundle was built with {what}");
                let finding = findings.report(&late.place, "no browser gets this", message);
                finding.related(place, "built with this");
                finding.help("give both the same, or give it to the build alone")
            }
        };
        finding.at_level(late.level).variable(name).app(app).environment(&view.environment);
    }
}

fn built_here(late: &Late<'_>, finding: &mut crate::finding::Finding) {
    if let Some(command) = late.bundle.command() {
        finding.related(&Place::new(late.bundle.path, command.span), "the bundle is built here, without it");
    }
}
