//! What a file of manifests says before anything is joined.

use std::collections::BTreeMap;

use super::kustomize::Kustomization;
use super::operations::Operation;
use crate::fact::{Layer, Setting, SettingValue, StoreKind, TargetKind};
use crate::loaders::compose::signs::Command;
use crate::name::{Name, SecretName, Version};
use crate::source::{Place, Span};

/// One file.
#[derive(Default)]
pub(super) struct File {
    /// The workloads in the order of the file.
    pub(super) workloads: Vec<Workload>,
    /// Config maps and secrets.
    pub(super) maps: Vec<Map>,
    /// The stores that external secrets come from, by name.
    pub(super) stores: Vec<(String, StoreKind)>,
    /// Classes of volumes that bring stored secrets, by name.
    pub(super) classes: Vec<(String, Vec<ClassFile>)>,
    /// The names of services, by which pods reach each other.
    pub(super) hosts: Vec<String>,
    /// What it says if it is a kustomization.
    pub(super) kustomization: Option<Kustomization>,
    /// What it says if it is a list of operations on a resource.
    pub(super) operations: Vec<Operation>,
    /// Whether a part of it is missing.
    pub(super) lossy: bool,
}

impl File {
    /// Whether it says nothing that is read of patches.
    pub(super) fn is_empty(&self) -> bool {
        self.workloads.is_empty() && self.maps.is_empty() && self.operations.is_empty()
    }
}

/// Something that runs containers.
#[derive(Clone)]
pub(super) struct Workload {
    pub(super) kind: TargetKind,
    pub(super) name: String,
    /// What the cluster calls it.
    pub(super) identity: Identity,
    /// Where the name stands.
    pub(super) place: Place,
    /// The word by which it says where it runs: a label, a namespace.
    pub(super) environment: Option<String>,
    pub(super) containers: Vec<Container>,
    pub(super) volumes: Vec<Volume>,
    /// Whether it ends by itself: a job.
    pub(super) ends: bool,
    /// Whether it is a patch that takes the workload of its name away.
    pub(super) removed: bool,
    /// Whether a part of it was not understood.
    pub(super) partial: bool,
}

impl Workload {
    /// Whether this is one of its names.
    pub(super) fn is_called(&self, name: &str) -> bool {
        self.name == name || self.identity.names.iter().any(|own| own == name)
    }
}

/// What tells one resource from another, for what selects it.
#[derive(Clone, Default)]
pub(super) struct Identity {
    pub(super) group: String,
    pub(super) version: String,
    pub(super) kind: String,
    pub(super) namespace: Option<String>,
    pub(super) labels: Vec<(String, String)>,
    pub(super) annotations: Vec<(String, String)>,
    /// The names that it got beside its own, one after the other.
    pub(super) names: Vec<String>,
    /// The way from the resource to the description of its pods.
    pub(super) way: &'static [&'static str],
}

/// One container of a [`Workload`].
#[derive(Clone)]
pub(super) struct Container {
    pub(super) name: String,
    pub(super) place: Place,
    /// Whether it runs before the others.
    pub(super) first: bool,
    pub(super) image: Option<(String, Span)>,
    pub(super) environment: Vec<Variable>,
    /// Where its list stands.
    pub(super) listed: Place,
    pub(super) sources: Vec<Source>,
    pub(super) mounts: Vec<Mount>,
    /// The commands of its own, instead of the image's.
    pub(super) commands: Vec<Command>,
    pub(super) partial: bool,
}

/// An entry of `env`.
#[derive(Clone)]
pub(super) struct Variable {
    pub(super) name: Name,
    pub(super) place: Place,
    pub(super) value_span: Span,
    pub(super) value: Given,
}

/// What an entry of `env` gives.
#[derive(Clone)]
pub(super) enum Given {
    /// What is known here already. References in it are `$(NAME)`, to other variables of the container.
    Here(SettingValue),
    /// A key of a config map or of a secret of the cluster.
    Key(KeyReference),
    /// Nothing: a patch takes the variable away.
    Removed,
}

/// A key of a [`Map`].
#[derive(Clone)]
pub(super) struct KeyReference {
    pub(super) secret: bool,
    pub(super) object: String,
    pub(super) key: String,
    /// Whether it need not be there.
    pub(super) optional: bool,
}

/// An entry of `envFrom`.
#[derive(Clone)]
pub(super) struct Source {
    pub(super) secret: bool,
    pub(super) object: String,
    pub(super) prefix: String,
    pub(super) optional: bool,
    /// Where the object's name stands.
    pub(super) place: Place,
}

/// `volumeMounts`.
#[derive(Clone)]
pub(super) struct Mount {
    pub(super) volume: String,
    pub(super) path: String,
    /// The one file of it that is mounted.
    pub(super) sub_path: Option<String>,
}

/// A volume whose files are secrets.
#[derive(Clone)]
pub(super) struct Volume {
    pub(super) name: String,
    /// What it holds, each with where the secret is named.
    pub(super) contents: Vec<(Place, VolumeContent)>,
}

/// What a [`Volume`] holds.
#[derive(Clone)]
pub(super) enum VolumeContent {
    /// Files of a provider's store: path, id, version.
    Stored(Vec<(String, SecretName, Version)>),
    /// Keys of a secret of the cluster; key and path, or all of them under their own names.
    Keys { object: String, items: Option<Vec<(String, String)>> },
    /// What a class brings.
    Class(String),
}

/// A file that a class of volumes brings.
#[derive(Clone)]
pub(super) struct ClassFile {
    pub(super) path: String,
    pub(super) store: StoreKind,
    pub(super) secret: SecretName,
    pub(super) version: Version,
}

/// A config map, a secret, or what makes one.
#[derive(Clone)]
pub(super) struct Map {
    pub(super) secret: bool,
    pub(super) name: String,
    /// Its keys with what they hold; where the store of one is not known yet, see `from`.
    pub(super) settings: Vec<Setting>,
    /// The name of the store that the injections among `settings` come from.
    pub(super) from: Option<String>,
    /// Stored secrets of which some part arrives under keys that are not known.
    pub(super) blobs: Vec<(SecretName, Place)>,
    /// The env files that it is made of as well, strongest first; weaker than `settings`.
    pub(super) layers: Vec<Layer>,
    /// Whether that is all.
    pub(super) whole: bool,
}

impl Map {
    /// One without a key.
    pub(super) fn new(name: &str, secret: bool) -> Self {
        Self {
            secret,
            name: name.to_owned(),
            settings: Vec::new(),
            from: None,
            blobs: Vec::new(),
            layers: Vec::new(),
            whole: true,
        }
    }
}

/// The ids that stand for secrets in Cloud Run's annotation `run.googleapis.com/secrets`.
pub(super) type Aliases = BTreeMap<String, String>;
