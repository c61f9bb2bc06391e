//! Blocks in the JSON syntax (`.tf.json`) as the blocks that they are in HCL. What they mean is told elsewhere.
//!
//! JSON does not tell blocks from arguments; the kind of a resource does. So what may be either is given as both, and
//! whoever reads a resource asks for the one that it is. Source: `terraform` 1.11.4, measured.

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
    /// Whether what is read has been read before, as something else.
    again: bool,
}

pub(super) fn blocks(source: &SourceFile, loaded: &mut Loaded) -> TfFile {
    let text = source.text();
    read::refuse_mark(text, loaded);
    let mut reader = Reader { source, loaded, reads: Vec::new(), broken: false, again: false };
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
                for Attribute { name, name_span, value } in &block.body.attributes {
                    if &*block.kind == "locals" || read::may_hold_secrets(name, value) {
                        read::definitions(name, *name_span, value, &mut self.loaded.facts);
                    }
                }
            }
        }
        block
    }

    fn body(&mut self, object: &Node<'_>, inside: Inside, depth: usize) -> Body {
        let mut body = Body::default();
        let mut known = HashSet::new();
        for member in object.members().iter().filter(|member| member.key != COMMENT) {
            let may_be_block = matches!(member.value.kind, json::Kind::Object(_) | json::Kind::Array(_));
            let is_block = inside == Inside::Variable && member.key == "validation";
            let named_twice = !known.insert(&*member.key);
            if named_twice && !(may_be_block && inside == Inside::Both) && !self.again {
                let problem = Problem::new(member.key_span, "this is set twice, which Terraform refuses");
                self.loaded.problems.push(problem.harmless());
            }
            self.show(member.key_span);
            let (name, name_span) = (Box::<str>::from(&*member.key), member.key_inner());
            if !is_block {
                let value = match (inside, &*name) {
                    (Inside::Variable, "type") => self.words(&member.value),
                    (Inside::Variable, _) => {
                        read::show_keys(&member.value, &mut self.loaded.shown);
                        of_json(&member.value)
                    }
                    _ => self.expression(&member.value),
                };
                body.attributes.push(Attribute { name, name_span, value });
            }
            if may_be_block && (is_block || inside == Inside::Both) && depth < DEPTH {
                // As arguments they were read just now.
                let again = self.again;
                self.again |= !is_block;
                self.nested(member, depth, &mut body.blocks);
                self.again = again;
            }
        }
        body
    }

    /// The blocks that a property stands for, if it stands for blocks.
    fn nested(&mut self, member: &json::Member<'_>, depth: usize, found: &mut Vec<Block>) {
        let objects = |node: &Node<'_>| node.is_object() || node.elements().iter().all(Node::is_object);
        let mut make = |reader: &mut Self, labels: Vec<Label>, value: &Node<'_>| {
            if !objects(value) {
                return;
            }
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
                    self.show(member.key_span);
                    if !known.insert(member.key.to_string()) && !self.again {
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
                if !self.again {
                    self.reads.append(&mut read.reads);
                    self.loaded.shown.append(&mut read.shown);
                }
                Expression { span, ..read.expression }
            }
            Err(fault) => {
                if !self.again {
                    self.fault(fault.span, fault.message);
                }
                // Whatever it is meant to be.
                Expression { span, kind: Kind::Template(vec![Piece::Directive(Vec::new())]) }
            }
        }
    }

    fn fault(&mut self, span: Span, message: &str) {
        self.broken = true;
        self.loaded.problems.push(Problem::new(span, message));
    }

    fn show(&mut self, span: Span) {
        if !self.again {
            self.loaded.shown.push(span);
        }
    }
}

fn may_be_template(text: &str) -> bool {
    text.contains("${") || text.contains("%{")
}

#[cfg(test)]
mod tests;
