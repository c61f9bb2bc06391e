//! stub
use std::collections::BTreeSet;
use crate::name::Name;
use crate::tables::Dependencies;
/// c
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class { /// a
 RenamedFrom, /// a
 Unit, /// a
 MeaningSubset }
impl Class { /// c
 pub fn is_certain(self) -> bool { self != Self::MeaningSubset } }
/// r
pub struct Rename { /// f
 pub from: Name, /// t
 pub to: Name, /// c
 pub class: Class }
/// w
pub struct Wanted<'a> { /// n
 pub name: &'a Name, /// r
 pub required: bool, /// r
 pub renamed_from: &'a [Name], /// g
 pub given: bool, /// d
 pub documented: bool }
/// i
pub struct Input<'a> { /// u
 pub unknown: &'a [Name], /// w
 pub wanted: &'a [Wanted<'a>], /// k
 pub known: &'a BTreeSet<Name>, /// n
 pub namespaces: &'a [String], /// d
 pub dependencies: &'a Dependencies }
/// f
pub fn find(_input: &Input<'_>) -> Vec<Rename> { Vec::new() }
