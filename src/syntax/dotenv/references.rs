//! The references of the loaders that substitute once and read nothing again: Deno, `python-dotenv`, Ruby's `dotenv`,
//! `godotenv`. Those that rewrite until nothing is left are in `expand` and `next`.

use memchr::memchr;

use crate::name::Name;
use crate::source::Span;
use crate::syntax::interpolation::Parts;
use crate::value::{Operator, Part, Reference, Template, Value};

/// What a `$` begins.
enum Found<'a> {
    /// Text, in place of everything up to this end.
    Text(&'a str, usize),
    /// A variable, with the word that stands in for it where it is unset.
    Variable(&'a str, Option<&'a str>, usize),
}

/// Reads the references of a text; `find` says what the `$` at a position begins, and whether a backslash before it
/// belongs to that.
fn template<'a>(text: &'a str, escapes: bool, find: impl Fn(&'a str, usize, bool) -> Found<'a>) -> Template {
    let mut parts = Parts::default();
    let mut position = 0;
    while let Some(dollar) = memchr(b'$', text.as_bytes().get(position..).unwrap_or_default()) {
        let at = position + dollar;
        let before = text.get(position..at).unwrap_or_default();
        let escaped = escapes && before.ends_with('\\');
        parts.literal(if escaped { before.strip_suffix('\\').unwrap_or(before) } else { before });
        position = match find(text, at, escaped) {
            Found::Text(text, end) => {
                parts.literal(text);
                end
            }
            Found::Variable(name, default, end) => {
                let operator = default
                    .map(|word| Operator::Default { empty_too: false, word: Template::literal(Value::new(word)) });
                let reference = Reference { name: Name::new(name), span: Span::new(at, end), operator };
                parts.push(Part::Reference(Box::new(reference)));
                end
            }
        };
    }
    parts.literal(text.get(position..).unwrap_or_default());
    parts.finish()
}

/// Deno's: `$NAME` of letters, digits and `_`, `${…}` with any text inside, `\$`; a lone `$` goes away.
pub(super) fn deno(text: &str) -> Template {
    template(text, true, |text, at, escaped| {
        if escaped {
            return Found::Text("$", at + 1);
        }
        let behind = text.get(at + 1..).unwrap_or_default();
        if let Some(inner) = behind.strip_prefix('{') {
            let length = inner.find('}').unwrap_or(inner.len());
            let end = (at + 2 + length + 1).min(text.len());
            return Found::Variable(inner.get(..length).unwrap_or_default(), None, end);
        }
        let length = behind.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
        Found::Variable(behind.get(..length).unwrap_or_default(), None, at + 1 + length)
    })
}

/// python-dotenv's: `${NAME}` and `${NAME:-default}`, no escape.
pub(super) fn python(text: &str) -> Template {
    /// Where one would be longer, looking for its end again and again would take for ever.
    const LONGEST_NAME: usize = 256;
    let last = text.rfind('}');
    template(text, false, |text, at, _| {
        let reference = || {
            let inner = text.get(at + 1..)?.strip_prefix('{')?;
            let start = at + 2;
            let length = inner.bytes().take(LONGEST_NAME).position(|byte| matches!(byte, b'}' | b':'))?;
            let (name, behind) = (inner.get(..length)?, inner.get(length..)?);
            if behind.starts_with('}') {
                return Some(Found::Variable(name, None, start + length + 1));
            }
            let word = behind.strip_prefix(":-").filter(|_| last.is_some_and(|last| start + length < last))?;
            let word = word.get(..word.find('}')?)?;
            Some(Found::Variable(name, Some(word), start + length + ":-".len() + word.len() + 1))
        };
        reference().unwrap_or(Found::Text("$", at + 1))
    })
}

/// Ruby's: `$NAME` and `${NAME` with whatever brace follows, of letters, digits and `_`; `\$` is a dollar sign.
///
/// `$(` stays for the command that it begins.
pub(super) fn ruby(text: &str) -> Template {
    template(text, true, |text, at, escaped| {
        let behind = text.get(at + 1..).unwrap_or_default();
        if behind.starts_with('(') {
            return Found::Text(if escaped { "\\$" } else { "$" }, at + 1);
        }
        let (name, end) = loose(text, at, |byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        match name {
            _ if escaped => Found::Text(text.get(at..end).unwrap_or_default(), end),
            "" => Found::Text(text.get(at..end).unwrap_or_default(), end),
            name => Found::Variable(name, None, end),
        }
    })
}

/// godotenv's: the same in capitals; behind a backslash or before `(` all of it is text.
pub(super) fn godotenv(text: &str) -> Template {
    template(text, true, |text, at, escaped| {
        let is_name = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_';
        let from = at + usize::from(text.get(at + 1..).is_some_and(|behind| behind.starts_with('(')));
        let (name, end) = loose(text, from, is_name);
        match name {
            _ if escaped => Found::Text(text.get(at..end).unwrap_or_default(), end),
            // The text before the parenthesis goes away with it.
            _ if from > at => Found::Text(text.get(at..end).unwrap_or_default(), end),
            "" => Found::Text(text.get(at..end).unwrap_or_default(), end),
            name => Found::Variable(name, None, end),
        }
    })
}

/// `$`, perhaps `{`, a name, perhaps `}`: the braces need not be a pair.
fn loose(text: &str, at: usize, is_name: impl Fn(&u8) -> bool) -> (&str, usize) {
    let byte = |at: usize| text.as_bytes().get(at);
    let start = at + 1 + usize::from(byte(at + 1) == Some(&b'{'));
    let length = text.as_bytes().get(start..).unwrap_or_default().iter().take_while(|byte| is_name(byte)).count();
    let end = start + length;
    (text.get(start..end).unwrap_or_default(), end + usize::from(byte(end) == Some(&b'}')))
}
