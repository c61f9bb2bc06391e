//! PowerShell's and cmd's scripts to the commands that a POSIX shell would have for them, as far as they are plain. What is
//! not plain is left out, or is a word of which nothing is known; nothing is expanded and nothing is run.
//!
//! Source: `about_Parsing`, `about_Quoting_Rules` and `about_Redirection` of PowerShell; `cmd /?` and `set /?`.

mod cmd;
mod pipeline;
mod powershell;

use std::ops::Range;

use memchr::memmem;
use zeroize::Zeroizing;

use crate::name::Name;
use crate::source::Span;
use crate::syntax::shell::{Operation, Piece, Script, Word};
use crate::value::Value;

/// Where a range of a script stands in its file.
type Place<'p> = &'p dyn Fn(Range<usize>) -> Span;

/// How many commands of one script are read.
const COMMANDS: usize = 5_000;

/// The longest expression of GitHub that is looked for, in bytes.
const EXPRESSION: usize = 4_096;

/// Reads a script of PowerShell that stands in a GitHub workflow.
pub fn powershell(text: &str, place: &dyn Fn(Range<usize>) -> Span) -> Script {
    powershell::parse(text, place)
}

/// Reads a script of cmd that stands in a GitHub workflow.
pub fn cmd(text: &str, place: &dyn Fn(Range<usize>) -> Span) -> Script {
    cmd::parse(text, place)
}

/// A word in the making.
struct Maker<'p> {
    place: Place<'p>,
    pieces: Vec<Piece>,
    text: Zeroizing<String>,
    range: Range<usize>,
    quoted: bool,
}

impl<'p> Maker<'p> {
    fn new(place: Place<'p>) -> Self {
        Self { place, pieces: Vec::new(), text: Zeroizing::new(String::new()), range: 0..0, quoted: false }
    }

    /// Adds a character that stands at `range`. What is written otherwise than it is meant, and the end of a line, is a
    /// piece of its own, so that the places of all others can be told.
    fn push(&mut self, character: char, range: Range<usize>) {
        let is_plain = range.len() == character.len_utf8() && character != '\n';
        if !is_plain || self.range.end != range.start {
            self.flush();
        }
        if self.text.is_empty() {
            self.range = range.clone();
        }
        self.text.push(character);
        self.range.end = range.end;
        if !is_plain {
            self.flush();
        }
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            let text = Value::new(std::mem::take(&mut *self.text));
            self.pieces.push(Piece::Literal { text, span: (self.place)(self.range.clone()), quoted: self.quoted });
        }
    }

    fn variable(&mut self, name: &str, range: Range<usize>) {
        self.flush();
        let (name, operation, span) = (Name::new(name), Operation::Take, (self.place)(range));
        self.pieces.push(Piece::Variable { name, operation, span, quoted: true });
    }

    fn unknown(&mut self, range: Range<usize>) {
        self.flush();
        self.pieces.push(Piece::Unknown { span: (self.place)(range) });
    }

    /// `${{ … }}`, if one begins at `at`; where it ends.
    fn foreign(&mut self, text: &str, at: usize) -> Option<usize> {
        let rest = text.get(at..)?.strip_prefix("${{")?;
        let near = rest.as_bytes().get(..EXPRESSION.min(rest.len()))?;
        let length = memmem::find(near, b"}}")?;
        let inner = at + 3..at + 3 + length;
        let end = inner.end + 2;
        self.flush();
        let value = Value::new(text.get(inner.clone())?);
        self.pieces.push(Piece::Foreign { text: value, inner: (self.place)(inner), span: (self.place)(at..end) });
        Some(end)
    }

    /// The word that stands at `range`.
    fn finish(mut self, range: Range<usize>) -> Word {
        self.flush();
        Word { pieces: self.pieces, span: (self.place)(range) }
    }
}

/// A word that stands nowhere.
fn word(text: &str, at: Span) -> Word {
    let span = Span::new(at.start, at.start);
    Word { pieces: vec![Piece::Literal { text: Value::new(text), span, quoted: false }], span }
}

/// A word of which nothing is known.
fn unknown(span: Span) -> Word {
    Word { pieces: vec![Piece::Unknown { span }], span }
}

/// The span from the first of some words to the last.
fn hull(words: &[Word]) -> Span {
    let (first, last) = (words.first().map(|word| word.span), words.last().map(|word| word.span));
    first.zip(last).map_or_else(Span::default, |(first, last)| Span::new(first.start, last.end.max(first.start)))
}

#[cfg(test)]
mod tests;
