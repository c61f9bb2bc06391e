//! `docker run --env-file`, which is also compose's `format: raw`: lines as they are, no quotes, no references.
//!
//! Source: docker/cli `pkg/kvfile`, measured in `tests/data/dotenv-dialects.jsonl`.

use memchr::memchr;

use super::decoded::Decoded;
use super::{Flaw, FlawKind, Lexed, Raw, Statement};
use crate::source::Span;

/// The longest line that it reads, with its line break.
const LINE: usize = 64 << 10;

pub(super) fn lex(text: &str) -> Lexed {
    let mut lexed = Lexed::default();
    let mut start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    while start < text.len() {
        let behind = text.get(start..).unwrap_or_default();
        let (length, next) = memchr(b'\n', behind.as_bytes()).map_or((behind.len(), behind.len()), |at| (at, at + 1));
        let line = behind.get(..length).unwrap_or_default();
        match statement(line.strip_suffix('\r').unwrap_or(line), start, length) {
            Ok(statement) => lexed.statements.extend(statement),
            Err(flaw) => {
                lexed.rejected = Some(flaw);
                break;
            }
        }
        start += next;
    }
    lexed
}

fn statement(line: &str, start: usize, length: usize) -> Result<Option<Statement>, Flaw> {
    let flaw = |kind, span| Err(Flaw { kind, span });
    let content = line.trim_start();
    let at = start + line.len() - content.len();
    if length >= LINE {
        return flaw(FlawKind::LongLine, Span::new(at, start + line.len()));
    }
    if content.is_empty() || content.starts_with('#') {
        return Ok(None);
    }
    let (name, value) = content.split_once('=').map_or((content, None), |(name, value)| (name, Some(value)));
    let key = Span::new(at, at + name.len());
    if let Some(space) = name.find([' ', '\t']) {
        return flaw(FlawKind::SpaceInName, Span::new(at + space, at + space + 1));
    }
    if name.is_empty() {
        return flaw(FlawKind::NoName, Span::new(at, at + 1));
    }
    let separator = Span::new(key.end, key.end + usize::from(value.is_some()));
    let value_span = Span::new(separator.end, separator.end + value.map_or(0, str::len));
    let value = value.map(|value| Raw::Text(Decoded::new(value, value_span.start)));
    Ok(Some(Statement { name: name.to_owned(), ..Statement::new("", key, separator, value, value_span) }))
}
