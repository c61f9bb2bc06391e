//! Terraform: containers of secrets, who may read them, and the services that are given them. No value of a secret is
//! in it, so none gets into a state.

mod block;

use std::collections::{BTreeMap, BTreeSet};

use self::block::{Line, block, identifier, written};
use super::secrets::{Secret, default_of, environment, is_injected, is_word, of_google};
use super::{Artefact, Asked, GenerateError, Generator, MARK, quote};
use crate::fact::TargetKind;
use crate::model::{Binding, Phase};
use crate::name::Environment;
use crate::tables::platform::{self, Place};

pub(super) static GENERATOR: Generator =
    Generator { name: "terraform", make: |asked, _| Ok(vec![Artefact::whole(text(asked)?)]) };

/// What a service is given.
struct Service<'a> {
    /// What its blocks are called.
    id: String,
    app: usize,
    name: String,
    is_job: bool,
    settings: Vec<(&'a Binding, Option<String>)>,
    secrets: Vec<(&'a Binding, &'a Secret)>,
    files: Vec<Mount<'a>>,
}

/// The resource that a secret is of.
struct Home {
    kind: String,
    id: String,
}

/// A stored secret as a file.
struct Mount<'a> {
    folder: String,
    file: String,
    secret: &'a Secret,
}

fn text(asked: &Asked<'_>) -> Result<String, GenerateError> {
    let environment = environment(asked)?;
    let places = of_google(asked)?;
    let mut text = quote::hash_comment(&format!(
        "{MARK} terraform --env {environment}`.\nIt makes secrets without values, and says who may read them; `envcheck \
         sync --env {environment}` gives them values,\nso that no state holds one. What is no secret comes in as a variable."
    ));
    let all: Vec<&Secret> = places.values().flatten().collect();
    let apps: BTreeSet<usize> = all.iter().flat_map(|secret| secret.apps.iter().copied()).collect();
    let mut ids = BTreeSet::new();
    let mut services = Vec::new();
    for app in apps {
        services.push(service(asked, environment, app, &all, &mut ids));
    }
    text.push_str(&variables(&services));
    let mut homes = BTreeMap::new();
    for (number, ((project, location), secrets)) in places.iter().enumerate() {
        let id = if number == 0 { "envcheck".to_owned() } else { format!("envcheck_{}", number + 1) };
        text.push_str(&containers(&id, project, location.as_deref(), secrets, &services));
        let regional = if location.is_some() { "_regional" } else { "" };
        let kind = format!("google_secret_manager{regional}_secret");
        homes.extend(secrets.iter().map(|secret| (secret.id.as_str(), Home { kind: kind.clone(), id: id.clone() })));
    }
    for service in &services {
        text.push_str(&run(service, &homes));
    }
    Ok(text)
}

/// What an app is given where it runs.
fn service<'a>(
    asked: &Asked<'a>,
    environment: &Environment,
    app: usize,
    secrets: &[&'a Secret],
    ids: &mut BTreeSet<String>,
) -> Service<'a> {
    let model = asked.model;
    let of = &model.apps.list[app];
    let targets = || model.targets_of(app).filter(|(_, target)| target.environment == *environment);
    let is_run = |kind: TargetKind| matches!(kind, TargetKind::CloudRunService | TargetKind::CloudRunJob);
    let target = targets().map(|(_, target)| target.target).find(|target| is_run(target.kind));
    let configured = of.services.iter().find_map(|service| service.strip_prefix("cloud-run:"));
    let name = target.map(|target| target.name.as_str()).or(configured).filter(|name| is_word(name));
    let is_job = target.is_some_and(|target| target.kind == TargetKind::CloudRunJob);
    let place = if is_job { Place::CloudRunJob } else { Place::CloudRunService };
    let mut service = Service {
        id: identifier(&of.name, ids),
        app,
        name: name.map_or_else(|| identifier(&of.name, &mut BTreeSet::new()).replace('_', "-"), str::to_owned),
        is_job,
        settings: Vec::new(),
        secrets: Vec::new(),
        files: Vec::new(),
    };
    let mut folders = BTreeSet::new();
    for binding in model.bindings_of(app).iter().filter(|binding| binding.environment == *environment) {
        let name = binding.name.as_str();
        let needed = binding.required || is_injected(asked, app, environment, &binding.name);
        let given = platform::given_in(place, name).is_some();
        if !needed || given || binding.phase == Phase::Build || !crate::name::is_variable_name(name) {
            continue;
        }
        let secret = secrets.iter().find(|secret| secret.apps.contains(&app) && secret.variable == binding.name);
        let secret = secret.or_else(|| {
            let id = model.stores.secret_name(of, environment, &model.environments, &binding.name)?;
            secrets.iter().find(|secret| secret.apps.contains(&app) && secret.id == id.as_str())
        });
        match (secret, binding.declaration.file.as_deref().and_then(|path| path.rsplit_once('/'))) {
            (Some(secret), Some((folder, file)))
                if !folder.is_empty() && !file.is_empty() && folders.insert(folder) =>
            {
                service.files.push(Mount { folder: folder.to_owned(), file: file.to_owned(), secret });
            }
            (Some(secret), _) => service.secrets.push((binding, secret)),
            (None, _) if binding.declaration.is_kept_in_store() => {}
            (None, _) => service.settings.push((binding, default_of(asked, environment, &binding.declaration))),
        }
    }
    service
}

fn variables(services: &[Service<'_>]) -> String {
    let mut text = block("variable", &["region"], &[Line::Raw("type", "string".to_owned())]);
    for service in services {
        let told = |what: &str| Line::Raw("description", quote::hcl(&format!("{what} of {}.", service.name)));
        let string = || Line::Raw("type", "string".to_owned());
        let variable = |name: &str, lines: &[Line]| block("variable", &[&format!("{}_{name}", service.id)], lines);
        text.push_str(&variable("image", &[told("The image"), string()]));
        text.push_str(&variable("service_account", &[told("The email of the service account"), string()]));
        if service.settings.is_empty() {
            continue;
        }
        let entry = |(binding, default): &(&Binding, Option<String>)| {
            let kind = match default {
                Some(default) => format!("optional(string, {})", quote::hcl(default)),
                None => "string".to_owned(),
            };
            (binding.name.to_string(), kind)
        };
        let entries: Vec<(String, String)> = service.settings.iter().map(entry).collect();
        let kind = Line::Call("type", "object", entries);
        text.push_str(&variable("settings", &[told("What is no secret"), kind]));
    }
    text
}

/// The containers of one project and location, and who may read them.
fn containers(id: &str, project: &str, location: Option<&str>, secrets: &[Secret], services: &[Service<'_>]) -> String {
    let apps = |secret: &Secret| {
        let ids = services.iter().filter(|service| secret.apps.contains(&service.app));
        let ids: Vec<String> = ids.map(|service| quote::hcl(&service.id)).collect();
        format!("[{}]", ids.join(", "))
    };
    let entries = secrets.iter().map(|secret| (quote::hcl(&secret.id), apps(secret))).collect();
    let accounts = services
        .iter()
        .filter(|service| secrets.iter().any(|secret| secret.apps.contains(&service.app)))
        .map(|service| (quote::hcl(&service.id), format!("var.{}_service_account", service.id)))
        .collect();
    let readers = format!(
        "merge([\n    for secret, apps in local.{id}_secrets : {{\n      for app in apps : \"${{secret}}/${{app}}\" => {{ \
         secret = secret, app = app }}\n    }}\n  ]...)"
    );
    let mut text = block(
        "locals",
        &[],
        &[
            Line::Comment("Each secret, and the apps that read it."),
            Line::Map(&format!("{id}_secrets"), entries),
            Line::Map(&format!("{id}_accounts"), accounts),
            Line::Lines(&format!("{id}_readers"), readers),
        ],
    );
    let (kind, member) = match location {
        Some(_) => ("google_secret_manager_regional_secret", "google_secret_manager_regional_secret_iam_member"),
        None => ("google_secret_manager_secret", "google_secret_manager_secret_iam_member"),
    };
    let owner = secrets.first().map(|secret| secret.owner.as_str()).unwrap_or_default();
    let labels =
        vec![("envcheck-owner".to_owned(), quote::hcl(owner)), ("managed-by".to_owned(), quote::hcl("envcheck"))];
    let mut lines =
        vec![Line::Raw("for_each", format!("local.{id}_secrets")), Line::Raw("project", quote::hcl(project))];
    lines.extend(location.map(|location| Line::Raw("location", quote::hcl(location))));
    lines.push(Line::Raw("secret_id", "each.key".to_owned()));
    lines.push(Line::Map("labels", labels));
    if location.is_none() {
        lines.push(Line::Block("replication", vec![Line::Block("auto", Vec::new())]));
    }
    lines.push(Line::Block("lifecycle", vec![Line::Raw("prevent_destroy", "true".to_owned())]));
    text.push_str(&block("resource", &[kind, id], &lines));
    let mut lines =
        vec![Line::Raw("for_each", format!("local.{id}_readers")), Line::Raw("project", quote::hcl(project))];
    lines.extend(location.map(|location| Line::Raw("location", quote::hcl(location))));
    lines.push(Line::Raw("secret_id", format!("{kind}.{id}[each.value.secret].secret_id")));
    lines.push(Line::Raw("role", quote::hcl("roles/secretmanager.secretAccessor")));
    let account = format!("\"serviceAccount:${{local.{id}_accounts[each.value.app]}}\"");
    lines.push(Line::Raw("member", account));
    text.push_str(&block("resource", &[member, id], &lines));
    text
}

/// A service or a job of Cloud Run.
fn run(service: &Service<'_>, homes: &BTreeMap<&str, Home>) -> String {
    let reference = |secret: &Secret| match homes.get(secret.id.as_str()) {
        Some(Home { kind, id }) => format!("{kind}.{id}[{}].id", quote::hcl(&secret.id)),
        None => quote::hcl(&secret.id),
    };
    let latest = || Line::Raw("version", quote::hcl("latest"));
    let mut container = vec![Line::Raw("image", format!("var.{}_image", service.id))];
    for (binding, _) in &service.settings {
        let name = binding.name.as_str();
        container.push(Line::Block(
            "env",
            vec![
                Line::Raw("name", quote::hcl(name)),
                Line::Raw("value", format!("var.{}_settings.{name}", service.id)),
            ],
        ));
    }
    for (binding, secret) in &service.secrets {
        let source = Line::Block(
            "value_source",
            vec![Line::Block("secret_key_ref", vec![Line::Raw("secret", reference(secret)), latest()])],
        );
        container.push(Line::Block("env", vec![Line::Raw("name", quote::hcl(binding.name.as_str())), source]));
    }
    let volume = |number: usize| quote::hcl(&format!("secret-{}", number + 1));
    for (number, mount) in service.files.iter().enumerate() {
        let folder = Line::Raw("mount_path", quote::hcl(&mount.folder));
        container.push(Line::Block("volume_mounts", vec![Line::Raw("name", volume(number)), folder]));
    }
    let mut template = vec![Line::Raw("service_account", format!("var.{}_service_account", service.id))];
    template.push(Line::Block("containers", container));
    for (number, mount) in service.files.iter().enumerate() {
        let items = Line::Block("items", vec![latest(), Line::Raw("path", quote::hcl(&mount.file))]);
        let secret = Line::Block("secret", vec![Line::Raw("secret", reference(mount.secret)), items]);
        template.push(Line::Block("volumes", vec![Line::Raw("name", volume(number)), secret]));
    }
    let mut lines = vec![Line::Raw("name", quote::hcl(&service.name)), Line::Raw("location", "var.region".to_owned())];
    let template = Line::Block("template", template);
    lines.push(if service.is_job { Line::Block("template", vec![template]) } else { template });
    let taken = service.secrets.iter().map(|(_, secret)| secret).chain(service.files.iter().map(|mount| &mount.secret));
    let readers = taken.filter_map(|secret| homes.get(secret.id.as_str()));
    let depends: BTreeSet<String> = readers.map(|Home { kind, id }| format!("{kind}_iam_member.{id}")).collect();
    lines.push(Line::Comment("It starts with secrets that it may read already."));
    lines.push(Line::Raw("depends_on", written(depends.into_iter())));
    let kind = if service.is_job { "google_cloud_run_v2_job" } else { "google_cloud_run_v2_service" };
    block("resource", &[kind, &service.id], &lines)
}
