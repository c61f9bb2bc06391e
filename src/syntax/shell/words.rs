//! Words: quotes, escapes and literal text. What begins with a dollar sign is for `expansion`.

use std::ops::Range;

use zeroize::Zeroizing;

use super::reader::Reader;
use super::{Host, Piece, Word};
use crate::value::Value;

/// Whether a text is a name of the shell.
pub(super) fn is_name(text: &str) -> bool {
    crate::name::is_variable_name(text)
}

/// Literal text in the making.
#[derive(Default)]
pub(super) struct Pieces {
    pub(super) done: Vec<Piece>,
    text: Zeroizing<String>,
    range: Range<usize>,
    quoted: bool,
}

impl Pieces {
    pub(super) fn literal(&mut self, reader: &Reader<'_>, text: &str, range: Range<usize>, quoted: bool) {
        if text.is_empty() {
            return;
        }
        if !self.text.is_empty() && self.quoted != quoted {
            self.flush(reader);
        }
        if self.text.is_empty() {
            self.range = range.clone();
            self.quoted = quoted;
        }
        self.range.end = range.end;
        self.text.push_str(text);
    }

    pub(super) fn push(&mut self, reader: &Reader<'_>, piece: Piece) {
        self.flush(reader);
        self.done.push(piece);
    }

    pub(super) fn flush(&mut self, reader: &Reader<'_>) {
        if self.text.is_empty() {
            return;
        }
        let text = std::mem::take(&mut self.text);
        let mut push = |text: &str, range: Range<usize>| {
            if !text.is_empty() {
                let span = reader.span(range);
                self.done.push(Piece::Literal { text: Value::new(text), span, quoted: self.quoted });
            }
        };
        if text.len() != self.range.len() || !text.contains('\n') {
            return push(&text, self.range.clone());
        }
        // What stands between two lines in the file may be more than what stands between them here.
        let mut start = self.range.start;
        for line in text.split_inclusive('\n') {
            let before = line.len() - line.trim_start().len();
            let end = line.trim_end().len().max(before);
            for range in [0..before, before..end, end..line.len()] {
                let place = start + range.start..start + range.end;
                push(line.get(range).unwrap_or_default(), place);
            }
            start += line.len();
        }
    }
}

impl Reader<'_> {
    /// The word that begins here; an empty one where none does.
    pub(super) fn word(&mut self) -> Word {
        let start = self.at;
        let mut pieces = Pieces::default();
        while let Some(byte) = self.byte() {
            let at = self.at;
            match byte {
                // `@(a|b)`, a function's name, an array: the caller looks at the bracket.
                b' ' | b'\t' | b'\n' | b'\r' | b';' | b'&' | b'|' | b'(' | b')' => break,
                b'<' | b'>' if self.peek(1) != Some(b'(') => break,
                b'<' | b'>' => {
                    self.at += 2;
                    self.skip_balanced();
                    let piece = Piece::Unknown { span: self.span(at..self.at) };
                    pieces.push(self, piece);
                }
                b'\'' => self.single_quoted(&mut pieces),
                b'"' => {
                    self.at += 1;
                    self.double_quoted(&mut pieces);
                }
                b'\\' => self.escaped(&mut pieces),
                b'$' | b'`' => self.expansion(&mut pieces, false),
                b'{' if self.is_foreign() => self.expansion(&mut pieces, false),
                _ => {
                    let stop = |byte: &u8| {
                        matches!(
                            byte,
                            b' ' | b'\t'
                                | b'\n'
                                | b'\r'
                                | b';'
                                | b'&'
                                | b'|'
                                | b'('
                                | b')'
                                | b'<'
                                | b'>'
                                | b'\''
                                | b'"'
                                | b'\\'
                                | b'$'
                                | b'`'
                                | b'{'
                        )
                    };
                    // At least the byte that stands here: it is none of those above, or a lone `{`.
                    let length =
                        self.rest().bytes().skip(1).position(|byte| stop(&byte)).map_or(self.end - at, |n| n + 1);
                    self.at += length;
                    let text = self.slice(at..self.at).to_owned();
                    pieces.literal(self, &Zeroizing::new(text), at..self.at, false);
                }
            }
        }
        pieces.flush(self);
        Word { pieces: pieces.done, span: self.span(start..self.at) }
    }

    /// Whether a piece begins here that the host replaces.
    pub(super) fn is_foreign(&self) -> bool {
        match self.host {
            Host::GitHub => self.rest().starts_with("${{"),
            Host::Just => self.rest().starts_with("{{"),
            Host::Plain | Host::CloudBuild | Host::Make => false,
        }
    }

    fn single_quoted(&mut self, pieces: &mut Pieces) {
        self.at += 1;
        let Some(length) = memchr::memchr(b'\'', self.rest().as_bytes()) else {
            self.whole = false;
            self.at = self.end;
            return;
        };
        let end = self.at + length;
        while self.at < end {
            let start = self.at;
            let marker = match self.host {
                Host::GitHub => "${{",
                Host::Just => "{{",
                Host::CloudBuild | Host::Make => "$",
                Host::Plain => "",
            };
            let inner = self.slice(start..end);
            let next = if marker.is_empty() { None } else { inner.find(marker) };
            let stop = next.map_or(end, |at| start + at);
            let text = Zeroizing::new(self.slice(start..stop).to_owned());
            pieces.literal(self, &text, start..stop, true);
            self.at = stop;
            if next.is_some() {
                self.foreign_in_single_quotes(pieces);
            }
        }
        self.at = self.at.max(end) + 1;
        if self.at > self.end {
            self.at = self.end;
        }
        pieces.flush(self);
    }

    /// Reads up to the closing quote; the opening one is behind.
    pub(super) fn double_quoted(&mut self, pieces: &mut Pieces) {
        while let Some(byte) = self.byte() {
            let at = self.at;
            match byte {
                b'"' => {
                    self.at += 1;
                    pieces.flush(self);
                    return;
                }
                b'\\' => match self.peek(1) {
                    Some(b'\n') => self.at += 2,
                    Some(next @ (b'$' | b'`' | b'"' | b'\\')) => {
                        self.at += 2;
                        let text = char::from(next).to_string();
                        pieces.literal(self, &text, at..self.at, true);
                    }
                    _ => {
                        self.at += 1;
                        pieces.literal(self, "\\", at..self.at, true);
                    }
                },
                b'$' | b'`' => self.expansion(pieces, true),
                b'{' if self.is_foreign() => self.expansion(pieces, true),
                _ => self.quoted_text(pieces),
            }
        }
        self.whole = false;
        pieces.flush(self);
    }

    /// Literal text up to what means something in double quotes; at least one character.
    fn quoted_text(&mut self, pieces: &mut Pieces) {
        let at = self.at;
        let stop = |byte: u8| matches!(byte, b'"' | b'\\' | b'$' | b'`') || byte == b'{' && self.host == Host::Just;
        let length = self.rest().bytes().skip(1).position(stop).map_or(self.end - at, |n| n + 1);
        self.at += length;
        let text = Zeroizing::new(self.slice(at..self.at).to_owned());
        pieces.literal(self, &text, at..self.at, true);
    }

    fn escaped(&mut self, pieces: &mut Pieces) {
        let at = self.at;
        self.at += 1;
        let Some(next) = self.rest().chars().next() else {
            return pieces.literal(self, "\\", at..self.at, false);
        };
        self.at += next.len_utf8();
        if next != '\n' {
            pieces.literal(self, next.encode_utf8(&mut [0; 4]), at..self.at, true);
        }
    }

    /// The text of a here-document.
    pub(super) fn here_document(&mut self, range: Range<usize>, literal: bool) -> Word {
        let mut pieces = Pieces::default();
        if literal && !matches!(self.host, Host::GitHub | Host::Just) {
            let text = Zeroizing::new(self.slice(range.clone()).to_owned());
            pieces.literal(self, &text, range.clone(), true);
            pieces.flush(self);
            return Word { pieces: pieces.done, span: self.span(range) };
        }
        let (at, end) = (self.at, self.end);
        (self.at, self.end) = (range.start, range.end);
        while let Some(byte) = self.byte() {
            let from = self.at;
            match byte {
                b'$' | b'{' if self.is_foreign() => self.expansion(&mut pieces, true),
                b'$' | b'`' if !literal => self.expansion(&mut pieces, true),
                b'\\' if !literal && self.peek(1) == Some(b'\n') => self.at += 2,
                b'\\' if !literal && matches!(self.peek(1), Some(b'$' | b'`' | b'\\')) => {
                    self.at += 2;
                    let text = self.slice(from + 1..from + 2).to_owned();
                    pieces.literal(self, &text, from..from + 2, true);
                }
                _ => {
                    let stop = |byte: u8| matches!(byte, b'\\' | b'$' | b'`' | b'{');
                    let length = self.rest().bytes().skip(1).position(stop).map_or(self.end - from, |n| n + 1);
                    self.at += length;
                    let text = Zeroizing::new(self.slice(from..self.at).to_owned());
                    pieces.literal(self, &text, from..self.at, true);
                }
            }
        }
        pieces.flush(self);
        (self.at, self.end) = (at, end);
        Word { pieces: pieces.done, span: self.span(range) }
    }
}
