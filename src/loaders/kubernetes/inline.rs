//! Patches that stand as text within a kustomization: read as a file is, with places in the kustomization.

use super::objects;
use super::parts::{Container, File, Given, Map, Workload};
use super::values::Reader;
use crate::fact::{Loaded, Setting, SettingValue};
use crate::source::{Place, SourceFile, Span};
use crate::syntax::yaml::{Kind, Node, Offsets, Yaml};
use crate::value::{Part, Template};

/// Reads a patch of resources; `None` if it is something else, such as a list of operations.
pub(super) fn read(reader: &Reader<'_>, node: Node<'_>) -> Option<File> {
    let text = node.as_str()?;
    let yaml = Yaml::parse(text);
    let mut documents = yaml.documents().peekable();
    documents.peek()?;
    if yaml.faults().iter().any(|fault| fault.lossy) || yaml.documents().any(|node| node.kind() != Kind::Mapping) {
        return None;
    }
    let source = SourceFile::new(reader.source.path().clone(), text.as_bytes().to_vec());
    // What it says beside its resources would have to be placed too.
    let mut loaded = Loaded::default();
    let mut inner = Reader { source: &source, loaded: &mut loaded };
    let mut file = File::default();
    for document in documents {
        objects::read(&mut inner, document, false, &mut file);
    }
    let mover = Mover { offsets: node.offsets(reader.source.text()) };
    for workload in &mut file.workloads {
        mover.workload(workload);
    }
    for map in &mut file.maps {
        mover.map(map);
    }
    Some(file)
}

/// Moves places from the text of a scalar to the file that it stands in.
struct Mover {
    offsets: Offsets,
}

impl Mover {
    fn span(&self, span: &mut Span) {
        *span = self.offsets.span(span.start..span.end);
    }

    fn place(&self, place: &mut Place) {
        self.span(&mut place.span);
    }

    fn workload(&self, workload: &mut Workload) {
        self.place(&mut workload.place);
        for container in &mut workload.containers {
            self.container(container);
        }
        for volume in &mut workload.volumes {
            self.place(&mut volume.place);
        }
    }

    fn container(&self, container: &mut Container) {
        self.place(&mut container.place);
        self.place(&mut container.listed);
        if let Some((_, span)) = &mut container.image {
            self.span(span);
        }
        for source in &mut container.sources {
            self.place(&mut source.place);
        }
        for variable in &mut container.environment {
            self.place(&mut variable.place);
            self.span(&mut variable.value_span);
            if let Given::Here(SettingValue::Given(template)) = &mut variable.value {
                self.template(template);
            }
        }
    }

    fn map(&self, map: &mut Map) {
        for (_, place) in &mut map.blobs {
            self.place(place);
        }
        for Setting { place, value_span, value, .. } in &mut map.settings {
            self.place(place);
            self.span(value_span);
            if let SettingValue::Given(template) = value {
                self.template(template);
            }
        }
    }

    fn template(&self, template: &mut Template) {
        for part in template.parts_mut() {
            match part {
                Part::Literal(_) => {}
                Part::Reference(reference) => self.span(&mut reference.span),
                Part::Unknown(span) => self.span(span),
            }
        }
    }
}
