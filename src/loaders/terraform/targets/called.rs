//! What runs in modules that are fetched from elsewhere, told by what they are given.

use std::rc::Rc;

use super::settings;
use super::{Builder, Made, nothing};
use crate::fact::{StoreKind, TargetKind};
use crate::loaders::terraform::evaluate::{Scope, Scoped};
use crate::loaders::terraform::instance::{Instance, each_of};
use crate::loaders::terraform::modules::Call;
use crate::loaders::terraform::registry::{self, Lists, SECRETS, Shape, VARIABLES};
use crate::loaders::terraform::value::{Data, Entry, Val};
use crate::name::is_variable_name;
use crate::source::{Place, Span};
use crate::syntax::hcl::{Body, Expression, Kind, Member};

/// Inputs that keep a module from making anything.
const SWITCHES: &[&str] = &["create", "create_function", "create_task_definition"];

/// Inputs of ECS modules that say that others decide what its containers get.
const FOREIGN: &[&str] = &["container_definition_defaults", "ignore_task_definition_changes", "task_definition_arn"];

impl<'a> Builder<'_, 'a> {
    /// The targets that a call makes of a module that is not of the repository.
    pub(super) fn called(&mut self, instance: &Rc<Instance<'a>>, call: &Call<'a>, place: Option<&Place>) {
        let block = call.block.base;
        // What overrides one is not followed into it.
        if call.block.is_overridden() {
            return;
        }
        let shape = registry::shape(block);
        let (world, body) = (self.world, &block.item.body);
        let scope = Scope::of(instance, block.path);
        let instances = scope.instances_of(world, &call.block);
        let kind = match shape {
            Shape::CloudRunContainers => TargetKind::CloudRunService,
            Shape::CloudRunLists(lists) => lists.kind,
            Shape::Lambda => TargetKind::Function,
            Shape::EcsService | Shape::EcsServices | Shape::EcsContainer => TargetKind::EcsContainer,
            Shape::Unread => TargetKind::ModuleContainer,
        };
        for each in instances.found {
            let each = each.as_ref().map(|(key, value)| each_of(key, value));
            let bound = each.as_ref().map(|each| scope.with("each", each));
            let scope = bound.as_ref().map_or(scope, Scoped::scope);
            let of = |name: &&str| body.get(name).map(|value| scope.evaluate(world, value));
            let switches: Vec<Val<'a>> = SWITCHES.iter().filter_map(of).collect();
            if switches.iter().any(|switch| switch.as_bool() == Some(false)) {
                continue;
            }
            let all = match shape {
                Shape::CloudRunContainers => self.of_containers(&scope, body),
                Shape::CloudRunLists(lists) => vec![self.of_lists(&scope, body, lists)],
                Shape::Lambda => vec![self.of_lambda(&scope, body)],
                Shape::EcsService => self.of_definitions(&scope, body.get("container_definitions")),
                Shape::EcsServices => self.of_services(&scope, body),
                Shape::EcsContainer => vec![self.of_inputs(&scope, body)],
                Shape::Unread => self.of_names(&scope, body),
            };
            let unsure = switches.iter().any(|switch| switch.as_bool().is_none());
            let foreign = FOREIGN.iter().any(|name| body.get(name).is_some_and(|value| !is_off(value)));
            for made in all {
                let partial = !made.whole || !instances.whole || body.broken || unsure || foreign;
                self.finish(made, kind, block, place, instance, partial);
            }
        }
    }

    /// `containers`: maps of variables and of secrets in each.
    fn of_containers(&mut self, scope: &Scope<'_, 'a>, body: &'a Body) -> Vec<Made<'a>> {
        let Some(attribute) = body.attribute("containers") else { return Vec::new() };
        let name = self.name_of(scope, body.get("service_name"));
        let value = scope.evaluate(self.world, &attribute.value);
        let Data::List(containers, whole) = &value.data else { return Vec::new() };
        let is_reached = |container: &Val<'a>| container.get("ports").is_some_and(|ports| !ports.is_null());
        let main = containers.iter().position(is_reached).unwrap_or(0);
        let volumes = body.get("volumes").map_or_else(nothing, |volumes| scope.evaluate(self.world, volumes));
        let mut all = Vec::new();
        for (index, container) in containers.iter().enumerate() {
            let of = |name: &str| container.get(name).filter(|value| !value.is_null());
            let mut made = Made::new();
            made.whole = *whole && matches!(container.data, Data::Map(_, true));
            made.named = Some((scope.path, attribute.name_span));
            made.image = of("container_image").map(|image| {
                let written = item(&attribute.value, index).and_then(|item| member(item, "container_image"));
                let span = written.map_or(attribute.name_span, |written| written.span);
                let described = || written.and_then(|written| self.described(scope, written));
                let known = image.as_text().map(|text| text.expose().to_owned());
                (known.or_else(described).unwrap_or_else(|| "${}".to_owned()), span)
            });
            made.signs.own_command = of("container_command").or(of("container_args")).is_some();
            if let Some(plain) = of("env_vars") {
                self.plain_map(&mut made, &plain);
            }
            match of("env_secret_vars").map(|secrets| secrets.data) {
                None | Some(Data::Null) => {}
                Some(Data::Map(entries, whole)) => {
                    made.whole &= whole;
                    for entry in entries.iter() {
                        let name = Val::text(&*entry.key);
                        let name = match entry.key_at {
                            Some(spot) => name.passing(spot, None),
                            None => name,
                        };
                        let of = |name: &str| entry.value.get(name).unwrap_or_else(nothing);
                        let (id, version) = (of("secret"), of("version"));
                        let stored = settings::google(&id, &version);
                        self.injected(&mut made, &name, StoreKind::GoogleSecretManager, &id, stored);
                    }
                }
                Some(_) => made.whole = false,
            }
            self.mounted(container, &volumes, &mut made);
            let own = of("container_name").and_then(|name| name.as_text()).map(|name| name.expose().to_owned());
            made.name = match (&name, own) {
                (Some(name), own) if index != main => {
                    Some(format!("{name}/{}", own.unwrap_or_else(|| (index + 1).to_string())))
                }
                (name, _) => name.clone(),
            };
            all.push(made);
        }
        all
    }

    /// The secrets of volumes that a container mounts.
    fn mounted(&mut self, container: &Val<'a>, volumes: &Val<'a>, made: &mut Made<'a>) {
        let (Some(mounts), Data::List(volumes, _)) = (container.get("volume_mounts"), &volumes.data) else { return };
        let Data::List(mounts, _) = &mounts.data else { return };
        let text = |value: &Val<'a>, name: &str| value.get(name).and_then(|value| value.as_text());
        for mount in mounts.iter() {
            let (Some(name), Some(folder)) = (text(mount, "name"), text(mount, "mount_path")) else { continue };
            let volume = volumes.iter().find(|volume| text(volume, "name").as_ref() == Some(&name));
            let Some(secret) = volume.and_then(|volume| volume.get("secret")) else { continue };
            let (Some(id), Some(item)) = (secret.get("secret"), secret.get("items")) else { continue };
            let Some(path) = text(&item, "path") else { continue };
            let stored = settings::google(&id, &item.get("version").unwrap_or_else(nothing));
            self.file(made, format!("{}/{}", folder.expose().trim_end_matches('/'), path.expose()), &id, stored);
        }
    }

    /// `env_vars` and `env_secret_vars` as lists.
    fn of_lists(&mut self, scope: &Scope<'_, 'a>, body: &'a Body, lists: &Lists) -> Made<'a> {
        let mut made = Made::new();
        made.name = self.name_of(scope, body.get(lists.name));
        made.image = body.get("image").and_then(|image| Some((self.described(scope, image)?, image.span)));
        let has = |name: &str| body.get(name).is_some_and(|value| !is_off(value));
        made.signs.own_command = has("container_command") || has("argument");
        made.signs.one_shot = lists.kind == TargetKind::CloudRunJob;
        // What is mounted from volumes is not followed here.
        for (list, is_secret) in [("env_vars", false), ("env_secret_vars", true)] {
            let Some(attribute) = body.attribute(list) else { continue };
            made.named.get_or_insert((scope.path, attribute.name_span));
            let value = scope.evaluate(self.world, &attribute.value);
            let Data::List(items, whole) = &value.data else {
                made.whole &= value.is_null();
                continue;
            };
            made.whole &= whole;
            for item in items.iter() {
                let of = |name: &str| item.get(name).unwrap_or_else(nothing);
                let name = of("name");
                if !is_secret {
                    self.plain(&mut made, &name, &of("value"));
                    continue;
                }
                let source = of(lists.source).get("0").and_then(|source| source.get("secret_key_ref"));
                let of = |name: &str| source.as_ref().and_then(|source| source.get(name)).unwrap_or_else(nothing);
                let (id, version) = (of(lists.secret), of(lists.version));
                let stored = settings::google(&id, &version);
                self.injected(&mut made, &name, StoreKind::GoogleSecretManager, &id, stored);
            }
        }
        made
    }

    /// Maps of variables and of secrets, told by the names of the inputs and by those in them.
    fn of_names(&mut self, scope: &Scope<'_, 'a>, body: &'a Body) -> Vec<Made<'a>> {
        let mut made = Made::new();
        made.whole = false;
        for (inputs, is_secret) in [(VARIABLES, false), (SECRETS, true)] {
            for attribute in inputs.iter().filter_map(|name| body.attribute(name)) {
                let value = scope.evaluate(self.world, &attribute.value);
                let Some(map) = value_of_names(&value) else { continue };
                made.named.get_or_insert((scope.path, attribute.name_span));
                if !is_secret {
                    self.plain_map(&mut made, &value);
                    continue;
                }
                for entry in map {
                    let name = Val::text(&*entry.key);
                    let name = entry.key_at.map_or(name.clone(), |spot| name.passing(spot, None));
                    // How such a module spells an id is its own.
                    self.injected(&mut made, &name, StoreKind::GoogleSecretManager, &entry.value, None);
                }
            }
        }
        if made.settings.is_empty() {
            return Vec::new();
        }
        let named = ["name", "service_name", "function_name", "app_name", "app"];
        made.name = named.iter().find_map(|name| self.name_of(scope, body.get(name)));
        made.image = ["image", "container_image", "image_uri"].iter().find_map(|name| {
            let image = body.get(name)?;
            Some((self.described(scope, image)?, image.span))
        });
        vec![made]
    }

    fn of_lambda(&mut self, scope: &Scope<'_, 'a>, body: &'a Body) -> Made<'a> {
        let mut made = Made::new();
        made.name = self.name_of(scope, body.get("function_name"));
        made.image = body.get("image_uri").and_then(|image| Some((self.described(scope, image)?, image.span)));
        if let Some(variables) = body.attribute("environment_variables") {
            made.named = Some((scope.path, variables.name_span));
            let map = scope.evaluate(self.world, &variables.value);
            self.plain_map(&mut made, &map);
        }
        made
    }

    fn of_services(&mut self, scope: &Scope<'_, 'a>, body: &'a Body) -> Vec<Made<'a>> {
        let Some(services) = body.get("services") else { return Vec::new() };
        let value = scope.evaluate(self.world, services);
        let Data::Map(entries, _) = &value.data else { return Vec::new() };
        let mut all = Vec::new();
        for service in entries.iter().map(|entry| &entry.value) {
            let of = |name: &str| service.get(name).filter(|value| !value.is_null());
            if SWITCHES.iter().any(|name| of(name).is_some_and(|switch| switch.as_bool() == Some(false))) {
                continue;
            }
            let foreign = FOREIGN.iter().any(|name| of(name).is_some_and(|value| value.as_bool() != Some(false)));
            let Some(definitions) = of("container_definitions") else { continue };
            for mut made in self.each_definition(scope, &definitions, services.span) {
                made.whole &= !foreign && matches!(service.data, Data::Map(_, true));
                all.push(made);
            }
        }
        all
    }

    fn of_definitions(&mut self, scope: &Scope<'_, 'a>, definitions: Option<&'a Expression>) -> Vec<Made<'a>> {
        let Some(definitions) = definitions else { return Vec::new() };
        let value = scope.evaluate(self.world, definitions);
        self.each_definition(scope, &value, definitions.span)
    }

    fn each_definition(&mut self, scope: &Scope<'_, 'a>, definitions: &Val<'a>, span: Span) -> Vec<Made<'a>> {
        let Data::Map(entries, whole) = &definitions.data else { return Vec::new() };
        let is_made = |container: &Val<'a>| container.get("create").and_then(|value| value.as_bool()) != Some(false);
        let entries = entries.iter().filter(|entry| is_made(&entry.value));
        let all = entries.map(|entry| {
            let mut made = self.ecs_container(&entry.value);
            made.whole &= whole;
            made.name.get_or_insert_with(|| entry.key.to_string());
            made.named = Some((scope.path, span));
            if let Some((_, span_of_image)) = &mut made.image {
                *span_of_image = entry.value.first_in(scope.path).unwrap_or(span);
            }
            made
        });
        all.collect()
    }

    /// The inputs themselves are a definition.
    fn of_inputs(&mut self, scope: &Scope<'_, 'a>, body: &'a Body) -> Made<'a> {
        let attributes = body.attributes.iter().map(|attribute| crate::loaders::terraform::value::Entry {
            key: (&*attribute.name).into(),
            key_at: None,
            value: scope.evaluate(self.world, &attribute.value),
        });
        let mut made = self.ecs_container(&Val::map(attributes.collect(), true));
        if let Some(image) = body.get("image") {
            made.image = self.described(scope, image).map(|text| (text, image.span));
        }
        made
    }
}

/// Whether an input is written so that it does nothing.
fn is_off(value: &Expression) -> bool {
    match &value.kind {
        Kind::Null | Kind::Bool(false) => true,
        Kind::Tuple(items) => items.is_empty(),
        Kind::Object(members) => members.is_empty(),
        _ => false,
    }
}

/// An item of a list, as it is written.
fn item(list: &Expression, index: usize) -> Option<&Expression> {
    if let Kind::Tuple(items) = &list.kind { items.get(index) } else { None }
}

/// A member of an object, as it is written.
fn member<'e>(object: &'e Expression, name: &str) -> Option<&'e Expression> {
    let Kind::Object(members) = &object.kind else { return None };
    let is = |key: &Expression| key.as_name() == Some(name) || key.as_text().is_some_and(|key| key.expose() == name);
    members.iter().rev().find(|Member { key, .. }| is(key)).map(|member| &member.value)
}

/// The entries of a map whose every key is the name of a variable as everyone spells them.
fn value_of_names<'v, 'a>(value: &'v Val<'a>) -> Option<&'v [Entry<'a>]> {
    let Data::Map(entries, _) = &value.data else { return None };
    let is_name =
        |entry: &Entry<'_>| is_variable_name(&entry.key) && !entry.key.bytes().any(|b| b.is_ascii_lowercase());
    (!entries.is_empty() && entries.iter().all(is_name)).then_some(entries)
}
