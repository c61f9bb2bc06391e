//! Which secret of a store a variable is, and whether the store holds it.

mod patterns;

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;

use crate::config::StoreEntry;
use crate::fact::{Listing, StoreKind, Stored, VersionState};
use crate::name::{Environment, Name, SecretName, Version};
use crate::project::{Environments, Project};
use crate::source::SourcePath;

use self::patterns::Pattern;
pub(super) use self::patterns::bare;
use super::apps::App;
use super::views::Reason;

/// What a listing says of one secret.
#[derive(Clone, Copy)]
pub enum Holding<'a> {
    /// It is there.
    Held(&'a SourcePath, &'a Stored),
    /// It is not there.
    Lacking(&'a SourcePath, &'a Listing),
}

/// The listings of a project, and how ids are made.
pub struct Stores<'a> {
    project: &'a Project,
    environments: Environments,
    kept: Vec<Kept<'a>>,
    /// How ids are made by what targets take, where no listing tells.
    by_references: BTreeMap<Environment, Option<Pattern>>,
}

/// A listing, and what is known of it.
struct Kept<'a> {
    path: &'a SourcePath,
    listing: &'a Listing,
    environment: Environment,
    /// The entry of the config that names it, by index; `None`: the command line does.
    owner: Option<usize>,
    by_id: BTreeMap<&'a SecretName, &'a Stored>,
    inferred: Option<Pattern>,
    /// Whether it was saved too long ago to tell what is there now.
    old: bool,
}

/// How long a listing tells what a store holds.
const FRESH: SignedDuration = SignedDuration::from_hours(30 * 24);

impl<'a> Stores<'a> {
    /// The stores of a project. `secrets`: the names of the secrets that its apps declare, for inferring how ids are
    /// made where the config does not say.
    pub fn new(project: &'a Project, secrets: &BTreeSet<Name>) -> Self {
        let environments = Environments::new(&project.config);
        let kept: Vec<Kept<'a>> = project
            .listings
            .iter()
            .filter_map(|(path, environment)| {
                let (path, file) = project.files.get_key_value(path)?;
                let listing = file.loaded.listing.as_ref()?;
                let is_there = |stored: &&Stored| {
                    let words = listing.only_in.get(&stored.name);
                    words.is_none_or(|words| environments.is_among(environment, words))
                };
                let owner = owner(project, &environments, path, environment);
                // Where one holds the ids of all environments, no single pattern is in them.
                let tells = keeps(None, listing) && !is_shared(project, owner);
                Some(Kept {
                    path,
                    listing,
                    environment: environment.clone(),
                    owner,
                    // Of two of one id the first counts.
                    by_id: listing.secrets.iter().rev().filter(is_there).map(|stored| (&stored.name, stored)).collect(),
                    inferred: tells.then(|| patterns::of_listing(listing, secrets)).flatten(),
                    old: listing.time.is_some_and(|time| project.now.duration_since(time) > FRESH),
                })
            })
            .collect();
        let taken = patterns::references(project);
        let of = |kept: &Kept<'a>| {
            let pattern = patterns::of_references(&taken, &kept.environment, &environments);
            (kept.environment.clone(), pattern)
        };
        let by_references = kept.iter().map(of).collect();
        Self { project, environments, kept, by_references }
    }

    /// The listings of an app in an environment that are of a store; `None`: of the one that it takes its secrets from.
    fn concerning(
        &self,
        app: Option<&App>,
        environment: &Environment,
        store: Option<StoreKind>,
    ) -> impl Iterator<Item = &Kept<'a>> {
        let entry = app.map(|app| self.entry(app, environment));
        self.kept.iter().filter(move |kept| {
            let of_kind = match (store, entry.flatten().and_then(|index| self.project.config.stores.get(index))) {
                (None, Some(entry)) => kinds(&entry.kind).contains(&kept.listing.store),
                (store, _) => keeps(store, kept.listing),
            };
            let is_named = match (kept.owner, entry) {
                (Some(owner), Some(entry)) => entry == Some(owner),
                (None, Some(Some(entry))) => self.may_be_of(entry, kept),
                _ => true,
            };
            kept.environment == *environment && of_kind && is_named
        })
    }

    /// Whether a listing that the command line names may be of an entry: not if the two say other projects.
    fn may_be_of(&self, entry: usize, kept: &Kept<'a>) -> bool {
        let Some(entry) = self.project.config.stores.get(entry) else { return true };
        let own = entry.project.get(kept.environment.as_str()).or_else(|| entry.project.get("*"));
        // A project has a number beside its id, and which number it is stands nowhere.
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        match (own, &kept.listing.project) {
            (Some(own), Some(project)) => own == project || is_number(own) != is_number(project),
            _ => true,
        }
    }

    /// The listings of an environment that are of a store; `None`: of those that apps take their secrets from.
    pub fn listings(
        &self,
        environment: &Environment,
        store: Option<StoreKind>,
    ) -> impl Iterator<Item = (&'a SourcePath, &'a Listing)> {
        self.concerning(None, environment, store).filter(|kept| !kept.old).map(|kept| (kept.path, kept.listing))
    }

    /// Whether there is any listing of the store that an app takes its secrets from in an environment.
    pub fn is_listed(&self, app: &App, environment: &Environment) -> bool {
        self.concerning(Some(app), environment, None).next().is_some()
    }

    /// Every listing that apps take their secrets from, with its environment.
    pub fn all(&self) -> impl Iterator<Item = (&'a SourcePath, &'a Listing, &Environment)> {
        let of_apps = self.kept.iter().filter(|kept| !kept.old && keeps(None, kept.listing));
        of_apps.map(|kept| (kept.path, kept.listing, &kept.environment))
    }

    /// The environments that listings are there for. One that the config names for all environments alike names none.
    pub fn named_environments(&self) -> impl Iterator<Item = &Environment> {
        let own = self.kept.iter().filter(|kept| keeps(None, kept.listing) && !is_shared(self.project, kept.owner));
        own.map(|kept| &kept.environment)
    }

    /// Whether there is a listing for all environments alike.
    pub fn shares_a_listing(&self) -> bool {
        self.kept.iter().any(|kept| keeps(None, kept.listing) && is_shared(self.project, kept.owner))
    }

    /// Every listing of one store, with its environment.
    pub fn of_store(&self, store: StoreKind) -> impl Iterator<Item = (&'a SourcePath, &'a Listing, &Environment)> {
        let of_store = self.kept.iter().filter(move |kept| !kept.old && kept.listing.store == store);
        of_store.map(|kept| (kept.path, kept.listing, &kept.environment))
    }

    /// The id of a variable's secret, where it can be told.
    pub fn secret_name(
        &self,
        app: &App,
        environment: &Environment,
        environments: &Environments,
        name: &Name,
    ) -> Option<SecretName> {
        let entry = self.configured(app, environment);
        let id = environments.id(environment);
        let explicit = entry.and_then(|entry| entry.secret_names.get(name));
        if let Some(template) = explicit.or_else(|| entry.and_then(|entry| entry.secret_name.as_ref())) {
            return Some(SecretName::new(&expand(template, name, &app.name, id)));
        }
        Some(SecretName::new(&self.pattern(app, environment)?.id(name)))
    }

    /// How the ids of an app's secrets are made in an environment, by the listing, else by what targets take.
    fn pattern(&self, app: &App, environment: &Environment) -> Option<&Pattern> {
        let listed = self.concerning(Some(app), environment, None).next().and_then(|kept| kept.inferred.as_ref());
        listed.or_else(|| self.by_references.get(environment)?.as_ref())
    }

    /// What the listings of an environment that are of a store say of a secret; for `None` see [`Stores::listings`].
    pub fn holding(
        &self,
        environment: &Environment,
        store: Option<StoreKind>,
        secret: &SecretName,
    ) -> Result<Holding<'a>, Reason> {
        self.holding_for(None, environment, store, secret)
    }

    /// The same of the listings that concern an app, where it is known.
    pub fn holding_for(
        &self,
        app: Option<&App>,
        environment: &Environment,
        store: Option<StoreKind>,
        secret: &SecretName,
    ) -> Result<Holding<'a>, Reason> {
        // One that is named with its project is looked for in that project's listing alone.
        let (project, bare) =
            match secret.as_str().strip_prefix("projects/").and_then(|rest| rest.split_once("/secrets/")) {
                Some((project, id)) => (Some(project), Some(SecretName::new(id))),
                None => (None, None),
            };
        let secret = bare.as_ref().unwrap_or(secret);
        let mut lacking = None;
        let (mut truncated, mut old) = (false, false);
        for kept in self.concerning(app, environment, store) {
            if project.is_some_and(|project| kept.listing.project.as_deref() != Some(project)) {
                continue;
            }
            if kept.old {
                old = true;
                continue;
            }
            if let Some(stored) = kept.by_id.get(secret) {
                return Ok(Holding::Held(kept.path, stored));
            }
            truncated |= kept.listing.truncated;
            lacking.get_or_insert(Holding::Lacking(kept.path, kept.listing));
        }
        match lacking {
            _ if old => Err(Reason::OldListing),
            None => Err(Reason::NoListing),
            Some(_) if truncated => Err(Reason::TruncatedListing),
            Some(lacking) => Ok(lacking),
        }
    }

    /// The store of the config that an app takes its secrets from in an environment.
    pub fn configured(&self, app: &App, environment: &Environment) -> Option<&'a StoreEntry> {
        self.project.config.stores.get(self.entry(app, environment)?)
    }

    /// The entry of the config that is for an app and an environment, by index.
    fn entry(&self, app: &App, environment: &Environment) -> Option<usize> {
        self.project.config.stores.iter().position(|entry| {
            is_for(entry, &self.environments, environment) && (entry.apps.is_empty() || entry.apps.contains(&app.name))
        })
    }

    /// The variable that a stored id would be of, by the naming pattern of an app and an environment.
    ///
    /// `None` where the pattern is not this repository's alone: without literal text every id would fit it.
    pub fn variable_part(
        &self,
        app: &App,
        environment: &Environment,
        environments: &Environments,
        secret: &SecretName,
    ) -> Option<String> {
        let id = environments.id(environment);
        let (before, after) =
            if let Some(template) = self.configured(app, environment).and_then(|entry| entry.secret_name.as_ref()) {
                let template = template.replace("{app}", &app.name).replace("{environment}", id);
                let (before, after) = template.split_once("{name}").or_else(|| template.split_once("{NAME}"))?;
                (before.to_owned(), after.to_owned())
            } else {
                let pattern = self.pattern(app, environment)?;
                (pattern.prefix.clone(), pattern.suffix.clone())
            };
        if before.trim_matches(['-', '_', '/']).is_empty() && after.trim_matches(['-', '_', '/']).len() <= id.len() {
            return None;
        }
        let middle = secret.as_str().strip_prefix(before.as_str())?.strip_suffix(after.as_str())?;
        (!middle.is_empty()).then(|| middle.to_ascii_uppercase().replace('-', "_"))
    }

    /// The ids that the config gives to single variables.
    pub fn explicit_ids(&self) -> BTreeSet<&'a str> {
        self.project.config.stores.iter().flat_map(|entry| entry.secret_names.values()).map(String::as_str).collect()
    }
}

/// Whether an entry is for an environment; its words may be any that mean it.
fn is_for(entry: &StoreEntry, environments: &Environments, environment: &Environment) -> bool {
    entry.environments.is_empty() || environments.is_among(environment, &entry.environments)
}

/// Whether an entry of the config names one listing for all environments alike.
fn is_shared(project: &Project, owner: Option<usize>) -> bool {
    let owner = owner.and_then(|index| project.config.stores.get(index));
    let listing = owner.filter(|entry| entry.environments.is_empty()).and_then(|entry| entry.listing.as_ref());
    listing.is_some_and(|(written, _)| !written.contains("{environment}"))
}

/// The entry of the config that names a listing of an environment.
fn owner(
    project: &Project,
    environments: &Environments,
    path: &SourcePath,
    environment: &Environment,
) -> Option<usize> {
    project.config.stores.iter().position(|entry| {
        let names = [environment.as_str(), environments.id(environment)];
        let is_named = |template: &str| {
            names
                .iter()
                .any(|name| SourcePath::new("").join(&template.replace("{environment}", name)).as_ref() == Some(path))
        };
        is_for(entry, environments, environment)
            && entry.listing.as_ref().is_some_and(|(template, _)| is_named(template))
    })
}

/// The stores that a kind of the config stands for.
fn kinds(kind: &str) -> &'static [StoreKind] {
    match kind {
        "google" => &[StoreKind::GoogleSecretManager],
        "aws" => &[StoreKind::AwsSecretsManager, StoreKind::AwsParameterStore],
        "vault" => &[StoreKind::Vault],
        "github" => &[StoreKind::GitHubSecrets],
        // A list of variables, as a platform keeps one.
        "dotenv" => &[StoreKind::Platform],
        _ => &[],
    }
}

/// Whether a listing is of a store; `None`: whether apps take their secrets from it. What GitHub keeps is for workflows.
fn keeps(store: Option<StoreKind>, listing: &Listing) -> bool {
    match store {
        Some(store) => listing.store == store,
        None => !matches!(listing.store, StoreKind::GitHubSecrets | StoreKind::GitHubVariables),
    }
}

/// The version that an injection gets, if the listing tells.
pub fn version_state(stored: &Stored, version: &Version) -> Option<Option<VersionState>> {
    let versions = stored.versions.as_ref()?;
    let found = match version {
        Version::Unknown => return None,
        // Newest whatever its state: that is what Secret Manager resolves `latest` to.
        Version::Latest => versions.first(),
        Version::Pinned(wanted) => {
            versions.iter().find(|version| version.number == *wanted || version.aliases.contains(wanted))
        }
    };
    Some(found.map(|version| version.state))
}

fn expand(template: &str, name: &Name, app: &str, environment: &str) -> String {
    template
        .replace("{name}", &patterns::Case::Kebab.apply(name.as_str()))
        .replace("{NAME}", name.as_str())
        .replace("{app}", app)
        .replace("{environment}", environment)
}
