//! Docker compose: services and the variables that they hand to containers. What an app makes of them is for `model`.
//!
//! The semantics are those of compose-go v2, measured; docker-compose 1.29 is told apart nowhere.

mod assemble;
mod claims;
mod families;
mod layers;
mod merge;
mod parts;
mod read;
mod references;
pub(super) mod scalar;
mod shown;
pub(super) mod signs;
mod values;

use crate::fact::{LinkKind, Loaded, Role};
use crate::loaders::{Claim, Glance, Loader};
use crate::source::SourceFile;
use crate::syntax::yaml::Yaml;

/// The loader.
pub static LOADER: Loader = Loader {
    name: "compose",
    claims: claims::claims,
    links: &[(LinkKind::Include, Role::Deploy), (LinkKind::Extends, Role::Deploy), (LinkKind::Compose, Role::Deploy)],
    load,
    assemble: Some(assemble::assemble),
};

/// `production.yml` and its like.
pub const GLANCE: Glance = Glance {
    loader: &LOADER,
    claims: claims::may_be,
    anywhere: false,
    fits: |source| claims::is_evident(source.text()),
};

fn load(source: &SourceFile, _claim: &Claim) -> Loaded {
    let yaml = Yaml::parse(source.text());
    let mut loaded = Loaded::default();
    super::yaml::comments_and_faults(source, &yaml, &mut loaded);
    let mut file = read::file(source, &yaml, &mut loaded);
    file.reads = references::all(source, &yaml, &mut loaded);
    shown::mark(source, &yaml, &file, &mut loaded);
    loaded.problems.sort_by_key(|problem| problem.span);
    loaded.problems.dedup();
    loaded.parsed = Some(Box::new(file));
    loaded
}

#[cfg(test)]
mod tests;
