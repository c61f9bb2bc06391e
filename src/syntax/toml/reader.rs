//! Tables and items of a parsed TOML text: typed getters that report what has another type.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeSet;

use jiff::civil::Date;
use toml::de::{DeTable, DeValue};

use super::{Fault, Notes};
use crate::name::nearest;
use crate::source::Span;
use crate::value::Value;

/// A table whose keys are asked for.
pub struct Table<'d> {
    entries: &'d DeTable<'d>,
    span: Span,
    notes: &'d Notes<'d>,
    asked: RefCell<Vec<&'static str>>,
}

/// A key and its value, or an entry of a list.
#[derive(Clone, Copy)]
pub struct Item<'d> {
    value: &'d DeValue<'d>,
    /// The key; for an entry of a list, the list's.
    pub key: &'d str,
    /// Where the key stands, without quotes.
    pub key_span: Span,
    /// Where the value stands, with quotes; of a table under a header, the header.
    pub span: Span,
    notes: &'d Notes<'d>,
}

/// A text and where it stands, without quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text<'d> {
    /// The text, escapes resolved.
    pub text: &'d str,
    /// Where it stands.
    pub span: Span,
}

impl<'d> Table<'d> {
    pub(super) fn new(table: &'d DeTable<'d>, span: Span, notes: &'d Notes<'d>) -> Self {
        // Most tables are asked for about as many keys as there are.
        Self { entries: table, span, notes, asked: RefCell::new(Vec::with_capacity(32)) }
    }

    /// Where it stands: its header, its braces, or the key that it is made by; empty for the outermost one.
    pub fn span(&self) -> Span {
        self.span
    }

    /// The item of a known key. The key may be shown.
    pub fn get(&self, key: &'static str) -> Option<Item<'d>> {
        self.asked.borrow_mut().push(key);
        if self.entries.is_empty() {
            return None;
        }
        let (name, value) = self.entries.get_key_value(key)?;
        let item = self.item(name, value);
        self.notes.show(item.key_span);
        Some(item)
    }

    /// All its items in the order of the text, for a table whose keys are names. No key is shown by that.
    pub fn items(&self) -> Vec<Item<'d>> {
        let mut items: Vec<_> = self.entries.iter().map(|(key, value)| self.item(key, value)).collect();
        items.sort_by_key(|item| item.key_span);
        items
    }

    /// The text of a key.
    pub fn string(&self, key: &'static str) -> Option<Text<'d>> {
        self.get(key)?.string()
    }

    /// The truth value of a key.
    pub fn bool(&self, key: &'static str) -> Option<bool> {
        self.get(key)?.bool()
    }

    /// The list of texts of a key.
    pub fn strings(&self, key: &'static str) -> Option<Vec<Text<'d>>> {
        self.get(key)?.strings()
    }

    /// The table of a key.
    pub fn table(&self, key: &'static str) -> Option<Table<'d>> {
        self.get(key)?.table()
    }

    /// The tables of a key that is given as `[[key]]`; none where it is absent.
    pub fn tables(&self, key: &'static str) -> Vec<Table<'d>> {
        self.get(key).map(|item| item.tables()).unwrap_or_default()
    }

    /// Reports that the table as a whole is not what it should be.
    pub fn fault(&self, message: impl Into<String>) {
        self.notes.push(Fault { span: self.span, message: message.into(), help: None, hides: false });
    }

    /// Reports every key that was not asked for. `hides`: whether what stands under it is lost to the reader;
    /// `help`: what to say of such a key instead of the list of known ones.
    pub fn finish(self, hides: bool, help: impl Fn(&str) -> Option<String>) {
        let asked = self.asked.borrow();
        let is_asked = |key: &str| asked.contains(&key);
        if self.entries.keys().all(|key| is_asked(key.get_ref())) {
            return;
        }
        for item in self.items() {
            if is_asked(item.key) || self.notes.is_broken(item.key_span) {
                continue;
            }
            let known: BTreeSet<&str> = asked.iter().copied().collect();
            let mut message = format!("unknown key{}", self.notes.quoted(item.key_span, item.key));
            let help = help(item.key).unwrap_or_else(|| {
                if let Some(near) = nearest(item.key, known.iter().copied()) {
                    message.push_str("; did you mean `");
                    message.push_str(near);
                    message.push_str("`?");
                }
                format!("known keys: {}", known.iter().copied().collect::<Vec<_>>().join(", "))
            });
            self.notes.show(item.key_span);
            self.notes.push(Fault { span: item.key_span, message, help: Some(help), hides });
        }
    }

    fn item(&self, key: &'d toml::Spanned<Cow<'d, str>>, value: &'d toml::Spanned<DeValue<'d>>) -> Item<'d> {
        Item {
            value: value.get_ref(),
            key: key.get_ref(),
            key_span: unquoted(self.notes.text, key.span().into()),
            span: value.span().into(),
            notes: self.notes,
        }
    }
}

impl<'d> Item<'d> {
    /// Whether a syntax error stands in it, so that nothing of it can be relied on.
    pub fn is_broken(&self) -> bool {
        self.notes.is_broken(self.span)
    }

    /// Whether it is a text.
    pub fn is_string(&self) -> bool {
        self.value.is_str()
    }

    /// Whether it is a truth value.
    pub fn is_bool(&self) -> bool {
        self.value.is_bool()
    }

    /// Whether it is a list.
    pub fn is_list(&self) -> bool {
        self.value.is_array()
    }

    /// Whether it is a table.
    pub fn is_table(&self) -> bool {
        self.value.is_table()
    }

    /// Its text.
    pub fn string(&self) -> Option<Text<'d>> {
        let Some(text) = self.sound()?.as_str() else { return self.wrong("a text") };
        Some(Text { text, span: self.value_span() })
    }

    /// Its truth value, which may be shown.
    pub fn bool(&self) -> Option<bool> {
        let Some(value) = self.sound()?.as_bool() else { return self.wrong("true or false") };
        self.notes.show(self.span);
        Some(value)
    }

    /// Its whole number, not negative.
    pub fn count(&self) -> Option<usize> {
        let number =
            self.sound()?.as_integer().and_then(|found| usize::from_str_radix(found.as_str(), found.radix()).ok());
        if number.is_none() { self.wrong("a whole number, not negative") } else { number }
    }

    /// Its number, finite.
    pub fn number(&self) -> Option<f64> {
        let number = match self.sound()? {
            DeValue::Float(found) => found.as_str().parse::<f64>().ok(),
            #[expect(clippy::cast_precision_loss, reason = "a bound of 2^53 and more is as good rounded")]
            DeValue::Integer(found) => {
                i64::from_str_radix(found.as_str(), found.radix()).ok().map(|number| number as f64)
            }
            _ => None,
        };
        let number = number.filter(|number| number.is_finite());
        if number.is_none() { self.wrong("a number") } else { number }
    }

    /// Its date, without a time.
    pub fn date(&self) -> Option<Date> {
        let date = match self.sound()? {
            DeValue::Datetime(found) if found.time.is_none() && found.offset.is_none() => found.date,
            _ => None,
        };
        let date = date.and_then(|date| {
            let (year, month, day) = (date.year.try_into(), date.month.try_into(), date.day.try_into());
            Date::new(year.ok()?, month.ok()?, day.ok()?).ok()
        });
        if date.is_none() { self.wrong("a date such as 2027-01-31, without quotes") } else { date }
    }

    /// What it gives as the value of a variable: a text, a number, a truth value or a date.
    pub fn scalar(&self) -> Option<Value> {
        let text = match self.sound()? {
            DeValue::String(text) => text.to_string(),
            DeValue::Integer(number) if number.radix() == 10 => number.as_str().to_owned(),
            DeValue::Float(number) => number.as_str().to_owned(),
            DeValue::Boolean(value) => value.to_string(),
            DeValue::Datetime(_) => self.notes.text.get(self.span.start..self.span.end).unwrap_or_default().to_owned(),
            _ => return self.wrong("a text, a decimal number, true, false or a date"),
        };
        Some(Value::new(text))
    }

    /// Its entries.
    pub fn list(&self) -> Option<Vec<Item<'d>>> {
        let Some(list) = self.value.as_array() else { return self.wrong("a list") };
        Some(list.iter().map(|entry| Item { value: entry.get_ref(), span: entry.span().into(), ..*self }).collect())
    }

    /// Its entries, each a text.
    pub fn strings(&self) -> Option<Vec<Text<'d>>> {
        if !self.is_list() {
            return self.wrong("a list of texts");
        }
        let entries = self.list()?;
        Some(
            entries
                .iter()
                .filter_map(|entry| if entry.is_string() { entry.string() } else { entry.wrong("a list of texts") })
                .collect(),
        )
    }

    /// Its table.
    pub fn table(&self) -> Option<Table<'d>> {
        let Some(table) = self.value.as_table() else { return self.lost("a table") };
        Some(Table::new(table, self.span, self.notes))
    }

    /// Its tables, if it is given as `[[key]]`.
    pub fn tables(&self) -> Vec<Table<'d>> {
        let expected = format!("a list of tables, each under `[[{}]]`", self.key);
        let Some(list) = self.value.as_array() else { return self.lost(&expected).unwrap_or_default() };
        let entries = list.iter().map(|entry| Item { value: entry.get_ref(), span: entry.span().into(), ..*self });
        entries.filter_map(|entry| if entry.is_table() { entry.table() } else { entry.lost(&expected) }).collect()
    }

    /// Reports that it is not what it must be: `a list of names`. Silent where a syntax error has been told already.
    pub fn wrong<T>(&self, expected: &str) -> Option<T> {
        if !self.is_broken() {
            self.fault(format!("{} must be {expected}", self.name()));
        }
        None
    }

    /// Reports that it is not what it must be, and that something that the file says is lost by it.
    pub fn lost<T>(&self, expected: &str) -> Option<T> {
        if !self.is_broken() {
            self.report(self.value_span(), format!("{} must be {expected}", self.name()), None, true);
        }
        None
    }

    /// Where its value stands, without quotes.
    pub fn value_span(&self) -> Span {
        unquoted(self.notes.text, self.span)
    }

    /// Reports that its value is wrong, at the value.
    pub fn fault(&self, message: impl Into<String>) {
        self.report(self.value_span(), message.into(), None, false);
    }

    /// Reports something at a place in it. `hides`: whether something that the file says is lost by it.
    pub fn report(&self, span: Span, message: String, help: Option<String>, hides: bool) {
        self.notes.push(Fault { span, message, help, hides });
    }

    /// Lets its value be shown.
    pub fn show(&self) {
        self.notes.show(self.span);
    }

    /// Lets its key be shown.
    pub fn show_key(&self) {
        self.notes.show(self.key_span);
    }

    /// A word of it as a message may quote it, with a blank in front; empty where it may not.
    pub fn quoted(&self, word: &str) -> String {
        self.notes.quoted(self.span, word)
    }

    /// Its key, in backticks, as a message may say it.
    pub fn name(&self) -> String {
        let quoted = self.notes.quoted(self.key_span, self.key);
        if quoted.is_empty() { "this".to_owned() } else { quoted.trim_start().to_owned() }
    }

    fn sound(&self) -> Option<&'d DeValue<'d>> {
        (!self.is_broken()).then_some(self.value)
    }
}

/// A span without the quotes that it begins and ends with.
pub(super) fn unquoted(text: &str, span: Span) -> Span {
    let inner = text.get(span.start..span.end).unwrap_or_default();
    let quotes = ["\"\"\"", "'''", "\"", "'"];
    let width = quotes
        .iter()
        .find(|quote| inner.len() >= 2 * quote.len() && inner.starts_with(**quote) && inner.ends_with(**quote));
    let width = width.map_or(0, |quote| quote.len());
    Span::new(span.start + width, span.end - width)
}
