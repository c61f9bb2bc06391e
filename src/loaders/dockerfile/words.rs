//! The words of an instruction, and what Docker's own small shell makes of one: quotes, escapes, `$NAME`.
//!
//! Sources: `BuildKit`, `frontend/dockerfile/parser/line_parsers.go` and `frontend/dockerfile/shell/lex.go`.

use crate::name::Name;
use crate::source::Span;
use crate::value::{Operator, Part, Reference, Template, Value};

/// How deep `${A:-${B:-…}}` is followed.
const DEPTH: usize = 16;

/// A character of an instruction and its offset in the file.
pub(super) type Char = (usize, char);

/// Splits at blank space outside of quotes; quotes and escapes stay in the words.
pub(super) fn split(chars: &[Char], escape: char) -> Vec<&[Char]> {
    let mut words = Vec::new();
    let mut start = None;
    let mut quote = None;
    let mut at = 0;
    while let Some((_, char)) = chars.get(at) {
        if quote.is_none() && char.is_whitespace() {
            if let Some(start) = start.take() {
                words.push(&chars[start..at]);
            }
            at += 1;
            continue;
        }
        start.get_or_insert(at);
        match quote {
            Some(open) if open == *char => quote = None,
            None if matches!(char, '"' | '\'') => quote = Some(*char),
            _ => {}
        }
        // Nothing can be escaped between single quotes.
        at += if *char == escape && quote != Some('\'') { 2 } else { 1 };
    }
    if let Some(start) = start {
        words.push(chars.get(start..).unwrap_or_default());
    }
    words
}

/// The span of some characters; `behind` where there are none.
pub(super) fn span(chars: &[Char], behind: usize) -> Span {
    match (chars.first(), chars.last()) {
        (Some(first), Some(last)) => Span::new(first.0, last.0 + last.1.len_utf8()),
        _ => Span::new(behind, behind),
    }
}

/// The text of some characters.
pub(super) fn text(chars: &[Char]) -> String {
    chars.iter().map(|(_, char)| *char).collect()
}

/// The value that a word stands for.
pub(super) fn template(chars: &[Char], escape: char) -> Template {
    let mut expander = Expander { chars, at: 0, escape };
    Template::from(expander.parts(None, 0))
}

struct Expander<'a> {
    chars: &'a [Char],
    at: usize,
    escape: char,
}

/// Collects parts, joining literal text.
#[derive(Default)]
struct Parts {
    parts: Vec<Part>,
    text: String,
}

impl Parts {
    fn push(&mut self, part: Part) {
        self.flush();
        self.parts.push(part);
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            self.parts.push(Part::Literal(Value::new(std::mem::take(&mut self.text))));
        }
    }

    fn finish(mut self) -> Vec<Part> {
        self.flush();
        self.parts
    }
}

impl Expander<'_> {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).map(|(_, char)| *char)
    }

    fn next(&mut self) -> Option<char> {
        let char = self.peek()?;
        self.at += 1;
        Some(char)
    }

    fn offset(&self) -> usize {
        match self.chars.get(self.at) {
            Some((offset, _)) => *offset,
            None => self.chars.last().map_or(0, |(offset, char)| offset + char.len_utf8()),
        }
    }

    /// Reads up to `stop`, which is consumed, or the end.
    fn parts(&mut self, stop: Option<char>, depth: usize) -> Vec<Part> {
        let mut parts = Parts::default();
        while let Some(char) = self.next() {
            match char {
                char if Some(char) == stop => break,
                '\'' => {
                    while let Some(char) = self.next().filter(|char| *char != '\'') {
                        parts.text.push(char);
                    }
                }
                '"' => self.quoted(&mut parts, depth),
                '$' => self.dollar(&mut parts, depth),
                char if char == self.escape => parts.text.extend(self.next()),
                char => parts.text.push(char),
            }
        }
        parts.finish()
    }

    fn quoted(&mut self, parts: &mut Parts, depth: usize) {
        while let Some(char) = self.next() {
            match char {
                '"' => return,
                '$' => self.dollar(parts, depth),
                char if char == self.escape => match self.peek() {
                    Some(next) if next == '"' || next == '$' || next == self.escape => parts.text.extend(self.next()),
                    _ => parts.text.push(char),
                },
                char => parts.text.push(char),
            }
        }
    }

    fn dollar(&mut self, parts: &mut Parts, depth: usize) {
        let start = self.chars.get(self.at.saturating_sub(1)).map_or(0, |(offset, _)| *offset);
        match self.peek() {
            Some('{') => {
                self.at += 1;
                let part = self.braced(start, depth);
                parts.push(part);
            }
            Some(char) if char.is_alphabetic() || char == '_' => {
                let name = self.name();
                let span = Span::new(start, self.offset());
                parts.push(Part::Reference(Box::new(Reference { name, span, operator: None })));
            }
            // `$1`, `$@`, `$$`: nothing that a Dockerfile could set.
            Some(char) if char.is_ascii_digit() || "@*#?-$!".contains(char) => {
                self.at += 1;
                let span = Span::new(start, self.offset());
                parts.push(Part::Unknown(span));
            }
            _ => parts.text.push('$'),
        }
    }

    fn name(&mut self) -> Name {
        let start = self.at;
        while self.peek().is_some_and(|char| char.is_alphanumeric() || char == '_') {
            self.at += 1;
        }
        Name::new(&text(self.chars.get(start..self.at).unwrap_or_default()))
    }

    /// What stands behind `${`.
    fn braced(&mut self, start: usize, depth: usize) -> Part {
        if depth >= DEPTH {
            self.at = self.chars.len();
            return Part::Unknown(Span::new(start, self.offset()));
        }
        let name = self.name();
        let mut sign = self.next();
        let empty_too = sign == Some(':');
        if empty_too {
            sign = self.next();
        }
        let known = !name.as_str().is_empty();
        let operator = match sign {
            Some('}') if known && !empty_too => None,
            Some(sign @ ('-' | '+' | '?')) if known => {
                let word = Template::from(self.parts(Some('}'), depth + 1));
                Some(match sign {
                    '-' => Operator::Default { empty_too, word },
                    '+' => Operator::Alternative { empty_too, word },
                    _ => Operator::Required { empty_too, word },
                })
            }
            // `${A#prefix}`, `${A/a/b}` and what is no reference at all.
            sign => {
                if sign != Some('}') {
                    self.parts(Some('}'), depth + 1);
                }
                return Part::Unknown(Span::new(start, self.offset()));
            }
        };
        Part::Reference(Box::new(Reference { name, span: Span::new(start, self.offset()), operator }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Known;

    fn chars(text: &str) -> Vec<Char> {
        text.char_indices().collect()
    }

    /// Evaluates with `A` = `a`, `E` empty, all else absent.
    fn value(word: &str) -> Option<String> {
        let template = template(&chars(word), '\\');
        let result = template.evaluate(&|name: &Name| match name.as_str() {
            "A" => Known::Value(Value::new("a")),
            "E" => Known::Value(Value::new("")),
            _ => Known::Absent,
        });
        result.value.map(|value| value.expose().to_owned())
    }

    #[test]
    fn words_end_at_blank_space_outside_of_quotes() {
        let chars = chars(r#"A=1 B="x y" C=a\ b 'D=e f'  G="\" ""#);
        let words: Vec<String> = split(&chars, '\\').into_iter().map(text).collect();
        assert_eq!(words, ["A=1", r#"B="x y""#, r"C=a\ b", "'D=e f'", r#"G="\" ""#]);
    }

    #[test]
    fn an_escape_at_the_very_end_is_no_harm() {
        let chars = chars(r"A=1\");
        assert_eq!(split(&chars, '\\').len(), 1);
        assert_eq!(value(r"1\").as_deref(), Some("1"));
    }

    #[test]
    fn quotes_and_escapes_are_taken_off() {
        for (word, expected) in [
            (r#""x y"z"#, "x yz"),
            (r"a\ b", "a b"),
            (r"'$A \n'", r"$A \n"),
            (r#""\$A\n\\\"""#, r#"$A\n\""#),
            (r"\$A", "$A"),
            ("$", "$"),
            ("a$/b", "a$/b"),
            (r#""open"#, "open"),
        ] {
            assert_eq!(value(word).as_deref(), Some(expected), "{word}");
        }
    }

    #[test]
    fn references_are_resolved_with_their_operators() {
        for (word, expected) in [
            ("$A/$B/x", Some("a//x")),
            ("${A}b", Some("ab")),
            ("${B:-d e}", Some("d e")),
            ("${E:-d}", Some("d")),
            ("${E-d}", Some("")),
            ("${A:+x$A}", Some("xa")),
            ("${B:-${C:-'}'}}", Some("}")),
            ("${B:?no}", None),
            ("${A#x}y", None),
            ("${}", None),
            ("$1", None),
            ("${A", None),
        ] {
            assert_eq!(value(word).as_deref(), expected, "{word}");
        }
    }

    #[test]
    fn nesting_is_bounded() {
        let word = "${A:-".repeat(50_000);
        assert!(!template(&chars(&word), '\\').parts.is_empty());
        let word = "${A#".repeat(50_000);
        assert!(!template(&chars(&word), '\\').parts.is_empty());
    }

    #[test]
    fn a_reference_knows_its_place() {
        let word = chars("ä${A:-b}c");
        let template = template(&word, '\\');
        let reference = template.references()[0];
        assert_eq!(reference.span, Span::new(2, 9));
    }
}
