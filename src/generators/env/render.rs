//! The text of an env file: what is there, the template's lines, and what is added to them.

use std::fmt::Write as _;

use std::collections::BTreeSet;

use zeroize::Zeroizing;

use super::super::{example, quote};
use super::filling::{Decision, Filling};
use crate::fact::FactKind;
use crate::name::Name;
use crate::value::Value;

/// The whole text of the file.
pub(super) fn text(filling: &Filling<'_>) -> Value {
    let mut text = Zeroizing::new(String::new());
    if let Some(file) = filling.file {
        let there = file.source.text();
        let mut added = Zeroizing::new(String::new());
        for name in names(filling) {
            let is_told =
                filling.decisions.get(&name).is_some_and(|of| matches!(of, Decision::Ask)) && asks(there, &name);
            if !is_told {
                block(filling, &name, false, &mut added);
            }
        }
        text.push_str(there);
        if !added.is_empty() {
            if !there.is_empty() && !there.ends_with('\n') {
                text.push('\n');
            }
            text.push_str(if there.is_empty() { "" } else { "\n" });
            text.push_str("# Added by `envcheck generate env`.\n");
            text.push_str(&added);
        }
        // One kind of line break in one file.
        let windows = there.contains("\r\n");
        let behind = text.get(there.len()..).unwrap_or_default();
        let behind = Zeroizing::new(if windows { behind.replace('\n', "\r\n") } else { behind.to_owned() });
        return Value::new(format!("{there}{}", behind.as_str()));
    }
    let told = from_template(filling, &mut text);
    let mut more = Zeroizing::new(String::new());
    for name in names(filling).into_iter().filter(|name| !told.contains(name)) {
        block(filling, &name, filling.template.is_none(), &mut more);
    }
    if !more.is_empty() && !text.is_empty() {
        text.push_str("\n# What the schema declares and the template does not have.\n");
    }
    text.push_str(&more);
    Value::new(text.trim_start_matches('\n'))
}

/// The names that were decided on: as the schema has them, then the others.
fn names(filling: &Filling<'_>) -> Vec<Name> {
    let declared: Vec<Name> = filling.variables.iter().map(|variable| variable.name.clone()).collect();
    let others = filling.decisions.keys().filter(|name| !declared.contains(name)).cloned();
    let others: Vec<Name> = others.collect();
    declared.into_iter().chain(others).collect()
}

/// Whether a text has the commented line of a variable that is to be asked for.
fn asks(text: &str, name: &Name) -> bool {
    let is_line = |line: &str| {
        let bare = line.trim_start().trim_start_matches('#').trim_start();
        line.trim_start().starts_with('#')
            && bare.strip_prefix(name.as_str()).is_some_and(|rest| rest.trim_start().starts_with('='))
    };
    text.lines().any(is_line)
}

/// A variable that no template line has. `whole`: also what nobody needs.
fn block(filling: &Filling<'_>, name: &Name, whole: bool, text: &mut String) {
    let Some(decision) = filling.decisions.get(name) else { return };
    match decision {
        Decision::Value { value, .. } => match filling.written(value) {
            Some(written) => {
                describe(filling, name, text);
                assign(name, &written, text);
            }
            None => ask(filling, name, text),
        },
        Decision::Ask => {
            ask(filling, name, text);
            let _ = writeln!(text, "# {name}=");
        }
        Decision::Off if whole => {
            describe(filling, name, text);
            let _ = writeln!(text, "# {name}=");
        }
        Decision::Present | Decision::Template | Decision::Off => {}
    }
}

fn assign(name: &Name, written: &Value, text: &mut String) {
    text.push_str(name.as_str());
    text.push('=');
    text.push_str(written.expose());
    text.push('\n');
}

fn describe(filling: &Filling<'_>, name: &Name, text: &mut String) {
    let Some((_, declaration)) = filling.declaration(name) else { return };
    text.push_str(&declaration.description.as_deref().map(quote::hash_comment).unwrap_or_default());
}

/// What a person who has to get a value is told.
fn ask(filling: &Filling<'_>, name: &Name, text: &mut String) {
    let Some((_, declaration)) = filling.declaration(name) else {
        text.push_str("# To ask for:\n");
        return;
    };
    let mut words = vec!["To ask for".to_owned()];
    words.extend(declaration.issued_by.as_ref().map(|issuer| format!(", from {issuer}")));
    words.push(":".to_owned());
    words.extend(declaration.description.as_ref().map(|description| format!(" {}", description.trim())));
    text.push_str(&quote::hash_comment(words.concat().trim()));
    text.push_str(&declaration.link.as_deref().map(quote::hash_comment).unwrap_or_default());
    if declaration.description.is_none() && declaration.issued_by.is_none() {
        let facts = example::facts(&declaration);
        text.push_str(&if facts == ["string"] { String::new() } else { quote::hash_comment(&facts.join(" · ")) });
    }
}

/// Follows the template; the names that it has.
fn from_template(filling: &Filling<'_>, text: &mut String) -> BTreeSet<Name> {
    let mut told = BTreeSet::new();
    let Some((template, beside)) = filling.template else { return told };
    let source = template.file.source.text();
    let mut at = 0;
    for fact in &template.file.loaded.facts {
        let FactKind::Definition { value_span, .. } = &fact.kind else { continue };
        let start = source.get(..fact.span.start).and_then(|before| before.rfind('\n')).map_or(0, |before| before + 1);
        let last = fact.span.end.max(value_span.end);
        let end = source.get(last..).and_then(|rest| rest.find('\n')).map_or(source.len(), |rest| last + rest + 1);
        if start < at {
            continue;
        }
        let between = source.get(at..start).unwrap_or_default();
        let line = source.get(start..end).unwrap_or_default();
        at = end;
        if !filling.decisions.contains_key(&fact.name) && !beside {
            continue;
        }
        raw(if beside { between } else { comment_above(between) }, text);
        // A name that the template gives twice is written once: the last word counts, and it stands first.
        if told.insert(fact.name.clone()) {
            template_line(filling, &fact.name, line, text);
        }
    }
    if beside {
        raw(source.get(at..).unwrap_or_default(), text);
    }
    told
}

/// The lines of a comment that stand right above something.
fn comment_above(between: &str) -> &str {
    let mut start = between.len();
    for line in between.split_inclusive('\n').rev() {
        if !line.starts_with('#') {
            break;
        }
        start -= line.len();
    }
    between.get(start..).unwrap_or_default()
}

fn template_line(filling: &Filling<'_>, name: &Name, line: &str, text: &mut String) {
    match filling.decisions.get(name) {
        Some(Decision::Value { value, .. }) => {
            if let Some(written) = filling.written(value) {
                assign(name, &written, text);
            } else {
                ask(filling, name, text);
                off(line, text);
            }
        }
        Some(Decision::Ask) => {
            ask(filling, name, text);
            if line.contains('$') { off(line, text) } else { _ = writeln!(text, "# {name}=") }
        }
        Some(Decision::Off) => off(line, text),
        Some(Decision::Present | Decision::Template) | None => raw(line, text),
    }
}

/// Lines as they are, with line breaks of one kind.
fn raw(lines: &str, text: &mut String) {
    for line in lines.trim_start_matches('\u{feff}').lines() {
        text.push_str(line);
        text.push('\n');
    }
}

fn off(lines: &str, text: &mut String) {
    for line in lines.lines() {
        text.push_str("# ");
        text.push_str(line);
        text.push('\n');
    }
}
