//! The actions that deploy and build: their inputs as what they do with them.

use super::evaluate::Scope;
use super::parts::{Step, Text};
use crate::fact::{Build, ImageBuild, LentSecret, LinkKind, Setting, SettingValue, StoreKind, TargetKind, WrittenFile};
use crate::loaders::commands::{self, Argument, Content, Shell};
use crate::loaders::ecs::{self, Addition, TaskCall};
use crate::name::{Name, Version, is_variable_name};
use crate::source::SourcePath;

/// Takes what the action of a step gives.
pub(super) fn step(uses: &Text, step: &Step, scope: &Scope, shell: &mut Shell<'_>) {
    let Some(uses) = uses.literal() else { return };
    let name = uses.split('@').next().unwrap_or_default().to_ascii_lowercase();
    let with = With { step, scope };
    shell.given.unseen |= match name.as_str() {
        // Another repository, or another folder than the one that all steps work in.
        "actions/checkout" => with.get("repository").is_some() || with.get("path").is_some(),
        name => WITHOUT_FILES.binary_search(&name).is_err(),
    };
    match name.as_str() {
        "google-github-actions/deploy-cloudrun" => cloud_run(&with, shell),
        "google-github-actions/deploy-cloud-functions" => cloud_function(&with, shell),
        "google-github-actions/get-secretmanager-secrets" => secrets(&with, shell),
        "docker/build-push-action" | "depot/build-push-action" => build(&with, shell),
        "docker/bake-action" | "depot/bake-action" => bake(&with, shell),
        "amondnet/vercel-action" => vercel(&with, shell),
        "aws-actions/amazon-ecs-render-task-definition" => render_task(&with, shell),
        "aws-actions/amazon-ecs-deploy-task-definition" => deploy_task(&with, shell),
        "spicypizza/create-envfile" => env_file(&with, shell),
        "actions/upload-pages-artifact"
        | "peaceiris/actions-gh-pages"
        | "jamesives/github-pages-deploy-action"
        | "crazy-max/ghaction-github-pages"
        | "jakejarvis/s3-sync-action" => shell.publish(),
        "cloudflare/pages-action" if with.get("branch").is_none() => shell.publish(),
        "firebaseextended/action-hosting-deploy" if with.literal("channelId").as_deref() == Some("live") => {
            shell.publish();
        }
        "nwtgck/actions-netlify"
            if with.get("production-branch").is_some()
                || with.literal("production-deploy").as_deref() == Some("true") =>
        {
            shell.publish();
        }
        "withastro/action" => {
            shell.builds_package(with.literal("path"));
            shell.publish();
        }
        "azure/static-web-apps-deploy" if with.literal("action").as_deref() != Some("close") => {
            if with.literal("skip_app_build").as_deref() != Some("true") {
                shell.builds_package(with.literal("app_location"));
            }
            shell.publish();
        }
        "railway/deploy"
        | "bervprojects/railway-deploy"
        | "superfly/flyctl-actions"
        | "azure/webapps-deploy"
        | "azure/container-apps-deploy-action"
        | "akhileshns/heroku-deploy"
        | "digitalocean/app_action/deploy"
        | "appleboy/ssh-action" => shell.given.deploys = true,
        "cloudflare/wrangler-action" => {
            shell.given.deploys = true;
            let folder = with.literal("workingDirectory");
            let arguments = with.get("command").unwrap_or_default();
            commands::publishes("wrangler", &arguments, folder.as_deref(), shell);
        }
        _ => {}
    }
}

/// Actions that leave no files in the folder that the steps behind them work in.
const WITHOUT_FILES: &[&str] = &[
    "actions/setup-go",
    "actions/setup-node",
    "actions/setup-python",
    "aws-actions/amazon-ecr-login",
    "aws-actions/configure-aws-credentials",
    "azure/login",
    "docker/build-push-action",
    "docker/login-action",
    "docker/metadata-action",
    "docker/setup-buildx-action",
    "docker/setup-qemu-action",
    "google-github-actions/auth",
    "google-github-actions/deploy-cloudrun",
    "google-github-actions/get-secretmanager-secrets",
    "google-github-actions/setup-gcloud",
    "hashicorp/setup-terraform",
    "opentofu/setup-opentofu",
    "pnpm/action-setup",
    "terraform-linters/setup-tflint",
];

/// The inputs of a step.
struct With<'a> {
    step: &'a Step,
    scope: &'a Scope,
}

impl With<'_> {
    fn get(&self, name: &str) -> Option<Argument> {
        let entry = self.step.with.iter().find(|entry| entry.name.eq_ignore_ascii_case(name))?;
        Some(self.scope.argument(&entry.text)).filter(|argument| !argument.is_empty())
    }

    fn literal(&self, name: &str) -> Option<String> {
        Some(self.get(name)?.literal()?.trim().to_owned())
    }

    /// The lines of an input that are not empty.
    fn lines(&self, name: &str) -> Vec<Argument> {
        let lines = self.get(name).map(|text| text.lines()).unwrap_or_default();
        lines.into_iter().filter(|line| !line.is_empty()).collect()
    }
}

/// Its lists are cut at commas and at line breaks, and are merged with what is there unless a strategy says otherwise.
fn cloud_run(with: &With<'_>, shell: &mut Shell<'_>) {
    shell.given.deploys = true;
    if with.get("metadata").is_some() {
        // Then all other inputs are ignored.
        return;
    }
    let service = with.get("service").map(|name| (TargetKind::CloudRunService, name));
    let Some((kind, name)) = service.or_else(|| Some((TargetKind::CloudRunJob, with.get("job")?))) else { return };
    let label = name.to_content().described();
    let place = shell.place(name.span());
    let mut open = shell.anywhere || with.get("env_vars_file").is_some();
    let mut take = |input: &str, secrets: bool, shell: &mut Shell<'_>| {
        let list = with.get(input)?;
        let Some(pairs) = commands::lines_and_commas(&list) else {
            open |= list.literal().is_none_or(|text| text.trim() != "{}");
            return Some((Vec::new(), Vec::new()));
        };
        let (settings, files, whole) = commands::settings(pairs, secrets, shell);
        open |= !whole;
        Some((settings, files))
    };
    let plain = take("env_vars", false, shell);
    let secrets = take("secrets", true, shell);
    let overwrites = |input: &str| with.literal(input).is_some_and(|word| word == "overwrite");
    let image = with.get("image").map(|image| (image.to_content().described(), image.span()));
    let source = with.literal("source").and_then(|source| SourcePath::new("").join(&source));
    let environment = shell.environment.clone();
    let service = shell.given.service(kind, &label, place);
    service.environment = environment;
    service.image = image.or(service.image.take());
    if let Some(context) = source {
        let dockerfile = context.join("Dockerfile");
        let span = service.place.span;
        service.build =
            Some(Build { context: Some(context), dockerfile, stage: None, arguments: Vec::new(), secrets: None, span });
    }
    service.one_shot |= kind == TargetKind::CloudRunJob;
    service.partial |= open;
    if let Some((settings, _)) = plain {
        service.speaks = true;
        if overwrites("env_vars_update_strategy") {
            service.plain.clear();
        }
        service.plain.settings.extend(settings);
    }
    if let Some((settings, files)) = secrets {
        service.speaks = true;
        if overwrites("secrets_update_strategy") {
            service.secrets.clear();
            service.secret_files.clear();
        }
        service.secrets.settings.extend(settings);
        service.secret_files.extend(files);
    }
    if let Some(flags) = with.get("flags") {
        commands::cloud_run_flags(kind, &name, &flags, shell);
    }
}

fn cloud_function(with: &With<'_>, shell: &mut Shell<'_>) {
    shell.given.deploys = true;
    let Some(name) = with.get("name") else { return };
    let label = name.to_content().described();
    let place = shell.place(name.span());
    let mut found = (Vec::new(), Vec::new());
    let mut speaks = false;
    for (input, secrets) in [("environment_variables", false), ("secrets", true)] {
        let Some(pairs) = with.get(input).and_then(|list| commands::lines_and_commas(&list)) else { continue };
        speaks = true;
        let (settings, files, _) = commands::settings(pairs, secrets, shell);
        found.0.extend(settings);
        found.1.extend(files);
    }
    let environment = shell.environment.clone();
    let service = shell.given.service(TargetKind::Function, &label, place);
    service.environment = environment;
    service.speaks |= speaks;
    // What the action does not list stays as it is, for all that its documentation says.
    service.partial = true;
    service.plain.settings.extend(found.0);
    service.secret_files.extend(found.1);
}

/// `output:project/secret[/version]`, one a line: what `steps.<id>.outputs.<output>` is.
fn secrets(with: &With<'_>, shell: &mut Shell<'_>) {
    for line in with.lines("secrets") {
        for item in line.items() {
            let Some((output, reference)) = item.split_once(":") else { continue };
            let (Some(output), Some(text)) = (output.literal(), reference.literal()) else { continue };
            let parts: Vec<&str> = text.trim().split('/').collect();
            let (secret, version) = match parts.as_slice() {
                ["projects", _, "secrets", secret] | [_, secret] => (*secret, "latest"),
                ["projects", _, "secrets", secret, "versions", version] | [_, secret, version] => (*secret, *version),
                _ => continue,
            };
            let Some((secret, version)) = commands::secret_reference(&Content::text(&format!("{secret}:{version}")))
            else {
                continue;
            };
            shell.given.show(item.span(), &item.literal().unwrap_or_default());
            let content = Content::stored(StoreKind::GoogleSecretManager, secret, version);
            shell.given.outputs.insert(output.trim().to_owned(), content);
        }
    }
}

/// Its context is the checkout; `build-args` and `secrets` are lines, `tags` are lines or commas.
fn build(with: &With<'_>, shell: &mut Shell<'_>) {
    let context = match with.get("context") {
        None => Some(SourcePath::new("")),
        // A Git context of this repository is a checkout of its own; a folder may follow behind a colon.
        Some(context) => {
            let text = context.to_content().described();
            let of_git =
                || text.rsplit_once(".git#").map(|(_, rest)| rest.split_once(':').map_or("", |(_, folder)| folder));
            let folder = context.literal().map(|folder| folder.trim().to_owned());
            let folder = folder.or_else(|| of_git().map(str::to_owned));
            folder.and_then(|folder| shell.path_of(&folder))
        }
    };
    let dockerfile = match with.get("file") {
        None => context.as_ref().and_then(|context| context.join("Dockerfile")),
        // Relative to the checkout, not to the context.
        Some(file) => shell.link(LinkKind::Dockerfile, &file.to_content(), file.span()),
    };
    let mut partial = false;
    let mut arguments = Vec::new();
    for line in with.lines("build-args") {
        match variable(&line, shell) {
            Some(setting) => arguments.push(setting),
            None => partial = true,
        }
    }
    let images: Vec<String> = with
        .lines("tags")
        .iter()
        .flat_map(Argument::items)
        .map(|tag| tag.to_content().described().trim().to_owned())
        .filter(|tag| !tag.is_empty())
        .collect();
    let stage = with.literal("target");
    let secrets = lent(with, shell);
    let build = Build { context, dockerfile, stage, arguments, secrets, span: with.step.span };
    let (path, environment) = (shell.path.clone(), shell.environment.clone());
    shell.given.deploys |= with.literal("push").is_some_and(|push| push != "false");
    shell.given.builds.push(ImageBuild { build, path, images, environment, partial });
}

/// `secrets` are lines `id=value`, `secret-envs` lines `id=VARIABLE`, and `secret-files` lines `id=path`.
fn lent(with: &With<'_>, shell: &mut Shell<'_>) -> Option<Vec<LentSecret>> {
    let mut found = Vec::new();
    let lines = with.get("secrets").map(|text| quoted_lines(&text));
    for line in lines.unwrap_or_default() {
        let (id, value) = line.split_once("=")?;
        found.push(commands::lent(&id, value.to_content().setting(value.span()), value.span(), shell)?);
    }
    for (input, is_variable) in [("secret-envs", true), ("secret-files", false)] {
        for line in with.lines(input).iter().flat_map(Argument::items) {
            let (id, from) = line.split_once("=")?;
            let known = from.literal().filter(|_| is_variable);
            let known = known.and_then(|name| shell.variables.get(name.trim()));
            let value = known.map_or(SettingValue::Unknown, |known| known.content.setting(from.span()));
            found.push(commands::lent(&id, value, from.span(), shell)?);
        }
    }
    Some(found)
}

/// Lines as the action cuts them: what stands in quotes goes on over the end of its line.
fn quoted_lines(text: &Argument) -> Vec<Argument> {
    let mut lines: Vec<Argument> = Vec::new();
    let mut open = false;
    for line in text.lines() {
        let quotes = line.to_content().described().matches('"').count();
        if !open && !line.is_empty() {
            lines.push(line.without("\"").unwrap_or(line));
        }
        open ^= quotes % 2 == 1;
    }
    lines
}

/// `NAME=value`.
fn variable(line: &Argument, shell: &mut Shell<'_>) -> Option<Setting> {
    let (name, value) = line.split_once("=")?;
    let text = name.literal().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())?;
    shell.given.show(name.span(), &text);
    Some(shell.setting(&name, &text, &value))
}

/// Its files, targets and what it sets are lines or stand between commas; its context is the checkout.
fn bake(with: &With<'_>, shell: &mut Shell<'_>) {
    shell.given.deploys |= with.literal("push").is_some_and(|push| push != "false");
    let items = |input: &str| -> Vec<Argument> {
        let items = with.lines(input).iter().flat_map(Argument::items).collect::<Vec<_>>();
        items.into_iter().filter(|item| !item.is_empty()).collect()
    };
    let (files, targets, changes) = (items("files"), items("targets"), with.lines("set"));
    let before = shell.folder.clone();
    if let Some(folder) = with.get("workdir") {
        shell.folder = folder.literal().and_then(|folder| shell.path_of(&folder));
    }
    let is_remote = with.literal("source").is_some_and(|source| !matches!(source.as_str(), "." | ""));
    if !is_remote {
        let given = commands::bake::Given { files: &files, targets: &targets, changes: &changes, open: false };
        commands::bake::call(&given, with.step.span, shell);
    }
    shell.folder = before;
}

fn vercel(with: &With<'_>, shell: &mut Shell<'_>) {
    shell.given.deploys = true;
    if let Some(arguments) = with.get("vercel-args") {
        commands::publishes("vercel", &arguments, with.literal("working-directory").as_deref(), shell);
        commands::line("vercel", &arguments, shell);
    }
}

/// Lines of variables that are added to a container of a task definition, whose path is what comes out of it.
fn render_task(with: &With<'_>, shell: &mut Shell<'_>) {
    let Some(name) = with.get("container-name") else { return };
    let label = name.to_content().described();
    let place = shell.place(name.span());
    let plain = variables(with, "environment-variables", shell);
    let secrets = variables(with, "secrets", shell).map(|all| all.into_iter().map(of_address).collect::<Vec<_>>());
    let open = plain.is_none() || secrets.is_none() || with.get("env-files").is_some();
    let settings: Vec<Setting> = plain.into_iter().flatten().chain(secrets.into_iter().flatten()).collect();
    let image = with.get("image").map(|image| (image.to_content().described(), image.span()));
    let file = with.get("task-definition");
    if let Some(file) = &file {
        shell.given.outputs.insert("task-definition".to_owned(), file.to_content());
    }
    let file = file.and_then(|file| shell.link(LinkKind::TaskDefinition, &file.to_content(), file.span()));
    let image = image.map(|(image, span)| (image, shell.place(span)));
    let addition = Addition { container: label, place, image, settings, open };
    let call_is_open = shell.anywhere || file.is_some() && shell.given.is_written(file.as_ref());
    let environment = shell.environment.clone();
    shell.given.task(TaskCall { file, additions: vec![addition], environment, open: call_is_open });
}

/// The variables of an input; `None` where a line of it is none.
fn variables(with: &With<'_>, input: &str, shell: &mut Shell<'_>) -> Option<Vec<Setting>> {
    with.lines(input).iter().map(|line| variable(line, shell)).collect()
}

/// A variable whose value is the address of a stored secret.
fn of_address(setting: Setting) -> Setting {
    let address = match &setting.value {
        SettingValue::Given(template) => template.as_literal().and_then(|text| ecs::stored(text.expose().trim())),
        _ => None,
    };
    let value = address.map_or(SettingValue::Unknown, |(store, secret)| SettingValue::Injected {
        store,
        secret,
        version: Version::Latest,
    });
    Setting { value, ..setting }
}

/// The task that is deployed: a file of the repository, or what a step before made of one.
fn deploy_task(with: &With<'_>, shell: &mut Shell<'_>) {
    shell.given.deploys = true;
    let Some(file) = with.get("task-definition") else { return };
    let path = shell.link(LinkKind::TaskDefinition, &file.to_content(), file.span());
    let (open, environment) = (shell.anywhere || shell.given.is_written(path.as_ref()), shell.environment.clone());
    if path.is_some() {
        shell.given.task(TaskCall { file: path, environment, open, ..TaskCall::default() });
    }
}

/// Each input `envkey_NAME` is a line of the file.
fn env_file(with: &With<'_>, shell: &mut Shell<'_>) {
    let mut settings = Vec::new();
    for entry in &with.step.with {
        let Some(name) = entry.name.strip_prefix("envkey_").filter(|name| is_variable_name(name)) else { continue };
        let value = with.scope.text(&entry.text).setting(entry.text.span);
        let place = shell.place(entry.span);
        settings.push(Setting { name: Name::new(name), place, value_span: entry.text.span, value });
    }
    let file = with.literal("file_name").unwrap_or_else(|| ".env".to_owned());
    let folder = with.literal("directory").unwrap_or_default();
    let path = SourcePath::new("").join(&folder).and_then(|folder| folder.join(&file));
    let (place, environment) = (shell.place(with.step.span), shell.environment.clone());
    shell.given.written.push(WrittenFile { path, settings, opaque: false, place, environment });
}
