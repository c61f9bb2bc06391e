//! Two declarations of one variable made one.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use super::{Declared, Resolved};
use crate::fact::{Constraints, Declaration, Required, Side, Type};
use crate::name::Name;
use crate::source::Place;
use crate::value::Value;

/// What two files say of one variable and cannot both mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The variable.
    pub name: Name,
    /// What differs.
    pub kind: ConflictKind,
    /// Whether the one extends the other.
    pub extends: bool,
    /// Its side, as the stronger file says it.
    pub side: Side,
    /// Where the stronger file names it.
    pub place: Place,
    /// Where the other file names it.
    pub other: Place,
}

/// What differs in a [`Conflict`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConflictKind {
    /// Two types of which neither is a narrower form of the other, or, with `extends`, a wider one.
    Type,
    /// Two sides.
    Side,
    /// Secret in one and not in the other.
    Secrecy,
    /// Lists of values that have none in common; never with `extends`.
    Values,
}

/// Gives a schema what its ancestor says: key by key, and the schema itself wins.
pub(super) fn inherit(child: &mut Resolved, ancestor: Resolved) {
    let Resolved { declarations, families, groups, agrees, open, public_prefixes, conflicts, .. } = ancestor;
    child
        .conflicts
        .extend(conflicts.into_iter().filter(|conflict| !child.conflicts.contains(conflict)).collect::<Vec<_>>());
    inherit_all(&mut child.declarations, declarations, &mut child.conflicts);
    inherit_all(&mut child.families, families, &mut child.conflicts);
    for group in groups {
        // A group without a name is one that nobody can mean to replace.
        let replaced = child.groups.iter().any(|own| own.1.name == group.1.name && !group.1.name.is_empty());
        if !replaced && !child.groups.contains(&group) {
            child.groups.push(group);
        }
    }
    for agree in agrees {
        if !child.agrees.contains(&agree) {
            child.agrees.push(agree);
        }
    }
    child.open |= open;
    child.public_prefixes = child.public_prefixes.take().or(public_prefixes);
}

fn inherit_all(own: &mut BTreeMap<Name, Declared>, inherited: BTreeMap<Name, Declared>, conflicts: &mut Vec<Conflict>) {
    for (name, theirs) in inherited {
        match own.entry(name) {
            Entry::Vacant(entry) => {
                entry.insert(theirs);
            }
            Entry::Occupied(mut entry) => {
                let name = entry.key().clone();
                inherit_one(&name, entry.get_mut(), theirs, conflicts);
            }
        }
    }
}

fn inherit_one(name: &Name, own: &mut Declared, theirs: Declared, conflicts: &mut Vec<Conflict>) {
    // Two ways to one file are no two declarations.
    if own.place == theirs.place {
        return;
    }
    let (mine, other) = (&own.declaration, &theirs.declaration);
    let mut differ = Differ { name, own, theirs: &theirs, conflicts, extends: true };
    if let (Some(mine), Some(other)) = (mine.kind, other.kind)
        && !is_narrower(mine, other)
    {
        differ.push(ConflictKind::Type);
    }
    if mine.side != other.side {
        differ.push(ConflictKind::Side);
    }
    if let (Some(mine), Some(other)) = (mine.secret, other.secret)
        && mine != other
    {
        differ.push(ConflictKind::Secrecy);
    }
    own.declaration = Arc::new(fill_in(Declaration::clone(&own.declaration), Declaration::clone(&theirs.declaration)));
    add_origins(own, theirs.origins);
}

struct Differ<'a> {
    name: &'a Name,
    own: &'a Declared,
    theirs: &'a Declared,
    conflicts: &'a mut Vec<Conflict>,
    extends: bool,
}

impl Differ<'_> {
    fn push(&mut self, kind: ConflictKind) {
        let conflict = Conflict {
            name: self.name.clone(),
            kind,
            extends: self.extends,
            side: self.own.declaration.side,
            place: self.own.place.clone(),
            other: self.theirs.place.clone(),
        };
        if !self.conflicts.contains(&conflict) {
            self.conflicts.push(conflict);
        }
    }
}

fn add_origins(own: &mut Declared, origins: Vec<Place>) {
    for origin in origins {
        if !own.origins.contains(&origin) {
            own.origins.push(origin);
        }
    }
}

/// What the first says, and where it says nothing, what the second says.
fn fill_in(own: Declaration, other: Declaration) -> Declaration {
    let mut overrides = other.overrides;
    for special in own.overrides {
        match overrides.iter_mut().find(|known| known.environment == special.environment) {
            Some(known) => {
                known.span = special.span;
                known.constraints = special.constraints.or(&known.constraints);
                known.default = special.default.or(known.default.take());
                known.example = special.example.or(known.example.take());
            }
            None => overrides.push(special),
        }
    }
    let filled = |own: Vec<_>, other| if own.is_empty() { other } else { own };
    Declaration {
        side: own.side,
        kind: own.kind.or(other.kind),
        required: own.required.or(other.required),
        default: own.default.or(other.default),
        secret: own.secret.or(other.secret),
        constraints: own.constraints.or(&other.constraints),
        overrides,
        description: own.description.or(other.description),
        example: own.example.or(other.example),
        link: own.link.or(other.link),
        deprecated: own.deprecated.or(other.deprecated),
        renamed_from: filled(own.renamed_from, other.renamed_from),
        generate: own.generate.or(other.generate),
        issued_by: own.issued_by.or(other.issued_by),
        stored: own.stored.or(other.stored),
        file: own.file.or(other.file),
        used_by: own.used_by.or(other.used_by),
        same_in: if own.same_in.is_empty() { other.same_in } else { own.same_in },
    }
}

/// Whether every value of a type is one of the other, so that it only tightens it. Unknown types tell nothing.
fn is_narrower(kind: Type, than: Type) -> bool {
    kind == than
        || match than {
            Type::String | Type::Unknown => true,
            Type::Number => matches!(kind, Type::Integer | Type::Port),
            Type::Integer => kind == Type::Port,
            Type::Base64 => kind == Type::Hex,
            _ => false,
        }
        || kind == Type::Unknown
}

/// Adds another schema of the same app.
pub(super) fn union(all: &mut Resolved, other: Resolved) {
    let Resolved { declarations, families, groups, agrees, open, public_prefixes, conflicts, problems, .. } = other;
    unite_all(&mut all.declarations, declarations, &mut all.conflicts);
    unite_all(&mut all.families, families, &mut all.conflicts);
    let mut add = |conflict| {
        if !all.conflicts.contains(&conflict) {
            all.conflicts.push(conflict);
        }
    };
    conflicts.into_iter().for_each(&mut add);
    for group in groups {
        if !all.groups.contains(&group) {
            all.groups.push(group);
        }
    }
    for agree in agrees {
        if !all.agrees.contains(&agree) {
            all.agrees.push(agree);
        }
    }
    for problem in problems {
        if !all.problems.contains(&problem) {
            all.problems.push(problem);
        }
    }
    all.open |= open;
    if let Some(more) = public_prefixes {
        let prefixes = all.public_prefixes.get_or_insert_with(Vec::new);
        prefixes.extend(more.into_iter().filter(|prefix| !prefixes.contains(prefix)).collect::<Vec<_>>());
    }
}

fn unite_all(own: &mut BTreeMap<Name, Declared>, others: BTreeMap<Name, Declared>, conflicts: &mut Vec<Conflict>) {
    for (name, theirs) in others {
        match own.entry(name) {
            Entry::Vacant(entry) => {
                entry.insert(theirs);
            }
            Entry::Occupied(mut entry) => {
                let name = entry.key().clone();
                unite_one(&name, entry.get_mut(), theirs, conflicts);
            }
        }
    }
}

/// The stricter word counts. They conflict only where no value could satisfy both.
fn unite_one(name: &Name, own: &mut Declared, theirs: Declared, conflicts: &mut Vec<Conflict>) {
    if own.place == theirs.place && own.declaration == theirs.declaration {
        return;
    }
    let (mine, other) = (Declaration::clone(&own.declaration), Declaration::clone(&theirs.declaration));
    let mut differ = Differ { name, own, theirs: &theirs, conflicts, extends: false };
    let (kind, kind_other) = (mine.kind.unwrap_or_default(), other.kind.unwrap_or_default());
    let narrower = if is_narrower(kind, kind_other) { mine.kind } else { other.kind };
    if !is_narrower(kind, kind_other) && !is_narrower(kind_other, kind) {
        differ.push(ConflictKind::Type);
    }
    if is_public(mine.side) != is_public(other.side) {
        differ.push(ConflictKind::Side);
    }
    if let (Some(values), Some(others)) = (&mine.constraints.values, &other.constraints.values)
        && kind == kind_other
        && !values.iter().any(|value| others.contains(value))
    {
        differ.push(ConflictKind::Values);
    }
    let required = stricter(mine.required.as_ref(), other.required.as_ref());
    let constraints = tighter(&mine.constraints, &other.constraints);
    let secret = if mine.secret == Some(true) { mine.secret } else { other.secret.or(mine.secret) };
    own.declaration = Arc::new(Declaration { kind: narrower, required, constraints, secret, ..fill_in(mine, other) });
    add_origins(own, theirs.origins);
}

fn is_public(side: Side) -> bool {
    side != Side::Server
}

fn stricter(one: Option<&Required>, other: Option<&Required>) -> Option<Required> {
    match (one, other) {
        (None | Some(Required::Always), _) => one.cloned(),
        (_, None | Some(Required::Always)) | (Some(Required::Never), _) => other.cloned(),
        (_, Some(Required::Never)) => one.cloned(),
        (Some(Required::In(one)), Some(Required::In(other))) => {
            let more = other.iter().filter(|name| !one.contains(name));
            Some(Required::In(one.iter().chain(more).cloned().collect()))
        }
        (Some(Required::Except(one)), Some(Required::Except(other))) => {
            Some(Required::Except(one.iter().filter(|name| other.contains(name)).cloned().collect()))
        }
        (Some(Required::Except(except)), Some(Required::In(also)))
        | (Some(Required::In(also)), Some(Required::Except(except))) => {
            Some(Required::Except(except.iter().filter(|name| !also.contains(name)).cloned().collect()))
        }
    }
}

fn tighter(one: &Constraints, other: &Constraints) -> Constraints {
    fn least<T: PartialOrd>(one: Option<T>, other: Option<T>) -> Option<T> {
        match (one, other) {
            (Some(one), Some(other)) => Some(if other < one { other } else { one }),
            (one, other) => one.or(other),
        }
    }
    fn most<T: PartialOrd>(one: Option<T>, other: Option<T>) -> Option<T> {
        match (one, other) {
            (Some(one), Some(other)) => Some(if other > one { other } else { one }),
            (one, other) => one.or(other),
        }
    }
    let common = match (&one.values, &other.values) {
        (Some(one), Some(other)) => {
            let common: Vec<Value> = one.iter().filter(|value| other.contains(value)).cloned().collect();
            // Without a common value they conflict, which is told; then the first one is taken at its word.
            Some(common).filter(|common| !common.is_empty())
        }
        _ => None,
    };
    let tightened = Constraints {
        values: common,
        min: most(one.min, other.min),
        max: least(one.max, other.max),
        min_length: most(one.min_length, other.min_length),
        max_length: least(one.max_length, other.max_length),
        allow_empty: match (one.allow_empty, other.allow_empty) {
            (Some(one), Some(other)) => Some(one && other),
            (one, other) => one.or(other),
        },
        ..Constraints::default()
    };
    tightened.or(one).or(other)
}
