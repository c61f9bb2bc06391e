//! cmd: lines, `set`, `echo` and words.

use std::ops::Range;

use super::{COMMANDS, Maker, Place, hull, unknown, word};
use crate::name::{Name, is_variable_name};
use crate::syntax::shell::{Assignment, Command, Direction, Redirection, Script, Word};

/// Commands that a POSIX shell has under these names as well, and that do something else there.
const OTHERS: &[&str] = &["export", "declare", "local", "typeset", "readonly", "unset", "read", "eval", "source", "."];

pub(super) fn parse(text: &str, place: Place<'_>) -> Script {
    let mut script = Script { commands: Vec::new(), whole: true };
    let (mut at, mut depth) = (0, 0usize);
    while at < text.len() && script.commands.len() < COMMANDS {
        let start = at;
        let mut end = line_end(text, at);
        // A caret at its end joins a line with the next one.
        while text.get(start..end).is_some_and(|line| line.trim_end_matches('\r').ends_with('^')) && end < text.len() {
            end = line_end(text, end + 1);
        }
        at = end + 1;
        let line = text.get(start..end).unwrap_or_default().trim_start_matches([' ', '\t', '@']);
        let is_comment = line.starts_with("::") || starts_with_word(line, "rem");
        let is_compound = ["if", "for", "else", "goto"].iter().any(|word| starts_with_word(line, word));
        let (opens, closes) = (line.matches('(').count(), line.matches(')').count());
        if !is_comment && !is_compound && !line.starts_with([':', '(', ')']) {
            let from = start + text.get(start..end).map_or(0, |all| all.len() - line.len());
            let mut reader = Reader { text: text.get(..end).unwrap_or_default(), place, at: from };
            reader.line(depth > 0, &mut script);
        }
        if is_compound || line.starts_with(['(', ')']) || depth > 0 {
            depth = (depth + opens).saturating_sub(closes);
        }
    }
    script
}

fn line_end(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |length| at + length)
}

fn starts_with_word(line: &str, word: &str) -> bool {
    line.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
        && line.get(word.len()..).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '(', '\r']))
}

struct Reader<'a> {
    text: &'a str,
    place: Place<'a>,
    at: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip(&mut self) {
        loop {
            let rest = self.rest();
            let blank = rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n', '@']).len();
            let joined = usize::from(rest.starts_with("^\n") || rest.starts_with("^\r\n"));
            if blank + joined == 0 {
                return;
            }
            self.at += blank.max(joined);
        }
    }

    /// The commands of a line.
    fn line(&mut self, mut conditional: bool, script: &mut Script) {
        loop {
            let command = self.command();
            self.skip();
            let rest = self.rest();
            let (piped, length) = match rest.as_bytes() {
                [b'&', b'&', ..] | [b'|', b'|', ..] => (false, 2),
                [b'|', ..] => (true, 1),
                [b'&', ..] => (false, 1),
                _ => (false, 0),
            };
            if let Some(command) = command {
                script.commands.push(Command { piped, conditional, ..command });
            }
            if length == 0 || script.commands.len() >= COMMANDS {
                return;
            }
            conditional |= length == 2;
            self.at += length;
        }
    }

    fn command(&mut self) -> Option<Command> {
        let mut redirections = Vec::new();
        let mut words: Vec<Word> = Vec::new();
        loop {
            self.skip();
            let rest = self.rest();
            if rest.is_empty() || rest.starts_with(['&', '|']) {
                break;
            }
            if let Some((kind, descriptor, length)) = redirection(rest) {
                self.at += length;
                self.skip();
                let word = self.word(&[' ', '\t', '\r', '&', '|', '>', '<']);
                redirections.push(Redirection { kind, descriptor, word });
                continue;
            }
            if words.is_empty() {
                if starts_with_word(rest, "call") {
                    self.at += "call".len();
                    continue;
                }
                if starts_with_word(rest, "set") {
                    self.at += "set".len();
                    return self.set();
                }
                if starts_with_word(rest, "echo") {
                    let start = self.at;
                    self.at += "echo".len();
                    words.push(word("echo", (self.place)(start..self.at)));
                    self.skip();
                    // All of the rest of the line is printed as it is, quotes among it.
                    words.push(self.printed());
                    continue;
                }
            }
            words.push(self.word(&[' ', '\t', '\r', '&', '|', '>', '<']));
        }
        let name = words.first().and_then(Word::literal);
        let is_other = name.is_some_and(|name| OTHERS.iter().any(|other| name.eq_ignore_ascii_case(other)));
        (!(is_other || words.is_empty() && redirections.is_empty())).then(|| Command {
            words,
            redirections,
            ..Command::default()
        })
    }

    /// `set NAME=value`, `set "NAME=value"`; with a switch it computes or asks.
    fn set(&mut self) -> Option<Command> {
        self.skip();
        let is_quoted = self.rest().starts_with('"');
        self.at += usize::from(is_quoted);
        let start = self.at;
        let length = self.rest().find('=');
        let name = length.and_then(|length| self.rest().get(..length)).map(str::to_owned);
        let name = name.filter(|name| is_variable_name(name));
        let Some(name) = name else {
            self.at = self.text.len();
            return None;
        };
        self.at += name.len() + 1;
        let span = (self.place)(start..start + name.len());
        let word = if is_quoted {
            // Up to the last quote of the line.
            let end = self.rest().rfind('"').map_or(self.text.len(), |end| self.at + end);
            let word = self.until(end);
            self.at = (end + 1).min(self.text.len());
            word
        } else {
            self.printed()
        };
        let assignment = Assignment { name: Name::new(&name), span, word };
        Some(Command { assignments: vec![assignment], ..Command::default() })
    }

    /// What stands up to the end of the command, as it is.
    fn printed(&mut self) -> Word {
        let rest = self.rest();
        let mut in_quotes = false;
        let mut length = rest.len();
        let mut before = '\0';
        for (at, character) in rest.char_indices() {
            match character {
                '"' => in_quotes = !in_quotes,
                '&' | '|' | '>' | '<' if !in_quotes && before != '^' => {
                    length = at;
                    break;
                }
                _ => {}
            }
            before = character;
        }
        // A digit behind a sign that parts words names the stream, and is not printed.
        let tail: Vec<char> = rest.get(..length).unwrap_or_default().chars().rev().take(2).collect();
        if rest.get(length..).is_some_and(|rest| rest.starts_with(['>', '<']))
            && let [digit, before] = tail.as_slice()
            && digit.is_ascii_digit()
            && matches!(before, '=' | ',' | ';')
        {
            let span = (self.place)(self.at..self.at + length);
            self.at += length;
            return unknown(span);
        }
        let trimmed = rest.get(..length).unwrap_or_default().trim_end().len();
        let word = self.until(self.at + trimmed);
        self.at = self.text.len().min(self.at.max(self.at + length - trimmed));
        word
    }

    /// A word of the text up to `end`, with its variables.
    fn until(&mut self, end: usize) -> Word {
        let start = self.at;
        let mut maker = Maker::new(self.place);
        while self.at < end {
            let Some(first) = self.rest().chars().next() else { break };
            if !self.special(&mut maker, first) {
                maker.push(first, self.at..self.at + first.len_utf8());
                self.at += first.len_utf8();
            }
        }
        let stop = self.at;
        maker.finish(start..stop)
    }

    /// A word without its quotes; a comma or a bracket is a part of it.
    fn word(&mut self, ends: &[char]) -> Word {
        let start = self.at;
        let mut maker = Maker::new(self.place);
        let mut in_quotes = false;
        while let Some(first) = self.rest().chars().next() {
            if !in_quotes && ends.contains(&first) {
                break;
            }
            if self.special(&mut maker, first) {
                continue;
            }
            if first == '"' {
                in_quotes = !in_quotes;
            } else {
                maker.push(first, self.at..self.at + first.len_utf8());
            }
            self.at += first.len_utf8();
        }
        if self.at == start {
            self.at += self.rest().chars().next().map_or(0, char::len_utf8);
            return unknown(hull(&[]));
        }
        maker.finish(start..self.at)
    }

    /// `%NAME%`, `^x`, and what GitHub replaces.
    fn special(&mut self, maker: &mut Maker<'_>, first: char) -> bool {
        if let Some(end) = maker.foreign(self.text, self.at) {
            self.at = end;
            return true;
        }
        let start = self.at;
        match first {
            '^' => {
                let next = self.rest().chars().nth(1);
                self.at += 1 + next.map_or(0, char::len_utf8);
                if let Some(next) = next.filter(|next| !matches!(next, '\n' | '\r')) {
                    maker.push(next, start..self.at);
                }
                true
            }
            '%' | '!' => {
                let rest = self.rest().get(1..).unwrap_or_default();
                let Some(length) = rest.find(first) else { return false };
                let name = rest.get(..length).unwrap_or_default().to_owned();
                let range: Range<usize> = start..start + length + 2;
                if is_variable_name(&name) {
                    maker.variable(&name, range.clone());
                } else if first == '%' && !name.is_empty() && !name.contains(['\n', '"', ' ']) {
                    // Cuts and replacements: `%NAME:~0,7%`.
                    maker.unknown(range.clone());
                } else {
                    return false;
                }
                self.at = range.end;
                true
            }
            _ => false,
        }
    }
}

/// `>`, `>>`, `2>`, `<`: what it does, of which stream, and how long it is.
fn redirection(rest: &str) -> Option<(Direction, Option<u32>, usize)> {
    let digits = usize::from(rest.starts_with(|c: char| c.is_ascii_digit()));
    let behind = rest.get(digits..)?;
    let descriptor = rest.get(..digits).and_then(|digit| digit.parse().ok());
    let (kind, length) = match behind.as_bytes() {
        [b'>', b'>', ..] => (Direction::Append, 2),
        [b'>', b'&', ..] => (Direction::Other, 2),
        [b'>', ..] => (Direction::Write, 1),
        [b'<', ..] => (Direction::Read, 1),
        _ => return None,
    };
    Some((kind, descriptor, digits + length))
}
