//! `github.com/joho/godotenv` 1.5; it refuses the whole file at the first thing that it does not understand.
//!
//! Source: its `parser.go`, measured in `tests/data/dotenv-dialects.jsonl`.

use super::decoded::Decoded;
use super::{Flaw, FlawKind, Lexed, Quoting, Raw, Statement};
use crate::source::Span;

pub(super) fn lex(text: &str) -> Lexed {
    let mut lexed = Lexed::default();
    let file = Decoded::without(text, |text, from| {
        let at = from + text.get(from..)?.find("\r\n")?;
        Some(Span::new(at, at + 1))
    });
    let reader = Reader { text: file.text(), file: &file };
    let mut position = 0;
    while let Some(start) = reader.statement_start(position) {
        match reader.statement(start) {
            Ok((statement, end)) => {
                lexed.statements.push(statement);
                position = end;
            }
            Err(flaw) => {
                lexed.rejected = Some(Flaw { kind: flaw.kind, span: file.span(flaw.span) });
                break;
            }
        }
    }
    lexed
}

struct Reader<'a> {
    text: &'a str,
    file: &'a Decoded,
}

impl Reader<'_> {
    fn statement_start(&self, mut position: usize) -> Option<usize> {
        loop {
            let start = position + self.rest(position).find(|c: char| !c.is_whitespace())?;
            if !self.rest(start).starts_with('#') {
                return Some(start);
            }
            position = start + self.rest(start).find('\n')?;
        }
    }

    fn statement(&self, start: usize) -> Result<(Statement, usize), Flaw> {
        let behind = self.rest(start).strip_prefix("export").filter(|behind| behind.starts_with(is_space));
        let export = behind.map(|_| self.file.span(Span::new(start, start + "export".len())));
        let key_start = behind.map_or(start, |_| self.skip(start + "export".len()));
        let (key, separator) = self.key(key_start)?;
        let value_start = self.skip(separator.end);
        let (value, span, quoting, end) = self.value(value_start)?;
        let last = span.end + usize::from(quoting != Quoting::None);
        let whole = self.file.span(Span::new(start, last.max(separator.end)));
        let raw = Some(Raw::Text(value));
        let base = Statement::new("", self.file.span(key), self.file.span(separator), raw, self.file.span(span));
        let name = self.text.get(key.start..key.end).unwrap_or_default().to_owned();
        Ok((Statement { name, export, quoting, span: whole, ..base }, end))
    }

    fn key(&self, start: usize) -> Result<(Span, Span), Flaw> {
        // It takes every byte for a character.
        for (offset, character) in self.rest(start).bytes().map(char::from).enumerate() {
            let at = start + offset;
            match character {
                '=' | ':' => {
                    let name = self.text.get(start..at).unwrap_or_default().trim_end();
                    return Ok((Span::new(start, start + name.len()), Span::new(at, at + 1)));
                }
                '_' | '.' => {}
                _ if is_space(character) || character.is_alphabetic() || character.is_numeric() => {}
                _ => {
                    let from = (0..=at).rev().find(|at| self.text.is_char_boundary(*at)).unwrap_or(at);
                    let length = self.rest(from).chars().next().map_or(0, char::len_utf8);
                    let span = Span::new(from, from + length);
                    let kind = if character == '\n' { FlawKind::NoSeparator } else { FlawKind::CharacterInName };
                    return Err(Flaw { kind, span });
                }
            }
        }
        // Without a separator before the end of the file, the name is empty and the rest is the value.
        Ok((Span::new(start, start), Span::new(start, start)))
    }

    fn value(&self, start: usize) -> Result<(Decoded, Span, Quoting, usize), Flaw> {
        let quote = self.rest(start).bytes().next().filter(|byte| matches!(byte, b'\'' | b'"'));
        let Some(quote) = quote else {
            let end = start + self.rest(start).find(['\n', '\r']).unwrap_or(self.rest(start).len());
            let line = self.text.get(start..end).unwrap_or_default();
            // It looks for the comment from the end of the line on, but goes on looking.
            let comment = line.char_indices().rev().find(|(at, character)| {
                *character == '#' && line.get(..*at).is_some_and(|before| before.ends_with(is_space))
            });
            let value = line.get(..comment.map_or(line.len(), |(at, _)| at)).unwrap_or_default();
            let from = start + value.len() - value.trim_start_matches(is_space).len();
            let span = Span::new(from, from + value.trim_matches(is_space).len());
            return Ok((self.file.slice(span), span, Quoting::None, end));
        };
        let bytes = self.text.as_bytes();
        let close = memchr::memchr_iter(quote, bytes.get(start + 1..).unwrap_or_default())
            .map(|found| start + 1 + found)
            .find(|at| bytes.get(at - 1) != Some(&b'\\'));
        let Some(close) = close else {
            let line = self.rest(start).split('\n').next().unwrap_or_default();
            return Err(Flaw { kind: FlawKind::UnclosedQuote, span: Span::new(start, start + line.len()) });
        };
        // Every quote at both ends goes away, not only the pair.
        let inner = self.text.get(start..close).unwrap_or_default();
        let left = start + inner.len() - inner.trim_start_matches(char::from(quote)).len();
        let right = (start + inner.trim_end_matches(char::from(quote)).len()).max(left);
        let mut decoded = self.file.slice(Span::new(left, right));
        if quote == b'"' {
            decoded = decoded.map(escape);
        }
        Ok((decoded, Span::new(left, close), Quoting::of(quote).unwrap_or_default(), close + 1))
    }

    fn skip(&self, start: usize) -> usize {
        self.text.len() - self.rest(start).trim_start_matches(is_space).len()
    }

    fn rest(&self, start: usize) -> &str {
        self.text.get(start..).unwrap_or_default()
    }
}

/// `\n` and `\r` are line breaks, and a backslash before anything but `$` goes away.
fn escape(text: &str, mut from: usize) -> Option<(Span, String)> {
    loop {
        let at = from + text.get(from..)?.find('\\')?;
        let next = text.get(at + 1..)?.chars().next()?;
        let character = match next {
            '$' => {
                from = at + 2;
                continue;
            }
            'n' => '\n',
            'r' => '\r',
            other => other,
        };
        return Some((Span::new(at, at + 1 + next.len_utf8()), character.to_string()));
    }
}

fn is_space(character: char) -> bool {
    matches!(character, '\t' | '\x0b' | '\x0c' | '\r' | ' ' | '\u{85}' | '\u{a0}')
}
