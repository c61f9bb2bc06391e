//! What a later description makes of an earlier one: patches over workloads, generators over generators.

use std::collections::BTreeSet;

use super::parts::{Container, Map, Workload};

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

/// Notes that a workload of this name, or any, is changed in a way that is not followed.
pub(super) fn change(workloads: &mut [Workload], target: Option<&str>) {
    for workload in workloads {
        workload.partial |= target.is_none_or(|target| workload.name == target);
    }
}

/// A strategic merge: containers and their variables by name, all else replaced.
pub(super) fn lay_over(workload: &mut Workload, over: &Workload) {
    workload.partial |= over.partial;
    workload.volumes.extend(over.volumes.iter().cloned());
    for container in &over.containers {
        let known = workload.containers.iter_mut().find(|known| known.name == container.name);
        let Some(known) = known else {
            workload.containers.push(container.clone());
            continue;
        };
        lay_container_over(known, container);
    }
    if over.environment.is_some() {
        workload.environment.clone_from(&over.environment);
    }
}

fn lay_container_over(known: &mut Container, over: &Container) {
    let given: BTreeSet<_> = over.environment.iter().map(|variable| &variable.name).collect();
    known.environment.retain(|variable| !given.contains(&variable.name));
    known.environment.extend(over.environment.iter().cloned());
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
