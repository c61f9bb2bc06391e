//! Secrets that a deploy description hands on in plain text, whatever they are: only their way is known.

use std::sync::Arc;

use crate::fact::{LayerKind, Setting, SettingValue, StoreKind, TargetKind};
use crate::model::{AppTarget, Model, Origin, Slot};
use crate::tables::secret_names;
use crate::value::{Part, Value};

/// The places at which a value that is not known here is given to a target that could take it from a store.
pub(super) fn find<'a>(model: &'a Model<'_>) -> Vec<Slot<'a>> {
    let mut slots = Vec::new();
    for (index, target) in model.targets.iter().enumerate() {
        if target.foreign || !target.deployed || !takes_stored_secrets(target) {
            continue;
        }
        let apps: Arc<[usize]> = target.app.as_slice().into();
        let own = target.target.layers.iter().filter(|layer| layer.kind == LayerKind::Environment);
        for setting in own.flat_map(|layer| &layer.settings).filter(|setting| is_handed_on(setting)) {
            let declared = target.app.and_then(|app| model.schemas[app].declaration(&setting.name)?.declaration.secret);
            if !declared.unwrap_or_else(|| secret_names::is_secret_name(&setting.name)) {
                continue;
            }
            slots.push(Slot {
                name: &setting.name,
                path: &setting.place.path,
                span: if setting.value_span.is_empty() { setting.place.span } else { setting.value_span },
                value: Value::new(""),
                origin: Origin::Target(index),
                fallback: false,
                apps: Arc::clone(&apps),
                environment: Some(target.environment.clone()),
                deployed: true,
                local: false,
                secret: true,
            });
        }
    }
    slots
}

/// Whether the description of a target has two ways to give a variable, a plain one and one for secrets.
fn takes_stored_secrets(target: &AppTarget<'_>) -> bool {
    match target.target.kind {
        TargetKind::CloudRunService | TargetKind::CloudRunJob | TargetKind::Function | TargetKind::EcsContainer => true,
        // What is not known in a manifest is put in by what renders it, which may well be a store.
        TargetKind::KubernetesContainer
        | TargetKind::ModuleContainer
        | TargetKind::ComposeService
        | TargetKind::PlatformApp
        | TargetKind::SystemdUnit
        | TargetKind::DockerContainer
        | TargetKind::Step
        | TargetKind::Trial => false,
    }
}

fn is_handed_on(setting: &Setting) -> bool {
    match &setting.value {
        SettingValue::Given(template) => template.parts.iter().any(|part| matches!(part, Part::Unknown(_))),
        // What a workflow takes from GitHub, its command line hands on as it is.
        SettingValue::Injected { store, .. } => *store == StoreKind::GitHubSecrets,
        SettingValue::PassThrough | SettingValue::Unknown => false,
    }
}
