//! Texts of HCL: quoted ones and heredocs, with the expressions in them.

use zeroize::Zeroizing;

use super::parser::{Parser, Read};
use super::{Expression, Kind, Piece};
use crate::source::Span;
use crate::value::Value;

/// A text in the making.
#[derive(Default)]
struct Pieces {
    done: Vec<Piece>,
    text: Zeroizing<String>,
}

impl Pieces {
    fn push(&mut self, piece: Piece) {
        self.end_text();
        self.done.push(piece);
    }

    fn end_text(&mut self) {
        if !self.text.is_empty() {
            self.done.push(Piece::Text(Value::new(std::mem::take(&mut *self.text))));
        }
    }

    /// `"${a}"` is what `a` is; all else is a text.
    fn finish(mut self, span: Span) -> Expression {
        if self.done.is_empty() {
            return Expression { span, kind: Kind::Text(Value::new(std::mem::take(&mut *self.text))) };
        }
        self.end_text();
        Expression { span, kind: Kind::Template(self.done) }
    }
}

impl Parser<'_> {
    /// `"…"`.
    pub(super) fn quoted(&mut self) -> Read<Expression> {
        let start = self.at;
        self.at += 1;
        let mut pieces = Pieces::default();
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let ends = |byte: &u8| matches!(byte, b'"' | b'\\' | b'$' | b'%' | b'\n');
            let plain = rest.as_bytes().iter().position(ends).unwrap_or(rest.len());
            pieces.text.push_str(&rest[..plain]);
            self.at += plain;
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => self.escape(&mut pieces)?,
                Some(b'$' | b'%') => self.sign(&mut pieces)?,
                _ => {
                    let span = Span::new(start, start + 1);
                    return self.fail_at(span, "this text is not closed on its line");
                }
            }
        }
        self.at += 1;
        Ok(pieces.finish(Span::new(start, self.at)))
    }

    /// All of the text, where nothing but `${` and `%{` begins something.
    pub(super) fn bare(&mut self) -> Read<Expression> {
        let mut pieces = Pieces::default();
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let plain = memchr::memchr2(b'$', b'%', rest.as_bytes()).unwrap_or(rest.len());
            pieces.text.push_str(&rest[..plain]);
            self.at += plain;
            if self.peek().is_none() {
                return Ok(pieces.finish(Span::new(0, self.at)));
            }
            self.sign(&mut pieces)?;
        }
    }

    fn escape(&mut self, pieces: &mut Pieces) -> Read<()> {
        let (character, length) = match self.byte(1) {
            Some(b'n') => (Some('\n'), 2),
            Some(b'r') => (Some('\r'), 2),
            Some(b't') => (Some('\t'), 2),
            Some(b'"') => (Some('"'), 2),
            Some(b'\\') => (Some('\\'), 2),
            Some(b'u') => (self.code_point(4), 6),
            Some(b'U') => (self.code_point(8), 10),
            _ => (None, 0),
        };
        let Some(character) = character else {
            let span = Span::new(self.at, self.at + 1);
            return self.fail_at(span, "no escape begins like this; a backslash is written `\\\\`");
        };
        pieces.text.push(character);
        self.at += length;
        Ok(())
    }

    fn code_point(&self, digits: usize) -> Option<char> {
        let text = self.text.get(self.at + 2..self.at + 2 + digits)?;
        char::from_u32(u32::from_str_radix(text, 16).ok()?)
    }

    /// `$` or `%`, which may begin an expression, or a text that looks like one.
    fn sign(&mut self, pieces: &mut Pieces) -> Read<()> {
        let sign = self.peek().map_or('$', char::from);
        if self.byte(1) == Some(b'{') {
            return if sign == '$' { self.interpolation(pieces) } else { self.directive(pieces) };
        }
        pieces.text.push(sign);
        self.at += 1;
        if self.peek() == Some(sign as u8) && self.byte(1) == Some(b'{') {
            // `$${` is `${`.
            pieces.text.push('{');
            self.at += 2;
        }
        Ok(())
    }

    fn interpolation(&mut self, pieces: &mut Pieces) -> Read<()> {
        self.punctuation(2);
        let strips_before = self.strip_mark();
        let loose = std::mem::replace(&mut self.loose, true);
        self.skip();
        let expression = self.expression()?;
        self.skip();
        let strips_behind = self.strip_mark();
        self.expect(b'}', "`}` was expected here")?;
        self.loose = loose;
        // What the marks take away is not worked out.
        let strips = strips_before || strips_behind;
        pieces.push(if strips { Piece::Directive(vec![expression]) } else { Piece::Expression(expression) });
        Ok(())
    }

    /// `%{if …}`, `%{for …}`, `%{endif}` and the like: the text depends on it, the expressions are kept.
    fn directive(&mut self, pieces: &mut Pieces) -> Read<()> {
        self.punctuation(2);
        self.strip_mark();
        let loose = std::mem::replace(&mut self.loose, true);
        self.skip();
        let mut expressions = Vec::new();
        match self.identifier() {
            Some("if") => {
                self.skip();
                expressions.push(self.expression()?);
            }
            Some("for") => {
                loop {
                    self.skip();
                    if self.identifier().is_none() {
                        return self.fail("a name was expected here");
                    }
                    self.skip();
                    if self.peek() != Some(b',') {
                        break;
                    }
                    self.at += 1;
                }
                if !self.text.get(self.at..).is_some_and(|rest| rest.starts_with("in")) {
                    return self.fail("`in` was expected here");
                }
                self.at += 2;
                self.skip();
                expressions.push(self.expression()?);
            }
            Some("else" | "endif" | "endfor") => {}
            _ => return self.fail("`if`, `for`, `else`, `endif` or `endfor` was expected here"),
        }
        self.skip();
        self.strip_mark();
        self.expect(b'}', "`}` was expected here")?;
        self.loose = loose;
        pieces.push(Piece::Directive(expressions));
        Ok(())
    }

    fn strip_mark(&mut self) -> bool {
        let found = self.peek() == Some(b'~');
        self.at += usize::from(found);
        found
    }

    /// `<<END` and `<<-END`.
    pub(super) fn heredoc(&mut self) -> Read<Expression> {
        let start = self.at;
        self.at += 2;
        let flush = self.peek() == Some(b'-');
        self.at += usize::from(flush);
        let Some(word) = self.identifier() else { return self.fail("a name was expected behind `<<`") };
        if self.peek() == Some(b'\r') {
            self.at += 1;
        }
        if self.peek() != Some(b'\n') {
            return self.fail("a new line was expected here");
        }
        self.at += 1;
        let Some((end, behind)) = self.heredoc_end(word) else {
            return self.fail_at(Span::new(start, start + 2), "this text is never closed");
        };
        let content = self.text.get(self.at..end).unwrap_or_default();
        let indent = if flush { indentation(content) } else { 0 };
        let mut pieces = Pieces::default();
        let mut begins_line = true;
        while self.at < end {
            if begins_line {
                let rest = self.text.get(self.at..end).unwrap_or_default();
                self.at += rest.bytes().take(indent).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            }
            let rest = self.text.get(self.at..end).unwrap_or_default();
            let plain = rest.find(['$', '%', '\n']).unwrap_or(rest.len());
            pieces.text.push_str(&rest[..plain]);
            self.at += plain;
            begins_line = false;
            match self.peek() {
                _ if self.at >= end => {}
                Some(b'\n') => {
                    pieces.text.push('\n');
                    self.at += 1;
                    begins_line = true;
                }
                _ => self.sign(&mut pieces)?,
            }
        }
        self.at = behind.max(self.at);
        Ok(pieces.finish(Span::new(start, self.at)))
    }

    /// Where the lines of a heredoc end, and where the word that ends them does.
    fn heredoc_end(&self, word: &str) -> Option<(usize, usize)> {
        let mut at = self.at;
        loop {
            let rest = self.text.get(at..)?;
            // The line of the word must end: at the end of a file that has no last line break, Terraform misses it.
            let length = memchr::memchr(b'\n', rest.as_bytes())?;
            let line = &rest[..length];
            if line.trim() == word {
                let leading = line.len() - line.trim_start().len();
                return Some((at, at + leading + word.len()));
            }
            at += length + 1;
        }
    }
}

/// The spaces before every line that holds something else.
fn indentation(content: &str) -> usize {
    let lines = content.split('\n').filter(|line| !line.trim().is_empty());
    lines.map(|line| line.bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count()).min().unwrap_or(0)
}
