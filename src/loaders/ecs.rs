//! Task definitions of ECS in JSON: containers and what they get. What Terraform says of such is read with its own.
//!
//! Source: AWS, "Task definition parameters"; `aws-actions/amazon-ecs-render-task-definition`, which adds to a file.

mod read;

use std::collections::BTreeSet;

use memchr::memmem;

use super::{Assembled, Claim, Files, Loader};
use crate::fact::{
    Layer, LayerKind, LayerState, LinkKind, LinkOutcome, Loaded, Role, Setting, StoreKind, StoredRead, Target,
    TargetGroup, TargetKind, TargetSigns,
};
use crate::loaders::commands;
use crate::name::SecretName;
use crate::source::{Place, SourceFile, SourcePath, Span};

/// The loader.
pub static LOADER: Loader =
    Loader { name: "ecs", claims, links: &[(LinkKind::TaskDefinition, Role::Deploy)], load, assemble: Some(assemble) };

/// What one file says.
#[derive(Default)]
struct Task {
    /// The word of its family that names an environment.
    environment: Option<String>,
    containers: Vec<Container>,
    /// What the platform itself reads of stores, and no container sees.
    reads: Vec<(StoreKind, SecretName, Place)>,
}

/// A container of a [`Task`].
struct Container {
    name: String,
    place: Place,
    image: Option<(String, Span)>,
    /// Where its list stands.
    listed: Place,
    settings: Vec<Setting>,
    /// Env files in a bucket, by where they are named.
    files: Vec<Span>,
    own_command: bool,
    /// Whether a part of it was not understood.
    partial: bool,
}

/// A task that something of the repository starts, with what it adds to the file.
#[derive(Clone, Debug, Default)]
pub(super) struct TaskCall {
    /// The file.
    pub(super) file: Option<SourcePath>,
    /// What is added, by container.
    pub(super) additions: Vec<Addition>,
    /// The word by which its file says for what environment.
    pub(super) environment: Option<String>,
    /// Whether something of it could not be followed.
    pub(super) open: bool,
}

/// What is added to a container of a task.
#[derive(Clone, Debug)]
pub(super) struct Addition {
    /// The container.
    pub(super) container: String,
    /// Where it is named.
    pub(super) place: Place,
    /// Its image, instead of the file's.
    pub(super) image: Option<(String, Place)>,
    /// Its variables, which win over the file's.
    pub(super) settings: Vec<Setting>,
    /// Whether it may be given more than that.
    pub(super) open: bool,
}

fn claims(path: &SourcePath) -> Option<Claim> {
    let stem = path.name().strip_suffix(".json")?;
    // Asked of every JSON file, so most are told by one glance.
    let may_be = ["ask", "ASK", "ontainer"].iter().any(|word| memmem::find(stem.as_bytes(), word.as_bytes()).is_some());
    let in_folder = || path.as_str().rsplit('/').nth(1) == Some(".aws");
    if !may_be {
        return in_folder().then(|| Claim::new(Role::Deploy));
    }
    let small = stem.to_ascii_lowercase().replace(['_', '.'], "-");
    let is_named = ["task-definition", "taskdefinition", "taskdef", "task-def", "ecs-task", "container-definition"]
        .iter()
        .any(|word| small.contains(word));
    (is_named || in_folder()).then(|| Claim::new(Role::Deploy))
}

fn load(source: &SourceFile, _claim: &Claim) -> Loaded {
    let mut loaded = Loaded::default();
    if source.text().contains("\"containerDefinitions\"") || source.text().trim_start().starts_with('[') {
        let task = read::task(source, &mut loaded);
        loaded.parsed = task.map(|task| Box::new(task) as _);
    }
    loaded
}

/// The tasks that nothing of the repository adds anything to.
fn assemble(files: &Files<'_>) -> Assembled {
    let mut assembled = Assembled::default();
    let mut tasks = files.of(LOADER.name).filter(|(_, file)| file.loaded.parsed.is_some()).peekable();
    if tasks.peek().is_none() {
        return assembled;
    }
    let called = called(files);
    for (path, file) in tasks {
        let Some(task) = file.loaded.parsed.as_ref().and_then(|parsed| parsed.downcast_ref::<Task>()) else { continue };
        let read = |(store, secret, place): &(StoreKind, SecretName, Place)| StoredRead {
            store: *store,
            secret: secret.clone(),
            place: place.clone(),
            fallback: false,
            environment: None,
            anywhere: true,
        };
        let targets = if called.contains(path) { Vec::new() } else { task.targets(path, &TaskCall::default()) };
        let stored_reads: Vec<StoredRead> = task.reads.iter().map(read).collect();
        if !targets.is_empty() || !stored_reads.is_empty() {
            let paths = vec![path.clone()];
            assembled.groups.push(TargetGroup { paths, targets, stored_reads, ..TargetGroup::default() });
        }
    }
    assembled
}

/// The files that something starts, which tells of them.
fn called<'a>(files: &Files<'a>) -> BTreeSet<&'a SourcePath> {
    let starters = ["workflow", "recipe", "gitlab", "cloud-build", "manifest"];
    let named = starters.into_iter().flat_map(|loader| files.of(loader)).flat_map(|(_, file)| {
        file.loaded.links.iter().zip(&file.outcomes).filter_map(|(link, outcome)| match outcome {
            LinkOutcome::Loaded(path) if link.kind == LinkKind::TaskDefinition => Some(path),
            _ => None,
        })
    });
    named.collect()
}

/// The containers of a task that something starts; where its file was not read, those that something is added to.
pub(super) fn targets(files: &Files<'_>, call: &TaskCall) -> Vec<Target> {
    let read = || {
        let path = call.file.as_ref()?;
        let (path, file) = files.of(LOADER.name).find(|(known, _)| *known == path)?;
        let task = file.loaded.parsed.as_ref()?.downcast_ref::<Task>()?;
        Some(task.targets(path, call))
    };
    read().unwrap_or_else(|| {
        let given = call.additions.iter().filter(|addition| !addition.settings.is_empty());
        given.map(|addition| addition.target(call)).collect()
    })
}

impl Addition {
    /// The container as far as it is known without its file.
    fn target(&self, call: &TaskCall) -> Target {
        let (kind, named) = (LayerKind::Environment, self.place.clone());
        let layer = Layer { kind, named, settings: self.settings.clone(), state: LayerState::Whole };
        Target {
            kind: TargetKind::EcsContainer,
            name: self.container.clone(),
            place: self.place.clone(),
            layers: vec![layer],
            secret_files: Vec::new(),
            environment: call.environment.clone(),
            build: None,
            image: self.image.as_ref().map(|(image, place)| (image.clone(), place.span)),
            mounts: Vec::new(),
            signs: TargetSigns { speaks_for_itself: true, ..TargetSigns::default() },
            partial: true,
        }
    }
}

impl Task {
    fn targets(&self, path: &SourcePath, call: &TaskCall) -> Vec<Target> {
        self.containers.iter().map(|container| self.target(path, container, call)).collect()
    }

    fn target(&self, path: &SourcePath, container: &Container, call: &TaskCall) -> Target {
        let own = call.additions.iter().filter(|addition| addition.container == container.name);
        let added: Vec<&Addition> = own.collect();
        let settings: Vec<Setting> = added.iter().rev().flat_map(|addition| &addition.settings).cloned().collect();
        let mut layers = Vec::new();
        if let Some(first) = settings.first() {
            let named = first.place.clone();
            layers.push(Layer { kind: LayerKind::Environment, named, settings, state: LayerState::Whole });
        }
        layers.push(Layer {
            kind: LayerKind::Environment,
            named: container.listed.clone(),
            settings: container.settings.clone(),
            state: LayerState::Whole,
        });
        layers.extend(container.files.iter().rev().map(|span| Layer {
            kind: LayerKind::EnvFile(None),
            named: Place::new(path, *span),
            settings: Vec::new(),
            state: LayerState::Unread { outcome: LinkOutcome::Outside, required: true },
        }));
        let image = added.iter().rev().find_map(|addition| addition.image.as_ref());
        let image = image.map(|(image, _)| (image.clone(), container.place.span)).or_else(|| container.image.clone());
        Target {
            kind: TargetKind::EcsContainer,
            name: container.name.clone(),
            place: container.place.clone(),
            layers,
            secret_files: Vec::new(),
            environment: call.environment.clone().or_else(|| self.environment.clone()),
            build: None,
            image,
            mounts: Vec::new(),
            signs: TargetSigns { restarts: true, own_command: container.own_command, ..TargetSigns::default() },
            partial: container.partial || call.open || added.iter().any(|addition| addition.open),
        }
    }
}

/// The stored secret that an address of AWS names: an ARN, or the name of a parameter.
pub(super) fn stored(text: &str) -> Option<(StoreKind, SecretName)> {
    let stored = |store, secret: &str| {
        let secret = secret.trim_matches('/');
        (!secret.is_empty()).then(|| (store, SecretName::new(secret)))
    };
    if let Some((_, rest)) = text.split_once(":parameter/") {
        return stored(StoreKind::AwsParameterStore, rest);
    }
    if let Some((_, rest)) = text.split_once(":secret:") {
        let name = rest.split(':').next().unwrap_or(rest);
        // AWS adds a `-` and six characters to the name.
        let name = name.rsplit_once('-').filter(|(_, end)| end.len() == 6).map_or(name, |(name, _)| name);
        return stored(StoreKind::AwsSecretsManager, name);
    }
    if text.starts_with("arn:") {
        return None;
    }
    let name = text.split(':').next().unwrap_or(text);
    // Without an ARN it is a parameter, unless a key in a secret is named.
    let store = if text.contains(':') { StoreKind::AwsSecretsManager } else { StoreKind::AwsParameterStore };
    stored(store, name)
}

/// The word of a family's name that names an environment.
fn environment_of(family: &str) -> Option<String> {
    commands::word_in(family)
}

#[cfg(test)]
mod tests;
