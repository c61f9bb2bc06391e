//! What every format written in YAML has: faults, damage, comments, and keys that may be shown. Not a format of its own.

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

/// What may be shown of any YAML that names things by its keys.
pub(crate) fn keys(source: &SourceFile, yaml: &Yaml) -> Vec<Span> {
    // Below these a mapping that is not expected could hold a value as its key: `PASSWORD: {hunter2: x}`.
    let told = |above: &str, _: &str| match above {
        "env" | "with" | "secrets" | "variables" | "substitutions" | "environment" => Told::Nothing,
        _ => Told::Keys,
    };
    let mut marker = Marker::new(source);
    for document in yaml.documents() {
        marker.node(document, "", &told);
    }
    marker.finish()
}

/// The longest text that is taken for a name.
pub(crate) const LONGEST: usize = 100;

/// What of the value of a key may be shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    /// The keys below it.
    Keys,
    /// Its own text, if it looks like a name.
    Text,
    /// Nothing.
    Nothing,
}

/// Collects what a report may show: keys, punctuation, and what else is known to be no value.
pub(crate) struct Marker<'a> {
    text: &'a str,
    shown: Vec<Span>,
}

impl<'a> Marker<'a> {
    pub(crate) fn new(source: &'a SourceFile) -> Self {
        Self { text: source.text(), shown: Vec::new() }
    }

    /// Walks what stands here, aliases not followed; `told` is asked with the key above a key, and the key.
    pub(crate) fn node(&mut self, node: Node<'_>, above: &str, told: &dyn Fn(&str, &str) -> Told) {
        if node.site() != node.span() {
            return;
        }
        if node.style() == Style::Flow {
            let span = node.span();
            self.byte(span.start, b"[{");
            self.byte(span.end.saturating_sub(1), b"]}");
        }
        for item in node.items() {
            if node.style() == Style::Indented {
                self.dash(item.span().start);
            }
            self.node(item, above, told);
        }
        for (key, value) in node.pairs().filter(|(key, _)| key.site() == key.span()) {
            self.key(key);
            let name = key.as_str().unwrap_or_default();
            match told(above, name) {
                Told::Nothing => {}
                Told::Text => self.name(value.span()),
                Told::Keys => self.node(value, name, told),
            }
        }
    }

    /// A key is shown with its colon; without one it could be a value that was not quoted.
    pub(crate) fn key(&mut self, key: Node<'_>) {
        let Some(name) = key.as_str() else { return };
        let span = key.span();
        let rest = self.text.get(span.end..).unwrap_or_default();
        let colon = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        if is_name(name) && rest.as_bytes().get(colon) == Some(&b':') {
            self.shown.push(Span::new(span.start, span.end + colon + 1));
        }
    }

    /// Shows a text that looks like a name.
    pub(crate) fn name(&mut self, span: Span) {
        if self.text.get(span.start..span.end).is_some_and(|text| is_name(text.trim_matches(['"', '\'']))) {
            self.shown.push(span);
        }
    }

    /// Shows a span as it is.
    pub(crate) fn span(&mut self, span: Span) {
        self.shown.push(span);
    }

    /// Shows the byte at a place, if it is one of these.
    pub(crate) fn byte(&mut self, at: usize, wanted: &[u8]) {
        if self.text.as_bytes().get(at).is_some_and(|byte| wanted.contains(byte)) {
            self.shown.push(Span::new(at, at + 1));
        }
    }

    /// The `-` before an item on the same line.
    pub(crate) fn dash(&mut self, at: usize) {
        let before = self.text.get(..at).unwrap_or_default();
        let trimmed = before.trim_end_matches(' ');
        if trimmed.ends_with('-') {
            self.shown.push(Span::new(trimmed.len() - 1, trimmed.len()));
        }
    }

    /// What was collected, sorted and without repetitions.
    pub(crate) fn finish(mut self) -> Vec<Span> {
        self.shown.retain(|span| !span.is_empty());
        self.shown.sort_unstable();
        self.shown.dedup();
        self.shown
    }
}

fn is_name(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '<');
    !name.is_empty() && name.len() <= LONGEST && name.chars().all(fits)
}
