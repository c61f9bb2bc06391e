//! `envcheck listing`: saves what a store holds, for jobs without credentials. `check --live` asks the same at once.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;

use super::failure::{CliError, Exit};
use super::output;
use super::run::Where;
use super::sync::{INTERRUPTED, choice, environment, open_all};
use crate::loaders::listing::{Heading, written};
use crate::model::Model;
use crate::name::{Environment, SecretName};
use crate::project::{Environments, Project};
use crate::reporters::json;
use crate::source::{SourcePath, visible};
use crate::stores::{self, SecretStore};
use crate::sync::{self, StoreChoice, WantedStore, Wishes};

/// Saves what the secret store of an environment holds: names and states of versions, never values.
#[derive(Debug, Args)]
pub(super) struct Listing {
    #[command(flatten)]
    at: Where,
    /// The environment.
    #[arg(long, value_name = "ENV")]
    env: String,
    /// The store to ask instead of the one of the config: `google:PROJECT`, …
    #[arg(long, value_name = "KIND:ADDRESS")]
    store: Option<String>,
    /// The server to ask instead of the store's own.
    #[arg(long, value_name = "URL")]
    endpoint: Option<String>,
    /// The file to write, instead of stdout.
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    out: Option<PathBuf>,
}

impl Listing {
    pub(super) fn run(&self) -> Result<Exit, CliError> {
        let opened = self.at.open_for(&self.env)?;
        let environment = environment(&opened.project, &self.env)?;
        let choice = choice(self.store.as_deref())?;
        let wishes = {
            let model = Model::new(&opened.project);
            named(sync::wishes(&model, &environment, &[], None, &choice), &choice)
        };
        let stores = open_all(&opened.project, &wishes, self.endpoint.as_deref())?;
        let (wanted, store) = match (wishes.stores.as_slice(), stores.as_slice()) {
            ([wanted], [store]) => (wanted, store.as_ref()),
            ([], _) => {
                let reason =
                    wishes.unplaced.first().map_or("no schema declares a secret for it", |(.., reason)| reason);
                return Err(CliError::Usage(format!("no store is known for {environment}: {reason}")));
            }
            (several, _) => {
                let names =
                    several.iter().map(|wanted| format!("`--store {}:{}`", wanted.kind, visible(&wanted.address)));
                let names: Vec<String> = names.collect();
                let names = names.join(" or ");
                return Err(CliError::Usage(format!("{environment} has several stores: name one with {names}")));
            }
        };
        let text = listing(store, wanted, &environment, None)?;
        match &self.out {
            Some(path) => output::to_file(path, text.as_bytes())?,
            None => output::to_stdout(text.as_bytes())?,
        }
        Ok(Exit::Clean)
    }
}

/// A store of the command line is asked though nothing of the repository should be kept in it.
fn named(mut wishes: Wishes, choice: &StoreChoice) -> Wishes {
    if let (StoreChoice::Other(other), true) = (choice, wishes.stores.is_empty()) {
        wishes.stores.push(WantedStore {
            kind: other.kind.name,
            address: other.address.clone(),
            from_command_line: true,
            owner: String::new(),
        });
    }
    wishes
}

/// What a store holds, as the text of a listing. `concerned`: the secrets whose versions matter; all if that is `None`.
fn listing(
    store: &dyn SecretStore,
    wanted: &WantedStore,
    environment: &Environment,
    concerned: Option<&BTreeSet<SecretName>>,
) -> Result<String, CliError> {
    let at_once = NonZeroUsize::new(store.limits().concurrency).unwrap_or(NonZeroUsize::MIN);
    let Some(secrets) = sync::inventory(store, concerned, at_once, &INTERRUPTED)? else {
        return Err(CliError::Interrupted);
    };
    let place = store.place();
    let heading = Heading {
        store: stores::find(wanted.kind).map(|kind| kind.kind).unwrap_or_default(),
        project: &place.project,
        environment: environment.as_str(),
        time: jiff::Timestamp::now(),
    };
    json::document(&written(heading, &secrets))
        .map_err(|_| CliError::Unwritable { path: "the listing".to_owned(), reason: "memory ran out" })
}

/// Asks every store of the config what it holds, and adds that to a project as a listing of its environment.
///
/// # Errors
///
/// Fails where a store cannot be read, or where there is none to ask: nothing must look missing for that.
pub(super) fn ask_live(project: &mut Project, wanted: &[String]) -> Result<(), CliError> {
    let environments: BTreeSet<Environment> = {
        let model = Model::new(project);
        let asked: BTreeSet<Environment> =
            wanted.iter().map(|word| environment(project, word)).collect::<Result<_, CliError>>()?;
        if asked.is_empty() { model.all_environments().into_iter().chain(configured(project)).collect() } else { asked }
    };
    // That a store is there for an environment is enough for secrets to belong into it.
    let asked = std::mem::replace(&mut project.requested, environments.clone());
    let certain = std::mem::replace(&mut project.certain, true);
    let listings = fetch(project, &environments);
    (project.requested, project.certain) = (asked, certain);
    let listings = listings?;
    if listings.is_empty() {
        return Err(CliError::Usage(
            "`--live` finds no store to ask: a `[[store]]` of `envcheck.toml` names its kind and `project`".to_owned(),
        ));
    }
    for (path, text, environment) in listings {
        project.add_listing(path, text, environment);
    }
    Ok(())
}

/// A listing of each store of each environment.
fn fetch(
    project: &Project,
    environments: &BTreeSet<Environment>,
) -> Result<Vec<(SourcePath, String, Environment)>, CliError> {
    let mut listings = Vec::new();
    for environment in environments {
        let wishes = {
            let model = Model::new(project);
            sync::wishes(&model, environment, &[], None, &StoreChoice::Configured)
        };
        let opened = open_all(project, &wishes, None)?;
        for (index, (wanted, store)) in wishes.stores.iter().zip(&opened).enumerate() {
            let of_store = wishes.list.iter().filter(|wish| wish.store == index);
            let concerned = of_store.map(|wish| wish.secret.clone()).chain(injected(project, environment)).collect();
            let text = listing(store.as_ref(), wanted, environment, Some(&concerned))?;
            let name = format!("{}:{} ({environment})", wanted.kind, wanted.address);
            listings.push((SourcePath::elsewhere(&name), text, environment.clone()));
        }
    }
    Ok(listings)
}

/// The environments that the stores of the config are for.
fn configured(project: &Project) -> Vec<Environment> {
    let environments = Environments::new(&project.config);
    let words = project.config.stores.iter().flat_map(|store| store.environments.iter().chain(store.project.keys()));
    words.filter_map(|word| environments.of_word(word)).collect()
}

/// The secrets that targets of an environment take.
fn injected(project: &Project, environment: &Environment) -> Vec<SecretName> {
    let model = Model::new(project);
    let here = model.injections().filter(|injection| injection.target.environment == *environment);
    here.map(|injection| SecretName::new(injection.id())).collect()
}
