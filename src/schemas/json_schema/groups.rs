//! Relations of presence: `dependentRequired`, and branches that only say `required`.

use super::Notes;
use crate::fact::{Group, GroupKind};
use crate::name::{Name, is_variable_name};
use crate::source::Span;
use crate::syntax::json::{Kind, Member, Node};

/// `{ "A": ["B", "C"] }`: whoever gives A gives B and C. The schemas of draft 7's `dependencies` are passed over.
pub(super) fn dependent(node: &Node<'_>, span: Span, notes: &mut Notes) -> Vec<Group> {
    let mut groups = Vec::new();
    for member in node.members().iter().filter(|member| matches!(member.value.kind, Kind::Array(_))) {
        if !notes.is_name(member) {
            continue;
        }
        let require = names(&member.value);
        if require.len() != member.value.elements().len() {
            notes.wrong(member.value.inner_span(), "this must be a list of names");
        }
        if !require.is_empty() {
            notes.shown.extend(member.value.elements().iter().map(|entry| entry.span));
            let kind = GroupKind::When { switches: vec![(Name::new(&member.key), Vec::new())], require };
            groups.push(Group {
                name: format!("{}", member.key),
                span: member.key_inner(),
                kind,
                environments: Vec::new(),
            });
        }
    }
    // Two that ask for each other belong together.
    let mutual = |group: &Group| match &group.kind {
        GroupKind::When { switches, require } => match (switches.as_slice(), require.as_slice()) {
            ([(one, _)], [other]) => Some((one.clone(), other.clone())),
            _ => None,
        },
        _ => None,
    };
    let pairs: Vec<_> = groups.iter().filter_map(mutual).collect();
    let is_mutual = |group: &Group| mutual(group).is_some_and(|(one, other)| pairs.contains(&(other, one)));
    let together: Vec<Group> = pairs
        .iter()
        .filter(|(one, other)| one < other && pairs.contains(&(other.clone(), one.clone())))
        .map(|(one, other)| Group {
            name: format!("{one} and {other}"),
            span,
            kind: GroupKind::AllOrNone(vec![one.clone(), other.clone()]),
            environments: Vec::new(),
        })
        .collect();
    groups.retain(|group| !is_mutual(group));
    groups.extend(together);
    groups
}

/// `anyOf` and `oneOf` whose branches each require one name and say nothing else.
pub(super) fn of_branches(member: &Member<'_>) -> Option<Group> {
    let branches = member.value.elements();
    let only = |branch: &Node<'_>| match branch.members() {
        [only] if only.key == "required" => match names(&only.value).as_slice() {
            [name] if only.value.elements().len() == 1 => Some(name.clone()),
            _ => None,
        },
        _ => None,
    };
    let found: Vec<Name> = branches.iter().filter_map(only).collect();
    if found.len() != branches.len() || found.len() < 2 {
        return None;
    }
    let kind = if member.key == "oneOf" { GroupKind::OneOf(found) } else { GroupKind::AtLeastOne(found) };
    Some(Group { name: member.key.to_string(), span: member.key_inner(), kind, environments: Vec::new() })
}

fn names(node: &Node<'_>) -> Vec<Name> {
    let texts = node.elements().iter().filter_map(Node::text);
    texts.filter(|text| is_variable_name(text)).map(Name::new).collect()
}
