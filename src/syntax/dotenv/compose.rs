//! compose-go's reader of env files; it refuses the whole file at the first thing that it does not understand.
//!
//! Source: compose-go `dotenv/parser.go`, measured in `tests/data/compose-env-file.jsonl`.

use memchr::memchr;

use super::decoded::Decoded;
use super::{Flaw, FlawKind, Lexed, Quoting, Raw, Statement};
use crate::source::Span;

pub(super) fn lex(text: &str) -> Lexed {
    let mut lexed = Lexed::default();
    let mut position = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    while let Some(start) = statement_start(text, position) {
        match statement(text, start) {
            Ok((statement, end)) => {
                lexed.statements.push(statement);
                position = end;
            }
            Err(flaw) => {
                lexed.rejected = Some(flaw);
                break;
            }
        }
    }
    lexed
}

/// Passes over space, blank lines and lines that are comments.
fn statement_start(text: &str, mut position: usize) -> Option<usize> {
    loop {
        let behind = rest(text, position);
        let start = position + behind.find(|character: char| !character.is_whitespace())?;
        if !rest(text, start).starts_with('#') {
            return Some(start);
        }
        position = start + memchr(b'\n', rest(text, start).as_bytes())?;
    }
}

fn statement(text: &str, start: usize) -> Result<(Statement, usize), Flaw> {
    let (export, name_start) = export(text, start);
    let (key, separator) = key(text, name_start)?;
    let value_start = skip_space(text, separator.end);
    let is_bare = text.as_bytes().get(separator.start) == Some(&b'\n');
    let start = export.unwrap_or(key).start;
    let empty = Span::new(key.end, key.end);
    let bare =
        || Statement { export, span: Span::new(start, key.end), ..Statement::new(text, key, empty, None, empty) };
    if is_bare {
        return Ok((bare(), value_start));
    }
    let value = value(text, value_start)?;
    let statement = Statement {
        separator,
        value: Some(Raw::Text(value.decoded)),
        value_span: value.span,
        quoting: value.quoting,
        span: Span::new(start, value.last.max(separator.end)),
        ..bare()
    };
    Ok((statement, value.resume))
}

/// `export` and the space behind it.
fn export(text: &str, start: usize) -> (Option<Span>, usize) {
    match rest(text, start).strip_prefix("export") {
        Some(behind) if behind.starts_with(['\t', '\n', '\x0c', '\r', ' ']) => {
            let end = start + "export".len();
            (Some(Span::new(start, end)), skip_space(text, end))
        }
        _ => (None, start),
    }
}

/// The name, and the `=`, `:` or line break that ends it.
///
/// Where none does before the end of the file, the name is empty and its text is the value, as compose-go has it.
fn key(text: &str, start: usize) -> Result<(Span, Span), Flaw> {
    for (at, character) in rest(text, start).char_indices().map(|(at, character)| (start + at, character)) {
        match character {
            '=' | ':' | '\n' => {
                let name = text.get(start..at).unwrap_or_default().trim_end();
                if let Some(space) = name.find(' ') {
                    let span = Span::new(start + space, start + space + 1);
                    return Err(Flaw { kind: FlawKind::SpaceInName, span });
                }
                return Ok((Span::new(start, start + name.len()), Span::new(at, at + 1)));
            }
            '_' | '.' | '-' | '[' | ']' => {}
            _ if is_space(character) || character.is_alphabetic() || character.is_numeric() => {}
            _ => {
                let span = Span::new(at, at + character.len_utf8());
                return Err(Flaw { kind: FlawKind::CharacterInName, span });
            }
        }
    }
    Ok((Span::new(start, start), Span::new(start, start)))
}

struct Value {
    decoded: Decoded,
    span: Span,
    quoting: Quoting,
    last: usize,
    resume: usize,
}

fn value(text: &str, start: usize) -> Result<Value, Flaw> {
    let quote = text.as_bytes().get(start).copied().filter(|byte| matches!(byte, b'\'' | b'"'));
    let Some(quote) = quote else {
        let end = start + memchr(b'\n', rest(text, start).as_bytes()).unwrap_or(text.len() - start);
        let line = text.get(start..end).unwrap_or_default();
        let raw = line.split(" #").next().unwrap_or_default().trim_end();
        let last = start + raw.len();
        let span = Span::new(start, last);
        return Ok(Value { decoded: Decoded::new(raw, start), span, quoting: Quoting::None, last, resume: end });
    };
    let mut decoded = Decoded::new("", start + 1);
    let (mut done, mut at) = (start + 1, start + 1);
    loop {
        match text.as_bytes().get(at) {
            None => {
                let end = start + memchr(b'\n', rest(text, start).as_bytes()).unwrap_or(text.len() - start);
                return Err(Flaw { kind: FlawKind::UnclosedQuote, span: Span::new(start, end) });
            }
            Some(byte) if *byte == quote => break,
            Some(b'\\') if text.as_bytes().get(at + 1) == Some(&quote) => {
                decoded.keep(text.get(done..at).unwrap_or_default(), done);
                done = at + 1;
                at += 2;
            }
            // A backslash keeps what follows from closing the value, itself included.
            Some(b'\\') => at += 2,
            Some(_) => at += 1,
        }
    }
    decoded.keep(text.get(done..at).unwrap_or_default(), done);
    let quoting = Quoting::of(quote).unwrap_or_default();
    let decoded = if quoting == Quoting::Double { decoded.map(escape) } else { decoded };
    Ok(Value { decoded, span: Span::new(start + 1, at), quoting, last: at + 1, resume: at + 1 })
}

/// The next escape at or behind `from`, and what it stands for.
fn escape(text: &str, mut from: usize) -> Option<(Span, String)> {
    loop {
        let at = from + memchr(b'\\', text.as_bytes().get(from..)?)?;
        let next = *text.as_bytes().get(at + 1)?;
        let simple = match next {
            b'a' => "\x07",
            b'b' => "\x08",
            b'f' => "\x0c",
            b'n' => "\n",
            b'r' => "\r",
            b't' => "\t",
            b'v' => "\x0b",
            b'"' => "\"",
            b'\\' => "\\",
            // The expansion that follows reads it as a dollar sign.
            b'$' => "$$",
            // Not an escape of Go, so that compose-go leaves it, and whatever it escapes, as it is.
            b'c' => "\\c",
            b'0' => return Some(octal(text, at)),
            _ => {
                from = at + 1;
                continue;
            }
        };
        return Some((Span::new(at, at + 2), simple.to_owned()));
    }
}

/// `\0` with up to three digits; Go takes exactly three octal ones up to 377, and compose-go drops the `0` of all else.
fn octal(text: &str, at: usize) -> (Span, String) {
    let digits = rest(text, at + 2).bytes().take(3).take_while(u8::is_ascii_digit).count();
    let end = at + 2 + digits;
    let digits = text.get(at + 2..end).unwrap_or_default();
    let code = u32::from_str_radix(digits, 8).ok().filter(|code| digits.len() == 3 && *code < 256);
    let replacement = code.and_then(char::from_u32).map_or_else(|| format!("\\{digits}"), String::from);
    (Span::new(at, end), replacement)
}

/// A space that does not end a line.
fn is_space(character: char) -> bool {
    matches!(character, '\t' | '\x0b' | '\x0c' | '\r' | ' ' | '\u{85}' | '\u{a0}')
}

fn skip_space(text: &str, start: usize) -> usize {
    rest(text, start).find(|character| !is_space(character)).map_or(text.len(), |at| start + at)
}

fn rest(text: &str, start: usize) -> &str {
    text.get(start..).unwrap_or_default()
}
