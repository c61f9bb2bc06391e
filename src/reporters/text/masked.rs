//! The masked lines of one file as miette's source: original line numbers, far lines apart, and nothing else of the file.

use std::ops::Range;

use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use crate::reporters::Passage;
use crate::source::visible;

/// Some masked lines of one file, one below the other, whatever lies between them.
#[derive(Debug)]
pub(super) struct Masked {
    name: String,
    text: String,
    lines: Vec<Line>,
    /// Where each passage stands in `text`, and its original column, in the order of the passages.
    marks: Vec<(Range<usize>, usize)>,
}

#[derive(Debug)]
struct Line {
    number: usize,
    /// With its line break.
    range: Range<usize>,
}

impl Masked {
    /// Takes the lines of passages in one file; the first passage is the primary one. Longer lines are cut to `width`.
    pub(super) fn new(passages: &[&Passage], width: usize) -> Self {
        let name = passages.first().map(|passage| visible(passage.path.as_str()).into_owned()).unwrap_or_default();
        let mut masked = Self { name, text: String::new(), lines: Vec::new(), marks: Vec::new() };
        let order = order(passages);
        masked.marks = vec![(0..0, 1); passages.len()];
        for same in order.chunk_by(|a, b| passages[*a].start.line == passages[*b].start.line) {
            let Some(first) = same.first().map(|index| passages[*index]) else { continue };
            let whole = first.snippet.as_ref().map_or("", |snippet| snippet.text.as_str());
            let mark_of = |index: &usize| passages[*index].marked.clone();
            let start = same.iter().map(|index| mark_of(index).start).min().unwrap_or_default();
            let end = same.iter().map(|index| mark_of(index).end).max().unwrap_or_default();
            let cut = Cut::new(whole, start..end, width);
            let offset = masked.text.len();
            masked.text.push_str(&cut.text);
            for index in same {
                let mark = cut.place(&mark_of(index));
                masked.marks[*index] = (offset + mark.start..offset + mark.end, passages[*index].start.column);
            }
            masked.text.push('\n');
            masked.lines.push(Line { number: first.start.line, range: offset..masked.text.len() });
        }
        masked
    }

    /// The labels of the passages that this was made of.
    pub(super) fn labels(&self, passages: &[&Passage]) -> Vec<LabeledSpan> {
        let label = |(index, (passage, (mark, _))): (usize, (&&Passage, &(Range<usize>, usize)))| {
            let text = (!passage.label.is_empty()).then(|| visible(&passage.label).into_owned());
            let span = SourceSpan::from((mark.start, mark.len()));
            if index == 0 {
                LabeledSpan::new_primary_with_span(text, span)
            } else {
                LabeledSpan::new_with_span(text, span)
            }
        };
        passages.iter().zip(&self.marks).enumerate().map(label).collect()
    }
}

impl SourceCode for Masked {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        _lines_before: usize,
        _lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let (start, end) = (span.offset(), span.offset() + span.len());
        let first = self.lines.iter().position(|line| line.range.contains(&start)).ok_or(MietteError::OutOfBounds)?;
        let count = self.lines[first..].iter().take_while(|line| line.range.start <= start || line.range.start < end);
        let lines = &self.lines[first..first + count.count()];
        let (Some(top), Some(bottom)) = (lines.first(), lines.last()) else { return Err(MietteError::OutOfBounds) };
        if end > bottom.range.end || bottom.number != top.number + lines.len() - 1 {
            // miette asks whether two labels can be drawn in one piece: not if lines lie between them.
            return Err(MietteError::OutOfBounds);
        }
        let range = top.range.start..bottom.range.end;
        let column = self.marks.iter().find(|(mark, _)| mark.start == start && mark.len() == span.len());
        let column = column.or_else(|| self.marks.iter().find(|(mark, _)| mark.start == start));
        let contents = MietteSpanContents::new_named(
            self.name.clone(),
            self.text.get(range.clone()).unwrap_or_default().as_bytes(),
            (range.start, range.len()).into(),
            top.number - 1,
            column.map_or(0, |(_, column)| column - 1),
            lines.len(),
        );
        Ok(Box::new(contents))
    }
}

/// The passages line by line, the lines that adjoin the primary one first: that is where a person is to look.
fn order(passages: &[&Passage]) -> Vec<usize> {
    let line = |index: &usize| passages[*index].start.line;
    let mut order: Vec<usize> = (0..passages.len()).collect();
    order.sort_by_key(|index| passages[*index].start);
    let mut pieces: Vec<&[usize]> = order.chunk_by(|a, b| line(b) <= line(a) + 1).collect();
    pieces.sort_by_key(|piece| !piece.contains(&0));
    pieces.concat()
}

/// A line cut to a width around what is marked in it.
struct Cut {
    text: String,
    kept: Range<usize>,
    lead: usize,
}

impl Cut {
    fn new(line: &str, marked: Range<usize>, width: usize) -> Self {
        const GAP: &str = "...";
        let width = width.max(16);
        if line.chars().count() <= width {
            return Self { text: line.to_owned(), kept: 0..line.len(), lead: 0 };
        }
        // A few characters before the mark tell where it is; the rest of the width is for what follows.
        let before = line.get(..marked.start).map_or(0, |text| text.chars().count());
        let skipped = before.saturating_sub(width / 3);
        let bound = |chars: usize| line.char_indices().nth(chars).map_or(line.len(), |(offset, _)| offset);
        let kept = bound(skipped)..bound(skipped + width);
        let mut text = String::new();
        if kept.start > 0 {
            text.push_str(GAP);
        }
        let lead = text.len();
        text.push_str(line.get(kept.clone()).unwrap_or_default());
        if kept.end < line.len() {
            text.push_str(GAP);
        }
        Self { text, kept, lead }
    }

    fn place(&self, marked: &Range<usize>) -> Range<usize> {
        let moved = |offset: usize| offset.clamp(self.kept.start, self.kept.end) - self.kept.start + self.lead;
        moved(marked.start)..moved(marked.end)
    }
}
