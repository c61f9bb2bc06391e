//! Every `${NAME}` of a compose file, with what it is for. Compose interpolates all text values, and no keys.

use std::collections::HashSet;

use super::parts::Mode;
use super::values::{inner_span, is_text, mode, template, template_of};
use crate::fact::{Loaded, Problem, Read, ReadPurpose};
use crate::name::Name;
use crate::source::{SourceFile, Span};
use crate::syntax::interpolation::InvalidTemplate;
use crate::syntax::yaml::{Kind, Node, NodeId, Yaml};
use crate::value::{Reference, Template};

/// Finds the references of a file; what is no template is a problem of `loaded`.
pub(super) fn all(source: &SourceFile, yaml: &Yaml, loaded: &mut Loaded) -> Vec<Read> {
    let mut walk = Walk { source, loaded, reads: Vec::new(), seen: HashSet::new(), invalid: HashSet::new() };
    for document in yaml.documents() {
        walk.document(document);
    }
    walk.reads
}

struct Walk<'a> {
    source: &'a SourceFile,
    loaded: &'a mut Loaded,
    reads: Vec<Read>,
    /// The scalars that some part of the project uses, so that an extension that lends them is not heard twice.
    seen: HashSet<NodeId>,
    /// Where invalid templates were reported.
    invalid: HashSet<Span>,
}

/// Where in the project a value stands.
#[derive(Clone, Copy)]
struct Spot<'a> {
    service: Option<&'a str>,
    purpose: Purpose,
}

#[derive(Clone, Copy)]
enum Purpose {
    Plumbing,
    Command,
    Content,
}

impl Walk<'_> {
    fn document(&mut self, document: Node<'_>) {
        let spot = Spot { service: None, purpose: Purpose::Plumbing };
        let entries = document.entries();
        for entry in entries.iter().filter(|entry| !entry.name.starts_with("x-")) {
            match entry.name {
                "services" => {
                    for service in entry.value.entries() {
                        self.service(service.name, service.value);
                    }
                }
                "secrets" | "configs" => self.contents(entry.value),
                _ => self.below(entry.value, spot),
            }
        }
        // Extensions are interpolated as well; what services take from them has been heard in its place.
        for entry in entries.iter().filter(|entry| entry.name.starts_with("x-")) {
            self.extension(entry.value, spot);
        }
    }

    fn service(&mut self, name: &str, node: Node<'_>) {
        let spot = |purpose| Spot { service: Some(name), purpose };
        for entry in node.entries() {
            match entry.name {
                "environment" => self.variables(entry.value, name, ReadPurpose::Variable),
                "build" if entry.value.kind() == Kind::Mapping => {
                    for part in entry.value.entries() {
                        if part.name == "args" {
                            self.variables(part.value, name, ReadPurpose::BuildArgument);
                        } else {
                            self.below(part.value, spot(Purpose::Plumbing));
                        }
                    }
                }
                "command" | "entrypoint" | "healthcheck" | "post_start" | "pre_stop" => {
                    self.below(entry.value, spot(Purpose::Command));
                }
                _ => self.below(entry.value, spot(Purpose::Plumbing)),
            }
        }
    }

    fn variables(&mut self, node: Node<'_>, service: &str, purpose: fn(Name) -> ReadPurpose) {
        for entry in node.entries() {
            if mode(entry.value) == Mode::Reset {
                continue;
            }
            if entry.value.kind() == Kind::Scalar {
                self.scalar(entry.value, Some(service), &purpose(Name::new(entry.name)));
            } else {
                self.below(entry.value, Spot { service: Some(service), purpose: Purpose::Plumbing });
            }
        }
        for item in node.items() {
            match item.as_str().and_then(|text| text.split_once('=')) {
                Some((name, value)) if !name.contains('$') => {
                    self.seen.insert(item.id());
                    if value.contains('$') {
                        let offsets = item.offsets(self.source.text());
                        let found = template_of(value, name.len() + 1, &offsets);
                        self.template(found, Some(service), &purpose(Name::new(name.trim_end())));
                    }
                }
                _ => self.below(item, Spot { service: Some(service), purpose: Purpose::Plumbing }),
            }
        }
    }

    /// Secrets and configs: `environment: NAME` reads a variable without saying so with a dollar sign.
    fn contents(&mut self, node: Node<'_>) {
        for entry in node.entries() {
            for part in entry.value.entries() {
                let plumbing = Spot { service: None, purpose: Purpose::Plumbing };
                match (part.name, part.value.as_str()) {
                    ("environment", Some(name)) if is_text(part.value) && !name.is_empty() && !name.contains('$') => {
                        self.seen.insert(part.value.id());
                        let span = inner_span(part.value, self.source);
                        let reference = Reference { name: Name::new(name), span, operator: None };
                        self.read(reference, None, ReadPurpose::Content);
                    }
                    ("content", _) => self.below(part.value, Spot { purpose: Purpose::Content, ..plumbing }),
                    _ => self.below(part.value, plumbing),
                }
            }
        }
    }

    fn below(&mut self, node: Node<'_>, spot: Spot<'_>) {
        if mode(node) == Mode::Reset {
            return;
        }
        let purpose = match spot.purpose {
            Purpose::Plumbing => ReadPurpose::Plumbing,
            Purpose::Command => ReadPurpose::Command,
            Purpose::Content => ReadPurpose::Content,
        };
        self.scalar(node, spot.service, &purpose);
        for item in node.items() {
            self.below(item, spot);
        }
        if node.kind() == Kind::Mapping {
            for entry in node.entries() {
                self.below(entry.value, spot);
            }
        }
    }

    /// What stands in an extension itself, without following its aliases, and was not used.
    fn extension(&mut self, node: Node<'_>, spot: Spot<'_>) {
        if node.site() != node.span() && node.kind() != Kind::Scalar {
            return;
        }
        if !self.seen.contains(&node.id()) {
            self.scalar(node, spot.service, &ReadPurpose::Plumbing);
        }
        for item in node.items() {
            self.extension(item, spot);
        }
        for (_, value) in node.pairs() {
            self.extension(value, spot);
        }
    }

    fn scalar(&mut self, node: Node<'_>, service: Option<&str>, purpose: &ReadPurpose) {
        let Some(text) = node.as_str() else { return };
        self.seen.insert(node.id());
        if text.contains('$') && is_text(node) {
            self.template(template(node, self.source), service, purpose);
        }
    }

    fn template(&mut self, found: Result<Template, InvalidTemplate>, service: Option<&str>, purpose: &ReadPurpose) {
        match found {
            Ok(template) => {
                for reference in template.references() {
                    self.read(reference.clone(), service, purpose.clone());
                }
            }
            Err(invalid) => {
                if self.invalid.insert(invalid.span) {
                    let problem = Problem::new(invalid.span, invalid.message).help("write `$$` for a dollar sign");
                    self.loaded.problems.push(problem.harmless());
                }
            }
        }
    }

    fn read(&mut self, reference: Reference, target: Option<&str>, purpose: ReadPurpose) {
        let path = self.source.path().clone();
        self.reads.push(Read { path, reference, target: target.map(str::to_owned), purpose });
    }
}
