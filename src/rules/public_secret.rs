//! `public-secret`: a secret under a name that the browser gets.

use std::collections::{BTreeMap, BTreeSet};

use crate::fact::{Setting, SettingValue, Side};
use crate::finding::{Findings, Level};
use crate::model::Model;
use crate::name::Name;
use crate::source::Place;
use crate::tables::providers::{self, Truth};
use crate::tables::{placeholders, public, secret_names};

super::rule! {
    /// A secret has a public name, so that everyone who opens the page can read it.
    ///
    /// ## Why is this bad?
    ///
    /// `NEXT_PUBLIC_`, `VITE_` and their like are copied into the JavaScript that is sent to every browser.
    ///
    /// ## When does it stay silent?
    ///
    /// Where the app does not use the framework that makes the prefix public, and for what is public by design:
    /// publishable keys, site keys, anon keys, DSNs, client ids, URLs.
    ///
    /// ## Example
    ///
    /// ```sh
    /// # .env
    /// NEXT_PUBLIC_STRIPE_KEY=${STRIPE_SECRET_KEY}
    /// ```
    ///
    /// ## Use instead
    ///
    /// A name without the public prefix, read on the server alone. If it was ever built, treat the secret as leaked.
    "public-secret", Error, since "0.1.0", check
}

const HELP: &str = "read it on the server, under a name without the public prefix; if it was ever built, roll it";

/// The public names that name a secret, with the places that give or list them.
type Found = BTreeMap<(usize, Name), Vec<(Place, &'static str)>>;

fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let mut found = Found::new();
    for app in 0..model.apps.list.len() {
        for (name, declared) in &model.schemas[app].resolved.declarations {
            let public = model.public_prefix(app, name).is_some() || declared.declaration.side == Side::Client;
            if public && (declared.declaration.secret == Some(true) || names_a_secret(model, app, name)) {
                found.entry((app, name.clone())).or_default().push((declared.place.clone(), "public, and a secret"));
            }
        }
    }
    for (apps, setting) in settings(model) {
        for app in apps {
            let Some(_) = model.public_prefix(app, &setting.name) else { continue };
            if names_a_secret(model, app, &setting.name) {
                found.entry((app, setting.name.clone())).or_default().push((setting.place.clone(), "a public name"));
            } else if let Some(secret) = feeding_secret(model, app, setting) {
                feeds(model, findings, app, setting, &secret);
            } else if let Some(what) = held_secret(setting) {
                holds(model, findings, app, setting, what);
            }
        }
    }
    of_steps(model, findings, &mut found);
    for ((app, name), places) in found {
        let app = &model.apps.list[app].name;
        let Some(((place, label), more)) = places.split_first() else { continue };
        let message = format!("`{name}` of {app} names a secret, and every browser gets it");
        let finding = findings.report(place, *label, message);
        finding.variable(&name).app(app).help(HELP).at_level(Level::Error);
        for (place, _) in more {
            finding.related(place, "given here");
        }
    }
}

/// What steps of pipelines give to bundles. People keep public values in their stores, too: only what is a secret by its
/// very name counts.
fn of_steps(model: &Model<'_>, findings: &mut Findings<'_>, found: &mut Found) {
    // Several jobs and runs of a matrix get what stands in one place.
    let mut seen: BTreeSet<(usize, &Place)> = BTreeSet::new();
    for (app, setting, _) in model.bundled() {
        if !seen.insert((app, &setting.place)) {
            continue;
        }
        if names_a_secret(model, app, &setting.name) {
            found.entry((app, setting.name.clone())).or_default().push((setting.place.clone(), "a public name"));
        } else if let Some(secret) = injected_secret(setting) {
            feeds(model, findings, app, setting, &secret);
        } else if let Some(what) = held_secret(setting) {
            holds(model, findings, app, setting, what);
        }
    }
}

/// The stored secret that a variable is, if nothing public is called like that.
fn injected_secret(setting: &Setting) -> Option<Name> {
    let id = match &setting.value {
        SettingValue::Injected { secret, .. } => Name::new(secret.as_str()),
        SettingValue::Given(template) => template.references().first()?.name.clone(),
        SettingValue::PassThrough | SettingValue::Unknown => return None,
    };
    let text = public::possible_prefix(id.as_str()).map_or(id.as_str(), |(_, rest)| rest);
    (public::is_evidently_secret(text) && secret_names::names_a_secret(text)).then_some(id)
}

fn holds(model: &Model<'_>, findings: &mut Findings<'_>, app: usize, setting: &Setting, what: &str) {
    let app = &model.apps.list[app].name;
    let message = format!("`{}` of {app} holds {what}, and every browser gets it", setting.name);
    findings.report(&setting.place, "a public name", message).variable(&setting.name).app(app).help(HELP);
}

fn feeds(model: &Model<'_>, findings: &mut Findings<'_>, app: usize, setting: &Setting, secret: &Name) {
    let app = &model.apps.list[app].name;
    let message = format!("`{}` of {app} takes the secret `{secret}`, and every browser gets it", setting.name);
    let finding = findings.report(&setting.place, "a public name", message);
    finding.variable(&setting.name).app(app).help(HELP);
}

/// By name alone: `SECRET`, `PRIVATE_KEY`, `PASSWORD` behind the public prefix, unless it is public by design.
fn names_a_secret(model: &Model<'_>, app: usize, name: &Name) -> bool {
    let Some(prefix) = model.public_prefix(app, name) else { return false };
    let rest = name.as_str().strip_prefix(prefix).unwrap_or(name.as_str());
    public::is_evidently_secret(rest) && secret_names::names_a_secret(rest)
}

/// The secret that a public name takes its value from.
fn feeding_secret(model: &Model<'_>, app: usize, setting: &Setting) -> Option<Name> {
    let SettingValue::Given(template) = &setting.value else { return None };
    let read = template.references().into_iter().map(|reference| &reference.name);
    let is_secret = |name: &&Name| {
        model.public_prefix(app, name).is_none()
            && match model.schemas[app].declaration(name) {
                Some(declared) => declared.declaration.secret == Some(true),
                None => secret_names::is_secret_name(name) && public::public_by_design(name.as_str()).is_none(),
            }
    };
    read.into_iter().find(is_secret).cloned()
}

/// The secret that the value of a public name is, by its form.
fn held_secret(setting: &Setting) -> Option<&'static str> {
    let SettingValue::Given(template) = &setting.value else { return None };
    let value = template.as_literal()?;
    let name = &setting.name;
    let hit = providers::find(name, &value).filter(|hit| hit.is_secret() && hit.truth != Truth::Damaged)?;
    let stands_in = placeholders::is_placeholder_in(name, &value, true);
    // Google hands the browser keys of the same form; any token may be meant for it.
    let is_doubtful = matches!(hit.provider.what, "a Google API key" | "a JSON Web Token");
    (!stands_in && !is_doubtful).then_some(hit.provider.what)
}

/// Everything that gives or lists a value, with the apps that it is for.
fn settings<'m>(model: &'m Model<'_>) -> impl Iterator<Item = (Vec<usize>, &'m Setting)> {
    let files = model
        .sources
        .iter()
        .flat_map(|source| source.settings.iter().map(|setting| (source.owners.clone(), &**setting)));
    let targets = model.targets.iter().filter_map(|target| Some((target.app?, target.target)));
    let targets = targets.flat_map(|(app, target)| {
        let arguments = target.build.iter().flat_map(|build| &build.arguments);
        let own = target.layers.iter().flat_map(|layer| &layer.settings).chain(arguments);
        own.map(move |setting| (vec![app], setting))
    });
    files.chain(targets)
}
