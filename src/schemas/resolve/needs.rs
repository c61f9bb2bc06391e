//! The part of a schema that is needed, and which members of groups are optional.

use std::collections::BTreeSet;

use super::{Declared, Resolved};
use crate::fact::{Agreement, GroupKind, Required, Side};
use crate::name::{Name, matches_glob};

/// Takes away what none of the words asks for, and every relation that needs what was taken away.
pub(super) fn restrict(resolved: &mut Resolved, needs: &[String]) {
    settle(resolved);
    resolved.declarations.retain(|name, declared| is_needed(name, declared, needs));
    resolved.families.retain(|name, declared| is_needed(name, declared, needs));
    resolved.conflicts.retain(|conflict| needs.iter().any(|need| asks_for(need, &conflict.name, conflict.side)));
    let groups = std::mem::take(&mut resolved.groups);
    resolved.groups =
        groups.into_iter().filter(|(_, group)| group_names(&group.kind).all(|name| resolved.has(&name))).collect();
    let agrees = std::mem::take(&mut resolved.agrees);
    for (path, mut agree) in agrees {
        let whole = match &mut agree.relation {
            Agreement::Equal(names) => {
                names.retain(|name| resolved.has(name));
                names.len() > 1
            }
            Agreement::Parts { url, parts } => {
                parts.retain(|(_, name)| resolved.has(name));
                resolved.has(url) && !parts.is_empty()
            }
        };
        if whole {
            resolved.agrees.push((path, agree));
        }
    }
}

/// Makes the members of groups optional where they do not say themselves whether they are required.
pub(super) fn settle(resolved: &mut Resolved) {
    let mut members: BTreeSet<Name> = BTreeSet::new();
    let mut patterns: BTreeSet<String> = BTreeSet::new();
    for (_, group) in &resolved.groups {
        members.extend(group.kind.members().iter().cloned());
        if let GroupKind::ForEach { require, .. } = &group.kind {
            patterns.extend(require.iter().map(|name| name.replace("{ITEM}", "*")));
        }
    }
    for (name, declared) in &mut resolved.declarations {
        let is_member = || patterns.iter().any(|pattern| matches_glob(pattern, name.as_str()));
        if declared.declaration.required.is_none() && (members.contains(name) || is_member()) {
            declared.declaration.required = Some(Required::Never);
        }
    }
}

fn is_needed(name: &Name, declared: &Declared, needs: &[String]) -> bool {
    needs.iter().any(|need| asks_for(need, name, declared.declaration.side))
}

fn asks_for(need: &str, name: &Name, side: Side) -> bool {
    match need {
        // Both sides see what is shared.
        "server" => side != Side::Client,
        "client" => side != Side::Server,
        "shared" => side == Side::Shared,
        glob => glob == name.as_str() || matches_glob(glob, name.as_str()),
    }
}

/// The names that a group cannot do without; of `for_each`, the list, and each pattern as a name with `*`.
fn group_names(kind: &GroupKind) -> impl Iterator<Item = Name> {
    let mut names = kind.members().to_vec();
    match kind {
        GroupKind::When { switches, .. } => names.extend(switches.iter().map(|(name, _)| name.clone())),
        GroupKind::ForEach { list, require } => {
            names.push(list.clone());
            names.extend(require.iter().map(|name| Name::new(&name.replace("{ITEM}", "*"))));
        }
        _ => {}
    }
    names.into_iter()
}

impl Resolved {
    /// Whether a name, or any name that fits a pattern, is declared.
    fn has(&self, name: &Name) -> bool {
        if !name.as_str().contains('*') {
            return self.declaration(name).is_some();
        }
        self.families.contains_key(name)
            || self.declarations.keys().any(|known| matches_glob(name.as_str(), known.as_str()))
    }
}
