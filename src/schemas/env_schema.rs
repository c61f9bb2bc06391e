//! TODO
use super::SchemaSource;
use crate::fact::Loaded;
use crate::source::{SourceFile, SourcePath};

/// The schema source.
pub static SOURCE: SchemaSource = SchemaSource { name: "env-schema", claims, load };

fn claims(path: &SourcePath) -> bool {
    path.name() == "env.schema.toml"
}

fn load(_source: &SourceFile) -> Loaded {
    Loaded::default()
}
