//! One file of Terraform's: its text to parts, and what is wrong with it.

use std::collections::HashSet;

use super::claims::{self, Form};
use super::parts::{Given, TfFile};
use super::shown;
use crate::fact::{Fact, FactKind, InlineIgnore, Loaded, Problem};
use crate::name::Name;
use crate::source::{SourceFile, Span};
use crate::syntax::hcl::{Attribute, Block, Body, Expression, Hcl, Kind, Member, Piece, Step};
use crate::syntax::json::{self, Dialect, Node};
use crate::tables::secret_names;
use crate::value::{Template, Value};

/// The arguments that a `variable` block takes.
const OF_VARIABLE: &[&str] = &["type", "default", "description", "sensitive", "nullable", "ephemeral", "deprecated"];

/// Names that no variable may have.
const RESERVED: &[&str] = &["source", "version", "providers", "count", "for_each", "lifecycle", "depends_on", "locals"];

pub(super) fn load(source: &SourceFile) -> Loaded {
    let mut loaded = Loaded::default();
    let parsed = match claims::form(source.path()) {
        Some(Form::ValuesInJson) => values_in_json(source, &mut loaded),
        Some(Form::BlocksInJson) => {
            let file = super::json::blocks(source, &mut loaded);
            if let TfFile::Blocks { body, .. } = &file {
                shown::blocks(body, &mut loaded.shown);
            }
            file
        }
        Some(Form::Blocks) => blocks(source, &mut loaded),
        // A file that somebody names may have any name.
        Some(Form::Values) | None => values(source, &mut loaded),
    };
    if let Some(at) = source.damage() {
        // All else that is wrong may follow from that.
        loaded.problems.clear();
        loaded.problems.push(Problem::new(Span::new(at, at + 1), "this file is not UTF-8"));
    }
    loaded.problems.sort_by_key(|problem| problem.span);
    loaded.parsed = Some(Box::new(parsed));
    loaded
}

fn blocks(source: &SourceFile, loaded: &mut Loaded) -> TfFile {
    let mut hcl = Hcl::parse(source.text());
    take(source, &mut hcl, loaded);
    for attribute in &hcl.body.attributes {
        let message = format!("`{}` stands outside of any block", attribute.name);
        loaded.problems.push(Problem::new(attribute.name_span, message).harmless());
    }
    for block in hcl.body.blocks_of("variable") {
        variable(block, loaded);
    }
    literals(&hcl.body, &mut loaded.facts);
    shown::blocks(&hcl.body, &mut loaded.shown);
    TfFile::Blocks { body: hcl.body, reads: hcl.reads }
}

fn values(source: &SourceFile, loaded: &mut Loaded) -> TfFile {
    let mut hcl = Hcl::parse_values(source.text());
    take(source, &mut hcl, loaded);
    for block in &hcl.body.blocks {
        let problem = Problem::new(block.kind_span, "a file of values holds no blocks");
        loaded.problems.push(problem.help("blocks stand in `.tf` files; a map is written `name = { … }`"));
    }
    let whole = !hcl.body.broken && hcl.body.blocks.is_empty();
    let mut values = Vec::with_capacity(hcl.body.attributes.len());
    let mut known = HashSet::new();
    for Attribute { name, name_span, value } in hcl.body.attributes {
        if !known.insert(name.clone()) {
            let message = format!("`{name}` is set twice, which Terraform refuses");
            loaded.problems.push(Problem::new(name_span, message).harmless());
        }
        if let Some((span, message)) = not_constant(&value) {
            loaded.problems.push(Problem::new(span, message).harmless());
        }
        definitions(&name, name_span, &value, &mut loaded.facts);
        values.push(Given { name, span: name_span, value });
    }
    TfFile::Values { values, whole }
}

/// The texts that may be credentials: defaults of variables, locals, and arguments that are called like secrets.
fn literals(body: &Body, facts: &mut Vec<Fact>) {
    for block in &body.blocks {
        match (&*block.kind, block.labels.first()) {
            ("variable", Some(label)) => {
                if let Some(default) = block.body.get("default") {
                    definitions(&label.text, label.span, default, facts);
                }
            }
            ("locals", _) => {
                for local in &block.body.attributes {
                    definitions(&local.name, local.name_span, &local.value, facts);
                }
            }
            _ => named_literals(&block.body, facts),
        }
    }
}

pub(super) fn named_literals(body: &Body, facts: &mut Vec<Fact>) {
    for Attribute { name, name_span, value } in &body.attributes {
        if may_hold_secrets(name, value) {
            definitions(name, *name_span, value, facts);
        }
    }
    body.blocks.iter().for_each(|block| named_literals(&block.body, facts));
}

/// Whether the texts of an argument are worth a look: of those that stand alone, the ones that are called like secrets.
pub(super) fn may_hold_secrets(name: &str, value: &Expression) -> bool {
    matches!(value.kind, Kind::Object(_)) || value.as_text().is_some() && secret_names::names_a_secret(name)
}

/// The texts of a value, also those in maps, each under the nearest name.
pub(super) fn definitions(name: &str, span: Span, value: &Expression, facts: &mut Vec<Fact>) {
    match &value.kind {
        Kind::Text(text) => facts.push(Fact {
            name: Name::new(name),
            span,
            kind: FactKind::Definition { value: Template::literal(text.clone()), value_span: value.span },
        }),
        Kind::Tuple(items) => items.iter().for_each(|item| definitions(name, span, item, facts)),
        Kind::Object(members) => {
            for Member { key, value } in members {
                match key.as_name().or_else(|| key.as_text().map(Value::expose)) {
                    Some(name) => definitions(name, key.span, value, facts),
                    None => definitions(name, span, value, facts),
                }
            }
        }
        _ => {}
    }
}

/// What every file of HCL has: faults, comments, and what of it may be shown.
fn take(source: &SourceFile, hcl: &mut Hcl, loaded: &mut Loaded) {
    for fault in &hcl.faults {
        loaded.problems.push(Problem::new(fault.span, fault.message));
    }
    loaded.ignores =
        hcl.comments.iter().filter_map(|comment| InlineIgnore::at(source, comment.span, comment.alone)).collect();
    loaded.shown.append(&mut hcl.shown);
}

/// What is wrong with a `variable` block. Source: `terraform` 1.11.4, measured.
pub(super) fn variable(block: &Block, loaded: &mut Loaded) {
    let Some(label) = block.labels.first() else {
        let problem = Problem::new(block.kind_span, "a variable has its name behind it: `variable \"name\"`");
        return loaded.problems.push(problem);
    };
    if RESERVED.contains(&&*label.text) {
        let message = format!("no variable may be called `{}`", label.text);
        loaded.problems.push(Problem::new(label.span, message).harmless());
    }
    for Attribute { name, name_span, value } in &block.body.attributes {
        if !OF_VARIABLE.contains(&&**name) {
            let message = format!("a variable takes no argument `{name}`");
            loaded.problems.push(Problem::new(*name_span, message).harmless());
        }
        if &**name == "type" && value.as_text().is_some() {
            let problem = Problem::new(value.span, "a type stands without quotes");
            loaded.problems.push(problem.help("write `type = string`").harmless());
        }
        if &**name == "default"
            && let Some((span, message)) = not_constant(value)
        {
            loaded.problems.push(Problem::new(span, message).harmless());
        }
    }
}

/// The first part of an expression that stands for something else, where only constants are allowed.
fn not_constant(value: &Expression) -> Option<(Span, &'static str)> {
    let all = |items: &[Expression]| items.iter().find_map(not_constant);
    match &value.kind {
        // The names of a `for` are its own.
        Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Text(_) | Kind::For(_) => None,
        Kind::Template(pieces) => pieces.iter().find_map(|piece| match piece {
            Piece::Expression(inner) => not_constant(inner),
            // What a `for` of a text binds is not followed.
            Piece::Text(_) | Piece::Directive(_) => None,
        }),
        Kind::Tuple(items) => all(items),
        Kind::Object(members) => members.iter().find_map(|Member { key, value }| {
            let key = if key.as_name().is_some() { None } else { not_constant(key) };
            key.or_else(|| not_constant(value))
        }),
        Kind::Name(_) => Some((value.span, "a text stands in quotes; names are not allowed here")),
        Kind::Traversal(root, steps) => {
            let index = || {
                steps.iter().find_map(|step| match step {
                    Step::Index(index) => not_constant(index),
                    Step::Attribute(_) | Step::Splat => None,
                })
            };
            match root.kind {
                Kind::Name(_) => Some((value.span, "only constants are allowed here, no references")),
                _ => not_constant(root).or_else(index),
            }
        }
        Kind::Call { .. } => Some((value.span, "only constants are allowed here, no calls")),
        Kind::Unary(_, inner) => not_constant(inner),
        Kind::Operation(first, rest) => {
            not_constant(first).or_else(|| rest.iter().find_map(|(_, operand)| not_constant(operand)))
        }
        Kind::Conditional(parts) => all(parts.as_slice()),
    }
}

/// Terraform takes a byte order mark before HCL, and none before JSON.
pub(super) fn refuse_mark(text: &str, loaded: &mut Loaded) {
    if text.starts_with('\u{feff}') {
        let message = "Terraform refuses JSON behind a byte order mark";
        loaded.problems.push(Problem::new(Span::new(0, 3), message).harmless());
    }
}

fn values_in_json(source: &SourceFile, loaded: &mut Loaded) -> TfFile {
    refuse_mark(source.text(), loaded);
    let mut values = Vec::new();
    let root = match json::parse(source.text(), Dialect::Strict) {
        Ok(root) => root,
        Err(span) => {
            loaded.problems.push(Problem::new(span, "this is no valid JSON"));
            return TfFile::Values { values, whole: false };
        }
    };
    let Some(root) = root.filter(Node::is_object) else {
        let problem = Problem::new(Span::default(), "values of variables stand in an object");
        loaded.problems.push(problem);
        return TfFile::Values { values, whole: false };
    };
    let mut known = HashSet::new();
    for member in root.members().iter().filter(|member| member.key != "//") {
        if !known.insert(member.key.clone()) {
            let problem = Problem::new(member.key_span, "this variable is set twice, which Terraform refuses");
            loaded.problems.push(problem.harmless());
        }
        loaded.shown.push(member.key_span);
        show_keys(&member.value, &mut loaded.shown);
        let value = of_json(&member.value);
        definitions(&member.key, member.key_inner(), &value, &mut loaded.facts);
        values.push(Given { name: (&*member.key).into(), span: member.key_inner(), value });
    }
    TfFile::Values { values, whole: true }
}

pub(super) fn show_keys(node: &Node<'_>, shown: &mut Vec<Span>) {
    for member in node.members() {
        shown.push(member.key_span);
        show_keys(&member.value, shown);
    }
    for element in node.elements() {
        show_keys(element, shown);
    }
}

/// A JSON value as an expression: nothing in it is evaluated. The parser bounds how deep it is.
pub(super) fn of_json(node: &Node<'_>) -> Expression {
    let kind = match &node.kind {
        json::Kind::Null => Kind::Null,
        json::Kind::Boolean(value) => Kind::Bool(*value),
        json::Kind::Number(text) => Kind::Number((*text).into()),
        json::Kind::Text(text) => Kind::Text(Value::new(&**text)),
        json::Kind::Array(elements) => Kind::Tuple(elements.iter().map(of_json).collect()),
        json::Kind::Object(members) => Kind::Object(
            members
                .iter()
                .map(|member| Member {
                    key: Expression { span: member.key_inner(), kind: Kind::Text(Value::new(&*member.key)) },
                    value: of_json(&member.value),
                })
                .collect(),
        ),
    };
    Expression { span: node.inner_span(), kind }
}

/// The body of a block of a kind, the first one.
pub(super) fn block<'b>(body: &'b Body, kind: &str) -> Option<&'b Block> {
    body.blocks.iter().find(|block| &*block.kind == kind)
}
