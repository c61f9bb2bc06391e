//! What every format written in YAML has: faults, damage and comments. Not a format of its own.

use crate::fact::{InlineIgnore, Loaded, Problem};
use crate::source::{SourceFile, Span};
use crate::syntax::yaml::{Node, Style, Yaml};

/// Takes the faults of a text as problems, and the ignores in its comments.
pub(crate) fn comments_and_faults(source: &SourceFile, yaml: &Yaml, loaded: &mut Loaded) {
    if let Some(at) = source.damage() {
        let problem = Problem::new(Span::new(at, at + 1), "this byte is no UTF-8");
        loaded.problems.push(problem.help("save the file as UTF-8"));
    }
    // A damaged byte that ends the YAML as well is one problem.
    for fault in yaml.faults().iter().filter(|fault| source.damage() != Some(fault.span.start)) {
        let problem = Problem::new(fault.span, fault.message);
        loaded.problems.push(if fault.lossy { problem } else { problem.harmless() });
    }
    for span in yaml.comments() {
        let line = source.position(span.start).line;
        let before = Span::new(source.line(line).start, span.start);
        let alone = source.slice(before).trim_start_matches('\u{feff}').trim().is_empty();
        let text = source.slice(*span).trim_start_matches('#');
        loaded.ignores.extend(InlineIgnore::read(text, *span, line, alone));
    }
}

/// The longest key that is taken for a name.
const LONGEST_KEY: usize = 100;

/// What may be shown of any YAML that names things by its keys: keys with their colons, and the dashes of lists.
pub(crate) fn keys(source: &SourceFile, yaml: &Yaml) -> Vec<Span> {
    let mut shown = Vec::new();
    for document in yaml.documents() {
        below(source.text(), document, &mut shown);
    }
    shown
}

fn below(text: &str, node: Node<'_>, shown: &mut Vec<Span>) {
    // What stands behind an alias is shown where the anchor is.
    if node.site() != node.span() {
        return;
    }
    for item in node.items() {
        let before = text.get(..item.span().start).unwrap_or_default().trim_end_matches(' ');
        if node.style() == Style::Indented && before.ends_with('-') {
            shown.push(Span::new(before.len() - 1, before.len()));
        }
        below(text, item, shown);
    }
    for (key, value) in node.pairs() {
        if key.site() == key.span() {
            shown.extend(key_span(text, key));
        }
        // A mapping in brackets is a value more often than not: `PASSWORD: {hunter2}`.
        if value.style() != Style::Flow {
            below(text, value, shown);
        }
    }
}

/// A key with its colon; without one it could be a value that was not quoted.
fn key_span(text: &str, key: Node<'_>) -> Option<Span> {
    let name = key.as_str()?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/');
    if name.is_empty() || name.len() > LONGEST_KEY || !name.chars().all(is_name) {
        return None;
    }
    let span = key.span();
    let rest = text.get(span.end..)?;
    let colon = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    (rest.as_bytes().get(colon) == Some(&b':')).then(|| Span::new(span.start, span.end + colon + 1))
}
