//! The loaders that take a file line by line and know hardly any grammar: `python-decouple` and `django-environ`.
//!
//! Source: `RepositoryEnv` and `Env.read_env`, measured in `tests/data/dotenv-dialects.jsonl`.

use super::decoded::Decoded;
use super::python::universal_newlines;
use super::{Lexed, Quoting, Raw, Statement};
use crate::source::Span;

/// What Python's `splitlines` takes for the end of a line.
const ENDS: &[char] = &['\n', '\x0b', '\x0c', '\x1c', '\x1d', '\x1e', '\u{85}', '\u{2028}', '\u{2029}'];

pub(super) fn decouple(text: &str) -> Lexed {
    let file = universal_newlines(text);
    let statement = |line: Span| {
        let content = trimmed(file.text(), line);
        let written = slice(file.text(), content);
        let at = content.start + written.find('=').filter(|_| !written.starts_with('#'))?;
        let key = trimmed(file.text(), Span::new(content.start, at));
        let value = trimmed(file.text(), Span::new(at + 1, content.end));
        let (value, quoting) = unquoted(file.text(), value);
        Some(made(&file, key, at, value, quoting, file.slice(value)))
    };
    Lexed { statements: lines(file.text(), &['\n']).filter_map(statement).collect(), ..Lexed::default() }
}

pub(super) fn django(text: &str) -> Lexed {
    let file = universal_newlines(text);
    let statement = |line: Span| {
        let written = slice(file.text(), line);
        let named = written.strip_prefix("export ").unwrap_or(written);
        let start = line.end - named.len();
        let length = named.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
        let at = start + length;
        if length == 0 || !slice(file.text(), Span::new(at, line.end)).starts_with('=') {
            return None;
        }
        let (mut value, mut quoting) = unquoted(file.text(), Span::new(at + 1, line.end));
        if quoting == Quoting::Single {
            // Double quotes inside single ones go away as well.
            let (inner, of_inner) = unquoted(file.text(), value);
            if of_inner == Quoting::Double {
                (value, quoting) = (inner, of_inner);
            }
        }
        let mut decoded = file.slice(value);
        if quoting == Quoting::Double {
            decoded = decoded.map(escape);
        }
        let mut statement = made(&file, Span::new(start, at), at, value, quoting, decoded);
        if start > line.start {
            let export = file.span(Span::new(line.start, line.start + "export".len()));
            statement.span = Span::new(export.start, statement.span.end);
            statement.export = Some(export);
        }
        Some(statement)
    };
    Lexed { statements: lines(file.text(), ENDS).filter_map(statement).collect(), ..Lexed::default() }
}

/// A backslash goes away, but for those before `r`, `n` and `t`.
fn escape(text: &str, from: usize) -> Option<(Span, String)> {
    let at = from + text.get(from..)?.find('\\')?;
    let next = text.get(at + 1..)?.chars().next()?;
    let kept = if matches!(next, 'r' | 'n' | 't') { format!("\\{next}") } else { next.to_string() };
    Some((Span::new(at, at + 1 + next.len_utf8()), kept))
}

fn made(file: &Decoded, key: Span, at: usize, value: Span, quoting: Quoting, decoded: Decoded) -> Statement {
    let (key_span, separator) = (file.span(key), file.span(Span::new(at, at + 1)));
    let base = Statement::new("", key_span, separator, Some(Raw::Text(decoded)), file.span(value));
    let span = Span::new(base.span.start, base.span.end + usize::from(quoting != Quoting::None));
    Statement { name: slice(file.text(), key).to_owned(), quoting, span, ..base }
}

/// A value without the pair of quotes that is its first and last character.
fn unquoted(text: &str, value: Span) -> (Span, Quoting) {
    let inner = slice(text, value);
    let quoting = match inner.as_bytes() {
        [b'\'', .., b'\''] => Quoting::Single,
        [b'"', .., b'"'] => Quoting::Double,
        _ => return (value, Quoting::None),
    };
    (Span::new(value.start + 1, value.end - 1), quoting)
}

fn lines(text: &str, ends: &'static [char]) -> impl Iterator<Item = Span> {
    let mut start = 0;
    text.split_inclusive(ends).map(move |line| {
        let from = start;
        start += line.len();
        Span::new(from, from + line.strip_suffix(ends).unwrap_or(line).len())
    })
}

fn trimmed(text: &str, span: Span) -> Span {
    let slice = slice(text, span);
    let start = span.end - slice.trim_start().len();
    Span::new(start, (span.start + slice.trim_end().len()).max(start))
}

fn slice(text: &str, span: Span) -> &str {
    text.get(span.start..span.end).unwrap_or_default()
}
