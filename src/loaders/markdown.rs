//! TODO
use super::{Claim, Loader};
use crate::fact::Loaded;
use crate::source::{SourceFile, SourcePath};

/// The loader.
pub static LOADER: Loader = Loader { name: "markdown", claims, links: &[], load, assemble: None };

fn claims(_path: &SourcePath) -> Option<Claim> {
    None
}

fn load(_source: &SourceFile, _claim: &Claim) -> Loaded {
    Loaded::default()
}
