//! The ways to declare variables: each reads one file and says what it declares.
//!
//! A new schema source is one file here and a line in [`SCHEMAS`].

use crate::fact::Loaded;
use crate::source::{SourceFile, SourcePath};

pub mod accepts;
pub mod agreement;
pub mod env_schema;
pub mod pattern;
pub mod resolve;
pub mod value_schema;

/// Every schema source. The first one that claims a path reads the file.
pub static SCHEMAS: &[&SchemaSource] = &[&env_schema::SOURCE];

/// What reads one kind of schema.
pub struct SchemaSource {
    /// Its name, as `sources` says it.
    pub name: &'static str,
    /// Whether a file is one, told from its path alone.
    pub claims: fn(&SourcePath) -> bool,
    /// Says what one schema declares. Pure; never fails: what it cannot read is a problem of the result.
    pub load: fn(&SourceFile) -> Loaded,
}
