//! A Dockerfile as a list of instructions: lines joined, comments and here-documents taken out. No meaning.
//!
//! The grammar is `BuildKit`'s (`frontend/dockerfile/parser/parser.go`). A crate for it exists and judges this in the
//! tests; it stops at the first fault and knows here-documents at the beginning of a `RUN` only.

use super::words::{self, Char};
use crate::source::Span;

/// One instruction.
pub(super) struct Instruction {
    /// Where its keyword stands.
    pub(super) span: Span,
    /// The keyword in upper case.
    pub(super) keyword: String,
    /// What stands behind it, without line continuations and the comments between them.
    pub(super) arguments: Vec<Char>,
    /// The bodies of its here-documents.
    pub(super) documents: Vec<Span>,
}

/// A comment line, without its `#`.
pub(super) struct Comment {
    /// Where its text stands.
    pub(super) span: Span,
    /// Its line, from 1.
    pub(super) line: usize,
}

/// A file's instructions.
pub(super) struct Instructions {
    /// In order.
    pub(super) list: Vec<Instruction>,
    /// The comment lines, parser directives included.
    pub(super) comments: Vec<Comment>,
    /// The character that joins lines and escapes.
    pub(super) escape: char,
    /// Whether another program than `BuildKit`'s own front end reads the file.
    pub(super) foreign: bool,
    /// The checks that the file turns off.
    pub(super) skipped_checks: Vec<String>,
    /// Where a here-document begins that does not end.
    pub(super) unterminated: Option<Span>,
}

/// Splits a text into instructions.
pub(super) fn read(text: &str) -> Instructions {
    let mut reader = Reader {
        text,
        lines: lines(text),
        next: 0,
        found: Instructions {
            list: Vec::new(),
            comments: Vec::new(),
            escape: '\\',
            foreign: false,
            skipped_checks: Vec::new(),
            unterminated: None,
        },
    };
    reader.directives();
    while reader.instruction() {}
    reader.found
}

/// The spans of the lines, without their ends and without a byte order mark.
fn lines(text: &str) -> Vec<Span> {
    let mut start = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let mut found = Vec::new();
    for end in memchr::memchr_iter(b'\n', text.as_bytes()).chain([text.len()]) {
        let trimmed = text.get(start..end).unwrap_or_default().trim_end_matches('\r').len();
        found.push(Span::new(start, start + trimmed));
        start = end + 1;
        if start > text.len() {
            break;
        }
    }
    found
}

struct Reader<'a> {
    text: &'a str,
    lines: Vec<Span>,
    next: usize,
    found: Instructions,
}

impl Reader<'_> {
    fn slice(&self, span: Span) -> &str {
        self.text.get(span.start..span.end).unwrap_or_default()
    }

    /// `# escape=…`, `# syntax=…` and `# check=skip=…;error=…`, which stand before everything else.
    fn directives(&mut self) {
        for line in &self.lines {
            let text = self.text.get(line.start..line.end).unwrap_or_default();
            let Some((key, value)) = text.trim_start().strip_prefix('#').and_then(|rest| rest.split_once('=')) else {
                return;
            };
            match key.trim().to_ascii_lowercase().as_str() {
                "escape" if value.trim() == "`" => self.found.escape = '`',
                "syntax" => {
                    self.found.foreign = !value.trim().starts_with("docker/dockerfile")
                        && !value.trim().starts_with("docker.io/docker/dockerfile");
                }
                "check" => {
                    let skipped = value.split(';').filter_map(|part| part.trim().strip_prefix("skip="));
                    let skipped = skipped.flat_map(|list| list.split(',')).map(|check| check.trim().to_owned());
                    self.found.skipped_checks.extend(skipped);
                }
                key if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_alphanumeric()) => return,
                _ => {}
            }
        }
    }

    /// The next line with its leading blank space, if it is neither blank nor a comment; comments are kept aside.
    fn content(&mut self) -> Option<Span> {
        while let Some(line) = self.lines.get(self.next).copied() {
            self.next += 1;
            let text = self.slice(line);
            let trimmed = text.trim_start();
            let start = line.start + (text.len() - trimmed.len());
            if trimmed.starts_with('#') {
                self.found.comments.push(Comment { span: Span::new(start + 1, line.end), line: self.next });
            } else if !trimmed.is_empty() {
                return Some(line);
            }
        }
        None
    }

    /// A line without the sign that joins it with the next one, and whether it has one.
    ///
    /// Two of them at the end are an escaped one and join nothing.
    fn joined(&self, line: Span) -> (Span, bool) {
        let text = self.slice(line).trim_end_matches([' ', '\t']);
        match text.strip_suffix(self.found.escape) {
            Some(rest) if !rest.ends_with(self.found.escape) => (Span::new(line.start, line.start + rest.len()), true),
            _ => (line, false),
        }
    }

    fn instruction(&mut self) -> bool {
        let mut chars: Vec<Char> = Vec::new();
        while let Some(line) = self.content() {
            let (piece, more) = self.joined(line);
            chars.extend(self.slice(piece).char_indices().map(|(at, char)| (piece.start + at, char)));
            if !more {
                break;
            }
        }
        let Some(start) = chars.iter().position(|(_, char)| !char.is_whitespace()) else {
            return self.next < self.lines.len();
        };
        let end = chars[start..].iter().position(|(_, char)| char.is_whitespace()).map_or(chars.len(), |at| start + at);
        let keyword: String = chars[start..end].iter().map(|(_, char)| char.to_ascii_uppercase()).collect();
        let last = chars[end - 1];
        let span = Span::new(chars[start].0, last.0 + last.1.len_utf8());
        let arguments = chars.split_off(end);
        let arguments = trim(&arguments).to_vec();
        let documents = self.documents(&keyword, &arguments);
        self.found.list.push(Instruction { span, keyword, arguments, documents });
        true
    }

    /// The bodies of the here-documents that an instruction announces: `RUN cat <<EOF > file`.
    fn documents(&mut self, keyword: &str, arguments: &[Char]) -> Vec<Span> {
        let mut bodies = Vec::new();
        let arguments = match keyword {
            "ONBUILD" => {
                let text: String = arguments.iter().take(5).map(|(_, char)| char.to_ascii_uppercase()).collect();
                if !["RUN ", "COPY ", "ADD "].iter().any(|word| text.starts_with(word)) {
                    return bodies;
                }
                arguments
            }
            // The JSON form of a command is no shell's.
            "RUN" | "COPY" | "ADD" if arguments.first().is_none_or(|(_, char)| *char != '[') => arguments,
            _ => return bodies,
        };
        for (at, mark) in marks(arguments, self.found.escape) {
            let start = self.lines.get(self.next).map_or(self.text.len(), |line| line.start);
            let mut end = None;
            while let Some(line) = self.lines.get(self.next).copied() {
                self.next += 1;
                let text = self.slice(line);
                let text = if mark.tabs { text.trim_start_matches('\t') } else { text };
                if text == mark.word {
                    end = Some(line.start);
                    break;
                }
            }
            let Some(end) = end else {
                self.found.unterminated.get_or_insert(at);
                break;
            };
            bodies.push(Span::new(start, end));
        }
        bodies
    }
}

/// What ends a here-document.
struct Mark {
    word: String,
    tabs: bool,
}

/// The words `<<EOF`, `<<-EOF`, `3<<"EOF"` of a command.
fn marks(arguments: &[Char], escape: char) -> Vec<(Span, Mark)> {
    let mut found = Vec::new();
    for word in words::split(arguments, escape) {
        let text: String = word.iter().map(|(_, char)| *char).collect();
        let Some(rest) = text.trim_start_matches(|char: char| char.is_ascii_digit()).strip_prefix("<<") else {
            continue;
        };
        let (rest, tabs) = rest.strip_prefix('-').map_or((rest, false), |rest| (rest, true));
        let word_end: String = rest.chars().filter(|char| !matches!(char, '"' | '\'') && *char != escape).collect();
        if word_end.is_empty() || rest.contains('<') {
            continue;
        }
        if let (Some(first), Some(last)) = (word.first(), word.last()) {
            found.push((Span::new(first.0, last.0 + last.1.len_utf8()), Mark { word: word_end, tabs }));
        }
    }
    found
}

/// Without blank space at either end.
fn trim(chars: &[Char]) -> &[Char] {
    let Some(start) = chars.iter().position(|(_, char)| !char.is_whitespace()) else { return &[] };
    let end = chars.iter().rposition(|(_, char)| !char.is_whitespace()).map_or(start, |last| last + 1);
    &chars[start..end]
}

#[cfg(test)]
mod tests {
    use parse_dockerfile::Instruction as Other;

    use super::*;

    fn keywords(text: &str) -> Vec<(String, String)> {
        read(text)
            .list
            .into_iter()
            .map(|found| (found.keyword, found.arguments.iter().map(|(_, char)| *char).collect()))
            .collect()
    }

    fn pair(keyword: &str, arguments: &str) -> (String, String) {
        (keyword.to_owned(), arguments.to_owned())
    }

    #[test]
    fn comments_and_blank_lines_do_not_end_a_joined_line() {
        let text = "from a\nENV A=1 \\\n  # why\n\n  B=2\nRUN x\n";
        assert_eq!(keywords(text), [pair("FROM", "a"), pair("ENV", "A=1   B=2"), pair("RUN", "x")]);
        assert_eq!(read(text).comments.len(), 1);
    }

    #[test]
    fn a_here_document_is_no_list_of_instructions() {
        let text = "FROM a\nRUN cat <<EOF > /x && cat <<-'B'\nENV A=1\nEOF\n\tENV B=2\n\tB\nENV C=3\n";
        let found = read(text);
        assert_eq!(found.list.iter().map(|found| found.keyword.as_str()).collect::<Vec<_>>(), ["FROM", "RUN", "ENV"]);
        let bodies: Vec<&str> = found.list[1].documents.iter().map(|span| &text[span.start..span.end]).collect();
        assert_eq!(bodies, ["ENV A=1\n", "\tENV B=2\n"]);
    }

    #[test]
    fn shifts_and_here_strings_are_no_here_documents() {
        let text = "FROM a\nRUN echo $((1 << 2)) && cat <<<x\nENV A=1\n";
        assert_eq!(keywords(text).len(), 3);
    }

    #[test]
    fn an_unterminated_here_document_is_told() {
        let text = "FROM a\nRUN <<EOF\nENV A=1\n";
        let span = read(text).unterminated.unwrap();
        assert_eq!(&text[span.start..span.end], "<<EOF");
    }

    #[test]
    fn the_escape_directive_changes_what_joins_lines() {
        assert_eq!(
            keywords("# escape=`\nFROM a\nRUN dir c:\\\nENV A=1 `\n B=2"),
            [pair("FROM", "a"), pair("RUN", "dir c:\\"), pair("ENV", "A=1  B=2")]
        );
        assert_eq!(keywords("FROM a\n# escape=`\nRUN a\\\nb").len(), 2);
    }

    #[test]
    fn windows_line_ends_and_a_byte_order_mark_are_no_text() {
        assert_eq!(keywords("\u{feff}FROM a\r\nENV A=1 \\\r\n B=2\r\n"), [pair("FROM", "a"), pair("ENV", "A=1  B=2")]);
    }

    /// Where the other parser finds the instructions that it knows by these names; `None` where it finds a fault.
    fn judged(text: &str) -> Option<Vec<usize>> {
        let found: Result<Vec<_>, _> = parse_dockerfile::parse_iter(text).ok()?.collect();
        let starts = found.ok()?.into_iter().filter_map(|found| match found {
            Other::From(found) => Some(found.from.span.start),
            Other::Arg(found) => Some(found.arg.span.start),
            Other::Env(found) => Some(found.env.span.start),
            Other::Run(found) => Some(found.run.span.start),
            Other::Copy(found) => Some(found.copy.span.start),
            Other::Cmd(found) => Some(found.cmd.span.start),
            Other::Entrypoint(found) => Some(found.entrypoint.span.start),
            _ => None,
        });
        Some(starts.collect())
    }

    fn ours(text: &str) -> Vec<usize> {
        const KEYWORDS: [&str; 7] = ["FROM", "ARG", "ENV", "RUN", "COPY", "CMD", "ENTRYPOINT"];
        let list = read(text).list.into_iter().filter(|found| KEYWORDS.contains(&found.keyword.as_str()));
        list.map(|found| found.span.start).collect()
    }

    #[test]
    fn another_parser_finds_the_same_instructions() {
        for text in [
            "FROM a AS b\nRUN x \\\n && y\nCOPY --from=b /a /b\nCMD [\"a\", \"b\"]\n",
            "# syntax=docker/dockerfile:1\nARG A=1\nFROM a:$A\nENV A=1 \\\n# c\n  B=\"x y\"\nENV C d e\n",
            "FROM a\nRUN <<EOF\necho 1\nEOF\nENTRYPOINT x\n",
            "FROM a\nWORKDIR /x\nRUN --mount=type=secret,id=a,env=B \\\n    x\nHEALTHCHECK CMD y\nUSER z\nCMD a\n",
        ] {
            assert_eq!(Some(ours(text)), judged(text), "{text}");
        }
    }

    #[test]
    fn another_parser_agrees_on_every_dockerfile_of_the_fixtures() {
        let files = walkdir::WalkDir::new("fixtures").into_iter().filter_map(Result::ok);
        let files = files.filter(|entry| entry.file_name().to_string_lossy().starts_with("Dockerfile"));
        let mut compared = 0;
        for entry in files.filter(|entry| entry.file_type().is_file()) {
            let text = std::fs::read_to_string(entry.path()).unwrap();
            // It stops at the first fault, and knows here-documents at the beginning of a `RUN` only.
            let Some(theirs) = judged(&text).filter(|_| !text.contains(" <<")) else { continue };
            assert_eq!(ours(&text), theirs, "{}", entry.path().display());
            compared += 1;
        }
        assert!(compared > 50, "only {compared} were compared");
    }
}
