//! Bake files in JSON: the same blocks and attributes as in HCL, with expressions in their texts.

use super::Parsed;
use crate::fact::{Loaded, Problem};
use crate::source::{SourceFile, Span};
use crate::syntax::hcl::{Attribute, Block, Body, Expression, Hcl, Kind, Label, Member};
use crate::syntax::json::{self, Dialect, Node};
use crate::value::Value;

/// The kinds of blocks, each with whether it has a name.
const BLOCKS: &[&str] = &["variable", "group", "target", "function"];

pub(super) fn read(source: &SourceFile, loaded: &mut Loaded) -> Parsed {
    let mut parsed = Parsed { body: Body::default(), lossy: false };
    let root = match json::parse(source.text(), Dialect::Strict) {
        Ok(Some(root)) => root,
        Ok(None) => return parsed,
        Err(span) => {
            loaded.problems.push(Problem::new(span, "this file is no valid JSON"));
            parsed.lossy = true;
            return parsed;
        }
    };
    for member in root.members() {
        loaded.shown.push(member.key_span);
        if !BLOCKS.contains(&&*member.key) {
            parsed.body.attributes.push(attribute(source, &member.key, member.key_inner(), &member.value));
            continue;
        }
        for named in member.value.members() {
            loaded.shown.push(named.key_span);
            // Several of one name are a list.
            let several = named.value.elements();
            let all = if several.is_empty() { std::slice::from_ref(&named.value) } else { several };
            for node in all {
                let mut body = Body::default();
                for own in node.members() {
                    loaded.shown.push(own.key_span);
                    show_keys(&own.value, loaded);
                    body.attributes.push(attribute(source, &own.key, own.key_inner(), &own.value));
                }
                parsed.body.blocks.push(Block {
                    kind: (*member.key).into(),
                    kind_span: member.key_inner(),
                    labels: vec![Label { text: (*named.key).into(), span: named.key_inner() }],
                    body,
                    span: node.span,
                });
            }
        }
    }
    parsed
}

/// The names of arguments, which stand one level below.
fn show_keys(node: &Node<'_>, loaded: &mut Loaded) {
    loaded.shown.extend(node.members().iter().map(|member| member.key_span));
}

fn attribute(source: &SourceFile, name: &str, name_span: Span, node: &Node<'_>) -> Attribute {
    Attribute { name: name.into(), name_span, value: expression(source, node) }
}

fn expression(source: &SourceFile, node: &Node<'_>) -> Expression {
    let kind = match &node.kind {
        json::Kind::Null => Kind::Null,
        json::Kind::Boolean(value) => Kind::Bool(*value),
        json::Kind::Number(text) => Kind::Number((*text).into()),
        json::Kind::Text(text) => return of_text(source, text, node),
        json::Kind::Array(items) => Kind::Tuple(items.iter().map(|item| expression(source, item)).collect()),
        json::Kind::Object(members) => Kind::Object(
            members
                .iter()
                .map(|member| {
                    let key = Kind::Text(Value::new(&*member.key));
                    let key = Expression { span: member.key_inner(), kind: key };
                    Member { key, value: expression(source, &member.value) }
                })
                .collect(),
        ),
    };
    Expression { span: node.span, kind }
}

/// A text is a template of HCL, in which line breaks and quotes are escaped as in JSON.
fn of_text(source: &SourceFile, text: &str, node: &Node<'_>) -> Expression {
    let span = node.inner_span();
    if !text.contains("${") && !text.contains("%{") {
        return Expression { span, kind: Kind::Text(Value::new(text)) };
    }
    let written = zeroize::Zeroizing::new(format!("x = {}\n", source.slice(node.span)));
    let parsed = Hcl::parse_values(&written);
    let found = parsed.body.attributes.into_iter().next().filter(|_| parsed.faults.is_empty());
    // Something that is no template is as good as a call of a function that nobody knows.
    let unknown = || Kind::Call { name: "".into(), arguments: Vec::new(), expands: false };
    Expression { span, kind: found.map_or_else(unknown, |found| found.value.kind) }
}
