//! The physical lines of an env file, without a byte lost; it never decides where a value over several lines ends.

use memchr::memchr2;

use crate::source::Span;

/// The lines of an env file. Their spans, in order, cover every byte of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    /// The byte order mark; empty where there is none.
    pub mark: Span,
    /// The lines; none of an empty file, and none behind the last line break.
    pub lines: Vec<Line>,
}

/// A physical line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The space before its content.
    pub indentation: Span,
    /// What stands on it.
    pub content: Content,
    /// The space behind its content.
    pub trailing: Span,
    /// Where its line break stands.
    pub newline_span: Span,
    /// Its line break.
    pub newline: Newline,
}

/// What stands on a [`Line`], without the space around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Nothing.
    Blank,
    /// `#` and a text.
    Comment {
        /// The `#` or the row of them.
        marker: Span,
        /// What follows, with its space.
        text: Span,
    },
    /// `NAME=value`, or what looks like it; perhaps a line inside a value.
    Assignment(Assignment),
    /// Anything else.
    Other(Span),
}

/// `export NAME = value`, as it is written on one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// `export`; empty where it is not there.
    pub export: Span,
    /// The space behind `export`.
    pub export_space: Span,
    /// The name.
    pub key: Span,
    /// `=` with the space around it.
    pub separator: Span,
    /// All that follows on the line, with quotes and comment.
    pub value: Span,
}

/// What ends a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Newline {
    /// The end of the file.
    None,
    /// `\n`.
    Lf,
    /// `\r\n`.
    CrLf,
    /// `\r` alone, which some loaders take for a line break.
    Cr,
}

impl Tree {
    /// Reads the lines of a file.
    pub fn parse(text: &str) -> Self {
        let lines = lines(text).map(|(span, newline)| Line::parse(text, span, newline)).collect();
        Self { mark: mark(text), lines }
    }
}

fn mark(text: &str) -> Span {
    Span::new(0, if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 })
}

/// The lines of a text behind its mark, without their line breaks, each with its own.
pub fn lines(text: &str) -> impl Iterator<Item = (Span, Newline)> {
    let mut start = mark(text).end;
    std::iter::from_fn(move || {
        let behind = text.as_bytes().get(start..).filter(|behind| !behind.is_empty())?;
        let end = start + memchr2(b'\n', b'\r', behind).unwrap_or(behind.len());
        let newline = match text.as_bytes().get(end..) {
            Some([b'\r', b'\n', ..]) => Newline::CrLf,
            Some([b'\r', ..]) => Newline::Cr,
            Some([b'\n', ..]) => Newline::Lf,
            _ => Newline::None,
        };
        let span = Span::new(start, end);
        start = end + newline.len();
        Some((span, newline))
    })
}

impl Newline {
    fn len(self) -> usize {
        match self {
            Self::None => 0,
            Self::Lf | Self::Cr => 1,
            Self::CrLf => 2,
        }
    }
}

impl Line {
    /// The line without its line break.
    pub fn span(&self) -> Span {
        Span::new(self.indentation.start, self.trailing.end)
    }

    /// Reads a line of a text.
    pub fn parse(text: &str, span: Span, newline: Newline) -> Self {
        let line = text.get(span.start..span.end).unwrap_or_default();
        let start = span.end - line.trim_start().len();
        let end = (span.start + line.trim_end().len()).max(start);
        let inner = text.get(start..end).unwrap_or_default();
        let content = if inner.is_empty() {
            Content::Blank
        } else if inner.starts_with('#') {
            let marker = Span::new(start, end - inner.trim_start_matches('#').len());
            Content::Comment { marker, text: Span::new(marker.end, end) }
        } else if let Some(assignment) = Assignment::parse(inner, start) {
            Content::Assignment(assignment)
        } else {
            Content::Other(Span::new(start, end))
        };
        Self {
            indentation: Span::new(span.start, start),
            content,
            trailing: Span::new(end, span.end),
            newline_span: Span::new(span.end, span.end + newline.len()),
            newline,
        }
    }
}

impl Assignment {
    /// Reads a line without the space around it, that begins at `at` of its file.
    pub fn parse(line: &str, at: usize) -> Option<Self> {
        let end = at + line.len();
        let named = line.strip_prefix("export").filter(|rest| rest.starts_with([' ', '\t'])).map(str::trim_start);
        let (named, export_end) = match named {
            Some(rest) if !rest.starts_with('=') => (rest, at + "export".len()),
            _ => (line, at),
        };
        let key_start = end - named.len();
        let (key, value) = named.split_once('=')?;
        let key = key.trim_end();
        if key.is_empty() || key.contains(char::is_whitespace) {
            return None;
        }
        let key = Span::new(key_start, key_start + key.len());
        let value = Span::new(end - value.trim_start().len(), end);
        Some(Self {
            export: Span::new(at, export_end),
            export_space: Span::new(export_end, key_start),
            key,
            separator: Span::new(key.end, value.start),
            value,
        })
    }
}
