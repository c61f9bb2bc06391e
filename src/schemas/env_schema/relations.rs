//! `[[group]]` and `[[agree]]`: what holds between variables.

use super::names;
use crate::fact::{Agree, Agreement, Group, GroupKind};
use crate::name::{Name, is_variable_name};
use crate::syntax::toml::{Item, Table};
use crate::value::Value;

/// The parts of a URL that variables may repeat.
pub(super) const PARTS: [&str; 6] = ["host", "port", "user", "password", "database", "scheme"];

/// Reads the groups; one that cannot be understood is told and left out.
pub(super) fn groups(tables: Vec<Table<'_>>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for table in tables {
        let name = table.get("name");
        let text = name.and_then(|item| item.string()).map(|text| text.text.to_owned());
        let environments = table.get("environments").map(|item| names::environments(&item)).unwrap_or_default();
        let kind = group_kind(&table);
        match &text {
            None if name.is_none() => table.fault("a group needs a `name`"),
            Some(text) if groups.iter().any(|group| group.name == *text) => {
                if let Some(item) = name {
                    item.fault("another group has the same name");
                }
            }
            _ => {}
        }
        if let Some(kind) = kind {
            groups.push(Group { name: text.unwrap_or_default(), span: table.span(), kind, environments });
        }
        table.finish(false, |_| None);
    }
    groups
}

fn group_kind(table: &Table<'_>) -> Option<GroupKind> {
    let all = table.get("all_or_none");
    let one = table.get("one_of");
    let least = table.get("at_least_one");
    let when = table.get("when");
    let each = table.get("for_each");
    let require = table.get("require");
    if [&all, &one, &least, &when, &each].into_iter().flatten().count() != 1 {
        table.fault("a group needs exactly one of `all_or_none`, `one_of`, `at_least_one`, `when` and `for_each`");
        return None;
    }
    if let (Some(require), None, None) = (&require, &when, &each) {
        require.report(require.key_span, "`require` belongs to `when` or `for_each`".to_owned(), None, false);
    }
    if let Some(item) = all {
        return members(&item, 2).map(GroupKind::AllOrNone);
    }
    if let Some(item) = one {
        return members(&item, 2).map(GroupKind::OneOf);
    }
    if let Some(item) = least {
        return members(&item, 1).map(GroupKind::AtLeastOne);
    }
    let Some(require) = require else {
        table.fault("a group with `when` or `for_each` needs `require`");
        return None;
    };
    if let Some(item) = when {
        let switches = switches(&item);
        let require = members(&require, 1)?;
        return switches.map(|switches| GroupKind::When { switches, require });
    }
    let list = each.and_then(|item| names::variable(&item));
    let require = patterns(&require)?;
    list.map(|list| GroupKind::ForEach { list, require })
}

fn members(item: &Item<'_>, least: usize) -> Option<Vec<Name>> {
    if !item.is_list() {
        return item.wrong("a list of variables");
    }
    let names = names::variables(item);
    if names.len() < least {
        let count = if least == 1 { "one variable" } else { "two variables" };
        return item.wrong(&format!("a list of at least {count}"));
    }
    Some(names)
}

/// `None` where one switch cannot be read: with fewer switches the group would hold more often than it should.
fn switches(item: &Item<'_>) -> Option<Vec<(Name, Vec<Value>)>> {
    let table = item.table()?;
    let mut switches = Vec::new();
    let mut whole = true;
    for entry in table.items() {
        if !is_variable_name(entry.key) {
            entry.report(entry.key_span, "this is no name of a variable".to_owned(), None, false);
            whole = false;
            continue;
        }
        entry.show_key();
        let listed = if entry.is_list() { entry.list() } else { None };
        let values: Vec<Option<Value>> =
            listed.map_or_else(|| vec![entry.scalar()], |entries| entries.iter().map(Item::scalar).collect());
        if values.is_empty() {
            entry.wrong::<()>("a value or a list of at least one value");
        }
        whole &= !values.is_empty() && values.iter().all(Option::is_some);
        switches.push((Name::new(entry.key), values.into_iter().flatten().collect()));
    }
    if switches.is_empty() && whole {
        return item.wrong("a table of switches, such as { STORAGE = \"s3\" }");
    }
    whole.then_some(switches)
}

fn patterns(item: &Item<'_>) -> Option<Vec<String>> {
    const ITEM: &str = "{ITEM}";
    let mut patterns = Vec::new();
    for text in item.strings()? {
        if !text.text.contains(ITEM) {
            let message = "a name that `for_each` requires must hold `{ITEM}`".to_owned();
            item.report(text.span, message, None, false);
        } else if !is_variable_name(&text.text.replace(ITEM, "X")) {
            item.report(text.span, "this is no name of a variable with `{ITEM}` in it".to_owned(), None, false);
        } else {
            patterns.push(text.text.to_owned());
        }
    }
    if patterns.is_empty() {
        return None;
    }
    item.show();
    Some(patterns)
}

/// Reads the relations of value; one that cannot be understood is told and left out.
pub(super) fn agrees(tables: Vec<Table<'_>>) -> Vec<Agree> {
    let mut agrees = Vec::new();
    for table in tables {
        let equal = table.get("equal");
        let url = table.get("url");
        let mut parts: Vec<(String, Name)> = Vec::new();
        let mut given = 0;
        for part in PARTS {
            let Some(item) = table.get(part) else { continue };
            given += 1;
            parts.extend(names::variable(&item).map(|name| (part.to_owned(), name)));
        }
        let relation = match (equal, url) {
            (Some(item), None) if given == 0 => members(&item, 2).map(Agreement::Equal),
            (None, Some(item)) if given > 0 => {
                names::variable(&item).filter(|_| !parts.is_empty()).map(|url| Agreement::Parts { url, parts })
            }
            (None, Some(_)) => {
                table.fault("`url` needs at least one of its parts: host, port, user, password, database, scheme");
                None
            }
            _ => {
                table.fault("an agreement needs either `equal`, or `url` and its parts");
                None
            }
        };
        agrees.extend(relation.map(|relation| Agree { span: table.span(), relation }));
        table.finish(false, |_| None);
    }
    agrees
}
