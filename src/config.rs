//! `envcheck.toml`: what discovery guesses wrong, and which findings are wanted. It never lists variables.

mod document;
mod read;
mod words;

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::fact::{Problem, Role};
use crate::finding::Level;
use crate::name::Name;
use crate::source::{SourceFile, SourcePath, Span};
use crate::syntax::dotenv::Dialect;
use crate::syntax::toml::Document;

pub use document::json_schema;

/// The config of a repository.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The file it was read from; `None` without one.
    pub path: Option<SourcePath>,
    /// The least version of envcheck that understands it.
    pub minimum_version: Option<String>,
    /// The baseline file, as written.
    pub baseline: Option<String>,
    /// Environments, added to the built-in table.
    pub environments: Vec<EnvironmentEntry>,
    /// Apps, as written.
    pub apps: Vec<AppEntry>,
    /// Files that discovery guesses wrong.
    pub sources: Vec<SourceEntry>,
    /// Where secrets live; the first one that matches wins.
    pub stores: Vec<StoreEntry>,
    /// Levels by rule.
    pub rules: BTreeMap<String, Level>,
    /// Findings that the user decided not to see.
    pub ignores: Vec<IgnoreEntry>,
}

/// `[environments] NAME = …`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EnvironmentEntry {
    /// Its name.
    pub name: String,
    /// The words of file names and literals that mean it, beside its name.
    pub words: Vec<String>,
    /// What `{environment}` in names expands to, if it is not the name.
    pub id: Option<String>,
    /// The environment whose treatment it shares.
    pub like: Option<String>,
}

/// `[[app]]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AppEntry {
    /// The glob of its folder; the most specific entry wins.
    pub path: String,
    /// Its name, if it is not the folder's.
    pub name: Option<String>,
    /// Targets that are it: `cloud-run:beep-{app}`, `compose:web`, or a bare name.
    pub services: Vec<String>,
    /// Its schemas, relative to the root.
    pub schema: Vec<String>,
    /// Sides and globs: the part of the schema that it needs; empty is all.
    pub needs: Vec<String>,
    /// Where the entry stands.
    pub span: Span,
}

/// `[[source]]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceEntry {
    /// Globs relative to the root.
    pub files: Vec<String>,
    /// The format, one of the loaders.
    pub format: Option<String>,
    /// The environment.
    pub environment: Option<String>,
    /// The app.
    pub app: Option<String>,
    /// The role; `skip` is `Some(None)`.
    pub role: Option<Option<Role>>,
    /// Whether it is the whole of that environment.
    pub complete: bool,
    /// The loaders that read them; empty: what discovery finds.
    pub loaders: Vec<Dialect>,
    /// Where the entry stands.
    pub span: Span,
}

/// `[[store]]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoreEntry {
    /// `google`, `aws`, `vault`, `github` or `dotenv`.
    pub kind: String,
    /// The environments that it is for; empty is all.
    pub environments: Vec<String>,
    /// The apps that it is for; empty is all.
    pub apps: Vec<String>,
    /// The project by environment; the key `*` is a project of all of them.
    pub project: BTreeMap<String, String>,
    /// The template of a secret's id.
    pub secret_name: Option<String>,
    /// The path of a saved listing, a template over `{environment}`, relative to the root.
    pub listing: Option<(String, Span)>,
    /// The owner label.
    pub owner: Option<String>,
    /// Ids, or templates of them, of single variables.
    pub secret_names: BTreeMap<Name, String>,
    /// Where the entry stands.
    pub span: Span,
}

/// `[[ignore]]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IgnoreEntry {
    /// The rule.
    pub rule: String,
    /// Globs of variables; empty is all.
    pub variables: Vec<String>,
    /// Globs of files; empty is all.
    pub files: Vec<String>,
    /// Apps; empty is all.
    pub apps: Vec<String>,
    /// Environments; empty is all.
    pub environments: Vec<String>,
    /// Why.
    pub reason: String,
    /// The last day on which it holds.
    pub until: Option<Date>,
    /// Where the entry stands.
    pub span: Span,
}

/// The names that a config may use, handed in so that the config knows no registry.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The ids of the rules.
    pub rules: &'a [&'a str],
    /// The names of the loaders.
    pub formats: &'a [&'a str],
    /// The kinds of stores.
    pub stores: &'a [&'a str],
}

impl Config {
    /// Reads a config; the problems are all of its errors at once, and a config with problems must not be used.
    pub fn parse(source: &SourceFile, known: &Known<'_>) -> (Self, Vec<Problem>) {
        let document = Document::parse(source);
        let mut config = read::config(document.root(), known);
        config.path = Some(source.path().clone());
        (config, document.faults().into_iter().map(Into::into).collect())
    }
}

#[cfg(test)]
mod tests;
