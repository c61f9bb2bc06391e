//! A light pass over TOML text: comments, punctuation, headers and depth. It judges nothing; the parser does.

use crate::source::Span;

/// How many dots a key may have. Each is a level of the tree, on top of the parser's own limit of 80 brackets, and
/// dropping a very deep tree exhausts a thread's stack.
const DOTS: usize = 10;

/// A comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment {
    /// From its `#` to the end of the line.
    pub span: Span,
    /// Whether nothing else stands on its line.
    pub alone: bool,
}

/// What the pass saw.
#[derive(Debug, Default)]
pub(super) struct Scan {
    pub(super) comments: Vec<Comment>,
    /// `= , [ ] { }`, outside of strings and comments, and whole table headers.
    pub(super) punctuation: Vec<Span>,
    /// The first key that has more dots than are read.
    pub(super) too_deep: Option<Span>,
}

/// Looks over a whole text, in linear time.
///
/// Its tokens are the parser's own, also in a broken text: what the parser takes for a key must be counted here.
pub(super) fn scan(text: &str) -> Scan {
    let at = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let mut scanner = Scanner { bytes: text.as_bytes(), at, scan: Scan::default() };
    scanner.run();
    scanner.scan
}

struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    scan: Scan,
}

impl Scanner<'_> {
    fn run(&mut self) {
        let mut blank = true;
        let mut open: usize = 0;
        let mut header: Option<usize> = None;
        let mut dots = Dots::default();
        while let Some(byte) = self.peek(0) {
            let start = self.at;
            match byte {
                b' ' | b'\t' => {
                    self.at += 1;
                    continue;
                }
                b'\n' | b'\r' => {
                    self.at += 1;
                    (blank, header) = (true, None);
                    dots.end();
                    continue;
                }
                b'#' => {
                    self.until(|byte| matches!(byte, b'\r' | b'\n'));
                    self.scan.comments.push(Comment { span: Span::new(start, self.at), alone: blank });
                    continue;
                }
                b'"' | b'\'' => {
                    self.string(byte);
                    dots.word();
                }
                b'.' => {
                    self.at += 1;
                    dots.dot();
                }
                b'=' | b',' | b'[' | b']' | b'{' | b'}' => {
                    self.at += 1;
                    dots.end();
                    self.scan.punctuation.push(Span::new(start, self.at));
                    match byte {
                        b'[' if blank && open == 0 => header = Some(start),
                        b'[' | b'{' if header.is_none() => open += 1,
                        b']' if let Some(start) = header => self.scan.punctuation.push(Span::new(start, self.at)),
                        b']' | b'}' => open = open.saturating_sub(1),
                        _ => {}
                    }
                }
                _ => {
                    self.until(|byte| b".=,[]{} \t#\r\n".contains(&byte));
                    dots.word();
                }
            }
            blank = false;
            if self.scan.too_deep.is_none() && dots.count() > DOTS {
                self.scan.too_deep = Some(Span::new(start, self.at));
            }
        }
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    fn until(&mut self, end: impl Fn(u8) -> bool) {
        self.at += 1;
        while self.peek(0).is_some_and(|byte| !end(byte)) {
            self.at += 1;
        }
    }

    /// Passes a string; an unclosed one ends with its line, or with the text if it may span lines.
    fn string(&mut self, quote: u8) {
        let long = self.peek(1) == Some(quote) && self.peek(2) == Some(quote);
        self.at += if long { 3 } else { 1 };
        while let Some(byte) = self.peek(0) {
            if byte == b'\\' && quote == b'"' {
                self.at += if matches!(self.peek(1), Some(b'\\' | b'"')) { 2 } else { 1 };
            } else if byte == b'\n' && !long {
                return;
            } else if byte == quote && !long {
                self.at += 1;
                return;
            } else if byte == quote && self.peek(1) == Some(quote) && self.peek(2) == Some(quote) {
                self.at += 3;
                // Up to two quotes right before the closing ones belong to the text.
                for _ in 0..2 {
                    self.at += usize::from(self.peek(0) == Some(quote));
                }
                return;
            } else {
                self.at += 1;
            }
        }
    }
}

/// Counts the dots of a key.
#[derive(Default)]
struct Dots {
    here: usize,
    /// Dots with no name behind them. After one the parser may go on with the next key as if it were the same.
    loose: usize,
    pending: bool,
}

impl Dots {
    fn count(&self) -> usize {
        self.here + self.loose
    }

    fn dot(&mut self) {
        self.here += 1;
        self.loose += usize::from(self.pending);
        self.pending = true;
    }

    fn word(&mut self) {
        self.pending = false;
    }

    fn end(&mut self) {
        self.loose += usize::from(self.pending);
        (self.here, self.pending) = (0, false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comments(text: &str) -> Vec<(&str, bool)> {
        scan(text).comments.iter().map(|found| (&text[found.span.start..found.span.end], found.alone)).collect()
    }

    #[test]
    fn a_hash_inside_a_string_is_no_comment() {
        let text =
            "\u{feff}# one\r\na = \"#\\\"#\" # two\nb = '#'\nc = \"\"\"\n# no\n\"\"\"\"\" # three\nd = '''# no''' #";
        assert_eq!(comments(text), [("# one", true), ("# two", false), ("# three", false), ("#", false)]);
    }

    #[test]
    fn a_comment_inside_a_list_is_a_comment() {
        assert_eq!(comments("a = [ # one\n  # two\n  1,\n]"), [("# one", false), ("# two", true)]);
    }

    #[test]
    fn an_unclosed_string_ends_with_its_line() {
        assert_eq!(comments("a = \"x\n# yes\nb = \"\"\"\n# no"), [("# yes", true)]);
    }

    #[test]
    fn a_quote_inside_a_bare_word_opens_no_string() {
        assert_eq!(comments("a = b\"\"\" # one\nc = it's # two"), [("# one", false), ("# two", false)]);
    }

    #[test]
    fn a_key_of_many_dots_is_too_deep_and_many_numbers_are_not() {
        let deep = |text: &str| scan(text).too_deep.is_some();
        assert!(deep(&format!("{}z = 1", "a.".repeat(11))));
        assert!(deep(&format!("[{}z]", "a . ".repeat(11))));
        assert!(deep(&"a.= 1\n".repeat(11)));
        assert!(deep(&"a.\n".repeat(11)));
        assert!(!deep(&format!("a = [{}]", "1.5,\n".repeat(900))));
        assert!(!deep(&"a.b = 1.5\n".repeat(900)));
    }

    #[test]
    fn punctuation_and_headers_are_seen_and_values_are_not() {
        let text = "[server.\"A.*\"]\nx = [\"=\", 1] # =";
        let seen: Vec<&str> = scan(text).punctuation.iter().map(|span| &text[span.start..span.end]).collect();
        assert_eq!(seen, ["[", "]", "[server.\"A.*\"]", "=", "[", ",", "]"]);
    }
}
