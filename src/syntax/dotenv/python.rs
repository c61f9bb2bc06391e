//! `python-dotenv`: its regular expressions as a scanner, before 1.2.4 and from then on.
//!
//! Source: the package's `parser.py`, measured in `tests/data/dotenv-dialects.jsonl`. A statement that it cannot read is
//! left out with a warning of its own; it never refuses a file.

use memchr::memchr_iter;

use super::decoded::Decoded;
use super::{Lexed, Quoting, Raw, Statement};
use crate::source::Span;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    /// Before 1.2.4: a quote behind a backslash may close the value, and the byte order mark is part of a name.
    Old,
    New,
}

pub(super) fn lex(text: &str, version: Version) -> Lexed {
    let file = universal_newlines(text);
    let mut lexed = Lexed::default();
    let start = if version == Version::New && file.text().starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut reader = Reader { text: file.text(), file: &file, version, position: start };
    while reader.position < reader.text.len() {
        match reader.statement() {
            Ok(statement) => lexed.statements.extend(statement),
            Err(Unreadable) => reader.position = (reader.line_end() + 1).min(reader.text.len()),
        }
    }
    lexed
}

/// A file as Python reads it: every line break is `\n`.
pub(super) fn universal_newlines(text: &str) -> Decoded {
    let plain = Decoded::new(text, 0);
    if !text.contains('\r') {
        return plain;
    }
    plain.map(|text, from| {
        let at = from + memchr::memchr(b'\r', text.as_bytes().get(from..)?)?;
        let length = if text.as_bytes().get(at + 1) == Some(&b'\n') { 2 } else { 1 };
        Some((Span::new(at, at + length), "\n".to_owned()))
    })
}

fn is_space(character: char) -> bool {
    character.is_whitespace() || ('\x1c'..='\x1f').contains(&character)
}

fn is_space_in_line(character: char) -> bool {
    is_space(character) && character != '\n'
}

/// What the real one warns of and leaves out.
struct Unreadable;

struct Reader<'a> {
    text: &'a str,
    file: &'a Decoded,
    version: Version,
    position: usize,
}

impl Reader<'_> {
    /// The next statement, `None` for a comment or the end.
    fn statement(&mut self) -> Result<Option<Statement>, Unreadable> {
        self.skip(is_space);
        if self.position >= self.text.len() {
            return Ok(None);
        }
        let start = self.position;
        let exported = self.rest().strip_prefix("export").is_some_and(|behind| behind.starts_with(is_space_in_line));
        let export = exported.then(|| self.file.span(Span::new(start, start + "export".len())));
        if exported {
            self.position += "export".len();
            self.skip(is_space_in_line);
        }
        let key = self.key()?;
        self.skip(is_space_in_line);
        let mut quoting = Quoting::None;
        let equals = self.position;
        let value = if self.rest().starts_with('=') {
            self.position += 1;
            self.skip(is_space_in_line);
            let spaced = self.position > equals + 1;
            let (decoded, span, of) = self.value(spaced).ok_or(Unreadable)?;
            quoting = of;
            Some((decoded, span))
        } else {
            None
        };
        let end = self.position;
        self.skip(is_space_in_line);
        if self.rest().starts_with('#') {
            self.position = self.line_end();
        }
        self.skip(is_space_in_line);
        match self.rest().chars().next() {
            None => {}
            Some('\n') => self.position += 1,
            Some(_) => return Err(Unreadable),
        }
        let Some(key) = key else { return Ok(None) };
        let key_span = self.file.span(key);
        let separator = if value.is_some() { Span::new(equals, equals + 1) } else { Span::new(key.end, key.end) };
        let value_span = value.as_ref().map_or(separator, |(_, span)| *span);
        let raw = value.map(|(decoded, _)| Raw::Text(decoded));
        let base = Statement::new("", key_span, self.file.span(separator), raw, self.file.span(value_span));
        let whole = self.file.span(Span::new(start, end));
        let name = self.text.get(key.start..key.end).unwrap_or_default().to_owned();
        Ok(Some(Statement { name, export, quoting, span: whole, ..base }))
    }

    /// The name; `None` before a comment.
    fn key(&mut self) -> Result<Option<Span>, Unreadable> {
        let rest = self.rest();
        if rest.starts_with('#') {
            return Ok(None);
        }
        let (from, length, behind) = match rest.strip_prefix('\'') {
            Some(quoted) => (1, quoted.find('\'').ok_or(Unreadable)?, 1),
            None => (0, rest.find(|c: char| c == '=' || c == '#' || is_space(c)).unwrap_or(rest.len()), 0),
        };
        if length == 0 {
            return Err(Unreadable);
        }
        let start = self.position + from;
        self.position = start + length + behind;
        Ok(Some(Span::new(start, start + length)))
    }

    /// The value; `spaced`: whether space stands between it and the `=`.
    fn value(&mut self, spaced: bool) -> Option<(Decoded, Span, Quoting)> {
        let start = self.position;
        let quote = self.rest().bytes().next().filter(|byte| matches!(byte, b'\'' | b'"'));
        if let Some(quote) = quote {
            let close = self.close(start, quote)?;
            self.position = close + 1;
            let span = Span::new(start + 1, close);
            let escapes: &[u8] = if quote == b'"' { b"\\'\"abfnrtv" } else { b"\\'" };
            let decoded = self.file.slice(span).map(|text, from| escape(text, from, escapes));
            return Some((decoded, span, Quoting::of(quote).unwrap_or_default()));
        }
        let end = self.line_end();
        self.position = end;
        let line = self.text.get(start..end).unwrap_or_default();
        if line.starts_with('#') && spaced && self.version == Version::New {
            return Some((self.file.slice(Span::new(start, start)), Span::new(start, start), Quoting::None));
        }
        let comment = memchr_iter(b'#', line.as_bytes())
            .find(|at| line.get(..*at).is_some_and(|before| before.ends_with(is_space)));
        let value = line.get(..comment.unwrap_or(line.len())).unwrap_or_default().trim_end_matches(is_space);
        let span = Span::new(start, start + value.len());
        Some((self.file.slice(span), span, Quoting::None))
    }

    /// Where the quote that opens at `open` closes.
    fn close(&self, open: usize, quote: u8) -> Option<usize> {
        let bytes = self.text.as_bytes();
        if self.version == Version::New {
            let mut at = open + 1;
            loop {
                match bytes.get(at)? {
                    b'\\' => at += 2,
                    byte if *byte == quote => return Some(at),
                    _ => at += 1,
                }
            }
        }
        let mut escaped = None;
        for found in memchr_iter(quote, bytes.get(open + 1..)?) {
            let at = open + 1 + found;
            if at - 1 == open || bytes.get(at - 1) != Some(&b'\\') {
                return Some(at);
            }
            escaped = Some(at);
        }
        escaped
    }

    fn skip(&mut self, is: fn(char) -> bool) {
        self.position = self.text.len() - self.rest().trim_start_matches(is).len();
    }

    fn line_end(&self) -> usize {
        self.position + self.rest().find('\n').unwrap_or(self.rest().len())
    }

    fn rest(&self) -> &str {
        self.text.get(self.position..).unwrap_or_default()
    }
}

/// The next escape at or behind `from` that is one of these, and what it stands for.
fn escape(text: &str, mut from: usize, escapes: &[u8]) -> Option<(Span, String)> {
    loop {
        let at = from + memchr::memchr(b'\\', text.as_bytes().get(from..)?)?;
        let next = *text.as_bytes().get(at + 1)?;
        if !escapes.contains(&next) {
            from = at + 1;
            continue;
        }
        let character = match next {
            b'a' => '\x07',
            b'b' => '\x08',
            b'f' => '\x0c',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'v' => '\x0b',
            other => char::from(other),
        };
        return Some((Span::new(at, at + 2), character.to_string()));
    }
}
