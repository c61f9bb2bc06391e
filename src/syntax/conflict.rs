//! What git leaves in a file that two sides changed, whatever the file's own syntax is.

use crate::source::Span;

/// A merge that nobody finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// From the first marker to the end of the last one's line.
    pub whole: Span,
    /// The first marker, without what stands behind it.
    pub marker: Span,
}

/// The conflicts of a text, in order: `<<<<<<<`, then `=======`, then `>>>>>>>`, each at the beginning of a line.
pub fn find(text: &str) -> Vec<Conflict> {
    let mut found = Vec::new();
    let mut open: Option<(Span, bool)> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end();
        if content.starts_with("<<<<<<< ") {
            open = Some((Span::new(at, at + 7), false));
        } else if let Some((marker, is_split)) = &mut open {
            if content == "=======" {
                *is_split = true;
            } else if content.starts_with(">>>>>>> ") && *is_split {
                found.push(Conflict { whole: Span::new(marker.start, at + content.len()), marker: *marker });
                open = None;
            }
        }
        at += line.len();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conflict_goes_from_the_first_marker_to_the_last() {
        let text = "A=1\r\n<<<<<<< HEAD\r\nB=1\r\n=======\r\nB=2\r\n>>>>>>> main\r\nC=1\r\n";
        let [conflict] = find(text)[..] else { panic!("one conflict") };
        assert_eq!(&text[conflict.whole.start..conflict.whole.end], &text[5..50]);
        assert_eq!(&text[conflict.marker.start..conflict.marker.end], "<<<<<<<");
    }

    #[test]
    fn a_heading_or_a_document_start_is_none() {
        assert!(find("Title\n=======\n").is_empty() && find("<<<<<<< a\n>>>>>>> b\n").is_empty());
        assert!(find("<<<<<<<\n=======\n>>>>>>> b\n").is_empty() && find("").is_empty());
    }
}
