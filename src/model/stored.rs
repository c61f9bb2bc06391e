//! Which secret of a store a variable is, and whether the store holds it.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::StoreEntry;
use crate::fact::{Listing, StoreKind, Stored, VersionState};
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
    /// The secrets of each listing, by id.
    by_id: Vec<BTreeMap<&'a SecretName, &'a Stored>>,
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
        for (_, listing, environment) in listings.iter().filter(|(_, listing, _)| keeps(None, listing)) {
            inferred.entry(environment.clone()).or_insert_with(|| infer(listing, secrets));
        }
        let by_id = listings.iter().map(|(_, listing, _)| {
            // Of two of one id the first counts.
            listing.secrets.iter().rev().map(|stored| (&stored.name, stored)).collect()
        });
        Self { project, by_id: by_id.collect(), listings, inferred }
    }

    /// The listings of an environment that are of a store; `None`: of those that apps take their secrets from.
    pub fn listings(
        &self,
        environment: &Environment,
        store: Option<StoreKind>,
    ) -> impl Iterator<Item = (&'a SourcePath, &'a Listing)> {
        let of = self.listings.iter().filter(move |(_, listing, of)| of == environment && keeps(store, listing));
        of.map(|(path, listing, _)| (*path, *listing))
    }

    /// Every listing that apps take their secrets from, with its environment.
    pub fn all(&self) -> impl Iterator<Item = (&'a SourcePath, &'a Listing, &Environment)> {
        let of_apps = self.listings.iter().filter(|(_, listing, _)| keeps(None, listing));
        of_apps.map(|(path, listing, environment)| (*path, *listing, environment))
    }

    /// The environments that listings are there for. One that the config names for all environments alike names none.
    pub fn named_environments(&self) -> impl Iterator<Item = Environment> {
        let own = self.listings.iter().filter(|(path, listing, _)| keeps(None, listing) && !self.is_shared(path));
        own.map(|(_, _, environment)| environment.clone())
    }

    /// Whether there is a listing for all environments alike.
    pub fn shares_a_listing(&self) -> bool {
        self.listings.iter().any(|(path, listing, _)| keeps(None, listing) && self.is_shared(path))
    }

    fn is_shared(&self, path: &SourcePath) -> bool {
        self.project.config.stores.iter().any(|entry| {
            let listing = entry.listing.as_ref().filter(|_| entry.environments.is_empty());
            listing.is_some_and(|(written, _)| SourcePath::new("").join(written).as_ref() == Some(path))
        })
    }

    /// Every listing of one store, with its environment.
    pub fn of_store(&self, store: StoreKind) -> impl Iterator<Item = (&'a SourcePath, &'a Listing, &Environment)> {
        let of_store = self.listings.iter().filter(move |(_, listing, _)| listing.store == store);
        of_store.map(|(path, listing, environment)| (*path, *listing, environment))
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

    /// What the listings of an environment that are of a store say of a secret; for `None` see [`Stores::listings`].
    pub fn holding(
        &self,
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
        let mut truncated = false;
        for ((path, listing, of), by_id) in self.listings.iter().zip(&self.by_id) {
            let is_of_project = project.is_none_or(|project| listing.project.as_deref() == Some(project));
            if of != environment || !keeps(store, listing) || !is_of_project {
                continue;
            }
            if let Some(stored) = by_id.get(secret) {
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
        let (before, after) =
            if let Some(template) = self.entry(app, environment).and_then(|entry| entry.secret_name.as_ref()) {
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
        .replace("{name}", &Case::Kebab.apply(name.as_str()))
        .replace("{NAME}", name.as_str())
        .replace("{app}", app)
        .replace("{environment}", environment)
}

/// The pattern that most declared secrets follow in a listing, if at least half of them do.
fn infer(listing: &Listing, secrets: &BTreeSet<Name>) -> Option<Pattern> {
    let ids: BTreeSet<&str> = listing.secrets.iter().map(|stored| stored.name.as_str()).collect();
    let mut counts: BTreeMap<(&str, usize, &str), usize> = BTreeMap::new();
    for (index, case) in CASES.iter().enumerate() {
        let wanted: BTreeSet<String> = secrets.iter().map(|name| case.apply(name.as_str())).collect();
        for id in &ids {
            for (prefix, middle, suffix) in cuts(id) {
                if wanted.contains(middle) {
                    *counts.entry((prefix, index, suffix)).or_default() += 1;
                }
            }
        }
    }
    let best = counts.values().copied().max()?;
    let mut leaders = counts.into_iter().filter(|(_, count)| *count == best).map(|(key, _)| key);
    let (prefix, case, suffix) = leaders.next()?;
    let unique = leaders.all(|(other_prefix, _, other_suffix)| other_prefix == prefix && other_suffix == suffix);
    let bare = prefix.is_empty() && suffix.is_empty();
    let enough = best * 2 >= secrets.len() && (best > 1 || bare && secrets.len() == 1);
    let (prefix, suffix) = (prefix.to_owned(), suffix.to_owned());
    (enough && unique).then(|| Pattern { prefix, case: CASES[case], suffix })
}

/// Every way to cut an id in three where each cut stands at a separator or at an end: `argos-434718-x` does not begin
/// with the name `ARGO`. The middle is not empty.
fn cuts(id: &str) -> impl Iterator<Item = (&str, &str, &str)> {
    /// An id of more words is nobody's pattern, and there are as many cuts as pairs of words.
    const WORDS: usize = 64;
    let separators: Vec<usize> = id.match_indices(['-', '_', '/']).map(|(at, _)| at).take(WORDS).collect();
    let starts: Vec<usize> = std::iter::once(0).chain(separators.iter().map(|at| at + 1)).collect();
    let ends: Vec<usize> = separators.into_iter().chain([id.len()]).collect();
    let pairs = starts.into_iter().flat_map(move |start| {
        ends.iter().copied().filter(move |end| start < *end).map(move |end| (start, end)).collect::<Vec<_>>()
    });
    pairs.filter_map(|(start, end)| Some((id.get(..start)?, id.get(start..end)?, id.get(end..)?)))
}
