//! `docker build` and `docker run`, and podman's, which take the same flags.

use super::flags::{Flags, Style};
use super::{Argument, Shell, compose};
use crate::fact::{Build, ImageBuild, LentSecret, LinkKind, Setting, SettingValue, TargetKind};
use crate::name::Name;
use crate::source::Span;

const BUILD: Style = Style {
    switches: &[
        "--push",
        "--load",
        "--no-cache",
        "--pull",
        "--quiet",
        "--rm",
        "--force-rm",
        "--squash",
        "--compress",
        "--disable-content-trust",
        "--check",
        "--debug",
        "-D",
        "--layers",
    ],
    letters: "q",
    single_dash: false,
    ends_at_first: false,
};

const RUN: Style = Style {
    switches: &[
        "--detach",
        "--interactive",
        "--tty",
        "--rm",
        "--init",
        "--privileged",
        "--read-only",
        "--publish-all",
        "--oom-kill-disable",
        "--sig-proxy",
        "--quiet",
        "--disable-content-trust",
    ],
    letters: "ditqP",
    single_dash: false,
    ends_at_first: true,
};

/// Reads the arguments of docker.
pub(super) fn docker(arguments: &[Argument], shell: &mut Shell<'_>) {
    let words: Vec<String> =
        arguments.iter().take(2).map(|word| word.literal().map(|word| word.to_string()).unwrap_or_default()).collect();
    let (first, second) =
        (words.first().map(String::as_str).unwrap_or_default(), words.get(1).map(String::as_str).unwrap_or_default());
    shell.given.deploys |= first == "push";
    let rest = |from: usize| arguments.get(from..).unwrap_or_default();
    match (first, second) {
        ("compose", _) => return compose::compose(rest(1), shell),
        ("stack", "deploy") => return compose::stack(rest(2), shell),
        ("buildx", "bake") => {
            for (word, text) in arguments.iter().zip(&words) {
                shell.given.show(word.span(), text);
            }
            return super::bake::bake(rest(2), shell);
        }
        _ => {}
    }
    let (builds, skip) = match (first, second) {
        ("build", _) => (true, 1),
        ("buildx" | "image", "build") => (true, 2),
        ("run" | "create", _) => (false, 1),
        ("container", "run" | "create") => (false, 2),
        _ => return,
    };
    for (word, text) in arguments.iter().zip(&words).take(skip) {
        shell.given.show(word.span(), text);
    }
    if builds { build(rest(skip), shell) } else { run(rest(skip), shell) }
}

fn build(arguments: &[Argument], shell: &mut Shell<'_>) {
    let flags = BUILD.read(arguments);
    let context = flags.rest.last().copied();
    let folder = context.and_then(Argument::literal).filter(|folder| !is_remote(folder));
    let folder = folder.and_then(|folder| shell.path_of(&folder));
    let dockerfile = match flags.last(&["--file", "-f"]) {
        None => folder.as_ref().and_then(|folder| folder.join("Dockerfile")),
        Some(file) => shell.link(LinkKind::Dockerfile, &file.to_content(), file.span()),
    };
    let (mut settings, mut partial) = (Vec::new(), flags.open || context.is_none());
    for argument in flags.all(&["--build-arg"]) {
        match variable(argument, shell) {
            Some(setting) => settings.push(setting),
            None => partial = true,
        }
    }
    for flag in &flags.given {
        shell.given.show(flag.name_span, &flag.name);
    }
    let images = flags.all(&["--tag", "-t"]).map(|tag| tag.to_content().described()).collect();
    let span = context.or(arguments.first()).map(Argument::span).unwrap_or_default();
    let stage = flags.last(&["--target"]).map(|stage| stage.to_content().described());
    let secrets = flags.all(&["--secret"]).map(|secret| self::secret(secret, shell)).collect();
    let build = Build { context: folder, dockerfile, stage, arguments: settings, secrets, span };
    let (path, environment) = (shell.path.clone(), shell.environment.clone());
    shell.given.builds.push(ImageBuild { build, path, images, environment, partial });
}

/// Reads the arguments of kaniko, which builds without docker.
pub(super) fn kaniko(arguments: &[Argument], shell: &mut Shell<'_>) {
    let flags = BUILD.read(arguments);
    let literal = |names: &[&str]| flags.last(names).and_then(Argument::literal).map(|text| text.to_string());
    let context = literal(&["--context", "-c"]);
    let context = context.as_deref().map_or("", |context| context.strip_prefix("dir://").unwrap_or(context));
    let folder = if is_remote(context) { None } else { shell.path_of(context) };
    let file = literal(&["--dockerfile", "-f"]).unwrap_or_else(|| "Dockerfile".to_owned());
    let dockerfile = folder.as_ref().and_then(|folder| folder.join(&file));
    let settings: Vec<Setting> = flags.all(&["--build-arg"]).filter_map(|argument| variable(argument, shell)).collect();
    let images = flags.all(&["--destination", "-d"]).map(|tag| tag.to_content().described()).collect();
    let stage = literal(&["--target"]);
    let span = arguments.first().map(Argument::span).unwrap_or_default();
    let build = Build { context: folder, dockerfile, stage, arguments: settings, secrets: None, span };
    let (path, environment) = (shell.path.clone(), shell.environment.clone());
    shell.given.deploys = true;
    shell.given.builds.push(ImageBuild { build, path, images, environment, partial: flags.open });
}

fn run(arguments: &[Argument], shell: &mut Shell<'_>) {
    let flags = RUN.read(arguments);
    let Some(image) = flags.rest.first().copied() else { return };
    let described = image.to_content().described();
    let last = described.rsplit('/').next().unwrap_or_default().split([':', '@']).next().unwrap_or_default();
    let name = flags.last(&["--name"]).map_or_else(|| last.to_owned(), |name| name.to_content().described());
    let place = shell.place(image.span());
    let mut settings = Vec::new();
    let mut partial = flags.open || shell.anywhere;
    for argument in flags.all(&["--env", "-e"]) {
        match variable_of_target(argument, shell) {
            Some(setting) => settings.push(setting),
            None => partial = true,
        }
    }
    let mut files = Vec::new();
    let named: Vec<&Argument> = flags.all(&["--env-file"]).collect();
    for file in named {
        let place = shell.place(file.span());
        files.push((shell.link(LinkKind::EnvFile, &file.to_content(), file.span()), place));
    }
    show(&flags, shell);
    let environment = shell.environment.clone();
    let own_command = flags.rest.len() > 1 || flags.has(&["--entrypoint"]);
    let service = shell.given.service(TargetKind::DockerContainer, &name, place);
    service.environment = environment;
    service.image = Some((described, image.span()));
    service.plain.whole = true;
    service.secrets.whole = true;
    // One that is started where nothing is said to be deployed is for trying things out.
    service.speaks |= service.environment.is_some() && !(settings.is_empty() && files.is_empty());
    service.plain.settings.extend(settings);
    service.files.extend(files);
    service.partial |= partial;
    service.own_command |= own_command;
}

fn show(flags: &Flags<'_>, shell: &mut Shell<'_>) {
    for flag in &flags.given {
        shell.given.show(flag.name_span, &flag.name);
    }
}

/// `id=npm,env=NPM_TOKEN`, `id=npm,src=.npmrc`; with an id alone it is the variable of that name, else the file.
fn secret(argument: &Argument, shell: &mut Shell<'_>) -> Option<LentSecret> {
    let options: Vec<(Argument, Argument)> =
        argument.items().iter().filter_map(|option| option.split_once("=")).collect();
    let option = |names: &[&str]| {
        let named = |name: &Argument| name.literal().is_some_and(|name| names.contains(&name.as_str()));
        options.iter().find(|(name, _)| named(name)).map(|(_, value)| value)
    };
    let id = option(&["id"])?;
    let from = option(&["env"]).or_else(|| option(&["src", "source"])).unwrap_or(id);
    let is_file = option(&["src", "source"]).is_some() && option(&["env"]).is_none();
    let known = from.literal().filter(|_| !is_file);
    let known = known.and_then(|name| shell.variables.get(name.as_str()));
    let value = known.map_or(SettingValue::Unknown, |known| known.content.setting(from.span()));
    lent(id, value, from.span(), shell)
}

/// A secret that a build is given under an id.
pub(in crate::loaders) fn lent(
    id: &Argument,
    value: SettingValue,
    value_span: Span,
    shell: &mut Shell<'_>,
) -> Option<LentSecret> {
    let text = id.literal()?.trim().to_owned();
    shell.given.show(id.span(), &text);
    Some(LentSecret { id: text, place: shell.place(id.span()), value_span, value })
}

/// `NAME=value`, or `NAME` alone, which the shell gives.
pub(super) fn variable(argument: &Argument, shell: &mut Shell<'_>) -> Option<Setting> {
    pair(argument, shell, Shell::setting)
}

/// The same for something that runs.
pub(super) fn variable_of_target(argument: &Argument, shell: &mut Shell<'_>) -> Option<Setting> {
    pair(argument, shell, Shell::handed)
}

fn pair<'s>(
    argument: &Argument,
    shell: &mut Shell<'s>,
    give: fn(&mut Shell<'s>, &Argument, &str, &Argument) -> Setting,
) -> Option<Setting> {
    let (name, value) = match argument.split_once("=") {
        Some((name, value)) => (name, Some(value)),
        None => (argument.clone(), None),
    };
    let text = name.literal().filter(|text| !text.is_empty())?;
    shell.given.show(name.span(), &text);
    let known = shell.variables.get(text.as_str()).map(|known| known.held(&text));
    Some(match (value, known) {
        (Some(value), _) => give(shell, &name, &text, &value),
        (None, Some(known)) => {
            let mut value = Argument::new(Vec::new(), name.span());
            value.content(&known, name.span());
            give(shell, &name, &text, &value)
        }
        (None, None) => {
            let (place, value_span) = (shell.place(name.span()), name.span());
            Setting { name: Name::new(&text), place, value_span, value: SettingValue::PassThrough }
        }
    })
}

/// Whether a context is no folder of this repository.
fn is_remote(context: &str) -> bool {
    context == "-" || context.contains("://") || context.starts_with("git@") || context.starts_with('/')
}
