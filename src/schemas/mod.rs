//! The ways to declare variables: each reads one file and says what it declares.
//!
//! A new schema source is one file here and a line in [`SCHEMAS`]. What each of them can say, and how it reads values,
//! is the table of `docs/schemas.md`.

use crate::fact::Loaded;
use crate::source::{SourceFile, SourcePath};

pub mod accepts;
pub mod agreement;
pub mod dotenv_linter;
pub mod env_schema;
mod json_document;
pub mod json_schema;
pub mod pattern;
pub mod resolve;
pub mod secretspec;
pub mod value_schema;
pub mod varlock;

/// Every schema source, by name.
pub static SCHEMAS: &[&SchemaSource] =
    &[&dotenv_linter::SOURCE, &env_schema::SOURCE, &json_schema::SOURCE, &secretspec::SOURCE, &varlock::SOURCE];

/// What reads one kind of schema.
pub struct SchemaSource {
    /// Its name, as `sources` says it.
    pub name: &'static str,
    /// Whether a file may be one, told from its path alone.
    pub claims: fn(&SourcePath) -> bool,
    /// Whether a text looks like one. It decides between sources that claim one name, and where the config names a file
    /// that none claims.
    pub fits: fn(&SourceFile) -> bool,
    /// Says what one schema declares. Pure; never fails: what it cannot read is a problem of the result.
    pub load: fn(&SourceFile) -> Loaded,
}

/// Whether the name of a file says that it is a schema.
pub fn claims(path: &SourcePath) -> bool {
    SCHEMAS.iter().any(|schema| (schema.claims)(path))
}

/// What reads a file whose name says that it is a schema. Where several sources share the name, its text must look like
/// one of theirs: other tools keep schemas of their own under these names.
pub fn claimant(file: &SourceFile) -> Option<&'static SchemaSource> {
    let claimants: Vec<_> = SCHEMAS.iter().copied().filter(|schema| (schema.claims)(file.path())).collect();
    match claimants.as_slice() {
        [only] => Some(only),
        several => several.iter().copied().find(|schema| (schema.fits)(file)),
    }
}

/// What reads a file of which only the config says that it is a schema.
pub fn reader(file: &SourceFile) -> Option<&'static SchemaSource> {
    claimant(file).or_else(|| SCHEMAS.iter().copied().find(|schema| (schema.fits)(file)))
}

#[cfg(test)]
mod tests;
