//! Lines of a file as a report may show them: masked unless syntax said otherwise.

use std::borrow::Cow;
use std::ops::Range;

use super::{SourceFile, Span, visible};

/// What stands for everything that is not shown: one width, whatever the length was.
pub const MASK: &str = "••••";

/// One line of a file, masked: only the spans that a loader marked as shown (names, keys, keywords,
/// punctuation) are legible.
///
/// Knows where each original byte went, so that a label finds its place in the masked text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snippet {
    /// The line's number in the file, from 1.
    pub line: usize,
    /// The masked and sanitised text.
    pub text: String,
    /// Where each run of bytes went, and whether it is shown as it is, byte for byte.
    runs: Vec<(Span, Range<usize>, bool)>,
}

impl Snippet {
    /// Masks one line (from 1) of a file. `shown` must be sorted by start.
    pub fn new(source: &SourceFile, shown: &[Span], line: usize) -> Self {
        let bounds = source.line(line);
        let mut snippet = Self { line, text: String::new(), runs: Vec::new() };
        let mut at = bounds.start;
        let first = shown.partition_point(|span| span.end <= bounds.start);
        for span in &shown[first..] {
            if span.start >= bounds.end {
                break;
            }
            let span = Span::new(span.start.max(at), span.end.min(bounds.end).max(span.start.max(at)));
            snippet.hide(source, Span::new(at, span.start));
            if snippet.text.ends_with(MASK) && source.slice(Span::new(at, span.start)).ends_with([' ', '\t']) {
                // The mask would stick to what follows.
                snippet.text.push(' ');
            }
            let text = visible(source.slice(span));
            snippet.push(span, &text, matches!(text, Cow::Borrowed(_)));
            at = span.end;
        }
        snippet.hide(source, Span::new(at, bounds.end));
        snippet
    }

    /// Where the part of `span` on this line stands in [`Snippet::text`], as bytes; never empty unless the text is.
    pub fn locate(&self, span: Span) -> Range<usize> {
        let touched = self.runs.iter().filter(|(run, ..)| {
            if span.is_empty() { run.contains(span.start) } else { run.start < span.end && span.start < run.end }
        });
        let mut found: Option<Range<usize>> = None;
        for (run, place, verbatim) in touched {
            let start =
                if *verbatim && span.start > run.start { place.start + (span.start - run.start) } else { place.start };
            let end = if *verbatim && span.end < run.end { place.start + (span.end - run.start) } else { place.end };
            let end = end.max(start);
            found = Some(found.map_or(start..end, |range| range.start..end));
        }
        found.unwrap_or(self.text.len()..self.text.len())
    }

    /// Blank space before stays as it is, all else becomes the mask.
    fn hide(&mut self, source: &SourceFile, span: Span) {
        let text = source.slice(span);
        let start = span.end - text.trim_start_matches([' ', '\t']).len();
        let end = start.max(span.start + text.trim_end_matches([' ', '\t']).len());
        self.push(Span::new(span.start, start), &" ".repeat(start - span.start), true);
        self.push(Span::new(start, end), MASK, false);
        // Blank space behind could be part of a value: nothing stands for it, and a label on it sits behind the mask.
        self.push(Span::new(end, span.end), "", false);
    }

    /// Adds a run; `verbatim`: its bytes stand one for one in the text.
    fn push(&mut self, span: Span, text: &str, verbatim: bool) {
        if !span.is_empty() {
            let start = self.text.len();
            self.text.push_str(text);
            self.runs.push((span, start..self.text.len(), verbatim));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourcePath;

    fn snippet(text: &str, shown: &[Span], line: usize) -> Snippet {
        let source = SourceFile::new(SourcePath::new(".env"), text.as_bytes().to_vec());
        Snippet::new(&source, shown, line)
    }

    #[test]
    fn all_but_the_shown_spans_is_masked() {
        let line = snippet("# c\nNAME=hunter2 # x\n", &[Span::new(4, 9)], 2);
        assert_eq!(line.text, "NAME=••••");
        assert_eq!(line.line, 2);
        assert_eq!(&line.text[line.locate(Span::new(4, 8))], "NAME");
        assert_eq!(&line.text[line.locate(Span::new(10, 12))], MASK);
        assert_eq!(&line.text[line.locate(Span::new(4, 16))], "NAME=••••");
    }

    #[test]
    fn a_hidden_run_as_long_as_the_mask_is_still_one_piece() {
        // Twelve bytes, as many as the mask has; an offset into it must not split one of its characters.
        let line = snippet("Rd = false };;;x\n", &[Span::new(0, 2)], 1);
        assert_eq!(&line.text[line.locate(Span::new(0, 7))], "Rd ••••");
        assert_eq!(&line.text[line.locate(Span::new(4, 7))], MASK);
    }

    #[test]
    fn nothing_shown_is_one_mask_and_indentation() {
        assert_eq!(snippet("  secret text", &[], 1).text, "  ••••");
        assert_eq!(snippet("", &[], 1).text, "");
    }

    #[test]
    fn a_label_behind_the_end_sits_at_the_end() {
        let line = snippet("A=", &[Span::new(0, 2)], 1);
        assert_eq!(line.locate(Span::new(2, 2)), 2..2);
    }

    #[test]
    fn a_span_over_several_lines_shows_its_part_of_each() {
        let line = snippet("A=\"one\ntwo\"\n", &[Span::new(0, 2)], 1);
        assert_eq!(&line.text[line.locate(Span::new(0, 11))], "A=••••");
    }
}
