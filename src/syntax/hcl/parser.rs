//! Files, bodies and blocks of HCL, and where reading goes on behind a fault.

use super::{Attribute, Block, Body, Comment, Fault, Hcl, Label};
use crate::source::Span;

/// How deep blocks and expressions may nest.
const DEPTH: usize = 80;

/// How many faults of one file are told; behind the last one nothing is read, as each may cost a look at all that follows.
const FAULTS: usize = 20;

/// How far before a comment its line may begin.
const LINE: usize = 1000;

/// The kinds of blocks that stand at the top of a file: where one begins a line, reading can go on.
const TOP: &[&str] = &[
    "check",
    "data",
    "ephemeral",
    "import",
    "locals",
    "module",
    "moved",
    "output",
    "provider",
    "removed",
    "resource",
    "terraform",
    "variable",
];

/// A fault was met and noted.
pub(super) struct Broken;

pub(super) type Read<T> = Result<T, Broken>;

pub(super) struct Parser<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
    /// Whether a line break is nothing but space here.
    pub(super) loose: bool,
    pub(super) shown: Vec<Span>,
    pub(super) reads: Vec<(Box<str>, Span)>,
    has_blocks: bool,
    depth: usize,
    faults: Vec<Fault>,
    comments: Vec<Comment>,
}

impl<'a> Parser<'a> {
    pub(super) fn new(text: &'a str, has_blocks: bool) -> Self {
        Self {
            text,
            at: if text.starts_with('\u{feff}') { 3 } else { 0 },
            loose: false,
            shown: Vec::new(),
            reads: Vec::new(),
            has_blocks,
            depth: 0,
            faults: Vec::new(),
            comments: Vec::new(),
        }
    }

    /// The first fault.
    pub(super) fn fault(&self) -> Option<&Fault> {
        self.faults.first()
    }

    pub(super) fn file(mut self) -> Hcl {
        let mut body = Body::default();
        loop {
            self.skip_lines();
            let start = self.at;
            if self.peek().is_none() {
                break;
            }
            if self.item(&mut body).is_err() {
                body.broken = true;
                let Some(next) = self.resume(start) else { break };
                if self.faults.len() >= FAULTS {
                    let message = "after so many faults, nothing from here on is read";
                    self.faults.push(Fault { span: Span::new(next, next), message });
                    forget(&mut body, next);
                    break;
                }
                // What an unclosed block has taken for its own stands behind it.
                forget(&mut body, next);
                self.comments.retain(|comment| comment.span.start < next);
                self.reads.retain(|(_, span)| span.start < next);
                self.shown.retain(|span| span.start < next);
                (self.at, self.depth, self.loose) = (next, 0, false);
            }
        }
        let Self { faults, comments, reads, shown, .. } = self;
        Hcl { body, faults, comments, reads, shown }
    }

    /// The next line behind an item that begins as one does.
    fn resume(&self, start: usize) -> Option<usize> {
        let mut at = start;
        loop {
            at += memchr::memchr(b'\n', self.text.as_bytes().get(at..)?)? + 1;
            let rest = self.text.get(at..)?;
            let word = rest.find(|c: char| !is_inside(c)).map_or(rest, |end| &rest[..end]);
            let behind = rest.get(word.len()..).unwrap_or_default().trim_start_matches([' ', '\t']);
            let is_item = if self.has_blocks {
                TOP.contains(&word) && behind.starts_with(['"', '{'])
            } else {
                word.starts_with(is_start) && behind.starts_with('=') && !behind.starts_with("==")
            };
            if is_item {
                return Some(at);
            }
        }
    }

    /// `name = value` or a block. What could be read of a broken block is added all the same.
    fn item(&mut self, body: &mut Body) -> Read<()> {
        let start = self.at;
        let Some(name) = self.identifier() else {
            let message = match self.peek() {
                Some(b'"') => "names of arguments are not quoted",
                Some(b'}') => "this bracket closes nothing",
                _ => "an argument or a block was expected here",
            };
            return self.fail(message);
        };
        let name_span = Span::new(start, self.at);
        self.skip();
        if self.peek() == Some(b'=') && self.byte(1) != Some(b'=') {
            self.shown.push(name_span);
            self.punctuation(1);
            self.skip();
            let value = self.expression()?;
            body.attributes.push(Attribute { name: name.into(), name_span, value });
            return self.end_of_line();
        }
        if !matches!(self.peek(), Some(b'"' | b'{')) && !self.starts_identifier() {
            // What stands there may be a value that lost its quotes.
            return self.fail_at(name_span, "an argument or a block was expected here");
        }
        let mut block = Block {
            kind: name.into(),
            kind_span: name_span,
            labels: Vec::new(),
            body: Body::default(),
            span: name_span,
        };
        let read = self.block(&mut block);
        block.span = Span::new(start, self.at);
        body.blocks.push(block);
        read?;
        self.end_of_line()
    }

    fn block(&mut self, block: &mut Block) -> Read<()> {
        loop {
            self.skip();
            let start = self.at;
            match self.peek() {
                Some(b'{') => break,
                Some(b'"') => {
                    let end = start + 1 + self.label_length()?;
                    let text = self.text.get(start + 1..end).unwrap_or_default();
                    block.labels.push(Label { text: text.into(), span: Span::new(start + 1, end) });
                    self.at = end + 1;
                }
                _ => {
                    let Some(text) = self.identifier() else {
                        block.body.broken = true;
                        return self.fail("a label or `{` was expected here");
                    };
                    block.labels.push(Label { text: text.into(), span: Span::new(start, self.at) });
                }
            }
        }
        self.shown.push(block.kind_span);
        for label in &block.labels {
            let Span { start, end } = label.span;
            let quoted = start > 0 && self.text.as_bytes().get(start - 1) == Some(&b'"');
            self.shown.push(if quoted { Span::new(start - 1, end + 1) } else { label.span });
        }
        let open = self.at;
        self.deeper()?;
        self.punctuation(1);
        let read = self.rest_of_block(&mut block.body, open);
        block.body.broken |= read.is_err();
        self.depth = self.depth.saturating_sub(1);
        read
    }

    /// The text of a label up to its closing quote; labels hold no escapes worth reading.
    fn label_length(&mut self) -> Read<usize> {
        let rest = self.text.get(self.at + 1..).unwrap_or_default();
        match rest.find(['"', '\n', '\\', '$']) {
            Some(end) if rest[end..].starts_with('"') => Ok(end),
            _ => self.fail("a label is a plain text in quotes").map(|()| 0),
        }
    }

    fn rest_of_block(&mut self, body: &mut Body, open: usize) -> Read<()> {
        loop {
            self.skip_lines();
            match self.peek() {
                None => return self.fail_at(Span::new(open, open + 1), "this bracket is never closed"),
                Some(b'}') => {
                    self.punctuation(1);
                    return Ok(());
                }
                Some(_) => self.item(body)?,
            }
        }
    }

    /// An item ends with its line, or before what closes its block.
    fn end_of_line(&mut self) -> Read<()> {
        self.skip();
        match self.peek() {
            None | Some(b'\n' | b'}') => Ok(()),
            Some(_) => self.fail("a new line was expected here"),
        }
    }

    /// Spaces and comments, and line breaks where they mean nothing.
    pub(super) fn skip(&mut self) {
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(self.at) {
            match byte {
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'\n' if self.loose => self.at += 1,
                b'#' => self.comment(1),
                b'/' if bytes.get(self.at + 1) == Some(&b'/') => self.comment(2),
                b'/' if bytes.get(self.at + 1) == Some(&b'*') => self.long_comment(),
                _ => return,
            }
        }
    }

    fn skip_lines(&mut self) {
        let loose = std::mem::replace(&mut self.loose, true);
        self.skip();
        self.loose = loose;
    }

    fn comment(&mut self, marker: usize) {
        let rest = &self.text.as_bytes()[self.at..];
        let end = self.at + memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        self.note_comment(self.at + marker, end);
        self.at = end;
    }

    fn long_comment(&mut self) {
        let rest = self.text.get(self.at + 2..).unwrap_or_default();
        let length = rest.find("*/").unwrap_or(rest.len());
        self.note_comment(self.at + 2, self.at + 2 + length);
        self.at = (self.at + 4 + length).min(self.text.len());
    }

    /// Only what speaks to envcheck is worth keeping.
    fn note_comment(&mut self, start: usize, end: usize) {
        let span = Span::new(start.min(end), end);
        // A comment is passed again where reading went back before it.
        let is_new = self.comments.last().is_none_or(|last| last.span.start < span.start);
        if is_new && self.text.get(span.start..span.end).is_some_and(|text| text.trim_start().starts_with("envcheck:"))
        {
            let bytes = self.text.as_bytes();
            let before = &bytes[self.at.saturating_sub(LINE)..self.at];
            let before = before.iter().rev().take_while(|byte| **byte != b'\n');
            let alone = before.clone().count() < LINE && before.into_iter().all(|byte| matches!(byte, b' ' | b'\t'));
            self.comments.push(Comment { span, alone });
        }
    }

    pub(super) fn identifier(&mut self) -> Option<&'a str> {
        let rest = self.text.get(self.at..)?;
        if !rest.starts_with(is_start) {
            return None;
        }
        let ascii = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')).count();
        let plain = rest.as_bytes().get(ascii).is_none_or(u8::is_ascii);
        let end = if plain { ascii } else { rest.find(|c: char| !is_inside(c)).unwrap_or(rest.len()) };
        self.at += end;
        rest.get(..end)
    }

    pub(super) fn starts_identifier(&self) -> bool {
        self.text.get(self.at..).is_some_and(|rest| rest.starts_with(is_start))
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.byte(0)
    }

    pub(super) fn byte(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    /// Takes bytes that a report may show.
    pub(super) fn punctuation(&mut self, length: usize) {
        let span = Span::new(self.at, self.at + length);
        match self.shown.last_mut() {
            Some(last) if last.end == span.start => last.end = span.end,
            _ => self.shown.push(span),
        }
        self.at += length;
    }

    pub(super) fn expect(&mut self, byte: u8, message: &'static str) -> Read<()> {
        self.skip();
        if self.peek() == Some(byte) {
            self.punctuation(1);
            return Ok(());
        }
        self.fail(message)
    }

    pub(super) fn deeper(&mut self) -> Read<()> {
        self.depth += 1;
        if self.depth > DEPTH { self.fail("this is nested too deep to be read") } else { Ok(()) }
    }

    pub(super) fn shallower(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// Notes a fault at the next character.
    pub(super) fn fail<T>(&mut self, message: &'static str) -> Read<T> {
        let length = self.text.get(self.at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        self.fail_at(Span::new(self.at, self.at + length), message)
    }

    pub(super) fn fail_at<T>(&mut self, span: Span, message: &'static str) -> Read<T> {
        self.faults.push(Fault { span, message });
        Err(Broken)
    }
}

/// Takes away what stands behind an offset.
fn forget(body: &mut Body, from: usize) {
    body.attributes.retain(|attribute| attribute.name_span.start < from);
    body.blocks.retain(|block| block.span.start < from);
    if let Some(last) = body.blocks.last_mut().filter(|block| block.span.end > from) {
        last.span.end = from.max(last.span.start);
        forget(&mut last.body, from);
    }
}

pub(super) fn is_start(c: char) -> bool {
    c == '_' || c.is_ascii_alphabetic() || !c.is_ascii() && c.is_alphabetic()
}

pub(super) fn is_inside(c: char) -> bool {
    is_start(c) || c == '-' || c.is_ascii_digit() || !c.is_ascii() && c.is_alphanumeric()
}
