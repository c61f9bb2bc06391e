//! What should be stored for an environment, and under which ids. Nothing is asked of a store here.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use globset::GlobMatcher;

use crate::fact::{Declaration, StoreKind};
use crate::model::{Binding, Model};
use crate::name::{Environment, Name, SecretName};
use crate::stores::Store;

use super::judge::Given;
use super::placing::{Whereabouts, bare, each_id, elsewhere, place, secret_id};

/// Everything that should be stored for an environment.
#[derive(Clone, Debug, Default)]
pub struct Wishes {
    /// The stores that it is to be kept in.
    pub stores: Vec<WantedStore>,
    /// One for each secret, by store and id.
    pub list: Vec<Wish>,
    /// What no store keeps: the app's name, and the variable.
    pub not_secret: Vec<(String, Name)>,
    /// What should be stored, and why nobody knows where: the app's name, the variable, the reason.
    pub unplaced: Vec<(String, Name, String)>,
}

/// A store that secrets are to be kept in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedStore {
    /// Its kind.
    pub kind: &'static str,
    /// Where it is, in the form of its kind.
    pub address: String,
    /// Whether the command line names it, and not the config.
    pub from_command_line: bool,
    /// The owner that its secrets are labelled with.
    pub owner: String,
}

/// One secret that should be stored.
#[derive(Clone, Debug)]
pub struct Wish {
    /// The store, by index.
    pub store: usize,
    /// Its id.
    pub secret: SecretName,
    /// Who wants it.
    pub wanted: Vec<Wanted>,
    /// The ids under which it may still be kept, by the former names of its variables.
    pub former: Vec<Former>,
    /// The other environments that take this very secret.
    pub shared_with: Vec<Environment>,
    /// Whether production, or what is like it, is among those.
    pub production_takes_it: bool,
    /// What else of this repository makes it.
    pub kept: Kept,
    /// The value that it should have, where one was given.
    pub given: Option<Given>,
    /// Why that value must not be stored.
    pub faults: Vec<String>,
    /// Whether it gets a new value whatever it has.
    pub rotate: bool,
}

/// A variable that takes a secret.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The app, by index.
    pub app: usize,
    /// The app's name.
    pub app_name: String,
    /// The variable.
    pub variable: Name,
    /// Whether it must have a value.
    pub required: bool,
    /// What the schema says of it in this environment.
    pub declaration: Arc<Declaration>,
}

/// An id under which a secret may still be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Former {
    /// The former name of the variable.
    pub variable: Name,
    /// The id.
    pub secret: SecretName,
}

/// What else of this repository makes a secret.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kept {
    /// Nothing.
    #[default]
    Alone,
    /// Its Terraform makes the secret, and leaves its value to others.
    Container,
    /// Its Terraform gives it its value.
    Value,
}

/// Which store is meant.
#[derive(Clone, Debug)]
pub enum StoreChoice {
    /// Those of the config, by app and environment.
    Configured,
    /// One of the command line, for everything.
    Other(OtherStore),
}

/// A store of the command line.
#[derive(Clone, Debug)]
pub struct OtherStore {
    /// Its kind.
    pub kind: &'static Store,
    /// Where it is.
    pub address: String,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl Wish {
    /// The variable that it is told by.
    pub fn variable(&self) -> Option<&Name> {
        self.wanted.first().map(|wanted| &wanted.variable)
    }

    /// Whether some app must have it.
    pub fn is_required(&self) -> bool {
        self.wanted.iter().any(|wanted| wanted.required)
    }

    /// How a value of it is made, if it may be made here.
    pub fn recipe(&self) -> Option<&str> {
        let issued = self.wanted.iter().any(|wanted| wanted.declaration.issued_by.is_some());
        let recipe = self.wanted.iter().find_map(|wanted| wanted.declaration.generate.as_deref());
        recipe.filter(|_| !issued)
    }

    /// Who makes its value, if it is somebody else, and where a person gets it.
    pub fn issuer(&self) -> (Option<&str>, Option<&str>) {
        let issuer = self.wanted.iter().find_map(|wanted| wanted.declaration.issued_by.as_deref());
        let link = self.wanted.iter().find_map(|wanted| wanted.declaration.link.as_deref());
        (issuer, link)
    }
}

/// Finds what should be stored. `apps`: the names of those that are meant, empty for all; `only`: a glob over variables.
pub fn wishes(
    model: &Model<'_>,
    environment: &Environment,
    apps: &[String],
    only: Option<&GlobMatcher>,
    choice: &StoreChoice,
) -> Wishes {
    let mut finding = Finding {
        model,
        environment,
        choice,
        wishes: Wishes::default(),
        by_id: BTreeMap::new(),
        kept: kept(model),
        elsewhere: elsewhere(model, environment),
    };
    for binding in model.bindings.iter().filter(|binding| binding.environment == *environment) {
        finding.see(binding);
    }
    let mut wishes = finding.wishes;
    // Whoever else takes a secret is looked at too, so that nobody's value is replaced by another's.
    let meant = |app: &str, name: &Name| {
        (apps.is_empty() || apps.iter().any(|wanted| wanted == app))
            && only.is_none_or(|only| only.is_match(name.as_str()))
    };
    wishes.list.retain(|wish| wish.wanted.iter().any(|wanted| meant(&wanted.app_name, &wanted.variable)));
    wishes.not_secret.retain(|(app, name)| meant(app, name));
    wishes.unplaced.retain(|(app, name, _)| meant(app, name));
    drop_unused_stores(&mut wishes);
    wishes.list.sort_by(|a, b| (a.store, &a.secret).cmp(&(b.store, &b.secret)));
    wishes.not_secret.sort();
    wishes.unplaced.sort();
    wishes
}

/// What nothing is kept in is not asked.
fn drop_unused_stores(wishes: &mut Wishes) {
    let used: BTreeSet<usize> = wishes.list.iter().map(|wish| wish.store).collect();
    for wish in &mut wishes.list {
        wish.store = used.range(..wish.store).count();
    }
    let mut index = 0..;
    wishes.stores.retain(|_| index.next().is_some_and(|index| used.contains(&index)));
}

struct Finding<'m, 'p> {
    model: &'m Model<'p>,
    environment: &'m Environment,
    choice: &'m StoreChoice,
    wishes: Wishes,
    by_id: BTreeMap<(usize, SecretName), usize>,
    kept: BTreeMap<SecretName, Kept>,
    elsewhere: BTreeMap<Whereabouts, BTreeSet<Environment>>,
}

impl Finding<'_, '_> {
    fn see(&mut self, binding: &Binding) {
        let model = self.model;
        let app = &model.apps.list[binding.app];
        if !binding.declaration.is_kept_in_store() {
            // What something gives already is in its place.
            if binding.needs_a_value() && !binding.is_given() {
                self.wishes.not_secret.push((app.name.clone(), binding.name.clone()));
            }
            return;
        }
        let placed = place(model, app, self.environment, self.choice);
        let placed =
            placed.and_then(|store| Ok((secret_id(model, app, &store, self.environment, &binding.name)?, store)));
        let (secret, store) = match placed {
            Ok(placed) => placed,
            Err(reason) => {
                self.wishes.unplaced.push((app.name.clone(), binding.name.clone(), reason));
                return;
            }
        };
        let former = binding.declaration.renamed_from.iter().filter_map(|name| {
            let id = secret_id(model, app, &store, self.environment, name).ok()?;
            (id != secret).then(|| Former { variable: name.clone(), secret: id })
        });
        let former: Vec<Former> = former.collect();
        let shared_with = self.shared_with(&store, &secret);
        let is_production = |other: &Environment| model.environments.is_among(other, &["production".to_owned()]);
        let production_takes_it = shared_with.iter().any(is_production);
        let index = self.store(store);
        let kept = self.kept.get(&secret).copied().unwrap_or_default();
        let at = *self.by_id.entry((index, secret.clone())).or_insert_with(|| {
            self.wishes.list.push(Wish {
                store: index,
                secret,
                wanted: Vec::new(),
                former: Vec::new(),
                shared_with,
                production_takes_it,
                kept,
                given: None,
                faults: Vec::new(),
                rotate: false,
            });
            self.wishes.list.len() - 1
        });
        let Some(wish) = self.wishes.list.get_mut(at) else { return };
        wish.wanted.push(Wanted {
            app: binding.app,
            app_name: app.name.clone(),
            variable: binding.name.clone(),
            required: binding.needs_a_value(),
            declaration: Arc::clone(&binding.declaration),
        });
        for one in former {
            if !wish.former.contains(&one) {
                wish.former.push(one);
            }
        }
    }

    fn store(&mut self, store: WantedStore) -> usize {
        let known = self.wishes.stores.iter().position(|known| *known == store);
        known.unwrap_or_else(|| {
            self.wishes.stores.push(store);
            self.wishes.stores.len() - 1
        })
    }

    /// The other environments that take this very secret, for whatever variable of whatever app.
    fn shared_with(&self, store: &WantedStore, secret: &SecretName) -> Vec<Environment> {
        let id = (store.kind, bare(&store.address).to_owned(), secret.clone());
        self.elsewhere.get(&id).into_iter().flatten().cloned().collect()
    }
}

/// What the Terraform of this repository makes of secrets.
fn kept(model: &Model<'_>) -> BTreeMap<SecretName, Kept> {
    let made = model.project.groups.iter().flat_map(|group| &group.stored_here);
    let mut kept = BTreeMap::new();
    for made in made.filter(|made| made.store == StoreKind::GoogleSecretManager) {
        let of = if made.gives_value { Kept::Value } else { Kept::Container };
        let known: &mut Kept = kept.entry(made.secret.clone()).or_default();
        if *known != Kept::Value {
            *known = of;
        }
    }
    kept
}

/// The ids that anything of the repository takes, in any environment: what none of them is may be pruned.
pub(super) fn referenced(model: &Model<'_>, choice: &StoreChoice) -> BTreeSet<SecretName> {
    let mut ids: BTreeSet<SecretName> = BTreeSet::new();
    let mut environments: BTreeSet<Environment> = model.environments.all().into_iter().collect();
    environments.extend(model.all_environments());
    for environment in &environments {
        for choice in [choice, &StoreChoice::Configured] {
            each_id(model, environment, choice, |_, secret| _ = ids.insert(secret));
        }
    }
    // Families have names only where something gives them.
    for binding in &model.bindings {
        let app = &model.apps.list[binding.app];
        let Ok(store) = place(model, app, &binding.environment, choice) else { continue };
        ids.extend(secret_id(model, app, &store, &binding.environment, &binding.name));
    }
    ids.extend(model.injections().map(|injection| SecretName::new(injection.id())));
    ids.extend(model.stores.explicit_ids().into_iter().map(SecretName::new));
    let reads = model.project.groups.iter().flat_map(|group| &group.stored_reads);
    ids.extend(reads.map(|read| SecretName::new(read.secret.as_str().rsplit('/').next().unwrap_or_default())));
    ids
}
