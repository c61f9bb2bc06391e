//! A value without its quotes and escapes that still knows where each of its bytes stands in the file.

use zeroize::Zeroizing;

use crate::source::Span;
use crate::value::{Operator, Part, Template};

/// Text that was unescaped.
pub(super) struct Decoded {
    text: Zeroizing<String>,
    /// Where a run of bytes begins: in the text, and in the file. Sorted by both; the first is at 0 of the text.
    runs: Vec<(usize, usize)>,
    end: usize,
}

impl Decoded {
    /// Text that stands in the file as it is, from `start` on.
    pub(super) fn new(text: &str, start: usize) -> Self {
        Self { text: Zeroizing::new(text.to_owned()), runs: vec![(0, start)], end: start + text.len() }
    }

    /// Text that stands in the file from 0 on, with runs of it left out.
    pub(super) fn without(text: &str, find: impl Fn(&str, usize) -> Option<Span>) -> Self {
        let mut kept = Self::new("", 0);
        let mut done = 0;
        while let Some(found) = find(text, done) {
            kept.keep(text.get(done..found.start).unwrap_or_default(), done);
            done = found.end.max(done + 1);
        }
        kept.keep(text.get(done..).unwrap_or_default(), done);
        kept
    }

    /// A part of it.
    pub(super) fn slice(&self, range: Span) -> Self {
        let mut part = Self::new("", self.offset(range.start));
        self.copy(range, &mut part);
        part
    }

    /// The text.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Adds text that stands in the file as it is, at `start`.
    pub(super) fn keep(&mut self, text: &str, start: usize) {
        if !text.is_empty() && self.end != start {
            self.runs.push((self.text.len(), start));
        }
        self.text.push_str(text);
        self.end = start + text.len();
    }

    /// Adds text that stands for `source` in the file.
    pub(super) fn replace(&mut self, text: &str, source: Span) {
        self.runs.push((self.text.len(), source.start));
        self.text.push_str(text);
        self.runs.push((self.text.len(), source.end));
        self.end = source.end;
    }

    /// Replaces every match of `find`, which says where the next one is and what it stands for.
    pub(super) fn map(&self, find: impl Fn(&str, usize) -> Option<(Span, String)>) -> Self {
        let mut mapped = Self::new("", self.offset(0));
        let mut done = 0;
        while let Some((found, replacement)) = find(&self.text, done) {
            self.copy(Span::new(done, found.start), &mut mapped);
            mapped.replace(&replacement, self.span(found));
            done = found.end;
        }
        self.copy(Span::new(done, self.text.len()), &mut mapped);
        mapped
    }

    /// Where a range of the text stands in the file.
    pub(super) fn span(&self, range: Span) -> Span {
        let start = self.offset(range.start);
        Span::new(start, self.offset(range.end).max(start))
    }

    /// Makes the spans of a template that was read from the text those of the file.
    pub(super) fn relocate(&self, template: &mut Template) {
        for part in template.parts_mut() {
            match part {
                Part::Literal(_) => {}
                Part::Unknown(span) => *span = self.span(*span),
                Part::Reference(reference) => {
                    reference.span = self.span(reference.span);
                    if let Some(
                        Operator::Default { word, .. }
                        | Operator::Alternative { word, .. }
                        | Operator::Required { word, .. },
                    ) = &mut reference.operator
                    {
                        self.relocate(word);
                    }
                }
            }
        }
    }

    fn offset(&self, index: usize) -> usize {
        let next = self.runs.partition_point(|(start, _)| *start <= index);
        let (start, at) = self.runs.get(next.wrapping_sub(1)).copied().unwrap_or_default();
        let limit = self.runs.get(next).map_or(self.end, |(_, at)| *at);
        (at + (index - start)).min(limit.max(at))
    }

    fn copy(&self, range: Span, into: &mut Self) {
        let mut start = range.start;
        while start < range.end {
            let next = self.runs.partition_point(|(begin, _)| *begin <= start);
            let end = self.runs.get(next).map_or(range.end, |(begin, _)| (*begin).min(range.end));
            into.keep(self.text.get(start..end).unwrap_or_default(), self.offset(start));
            start = end;
        }
    }
}
