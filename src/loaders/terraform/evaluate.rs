//! Expressions to values, as far as nothing but the files decides them.

use std::rc::Rc;

use zeroize::Zeroizing;

use super::functions;
use super::instance::{INSTANCES, Instance, World, each_of};
use super::operators::operate;
use super::parts::Layered;
use super::resources;
use super::value::{Data, Entry, LONGEST, Val, canonical};
use crate::source::{SourcePath, Span};
use crate::syntax::hcl::{Body, Expression, For, Kind, Member, Piece, Step};
use crate::value::Value;

/// Where an expression is evaluated: in an instance of a module, in a file, with names of its own.
#[derive(Clone, Copy)]
pub(super) struct Scope<'s, 'a> {
    pub(super) instance: &'s Rc<Instance<'a>>,
    pub(super) path: &'a SourcePath,
    names: Option<&'s Bound<'s, 'a>>,
}

/// A name that is bound to a value.
pub(super) struct Bound<'s, 'a> {
    name: &'s str,
    value: &'s Val<'a>,
    above: Option<&'s Bound<'s, 'a>>,
}

/// What a block stands for: one instance, or one for each key, with the keys and values.
pub(super) struct Instances<'a> {
    pub(super) found: Vec<Option<(Val<'a>, Val<'a>)>>,
    pub(super) whole: bool,
    pub(super) many: bool,
}

impl<'s, 'a> Scope<'s, 'a> {
    pub(super) fn of(instance: &'s Rc<Instance<'a>>, path: &'a SourcePath) -> Self {
        Self { instance, path, names: None }
    }

    /// The same scope in another file of the module.
    pub(super) fn at(self, path: &'a SourcePath) -> Self {
        Self { path, ..self }
    }

    /// The value of an argument of a block.
    pub(super) fn argument(&self, world: &World<'a>, block: &Layered<'a>, name: &str) -> Option<Val<'a>> {
        block.get(name).map(|value| self.at(value.path).evaluate(world, value.item))
    }

    /// How many of a block there are.
    pub(super) fn instances_of(&self, world: &World<'a>, block: &Layered<'a>) -> Instances<'a> {
        let layer = block.of_instances();
        self.at(layer.path).instances(world, &layer.item.body)
    }

    /// The same scope with one more name.
    pub(super) fn with(self, name: &'s str, value: &'s Val<'a>) -> Scoped<'s, 'a> {
        Scoped { scope: self, bound: Bound { name, value, above: self.names } }
    }

    fn bound(&self, name: &str) -> Option<&'s Val<'a>> {
        let mut next = self.names;
        while let Some(bound) = next {
            if bound.name == name {
                return Some(bound.value);
            }
            next = bound.above;
        }
        None
    }

    pub(super) fn evaluate(&self, world: &World<'a>, expression: &'a Expression) -> Val<'a> {
        let value = world.deeper(|| self.value(world, expression));
        value.unwrap_or_else(|| Val::at(Data::Unknown, (self.path, expression.span)))
    }

    fn value(&self, world: &World<'a>, expression: &'a Expression) -> Val<'a> {
        let spot = (self.path, expression.span);
        let here = |data| Val::at(data, spot);
        match &expression.kind {
            Kind::Null => here(Data::Null),
            Kind::Bool(value) => here(Data::Bool(*value)),
            Kind::Number(text) => here(canonical(text).map_or(Data::Unknown, |number| Data::Number(number.into()))),
            Kind::Text(text) => here(Data::Text(Rc::new(text.clone()))),
            Kind::Template(pieces) => self.template(world, pieces, spot.1),
            Kind::Tuple(items) => {
                let items: Vec<_> = items.iter().map(|item| self.evaluate(world, item)).collect();
                here(Data::List(Rc::new(items), true))
            }
            Kind::Object(members) => self.object(world, members, expression.span),
            Kind::Name(name) => match self.bound(name) {
                Some(value) => value.clone(),
                None => here(Data::Unknown),
            },
            Kind::Traversal(root, steps) => self.traversal(world, root, steps, expression.span),
            Kind::Call { name, arguments, expands } => {
                functions::call(self, world, name, arguments, *expands, expression.span)
            }
            Kind::Unary(sign, inner) => {
                let inner = self.evaluate(world, inner);
                match (*sign, &inner.data) {
                    (b'!', _) => here(inner.as_bool().map_or(Data::Unknown, |value| Data::Bool(!value))),
                    (_, Data::Number(text)) => {
                        let number = canonical(&format!("-{text}").replace("--", ""));
                        here(number.map_or(Data::Unknown, |number| Data::Number(number.into())))
                    }
                    _ => here(Data::Unknown),
                }
            }
            Kind::Operation(first, rest) => {
                let mut value = self.evaluate(world, first);
                for (operator, operand) in rest {
                    let operand = self.evaluate(world, operand);
                    value = here(operate(*operator, &value, &operand));
                }
                value
            }
            Kind::Conditional(parts) => {
                let [condition, yes, no] = &**parts;
                match self.evaluate(world, condition).as_bool() {
                    Some(true) => self.evaluate(world, yes),
                    Some(false) => self.evaluate(world, no),
                    None => self.either(world, yes, no, expression.span),
                }
            }
            Kind::For(inner) => self.comprehension(world, inner, expression.span),
        }
    }

    /// What both branches agree on.
    fn either(&self, world: &World<'a>, yes: &'a Expression, no: &'a Expression, span: Span) -> Val<'a> {
        let (yes, no) = (self.evaluate(world, yes), self.evaluate(world, no));
        if yes.as_text().is_some() && yes.as_text() == no.as_text() {
            return yes;
        }
        // What came on the way may be either; where it came from is kept for what is said of variables.
        let known = if yes.variables().next().is_some() { yes } else { no };
        known.with(Data::Unknown).passing((self.path, span), None)
    }

    fn template(&self, world: &World<'a>, pieces: &'a [Piece], span: Span) -> Val<'a> {
        if let [Piece::Expression(only)] = pieces {
            let value = self.evaluate(world, only);
            return value.passing((self.path, span), None);
        }
        let mut text = Zeroizing::new(String::new());
        for piece in pieces {
            let next = match piece {
                Piece::Text(text) => Some(Rc::new(text.clone())),
                Piece::Expression(expression) => self.evaluate(world, expression).as_text(),
                Piece::Directive(_) => None,
            };
            let Some(next) = next.filter(|next| text.len() + next.expose().len() <= LONGEST) else {
                return Val::at(Data::Unknown, (self.path, span));
            };
            text.push_str(next.expose());
        }
        Val::at(Data::Text(Rc::new(Value::new(text.as_str()))), (self.path, span))
    }

    fn object(&self, world: &World<'a>, members: &'a [Member], span: Span) -> Val<'a> {
        let mut whole = true;
        let mut entries = Vec::with_capacity(members.len());
        for Member { key, value } in members {
            let name: Option<Rc<str>> = match key.as_name() {
                Some(name) => Some(name.into()),
                None => self.evaluate(world, key).as_text().map(|text| text.expose().into()),
            };
            let value = self.evaluate(world, value).passing((self.path, value.span), None);
            match name {
                Some(key_text) => {
                    entries.push(Entry { key: key_text, key_at: Some((self.path, key.span)), value });
                }
                None => whole = false,
            }
        }
        Val::at(Data::Map(Rc::new(entries), whole), (self.path, span))
    }

    fn traversal(&self, world: &World<'a>, root: &'a Expression, steps: &'a [Step], span: Span) -> Val<'a> {
        let spot = (self.path, span);
        let attribute = |index: usize| match steps.get(index) {
            Some(Step::Attribute(name)) => Some(&**name),
            _ => None,
        };
        let (value, taken) = match root.as_name() {
            Some(name) if self.bound(name).is_some() => (self.bound(name).cloned(), 0),
            Some("var") => match attribute(0) {
                Some(name) => {
                    let known = world.module(self.instance).and_then(|module| module.variables.get_key_value(name));
                    let variable = known.map(|(name, _)| (self.instance.module, *name));
                    (Some(world.variable(self.instance, name).passing(spot, variable)), 1)
                }
                None => (None, 0),
            },
            Some("local") => (attribute(0).map(|name| world.local(self.instance, name)), 1),
            Some("module") => match attribute(0) {
                Some(name) => resources::output(self, world, name, steps.get(1..).unwrap_or_default()),
                None => (None, 0),
            },
            Some("data") => match (attribute(0), attribute(1)) {
                (Some(kind), Some(name)) => {
                    let rest = steps.get(2..).unwrap_or_default();
                    let (value, taken) = resources::resource(self, world, true, kind, name, rest);
                    (value, taken + 2)
                }
                _ => (None, 0),
            },
            Some("each" | "count" | "path" | "terraform" | "self") => (None, 0),
            Some(kind) => match attribute(0) {
                Some(name) => {
                    let rest = steps.get(1..).unwrap_or_default();
                    let (value, taken) = resources::resource(self, world, false, kind, name, rest);
                    (value, taken + 1)
                }
                None => (None, 0),
            },
            None => (Some(self.evaluate(world, root)), 0),
        };
        let Some(value) = value else { return Val::at(Data::Unknown, spot) };
        let value = self.steps(world, value, steps.get(taken..).unwrap_or_default());
        value.passing(spot, None)
    }

    fn steps(&self, world: &World<'a>, value: Val<'a>, steps: &'a [Step]) -> Val<'a> {
        let mut value = value;
        for (index, step) in steps.iter().enumerate() {
            let next = match step {
                Step::Attribute(name) => match &value.data {
                    Data::Resource(resource) => Some(resources::attribute(world, resource, name)),
                    _ => value.get(name),
                },
                Step::Index(key) => self.evaluate(world, key).as_text().and_then(|key| value.get(key.expose())),
                Step::Splat => {
                    return self.splat(world, &value, steps.get(index + 1..).unwrap_or_default());
                }
            };
            value = match next {
                // What is not known keeps its way: it is of the variable that it was taken from.
                Some(next) if next.last().is_some() => next,
                Some(next) => value.with(next.data),
                None => value.with(Data::Unknown),
            };
        }
        value
    }

    fn splat(&self, world: &World<'a>, value: &Val<'a>, rest: &'a [Step]) -> Val<'a> {
        let (items, whole) = match &value.data {
            Data::List(items, whole) => (items.iter().cloned().collect(), *whole),
            Data::Map(entries, whole) => (entries.iter().map(|entry| entry.value.clone()).collect::<Vec<_>>(), *whole),
            Data::Null => (Vec::new(), true),
            Data::Unknown => return value.clone(),
            _ => (vec![value.clone()], true),
        };
        if !world.pay(items.len()) {
            return Val::unknown();
        }
        Val::list(items.into_iter().map(|item| self.steps(world, item, rest)).collect(), whole)
    }

    fn comprehension(&self, world: &World<'a>, inner: &'a For, span: Span) -> Val<'a> {
        let collection = self.evaluate(world, &inner.collection);
        let Some((pairs, mut whole)) = pairs(&collection) else {
            return collection.with(Data::Unknown).passing((self.path, span), None);
        };
        let is_list = matches!(collection.data, Data::List(..));
        let mut items = Vec::new();
        let mut entries: Vec<Entry<'a>> = Vec::new();
        for (index, (key, value)) in pairs.into_iter().enumerate() {
            if !world.pay(1) {
                return Val::at(Data::Unknown, (self.path, span));
            }
            // The key of a set would be its item; sets are not told apart, and are seldom gone through by key.
            let key = if is_list { Val::made(Data::Number(index.to_string().into())) } else { key };
            let outer = inner.key.as_ref().map(|name| self.with(name, &key));
            let scope = outer.as_ref().map_or(*self, Scoped::scope);
            let bound = scope.with(&inner.value, &value);
            let scope = bound.scope();
            let keeps = inner.condition.as_ref().map_or(Some(true), |it| scope.evaluate(world, it).as_bool());
            match keeps {
                Some(false) => continue,
                None => {
                    whole = false;
                    continue;
                }
                Some(true) => {}
            }
            let result = scope.evaluate(world, &inner.result).passing((self.path, inner.result.span), None);
            match &inner.result_key {
                None => items.push(result),
                Some(_) if inner.groups => whole = false,
                Some(name) => {
                    let name = scope.evaluate(world, name);
                    match name.as_text() {
                        Some(text) => {
                            entries.push(Entry { key: text.expose().into(), key_at: name.origin(), value: result });
                        }
                        None => whole = false,
                    }
                }
            }
        }
        let data = if inner.result_key.is_some() {
            Data::Map(Rc::new(entries), whole)
        } else {
            Data::List(Rc::new(items), whole)
        };
        Val::at(data, (self.path, span))
    }

    /// How many of a block there are: `count` and `for_each`.
    fn instances(&self, world: &World<'a>, body: &'a Body) -> Instances<'a> {
        let unknown = |many| Instances { found: vec![None], whole: false, many };
        if let Some(count) = body.get("count") {
            let Some(count) = self.evaluate(world, count).as_number() else { return unknown(true) };
            return match count {
                count if count < 1.0 => Instances { found: Vec::new(), whole: true, many: true },
                _ => Instances { found: vec![None], whole: true, many: true },
            };
        }
        let Some(each) = body.get("for_each") else {
            return Instances { found: vec![None], whole: true, many: false };
        };
        let each = self.evaluate(world, each);
        let Some((pairs, whole)) = pairs(&each).filter(|(pairs, _)| pairs.len() <= INSTANCES) else {
            return unknown(true);
        };
        Instances { found: pairs.into_iter().map(Some).collect(), whole, many: true }
    }

    /// The blocks of a kind in a body, also those that `dynamic` makes, and whether those are all.
    ///
    /// `act` gets each of them with the scope that holds in it.
    pub(super) fn blocks(
        &self,
        world: &World<'a>,
        body: &'a Body,
        kind: &str,
        act: &mut dyn FnMut(&Scope<'_, 'a>, &'a Body),
    ) -> bool {
        let mut whole = true;
        for block in &body.blocks {
            if &*block.kind == kind {
                whole &= !block.body.broken;
                act(self, &block.body);
                continue;
            }
            if &*block.kind != "dynamic" || block.label(0) != Some(kind) {
                continue;
            }
            let Some(content) = super::read::block(&block.body, "content") else { continue };
            let each = block.body.get("for_each").map(|each| self.evaluate(world, each));
            let Some((pairs, known)) = each.as_ref().and_then(pairs) else {
                whole = false;
                continue;
            };
            whole &= known && !content.body.broken;
            let iterator = block.body.get("iterator").and_then(Expression::as_name).unwrap_or(kind);
            for (key, value) in pairs {
                if !world.pay(1) {
                    return false;
                }
                let each = each_of(&key, &value);
                act(&self.with(iterator, &each).scope(), &content.body);
            }
        }
        whole
    }
}

/// A scope with a name that lives no longer than this.
pub(super) struct Scoped<'s, 'a> {
    scope: Scope<'s, 'a>,
    bound: Bound<'s, 'a>,
}

impl<'a> Scoped<'_, 'a> {
    pub(super) fn scope(&self) -> Scope<'_, 'a> {
        Scope { instance: self.scope.instance, path: self.scope.path, names: Some(&self.bound) }
    }
}

/// Keys with values.
pub(super) type Pairs<'a> = Vec<(Val<'a>, Val<'a>)>;

/// What `for` and `for_each` go through, and whether that is all; `None` where nothing is known of it.
pub(super) fn pairs<'a>(collection: &Val<'a>) -> Option<(Pairs<'a>, bool)> {
    match &collection.data {
        Data::Map(entries, whole) => {
            let mut pairs: Pairs<'a> = Vec::with_capacity(entries.len());
            let mut known = std::collections::HashMap::new();
            for entry in entries.iter() {
                let key = Val::text(&*entry.key);
                let key = match entry.key_at {
                    Some(spot) => key.passing(spot, None),
                    None => key,
                };
                // Of two of one key the last one counts.
                match known.entry(Rc::clone(&entry.key)) {
                    std::collections::hash_map::Entry::Occupied(at) => {
                        if let Some(pair) = pairs.get_mut(*at.get()) {
                            *pair = (key, entry.value.clone());
                        }
                    }
                    std::collections::hash_map::Entry::Vacant(at) => {
                        at.insert(pairs.len());
                        pairs.push((key, entry.value.clone()));
                    }
                }
            }
            Some((pairs, *whole))
        }
        Data::List(items, whole) => {
            // The key of a set's item is the item itself.
            let number = |index: usize| Val::made(Data::Number(index.to_string().into()));
            let pairs = items.iter().enumerate().map(|(index, item)| {
                let key = if item.as_text().is_some() { item.clone() } else { number(index) };
                (key, item.clone())
            });
            Some((pairs.collect(), *whole))
        }
        Data::Null => Some((Vec::new(), true)),
        _ => None,
    }
}
