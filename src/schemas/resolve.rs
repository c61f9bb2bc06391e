//! stub
use std::collections::BTreeMap;

use crate::fact::{Agree, Declaration, Group, LinkOutcome, Loaded};
use crate::name::Name;
use crate::source::{Place, SourcePath};

/// d
#[derive(Clone, Debug)]
pub struct Declared {
    /// d
    pub declaration: Declaration,
    /// p
    pub place: Place,
}
/// r
#[derive(Clone, Debug, Default)]
pub struct Resolved {
    /// d
    pub declarations: BTreeMap<Name, Declared>,
    /// d
    pub families: BTreeMap<Name, Declared>,
    /// g
    pub groups: Vec<(SourcePath, Group)>,
    /// a
    pub agrees: Vec<(SourcePath, Agree)>,
    /// o
    pub open: bool,
    /// p
    pub public_prefixes: Option<Vec<String>>,
    /// s
    pub semantics: crate::fact::Semantics,
}
impl Resolved {
    /// d
    pub fn union(self, _other: Self) -> Self { self }
    /// d
    pub fn declaration(&self, name: &Name) -> Option<&Declared> {
        self.declarations.get(name)
    }
}
/// l
pub type Lookup<'a> = dyn Fn(&SourcePath) -> Option<(&'a Loaded, &'a [LinkOutcome])> + 'a;
/// r
pub fn resolve(_path: &SourcePath, _lookup: &Lookup<'_>) -> Resolved {
    Resolved::default()
}
