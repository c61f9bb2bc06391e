//! The stores that a command talks to.

use std::path::{Component, Path};

use super::INTERRUPTED;
use crate::cli::failure::CliError;
use crate::cli::look;
use crate::name::Environment;
use crate::project::{Environments, Project};
use crate::source::visible;
use crate::stores::http::Pace;
use crate::stores::{self, Address, STORES, SecretStore};
use crate::sync::{OtherStore, StoreChoice, WantedStore, Wishes};

/// The environment that a word of the command line means.
pub(in crate::cli) fn environment(project: &Project, word: &str) -> Result<Environment, CliError> {
    let environments = Environments::new(&project.config);
    let known = environments.all();
    let spoken = known.iter().find(|environment| environment.as_str() == word).cloned();
    spoken.or_else(|| environments.of_word(word)).ok_or_else(|| {
        CliError::unknown("environment", word, known.iter().map(Environment::as_str).collect::<Vec<_>>())
    })
}

/// The store that `--store` names.
pub(in crate::cli) fn choice(store: Option<&str>) -> Result<StoreChoice, CliError> {
    let Some(store) = store else { return Ok(StoreChoice::Configured) };
    let (kind, address) = store.split_once(':').unwrap_or((store, ""));
    let kind = stores::find(kind)
        .ok_or_else(|| CliError::unknown("kind of store", kind, STORES.iter().map(|store| store.name)))?;
    if address.is_empty() {
        return Err(CliError::Usage(format!("`--store` needs an address: `{}:{}`", kind.name, kind.address)));
    }
    Ok(StoreChoice::Other(OtherStore { kind, address: address.to_owned() }))
}

/// Opens every store that wishes name.
pub(in crate::cli) fn open_all(
    project: &Project,
    wishes: &Wishes,
    endpoint: Option<&str>,
) -> Result<Vec<Box<dyn SecretStore>>, CliError> {
    if endpoint.is_some() && wishes.stores.len() > 1 {
        return Err(CliError::Usage("`--endpoint` is for one store, and there are several".to_owned()));
    }
    wishes.stores.iter().map(|wanted| open(project, wanted, endpoint)).collect()
}

fn open(project: &Project, wanted: &WantedStore, endpoint: Option<&str>) -> Result<Box<dyn SecretStore>, CliError> {
    let Some(kind) = stores::find(wanted.kind) else {
        return Err(CliError::unknown("kind of store", wanted.kind, STORES.iter().map(|store| store.name)));
    };
    let mut name = wanted.address.clone();
    if wanted.kind == "dotenv" && !wanted.from_command_line {
        name = inside(&project.root, &wanted.address)?;
    }
    let address = Address { name: &name, endpoint, own_environment: &look::variable, pace: pace() };
    (kind.open)(&address).map_err(CliError::Store)
}

/// How patiently stores are asked: until somebody wants to stop.
pub(super) fn pace() -> Pace {
    Pace { stop: Some(&INTERRUPTED), ..Pace::default() }
}

/// A path that content names must lie below the root, its symlinks resolved.
fn inside(root: &Path, path: &str) -> Result<String, CliError> {
    let written = Path::new(path);
    let plain = written.components().all(|part| matches!(part, Component::Normal(name) if name != ".git"));
    let file = root.join(written);
    let folder = file.parent().and_then(|folder| folder.canonicalize().ok());
    let target = file.canonicalize().ok();
    if folder.is_none() {
        return Err(CliError::Usage(format!("the folder of the store `dotenv:{}` does not exist", visible(path))));
    }
    let below = |path: &Path| path.starts_with(root) && !path.components().any(|part| part.as_os_str() == ".git");
    if !plain || !folder.is_some_and(|folder| below(&folder)) || target.is_some_and(|target| !below(&target)) {
        return Err(CliError::Usage(format!("the store `dotenv:{}` lies outside the root", visible(path))));
    }
    Ok(file.to_string_lossy().into_owned())
}
