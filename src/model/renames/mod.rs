//! Names that are the same thing under another name, told by the names alone. Who reads and gives them, the caller
//! says; nothing of the model is known here.
//!
//! Source: the classes were measured over 47 repositories; each list in `lists` says why its words are there.

mod lists;
mod matcher;
mod spelling;

use std::collections::{BTreeMap, BTreeSet};

use self::matcher::Matcher;
use crate::name::Name;
use crate::tables::Dependencies;

/// What the matcher is told of one source of an app.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// Names that stand in the source and that nothing declares, reads, excuses or maps.
    pub unknown: &'a [Name],
    /// Names that the app declares or reads and that this source lacks; so does every other source that has an
    /// unknown one, which is for the caller to see.
    pub wanted: &'a [Wanted<'a>],
    /// Every name that stands in the source, the unknown ones among them.
    pub present: &'a BTreeSet<Name>,
    /// Every name that is known in the app, declared, read, or in another source.
    pub known: &'a BTreeSet<Name>,
    /// The names of the app, its folder, package, repository and owner.
    pub namespaces: &'a [String],
    /// What the app depends on.
    pub dependencies: &'a Dependencies,
}

/// A name that a source lacks.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The name.
    pub name: &'a Name,
    /// The names that its schema says it had before.
    pub renamed_from: &'a [Name],
    /// Whether some source of values gives it; templates and lists do not.
    pub given_by_values: bool,
    /// Whether some template or list names it.
    pub documented: bool,
}

/// What tells that two names are one thing, the strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// The schema says so.
    RenamedFrom,
    /// They differ in `_` and case alone.
    Respelt,
    /// They have the same words, after synonyms, in any order.
    Same,
    /// They differ in one unit: what is meant by the number changed too.
    Unit,
    /// They differ in `KEY` or `TOKEN` beside `SECRET`.
    SecretKey,
    /// One has a framework's, the app's or a provider's name more.
    Namespace,
    /// One has a unit more.
    UnitSuffix,
    /// One word is misspelt.
    Typo,
    /// One has a word more that says nothing known, and no source gives the wanted one a value.
    FreeSubset,
    /// One has a word more that changes the meaning: a note at most (*perhaps …*).
    MeaningSubset,
}

impl Class {
    /// Whether it is evidence enough for a rename; else for a note only.
    pub fn is_rename(self) -> bool {
        self != Self::MeaningSubset
    }
}

/// Two names that are one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rename {
    /// The name that stands in the source.
    pub from: Name,
    /// The name that is meant.
    pub to: Name,
    /// What tells.
    pub class: Class,
}

/// Finds the unknown names that are wanted ones, in the order of the unknown ones.
///
/// One to one, the best class first. A name that has two equally good counterparts, or one that already stands in the
/// source beside it, has none.
pub fn find(input: &Input<'_>) -> Vec<Rename> {
    let unknown = distinct(input.unknown.iter());
    let mut targets: Vec<Target<'_>> = Vec::new();
    let mut seen: BTreeSet<&Name> = unknown.iter().copied().collect();
    for wanted in input.wanted {
        if !input.present.contains(wanted.name) && seen.insert(wanted.name) {
            targets.push(Target { name: wanted.name, wanted: Some(wanted) });
        }
    }
    // What stands beside an unknown name and is as near to it as a wanted one tells that it is not that one.
    for name in input.present {
        if seen.insert(name) {
            targets.push(Target { name, wanted: None });
        }
    }
    let mut pairs = Matcher::new(&unknown, &targets, input).pairs();
    for (index, target) in targets.iter().enumerate() {
        for former in target.wanted.map(|wanted| wanted.renamed_from).unwrap_or_default() {
            if let Some(at) = unknown.iter().position(|name| *name == former) {
                pairs.insert((at, index), Class::RenamedFrom);
            }
        }
    }
    settle(&unknown, &targets, &pairs)
}

/// A name that an unknown one is compared with; without `wanted` it only stands beside it.
#[derive(Clone, Copy, Debug)]
struct Target<'a> {
    name: &'a Name,
    wanted: Option<&'a Wanted<'a>>,
}

/// The class of each pair that has one: positions among the unknown names and the targets.
type Pairs = BTreeMap<(usize, usize), Class>;

fn distinct<'a>(names: impl Iterator<Item = &'a Name>) -> Vec<&'a Name> {
    let mut seen = BTreeSet::new();
    names.filter(|name| seen.insert(*name)).collect()
}

/// One to one, by class. Whoever meets two at the best class that is left to it is out, and so are those two.
fn settle(unknown: &[&Name], targets: &[Target<'_>], pairs: &Pairs) -> Vec<Rename> {
    let mut by_class: BTreeMap<Class, Vec<(usize, usize)>> = BTreeMap::new();
    for (pair, class) in pairs {
        by_class.entry(*class).or_default().push(*pair);
    }
    let mut out_unknown = BTreeSet::new();
    let mut out_target = BTreeSet::new();
    let mut found = BTreeMap::new();
    for (class, pairs) in by_class {
        let open: Vec<(usize, usize)> =
            pairs.into_iter().filter(|(from, to)| !out_unknown.contains(from) && !out_target.contains(to)).collect();
        let mut times_from: BTreeMap<usize, usize> = BTreeMap::new();
        let mut times_to: BTreeMap<usize, usize> = BTreeMap::new();
        for (from, to) in &open {
            *times_from.entry(*from).or_default() += 1;
            *times_to.entry(*to).or_default() += 1;
        }
        for (from, to) in open {
            let Some(target) = targets.get(to) else { continue };
            if target.wanted.is_some()
                && times_from.get(&from) == Some(&1)
                && times_to.get(&to) == Some(&1)
                && let Some(name) = unknown.get(from)
            {
                found.insert(from, Rename { from: (*name).clone(), to: target.name.clone(), class });
            }
            out_unknown.insert(from);
            // What stands beside them is not used up: it may be near to several.
            if target.wanted.is_some() {
                out_target.insert(to);
            }
        }
    }
    found.into_values().collect()
}

#[cfg(test)]
mod tests;
