//! The functions of Terraform that shape what targets are given; the results of all others are unknown.

use std::rc::Rc;

use zeroize::Zeroizing;

use super::convert::distinct;
use super::evaluate::{Scope, pairs};
use super::instance::World;
use super::value::{Data, Entry, LONGEST, Val, canonical};
use crate::source::Span;
use crate::syntax::hcl::Expression;
use crate::value::Value;

/// The result of a call.
pub(super) fn call<'a>(
    scope: &Scope<'_, 'a>,
    world: &World<'a>,
    name: &str,
    arguments: &'a [Expression],
    expands: bool,
    span: Span,
) -> Val<'a> {
    let spot = (scope.path, span);
    let name = name.strip_prefix("core::").unwrap_or(name);
    // Of these not every argument counts.
    if matches!(name, "try" | "coalesce") {
        return first_known(scope, world, arguments, name == "coalesce", spot.1);
    }
    let mut given: Vec<Val<'a>> = arguments.iter().map(|argument| scope.evaluate(world, argument)).collect();
    let mut whole = true;
    if expands && let Some(last) = given.pop() {
        match last.data {
            Data::List(items, all) => {
                given.extend(items.iter().cloned());
                whole = all;
            }
            _ => whole = false,
        }
    }
    if !world.pay(given.len()) {
        return Val::at(Data::Unknown, spot);
    }
    let data = match (name, given.as_slice()) {
        ("nonsensitive" | "sensitive" | "tolist" | "tomap" | "ephemeralasnull", [only]) => {
            return only.clone().passing(spot, None);
        }
        ("toset" | "distinct", [only]) => match &only.data {
            Data::List(items, all) => Data::List(Rc::new(distinct(items.to_vec())), *all),
            _ => Data::Unknown,
        },
        ("tostring", [only]) => match only.as_text() {
            Some(text) => only.with(Data::Text(text)).data,
            None => only.data.clone(),
        },
        ("tonumber", [only]) => match only.as_text().and_then(|text| canonical(text.expose())) {
            Some(number) => Data::Number(number.into()),
            None => Data::Unknown,
        },
        ("tobool", [only]) => only.as_bool().map_or(Data::Unknown, Data::Bool),
        ("jsonencode", [only]) => Data::Json(Rc::new(only.clone())),
        ("jsondecode", [only]) => match &only.data {
            Data::Json(inner) => inner.data.clone(),
            _ => Data::Unknown,
        },
        ("lookup", [map, key, rest @ ..]) => {
            let Some(key) = key.as_text() else { return Val::at(Data::Unknown, spot) };
            match (map.has(key.expose()), rest) {
                (Some(true), _) => return map.get(key.expose()).unwrap_or_else(Val::unknown).passing(spot, None),
                (Some(false), [default]) => return default.clone().passing(spot, None),
                _ => Data::Unknown,
            }
        }
        ("one", [only]) => match &only.data {
            Data::List(items, true) => match items.as_slice() {
                [] => Data::Null,
                [item] => return item.clone().passing(spot, None),
                _ => Data::Unknown,
            },
            _ => Data::Unknown,
        },
        ("element", [list, index]) => {
            let item = index.as_text().and_then(|index| list.get(index.expose()));
            return item.unwrap_or_else(Val::unknown).passing(spot, None);
        }
        _ => collections(world, name, &given, whole),
    };
    // What was made of one value is still of the variable that held it.
    match given.as_slice() {
        [only] => only.with(data).passing(spot, None),
        _ => Val::at(data, spot),
    }
}

/// Functions that make collections, or look at them.
fn collections<'a>(world: &World<'a>, name: &str, given: &[Val<'a>], whole: bool) -> Data<'a> {
    match (name, given) {
        ("merge", all) => merge(world, all, whole),
        ("concat", all) => concat(world, all, whole, false),
        ("flatten", [only]) => match &only.data {
            Data::List(items, all) => concat(world, items, *all, true),
            _ => Data::Unknown,
        },
        ("compact", [only]) => match &only.data {
            Data::List(items, all) => {
                let keeps = |item: &&Val<'a>| item.as_text().is_none_or(|text| !text.is_empty()) && !item.is_null();
                Data::List(Rc::new(items.iter().filter(keeps).cloned().collect()), *all)
            }
            _ => Data::Unknown,
        },
        ("keys", [only]) => match pairs(only) {
            Some((pairs, all)) if matches!(only.data, Data::Map(..)) => {
                Data::List(Rc::new(pairs.into_iter().map(|(key, _)| key).collect()), all)
            }
            _ => Data::Unknown,
        },
        ("values", [only]) => match pairs(only) {
            Some((pairs, all)) => Data::List(Rc::new(pairs.into_iter().map(|(_, value)| value).collect()), all),
            None => Data::Unknown,
        },
        ("zipmap", [keys, values]) => zipmap(keys, values),
        ("contains", [list, wanted]) => contains(list, wanted),
        ("length", [only]) => match &only.data {
            Data::List(items, true) => Data::Number(items.len().to_string().into()),
            Data::Map(..) => match pairs(only) {
                Some((pairs, true)) => Data::Number(pairs.len().to_string().into()),
                _ => Data::Unknown,
            },
            _ => Data::Unknown,
        },
        _ => texts(name, given),
    }
}

/// Functions from texts to a text.
fn texts<'a>(name: &str, given: &[Val<'a>]) -> Data<'a> {
    let texts: Option<Vec<Rc<Value>>> = given.iter().map(Val::as_text).collect();
    let made = match (name, texts.as_deref()) {
        ("format", Some([form, rest @ ..])) => format(form.expose(), rest),
        ("join", _) => join(given),
        (_, Some([only])) => {
            let text = only.expose();
            match name {
                "upper" => Some(text.to_uppercase()),
                "lower" => Some(text.to_lowercase()),
                "trimspace" => Some(text.trim().to_owned()),
                "chomp" => Some(text.trim_end_matches(['\n', '\r']).to_owned()),
                _ => None,
            }
        }
        ("replace", Some([text, old, new])) if !old.expose().starts_with('/') && !old.is_empty() => {
            let longest = text.expose().len() * (new.expose().len() + 1);
            (longest <= LONGEST).then(|| text.expose().replace(old.expose(), new.expose()))
        }
        ("trimprefix", Some([text, end])) => {
            Some(text.expose().strip_prefix(end.expose()).unwrap_or(text.expose()).to_owned())
        }
        ("trimsuffix", Some([text, end])) => {
            Some(text.expose().strip_suffix(end.expose()).unwrap_or(text.expose()).to_owned())
        }
        _ => None,
    };
    let made = made.map(Zeroizing::new).filter(|made| made.len() <= LONGEST);
    made.map_or(Data::Unknown, |made| Data::Text(Rc::new(Value::new(made.as_str()))))
}

/// `%s`, `%d`, `%v` and `%%` alone.
fn format(form: &str, given: &[Rc<Value>]) -> Option<String> {
    let mut made = String::new();
    let mut given = given.iter();
    let mut parts = form.split('%');
    made.push_str(parts.next().unwrap_or_default());
    while let Some(part) = parts.next() {
        if part.is_empty() {
            made.push('%');
            made.push_str(parts.next().unwrap_or_default());
            continue;
        }
        let rest = part.strip_prefix(['s', 'd', 'v'])?;
        made.push_str(given.next()?.expose());
        made.push_str(rest);
        if made.len() > LONGEST {
            return None;
        }
    }
    Some(made)
}

fn join(given: &[Val<'_>]) -> Option<String> {
    let [between, list] = given else { return None };
    let Data::List(items, true) = &list.data else { return None };
    let between = between.as_text()?;
    let mut made = String::new();
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            made.push_str(between.expose());
        }
        made.push_str(item.as_text()?.expose());
        if made.len() > LONGEST {
            return None;
        }
    }
    Some(made)
}

/// The first argument that is there; what cannot be told before it hides all that follow.
fn first_known<'a>(
    scope: &Scope<'_, 'a>,
    world: &World<'a>,
    arguments: &'a [Expression],
    skips_empty: bool,
    span: Span,
) -> Val<'a> {
    for argument in arguments {
        let value = scope.evaluate(world, argument);
        let is_empty = value.as_text().is_some_and(|text| text.is_empty());
        if value.is_null() || skips_empty && is_empty {
            // `try` takes a null that stands there, and not one that a missing attribute stands for.
            continue;
        }
        return value.passing((scope.path, span), None);
    }
    Val::at(Data::Null, (scope.path, span))
}

/// Later maps win; what is not known may be in any of those that came before it.
fn merge<'a>(world: &World<'a>, maps: &[Val<'a>], whole: bool) -> Data<'a> {
    let mut entries: Vec<Entry<'a>> = Vec::new();
    let mut all = whole;
    for map in maps {
        match &map.data {
            Data::Map(more, true) => entries.extend(more.iter().cloned()),
            Data::Null => {}
            Data::Map(more, false) => {
                all = false;
                blur(&mut entries);
                entries.extend(more.iter().cloned());
            }
            _ => {
                all = false;
                blur(&mut entries);
            }
        }
        if !world.pay(entries.len()) {
            return Data::Unknown;
        }
    }
    if !whole {
        blur(&mut entries);
    }
    Data::Map(Rc::new(entries), all)
}

/// What may be replaced by something that is not known.
fn blur(entries: &mut [Entry<'_>]) {
    for entry in entries {
        entry.value = entry.value.with(Data::Unknown);
    }
}

fn concat<'a>(world: &World<'a>, lists: &[Val<'a>], whole: bool, flattens: bool) -> Data<'a> {
    let mut items = Vec::new();
    let mut all = whole;
    for list in lists {
        match &list.data {
            Data::List(inner, known) if flattens && inner.iter().any(|item| matches!(item.data, Data::List(..))) => {
                match world.deeper(|| concat(world, inner, *known, true)) {
                    Some(Data::List(inner, known)) => {
                        items.extend(inner.iter().cloned());
                        all &= known;
                    }
                    _ => return Data::Unknown,
                }
            }
            Data::List(more, known) => {
                items.extend(more.iter().cloned());
                all &= known;
            }
            Data::Unknown => all = false,
            _ if flattens => items.push(list.clone()),
            _ => all = false,
        }
        if !world.pay(items.len()) {
            return Data::Unknown;
        }
    }
    Data::List(Rc::new(items), all)
}

fn zipmap<'a>(keys: &Val<'a>, values: &Val<'a>) -> Data<'a> {
    let (Data::List(keys, whole), Data::List(values, also)) = (&keys.data, &values.data) else { return Data::Unknown };
    let mut entries = Vec::new();
    for (key, value) in keys.iter().zip(values.iter()) {
        let Some(text) = key.as_text() else { return Data::Unknown };
        entries.push(Entry { key: text.expose().into(), key_at: key.origin(), value: value.clone() });
    }
    Data::Map(Rc::new(entries), *whole && *also)
}

fn contains<'a>(list: &Val<'a>, wanted: &Val<'a>) -> Data<'a> {
    let (Data::List(items, whole), Some(wanted)) = (&list.data, wanted.as_text()) else { return Data::Unknown };
    if items.iter().any(|item| item.as_text().is_some_and(|item| item == wanted)) {
        return Data::Bool(true);
    }
    let known = *whole && items.iter().all(|item| item.as_text().is_some());
    if known { Data::Bool(false) } else { Data::Unknown }
}
