//! What a shell that sources the file, or a make that includes it, would do: told by pattern, never run.
//!
//! Only assignments of one plain piece are read; everything else is hidden, with a reason.

use super::decoded::Decoded;
use super::{Hidden, Lexed, Quoting, Raw, Statement, Tree};
use crate::source::Span;
use crate::syntax::dotenv::tree::{Assignment, Content, Newline};

/// Characters that mean nothing to a shell inside a word.
fn is_plain(character: char) -> bool {
    character.is_ascii_alphanumeric() || "_./:@%+,=-^".contains(character)
}

/// The lines of a file, each as a shell takes it if no quote is open.
pub(super) fn bash(text: &str) -> Lexed {
    let mut lexed = Lexed::default();
    let mut open = false;
    for line in &Tree::parse(text).lines {
        let written = text.get(line.span().start..line.span().end).unwrap_or_default();
        let carriage_return = line.newline == Newline::CrLf || line.newline == Newline::Cr;
        if open {
            open = !opens(written);
            continue;
        }
        let Content::Assignment(found) = &line.content else {
            open = matches!(line.content, Content::Other(_)) && opens(written);
            continue;
        };
        let name = text.get(found.key.start..found.key.end).unwrap_or_default();
        if crate::syntax::interpolation::name_length(name) != name.len() {
            continue;
        }
        let value = shell_value(text, found, carriage_return, line.trailing.is_empty());
        open = matches!(value, Raw::Hidden(Hidden::NotImitated)) && opens(written);
        push(&mut lexed, text, found, value);
    }
    lexed
}

/// Whether a quote stays open at the end of a line.
fn opens(line: &str) -> bool {
    line.bytes().filter(|byte| *byte == b'"').count() % 2 == 1
        || line.bytes().filter(|byte| *byte == b'\'').count() % 2 == 1
}

fn shell_value(text: &str, found: &Assignment, carriage_return: bool, ends_the_line: bool) -> Raw {
    let value = text.get(found.value.start..found.value.end).unwrap_or_default();
    let piece = value.trim_end();
    let inner = match piece.as_bytes() {
        [b'\'', inner @ .., b'\''] if !inner.contains(&b'\'') => piece.get(1..piece.len() - 1),
        [b'"', inner @ .., b'"'] if !inner.iter().any(|byte| b"\"$`\\!".contains(byte)) => {
            piece.get(1..piece.len() - 1)
        }
        _ => None,
    };
    let spaced = found.separator.len() > 1;
    if runs(piece, inner.is_some()) || spaced && !value.is_empty() {
        return Raw::Hidden(Hidden::Command);
    }
    let start = found.value.start + usize::from(inner.is_some());
    match inner.or_else(|| piece.chars().all(is_plain).then_some(piece)) {
        Some(inner) if !carriage_return && ends_the_line | inner.is_empty() => Raw::Text(Decoded::new(inner, start)),
        _ => Raw::Hidden(Hidden::NotImitated),
    }
}

/// Whether a shell would run a part of the value: a word behind a space, `$(…)`, backticks, what follows `;`, `&`, `|`.
fn runs(value: &str, plain_quotes: bool) -> bool {
    if plain_quotes || value.starts_with('\'') {
        return false;
    }
    let unquoted = !value.starts_with('"');
    value.contains("$(")
        || value.contains('`')
        || unquoted && !value.contains(['"', '\'', '\\']) && {
            let word = value.split(" #").next().unwrap_or_default().trim_end();
            word.contains([' ', '\t', ';', '&', '|', '(', ')', '<', '>'])
        }
}

/// The lines of a file as make takes them: `#` anywhere begins a comment, quotes are text.
pub(super) fn make(text: &str) -> Lexed {
    let mut lexed = Lexed::default();
    let has_carriage_return = text.contains('\r');
    for line in &Tree::parse(text).lines {
        let Content::Assignment(found) = &line.content else { continue };
        let name = text.get(found.key.start..found.key.end).unwrap_or_default();
        if crate::syntax::interpolation::name_length(name) != name.len() {
            continue;
        }
        let value = text.get(found.value.start..found.value.end).unwrap_or_default();
        let plain = value.chars().all(|c| is_plain(c) || matches!(c, '"' | '\''));
        let raw = if value.contains("$(shell") {
            Raw::Hidden(Hidden::Command)
        } else if plain && line.trailing.is_empty() && !has_carriage_return {
            Raw::Text(Decoded::new(value, found.value.start))
        } else {
            Raw::Hidden(Hidden::NotImitated)
        };
        push(&mut lexed, text, found, raw);
    }
    lexed
}

fn push(lexed: &mut Lexed, text: &str, found: &Assignment, value: Raw) {
    let export = (!found.export.is_empty()).then_some(found.export);
    let base = Statement::new(text, found.key, found.separator, Some(value), found.value);
    let span = Span::new(export.unwrap_or(found.key).start, base.span.end);
    lexed.statements.push(Statement { export, quoting: Quoting::None, span, ..base });
}
