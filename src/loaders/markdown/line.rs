//! A Markdown document as lines: which are code, which are hidden, and what comments say to envcheck.

use crate::fact::InlineIgnore;
use crate::source::{SourceFile, Span};

/// A line, without the marks of quotations and without comments.
pub(super) struct Line {
    /// What is left of it.
    pub(super) span: Span,
    /// What it is.
    pub(super) kind: LineKind,
}

/// What a [`Line`] is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum LineKind {
    /// Text of any kind.
    Text,
    /// Nothing.
    Blank,
    /// A comment, front matter.
    Hidden,
    /// The beginning of a fenced block.
    Open,
    /// A line of a fenced block.
    Code,
    /// The end of a fenced block.
    Close,
}

/// Backtick runs longer than this are text.
const RUN: usize = 8;

struct Fence {
    mark: u8,
    length: usize,
    quoted: bool,
}

/// Splits a document.
pub(super) fn read(source: &SourceFile) -> (Vec<Line>, Vec<InlineIgnore>) {
    let mut found = Vec::new();
    let mut ignores = Vec::new();
    let mut fence: Option<Fence> = None;
    let mut comment: Option<&'static str> = None;
    let text = source.text();
    let mut front = front_matter(text);
    let mut start = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let mut number = 0;
    for raw in text.get(start..).unwrap_or_default().split_inclusive('\n') {
        number += 1;
        let whole = Span::new(start, start + raw.trim_end_matches(['\n', '\r']).len());
        start += raw.len();
        if front > 0 {
            front -= 1;
            found.push(Line { span: whole, kind: LineKind::Hidden });
            continue;
        }
        if let Some(open) = &fence {
            let span = if open.quoted { unquoted(source, whole).0 } else { whole };
            let closes = closes(source.slice(span), open);
            found.push(Line { span, kind: if closes { LineKind::Close } else { LineKind::Code } });
            if closes {
                fence = None;
            }
            continue;
        }
        let mut from = whole.start;
        if let Some(end) = comment {
            let Some(at) = source.slice(whole).find(end) else {
                found.push(Line { span: whole, kind: LineKind::Hidden });
                continue;
            };
            from = whole.start + at + end.len();
            comment = None;
        }
        let (span, quoted) = unquoted(source, Span::new(from, whole.end));
        if let Some((mark, length)) = opens(source.slice(span)) {
            fence = Some(Fence { mark, length, quoted });
            found.push(Line { span, kind: LineKind::Open });
            continue;
        }
        let (span, hidden) = outside_of_comments(source, span, number, &mut comment, &mut ignores);
        let blank = source.slice(span).trim().is_empty();
        let kind = match (blank, hidden || from > whole.start) {
            (false, _) => LineKind::Text,
            (true, true) => LineKind::Hidden,
            (true, false) => LineKind::Blank,
        };
        found.push(Line { span, kind });
    }
    (found, ignores)
}

/// The number of lines that YAML front matter takes.
fn front_matter(text: &str) -> usize {
    let text = text.trim_start_matches('\u{feff}');
    let mut lines = text.lines();
    if lines.next().map(str::trim_end) != Some("---") {
        return 0;
    }
    lines.position(|line| matches!(line.trim_end(), "---" | "...")).map_or(0, |at| at + 2)
}

/// A line without `>`, and whether it had one.
fn unquoted(source: &SourceFile, span: Span) -> (Span, bool) {
    let mut rest = source.slice(span);
    let mut quoted = false;
    while let Some(inner) = rest.trim_start_matches(' ').strip_prefix('>') {
        rest = inner.strip_prefix(' ').unwrap_or(inner);
        quoted = true;
    }
    (Span::new(span.end - rest.len(), span.end), quoted)
}

/// The mark and length of a fence that a line begins.
fn opens(line: &str) -> Option<(u8, usize)> {
    let line = line.trim_start();
    // A fence may stand on the line of a list's marker.
    let line = super::marker(line).map_or(line, |length| line.get(length..).unwrap_or_default().trim_start());
    let mark = *line.as_bytes().first().filter(|byte| matches!(byte, b'`' | b'~'))?;
    let length = line.bytes().take_while(|byte| *byte == mark).count();
    let info = line.get(length..).unwrap_or_default();
    (length >= 3 && !(mark == b'`' && info.contains('`'))).then_some((mark, length))
}

fn closes(line: &str, open: &Fence) -> bool {
    let line = line.trim();
    line.len() >= open.length && line.bytes().all(|byte| byte == open.mark)
}

/// The text before a line's comments or, where there is none, behind them; and whether there was a comment.
///
/// A comment that does not end here is left in `open`.
fn outside_of_comments(
    source: &SourceFile,
    span: Span,
    number: usize,
    open: &mut Option<&'static str>,
    ignores: &mut Vec<InlineIgnore>,
) -> (Span, bool) {
    let mut before = None;
    let line = source.slice(span);
    let mut at = 0;
    let mut ticks = Ticks::default();
    while let Some((start, mark, end)) = comment_start(line, at, &mut ticks) {
        before.get_or_insert(Span::new(span.start, span.start + start));
        let inner = start + mark.len();
        let Some(length) = line.get(inner..).and_then(|rest| rest.find(end)) else {
            *open = Some(end);
            at = line.len();
            break;
        };
        at = inner + length + end.len();
        let inside = Span::new(span.start + inner, span.start + inner + length);
        let alone = [line.get(..start), line.get(at..)].iter().flatten().all(|rest| rest.trim().is_empty());
        ignores.extend(InlineIgnore::read(source.slice(inside), inside, number, alone));
    }
    let at = span.start + at;
    match before {
        None => (span, false),
        Some(before) if source.slice(before).trim().is_empty() => (Span::new(at, span.end), true),
        Some(before) => (before, true),
    }
}

/// Where a comment begins outside of code, with its marks.
fn comment_start(line: &str, mut at: usize, ticks: &mut Ticks) -> Option<(usize, &'static str, &'static str)> {
    const MARKS: [(&str, &str); 2] = [("<!--", "-->"), ("{/*", "*/}")];
    let bytes = line.as_bytes();
    loop {
        let rest = bytes.get(at..)?;
        at += memchr::memchr3(b'`', b'<', b'{', rest)?;
        if bytes.get(at) == Some(&b'`') {
            let length = run(bytes, at);
            at = ticks.close(bytes, at, length).unwrap_or(at + length);
            continue;
        }
        if let Some((mark, end)) = MARKS.iter().find(|(mark, _)| bytes[at..].starts_with(mark.as_bytes())) {
            return Some((at, mark, end));
        }
        at += 1;
    }
}

/// The code spans of a line, with their backticks.
pub(super) fn code_spans(line: &str) -> impl Iterator<Item = Span> {
    let bytes = line.as_bytes();
    let mut at = 0;
    let mut ticks = Ticks::default();
    std::iter::from_fn(move || {
        loop {
            let start = at + memchr::memchr(b'`', bytes.get(at..)?)?;
            let length = run(bytes, start);
            at = start + length;
            if let Some(end) = ticks.close(bytes, start, length) {
                at = end;
                return Some(Span::new(start, end));
            }
        }
    })
}

/// The lengths of runs that have no partner any more, so that no text is searched twice.
#[derive(Default)]
struct Ticks {
    dead: [bool; RUN + 1],
}

impl Ticks {
    /// Where the code span ends that a run of backticks begins, if it does.
    fn close(&mut self, bytes: &[u8], start: usize, length: usize) -> Option<usize> {
        let escaped = start.checked_sub(1).is_some_and(|at| bytes[at] == b'\\');
        if escaped || *self.dead.get(length)? {
            return None;
        }
        let mut at = start + length;
        while let Some(next) = memchr::memchr(b'`', &bytes[at..]) {
            let other = run(bytes, at + next);
            at += next + other;
            if other == length {
                return Some(at);
            }
        }
        self.dead[length] = true;
        None
    }
}

fn run(bytes: &[u8], start: usize) -> usize {
    bytes[start..].iter().take_while(|byte| **byte == b'`').count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourcePath;

    fn read_text(text: &str) -> (Vec<String>, Vec<usize>) {
        let source = SourceFile::new(SourcePath::new("README.md"), text.as_bytes().to_vec());
        let (lines, ignores) = read(&source);
        let told = lines.iter().map(|line| {
            let sign = match line.kind {
                LineKind::Text => "",
                LineKind::Blank => "blank",
                LineKind::Hidden => return "hidden".to_owned(),
                LineKind::Open => "open ",
                LineKind::Code => "code ",
                LineKind::Close => "close",
            };
            if line.kind == LineKind::Close { sign.to_owned() } else { format!("{sign}{}", source.slice(line.span)) }
        });
        (told.collect(), ignores.iter().map(|ignore| ignore.line).collect())
    }

    #[test]
    fn a_fence_ends_at_its_like() {
        let (lines, _) = read_text("````md\n```\nx\n````\n> ~~~\n> a\n> ~~~\nb\r\n- ```sh\n  c\n  ```");
        assert_eq!(
            lines,
            [
                "open ````md",
                "code ```",
                "code x",
                "close",
                "open ~~~",
                "code a",
                "close",
                "b",
                "open - ```sh",
                "code   c",
                "close"
            ]
        );
    }

    #[test]
    fn comments_are_hidden_and_can_ignore() {
        let (lines, ignores) = read_text(
            "a <!-- envcheck: ignore[x] y -->\n<!-- envcheck: ignore[x] y -->\n<!--\nb\n--> c\n`<!--` d\n{/* envcheck: ignore[z] q */}\n",
        );
        assert_eq!(lines, ["a ", "hidden", "hidden", "hidden", " c", "`<!--` d", "hidden"]);
        assert_eq!(ignores, [1, 3, 8]);
    }

    #[test]
    fn nothing_in_a_fence_is_a_comment() {
        let (lines, ignores) = read_text("```\n<!-- envcheck: ignore[x] y -->\n<!--\n```\na");
        assert_eq!(lines[4], "a");
        assert!(ignores.is_empty());
    }

    #[test]
    fn front_matter_is_hidden() {
        assert_eq!(read_text("---\ntitle: x\n---\na").0, ["hidden", "hidden", "hidden", "a"]);
        assert_eq!(read_text("---\na\n").0, ["---", "a"]);
    }

    #[test]
    fn code_spans_need_runs_of_one_length() {
        let line = "`a` ``b ` c`` `d \\`e` f``";
        let found: Vec<&str> = code_spans(line).map(|span| &line[span.start..span.end]).collect();
        assert_eq!(found, ["`a`", "``b ` c``", "`d \\`"]);
    }

    #[test]
    fn comment_marks_behind_code_are_found() {
        let (lines, ignores) = read_text("`<!-- a` b `c <!--` d <!-- envcheck: ignore[x] y --> `e`");
        assert_eq!(lines, ["`<!-- a` b `c <!--` d "]);
        assert_eq!(ignores, [1]);
    }
}
