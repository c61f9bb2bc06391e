//! JSON (with comments where a reader allows them) to a tree with spans. No meaning.

use std::borrow::Cow;
use std::ops::Range;

use jsonc_parser::ast;
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use crate::source::Span;

/// A JSON value and where it stands; a string's span includes its quotes.
pub struct Node<'a> {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: Kind<'a>,
}

/// What a [`Node`] is.
pub enum Kind<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A number, as it is written.
    Number(&'a str),
    /// A string, unescaped. It may be a secret.
    Text(Cow<'a, str>),
    /// An array.
    Array(Vec<Node<'a>>),
    /// An object, in order.
    Object(Vec<Member<'a>>),
}

/// A key of an object and its value.
pub struct Member<'a> {
    /// The key.
    pub key: Cow<'a, str>,
    /// Where the key stands, with its quotes.
    pub key_span: Span,
    /// The value.
    pub value: Node<'a>,
}

/// How strictly a text is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// As the standard says.
    Strict,
    /// With comments and commas at the end.
    Comments,
}

/// Reads a text; `None` if there is nothing in it. The error is the place of the first fault.
///
/// Nesting of some hundreds of levels is a fault (the parser's own limit).
pub fn parse(text: &str, dialect: Dialect) -> Result<Option<Node<'_>>, Span> {
    let (text, offset) = text.strip_prefix('\u{feff}').map_or((text, 0), |rest| (rest, 3));
    let lax = dialect == Dialect::Comments;
    let options = ParseOptions {
        allow_comments: lax,
        allow_loose_object_property_names: false,
        allow_trailing_commas: lax,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    match parse_to_ast(text, &CollectOptions::default(), &options) {
        Ok(result) => Ok(result.value.map(|value| convert(value, offset))),
        Err(error) => {
            let range = error.range();
            let start = range.start.min(text.len());
            Err(Span::new(start + offset, range.end.clamp(start, text.len()) + offset))
        }
    }
}

/// The part of a broken text that is whole: what stands before its first fault, with every bracket closed.
///
/// Offsets into it are offsets into the text, as far as it reaches: up to the second of the two results.
pub fn mend(text: &str, fault: Span) -> Option<(String, usize)> {
    // Of a bracket that is never closed the parser tells where it opens; then all up to the end may be whole.
    let cuts = [text.trim_end().len(), fault.start.min(text.len())];
    let cuts = cuts.into_iter().flat_map(|end| [Some(end), text.get(..end).and_then(|text| brackets(text).1)]);
    cuts.flatten().find_map(|cut| {
        let whole = text.get(..cut)?;
        let (closing, _) = brackets(whole);
        // The parser takes no deeper nesting anyway.
        if closing.is_empty() || closing.len() > 512 {
            return None;
        }
        let mended: String = whole.chars().chain(closing.into_iter().rev()).collect();
        matches!(parse(&mended, Dialect::Strict), Ok(Some(_))).then_some((mended, cut))
    })
}

/// What closes the brackets that are open at the end of a text, outermost first, and where its last comma stands.
fn brackets(text: &str) -> (Vec<char>, Option<usize>) {
    let (mut open, mut comma, mut in_string, mut escaped) = (Vec::new(), None, false, false);
    for (at, byte) in text.bytes().enumerate() {
        if in_string {
            in_string = escaped || byte != b'"';
            escaped = !escaped && byte == b'\\';
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' => open.push('}'),
            b'[' => open.push(']'),
            b'}' | b']' => {
                open.pop();
            }
            b',' => comma = Some(at),
            _ => {}
        }
    }
    (open, comma)
}

fn convert(value: ast::Value<'_>, offset: usize) -> Node<'_> {
    let range = value.range();
    let span = Span::new(range.start + offset, range.end + offset);
    let kind = match value {
        ast::Value::StringLit(text) => Kind::Text(text.value),
        ast::Value::Array(array) => Kind::Array(array.elements.into_iter().map(|node| convert(node, offset)).collect()),
        ast::Value::Object(object) => Kind::Object(
            object
                .properties
                .into_iter()
                .map(|property| {
                    let range = property.name.range();
                    let key = match property.name {
                        ast::ObjectPropName::String(text) => text.value,
                        ast::ObjectPropName::Word(word) => Cow::Borrowed(word.value),
                    };
                    Member {
                        key,
                        key_span: Span::new(range.start + offset, range.end + offset),
                        value: convert(property.value, offset),
                    }
                })
                .collect(),
        ),
        ast::Value::BooleanLit(boolean) => Kind::Boolean(boolean.value),
        ast::Value::NumberLit(number) => Kind::Number(number.value),
        ast::Value::NullKeyword(_) => Kind::Null,
    };
    Node { span, kind }
}

impl Member<'_> {
    /// Where the key stands, without its quotes.
    pub fn key_inner(&self) -> Span {
        let Span { start, end } = self.key_span;
        if self.key_span.len() >= 2 { Span::new(start + 1, end - 1) } else { self.key_span }
    }
}

impl<'a> Node<'a> {
    /// The text of a string.
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The elements of an array; none of anything else.
    pub fn elements(&self) -> &[Node<'a>] {
        match &self.kind {
            Kind::Array(elements) => elements,
            _ => &[],
        }
    }

    /// The members of an object; none of anything else.
    pub fn members(&self) -> &[Member<'a>] {
        match &self.kind {
            Kind::Object(members) => members,
            _ => &[],
        }
    }

    /// The value under a key; the last one counts where there are several.
    pub fn get(&self, key: &str) -> Option<&Node<'a>> {
        self.members().iter().rev().find(|member| member.key == key).map(|member| &member.value)
    }

    /// Whether it is an object.
    pub fn is_object(&self) -> bool {
        matches!(self.kind, Kind::Object(_))
    }

    /// Whether it is `true`.
    pub fn is_true(&self) -> bool {
        matches!(self.kind, Kind::Boolean(true))
    }

    /// Tells where parts of a string's text stand in the `file`: what an escape stands for is one with its escape.
    pub fn places(&self, file: &str) -> impl Fn(Range<usize>) -> Span {
        let inner = self.inner_span();
        let raw = file.get(inner.start..inner.end).unwrap_or_default();
        let escapes = if self.text().is_some_and(|text| text.len() == raw.len()) { Vec::new() } else { escapes(raw) };
        let at = move |offset: usize| {
            let before = escapes.partition_point(|(behind, _)| *behind <= offset);
            let (text, raw) = before.checked_sub(1).and_then(|last| escapes.get(last)).copied().unwrap_or_default();
            inner.end.min(inner.start + raw + offset - text)
        };
        move |range| Span::new(at(range.start), at(range.end.max(range.start)))
    }

    /// The span of a string's text, without the quotes; that of anything else as it is.
    pub fn inner_span(&self) -> Span {
        match &self.kind {
            Kind::Text(_) if self.span.len() >= 2 => Span::new(self.span.start + 1, self.span.end - 1),
            _ => self.span,
        }
    }
}

/// The escapes of a string: up to where each reaches in the text that it stands for, and in the string as it is written.
fn escapes(raw: &str) -> Vec<(usize, usize)> {
    let unit = |at: usize| {
        let digits = raw.get(at..).filter(|rest| rest.starts_with("\\u"))?.get(2..6)?;
        u32::from_str_radix(digits, 16).ok()
    };
    let mut found = Vec::new();
    let (mut at, mut behind) = (0, 0);
    while let Some(next) = memchr::memchr(b'\\', raw.as_bytes().get(at..).unwrap_or_default()) {
        (at, behind) = (at + next, behind + next);
        let (length, stands_for) = match unit(at) {
            // Two of them are one character.
            Some(0xd800..0xdc00) => (12, 4),
            Some(code) => (6, char::from_u32(code).map_or(3, char::len_utf8)),
            None => (2, 1),
        };
        (at, behind) = (at + length, behind + stands_for);
        found.push((behind, at));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_count_the_byte_order_mark() {
        let text = "\u{feff}{\"ä\": [\"x\"]}";
        let node = parse(text, Dialect::Strict).unwrap().unwrap();
        let member = &node.members()[0];
        assert_eq!(&text[member.key_span.start..member.key_span.end], "\"ä\"");
        let inner = member.value.elements()[0].inner_span();
        assert_eq!(&text[inner.start..inner.end], "x");
    }

    #[test]
    fn parts_of_a_text_are_found_behind_its_escapes() {
        let text = r#"["a\n\"b\u00e9c\ud83d\ude00dé", "plain"]"#;
        let node = parse(text, Dialect::Strict).unwrap().unwrap();
        for (element, parts) in node.elements().iter().zip([&["a", "b", "c", "d", "é"][..], &["lai"]]) {
            let (known, places) = (element.text().unwrap(), element.places(text));
            for part in parts {
                let at = known.rfind(part).unwrap();
                let span = places(at..at + part.len());
                assert_eq!(&text[span.start..span.end], *part);
            }
        }
    }

    #[test]
    fn comments_are_for_those_who_allow_them() {
        assert!(parse("[1,] // x", Dialect::Comments).is_ok());
        assert!(parse("[1] // x", Dialect::Strict).is_err());
        assert!(parse("[1,]", Dialect::Strict).is_err());
        assert!(matches!(parse(" \n", Dialect::Strict), Ok(None)));
    }

    #[test]
    fn what_stands_before_a_fault_can_be_mended() {
        let mended = |text: &str| mend(text, parse(text, Dialect::Strict).err().unwrap()).map(|found| found.0);
        assert_eq!(mended(r#"{"a":[1,{"b":2}],"c" 3}"#).as_deref(), Some(r#"{"a":[1,{"b":2}]}"#));
        assert_eq!(mended(r#"{"a":"x,{\"","b":tru}"#).as_deref(), Some(r#"{"a":"x,{\""}"#));
        assert_eq!(mended(r#"{"a":{"b":1,"c":2"#).as_deref(), Some(r#"{"a":{"b":1,"c":2}}"#));
        assert_eq!(mended("nonsense"), None);
        assert!(mended(&"[".repeat(200_000)).is_none_or(|text| text.len() < 5000), "and it ends");
    }

    #[test]
    fn deep_nesting_is_a_fault_and_no_crash() {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let text = open.repeat(200_000) + &close.repeat(200_000);
            assert!(parse(&text, Dialect::Strict).is_err());
            let text = open.repeat(200) + "1" + &close.repeat(200);
            assert!(parse(&text, Dialect::Strict).is_ok());
        }
    }

    #[test]
    fn faults_lie_in_the_text() {
        for text in ["{", "[1", "\"x", "{\"a\"", "\u{feff}", "{\"a\":tru}", "é", "[\"\\u12\"]", "1 2", "\u{1a}"] {
            if let Err(span) = parse(text, Dialect::Strict) {
                assert!(span.end <= text.len() && span.start <= span.end, "{text}");
            }
        }
    }
}
