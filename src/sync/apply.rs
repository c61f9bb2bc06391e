//! Doing what a plan says: create, add, read back. Nothing is deleted, and nothing is written that was not looked at
//! right before.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::name::SecretName;
use crate::stores::http::Pace;
use crate::stores::{Creation, Labels, SecretStore, StoreError};
use crate::value::Value;

use super::decide::{Keeper, Policy, decide, labels};
use super::journal::{Journal, Line};
use super::observe::{Found, Observed, Seen, seen, there};
use super::plan::{Action, Item, Origin, Plan, Write};
use super::wishes::{WantedStore, Wish};
use super::workers;

/// How often *add version* is repeated where it was surely not done.
const TRIES: u32 = 4;

/// What became of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is stored, as this version, and was read back.
    Done {
        /// The version.
        version: String,
        /// Whether the value was read back and compared; not where it may not be read.
        verified: bool,
        /// Why not.
        doubt: Option<String>,
    },
    /// It was labelled.
    Adopted,
    /// It was as it should be by the time.
    Unchanged,
    /// Somebody else changed it meanwhile.
    Conflict(String),
    /// It failed.
    Failed {
        /// Why.
        message: String,
        /// What to do.
        help: Option<String>,
        /// Whether another run may do it without anything being changed before.
        again: bool,
    },
    /// It was not begun: somebody wanted to stop, or the store refuses everything.
    NotBegun,
}

impl Outcome {
    /// As summaries and journals say it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Done { .. } => "done",
            Self::Adopted => "adopted",
            Self::Unchanged => "unchanged",
            Self::Conflict(_) => "conflict",
            Self::Failed { .. } => "failed",
            Self::NotBegun => "not begun",
        }
    }

    /// Whether it is not, and another run may make it so.
    pub fn may_end_well(&self) -> bool {
        matches!(self, Self::Conflict(_) | Self::NotBegun | Self::Failed { again: true, .. })
    }

    /// Whether the secret is as it should be now.
    pub fn is_good(&self) -> bool {
        matches!(self, Self::Done { .. } | Self::Adopted | Self::Unchanged)
    }
}

/// An item and what became of it.
#[derive(Clone, Debug)]
pub struct Applied {
    /// The item, by its place in the plan.
    pub item: usize,
    /// What became of it.
    pub outcome: Outcome,
}

/// What sees how far it is.
pub trait Progress: Sync {
    /// One more is finished.
    fn finished(&self, item: &Item, outcome: &Outcome);
}

/// What applying needs beside the plan.
#[derive(Clone, Copy)]
pub struct Apply<'a> {
    /// The stores, as the plan counts them.
    pub stores: &'a [Box<dyn SecretStore>],
    /// The same as they were wanted.
    pub wanted: &'a [WantedStore],
    /// What is allowed.
    pub policy: &'a Policy,
    /// Whether values may be read.
    pub compare: bool,
    /// Makes a value by a recipe.
    pub make: &'a (dyn Fn(&str) -> Result<Value, String> + Sync),
    /// Where each step is written down.
    pub journal: &'a Journal,
    /// How long is waited before *add version* is tried again.
    pub pace: Pace,
    /// How many secrets are worked on at once.
    pub at_once: NonZeroUsize,
    /// Set when somebody wants to stop: what is begun is finished, nothing more is begun.
    pub interrupted: &'a AtomicBool,
    /// What sees how far it is.
    pub progress: &'a dyn Progress,
}

/// Does everything in a plan that changes a store.
pub fn apply(plan: &Plan, with: Apply<'_>) -> Vec<Applied> {
    let items: Vec<(usize, &Item)> = plan.items.iter().enumerate().filter(|(_, item)| item.action.changes()).collect();
    let hopeless: Vec<AtomicBool> = plan.stores.iter().map(|_| AtomicBool::new(false)).collect();
    let work = |(_, item): &(usize, &Item)| {
        if with.interrupted.load(Ordering::Relaxed) {
            return None;
        }
        let refuses = hopeless.get(item.wish.store);
        if refuses.is_some_and(|refuses| refuses.load(Ordering::Relaxed)) {
            return Some(Outcome::NotBegun);
        }
        let applying = Applying { with, plan, item, store: with.stores.get(item.wish.store)?.as_ref() };
        let outcome = applying.run().unwrap_or_else(|stop| {
            if let (Stop::Error(error), Some(refuses)) = (&stop, refuses)
                && error.is_of_the_store()
            {
                refuses.store(true, Ordering::Relaxed);
            }
            stop.into()
        });
        applying.write_down(outcome.word(), version_of(&outcome));
        with.progress.finished(item, &outcome);
        Some(outcome)
    };
    let outcomes = workers::each(&items, with.at_once, work);
    let outcomes = outcomes.into_iter().map(|outcome| outcome.unwrap_or(Outcome::NotBegun));
    items.iter().zip(outcomes).map(|((item, _), outcome)| Applied { item: *item, outcome }).collect()
}

fn version_of(outcome: &Outcome) -> Option<&str> {
    match outcome {
        Outcome::Done { version, .. } => Some(version),
        _ => None,
    }
}

/// Why an item ends early.
enum Stop {
    Error(StoreError),
    Conflict(String),
    Failed(String),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Error(error)
    }
}

impl From<Stop> for Outcome {
    fn from(stop: Stop) -> Self {
        match stop {
            // A store that compares versions itself says so in its own word.
            Stop::Error(StoreError::Refused { what, reason }) if reason.starts_with("CONFLICT") => {
                Self::Conflict(format!("{what}: {reason}"))
            }
            Stop::Error(error) => Self::Failed {
                message: error.to_string(),
                help: error.help().map(str::to_owned),
                again: matches!(
                    error,
                    StoreError::Unavailable { .. } | StoreError::Ambiguous { .. } | StoreError::Damaged { .. }
                ),
            },
            Stop::Conflict(message) => Self::Conflict(message),
            Stop::Failed(message) => Self::Failed { message, help: None, again: true },
        }
    }
}

/// What was there right before the write.
enum Before {
    /// Nothing: the secret is new.
    Nothing,
    /// This.
    This(Option<String>),
    /// It is as it should be already.
    Good,
}

struct Applying<'a> {
    with: Apply<'a>,
    plan: &'a Plan,
    item: &'a Item,
    store: &'a dyn SecretStore,
}

impl Applying<'_> {
    fn run(&self) -> Result<Outcome, Stop> {
        self.write_down("begin", None);
        let Some(write) = self.item.action.write() else {
            self.store.label(self.secret(), &self.labels())?;
            return Ok(Outcome::Adopted);
        };
        let before = self.before(write)?;
        if matches!(before, Before::Good) {
            return Ok(Outcome::Unchanged);
        }
        let value = self.value(write)?;
        let previous = match &before {
            Before::This(version) => version.clone(),
            _ => None,
        };
        let version = self.add(&value, previous.as_deref())?;
        self.write_down("added", Some(&version));
        self.read_back(&value, &version, previous.as_deref())
    }

    fn secret(&self) -> &SecretName {
        &self.item.wish.secret
    }

    fn labels(&self) -> Labels {
        self.with.wanted.get(self.item.wish.store).map(|store| labels(&store.owner)).unwrap_or_default()
    }

    /// Makes the place for the version, or makes sure that it is as the plan found it.
    fn before(&self, write: &Write) -> Result<Before, Stop> {
        if matches!(self.item.action, Action::Create(_)) {
            // Whether it is there already tells even where an earlier call was answered and the answer lost.
            let creation = match self.store.create(self.secret(), &self.labels()) {
                Err(StoreError::Ambiguous { .. }) => self.store.create(self.secret(), &self.labels()),
                other => other,
            }?;
            self.write_down("created", None);
            return match creation {
                Creation::Made => Ok(Before::Nothing),
                Creation::Existed => self.existed(write),
            };
        }
        let now = self.look()?;
        let Some(now) = now else {
            return Err(Stop::Conflict(format!("`{}` was deleted since the plan was made", self.secret())));
        };
        let was = self.item.latest.as_ref().map(|(version, state)| (version.as_str(), *state));
        let is = now.version().map(|version| (version, now.state()));
        if was != is && !matches!(now, Seen::Denied(_)) {
            return Err(Stop::Conflict(format!(
                "`{}` has {} now, and had {} when the plan was made",
                self.secret(),
                described(is),
                described(was)
            )));
        }
        if write.adopt {
            self.store.label(self.secret(), &self.labels())?;
            self.write_down("adopted", None);
        }
        Ok(Before::This(now.version().map(str::to_owned)))
    }

    /// It is there though the plan did not find it: made by somebody else meanwhile, or by this run when the answer was
    /// lost. The table decides again.
    fn existed(&self, write: &Write) -> Result<Before, Stop> {
        let Some(listed) = self.store.list()?.into_iter().find(|listed| listed.name == *self.secret()) else {
            return Err(Stop::Conflict(format!("`{}` was deleted meanwhile", self.secret())));
        };
        let mut wish: Wish = self.item.wish.clone();
        if let Some(value) = &write.value {
            wish.given = Some(super::judge::Given { value: value.clone(), origin: write.origin.clone() });
        }
        let found = there(self.store, listed, self.with.compare)?;
        if matches!(found, Found::There { latest: Seen::Empty, .. }) {
            return Ok(Before::This(None));
        }
        let keeper = self.plan.stores.get(self.item.wish.store).zip(self.with.wanted.get(self.item.wish.store));
        let Some((planned, wanted)) = keeper else { return Err(Stop::Failed("the plan names no store".to_owned())) };
        let keeper = Keeper { owner: &wanted.owner, keeps_labels: planned.keeps_labels };
        let again = decide(wish, &Observed { found, former: Vec::new() }, keeper, self.with.policy);
        match again.action {
            Action::Unchanged => Ok(Before::Good),
            _ => Err(Stop::Conflict(format!(
                "`{}` was made by somebody else meanwhile: {}",
                self.secret(),
                if again.notes.is_empty() { "it has a value".to_owned() } else { again.notes.join("; ") }
            ))),
        }
    }

    /// The latest version as it is now.
    fn look(&self) -> Result<Option<Seen>, StoreError> {
        let hidden = self.item.latest.as_ref().is_none_or(|(_, state)| *state != "unknown");
        seen(self.store, self.secret(), self.with.compare && hidden)
    }

    fn value(&self, write: &Write) -> Result<Value, Stop> {
        match (&write.value, &write.origin) {
            (Some(value), _) => Ok(value.clone()),
            (None, Origin::Generated(recipe)) => (self.with.make)(recipe).map_err(Stop::Failed),
            (None, _) => Err(Stop::Failed("the plan has no value for it".to_owned())),
        }
    }

    /// Adds the version. Where the answer is lost, what is there tells whether it was added, so that it never is twice.
    fn add(&self, value: &Value, previous: Option<&str>) -> Result<String, Stop> {
        let mut lost = None;
        for tried in 1..=TRIES {
            match self.store.add_version(self.secret(), value) {
                Ok(version) => return Ok(version),
                Err(error @ StoreError::Ambiguous { .. }) => lost = Some(error),
                Err(error) => return Err(error.into()),
            }
            self.write_down("ambiguous", None);
            let Ok(now) = seen(self.store, self.secret(), true) else { break };
            match now {
                // Nothing was added.
                Some(Seen::Empty) if previous.is_none() => {}
                Some(Seen::Value { .. } | Seen::Hidden { .. } | Seen::Unusable(_))
                    if is_still(now.as_ref(), previous) => {}
                Some(Seen::Value { version, value: stored }) => {
                    if stored == *value {
                        return Ok(version);
                    }
                    let message =
                        format!("version {version} of `{}` was added by somebody else meanwhile", self.secret());
                    return Err(Stop::Conflict(message));
                }
                // What cannot be seen may have been added: doing it again might do it twice.
                _ => break,
            }
            if !self.with.pace.rest(tried) {
                break;
            }
        }
        Err(lost.map_or_else(|| Stop::Failed("it was tried too often".to_owned()), Stop::Error))
    }

    /// Makes sure that what is there is what was written, and that nothing came between.
    fn read_back(&self, value: &Value, version: &str, previous: Option<&str>) -> Result<Outcome, Stop> {
        let done = |verified, doubt: Option<String>| Outcome::Done { version: version.to_owned(), verified, doubt };
        let keeps_versions = self.plan.stores.get(self.item.wish.store).is_none_or(|store| store.keeps_versions);
        if keeps_versions && let Some(between) = between(previous, version) {
            let message = format!(
                "version {between} of `{}` was added by somebody else right before version {version}",
                self.secret()
            );
            return Err(Stop::Conflict(message));
        }
        match self.look() {
            Ok(Some(Seen::Value { version: now, value: stored })) => {
                if now != version && keeps_versions {
                    let message = format!(
                        "version {now} of `{}` was added by somebody else right after version {version}",
                        self.secret()
                    );
                    Err(Stop::Conflict(message))
                } else if stored != *value {
                    Err(Stop::Failed(format!("`{}` does not hold what was written to it", self.secret())))
                } else {
                    Ok(done(true, None))
                }
            }
            Ok(Some(Seen::Hidden { version: now })) if now == version => {
                let reason = if self.with.compare {
                    "the store gives no value out to compare"
                } else {
                    "no value was to be read"
                };
                Ok(done(false, Some(reason.to_owned())))
            }
            Ok(Some(Seen::Denied(error))) => Ok(done(false, Some(error.to_string()))),
            // Another run looks again.
            Err(error) => Err(Stop::Failed(format!("version {version} was added and could not be read back: {error}"))),
            Ok(other) => {
                let now = other.as_ref().and_then(|seen| Some((seen.version()?, seen.state())));
                Err(Stop::Conflict(format!("`{}` has {} right after the write", self.secret(), described(now))))
            }
        }
    }

    fn write_down(&self, step: &str, version: Option<&str>) {
        self.with.journal.write(&Line {
            environment: self.plan.environment.as_str(),
            store: self.plan.stores.get(self.item.wish.store),
            secret: self.secret().as_str(),
            action: self.item.action.word(),
            step,
            version,
        });
    }
}

/// Whether the latest version is the one that was there before.
fn is_still(now: Option<&Seen>, previous: Option<&str>) -> bool {
    let now = now.and_then(Seen::version);
    now.is_some() && now == previous
}

/// The version that came between two that should follow each other, where their numbers tell.
fn between(previous: Option<&str>, version: &str) -> Option<u64> {
    let version: u64 = version.parse().ok()?;
    let previous: u64 = previous.map_or(Some(0), |previous| previous.parse().ok())?;
    (version > previous + 1).then(|| version - 1)
}

fn described(version: Option<(&str, &str)>) -> String {
    version.map_or_else(|| "no version".to_owned(), |(version, state)| format!("version {version}, {state}"))
}

#[cfg(test)]
mod tests;
