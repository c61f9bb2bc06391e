//! Modules of a deploy description, and the variables that they take: Terraform's. What an app sees is `deploy`.

use crate::name::Name;
use crate::source::{Place, SourcePath};

/// A folder that takes variables of its own, and the files that give them values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Module {
    /// Its folder.
    pub folder: SourcePath,
    /// The variables that it takes.
    pub variables: Vec<ModuleVariable>,
    /// The variables that it reads and does not declare, with the places.
    pub undeclared: Vec<(Name, Vec<Place>)>,
    /// The files that give them values.
    pub given: Vec<ModuleValues>,
    /// Whether people apply it, as against a part of another module.
    pub is_root: bool,
    /// Whether it is there to show or to test another one.
    pub is_example: bool,
    /// Whether every file of it was read whole, so that what nothing names in it is not there.
    pub whole: bool,
}

/// A variable that a [`Module`] takes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent observations, not a state")]
pub struct ModuleVariable {
    /// Its name.
    pub name: Name,
    /// Where that stands.
    pub place: Place,
    /// Whether it has no default.
    pub required: bool,
    /// Whether it takes text, as far as its type says.
    pub takes_text: bool,
    /// Whether its value is kept out of output (`sensitive`, `ephemeral`).
    pub sensitive: bool,
    /// Whether anything but its own block reads it.
    pub used: bool,
    /// Whether its value is the id of a stored secret, and so no secret itself.
    pub holds_id: bool,
    /// Whether its value is put into a store of secrets.
    pub stored: bool,
    /// The variables of targets that get its value as it is.
    pub feeds: Vec<Name>,
}

/// A file that gives the variables of a [`Module`] values.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent observations, not a state")]
pub struct ModuleValues {
    /// The file.
    pub path: SourcePath,
    /// The word for the environment that it is of.
    pub environment: Option<String>,
    /// What it gives, in order.
    pub names: Vec<(Name, Place)>,
    /// Whether it is always read with the module, unasked.
    pub automatic: bool,
    /// Whether it only shows what to write.
    pub template: bool,
    /// Whether it was read whole.
    pub whole: bool,
    /// Whether git ignores it, so that it exists on this machine only.
    pub local: bool,
}
