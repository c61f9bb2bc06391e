//! Podman's `.container` units: the container that one starts. Pods, networks and builds are not looked at.
//!
//! Source: `podman-systemd.unit(5)`, `podman-run(1)`: `Environment=` wins over `EnvironmentFile=`, which is the other way
//! round than for a service, and a secret wins over both.

use super::unit::{EnvFile, Unit};
use crate::fact::{Layer, LayerKind, LayerState, LinkOutcome, Target, TargetKind, TargetSigns};
use crate::loaders::{Files, dotenv};
use crate::source::{Place, SourcePath};
use crate::syntax::dotenv::Dialect;

/// The container of a unit. `adds`: whether only drop-ins of it are known.
pub(super) fn target(files: &Files<'_>, name: &str, unit: &Unit, adds: bool) -> Option<Target> {
    let named = || {
        let file = unit.files.first().map(|(path, file)| Place::new(path, file.span));
        unit.image.as_ref().map(|(_, place)| place.clone()).or(file)
    };
    let place =
        unit.listed.clone().or_else(named).or_else(|| unit.secrets.first().map(|secret| secret.place.clone()))?;
    let settings = unit.settings.iter().chain(&unit.secrets).cloned().collect();
    let own = Layer { kind: LayerKind::Environment, named: place.clone(), settings, state: LayerState::Whole };
    let mut layers = vec![own];
    layers.extend(unit.files.iter().rev().map(|(path, file)| layer(files, path, file)));
    // A span of an image stands in the file of the target.
    let image = unit.image.as_ref().filter(|(image, _)| !image.is_empty());
    let image = image.map(|(image, at)| (image.clone(), if at.path == place.path { at.span } else { place.span }));
    Some(Target {
        kind: TargetKind::DockerContainer,
        name: unit.name.as_deref().filter(|name| !name.contains('%')).unwrap_or(name.trim_end_matches('@')).to_owned(),
        place,
        layers,
        secret_files: Vec::new(),
        environment: None,
        build: None,
        image,
        mounts: Vec::new(),
        signs: TargetSigns { restarts: true, own_command: unit.own_command, ..TargetSigns::default() },
        partial: unit.open || adds || unit.image.is_none(),
    })
}

fn layer(files: &Files<'_>, path: &SourcePath, file: &EnvFile) -> Layer {
    let named = Place::new(path, file.span);
    let outcome = file.link.and_then(|link| files.get(path)?.outcomes.get(link).cloned());
    let outcome = outcome.unwrap_or(LinkOutcome::Outside);
    let kind = LayerKind::EnvFile(match &outcome {
        LinkOutcome::Loaded(path) | LinkOutcome::Missing(path) | LinkOutcome::Ignored(path) => Some(path.clone()),
        LinkOutcome::Unreadable(_) | LinkOutcome::Outside | LinkOutcome::Unresolved => None,
    });
    let read = match &outcome {
        LinkOutcome::Loaded(path) => files.get(path).map(|file| dotenv::settings(file, Dialect::Docker)),
        _ => None,
    };
    let Some(read) = read else {
        let state = LayerState::Unread { outcome, required: file.required };
        return Layer { kind, named, settings: Vec::new(), state };
    };
    let state = if read.whole { LayerState::Whole } else { LayerState::Partial };
    Layer { kind, named, settings: read.settings, state }
}
