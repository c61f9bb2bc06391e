//! What begins with a dollar sign or a backtick, and what the host of a script replaces.

use zeroize::Zeroizing;

use super::reader::{DEPTH, Reader};
use super::words::{Pieces, is_name};
use super::{Host, Operation, Piece, Word};
use crate::name::Name;
use crate::syntax::expression;
use crate::syntax::interpolation::name_length;
use crate::value::Value;

impl Reader<'_> {
    /// Reads the expansion that begins here; a dollar sign that begins none is text.
    pub(super) fn expansion(&mut self, pieces: &mut Pieces, quoted: bool) {
        let start = self.at;
        if self.is_foreign() {
            return self.braces_of_host(pieces);
        }
        if self.byte() == Some(b'`') {
            return self.backticks(pieces);
        }
        if matches!(self.host, Host::CloudBuild | Host::Make) {
            if self.peek(1) != Some(b'$') {
                return self.replaced(pieces);
            }
            // `$$` is the one dollar sign that the shell sees.
            self.at += 1;
        }
        match self.peek(1) {
            Some(b'(') if self.peek(2) == Some(b'(') => {
                self.at += 2;
                self.skip_balanced();
                self.unknown(pieces, start);
            }
            Some(b'(') => {
                self.at += 2;
                self.substitution(pieces, start, b')');
            }
            Some(b'{') => self.braced(pieces, start, quoted),
            Some(b'\'') if !quoted => self.ansi_quoted(pieces),
            Some(b'"') if !quoted => {
                self.at += 2;
                self.double_quoted(pieces);
            }
            Some(b'0'..=b'9' | b'@' | b'*' | b'#' | b'?' | b'!' | b'-') => {
                self.at += 2;
                self.unknown(pieces, start);
            }
            _ => {
                let length = name_length(self.slice(self.at + 1..self.end));
                self.at += 1 + length;
                if length == 0 {
                    return pieces.literal(self, "$", start..self.at, quoted);
                }
                let name = Name::new(self.slice(self.at - length..self.at));
                let span = self.span(start..self.at);
                pieces.push(self, Piece::Variable { name, operation: Operation::Take, span, quoted });
            }
        }
    }

    fn unknown(&mut self, pieces: &mut Pieces, start: usize) {
        let piece = Piece::Unknown { span: self.span(start..self.at) };
        pieces.push(self, piece);
    }

    /// `$(…)`, of which the opening is behind.
    fn substitution(&mut self, pieces: &mut Pieces, start: usize, closer: u8) {
        if self.nesting >= DEPTH {
            self.skip_balanced();
            return self.unknown(pieces, start);
        }
        self.nesting += 1;
        let script = self.script(Some(closer));
        self.nesting -= 1;
        if self.byte() == Some(closer) {
            self.at += 1;
        } else {
            self.whole = false;
        }
        let piece = Piece::Substitution { script: Box::new(script), span: self.span(start..self.at) };
        pieces.push(self, piece);
    }

    fn backticks(&mut self, pieces: &mut Pieces) {
        let start = self.at;
        self.at += 1;
        let bytes = self.text.as_bytes();
        let mut close = self.at;
        while close < self.end && bytes.get(close) != Some(&b'`') {
            close += if bytes.get(close) == Some(&b'\\') { 2 } else { 1 };
        }
        if close >= self.end || self.nesting >= DEPTH {
            self.whole = false;
            self.at = self.end;
            return self.unknown(pieces, start);
        }
        let end = std::mem::replace(&mut self.end, close);
        self.nesting += 1;
        let script = self.script(None);
        self.nesting -= 1;
        self.end = end;
        self.at = close + 1;
        let piece = Piece::Substitution { script: Box::new(script), span: self.span(start..self.at) };
        pieces.push(self, piece);
    }

    /// `${…}`.
    fn braced(&mut self, pieces: &mut Pieces, start: usize, quoted: bool) {
        self.at += 2;
        let length = name_length(self.rest());
        let name = Name::new(self.slice(self.at..self.at + length));
        self.at += length;
        if length == 0 || self.nesting >= DEPTH {
            self.skip_braces();
            return self.unknown(pieces, start);
        }
        let rest = self.rest();
        let empty_too = rest.starts_with(':');
        let operation = match rest.trim_start_matches(':').as_bytes().first() {
            Some(b'}') if !empty_too => {
                self.at += 1;
                Operation::Take
            }
            Some(b'-' | b'=') => {
                self.at += 1 + usize::from(empty_too);
                let word = Box::new(self.operand(quoted));
                Operation::Default { empty_too, word }
            }
            Some(b'?') => {
                self.skip_braces();
                Operation::Required
            }
            _ => {
                self.skip_braces();
                Operation::Other
            }
        };
        let span = self.span(start..self.at);
        pieces.push(self, Piece::Variable { name, operation, span, quoted });
    }

    /// The word behind an operator, up to the brace that closes it.
    fn operand(&mut self, quoted: bool) -> Word {
        let start = self.at;
        let mut pieces = Pieces::default();
        self.nesting += 1;
        while let Some(byte) = self.byte() {
            let at = self.at;
            match byte {
                b'}' => break,
                b'\'' if !quoted => {
                    self.at += 1;
                    let length = memchr::memchr(b'\'', self.rest().as_bytes()).unwrap_or(self.end - self.at);
                    let range = self.at..self.at + length;
                    let text = Zeroizing::new(self.slice(range.clone()).to_owned());
                    pieces.literal(self, &text, range.clone(), true);
                    self.at = (range.end + 1).min(self.end);
                }
                b'"' => {
                    self.at += 1;
                    if !quoted {
                        self.double_quoted(&mut pieces);
                    }
                }
                b'$' | b'`' => self.expansion(&mut pieces, quoted),
                b'\\' => {
                    self.at += 1;
                    let length = self.rest().chars().next().map_or(0, char::len_utf8);
                    let text = self.slice(self.at..self.at + length).to_owned();
                    self.at += length;
                    pieces.literal(self, &text, at..self.at, true);
                }
                _ => {
                    let stop = |byte: u8| matches!(byte, b'}' | b'\'' | b'"' | b'$' | b'`' | b'\\');
                    let length = self.rest().bytes().skip(1).position(stop).map_or(self.end - at, |n| n + 1);
                    self.at += length;
                    let text = Zeroizing::new(self.slice(at..self.at).to_owned());
                    pieces.literal(self, &text, at..self.at, quoted);
                }
            }
        }
        self.nesting -= 1;
        pieces.flush(self);
        let word = Word { pieces: pieces.done, span: self.span(start..self.at) };
        self.whole &= self.byte() == Some(b'}');
        self.at = (self.at + 1).min(self.end);
        word
    }

    /// Passes over what stands up to the brace that closes the one before.
    fn skip_braces(&mut self) {
        let mut open = 1_usize;
        while let Some(byte) = self.byte() {
            self.at += 1;
            match byte {
                b'{' => open += 1,
                b'}' => {
                    open -= 1;
                    if open == 0 {
                        return;
                    }
                }
                b'\\' => self.at = (self.at + 1).min(self.end),
                _ => {}
            }
        }
        self.whole = false;
    }

    /// `$'…'`, as far as its escapes are common ones.
    fn ansi_quoted(&mut self, pieces: &mut Pieces) {
        let start = self.at;
        self.at += 2;
        let mut text = Zeroizing::new(String::new());
        let mut rest = self.rest().char_indices();
        let mut known = true;
        let mut end = None;
        while let Some((at, character)) = rest.next() {
            match character {
                '\'' => {
                    end = Some(at);
                    break;
                }
                '\\' => match rest.next() {
                    Some((_, 'n')) => text.push('\n'),
                    Some((_, 't')) => text.push('\t'),
                    Some((_, 'r')) => text.push('\r'),
                    Some((_, same @ ('\\' | '\'' | '"' | '?'))) => text.push(same),
                    _ => known = false,
                },
                other => text.push(other),
            }
        }
        let length = end.map_or(self.end - self.at, |at| at + 1);
        self.whole &= end.is_some();
        let inner = self.at..self.at + length.saturating_sub(1);
        self.at += length;
        if known {
            pieces.literal(self, &text, inner, true);
            pieces.flush(self);
        } else {
            self.unknown(pieces, start);
        }
    }

    /// `${{ … }}` and `{{ … }}`.
    fn braces_of_host(&mut self, pieces: &mut Pieces) {
        let start = self.at;
        let opening = if self.host == Host::GitHub { 3 } else { 2 };
        let Some(length) = expression::length(self.slice(start + opening..self.end)) else {
            self.whole = false;
            self.at = self.end;
            return self.unknown(pieces, start);
        };
        let inner = start + opening..start + opening + length;
        self.at = inner.end + 2;
        let text = Value::new(self.slice(inner.clone()));
        let piece = Piece::Foreign { text, inner: self.span(inner), span: self.span(start..self.at) };
        pieces.push(self, piece);
    }

    /// `$NAME`, `${NAME}` and in a Makefile `$(NAME)`, which the host replaces.
    fn replaced(&mut self, pieces: &mut Pieces) {
        let start = self.at;
        let inner = match self.peek(1) {
            Some(b'{') => {
                self.at += 2;
                let from = self.at;
                self.skip_braces();
                from..self.at.saturating_sub(1).max(from)
            }
            Some(b'(') if self.host == Host::Make => {
                self.at += 2;
                let from = self.at;
                self.skip_balanced();
                from..self.at.saturating_sub(1).max(from)
            }
            // Cloud Build leaves this one to the shell.
            Some(b'(') => {
                self.at += 2;
                return self.substitution(pieces, start, b')');
            }
            _ => {
                let length = match self.host {
                    Host::Make => usize::from(self.peek(1).is_some_and(|byte| byte.is_ascii_alphanumeric())),
                    _ => name_length(self.slice(self.at + 1..self.end)),
                };
                self.at += 1 + length;
                if length == 0 {
                    // Automatic variables such as `$@`, and a dollar sign alone.
                    self.at = (self.at
                        + usize::from(
                            self.byte().is_some_and(|byte| byte.is_ascii_punctuation()) && self.host == Host::Make,
                        ))
                    .min(self.end);
                    return self.unknown(pieces, start);
                }
                self.at - length..self.at
            }
        };
        let text = Value::new(self.slice(inner.clone()));
        let piece = if is_name(text.expose()) {
            Piece::Foreign { text, inner: self.span(inner), span: self.span(start..self.at) }
        } else {
            Piece::Unknown { span: self.span(start..self.at) }
        };
        pieces.push(self, piece);
    }

    /// What the host replaces although it stands in single quotes.
    pub(super) fn foreign_in_single_quotes(&mut self, pieces: &mut Pieces) {
        let start = self.at;
        if self.is_foreign() {
            return self.braces_of_host(pieces);
        }
        if self.peek(1) == Some(b'$') {
            self.at += 2;
            return pieces.literal(self, "$", start..self.at, true);
        }
        self.replaced(pieces);
    }
}
