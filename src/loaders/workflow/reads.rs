//! Every `secrets.X` and `vars.X` of a workflow, wherever it stands.

use super::parts::{StoreSite, Workflow};
use crate::fact::StoreKind;
use crate::source::{SourceFile, Span};
use crate::syntax::expression::{self, Expression, Operator, Segment};
use crate::syntax::yaml::{Kind, Node, Yaml};

/// Finds what a workflow reads of stores; of a part that is no YAML, line by line.
pub(super) fn find(source: &SourceFile, yaml: &Yaml, workflow: &mut Workflow) {
    let mut finder = Finder { source, sites: Vec::new(), job: None };
    if let Some(root) = yaml.documents().next() {
        for entry in root.entries() {
            if entry.name == "jobs" {
                for (index, job) in entry.value.entries().iter().enumerate() {
                    finder.job = Some(index);
                    finder.below(job.value, "");
                }
                finder.job = None;
            } else {
                finder.below(entry.value, entry.name);
            }
        }
    }
    if workflow.lossy {
        finder.salvage(source.text());
    }
    workflow.reads = finder.sites;
}

/// The store of a context, and the name that is taken of it.
pub(super) fn stored(context: &str, segments: &[Segment]) -> Option<(StoreKind, String)> {
    let store = match context {
        "secrets" => StoreKind::GitHubSecrets,
        "vars" => StoreKind::GitHubVariables,
        _ => return None,
    };
    match segments {
        [Segment::Name(name)] => Some((store, name.to_ascii_uppercase())),
        _ => None,
    }
}

struct Finder<'a> {
    source: &'a SourceFile,
    sites: Vec<StoreSite>,
    job: Option<usize>,
}

impl Finder<'_> {
    fn below(&mut self, node: Node<'_>, key: &str) {
        match node.kind() {
            Kind::Scalar => {
                let text = node.as_str().unwrap_or_default();
                let bare = key == "if" && !text.contains("${{");
                if bare && (text.contains("secrets") || text.contains("vars")) {
                    if let Ok(expression) = Expression::parse(text, 0) {
                        // Whatever a condition asks for may be absent.
                        self.expression(&expression, true, &|_| node.site());
                    }
                } else if text.contains("${{") {
                    let offsets = node.offsets(self.source.text());
                    self.text(text, key == "if", &|range| offsets.span(range));
                }
            }
            Kind::Sequence => node.items().for_each(|item| self.below(item, key)),
            Kind::Mapping => {
                for entry in node.entries() {
                    self.below(entry.value, entry.name);
                }
            }
            Kind::Unknown => {}
        }
    }

    fn text(&mut self, text: &str, fallback: bool, place: &dyn Fn(std::ops::Range<usize>) -> Span) {
        for piece in expression::split(text) {
            let expression::Piece::Expression(range) = piece else { continue };
            let inner = text.get(range.clone()).unwrap_or_default();
            if !inner.contains(['s', 'S']) {
                continue;
            }
            if let Ok(expression) = Expression::parse(inner, range.start) {
                self.expression(&expression, fallback, &|span: Span| place(span.start..span.end));
            }
        }
    }

    fn expression(&mut self, expression: &Expression, fallback: bool, place: &dyn Fn(Span) -> Span) {
        match expression {
            Expression::Path { context, segments, span } => {
                if let Some((store, name)) = stored(context, segments) {
                    let (span, job) = (place(*span), self.job);
                    self.sites.push(StoreSite { store, name, span, fallback, job });
                }
                for segment in segments {
                    if let Segment::Index(index) = segment {
                        self.expression(index, fallback, place);
                    }
                }
            }
            Expression::Call { arguments, .. } => {
                for argument in arguments {
                    self.expression(argument, fallback, place);
                }
            }
            Expression::Not(inner) => self.expression(inner, true, place),
            Expression::Binary(operator, left, right) => {
                let asks = !matches!(operator, Operator::Or | Operator::And);
                self.expression(left, true, place);
                self.expression(right, fallback || asks, place);
            }
            Expression::Null | Expression::Boolean(_) | Expression::Number(_) | Expression::Text(_) => {}
        }
    }

    /// What stands behind the place where the text stops being YAML.
    fn salvage(&mut self, text: &str) {
        let known: std::collections::BTreeSet<Span> = self.sites.iter().map(|site| site.span).collect();
        let before = self.sites.len();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            if line.contains("${{") {
                self.text(line, false, &|range| Span::new(start + range.start, start + range.end));
            }
            start += line.len();
        }
        let salvaged: Vec<StoreSite> = self.sites.drain(before..).collect();
        self.sites.extend(salvaged.into_iter().filter(|site| !known.contains(&site.span)));
    }
}
