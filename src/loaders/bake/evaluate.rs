//! Expressions of bake files to values, as far as the files and the variables of the shell decide them.

use std::cell::Cell;
use std::collections::BTreeMap;

use super::Parsed;
use super::functions;
use crate::loaders::commands::{Bit, Content, Variable};
use crate::syntax::hcl::{Body, Expression, For, Kind, Operator, Piece, Step};

/// How deep expressions are followed, those of variables among them.
const DEPTH: usize = 48;

/// How much is evaluated for one call.
const STEPS: usize = 100_000;

/// How many items a list or a map may have.
pub(super) const ITEMS: usize = 1_000;

/// A value.
#[derive(Clone, Debug)]
pub(super) enum Val {
    Unknown,
    Null,
    Bool(bool),
    Number(String),
    Text(Content),
    List(Vec<Val>),
    Map(Vec<(String, Val)>),
}

impl Val {
    pub(super) fn text(text: &str) -> Self {
        Self::Text(Content::text(text))
    }

    /// What it is where a text is wanted.
    pub(super) fn to_content(&self) -> Option<Content> {
        match self {
            Self::Text(content) => Some(content.clone()),
            Self::Number(text) => Some(Content::text(text)),
            Self::Bool(value) => Some(Content::text(if *value { "true" } else { "false" })),
            Self::Unknown | Self::Null | Self::List(_) | Self::Map(_) => None,
        }
    }

    /// Its text, if all of it is known.
    pub(super) fn literal(&self) -> Option<String> {
        Some(self.to_content()?.literal()?.to_string())
    }

    pub(super) fn truth(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => match self.literal()?.as_str() {
                "true" | "1" => Some(true),
                "false" | "0" => Some(false),
                _ => None,
            },
        }
    }

    fn get(&self, key: &str) -> Self {
        let found = match self {
            Self::Map(pairs) => pairs.iter().rev().find(|(own, _)| own == key).map(|(_, value)| value.clone()),
            Self::List(items) => key.parse::<usize>().ok().and_then(|at| items.get(at).cloned()),
            _ => None,
        };
        found.unwrap_or(Self::Unknown)
    }
}

/// What names stand for beside the variables of the files.
pub(super) type Names = Vec<(String, Val)>;

/// What expressions are evaluated in.
pub(super) struct World<'a> {
    variables: BTreeMap<&'a str, Option<&'a Expression>>,
    pub(super) functions: BTreeMap<&'a str, &'a Body>,
    given: &'a BTreeMap<String, Variable>,
    depth: Cell<usize>,
    steps: Cell<usize>,
}

impl<'a> World<'a> {
    /// The world of some files, a later one above an earlier one; `given` are the variables of the shell.
    pub(super) fn new(files: &[&'a Parsed], given: &'a BTreeMap<String, Variable>) -> Self {
        let (mut variables, mut functions) = (BTreeMap::new(), BTreeMap::new());
        for file in files {
            for attribute in &file.body.attributes {
                variables.insert(&*attribute.name, Some(&attribute.value));
            }
            for block in file.body.blocks_of("variable") {
                if let Some(name) = block.label(0) {
                    let default = block.body.get("default");
                    let known = variables.get(name).copied().flatten();
                    variables.insert(name, default.or(known));
                }
            }
            for block in file.body.blocks_of("function") {
                functions.extend(block.label(0).map(|name| (name, &block.body)));
            }
        }
        Self { variables, functions, given, depth: Cell::new(0), steps: Cell::new(STEPS) }
    }

    /// Whether `count` more steps may be taken.
    pub(super) fn pay(&self, count: usize) -> bool {
        let left = self.steps.get().checked_sub(count);
        self.steps.set(left.unwrap_or_default());
        left.is_some()
    }

    pub(super) fn evaluate(&self, expression: &Expression, names: &Names) -> Val {
        if self.depth.get() >= DEPTH || !self.pay(1) {
            return Val::Unknown;
        }
        self.depth.set(self.depth.get() + 1);
        let value = self.value(expression, names);
        self.depth.set(self.depth.get() - 1);
        match value {
            Val::Text(content) if content.is_large() => Val::Unknown,
            value => value,
        }
    }

    fn value(&self, expression: &Expression, names: &Names) -> Val {
        match &expression.kind {
            Kind::Null => Val::Null,
            Kind::Bool(value) => Val::Bool(*value),
            Kind::Number(text) => Val::Number((**text).to_owned()),
            Kind::Text(text) => Val::text(text.expose()),
            Kind::Template(pieces) => self.template(pieces, names),
            Kind::Tuple(items) => Val::List(items.iter().take(ITEMS).map(|item| self.evaluate(item, names)).collect()),
            Kind::Object(members) => {
                let mut pairs = Vec::new();
                for member in members.iter().take(ITEMS) {
                    let key = match &member.key.kind {
                        Kind::Name(name) => Some((**name).to_owned()),
                        _ => self.evaluate(&member.key, names).literal(),
                    };
                    let Some(key) = key else { return Val::Unknown };
                    pairs.push((key, self.evaluate(&member.value, names)));
                }
                Val::Map(pairs)
            }
            Kind::Name(name) => self.name(name, names),
            Kind::Traversal(root, steps) => {
                // What another target says is not looked up.
                if matches!(&root.kind, Kind::Name(name) if &**name == "target" && !self.variables.contains_key("target"))
                {
                    return Val::Unknown;
                }
                steps.iter().fold(self.evaluate(root, names), |value, step| match step {
                    Step::Attribute(name) => value.get(name),
                    Step::Index(index) => {
                        self.evaluate(index, names).literal().map_or(Val::Unknown, |key| value.get(&key))
                    }
                    Step::Splat => Val::Unknown,
                })
            }
            Kind::Call { name, arguments, expands } => {
                if *expands {
                    return Val::Unknown;
                }
                let given: Vec<Val> = arguments.iter().map(|argument| self.evaluate(argument, names)).collect();
                functions::call(self, name, &given)
            }
            Kind::Unary(b'!', inner) => self.evaluate(inner, names).truth().map_or(Val::Unknown, |of| Val::Bool(!of)),
            Kind::Unary(..) => Val::Unknown,
            Kind::Operation(first, rest) => {
                let first = self.evaluate(first, names);
                rest.iter()
                    .fold(first, |left, (operator, right)| operate(*operator, &left, &self.evaluate(right, names)))
            }
            Kind::Conditional(parts) => {
                let [condition, yes, no] = &**parts;
                match self.evaluate(condition, names).truth() {
                    Some(true) => self.evaluate(yes, names),
                    Some(false) => self.evaluate(no, names),
                    None => Val::Unknown,
                }
            }
            Kind::For(of) => self.comprehension(of, names),
        }
    }

    /// What a name stands for: what the shell gives wins over the default of a variable; one without is empty.
    fn name(&self, name: &str, names: &Names) -> Val {
        if let Some((_, value)) = names.iter().rev().find(|(own, _)| own == name) {
            return value.clone();
        }
        let Some(default) = self.variables.get(name).copied() else { return Val::Unknown };
        if let Some(given) = self.given.get(name) {
            return Val::Text(given.content.clone());
        }
        default.map_or_else(|| Val::text(""), |default| self.evaluate(default, &Names::new()))
    }

    /// The names in a list, which stand there as they are.
    pub(super) fn evaluate_names(&self, expression: &Expression) -> Vec<String> {
        let Kind::Tuple(items) = &expression.kind else { return Vec::new() };
        let name = |item: &Expression| match &item.kind {
            Kind::Name(name) => Some((**name).to_owned()),
            _ => self.evaluate(item, &Names::new()).literal(),
        };
        items.iter().take(ITEMS).filter_map(name).collect()
    }

    fn template(&self, pieces: &[Piece], names: &Names) -> Val {
        if let [Piece::Expression(only)] = pieces {
            return self.evaluate(only, names);
        }
        let mut content = Content::default();
        for piece in pieces {
            match piece {
                Piece::Text(text) => content.parts.extend(Content::text(text.expose()).parts),
                Piece::Expression(expression) => {
                    let word = match &expression.kind {
                        Kind::Name(name) => Some(&**name),
                        _ => None,
                    };
                    let inner = self.evaluate(expression, names).to_content();
                    content.parts.extend(inner.unwrap_or_else(|| Content::unknown(word)).parts);
                }
                Piece::Directive(_) => content.parts.push(Bit::Unknown(None)),
            }
        }
        // One text, where all of it is known.
        Val::Text(content.literal().map_or(content, |text| Content::text(&text)))
    }

    fn comprehension(&self, of: &For, names: &Names) -> Val {
        let pairs: Vec<(Val, Val)> = match self.evaluate(&of.collection, names) {
            Val::List(items) => {
                items.into_iter().enumerate().map(|(at, item)| (Val::Number(at.to_string()), item)).collect()
            }
            Val::Map(pairs) => pairs.into_iter().map(|(key, value)| (Val::text(&key), value)).collect(),
            _ => return Val::Unknown,
        };
        if of.groups {
            return Val::Unknown;
        }
        let (mut list, mut map) = (Vec::new(), Vec::new());
        for (key, value) in pairs {
            let mut inner = names.clone();
            if !self.pay(inner.len()) {
                return Val::Unknown;
            }
            inner.extend(of.key.as_ref().map(|name| ((**name).to_owned(), key)));
            inner.push(((*of.value).to_owned(), value));
            match of.condition.as_ref().map(|condition| self.evaluate(condition, &inner).truth()) {
                Some(Some(false)) => continue,
                Some(None) => return Val::Unknown,
                _ => {}
            }
            let result = self.evaluate(&of.result, &inner);
            match &of.result_key {
                None => list.push(result),
                Some(key) => match self.evaluate(key, &inner).literal() {
                    Some(key) => map.push((key, result)),
                    None => return Val::Unknown,
                },
            }
        }
        if of.result_key.is_some() { Val::Map(map) } else { Val::List(list) }
    }
}

fn operate(operator: Operator, left: &Val, right: &Val) -> Val {
    let bool = |value: Option<bool>| value.map_or(Val::Unknown, Val::Bool);
    match operator {
        Operator::Equal => bool(functions::equal(left, right)),
        Operator::Unequal => bool(functions::equal(left, right).map(|equal| !equal)),
        Operator::And => bool(functions::and(left, right)),
        Operator::Or => bool(functions::or(left, right)),
        _ => Val::Unknown,
    }
}
