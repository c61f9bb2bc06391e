//! TODO
use super::SchemaSource;
use crate::fact::Loaded;
/// The schema source.
pub static SOURCE: SchemaSource =
    SchemaSource { name: "varlock", claims: |_| false, fits: |_| false, load: |_| Loaded::default() };
