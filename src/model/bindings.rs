//! Bindings: one variable of one app in one environment, with everything that is known of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::fact::{Declaration, Type};
use crate::name::{Environment, Name, SecretName};
use crate::parallel;
use crate::schemas::accepts::{Mismatch, accepts};
use crate::source::{Place, SourcePath, Span};
use crate::tables::placeholders;
use crate::value::Value;

use super::stored::Holding;
use super::views::{Phase, Reason, Sighting, State};
use super::{Model, files};

/// One variable of one app in one environment.
pub struct Binding {
    /// The app, by index.
    pub app: usize,
    /// Where.
    pub environment: Environment,
    /// The variable.
    pub name: Name,
    /// Its declaration, with what the environment changes.
    pub declaration: Arc<Declaration>,
    /// Where it is declared.
    pub place: Place,
    /// Whether it must have a value there.
    pub required: bool,
    /// Whether only a library that the app depends on says so: expected rather than required.
    pub soft: bool,
    /// Whether the declaration has a default that counts as a value there.
    pub has_default: bool,
    /// When it is consumed.
    pub phase: Phase,
    /// What each view says of it.
    pub sightings: Vec<Sighting>,
    /// What the store says of it, if it is kept there.
    pub stored: Option<StoredState>,
}

/// What a store says of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoredState {
    /// It holds it, at this place of a listing.
    Held(SecretName, Place),
    /// It does not hold it; the listing's place is its start.
    Lacking(SecretName, Place),
    /// It cannot be told.
    Unknown(Reason),
}

impl Binding {
    /// Whether it must have a value that is given: required, and no default stands in.
    pub fn needs_a_value(&self) -> bool {
        self.required && !self.has_default
    }

    /// Whether some view gives it something.
    pub fn is_given(&self) -> bool {
        self.sightings.iter().any(|sighting| sighting.state.is_given())
    }

    /// The views that are known to lack it although it needs a value there.
    pub fn lacking<'b>(&'b self, model: &'b Model<'_>) -> impl Iterator<Item = &'b Sighting> {
        let needs = self.needs_a_value();
        self.sightings.iter().filter(move |sighting| {
            let view = &model.views[sighting.view];
            let kept = self.declaration.is_kept_in_store();
            let built = self.phase == Phase::Run || view.builds;
            let whole = if kept && view.target.is_none() {
                // A listing has the word on secrets that no target hands out.
                view.partial_for_secrets.is_none()
                    && !matches!(self.stored, Some(StoredState::Held(..) | StoredState::Lacking(..)))
            } else {
                view.partial.is_none() && !(kept && view.partial_for_secrets.is_some())
            };
            needs && sighting.state == State::Absent && whole && built
        })
    }

    /// Why nothing can be said of it although it needs a value; `None` where something can.
    pub fn unknown(&self, model: &Model<'_>) -> Option<Reason> {
        let told = |sighting: &Sighting| {
            matches!(
                sighting.state,
                State::Given(_)
                    | State::Injected(..)
                    | State::Empty { .. }
                    | State::GivenUnknown(Reason::InFile | Reason::ByPlatform)
            )
        };
        if !self.needs_a_value() || self.sightings.iter().any(told) || self.lacking(model).next().is_some() {
            return None;
        }
        match &self.stored {
            Some(StoredState::Held(..) | StoredState::Lacking(..)) => return None,
            Some(StoredState::Unknown(reason))
                if self.sightings.iter().all(|sighting| sighting.state == State::Absent) =>
            {
                return Some(reason.clone());
            }
            _ => {}
        }
        let told = self.sightings.iter().find_map(|sighting| match &sighting.state {
            State::Unknown(reason) | State::GivenUnknown(reason) => Some(reason.clone()),
            State::Unguaranteed(path) => Some(Reason::Unread(path.clone())),
            _ => None,
        });
        Some(told.unwrap_or(Reason::Platform))
    }
}

/// Binds every declared variable of every app in each of its environments.
pub(super) fn bind(model: &Model<'_>) -> Vec<Binding> {
    let hosts: BTreeSet<&str> =
        model.project.groups.iter().flat_map(|group| &group.hosts).map(String::as_str).collect();
    let mut views: BTreeMap<(usize, &Environment), Vec<usize>> = BTreeMap::new();
    for (index, view) in model.views.iter().enumerate() {
        views.entry((view.app, &view.environment)).or_default().push(index);
    }
    let apps = (0..model.apps.list.len()).filter(|app| model.schemas[*app].exists()).collect();
    let of_app = |app: usize| {
        let mut bindings = Vec::new();
        for environment in model.environments_of(app) {
            let views = views.get(&(app, &environment)).map(Vec::as_slice).unwrap_or_default();
            let declared = model.schemas[app].resolved.declarations.keys();
            let at = At { app, environment: &environment, names: model.environments.names(&environment), views };
            for name in declared.chain(of_families(model, app, views)) {
                bindings.extend(binding(model, &at, name, &hosts));
            }
        }
        bindings
    };
    parallel::map(model.project.is_large(), apps, of_app).into_iter().flatten().collect()
}

/// The names that views give and that a family declares.
fn of_families<'m>(model: &'m Model<'_>, app: usize, views: &[usize]) -> BTreeSet<&'m Name> {
    let schema = &model.schemas[app];
    if schema.resolved.families.is_empty() {
        return BTreeSet::new();
    }
    let layers = views.iter().flat_map(|view| &model.views[*view].layers);
    let by_family = |name: &&Name| schema.is_of_family(name) && schema.given_as_file(name).is_none();
    layers.flat_map(|layer| layer.settings.keys()).filter(by_family).collect()
}

/// An app in an environment, with the names and the views of the latter.
struct At<'a> {
    app: usize,
    environment: &'a Environment,
    names: Vec<&'a str>,
    views: &'a [usize],
}

fn binding(model: &Model<'_>, at: &At<'_>, name: &Name, hosts: &BTreeSet<&str>) -> Option<Binding> {
    let At { app, environment, names, views } = at;
    let app = *app;
    let schema = &model.schemas[app];
    let declared = schema.declaration(name)?;
    let declaration = declared.declaration.in_environment(names);
    let sightings = views.iter().map(|view| model.sight(*view, name)).collect();
    let deployed = model.is_deployed(environment);
    let stored = declaration.is_kept_in_store().then(|| stored(model, app, environment, name));
    Some(Binding {
        app,
        environment: (*environment).clone(),
        // Nobody knows which names of a family there must be.
        required: !schema.is_of_family(name)
            && declaration.is_required(|words| model.environments.is_among(environment, words)),
        soft: schema.soft.contains(name),
        has_default: declaration
            .default
            .as_ref()
            .is_some_and(|default| !(deployed && is_hollow(name, &declaration, default, hosts))),
        name: name.clone(),
        declaration,
        place: declared.place.clone(),
        phase: model.phase(app, name),
        sightings,
        stored,
    })
}

impl Model<'_> {
    /// Whether a value satisfies a declaration, its JSON Schema included, whose environment is already resolved.
    ///
    /// # Errors
    ///
    /// Says what the value is not.
    pub fn accepts(&self, declaration: &Declaration, value: &Value) -> Result<(), Mismatch> {
        accepts(declaration, value)?;
        let Some(path) = declaration.constraints.json_schema.as_deref() else { return Ok(()) };
        let schema =
            self.project.value_schemas.get(&SourcePath::new(path)).filter(|_| declaration.kind == Some(Type::Json));
        match schema.and_then(|schema| schema.accepts(value)) {
            Some(false) if !value.is_empty() => {
                Err(Mismatch { expected: "a document that its JSON Schema accepts".to_owned() })
            }
            _ => Ok(()),
        }
    }

    /// When an app consumes a variable.
    pub fn phase(&self, app: usize, name: &Name) -> Phase {
        if self.public_prefix(app, name).is_some() { Phase::Build } else { Phase::Run }
    }

    /// What a view says of a variable, declared or not.
    pub fn sight(&self, view: usize, name: &Name) -> Sighting {
        let of = &self.views[view];
        let documented = |name: &Name| self.is_documented_anywhere(name);
        let sighting = files::look(&self.schemas[of.app], of, view, name, self.phase(of.app, name), &documented);
        let sighting = self.in_secret_file(view, name, sighting);
        self.given_by_platform(view, name, sighting)
    }
}

fn stored(model: &Model<'_>, app: usize, environment: &Environment, name: &Name) -> StoredState {
    let app = &model.apps.list[app];
    if !model.stores.is_listed(app, environment) {
        return StoredState::Unknown(Reason::NoListing);
    }
    let Some(secret) = model.stores.secret_name(app, environment, &model.environments, name) else {
        return StoredState::Unknown(Reason::NoSecretName);
    };
    match model.stores.holding_for(Some(app), environment, None, &secret) {
        Ok(Holding::Held(path, stored)) => StoredState::Held(secret, Place::new(path, stored.span)),
        Ok(Holding::Lacking(path, _)) => StoredState::Lacking(secret, Place::new(path, Span::default())),
        Err(reason) => StoredState::Unknown(reason),
    }
}

/// Whether a default is no value where users meet it: empty, a placeholder, a host that only a developer's machine
/// or the compose network knows.
fn is_hollow(name: &Name, declaration: &Declaration, default: &Value, hosts: &BTreeSet<&str>) -> bool {
    let text = default.expose();
    if text.is_empty() {
        return declaration.constraints.allow_empty != Some(true);
    }
    if placeholders::is_placeholder(name, default) && declaration.secret == Some(true) {
        return true;
    }
    let is_address = matches!(declaration.kind, Some(Type::Url | Type::Hostname))
        || name.as_str().ends_with("_URL")
        || name.as_str().ends_with("_HOST");
    let is_listen_address = matches!(name.as_str(), "HOST" | "BIND" | "HOSTNAME");
    if !is_address || is_listen_address {
        return false;
    }
    let host = crate::syntax::url::first_host(text).unwrap_or(text);
    matches!(host, "localhost" | "127.0.0.1" | "0.0.0.0" | "::1" | "host.docker.internal") || hosts.contains(host)
}
