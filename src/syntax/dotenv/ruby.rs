//! The gem `dotenv` 3.2: one regular expression over the whole file, then escapes, then references, then commands.
//!
//! Source: its `parser.rb`, measured in `tests/data/dotenv-dialects.jsonl`. Commands are told, never run.

use std::collections::HashSet;

use memchr::memchr_iter;

use super::decoded::Decoded;
use super::python::universal_newlines;
use super::{Flaw, FlawKind, Lexed, Quoting, Raw, Statement};
use crate::source::Span;

pub(super) fn lex(text: &str) -> Lexed {
    let mut lexed = Lexed::default();
    let file = universal_newlines(text);
    let reader = Reader { text: file.text(), file: &file };
    let mut seen = HashSet::new();
    let mut line = Some(usize::from(text.starts_with('\u{feff}')) * '\u{feff}'.len_utf8());
    while let Some(start) = line {
        let start = reader.skip(start);
        let mut resume = start;
        if let Some((found, end)) = reader.statement(start) {
            resume = end;
            if found.export.is_none() || found.has_value {
                seen.insert(found.statement.name.clone());
                lexed.statements.push(found.statement);
            } else if !seen.contains(&found.statement.name) {
                lexed.rejected = Some(Flaw { kind: FlawKind::NoSeparator, span: found.statement.key });
                return lexed;
            }
        }
        line = reader.rest(resume).find('\n').map(|at| resume + at + 1);
    }
    lexed
}

struct Reader<'a> {
    text: &'a str,
    file: &'a Decoded,
}

struct Match {
    statement: Statement,
    export: Option<Span>,
    has_value: bool,
}

impl Reader<'_> {
    fn statement(&self, start: usize) -> Option<(Match, usize)> {
        let exported = self.rest(start).strip_prefix("export").filter(|behind| behind.starts_with(is_space));
        let export = exported.map(|_| Span::new(start, start + "export".len()));
        let found = export.and_then(|export| Some((Some(export), self.assignment(self.skip(export.end))?)));
        let (export, assignment) = match found {
            Some(found) => found,
            None => (None, self.assignment(start)?),
        };
        let Assignment { key, separator, value, end } = assignment;
        let has_value = value.is_some();
        let (decoded, span, quoting) = match value {
            Some(value) => self.decode(value),
            None => (
                self.file.slice(Span::new(separator.end, separator.end)),
                Span::new(separator.end, separator.end),
                Quoting::None,
            ),
        };
        let last = span.end + usize::from(quoting != Quoting::None);
        let whole = self.file.span(Span::new(export.unwrap_or(key).start, last.max(separator.end)));
        let raw = Some(Raw::Text(decoded));
        let base = Statement::new("", self.file.span(key), self.file.span(separator), raw, self.file.span(span));
        let export = export.map(|export| self.file.span(export));
        let name = self.slice(key).to_owned();
        Some((Match { statement: Statement { name, export, quoting, span: whole, ..base }, export, has_value }, end))
    }

    fn assignment(&self, start: usize) -> Option<Assignment> {
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.');
        let length = self.rest(start).bytes().take_while(is_name).count();
        if length == 0 {
            return None;
        }
        let key = Span::new(start, start + length);
        let equals = self.skip(key.end);
        let separator = if self.rest(equals).starts_with('=') {
            Some((Span::new(equals, equals + 1), equals + 1))
        } else {
            let colon = self.rest(key.end).strip_prefix(':').filter(|behind| behind.starts_with(is_space));
            colon.map(|_| (Span::new(key.end, key.end + 1), key.end + 2))
        };
        let Some((separator, value_start)) = separator else {
            let end = self.tail(key.end)?;
            return Some(Assignment { key, separator: Span::new(key.end, key.end), value: None, end });
        };
        let (value, end) = self.value(value_start);
        Some(Assignment { key, separator, value, end })
    }

    /// The value with its quotes, if there is one, and the end of the statement.
    fn value(&self, start: usize) -> (Option<Span>, usize) {
        let first = self.skip(start);
        let quote = self.rest(first).bytes().next().filter(|byte| matches!(byte, b'\'' | b'"'));
        if let Some((close, end)) = quote.and_then(|quote| self.close(first, quote)) {
            return (Some(Span::new(first, close + 1)), end);
        }
        let length = self.rest(start).find(['#', '\n']).unwrap_or(self.rest(start).len());
        let end = start + length;
        let resume = if self.rest(end).starts_with('#') { self.end_of_line(end) } else { end };
        ((length > 0).then(|| Span::new(start, end)), resume)
    }

    /// Where the quote that opens at `open` closes: as in `motdotla`, with the text that may follow tried.
    fn close(&self, open: usize, quote: u8) -> Option<(usize, usize)> {
        let bytes = self.text.as_bytes();
        let mut escaped = Vec::new();
        for found in memchr_iter(quote, bytes.get(open + 1..)?) {
            let at = open + 1 + found;
            if at - 1 > open && bytes.get(at - 1) == Some(&b'\\') {
                escaped.push(at);
            } else {
                if let Some(end) = self.tail(at + 1) {
                    return Some((at, end));
                }
                break;
            }
        }
        escaped.into_iter().rev().find_map(|at| Some((at, self.tail(at + 1)?)))
    }

    /// The end of a statement behind whose value nothing but space and a comment stands.
    fn tail(&self, start: usize) -> Option<usize> {
        let next = self.skip(start);
        match self.rest(next).chars().next() {
            None => Some(next),
            Some('#') => Some(self.end_of_line(next)),
            Some(_) => self.text.get(start..next)?.rfind('\n').map(|at| start + at),
        }
    }

    fn decode(&self, value: Span) -> (Decoded, Span, Quoting) {
        let written = self.slice(value);
        let from = value.end - written.trim_start_matches(is_stripped).len();
        let trimmed = written.trim_matches(is_stripped);
        let (inner, quoting) = match trimmed.as_bytes() {
            [b'\'', .., b'\''] => (Span::new(from + 1, from + trimmed.len() - 1), Quoting::Single),
            [b'"', .., b'"'] => (Span::new(from + 1, from + trimmed.len() - 1), Quoting::Double),
            _ => (Span::new(from, from + trimmed.len()), Quoting::None),
        };
        let decoded = self.file.slice(inner);
        let decoded = match quoting {
            Quoting::Single => decoded,
            // `\n` and `\r` stay two characters.
            Quoting::Double => decoded.map(keep_newlines).map(unescape),
            _ => decoded.map(unescape),
        };
        (decoded, inner, quoting)
    }

    fn skip(&self, start: usize) -> usize {
        self.text.len() - self.rest(start).trim_start_matches(is_space).len()
    }

    fn end_of_line(&self, start: usize) -> usize {
        start + self.rest(start).find('\n').unwrap_or(self.rest(start).len())
    }

    fn slice(&self, span: Span) -> &str {
        self.text.get(span.start..span.end).unwrap_or_default()
    }

    fn rest(&self, start: usize) -> &str {
        self.text.get(start..).unwrap_or_default()
    }
}

struct Assignment {
    key: Span,
    separator: Span,
    value: Option<Span>,
    end: usize,
}

fn keep_newlines(text: &str, from: usize) -> Option<(Span, String)> {
    let at = [text.get(from..)?.find("\\n"), text.get(from..)?.find("\\r")].into_iter().flatten().min()? + from;
    Some((Span::new(at, at + 1), "\\\\".to_owned()))
}

fn unescape(text: &str, mut from: usize) -> Option<(Span, String)> {
    loop {
        let at = from + text.get(from..)?.find('\\')?;
        let next = text.get(at + 1..)?.chars().next()?;
        if next == '$' {
            from = at + 1;
            continue;
        }
        return Some((Span::new(at, at + 1 + next.len_utf8()), next.to_string()));
    }
}

fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c')
}

fn is_stripped(character: char) -> bool {
    is_space(character) || character == '\0'
}

/// What a command would do to a value after its references were filled in.
pub(super) enum Command {
    /// It is run.
    Runs,
    /// There is none; the value without the backslash of those that are escaped.
    Text(String),
}

/// Looks for `$(…)` with balanced parentheses.
pub(super) fn command(value: &str) -> Command {
    /// How many `$(` that are never closed are looked at; a value with more is not worth telling apart.
    const TRIES: usize = 64;
    let mut text = String::new();
    let mut position = 0;
    let mut tries = 0;
    while let Some(found) = value.get(position..).and_then(|rest| rest.find("$(")) {
        let at = position + found;
        let behind = value.get(at + 1..).unwrap_or_default();
        // A parenthesis inside quotes need not be balanced.
        let length =
            balanced(behind).or_else(|| behind.contains(['\'', '"']).then(|| behind.rfind(')'))?.map(|at| at + 1));
        let Some(length) = length else {
            tries += 1;
            if tries > TRIES {
                return Command::Runs;
            }
            text.push_str(value.get(position..at + 1).unwrap_or_default());
            position = at + 1;
            continue;
        };
        let before = value.get(position..at).unwrap_or_default();
        let Some(before) = before.strip_suffix('\\') else { return Command::Runs };
        text.push_str(before);
        position = at + 1 + length;
        text.push_str(value.get(at..position).unwrap_or_default());
    }
    text.push_str(value.get(position..).unwrap_or_default());
    Command::Text(text)
}

/// The length of `(…)` with something in it and in every pair inside it.
fn balanced(text: &str) -> Option<usize> {
    let mut opened = Vec::new();
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => opened.push(at),
            b')' => {
                if opened.pop()? + 1 == at {
                    return None;
                }
                if opened.is_empty() {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}
