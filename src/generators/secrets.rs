//! The stored secrets of an environment as provisioning needs them: ids, stores and readers, checked against their
//! grammars.

use std::collections::{BTreeMap, BTreeSet};

use super::{Asked, GenerateError};
use crate::fact::Declaration;
use crate::model::State;
use crate::name::{Environment, Name};
use crate::sync::{StoreChoice, Wish, wishes};

/// One stored secret.
pub(super) struct Secret {
    /// Its id.
    pub(super) id: String,
    /// The place of its store: a project, perhaps with a location behind a slash.
    pub(super) address: String,
    /// The owner that it is labelled with.
    pub(super) owner: String,
    /// The variable that it is told by.
    pub(super) variable: Name,
    /// The apps that read it, by index.
    pub(super) apps: BTreeSet<usize>,
    /// What it is for.
    pub(super) description: Option<String>,
    /// Who issues it, and where a person gets it.
    pub(super) issuer: (Option<String>, Option<String>),
    /// How a value of it is made, if it may be made.
    pub(super) kind: Option<String>,
}

/// The environment that is asked for.
pub(super) fn environment<'a>(asked: &'a Asked<'_>) -> Result<&'a Environment, GenerateError> {
    let lacking =
        || GenerateError::Lacking { what: "no environment is named".to_owned(), help: "say which with `--env`" };
    asked.environment.as_ref().ok_or_else(lacking)
}

/// The secrets that apps need in a kind of store, by id.
///
/// # Errors
///
/// The config names no such store, or an id or an address does not have its grammar.
pub(super) fn of_store(asked: &Asked<'_>, kind: &str) -> Result<Vec<Secret>, GenerateError> {
    let model = asked.model;
    let environment = environment(asked)?;
    let names: Vec<String> = asked.apps.iter().map(|app| model.apps.list[*app].name.clone()).collect();
    let found = wishes(model, environment, &names, None, &StoreChoice::Configured);
    let mut secrets = Vec::new();
    for wish in found.list.iter().filter(|wish| is_used(asked, environment, wish)) {
        let Some(store) = found.stores.get(wish.store).filter(|store| store.kind == kind) else { continue };
        let Some(variable) = wish.variable() else { continue };
        let (issuer, link) = wish.issuer();
        let description = wish.wanted.iter().find_map(|wanted| wanted.declaration.description.clone());
        secrets.push(Secret {
            id: wish.secret.as_str().to_owned(),
            address: store.address.clone(),
            owner: store.owner.clone(),
            variable: variable.clone(),
            apps: wish.wanted.iter().map(|wanted| wanted.app).collect(),
            description,
            issuer: (issuer.map(str::to_owned), link.map(str::to_owned)),
            kind: wish.recipe().filter(|_| !is_told_twice(asked, wish)).map(str::to_owned),
        });
    }
    if let Some((app, variable, reason)) = found.unplaced.first().filter(|_| secrets.is_empty()) {
        let what = format!("nothing says where `{variable}` of {app} is stored: {reason}");
        return Err(GenerateError::Lacking { what, help: "`[[store]]` in `envcheck.toml` says it" });
    }
    Ok(secrets)
}

/// Whether another variable holds the same fact: whoever makes a value for one of them has to make it for both.
fn is_told_twice(asked: &Asked<'_>, wish: &Wish) -> bool {
    wish.wanted.iter().any(|wanted| {
        let agrees = &asked.model.schemas[wanted.app].resolved.agrees;
        agrees.iter().any(|(_, agree)| agree.relation.names().contains(&wanted.variable))
    })
}

/// Whether an app must have a secret, or something deploys it.
fn is_used(asked: &Asked<'_>, environment: &Environment, wish: &Wish) -> bool {
    wish.wanted.iter().any(|wanted| wanted.required || is_injected(asked, wanted.app, environment, &wanted.variable))
}

/// Whether some target takes the secret of a variable from a store.
pub(super) fn is_injected(asked: &Asked<'_>, app: usize, environment: &Environment, name: &Name) -> bool {
    let bindings = asked.model.bindings_of(app).iter();
    let mut of_name = bindings.filter(|binding| binding.environment == *environment && binding.name == *name);
    of_name.any(|binding| {
        binding.sightings.iter().any(|sighting| matches!(sighting.state, State::Injected(..) | State::GivenUnknown(_)))
    })
}

/// Where secrets are kept, by project and location.
pub(super) type Places = BTreeMap<(String, Option<String>), Vec<Secret>>;

/// Secrets of Google's Secret Manager.
pub(super) fn of_google(asked: &Asked<'_>) -> Result<Places, GenerateError> {
    let mut places = Places::new();
    for secret in of_store(asked, "google")? {
        check(&secret.id, "id of a secret", is_secret_id)?;
        check(&secret.owner, "value of a label", is_label)?;
        let (project, location) = match secret.address.split_once('/') {
            Some((project, location)) => (project.to_owned(), Some(location.to_owned())),
            None => (secret.address.clone(), None),
        };
        check(&project, "id of a project", is_project)?;
        if let Some(location) = &location {
            check(location, "location", is_word)?;
        }
        places.entry((project, location)).or_default().push(secret);
    }
    if places.is_empty() {
        let what = "no variable that an app needs there is kept in Google Secret Manager".to_owned();
        return Err(GenerateError::Lacking { what, help: "`[[store]]` in `envcheck.toml` names the store" });
    }
    Ok(places)
}

/// What a person is told who has to bring a value.
pub(super) fn asks(secret: &Secret) -> String {
    let mut words = vec![secret.variable.to_string()];
    words.extend(secret.issuer.0.as_ref().map(|issuer| format!("from {issuer}")));
    words.extend(secret.issuer.1.clone());
    words.extend(secret.description.clone());
    words.join(" · ")
}

pub(super) fn check(text: &str, what: &'static str, fits: fn(&str) -> bool) -> Result<(), GenerateError> {
    if fits(text) { Ok(()) } else { Err(GenerateError::Grammar { text: text.to_owned(), what }) }
}

/// Secret Manager's ids.
fn is_secret_id(text: &str) -> bool {
    // Programs take a word that begins with `-` for an option.
    (1..=255).contains(&text.len())
        && !text.starts_with('-')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// A project's id, or its number.
fn is_project(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b':' | b'.');
    let begins = text.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    (1..=63).contains(&text.len()) && begins && text.bytes().all(fits)
}

fn is_label(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
    text.len() <= 63 && text.bytes().all(fits)
}

/// A location, and whatever else is made of small letters, digits and hyphens.
pub(super) fn is_word(text: &str) -> bool {
    let begins = text.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
    let ends = text.bytes().last().is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=63).contains(&text.len()) && begins && ends && text.bytes().all(fits)
}

/// The default of a setting that is no secret, where one stands in.
pub(super) fn default_of(asked: &Asked<'_>, environment: &Environment, declaration: &Declaration) -> Option<String> {
    let names = asked.model.environments.names(environment);
    let words = declaration.constraints.values.as_ref();
    let own_word = || words?.iter().find(|value| names.contains(&value.expose())).cloned();
    let found = declaration.default.clone().or_else(own_word)?;
    (declaration.secret != Some(true)).then(|| found.expose().to_owned())
}
