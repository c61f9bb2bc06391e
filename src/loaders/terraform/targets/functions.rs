//! Functions of Google and AWS, and containers of ECS: resources that list variables as maps or lists.

use super::settings;
use super::{Builder, Made, nothing};
use crate::fact::StoreKind;
use crate::loaders::terraform::evaluate::Scope;
use crate::loaders::terraform::parts::{At, Layered};
use crate::loaders::terraform::value::{Data, Val};
use crate::syntax::hcl::Body;

/// How a resource describes a function.
pub(super) struct Form {
    pub(super) resource: &'static str,
    name: &'static str,
    /// The block that holds the lists, if they do not stand at the top.
    block: Option<&'static str>,
    /// The argument with the map of variables.
    variables: &'static str,
    image: &'static str,
}

/// The forms that are known.
pub(super) static FORMS: &[Form] = &[
    Form {
        resource: "google_cloudfunctions_function",
        name: "name",
        block: None,
        variables: "environment_variables",
        image: "",
    },
    Form {
        resource: "google_cloudfunctions2_function",
        name: "name",
        block: Some("service_config"),
        variables: "environment_variables",
        image: "",
    },
    Form {
        resource: "aws_lambda_function",
        name: "function_name",
        block: Some("environment"),
        variables: "variables",
        image: "image_uri",
    },
];

impl<'a> Builder<'_, 'a> {
    pub(super) fn function(
        &mut self,
        scope: &Scope<'_, 'a>,
        block: &Layered<'a>,
        form: &'static Form,
    ) -> Vec<Made<'a>> {
        let world = self.world;
        let mut made = Made::new();
        let name = block.get(form.name);
        made.name = name.and_then(|name| self.name_of(&scope.at(name.path), Some(name.item)));
        if let Some(image) = block.get(form.image) {
            made.image = self.described(&scope.at(image.path), image.item).map(|text| (text, image.item.span));
        }
        let whole = match form.block {
            // What stands at the top may be of several files.
            None if block.is_overridden() => false,
            None => {
                self.lists(scope, &block.base.item.body, form, &mut made);
                true
            }
            Some(kind) => {
                let layer = block.of_blocks(kind);
                let lists = &mut |scope: &Scope<'_, 'a>, body| self.lists(scope, body, form, &mut made);
                scope.at(layer.path).blocks(world, &layer.item.body, kind, lists)
            }
        };
        made.whole &= whole;
        vec![made]
    }

    fn lists(&mut self, scope: &Scope<'_, 'a>, body: &'a Body, form: &'static Form, made: &mut Made<'a>) {
        let world = self.world;
        if let Some(variables) = body.attribute(form.variables) {
            made.named = Some((scope.path, variables.name_span));
            let map = scope.evaluate(world, &variables.value);
            self.plain_map(made, &map);
        }
        let whole = scope.blocks(world, body, "secret_environment_variables", &mut |scope, secret| {
            let of = |name: &str| secret.get(name).map_or_else(nothing, |value| scope.evaluate(world, value));
            let (id, version) = (of("secret"), of("version"));
            self.injected(made, &of("key"), StoreKind::GoogleSecretManager, &id, settings::google(&id, &version));
        });
        made.whole &= whole;
        scope.blocks(world, body, "secret_volumes", &mut |scope, volume| {
            let of = |name: &str| volume.get(name).map_or_else(nothing, |value| scope.evaluate(world, value));
            let (id, folder) = (of("secret"), of("mount_path"));
            let Some(folder) = folder.as_text() else { return };
            let folder = folder.expose().trim_end_matches('/').to_owned();
            let mut items = 0;
            scope.blocks(world, volume, "versions", &mut |scope, item| {
                items += 1;
                let of = |name: &str| item.get(name).map_or_else(nothing, |value| scope.evaluate(world, value));
                let Some(path) = of("path").as_text() else { return };
                let path = format!("{folder}/{}", path.expose().trim_start_matches('/'));
                self.file(made, path, &id, settings::google(&id, &of("version")));
            });
            if items == 0
                && let Some(stored) = settings::google(&id, &Val::made(Data::Null))
            {
                self.file(made, format!("{folder}/{}", stored.file_name()), &id, Some(stored));
            }
        });
    }

    /// The containers of an ECS task, where they are written as HCL: `jsonencode([…])`.
    pub(super) fn ecs(&mut self, scope: &Scope<'_, 'a>, block: &Layered<'a>) -> Vec<Made<'a>> {
        let Some(At { path, item: definitions }) = block.get("container_definitions") else { return Vec::new() };
        let scope = scope.at(path);
        let value = scope.evaluate(self.world, definitions);
        let Data::Json(inner) = &value.data else { return Vec::new() };
        let Data::List(containers, whole) = &inner.data else { return Vec::new() };
        let all = containers.iter().map(|container| {
            let mut made = self.ecs_container(container);
            made.whole &= whole;
            made.named.get_or_insert((scope.path, definitions.span));
            if let Some((_, span)) = &mut made.image {
                *span = container.first_in(scope.path).unwrap_or(definitions.span);
            }
            made
        });
        all.collect()
    }

    pub(super) fn ecs_container(&mut self, container: &Val<'a>) -> Made<'a> {
        let mut made = Made::new();
        let Data::Map(_, whole) = &container.data else {
            made.whole = false;
            return made;
        };
        made.whole = *whole;
        let of = |name: &str| container.get(name).filter(|value| !value.is_null());
        made.name = of("name").and_then(|name| name.as_text()).map(|name| name.expose().to_owned());
        made.image = of("image").map(|image| {
            let known = image.as_text().map(|text| text.expose().to_owned());
            (known.unwrap_or_else(|| "${}".to_owned()), crate::source::Span::default())
        });
        made.signs.own_command = ["command", "entryPoint", "entrypoint"].iter().any(|name| of(name).is_some());
        made.whole &= of("environmentFiles").or(of("environment_files")).is_none();
        for (list, is_secret) in [("environment", false), ("secrets", true)] {
            let Some(list) = of(list) else { continue };
            let Data::List(items, whole) = &list.data else {
                made.whole = false;
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
                let id = of("valueFrom");
                match settings::aws(&id) {
                    Some((store, stored)) => self.injected(&mut made, &name, store, &id, Some(stored)),
                    None => self.injected(&mut made, &name, StoreKind::AwsSecretsManager, &id, None),
                }
            }
        }
        made
    }
}
