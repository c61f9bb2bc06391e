//! What of a `.tf` file a report may show beside its syntax: names of variables that stand as texts. Never a value.

use crate::name::is_variable_name;
use crate::source::Span;
use crate::syntax::hcl::{Body, Expression, Kind, Member};

/// The blocks that name a variable by a text.
const NAMING: &[&str] = &["env", "secret_environment_variables"];

/// The longest text that is taken for a name.
const LONGEST: usize = 100;

pub(super) fn blocks(body: &Body, shown: &mut Vec<Span>) {
    for block in &body.blocks {
        if let Some(kind) = (&*block.kind == "variable").then(|| block.body.get("type")).flatten() {
            types(kind, shown);
        }
        let dynamic = &*block.kind == "dynamic" && block.label(0).is_some_and(|label| NAMING.contains(&label));
        if dynamic || NAMING.contains(&&*block.kind) {
            naming(&block.body, shown);
            for content in block.body.blocks_of("content") {
                naming(&content.body, shown);
            }
        }
        blocks(&block.body, shown);
    }
    for attribute in &body.attributes {
        objects(&attribute.value, shown);
    }
}

/// `list(object({ name = string }))`: the words of a type.
fn types(kind: &Expression, shown: &mut Vec<Span>) {
    match &kind.kind {
        Kind::Name(_) => shown.push(kind.span),
        Kind::Call { arguments, .. } => arguments.iter().take(1).for_each(|argument| types(argument, shown)),
        Kind::Object(members) => members.iter().for_each(|member| types(&member.value, shown)),
        Kind::Tuple(items) => items.iter().for_each(|item| types(item, shown)),
        _ => {}
    }
}

fn naming(body: &Body, shown: &mut Vec<Span>) {
    for attribute in body.attributes.iter().filter(|attribute| matches!(&*attribute.name, "name" | "key")) {
        name(&attribute.value, shown);
    }
}

/// `{ name = "PORT", value = … }`, wherever it stands.
fn objects(expression: &Expression, shown: &mut Vec<Span>) {
    match &expression.kind {
        Kind::Tuple(items) => items.iter().for_each(|item| objects(item, shown)),
        Kind::Call { arguments, .. } => arguments.iter().for_each(|argument| objects(argument, shown)),
        Kind::Conditional(parts) => parts.iter().for_each(|part| objects(part, shown)),
        Kind::Object(members) => {
            let is = |member: &&Member, names: &[&str]| key(&member.key).is_some_and(|key| names.contains(&key));
            let has_value =
                members.iter().any(|member| is(&member, &["value", "valueFrom", "value_source", "secret", "version"]));
            for member in members {
                if has_value && is(&member, &["name"]) {
                    name(&member.value, shown);
                }
                if member.key.as_text().is_some() {
                    name(&member.key, shown);
                }
                objects(&member.value, shown);
            }
        }
        _ => {}
    }
}

fn key(expression: &Expression) -> Option<&str> {
    expression.as_name().or_else(|| expression.as_text().map(crate::value::Value::expose))
}

fn name(expression: &Expression, shown: &mut Vec<Span>) {
    let Some(text) = expression.as_text() else { return };
    let text = text.expose();
    let is_name = is_variable_name(text) && !text.bytes().any(|byte| byte.is_ascii_lowercase());
    if is_name && text.len() <= LONGEST {
        shown.push(expression.span);
    }
}
