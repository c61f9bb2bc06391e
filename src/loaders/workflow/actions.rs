//! The actions that deploy and build: their inputs as what they do with them.

use super::evaluate::Scope;
use super::parts::{Step, Text};
use crate::fact::{Build, ImageBuild, LinkKind, Setting, StoreKind, TargetKind, WrittenFile};
use crate::loaders::commands::{self, Argument, Content, Shell};
use crate::name::{Name, is_variable_name};
use crate::source::SourcePath;

/// Takes what the action of a step gives.
pub(super) fn step(uses: &Text, step: &Step, scope: &Scope, shell: &mut Shell<'_>) {
    let Some(uses) = uses.literal() else { return };
    let name = uses.split('@').next().unwrap_or_default().to_ascii_lowercase();
    let with = With { step, scope };
    match name.as_str() {
        "google-github-actions/deploy-cloudrun" => cloud_run(&with, shell),
        "google-github-actions/deploy-cloud-functions" => cloud_function(&with, shell),
        "google-github-actions/get-secretmanager-secrets" => secrets(&with, shell),
        "docker/build-push-action" | "depot/build-push-action" => build(&with, shell),
        "docker/bake-action" | "depot/bake-action" => bake(&with, shell),
        "amondnet/vercel-action" => vercel(&with, shell),
        "aws-actions/amazon-ecs-render-task-definition" => ecs(&with, shell),
        "spicypizza/create-envfile" => env_file(&with, shell),
        "aws-actions/amazon-ecs-deploy-task-definition"
        | "railway/deploy"
        | "bervprojects/railway-deploy"
        | "superfly/flyctl-actions"
        | "cloudflare/wrangler-action"
        | "azure/webapps-deploy"
        | "azure/container-apps-deploy-action"
        | "akhileshns/heroku-deploy"
        | "digitalocean/app_action/deploy"
        | "appleboy/ssh-action" => shell.given.deploys = true,
        _ => {}
    }
}

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
        service.build = Some(Build { context: Some(context), dockerfile, stage: None, arguments: Vec::new(), span });
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
    let build = Build { context, dockerfile, stage, arguments, span: with.step.span };
    let (path, environment) = (shell.path.clone(), shell.environment.clone());
    shell.given.deploys |= with.literal("push").is_some_and(|push| push != "false");
    shell.given.builds.push(ImageBuild { build, path, images, environment, partial });
}

/// `NAME=value`.
fn variable(line: &Argument, shell: &mut Shell<'_>) -> Option<Setting> {
    let (name, value) = line.split_once("=")?;
    let text = name.literal().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())?;
    shell.given.show(name.span(), &text);
    Some(shell.setting(&name, &text, &value))
}

/// `set: api.args.NAME=value`: what else the build is made of stands in its file.
fn bake(with: &With<'_>, shell: &mut Shell<'_>) {
    shell.given.deploys |= with.literal("push").is_some_and(|push| push != "false");
    let mut arguments = Vec::new();
    for line in with.lines("set") {
        let Some((_, rest)) = line.split_once(".args.") else { continue };
        arguments.extend(variable(&rest, shell));
    }
    if arguments.is_empty() {
        return;
    }
    let build = Build { context: None, dockerfile: None, stage: None, arguments, span: with.step.span };
    let (path, environment) = (shell.path.clone(), shell.environment.clone());
    shell.given.builds.push(ImageBuild { build, path, images: Vec::new(), environment, partial: true });
}

fn vercel(with: &With<'_>, shell: &mut Shell<'_>) {
    shell.given.deploys = true;
    if let Some(arguments) = with.get("vercel-args") {
        commands::line("vercel", &arguments, shell);
    }
}

/// Lines of variables that are added to a container of a task definition.
fn ecs(with: &With<'_>, shell: &mut Shell<'_>) {
    let Some(name) = with.get("container-name") else { return };
    let label = name.to_content().described();
    let place = shell.place(name.span());
    let plain: Vec<Setting> =
        with.lines("environment-variables").iter().filter_map(|line| variable(line, shell)).collect();
    let secrets: Vec<Setting> = with
        .lines("secrets")
        .iter()
        .filter_map(|line| variable(line, shell))
        // An address in a store, whose last part is the id.
        .map(|setting| Setting { value: crate::fact::SettingValue::Unknown, ..setting })
        .collect();
    let image = with.get("image").map(|image| (image.to_content().described(), image.span()));
    let environment = shell.environment.clone();
    let service = shell.given.service(TargetKind::EcsContainer, &label, place);
    service.environment = environment;
    service.speaks |= !plain.is_empty() || !secrets.is_empty();
    service.partial = true;
    service.image = image;
    service.plain.settings.extend(plain);
    service.secrets.settings.extend(secrets);
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
