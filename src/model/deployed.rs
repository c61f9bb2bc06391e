//! Whose the targets are that name an image alone, or a folder: Cloud Run, Kubernetes, platforms. Not compose's services.

use crate::fact::{Target, TargetGroup, TargetKind};
use crate::project::Environments;
use crate::source::SourcePath;
use crate::tables::{images, registries};

use super::Model;
use super::apps::{App, Apps};
use super::targets::{names_the_repository, shares_a_word};

/// Whether an image is of this repository as far as anyone can tell: it is kept where only its project keeps images, it
/// names the repository, or a deploy puts it in later.
pub(super) fn is_own_image(apps: &Apps, image: &str) -> bool {
    let is_put_in_later = image.contains(['$', '{', '<']) || registries::is_stand_in(image) || !image.contains('/');
    is_put_in_later
        || registries::is_own(image)
        || names_the_repository(apps, image)
        || apps.list.iter().any(|app| fits(app, bare_name(image)))
}

/// The last part of an image's path, without tag and digest.
fn bare_name(image: &str) -> &str {
    image.rsplit('/').next().unwrap_or(image).split([':', '@']).next().unwrap_or(image)
}

/// Whether a name is an app's, or ends with it: `shop-api` for `api`. A package `agent_service` runs as `agent-service`,
/// as services have no `_` in their names.
fn fits(app: &App, name: &str) -> bool {
    let spell = |byte: u8| if byte == b'_' { b'-' } else { byte };
    let is = |text: &str, other: &str| text.bytes().map(spell).eq(other.bytes().map(spell));
    is(name, &app.name) || is(name, app.folder.name()) || {
        let (before, end) = name.split_at_checked(name.len().saturating_sub(app.name.len())).unwrap_or_default();
        !app.name.is_empty() && is(end, &app.name) && before.ends_with(['-', '_'])
    }
}

/// The only app that a name fits; the longest of those of which one is the end of another.
fn fitting(apps: &Apps, name: &str) -> Option<usize> {
    let all = || (0..apps.list.len()).filter(|index| fits(&apps.list[*index], name));
    let longest = all().max_by_key(|index| apps.list[*index].name.len())?;
    let is_end = |index: usize| apps.list[longest].name.ends_with(apps.list[index].name.as_str());
    all().all(is_end).then_some(longest)
}

/// The app that a target runs; its image, if it names one, is no third party's.
pub(super) fn app_of(apps: &Apps, environments: &Environments, group: &TargetGroup, target: &Target) -> Option<usize> {
    let image = target.image.as_ref().map(|(image, _)| image.as_str());
    if let Some(app) = image.and_then(|image| fitting(apps, bare_name(image))) {
        return Some(app);
    }
    // A container of several has its own name behind that of the workload.
    let (workload, container) = match target.name.split_once('/') {
        Some((workload, container)) => (Some(workload), container),
        None => (None, target.name.as_str()),
    };
    let without_words = |name: &str| {
        let words = name.split('-').filter(|word| environments.of_word(word).is_none());
        words.collect::<Vec<_>>().join("-")
    };
    if let Some(app) = fitting(apps, container).or_else(|| fitting(apps, &without_words(container))) {
        return Some(app);
    }
    // A unit runs a program of the machine it is on.
    let image = image.or((target.kind == TargetKind::SystemdUnit).then_some(""))?;
    if let Some(app) = group.paths.iter().rev().find_map(|path| home_below_the_root(apps, path)) {
        return workload.is_none().then_some(app);
    }
    if apps.list.len() != 1 {
        return None;
    }
    let called_like = || {
        let mut names = apps.repository.clone();
        names.extend(apps.list.first().map(|app| app.name.to_ascii_lowercase()));
        let named = |name: &str| shares_a_word(&names, &name.to_ascii_lowercase());
        named(bare_name(image)) || named(container) || workload.is_some_and(named) && registries::is_own(image)
    };
    let is_cloud_run = matches!(target.kind, TargetKind::CloudRunService | TargetKind::CloudRunJob);
    (is_cloud_run && workload.is_none() || called_like()).then_some(0)
}

/// The app in whose own folder a file lies; the root's holds everything, which says nothing.
fn home_below_the_root(apps: &Apps, path: &SourcePath) -> Option<usize> {
    apps.home(path).filter(|app| !apps.list[*app].folder.as_str().is_empty())
}

/// Whether a third party's image runs in a target.
pub(super) fn is_foreign(apps: &Apps, image: &str) -> bool {
    match images::third_party(image) {
        Some(family) => !family.helper && !registries::is_own(image),
        None => !is_own_image(apps, image),
    }
}

/// Whether a target runs an image of which nothing is known, and which may give variables of its own.
///
/// What a platform builds by itself of an app without any Dockerfile gives none that the app requires.
pub(super) fn may_be_of_another_image(model: &Model<'_>, app: usize, target: &Target) -> bool {
    let described = || {
        let images = model.project.files.iter().filter(|(_, file)| file.loaded.image.is_some());
        images.into_iter().any(|(path, _)| model.apps.home(path).is_none_or(|home| home == app))
    };
    target.image.is_some() && !target.signs.mounts_source && (target.kind == TargetKind::ComposeService || described())
}

/// What the config calls targets of this kind: `cloud-run:shop-api`.
pub(super) fn prefix(kind: TargetKind) -> &'static str {
    match kind {
        TargetKind::ComposeService => "compose",
        TargetKind::CloudRunService | TargetKind::CloudRunJob => "cloud-run",
        TargetKind::Function => "function",
        TargetKind::EcsContainer => "ecs",
        TargetKind::ModuleContainer => "module",
        TargetKind::KubernetesContainer => "kubernetes",
        TargetKind::PlatformApp => "platform",
        TargetKind::SystemdUnit => "systemd",
        TargetKind::DockerContainer => "docker",
        TargetKind::Step => "workflow",
        TargetKind::Trial => "trial",
    }
}
