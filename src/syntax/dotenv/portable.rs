//! The portable core: files that every loader reads the same, told without reading them as any loader.

use std::collections::HashSet;

use memchr::memchr;

use super::{Dialect, Entry, Quoting};
use crate::source::Span;
use crate::value::{Template, Value};

/// How many loaders are known to make the same of a file, from its text alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Portability {
    /// All: comments, blank lines, and `NAME=value` of plain characters, each name once.
    Everywhere,
    /// All that take double quotes around a value for quotes; see [`Dialect::reads_quotes`].
    WhereQuotesAreRead,
    /// That must be looked at.
    No,
}

impl Portability {
    /// Whether a loader is among those that make the same of the file.
    pub fn holds(self, dialect: Dialect) -> bool {
        self == Self::Everywhere || self == Self::WhereQuotesAreRead && dialect.reads_quotes()
    }

    /// Whether a loader among those also has its statements where all have them: to some a quote is a part of a word
    /// like any other, so that their values stand elsewhere.
    pub fn tells_entries(self, dialect: Dialect) -> bool {
        let joins_words = matches!(dialect, Dialect::Dotenvy | Dialect::Systemd | Dialect::Bash);
        self == Self::Everywhere || self.holds(dialect) && !joins_words
    }
}

impl Dialect {
    /// Whether it takes `"` around a value for quotes, and not for a part of it.
    pub fn reads_quotes(self) -> bool {
        !matches!(self, Self::Docker | Self::Make)
    }
}

/// How many loaders are known to make the same of a file.
pub fn portability(text: &str) -> Portability {
    scan(text).0
}

/// A statement of a portable file.
pub(super) struct Statement<'t> {
    start: usize,
    name: &'t str,
    /// With the quotes around it.
    value: &'t str,
}

/// How many loaders are known to make the same of a file, and the statements up to where that was told.
pub(super) fn scan(text: &str) -> (Portability, Vec<Statement<'_>>) {
    // A line with a statement is seldom shorter.
    let likely = text.len() / 24;
    let (mut names, mut statements) = (HashSet::with_capacity(likely), Vec::with_capacity(likely));
    let mut found = Portability::Everywhere;
    for (start, line) in lines(text) {
        let (name, value) = match read(line) {
            Line::Statement(name, value) => (name, value),
            Line::Nothing => continue,
            Line::Odd => return (Portability::No, statements),
        };
        if is_quoted(value) {
            found = Portability::WhereQuotesAreRead;
        }
        if !names.insert(name) {
            return (Portability::No, statements);
        }
        statements.push(Statement { start, name, value });
    }
    (found, statements)
}

/// The entries of a file that is portable to the loader that reads it: what every such loader makes of it.
pub(super) fn entries(statements: Vec<Statement<'_>>) -> Vec<Entry> {
    let entry = |Statement { start, name, value }: Statement<'_>| {
        let quotes = usize::from(is_quoted(value));
        let separator = Span::new(start + name.len(), start + name.len() + 1);
        let end = separator.end + value.len();
        let text = value.get(quotes..value.len() - quotes).unwrap_or_default();
        Entry {
            key: name.to_owned(),
            key_span: Span::new(start, separator.start),
            export: None,
            separator,
            value: Some(Template::literal(Value::new(text))),
            value_span: Span::new(separator.end + quotes, end - quotes),
            quoting: if quotes == 1 { Quoting::Double } else { Quoting::None },
            span: Span::new(start, end),
            flaw: None,
        }
    };
    statements.into_iter().map(entry).collect()
}

/// The lines of a text without their line breaks, each with where it begins.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let rest = text.get(start..).filter(|rest| !rest.is_empty())?;
        let end = memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
        let at = start;
        start += end + 1;
        Some((at, rest.get(..end)?))
    })
}

/// What stands on a line.
enum Line<'t> {
    /// Nothing, or a comment.
    Nothing,
    /// A name, and a value that may be in double quotes.
    Statement(&'t str, &'t str),
    /// Something that is not portable.
    Odd,
}

fn read(line: &str) -> Line<'_> {
    let bytes = line.as_bytes();
    match bytes.first() {
        None => return Line::Nothing,
        // systemd 252 joins what follows a comment that ends in a backslash.
        Some(b'#') if bytes.last() != Some(&b'\\') && memchr(b'\r', bytes).is_none() => return Line::Nothing,
        _ => {}
    }
    let Some((name, value)) = line.split_once('=') else { return Line::Odd };
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let named = name.bytes().next().is_some_and(|first| !first.is_ascii_digit()) && name.bytes().all(is_name);
    let quotes = usize::from(is_quoted(value));
    let inside = value.as_bytes().get(quotes..value.len() - quotes).unwrap_or_default();
    let is_portable = named && name != "export" && is_plain(inside);
    if is_portable { Line::Statement(name, value) } else { Line::Odd }
}

fn is_quoted(value: &str) -> bool {
    value.len() > 1 && value.starts_with('"') && value.ends_with('"')
}

/// Which bytes no loader but a shell takes for anything else than text.
static PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = 0;
    while byte < plain.len() {
        #[expect(clippy::cast_possible_truncation, reason = "it is below 256")]
        let character = byte as u8;
        plain[byte] = character.is_ascii_alphanumeric()
            || matches!(character, b'_' | b'.' | b'/' | b':' | b'@' | b'%' | b'+' | b',' | b'=' | b'-' | b'^');
        byte += 1;
    }
    plain
};

fn is_plain(text: &[u8]) -> bool {
    text.iter().all(|byte| PLAIN[usize::from(*byte)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_portable(text: &str) -> bool {
        portability(text) == Portability::Everywhere
    }

    #[test]
    fn plain_assignments_and_comments_are_portable() {
        assert!(is_portable("# a comment's quote\n\nA=1\nURL=postgres://u:p@host:5432/db\nEMPTY=\nLAST=x"));
    }

    #[test]
    fn whatever_a_loader_may_read_otherwise_is_not() {
        for text in ["A=a#b", "A='1'", "A=$B", "A= 1", "A=1 ", "export A=1", " A=1", "A", "A=1\r\n", "A=ä", "A=1\nA=1"]
        {
            assert!(!is_portable(text), "{text:?}");
        }
        assert!(!is_portable("\u{feff}A=1"));
    }
}
