//! How the ids of secrets are made from the names of variables, told from what is stored and what is taken.

use std::collections::{BTreeMap, BTreeSet};

use crate::fact::{Listing, SettingValue, StoreKind};
use crate::name::{Environment, Name, SecretName};
use crate::project::{Environments, Project};

/// How the id of a secret is made from the name of its variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    pub(super) prefix: String,
    case: Case,
    pub(super) suffix: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Case {
    Kebab,
    Snake,
    Upper,
}

const CASES: [Case; 3] = [Case::Upper, Case::Kebab, Case::Snake];

impl Case {
    pub(super) fn apply(self, name: &str) -> String {
        match self {
            Self::Kebab => name.to_ascii_lowercase().replace('_', "-"),
            Self::Snake => name.to_ascii_lowercase(),
            Self::Upper => name.to_owned(),
        }
    }
}

impl Pattern {
    /// The id of a variable's secret.
    pub(super) fn id(&self, name: &Name) -> String {
        format!("{}{}{}", self.prefix, self.case.apply(name.as_str()), self.suffix)
    }
}

/// The pattern that most declared secrets follow in a listing, if at least half of them do.
pub(super) fn of_listing(listing: &Listing, secrets: &BTreeSet<Name>) -> Option<Pattern> {
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
    let (pattern, count) = leader(counts)?;
    let bare = pattern.prefix.is_empty() && pattern.suffix.is_empty();
    let enough = count * 2 >= secrets.len() && (count > 1 || bare && secrets.len() == 1);
    enough.then_some(pattern)
}

/// The pattern that is counted most often, and how often, if it is one alone.
fn leader(counts: BTreeMap<(&str, usize, &str), usize>) -> Option<(Pattern, usize)> {
    let best = counts.values().copied().max()?;
    let mut leaders = counts.into_iter().filter(|(_, count)| *count == best).map(|(key, _)| key);
    let (prefix, case, suffix) = leaders.next()?;
    let unique = leaders.all(|(other_prefix, _, other_suffix)| other_prefix == prefix && other_suffix == suffix);
    let pattern = Pattern { prefix: prefix.to_owned(), case: *CASES.get(case)?, suffix: suffix.to_owned() };
    unique.then_some((pattern, best))
}

/// What targets take from the stores of clouds: the variable, and the id that it is given from.
pub(super) fn references(project: &Project) -> BTreeSet<(&Name, &SecretName)> {
    const CLOUDS: &[StoreKind] = &[
        StoreKind::GoogleSecretManager,
        StoreKind::AwsSecretsManager,
        StoreKind::AwsParameterStore,
        StoreKind::AzureKeyVault,
        StoreKind::Vault,
    ];
    let targets = project.groups.iter().flat_map(|group| &group.targets);
    let settings = targets.flat_map(|target| &target.layers).flat_map(|layer| &layer.settings);
    settings
        .filter_map(|setting| match &setting.value {
            SettingValue::Injected { store, secret, .. } if CLOUDS.contains(store) => Some((&setting.name, secret)),
            _ => None,
        })
        .collect()
}

/// The pattern that at least half of what targets take follows, but for ids that name another environment.
pub(super) fn of_references(
    taken: &BTreeSet<(&Name, &SecretName)>,
    environment: &Environment,
    environments: &Environments,
) -> Option<Pattern> {
    let is_of = |id: &str| {
        id.split(['-', '_', '/']).filter_map(|word| environments.of_word(word)).all(|named| named == *environment)
    };
    let ids: Vec<(&Name, &str)> =
        taken.iter().map(|(name, secret)| (*name, bare(secret.as_str()))).filter(|(_, id)| is_of(id)).collect();
    // Where most ids name the environment that they are for, the rest are shared on purpose, and no pattern.
    let elsewhere: BTreeSet<&Name> =
        taken.iter().filter(|(_, secret)| !is_of(bare(secret.as_str()))).map(|(name, _)| *name).collect();
    let names_it = |id: &str| id.split(['-', '_', '/']).any(|word| environments.of_word(word).is_some());
    if elsewhere.len() > ids.len() && !ids.iter().any(|(_, id)| names_it(id)) {
        return None;
    }
    let mut counts: BTreeMap<(&str, usize, &str), usize> = BTreeMap::new();
    for (index, case) in CASES.iter().enumerate() {
        for (name, id) in &ids {
            let wanted = case.apply(name.as_str());
            for (prefix, _, suffix) in cuts(id).filter(|(_, middle, _)| *middle == wanted) {
                *counts.entry((prefix, index, suffix)).or_default() += 1;
            }
        }
    }
    let (pattern, count) = leader(counts)?;
    (count > 1 && count * 2 >= ids.len()).then_some(pattern)
}

/// An id without the project that it may be named with.
pub(in crate::model) fn bare(secret: &str) -> &str {
    let in_project = secret.strip_prefix("projects/").and_then(|rest| rest.split_once("/secrets/"));
    in_project.map_or(secret, |(_, id)| id)
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
