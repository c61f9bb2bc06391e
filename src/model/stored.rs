//! Which secret of a store a variable is, and whether the store holds it.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::StoreEntry;
use crate::fact::{Listing, Stored, VersionState};
use crate::name::{Environment, Name, SecretName, Version};
use crate::project::{Environments, Project};
use crate::source::SourcePath;

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
    listings: Vec<(&'a SourcePath, &'a Listing, Environment)>,
    inferred: BTreeMap<Environment, Option<Pattern>>,
}

/// How the id of a secret is made from the name of its variable.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Pattern {
    prefix: String,
    case: Case,
    suffix: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Case {
    Kebab,
    Snake,
    Upper,
}

const CASES: [Case; 3] = [Case::Upper, Case::Kebab, Case::Snake];

impl Case {
    fn apply(self, name: &str) -> String {
        match self {
            Self::Kebab => name.to_ascii_lowercase().replace('_', "-"),
            Self::Snake => name.to_ascii_lowercase(),
            Self::Upper => name.to_owned(),
        }
    }
}

impl<'a> Stores<'a> {
    /// The stores of a project. `secrets`: the names of the secrets that its apps declare, for inferring how ids are
    /// made where the config does not say.
    pub fn new(project: &'a Project, secrets: &BTreeSet<Name>) -> Self {
        let listings: Vec<_> = project
            .listings
            .iter()
            .filter_map(|(path, environment)| {
                let (path, file) = project.files.get_key_value(path)?;
                Some((path, file.loaded.listing.as_ref()?, environment.clone()))
            })
            .collect();
        let mut inferred = BTreeMap::new();
        for (_, listing, environment) in &listings {
            inferred.entry(environment.clone()).or_insert_with(|| infer(listing, secrets));
        }
        Self { project, listings, inferred }
    }

    /// The listings of an environment.
    pub fn listings(&self, environment: &Environment) -> impl Iterator<Item = (&'a SourcePath, &'a Listing)> {
        self.listings.iter().filter(move |(_, _, of)| of == environment).map(|(path, listing, _)| (*path, *listing))
    }

    /// Every listing with its environment.
    pub fn all(&self) -> impl Iterator<Item = (&'a SourcePath, &'a Listing, &Environment)> {
        self.listings.iter().map(|(path, listing, environment)| (*path, *listing, environment))
    }

    /// The id of a variable's secret, where it can be told.
    pub fn secret_name(
        &self,
        app: &App,
        environment: &Environment,
        environments: &Environments,
        name: &Name,
    ) -> Option<SecretName> {
        let entry = self.entry(app, environment);
        let id = environments.id(environment);
        let explicit = entry.and_then(|entry| entry.secret_names.get(name));
        if let Some(template) = explicit.or_else(|| entry.and_then(|entry| entry.secret_name.as_ref())) {
            return Some(SecretName::new(&expand(template, name, &app.name, id)));
        }
        let pattern = self.inferred.get(environment)?.as_ref()?;
        Some(SecretName::new(&format!("{}{}{}", pattern.prefix, pattern.case.apply(name.as_str()), pattern.suffix)))
    }

    /// What the listings of an environment say of a secret.
    pub fn holding(&self, environment: &Environment, secret: &SecretName) -> Result<Holding<'a>, Reason> {
        let mut lacking = None;
        let mut truncated = false;
        for (path, listing) in self.listings(environment) {
            if let Some(stored) = listing.secrets.iter().find(|stored| stored.name == *secret) {
                return Ok(Holding::Held(path, stored));
            }
            truncated |= listing.truncated;
            lacking.get_or_insert(Holding::Lacking(path, listing));
        }
        match lacking {
            None => Err(Reason::NoListing),
            Some(_) if truncated => Err(Reason::TruncatedListing),
            Some(lacking) => Ok(lacking),
        }
    }

    /// The entry of the config that is for an app and an environment.
    fn entry(&self, app: &App, environment: &Environment) -> Option<&'a StoreEntry> {
        self.project.config.stores.iter().find(|entry| {
            (entry.environments.is_empty() || entry.environments.iter().any(|name| name == environment.as_str()))
                && (entry.apps.is_empty() || entry.apps.contains(&app.name))
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
        let (before, after) = if let Some(template) = self.entry(app, environment).and_then(|entry| entry.secret_name.as_ref()) {
            let template = template.replace("{app}", &app.name).replace("{environment}", id);
            let (before, after) = template.split_once("{name}").or_else(|| template.split_once("{NAME}"))?;
            (before.to_owned(), after.to_owned())
        } else {
            let pattern = self.inferred.get(environment)?.as_ref()?;
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
        .replace("{name}", &Case::Kebab.apply(name.as_str()))
        .replace("{NAME}", name.as_str())
        .replace("{app}", app)
        .replace("{environment}", environment)
}

/// The pattern that most declared secrets follow in a listing, if at least half of them do.
fn infer(listing: &Listing, secrets: &BTreeSet<Name>) -> Option<Pattern> {
    let mut counts: BTreeMap<(String, usize, String), usize> = BTreeMap::new();
    for (index, case) in CASES.iter().enumerate() {
        for name in secrets {
            let wanted = case.apply(name.as_str());
            let mut seen = BTreeSet::new();
            for stored in &listing.secrets {
                let Some(at) = stored.name.as_str().find(&wanted) else { continue };
                let (prefix, rest) = stored.name.as_str().split_at(at);
                let key = (prefix.to_owned(), index, rest[wanted.len()..].to_owned());
                if at_boundary(prefix, &key.2) && seen.insert(key.clone()) {
                    *counts.entry(key).or_default() += 1;
                }
            }
        }
    }
    let best = counts.values().map(|count| *count).max()?;
    let mut leaders = counts.into_iter().filter(|(_, count)| *count == best).map(|(key, _)| key);
    let (prefix, case, suffix) = leaders.next()?;
    let unique = leaders.all(|(other_prefix, _, other_suffix)| other_prefix == prefix && other_suffix == suffix);
    let bare = prefix.is_empty() && suffix.is_empty();
    let enough = best * 2 >= secrets.len() && (best > 1 || bare && secrets.len() == 1);
    (enough && unique).then(|| Pattern { prefix, case: CASES[case], suffix })
}

/// A prefix or suffix ends at a separator: `argos-434718-x` does not begin with the name `ARGO`.
fn at_boundary(prefix: &str, suffix: &str) -> bool {
    (prefix.is_empty() || prefix.ends_with(['-', '_', '/']))
        && (suffix.is_empty() || suffix.starts_with(['-', '_', '/']))
}
