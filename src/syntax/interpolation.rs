//! The template grammar of compose, `${NAME:-default}`. Not the rules of `.env` loaders; those are in `dotenv`.
//!
//! Source: compose-go `template/template.go`, measured in `tests/data/compose-interpolation.jsonl`.

use memchr::{memchr, memrchr};

use crate::name::Name;
use crate::source::Span;
use crate::value::{Operator, Part, Reference, Template, Value};

/// How deep references may stand inside operators; what lies deeper is [`Part::Unknown`].
const DEPTH: usize = 64;

/// A text that compose rejects as a template, and with it the whole project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidTemplate {
    /// Where the bad reference stands.
    pub span: Span,
    /// What is wrong with it, without any part of the value.
    pub message: String,
}

/// Reads a text in which `$NAME`, `${NAME}` and `${NAME<operator>word}` are references and `$$` is a dollar sign.
///
/// `at` is the offset of `text` in its file, so that the spans are the file's. Where `text` was unescaped and its
/// bytes no longer stand in the file one for one, the caller passes the start of the value and gets approximate spans,
/// which it must cut to the value itself. The text inside a branch that is never taken must be a template as well.
pub fn parse(text: &str, at: usize) -> Result<Template, InvalidTemplate> {
    parse_nested(text, at, 0)
}

/// The length of the variable name that `text` begins with: ASCII letters, digits and `_`, no digit first.
pub fn name_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    if !bytes.first().is_some_and(|first| first.is_ascii_alphabetic() || *first == b'_') {
        return 0;
    }
    bytes.iter().position(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'_')).unwrap_or(bytes.len())
}

fn parse_nested(text: &str, at: usize, depth: usize) -> Result<Template, InvalidTemplate> {
    let mut parts = Parts::default();
    let mut line = Line::default();
    let mut position = 0;
    while let Some(dollar) = memchr(b'$', text.as_bytes().get(position..).unwrap_or_default()) {
        let start = position + dollar;
        parts.literal(slice(text, position, start));
        let rest = slice(text, start + 1, text.len());
        let span = |end: usize| Span::new(at + start, at + end);
        position = match rest.as_bytes().first() {
            Some(b'$') => {
                parts.literal("$");
                start + 2
            }
            Some(b'{') => {
                let braced = Braced::read(text, start, line.last_brace(text, start)).map_err(|message| {
                    let brace = memchr(b'}', slice(text, start, line.end).as_bytes());
                    let end = brace.map_or(line.end, |brace| start + brace + 1);
                    InvalidTemplate { span: span(end), message }
                })?;
                parts.push(braced.part(text, at, depth)?);
                braced.end
            }
            _ => {
                let end = start + 1 + name_length(rest);
                if end > start + 1 {
                    let name = Name::new(slice(text, start + 1, end));
                    parts.push(Part::Reference(Box::new(Reference { name, span: span(end), operator: None })));
                } else {
                    parts.literal("$");
                }
                end
            }
        };
    }
    parts.literal(slice(text, position, text.len()));
    Ok(parts.finish())
}

/// Offsets of a `${…}` in the text.
struct Braced {
    start: usize,
    name_end: usize,
    word: Option<(usize, &'static str)>,
    end: usize,
}

impl Braced {
    /// Reads the one whose `$` stands at `start`; `last` is the last `}` of its line.
    ///
    /// The word may hold braces of its own: it ends where they are balanced, and if they never are, at `last`.
    fn read(text: &str, start: usize, last: Option<usize>) -> Result<Self, String> {
        let name_start = start + 2;
        let name_end = name_start + name_length(slice(text, name_start, text.len()));
        let rest = slice(text, name_end, text.len());
        let last = last.filter(|last| *last >= name_end);
        let Some(last) = last else {
            return Err("`${` has no `}` on its line".to_owned());
        };
        if name_end == name_start {
            return Err("`${` is not followed by the name of a variable".to_owned());
        }
        if rest.starts_with('}') {
            return Ok(Self { start, name_end, word: None, end: name_end + 1 });
        }
        let Some(operator) = [":-", "-", ":?", "?", ":+", "+"].into_iter().find(|word| rest.starts_with(word)) else {
            let name = slice(text, name_start, name_end);
            return Err(format!("`${{{name}` is followed by neither `}}` nor one of `:-` `-` `:?` `?` `:+` `+`"));
        };
        let word = name_end + operator.len();
        if word > last {
            return Err("`${` has no `}` on its line".to_owned());
        }
        Ok(Self { start, name_end, word: Some((word, operator)), end: closing(text, start, last) + 1 })
    }

    fn part(&self, text: &str, at: usize, depth: usize) -> Result<Part, InvalidTemplate> {
        let span = Span::new(at + self.start, at + self.end);
        if depth >= DEPTH {
            return Ok(Part::Unknown(span));
        }
        let operator = match self.word {
            None => None,
            Some((start, operator)) => {
                let word = parse_nested(slice(text, start, self.end - 1), at + start, depth + 1)?;
                let empty_too = operator.starts_with(':');
                Some(match operator.trim_start_matches(':') {
                    "-" => Operator::Default { empty_too, word },
                    "+" => Operator::Alternative { empty_too, word },
                    _ => Operator::Required { empty_too, word },
                })
            }
        };
        let name = Name::new(slice(text, self.start + 2, self.name_end));
        Ok(Part::Reference(Box::new(Reference { name, span, operator })))
    }
}

/// The brace that ends the reference at `start`. The byte behind a `{` is passed over, as compose-go does.
fn closing(text: &str, start: usize, last: usize) -> usize {
    let bytes = text.as_bytes().get(start..=last).unwrap_or_default();
    let mut open = 0_usize;
    let mut index = 0;
    while let Some(byte) = bytes.get(index) {
        match byte {
            b'}' => {
                open = open.saturating_sub(1);
                if open == 0 {
                    return start + index;
                }
            }
            b'{' => {
                open += 1;
                index += 1;
            }
            _ => {}
        }
        index += 1;
    }
    last
}

/// The line that was looked at last, so that a long one is searched once.
#[derive(Default)]
struct Line {
    end: usize,
    brace: Option<usize>,
}

impl Line {
    /// The last `}` of the line that holds `start`.
    fn last_brace(&mut self, text: &str, start: usize) -> Option<usize> {
        if self.end <= start {
            let rest = text.as_bytes().get(start..).unwrap_or_default();
            self.end = start + memchr(b'\n', rest).unwrap_or(rest.len());
            self.brace = memrchr(b'}', text.as_bytes().get(start..self.end).unwrap_or_default()).map(|at| start + at);
        }
        self.brace.filter(|brace| *brace >= start)
    }
}

/// Collects parts, joining literal text.
#[derive(Default)]
pub(crate) struct Parts {
    parts: Vec<Part>,
    text: zeroize::Zeroizing<String>,
}

impl Parts {
    pub(crate) fn literal(&mut self, text: &str) {
        self.text.push_str(text);
    }

    pub(crate) fn push(&mut self, part: Part) {
        self.flush();
        self.parts.push(part);
    }

    pub(crate) fn finish(mut self) -> Template {
        self.flush();
        Template::from(self.parts)
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            self.parts.push(Part::Literal(Value::new(self.text.as_str())));
            self.text.clear();
        }
    }
}

fn slice(text: &str, start: usize, end: usize) -> &str {
    text.get(start..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn spans(text: &str, at: usize) -> Vec<(String, Span)> {
        let template = parse(text, at).unwrap();
        template.references().iter().map(|found| (found.name.to_string(), found.span)).collect()
    }

    #[test]
    fn spans_are_those_of_the_file() {
        let found = spans("a ${A:-x${B}} $C", 100);
        let expected = [("A", 102, 113), ("B", 108, 112), ("C", 114, 116)];
        assert_eq!(found, expected.map(|(name, start, end)| (name.to_owned(), Span::new(start, end))));
    }

    #[test]
    fn an_error_names_no_value() {
        let error = parse("s3cret ${NAME!s3cret} s3cret", 5).unwrap_err();
        assert!(!error.message.contains("s3cret"), "{}", error.message);
        assert_eq!(error.span, Span::new(12, 26));
    }

    #[test]
    fn braces_that_never_balance_end_at_the_last_one_of_the_line() {
        assert_eq!(spans("${A:-{x}\n}", 0), [("A".to_owned(), Span::new(0, 8))]);
    }

    #[test]
    fn what_is_nested_too_deep_is_unknown() {
        let text = format!("{}{}", "${A:-".repeat(5_000), "}".repeat(5_000));
        let template = parse(&text, 0).unwrap();
        assert_eq!(template.references().len(), DEPTH);
    }

    #[test]
    fn many_references_on_one_line_take_linear_time() {
        let template = parse(&format!("{}{}", "${A:-x}".repeat(50_000), "z".repeat(1_000_000)), 0).unwrap();
        assert_eq!(template.references().len(), 50_000);
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic_and_every_span_fits(text in "([${}:?+ A-C\n-]|é|.){0,60}") {
            match parse(&text, 0) {
                Ok(template) => {
                    for found in template.references() {
                        prop_assert!(text.get(found.span.start..found.span.end).is_some_and(|at| at.starts_with('$')));
                    }
                }
                Err(error) => prop_assert!(text.get(error.span.start..error.span.end).is_some()),
            }
        }
    }
}
