//! `@env-spec`: env files whose comments hold `@decorators` (varlock's `.env.schema`). No meaning: which decorator says
//! what is the business of the schema source; the env files that apps read are in `dotenv`.

mod cursor;
mod words;

use crate::source::Span;
use cursor::Cursor;

/// A parsed text.
#[derive(Debug, Default)]
pub struct Document<'a> {
    /// The decorators of the header: of all comment blocks before the first item that are not attached to it.
    pub header: Vec<Decorator<'a>>,
    /// The items, in order.
    pub items: Vec<Item<'a>>,
    /// The comments, without their `#`, and whether nothing else stands on their line.
    pub comments: Vec<(Span, bool)>,
    /// Lines that are neither item nor comment, and values that do not end.
    pub faults: Vec<Fault>,
}

/// `NAME=value` with the comments above it.
#[derive(Debug)]
pub struct Item<'a> {
    /// The name.
    pub key: &'a str,
    /// Where it stands.
    pub key_span: Span,
    /// The value; `None` behind a bare `=`.
    pub value: Option<Word<'a>>,
    /// The decorators above it and behind it.
    pub decorators: Vec<Decorator<'a>>,
    /// The other comment lines above it.
    pub description: Vec<&'a str>,
}

/// `@name`, `@name=value` or `@name(arguments)`.
#[derive(Clone, Debug)]
pub struct Decorator<'a> {
    /// The name, without `@`.
    pub name: &'a str,
    /// Where it stands, with `@`.
    pub span: Span,
    /// What follows the `=`.
    pub value: Option<Word<'a>>,
    /// What stands in the brackets.
    pub arguments: Option<Vec<Argument<'a>>>,
}

/// A value or a part of one.
#[derive(Clone, Debug)]
pub struct Word<'a> {
    /// Where it stands, with quotes.
    pub span: Span,
    /// What it is.
    pub kind: WordKind<'a>,
}

/// What a [`Word`] is.
#[derive(Clone, Debug)]
pub enum WordKind<'a> {
    /// A text as it is meant. It may be a secret.
    Text {
        /// The text.
        text: String,
        /// Whether it stands in quotes, so that it is no number and no truth value.
        quoted: bool,
    },
    /// `name(arguments)`.
    Call {
        /// The function.
        name: &'a str,
        /// What it is given.
        arguments: Vec<Argument<'a>>,
    },
    /// `[a, b]`.
    List(Vec<Word<'a>>),
    /// `{ a=1 }`.
    Table(Vec<Argument<'a>>),
    /// It holds references, commands, or what cannot be read.
    Dynamic,
}

/// An argument of a call, or an entry of a table.
#[derive(Clone, Debug)]
pub struct Argument<'a> {
    /// The key, if it has one.
    pub key: Option<&'a str>,
    /// The value.
    pub word: Word<'a>,
}

/// Something that cannot be read. A message is for the schema source to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub span: Span,
    /// Whether it is a value whose quote is never closed; else it is a line that is nothing known.
    pub unclosed: bool,
}

impl Word<'_> {
    /// A text without references.
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            WordKind::Text { text, .. } => Some(text),
            _ => None,
        }
    }

    /// A text that stands in no quotes.
    pub fn bare(&self) -> Option<&str> {
        match &self.kind {
            WordKind::Text { text, quoted: false } => Some(text),
            _ => None,
        }
    }
}

/// What waits above an item.
#[derive(Default)]
struct Block<'a> {
    decorators: Vec<Decorator<'a>>,
    description: Vec<&'a str>,
}

/// Reads a text.
pub fn parse(text: &str) -> Document<'_> {
    let mut document = Document::default();
    let mut cursor = Cursor::new(text, if text.starts_with('\u{feff}') { 3 } else { 0 });
    let mut block = Block::default();
    while !cursor.is_at_end() {
        cursor.spaces();
        if cursor.is_at_line_end() {
            end_block(&mut document, &mut block);
        } else if cursor.takes('#') {
            comment(&mut document, &mut cursor, &mut block);
        } else if let Some(item) = item(&mut document, &mut cursor) {
            let Block { decorators, description } = std::mem::take(&mut block);
            let decorators = decorators.into_iter().chain(item.decorators).collect();
            document.items.push(Item { decorators, description, ..item });
        } else {
            block = Block::default();
        }
        cursor.next_line();
    }
    end_block(&mut document, &mut block);
    document
}

/// A block that no item follows: above the first item it belongs to the header, and else it says nothing.
fn end_block<'a>(document: &mut Document<'a>, block: &mut Block<'a>) {
    let Block { decorators, .. } = std::mem::take(block);
    if document.items.is_empty() {
        document.header.extend(decorators);
    }
}

/// Reads a comment behind its `#`.
fn comment<'a>(document: &mut Document<'a>, cursor: &mut Cursor<'a>, block: &mut Block<'a>) {
    let rest = cursor.rest_of_line();
    document.comments.push((Span::new(cursor.at(), cursor.at() + rest.len()), true));
    let inner = rest.trim();
    if inner.starts_with("---") || inner.starts_with("===") {
        end_block(document, block);
    } else if inner.starts_with('@') {
        block.decorators.extend(words::decorators(cursor));
    } else {
        block.description.push(inner.trim_start_matches('#').trim());
    }
}

fn item<'a>(document: &mut Document<'a>, cursor: &mut Cursor<'a>) -> Option<Item<'a>> {
    let start = cursor.at();
    if let Some(rest) = cursor.rest_of_line().strip_prefix("export").filter(|rest| rest.starts_with([' ', '\t'])) {
        cursor.skip(rest.len().abs_diff(cursor.rest_of_line().len()));
        cursor.spaces();
    }
    let key_start = cursor.at();
    let key = cursor.word();
    let key_span = Span::new(key_start, cursor.at());
    cursor.spaces();
    if key.is_empty() || !cursor.takes('=') {
        document
            .faults
            .push(Fault { span: Span::new(start, start + cursor.line_from(start).trim_end().len()), unclosed: false });
        return None;
    }
    cursor.spaces();
    let (value, unclosed) = words::item_value(cursor);
    if let Some(span) = unclosed {
        document.faults.push(Fault { span, unclosed: true });
    }
    cursor.spaces();
    let mut decorators = Vec::new();
    if cursor.takes('#') {
        let rest = cursor.rest_of_line();
        document.comments.push((Span::new(cursor.at(), cursor.at() + rest.len()), false));
        if rest.trim_start().starts_with('@') {
            decorators = words::decorators(cursor);
        }
    }
    Some(Item { key, key_span, value, decorators, description: Vec::new() })
}

#[cfg(test)]
mod tests;
