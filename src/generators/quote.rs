//! Foreign text in other languages: one function for each, and nothing is quoted anywhere else.

use std::fmt::Write as _;

use crate::source::visible;
use crate::syntax::comment;
use crate::syntax::dotenv::{self, DIALECTS, Dialect};
use crate::value::Value;

/// A text as lines of comments behind `#`: env files, shell scripts, HCL.
///
/// No line speaks to envcheck, and none reads as a variable that is commented out.
pub fn hash_comment(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines().map(str::trim_end) {
        let line = visible(line);
        let name = line.trim_start().split(['=', ':', ' ']).next().unwrap_or_default();
        let assigns = !name.is_empty() && line.trim_start().get(name.len()..).is_some_and(|rest| rest.starts_with('='));
        let guard = if assigns || comment::ignore(&line).is_some() || line.starts_with('!') { "- " } else { "" };
        let _ = writeln!(out, "{}", format!("# {guard}{line}").trim_end());
    }
    out
}

/// A value behind the `=` of an env file, as all of these loaders read it back, and as many others as can be.
///
/// `None` where they cannot be had together: not every loader can be given every value. `None` too where a shell that
/// sources the file would run a part of it.
pub fn dotenv(value: &Value, readers: &[Dialect]) -> Option<Value> {
    const NAME: &str = "X";
    let text = value.expose();
    let spell = |together: &[Dialect]| dotenv::spell(NAME, text, together);
    let mut together = readers.to_vec();
    if text.contains(['$', '`', '\\']) {
        together.push(Dialect::Bash);
    }
    let mut best = if together.is_empty() { None } else { Some(spell(&together)?) };
    let others = [Dialect::Bash, Dialect::Compose, Dialect::Dotenv];
    for dialect in others.into_iter().chain(DIALECTS.iter().map(|known| known.dialect)) {
        together.push(dialect);
        match spell(&together) {
            Some(spelt) => best = Some(spelt),
            None => _ = together.pop(),
        }
    }
    best.map(|mut spelt| Value::new(std::mem::take(&mut *spelt)))
}

/// A cell of a Markdown table, as plain text.
pub fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in visible(text.trim()).chars() {
        if "\\`*_[]<>|~&#!$".contains(character) {
            out.push('\\');
        }
        out.push(character);
    }
    // What looks like an address becomes a link by itself otherwise.
    out.replace("://", "\\://").replace("www.", "www\\.")
}

/// A name or an id in a cell of a Markdown table, as code where that cannot end it.
pub fn markdown_code(text: &str) -> String {
    let fits = |character: char| character.is_ascii_graphic() && !matches!(character, '`' | '|' | '\\');
    if !text.is_empty() && text.chars().all(fits) { format!("`{text}`") } else { markdown(text) }
}

/// A word of a shell script, as one argument that holds nothing but its text, on one line.
pub fn shell(text: &str) -> String {
    let text = visible(text);
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "-_./:=,@%+".contains(character);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.into_owned();
    }
    // In double quotes, as what looks like a command in single ones reads like a mistake.
    let mut out = String::from("\"");
    for character in text.chars() {
        if "\\\"$`".contains(character) {
            out.push('\\');
        }
        out.push(character);
    }
    out.push('"');
    out
}

/// A string of HCL, with its quotes. No template in it is evaluated.
pub fn hcl(text: &str) -> String {
    let mut out = String::from("\"");
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '"' | '\\' => _ = write!(out, "\\{character}"),
            // Doubling it would not do behind another one.
            '$' | '%' if rest.peek() == Some(&'{') => _ = write!(out, "\\u{:04x}", u32::from(character)),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // Bidirectional and invisible characters do what they do in a string, and are seen here.
            _ if visible(character.encode_utf8(&mut [0; 4])).len() != character.len_utf8() => {
                let number = u32::from(character);
                _ = if number > 0xffff { write!(out, "\\U{number:08x}") } else { write!(out, "\\u{number:04x}") };
            }
            _ => out.push(character),
        }
    }
    out.push('"');
    out
}

/// A string of JavaScript and TypeScript, with its quotes.
pub fn javascript(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => _ = write!(out, "\\{character}"),
            // `</script>` and `<!--` end a script that stands in a page.
            '<' | '\'' | '`' => _ = write!(out, "\\u{:04x}", u32::from(character)),
            _ if character.is_ascii_graphic() || character == ' ' => out.push(character),
            _ if character.is_alphanumeric() => out.push(character),
            _ => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.push('"');
    out
}

/// A text in a `/** … */` of JavaScript and TypeScript, on one line.
pub fn javascript_comment(text: &str) -> String {
    let line = text.lines().map(str::trim).collect::<Vec<_>>().join(" ");
    // A tag of a doc comment may change types: `@type`, `@ts-ignore`.
    visible(line.trim()).replace("*/", "*\\/").replace("/*", "/\\*").replace('@', "(at)")
}
