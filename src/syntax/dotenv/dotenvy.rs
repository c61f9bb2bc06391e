//! The crate `dotenvy`: pieces in quotes and without, joined as a shell does; it stops at the first thing that it does
//! not understand, and keeps what stands above.
//!
//! Source: dotenvy 0.15.7, measured in `tests/data/dotenv-dialects.jsonl` and against the crate in `tests/real.rs`.

use super::{Flaw, FlawKind, Lexed, Raw, Statement};
use crate::name::Name;
use crate::source::Span;
use crate::syntax::interpolation::Parts;
use crate::value::{Part, Reference, Template};

pub(super) fn lex(text: &str) -> Lexed {
    let mut lexed = Lexed { keeps_what_is_above: true, ..Lexed::default() };
    let mut position = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    while position < text.len() {
        let outcome = logical_line(text, position).and_then(|(line, next)| {
            position = next;
            statement(text, line)
        });
        match outcome {
            Ok(statement) => lexed.statements.extend(statement),
            Err(flaw) => {
                lexed.rejected = Some(flaw);
                break;
            }
        }
    }
    lexed
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Bare,
    Escape,
    Space,
    Strong,
    StrongEscape,
    Weak,
    WeakEscape,
}

/// The lines that belong together because a quote or a backslash is open, without a comment, and where the next begins.
fn logical_line(text: &str, start: usize) -> Result<(Span, usize), Flaw> {
    let physical_end = |from: usize| {
        let rest = text.get(from..).unwrap_or_default();
        from + rest.find('\n').map_or(rest.len(), |at| at + 1)
    };
    if text
        .get(start..)
        .unwrap_or_default()
        .trim_start_matches(|c: char| c.is_whitespace() && c != '\n')
        .starts_with('#')
    {
        return Ok((Span::new(start, start), physical_end(start)));
    }
    let mut state = State::Bare;
    let mut from = start;
    while from < text.len() {
        let end = physical_end(from);
        for (at, character) in text.get(from..end).unwrap_or_default().char_indices() {
            state = match (state, character) {
                (State::Space, '#') => return Ok((Span::new(start, from + at), end)),
                (State::Bare, c) if c.is_whitespace() && c != '\n' && c != '\r' => State::Space,
                (State::Bare | State::Space, '\\') => State::Escape,
                (State::Bare | State::Space | State::WeakEscape, '"') if state != State::WeakEscape => State::Weak,
                (State::Bare | State::Space, '\'') => State::Strong,
                (State::Bare | State::Space | State::Escape, _) | (State::Weak, '"') | (State::Strong, '\'') => {
                    State::Bare
                }
                (State::Weak, '\\') => State::WeakEscape,
                (State::Strong, '\\') => State::StrongEscape,
                (State::Weak | State::WeakEscape, _) => State::Weak,
                (State::Strong | State::StrongEscape, _) => State::Strong,
            };
        }
        if state == State::Bare {
            return Ok((Span::new(start, end), end));
        }
        from = end;
    }
    let line = text.get(start..).unwrap_or_default().split('\n').next().unwrap_or_default();
    let kind =
        if matches!(state, State::Space | State::Escape) { FlawKind::TextAfterSpace } else { FlawKind::UnclosedQuote };
    Err(Flaw { kind, span: Span::new(start, start + line.len()) })
}

fn statement(text: &str, line: Span) -> Result<Option<Statement>, Flaw> {
    let content = text.get(line.start..line.end).unwrap_or_default().trim_end();
    let end = line.start + content.len();
    let skip = |from: usize| end - text.get(from..end).unwrap_or_default().trim_start().len();
    let start = skip(line.start);
    if start >= end || text.get(start..).is_some_and(|rest| rest.starts_with('#')) {
        return Ok(None);
    }
    let mut name = key(text, start, end)?;
    let mut export = None;
    let mut equals = skip(name.end);
    let is_equals = |at: usize| at < end && text.as_bytes().get(at) == Some(&b'=');
    if text.get(name.start..name.end) == Some("export") && !is_equals(equals) {
        export = Some(name);
        name = key(text, equals, end)?;
        equals = skip(name.end);
    }
    if !is_equals(equals) {
        return Err(Flaw { kind: FlawKind::NoSeparator, span: name });
    }
    let separator = Span::new(equals, equals + 1);
    let value_start = skip(separator.end);
    let empty = value_start >= end || text.get(value_start..).is_some_and(|rest| rest.starts_with('#'));
    let value_span = if empty { Span::new(separator.end, separator.end) } else { Span::new(value_start, end) };
    let template = if empty { Template::default() } else { value(text, value_span)? };
    let base = Statement::new(text, name, separator, Some(Raw::Parts(template)), value_span);
    let span = Span::new(export.unwrap_or(name).start, base.span.end);
    Ok(Some(Statement { export, span, ..base }))
}

fn key(text: &str, start: usize, end: usize) -> Result<Span, Flaw> {
    let rest = text.get(start..end).unwrap_or_default();
    if !rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        let length = rest.chars().next().map_or(0, char::len_utf8);
        let kind = if rest.starts_with('=') { FlawKind::NoName } else { FlawKind::CharacterInName };
        return Err(Flaw { kind, span: Span::new(start, start + length) });
    }
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.');
    Ok(Span::new(start, start + rest.bytes().take_while(is_name).count()))
}

/// What a `$` has begun.
enum Reading {
    Text,
    Name { at: usize, name: String },
    Braced { at: usize, name: String },
}

fn value(text: &str, span: Span) -> Result<Template, Flaw> {
    let mut parts = Parts::default();
    let (mut strong, mut weak, mut escaped, mut ended) = (false, false, false, false);
    let mut reading = Reading::Text;
    let mut buffer = [0; 4];
    let flaw = |kind, at: usize, length: usize| Err(Flaw { kind, span: Span::new(at, at + length) });
    for (offset, character) in text.get(span.start..span.end).unwrap_or_default().char_indices() {
        let at = span.start + offset;
        if ended {
            match character {
                ' ' | '\t' => continue,
                '#' => break,
                _ => return flaw(FlawKind::TextAfterSpace, at, character.len_utf8()),
            }
        }
        let kept: &str = character.encode_utf8(&mut buffer);
        if escaped {
            escaped = false;
            match character {
                '\\' | '\'' | '"' | '$' | ' ' => parts.literal(kept),
                'n' => parts.literal("\n"),
                _ => return flaw(FlawKind::InvalidEscape, at - 1, 1 + character.len_utf8()),
            }
            continue;
        }
        if strong {
            if character == '\'' {
                strong = false;
            } else {
                parts.literal(kept);
            }
            continue;
        }
        match std::mem::replace(&mut reading, Reading::Text) {
            Reading::Text => match character {
                '$' => reading = Reading::Name { at, name: String::new() },
                '"' => weak = !weak,
                '\\' => escaped = true,
                '\'' if !weak => strong = true,
                ' ' | '\t' if !weak => ended = true,
                _ => parts.literal(kept),
            },
            Reading::Name { at: from, mut name } if character.is_alphanumeric() => {
                name.push(character);
                reading = Reading::Name { at: from, name };
            }
            Reading::Name { at: from, name } if character == '{' && name.is_empty() => {
                reading = Reading::Braced { at: from, name };
            }
            Reading::Name { at: from, name } => {
                push(&mut parts, &name, Span::new(from, at));
                if character == '$' {
                    reading = Reading::Name { at, name: String::new() };
                } else {
                    // Even a closing quote is text here, so that the value is never closed.
                    parts.literal(kept);
                }
            }
            Reading::Braced { at: from, name } if character == '}' => {
                push(&mut parts, &name, Span::new(from, at + 1));
            }
            Reading::Braced { at: from, mut name } => {
                name.push(character);
                reading = Reading::Braced { at: from, name };
            }
        }
    }
    match reading {
        Reading::Braced { at, .. } => return flaw(FlawKind::InvalidReference, at, 2),
        Reading::Name { at, name } if !strong && !weak => push(&mut parts, &name, Span::new(at, span.end)),
        _ => {}
    }
    if strong || weak {
        return Err(Flaw { kind: FlawKind::UnclosedQuote, span });
    }
    Ok(parts.finish())
}

fn push(parts: &mut Parts, name: &str, span: Span) {
    if !name.is_empty() {
        let reference = Reference { name: Name::new(name), span, operator: None };
        parts.push(Part::Reference(Box::new(reference)));
    }
}
