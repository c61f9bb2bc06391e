//! TOML manifests, as far as they can be read.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::fact::Problem;
use crate::source::{SourceFile, Span};

/// Hands the root table to `read`; what a fault hides is absent from it.
pub(super) fn with<T>(source: &SourceFile, problems: &mut Vec<Problem>, read: impl FnOnce(Value<'_>) -> T) -> T {
    let text = source.text();
    let (text, offset) = text.strip_prefix('\u{feff}').map_or((text, 0), |rest| (rest, 3));
    let (table, faults) = DeTable::parse_recoverable(text);
    if let Some(fault) = faults.first() {
        let range = fault.span().unwrap_or_default();
        let start = range.start.min(text.len());
        let span = Span::new(start + offset, range.end.clamp(start, text.len()) + offset);
        problems.push(Problem::new(span, "this file is no valid TOML"));
    }
    let root = DeValue::Table(table.into_inner());
    read(Value(Some(&root)))
}

/// A value, or the absence of one.
#[derive(Clone, Copy)]
pub(super) struct Value<'a>(Option<&'a DeValue<'a>>);

impl<'a> Value<'a> {
    /// The value under a path of keys.
    pub(super) fn get(self, path: &[&str]) -> Self {
        let mut value = self.0;
        for key in path {
            value = value.and_then(DeValue::as_table).and_then(|table| table.get(*key)).map(Spanned::get_ref);
        }
        Self(value)
    }

    /// Whether there is one.
    pub(super) fn exists(self) -> bool {
        self.0.is_some()
    }

    /// The text of a string.
    pub(super) fn text(self) -> Option<&'a str> {
        self.0.and_then(DeValue::as_str)
    }

    /// The elements of an array.
    pub(super) fn elements(self) -> impl Iterator<Item = Value<'a>> {
        self.0.and_then(DeValue::as_array).into_iter().flatten().map(|element| Value(Some(element.get_ref())))
    }

    /// The strings of an array.
    pub(super) fn texts(self) -> impl Iterator<Item = &'a str> {
        self.elements().filter_map(Value::text)
    }

    /// The keys and values of a table, by key.
    pub(super) fn members(self) -> impl Iterator<Item = (&'a str, Value<'a>)> {
        let table = self.0.and_then(DeValue::as_table);
        table.into_iter().flatten().map(|(key, value)| (&**key.get_ref(), Value(Some(value.get_ref()))))
    }
}
