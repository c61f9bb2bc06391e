//! The references of npm `dotenv-expand` 12, as a template and as the exact rewriting that it does.
//!
//! It rewrites a value until no reference is left, so that what a variable brings in is read for references again. A
//! [`Template`] cannot say that; it says what the value itself refers to.

use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use memchr::memchr;
use zeroize::Zeroizing;

use crate::name::Name;
use crate::source::Span;
use crate::syntax::interpolation::{Parts, name_length};
use crate::value::{Operator, Part, Reference, Template};

/// How deep references may stand inside operators; what lies deeper is [`Part::Unknown`].
const DEPTH: usize = 16;

/// What the text refers to; `\$` is a dollar sign. A name that is none is [`Part::Unknown`].
pub(super) fn template(text: &str) -> Template {
    let closes = closes(text);
    Reader { text, closes: &closes }.read(Span::new(0, text.len()), 0)
}

/// Each `${` with the `}` that closes it, by position.
fn closes(text: &str) -> Vec<(usize, usize)> {
    let mut open = Vec::new();
    let mut pairs = Vec::new();
    let mut position = 0;
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(position) {
        match (byte, bytes.get(position + 1)) {
            (b'\\', Some(b'$')) => position += 1,
            (b'$', Some(b'{')) => open.push(position),
            (b'}', _) => pairs.extend(open.pop().map(|open| (open, position))),
            _ => {}
        }
        position += 1;
    }
    pairs.sort_unstable();
    pairs
}

struct Reader<'a> {
    text: &'a str,
    closes: &'a [(usize, usize)],
}

impl Reader<'_> {
    fn read(&self, range: Span, depth: usize) -> Template {
        let mut parts = Parts::default();
        let mut position = range.start;
        while let Some(dollar) = memchr(b'$', self.slice(position, range.end).as_bytes()) {
            let at = position + dollar;
            let before = self.slice(position, at);
            if let Some(before) = before.strip_suffix('\\') {
                parts.literal(before);
                parts.literal("$");
                position = at + 1;
                continue;
            }
            parts.literal(before);
            let (part, end) = self.reference(at, range.end, depth);
            match part {
                Some(part) => parts.push(part),
                None => parts.literal("$"),
            }
            position = end;
        }
        parts.literal(self.slice(position, range.end));
        parts.finish()
    }

    fn reference(&self, at: usize, end: usize, depth: usize) -> (Option<Part>, usize) {
        let name_end = at + 1 + name_length(self.slice(at + 1, end));
        if name_end > at + 1 {
            return (Some(self.part(at, at + 1, name_end, name_end, None)), name_end);
        }
        let Some(close) = self.close(at).filter(|close| *close < end && *close > at + 2) else {
            return (None, at + 1);
        };
        let unknown = (Some(Part::Unknown(Span::new(at, close + 1))), close + 1);
        let name = at + 2;
        let name_end = name + name_length(self.slice(name, close));
        let behind = self.slice(name_end, close);
        let operator = [":+", "+", ":-", "-"].into_iter().find(|operator| behind.starts_with(operator));
        let word = name_end + operator.map_or(0, str::len);
        let has_brace = self.slice(word, close).replace("${", "").contains('{');
        if name_end == name || (operator.is_none() && name_end != close) || depth >= DEPTH || has_brace {
            return unknown;
        }
        let operator = operator.map(|operator| {
            let word = self.read(Span::new(word, close), depth + 1);
            // It takes an empty value for an absent one, with the colon and without.
            match operator {
                ":+" | "+" => Operator::Alternative { empty_too: true, word },
                _ => Operator::Default { empty_too: true, word },
            }
        });
        (Some(self.part(at, name, name_end, close + 1, operator)), close + 1)
    }

    fn part(&self, at: usize, name: usize, name_end: usize, end: usize, operator: Option<Operator>) -> Part {
        let name = Name::new(self.slice(name, name_end));
        Part::Reference(Box::new(Reference { name, span: Span::new(at, end), operator }))
    }

    fn close(&self, at: usize) -> Option<usize> {
        let index = self.closes.binary_search_by_key(&at, |(open, _)| *open).ok()?;
        self.closes.get(index).map(|(_, close)| *close)
    }

    fn slice(&self, start: usize, end: usize) -> &str {
        self.text.get(start..end).unwrap_or_default()
    }
}

/// What an expansion may still cost, in bytes looked at, so that one that never ends is seen.
pub(super) struct Budget(pub(super) usize);

/// Whose rewriting it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rewriting {
    /// `dotenv-expand` up to 12.
    Twelve,
    /// `dotenv-expand` 1000, which tells an empty value from an absent one.
    Thousand,
    /// Vite's copy of version 12, which does not know the raw values of the file as the environment.
    Vite,
}

type Variables = BTreeMap<String, Zeroizing<String>>;

/// Rewrites a value until no reference is left. `None` where that does not end.
///
/// `environment` is the real one, perhaps with raw values of the file below it; `parsed` holds the results so far.
pub(super) fn rewrite(
    value: &str,
    environment: &Variables,
    parsed: &Variables,
    rewriting: Rewriting,
    budget: &mut Budget,
) -> Option<Zeroizing<String>> {
    let mut result = Zeroizing::new(value.to_owned());
    let mut seen = HashSet::new();
    let lookup = |key: &str| environment.get(key).or_else(|| parsed.get(key)).map(|value| value.as_str());
    while let Some((found, expression)) = next_reference(&result) {
        let expression = expression.to_owned();
        budget.0 = budget.0.checked_sub(result.len() + 64)?;
        seen.insert(digest(&result));
        let (key, operator, word) = taken_apart(&expression);
        let replacement = Zeroizing::new(match rewriting {
            Rewriting::Thousand => replacement_1000(lookup(key), operator, word).to_owned(),
            Rewriting::Twelve | Rewriting::Vite => replacement(lookup(key), operator, word, &seen).to_owned(),
        });
        let template = result.get(found.start..found.end).unwrap_or_default().to_owned();
        result = replace_first(&result, &template, &replacement);
        let stop = match rewriting {
            Rewriting::Thousand => lookup(key),
            Rewriting::Twelve | Rewriting::Vite => parsed.get(key).map(|value| value.as_str()),
        };
        if stop == Some(result.as_str()) {
            break;
        }
    }
    Some(result)
}

/// The first reference, and what stands in it: `${` and `}` around anything but braces, or `$` before a name.
fn next_reference(text: &str) -> Option<(Span, &str)> {
    let mut position = 0;
    loop {
        let at = position + memchr(b'$', text.as_bytes().get(position..)?)?;
        position = at + 1;
        if at > 0 && text.as_bytes().get(at - 1) == Some(&b'\\') {
            continue;
        }
        let behind = text.get(at + 1..)?;
        if let Some(inner) = behind.strip_prefix('{') {
            let length = inner.find(['{', '}']).unwrap_or(inner.len());
            if length > 0 && inner.as_bytes().get(length) == Some(&b'}') {
                return Some((Span::new(at, at + length + 3), inner.get(..length)?));
            }
        } else {
            let length = name_length(behind);
            if length > 0 {
                return Some((Span::new(at, at + 1 + length), behind.get(..length)?));
            }
        }
    }
}

/// The variable of an expression, its operator, and what follows that.
fn taken_apart(expression: &str) -> (&str, &str, &str) {
    let operator = expression.find(['-', '+']).map(|at| {
        let at = if expression.get(..at).is_some_and(|before| before.ends_with(':')) { at - 1 } else { at };
        let length = if expression.get(at..).is_some_and(|operator| operator.starts_with(':')) { 2 } else { 1 };
        (at, at + length)
    });
    let Some((key_end, word)) = operator else {
        // Without an operator it splits at the word `null`.
        let key = expression.split("null").next().unwrap_or_default();
        let rest = expression.get(key.len()..).and_then(|rest| rest.strip_prefix("null")).unwrap_or_default();
        return (key, "", rest);
    };
    let slice = |range: std::ops::Range<usize>| expression.get(range).unwrap_or_default();
    (slice(0..key_end), slice(key_end..word), slice(word..expression.len()))
}

/// What takes the place of an expression in version 12: empty and absent are one.
fn replacement<'a>(value: Option<&'a str>, operator: &str, word: &'a str, seen: &HashSet<u64>) -> &'a str {
    let value = value.unwrap_or_default();
    match operator {
        ":+" | "+" if value.is_empty() => "",
        ":+" | "+" => word,
        _ => choose(value, word, seen),
    }
}

/// What takes its place in version 1000.
fn replacement_1000<'a>(value: Option<&'a str>, operator: &str, word: &'a str) -> &'a str {
    let filled = value.filter(|value| !value.is_empty());
    match operator {
        ":-" => filled.unwrap_or(word),
        "-" => value.unwrap_or(word),
        ":+" => filled.map_or("", |_| word),
        "+" => value.map_or("", |_| word),
        _ => filled.unwrap_or_default(),
    }
}

/// The value, unless it is empty or a text that this expansion had before.
fn choose<'a>(value: &'a str, default: &'a str, seen: &HashSet<u64>) -> &'a str {
    if value.is_empty() || seen.contains(&digest(value)) { default } else { value }
}

/// Stands for a text that an expansion had, so that long ones are not all kept.
fn digest(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// JavaScript's `replace` with a string: the first occurrence, and `$$`, `$&`, `` $` `` and `$'` are special.
pub(super) fn replace_first(text: &str, template: &str, replacement: &str) -> Zeroizing<String> {
    let Some((before, after)) = text.split_once(template) else { return Zeroizing::new(text.to_owned()) };
    let mut result = Zeroizing::new(before.to_owned());
    let mut rest = replacement;
    while let Some((plain, special)) = rest.split_once('$') {
        result.push_str(plain);
        let (piece, used) = match special.as_bytes().first() {
            Some(b'$') => ("$", 1),
            Some(b'&') => (template, 1),
            Some(b'`') => (before, 1),
            Some(b'\'') => (after, 1),
            _ => ("$", 0),
        };
        result.push_str(piece);
        rest = special.get(used..).unwrap_or_default();
    }
    result.push_str(rest);
    result.push_str(after);
    result
}
