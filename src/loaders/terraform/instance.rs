//! Modules as they are called: with values for their variables, and with the modules that they call themselves.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use super::convert;
use super::evaluate::Scope;
use super::modules::{Call, Module};
use super::value::{Entry, Val, VariableOf};
use crate::name::Name;
use crate::source::Place;

/// How many expressions of a project are evaluated.
const BUDGET: u32 = 3_000_000;

/// How many of them stand within each other.
const DEPTH: u32 = 250;

/// What an instance of a module costs beside what is evaluated in it.
const INSTANCE: usize = 1000;

/// How deep modules call each other.
const CALLS: usize = 12;

/// How many instances of a module one call makes.
pub(super) const INSTANCES: usize = 200;

/// The modules of a project, and what is left of the bounds.
pub(super) struct World<'a> {
    pub(super) modules: Vec<Module<'a>>,
    budget: Cell<u32>,
    depth: Cell<u32>,
    pub(super) exhausted: Cell<bool>,
    /// The calls of modules that lead back to where they came from.
    pub(super) circles: RefCell<BTreeSet<Place>>,
    /// What was seen of the variables of modules.
    pub(super) marks: RefCell<Marks<'a>>,
}

/// What becomes of the variables of modules.
#[derive(Default)]
pub(super) struct Marks<'a> {
    /// Those that hold the id of a secret.
    pub(super) ids: BTreeSet<VariableOf<'a>>,
    /// Those whose value is put into a store.
    pub(super) stored: BTreeSet<VariableOf<'a>>,
    /// The variables of targets that get their values.
    pub(super) feeds: BTreeMap<VariableOf<'a>, BTreeSet<Name>>,
}

/// A module with values for its variables.
pub(super) struct Instance<'a> {
    /// The module, by index.
    pub(super) module: usize,
    /// What it is given.
    pub(super) inputs: BTreeMap<&'a str, Val<'a>>,
    /// The defaults that somebody may replace who is not seen here.
    pub(super) doubtful: bool,
    /// What names the instance among those of its call.
    pub(super) key: Option<Rc<str>>,
    /// The modules above it, the nearest last.
    above: Vec<usize>,
    known: RefCell<HashMap<(Part, &'a str), Option<Val<'a>>>>,
    children: RefCell<HashMap<&'a str, Option<Rc<Children<'a>>>>>,
}

/// The instances that a call makes.
pub(super) struct Children<'a> {
    pub(super) instances: Vec<Rc<Instance<'a>>>,
    /// Whether there are as many as are told.
    pub(super) whole: bool,
    /// Whether the call makes one for each of something.
    pub(super) many: bool,
}

/// A named part of a module.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Part {
    Variable,
    Local,
    Output,
}

impl<'a> World<'a> {
    pub(super) fn new(modules: Vec<Module<'a>>) -> Self {
        Self {
            modules,
            budget: Cell::new(BUDGET),
            depth: Cell::new(0),
            exhausted: Cell::new(false),
            circles: RefCell::default(),
            marks: RefCell::default(),
        }
    }

    /// The module of an instance; those of a world are never more than it has.
    pub(super) fn module(&self, instance: &Instance<'a>) -> Option<&Module<'a>> {
        self.modules.get(instance.module)
    }

    /// Pays for something; whether it can be afforded.
    pub(super) fn pay(&self, price: usize) -> bool {
        let price = u32::try_from(price).unwrap_or(u32::MAX);
        let left = self.budget.get().checked_sub(price);
        self.budget.set(left.unwrap_or_default());
        if left.is_none() {
            self.exhausted.set(true);
        }
        left.is_some()
    }

    /// Does something one level deeper, if that is not too deep.
    pub(super) fn deeper<T>(&self, act: impl FnOnce() -> T) -> Option<T> {
        if self.depth.get() >= DEPTH || !self.pay(1) {
            self.exhausted.set(true);
            return None;
        }
        self.depth.set(self.depth.get() + 1);
        let result = act();
        self.depth.set(self.depth.get() - 1);
        Some(result)
    }

    pub(super) fn variable(&self, instance: &Rc<Instance<'a>>, name: &str) -> Val<'a> {
        let Some((name, variable)) = self.module(instance).and_then(|module| module.variables.get_key_value(name))
        else {
            return Val::unknown();
        };
        self.once(instance, Part::Variable, name, || {
            let default = || match &variable.default {
                Some(default) if !instance.is_replaced(name) => {
                    Scope::of(instance, default.path).evaluate(self, default.item)
                }
                _ => Val::unknown(),
            };
            let value = match instance.inputs.get(name) {
                // Without a default this is an error of Terraform's.
                Some(given) if given.is_null() && !variable.nullable => default(),
                Some(given) => given.clone(),
                None => default(),
            };
            match &variable.kind {
                Some(kind) => convert::convert(value, kind.item).unwrap_or_else(|_| Val::unknown()),
                None => value,
            }
        })
    }

    pub(super) fn local(&self, instance: &Rc<Instance<'a>>, name: &str) -> Val<'a> {
        let Some((name, local)) = self.module(instance).and_then(|module| module.locals.get_key_value(name)) else {
            return Val::unknown();
        };
        self.once(instance, Part::Local, name, || Scope::of(instance, local.path).evaluate(self, local.item))
    }

    pub(super) fn output(&self, instance: &Rc<Instance<'a>>, name: &str) -> Val<'a> {
        let Some((name, output)) = self.module(instance).and_then(|module| module.outputs.get_key_value(name)) else {
            return Val::unknown();
        };
        self.once(instance, Part::Output, name, || Scope::of(instance, output.path).evaluate(self, output.item))
    }

    /// What is worked out once; while it is being worked out, it is unknown.
    fn once(&self, instance: &Instance<'a>, part: Part, name: &'a str, work: impl FnOnce() -> Val<'a>) -> Val<'a> {
        if let Some(known) = instance.known.borrow().get(&(part, name)) {
            return known.clone().unwrap_or_else(Val::unknown);
        }
        instance.known.borrow_mut().insert((part, name), None);
        let value = self.deeper(work).unwrap_or_else(Val::unknown);
        instance.known.borrow_mut().insert((part, name), Some(value.clone()));
        value
    }

    /// The instances that a call of a module makes; nothing where it is not of this repository, or calls itself.
    pub(super) fn children(&self, instance: &Rc<Instance<'a>>, name: &str) -> Option<Rc<Children<'a>>> {
        let (name, call) = self.module(instance)?.calls.get_key_value(name)?;
        let child = call.module?;
        if let Some(known) = instance.children.borrow().get(name) {
            return known.clone();
        }
        if child == instance.module || instance.above.contains(&child) {
            self.circles.borrow_mut().insert(Place::new(call.block.base.path, call.block.base.item.kind_span));
            return None;
        }
        if instance.above.len() >= CALLS {
            self.exhausted.set(true);
            return None;
        }
        instance.children.borrow_mut().insert(name, None);
        let made = self.deeper(|| Rc::new(self.call(instance, call, child)));
        instance.children.borrow_mut().insert(name, made.clone());
        made
    }

    fn call(&self, instance: &Rc<Instance<'a>>, call: &Call<'a>, child: usize) -> Children<'a> {
        const META: &[&str] = &["source", "version", "providers", "count", "for_each", "depends_on"];
        let scope = Scope::of(instance, call.block.base.path);
        let bodies = scope.instances_of(self, &call.block);
        let arguments = call.block.arguments();
        let affordable = bodies.found.into_iter().take_while(|_| self.pay(INSTANCE));
        let instances = affordable.map(|each| {
            let own = each.as_ref().map(|(key, value)| each_of(key, value));
            let bound = own.as_ref().map(|own| scope.with("each", own));
            let scope = bound.as_ref().map_or(scope, super::evaluate::Scoped::scope);
            let arguments = arguments.iter().filter(|argument| !META.contains(&&*argument.item.name));
            let inputs = arguments
                .map(|argument| (&*argument.item.name, scope.at(argument.path).evaluate(self, &argument.item.value)));
            let key = each.as_ref().and_then(|(key, _)| key.as_text()).map(|key| Rc::from(key.expose()));
            let mut above = instance.above.clone();
            above.push(instance.module);
            Rc::new(Instance::new(child, inputs.collect(), call.block.is_broken(), key, above))
        });
        Children { instances: instances.collect(), whole: bodies.whole, many: bodies.many }
    }

    /// Notes that a value is the id of a secret.
    pub(super) fn mark_id(&self, value: &Val<'a>) {
        self.marks.borrow_mut().ids.extend(value.variables());
    }

    /// Notes that a value is put into a store.
    pub(super) fn mark_stored(&self, value: &Val<'a>) {
        self.marks.borrow_mut().stored.extend(value.variables());
    }

    /// Notes that a variable of a target gets a value.
    pub(super) fn mark_fed(&self, value: &Val<'a>, name: &Name) {
        let mut marks = self.marks.borrow_mut();
        for variable in value.variables() {
            marks.feeds.entry(variable).or_default().insert(name.clone());
        }
    }
}

/// What `each` is.
pub(super) fn each_of<'a>(key: &Val<'a>, value: &Val<'a>) -> Val<'a> {
    let entry = |name: &str, value: &Val<'a>| Entry { key: name.into(), key_at: None, value: value.clone() };
    Val::map(vec![entry("key", key), entry("value", value)], true)
}

/// Words of variables that whoever applies a module without files of values gives by hand.
const BY_HAND: &[&str] = &["environment", "env", "env_name", "environment_name", "stage", "workspace", "deployment"];

impl<'a> Instance<'a> {
    /// The instance of a module that is applied by itself.
    pub(super) fn root(module: usize, inputs: BTreeMap<&'a str, Val<'a>>, doubtful: bool) -> Rc<Self> {
        Rc::new(Self::new(module, inputs, doubtful, None, Vec::new()))
    }

    fn new(
        module: usize,
        inputs: BTreeMap<&'a str, Val<'a>>,
        doubtful: bool,
        key: Option<Rc<str>>,
        above: Vec<usize>,
    ) -> Self {
        Self { module, inputs, doubtful, key, above, known: RefCell::default(), children: RefCell::default() }
    }

    /// Whether the default of a variable may be replaced by somebody who is not seen here.
    fn is_replaced(&self, name: &str) -> bool {
        self.doubtful && self.above.is_empty() && BY_HAND.contains(&name)
    }

    pub(super) fn is_root(&self) -> bool {
        self.above.is_empty()
    }
}
