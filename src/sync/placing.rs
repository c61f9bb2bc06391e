//! Where a secret is kept and under which id, for each environment, as the config and the command line say.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{App, Model, repository_names};
use crate::name::{Environment, Name, SecretName};
use crate::stores;

use super::wishes::{StoreChoice, WantedStore};

/// A secret of a store: the kind, the address without its options, the id.
pub(super) type Whereabouts = (&'static str, String, SecretName);

/// Where a store is, without what is only for making secrets.
pub(super) fn bare(address: &str) -> &str {
    address.split_once('?').map_or(address, |(bare, _)| bare)
}

/// The environments other than one that take each secret, as the config places them. Production is always among those
/// that are looked at: that no file speaks of it does not mean that it takes nothing.
pub(super) fn elsewhere(model: &Model<'_>, environment: &Environment) -> BTreeMap<Whereabouts, BTreeSet<Environment>> {
    let mut found: BTreeMap<Whereabouts, BTreeSet<Environment>> = BTreeMap::new();
    let mut others = model.all_environments();
    others.extend(model.environments.configured());
    others.insert(Environment::new("production"));
    others.remove(environment);
    for other in others {
        each_id(model, &other, &StoreChoice::Configured, |store, secret| {
            let id = (store.kind, bare(&store.address).to_owned(), secret);
            found.entry(id).or_default().insert(other.clone());
        });
    }
    found
}

/// Calls `see` with the store and the id of every variable that every app keeps in one in an environment.
pub(super) fn each_id(
    model: &Model<'_>,
    environment: &Environment,
    choice: &StoreChoice,
    mut see: impl FnMut(&WantedStore, SecretName),
) {
    for (app, schema) in model.apps.list.iter().zip(&model.schemas) {
        let Ok(store) = place(model, app, environment, choice) else { continue };
        let declared = schema.resolved.declarations.iter();
        let kept = declared.filter(|(_, declared)| declared.declaration.is_kept_in_store());
        for (name, declared) in kept {
            for name in std::iter::once(name).chain(&declared.declaration.renamed_from) {
                if let Ok(secret) = secret_id(model, app, &store, environment, name) {
                    see(&store, secret);
                }
            }
        }
    }
}

/// The id of a variable's secret in a store.
pub(super) fn secret_id(
    model: &Model<'_>,
    app: &App,
    store: &WantedStore,
    environment: &Environment,
    name: &Name,
) -> Result<SecretName, String> {
    let entry = model.stores.configured(app, environment).filter(|entry| entry.kind == store.kind);
    let is_told = entry.is_some_and(|entry| entry.secret_name.is_some() || entry.secret_names.contains_key(name));
    // A file, a repository's secrets and a folder of Vault are one app's: there the name is the id.
    if !is_told && matches!(store.kind, "dotenv" | "github" | "vault") {
        return Ok(SecretName::new(name.as_str()));
    }
    model.stores.secret_name(app, environment, &model.environments, name).ok_or_else(|| {
        "nothing tells how its id is made: write `secret_name` into the `[[store]]` of `envcheck.toml`".to_owned()
    })
}

/// The store that an app's secrets are to be kept in.
pub(super) fn place(
    model: &Model<'_>,
    app: &App,
    environment: &Environment,
    choice: &StoreChoice,
) -> Result<WantedStore, String> {
    let entry = model.stores.configured(app, environment);
    let owner = entry.and_then(|entry| entry.owner.clone()).unwrap_or_else(|| owner_of(model));
    match choice {
        StoreChoice::Other(other) => {
            Ok(WantedStore { kind: other.kind.name, address: other.address.clone(), from_command_line: true, owner })
        }
        StoreChoice::Configured => {
            let Some(entry) = entry else {
                return Err("no `[[store]]` of `envcheck.toml` is for it; `--store KIND:…` names one".to_owned());
            };
            let Some(kind) = stores::find(&entry.kind) else {
                return Err(format!("`{}` is no kind of store that this envcheck can write to", entry.kind));
            };
            let names = model.environments.names(environment);
            let project = names.iter().find_map(|name| entry.project.get(*name)).or_else(|| entry.project.get("*"));
            let Some(address) = project.cloned().or_else(|| (kind.address.is_empty()).then(String::new)) else {
                let what = kind.address;
                return Err(format!("its `[[store]]` has no `project` for {environment}: write `{what}` there"));
            };
            Ok(WantedStore { kind: kind.name, address, from_command_line: false, owner })
        }
    }
}

/// The owner that secrets are labelled with where the config names none: the repository, as a label may be written.
fn owner_of(model: &Model<'_>) -> String {
    let name = repository_names(model.project).into_iter().next().unwrap_or_default();
    let fits = |letter: char| if letter.is_ascii_alphanumeric() || letter == '-' { letter } else { '-' };
    let label: String = name.to_ascii_lowercase().chars().map(fits).take(63).collect();
    let label = label.trim_matches('-').to_owned();
    if label.is_empty() { "envcheck".to_owned() } else { label }
}
