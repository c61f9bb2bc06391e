//! One container to a target: its list, what it takes from config maps and secrets, the secrets that it mounts.

use std::collections::BTreeMap;

use super::expand;
use super::external;
use super::objects;
use super::parts::{ClassFile, Container, Given, KeyReference, Map, Source, Variable, VolumeContent, Workload};
use crate::fact::{
    Layer, LayerKind, LayerState, LinkOutcome, Read, ReadPurpose, SecretFile, Setting, SettingValue, StoreKind, Target,
    TargetSigns,
};
use crate::name::{Name, SecretName, Version, is_variable_name};
use crate::source::{Place, Span};
use crate::value::Part;

/// What the names in a container are looked up in.
pub(super) struct Lookup<'a> {
    pub(super) maps: &'a BTreeMap<(bool, String), Map>,
    pub(super) classes: &'a BTreeMap<String, Vec<ClassFile>>,
    /// The store that a map comes from.
    pub(super) store: &'a dyn Fn(&Map) -> StoreKind,
}

/// The target that a container is. `single`: whether it is the only one of its workload, whose name it then has.
pub(super) fn target(lookup: &Lookup<'_>, workload: &Workload, container: &Container, single: bool) -> Target {
    let mut layers = Vec::new();
    let from: Vec<Layer> = container.sources.iter().rev().flat_map(|source| layers_of(lookup, source)).collect();
    let partial = workload.partial || container.partial || container.image.is_none();
    if !container.environment.is_empty() || from.is_empty() {
        let whole = !partial && from.iter().all(|layer| layer.state == LayerState::Whole);
        layers.push(Layer {
            kind: LayerKind::Environment,
            named: container.listed.clone(),
            settings: settings(lookup, container, &from, whole),
            state: LayerState::Whole,
        });
    }
    layers.extend(from);
    let serves_development = container.commands.iter().any(|command| command.serves_development);
    let ends = container.commands.iter().any(|command| command.ends);
    let (name, place) = if single {
        (workload.name.clone(), workload.place.clone())
    } else {
        (format!("{}/{}", workload.name, container.name), container.place.clone())
    };
    Target {
        kind: workload.kind,
        name,
        place,
        layers,
        secret_files: secret_files(lookup, workload, container),
        environment: workload.environment.clone(),
        build: None,
        image: container.image.clone(),
        mounts: Vec::new(),
        signs: TargetSigns {
            development_server: serves_development,
            restarts: !workload.ends,
            one_shot: workload.ends || container.first || (ends && !serves_development),
            own_command: !container.commands.is_empty(),
            ..TargetSigns::default()
        },
        partial,
    }
}

fn settings(lookup: &Lookup<'_>, container: &Container, from: &[Layer], whole: bool) -> Vec<Setting> {
    let mut known: BTreeMap<Name, SettingValue> = BTreeMap::new();
    // Stronger ones come first.
    for setting in from.iter().rev().flat_map(|layer| &layer.settings) {
        known.insert(setting.name.clone(), setting.value.clone());
    }
    let mut settings = Vec::new();
    for variable in &container.environment {
        let Some(mut setting) = setting(lookup, variable) else { continue };
        if let SettingValue::Given(template) = &setting.value
            && template.parts.iter().any(|part| matches!(part, Part::Reference(_)))
        {
            // What it takes may well come from a store, so that it is no plain value of its own.
            setting.value = objects::unless_made(SettingValue::Given(expand::expand(template, &known, whole)));
        }
        known.insert(setting.name.clone(), setting.value.clone());
        settings.push(setting);
    }
    settings
}

/// What the values of a container's variables take from its other ones.
pub(super) fn reads(container: &Container, target: &str) -> Vec<Read> {
    let references = container.environment.iter().flat_map(|variable| {
        let Given::Here(SettingValue::Given(template)) = &variable.value else { return Vec::new() };
        template.references().into_iter().map(|reference| (variable, reference)).collect()
    });
    let reads = references.map(|(variable, reference)| Read {
        path: variable.place.path.clone(),
        reference: reference.clone(),
        target: Some(target.to_owned()),
        purpose: ReadPurpose::Variable(variable.name.clone()),
    });
    reads.collect()
}

/// How many settings a target of a container would hold at most.
pub(super) fn weight(lookup: &Lookup<'_>, container: &Container) -> usize {
    let of_map = |map: &Map| map.settings.len() + map.layers.iter().map(|layer| layer.settings.len()).sum::<usize>();
    let maps = container.sources.iter().filter_map(|source| lookup.maps.get(&(source.secret, source.object.clone())));
    container.environment.len() + maps.map(of_map).sum::<usize>()
}

/// What an entry of `env` gives; `None`: nothing at all.
fn setting(lookup: &Lookup<'_>, variable: &Variable) -> Option<Setting> {
    let made = |value: SettingValue| Setting {
        name: variable.name.clone(),
        place: variable.place.clone(),
        value_span: variable.value_span,
        value,
    };
    let reference = match &variable.value {
        Given::Removed => return None,
        Given::Here(value) => return Some(made(value.clone())),
        Given::Key(reference) => reference,
    };
    // What need not be there is a thing of the surroundings, of which nothing is known.
    let absent = if reference.optional { SettingValue::PassThrough } else { SettingValue::Unknown };
    let Some(map) = lookup.maps.get(&(reference.secret, reference.object.clone())) else {
        let value = match absent {
            SettingValue::Unknown if reference.secret => in_cluster(reference),
            absent => absent,
        };
        return Some(made(value));
    };
    let layers = map.layers.iter().flat_map(|layer| layer.settings.iter().rev());
    let mut all = map.settings.iter().rev().chain(layers);
    let Some(found) = all.find(|setting| setting.name.as_str() == reference.key) else {
        let is_whole = map.whole && map.layers.iter().all(|layer| layer.state == LayerState::Whole);
        // A container whose config map lacks the key does not get the variable, and does not start if it must.
        return (!is_whole || map.secret).then(|| made(absent));
    };
    let mut setting = made(found.value.clone());
    let is_text = |setting: &Setting| matches!(setting.value, SettingValue::Given(_));
    if map.secret && is_text(found) {
        // The line that a person must edit is the one where the secret is written.
        setting.place = with_colon(&found.place);
        setting.value_span = found.value_span;
    } else if found.place.path == setting.place.path && is_text(found) {
        setting.value_span = found.value_span;
    }
    Some(setting)
}

/// The name of a variable in an object that calls it otherwise, or that others use under this name: with one more byte,
/// so that nobody takes it for the name alone and writes another one there.
fn with_colon(place: &Place) -> Place {
    Place::new(&place.path, Span::new(place.span.start, place.span.end + 1))
}

/// A key of a secret that no file describes.
fn in_cluster(reference: &KeyReference) -> SettingValue {
    SettingValue::Injected {
        store: StoreKind::Kubernetes,
        secret: SecretName::new(&format!("{}/{}", reference.object, reference.key)),
        version: Version::Latest,
    }
}

/// What an entry of `envFrom` gives, strongest first.
fn layers_of(lookup: &Lookup<'_>, source: &Source) -> Vec<Layer> {
    let unresolved = || LayerState::Unread { outcome: LinkOutcome::Unresolved, required: !source.optional };
    let layer = |settings, state| Layer { kind: LayerKind::Environment, named: source.place.clone(), settings, state };
    let Some(map) = lookup.maps.get(&(source.secret, source.object.clone())) else {
        return vec![layer(Vec::new(), unresolved())];
    };
    let named = |settings: &[Setting]| -> Vec<Setting> {
        let named = settings.iter().map(|setting| prefixed(setting, &source.prefix));
        // Other keys are files, such as `nginx.conf`, and no variables.
        named.filter(|setting| is_variable_name(setting.name.as_str())).collect()
    };
    let state = if map.whole { LayerState::Whole } else { unresolved() };
    let mut layers = vec![layer(named(&map.settings), state)];
    layers.extend(map.layers.iter().map(|of_file| Layer { settings: named(&of_file.settings), ..of_file.clone() }));
    layers
}

fn prefixed(setting: &Setting, prefix: &str) -> Setting {
    if prefix.is_empty() {
        return setting.clone();
    }
    let name = Name::new(&format!("{prefix}{}", setting.name));
    Setting { name, place: with_colon(&setting.place), ..setting.clone() }
}

/// The stored secrets that a container finds as files.
fn secret_files(lookup: &Lookup<'_>, workload: &Workload, container: &Container) -> Vec<SecretFile> {
    let mut files = Vec::new();
    for mount in &container.mounts {
        let Some(volume) = workload.volumes.iter().rev().find(|volume| volume.name == mount.volume) else { continue };
        for (place, content) in &volume.contents {
            let mut add = |path: &str, store: StoreKind, secret: SecretName, version: Version| {
                let path = match &mount.sub_path {
                    Some(one) if one == path => mount.path.clone(),
                    Some(_) => return,
                    None => format!("{}/{}", mount.path, path.trim_start_matches('/')),
                };
                files.push(SecretFile { path, place: place.clone(), store, secret, version });
            };
            match content {
                VolumeContent::Stored(items) => {
                    for (path, secret, version) in items {
                        add(path, StoreKind::GoogleSecretManager, secret.clone(), version.clone());
                    }
                }
                VolumeContent::Class(class) => {
                    for file in lookup.classes.get(class).into_iter().flatten() {
                        add(&file.path, file.store, file.secret.clone(), file.version.clone());
                    }
                }
                VolumeContent::Keys { object, items } => {
                    let map = lookup.maps.get(&(true, object.clone()));
                    let all = || map.into_iter().flat_map(|map| &map.settings);
                    let own: Vec<(String, String)> = match items {
                        Some(items) => items.clone(),
                        None => all().map(|setting| (setting.name.to_string(), setting.name.to_string())).collect(),
                    };
                    for (key, path) in own {
                        let found = all().find(|setting| setting.name.as_str() == key).map(|setting| &setting.value);
                        if let Some(SettingValue::Injected { store, secret, version }) = found {
                            add(&path, *store, secret.clone(), version.clone());
                        } else {
                            let secret = SecretName::new(&format!("{object}/{key}"));
                            add(&path, StoreKind::Kubernetes, secret, Version::Latest);
                        }
                    }
                }
            }
        }
    }
    files.extend(blobs(lookup, workload, container));
    files
}

/// The stored secrets of which a container gets parts under names that are not known.
fn blobs(lookup: &Lookup<'_>, workload: &Workload, container: &Container) -> Vec<SecretFile> {
    let of_keys = container.environment.iter().filter_map(|variable| match &variable.value {
        Given::Key(reference) if reference.secret => Some(reference.object.as_str()),
        _ => None,
    });
    let of_sources = container.sources.iter().filter(|source| source.secret).map(|source| source.object.as_str());
    let contents = workload.volumes.iter().flat_map(|volume| &volume.contents);
    let of_volumes = contents.filter_map(|(_, content)| match content {
        VolumeContent::Keys { object, .. } => Some(object.as_str()),
        _ => None,
    });
    let mut objects: Vec<&str> = of_keys.chain(of_sources).chain(of_volumes).collect();
    objects.sort_unstable();
    objects.dedup();
    let maps = objects.into_iter().filter_map(|object| lookup.maps.get(&(true, object.to_owned())));
    maps.flat_map(|map| {
        let store = (lookup.store)(map);
        map.blobs.iter().map(move |(secret, place)| external::blob(place, secret, store))
    })
    .collect()
}
