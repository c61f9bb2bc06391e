//! Lists: items between separators, or a JSON array.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{Mismatch, constraints, has_form, name};
use crate::fact::{Constraints, Type};
use crate::value::Value;

/// The items of a list, in order, without the white space around them; empty ones are left out.
pub fn items(constraints: &Constraints, value: &Value) -> Vec<Value> {
    if let Some(array) = array(value) {
        return array.into_iter().map(|item| item.0).collect();
    }
    pieces(constraints, value).filter(|piece| !piece.is_empty()).map(Value::new).collect()
}

pub(super) fn accepts(constraints: &Constraints, value: &Value) -> Result<(), Mismatch> {
    let items = items(constraints, value);
    // Whether an empty piece is an item differs between parsers, so either count may be the right one.
    let is_array = array(value).is_some();
    let most = if is_array { items.len() } else { pieces(constraints, value).count() };
    constraints::accepts_count(constraints, items.len(), most)?;

    // Whatever stands in a JSON array is JSON.
    let kind = constraints.items.filter(|kind| !(is_array && *kind == Type::Json)).unwrap_or_default();
    if !items.iter().all(|item| has_form(kind, item.expose())) {
        return Err(Mismatch::new(format!("a list in which every item is {}", name(kind))));
    }
    // Schemas mean either the items or the whole text, so only what neither satisfies is wrong.
    let of_items = Constraints { min: None, max: None, ..constraints.clone() };
    for item in &items {
        let Err(mismatch) = constraints::accepts(&of_items, kind, item.expose()) else { continue };
        if constraints::accepts(&of_items, Type::List, value.expose()).is_err() {
            return Err(Mismatch::new(format!("a list in which every item is {}", mismatch.expected)));
        }
        break;
    }
    Ok(())
}

fn pieces<'v>(constraints: &'v Constraints, value: &'v Value) -> impl Iterator<Item = &'v str> {
    let separator = constraints.separator.as_deref().filter(|separator| !separator.is_empty()).unwrap_or(",");
    value.expose().split(separator).map(str::trim)
}

fn array(value: &Value) -> Option<Vec<Item>> {
    let text = value.expose();
    if !text.trim_start().starts_with('[') {
        return None;
    }
    serde_json::from_str(text).ok()
}

/// An item of a JSON array, as its text; what is no scalar is the empty string, which has no form but a string's.
struct Item(Value);

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ItemVisitor)
    }
}

struct ItemVisitor;

impl<'de> Visitor<'de> for ItemVisitor {
    type Value = Item;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an item")
    }

    fn visit_bool<E>(self, item: bool) -> Result<Item, E> {
        Ok(Item(Value::new(item.to_string())))
    }

    fn visit_i64<E>(self, item: i64) -> Result<Item, E> {
        Ok(Item(Value::new(item.to_string())))
    }

    fn visit_u64<E>(self, item: u64) -> Result<Item, E> {
        Ok(Item(Value::new(item.to_string())))
    }

    fn visit_f64<E>(self, item: f64) -> Result<Item, E> {
        Ok(Item(Value::new(item.to_string())))
    }

    fn visit_str<E>(self, item: &str) -> Result<Item, E> {
        Ok(Item(Value::new(item)))
    }

    fn visit_unit<E>(self) -> Result<Item, E> {
        Ok(Item(Value::new("")))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Item, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Item(Value::new("")))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Item, A::Error> {
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Item(Value::new("")))
    }
}
