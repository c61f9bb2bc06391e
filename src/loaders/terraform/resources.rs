//! References to resources and to outputs of modules, followed to what the files say of them.

use std::rc::Rc;

use super::evaluate::Scope;
use super::instance::{Children, World, each_of};
use super::read;
use super::value::{Data, Entry, Resource, Val};
use crate::syntax::hcl::{Expression, Kind, Step};

/// Kinds of resources whose attributes all lead to the id of a secret, and the argument that has it.
const SECRETS: &[(&str, &[&str], &str)] = &[
    ("google_secret_manager_secret", &["id", "name", "secret_id"], "secret_id"),
    ("google_secret_manager_secret_version", &["id", "name", "secret"], "secret"),
    ("google_secret_manager_regional_secret", &["id", "name", "secret_id"], "secret_id"),
    ("aws_secretsmanager_secret", &["arn", "id", "name"], "name"),
    ("aws_secretsmanager_secret_version", &["arn", "id", "secret_id"], "secret_id"),
    ("aws_ssm_parameter", &["arn", "id", "name"], "name"),
];

/// Kinds of resources that are named in their `metadata` block.
fn is_kubernetes(kind: &str) -> bool {
    kind.starts_with("kubernetes_")
}

/// What an output of a module is, and how many steps were taken.
pub(super) fn output<'a>(
    scope: &Scope<'_, 'a>,
    world: &World<'a>,
    name: &str,
    steps: &'a [Step],
) -> (Option<Val<'a>>, usize) {
    let Some(children) = world.children(scope.instance, name) else { return (None, 0) };
    let of = |index: usize, output: Option<&Step>, instance: Option<&Rc<super::instance::Instance<'a>>>| {
        let Some(Step::Attribute(output)) = output else { return (None, 0) };
        // From the name of the module on.
        (instance.map(|instance| world.output(instance, output)), index + 2)
    };
    match steps {
        [Step::Attribute(_), ..] if !children.many => of(0, steps.first(), children.instances.first()),
        [Step::Index(key), rest @ ..] => {
            let instance = chosen(scope, world, &children, key);
            of(1, rest.first(), instance.as_ref())
        }
        _ => (None, 0),
    }
}

fn chosen<'a>(
    scope: &Scope<'_, 'a>,
    world: &World<'a>,
    children: &Children<'a>,
    key: &'a Expression,
) -> Option<Rc<super::instance::Instance<'a>>> {
    let key = scope.evaluate(world, key).as_text()?;
    let named = children.instances.iter().find(|instance| instance.key.as_deref() == Some(key.expose()));
    // Those that are counted are all alike.
    let counted = || children.instances.first().filter(|instance| instance.key.is_none());
    named.or_else(counted).cloned()
}

/// What a reference to a resource is, and how many steps behind its name were taken.
pub(super) fn resource<'a>(
    scope: &Scope<'_, 'a>,
    world: &World<'a>,
    looked_up: bool,
    kind: &str,
    name: &str,
    steps: &'a [Step],
) -> (Option<Val<'a>>, usize) {
    let Some(module) = world.module(scope.instance) else { return (None, 0) };
    let known = if looked_up { &module.data } else { &module.resources };
    let Some(block) = known.get(&(kind, name)) else { return (None, 0) };
    // This one lives as long as the files do.
    let Some(kind) = block.base.item.label(0) else { return (None, 0) };
    let make = |each: Option<(Val<'a>, Val<'a>)>| {
        let instance = Rc::clone(scope.instance);
        Val::made(Data::Resource(Rc::new(Resource { instance, kind, block: block.clone(), each })))
    };
    if block.get("for_each").is_none() {
        // One of those that are counted is as good as another.
        let counted = block.get("count").is_some() && matches!(steps.first(), Some(Step::Index(_)));
        return (Some(make(None)), usize::from(counted));
    }
    let all = Scope::of(scope.instance, block.base.path).instances_of(world, block);
    if let Some(Step::Index(key)) = steps.first() {
        let key = scope.evaluate(world, key);
        let Some(text) = key.as_text() else { return (None, 0) };
        let found = all.found.into_iter().flatten().find(|(of, _)| of.as_text().is_some_and(|of| of == text));
        // Terraform refuses a key that is not there; where they are not known, this one is.
        let each = found.unwrap_or_else(|| (key, Val::unknown()));
        return (Some(make(Some(each))), 1);
    }
    let mut whole = all.whole;
    let mut entries = Vec::new();
    for each in all.found {
        match each.as_ref().and_then(|(key, _)| Some((key.as_text()?, key.origin()))) {
            Some((key, key_at)) => entries.push(Entry { key: key.expose().into(), key_at, value: make(each) }),
            None => whole = false,
        }
    }
    (Some(Val::map(entries, whole)), 0)
}

/// An attribute of a resource: what its block says of it, or what is known to follow from that.
pub(super) fn attribute<'a>(world: &World<'a>, resource: &Rc<Resource<'a>>, name: &str) -> Val<'a> {
    let scope = Scope::of(&resource.instance, resource.block.base.path);
    let each = resource.each.as_ref().map(|(key, value)| each_of(key, value));
    let bound = each.as_ref().map(|each| scope.with("each", each));
    let scope = bound.as_ref().map_or(scope, super::evaluate::Scoped::scope);
    let secret = SECRETS.iter().find(|(kind, _, _)| *kind == resource.kind);
    let wanted = match secret {
        Some((_, leading, argument)) if leading.contains(&name) => argument,
        _ => name,
    };
    if name == "metadata" && is_kubernetes(resource.kind) {
        let layer = resource.block.of_blocks(name);
        return read::block(&layer.item.body, name).map_or_else(Val::unknown, |block| {
            let scope = scope.at(layer.path);
            let entries = block.body.attributes.iter().map(|attribute| Entry {
                key: (&*attribute.name).into(),
                key_at: None,
                value: scope.evaluate(world, &attribute.value),
            });
            let metadata = Val::map(entries.collect(), false);
            Val::list(vec![metadata], true)
        });
    }
    match resource.block.get(wanted) {
        // What is computed may be what is written, and a list of blocks is none of it.
        Some(value) if !matches!(value.item.kind, Kind::Null) => scope.at(value.path).evaluate(world, value.item),
        _ => Val::unknown(),
    }
}
