//! The lines of a unit's file, and the words of a value. What they mean is for `unit` and `quadlet`.

use crate::fact::{InlineIgnore, Loaded};
use crate::source::{SourceFile, Span};

/// What stands before the `=` of a line.
pub(super) enum Key<'a> {
    Section(&'a str),
    Entry(Span),
}

/// The lines of a unit, those that end with a backslash joined with the next one; comments are skipped.
pub(super) struct Lines<'a> {
    source: &'a SourceFile,
    at: usize,
    ignores: Vec<InlineIgnore>,
}

impl<'a> Lines<'a> {
    pub(super) fn new(source: &'a SourceFile, loaded: &mut Loaded) -> Self {
        let mut lines = Self { source, at: 0, ignores: Vec::new() };
        while lines.next_line(true).is_some() {}
        loaded.ignores.append(&mut lines.ignores);
        Self { source, at: 0, ignores: Vec::new() }
    }

    /// The next logical line without its line break, and without comments before it.
    fn next_line(&mut self, with_ignores: bool) -> Option<Span> {
        let text = self.source.text();
        loop {
            let start = self.at;
            let rest = text.get(start..).filter(|rest| !rest.is_empty())?;
            let mut end = start + rest.find('\n').unwrap_or(rest.len());
            let first = rest.trim_start_matches([' ', '\t', '\u{feff}']);
            if first.starts_with(['#', ';']) {
                self.at = end + 1;
                let span = Span::new(start + (rest.len() - first.len()), end);
                if with_ignores {
                    self.ignores.extend(InlineIgnore::at(self.source, span, true));
                }
                continue;
            }
            while text.get(start..end).is_some_and(|line| line.trim_end_matches('\r').ends_with('\\'))
                && end < text.len()
            {
                let next = text.get(end + 1..).unwrap_or_default();
                end += 1 + next.find('\n').unwrap_or(next.len());
            }
            self.at = end + 1;
            return Some(Span::new(start, end.min(text.len())));
        }
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = (Key<'a>, Span);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let span = self.next_line(false)?;
            let line = self.source.slice(span);
            let trimmed = line.trim_matches([' ', '\t', '\r', '\u{feff}']);
            if let Some(name) = trimmed.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                return Some((Key::Section(name), span));
            }
            let Some((key, value)) = line.split_once('=') else { continue };
            let name = key.trim_matches([' ', '\t', '\u{feff}']);
            let start = span.start + key.find(name).unwrap_or_default();
            let from = span.start + key.len() + 1 + (value.len() - value.trim_start().len());
            let end = (span.start + line.trim_end().len()).max(from);
            let value = Span::new(from.min(end), end);
            return Some((Key::Entry(Span::new(start, start + name.len())), value));
        }
    }
}

/// A word of a list, unquoted, with where each of its bytes stands.
pub(super) struct Word {
    pub(super) text: zeroize::Zeroizing<String>,
    places: Vec<Span>,
    end: usize,
}

impl Word {
    pub(super) fn span(&self, from: usize, to: usize) -> Span {
        let start = self.places.get(from).map_or(self.end, |place| place.start);
        let end = to.checked_sub(1).and_then(|last| self.places.get(last)).map_or(start, |place| place.end);
        if from >= to { Span::new(start, start) } else { Span::new(start, end.max(start)) }
    }
}

/// Words apart by blanks; quotes may stand anywhere in one, and backslashes escape as in C.
pub(super) fn words(text: &str, offset: usize) -> Vec<Word> {
    let new = || Word { text: zeroize::Zeroizing::new(String::new()), places: Vec::new(), end: 0 };
    let mut words = Vec::new();
    let mut word: Option<Word> = None;
    let mut quote = None;
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        let push = |word: &mut Option<Word>, found: char, length: usize| {
            let word = word.get_or_insert_with(new);
            word.text.push(found);
            word.end = offset + at + length;
            word.places.resize(word.text.len(), Span::new(offset + at, word.end));
        };
        match (quote, character) {
            (Some(open), _) if character == open => {
                quote = None;
                if let Some(word) = &mut word {
                    word.end = word.end.max(offset + at);
                }
            }
            (None, '"' | '\'') => {
                quote = Some(character);
                let word = word.get_or_insert_with(new);
                word.end = offset + at + 1;
            }
            (None, _) if character.is_whitespace() => words.extend(word.take()),
            (_, '\\') => match characters.next() {
                None => {}
                // A line that goes on.
                Some((_, '\n' | '\r')) if quote.is_some() => {}
                Some((_, '\n' | '\r')) => words.extend(word.take()),
                Some((_, 'n')) => push(&mut word, '\n', 2),
                Some((_, 't')) => push(&mut word, '\t', 2),
                Some((_, 's')) => push(&mut word, ' ', 2),
                Some((_, other)) => push(&mut word, other, 1 + other.len_utf8()),
            },
            (_, character) => push(&mut word, character, character.len_utf8()),
        }
    }
    words.extend(word);
    words
}
