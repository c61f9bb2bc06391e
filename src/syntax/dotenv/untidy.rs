//! What is untidy about an env file and means nothing to whoever reads it.

use super::{Content, Dialect, Newline, Tree, read};
use crate::source::{SourceFile, Span};

/// Something untidy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Untidy {
    /// What.
    pub kind: UntidyKind,
    /// Where.
    pub span: Span,
    /// What should stand there, where no reader can see a difference.
    pub replacement: Option<&'static str>,
}

/// The kinds of [`Untidy`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum UntidyKind {
    /// Space behind what stands on a line.
    TrailingSpace,
    /// Space before it.
    Indentation,
    /// More than one blank line in a row, or one at the beginning or the end.
    BlankLines,
    /// The last line does not end.
    NoFinalNewline,
    /// A name with small letters.
    LowerCase,
}

/// Finds what is untidy, in the order of the file. Lines inside a value are the value's.
pub fn untidy(source: &SourceFile) -> Vec<Untidy> {
    let text = source.text();
    let tree = Tree::parse(text);
    let mut found = Vec::new();
    let entries = read(text, Dialect::DotenvExpand12).entries;
    let mut entries = entries.iter().peekable();
    let mut covered = 0;
    let mut blank = true;
    let last = tree.lines.len();
    for (index, line) in tree.lines.iter().enumerate() {
        let span = line.span();
        let inside = span.start < covered;
        let mut add = |kind, span: Span, replacement| found.push(Untidy { kind, span, replacement });
        while let Some(entry) = entries.next_if(|entry| entry.key_span.start <= span.end) {
            covered = covered.max(entry.span.end);
            if entry.key.bytes().any(|byte| byte.is_ascii_lowercase()) {
                add(UntidyKind::LowerCase, entry.key_span, None);
            }
        }
        let goes_on = covered > line.newline_span.end;
        let is_blank = line.content == Content::Blank && !inside;
        if is_blank && blank {
            let whole = Span::new(span.start, line.newline_span.end);
            add(UntidyKind::BlankLines, whole, Some(""));
        } else if !inside && !goes_on {
            // Some readers keep the space behind a value; behind a comment it is nobody's.
            let free = matches!(line.content, Content::Blank | Content::Comment { .. });
            let space = if is_blank { span } else { line.trailing };
            if !space.is_empty() {
                add(UntidyKind::TrailingSpace, space, free.then_some(""));
            }
            if !is_blank && !line.indentation.is_empty() {
                let comment = matches!(line.content, Content::Comment { .. });
                add(UntidyKind::Indentation, line.indentation, comment.then_some(""));
            }
        }
        if index + 1 == last && !goes_on && line.newline == Newline::None && !is_blank {
            let end = line.newline_span.end;
            let newline = if tree.lines.iter().any(|line| line.newline == Newline::CrLf) { "\r\n" } else { "\n" };
            add(UntidyKind::NoFinalNewline, Span::new(end, end), Some(newline));
        }
        blank = is_blank;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourcePath;

    fn found(text: &str) -> Vec<(UntidyKind, String)> {
        let source = SourceFile::new(SourcePath::new(".env"), text.as_bytes().to_vec());
        untidy(&source).iter().map(|one| (one.kind, source.slice(one.span).to_owned())).collect()
    }

    /// The text with every edit applied.
    fn tidied(text: &str) -> String {
        let source = SourceFile::new(SourcePath::new(".env"), text.as_bytes().to_vec());
        let mut text = text.to_owned();
        for one in untidy(&source).iter().rev() {
            if let Some(replacement) = one.replacement {
                text.replace_range(one.span.start..one.span.end, replacement);
            }
        }
        text
    }

    #[test]
    fn a_tidy_file_is_left_alone() {
        for text in ["", "A=1\n", "# x\nA=1\n\nB=2\n", "A=\"x\n  y  \n\n\nz\"\nB=1\n", "A=1\r\nB=2\r\n"] {
            assert_eq!(found(text), [], "{text:?}");
        }
    }

    #[test]
    fn each_kind_is_found() {
        assert_eq!(found("A=1 \n"), [(UntidyKind::TrailingSpace, " ".to_owned())]);
        assert_eq!(found("  A=1\n"), [(UntidyKind::Indentation, "  ".to_owned())]);
        assert_eq!(
            found("A=1\n\n\n\nB=2\n"),
            [(UntidyKind::BlankLines, "\n".to_owned()), (UntidyKind::BlankLines, "\n".to_owned())]
        );
        assert_eq!(found("A=1"), [(UntidyKind::NoFinalNewline, String::new())]);
        assert_eq!(found("a=1\n"), [(UntidyKind::LowerCase, "a".to_owned())]);
    }

    #[test]
    fn what_is_edited_is_tidy_then() {
        for text in ["\n\nA=1\n\n\n# x  \n  # y\n   \nB=2", "A=\"x\n\n\ny\"\n\n\nB=1\r\nC=2", "\u{feff}\n\nA=1\n"] {
            let tidy = tidied(text);
            assert_eq!(tidied(&tidy), tidy, "{text:?}");
        }
        assert_eq!(tidied("\nA=1\n\n\n# x  \nB=2"), "A=1\n\n# x\nB=2\n");
        assert_eq!(tidied("A=\"x  \n\n\n y\"\n"), "A=\"x  \n\n\n y\"\n");
    }

    #[test]
    fn the_space_behind_a_value_is_told_and_not_touched() {
        assert_eq!(tidied("A=1 \n"), "A=1 \n");
    }
}
