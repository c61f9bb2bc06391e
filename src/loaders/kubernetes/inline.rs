//! Patches that stand as text within a kustomization: read as a file is, with places in the kustomization.

use super::operations::{Operation, Payload};
use super::parts::{Container, File, Given, Map, Variable, Volume, Workload};
use super::values::Reader;
use super::{objects, operations};
use crate::fact::{Loaded, Setting, SettingValue};
use crate::source::{Place, SourceFile, Span};
use crate::syntax::yaml::{Kind, Node, Offsets, Yaml};
use crate::value::{Part, Template};

/// Reads a patch of resources, or one that is a list of operations; `None` if it is something else.
pub(super) fn read(reader: &Reader<'_>, node: Node<'_>) -> Option<File> {
    let text = node.as_str().filter(|text| !operations::is_broken_json(text))?;
    let yaml = Yaml::parse(text);
    let mut documents = yaml.documents().peekable();
    documents.peek()?;
    let is_resource = |node: Node<'_>| node.kind() == Kind::Mapping;
    let is_whole = !yaml.faults().iter().any(|fault| fault.lossy);
    if !is_whole || !yaml.documents().all(|node| is_resource(node) || operations::is_list(node)) {
        return None;
    }
    let source = SourceFile::new(reader.source.path().clone(), text.as_bytes().to_vec());
    // What it says beside its resources would have to be placed too.
    let mut loaded = Loaded::default();
    let mut inner = Reader { source: &source, loaded: &mut loaded };
    let mut file = File::default();
    for document in documents {
        if is_resource(document) {
            objects::read(&mut inner, document, false, &mut file);
        } else {
            file.operations.extend(operations::read(&mut inner, document));
        }
    }
    let mover = Mover { offsets: node.offsets(reader.source.text()) };
    for workload in &mut file.workloads {
        mover.workload(workload);
    }
    for map in &mut file.maps {
        mover.map(map);
    }
    for operation in &mut file.operations {
        mover.operation(operation);
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
            self.volume(volume);
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
            self.variable(variable);
        }
    }

    fn variable(&self, variable: &mut Variable) {
        self.place(&mut variable.place);
        self.span(&mut variable.value_span);
        self.given(&mut variable.value);
    }

    fn given(&self, given: &mut Given) {
        if let Given::Here(value) = given {
            self.value(value);
        }
    }

    fn value(&self, value: &mut SettingValue) {
        if let SettingValue::Given(template) = value {
            self.template(template);
        }
    }

    fn volume(&self, volume: &mut Volume) {
        for (place, _) in &mut volume.contents {
            self.place(place);
        }
    }

    fn operation(&self, operation: &mut Operation) {
        self.place(&mut operation.place);
        match &mut operation.value {
            Payload::None | Payload::Mount(_) => {}
            Payload::Container(container) => self.container(container),
            Payload::Variables(variables, _) => variables.iter_mut().for_each(|variable| self.variable(variable)),
            Payload::Variable(variable) => self.variable(variable),
            Payload::Given(given, span) => {
                self.span(span);
                self.given(given);
            }
            Payload::Sources(sources, _) => sources.iter_mut().for_each(|source| self.place(&mut source.place)),
            Payload::Source(source) => self.place(&mut source.place),
            Payload::Volume(volume) => self.volume(volume),
            Payload::Text(_, span) => self.span(span),
            Payload::Entry(text, coded, span) => {
                self.span(span);
                self.value(text);
                self.value(coded);
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
            self.value(value);
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
