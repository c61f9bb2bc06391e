//! What a later description makes of an earlier one: patches over workloads, generators over generators.

use std::collections::BTreeSet;

use super::parts::{Container, Given, Map, Workload};
use crate::fact::SettingValue;

/// What a later description makes of an earlier one of the same name.
pub(super) fn merged(mut base: Map, over: Map) -> Map {
    let given: BTreeSet<_> = over.settings.iter().map(|setting| setting.name.clone()).collect();
    base.settings.retain(|setting| !given.contains(&setting.name));
    base.settings.extend(over.settings);
    base.blobs.extend(over.blobs);
    let mut layers = over.layers;
    layers.append(&mut base.layers);
    base.layers = layers;
    base.whole &= over.whole;
    // Two stores for one secret are not told apart.
    if over.from.is_some() && base.from != over.from {
        base.whole = false;
        base.from = over.from;
    }
    base
}

/// Notes that a workload is changed in a way that is not followed: what stands in it as text may be something else.
pub(super) fn change(workload: &mut Workload) {
    workload.partial = true;
    for variable in workload.containers.iter_mut().flat_map(|container| &mut container.environment) {
        if let Given::Here(SettingValue::Given(_)) = variable.value {
            variable.value = Given::Here(SettingValue::Unknown);
        }
    }
}

/// The same of a config map or a secret.
pub(super) fn blur(map: &mut Map) {
    map.whole = false;
    let layers = map.layers.iter_mut().flat_map(|layer| &mut layer.settings);
    for setting in map.settings.iter_mut().chain(layers) {
        if let SettingValue::Given(_) = setting.value {
            setting.value = SettingValue::Unknown;
        }
    }
}

/// A strategic merge: containers and their variables by name, those of the patch first, as `kustomize` puts them; all
/// else replaced.
pub(super) fn lay_over(workload: &mut Workload, over: &Workload) {
    workload.partial |= over.partial;
    workload.volumes.extend(over.volumes.iter().cloned());
    let mut rest = std::mem::take(&mut workload.containers);
    for container in &over.containers {
        let known = rest.iter().position(|known| known.name == container.name && known.first == container.first);
        workload.containers.push(match known {
            Some(known) => {
                let mut known = rest.remove(known);
                lay_container_over(&mut known, container);
                known
            }
            None => container.clone(),
        });
    }
    workload.containers.append(&mut rest);
    if over.environment.is_some() {
        workload.environment.clone_from(&over.environment);
    }
}

fn lay_container_over(known: &mut Container, over: &Container) {
    let given: BTreeSet<_> = over.environment.iter().map(|variable| &variable.name).collect();
    known.environment.retain(|variable| !given.contains(&variable.name));
    known.environment.splice(0..0, over.environment.iter().cloned());
    if !over.sources.is_empty() {
        known.sources.clone_from(&over.sources);
    }
    if over.image.is_some() {
        known.image.clone_from(&over.image);
    }
    known.mounts.extend(over.mounts.iter().cloned());
    if !over.commands.is_empty() {
        known.commands.clone_from(&over.commands);
    }
    known.partial |= over.partial;
}
