//! From targets and env files to views.

use std::sync::Arc;

use crate::fact::{Image, Layer, LayerState, LinkKind, LinkOutcome, Role, Setting, SettingValue, TargetKind};
use crate::name::Environment;
use crate::parallel;
use crate::source::SourcePath;
use crate::tables::frameworks;
use crate::value::Template;

use super::images::{self, Built};
use super::sources::Source;
use super::views::{Phase, Reason, State, View, ViewLayer};
use super::{Agreed, AppTarget, Model, bundles, deployed, files};

/// The views of a model whose sources and targets are known.
pub(super) fn build(model: &Model<'_>) -> Vec<View> {
    let of_app = |app: usize| {
        let mut views = Vec::new();
        for environment in model.environments_of(app) {
            let from = views.len();
            let here = || model.targets_of(app).filter(|(_, target)| target.environment == environment);
            // A module that nobody has read proves less than the files of its environment.
            let is_read = |target: &AppTarget<'_>| target.target.kind != TargetKind::ModuleContainer;
            for (index, target) in here().filter(|(_, target)| is_read(target)) {
                views.push(of_target(model, app, index, target));
            }
            if views.len() == from {
                views.extend(of_files(model, app, &environment));
            }
            if views.len() == from {
                views.extend(here().map(|(index, target)| of_target(model, app, index, target)));
            }
        }
        views
    };
    let apps = (0..model.apps.list.len()).collect();
    parallel::map(model.project.is_large(), apps, of_app).into_iter().flatten().collect()
}

fn of_target(model: &Model<'_>, app: usize, index: usize, target: &AppTarget<'_>) -> View {
    let mut layers: Vec<ViewLayer> = target.target.layers.iter().map(|of| layer(model, of)).collect();
    let image = image_of(model, app, target);
    if let Some((path, image, stage)) = image {
        let given = target.built.map(|built| built.build.arguments.as_slice()).unwrap_or_default();
        let chain = image.chain(image.find(stage));
        let arguments: Vec<&Setting> = chain.iter().flat_map(|(_, stage)| &stage.arguments).collect();
        layers.push(images::layer(path, images::resolved(image, &arguments, &image.environment(stage), given)));
    }
    let builds = target.built.is_some_and(|built| target.target.build.is_some() || !built.partial) && image.is_some();
    if let (Some(built), Some((path, image, _))) = (target.built, image) {
        let files = file_layers(model, app, &target.environment, true);
        layers.extend(bundles::layers(model, built, path, image, files));
    }
    let mounts = target.target.signs.mounts_source;
    if mounts || target.built.is_some() {
        layers.extend(files_beside_the_source(model, app, target, mounts));
    }
    let alone = !model.targets_of(app).any(|(other, sibling)| {
        other != index && sibling.environment == target.environment && !sibling.target.signs.own_command
    });
    let own_command = target.target.signs.own_command && !alone || target.target.signs.one_shot;
    let own_files = || image.is_some_and(|(_, image, stage)| image.names_env_file(stage));
    let partial = if target.target.partial && target.target.kind == TargetKind::PlatformApp {
        Some(Reason::Platform)
    } else if target.target.partial {
        Some(Reason::Unresolved)
    } else if model.environments.is_test(&target.environment) {
        Some(Reason::TestRun)
    } else if let Some(path) = own_env_file(model, app).filter(|path| mounts && is_mounted(target, path)) {
        Some(Reason::Unread(path))
    } else if let Some(path) = own_env_file(model, app).filter(|path| may_be_copied(model, app, target, path)) {
        Some(Reason::InImage(path))
    } else if own_files() || target.target.signs.mounts_env_file {
        Some(Reason::OwnFile)
    } else if image.is_none() && deployed::may_be_of_another_image(model, app, target.target) {
        Some(Reason::BuiltElsewhere)
    } else if own_command && (model.apps.list[app].needs.is_empty() || ends_by_itself(target)) {
        Some(Reason::OwnCommand)
    } else {
        None
    };
    View {
        app,
        environment: target.environment.clone(),
        target: Some(index),
        layers,
        surroundings: target.group.surroundings.iter().map(|of| layer(model, of)).collect(),
        partial,
        partial_for_secrets: target.target.signs.keeps_secrets.then_some(Reason::Unresolved),
        builds,
    }
}

/// Whether a target runs another program of its app's image once, such as a migration: what the app says that it needs
/// is not said of that.
fn ends_by_itself(target: &AppTarget<'_>) -> bool {
    target.target.signs.one_shot && target.target.signs.own_command
}

/// The `.env` of an app that is not in the checkout: whoever develops may have one, and loaders read it.
fn own_env_file(model: &Model<'_>, app: usize) -> Option<SourcePath> {
    let path = model.apps.list[app].folder.join(".env")?;
    (!model.project.files.contains_key(&path)).then_some(path)
}

/// Whether a `.env` that a template stands for may be copied into an image that a developer builds, and read there.
fn may_be_copied(model: &Model<'_>, app: usize, target: &AppTarget<'_>, path: &SourcePath) -> bool {
    !target.deployed
        && target.target.build.as_ref().is_some_and(|build| model.path_in_context(build, path).is_some())
        && frameworks::env_loader(&model.apps.list[app].dependencies).is_some()
        && model.stand_in(path).is_some_and(|template| template.path.folder() == path.folder())
}

/// The env files that the app's own loader finds beside its source: mounted ones, and committed ones that the image
/// was built with unless its context leaves them out. What the target itself gives is stronger.
fn files_beside_the_source(model: &Model<'_>, app: usize, target: &AppTarget<'_>, mounts: bool) -> Vec<ViewLayer> {
    let dependencies = &model.apps.list[app].dependencies;
    if !mounts && frameworks::env_loader(dependencies).is_none() {
        return Vec::new();
    }
    let mut layers = file_layers(model, app, &target.environment, true);
    layers.retain(|layer| model.apps.home(&layer.named.path) == Some(app));
    let is_mounted = |path: &SourcePath| mounts && is_mounted(target, path);
    // Images that users meet are built of a checkout, others of what a developer's machine holds.
    let is_kept_back = |path: &SourcePath| {
        path.name().contains(".local")
            || model.project.files.get(path).is_none_or(|file| file.local && target.deployed)
            || target.built.is_some_and(|built| model.path_in_context(built.build, path).is_none())
    };
    let loads = frameworks::env_loader(dependencies).is_some();
    layers.retain(|layer| {
        let path = &layer.named.path;
        is_mounted(path) || loads && target.built.is_some() && !is_kept_back(path)
    });
    for layer in layers.iter_mut().filter(|layer| !is_mounted(&layer.named.path)) {
        layer.doubtful = Some(Reason::InImage(layer.named.path.clone()));
    }
    layers
}

/// Whether a target mounts a file, or a folder that holds it.
fn is_mounted(target: &AppTarget<'_>, path: &SourcePath) -> bool {
    target.target.mounts.iter().any(|mounted| path == mounted || path.is_below(mounted))
}

/// A layer of a target, with the template that stands in for a file that is not in the checkout.
pub(super) fn layer(model: &Model<'_>, layer: &Layer) -> ViewLayer {
    let unread = match &layer.state {
        LayerState::Unread { outcome: LinkOutcome::Missing(path) | LinkOutcome::Ignored(path), .. } => Some(path),
        _ => None,
    };
    let stand_in = unread.and_then(|path| model.stand_in(path));
    let mut view_layer = ViewLayer::of(layer, stand_in.map(|source| source.names.as_slice()));
    view_layer.optional = is_optional(model, layer);
    // What an optional file would give is told by its template; without one it may give anything.
    if view_layer.optional && view_layer.stand_in {
        view_layer.open = None;
    }
    view_layer
}

/// Whether the file that names a layer says that it need not be there.
fn is_optional(model: &Model<'_>, layer: &Layer) -> bool {
    let Some(file) = model.project.files.get(&layer.named.path) else { return false };
    file.loaded
        .links
        .iter()
        .any(|link| link.kind == LinkKind::EnvFile && link.span == layer.named.span && !link.required)
}

/// The image that a target runs: the Dockerfile that it builds, else the one in its app's folder.
fn image_of<'m>(
    model: &'m Model<'_>,
    app: usize,
    target: &'m AppTarget<'_>,
) -> Option<(&'m SourcePath, &'m Image, Option<&'m str>)> {
    let image = |path: &SourcePath| {
        let (path, file) = model.project.files.get_key_value(path)?;
        Some((path, file.loaded.image.as_ref()?))
    };
    if let Some(Built { build, .. }) = target.built {
        let (path, image) = image(build.dockerfile.as_ref()?)?;
        return Some((path, image, build.stage.as_deref()));
    }
    let (path, image) = image(&model.apps.list[app].folder.join("Dockerfile")?)?;
    Some((path, image, None))
}

/// The env files of an app in an environment, strongest first, as its loader reads them.
///
/// Order: Next, dotenv-flow and Rails put `.env.local` above `.env.E`; Vite the other way round
/// (measured, `dotenv-dialects`, section 3). `with_base`: whether `.env` lies under every environment.
fn file_layers(model: &Model<'_>, app: usize, environment: &Environment, with_base: bool) -> Vec<ViewLayer> {
    let vite = model.apps.list[app].dependencies.has("vite");
    let keeps = |source: &&Source<'_>| {
        let is_values = source.file.claim.role == Role::Values && source.file.format == "dotenv";
        let own_machine = matches!(environment.as_str(), "development" | "test");
        is_values
            && source.variant.is_none()
            && (own_machine || !source.file.local)
            && (source.environment.as_ref() == Some(environment) || with_base && is_base(source))
    };
    let mut files: Vec<&Source<'_>> = model.sources_of(app).filter(keeps).collect();
    files.sort_by_key(|source| {
        let (local, base) = (source.file.claim.words.local, is_base(source));
        let rank = match (local, base) {
            (true, false) => 0,
            (true, true) => 1 + i32::from(vite),
            (false, false) => 2 - i32::from(vite),
            (false, true) => 3,
        };
        // A file nearer to the app is stronger than one of the root, which speaks for all.
        (rank, std::cmp::Reverse(source.path.folder().as_str().len()), source.path.clone())
    });
    files.retain(|source| !(environment.as_str() == "test" && is_base(source) && source.file.claim.words.local));
    let open = |source: &Source<'_>| {
        let hides = source.file.loaded.problems.iter().any(|problem| problem.hides_facts);
        hides.then(|| Reason::Unread(source.path.clone()))
    };
    files.iter().map(|source| ViewLayer::of_file(source.path, settings(model, source), open(source))).collect()
}

/// What a file gives as its loaders read it: where they differ, nobody can tell the value.
fn settings(model: &Model<'_>, source: &Source<'_>) -> Vec<Arc<Setting>> {
    let Some(readings) = model.readings.get(source.path) else { return source.settings.clone() };
    let read = |setting: &Arc<Setting>| {
        let SettingValue::Given(template) = &setting.value else { return Arc::clone(setting) };
        let value = match (readings.agreed(setting.name.as_str()), template.as_literal()) {
            (Agreed::Differ, _) => SettingValue::Unknown,
            (Agreed::Value(value), Some(literal)) if value != literal => SettingValue::Given(Template::literal(value)),
            _ => return Arc::clone(setting),
        };
        Arc::new(Setting { value, ..Setting::clone(setting) })
    };
    source.settings.iter().map(read).collect()
}

/// Whether a file names no environment of its own: `.env`, `.env.local`.
fn is_base(source: &Source<'_>) -> bool {
    matches!(source.path.name(), ".env" | ".env.local" | "env")
}

fn of_files(model: &Model<'_>, app: usize, environment: &Environment) -> Option<View> {
    let stacks = frameworks::stacks(&model.apps.list[app].dependencies);
    let layers = file_layers(model, app, environment, stacks || environment.as_str() == "development");
    let own = model.sources_of(app).any(|source| {
        source.environment.as_ref() == Some(environment)
            && source.file.claim.role == Role::Values
            && source.variant.is_none()
    });
    if layers.is_empty() || !own {
        return None;
    }
    let declared_complete =
        model.sources_of(app).any(|source| source.complete && source.environment.as_ref() == Some(environment));
    let mut view = View {
        app,
        environment: environment.clone(),
        target: None,
        layers,
        surroundings: Vec::new(),
        partial: None,
        partial_for_secrets: None,
        builds: true,
    };
    if !declared_complete {
        let (secrets, rest) = (gives_half(model, &view, true), gives_half(model, &view, false));
        view.partial = (!rest || model.environments.is_test(environment)).then_some(Reason::Platform);
        view.partial_for_secrets = (!secrets).then_some(Reason::Platform);
        if let Some(path) = kept_back(model, app, environment) {
            view.partial.get_or_insert_with(|| Reason::Unread(path.clone()));
            view.partial_for_secrets.get_or_insert(Reason::Unread(path));
        }
    }
    Some(view)
}

/// The env file that git ignores and that is not in the checkout, but on the machine of whoever develops.
fn kept_back(model: &Model<'_>, app: usize, environment: &Environment) -> Option<SourcePath> {
    if model.environments.is_deployed(environment) {
        return None;
    }
    let of_environment = format!(".env.{environment}.local");
    [".env.local", of_environment.as_str(), ".env"].into_iter().find_map(|name| {
        let path = model.apps.list[app].folder.join(name)?;
        let is_absent = !model.project.files.contains_key(&path);
        (is_absent && model.project.ignored.matches(&path, false)).then_some(path)
    })
}

/// Whether a view gives at least half of what is required there, of the secrets or of the rest.
fn gives_half(model: &Model<'_>, view: &View, secrets: bool) -> bool {
    let schema = &model.schemas[view.app];
    let names = model.environments.names(&view.environment);
    let (mut required, mut given) = (0, 0);
    for (name, declared) in &schema.resolved.declarations {
        let declaration = declared.declaration.in_environment(&names);
        if declaration.is_kept_in_store() != secrets
            || declaration.default.is_some()
            || !declaration.is_required(|words| model.environments.is_among(&view.environment, words))
        {
            continue;
        }
        required += 1;
        let sighting = files::look(schema, view, 0, name, Phase::Run, &|_| true);
        given += usize::from(sighting.state.is_given() || matches!(sighting.state, State::Empty { .. }));
    }
    given > 0 && given * 2 >= required
}
