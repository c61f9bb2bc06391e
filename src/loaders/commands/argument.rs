//! Arguments: words with what their expansions are known to come to, and where each piece stands.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::{Bit, Content, Shell, Written};
use crate::source::Span;
use crate::syntax::shell::{Operation, Piece, Word};
use crate::value::Value;

/// How many variables an argument is known to hand on.
const HANDED_ON: usize = 64;

/// How many pieces an argument is followed to.
const PARTS: usize = 512;

/// A word as a program gets it.
#[derive(Clone, Debug, Default)]
pub(in crate::loaders) struct Argument {
    pub(super) parts: Vec<(Bit, Span)>,
    pub(super) span: Span,
    /// The variables that it hands on, each with where it does.
    handed_on: Option<Arc<Vec<(Span, Written)>>>,
}

impl Argument {
    /// A text that stands somewhere as it is.
    pub(in crate::loaders) fn new(parts: Vec<(Bit, Span)>, span: Span) -> Self {
        Self { parts, span, handed_on: None }
    }

    /// Another one out of pieces of this.
    fn cut(&self, parts: Vec<(Bit, Span)>, span: Span) -> Self {
        Self { parts, span, handed_on: self.handed_on.clone() }
    }

    /// The variable that it hands on as it is, if all of it comes from one whose value is written in the file.
    pub(in crate::loaders) fn handed_on(&self) -> Option<&Written> {
        let ((_, span), rest) = self.parts.split_first()?;
        let is_written = |(part, of): &(Bit, Span)| of == span && matches!(part, Bit::Text(_) | Bit::Default(..));
        if !is_written(self.parts.first()?) || !rest.iter().all(is_written) {
            return None;
        }
        self.handed_on.as_ref()?.iter().find(|(at, _)| at == span).map(|(_, written)| written)
    }

    /// A word as a shell hands it over. An unquoted expansion of unknown length is one unknown piece all the same.
    pub(super) fn of(word: &Word, shell: &Shell<'_>) -> Self {
        let mut argument = Self::new(Vec::with_capacity(word.pieces.len()), word.span);
        for piece in &word.pieces {
            argument.take(piece, shell, 0);
        }
        argument
    }

    fn take(&mut self, piece: &Piece, shell: &Shell<'_>, depth: usize) {
        match piece {
            Piece::Literal { text, span, .. } => self.parts.push((Bit::Text(text.clone()), *span)),
            Piece::Variable { name, operation, span, .. } => {
                let known = shell.variables.get(name.as_str()).map(|variable| &variable.content);
                match (operation, known) {
                    (Operation::Default { word, .. }, Some(content)) if content.parts.is_empty() && depth < 8 => {
                        for piece in &word.pieces {
                            self.take(piece, shell, depth + 1);
                        }
                    }
                    (Operation::Take | Operation::Required | Operation::Default { .. }, Some(content)) => {
                        self.content(content, *span);
                        if let Some(variable) = shell.variables.get(name.as_str()) {
                            let (place, value_span) = (variable.place.clone(), variable.value_span);
                            self.note(*span, Written { name: name.as_str().to_owned(), place, value_span });
                        }
                    }
                    _ => self.parts.push((Bit::Unknown(Some(name.as_str().to_owned())), *span)),
                }
            }
            Piece::Foreign { text, inner, span } => self.content(&(shell.foreign)(text.expose(), *inner), *span),
            Piece::Substitution { span, .. } | Piece::Unknown { span } => self.parts.push((Bit::Unknown(None), *span)),
        }
    }

    pub(in crate::loaders) fn content(&mut self, content: &Content, span: Span) {
        // Variables that are made of one another may come to anything.
        let is_large = content.is_large() || self.parts.len() + content.parts.len() > PARTS;
        if is_large && !content.parts.is_empty() {
            if self.parts.len() <= PARTS {
                self.parts.push((Bit::Unknown(None), span));
            }
            return;
        }
        self.parts.extend(content.parts.iter().map(|part| (part.clone(), span)));
        if let Some(written) = &content.written {
            self.note(span, Written::clone(written));
        }
    }

    fn note(&mut self, span: Span, written: Written) {
        let known = self.handed_on.get_or_insert_default();
        if known.len() < HANDED_ON {
            Arc::make_mut(known).push((span, written));
        }
    }

    /// Its text, if all of it is known.
    pub(in crate::loaders) fn literal(&self) -> Option<Zeroizing<String>> {
        self.to_content().literal()
    }

    pub(in crate::loaders) fn to_content(&self) -> Content {
        let parts = self.parts.iter().map(|(part, _)| part.clone()).collect();
        Content { parts, written: None }
    }

    pub(in crate::loaders) fn span(&self) -> Span {
        self.span
    }

    /// Adds a piece.
    pub(in crate::loaders) fn push(&mut self, bit: Bit, span: Span) {
        self.parts.push((bit, span));
    }

    /// Its lines, without blank space at their ends.
    pub(in crate::loaders) fn lines(&self) -> Vec<Self> {
        self.split("\n").into_iter().map(Self::trimmed).collect()
    }

    /// What stands between its commas, without blank space at the ends.
    pub(in crate::loaders) fn items(&self) -> Vec<Self> {
        self.split(",").into_iter().map(Self::trimmed).collect()
    }

    /// Its words, cut at blank space; nothing is quoted.
    pub(super) fn words(&self) -> Vec<Self> {
        let words = self.split(" ").into_iter().flat_map(|word| word.split("\n"));
        words.filter(|word| !word.is_empty()).collect()
    }

    /// The text that it begins with.
    pub(super) fn beginning(&self) -> &str {
        match self.parts.first() {
            Some((Bit::Text(text), _)) => text.expose(),
            _ => "",
        }
    }

    /// Whether nothing of it is known.
    pub(super) fn is_unknown(&self) -> bool {
        matches!(self.parts.as_slice(), [(Bit::Unknown(_), _)])
    }

    pub(in crate::loaders) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// What stands before and behind the first `separator` in its text.
    pub(in crate::loaders) fn split_once(&self, separator: &str) -> Option<(Self, Self)> {
        for (index, (part, span)) in self.parts.iter().enumerate() {
            let Bit::Text(text) = part else { continue };
            let Some(at) = text.expose().find(separator) else { continue };
            let text = text.expose();
            let cut = |range: std::ops::Range<usize>| {
                let part = text.get(range.clone()).unwrap_or_default();
                (Bit::Text(Value::new(part)), sub_span(text, *span, range))
            };
            let (before, after) = (cut(0..at), cut(at + separator.len()..text.len()));
            let keep = |(part, span): (Bit, Span)| match &part {
                Bit::Text(text) if text.is_empty() => None,
                _ => Some((part, span)),
            };
            let (middle, start) = (before.1, after.1);
            let mut left: Vec<(Bit, Span)> = self.parts.get(..index).unwrap_or_default().to_vec();
            left.extend(keep(before));
            let mut right: Vec<(Bit, Span)> = keep(after).into_iter().collect();
            right.extend(self.parts.get(index + 1..).unwrap_or_default().iter().cloned());
            let left_span = hull(&left).unwrap_or_else(|| Span::new(middle.start, middle.start));
            let right_span = hull(&right).unwrap_or_else(|| Span::new(start.start, start.start));
            return Some((self.cut(left, left_span), self.cut(right, right_span)));
        }
        None
    }

    /// Its pieces between the separators in its text.
    pub(super) fn split(&self, separator: &str) -> Vec<Self> {
        let mut found = Vec::new();
        let mut current = self.cut(Vec::new(), Span::new(self.span.start, self.span.start));
        for (part, span) in &self.parts {
            let Bit::Text(text) = part else {
                current.parts.push((part.clone(), *span));
                continue;
            };
            let text = text.expose();
            let mut start = 0;
            for (index, piece) in text.split(separator).enumerate() {
                let range = start..start + piece.len();
                start = range.end + separator.len();
                let place = sub_span(text, *span, range);
                if index > 0 {
                    let next = self.cut(Vec::new(), Span::new(place.start, place.start));
                    found.push(std::mem::replace(&mut current, next));
                }
                if !piece.is_empty() {
                    current.parts.push((Bit::Text(Value::new(piece)), place));
                }
            }
        }
        found.push(current);
        for piece in &mut found {
            piece.span = hull(&piece.parts).unwrap_or(piece.span);
        }
        found
    }

    /// It without blank space at its ends.
    #[must_use]
    pub(super) fn trimmed(mut self) -> Self {
        if let Some((Bit::Text(text), span)) = self.parts.first_mut() {
            let start = text.expose().len() - text.expose().trim_start().len();
            let range = start..text.expose().len();
            *span = sub_span(text.expose(), *span, range.clone());
            *text = Value::new(text.expose().get(range).unwrap_or_default());
        }
        if let Some((Bit::Text(text), span)) = self.parts.last_mut() {
            let range = 0..text.expose().trim_end().len();
            *span = sub_span(text.expose(), *span, range.clone());
            *text = Value::new(text.expose().get(range).unwrap_or_default());
        }
        self.parts.retain(|(part, _)| !matches!(part, Bit::Text(text) if text.is_empty()));
        self.span = hull(&self.parts).unwrap_or(Span::new(self.span.start, self.span.start));
        self
    }

    /// It without the text that it begins with.
    pub(in crate::loaders) fn without(&self, prefix: &str) -> Option<Self> {
        self.beginning().starts_with(prefix).then(|| {
            let mut rest = self.clone();
            if let Some((Bit::Text(text), span)) = rest.parts.first_mut() {
                let range = prefix.len()..text.expose().len();
                *span = sub_span(text.expose(), *span, range.clone());
                *text = Value::new(text.expose().get(range).unwrap_or_default());
            }
            rest.parts.retain(|(part, _)| !matches!(part, Bit::Text(text) if text.is_empty()));
            rest.span = hull(&rest.parts).unwrap_or(Span::new(self.span.end, self.span.end));
            rest
        })
    }

    /// It without the quotes around it.
    #[must_use]
    pub(super) fn unquoted(self) -> Self {
        for quote in ["'", "\""] {
            let (Some((Bit::Text(first), _)), Some((Bit::Text(last), _))) = (self.parts.first(), self.parts.last())
            else {
                continue;
            };
            let is_pair = self.parts.len() > 1 || first.expose().len() > 1;
            if is_pair && first.expose().starts_with(quote) && last.expose().ends_with(quote) {
                let mut inner = self.without(quote).unwrap_or_default();
                if let Some((Bit::Text(text), span)) = inner.parts.last_mut() {
                    let range = 0..text.expose().len() - 1;
                    *span = sub_span(text.expose(), *span, range.clone());
                    *text = Value::new(text.expose().get(range).unwrap_or_default());
                }
                inner.parts.retain(|(part, _)| !matches!(part, Bit::Text(text) if text.is_empty()));
                inner.span = hull(&inner.parts).unwrap_or(inner.span);
                return inner;
            }
        }
        self
    }
}

/// Where a range of a text stands; where the text is not written as it is, that of all of it.
fn sub_span(text: &str, span: Span, range: std::ops::Range<usize>) -> Span {
    if span.len() == text.len() {
        Span::new(span.start + range.start, span.start + range.end.max(range.start))
    } else {
        span
    }
}

fn hull(parts: &[(Bit, Span)]) -> Option<Span> {
    let (first, last) = (parts.first()?.1, parts.last()?.1);
    Some(Span::new(first.start, last.end.max(first.start)))
}
