//! Fenced blocks that hold variables. Not the other code of a document.

use super::names::is_name;
use crate::source::{SourceFile, Span};

/// An assignment in a block.
pub(super) struct Assigned {
    /// The name.
    pub(super) name: String,
    /// Where it stands.
    pub(super) span: Span,
    /// Where the `=` stands.
    pub(super) sign: Span,
}

/// The languages of a block's first line that hold variables and nothing else.
const VALUES: [&str; 8] = ["env", "dotenv", ".env", "envrc", "ini", "properties", "conf", "cfg"];

/// Those that may hold variables, beside commands and output.
const SHELLS: [&str; 9] = ["", "bash", "sh", "shell", "zsh", "console", "text", "txt", "plaintext"];

/// The first word of a fence's info, in lower case.
pub(super) fn language(line: &str) -> String {
    let info = line.trim_start_matches(|char: char| char != '`' && char != '~').trim_start_matches(['`', '~']);
    let word = info.trim().split([' ', '\t', ',', '{', ':']).next().unwrap_or_default();
    word.to_ascii_lowercase()
}

/// Whether a language is one that this module reads.
pub(super) fn is_known(language: &str) -> bool {
    VALUES.contains(&language) || SHELLS.contains(&language)
}

/// The assignments of a block, and whether it is a list of variables: at least two, and nothing else that runs.
pub(super) fn read(source: &SourceFile, language: &str, lines: &[Span]) -> (Vec<Assigned>, bool) {
    if !is_known(language) {
        return (Vec::new(), false);
    }
    let (lines, written) = here_document(source, lines);
    let mut values = written || VALUES.contains(&language) || names_env_file(source, lines);
    let spaced = matches!(language, "ini" | "properties" | "conf" | "cfg");
    let mut found = Vec::new();
    let mut commands = false;
    let mut open = None;
    for span in lines {
        let text = source.slice(*span);
        if let Some(quote) = open {
            if text.contains(quote) {
                open = None;
            }
            continue;
        }
        let trimmed = text.trim();
        if trimmed.is_empty() {
            continue;
        }
        let Some((assigned, value, live)) = assignment(source, *span, spaced) else {
            let copies = trimmed.starts_with("cp ") && trimmed.contains(".env");
            commands |= !copies && !trimmed.starts_with(['#', ';', '[']);
            continue;
        };
        if !values && live && runs_a_command(value) {
            commands = true;
            continue;
        }
        open = if live { open_quote(value) } else { None };
        found.push(assigned);
    }
    values |= !commands;
    let listed = values && found.len() >= 2 && found.iter().any(|assigned| assigned.name.contains('_'));
    (found, listed)
}

/// The lines that a shell block writes into an env file (`cat > .env <<EOF`), if it does.
fn here_document<'a>(source: &SourceFile, lines: &'a [Span]) -> (&'a [Span], bool) {
    let opening = lines.iter().position(|span| {
        let text = source.slice(*span);
        text.contains("<<") && text.contains(".env")
    });
    let Some(opening) = opening else { return (lines, false) };
    let Some((first, rest)) = lines.get(opening..).and_then(<[Span]>::split_first) else { return (lines, false) };
    let word = source.slice(*first).rsplit("<<").next().unwrap_or_default();
    let word: String = word
        .trim_start_matches('-')
        .trim_start()
        .chars()
        .filter(|char| !matches!(char, '"' | '\''))
        .take_while(|char| char.is_alphanumeric() || *char == '_')
        .collect();
    match rest.iter().position(|span| source.slice(*span).trim() == word) {
        Some(end) if !word.is_empty() => (rest.get(..end).unwrap_or_default(), true),
        _ => (lines, false),
    }
}

/// Whether the first line is a comment that names an env file: `# .env.example`.
fn names_env_file(source: &SourceFile, lines: &[Span]) -> bool {
    let first = lines.iter().map(|span| source.slice(*span).trim()).find(|text| !text.is_empty());
    first.is_some_and(|text| text.starts_with('#') && text.contains(".env"))
}

/// `NAME=…`, `export NAME=…`, `# NAME=…`: the name, the value, and whether it is no comment.
fn assignment(source: &SourceFile, span: Span, spaced: bool) -> Option<(Assigned, &str, bool)> {
    let text = source.slice(span);
    let mut rest = text.trim_start();
    rest = rest.strip_prefix("$ ").unwrap_or(rest).trim_start();
    let live = !rest.starts_with('#');
    rest = rest.trim_start_matches('#').trim_start();
    rest = rest.strip_prefix("export ").unwrap_or(rest).trim_start();
    let start = span.end - rest.len();
    let length =
        rest.bytes().take_while(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_').count();
    let name = rest.get(..length).filter(|name| is_name(name))?;
    let behind = rest.get(length..)?;
    let blank = if spaced { behind.len() - behind.trim_start_matches([' ', '\t']).len() } else { 0 };
    let value = behind.get(blank..)?.strip_prefix('=')?;
    let sign = start + length + blank;
    let assigned =
        Assigned { name: name.to_owned(), span: Span::new(start, start + length), sign: Span::new(sign, sign + 1) };
    Some((assigned, value, live))
}

/// Whether a command follows the value: `NODE_ENV=test npm test`.
fn runs_a_command(value: &str) -> bool {
    let behind = match value.as_bytes().first() {
        Some(quote @ (b'"' | b'\'')) => {
            let inner = value.get(1..).unwrap_or_default();
            inner.find(char::from(*quote)).and_then(|end| inner.get(end + 1..)).unwrap_or_default()
        }
        _ => value.find([' ', '\t']).and_then(|end| value.get(end..)).unwrap_or_default(),
    };
    let behind = behind.trim();
    !behind.is_empty() && !behind.starts_with('#')
}

/// The quote that a value opens and does not close on its line.
fn open_quote(value: &str) -> Option<char> {
    let quote = value.chars().next().filter(|char| matches!(char, '"' | '\''))?;
    (!value.get(1..)?.contains(quote)).then_some(quote)
}
