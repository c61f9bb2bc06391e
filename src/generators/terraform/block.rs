//! Blocks of HCL as `terraform fmt` writes them: two spaces, and the signs of neighbouring attributes in one column.

use std::fmt::Write as _;

use std::collections::BTreeSet;

use super::super::quote;

/// A line, or several, of a block. What is raw must be HCL already.
pub(super) enum Line<'a> {
    /// `name = expression`.
    Raw(&'a str, String),
    /// `name = expression`, of several lines that are indented already.
    Lines(&'a str, String),
    /// `name = { key = expression }`; the keys are HCL already.
    Map(&'a str, Vec<(String, String)>),
    /// `name = function({ key = expression })`.
    Call(&'a str, &'a str, Vec<(String, String)>),
    /// A block without labels.
    Block(&'a str, Vec<Line<'a>>),
    /// `# text`.
    Comment(&'a str),
}

/// A block of the first level, with an empty line before it.
pub(super) fn block(kind: &str, labels: &[&str], lines: &[Line<'_>]) -> String {
    let mut text = format!("\n{kind}");
    for label in labels {
        let _ = write!(text, " {}", quote::hcl(label));
    }
    text.push_str(" {\n");
    body(lines, 1, &mut text);
    text.push_str("}\n");
    text
}

fn body(lines: &[Line<'_>], depth: usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    for (at, line) in lines.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|before| lines.get(before));
        // Attributes stand together, and blocks by themselves.
        let apart = matches!(line, Line::Block(..) | Line::Comment(_)) || matches!(before, Some(Line::Block(..)));
        if before.is_some() && apart && !matches!(before, Some(Line::Comment(_))) {
            text.push('\n');
        }
        match line {
            Line::Raw(name, expression) => {
                let width = run(lines, at).map(str::len).max().unwrap_or_default();
                let _ = writeln!(text, "{indent}{name:<width$} = {expression}");
            }
            Line::Lines(name, expression) => _ = writeln!(text, "{indent}{name} = {expression}"),
            Line::Map(name, entries) => map(&format!("{indent}{name} = {{"), "}", &indent, entries, text),
            Line::Call(name, function, entries) => {
                map(&format!("{indent}{name} = {function}({{"), "})", &indent, entries, text);
            }
            Line::Block(name, lines) if lines.is_empty() => _ = writeln!(text, "{indent}{name} {{}}"),
            Line::Block(name, lines) => {
                let _ = writeln!(text, "{indent}{name} {{");
                body(lines, depth + 1, text);
                let _ = writeln!(text, "{indent}}}");
            }
            Line::Comment(words) => _ = write!(text, "{indent}{}", quote::hash_comment(words)),
        }
    }
}

/// The names of the attributes on neighbouring lines, the one at `at` among them.
fn run<'l>(lines: &'l [Line<'_>], at: usize) -> impl Iterator<Item = &'l str> {
    let is_raw = |line: &&Line<'_>| matches!(line, Line::Raw(..));
    let before = lines.get(..at).unwrap_or_default().iter().rev().take_while(is_raw);
    let behind = lines.get(at..).unwrap_or_default().iter().take_while(is_raw);
    before.chain(behind).filter_map(|line| match line {
        Line::Raw(name, _) => Some(*name),
        _ => None,
    })
}

fn map(head: &str, tail: &str, indent: &str, entries: &[(String, String)], text: &mut String) {
    let width = entries.iter().map(|(key, _)| key.chars().count()).max().unwrap_or_default();
    let _ = writeln!(text, "{head}");
    for (key, expression) in entries {
        let _ = writeln!(text, "{indent}  {key:<width$} = {expression}");
    }
    let _ = writeln!(text, "{indent}{tail}");
}

/// A list of expressions on one line.
pub(super) fn written(expressions: impl Iterator<Item = String>) -> String {
    format!("[{}]", expressions.collect::<Vec<_>>().join(", "))
}

/// A name as an identifier that none of the others is.
pub(super) fn identifier(name: &str, others: &mut BTreeSet<String>) -> String {
    let fits = |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '_' };
    let plain: String = name.chars().map(fits).take(50).collect();
    let plain = plain.split('_').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("_");
    let begins = plain.starts_with(|first: char| first.is_ascii_lowercase());
    let plain = if begins { plain } else { format!("app_{plain}").trim_end_matches('_').to_owned() };
    let mut id = plain.clone();
    let mut number = 2;
    while !others.insert(id.clone()) {
        id = format!("{plain}_{number}");
        number += 1;
    }
    id
}
