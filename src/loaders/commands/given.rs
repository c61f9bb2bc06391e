//! What command lines give, gathered in their order, and turned into targets when all files are there.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::bundles::Bundles;
use super::{Argument, Content, Shell, Variable, Written};
use crate::fact::{
    Build, ComposeRun, ImageBuild, Layer, LayerKind, LayerState, Link, LinkKind, LinkOutcome, SecretFile, Setting,
    Target, TargetKind, TargetSigns, TerraformArgument, WrittenFile,
};
use crate::loaders::bake::{self, BakeCall};
use crate::loaders::ecs::{self, TaskCall};
use crate::loaders::{File, Files, dotenv};
use crate::name::Name;
use crate::source::{Place, SourcePath, Span};
use crate::syntax::dotenv::Dialect;

/// How many files are followed that the commands of one file name.
const LINKS: usize = 1_000;

/// What commands gave so far.
#[derive(Default)]
pub(in crate::loaders) struct Given {
    services: Vec<Service>,
    /// The images that were built.
    pub(in crate::loaders) builds: Vec<ImageBuild>,
    /// The runs of bake, whose files say what they build.
    pub(in crate::loaders) bakes: Vec<BakeCall>,
    /// The tasks of ECS that were started.
    tasks: Vec<TaskCall>,
    /// The builds of what browsers get.
    pub(in crate::loaders) bundles: Bundles,
    /// The files that were named.
    pub(in crate::loaders) links: Vec<Link>,
    /// How compose was run.
    pub(in crate::loaders) compose_runs: Vec<ComposeRun>,
    /// What Terraform was given.
    pub(in crate::loaders) terraform: Vec<TerraformArgument>,
    /// Where values stand that were handed on.
    pub(in crate::loaders) origins: Origins,
    /// The env files that were written.
    pub(in crate::loaders) written: Vec<WrittenFile>,
    /// The variables that the steps behind this one get.
    pub(in crate::loaders) exports: BTreeMap<String, Variable>,
    /// What later steps can ask this one for.
    pub(in crate::loaders) outputs: BTreeMap<String, Content>,
    /// Whether something of it deploys.
    pub(in crate::loaders) deploys: bool,
    /// Whether something of it runs tests.
    pub(in crate::loaders) tests: bool,
    /// Whether files may be there that are neither of the repository nor among those that were written.
    pub(in crate::loaders) unseen: bool,
    /// What is given to commands that run tests.
    pub(in crate::loaders) tried: Vec<Setting>,
    /// What may be shown: spans, each with the text that must stand there.
    pub(in crate::loaders) shown: Vec<(Span, String)>,
}

/// The variables of one kind that something that runs is given.
#[derive(Clone, Debug, Default)]
pub(in crate::loaders) struct Side {
    pub(in crate::loaders) settings: Vec<Setting>,
    /// Whether what was there before is gone.
    pub(in crate::loaders) whole: bool,
}

/// Something that runs, as commands describe it step by step.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent observations, not a state")]
pub(in crate::loaders) struct Service {
    pub(in crate::loaders) kind: TargetKind,
    pub(in crate::loaders) name: String,
    pub(in crate::loaders) place: Place,
    pub(in crate::loaders) environment: Option<String>,
    /// Literal values.
    pub(in crate::loaders) plain: Side,
    /// References to stored secrets.
    pub(in crate::loaders) secrets: Side,
    pub(in crate::loaders) secret_files: Vec<SecretFile>,
    /// What other lists beside its own give it, each for a part of what it does.
    pub(in crate::loaders) parts: Vec<Vec<Setting>>,
    /// Env files: path, where it is named.
    pub(in crate::loaders) files: Vec<(Option<SourcePath>, Place)>,
    pub(in crate::loaders) image: Option<(String, Span)>,
    pub(in crate::loaders) build: Option<Build>,
    pub(in crate::loaders) partial: bool,
    pub(in crate::loaders) own_command: bool,
    pub(in crate::loaders) one_shot: bool,
    /// Whether anything was said of its variables; without that it is no target.
    pub(in crate::loaders) speaks: bool,
}

impl Side {
    /// Takes everything away that was there.
    pub(in crate::loaders) fn clear(&mut self) {
        self.settings.clear();
        self.whole = true;
    }

    pub(super) fn remove(&mut self, name: &str) {
        self.settings.retain(|setting| setting.name.as_str() != name);
    }

    /// Takes away what later settings replace.
    pub(super) fn make_way(&mut self, for_them: &[Setting]) {
        self.settings.retain(|setting| for_them.iter().all(|later| later.name != setting.name));
    }
}

/// Where values stand that are handed on from elsewhere; `None` where it is not the same for every use of a place.
pub(in crate::loaders) type Origins = BTreeMap<Place, Option<Place>>;

impl Given {
    /// Nothing so far, where `unseen` says whether somebody may have made files before.
    pub(in crate::loaders) fn nothing(unseen: bool) -> Self {
        Self { unseen, ..Self::default() }
    }

    /// The thing of this kind and name; a new one where there is none yet.
    pub(in crate::loaders) fn service(&mut self, kind: TargetKind, name: &str, place: Place) -> &mut Service {
        // Each `docker run` is a container of its own.
        let is_known =
            |service: &Service| service.kind == kind && service.name == name && kind != TargetKind::DockerContainer;
        let at = self.services.iter().position(is_known).unwrap_or_else(|| {
            self.services.push(Service {
                kind,
                name: name.to_owned(),
                place,
                environment: None,
                plain: Side::default(),
                secrets: Side::default(),
                secret_files: Vec::new(),
                parts: Vec::new(),
                files: Vec::new(),
                image: None,
                build: None,
                partial: false,
                own_command: false,
                one_shot: false,
                speaks: false,
            });
            self.services.len() - 1
        });
        &mut self.services[at]
    }

    pub(in crate::loaders) fn show(&mut self, span: Span, text: &str) {
        self.shown.push((span, text.to_owned()));
    }

    /// Notes a task that is started, or what one more step adds to one.
    pub(in crate::loaders) fn task(&mut self, call: TaskCall) {
        let is_same = |known: &&mut TaskCall| {
            known.file.is_some() && known.file == call.file && known.environment == call.environment
        };
        match self.tasks.iter_mut().find(is_same) {
            Some(known) => {
                known.additions.extend(call.additions);
                known.open |= call.open;
            }
            None => self.tasks.push(call),
        }
    }

    /// Whether a command before this one wrote a file.
    pub(in crate::loaders) fn is_written(&self, path: Option<&SourcePath>) -> bool {
        self.written.iter().any(|written| written.path.as_ref() == path)
    }

    /// The images that were built, those that files of bake describe among them.
    pub(in crate::loaders) fn images(&mut self, files: &Files<'_>) -> Vec<ImageBuild> {
        let mut all = std::mem::take(&mut self.builds);
        all.extend(self.bakes.iter().flat_map(|call| bake::builds(files, call)));
        all
    }

    /// The targets that speak of variables, with the env files that they name.
    pub(in crate::loaders) fn targets(&self, files: &Files<'_>) -> Vec<Target> {
        let services = self.services.iter().filter(|service| service.speaks).map(|service| target(service, files));
        services.chain(self.tasks.iter().flat_map(|call| ecs::targets(files, call))).collect()
    }
}

/// Notes where the value stands that is handed on at a place.
fn note_origin(origins: &mut Origins, at: Place, origin: Option<Place>) {
    match origins.entry(at) {
        Entry::Vacant(place) => {
            place.insert(origin);
        }
        Entry::Occupied(mut known) if *known.get() != origin => {
            known.insert(None);
        }
        Entry::Occupied(_) => {}
    }
}

/// Takes over the origins of further commands.
pub(in crate::loaders) fn add_origins(origins: &mut Origins, further: Origins) {
    for (at, origin) in further {
        note_origin(origins, at, origin);
    }
}

/// The origins that are the same for every use of their place.
pub(in crate::loaders) fn certain(origins: Origins) -> BTreeMap<Place, Place> {
    origins.into_iter().filter_map(|(at, origin)| Some((at, origin?))).collect()
}

impl Shell<'_> {
    /// A variable that is given a value. One that only hands on what the file writes is judged where that stands.
    pub(in crate::loaders) fn setting(&mut self, name: &Argument, text: &str, value: &Argument) -> Setting {
        let (place, value_span) = (self.place(name.span()), value.span());
        if let Some(written) = value.handed_on() {
            let origin = Place::new(&written.place.path, written.value_span);
            note_origin(&mut self.given.origins, Place::new(&place.path, value_span), Some(origin));
        }
        Setting { name: Name::new(text), place, value_span, value: value.to_content().setting(value_span) }
    }

    /// The same for what runs: a variable that is handed on under its own name is given where it is written.
    pub(in crate::loaders) fn handed(&mut self, name: &Argument, text: &str, value: &Argument) -> Setting {
        match value.handed_on().filter(|written| written.name == text && !written.value_span.is_empty()) {
            Some(Written { place, value_span, .. }) => {
                let (name, content) = (Name::new(text), value.to_content());
                Setting { name, place: place.clone(), value_span: *value_span, value: content.setting(value.span()) }
            }
            None => self.setting(name, text, value),
        }
    }

    /// Names a file below the root, so that it is read; its path if it has one.
    pub(in crate::loaders) fn link(&mut self, kind: LinkKind, path: &Content, span: Span) -> Option<SourcePath> {
        let written = path.literal()?;
        let target = self.path_of(&written)?;
        // A path is no secret; an address could hold one.
        if !written.contains(['@', '?', '=']) && !written.contains("://") {
            self.given.show(span, &written);
        }
        let path = format!("{}{}", super::to_root(self.path), target.as_str());
        // Others may be written by what is not looked at.
        let is_read = matches!(kind, LinkKind::VarFile | LinkKind::EnvVarsFile | LinkKind::FlagsFile);
        let link = Link { kind, path, span, required: is_read && !self.given.unseen };
        if self.given.links.len() < LINKS && !self.given.links.contains(&link) {
            self.given.links.push(link);
        }
        Some(target)
    }
}

fn target(service: &Service, files: &Files<'_>) -> Target {
    let own: Vec<Setting> = service.plain.settings.iter().chain(&service.secrets.settings).cloned().collect();
    let mut layers = Vec::with_capacity(1 + service.files.len());
    if !own.is_empty() || service.parts.is_empty() {
        let (kind, named) = (LayerKind::Environment, service.place.clone());
        layers.push(Layer { kind, named, settings: own, state: LayerState::Whole });
    }
    let part = |settings: &Vec<Setting>| Layer {
        kind: LayerKind::Environment,
        named: service.place.clone(),
        settings: settings.clone(),
        state: LayerState::Whole,
    };
    layers.extend(service.parts.iter().map(part));
    layers.extend(service.files.iter().rev().map(|(path, place)| layer(files, path.as_ref(), place)));
    let signs = TargetSigns {
        own_command: service.own_command,
        one_shot: service.one_shot,
        keeps_secrets: service.plain.whole && !service.secrets.whole,
        speaks_for_itself: true,
        ..TargetSigns::default()
    };
    Target {
        kind: service.kind,
        name: service.name.clone(),
        place: service.place.clone(),
        layers,
        secret_files: service.secret_files.clone(),
        environment: service.environment.clone(),
        build: service.build.clone(),
        image: service.image.clone(),
        mounts: Vec::new(),
        signs,
        partial: service.partial || !service.plain.whole,
    }
}

fn layer(files: &Files<'_>, path: Option<&SourcePath>, place: &Place) -> Layer {
    let unread = |outcome| LayerState::Unread { outcome, required: true };
    let kind = LayerKind::EnvFile(path.cloned());
    let named = place.clone();
    let Some(path) = path else {
        return Layer { kind, named, settings: Vec::new(), state: unread(LinkOutcome::Unresolved) };
    };
    let Some(file) = files.get(path) else {
        let missing = if files.is_ignored(path) { LinkOutcome::Ignored } else { LinkOutcome::Missing };
        return Layer { kind, named, settings: Vec::new(), state: unread(missing(path.clone())) };
    };
    let (settings, whole) = settings(path, file);
    let state = if whole { LayerState::Whole } else { LayerState::Partial };
    Layer { kind, named, settings, state }
}

/// What an env file gives to a container, whichever loader has read it.
fn settings(path: &SourcePath, file: &File) -> (Vec<Setting>, bool) {
    if file.format == dotenv::LOADER.name {
        let read = dotenv::settings(file, Dialect::Docker);
        return (read.settings, read.whole);
    }
    let facts = file.loaded.facts.iter().filter_map(|fact| {
        let crate::fact::FactKind::Definition { value, value_span } = &fact.kind else { return None };
        let value = crate::fact::SettingValue::Given(value.clone());
        let place = Place::new(path, fact.span);
        Some(Setting { name: fact.name.clone(), place, value_span: *value_span, value })
    });
    (facts.collect(), !file.loaded.problems.iter().any(|problem| problem.hides_facts))
}
