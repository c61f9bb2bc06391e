//! Blocks in the JSON syntax (`.tf.json`) as the blocks that they are in HCL. What they mean is told elsewhere.
//!
//! JSON does not tell blocks from arguments; the kind of a resource does. Of the resources that are read here, the names
//! of all blocks are known. Source: `terraform` 1.11.4, measured.

use std::collections::HashSet;
use std::ops::Range;

use super::parts::TfFile;
use super::read::{self, of_json};
use crate::fact::{Loaded, Problem};
use crate::source::{SourceFile, Span};
use crate::syntax::hcl::{Attribute, Block, Body, Embedded, Expression, Fault, Kind, Label, Member, Piece};
use crate::syntax::json::{self, Dialect, Node};
use crate::value::Value;

/// How deep blocks nest in resources; what is deeper is argument only.
const DEPTH: usize = 12;

/// What is a block in the resources that are read, and an argument in none of them; sorted.
const BLOCKS: &[&str] = &[
    "container",
    "containers",
    "content",
    "dynamic",
    "env",
    "env_from",
    "environment",
    "items",
    "job_template",
    "lifecycle",
    "metadata",
    "port",
    "ports",
    "secret",
    "secret_environment_variables",
    "secret_key_ref",
    "secret_volumes",
    "service_config",
    "spec",
    "template",
    "value_from",
    "value_source",
    "versions",
    "volume",
    "volume_mount",
    "volume_mounts",
    "volumes",
];

/// What a property of this name is where comments may stand.
const COMMENT: &str = "//";

/// The kinds of blocks at the top, with the number of their labels and what stands in them.
const KINDS: &[(&str, usize, Inside)] = &[
    ("data", 2, Inside::Both),
    ("ephemeral", 2, Inside::Both),
    ("locals", 0, Inside::Arguments),
    ("module", 1, Inside::Arguments),
    ("output", 1, Inside::Arguments),
    ("resource", 2, Inside::Both),
    ("variable", 1, Inside::Variable),
];

/// What stands in a block.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Arguments,
    /// Arguments and blocks.
    Both,
    /// What a variable takes: constants, and blocks of validation.
    Variable,
}

struct Reader<'s, 'l> {
    source: &'s SourceFile,
    loaded: &'l mut Loaded,
    reads: Vec<(Box<str>, Span)>,
    /// Whether a part could not be read.
    broken: bool,
}

pub(super) fn blocks(source: &SourceFile, loaded: &mut Loaded) -> TfFile {
    let text = source.text();
    read::refuse_mark(text, loaded);
    let mut reader = Reader { source, loaded, reads: Vec::new(), broken: false };
    let mut body = Body::default();
    match json::parse(text, Dialect::Strict) {
        Ok(Some(root)) => reader.root(&root, &mut body),
        Ok(None) => reader.fault(Span::default(), "blocks stand in an object"),
        Err(fault) => {
            reader.fault(fault, "this is no valid JSON");
            if let Some((mended, _)) = json::mend(text, fault)
                && let Ok(Some(root)) = json::parse(&mended, Dialect::Strict)
            {
                reader.root(&root, &mut body);
            }
        }
    }
    body.broken = reader.broken;
    let reads = reader.reads;
    TfFile::Blocks { body, reads }
}

impl Reader<'_, '_> {
    fn root(&mut self, root: &Node<'_>, body: &mut Body) {
        if !root.is_object() && root.elements().is_empty() {
            self.fault(root.span, "blocks stand in an object");
        }
        self.objects(root, &mut |reader, object| {
            for member in object.members().iter().filter(|member| member.key != COMMENT) {
                let Some((kind, labels, inside)) = KINDS.iter().find(|(kind, ..)| *kind == member.key) else {
                    continue;
                };
                reader.loaded.shown.push(member.key_span);
                let mut block = Block {
                    kind: (*kind).into(),
                    kind_span: member.key_inner(),
                    labels: Vec::new(),
                    body: Body::default(),
                    span: member.key_span,
                };
                reader.labelled(&member.value, *labels, *inside, &mut block, &mut body.blocks);
            }
        });
    }

    /// An object, or each of an array of them.
    fn objects(&mut self, node: &Node<'_>, act: &mut dyn FnMut(&mut Self, &Node<'_>)) {
        match &node.kind {
            json::Kind::Object(_) => act(self, node),
            json::Kind::Array(elements) => {
                for element in elements {
                    match element.kind {
                        json::Kind::Object(_) => act(self, element),
                        json::Kind::Null => {}
                        _ => self.fault(element.span, "a block is an object"),
                    }
                }
            }
            json::Kind::Null => {}
            _ => self.fault(node.span, "a block is an object, or an array of objects"),
        }
    }

    /// The blocks below the labels that are still to come. `block` has those that came.
    fn labelled(&mut self, node: &Node<'_>, labels: usize, inside: Inside, block: &mut Block, found: &mut Vec<Block>) {
        self.objects(node, &mut |reader, object| {
            if labels == 0 {
                found.push(reader.block(object, inside, block));
                return;
            }
            for member in object.members() {
                reader.loaded.shown.push(member.key_span);
                block.labels.push(Label { text: (&*member.key).into(), span: member.key_inner() });
                reader.labelled(&member.value, labels - 1, inside, block, found);
                block.labels.pop();
            }
        });
    }

    /// A block with the labels of `of`.
    fn block(&mut self, object: &Node<'_>, inside: Inside, of: &Block) -> Block {
        let labels = of.labels.iter().map(|label| Label { text: label.text.clone(), span: label.span }).collect();
        let mut block =
            Block { kind: of.kind.clone(), kind_span: of.kind_span, labels, body: Body::default(), span: object.span };
        block.body = self.body(object, inside, 0);
        match inside {
            Inside::Variable => {
                read::variable(&block, self.loaded);
                if let (Some(label), Some(default)) = (block.labels.first(), block.body.get("default")) {
                    read::definitions(&label.text, label.span, default, &mut self.loaded.facts);
                }
            }
            _ => {
                if &*block.kind == "locals" {
                    for Attribute { name, name_span, value } in &block.body.attributes {
                        read::definitions(name, *name_span, value, &mut self.loaded.facts);
                    }
                } else {
                    read::named_literals(&block.body, &mut self.loaded.facts);
                }
            }
        }
        block
    }

    fn body(&mut self, object: &Node<'_>, inside: Inside, depth: usize) -> Body {
        let mut body = Body::default();
        let mut known = HashSet::new();
        for member in object.members().iter().filter(|member| member.key != COMMENT) {
            let is_block = match inside {
                Inside::Arguments => false,
                Inside::Both => {
                    depth < DEPTH && BLOCKS.binary_search(&&*member.key).is_ok() && holds_objects(&member.value)
                }
                Inside::Variable => member.key == "validation",
            };
            if !known.insert(&*member.key) && !is_block {
                let problem = Problem::new(member.key_span, "this is set twice, which Terraform refuses");
                self.loaded.problems.push(problem.harmless());
            }
            self.loaded.shown.push(member.key_span);
            if is_block {
                self.nested(member, depth, &mut body.blocks);
                continue;
            }
            let value = match (inside, &*member.key) {
                (Inside::Variable, "type") => self.words(&member.value),
                (Inside::Variable, _) => {
                    read::show_keys(&member.value, &mut self.loaded.shown);
                    of_json(&member.value)
                }
                _ => self.expression(&member.value),
            };
            body.attributes.push(Attribute { name: (&*member.key).into(), name_span: member.key_inner(), value });
        }
        body
    }

    /// The blocks that a property stands for.
    fn nested(&mut self, member: &json::Member<'_>, depth: usize, found: &mut Vec<Block>) {
        let mut make = |reader: &mut Self, labels: Vec<Label>, value: &Node<'_>| {
            reader.objects(value, &mut |reader, object| {
                let labels = labels.iter().map(|label| Label { text: label.text.clone(), span: label.span }).collect();
                found.push(Block {
                    kind: (&*member.key).into(),
                    kind_span: member.key_inner(),
                    labels,
                    body: reader.body(object, Inside::Both, depth + 1),
                    span: object.span,
                });
            });
        };
        if member.key != "dynamic" {
            return make(self, Vec::new(), &member.value);
        }
        let one = std::slice::from_ref(&member.value);
        let all = if member.value.is_object() { one } else { member.value.elements() };
        for of in all.iter().flat_map(Node::members) {
            self.loaded.shown.push(of.key_span);
            make(self, vec![Label { text: (&*of.key).into(), span: of.key_inner() }], &of.value);
        }
        for block in found.iter_mut().filter(|block| &*block.kind == "dynamic") {
            let iterators = block.body.attributes.iter_mut().filter(|attribute| &*attribute.name == "iterator");
            for Attribute { value, .. } in iterators {
                if let Some(name) = value.as_text() {
                    value.kind = Kind::Name(name.expose().into());
                }
            }
        }
    }

    fn expression(&mut self, node: &Node<'_>) -> Expression {
        let kind = match &node.kind {
            json::Kind::Text(text) if may_be_template(text) => {
                let places = node.places(self.source.text());
                return self.template(text, node.inner_span(), &places);
            }
            json::Kind::Array(elements) => {
                Kind::Tuple(elements.iter().map(|element| self.expression(element)).collect())
            }
            json::Kind::Object(members) => {
                let mut known = HashSet::new();
                let mut member = |member: &json::Member<'_>| {
                    self.loaded.shown.push(member.key_span);
                    if !known.insert(member.key.to_string()) {
                        let message = "this key is there twice, which Terraform refuses";
                        self.loaded.problems.push(Problem::new(member.key_span, message).harmless());
                    }
                    Member { key: self.key(member), value: self.expression(&member.value) }
                };
                Kind::Object(members.iter().map(&mut member).collect())
            }
            _ => return of_json(node),
        };
        Expression { span: node.span, kind }
    }

    fn key(&mut self, member: &json::Member<'_>) -> Expression {
        let span = member.key_inner();
        if !may_be_template(&member.key) {
            return Expression { span, kind: Kind::Text(Value::new(&*member.key)) };
        }
        let is_direct = span.len() == member.key.len();
        self.template(&member.key, span, &|range: Range<usize>| {
            if is_direct { Span::new(span.start + range.start, span.start + range.end) } else { span }
        })
    }

    fn template(&mut self, text: &str, span: Span, places: &dyn Fn(Range<usize>) -> Span) -> Expression {
        let read = Embedded::template(text, places);
        self.embedded(read, span)
    }

    /// What is an expression without being marked as one: the type of a variable.
    fn words(&mut self, node: &Node<'_>) -> Expression {
        let Some(text) = node.text() else { return self.expression(node) };
        let read = Embedded::expression(text, &node.places(self.source.text()));
        self.embedded(read, node.inner_span())
    }

    fn embedded(&mut self, read: Result<Embedded, Fault>, span: Span) -> Expression {
        match read {
            Ok(mut read) => {
                self.reads.append(&mut read.reads);
                self.loaded.shown.append(&mut read.shown);
                Expression { span, ..read.expression }
            }
            Err(fault) => {
                self.fault(fault.span, fault.message);
                // Whatever it is meant to be.
                Expression { span, kind: Kind::Template(vec![Piece::Directive(Vec::new())]) }
            }
        }
    }

    fn fault(&mut self, span: Span, message: &str) {
        self.broken = true;
        self.loaded.problems.push(Problem::new(span, message));
    }
}

/// Whether blocks can be made of a value: an object, or an array of nothing else.
fn holds_objects(node: &Node<'_>) -> bool {
    node.is_object() || !node.elements().is_empty() && node.elements().iter().all(Node::is_object)
}

fn may_be_template(text: &str) -> bool {
    text.contains("${") || text.contains("%{")
}

#[cfg(test)]
mod tests;
