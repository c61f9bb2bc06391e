//! PowerShell: statements and words. What a pipeline comes to is for `pipeline`.

use super::pipeline::{self, Part};
use super::{COMMANDS, Maker, Place};
use crate::name::is_variable_name;
use crate::syntax::shell::{Command, Direction, Redirection, Script, Word};

pub(super) fn parse(text: &str, place: Place<'_>) -> Script {
    let mut reader = Reader { text, place, at: 0, depth: 0, script: Script { commands: Vec::new(), whole: true } };
    while reader.at < text.len() && reader.script.commands.len() < COMMANDS {
        let before = reader.at;
        reader.statement();
        reader.at = reader.at.max(before + usize::from(reader.at == before));
        while !text.is_char_boundary(reader.at) {
            reader.at += 1;
        }
    }
    reader.script
}

struct Reader<'a> {
    text: &'a str,
    place: Place<'a>,
    at: usize,
    /// How many blocks are open.
    depth: usize,
    script: Script,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Skips blanks, continued lines and comments, not the end of a line.
    fn skip(&mut self) {
        loop {
            let rest = self.rest();
            let length = if rest.starts_with([' ', '\t', '\r']) {
                1
            } else if rest.starts_with("`\n") {
                2
            } else if rest.starts_with("`\r\n") {
                3
            } else if rest.starts_with("<#") {
                rest.find("#>").map_or(rest.len(), |end| end + 2)
            } else if rest.starts_with('#') {
                rest.find('\n').unwrap_or(rest.len())
            } else {
                return;
            };
            self.at += length;
        }
    }

    /// One statement: a pipeline up to the end of its line, `;`, or a block.
    fn statement(&mut self) {
        let mut parts = vec![Part::default()];
        let mut is_chained = false;
        loop {
            self.skip();
            let rest = self.rest();
            let Some(first) = rest.chars().next() else { break };
            if rest.starts_with("&&") || rest.starts_with("||") {
                self.at += 2;
                self.pipeline(std::mem::take(&mut parts), is_chained);
                parts.push(Part::default());
                is_chained = true;
                continue;
            }
            match first {
                '\n' | ';' => {
                    self.at += 1;
                    // A line that ends with a pipe goes on.
                    let goes_on =
                        first == '\n' && parts.len() > 1 && parts.last().is_some_and(|part| part.words.is_empty());
                    if goes_on {
                        continue;
                    }
                    break;
                }
                '{' if parts.last().is_some_and(Part::takes_block) => {
                    let start = self.at;
                    let mut maker = Maker::new(self.place);
                    self.bracket(&mut maker);
                    let Some(part) = parts.last_mut() else { break };
                    part.words.push(maker.finish(start..self.at));
                    part.quoted.push(false);
                }
                '{' => {
                    self.at += 1;
                    self.depth += 1;
                    // What stands before a block is its condition or its name.
                    return;
                }
                '}' => {
                    self.at += 1;
                    self.pipeline(parts, is_chained);
                    self.depth = self.depth.saturating_sub(1);
                    return;
                }
                '|' => {
                    self.at += 1;
                    parts.push(Part::default());
                }
                _ => {
                    let Some(part) = parts.last_mut() else { break };
                    if let Some((kind, descriptor, length)) = redirection(rest) {
                        self.at += length;
                        self.skip();
                        let (word, _) = self.word();
                        part.redirections.push(Redirection { kind, descriptor, word });
                    } else {
                        let (word, quoted) = self.word();
                        part.words.push(word);
                        part.quoted.push(quoted);
                    }
                }
            }
        }
        self.pipeline(parts, is_chained);
    }

    /// The word that begins here, and whether it is a text in quotes.
    fn word(&mut self) -> (Word, bool) {
        let start = self.at;
        let mut maker = Maker::new(self.place);
        let quoted = self.rest().starts_with(['"', '\'', '@']);
        while let Some(first) = self.rest().chars().next() {
            let rest = self.rest();
            let here = rest.starts_with("@'") || rest.starts_with("@\"");
            if here && self.at == start {
                self.here_text(&mut maker);
                continue;
            }
            match first {
                _ if self.foreign(&mut maker) => {}
                ' ' | '\t' | '\r' | '\n' | ';' | '|' | '{' | '}' | '>' => break,
                '&' if self.at > start => break,
                '\'' => self.single(&mut maker),
                '"' => self.double(&mut maker),
                '$' => self.dollar(&mut maker),
                '(' | '[' if self.at == start || first == '(' => self.bracket(&mut maker),
                '`' => self.escape(&mut maker),
                // Out of quotes it makes a list, whose items become words of their own.
                ',' => {
                    maker.unknown(self.at..self.at + 1);
                    self.at += 1;
                }
                _ => {
                    maker.push(first, self.at..self.at + first.len_utf8());
                    self.at += first.len_utf8();
                }
            }
        }
        if self.at == start {
            // A sign that begins no word.
            let length = self.rest().chars().next().map_or(0, char::len_utf8);
            maker.unknown(start..start + length);
            self.at += length;
        }
        (maker.finish(start..self.at), quoted)
    }

    fn foreign(&mut self, maker: &mut Maker<'_>) -> bool {
        let end = maker.foreign(self.text, self.at);
        self.at = end.unwrap_or(self.at);
        end.is_some()
    }

    fn escape(&mut self, maker: &mut Maker<'_>) {
        let start = self.at;
        let next = self.rest().chars().nth(1);
        self.at += 1 + next.map_or(0, char::len_utf8);
        match next {
            Some('n') => maker.push('\n', start..self.at),
            Some('t') => maker.push('\t', start..self.at),
            Some('\n' | '\r') | None => {}
            Some('0' | 'a' | 'b' | 'e' | 'f' | 'r' | 'u' | 'v') => maker.unknown(start..self.at),
            Some(other) => maker.push(other, start..self.at),
        }
    }

    /// `'…'`, in which two quotes are one.
    fn single(&mut self, maker: &mut Maker<'_>) {
        self.at += 1;
        while let Some(first) = self.rest().chars().next() {
            if self.foreign(maker) {
                continue;
            }
            let start = self.at;
            self.at += first.len_utf8();
            if first == '\'' {
                if !self.rest().starts_with('\'') {
                    return;
                }
                self.at += 1;
            }
            maker.push(first, start..self.at);
        }
        self.script.whole = false;
    }

    /// `"…"`, with variables in it.
    fn double(&mut self, maker: &mut Maker<'_>) {
        self.at += 1;
        while let Some(first) = self.rest().chars().next() {
            let start = self.at;
            match first {
                _ if self.foreign(maker) => {}
                '"' => {
                    self.at += 1;
                    if !self.rest().starts_with('"') {
                        return;
                    }
                    self.at += 1;
                    maker.push('"', start..self.at);
                }
                '`' => self.escape(maker),
                '$' => self.dollar(maker),
                _ => {
                    self.at += first.len_utf8();
                    maker.push(first, start..self.at);
                }
            }
        }
        self.script.whole = false;
    }

    /// `@'` and `@"` up to the line that begins with the end of it.
    fn here_text(&mut self, maker: &mut Maker<'_>) {
        let quote = if self.rest().starts_with("@'") { '\'' } else { '"' };
        let end = format!("\n{quote}@");
        let Some(line) = self.rest().find('\n') else {
            self.at = self.text.len();
            return;
        };
        let from = self.at + line;
        let Some(length) = self.text.get(from..).and_then(|rest| rest.find(&end)) else {
            self.script.whole = false;
            maker.unknown(self.at..self.text.len());
            self.at = self.text.len();
            return;
        };
        self.at = from + 1;
        while self.at < from + length {
            let Some(first) = self.rest().chars().next() else { break };
            let start = self.at;
            match first {
                _ if self.foreign(maker) => {}
                '$' if quote == '"' => self.dollar(maker),
                '`' if quote == '"' => self.escape(maker),
                _ => {
                    self.at += first.len_utf8();
                    maker.push(first, start..self.at);
                }
            }
        }
        self.at = self.at.max(from + length + end.len());
    }

    /// `$name`, `${name}`, `$env:NAME`; all else behind a dollar sign is not known.
    fn dollar(&mut self, maker: &mut Maker<'_>) {
        let start = self.at;
        let rest = self.text.get(start + 1..).unwrap_or_default();
        if rest.starts_with('(') {
            self.at += 1;
            return self.bracket(maker);
        }
        let (name, length) = if let Some(inner) = rest.strip_prefix('{') {
            let end = inner.find(['}', '\n']);
            end.map_or(("", 1), |end| (inner.get(..end).unwrap_or_default(), end + 3))
        } else {
            let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
            let end = rest.find(|c| !fits(c)).unwrap_or(rest.len());
            (rest.get(..end).unwrap_or_default().trim_end_matches(':'), 0)
        };
        let length = if length == 0 { name.len() + 1 } else { length };
        self.at += length;
        let is_env = name.get(..4).is_some_and(|scope| scope.eq_ignore_ascii_case("env:"));
        // What is taken of it behind the name, such as a member of it.
        let goes_on = self.rest().starts_with('[') || self.rest().starts_with('.') && !is_env;
        match name.get(4..).filter(|_| is_env) {
            Some(name) if is_variable_name(name) => maker.variable(name, start..self.at),
            _ if name.is_empty() && !rest.starts_with(['{', '?', '$', '^', '_']) => maker.push('$', start..start + 1),
            _ if goes_on || name.is_empty() || name.contains(':') => maker.unknown(start..self.at),
            // Variables of the script are none of the environment, and know no case.
            _ => maker.variable(&local(name), start..self.at),
        }
    }

    /// Skips what stands in brackets, of which nothing is known.
    fn bracket(&mut self, maker: &mut Maker<'_>) {
        let start = self.at;
        let mut open = 0usize;
        while let Some(first) = self.rest().chars().next() {
            self.at += first.len_utf8();
            match first {
                '(' | '[' | '{' => open += 1,
                ')' | ']' | '}' => open = open.saturating_sub(1),
                '\'' | '"' => {
                    self.at -= 1;
                    self.quoted_in_brackets(first);
                }
                _ => {}
            }
            if open == 0 {
                break;
            }
        }
        maker.unknown(start..self.at);
    }

    /// Skips a text in quotes, of which nothing is kept.
    fn quoted_in_brackets(&mut self, quote: char) {
        self.at += 1;
        while let Some(first) = self.rest().chars().next() {
            let escaped = first == '`' && quote == '"';
            self.at += first.len_utf8();
            if escaped {
                self.at += self.rest().chars().next().map_or(0, char::len_utf8);
            } else if first == quote {
                return;
            }
        }
    }

    /// Takes over a pipeline as commands.
    fn pipeline(&mut self, parts: Vec<Part>, is_chained: bool) {
        let conditional = self.depth > 0 || is_chained;
        let commands = pipeline::commands(parts).into_iter();
        self.script.commands.extend(commands.map(|command| Command { conditional, ..command }));
    }
}

/// What a variable of the script itself is called, which the environment has none of.
fn local(name: &str) -> String {
    format!("${}", name.to_ascii_lowercase())
}

/// `>`, `>>`, `2>`, `*>>`: what it does, of which stream, and how long it is.
fn redirection(rest: &str) -> Option<(Direction, Option<u32>, usize)> {
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '*').len();
    let behind = rest.get(digits..)?;
    if digits > 1 || !behind.starts_with('>') {
        return None;
    }
    let descriptor = rest.get(..digits).and_then(|digit| digit.parse().ok());
    if behind.starts_with(">&") {
        return Some((Direction::Other, descriptor, digits + 2));
    }
    let appends = behind.starts_with(">>");
    let kind = if appends { Direction::Append } else { Direction::Write };
    Some((kind, descriptor, digits + 1 + usize::from(appends)))
}
