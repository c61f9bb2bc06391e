//! What the text of a shell reads and does, told by a small scan of its words: quotes, expansions, assignments, and
//! here-documents. It is no shell: what it does not understand it passes over.

use super::words::Char;
use crate::fact::{Need, Shell, ShellRead};
use crate::name::Name;
use crate::source::Span;
use crate::tables::commands;

/// How deep `$(…)` is followed.
const DEPTH: usize = 32;

/// Reads a text of a shell.
pub(super) fn read(chars: &[Char]) -> Shell {
    let mut scan = Scan { chars, at: 0, shell: Shell::default(), words: Vec::new(), word: None, pending: Vec::new() };
    scan.text();
    scan.end_of_command();
    let mut shell = scan.shell;
    let text: String = chars.iter().map(|(_, char)| *char).collect();
    shell.replaces = commands::replaces(&text);
    shell
}

/// Reads a text in which variables are put, as a here-document is.
pub(super) fn read_document(chars: &[Char]) -> Shell {
    let mut scan = Scan { chars, at: 0, shell: Shell::default(), words: Vec::new(), word: None, pending: Vec::new() };
    while scan.at < chars.len() {
        scan.expansion_or_next();
    }
    scan.shell
}

struct Scan<'a> {
    chars: &'a [Char],
    at: usize,
    shell: Shell,
    /// The words of the command so far, without quotes.
    words: Vec<String>,
    word: Option<String>,
    /// The here-documents that begin behind this line: their last line, and whether they are taken as they are.
    pending: Vec<(String, bool)>,
}

impl Scan<'_> {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).map(|(_, char)| *char)
    }

    fn peek_at(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).map(|(_, char)| *char)
    }

    fn offset(&self) -> usize {
        match self.chars.get(self.at) {
            Some((offset, _)) => *offset,
            None => self.chars.last().map_or(0, |(offset, char)| offset + char.len_utf8()),
        }
    }

    fn push(&mut self, char: char) {
        self.word.get_or_insert_default().push(char);
    }

    fn text(&mut self) {
        // For each `$(` whether a double quote was open before it.
        let mut open: Vec<bool> = Vec::new();
        let mut quoted = false;
        while let Some(char) = self.peek() {
            match char {
                '\\' => {
                    if let Some(next) = self.peek_at(1) {
                        self.push(next);
                    }
                    self.at += 2;
                }
                '\'' if !quoted => self.single_quotes(),
                '"' => {
                    quoted = !quoted;
                    self.word.get_or_insert_default();
                    self.at += 1;
                }
                '$' if self.peek_at(1) == Some('(') && self.peek_at(2) != Some('(') && open.len() < DEPTH => {
                    self.at += 2;
                    open.push(quoted);
                    quoted = false;
                    self.end_of_command();
                }
                ')' if !quoted => {
                    self.at += 1;
                    self.end_of_command();
                    quoted = open.pop().unwrap_or_default();
                }
                '$' => self.expansion_or_next(),
                '#' if !quoted && self.word.is_none() => {
                    while self.peek().is_some_and(|char| char != '\n') {
                        self.at += 1;
                    }
                }
                '<' if !quoted && self.peek_at(1) == Some('<') => self.here_document(),
                '\n' if !quoted => {
                    self.at += 1;
                    self.end_of_command();
                    self.documents();
                }
                ';' | '&' | '|' | '(' | '`' if !quoted => {
                    self.at += 1;
                    self.end_of_command();
                }
                char if char.is_whitespace() && !quoted => {
                    self.at += 1;
                    self.end_of_word();
                }
                char => {
                    self.at += 1;
                    self.push(char);
                }
            }
        }
    }

    fn single_quotes(&mut self) {
        self.at += 1;
        self.word.get_or_insert_default();
        while let Some(char) = self.peek() {
            self.at += 1;
            if char == '\'' {
                return;
            }
            self.push(char);
        }
    }

    fn end_of_word(&mut self) {
        let Some(word) = self.word.take() else { return };
        let assigned = word.split_once('=').map(|(name, _)| name.strip_suffix('+').unwrap_or(name));
        if let Some(name) = assigned.filter(|name| is_name(name)) {
            self.shell.sets.insert(Name::new(name));
        }
        let before = self.words.last().map(String::as_str);
        if matches!(before, Some("for" | "read" | "local" | "declare" | "typeset")) && is_name(&word) {
            self.shell.sets.insert(Name::new(&word));
        }
        self.words.push(word);
    }

    /// A command ends: what kind it was, by its words.
    fn end_of_command(&mut self) {
        self.end_of_word();
        let words = std::mem::take(&mut self.words);
        self.shell.develops |= words.iter().any(|word| commands::develops(word));
        let mut rest = words.iter().map(String::as_str).skip_while(|word| {
            word.split_once('=').is_some_and(|(name, _)| is_name(name))
                || word.starts_with("--mount=")
                || word.starts_with("--network=")
                || matches!(*word, "exec" | "env" | "then" | "do" | "else" | "if" | "!" | "time" | "sudo" | "{")
        });
        if let Some(program) = rest.next() {
            let program = program.rsplit('/').next().unwrap_or(program);
            self.shell.scripts.extend(commands::script(program, rest.clone()).map(str::to_owned));
            self.shell.builds |= commands::builds(program, rest);
        }
    }

    /// `$NAME`, `${NAME…}`; any other character is passed over.
    fn expansion_or_next(&mut self) {
        if self.peek() != Some('$') {
            self.at += if self.peek() == Some('\\') { 2 } else { 1 };
            return;
        }
        let braced = self.peek_at(1) == Some('{');
        self.at += if braced { 2 } else { 1 };
        let start = self.at;
        let from = self.offset();
        while self.peek().is_some_and(|char| char.is_ascii_alphanumeric() || char == '_') {
            self.at += 1;
        }
        let name: String = self.chars.get(start..self.at).unwrap_or_default().iter().map(|(_, char)| *char).collect();
        self.word.get_or_insert_default().push('$');
        if !is_name(&name) {
            return;
        }
        let span = Span::new(from, self.offset());
        let before = self.words.last().map(String::as_str);
        let mut need = if matches!(before, Some("-z" | "-n" | "-v")) { Need::Optional } else { Need::Hoped };
        if braced {
            let sign = match (self.peek(), self.peek_at(1)) {
                (Some(':'), next) => next,
                (sign, _) => sign,
            };
            match sign {
                Some('-' | '=' | '+') => need = Need::Optional,
                Some('?') => need = Need::Required,
                _ => {}
            }
        }
        let name = Name::new(&name);
        if !self.shell.sets.contains(&name) {
            self.shell.reads.push(ShellRead { name, span, need });
        }
    }

    /// `<<EOF`, `<<-'EOF'`; `<<<` is none.
    fn here_document(&mut self) {
        self.at += 2;
        if self.peek() == Some('<') {
            self.at += 1;
            return;
        }
        if self.peek() == Some('-') {
            self.at += 1;
        }
        let mut word = String::new();
        let mut literal = false;
        while let Some(char) = self.peek().filter(|char| !char.is_whitespace() && !";&|<>()".contains(*char)) {
            match char {
                '\'' | '"' | '\\' => literal = true,
                char => word.push(char),
            }
            self.at += 1;
        }
        if !word.is_empty() && !word.starts_with(|char: char| char.is_ascii_digit()) {
            self.pending.push((word, literal));
        }
    }

    /// The here-documents that were announced in the line before.
    fn documents(&mut self) {
        for (end, literal) in std::mem::take(&mut self.pending) {
            let start = self.at;
            let mut line = String::new();
            let mut stop = self.chars.len();
            let mut at = start;
            while let Some((_, char)) = self.chars.get(at) {
                at += 1;
                if *char == '\n' {
                    line.clear();
                    continue;
                }
                line.push(*char);
                let ends_here = matches!(self.chars.get(at), None | Some((_, '\n' | '\r')));
                if ends_here && line.trim_start_matches('\t') == end {
                    stop = at;
                    break;
                }
            }
            if literal {
                self.at = stop;
            }
            while self.at < stop {
                self.expansion_or_next();
            }
            self.word = None;
        }
    }
}

fn is_name(text: &str) -> bool {
    crate::name::is_variable_name(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<(String, Need)> {
        let chars: Vec<Char> = text.char_indices().collect();
        let shell = read(&chars);
        for read in &shell.reads {
            assert_eq!(&text[read.span.start..read.span.end], read.name.as_str());
        }
        shell.reads.into_iter().map(|read| (read.name.to_string(), read.need)).collect()
    }

    fn one(text: &str) -> Option<(String, Need)> {
        told(text).pop()
    }

    #[test]
    fn reads_are_told_by_how_much_they_need() {
        for (text, need) in [
            ("echo $A", Need::Hoped),
            ("echo \"x${A}y\"", Need::Hoped),
            ("echo ${A:-d}", Need::Optional),
            ("echo ${A-d}", Need::Optional),
            (": \"${A:=d}\"", Need::Optional),
            ("${A:+--flag}", Need::Optional),
            ("B=${A:-d}", Need::Optional),
            ("A=${A:-d}", Need::Optional),
            (": ${A:?not set}", Need::Required),
            ("cmd ${A?}", Need::Required),
            ("if [ -z \"$A\" ]; then exit 1; fi", Need::Optional),
            ("x \"$(cat \"$A\")\"", Need::Hoped),
            ("cat <<EOF\nit's $A\nEOF\n", Need::Hoped),
            ("x ${A%/}", Need::Hoped),
        ] {
            assert_eq!(one(text), Some(("A".to_owned(), need)), "{text}");
        }
    }

    #[test]
    fn what_is_no_read_of_the_surroundings_is_none() {
        for text in [
            "echo '$A'",
            "echo \\$A",
            "A=1; echo $A",
            "for A in x; do echo $A; done",
            "read A; echo $A",
            "# $A",
            "awk '{print $NF}'",
            "x \"$(awk '{print $NF}')\"",
            "echo $1 $@ $? $$",
            "cat <<'EOF'\n$A\nEOF\n",
            "x $((A + 1))",
            "export A=2 && x $A",
        ] {
            assert_eq!(one(text), None, "{text}");
        }
    }

    #[test]
    fn what_stands_behind_a_here_document_is_read_again() {
        assert_eq!(one("cat <<-EOF > x\n\tdon't\n\tEOF\necho $A\n"), Some(("A".to_owned(), Need::Hoped)));
        assert_eq!(told("cat <<EOF\nno end $A\n").len(), 1);
    }

    #[test]
    fn commands_are_told_by_their_words() {
        let shell = |text: &str| read(&text.char_indices().collect::<Vec<Char>>());
        for text in [
            "npm ci && npm run build",
            "X=1 npx next build",
            "cd web; ./node_modules/.bin/vite build",
            "if x; then pnpm build; fi",
        ] {
            assert!(shell(text).builds, "{text}");
        }
        for text in ["npm ci", "echo \"npm run build\"", "apt-get install build-essential", "cargo build"] {
            assert!(!shell(text).builds, "{text}");
        }
        assert!(shell("npm run dev").develops && !shell("node dev.js").develops);
        assert!(shell("envsubst < a > b && exec nginx").replaces && !shell("nginx").replaces);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in "([$\\{\\}()\"'`;&|<>#:?=A-C\\\\ \n-]|<<E|\\$\\(|é){0,60}") {
            let _ = told(&text);
            let chars: Vec<Char> = text.char_indices().collect();
            let _ = read_document(&chars);
        }
    }
}
