//! From the text of a scalar back to the file: quotes, escapes, folds and indentation between them.

use std::ops::Range;

use super::{Node, Style};
use crate::source::Span;

/// Where each character of a scalar's text stands in the file.
#[derive(Debug)]
pub struct Offsets {
    whole: Span,
    map: Map,
}

#[derive(Debug)]
enum Map {
    /// The text stands in the file as it is, from this offset.
    Direct(usize),
    /// The characters that are no blank space: their offset in the text, and their span in the file.
    Table(Vec<(usize, Span)>),
    /// It could not be told.
    Lost,
}

impl Offsets {
    pub(super) fn new(node: Node<'_>, text: &str) -> Self {
        let whole = node.span();
        let cooked = node.as_str().unwrap_or_default();
        let quoted = matches!(node.style(), Style::SingleQuoted | Style::DoubleQuoted);
        let inner = if quoted && whole.len() >= 2 { whole.start + 1..whole.end - 1 } else { whole.start..whole.end };
        let raw = text.get(inner.clone()).unwrap_or_default();
        let map = if raw == cooked { Map::Direct(inner.start) } else { table(node.style(), raw, cooked, inner.start) };
        Self { whole, map }
    }

    /// The span in the file of a range of the scalar's text, without blank space at its ends; the whole scalar where
    /// it cannot be told.
    pub fn span(&self, range: Range<usize>) -> Span {
        match &self.map {
            Map::Direct(start) => Span::new(start + range.start, start + range.end.max(range.start)),
            Map::Table(table) => {
                let first = table.partition_point(|(offset, _)| *offset < range.start);
                let end = table.partition_point(|(offset, _)| *offset < range.end);
                match (table.get(first), end.checked_sub(1).and_then(|last| table.get(last))) {
                    (Some((_, start)), Some((_, last))) if first < end => Span::new(start.start, last.end),
                    // Nothing but blank space: the place behind what stands before it.
                    (_, Some((_, before))) => Span::new(before.end, before.end),
                    _ => self.whole,
                }
            }
            Map::Lost => self.whole,
        }
    }
}

/// Blank space is changed by folding, all else stands in the same order on both sides.
fn table(style: Style, raw: &str, cooked: &str, start: usize) -> Map {
    let mut written = Written { style, raw, at: 0 }.filter(|(character, _)| !character.is_whitespace());
    let mut table = Vec::new();
    for (offset, character) in cooked.char_indices().filter(|(_, character)| !character.is_whitespace()) {
        match written.next() {
            Some((same, span)) if same == character => {
                table.push((offset, Span::new(start + span.start, start + span.end)));
            }
            _ => return Map::Lost,
        }
    }
    Map::Table(table)
}

/// The characters of a scalar as it is written, escapes resolved.
struct Written<'a> {
    style: Style,
    raw: &'a str,
    at: usize,
}

impl Iterator for Written<'_> {
    type Item = (char, Range<usize>);

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.at;
        let rest = self.raw.get(start..)?;
        let first = rest.chars().next()?;
        let (character, length) = match (self.style, first) {
            (Style::SingleQuoted, '\'') if rest.starts_with("''") => ('\'', 2),
            (Style::DoubleQuoted, '\\') => escape(rest)?,
            _ => (first, first.len_utf8()),
        };
        self.at += length;
        Some((character, start..self.at))
    }
}

/// The character of the escape that `text` begins with, and the length of the escape.
fn escape(text: &str) -> Option<(char, usize)> {
    let kind = text.get(1..)?.chars().next()?;
    let hex = |from: usize, digits: usize| u32::from_str_radix(text.get(from..from + digits)?, 16).ok();
    let simple = |character: char| Some((character, 1 + kind.len_utf8()));
    match kind {
        'x' => Some((char::from_u32(hex(2, 2)?)?, 4)),
        'U' => Some((char::from_u32(hex(2, 8)?)?, 10)),
        'u' => {
            let unit = hex(2, 4)?;
            if (0xD800..0xDC00).contains(&unit) {
                let low = hex(8, 4).filter(|low| (0xDC00..0xE000).contains(low))?;
                return Some((char::from_u32(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00))?, 12));
            }
            Some((char::from_u32(unit)?, 6))
        }
        '0' => simple('\0'),
        'a' => simple('\u{7}'),
        'b' => simple('\u{8}'),
        'e' => simple('\u{1b}'),
        't' | 'n' | 'v' | 'f' | 'r' | 'N' | '_' | 'L' | 'P' => simple(' '),
        other => simple(other),
    }
}
