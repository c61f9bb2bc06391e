//! What an env file holds: what most of its loaders read, as nobody says which of them reads it.

use std::collections::{BTreeMap, BTreeSet};

use crate::syntax::dotenv::{self, DIALECTS, Ending, Evaluated, Hidden};
use crate::value::Value;

/// A file as each loader reads it that reads quotes, and reads it to its end.
pub(super) struct Reading(Vec<Evaluated>);

/// What a file holds of a variable.
pub(super) enum Held {
    /// It is not set.
    Nothing,
    /// It is set to the empty string.
    Empty,
    /// It has this value.
    Value(Value),
    /// Loaders read different values, or run a command for it, and no value is that of two thirds of them.
    Unclear,
}

impl Reading {
    /// Reads a file; `None` where no loader gets to its end.
    pub(super) fn of(text: &str) -> Option<Self> {
        let dialects = DIALECTS.iter().map(|known| known.dialect).filter(|dialect| dialect.reads_quotes());
        let whole = dialects
            .map(|dialect| dotenv::evaluate(text, dialect, &BTreeMap::new()))
            .filter(|evaluated| evaluated.ending == Ending::Whole);
        let whole: Vec<_> = whole.collect();
        (!whole.is_empty()).then_some(Self(whole))
    }

    /// The names that most loaders read. The others are pieces of values over several lines, and may be secret.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let all: BTreeSet<&str> =
            self.0.iter().flat_map(|read| read.values.keys().chain(read.hidden.keys())).map(String::as_str).collect();
        all.into_iter().filter(|name| !matches!(self.held(name), Held::Nothing))
    }

    /// What most loaders read of a variable.
    pub(super) fn held(&self, name: &str) -> Held {
        let is_hidden = |read: &&Evaluated| matches!(read.hidden.get(name), Some((Hidden::NotImitated, _)));
        let told: Vec<&Evaluated> = self.0.iter().filter(|read| !is_hidden(read)).collect();
        let found: Vec<Option<&Value>> = told
            .iter()
            .filter_map(|read| {
                read.values.get(name).map(Some).or_else(|| read.hidden.contains_key(name).then_some(None))
            })
            .collect();
        if found.len() * 2 <= told.len() {
            return Held::Nothing;
        }
        let times = |value: &Value| found.iter().filter(|other| **other == Some(value)).count();
        // Where some take a comment for a part of the value, `check` says so; that is not what is asked here.
        match found.iter().flatten().find(|value| times(value) * 3 >= found.len() * 2) {
            Some(value) if value.is_empty() => Held::Empty,
            Some(value) => Held::Value((*value).clone()),
            None => Held::Unclear,
        }
    }
}
