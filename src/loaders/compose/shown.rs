//! What of a compose file a report may show: keys, names, punctuation, paths of files. Never a value.

use super::parts::ComposeFile;
use crate::fact::{Loaded, Setting};
use crate::loaders::yaml::{LONGEST, Marker};
use crate::source::{SourceFile, Span};
use crate::syntax::yaml::{Kind, Node, Style, Yaml};

/// Marks what may be shown; sorted and without repetitions.
pub(super) fn mark(source: &SourceFile, yaml: &Yaml, file: &ComposeFile, loaded: &mut Loaded) {
    let mut marker = ComposeMarker { text: source.text(), marker: Marker::new(source) };
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
            marker.marker.span(link.span);
        }
    }
    loaded.shown.append(&mut marker.marker.finish());
}

/// Compose names variables in keys, in lists and in references, each with its own punctuation.
struct ComposeMarker<'a> {
    text: &'a str,
    marker: Marker<'a>,
}

impl ComposeMarker<'_> {
    /// Walks what stands here, aliases not followed; in the value of a variable nothing is a name.
    fn node(&mut self, node: Node<'_>, in_value: bool) {
        if node.site() != node.span() {
            return;
        }
        if !in_value && node.style() == Style::Flow {
            let span = node.span();
            self.marker.byte(span.start, b"[{");
            self.marker.byte(span.end.saturating_sub(1), b"]}");
        }
        for item in node.items() {
            if !in_value && node.style() == Style::Indented {
                self.marker.dash(item.span().start);
            }
            self.node(item, in_value);
        }
        for (key, value) in node.pairs() {
            if !in_value && key.site() == key.span() {
                self.marker.key(key);
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
                self.marker.key(key);
            }
            // A mapping where a value should be: `PASSWORD: {hunter2}`.
            self.node(value, key.as_str() != Some("<<"));
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
            self.marker.span(span);
            self.marker.byte(span.end, b"=");
        }
    }

    /// `${NAME` with its operator, and `}`; the word between them may be a value. `$NAME` may be a part of one too.
    fn reference(&mut self, name: &str, span: Span) {
        let Some(rest) = self.text.get(span.start..span.end).and_then(|text| text.strip_prefix("${")) else { return };
        let Some(rest) = rest.strip_prefix(name) else { return };
        let operator = rest.len() - rest.trim_start_matches(':').trim_start_matches(['-', '?', '+']).len();
        self.marker.span(Span::new(span.start, span.start + 2 + name.len() + operator.min(2)));
        self.marker.byte(span.end.saturating_sub(1), b"}");
    }
}
