//! What is known of names and values by themselves: one file a table, each entry with a word of reason.
//!
//! Data, not code: every rule works on the same tables. A table excuses a name, it never gives it a value.
//! No table is compiled at start: the first look-up of a name spreads the rows by first letter, once.

pub mod browser_runtime;
pub mod bundlers;
pub mod commands;
pub mod entropy;
pub mod environments;
pub mod frameworks;
pub mod images;
pub mod local_services;
pub mod made_secrets;
pub mod never_apps;
pub mod placeholders;
pub mod platform;
pub mod providers;
pub mod public;
pub mod references;
pub mod registries;
pub mod sdk;
pub mod secret_names;

use std::collections::BTreeSet;

use memchr::memchr_iter;

use crate::name::matches_glob;

/// Names that are in a table for one reason.
#[derive(Debug)]
pub struct Row {
    /// Globs, matched whole; see [`matches_glob`].
    pub names: &'static [&'static str],
    /// Globs of names that are not meant although a glob of `names` matches them.
    pub except: &'static [&'static str],
    /// Why they are in the table.
    pub reason: &'static str,
}

impl Row {
    const fn new(names: &'static [&'static str], reason: &'static str) -> Self {
        Self { names, except: &[], reason }
    }

    /// Whether a name is meant.
    pub fn holds(&self, name: &str) -> bool {
        any(self.names, name) && !any(self.except, name)
    }
}

/// Where a word stands in a text. The values of variables are short: for them this is quicker than a real search.
fn places<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = usize> {
    let first = word.as_bytes().first().copied().unwrap_or_default();
    let places = memchr_iter(first, text.as_bytes());
    places.filter(move |at| text.as_bytes().get(*at..).is_some_and(|rest| rest.starts_with(word.as_bytes())))
}

/// Whether a word, which is not empty, stands in a text.
fn holds(text: &str, word: &str) -> bool {
    places(text, word).next().is_some()
}

/// Whether a text matches one of several globs.
pub(crate) fn any(globs: &[&str], text: &str) -> bool {
    globs.iter().any(|wanted| matches_glob(wanted, text))
}

/// The rows of a table by the first byte of their globs, so that a look-up reads a few of them only.
struct Index<T: 'static> {
    /// By first byte; the last one holds the globs that start with `*`.
    buckets: Vec<Vec<(usize, &'static str, &'static T)>>,
}

impl<T> Index<T> {
    const STAR: usize = 128;

    fn new(rows: &'static [T], globs: fn(&'static T) -> &'static [&'static str]) -> Self {
        let mut buckets = Vec::new();
        buckets.resize_with(Self::STAR + 1, Vec::new);
        for (order, row) in rows.iter().enumerate() {
            for wanted in globs(row) {
                let bucket = match wanted.as_bytes().first() {
                    Some(byte) if byte.is_ascii() && *byte != b'*' => usize::from(*byte),
                    _ => Self::STAR,
                };
                if let Some(bucket) = buckets.get_mut(bucket) {
                    bucket.push((order, *wanted, row));
                }
            }
        }
        Self { buckets }
    }

    /// The first row of the table that has a matching glob and is accepted.
    fn find(&self, text: &str, accept: impl Fn(&'static T) -> bool) -> Option<&'static T> {
        let first = text.as_bytes().first().copied().map_or(Self::STAR, usize::from);
        let look = |bucket: usize| {
            let rows = self.buckets.get(bucket).map(Vec::as_slice).unwrap_or_default();
            rows.iter().find(|(_, wanted, row)| matches_glob(wanted, text) && accept(row))
        };
        let exact = if first < Self::STAR { look(first) } else { None };
        let found = match (exact, look(Self::STAR)) {
            (Some(one), Some(other)) => Some(if one.0 <= other.0 { one } else { other }),
            (one, other) => one.or(other),
        };
        found.map(|(_, _, row)| *row)
    }
}

impl Index<Row> {
    fn rows(rows: &'static [Row]) -> Self {
        Self::new(rows, |row| row.names)
    }

    fn row(&self, name: &str) -> Option<&'static Row> {
        self.find(name, |row| !any(row.except, name))
    }
}

/// The packages that an app depends on, if a manifest says so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dependencies(Option<BTreeSet<String>>);

impl Dependencies {
    /// What is known without a readable manifest: nothing.
    pub fn unknown() -> Self {
        Self(None)
    }

    /// Whether a manifest was read.
    pub fn is_known(&self) -> bool {
        self.0.is_some()
    }

    /// Whether the app depends on a package that matches the glob; case, `_` and `-` are one, as in `PyPI`.
    pub fn has(&self, package: &str) -> bool {
        let Some(names) = &self.0 else { return false };
        if package.contains('*') {
            names.iter().any(|name| matches_glob(package, name))
        } else {
            names.contains(package)
        }
    }

    /// Whether the app depends on one of several packages.
    pub fn has_any(&self, packages: &[&str]) -> bool {
        packages.iter().any(|package| self.has(package))
    }
}

impl<'a> FromIterator<&'a str> for Dependencies {
    fn from_iter<I: IntoIterator<Item = &'a str>>(names: I) -> Self {
        Self(Some(names.into_iter().map(|name| name.to_ascii_lowercase().replace('_', "-")).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Holds a table to its form: every row has names and a reason, and no glob stands in it twice.
    pub(super) fn is_sound<'r>(rows: impl Iterator<Item = &'r Row>) {
        let mut known = BTreeSet::new();
        for row in rows {
            assert!(!row.names.is_empty() && row.reason.len() > 3, "{row:?}");
            for name in row.names {
                assert!(known.insert(*name), "{name} stands in the table twice");
            }
        }
        assert!(!known.is_empty());
    }

    #[test]
    fn the_first_row_of_a_table_wins() {
        static ROWS: [Row; 2] = [Row::new(&["*_B"], "star"), Row::new(&["A_*"], "letter")];
        let index = Index::rows(&ROWS);
        assert_eq!(index.row("A_B").map(|row| row.reason), Some("star"));
        assert_eq!(index.row("A_C").map(|row| row.reason), Some("letter"));
        assert!(index.row("C").is_none());
        assert!(index.row("").is_none());
        assert!(index.row("é_A").is_none());
    }

    #[test]
    fn dependencies_fold_case_and_underscores() {
        let known: Dependencies = ["Django", "typing_extensions", "@clerk/nextjs"].into_iter().collect();
        assert!(known.has("django") && known.has("typing-extensions") && known.has("@clerk/*"));
        assert!(!known.has("djang") && !known.has("@clerk"));
        assert!(!Dependencies::unknown().has("*"));
    }
}
