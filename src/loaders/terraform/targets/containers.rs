//! Resources with containers: services and jobs of Cloud Run, workloads of Kubernetes.

use super::settings::{self, Stored};
use super::{Builder, Made, nothing};
use crate::fact::{StoreKind, TargetKind};
use crate::loaders::terraform::evaluate::Scope;
use crate::loaders::terraform::parts::Layered;
use crate::loaders::terraform::value::{Data, Val};
use crate::name::{SecretName, Version};
use crate::syntax::hcl::{Body, Kind};

/// How a resource describes its containers.
pub(super) struct Form {
    pub(super) resources: &'static [&'static str],
    pub(super) kind: TargetKind,
    /// The blocks that lead to what holds the containers.
    path: &'static [&'static str],
    containers: &'static str,
    /// The block of a variable that names a secret.
    source: &'static str,
    /// The arguments that have the secret and its version, or its key.
    secret: &'static str,
    version: &'static str,
    mounts: &'static str,
    volumes: &'static str,
    /// The argument of a volume that has the secret.
    volume_secret: &'static str,
    item_version: &'static str,
    store: StoreKind,
}

const CLOUD_RUN: Form = Form {
    resources: &["google_cloud_run_v2_service", "google_cloud_run_v2_worker_pool"],
    kind: TargetKind::CloudRunService,
    path: &["template"],
    containers: "containers",
    source: "value_source",
    secret: "secret",
    version: "version",
    mounts: "volume_mounts",
    volumes: "volumes",
    volume_secret: "secret",
    item_version: "version",
    store: StoreKind::GoogleSecretManager,
};

const KUBERNETES: Form = Form {
    resources: &[
        "kubernetes_deployment",
        "kubernetes_deployment_v1",
        "kubernetes_stateful_set",
        "kubernetes_stateful_set_v1",
        "kubernetes_daemonset",
        "kubernetes_daemon_set_v1",
        "kubernetes_job",
        "kubernetes_job_v1",
    ],
    kind: TargetKind::KubernetesContainer,
    path: &["spec", "template", "spec"],
    containers: "container",
    source: "value_from",
    secret: "name",
    version: "key",
    mounts: "volume_mount",
    volumes: "volume",
    volume_secret: "secret_name",
    item_version: "key",
    store: StoreKind::Kubernetes,
};

/// The forms that are known.
pub(super) static FORMS: &[Form] = &[
    CLOUD_RUN,
    Form {
        resources: &["google_cloud_run_v2_job"],
        kind: TargetKind::CloudRunJob,
        path: &["template", "template"],
        ..CLOUD_RUN
    },
    Form {
        resources: &["google_cloud_run_service"],
        path: &["template", "spec"],
        source: "value_from",
        secret: "name",
        version: "key",
        volume_secret: "secret_name",
        item_version: "key",
        ..CLOUD_RUN
    },
    KUBERNETES,
    Form {
        resources: &["kubernetes_cron_job", "kubernetes_cron_job_v1"],
        path: &["spec", "job_template", "spec", "template", "spec"],
        ..KUBERNETES
    },
];

/// A volume with a secret: its name, its files, the secret.
struct Volume<'a> {
    name: Val<'a>,
    secret: Val<'a>,
    /// The paths of its files, each with its version.
    items: Vec<(Val<'a>, Val<'a>)>,
}

impl<'a> Builder<'_, 'a> {
    pub(super) fn containers(
        &mut self,
        scope: &Scope<'_, 'a>,
        block: &Layered<'a>,
        form: &'static Form,
    ) -> Vec<Made<'a>> {
        let mut all = Vec::new();
        let name = if form.store == StoreKind::Kubernetes {
            let layer = block.of_blocks("metadata");
            let metadata = crate::loaders::terraform::read::block(&layer.item.body, "metadata");
            self.name_of(&scope.at(layer.path), metadata.and_then(|metadata| metadata.body.get("name")))
        } else {
            let name = block.get("name");
            name.and_then(|name| self.name_of(&scope.at(name.path), Some(name.item)))
        };
        let layer = block.of_blocks(form.path.first().copied().unwrap_or_default());
        let whole = self.inside(&scope.at(layer.path), &layer.item.body, form, form.path, &mut all);
        // Beside the one that is reached from outside, or the first, there are helpers.
        let several = all.len() > 1;
        let main = all.iter().position(|(_, is_reached, _)| *is_reached).unwrap_or(0);
        let named = all.into_iter().enumerate().map(|(index, (mut made, _, own))| {
            made.name.clone_from(&name);
            if several && index != main {
                let own = own.unwrap_or_else(|| format!("{}", index + 1));
                made.name = Some(name.as_ref().map_or(own.clone(), |name| format!("{name}/{own}")));
            }
            made.whole &= whole;
            made.signs.one_shot |= form.kind == TargetKind::CloudRunJob;
            made
        });
        named.collect()
    }

    /// Follows the blocks that lead to the containers; whether all of them are known.
    fn inside(
        &mut self,
        scope: &Scope<'_, 'a>,
        body: &'a Body,
        form: &'static Form,
        path: &[&str],
        all: &mut Vec<(Made<'a>, bool, Option<String>)>,
    ) -> bool {
        let world = self.world;
        let Some((next, rest)) = path.split_first() else {
            let volumes =
                if form.store == StoreKind::Kubernetes { Vec::new() } else { self.volumes(scope, body, form) };
            return scope.blocks(world, body, form.containers, &mut |scope, body| {
                all.push(self.container(scope, body, form, &volumes));
            });
        };
        let mut whole = true;
        let known = scope.blocks(world, body, next, &mut |scope, body| {
            whole &= self.inside(scope, body, form, rest, all);
        });
        whole && known
    }

    fn container(
        &mut self,
        scope: &Scope<'_, 'a>,
        body: &'a Body,
        form: &'static Form,
        volumes: &[Volume<'a>],
    ) -> (Made<'a>, bool, Option<String>) {
        let world = self.world;
        let mut made = Made::new();
        if let Some(image) = body.get("image") {
            made.image = self.described(scope, image).map(|text| (text, image.span));
        }
        let has = |name: &str| {
            body.get(name).is_some_and(|value| {
                let known = scope.evaluate(world, value);
                let is_empty = matches!(&known.data, Data::List(items, true) if items.is_empty());
                !matches!(value.kind, Kind::Null) && !known.is_null() && !is_empty
            })
        };
        made.signs.own_command = has("command") || has("args");
        made.named = body.blocks_of("env").next().map(|block| (scope.path, block.kind_span));
        let whole = scope.blocks(world, body, "env", &mut |scope, env| self.variable(scope, env, form, &mut made));
        let foreign = !scope.blocks(world, body, "env_from", &mut |_, _| {});
        let lists = body.blocks.iter().any(|block| &*block.kind == "env_from");
        made.whole &= whole && !foreign && !lists;
        scope.blocks(world, body, form.mounts, &mut |scope, mount| self.mount(scope, mount, volumes, &mut made));
        let is_reached = body.blocks.iter().any(|block| matches!(&*block.kind, "ports" | "port"));
        (made, is_reached, self.name_of(scope, body.get("name")))
    }

    fn variable(&mut self, scope: &Scope<'_, 'a>, env: &'a Body, form: &'static Form, made: &mut Made<'a>) {
        let world = self.world;
        let Some(name) = env.get("name").map(|name| scope.evaluate(world, name)) else {
            made.whole = false;
            return;
        };
        let mut sources = 0;
        let known = scope.blocks(world, env, form.source, &mut |scope, source| {
            let refers = scope.blocks(world, source, "secret_key_ref", &mut |scope, secret| {
                sources += 1;
                let of = |name: &str| secret.get(name).map_or_else(nothing, |value| scope.evaluate(world, value));
                let (id, version) = (of(form.secret), of(form.version));
                let stored = if form.store == StoreKind::Kubernetes {
                    kubernetes(&id, &version)
                } else {
                    settings::google(&id, &version)
                };
                self.injected(made, &name, form.store, &id, stored);
            });
            // A field, a config map, or what is not known.
            if !refers || !source.blocks.iter().any(|block| matches!(&*block.kind, "secret_key_ref" | "dynamic")) {
                sources += 1;
                Self::unknown(made, &name);
            }
        });
        if sources > 0 {
            return;
        }
        match env.get("value").map(|value| scope.evaluate(world, value)) {
            _ if !known => Self::unknown(made, &name),
            Some(value) if !value.is_null() => self.plain(made, &name, &value),
            Some(_) => Self::unknown(made, &name),
            None => {
                let empty = name.with(Data::Text(std::rc::Rc::new(crate::value::Value::new(""))));
                self.plain(made, &name, &empty);
            }
        }
    }

    fn volumes(&self, scope: &Scope<'_, 'a>, body: &'a Body, form: &'static Form) -> Vec<Volume<'a>> {
        let world = self.world;
        let mut volumes = Vec::new();
        scope.blocks(world, body, form.volumes, &mut |scope, volume| {
            let name = volume.get("name").map_or_else(nothing, |name| scope.evaluate(world, name));
            scope.blocks(world, volume, "secret", &mut |scope, secret| {
                let id = secret.get(form.volume_secret).map_or_else(nothing, |id| scope.evaluate(world, id));
                let mut items = Vec::new();
                scope.blocks(world, secret, "items", &mut |scope, item| {
                    let of = |name: &str| item.get(name).map_or_else(nothing, |value| scope.evaluate(world, value));
                    items.push((of("path"), of(form.item_version)));
                });
                volumes.push(Volume { name: name.clone(), secret: id, items });
            });
        });
        volumes
    }

    fn mount(&mut self, scope: &Scope<'_, 'a>, mount: &'a Body, volumes: &[Volume<'a>], made: &mut Made<'a>) {
        let of = |name: &str| mount.get(name).map(|value| scope.evaluate(self.world, value))?.as_text();
        let (Some(name), Some(path)) = (of("name"), of("mount_path")) else { return };
        let folder = path.expose().trim_end_matches('/');
        let volume = volumes.iter().find(|volume| volume.name.as_text().as_ref() == Some(&name));
        let Some(volume) = volume else { return };
        if volume.items.is_empty() {
            // Without a list, the file is called like the secret.
            let stored = settings::google(&volume.secret, &Val::made(Data::Null));
            let file = stored.as_ref().map(|stored| format!("{folder}/{}", stored.file_name())).unwrap_or_default();
            self.file(made, file, &volume.secret, stored);
        }
        for (item, version) in &volume.items {
            let Some(item) = item.as_text() else { continue };
            let stored = settings::google(&volume.secret, version);
            self.file(made, format!("{folder}/{}", item.expose()), &volume.secret, stored);
        }
    }
}

/// A key of a `Secret` of the cluster.
fn kubernetes(name: &Val<'_>, key: &Val<'_>) -> Option<Stored> {
    let (name, key) = (name.as_text()?, key.as_text()?);
    let secret = SecretName::new(&format!("{}/{}", name.expose(), key.expose()));
    Some(Stored { secret, version: Version::Latest })
}
