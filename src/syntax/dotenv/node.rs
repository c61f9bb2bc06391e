//! The parser of Node from 22 on, which Vite 8 calls and Deno has a port of.
//!
//! Source: Node's `src/node_dotenv.cc` and Deno's `libs/dotenv`, measured in `tests/data/dotenv-dialects.jsonl`.

use memchr::memchr;

use super::decoded::Decoded;
use super::{Flaw, FlawKind, Lexed, Quoting, Raw, Statement};
use crate::source::Span;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flavour {
    Node,
    /// Looks for a quote that nothing but a comment follows, and cannot take an empty name.
    Deno,
}

pub(super) fn lex(text: &str, flavour: Flavour) -> Lexed {
    let file = Decoded::without(text, |text, from| {
        let at = from + memchr(b'\r', text.as_bytes().get(from..)?)?;
        Some(Span::new(at, at + 1))
    });
    let mut reader = Reader { text: file.text(), file: &file, flavour, lexed: Lexed::default() };
    let end = file.text().trim_end_matches(SPACE).len();
    let mut position = Some(skip(file.text(), 0).min(end));
    while let Some(at) = position.filter(|at| *at < end) {
        position = reader.step(at, end);
    }
    reader.lexed
}

const SPACE: [char; 3] = [' ', '\t', '\n'];

struct Reader<'a> {
    text: &'a str,
    file: &'a Decoded,
    flavour: Flavour,
    lexed: Lexed,
}

impl Reader<'_> {
    /// Takes in what begins at `at`, and says where to go on.
    fn step(&mut self, at: usize, end: usize) -> Option<usize> {
        let line_end = |from: usize| memchr(b'\n', self.bytes(from, end)).map(|found| from + found);
        if matches!(self.text.as_bytes().get(at), Some(b'\n' | b'#')) {
            return line_end(at).map(|newline| newline + 1);
        }
        let stop = at + self.bytes(at, end).iter().position(|byte| matches!(byte, b'=' | b'\n'))?;
        if self.text.as_bytes().get(stop) == Some(&b'\n') {
            return Some(skip(self.text, stop + 1));
        }
        let key = trimmed(self.text, Span::new(at, stop));
        let separator = Span::new(stop, stop + 1);
        let behind = stop + 1;
        if behind >= end || self.text.as_bytes().get(behind) == Some(&b'\n') {
            return self.push(key, separator, Span::new(behind, behind), Quoting::None).then_some(behind);
        }
        let start = skip(self.text, behind).min(end);
        if key.is_empty() {
            return Some(start);
        }
        // `export` is taken off only where a value follows on the same line.
        let name = match self.slice(key).strip_prefix("export ") {
            Some(_) => trimmed(self.text, Span::new(key.start + "export ".len(), key.end)),
            None => key,
        };
        let export = (name != key).then(|| self.file.span(Span::new(key.start, key.start + "export".len())));
        let quoting = self.text.as_bytes().get(start).and_then(|byte| Quoting::of(*byte)).unwrap_or_default();
        let close = if quoting == Quoting::None { None } else { self.close(start, end) };
        let (value, quoting, resume) = if let Some(close) = close {
            (Span::new(start + 1, close), quoting, line_end(close + 1).map(|newline| newline + 1))
        } else {
            let newline = line_end(start);
            let stop = newline.unwrap_or(end);
            // A quote that is never closed keeps even a comment.
            let hash = memchr(b'#', self.bytes(start, stop)).filter(|_| quoting == Quoting::None);
            let whole = Span::new(start, hash.map_or(stop, |hash| start + hash));
            let value = if quoting == Quoting::None { trimmed(self.text, whole) } else { whole };
            (value, Quoting::None, newline.map(|newline| skip(self.text, newline + 1)))
        };
        let unclosed = close.is_none() && Quoting::of(self.byte(start)).is_some();
        if !self.push(name, separator, value, quoting) {
            return None;
        }
        if let Some(last) = self.lexed.statements.last_mut() {
            last.export = export;
            last.span = Span::new(export.unwrap_or(last.key).start, last.span.end);
            last.flaw = unclosed.then_some(FlawKind::UnclosedQuote);
        }
        resume
    }

    /// Where the quote that opens at `open` closes.
    fn close(&self, open: usize, end: usize) -> Option<usize> {
        let quote = self.byte(open);
        let mut closes = memchr::memchr_iter(quote, self.bytes(open + 1, end)).map(|found| open + 1 + found).peekable();
        if self.flavour == Flavour::Node {
            return closes.next();
        }
        let first = closes.peek().copied()?;
        let line = memchr(b'\n', self.bytes(first, end)).map_or(end, |at| first + at);
        let ends_the_line = |at: usize| {
            let behind = self.bytes(at + 1, end).iter().find(|byte| !matches!(byte, b' ' | b'\t'));
            matches!(behind, None | Some(b'\n' | b'#'))
        };
        closes.take_while(|at| *at < line).find(|at| ends_the_line(*at)).or(Some(first))
    }

    fn push(&mut self, key: Span, separator: Span, value: Span, quoting: Quoting) -> bool {
        let key_span = self.file.span(key);
        if key.is_empty() && self.flavour == Flavour::Deno {
            self.lexed.rejected = Some(Flaw { kind: FlawKind::NoName, span: self.file.span(separator) });
            return false;
        }
        let mut decoded = self.file.slice(value);
        if quoting == Quoting::Double {
            decoded = decoded.map(|text, from| {
                let at = from + text.get(from..)?.find("\\n")?;
                Some((Span::new(at, at + 2), "\n".to_owned()))
            });
        }
        let value_span = self.file.span(value);
        let base = Statement::new("", key_span, self.file.span(separator), Some(Raw::Text(decoded)), value_span);
        let closing = usize::from(quoting != Quoting::None);
        let span = Span::new(base.span.start, base.span.end + closing);
        self.lexed.statements.push(Statement { name: self.slice(key).to_owned(), quoting, span, ..base });
        true
    }

    fn slice(&self, span: Span) -> &str {
        self.text.get(span.start..span.end).unwrap_or_default()
    }

    fn bytes(&self, start: usize, end: usize) -> &[u8] {
        self.text.as_bytes().get(start..end).unwrap_or_default()
    }

    fn byte(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or_default()
    }
}

fn skip(text: &str, start: usize) -> usize {
    text.len() - text.get(start..).unwrap_or_default().trim_start_matches(SPACE).len()
}

fn trimmed(text: &str, span: Span) -> Span {
    let slice = text.get(span.start..span.end).unwrap_or_default();
    let start = span.end - slice.trim_start_matches(SPACE).len();
    Span::new(start, (span.start + slice.trim_end_matches(SPACE).len()).max(start))
}
