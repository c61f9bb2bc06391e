//! A variable of an env file set anew, in text: every other byte stays, and every loader reads all else as before.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use crate::source::Span;
use crate::syntax::dotenv::{self, DIALECTS, Dialect, Ending, Entry};

/// Why a variable is not set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// No loader reads the file to its end.
    Unreadable,
    /// Several lines set it, and loaders differ in which of them counts.
    SetTwice,
    /// No spelling of the value is read the same by all.
    NoSpelling,
    /// Its place in the file makes some loader read something else.
    NoPlace,
}

impl Refusal {
    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::Unreadable => "no loader reads the file to its end",
            Self::SetTwice => "the file sets it more than once",
            Self::NoSpelling => "no way to write the value is read the same by all loaders of env files",
            Self::NoPlace => "loaders would read the line, or those around it, differently where it stands",
        }
    }
}

/// The text with the variable set to the value: its line is replaced, or one is added at the end.
pub(super) fn set(text: &str, name: &str, value: &str) -> Result<Zeroizing<String>, Refusal> {
    let lines = lines_of(text, name);
    if lines.len() > 1 {
        return Err(Refusal::SetTwice);
    }
    let dialects: Vec<Dialect> = DIALECTS
        .iter()
        .map(|known| known.dialect)
        .filter(|dialect| counts(*dialect, text, name, !lines.is_empty()))
        .collect();
    if dialects.is_empty() {
        return Err(Refusal::Unreadable);
    }
    // Where a value needs quotes, the two that take none are no readers of the file.
    let quoting: Vec<Dialect> = dialects.iter().copied().filter(|dialect| dialect.reads_quotes()).collect();
    let mut refusal = Refusal::NoSpelling;
    for dialects in [&dialects, &quoting] {
        let Some(spelling) = dotenv::spell(name, value, dialects) else { continue };
        refusal = Refusal::NoPlace;
        let texts = match lines.first() {
            Some(line) => line.replaced(text, &spelling),
            None => vec![appended(text, name, &spelling)],
        };
        let found =
            texts.into_iter().find(|new| dialects.iter().all(|dialect| is_kept(text, new, name, value, *dialect)));
        if let Some(new) = found {
            return Ok(new);
        }
    }
    Err(refusal)
}

/// Whether a loader may be one that reads this file.
fn counts(dialect: Dialect, text: &str, name: &str, is_set: bool) -> bool {
    // To these two a carriage return is a part of the value, however that is written.
    if text.contains('\r') && matches!(dialect, Dialect::Bash | Dialect::Make) {
        return false;
    }
    let evaluated = dotenv::evaluate(text, dialect, &BTreeMap::new());
    evaluated.ending == Ending::Whole && (!is_set || evaluated.values.contains_key(name))
}

/// Whether a loader reads the value from the new text, and every other statement as it did.
fn is_kept(old: &str, new: &str, name: &str, value: &str, dialect: Dialect) -> bool {
    let evaluated = dotenv::evaluate(new, dialect, &BTreeMap::new());
    let (before, after) = (dotenv::read(old, dialect).entries, dotenv::read(new, dialect).entries);
    evaluated.ending == Ending::Whole
        && evaluated.values.get(name).is_some_and(|found| found.expose() == value)
        && statements(&before, old, name).eq(statements(&after, new, name))
}

/// The statements of all other variables, as they are written.
fn statements<'a>(entries: &'a [Entry], text: &'a str, name: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
    let others = entries.iter().filter(move |entry| entry.key != name);
    others.map(|entry| (entry.key.as_str(), text.get(entry.span.start..entry.span.end).unwrap_or_default()))
}

/// A statement that sets the variable.
struct Line {
    /// From the start of its line.
    start: usize,
    /// `=` with the space around it, and the value with its quotes.
    written: Span,
    /// The comment behind the value, with the space before it.
    comment: Span,
}

/// Where the variable is set, as npm's `dotenv` reads the file; the others are judged by what they read afterwards.
fn lines_of(text: &str, name: &str) -> Vec<Line> {
    let entries = dotenv::read(text, Dialect::Dotenv).entries;
    let line = |entry: &Entry| {
        let start = text.get(..entry.key_span.start)?.rfind(['\n', '\r']).map_or(0, |at| at + 1);
        // A byte order mark stays where it is.
        let start = if start == 0 && text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { start };
        let end =
            entry.span.end + text.get(entry.span.end..)?.find(['\n', '\r']).unwrap_or(text.len() - entry.span.end);
        let written = Span::new(entry.key_span.end, entry.span.end);
        Some(Line { start, written, comment: Span::new(entry.span.end, end) })
    };
    entries.iter().filter(|entry| entry.key == name).filter_map(line).collect()
}

impl Line {
    /// The text with another value here: the comment behind it as it is, or on a line of its own where it is in the way.
    fn replaced(&self, text: &str, spelling: &str) -> Vec<Zeroizing<String>> {
        let slice = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
        let beside = [slice(0, self.written.start), "=", spelling, slice(self.written.end, text.len())];
        let comment = slice(self.comment.start, self.comment.end).trim();
        let above = comment.starts_with('#').then(|| {
            let before = [slice(0, self.start), comment, newline(text), slice(self.start, self.written.start)];
            joined(before.iter().chain(&["=", spelling, slice(self.comment.end, text.len())]))
        });
        std::iter::once(joined(beside.iter())).chain(above).collect()
    }
}

/// The text with a line at its end, which ends as the others do.
fn appended(text: &str, name: &str, spelling: &str) -> Zeroizing<String> {
    let newline = newline(text);
    let is_whole = text.trim_start_matches('\u{feff}').is_empty() || text.ends_with(['\n', '\r']);
    let (before, behind) = if is_whole { ("", newline) } else { (newline, "") };
    joined([text, before, name, "=", spelling, behind].iter())
}

/// What ends the lines of a file.
fn newline(text: &str) -> &'static str {
    match text.find(['\n', '\r']) {
        Some(at) if text.get(at..).is_some_and(|rest| rest.starts_with("\r\n")) => "\r\n",
        Some(at) if text.get(at..).is_some_and(|rest| rest.starts_with('\r')) => "\r",
        _ => "\n",
    }
}

/// The pieces as one, in memory that is taken once, so that none of it is left behind where it grew.
fn joined<'a>(pieces: impl Iterator<Item = &'a &'a str> + Clone) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(pieces.clone().map(|piece| piece.len()).sum()));
    for piece in pieces {
        text.push_str(piece);
    }
    text
}
