//! `unreachable-public-url`: the browser is sent where only a server can go.

use std::collections::BTreeSet;

use super::late_public_variable;
use crate::fact::{SettingValue, Side, TargetKind};
use crate::finding::Findings;
use crate::model::{Model, Phase, State, View, is_unnamed};
use crate::name::Name;
use crate::source::Place;
use crate::syntax::url;

super::rule! {
    /// A public URL points to a host that only the compose network, the cluster or this machine knows.
    ///
    /// ## Why is this bad?
    ///
    /// The page runs in the visitor's browser. `http://api:3000` and `http://localhost:3000` lead nowhere from there.
    ///
    /// ## When does it stay silent?
    ///
    /// In development and test; for a default (`${X:-http://localhost:3000}`) of a compose file that names no
    /// environment: it is for a first try; in a workflow whose job does not publish what it builds; and where the
    /// bundle is built with another value, or may be: `late-public-variable` speaks of that.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   api:
    ///     build: apps/api
    ///   web:
    ///     build: apps/web
    ///     restart: always
    ///     environment:
    ///       NEXT_PUBLIC_API_URL: http://api:3000
    /// ```
    ///
    /// ## Use instead
    ///
    /// The address that visitors use (`https://api.example.com`), and a second, private variable for calls between
    /// servers.
    "unreachable-public-url", Error, since "0.1.0", check
}

fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let mut seen: BTreeSet<Place> = BTreeSet::new();
    of_steps(model, findings, &mut seen);
    for (index, view) in model.views.iter().enumerate() {
        let deployed = match view.target {
            Some(target) => model.targets[target].deployed,
            None => model.environments.is_deployed(&view.environment),
        };
        if !deployed {
            continue;
        }
        for name in public_names(model, view) {
            let sighting = view.look(index, &name, Phase::Build, &|_| true);
            let (State::Given(value), Some(winner)) = (&sighting.state, &sighting.winner) else { continue };
            if is_unnamed(&view.environment) && has_default(winner) {
                continue;
            }
            let Some(unreachable) = unreachable(model, view, value.expose()) else { continue };
            if late_public_variable::stays_on_the_server(model, index, view, &name)
                || !seen.insert(winner.place.clone())
            {
                continue;
            }
            let app = &model.apps.list[view.app].name;
            let message = format!("`{name}` of {app} sends browsers to {} in {}", unreachable.what, view.environment);
            let place = Place::new(&winner.place.path, winner.value_span);
            let finding = findings.report(&place, "no browser can reach this host", message);
            finding.variable(&name).app(app).environment(&view.environment);
            if let Some(service) = unreachable.service {
                let network = if unreachable.what == CLUSTER { "cluster" } else { "compose network" };
                finding.related(&service, format!("known inside the {network} only"));
            }
            finding.help("give browsers the public address; keep the inner one for a variable that only servers read");
        }
    }
}

/// What steps of pipelines give to the bundles that their jobs then publish.
fn of_steps(model: &Model<'_>, findings: &mut Findings<'_>, seen: &mut BTreeSet<Place>) {
    for (app, setting, bundle) in model.bundled() {
        let Some(environment) = &bundle.environment else { continue };
        let SettingValue::Given(template) = &setting.value else { continue };
        let host = template.as_literal().and_then(|value| host_of(value.expose()));
        let Some(what) = host.as_deref().and_then(unreachable_host) else { continue };
        if !seen.insert(setting.place.clone()) {
            continue;
        }
        let (name, app) = (&setting.name, &model.apps.list[app].name);
        let message = format!("`{name}` of {app} sends browsers to {what} in {environment}");
        let place = Place::new(&setting.place.path, setting.value_span);
        let finding = findings.report(&place, "no browser can reach this host", message);
        finding.variable(name).app(app).environment(environment);
        finding.related(&bundle.step.place, "the bundle is built here, and published behind it");
        finding.help("give the step the address that browsers can reach");
    }
}

fn public_names(model: &Model<'_>, view: &View) -> BTreeSet<Name> {
    let given = view.layers.iter().flat_map(|layer| layer.settings.keys());
    let is_client = |name: &Name| {
        model.public_prefix(view.app, name).is_some()
            || model.schemas[view.app].declaration(name).is_some_and(|found| found.declaration.side == Side::Client)
    };
    given.filter(|name| is_client(name)).cloned().collect()
}

fn has_default(setting: &crate::fact::Setting) -> bool {
    let SettingValue::Given(template) = &setting.value else { return false };
    template.references().iter().any(|reference| reference.operator.is_some())
}

/// What names of a cluster's services stand for.
const CLUSTER: &str = "a service of the cluster";

/// What `localhost` stands for in a browser.
const OWN_MACHINE: &str = "their own machine";

pub(super) struct Unreachable {
    what: &'static str,
    service: Option<Place>,
}

impl Unreachable {
    /// Whether a server beside it reaches the host.
    pub(super) fn is_for_servers(&self) -> bool {
        self.what != OWN_MACHINE
    }
}

/// Why browsers do not reach the host of an address that a target of a view is given.
pub(super) fn unreachable(model: &Model<'_>, view: &View, value: &str) -> Option<Unreachable> {
    let host = host_of(value)?;
    if is_of_cluster(&host) {
        return Some(Unreachable { what: CLUSTER, service: None });
    }
    if let Some(group) = view.target.map(|target| model.targets[target].group)
        && group.hosts.contains(&host)
    {
        let service = group.targets.iter().find(|target| target.name == host).map(|target| target.place.clone());
        let in_cluster = view.target.is_some_and(|at| model.targets[at].target.kind == TargetKind::KubernetesContainer);
        let what = if in_cluster { CLUSTER } else { "a service of the compose network" };
        return Some(Unreachable { what, service });
    }
    unreachable_host(&host).map(|what| Unreachable { what, service: None })
}

/// The host of an address that browsers are sent to.
fn host_of(value: &str) -> Option<String> {
    let scheme = value.split_once("://")?.0;
    if !matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https" | "ws" | "wss") {
        return None;
    }
    Some(url::first_host(value)?.to_ascii_lowercase())
}

fn is_of_cluster(host: &str) -> bool {
    matches!(host.rsplit('.').next(), Some("svc")) || host.ends_with(".cluster.local")
}

/// What a host is that no browser reaches, wherever its name is used.
fn unreachable_host(host: &str) -> Option<&'static str> {
    if is_of_cluster(host) {
        return Some(CLUSTER);
    }
    if matches!(host, "localhost" | "0.0.0.0" | "::1" | "host.docker.internal")
        || host.starts_with("127.")
        || host.ends_with(".localhost")
    {
        return Some(OWN_MACHINE);
    }
    if host.ends_with(".internal") {
        return Some("a host of the inner network");
    }
    let address: Option<std::net::Ipv4Addr> = host.parse().ok();
    address.filter(|address| address.is_private() || address.is_link_local()).map(|_| "a private address")
}
