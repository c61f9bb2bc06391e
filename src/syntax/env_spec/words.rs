//! Decorators and values: quotes, calls, lists and tables.

use super::cursor::Cursor;
use super::{Argument, Decorator, Word, WordKind};
use crate::source::Span;

/// How deep calls, lists and tables may nest.
const DEEPEST: usize = 24;

/// Where a value stands, hence what ends it and how it goes on over lines.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Context {
    /// Behind the `=` of an item.
    Item,
    /// In a comment, where each further line begins with `#`.
    Comment,
}

/// Reads decorators up to the end of the comment, which brackets may carry over lines.
pub(super) fn decorators<'a>(cursor: &mut Cursor<'a>) -> Vec<Decorator<'a>> {
    let mut found = Vec::new();
    loop {
        cursor.spaces();
        let start = cursor.at();
        if !cursor.takes('@') {
            return found;
        }
        let name = cursor.word();
        if name.is_empty() {
            return found;
        }
        let span = Span::new(start, cursor.at());
        let (mut value, mut arguments) = (None, None);
        if cursor.takes('=') {
            value = Some(attempt(cursor, |cursor| word(cursor, Context::Comment, 0, &[' ', '\t', '#'])));
        } else if cursor.peek() == Some('(') {
            let before = *cursor;
            cursor.takes('(');
            arguments = entries(cursor, Context::Comment, 0, ')');
            if arguments.is_none() {
                *cursor = before;
                let span = Span::new(cursor.at(), cursor.at() + cursor.rest_of_line().len());
                cursor.skip(cursor.rest_of_line().len());
                let word = Word { span, kind: WordKind::Dynamic };
                arguments = Some(vec![Argument { key: None, word }]);
            }
        }
        found.push(Decorator { name, span, value, arguments });
        // Something stands right behind it, so it is not what it seems.
        if !cursor.is_at_line_end() && !matches!(cursor.peek(), Some(' ' | '\t')) {
            return found;
        }
    }
}

/// Reads the value of an item; the second result is where a quote opens that is never closed.
pub(super) fn item_value<'a>(cursor: &mut Cursor<'a>) -> (Option<Word<'a>>, Option<Span>) {
    let start = cursor.at();
    for fence in ["```", "\"\"\""] {
        if cursor.rest().starts_with(fence) {
            cursor.skip(fence.len());
            let Some(end) = cursor.rest().find(fence) else {
                cursor.skip(cursor.rest_of_line().len());
                return (Some(dynamic(start, cursor)), Some(Span::new(start, start + fence.len())));
            };
            let text = cursor.rest().get(..end).unwrap_or_default();
            cursor.skip(end + fence.len());
            return (Some(text_word(start, cursor, text.trim_matches('\n').to_owned(), true, true)), None);
        }
    }
    match cursor.peek() {
        Some(quote @ ('"' | '\'' | '`')) => {
            let before = *cursor;
            if let Some(word) = quoted(cursor, quote, true) {
                return (Some(word), None);
            }
            *cursor = before;
            cursor.skip(cursor.rest_of_line().len());
            (Some(dynamic(start, cursor)), Some(Span::new(start, start + 1)))
        }
        None | Some('\n' | '\r' | '#') => (None, None),
        Some(_) => {
            let word = attempt(cursor, |cursor| word(cursor, Context::Item, 0, &['#']));
            let is_nothing = matches!(word.bare(), Some("" | "undefined"));
            (if is_nothing { None } else { Some(word) }, None)
        }
    }
}

/// A value that, where it cannot be read, is the rest of its line and tells nothing.
fn attempt<'a>(cursor: &mut Cursor<'a>, read: impl FnOnce(&mut Cursor<'a>) -> Option<Word<'a>>) -> Word<'a> {
    let before = *cursor;
    read(cursor).unwrap_or_else(|| {
        *cursor = before;
        cursor.skip(cursor.rest_of_line().len());
        dynamic(before.at(), cursor)
    })
}

fn dynamic<'a>(start: usize, cursor: &Cursor<'a>) -> Word<'a> {
    Word { span: Span::new(start, cursor.at()), kind: WordKind::Dynamic }
}

fn text_word<'a>(start: usize, cursor: &Cursor<'a>, text: String, quoted: bool, expands: bool) -> Word<'a> {
    let kind = if expands && refers(&text) { WordKind::Dynamic } else { WordKind::Text { text, quoted } };
    Word { span: Span::new(start, cursor.at()), kind }
}

/// Whether a text holds `$NAME`, `${` or `$(`.
fn refers(text: &str) -> bool {
    let behind = text.split('$').skip(1);
    behind.into_iter().any(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic() || "_{(".contains(c)))
}

/// A word that ends before one of some characters; `None` where a bracket or a quote in it is not closed.
fn word<'a>(cursor: &mut Cursor<'a>, context: Context, depth: usize, ends: &[char]) -> Option<Word<'a>> {
    if depth > DEEPEST {
        return None;
    }
    let start = cursor.at();
    match cursor.peek() {
        Some(quote @ ('"' | '\'' | '`')) => return quoted(cursor, quote, false),
        Some('[') => {
            cursor.takes('[');
            let list = entries(cursor, context, depth + 1, ']')?.into_iter().map(|entry| entry.word).collect();
            return Some(Word { span: Span::new(start, cursor.at()), kind: WordKind::List(list) });
        }
        Some('{') => {
            cursor.takes('{');
            let table = entries(cursor, context, depth + 1, '}')?;
            return Some(Word { span: Span::new(start, cursor.at()), kind: WordKind::Table(table) });
        }
        Some('/') => {
            if let Some(length) = expression(cursor.rest_of_line(), ends) {
                let text = cursor.rest().get(..length).unwrap_or_default().to_owned();
                cursor.skip(length);
                return Some(text_word(start, cursor, text, false, false));
            }
        }
        _ => {}
    }
    let before = *cursor;
    let name = cursor.word();
    if !name.is_empty() && cursor.takes('(') {
        let arguments = entries(cursor, context, depth + 1, ')')?;
        return Some(Word { span: Span::new(start, cursor.at()), kind: WordKind::Call { name, arguments } });
    }
    *cursor = before;
    let line = cursor.rest_of_line();
    let length = line.find(ends).unwrap_or(line.len());
    let text = line.get(..length).unwrap_or_default().trim_end();
    cursor.skip(text.len());
    Some(text_word(start, cursor, text.to_owned(), false, true))
}

/// The length of `/pattern/flags`, if that is what stands here.
fn expression(line: &str, ends: &[char]) -> Option<usize> {
    let mut escaped = false;
    let close = line.char_indices().skip(1).find(|(_, character)| {
        let closes = *character == '/' && !escaped;
        escaped = *character == '\\' && !escaped;
        closes
    })?;
    let flags = line.get(close.0 + 1..)?;
    let length = flags.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(flags.len());
    let behind = flags.get(length..)?.chars().next();
    (close.0 > 1 && behind.is_none_or(|next| ends.contains(&next) || next == ' ')).then_some(close.0 + 1 + length)
}

/// A text in quotes, on one line unless it may go on.
fn quoted<'a>(cursor: &mut Cursor<'a>, quote: char, over_lines: bool) -> Option<Word<'a>> {
    let start = cursor.at();
    cursor.takes(quote);
    let mut text = String::new();
    loop {
        match cursor.bump()? {
            character if character == quote => break,
            '\\' if cursor.peek() == Some(quote) => text.extend(cursor.bump()),
            '\\' if quote != '\'' && cursor.peek() == Some('n') => {
                cursor.bump();
                text.push('\n');
            }
            '\n' | '\r' if !over_lines => return None,
            character => text.push(character),
        }
    }
    Some(text_word(start, cursor, text, true, quote != '\''))
}

/// The entries up to a closing bracket.
fn entries<'a>(cursor: &mut Cursor<'a>, context: Context, depth: usize, close: char) -> Option<Vec<Argument<'a>>> {
    let mut found = Vec::new();
    loop {
        blank(cursor, context)?;
        if cursor.takes(close) {
            return Some(found);
        }
        let before = *cursor;
        let name = cursor.word();
        cursor.spaces();
        let is_key = !name.is_empty() && cursor.takes('=');
        let key = is_key.then_some(name);
        if is_key {
            cursor.spaces();
        } else {
            *cursor = before;
        }
        let word = word(cursor, context, depth, &[',', close])?;
        found.push(Argument { key, word });
        blank(cursor, context)?;
        if !cursor.takes(',') && cursor.peek() != Some(close) {
            return None;
        }
    }
}

/// Moves over space, line breaks and comments within brackets; `None` where a line does not go on.
fn blank(cursor: &mut Cursor<'_>, context: Context) -> Option<()> {
    loop {
        cursor.spaces();
        let rest = cursor.rest_of_line();
        if cursor.is_at_end() {
            return None;
        }
        let is_comment = match context {
            Context::Item => rest.starts_with('#'),
            Context::Comment => rest.strip_prefix('#').is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')),
        };
        if is_comment {
            cursor.skip(rest.len());
        } else if !rest.is_empty() {
            return Some(());
        }
        cursor.next_line();
        if context == Context::Comment {
            cursor.spaces();
            if !cursor.takes('#') {
                return None;
            }
        }
    }
}
