//! What of a manifest a report may show: keys, names of variables, paths of files. Never a value.

use super::parts::File;
use crate::fact::Loaded;
use crate::source::{SourceFile, Span};
use crate::syntax::yaml::{Node, Style, Yaml};

/// The longest key that is taken for a name.
const LONGEST: usize = 100;

/// Marks what may be shown; sorted and without repetitions.
pub(super) fn mark(source: &SourceFile, yaml: &Yaml, file: &File, loaded: &mut Loaded) {
    let mut marker = Marker { text: source.text(), shown: Vec::new() };
    for document in yaml.documents() {
        marker.node(document);
    }
    for workload in &file.workloads {
        marker.name(workload.place.span);
        for container in &workload.containers {
            marker.name(container.place.span);
            for variable in &container.environment {
                marker.name(variable.place.span);
            }
            for from in &container.sources {
                marker.name(from.place.span);
            }
        }
    }
    let generators = file.kustomization.iter().flat_map(|kustomization| &kustomization.generators);
    for map in file.maps.iter().chain(generators.map(|generator| &generator.map)) {
        for setting in &map.settings {
            marker.name(setting.place.span);
        }
    }
    for link in &loaded.links {
        if !link.path.contains(['$', '@', '?', ':']) {
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

/// Keys whose plain words say what a thing is, and are never a value that an app gets.
const TOLD: &[&str] = &["apiVersion", "kind", "secretName", "secretKey", "optional", "behavior"];

/// Keys below which `name` and `key` name a secret or a config map.
const REFERENCES: &[&str] = &["secretKeyRef", "configMapKeyRef", "secretRef", "configMapRef", "remoteRef", "metadata"];

impl Marker<'_> {
    /// Walks what stands here, aliases not followed.
    fn node(&mut self, node: Node<'_>) {
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
            self.node(item);
        }
        for (key, value) in node.pairs() {
            if key.site() != key.span() {
                continue;
            }
            self.key(key);
            let name = key.as_str().unwrap_or_default();
            // A mapping where a value should be: `value: {hunter2}`.
            if name == "value" {
                continue;
            }
            if TOLD.contains(&name) {
                self.name(value.span());
            }
            if REFERENCES.contains(&name) {
                for (_, value) in value.pairs().filter(|(key, _)| matches!(key.as_str(), Some("name" | "key"))) {
                    self.name(value.span());
                }
            }
            self.node(value);
        }
    }

    /// A key is shown with its colon; without one it could be a value that was not quoted.
    fn key(&mut self, key: Node<'_>) {
        let Some(name) = key.as_str() else { return };
        let span = key.span();
        let rest = self.text.get(span.end..).unwrap_or_default();
        let colon = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        if is_name(name) && rest.as_bytes().get(colon) == Some(&b':') {
            self.shown.push(Span::new(span.start, span.end + colon + 1));
        }
    }

    fn name(&mut self, span: Span) {
        if self.text.get(span.start..span.end).is_some_and(|text| is_name(text.trim_matches(['"', '\'']))) {
            self.shown.push(span);
        }
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

fn is_name(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '<');
    !name.is_empty() && name.len() <= LONGEST && name.chars().all(fits)
}
