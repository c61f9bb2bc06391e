//! TOML with the span of every key and value, read by hand: all errors at once, none in a library's words.
//!
//! A [`Table`] is asked for its keys one by one; [`Table::finish`] then reports those that nobody asked for. Which keys
//! there are and what they mean is the business of the caller.

mod reader;
mod scan;

use std::cell::RefCell;

use toml::de::{DeTable, Error};

use crate::source::{SourceFile, Span};

pub use reader::{Item, Table, Text};
pub use scan::Comment;

/// The longest text that is read, in bytes. A schema of a thousand variables has a tenth of it; the parser's trees and
/// error lists take a hundred times the text.
const LONGEST: usize = 1 << 20;

/// The most faults of one file that are told.
const MOST_FAULTS: usize = 200;

/// Something in a TOML text that its reader does not understand. The message holds no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub span: Span,
    /// What is wrong, on one line.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// Whether a whole part of the file is lost by it.
    pub hides: bool,
}

/// A parsed text.
pub struct Document<'a> {
    table: DeTable<'a>,
    comments: Vec<Comment>,
    notes: Notes<'a>,
}

/// What is noted while a document is read.
pub(super) struct Notes<'a> {
    text: &'a str,
    /// Where syntax errors stand, sorted.
    broken: Vec<Span>,
    /// Before this offset the text surely says what it seems to say.
    sound_until: usize,
    faults: RefCell<Vec<Fault>>,
    shown: RefCell<Vec<Span>>,
}

impl<'a> Document<'a> {
    /// Parses a whole text; what is broken in it is among the faults, and the rest can be read.
    pub fn parse(source: &'a SourceFile) -> Self {
        let text = source.text();
        let notes = Notes {
            text,
            broken: Vec::new(),
            sound_until: text.len(),
            faults: RefCell::default(),
            shown: RefCell::default(),
        };
        let mut document = Self { table: DeTable::new(), comments: Vec::new(), notes };
        if text.len() > LONGEST {
            document.refuse(Span::new(0, 0), "this file is longer than 1 MiB and was not read");
            return document;
        }
        let scan = scan::scan(text);
        document.comments = scan.comments;
        if let Some(span) = scan.too_deep {
            document.refuse(span, "this is nested too deeply, so the file was not read");
            return document;
        }
        let (table, errors) = DeTable::parse_recoverable(text);
        document.table = table.into_inner();
        document.take_errors(source, &errors);
        let sound = document.notes.sound_until;
        document.notes.shown.get_mut().extend(scan.punctuation.into_iter().filter(|span| span.end <= sound));
        document
    }

    /// The outermost table.
    pub fn root(&self) -> Table<'_> {
        Table::new(&self.table, Span::new(0, 0), &self.notes)
    }

    /// Whether it has no syntax error.
    pub fn is_sound(&self) -> bool {
        self.notes.broken.is_empty()
    }

    /// The comments, in order.
    pub fn comments(&self) -> &[Comment] {
        &self.comments
    }

    /// The faults found in it so far, in the order of the text.
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = self.notes.faults.borrow().clone();
        faults.sort_by_key(|fault| fault.span);
        faults.dedup();
        faults
    }

    /// The spans that may be shown: punctuation, headers, and what readers asked for.
    pub fn shown(&self) -> Vec<Span> {
        self.notes.shown.borrow().clone()
    }

    fn refuse(&mut self, span: Span, message: &str) {
        self.notes.sound_until = 0;
        self.notes.broken.push(span);
        self.notes.push(Fault { span, message: message.to_owned(), help: None, hides: true });
    }

    /// Tells the parser's errors in envcheck's words, one a line: what follows on a line is most often its echo.
    fn take_errors(&mut self, source: &SourceFile, errors: &[Error]) {
        let text = self.notes.text;
        if let Some(first) = source.damage() {
            self.refuse(Span::new(first, first + 1), "this byte is not UTF-8, as TOML must be");
            self.notes.sound_until = line_start(text, first);
        }
        // Where the line of the last error ends.
        let mut told_until = 0;
        let mut found: Vec<(Span, &str)> = errors.iter().map(|error| (span(error, text), error.message())).collect();
        found.sort_by_key(|(span, _)| *span);
        for (span, message) in found {
            let is_structure = message.starts_with("duplicate key") || message.starts_with("cannot extend");
            if !is_structure {
                if span.start < self.notes.sound_until {
                    self.notes.sound_until = line_start(text, span.start);
                }
                self.notes.broken.push(span);
            }
            if span.start < told_until || text.get(span.start..span.end).is_some_and(|text| text.contains('\u{1a}')) {
                continue;
            }
            let rest = text.as_bytes().get(span.start..).unwrap_or_default();
            told_until = memchr::memchr(b'\n', rest).map_or(text.len() + 1, |end| span.start + end + 1);
            let message = self.notes.describe(span, message);
            self.notes.push(Fault { span, message, help: None, hides: true });
        }
        self.notes.broken.sort_unstable();
    }
}

/// Where an error stands, as offsets into the text, whatever the parser says.
fn span(error: &Error, text: &str) -> Span {
    let end = text.len();
    error.span().map_or(Span::new(end, end), |span| {
        let start = span.start.min(end);
        Span::new(start, span.end.clamp(start, end))
    })
}

fn line_start(text: &str, offset: usize) -> usize {
    let before = text.as_bytes().get(..offset).unwrap_or_default();
    memchr::memrchr(b'\n', before).map_or(0, |at| at + 1)
}

impl Notes<'_> {
    fn push(&self, fault: Fault) {
        let mut faults = self.faults.borrow_mut();
        if faults.len() < MOST_FAULTS {
            faults.push(fault);
        }
    }

    fn show(&self, span: Span) {
        if span.end <= self.sound_until {
            self.shown.borrow_mut().push(span);
        }
    }

    /// Whether a syntax error stands in a span, so that its content is not what was meant.
    fn is_broken(&self, span: Span) -> bool {
        let next = self.broken.partition_point(|broken| broken.start < span.start);
        span.is_empty() || self.broken.get(next).is_some_and(|broken| broken.start < span.end)
    }

    /// The name at a span, in backticks behind a blank, if it can be told: behind a syntax error anything may be a
    /// piece of a value.
    fn quoted(&self, span: Span, name: &str) -> String {
        let plain = name.len() <= 80 && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.*/@:".contains(c));
        if plain && !name.is_empty() && span.end <= self.sound_until { format!(" `{name}`") } else { String::new() }
    }

    /// What an error is, told from the fixed beginning of the parser's message.
    fn describe(&self, span: Span, message: &str) -> String {
        let start = |beginnings: &[&str]| beginnings.iter().any(|beginning| message.starts_with(beginning));
        if start(&["duplicate key"]) {
            let inner = reader::unquoted(self.text, span);
            let name = self.quoted(inner, self.text.get(inner.start..inner.end).unwrap_or_default());
            return format!("the key{name} is given twice");
        }
        let message = if start(&["cannot extend"]) {
            "this key is no table, so nothing can be added to it"
        } else if start(&["cannot recurse", "recursion limit"]) {
            "this is nested too deeply"
        } else if start(&["unclosed", "missing array opening", "missing inline table opening", "missing table open"]) {
            "a bracket is not closed or not opened"
        } else if start(&["missing opening quote", "string values must be quoted"]) {
            "a text must stand in quotes"
        } else if start(&["missing value", "key with no value", "missing assignment"]) {
            "this key has no value"
        } else if start(&["missing comma"]) {
            "a comma is missing"
        } else if start(&["extra comma"]) {
            "there is a comma too many"
        } else if start(&["unexpected `=`", "extra assignment", "extra `=`"]) {
            "there is a `=` too many"
        } else if start(&["invalid unquoted key", "unquoted keys", "keys cannot", "missing key"]) {
            "this is no valid key"
        } else if start(&["invalid comment", "carriage return"]) {
            "there is a control character here that TOML does not allow"
        } else if start(&["missing escaped", "too few unicode"]) {
            "this escape is incomplete"
        } else {
            "this is not valid TOML"
        };
        message.to_owned()
    }
}

#[cfg(test)]
mod tests;
