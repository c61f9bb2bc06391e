//! Targets: which app each one runs, and in which environment.

use std::collections::BTreeSet;

use crate::fact::{Build, LayerKind, Setting, SettingValue, Target, TargetGroup, TargetKind};
use crate::name::Environment;
use crate::project::{Environments, Project};
use crate::source::SourcePath;
use crate::tables::images::ThirdPartyImage;
use crate::tables::{frameworks, images};

use super::apps::{App, Apps, adds_to_foreign};
use super::images::{Builds, Built};
use super::{applied, deployed};

/// The environment of a deployed service of compose that names none.
const UNNAMED: &str = "compose";

/// Whether an environment is only what a deployed target is called that names none.
pub fn is_unnamed(environment: &Environment) -> bool {
    KINDS.iter().any(|kind| unnamed(*kind) == environment.as_str())
}

/// Every kind of target that may name no environment.
const KINDS: &[TargetKind] = &[
    TargetKind::ComposeService,
    TargetKind::CloudRunService,
    TargetKind::Function,
    TargetKind::EcsContainer,
    TargetKind::ModuleContainer,
    TargetKind::KubernetesContainer,
    TargetKind::PlatformApp,
    TargetKind::SystemdUnit,
    TargetKind::DockerContainer,
    TargetKind::Step,
];

/// The environment of a deployed target of a kind that names none.
fn unnamed(kind: TargetKind) -> &'static str {
    if kind == TargetKind::ComposeService { UNNAMED } else { deployed::prefix(kind) }
}

/// A target, and what the project knows of it.
pub struct AppTarget<'a> {
    /// What its file says.
    pub target: &'a Target,
    /// The group that it is read with.
    pub group: &'a TargetGroup,
    /// The app that it runs, by index; `None`: nobody's, or a third party's.
    pub app: Option<usize>,
    /// How its image is built, if the repository tells.
    pub built: Option<Built<'a>>,
    /// Where it runs.
    pub environment: Environment,
    /// Whether users meet it.
    pub deployed: bool,
    /// Whether it runs a third party's image.
    pub foreign: bool,
    /// The family of that image, if it is a well-known one.
    pub family: Option<&'static ThirdPartyImage>,
}

/// Words of file names that say that what they describe is for users.
const DEPLOYED_WORDS: &[&str] = &["deploy", "selfhost", "hosting", "swarm", "stack"];

/// Variables whose literal value names the environment, strongest first; `NODE_ENV` only tells production.
pub const ENVIRONMENT_VARIABLES: &[&str] = &["APP_ENV", "ENVIRONMENT", "RAILS_ENV", "DJANGO_ENV", "DEPLOY_ENV"];

/// Finds whose each target is.
pub(super) fn find<'a>(project: &'a Project, apps: &Apps, environments: &Environments) -> Vec<AppTarget<'a>> {
    let mut found = Vec::new();
    let builds = Builds::find(project);
    for (index, group) in project.groups.iter().enumerate() {
        let from = found.len();
        for target in &group.targets {
            let built = builds.of(index, target);
            let build = built.map(|built| built.build);
            let foreign = is_foreign(project, apps, target, build);
            // What a step of a workflow gets is for its own commands, whatever its job is called.
            let app = if foreign || target.kind == TargetKind::Step {
                None
            } else if target.kind == TargetKind::Trial {
                apps.home(&target.place.path)
            } else {
                app_of(apps, environments, group, target, build)
            };
            let named = environment_of(apps, environments, group, target, app);
            let (environment, deployed) = named.unwrap_or_else(|| (Environment::new(unnamed(target.kind)), true));
            let deployed = deployed && environments.is_deployed(&environment);
            let family = if foreign { family_of(project, target, build) } else { None };
            found.push(AppTarget { target, group, app, built, environment, deployed, foreign, family });
        }
        applied::name_after_command(project, environments, group, &mut found[from..]);
        name_after_siblings(&mut found[from..]);
    }
    found
}

/// A deployed target that names no environment is where its deployed siblings are, if they agree; one that is nobody's
/// app is where developers are, if an app beside it is.
fn name_after_siblings(siblings: &mut [AppTarget<'_>]) {
    let developed = siblings.iter().find(|target| target.app.is_some() && target.environment.as_str() == "development");
    if let Some(environment) = developed.map(|target| target.environment.clone()) {
        for target in siblings.iter_mut().filter(|target| target.app.is_none() && is_unnamed(&target.environment)) {
            target.environment = environment.clone();
            target.deployed = false;
        }
        return;
    }
    let named: BTreeSet<Environment> = siblings
        .iter()
        .filter(|target| target.app.is_some() && target.deployed && !is_unnamed(&target.environment))
        .map(|target| target.environment.clone())
        .collect();
    let Some(environment) = named.first().filter(|_| named.len() == 1) else { return };
    let takes_it =
        |target: &&mut AppTarget<'_>| is_unnamed(&target.environment) && !target.target.signs.speaks_for_itself;
    for target in siblings.iter_mut().filter(takes_it) {
        target.environment = environment.clone();
    }
}

/// The family of the image that a target runs, or that its Dockerfile starts from.
fn family_of(project: &Project, target: &Target, build: Option<&Build>) -> Option<&'static ThirdPartyImage> {
    let named = target.image.as_ref().and_then(|(image, _)| images::third_party(image));
    named.or_else(|| {
        let build = build?;
        let image = project.files.get(build.dockerfile.as_ref()?)?.loaded.image.as_ref()?;
        images::third_party(image.base(build.stage.as_deref())?)
    })
}

/// An image that is not built here and that does not name this repository is a third party's.
fn is_foreign(project: &Project, apps: &Apps, target: &Target, build: Option<&Build>) -> bool {
    if let Some(build) = build {
        return builds_on_foreign(project, apps, target, build);
    }
    let Some((image, _)) = &target.image else { return false };
    if target.kind != TargetKind::ComposeService {
        return deployed::is_foreign(apps, image);
    }
    match images::third_party(image) {
        // The repository of the very product, whose file shows how it is run.
        Some(_) if is_called_like_the_repository(apps, image) => false,
        Some(family) => !(family.helper && target.signs.mounts_source),
        None => !names_the_repository(apps, image),
    }
}

/// Whether a Dockerfile that is kept apart from any app only adds to a third party's image: `FROM postgres`.
fn builds_on_foreign(project: &Project, apps: &Apps, target: &Target, build: &Build) -> bool {
    let Some(path) = &build.dockerfile else { return false };
    let Some(image) = project.files.get(path).and_then(|file| file.loaded.image.as_ref()) else { return false };
    if apps.at(&path.folder()).is_some() {
        return false;
    }
    // What is built of its sources is called as it is: `acme/gotrue`.
    let is_a_service = |image: &str| images::third_party(image).is_some_and(|family| !family.helper);
    if target.image.as_ref().is_some_and(|(image, _)| is_a_service(image)) {
        return true;
    }
    adds_to_foreign(image, build.stage.as_deref())
}

/// Whether an image that somebody publishes under a name of their own has the very name of the repository.
fn is_called_like_the_repository(apps: &Apps, image: &str) -> bool {
    let Some((_, name)) = image.rsplit_once('/') else { return false };
    let name = name.split([':', '@']).next().unwrap_or(name);
    apps.repository.iter().any(|repository| repository.eq_ignore_ascii_case(name))
}

pub(super) fn names_the_repository(apps: &Apps, image: &str) -> bool {
    let image = image.to_ascii_lowercase();
    // The registry says nothing: `docker.io` is not of a repository called `docker-example`.
    let path = match image.split_once('/') {
        Some((registry, rest)) if registry.contains(['.', ':']) || registry == "localhost" => rest,
        _ => image.as_str(),
    };
    shares_a_word(&apps.repository, path) || image.starts_with('$')
}

/// Whether a path holds a word of one of several names that is not in everybody's.
pub(super) fn shares_a_word(names: &[String], path: &str) -> bool {
    let parts: Vec<&str> = path.split(['/', ':', '@', '-', '_', '.']).collect();
    let words = names.iter().flat_map(|name| name.split(['-', '_', '.', '/']));
    words.into_iter().any(|word| word.len() > 2 && !COMMON_WORDS.contains(&word) && parts.contains(&word))
}

/// Words of names that tell no repository from another.
const COMMON_WORDS: &[&str] = &[
    "api",
    "app",
    "apps",
    "backend",
    "boilerplate",
    "client",
    "cloud",
    "community",
    "core",
    "demo",
    "dev",
    "docker",
    "edition",
    "example",
    "frontend",
    "hosted",
    "hosting",
    "image",
    "images",
    "latest",
    "main",
    "monorepo",
    "platform",
    "project",
    "repo",
    "root",
    "self",
    "server",
    "service",
    "services",
    "stack",
    "starter",
    "template",
    "test",
    "the",
    "web",
    "website",
    "worker",
];

/// What the repository is called: its folder, and the package at its root.
pub fn repository_names(project: &Project) -> Vec<String> {
    let folder = project.root.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase());
    let packages = project.files.iter().filter(|(path, _)| path.folder().as_str().is_empty());
    let packages = packages.filter_map(|(_, file)| file.loaded.manifest.as_ref()?.name.clone());
    let packages = packages.map(|name| name.trim_start_matches('@').to_ascii_lowercase());
    folder.into_iter().chain(packages).collect()
}

fn app_of(
    apps: &Apps,
    environments: &Environments,
    group: &TargetGroup,
    target: &Target,
    build: Option<&Build>,
) -> Option<usize> {
    let qualified = format!("{}:{}", deployed::prefix(target.kind), target.name);
    let named = |app: &App| app.services.iter().any(|service| *service == target.name || *service == qualified);
    if let Some(app) = apps.list.iter().position(named) {
        return Some(app);
    }
    let same_name = || apps.list.iter().position(|app| app.folder.name() == target.name || app.name == target.name);
    if let Some(build) = build {
        let of_dockerfile = build.dockerfile.as_ref().and_then(|path| apps.home(path));
        let of_context = build.context.as_ref().and_then(|context| apps.home(&context.join("x")?));
        // The deeper one says more: `docker/api.Dockerfile` is kept apart, a context at the root holds everything.
        let depth = |app: &usize| apps.list[*app].folder.as_str().len();
        let home = of_context.into_iter().chain(of_dockerfile).max_by_key(depth);
        // What is built within `docker/` alone serves the apps, and is none of them.
        let kept_apart = |app: &usize| {
            let below = build.context.as_ref().filter(|context| context.is_below(&apps.list[*app].folder));
            let rest = below.and_then(|context| context.as_str().strip_prefix(apps.list[*app].folder.as_str()));
            rest.is_some_and(|rest| rest.split('/').any(frameworks::holds_images)) && !target.signs.mounts_source
        };
        if home.as_ref().is_some_and(kept_apart) {
            return None;
        }
        let of_stage = || {
            let stage = build.stage.as_deref()?;
            apps.list.iter().position(|app| app.folder.name() == stage || app.name == stage)
        };
        return match home {
            // A root that is an app beside others does not own what its Dockerfile builds for them.
            Some(app) if apps.list.len() > 1 && apps.list[app].folder.as_str().is_empty() => {
                of_stage().or_else(same_name).or(Some(app))
            }
            Some(app) => Some(app),
            None => of_stage().or_else(same_name).or_else(|| only_app(apps)),
        };
    }
    if target.kind != TargetKind::ComposeService {
        return deployed::app_of(apps, environments, group, target);
    }
    let image = target.image.as_ref().map(|(image, _)| image.as_str());
    if let Some(image) = image.filter(|image| names_the_repository(apps, image)) {
        let last = image.rsplit('/').next().unwrap_or(image).split([':', '@']).next().unwrap_or(image);
        let fits = |app: &App| last == app.name || last.ends_with(&format!("-{}", app.name));
        let mut fitting = (0..apps.list.len()).filter(|index| fits(&apps.list[*index]));
        if let (Some(app), None) = (fitting.next(), fitting.next()) {
            return Some(app);
        }
        // The owner's other images are not the app: only one that is called like it.
        let called_like = |app: &usize| {
            let mut names = apps.repository.clone();
            names.push(apps.list[*app].name.to_ascii_lowercase());
            image.starts_with('$') || shares_a_word(&names, &last.to_ascii_lowercase())
        };
        return same_name().or_else(|| only_app(apps).filter(called_like));
    }
    if target.signs.mounts_source {
        let folder = group.paths.first().map(SourcePath::folder)?;
        return same_name().or_else(|| apps.home(&folder.join("x")?));
    }
    None
}

fn only_app(apps: &Apps) -> Option<usize> {
    (apps.list.len() == 1).then_some(0)
}

/// The environment, and whether it is deployed; `None` where it is deployed, but nobody says where.
fn environment_of(
    apps: &Apps,
    environments: &Environments,
    group: &TargetGroup,
    target: &Target,
    app: Option<usize>,
) -> Option<(Environment, bool)> {
    let development = || Some((Environment::new("development"), false));
    if let Some(environment) = target.environment.as_ref().and_then(|word| environments.of_word(word)) {
        return Some((environment, true));
    }
    let by_itself = target.signs.speaks_for_itself;
    let named = if by_itself { &[][..] } else { group.paths.as_slice() };
    let words: Vec<String> = named.iter().rev().flat_map(words).collect();
    if let Some(environment) = words.iter().find_map(|word| environments.of_word(word)) {
        return Some((environment, true));
    }
    let home = app.map_or_else(|| SourcePath::new(""), |app| apps.list[app].folder.clone());
    let of_folders = |path: &SourcePath| environments.of_folders(path, &home);
    if let Some(environment) = named.iter().rev().find_map(of_folders) {
        return Some((environment, true));
    }
    let own = target.layers.iter().filter(|layer| layer.kind == LayerKind::Environment);
    let own: Vec<&Setting> = own.flat_map(|layer| &layer.settings).collect();
    let literal = |name: &str| {
        let setting = own.iter().rev().find(|setting| setting.name.as_str() == name)?;
        let SettingValue::Given(template) = &setting.value else { return None };
        template.as_literal()
    };
    for name in ENVIRONMENT_VARIABLES {
        if let Some(environment) = literal(name).and_then(|value| environments.of_word(value.expose())) {
            return Some((environment, true));
        }
    }
    // `shop-staging`: platforms know an app by its name alone.
    let is_app = target.kind == TargetKind::PlatformApp && target.environment.is_none();
    let last = target.name.rsplit(['-', '_', '.']).next().filter(|last| is_app && last.len() < target.name.len());
    let last =
        last.and_then(|word| environments.of_word(word)).filter(|environment| !environments.is_test(environment));
    if let Some(environment) = last {
        return Some((environment, true));
    }
    let signs = target.signs;
    if signs.mounts_source || signs.development_stage || signs.development_server {
        return development();
    }
    match literal("NODE_ENV").as_ref().map(super::super::value::Value::expose) {
        Some("production") => return Some((Environment::new("production"), true)),
        Some("test") => return Some((Environment::new("test"), true)),
        Some("development") => return development(),
        _ => {}
    }
    if words.iter().any(|word| DEPLOYED_WORDS.contains(&word.as_str())) {
        return Some((Environment::new("production"), true));
    }
    if target.kind == TargetKind::PlatformApp && target.environment.is_none() && !by_itself {
        // What such a file describes is what a deploy makes; previews have words of their own.
        return Some((Environment::new("production"), true));
    }
    if target.build.is_none() || signs.restarts || target.kind != TargetKind::ComposeService {
        return None;
    }
    development()
}

/// The words of a compose file's name.
fn words(path: &SourcePath) -> Vec<String> {
    let tokens = path.name().split(['.', '-', '_']).map(str::to_ascii_lowercase);
    tokens.filter(|token| !matches!(token.as_str(), "" | "docker" | "compose" | "yml" | "yaml" | "override")).collect()
}
