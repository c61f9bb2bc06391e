//! The constraints of a declaration, and of its words for one environment.

use super::types;
use crate::fact::{Constraints, Type};
use crate::schemas::pattern;
use crate::source::Span;
use crate::syntax::toml::{Item, Table};
use crate::value::Value;

/// A path that a constraint names, and where.
pub(super) type JsonSchema = Option<(String, Span)>;

/// Reads the constraints of a table. `base`: those that hold where it says nothing; `kind`: the type, as far as it is
/// known here.
pub(super) fn read(table: &Table<'_>, base: &Constraints, kind: Option<Type>) -> (Constraints, JsonSchema) {
    let mut document = None;
    let constraints = Constraints {
        values: fitting(table, "values", kind, None).and_then(|item| values(&item)),
        pattern: fitting(table, "pattern", kind, None).and_then(|item| regular_expression(&item)),
        min: fitting(table, "min", kind, Some(RANGED)).and_then(|item| shown(&item, item.number())),
        max: fitting(table, "max", kind, Some(RANGED)).and_then(|item| shown(&item, item.number())),
        min_length: fitting(table, "min_length", kind, None).and_then(|item| shown(&item, item.count())),
        max_length: fitting(table, "max_length", kind, None).and_then(|item| shown(&item, item.count())),
        bytes: fitting(table, "bytes", kind, Some(ENCODED)).and_then(|item| shown(&item, item.count())),
        schemes: fitting(table, "schemes", kind, Some(&[Type::Url])).and_then(|item| schemes(&item)),
        items: fitting(table, "items", kind, Some(&[Type::List])).and_then(|item| items(&item)),
        separator: fitting(table, "separator", kind, Some(&[Type::List])).and_then(|item| separator(&item)),
        allow_empty: table.bool("allow_empty"),
        json_schema: fitting(table, "json_schema", kind, Some(&[Type::Json])).and_then(|item| {
            let path = item.string()?;
            item.show();
            document = Some((path.text.to_owned(), path.span));
            Some(path.text.to_owned())
        }),
    };
    order(table, "min", "max", constraints.min.or(base.min), constraints.max.or(base.max));
    let lengths = (constraints.min_length.or(base.min_length), constraints.max_length.or(base.max_length));
    order(table, "min_length", "max_length", lengths.0, lengths.1);
    (constraints, document)
}

const RANGED: &[Type] = &[Type::Integer, Type::Number, Type::Port, Type::List];
const ENCODED: &[Type] = &[Type::String, Type::Base64, Type::Hex];

/// The item of a key, unless the type makes it meaningless, which is then told.
fn fitting<'d>(table: &Table<'d>, key: &'static str, kind: Option<Type>, types: Option<&[Type]>) -> Option<Item<'d>> {
    let item = table.get(key)?;
    let (Some(kind), Some(fitting)) = (kind, types) else { return Some(item) };
    if kind == Type::Unknown || fitting.contains(&kind) {
        return Some(item);
    }
    let words: Vec<String> = fitting.iter().map(|kind| format!("`{}`", types::word(*kind))).collect();
    let message = format!("`{key}` says nothing of the type `{}`", types::word(kind));
    item.report(item.key_span, message, Some(format!("it belongs to the type {}", words.join(", "))), false);
    None
}

fn order<T: PartialOrd>(table: &Table<'_>, least: &'static str, most: &'static str, min: Option<T>, max: Option<T>) {
    let (Some(min), Some(max)) = (min, max) else { return };
    if min > max
        && let Some(item) = table.get(least).or_else(|| table.get(most))
    {
        item.fault(format!("`{least}` is greater than `{most}`, so no value fits"));
    }
}

fn shown<T>(item: &Item<'_>, value: Option<T>) -> Option<T> {
    item.show();
    value
}

fn values(item: &Item<'_>) -> Option<Vec<Value>> {
    if !item.is_list() {
        return item.wrong("a list of values");
    }
    let values: Vec<Value> = item.list()?.iter().filter_map(Item::scalar).collect();
    if values.is_empty() {
        return item.wrong("a list of at least one value");
    }
    Some(values)
}

fn regular_expression(item: &Item<'_>) -> Option<String> {
    let text = item.string()?.text;
    if pattern::compile(text).is_some() {
        return Some(text.to_owned());
    }
    let help = "no look-around, no back references, at most 4096 characters; it is matched against the whole value";
    let message = "`pattern` is no regular expression that envcheck can use".to_owned();
    item.report(item.value_span(), message, Some(help.to_owned()), false);
    None
}

fn schemes(item: &Item<'_>) -> Option<Vec<String>> {
    let mut schemes = Vec::new();
    for scheme in item.strings()? {
        let bare = scheme.text.strip_suffix("://").or_else(|| scheme.text.strip_suffix(':')).unwrap_or(scheme.text);
        let fits = bare.starts_with(|first: char| first.is_ascii_alphabetic())
            && bare.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
        if !fits {
            item.report(scheme.span, "this is no scheme of a URL, such as https".to_owned(), None, false);
            continue;
        }
        schemes.push(bare.to_ascii_lowercase());
    }
    item.show();
    if schemes.is_empty() { None } else { Some(schemes) }
}

fn items(item: &Item<'_>) -> Option<Type> {
    let kind = types::read(item)?;
    if kind == Type::List {
        item.fault("the items of a list cannot be lists");
        return None;
    }
    Some(kind)
}

fn separator(item: &Item<'_>) -> Option<String> {
    let text = item.string()?.text;
    if text.is_empty() {
        return item.wrong("at least one character");
    }
    Some(text.to_owned())
}
