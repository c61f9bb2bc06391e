//! One service that two files describe, and that takes a variable from another secret in each.

use std::collections::{BTreeMap, BTreeSet};

use crate::fact::SettingValue;
use crate::finding::{Findings, Level};
use crate::model::{Binding, Model, State};
use crate::name::{Environment, Name, SecretName};
use crate::rules::wording;
use crate::source::Place;

/// A command that deploys a service, and the file that describes it.
struct Twice<'m> {
    binding: &'m Binding,
    service: &'m str,
    described: (&'m SecretName, Place),
}

/// What is told in one finding: one line of a command, and what it takes.
type Key<'m> = (Place, &'m Name, &'m Environment, &'m SecretName);

/// The secret that all of them take, and where the first does.
type Taken<'m> = BTreeMap<&'m SecretName, Place>;

pub(super) fn find(model: &Model<'_>, findings: &mut Findings<'_>) {
    let mut found: BTreeMap<Key<'_>, Vec<Twice<'_>>> = BTreeMap::new();
    for binding in &model.bindings {
        let mut services: BTreeMap<_, (Taken<'_>, Taken<'_>)> = BTreeMap::new();
        for sighting in &binding.sightings {
            let (State::Injected(secret, _), Some(winner)) = (&sighting.state, &sighting.winner) else { continue };
            let Some(target) = model.views[sighting.view].target.map(|target| model.targets[target].target) else {
                continue;
            };
            // What GitHub keeps has a name of its own.
            let SettingValue::Injected { store, .. } = winner.value else { continue };
            let (described, commanded) = services.entry((target.kind, target.name.as_str(), store)).or_default();
            let side = if target.signs.speaks_for_itself { commanded } else { described };
            side.entry(secret).or_insert_with(|| winner.place.clone());
        }
        for ((_, service, _), (described, commanded)) in services {
            // Where a service is described several times, each may be of another region.
            let (1, 1) = (described.len(), commanded.len()) else { continue };
            let (Some(described), Some((secret, place))) = (described.into_iter().next(), commanded.into_iter().next())
            else {
                continue;
            };
            if described.0 != secret {
                let key = (place, &binding.name, &binding.environment, secret);
                found.entry(key).or_default().push(Twice { binding, service, described });
            }
        }
    }
    for ((place, name, environment, secret), all) in found {
        let apps: BTreeSet<&str> = all.iter().map(|twice| &*model.apps.list[twice.binding.app].name).collect();
        let others: BTreeSet<&SecretName> = all.iter().map(|twice| twice.described.0).collect();
        let services: BTreeSet<&str> = all.iter().map(|twice| twice.service).collect();
        let verb = if services.len() == 1 { "is" } else { "are" };
        let message = format!(
            "`{name}` of {} in {environment} is taken from `{secret}` here, and from {} where {} {verb} described",
            wording::words(&apps),
            wording::names(&others),
            wording::names(&services),
        );
        let finding = findings.report(&place, "one secret", message).at_level(Level::Warning);
        finding.variable(name).environment(environment);
        finding.help("whatever is applied last wins: describe a service in one place, or name the same secret in both");
        if let [app] = apps.into_iter().collect::<Vec<_>>().as_slice() {
            finding.app(app);
        }
        for twice in all {
            finding.related(&twice.described.1, "another");
        }
    }
}
