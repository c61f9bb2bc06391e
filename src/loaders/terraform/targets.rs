//! Resources that run an app: containers and functions, and what they are given.

mod called;
mod containers;
mod functions;
mod settings;
mod stored;

use std::collections::BTreeMap;
use std::rc::Rc;

use super::evaluate::{Scope, Scoped};
use super::instance::{Instance, World, each_of};
use super::parts::{At, Layered};
use super::value::Val;
use crate::fact::{Layer, LayerKind, LayerState, SecretFile, Setting, StoredHere, Target, TargetKind, TargetSigns};
use crate::source::{Place, SourceFile, SourcePath};
use crate::syntax::hcl::{Block, Expression, Kind, Piece, Step};
use crate::tables::environments;

/// How many targets one application comes to.
const TARGETS: usize = 2000;

/// What the resources of an application come to.
pub(super) struct Builder<'w, 'a> {
    pub(super) world: &'w World<'a>,
    /// The text of a file, for what is told by how it is written.
    pub(super) source: &'w dyn Fn(&SourcePath) -> Option<&'a SourceFile>,
    pub(super) targets: Vec<Target>,
    /// The secrets that they make.
    pub(super) stored_here: Vec<StoredHere>,
    /// Where values come from; `None` where one place hands on several.
    pub(super) origins: BTreeMap<Place, Option<Place>>,
}

/// A target in the making.
pub(super) struct Made<'a> {
    pub(super) name: Option<String>,
    pub(super) image: Option<(String, crate::source::Span)>,
    pub(super) settings: Vec<Setting>,
    pub(super) secret_files: Vec<SecretFile>,
    pub(super) signs: TargetSigns,
    pub(super) whole: bool,
    /// Where its list stands.
    pub(super) named: Option<(&'a SourcePath, crate::source::Span)>,
}

impl Made<'_> {
    pub(super) fn new() -> Self {
        Self {
            name: None,
            image: None,
            settings: Vec::new(),
            secret_files: Vec::new(),
            signs: TargetSigns::default(),
            whole: true,
            named: None,
        }
    }
}

impl<'a> Builder<'_, 'a> {
    /// The targets of an instance and of those that it calls. `place`: the call that leads to it from the root.
    pub(super) fn instance(&mut self, instance: &Rc<Instance<'a>>, place: Option<&Place>) {
        let world = self.world;
        let Some(module) = world.module(instance) else { return };
        for ((kind, _), block) in &module.resources {
            if self.targets.len() < TARGETS {
                let doubtful = instance.doubtful && !instance.is_root();
                self.resource(instance, block, kind, place, doubtful);
            }
        }
        for (name, call) in &module.calls {
            let own = call.block.base.item.labels.first();
            let own = own.map(|label| Place::new(call.block.base.path, label.span));
            let place = place.or(own.as_ref());
            if call.module.is_none() && self.targets.len() < TARGETS {
                self.called(instance, call, place);
            }
            let Some(children) = world.children(instance, name) else { continue };
            for child in &children.instances {
                let from = self.targets.len();
                self.instance(child, place);
                for target in self.targets.iter_mut().skip(from) {
                    target.partial |= !children.whole;
                }
            }
        }
    }

    fn resource(
        &mut self,
        instance: &Rc<Instance<'a>>,
        block: &Layered<'a>,
        kind: &str,
        place: Option<&Place>,
        doubtful: bool,
    ) {
        let world = self.world;
        let Some(of) = Form::of(kind) else { return self.store(instance, block, kind) };
        let scope = Scope::of(instance, block.base.path);
        let instances = scope.instances_of(world, block);
        let ignores = self.ignores_environment(block);
        for each in instances.found {
            let each = each.as_ref().map(|(key, value)| each_of(key, value));
            let bound = each.as_ref().map(|each| scope.with("each", each));
            let scope = bound.as_ref().map_or(scope, Scoped::scope);
            let all = match of {
                Form::Containers(form) => self.containers(&scope, block, form),
                Form::Function(form) => self.function(&scope, block, form),
                Form::Ecs => self.ecs(&scope, block),
            };
            for made in all {
                let partial = !made.whole || !instances.whole || doubtful || ignores || block.is_broken();
                self.finish(made, of.kind(), block.base, place, instance, partial);
            }
        }
    }

    fn finish(
        &mut self,
        made: Made<'a>,
        kind: TargetKind,
        block: At<'a, Block>,
        place: Option<&Place>,
        instance: &Rc<Instance<'a>>,
        partial: bool,
    ) {
        // The name behind the kind of a resource, or that of a module.
        let label = block.item.labels.last();
        let own = Place::new(block.path, label.map_or(block.item.kind_span, |label| label.span));
        let place = place.cloned().unwrap_or(own);
        let name = made.name.or_else(|| label.map(|label| label.text.to_string())).unwrap_or_default();
        let (path, span) = made.named.unwrap_or((block.path, block.item.kind_span));
        let layer = Layer {
            kind: LayerKind::Environment,
            named: Place::new(path, span),
            settings: made.settings,
            state: LayerState::Whole,
        };
        let environment = instance.is_root().then(|| file_environment(block.path)).flatten();
        self.targets.push(Target {
            kind,
            environment,
            name,
            place,
            layers: vec![layer],
            secret_files: made.secret_files,
            build: None,
            image: made.image,
            mounts: Vec::new(),
            signs: made.signs,
            partial,
        });
    }

    /// Whether changes of the environment by others are kept (`lifecycle.ignore_changes`).
    fn ignores_environment(&self, block: &Layered<'a>) -> bool {
        const ENDS: &[&str] = &[
            "all",
            "template",
            "spec",
            "containers",
            "container",
            "env",
            "environment",
            "environment_variables",
            "secret_environment_variables",
            "container_definitions",
            "service_config",
            "variables",
        ];
        let leads = |path: &SourcePath, item: &Expression| {
            let text = (self.source)(path).map(|source| source.slice(item.span)).unwrap_or_default();
            let words = text.split(['.', '[', ']', ' ']);
            let words: Vec<&str> =
                words.filter(|word| !word.is_empty() && !word.bytes().all(|byte| byte.is_ascii_digit())).collect();
            words.contains(&"env") || words.last().is_some_and(|last| ENDS.contains(last))
        };
        block.layers().any(|At { path, item }| {
            let lifecycles = item.body.blocks_of("lifecycle");
            let mut ignored = lifecycles.filter_map(|lifecycle| lifecycle.body.get("ignore_changes"));
            ignored.any(|list| match &list.kind {
                Kind::Tuple(items) => items.iter().any(|item| leads(path, item)),
                _ => leads(path, list),
            })
        })
    }

    /// The text of an expression, with `${name}` for what is not known of it.
    fn described(&self, scope: &Scope<'_, 'a>, expression: &'a Expression) -> Option<String> {
        let value = scope.evaluate(self.world, expression);
        if let Some(text) = value.as_text() {
            return Some(text.expose().to_owned());
        }
        let name = |expression: &Expression| match &expression.kind {
            Kind::Traversal(_, steps) => steps.iter().rev().find_map(|step| match step {
                Step::Attribute(name) => Some(format!("${{{name}}}")),
                Step::Index(_) | Step::Splat => None,
            }),
            _ => None,
        };
        match &expression.kind {
            Kind::Template(pieces) => {
                let pieces = pieces.iter().map(|piece| match piece {
                    Piece::Text(text) => Some(text.expose().to_owned()),
                    Piece::Expression(inner) => match scope.evaluate(self.world, inner).as_text() {
                        Some(text) => Some(text.expose().to_owned()),
                        None => name(inner).or_else(|| Some("${}".to_owned())),
                    },
                    Piece::Directive(_) => None,
                });
                pieces.collect()
            }
            _ => name(expression),
        }
    }

    /// A name, without what is not known of it.
    fn name_of(&self, scope: &Scope<'_, 'a>, expression: Option<&'a Expression>) -> Option<String> {
        let text = self.described(scope, expression?)?;
        let mut name = String::new();
        let mut rest = text.as_str();
        while let Some((before, behind)) = rest.split_once("${") {
            name.push_str(before);
            rest = behind.split_once('}').map_or("", |(_, rest)| rest);
        }
        name.push_str(rest);
        let name = name.trim_matches(['-', '_', '.', '/']);
        (!name.is_empty()).then(|| name.to_owned())
    }
}

/// `staging.tf` is about staging.
fn file_environment(path: &SourcePath) -> Option<String> {
    let stem = path.name().split('.').next()?;
    environments::environment_of(stem).map(|_| stem.to_owned())
}

/// How a kind of resource describes what it runs.
#[derive(Clone, Copy)]
enum Form {
    Containers(&'static containers::Form),
    Function(&'static functions::Form),
    Ecs,
}

impl Form {
    fn of(kind: &str) -> Option<Self> {
        if kind == "aws_ecs_task_definition" {
            return Some(Self::Ecs);
        }
        let containers = containers::FORMS.iter().find(|form| form.resources.contains(&kind));
        let function = || functions::FORMS.iter().find(|form| form.resource == kind);
        containers.map(Self::Containers).or_else(|| function().map(Self::Function))
    }

    fn kind(self) -> TargetKind {
        match self {
            Self::Containers(form) => form.kind,
            Self::Function(_) => TargetKind::Function,
            Self::Ecs => TargetKind::EcsContainer,
        }
    }
}

/// A value of nothing.
fn nothing<'a>() -> Val<'a> {
    Val::unknown()
}
