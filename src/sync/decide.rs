//! What is done with a secret, from what is wanted, what is there and what is allowed. Pure: the decision table.
//!
//! Source of the rows: the states of Secret Manager's versions, and what went wrong in tools that ignore one of them.

use jiff::Timestamp;

use crate::fact::VersionState;
use crate::stores::{Labels, StoreError, StoredSecret, StoredVersion};
use crate::value::Value;

use super::judge::mismatches;
use super::observe::{FormerSecret, Found, Observed, Seen};
use super::plan::{Action, Item, Origin, Write};
use super::wishes::{Kept, Wish};

/// The label that says that envcheck keeps a secret.
const MANAGED_BY: (&str, &str) = ("managed-by", "envcheck");
/// The label that says for whom.
const OWNER: &str = "envcheck-owner";

/// What to do where the stored value is another one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnChanged {
    /// It is listed and left.
    #[default]
    Skip,
    /// It is replaced.
    Update,
    /// The plan is blocked.
    Fail,
}

/// What is allowed.
#[derive(Clone, Debug)]
pub struct Policy {
    /// What to do where the stored value is another one.
    pub on_changed: OnChanged,
    /// Whether secrets that are nobody's may be made this repository's.
    pub adopt: bool,
    /// Whether missing values may be made.
    pub generate: bool,
    /// Whether the environment is production, or like it.
    pub is_production: bool,
    /// The time, for what a store will delete by itself.
    pub now: Timestamp,
}

/// Whose a secret is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ownership {
    /// This repository's.
    Own,
    /// Nobody's that says so.
    Nobody,
    /// Another one's.
    Other(String),
}

pub(super) fn ownership(wish: &Wish, owner: &str, keeps_labels: bool, secret: &StoredSecret) -> Ownership {
    if wish.kept == Kept::Container || !keeps_labels {
        return Ownership::Own;
    }
    match labelled_owner(secret) {
        Some(of) if of == owner => Ownership::Own,
        Some(of) => Ownership::Other(of.to_owned()),
        None => Ownership::Nobody,
    }
}

/// For whom envcheck keeps a secret, by its labels.
pub(super) fn labelled_owner(secret: &StoredSecret) -> Option<&str> {
    let is_kept = secret.labels.get(MANAGED_BY.0).is_some_and(|by| by == MANAGED_BY.1);
    secret.labels.get(OWNER).filter(|_| is_kept).map(String::as_str)
}

/// The store of a wish, as far as decisions depend on it.
#[derive(Clone, Copy, Debug)]
pub struct Keeper<'a> {
    /// The owner that its secrets are labelled with.
    pub owner: &'a str,
    /// Whether it keeps labels.
    pub keeps_labels: bool,
}

/// Decides what is done with one secret.
pub fn decide(wish: Wish, observed: &Observed, keeper: Keeper<'_>, policy: &Policy) -> Item {
    let mut deciding = Deciding { wish: &wish, keeper, policy, notes: Vec::new(), help: None };
    let action = deciding.action(observed);
    let Deciding { notes, help, .. } = deciding;
    let (latest, owned) = match &observed.found {
        Found::Absent => (None, false),
        Found::There { secret, latest, .. } => (
            latest.version().map(|version| (version.to_owned(), latest.state())),
            ownership(&wish, keeper.owner, keeper.keeps_labels, secret) == Ownership::Own,
        ),
    };
    Item { wish, latest, owned, action, notes, help }
}

struct Deciding<'a> {
    wish: &'a Wish,
    keeper: Keeper<'a>,
    policy: &'a Policy,
    notes: Vec<String>,
    help: Option<String>,
}

impl Deciding<'_> {
    fn action(&mut self, observed: &Observed) -> Action {
        if self.wish.kept == Kept::Value {
            self.note("Terraform gives it its value");
            return match &observed.found {
                Found::There { latest: Seen::Value { .. } | Seen::Hidden { .. }, .. } => Action::Keep,
                _ => Action::Skip,
            };
        }
        if self.wish.rotate && !self.wish.faults.is_empty() {
            self.notes.clone_from(&self.wish.faults);
            return Action::Blocked;
        }
        let action = match &observed.found {
            Found::Absent => self.first(observed, Action::Create),
            Found::There { secret, latest, enabled } => self.there(observed, secret, latest, enabled.as_deref()),
        };
        // What is wrong with a value matters where it would be written.
        let writes_it = action.write().is_some_and(|write| !matches!(write.origin, Origin::Copied(_)));
        if writes_it && !self.wish.faults.is_empty() {
            self.notes.clone_from(&self.wish.faults);
            return Action::Blocked;
        }
        action
    }

    fn there(&mut self, observed: &Observed, secret: &StoredSecret, latest: &Seen, enabled: Option<&str>) -> Action {
        if let Some(expires) = secret.expires {
            self.note(format!("the store deletes it at {expires}"));
            if expires <= self.policy.now && self.wish.given.is_some() {
                return Action::Blocked;
            }
        }
        match latest {
            // A first version into an empty secret takes nothing from anybody.
            Seen::Empty => self.first(observed, Action::Add),
            Seen::Value { version, value } => {
                if self.wish.rotate && self.wish.given.as_ref().is_none_or(|given| given.value != *value) {
                    return self.replace(secret, Some(version));
                }
                let Some(given) = &self.wish.given else { return self.kept(secret) };
                if *value == given.value {
                    if self.wish.rotate {
                        self.note("the new value is the one that is stored already");
                        return Action::Blocked;
                    }
                    return self.same(secret);
                }
                let ends = |text: &str| text.trim_end_matches(['\r', '\n']).len();
                let (stored, wanted) = (value.expose(), given.value.expose());
                if stored.get(..ends(stored)) == wanted.get(..ends(wanted)) {
                    self.note("the values differ by a line break at the end");
                } else {
                    self.note("the stored value is another one");
                }
                self.changed(secret, version, true)
            }
            Seen::Hidden { version } => {
                if self.wish.rotate {
                    return self.replace(secret, Some(version));
                }
                if self.wish.given.is_none() {
                    return self.kept(secret);
                }
                self.note("the values were not compared");
                self.changed(secret, version, false)
            }
            Seen::Unusable(version) => self.unusable(secret, version, enabled),
            Seen::Denied(error) => self.denied(secret, error),
        }
    }

    /// There is no value yet.
    fn first(&mut self, observed: &Observed, make: fn(Write) -> Action) -> Action {
        // A new value is no new value if it is the one of the former name.
        if !self.wish.rotate
            && let Some(action) = self.former_value(observed, make)
        {
            return action;
        }
        if let Some(given) = &self.wish.given {
            return written(make, Some(given.value.clone()), given.origin.clone(), false);
        }
        // Somebody meant to give one.
        if !self.wish.faults.is_empty() {
            self.notes.clone_from(&self.wish.faults);
            return Action::Blocked;
        }
        match self.wish.recipe() {
            Some(recipe) if self.policy.generate || self.wish.rotate => {
                written(make, None, Origin::Generated(recipe.to_owned()), false)
            }
            recipe => {
                let (issuer, link) = self.wish.issuer();
                let mut help = match (issuer, recipe) {
                    (Some(issuer), _) => format!("get it from {issuer}, and give it with `--from` or `--prompt`"),
                    (None, Some(_)) => "`--generate` makes it; `--from` or `--prompt` gives it".to_owned(),
                    (None, None) => "give it with `--from` or `--prompt`".to_owned(),
                };
                if let Some(link) = link {
                    help.push_str(": ");
                    help.push_str(link);
                }
                self.help = Some(help);
                if self.wish.is_required() { Action::Missing } else { Action::Keep }
            }
        }
    }

    /// The store may hold it under a former name: then that value is copied, and none is made.
    fn former_value(&mut self, observed: &Observed, make: fn(Write) -> Action) -> Option<Action> {
        for FormerSecret { former, secret, latest: seen } in &observed.former {
            match seen {
                Seen::Empty => {}
                Seen::Value { value, .. } => {
                    // Whoever writes a former name into a schema must not get at what others keep.
                    if let Ownership::Other(owner) = self.ownership(secret) {
                        self.note(format!("`{}`, its former name, belongs to `{owner}`", former.secret));
                        if self.wish.given.is_some() {
                            continue;
                        }
                        return Some(Action::Blocked);
                    }
                    let unfit = mismatches(self.wish, value);
                    if !unfit.is_empty() && self.wish.given.is_none() {
                        self.note(format!("what `{}` holds does not fit", former.secret));
                        self.notes.extend(unfit);
                        return Some(Action::Blocked);
                    }
                    if let Some(given) = self.wish.given.as_ref().filter(|given| given.value != *value) {
                        if self.policy.on_changed == OnChanged::Update {
                            self.note(format!("`{}` holds another value, which is not used", former.secret));
                            let (value, origin) = (given.value.clone(), given.origin.clone());
                            return Some(written(make, Some(value), origin, false));
                        }
                        self.note("the value that was given is another one, and is not used");
                        if self.policy.on_changed == OnChanged::Fail {
                            return Some(Action::Blocked);
                        }
                    }
                    let origin = Origin::Copied(former.secret.clone());
                    return Some(written(make, Some(value.clone()), origin, false));
                }
                Seen::Hidden { .. } | Seen::Unusable(_) | Seen::Denied(_) if self.wish.given.is_none() => {
                    let secret = &former.secret;
                    self.note(format!(
                        "it may be kept as `{secret}`, which cannot be read; nothing is made in its place"
                    ));
                    if let Seen::Denied(error) = seen {
                        self.help = error.help().map(str::to_owned);
                    }
                    return Some(Action::Blocked);
                }
                Seen::Hidden { .. } | Seen::Unusable(_) | Seen::Denied(_) => {
                    self.note(format!("`{}`, its former name, cannot be read", former.secret));
                }
            }
        }
        None
    }

    /// The stored value is the one that was given.
    fn same(&mut self, secret: &StoredSecret) -> Action {
        match self.ownership(secret) {
            Ownership::Nobody if self.policy.adopt => Action::Adopt,
            _ => Action::Unchanged,
        }
    }

    fn kept(&mut self, secret: &StoredSecret) -> Action {
        match self.ownership(secret) {
            Ownership::Nobody if self.policy.adopt => Action::Adopt,
            _ => Action::Keep,
        }
    }

    /// The stored value is, or may be, another one.
    fn changed(&mut self, secret: &StoredSecret, version: &str, compared: bool) -> Action {
        match self.policy.on_changed {
            OnChanged::Skip => {
                self.help = Some("`--on-changed update` replaces it".to_owned());
                if compared { Action::Differs } else { Action::Skip }
            }
            OnChanged::Fail => {
                self.help = Some("`--on-changed update` replaces it, `--on-changed skip` leaves it".to_owned());
                Action::Blocked
            }
            OnChanged::Update => self.replace(secret, Some(version)),
        }
    }

    fn unusable(&mut self, secret: &StoredSecret, version: &StoredVersion, enabled: Option<&str>) -> Action {
        let number = &version.number;
        self.note(format!("its latest version {number} is {}", super::observe::state(version.state)));
        if let Some(at) = version.destroyed_at.filter(|_| version.state != VersionState::Destroyed) {
            self.note(format!("version {number} is destroyed at {at}"));
        }
        if let Some(enabled) = enabled {
            self.note(format!(
                "version {enabled} is enabled, and whoever takes `latest` fails until there is a newer one"
            ));
        }
        let Some(given) = &self.wish.given else {
            if self.wish.rotate {
                return self.replace(secret, Some(number));
            }
            self.help = Some(if version.state == VersionState::Destroyed {
                "give it a value with `--from` or `--prompt`".to_owned()
            } else {
                "enable that version if it was disabled by mistake, else give a value with `--from` or `--prompt`"
                    .to_owned()
            });
            return Action::Unusable;
        };
        match version.state {
            VersionState::Destroyed => {
                let (value, origin) = (given.value.clone(), given.origin.clone());
                self.owned(secret, |adopt| written(Action::Add, Some(value), origin, adopt))
            }
            // Somebody did that on purpose.
            _ if self.policy.on_changed != OnChanged::Update => {
                self.help = Some("enable it, or add a newer version with `--on-changed update`".to_owned());
                Action::Blocked
            }
            _ => self.replace(secret, Some(number)),
        }
    }

    fn denied(&mut self, secret: &StoredSecret, error: &StoreError) -> Action {
        self.note(error.to_string());
        self.help = error.help().map(str::to_owned);
        let blind = self.wish.rotate || self.policy.on_changed == OnChanged::Update && self.wish.given.is_some();
        if blind { self.replace(secret, None) } else { Action::Unknown }
    }

    fn replace(&mut self, secret: &StoredSecret, version: Option<&str>) -> Action {
        let others = self.wish.shared_with.iter().map(ToString::to_string).collect::<Vec<_>>();
        if !others.is_empty() {
            self.note(format!("{} takes the same secret", others.join(", ")));
            if !self.policy.is_production && self.wish.production_takes_it {
                self.help = Some("it is replaced for all of them when production is synced".to_owned());
                return Action::Blocked;
            }
        }
        if let Some(version) = version {
            self.note(format!("replaces version {version}"));
        }
        let (value, origin) = match (&self.wish.given, self.wish.recipe()) {
            (Some(given), _) => (Some(given.value.clone()), given.origin.clone()),
            (None, Some(recipe)) => (None, Origin::Generated(recipe.to_owned())),
            (None, None) => {
                self.note("nothing says how a value of it is made");
                self.help = Some("give it with `--from` or `--prompt`".to_owned());
                return Action::Blocked;
            }
        };
        self.owned(secret, |adopt| written(Action::Update, value, origin, adopt))
    }

    /// Only what is this repository's is written to, or what is nobody's and may be adopted.
    fn owned(&mut self, secret: &StoredSecret, write: impl FnOnce(bool) -> Action) -> Action {
        match self.ownership(secret) {
            Ownership::Own => write(false),
            Ownership::Nobody if self.policy.adopt => write(true),
            Ownership::Nobody => {
                self.note("no label says that it is this repository's");
                self.help = Some("`--adopt` labels it and writes to it".to_owned());
                Action::Blocked
            }
            Ownership::Other(owner) => {
                self.note(format!("it belongs to `{owner}`"));
                self.help = Some(format!("write it from there, or set `owner = \"{owner}\"` in the `[[store]]`"));
                Action::Blocked
            }
        }
    }

    fn ownership(&self, secret: &StoredSecret) -> Ownership {
        ownership(self.wish, self.keeper.owner, self.keeper.keeps_labels, secret)
    }

    fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }
}

fn written(make: fn(Write) -> Action, value: Option<Value>, origin: Origin, adopt: bool) -> Action {
    make(Write { value, origin, adopt })
}

/// The labels that a secret of this repository carries.
pub(super) fn labels(owner: &str) -> Labels {
    [(MANAGED_BY.0.to_owned(), MANAGED_BY.1.to_owned()), (OWNER.to_owned(), owner.to_owned())].into()
}

#[cfg(test)]
mod tests;
