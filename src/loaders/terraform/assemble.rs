//! Modules to targets: each module that is applied, with each set of files that it is applied with.

use std::collections::BTreeMap;

use super::evaluate::Scope;
use super::given::Runs;
use super::instance::{Instance, World};
use super::modules;
use super::roots::{self, ValuesOf};
use super::targets::Builder;
use crate::fact::{self, ModuleVariable, Problem, TargetGroup};
use crate::loaders::{Assembled, Files};
use crate::name::Name;
use crate::source::{Place, SourcePath, Span};
use crate::syntax::hcl::Kind;

pub(super) fn assemble(files: &Files<'_>) -> Assembled {
    let (modules, values) = modules::find(files);
    let mut assembled = Assembled::default();
    if modules.is_empty() {
        return assembled;
    }
    let world = World::new(modules);
    let roots = roots::roots(&world);
    let assigned = roots::assign(&world, &roots, &values);
    let runs = Runs::of(files);
    let source = |path: &SourcePath| files.get(path).map(|file| &file.source);
    for root in &roots {
        let Some(module) = world.modules.get(*root) else { continue };
        for application in roots::applications(&world, *root, &assigned, &runs, &mut assembled.problems) {
            let mut builder = Builder {
                world: &world,
                source: &source,
                targets: Vec::new(),
                stored_here: Vec::new(),
                origins: BTreeMap::new(),
            };
            let instance = Instance::root(*root, application.inputs, application.doubtful);
            builder.instance(&instance, None);
            let is_silent = builder.targets.is_empty() && builder.stored_here.is_empty();
            if is_silent || roots::is_example(&module.folder) {
                continue;
            }
            for target in &mut builder.targets {
                target.environment = application.environment.clone().or(target.environment.take());
            }
            let origins = builder.origins.into_iter().filter_map(|(at, origin)| Some((at, origin?)));
            let paths = std::iter::once(module.path).chain(application.paths);
            assembled.groups.push(TargetGroup {
                paths: paths.cloned().collect(),
                origins: origins.collect(),
                targets: builder.targets,
                stored_here: builder.stored_here,
                ..TargetGroup::default()
            });
        }
    }
    defaults(&world, &mut assembled.problems);
    for circle in world.circles.borrow().iter() {
        let problem = Problem::new(circle.span, "this module calls itself in a circle").harmless();
        assembled.problems.push((circle.path.clone(), problem));
    }
    if world.exhausted.get()
        && let Some(module) = roots.first().and_then(|root| world.modules.get(*root))
    {
        assembled.unfinished.push((module.path.clone(), "its modules come to more than is worked out"));
    }
    assembled.problems.sort_by(|(path, problem), (other_path, other)| {
        (path, problem.span, &problem.message).cmp(&(other_path, other.span, &other.message))
    });
    assembled.problems.dedup();
    assembled.modules = facts(&world, &roots, &assigned);
    assembled
}

/// Defaults that do not fit the type of their variable.
fn defaults(world: &World<'_>, problems: &mut Vec<(SourcePath, Problem)>) {
    for (index, module) in world.modules.iter().enumerate() {
        let constant = Instance::root(index, BTreeMap::new(), false);
        for (name, variable) in &module.variables {
            let Some(default) = variable.default.filter(|_| variable.kind.is_some()) else { continue };
            let value = Scope::of(&constant, default.path).evaluate(world, default.item);
            if !value.is_null() {
                problems.extend(roots::misfit(world, index, name, value, default.path, default.item.span));
            }
        }
    }
}

/// What is said of modules to those who judge them.
fn facts(world: &World<'_>, roots: &[usize], assigned: &[ValuesOf<'_, '_>]) -> Vec<fact::Module> {
    let marks = world.marks.borrow();
    let modules = world.modules.iter().enumerate().map(|(index, module)| {
        let mut reads: BTreeMap<&str, Vec<(&SourcePath, Span)>> = BTreeMap::new();
        for (name, path, span) in &module.reads {
            reads.entry(name).or_default().push((path, *span));
        }
        let unknown = reads.iter().filter(|(name, _)| !module.variables.contains_key(**name));
        let undeclared = unknown
            .map(|(name, reads)| (Name::new(name), reads.iter().map(|(path, span)| Place::new(path, *span)).collect()));
        let undeclared = undeclared.collect();
        let variables = module.variables.iter().map(|(name, variable)| {
            let own = variable.block;
            let is_own = |(path, span): &(&SourcePath, Span)| {
                *path == own.path && own.item.span.start <= span.start && span.end <= own.item.span.end
            };
            let key = (index, *name);
            let kind = variable.kind.map(|kind| &kind.item.kind);
            ModuleVariable {
                name: Name::new(name),
                place: Place::new(variable.label.path, variable.label.item.span),
                required: variable.default.is_none(),
                takes_text: kind.is_none_or(|kind| matches!(kind, Kind::Name(name) if &**name == "string")),
                sensitive: variable.sensitive,
                used: reads.get(name).is_some_and(|reads| !reads.iter().all(is_own)),
                holds_id: marks.ids.contains(&key),
                stored: marks.stored.contains(&key),
                feeds: marks.feeds.get(&key).into_iter().flatten().cloned().collect(),
            }
        });
        fact::Module {
            folder: module.folder.clone(),
            variables: variables.collect(),
            undeclared,
            given: assigned.iter().filter(|of| of.module == index).map(roots::fact).collect(),
            is_root: roots.contains(&index),
            is_example: roots::is_example(&module.folder),
            whole: module.whole,
        }
    });
    modules.collect()
}
