//! Terraform, and what is like it: the variables of modules, and what their resources hand to apps. No plan is made.
//!
//! Source: the real `terraform`, measured (`tests/terraform.rs` asks it again where it is installed).

mod assemble;
mod claims;
mod convert;
mod evaluate;
mod functions;
mod given;
mod instance;
mod json;
mod modules;
mod operators;
mod parts;
mod read;
mod registry;
mod resources;

mod roots;
mod shown;
mod targets;

mod value;

use crate::fact::{LinkKind, Loaded, Role};
use crate::loaders::{Claim, Loader};
use crate::source::SourceFile;

/// The loader.
pub static LOADER: Loader = Loader {
    name: "terraform",
    claims: claims::claims,
    links: &[(LinkKind::VarFile, Role::Inputs)],
    load,
    assemble: Some(assemble::assemble),
};

fn load(source: &SourceFile, _claim: &Claim) -> Loaded {
    read::load(source)
}

#[cfg(test)]
mod tests;
