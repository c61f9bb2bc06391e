//! systemd's `EnvironmentFile=`: pieces in quotes and without, joined; no references.
//!
//! Source: `load_env_file` of libsystemd 252, measured in `tests/data/dotenv-dialects.jsonl`.

use memchr::memchr;

use super::decoded::Decoded;
use super::{Flaw, FlawKind, Lexed, Raw, Statement};
use crate::source::Span;

pub(super) fn lex(text: &str) -> Lexed {
    let mut lexed = Lexed::default();
    if let Some(at) = memchr(0, text.as_bytes()) {
        lexed.rejected = Some(Flaw { kind: FlawKind::Nul, span: Span::new(at, at + 1) });
        return lexed;
    }
    let mut position = 0;
    while let Some(start) = line_start(text, position) {
        let Some(equals) = equals(text, start) else {
            position = end_of_line(text, start);
            continue;
        };
        let key = Span::new(start, start + text.get(start..equals).unwrap_or_default().trim_end_matches(SPACE).len());
        let (value, span, end) = value(text, equals + 1);
        position = end;
        // What is no name it leaves out.
        if is_name(text.get(key.start..key.end).unwrap_or_default()) {
            let separator = Span::new(equals, equals + 1);
            lexed.statements.push(Statement::new(text, key, separator, Some(Raw::Text(value)), span));
        }
    }
    lexed
}

const SPACE: [char; 4] = [' ', '\t', '\n', '\r'];

fn is_name(name: &str) -> bool {
    !name.is_empty() && crate::syntax::interpolation::name_length(name) == name.len()
}

/// Passes over space and comments; a comment goes on behind a backslash at the end of its line.
fn line_start(text: &str, mut position: usize) -> Option<usize> {
    loop {
        let rest = text.get(position..)?;
        let start = position + rest.find(|character| !SPACE.contains(&character))?;
        if !text.get(start..)?.starts_with(['#', ';']) {
            return Some(start);
        }
        let mut escaped = false;
        let end = text.get(start..)?.bytes().position(|byte| match byte {
            b'\\' if !escaped => {
                escaped = true;
                false
            }
            b'\n' | b'\r' if !escaped => true,
            _ => {
                escaped = false;
                false
            }
        })?;
        position = start + end;
    }
}

fn equals(text: &str, start: usize) -> Option<usize> {
    let found = text.as_bytes().get(start..)?.iter().position(|byte| matches!(byte, b'=' | b'\n' | b'\r'))?;
    // The first character belongs to the name, whatever it is.
    if found == 0 {
        let behind = text.as_bytes().get(start + 1..)?;
        let next = behind.iter().position(|byte| matches!(byte, b'=' | b'\n' | b'\r'))?;
        return (behind.get(next) == Some(&b'=')).then_some(start + 1 + next);
    }
    (text.as_bytes().get(start + found) == Some(&b'=')).then_some(start + found)
}

fn end_of_line(text: &str, start: usize) -> usize {
    text.get(start..).and_then(|rest| rest.find(['\n', '\r'])).map_or(text.len(), |at| start + at)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before a piece, or right behind a quoted one.
    Before,
    Bare,
    Escape,
    Single,
    Double,
    DoubleEscape,
}

/// The value that begins at `start`, where it stands, and where the line behind it ends.
fn value(text: &str, start: usize) -> (Decoded, Span, usize) {
    let mut value = Decoded::new("", start);
    let mut state = State::Before;
    // How long the value is without the space at its end.
    let mut kept = 0;
    let (mut first, mut last) = (None, start);
    let mut end = text.len();
    for (offset, character) in text.get(start..).unwrap_or_default().char_indices() {
        let at = start + offset;
        let is_newline = matches!(character, '\n' | '\r');
        if is_newline && matches!(state, State::Before | State::Bare) {
            end = at;
            break;
        }
        let is_space = SPACE.contains(&character);
        if !is_space || !matches!(state, State::Before | State::Bare) {
            first.get_or_insert(at);
            last = at + character.len_utf8();
        }
        let (mut keep, was_escaped) = (false, state == State::Escape);
        state = match (state, character) {
            (State::Before, '\'') => State::Single,
            (State::Before, '"') => State::Double,
            (State::Before | State::Bare, '\\') => State::Escape,
            (State::Before, _) if is_space => State::Before,
            (State::Single, '\'') | (State::Double, '"') => State::Before,
            (State::Double, '\\') => State::DoubleEscape,
            (State::Escape, _) => {
                keep = !is_newline;
                State::Bare
            }
            (State::DoubleEscape, _) => {
                if !matches!(character, '"' | '\\' | '`' | '$' | '\n') {
                    value.keep("\\", at - 1);
                }
                keep = character != '\n';
                State::Double
            }
            (State::Before | State::Bare, _) => {
                keep = true;
                State::Bare
            }
            (State::Single | State::Double, _) => {
                keep = true;
                state
            }
        };
        if keep {
            value.keep(text.get(at..at + character.len_utf8()).unwrap_or_default(), at);
        }
        if state != State::Bare || !is_space || was_escaped {
            kept = value.text().len();
        }
    }
    let value = value.slice(Span::new(0, if state == State::Bare { kept } else { value.text().len() }));
    let first = first.unwrap_or(start);
    (value, Span::new(first, last.max(first)), end)
}
