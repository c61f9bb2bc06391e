//! npm `dotenv` 16 to 18 and its kin: one regular expression over the whole file, as a scanner without backtracking.
//!
//! Source: the package's `lib/main.js`, measured in `tests/data/dotenv-dialects.jsonl`. The expression is
//! `(?:^|^)\s*(?:export\s+)?([\w.-]+)(?:\s*=\s*?|:\s+?)(VALUE)?\s*(?:#.*)?(?:$|$)` with `m`, where VALUE is
//! `\s*'(?:\\'|[^'])*'`, the same with `"` and `` ` ``, or `[^#\r\n]+`. Once the separator is found something always
//! matches, so that only the closing quote needs a second try.

use memchr::{memchr_iter, memchr2, memchr3};

use super::decoded::Decoded;
use super::{FlawKind, Lexed, Quoting, Raw, Statement, is_script_space};
use crate::source::Span;

pub(super) fn lex(text: &str) -> Lexed {
    let mut statements = Vec::new();
    let mut line = Some(0);
    while let Some(start) = line {
        let start = skip_space(text, start);
        let resume = match statement(text, start) {
            Some((statement, end)) => {
                statements.push(statement);
                end
            }
            None => start,
        };
        line = next_line(text, resume);
    }
    Lexed { statements, ..Lexed::default() }
}

fn statement(text: &str, start: usize) -> Option<(Statement, usize)> {
    let exported = rest(text, start).strip_prefix("export").and_then(|behind| {
        let name = skip_space(text, start + "export".len());
        let export = Span::new(start, start + "export".len());
        if behind.starts_with(is_script_space) { Some((Some(export), assignment(text, name)?)) } else { None }
    });
    let (export, (key, separator, value_start)) = match exported {
        Some(found) => found,
        None => (None, assignment(text, start)?),
    };
    let (value, end) = value(text, value_start);
    let Value { decoded, span, quoting, flaw, last } = value;
    let whole = Span::new(export.unwrap_or(key).start, last.max(separator.end));
    let base = Statement::new(text, key, separator, Some(Raw::Text(decoded)), span);
    let statement = Statement { export, quoting, span: whole, flaw, ..base };
    Some((statement, end))
}

/// The name and the separator, and where the value may begin.
fn assignment(text: &str, start: usize) -> Option<(Span, Span, usize)> {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    let length = rest(text, start).bytes().take_while(is_name).count();
    if length == 0 {
        return None;
    }
    let key = Span::new(start, start + length);
    let equals = skip_space(text, key.end);
    if rest(text, equals).starts_with('=') {
        return Some((key, Span::new(equals, equals + 1), equals + 1));
    }
    let space = rest(text, key.end).strip_prefix(':')?.chars().next().filter(|space| is_script_space(*space))?;
    Some((key, Span::new(key.end, key.end + 1), key.end + 1 + space.len_utf8()))
}

struct Value {
    decoded: Decoded,
    span: Span,
    quoting: Quoting,
    flaw: Option<FlawKind>,
    last: usize,
}

fn value(text: &str, start: usize) -> (Value, usize) {
    let first = skip_space(text, start);
    if let Some(quote) = text.as_bytes().get(first).copied().filter(|byte| Quoting::of(*byte).is_some())
        && let Some((close, end)) = closing_quote(text, first, quote)
    {
        let quoting = Quoting::of(quote).unwrap_or_default();
        let span = Span::new(first + 1, close);
        let decoded = decode(text, span, quoting == Quoting::Double);
        return (Value { decoded, span, quoting, flaw: None, last: close + 1 }, end);
    }
    unquoted(text, start)
}

/// Everything up to a `#` or the end of the line. Quotes are taken off where they happen to be the first and the last
/// character, though they are no pair.
fn unquoted(text: &str, start: usize) -> (Value, usize) {
    let end = start + memchr3(b'#', b'\r', b'\n', rest(text, start).as_bytes()).unwrap_or(text.len() - start);
    let raw = text.get(start..end).unwrap_or_default();
    let trimmed = raw.trim_start_matches(is_script_space);
    let from = end - trimmed.len();
    let trimmed = trimmed.trim_end_matches(is_script_space);
    let whole = if trimmed.is_empty() { Span::new(start, start) } else { Span::new(from, from + trimmed.len()) };
    let quote = trimmed.bytes().next();
    let quoting = quote.and_then(Quoting::of).unwrap_or_default();
    let is_pair = quoting != Quoting::None && trimmed.len() > 1 && trimmed.as_bytes().last().copied() == quote;
    let span = if is_pair { Span::new(whole.start + 1, whole.end - 1) } else { whole };
    let flaw = (quoting != Quoting::None).then(|| {
        let again = trimmed.bytes().skip(1).any(|byte| Some(byte) == quote);
        if again { FlawKind::TextAfterQuote } else { FlawKind::UnclosedQuote }
    });
    let decoded = decode(text, span, quoting == Quoting::Double);
    let resume = if rest(text, end).starts_with('#') { end_of_line(text, end) } else { end };
    let quoting = if is_pair { quoting } else { Quoting::None };
    (Value { decoded, span, quoting, flaw, last: whole.end }, resume)
}

/// Where the value that opens at `open` closes, and where the statement ends.
///
/// The first quote that no backslash precedes closes it, if nothing but a comment follows on the line; else, from the
/// last one back, a quote that a backslash precedes.
fn closing_quote(text: &str, open: usize, quote: u8) -> Option<(usize, usize)> {
    let try_close = |at: usize| after_quote(text, at + 1).map(|end| (at, end));
    let mut escaped = Vec::new();
    for found in memchr_iter(quote, text.as_bytes().get(open + 1..).unwrap_or_default()) {
        let at = open + 1 + found;
        if at - 1 > open && text.as_bytes().get(at - 1) == Some(&b'\\') {
            escaped.push(at);
        } else {
            if let Some(closed) = try_close(at) {
                return Some(closed);
            }
            break;
        }
    }
    escaped.into_iter().rev().find_map(try_close)
}

/// The end of a statement whose value ended at `start`: nothing but space and a comment may stand on the line.
fn after_quote(text: &str, start: usize) -> Option<usize> {
    let next = skip_space(text, start);
    match text.as_bytes().get(next) {
        None => Some(next),
        Some(b'#') => Some(end_of_line(text, next)),
        Some(_) => text.get(start..next)?.rfind(is_line_end).map(|at| start + at),
    }
}

/// Line breaks become `\n`; inside double quotes the escapes `\n` and `\r` are read as well.
fn decode(text: &str, span: Span, escapes: bool) -> Decoded {
    let mut decoded = Decoded::new("", span.start);
    let raw = text.get(span.start..span.end).unwrap_or_default();
    let mut done = 0;
    let special = if escapes { b'\\' } else { b'\r' };
    while let Some(found) = memchr2(b'\r', special, raw.as_bytes().get(done..).unwrap_or_default()) {
        let at = done + found;
        decoded.keep(raw.get(done..at).unwrap_or_default(), span.start + done);
        let (replacement, length) = match raw.as_bytes().get(at..) {
            Some([b'\r', b'\n', ..] | [b'\\', b'n', ..]) => ("\n", 2),
            Some([b'\r', ..]) => ("\n", 1),
            Some([b'\\', b'r', ..]) => ("\r", 2),
            _ => ("", 1),
        };
        let source = Span::new(span.start + at, span.start + at + length);
        if replacement.is_empty() {
            decoded.keep("\\", source.start);
        } else {
            decoded.replace(replacement, source);
        }
        done = at + length;
    }
    decoded.keep(raw.get(done..).unwrap_or_default(), span.start + done);
    decoded
}

fn is_line_end(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

fn end_of_line(text: &str, start: usize) -> usize {
    rest(text, start).find(is_line_end).map_or(text.len(), |at| start + at)
}

fn next_line(text: &str, start: usize) -> Option<usize> {
    let end = end_of_line(text, start);
    rest(text, end).chars().next().map(|character| end + character.len_utf8())
}

fn skip_space(text: &str, start: usize) -> usize {
    rest(text, start).find(|character| !is_script_space(character)).map_or(text.len(), |at| start + at)
}

fn rest(text: &str, start: usize) -> &str {
    text.get(start..).unwrap_or_default()
}
