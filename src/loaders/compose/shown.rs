//! What of a compose file a report may show: keys, names, punctuation, paths of files. Never a value.

use super::parts::ComposeFile;
use crate::fact::{Loaded, Setting};
use crate::source::{SourceFile, Span};
use crate::syntax::yaml::{Kind, Node, Style, Yaml};

/// The longest key that is taken for a name.
const LONGEST: usize = 100;

/// Marks what may be shown; sorted and without repetitions.
pub(super) fn mark(source: &SourceFile, yaml: &Yaml, file: &ComposeFile, loaded: &mut Loaded) {
    let mut marker = Marker { text: source.text(), shown: Vec::new() };
    for document in yaml.documents() {
        marker.node(document, false);
    }
    for service in &file.services {
        let arguments = service.build.value.as_ref().and_then(|build| build.arguments.value.as_ref());
        for variables in service.environment.value.iter().chain(arguments) {
            for setting in variables.settings.iter().filter(|setting| setting.place.path == *source.path()) {
                marker.setting(setting);
            }
        }
    }
    for read in &file.reads {
        marker.reference(read.reference.name.as_str(), read.reference.span);
    }
    for link in &loaded.links {
        // A path is no secret; an address could hold one.
        if !link.path.contains(['$', '@', '?'])
            && !link.path.contains("://")
            && link.path.ends_with(source.slice(link.span))
        {
            marker.shown.push(link.span);
        }
    }
    let mut shown = marker.shown;
    shown.retain(|span| !span.is_empty());
    shown.sort_unstable();
    shown.dedup();
    loaded.shown.append(&mut shown);
}

struct Marker<'a> {
    text: &'a str,
    shown: Vec<Span>,
}

impl Marker<'_> {
    /// Walks what stands here, aliases not followed; in the value of a variable nothing is a name.
    fn node(&mut self, node: Node<'_>, in_value: bool) {
        if node.site() != node.span() {
            return;
        }
        if !in_value && node.style() == Style::Flow {
            let span = node.span();
            self.byte(span.start, b"[{");
            self.byte(span.end.saturating_sub(1), b"]}");
        }
        for item in node.items() {
            if !in_value && node.style() == Style::Indented {
                self.dash(item.span().start);
            }
            self.node(item, in_value);
        }
        for (key, value) in node.pairs() {
            if !in_value && key.site() == key.span() {
                self.key(key);
            }
            let is_list_of_variables = matches!(key.as_str(), Some("environment" | "args"));
            if is_list_of_variables && value.kind() == Kind::Mapping {
                self.variables(value);
            } else {
                self.node(value, in_value);
            }
        }
    }

    fn variables(&mut self, node: Node<'_>) {
        if node.site() != node.span() {
            return;
        }
        for (key, value) in node.pairs() {
            if key.site() == key.span() {
                self.key(key);
            }
            // A mapping where a value should be: `PASSWORD: {hunter2}`.
            self.node(value, key.as_str() != Some("<<"));
        }
    }

    /// A key is shown with its colon; without one it could be a value that was not quoted.
    fn key(&mut self, key: Node<'_>) {
        let Some(name) = key.as_str() else { return };
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '<');
        if name.is_empty() || name.len() > LONGEST || !name.chars().all(is_name) {
            return;
        }
        let span = key.span();
        let rest = self.text.get(span.end..).unwrap_or_default();
        let colon = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        if rest.as_bytes().get(colon) == Some(&b':') {
            self.shown.push(Span::new(span.start, span.end + colon + 1));
        }
    }

    /// `NAME` and the `=` or `:` behind it.
    fn setting(&mut self, setting: &Setting) {
        let span = setting.place.span;
        if span.len() > LONGEST || self.text.get(span.start..span.end) != Some(setting.name.as_str()) {
            return;
        }
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        if setting.name.as_str().bytes().all(is_name) {
            self.shown.push(span);
            self.byte(span.end, b"=");
        }
    }

    /// `${NAME` with its operator, and `}`; the word between them may be a value. `$NAME` may be a part of one too.
    fn reference(&mut self, name: &str, span: Span) {
        let Some(rest) = self.text.get(span.start..span.end).and_then(|text| text.strip_prefix("${")) else { return };
        let Some(rest) = rest.strip_prefix(name) else { return };
        let operator = rest.len() - rest.trim_start_matches(':').trim_start_matches(['-', '?', '+']).len();
        self.shown.push(Span::new(span.start, span.start + 2 + name.len() + operator.min(2)));
        self.byte(span.end.saturating_sub(1), b"}");
    }

    fn byte(&mut self, at: usize, wanted: &[u8]) {
        if self.text.as_bytes().get(at).is_some_and(|byte| wanted.contains(byte)) {
            self.shown.push(Span::new(at, at + 1));
        }
    }

    /// The `-` before an item on the same line.
    fn dash(&mut self, at: usize) {
        let before = self.text.get(..at).unwrap_or_default();
        let trimmed = before.trim_end_matches(' ');
        if trimmed.ends_with('-') {
            self.shown.push(Span::new(trimmed.len() - 1, trimmed.len()));
        }
    }
}
