//! The functions of bake files that names, tags and arguments are made with; the results of all others are unknown.

use super::evaluate::{ITEMS, Names, Val, World};
use crate::loaders::commands::Content;

/// The result of a call.
pub(super) fn call(world: &World<'_>, name: &str, given: &[Val]) -> Val {
    let bool = |value: Option<bool>| value.map_or(Val::Unknown, Val::Bool);
    match (name, given) {
        ("equal", [left, right]) => bool(equal(left, right)),
        ("notequal", [left, right]) => bool(equal(left, right).map(|equal| !equal)),
        ("and", [left, right]) => bool(and(left, right)),
        ("or", [left, right]) => bool(or(left, right)),
        ("not", [only]) => bool(only.truth().map(|truth| !truth)),
        ("concat", all) => {
            let mut items = Vec::new();
            for list in all {
                let Val::List(more) = list else { return Val::Unknown };
                items.extend(more.iter().cloned());
            }
            if items.len() > ITEMS || !world.pay(items.len()) { Val::Unknown } else { Val::List(items) }
        }
        ("merge", all) => {
            let mut pairs = Vec::new();
            for map in all {
                let Val::Map(more) = map else { return Val::Unknown };
                pairs.extend(more.iter().cloned());
            }
            if pairs.len() > ITEMS || !world.pay(pairs.len()) { Val::Unknown } else { Val::Map(pairs) }
        }
        ("join", [between, Val::List(items)]) => join(between, items),
        ("split", [between, text]) => match (between.literal(), text.literal()) {
            (Some(between), Some(text)) if !between.is_empty() => {
                Val::List(text.split(between.as_str()).take(ITEMS).map(Val::text).collect())
            }
            _ => Val::Unknown,
        },
        ("lower" | "upper" | "trimspace", [only]) => only.literal().map_or(Val::Unknown, |text| match name {
            "lower" => Val::text(&text.to_lowercase()),
            "upper" => Val::text(&text.to_uppercase()),
            _ => Val::text(text.trim()),
        }),
        ("replace", [text, old, new]) => match (text.literal(), old.literal(), new.literal()) {
            (Some(text), Some(old), Some(new)) if !old.is_empty() && text.len() * (new.len() + 1) < 64 << 10 => {
                Val::text(&text.replace(&old, &new))
            }
            _ => Val::Unknown,
        },
        ("coalesce", all) => {
            let is_there =
                |value: &&Val| !matches!(value, Val::Null) && value.literal().is_none_or(|of| !of.is_empty());
            all.iter().find(is_there).cloned().unwrap_or(Val::Unknown)
        }
        _ => own(world, name, given),
    }
}

/// A function of the files.
fn own(world: &World<'_>, name: &str, given: &[Val]) -> Val {
    let Some(body) = world.functions.get(name) else { return Val::Unknown };
    let params = body.get("params").map(|params| world.evaluate_names(params)).unwrap_or_default();
    let (Some(result), None) = (body.get("result"), body.get("variadic_params")) else { return Val::Unknown };
    if params.len() != given.len() {
        return Val::Unknown;
    }
    let names: Names = params.into_iter().zip(given.iter().cloned()).collect();
    world.evaluate(result, &names)
}

fn join(between: &Val, items: &[Val]) -> Val {
    let Some(between) = between.to_content() else { return Val::Unknown };
    let mut content = Content::default();
    for (index, item) in items.iter().enumerate() {
        let Some(item) = item.to_content() else { return Val::Unknown };
        if index > 0 {
            content.parts.extend(between.parts.iter().cloned());
        }
        content.parts.extend(item.parts);
        if content.is_large() {
            return Val::Unknown;
        }
    }
    Val::Text(content)
}

/// Whether two values are the same, where both are known.
pub(super) fn equal(left: &Val, right: &Val) -> Option<bool> {
    match (left, right) {
        (Val::Unknown, _) | (_, Val::Unknown) => None,
        (Val::Null, Val::Null) => Some(true),
        (Val::Null, _) | (_, Val::Null) => Some(false),
        _ => Some(left.literal()? == right.literal()?),
    }
}

pub(super) fn and(left: &Val, right: &Val) -> Option<bool> {
    match (left.truth(), right.truth()) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

pub(super) fn or(left: &Val, right: &Val) -> Option<bool> {
    match (left.truth(), right.truth()) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    }
}
