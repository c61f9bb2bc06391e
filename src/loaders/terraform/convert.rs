//! Values to the types that variables are declared with. Source: `terraform` 1.11.4, measured.

use std::rc::Rc;

use super::value::{Data, Entry, Val, canonical};
use crate::syntax::hcl::{Expression, Kind, Member};
use crate::value::Value;

/// Why a value does not fit a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Misfit {
    Number,
    Bool,
    Text,
    List,
    Map,
    Attribute,
}

impl Misfit {
    /// What is wanted.
    pub(super) fn wanted(self) -> &'static str {
        match self {
            Self::Number => "a number",
            Self::Bool => "`true` or `false`",
            Self::Text => "a text",
            Self::List => "a list",
            Self::Map => "a map",
            Self::Attribute => "an attribute that it lacks",
        }
    }
}

/// A value as a type takes it. What is not known fits, and so does what a type means that is not known.
pub(super) fn convert<'a>(value: Val<'a>, kind: &'a Expression) -> Result<Val<'a>, Misfit> {
    if matches!(value.data, Data::Unknown | Data::Null | Data::Resource(_) | Data::Json(_) | Data::Stored(_)) {
        return Ok(value);
    }
    match &kind.kind {
        Kind::Name(name) => simple(&value, name),
        Kind::Call { name, arguments, .. } => match (&**name, arguments.first()) {
            ("list" | "set", Some(inner)) => list(&value, inner, &**name == "set"),
            ("map", Some(inner)) => map(&value, inner),
            ("object", Some(inner)) => object(&value, inner),
            ("tuple", Some(inner)) => tuple(&value, inner),
            _ => Ok(value),
        },
        _ => Ok(value),
    }
}

fn simple<'a>(value: &Val<'a>, name: &str) -> Result<Val<'a>, Misfit> {
    let data = match (name, &value.data) {
        ("string", Data::List(..) | Data::Map(..)) => return Err(Misfit::Text),
        ("string", _) => value.as_text().map(Data::Text),
        ("number", Data::Text(text)) => {
            match canonical(text.expose()) {
                Some(number) => Some(Data::Number(number.into())),
                // `+5` and `.5` are numbers too.
                None if text.expose().parse::<f64>().is_ok_and(f64::is_finite) => Some(Data::Unknown),
                None => return Err(Misfit::Number),
            }
        }
        ("number", Data::Number(_)) | ("bool", Data::Bool(_)) => None,
        ("number", _) => return Err(Misfit::Number),
        ("bool", Data::Text(_)) => Some(Data::Bool(value.as_bool().ok_or(Misfit::Bool)?)),
        ("bool", _) => return Err(Misfit::Bool),
        ("list" | "set", Data::Map(..) | Data::Text(_) | Data::Number(_) | Data::Bool(_)) => return Err(Misfit::List),
        ("map", Data::List(..) | Data::Text(_) | Data::Number(_) | Data::Bool(_)) => return Err(Misfit::Map),
        _ => None,
    };
    Ok(data.map_or_else(|| value.clone(), |data| value.with(data)))
}

fn list<'a>(value: &Val<'a>, inner: &'a Expression, is_set: bool) -> Result<Val<'a>, Misfit> {
    let Data::List(items, whole) = &value.data else { return Err(Misfit::List) };
    let mut converted: Vec<Val<'a>> =
        items.iter().map(|item| convert(item.clone(), inner)).collect::<Result<_, Misfit>>()?;
    if is_set {
        converted = distinct(converted);
    }
    Ok(value.with(Data::List(Rc::new(converted), *whole)))
}

/// The items of a set: each text once, in order.
pub(super) fn distinct<'a>(items: Vec<Val<'a>>) -> Vec<Val<'a>> {
    let mut items = items;
    let key = |item: &Val<'a>| item.as_text();
    if items.iter().all(|item| key(item).is_some()) {
        items.sort_by(|one, other| {
            let (one, other) = (key(one), key(other));
            one.as_ref().map(|text| text.expose()).cmp(&other.as_ref().map(|text| text.expose()))
        });
        items.dedup_by(|one, other| key(one) == key(other));
    }
    items
}

fn map<'a>(value: &Val<'a>, inner: &'a Expression) -> Result<Val<'a>, Misfit> {
    let Data::Map(entries, whole) = &value.data else { return Err(Misfit::Map) };
    let converted = entries.iter().map(|entry| {
        let value = convert(entry.value.clone(), inner)?;
        Ok(Entry { value, ..entry.clone() })
    });
    let converted = converted.collect::<Result<_, Misfit>>()?;
    Ok(value.with(Data::Map(Rc::new(converted), *whole)))
}

/// Attributes that the type does not name are dropped, those that it names as optional are added.
fn object<'a>(value: &Val<'a>, inner: &'a Expression) -> Result<Val<'a>, Misfit> {
    let Data::Map(entries, whole) = &value.data else { return Err(Misfit::Map) };
    let Kind::Object(members) = &inner.kind else { return Ok(value.clone()) };
    let mut converted = Vec::with_capacity(members.len());
    for member in members {
        let Some(key) = member.key.as_name().or_else(|| member.key.as_text().map(Value::expose)) else { continue };
        let (kind, optional) = match &member.value.kind {
            Kind::Call { name, arguments, .. } if &**name == "optional" => {
                let Some(kind) = arguments.first() else { continue };
                (kind, Some(arguments.get(1)))
            }
            _ => (&member.value, None),
        };
        let given = entries.iter().rev().find(|entry| &*entry.key == key);
        let given = given.filter(|entry| !(optional.is_some_and(|default| default.is_some()) && entry.value.is_null()));
        match (given, optional) {
            (Some(entry), _) => {
                converted.push(Entry { value: convert(entry.value.clone(), kind)?, ..entry.clone() });
            }
            (None, Some(default)) => {
                let value = default.map_or_else(|| Val::made(Data::Null), constant);
                converted.push(Entry { key: key.into(), key_at: None, value: convert(value, kind)? });
            }
            (None, None) if *whole => return Err(Misfit::Attribute),
            (None, None) => {}
        }
    }
    Ok(value.with(Data::Map(Rc::new(converted), *whole)))
}

fn tuple<'a>(value: &Val<'a>, inner: &'a Expression) -> Result<Val<'a>, Misfit> {
    let (Data::List(items, whole), Kind::Tuple(kinds)) = (&value.data, &inner.kind) else { return Err(Misfit::List) };
    if *whole && items.len() != kinds.len() {
        return Err(Misfit::List);
    }
    let converted = items.iter().zip(kinds).map(|(item, kind)| convert(item.clone(), kind));
    let converted = converted.collect::<Result<_, Misfit>>()?;
    Ok(value.with(Data::List(Rc::new(converted), *whole)))
}

/// What an expression is that nothing else decides, where it is simple.
pub(super) fn constant<'a>(expression: &Expression) -> Val<'a> {
    match &expression.kind {
        Kind::Null => Val::made(Data::Null),
        Kind::Bool(value) => Val::made(Data::Bool(*value)),
        Kind::Number(text) => {
            canonical(text).map_or_else(Val::unknown, |number| Val::made(Data::Number(number.into())))
        }
        Kind::Text(text) => Val::text(text.expose()),
        Kind::Tuple(items) => Val::list(items.iter().map(constant).collect(), true),
        Kind::Object(members) => {
            let entry = |Member { key, value }: &Member| {
                let key = key.as_name().or_else(|| key.as_text().map(Value::expose))?;
                Some(Entry { key: key.into(), key_at: None, value: constant(value) })
            };
            let entries: Vec<Entry<'a>> = members.iter().filter_map(entry).collect();
            let whole = entries.len() == members.len();
            Val::map(entries, whole)
        }
        _ => Val::unknown(),
    }
}
