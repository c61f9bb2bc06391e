//! The part of a schema that is needed, and which members of groups are optional.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Declared, Resolved};
use crate::fact::{Agreement, GroupKind, Required, Side};
use crate::name::{Name, matches_glob};

/// Takes away what none of the words asks for, and every relation that needs what was taken away.
pub(super) fn restrict(resolved: &mut Resolved, needs: &[String]) {
    settle(resolved);
    resolved.retain(&|name, declared| is_needed(name, declared, needs));
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
            Arc::make_mut(&mut declared.declaration).required = Some(Required::Never);
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

impl Resolved {
    /// Keeps some of the variables, and of the relations those that can do without the others.
    pub fn retain(&mut self, keep: &dyn Fn(&Name, &Declared) -> bool) {
        self.declarations.retain(|name, declared| keep(name, declared));
        self.families.retain(|name, declared| keep(name, declared));
        let mut conflicts = std::mem::take(&mut self.conflicts);
        conflicts.retain(|conflict| {
            self.declarations.contains_key(&conflict.name) || self.families.contains_key(&conflict.name)
        });
        self.conflicts = conflicts;
        let mut groups = std::mem::take(&mut self.groups);
        groups.retain(|(_, group)| group.kind.names().iter().all(|name| self.has(name)));
        self.groups = groups;
        for (path, mut agree) in std::mem::take(&mut self.agrees) {
            let whole = match &mut agree.relation {
                Agreement::Equal(names) => {
                    names.retain(|name| self.has(name));
                    names.len() > 1
                }
                Agreement::Parts { url, parts } => {
                    parts.retain(|(_, name)| self.has(name));
                    self.has(url) && !parts.is_empty()
                }
            };
            if whole {
                self.agrees.push((path, agree));
            }
        }
    }

    /// Whether a name, or any name that fits a pattern, is declared.
    pub fn has(&self, name: &Name) -> bool {
        if !name.as_str().contains('*') {
            return self.declaration(name).is_some();
        }
        self.families.contains_key(name)
            || self.declarations.keys().any(|known| matches_glob(name.as_str(), known.as_str()))
            // A family may be wider than the pattern.
            || self.declaration(&Name::new(&name.as_str().replace('*', "X"))).is_some()
    }
}
