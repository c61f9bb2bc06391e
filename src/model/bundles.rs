//! Where an image builds what browsers get, and which public variables that build sees. What is wrong with it, rules say.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::fact::{
    Build, Bundling, Command, Image, LayerKind, LinkKind, LinkOutcome, Need, SecretMount, Setting, SettingValue, Shell,
    WrittenFile,
};
use crate::name::Name;
use crate::project::Project;
use crate::source::{Place, SourcePath};
use crate::tables::images::third_party;
use crate::tables::{browser_runtime, commands, platform, public};

use super::documents::looks_like_env_file;
use super::images::{self, Built};
use super::views::ViewLayer;
use super::{AppTarget, Model};

/// The part of a build in which public variables are written into what browsers get.
pub struct Bundle<'m> {
    /// The build.
    pub build: &'m Build,
    /// What else is known of it.
    pub built: Built<'m>,
    /// The Dockerfile.
    pub path: &'m SourcePath,
    /// What it says.
    pub image: &'m Image,
    /// The commands that do it.
    pub commands: Vec<Bundling<'m>>,
}

impl<'m> Bundle<'m> {
    /// The arguments of the build that its commands can read.
    pub fn arguments(&self) -> BTreeSet<&'m Name> {
        self.commands.iter().flat_map(|of| self.image.seen_by(*of).0).map(|argument| &argument.name).collect()
    }

    /// The last command that does it: libraries are built before what uses them.
    pub fn command(&self) -> Option<&'m Command> {
        self.commands.last().map(|of| of.command)
    }
}

impl<'a> Model<'a> {
    /// The bundle of a build, where its Dockerfile was read whole and has a command that makes one.
    pub fn bundle<'m>(&'m self, built: Built<'m>) -> Option<Bundle<'m>> {
        let build = built.build;
        let (path, image) = self.image_of(build)?;
        let commands = image.bundling(build.stage.as_deref());
        (!commands.is_empty()).then_some(Bundle { build, built, path, image, commands })
    }

    /// Every build of the repository, each with its app, if it is one's, and with the target whose own it is.
    pub fn builds(&self) -> Vec<(Built<'a>, Option<usize>, Option<&AppTarget<'a>>)> {
        let own = self.targets.iter().filter(|target| target.target.build.is_some() && !target.foreign);
        let own = own.filter_map(|target| Some((target.built?, target.app, Some(target))));
        let steps = self.project.groups.iter().flat_map(|group| &group.builds).map(|step| {
            let home = |path: &Option<SourcePath>| self.apps.home(&path.as_ref()?.join("x")?);
            let of_dockerfile = step.build.dockerfile.as_ref().and_then(|path| self.apps.home(path));
            let depth = |app: &usize| self.apps.list[*app].folder.as_str().len();
            let app = home(&step.build.context).into_iter().chain(of_dockerfile).max_by_key(depth);
            (Built { build: &step.build, partial: step.partial, step: true }, app, None)
        });
        own.chain(steps).collect()
    }

    /// The Dockerfile of a build, where it was read whole.
    pub fn image_of<'m>(&'m self, build: &Build) -> Option<(&'m SourcePath, &'m Image)> {
        let (path, file) = self.project.files.get_key_value(build.dockerfile.as_ref()?)?;
        let image = file.loaded.image.as_ref()?;
        let whole = !image.foreign && !file.loaded.problems.iter().any(|problem| problem.hides_facts);
        whole.then_some((path, image))
    }

    /// Whether a framework writes a variable of an app into what browsers get, once and for all, when it is built.
    pub fn is_inlined(&self, app: usize, name: &Name) -> bool {
        let of_framework = public::public_prefix(name.as_str(), &self.apps.list[app].dependencies);
        of_framework.is_some_and(|prefix| prefix.inlined)
    }

    /// Whether browsers may get public variables of an app when a target runs it: by a package, by a script that the
    /// server writes, or because its container builds or changes the files when it starts.
    pub fn hands_out_at_run_time(&self, app: usize, target: Option<&AppTarget<'_>>, bundle: &Bundle<'_>) -> bool {
        let folder = &self.apps.list[app].folder;
        let stage = bundle.image.find(bundle.build.stage.as_deref());
        let chain = bundle.image.chain(stage);
        let mut files = chain.iter().flat_map(|(_, stage)| &stage.files);
        let signs = target.map(|target| target.target.signs).unwrap_or_default();
        let start = bundle.image.start(bundle.build.stage.as_deref());
        let is_script = |marker: &SourcePath| browser_runtime::is_script(marker.name()) && marker.is_below(folder);
        browser_runtime::package(&self.apps.list[app].dependencies).is_some()
            || signs.builds
            || signs.mounts_source
            || signs.development_server
            || signs.development_stage
            || files.any(|copied| {
                ["/docker-entrypoint.d", "/etc/nginx/templates"].iter().any(|at| copied.to.starts_with(at))
            })
            || start.iter().any(|command| self.may_change_files(app, bundle.path, command))
            || self.project.markers.iter().any(is_script)
            || self.project.files.iter().any(|(path, file)| file.loaded.public_at_run_time && path.folder() == *folder)
    }

    /// Whether a command that starts a container may change what browsers get; of a script that was not read nobody
    /// knows.
    fn may_change_files(&self, app: usize, path: &SourcePath, command: &Command) -> bool {
        let changes = |shell: &Shell| {
            shell.builds || shell.develops || shell.replaces || self.runs_a_building_script(app, &shell.scripts)
        };
        if changes(&command.shell) {
            return true;
        }
        self.script_of(path, command).map_or(command.script, |(_, shell)| changes(shell))
    }

    /// Whether one of these scripts of an app's package builds, or serves developers.
    fn runs_a_building_script(&self, app: usize, names: &[String]) -> bool {
        if names.is_empty() {
            return false;
        }
        let folder = &self.apps.list[app].folder;
        let manifests = self.project.files.iter().filter(|(path, _)| path.folder() == *folder);
        let scripts = manifests.filter_map(|(_, file)| file.loaded.manifest.as_ref()).flat_map(|of| &of.scripts);
        let mut lines = scripts.filter(|(name, _)| names.contains(name)).map(|(_, line)| commands::in_line(line));
        lines.any(|line| line.builds || line.develops)
    }

    /// The variables without which a container of a build stops when it starts (`${NAME:?}`), and where it says so.
    pub fn needed_at_start<'m>(&'m self, build: &Build) -> Vec<(&'m Name, Place)> {
        let Some((path, image)) = self.image_of(build) else { return Vec::new() };
        let family = image.base(build.stage.as_deref()).and_then(third_party);
        let mut found = Vec::new();
        for command in image.start(build.stage.as_deref()) {
            let own = command.shell.reads.iter().filter(|read| !read.span.is_empty()).map(|read| (path, read));
            let script = self.script_of(path, command);
            let of_script =
                script.into_iter().flat_map(|(path, shell)| shell.reads.iter().map(move |read| (path, read)));
            for (path, read) in own.chain(of_script).filter(|(_, read)| read.need == Need::Required) {
                // What it starts from may set names of its own.
                let of_base = family.is_some_and(|family| family.reads(read.name.as_str()));
                if !of_base && platform::platform(read.name.as_str()).is_none() {
                    found.push((&read.name, Place::new(path, read.span)));
                }
            }
        }
        found
    }

    /// The script that a command of a Dockerfile starts, if it was read.
    pub fn script_of(&self, path: &SourcePath, command: &Command) -> Option<(&SourcePath, &Shell)> {
        let file = self.project.files.get(path)?;
        let named = file.loaded.links.iter().zip(&file.outcomes);
        let mut named = named.filter(|(link, _)| link.kind == LinkKind::Script && link.span == command.span);
        named.find_map(|(_, outcome)| {
            let LinkOutcome::Loaded(path) = outcome else { return None };
            let (path, script) = self.project.files.get_key_value(path)?;
            Some((path, script.loaded.script.as_ref()?))
        })
    }

    /// Whether a bundle may get a public variable in a way that is not seen here: by its command, by a file that is not
    /// in the checkout, or in a part of the build that was not understood.
    pub fn may_get(&self, app: usize, bundle: &Bundle<'_>, name: &Name) -> bool {
        let stages = bundle.image.reached(bundle.build.stage.as_deref());
        let mut commands = stages.iter().flat_map(|(_, stage)| &stage.commands);
        let own = |of: &Bundling<'_>| {
            let lent = of.command.secrets.iter().any(|mount| mount.variable.as_ref().is_none_or(|own| own == name));
            lent || of.command.shell.sets.contains(name)
        };
        bundle.built.partial
            || bundle.commands.iter().any(own)
            || commands.any(|command| command.names_env_file)
            || self.may_lie_in_context(app, bundle, name)
    }

    /// Whether an env file that is not in the checkout may come into the build and give a variable: it is not left out
    /// of the context, a copy brings it in, and nothing says that it lacks the variable.
    fn may_lie_in_context(&self, app: usize, bundle: &Bundle<'_>, name: &Name) -> bool {
        const FILES: &[&str] = &[".env", ".env.local", ".env.production", ".env.production.local"];
        if bundle.built.step {
            // A checkout has no more than git knows of, and what a step wrote into it before.
            return self.written_files().any(|written| {
                let gives = || written.opaque || written.settings.iter().any(|setting| setting.name == *name);
                // Of what a step writes for other programs a bundler reads nothing.
                let comes_in = |path: &SourcePath| looks_like_env_file(path) && self.is_copied(bundle, path);
                gives() && written.path.as_ref().is_none_or(comes_in)
            });
        }
        let folder = &self.apps.list[app].folder;
        let context = bundle.build.context.as_ref();
        let folders: BTreeSet<&SourcePath> = std::iter::once(folder).chain(context).collect();
        folders.into_iter().flat_map(|folder| FILES.iter().filter_map(|file| folder.join(file))).any(|path| {
            if self.project.files.contains_key(&path) || !self.is_copied(bundle, &path) {
                return false;
            }
            match self.stand_in(&path) {
                Some(template) => template.all_names.contains(name),
                None => self.project.ignored.matches(&path, false),
            }
        })
    }

    /// The env files that steps of workflows write.
    pub fn written_files(&self) -> impl Iterator<Item = &WrittenFile> {
        self.project.groups.iter().flat_map(|group| &group.written_files)
    }

    /// Whether a file comes into a stage of a build that makes a bundle, itself, or perhaps with what a stage before it
    /// has made of it (`turbo prune`).
    pub fn is_copied(&self, bundle: &Bundle<'_>, path: &SourcePath) -> bool {
        let Some(inside) = self.path_in_context(bundle.build, path) else { return false };
        let holds = |stage: usize| !bundle.image.copies_of(stage, inside).is_empty();
        let made_of = |stage: usize| {
            let chain = bundle.image.chain(Some(stage));
            let from: BTreeSet<&str> =
                chain.iter().flat_map(|(_, stage)| &stage.files).filter_map(|copied| copied.from.as_deref()).collect();
            from.into_iter().filter_map(|from| bundle.image.find(Some(from))).any(|from| from < stage && holds(from))
        };
        bundle.commands.iter().any(|of| holds(of.stage) || made_of(of.stage))
    }
}

/// The names that the commands of images and the scripts that they start read.
pub(super) fn read_by_images(project: &Project) -> impl Iterator<Item = Name> {
    let files = || project.files.values();
    let images = files().filter_map(|file| file.loaded.image.as_ref());
    let commands = images.flat_map(|image| &image.stages).flat_map(|stage| &stage.commands);
    let scripts = files().filter_map(|file| file.loaded.script.as_ref());
    let shells = commands.map(|command| &command.shell).chain(scripts);
    shells.flat_map(|shell| &shell.reads).map(|read| read.name.clone()).collect::<Vec<_>>().into_iter()
}

/// What a command finds in the variable of a secret that the build lends it; nothing if it does not.
fn lent(build: &Build, path: &SourcePath, mount: &SecretMount) -> Option<Arc<Setting>> {
    let (name, id) = (mount.variable.clone()?, mount.id.as_deref()?);
    let Some(secrets) = &build.secrets else {
        let (place, value_span) = (Place::new(path, mount.span), mount.span);
        return Some(Arc::new(Setting { name, place, value_span, value: SettingValue::Unknown }));
    };
    let of = secrets.iter().rev().find(|secret| secret.id == id)?;
    let (place, value_span, value) = (of.place.clone(), of.value_span, of.value.clone());
    Some(Arc::new(Setting { name, place, value_span, value }))
}

/// What only the build of a target's image sees, strongest first: what its stage sets, the arguments that it is given
/// and takes, their defaults, and the env files of its context.
pub(super) fn layers(
    model: &Model<'_>,
    built: Built<'_>,
    path: &SourcePath,
    image: &Image,
    files: Vec<ViewLayer>,
) -> Vec<ViewLayer> {
    let build = built.build;
    let stage = build.stage.as_deref();
    let commands = image.bundling(stage);
    let (mut arguments, mut set) = (Vec::new(), Vec::new());
    for of in &commands {
        let (taken, settings) = image.seen_by(*of);
        set.extend(images::resolved(image, &taken, &settings, &build.arguments));
        arguments.extend(taken);
    }
    if commands.is_empty() {
        arguments = image.arguments(stage);
    }
    let names: BTreeSet<&Name> = arguments.iter().map(|argument| &argument.name).collect();
    let taken = build.arguments.iter().filter(|argument| names.contains(&argument.name));
    let mut given: Vec<Arc<Setting>> = taken.map(|argument| Arc::new(argument.clone())).collect();
    given.extend(commands.iter().flat_map(|of| &of.command.secrets).filter_map(|mount| lent(build, path, mount)));
    let mut given = ViewLayer::of_file(path, given, None);
    given.kind = LayerKind::BuildArguments;
    let all = image.defaults();
    let defaults = arguments.iter().filter_map(|argument| all.of(argument));
    let defaults: Vec<Arc<Setting>> = defaults
        .filter(|default| matches!(default.value, SettingValue::Given(_)))
        .map(|of| Arc::new(of.clone()))
        .collect();
    let bundle = Bundle { build, built, path, image, commands };
    let comes_in = |layer: &ViewLayer| {
        if bundle.commands.is_empty() {
            model.kept_back(build).is_none() || model.path_in_context(build, &layer.named.path).is_some()
        } else {
            model.is_copied(&bundle, &layer.named.path)
        }
    };
    let mut layers = vec![images::layer(path, set), given, images::layer(path, defaults)];
    layers.extend(files.into_iter().filter(comes_in));
    for layer in &mut layers {
        layer.build_only = true;
    }
    layers
}
