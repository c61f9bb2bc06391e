//! Commands: separators, compound commands, redirections, here-documents. Words are for `words`.

use std::ops::Range;

use super::words::is_name;
use super::{Assignment, Command, Direction, Host, Piece, Redirection, Script, Word};
use crate::name::Name;
use crate::source::Span;

/// How many commands a script is read of.
const COMMANDS: usize = 20_000;

/// How deep substitutions and subshells may stand in one another.
pub(super) const DEPTH: usize = 32;

/// Reads a script.
pub(super) fn parse(text: &str, host: Host, place: &dyn Fn(Range<usize>) -> Span) -> Script {
    let mut reader = Reader { text, host, place, at: 0, end: text.len(), nesting: 0, whole: true, count: 0 };
    reader.script(None)
}

/// A place in the text of a script.
pub(super) struct Reader<'a> {
    pub(super) text: &'a str,
    pub(super) host: Host,
    pub(super) place: &'a dyn Fn(Range<usize>) -> Span,
    pub(super) at: usize,
    /// Where the part ends that is read.
    pub(super) end: usize,
    pub(super) nesting: usize,
    pub(super) whole: bool,
    count: usize,
}

/// What is open around a command.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    /// `(`
    Subshell,
    /// `{`
    Braces,
    /// `if`, `while`, `until`, `for`, `case`, `select`.
    Compound,
    /// The body of a function.
    Function,
}

/// A here-document whose text is still to come.
struct Awaited {
    command: usize,
    redirection: usize,
    delimiter: String,
    literal: bool,
    strip_tabs: bool,
}

/// The commands of one level in the making.
#[derive(Default)]
struct Level {
    script: Script,
    current: Command,
    open: Vec<Open>,
    awaited: Vec<Awaited>,
    behind_or: bool,
    in_test: bool,
    /// Whether the name of a function was just read.
    function: bool,
}

impl Reader<'_> {
    pub(super) fn byte(&self) -> Option<u8> {
        self.peek(0)
    }

    pub(super) fn peek(&self, ahead: usize) -> Option<u8> {
        let at = self.at + ahead;
        if at < self.end { self.text.as_bytes().get(at).copied() } else { None }
    }

    pub(super) fn rest(&self) -> &str {
        self.text.get(self.at..self.end).unwrap_or_default()
    }

    pub(super) fn slice(&self, range: Range<usize>) -> &str {
        self.text.get(range).unwrap_or_default()
    }

    pub(super) fn span(&self, range: Range<usize>) -> Span {
        (self.place)(range)
    }

    /// Reads up to the end, or up to the bracket that closes what is read.
    pub(super) fn script(&mut self, closer: Option<u8>) -> Script {
        let mut level = Level::default();
        while let Some(byte) = self.byte() {
            if Some(byte) == closer && !level.open.contains(&Open::Subshell) && !level.in_case() {
                break;
            }
            if self.count > COMMANDS {
                self.whole = false;
                self.at = self.end;
                break;
            }
            self.token(byte, &mut level);
        }
        self.finish(&mut level);
        // A here-document that is cut off by the end of the text.
        self.here_documents(&mut level);
        level.script.whole = self.whole;
        level.script
    }

    fn token(&mut self, byte: u8, level: &mut Level) {
        match byte {
            b' ' | b'\t' | b'\r' => self.at += 1,
            b'\\' if self.peek(1) == Some(b'\n') => self.at += 2,
            b'\n' => {
                self.at += 1;
                self.finish(level);
                level.behind_or = false;
                self.here_documents(level);
            }
            b'#' => {
                let rest = self.rest();
                self.at += memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
            }
            b';' => {
                self.at += 1;
                self.finish(level);
                level.behind_or = false;
            }
            b'&' if self.peek(1) == Some(b'>') => self.redirection(level, None),
            b'&' => {
                self.at += if self.peek(1) == Some(b'&') { 2 } else { 1 };
                self.finish(level);
            }
            b'|' if self.peek(1) == Some(b'|') => {
                self.at += 2;
                self.finish(level);
                level.behind_or = true;
            }
            b'|' => {
                self.at += if self.peek(1) == Some(b'&') { 2 } else { 1 };
                level.current.piped = true;
                self.finish(level);
            }
            b'(' => self.parenthesis(level),
            b')' => {
                self.at += 1;
                if level.open.last() == Some(&Open::Subshell) {
                    self.finish(level);
                    level.open.pop();
                } else {
                    // The end of a pattern of `case`.
                    level.current = Command::default();
                }
            }
            b'<' | b'>' if self.peek(1) != Some(b'(') => self.redirection(level, None),
            _ => self.word_or_keyword(level),
        }
    }

    fn parenthesis(&mut self, level: &mut Level) {
        self.at += 1;
        let rest = self.rest().trim_start_matches([' ', '\t']);
        if level.current.words.len() == 1 && rest.starts_with(')') {
            // `name() {`
            self.at = self.end - rest.len().min(self.end - self.at) + 1;
            level.current = Command::default();
            level.function = true;
        } else if !level.current.words.is_empty() {
            // A pattern of `[[ … ]]`, or an array.
            self.skip_balanced();
        } else if level.open.len() < DEPTH {
            if self.byte() == Some(b'(') {
                return self.skip_balanced();
            }
            level.open.push(Open::Subshell);
        } else {
            self.whole = false;
            self.at = self.end;
        }
    }

    /// Passes over what stands up to the parenthesis that closes the one before.
    pub(super) fn skip_balanced(&mut self) {
        let mut open = 1_usize;
        while let Some(byte) = self.byte() {
            self.at += 1;
            match byte {
                b'(' => open += 1,
                b')' => {
                    open -= 1;
                    if open == 0 {
                        return;
                    }
                }
                _ => {}
            }
        }
        self.whole = false;
    }

    fn word_or_keyword(&mut self, level: &mut Level) {
        let start = self.at;
        // `2>file`
        let digits = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        if (1..=3).contains(&digits) && matches!(self.peek(digits), Some(b'<' | b'>')) {
            let descriptor = self.slice(start..start + digits).parse().ok();
            self.at += digits;
            return self.redirection(level, descriptor);
        }
        let word = self.word();
        if self.at == start {
            // Nothing that could be read: go on behind it.
            self.at += self.rest().chars().next().map_or(1, char::len_utf8);
            return;
        }
        let first = level.current.words.is_empty() && level.current.assignments.is_empty();
        if first && level.keyword(&word) {
            return;
        }
        if level.current.words.is_empty()
            && let Some(name) = assigned(&word)
        {
            let assignment = self.assignment(&name, start, word);
            return level.current.assignments.push(assignment);
        }
        level.in_test |= first && word.is("[[");
        level.in_test &= !word.is("]]");
        level.current.words.push(word);
    }

    /// Takes `NAME=` off a word.
    fn assignment(&mut self, name: &str, start: usize, mut word: Word) -> Assignment {
        let length = name.len();
        let plus = usize::from(self.slice(start + length..start + length + 1) == "+");
        let value_start = start + length + plus + 1;
        if let Some(Piece::Literal { text, span, .. }) = word.pieces.first_mut() {
            let rest = crate::value::Value::new(text.expose().get(length + plus + 1..).unwrap_or_default());
            if rest.is_empty() {
                word.pieces.remove(0);
            } else {
                let end = span.end;
                *span = self.span(value_start..value_start + rest.expose().len());
                span.end = end.max(span.start);
                *text = rest;
            }
        }
        if plus == 1 {
            // What was there before stays in front.
            word.pieces.insert(0, Piece::Unknown { span: word.span });
        }
        if self.byte() == Some(b'(') && self.slice(self.at.saturating_sub(1)..self.at) == "=" {
            // An array.
            self.at += 1;
            self.skip_balanced();
            word.pieces = vec![Piece::Unknown { span: word.span }];
        }
        word.span = self.span(value_start..self.at.max(value_start));
        Assignment { name: Name::new(name), span: self.span(start..start + length), word }
    }

    fn redirection(&mut self, level: &mut Level, descriptor: Option<u32>) {
        const OPERATORS: [(&str, Direction); 13] = [
            ("&>>", Direction::Append),
            ("&>", Direction::Write),
            ("<<<", Direction::Text),
            ("<<-", Direction::Text),
            ("<<", Direction::Text),
            (">>", Direction::Append),
            (">|", Direction::Write),
            (">&", Direction::Other),
            ("<&", Direction::Other),
            ("<>", Direction::Other),
            (">", Direction::Write),
            ("<", Direction::Read),
            ("&", Direction::Other),
        ];
        let found = OPERATORS.iter().find(|(operator, _)| self.rest().starts_with(operator));
        let Some((operator, kind)) = found.copied() else { return self.at += 1 };
        self.at += operator.len();
        while let Some(b' ' | b'\t') = self.byte() {
            self.at += 1;
        }
        let start = self.at;
        let word = self.word();
        if matches!(operator, "<<" | "<<-") {
            let raw = self.slice(start..self.at);
            let literal = raw.contains(['\'', '"', '\\']);
            let delimiter: String = raw.chars().filter(|character| !matches!(character, '\'' | '"' | '\\')).collect();
            level.awaited.push(Awaited {
                command: level.script.commands.len(),
                redirection: level.current.redirections.len(),
                delimiter,
                literal,
                strip_tabs: operator == "<<-",
            });
        }
        level.current.redirections.push(Redirection { kind, descriptor, word });
    }

    /// Reads the texts of the here-documents of the line that has ended.
    fn here_documents(&mut self, level: &mut Level) {
        for awaited in std::mem::take(&mut level.awaited) {
            let start = self.at;
            let mut end = start;
            let mut closed = false;
            while self.at < self.end {
                let rest = self.rest();
                let length = memchr::memchr(b'\n', rest.as_bytes()).map_or(rest.len(), |at| at + 1);
                let line = self.slice(self.at..self.at + length).trim_end_matches(['\n', '\r']);
                let line = if awaited.strip_tabs { line.trim_start_matches('\t') } else { line };
                let ends = line == awaited.delimiter;
                end = self.at;
                self.at += length;
                if ends {
                    closed = true;
                    break;
                }
                end = self.at;
            }
            self.whole &= closed;
            let word = self.here_document(start..end, awaited.literal);
            let command = level.script.commands.get_mut(awaited.command);
            if let Some(place) = command.and_then(|command| command.redirections.get_mut(awaited.redirection)) {
                place.word = word;
            }
        }
    }

    fn finish(&mut self, level: &mut Level) {
        let mut command = std::mem::take(&mut level.current);
        let nothing = command.words.is_empty() && command.assignments.is_empty() && command.redirections.is_empty();
        if nothing {
            return;
        }
        self.count += 1;
        command.conditional =
            level.behind_or || level.open.iter().any(|open| matches!(open, Open::Compound | Open::Function));
        command.depth = level.open.iter().filter(|open| **open == Open::Subshell).count();
        level.in_test = false;
        level.script.commands.push(command);
    }
}

impl Level {
    /// Whether a `)` may end a pattern of `case`.
    fn in_case(&self) -> bool {
        self.open.contains(&Open::Compound) && !self.current.words.is_empty()
    }

    /// Takes a word that opens or closes a compound command; whether it was one.
    fn keyword(&mut self, word: &Word) -> bool {
        let [Piece::Literal { text, quoted: false, .. }] = word.pieces.as_slice() else { return false };
        match text.expose() {
            "then" | "else" | "elif" | "do" | "!" | "time" => {}
            "if" | "while" | "until" => self.push(Open::Compound),
            // Their words are kept as a command of this name.
            "for" | "case" | "select" => {
                self.push(Open::Compound);
                return false;
            }
            "fi" | "done" | "esac" => {
                self.pop(Open::Compound);
            }
            "{" => {
                let open = if std::mem::take(&mut self.function) { Open::Function } else { Open::Braces };
                self.push(open);
            }
            "}" => {
                let top = self.open.iter().rposition(|open| matches!(open, Open::Braces | Open::Function));
                if let Some(at) = top {
                    self.open.truncate(at);
                }
            }
            "function" => {
                self.function = true;
                return false;
            }
            _ => return false,
        }
        true
    }

    fn push(&mut self, open: Open) {
        // What is nested deeper is as conditional as what is around it.
        if self.open.len() < DEPTH {
            self.open.push(open);
        }
    }

    fn pop(&mut self, wanted: Open) {
        if let Some(at) = self.open.iter().rposition(|open| *open == wanted) {
            self.open.truncate(at);
        }
    }
}

/// The name that a word assigns to, if it is `NAME=…` or `NAME+=…`.
fn assigned(word: &Word) -> Option<String> {
    let Some(Piece::Literal { text, quoted: false, .. }) = word.pieces.first() else { return None };
    let (name, _) = text.expose().split_once('=')?;
    let name = name.strip_suffix('+').unwrap_or(name);
    is_name(name).then(|| name.to_owned())
}
