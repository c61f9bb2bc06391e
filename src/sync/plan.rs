//! What a plan is made of. It holds values, which only `apply` takes out of it; what is printed of it has none.

use std::collections::BTreeMap;

use crate::name::{Environment, Name, SecretName};
use crate::source::Place;
use crate::stores::Place as StorePlace;
use crate::value::Value;

use super::wishes::Wish;

/// What a run would do.
#[derive(Debug)]
pub struct Plan {
    /// Where.
    pub environment: Environment,
    /// Whether users meet it as production, so that writing needs a confirmation.
    pub is_production: bool,
    /// The stores that it speaks of.
    pub stores: Vec<PlannedStore>,
    /// One for each secret, by store and id.
    pub items: Vec<Item>,
    /// The variables that no store keeps: the app's name, and the variable.
    pub not_secret: Vec<(String, Name)>,
    /// The secrets that are this owner's and that nothing needs any more.
    pub prunable: Vec<Prunable>,
}

/// A store of a plan.
#[derive(Clone, Debug)]
pub struct PlannedStore {
    /// Its kind, as the config names it.
    pub kind: &'static str,
    /// Where it is, and who asks.
    pub place: StorePlace,
    /// Whether it keeps labels, so that it is known whose its secrets are.
    pub keeps_labels: bool,
    /// Whether it keeps old versions.
    pub keeps_versions: bool,
}

/// A secret that nothing needs any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prunable {
    /// The store, by index.
    pub store: usize,
    /// Its id.
    pub secret: SecretName,
    /// The version to disable: every other one is disabled already, or is older than it and disabled with it.
    pub enabled: Vec<String>,
}

/// What is decided of one secret.
#[derive(Clone, Debug)]
pub struct Item {
    /// What is wanted.
    pub wish: Wish,
    /// The latest version that the store has: its number and state.
    pub latest: Option<(String, &'static str)>,
    /// Whether the store's secret is this repository's.
    pub owned: bool,
    /// What is done.
    pub action: Action,
    /// Why, or what to know.
    pub notes: Vec<String>,
    /// What to do about it.
    pub help: Option<String>,
}

/// What is done with a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// It is made, and its first version added.
    Create(Write),
    /// A version is added to one that has none that can be read.
    Add(Write),
    /// A version is added that replaces another one.
    Update(Write),
    /// It is labelled as this repository's, and nothing else.
    Adopt,
    /// It is as it should be.
    Unchanged,
    /// It has another value, and is left.
    Differs,
    /// Its value may be another one, and is left.
    Skip,
    /// It is there, and no value was given.
    Keep,
    /// It is needed, is not there, and no value was given.
    Missing,
    /// It is there, and cannot be used.
    Unusable,
    /// Nobody knows: it may not be read.
    Unknown,
    /// It must not be done.
    Blocked,
}

/// What is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// The value; `None`: it is generated right before.
    pub value: Option<Value>,
    /// Where it comes from.
    pub origin: Origin,
    /// Whether labels are added first, because the secret is another's.
    pub adopt: bool,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A file, at this line.
    File(Place, usize),
    /// Standard input.
    Stdin,
    /// envcheck's own environment.
    Environment,
    /// A person typed it.
    Prompt,
    /// It is made: the recipe.
    Generated(String),
    /// The store holds it under a former name.
    Copied(SecretName),
}

impl Origin {
    /// As plans say it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::File(..) => "file",
            Self::Stdin => "stdin",
            Self::Environment => "environment",
            Self::Prompt => "prompt",
            Self::Generated(_) => "generated",
            Self::Copied(_) => "copied",
        }
    }
}

impl Action {
    /// As plans say it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Create(_) => "create",
            Self::Add(_) => "add",
            Self::Update(_) => "update",
            Self::Adopt => "adopt",
            Self::Unchanged => "unchanged",
            Self::Differs => "differs",
            Self::Skip => "skip",
            Self::Keep => "keep",
            Self::Missing => "missing",
            Self::Unusable => "unusable",
            Self::Unknown => "unknown",
            Self::Blocked => "blocked",
        }
    }

    /// What is written, if a version is.
    pub fn write(&self) -> Option<&Write> {
        match self {
            Self::Create(write) | Self::Add(write) | Self::Update(write) => Some(write),
            _ => None,
        }
    }

    /// Whether it changes anything in the store.
    pub fn changes(&self) -> bool {
        self.write().is_some() || *self == Self::Adopt
    }

    /// Whether the environment is not as it should be, and this run does not mend it.
    pub fn leaves_a_gap(&self) -> bool {
        matches!(self, Self::Differs | Self::Missing | Self::Unusable | Self::Unknown | Self::Blocked)
    }
}

/// How many of each.
pub type Summary = BTreeMap<&'static str, usize>;

impl Plan {
    /// How many items have each action.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::new();
        for item in &self.items {
            *summary.entry(item.action.word()).or_default() += 1;
        }
        summary
    }

    /// Whether something in it must not be done, so that nothing of it is.
    pub fn is_blocked(&self) -> bool {
        self.items.iter().any(|item| item.action == Action::Blocked)
    }

    /// Whether anything in it changes a store.
    pub fn changes(&self) -> bool {
        self.items.iter().any(|item| item.action.changes())
    }

    /// Whether something stays as it should not be, though everything in it is done.
    pub fn leaves_gaps(&self) -> bool {
        self.items.iter().any(|item| item.action.leaves_a_gap())
    }
}
