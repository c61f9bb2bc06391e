//! Every place that gives a variable a literal value, with what the rules on values need to know of it.
//!
//! Env files, templates, targets, images, the fallbacks of references, and what schemas give; not what only a listing
//! or a document names.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::fact::{
    Fact, FactKind, LayerKind, LayerState, ModuleValues, Role, Setting, SettingValue, TargetGroup, TargetKind,
};
use crate::loaders::File;
use crate::name::{Environment, Name};
use crate::source::{Place, SourcePath, Span};
use crate::tables::{references, secret_names};
use crate::value::{Operator, Part, Template, Value};

use super::{AppTarget, Model, is_unnamed};

/// A place that gives a variable a value.
#[expect(clippy::struct_excessive_bools, reason = "independent observations, not a state")]
pub struct Slot<'a> {
    /// The variable.
    pub name: &'a Name,
    /// The file.
    pub path: &'a SourcePath,
    /// Where the value stands, or the name where nothing tells that.
    pub span: Span,
    /// The value.
    pub value: Value,
    /// What gives it.
    pub origin: Origin,
    /// Whether it stands in only where a reference is unset: `${NAME:-value}`.
    pub fallback: bool,
    /// Whether whoever starts what its file describes may well give another one in its stead.
    pub replaceable: bool,
    /// The apps that it is for, by index.
    pub apps: Arc<[usize]>,
    /// The environment that it is of, if that is known.
    pub environment: Option<Environment>,
    /// Whether users meet that environment.
    pub deployed: bool,
    /// Whether git ignores the file, so that it exists on this machine only.
    pub local: bool,
    /// Whether its variable is a secret, by a schema that declares it, else by its name.
    pub secret: bool,
}

/// What gives a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// An env file.
    EnvFile,
    /// A template of one.
    Template,
    /// A target's own list, or its build arguments; the target by index.
    Target(usize),
    /// A Dockerfile.
    Image {
        /// Whether it is `ARG`, which only the build sees, as against `ENV`.
        argument: bool,
        /// Whether it stands in the last stage, which is the one that runs, or in one that this starts from.
        last_stage: bool,
    },
    /// An argument that a step gives to the build of an image.
    Build,
    /// What a step gives to the bundle of an app, which it builds and publishes.
    Bundle,
    /// A default in a schema.
    SchemaDefault,
    /// An example in a schema.
    SchemaExample,
    /// A file that gives the variables of a deploy description values; what of it reaches a target is the target's.
    Inputs,
}

impl Slot<'_> {
    /// Where the value stands.
    pub fn place(&self) -> Place {
        Place::new(self.path, self.span)
    }

    /// Whether nobody says which of the deployed environments it is.
    pub fn is_unnamed(&self) -> bool {
        self.environment.as_ref().is_none_or(super::is_unnamed)
    }

    /// Whether it is for a test run: its environment, or a folder or a word of the file, says so.
    pub fn is_for_tests(&self) -> bool {
        let name = self.path.name();
        // A pipeline is called `ci` whatever its jobs do, and a job that names its environment says what that is.
        let deploys =
            name.ends_with(".gitlab-ci.yml") || matches!(self.origin, Origin::Target(_)) && !self.is_unnamed();
        let words = name.split(['.', '-', '_']).filter(|word| !(deploys && word.eq_ignore_ascii_case("ci")));
        self.environment.as_ref().is_some_and(|environment| environment.as_str() == "test")
            || self.path.as_str().split('/').any(is_test_word)
            || words.into_iter().any(is_test_word)
    }
}

fn is_test_word(part: &str) -> bool {
    const WORDS: &[&str] = &[
        "test",
        "tests",
        "testing",
        "__tests__",
        "spec",
        "specs",
        "e2e",
        "ci",
        "cypress",
        "playwright",
        "mock",
        "mocks",
        "__mocks__",
        "fixture",
        "fixtures",
        "testdata",
        "testutils",
        "integration-tests",
    ];
    WORDS.iter().any(|word| part.eq_ignore_ascii_case(word))
}

/// All of them: files by path, then targets, images and schemas.
pub(super) fn all<'a>(model: &Model<'a>) -> Vec<Slot<'a>> {
    let mut slots = Vec::with_capacity(model.sources.iter().map(|source| source.settings.len()).sum());
    of_files(model, &mut slots);
    of_targets(model, &mut slots);
    of_builds(model, &mut slots);
    let mut users: BTreeMap<&SourcePath, Vec<usize>> = BTreeMap::new();
    for (app, schema) in model.schemas.iter().enumerate() {
        for path in &schema.paths {
            users.entry(path).or_default().push(app);
        }
    }
    for (path, file) in &model.project.files {
        if let Some(image) = &file.loaded.image {
            let kept: BTreeSet<usize> = image.chain(image.find(None)).iter().map(|(index, _)| *index).collect();
            for (index, stage) in image.stages.iter().enumerate() {
                let last_stage = kept.contains(&index);
                of_image(model, path, &stage.settings, Origin::Image { argument: false, last_stage }, &mut slots);
                of_image(model, path, &stage.arguments, Origin::Image { argument: true, last_stage }, &mut slots);
            }
        }
        if file.claim.role == Role::Schema {
            let apps = users.get(path).map(Vec::as_slice).unwrap_or_default();
            of_schema(model, path, &apps.into(), &file.loaded.facts, &mut slots);
        }
    }
    of_inputs(model, &mut slots);
    // What only points to where the value is kept is no value to judge.
    slots.retain(|slot| !references::points_elsewhere(&slot.value));
    for slot in &mut slots {
        slot.secret = model.is_secret(&slot.apps, slot.name);
    }
    slots
}

impl<'a> Model<'a> {
    /// The values that steps of pipelines give to the bundles that they publish. They are public, so that no rule on
    /// secrets asks for them: they are not among [`Model::slots`].
    pub fn bundled_slots(&self) -> Vec<Slot<'a>> {
        let mut seen = BTreeSet::new();
        let published = self.bundled().filter_map(|(app, setting, bundle)| {
            let environment = bundle.environment.clone()?;
            let given = Given {
                apps: Arc::new([app]),
                deployed: self.environments.is_deployed(&environment),
                environment: Some(environment),
                origin: Origin::Bundle,
            };
            given.slot(&setting.place.path, setting).filter(|slot| !slot.fallback && seen.insert(slot.place()))
        });
        let mut slots: Vec<Slot<'a>> = published.collect();
        for slot in &mut slots {
            slot.secret = self.is_secret(&slot.apps, slot.name);
        }
        slots
    }

    /// Whether a variable of these apps is a secret, by a schema that declares it, else by its name.
    pub fn is_secret(&self, apps: &[usize], name: &Name) -> bool {
        let declared = apps.iter().find_map(|app| self.schemas[*app].declaration(name)?.declaration.secret);
        declared.unwrap_or_else(|| secret_names::is_secret_name(name))
    }
}

fn of_files<'a>(model: &Model<'a>, slots: &mut Vec<Slot<'a>>) {
    let readers = readers(model);
    for source in &model.sources {
        let origin = match source.file.claim.role {
            Role::Values => Origin::EnvFile,
            Role::Template => Origin::Template,
            _ => continue,
        };
        let read_in = || readers.get(source.path).filter(|all| all.len() == 1).and_then(BTreeSet::first).copied();
        let environment = source.environment.as_ref().or_else(read_in);
        let deployed = environment.is_some_and(|environment| model.environments.is_deployed(environment));
        let apps: Arc<[usize]> = source.owners.as_slice().into();
        for fact in &source.file.loaded.facts {
            let FactKind::Definition { value, value_span } = &fact.kind else { continue };
            let Some((value, fallback)) = literal_of(value) else { continue };
            slots.push(Slot {
                name: &fact.name,
                path: source.path,
                span: if value_span.is_empty() { fact.span } else { *value_span },
                value,
                origin,
                fallback,
                replaceable: false,
                apps: Arc::clone(&apps),
                environment: environment.cloned(),
                deployed,
                local: source.file.local,
                secret: false,
            });
        }
    }
}

/// What deploy descriptions say beside their targets: values of their variables that no target hands on.
fn of_inputs<'a>(model: &Model<'a>, slots: &mut Vec<Slot<'a>>) {
    let project = model.project;
    let speaks = |file: &File| {
        file.claim.role == Role::Inputs || file.claim.role == Role::Deploy && !file.loaded.facts.is_empty()
    };
    let files: Vec<_> = project.files.iter().filter(|(_, file)| speaks(file)).collect();
    if files.is_empty() {
        return;
    }
    let origins = project.groups.iter().flat_map(|group| group.origins.values());
    let handed_on: BTreeSet<(&SourcePath, Span)> = origins.map(|place| (&place.path, place.span)).collect();
    let given = project.modules.iter().flat_map(|module| &module.given);
    // Of several that speak of one file the first one is taken.
    let given: BTreeMap<&SourcePath, &ModuleValues> = given.rev().map(|given| (&given.path, given)).collect();
    for (path, file) in files {
        let environment = given.get(path).and_then(|given| model.environments.of_word(given.environment.as_deref()?));
        for fact in &file.loaded.facts {
            let FactKind::Definition { value, value_span } = &fact.kind else { continue };
            let Some((value, fallback)) = literal_of(value) else { continue };
            if handed_on.contains(&(path, *value_span)) {
                continue;
            }
            slots.push(Slot {
                name: &fact.name,
                path,
                span: *value_span,
                value,
                origin: Origin::Inputs,
                fallback,
                replaceable: false,
                apps: Arc::new([]),
                deployed: environment.as_ref().is_some_and(|word| model.environments.is_deployed(word)),
                environment: environment.clone(),
                local: file.local,
                secret: false,
            });
        }
    }
}

/// The environments of the targets that read an env file; of those whose file says where they run.
fn readers<'m>(model: &'m Model<'_>) -> BTreeMap<&'m SourcePath, BTreeSet<&'m Environment>> {
    let mut found: BTreeMap<&SourcePath, BTreeSet<&Environment>> = BTreeMap::new();
    for target in model.targets.iter().filter(|target| !is_unnamed(&target.environment)) {
        for layer in &target.target.layers {
            if let LayerKind::EnvFile(Some(path)) = &layer.kind {
                found.entry(path).or_default().insert(&target.environment);
            }
        }
    }
    found
}

fn of_targets<'a>(model: &Model<'a>, slots: &mut Vec<Slot<'a>>) {
    let deployed_groups = deployed_groups(model);
    let mut defined: (usize, BTreeSet<&Name>) = (0, BTreeSet::new());
    for (index, target) in model.targets.iter().enumerate() {
        let own = target.target.layers.iter().filter(|layer| layer.kind == LayerKind::Environment);
        let arguments = target.target.build.iter().flat_map(|build| &build.arguments);
        // A file with nothing but databases and dashboards is for developing.
        let is_company = !is_unnamed(&target.environment) || deployed_groups.contains(&address(target));
        let deployed = target.deployed && (!target.foreign || is_company);
        if defined.0 != address(target) {
            defined = (address(target), names_beside(target));
        }
        let apps: Arc<[usize]> = target.app.as_slice().into();
        for setting in own.flat_map(|layer| &layer.settings).chain(arguments) {
            let SettingValue::Given(template) = &setting.value else { continue };
            let Some((value, fallback)) = literal_of(template) else { continue };
            // What the file beside it gives, no fallback replaces.
            if fallback && template.references().first().is_some_and(|first| defined.1.contains(&first.name)) {
                continue;
            }
            let (path, span) = origin(target.group, &setting.place.path, span_of(setting));
            slots.push(Slot {
                name: &setting.name,
                path,
                span,
                value,
                origin: Origin::Target(index),
                fallback,
                replaceable: fallback && is_replaceable(target, template),
                apps: Arc::clone(&apps),
                environment: Some(target.environment.clone()),
                deployed,
                local: model.project.files.get(path).is_some_and(|file| file.local),
                secret: false,
            });
        }
    }
}

/// What steps give to the builds of images.
fn of_builds<'a>(model: &Model<'a>, slots: &mut Vec<Slot<'a>>) {
    let steps = model.project.groups.iter().flat_map(|group| group.builds.iter().map(move |step| (group, step)));
    for (group, step) in steps {
        let home = step.build.dockerfile.as_ref().and_then(|path| model.apps.home(path));
        let apps: Arc<[usize]> = home.as_slice().into();
        let environment = step.environment.as_ref().and_then(|word| model.environments.of_word(word));
        let deployed = environment.as_ref().is_none_or(|environment| model.environments.is_deployed(environment));
        let given = Given { apps, environment, deployed, origin: Origin::Build };
        let slot = |setting: &'a Setting| {
            let slot = given.slot(&setting.place.path, setting)?;
            let (path, span) = origin(group, slot.path, slot.span);
            Some(Slot { path, span, ..slot })
        };
        slots.extend(step.build.arguments.iter().filter_map(slot));
    }
}

/// What the values that one step or one image gives have in common.
struct Given {
    apps: Arc<[usize]>,
    environment: Option<Environment>,
    deployed: bool,
    origin: Origin,
}

impl Given {
    fn slot<'a>(&self, path: &'a SourcePath, setting: &'a Setting) -> Option<Slot<'a>> {
        let SettingValue::Given(template) = &setting.value else { return None };
        let (value, fallback) = literal_of(template)?;
        Some(Slot {
            name: &setting.name,
            path,
            span: span_of(setting),
            value,
            origin: self.origin,
            fallback,
            replaceable: false,
            apps: Arc::clone(&self.apps),
            environment: self.environment.clone(),
            deployed: self.deployed,
            local: false,
            secret: false,
        })
    }
}

/// Where a value stands that a target hands on from elsewhere.
fn origin<'a>(group: &'a TargetGroup, path: &'a SourcePath, span: Span) -> (&'a SourcePath, Span) {
    let origins = &group.origins;
    let found = if origins.is_empty() { None } else { origins.get(&Place::new(path, span)) };
    found.map_or((path, span), |place| (&place.path, place.span))
}

/// Tells the groups of targets apart.
fn address(target: &AppTarget<'_>) -> usize {
    std::ptr::from_ref(target.group).addr()
}

/// The groups in which a service of the repository is deployed.
fn deployed_groups(model: &Model<'_>) -> BTreeSet<usize> {
    model.targets.iter().filter(|target| !target.foreign && target.deployed).map(address).collect()
}

/// The names that the files beside a target's own give to its references.
fn names_beside<'a>(target: &AppTarget<'a>) -> BTreeSet<&'a Name> {
    let known = target.group.surroundings.iter().filter(|layer| layer.state == LayerState::Whole);
    known.flat_map(|layer| &layer.settings).map(|setting| &setting.name).collect()
}

fn of_image<'a>(
    model: &Model<'a>,
    path: &'a SourcePath,
    settings: &'a [Setting],
    origin: Origin,
    slots: &mut Vec<Slot<'a>>,
) {
    let words: Vec<&str> = path.as_str().split(['/', '.', '-', '_']).collect();
    let environment = words.iter().rev().find_map(|word| model.environments.of_word(word));
    let in_container = path.folders().any(|folder| folder.name() == ".devcontainer");
    let deployed =
        !in_container && environment.as_ref().is_none_or(|environment| model.environments.is_deployed(environment));
    let apps: Arc<[usize]> = model.apps.home(path).as_slice().into();
    let given = Given { apps, environment, deployed, origin };
    slots.extend(settings.iter().filter_map(|setting| given.slot(path, setting)));
}

fn of_schema<'a>(
    model: &Model<'a>,
    path: &'a SourcePath,
    apps: &Arc<[usize]>,
    facts: &'a [Fact],
    slots: &mut Vec<Slot<'a>>,
) {
    for fact in facts {
        let FactKind::Declaration(declaration) = &fact.kind else { continue };
        let mut add = |value: &Value, origin, span, word: Option<&str>| {
            let environment = word.and_then(|word| model.environments.of_word(word));
            let deployed = environment.as_ref().is_none_or(|environment| model.environments.is_deployed(environment));
            slots.push(Slot {
                name: &fact.name,
                path,
                span,
                value: value.clone(),
                origin,
                fallback: false,
                replaceable: false,
                apps: Arc::clone(apps),
                environment,
                deployed,
                local: false,
                secret: false,
            });
        };
        for (value, origin) in
            [(&declaration.default, Origin::SchemaDefault), (&declaration.example, Origin::SchemaExample)]
        {
            if let Some(value) = value.as_ref().filter(|value| !value.is_empty()) {
                add(value, origin, fact.span, None);
            }
        }
        for special in &declaration.overrides {
            for (value, origin) in
                [(&special.default, Origin::SchemaDefault), (&special.example, Origin::SchemaExample)]
            {
                if let Some(value) = value.as_ref().filter(|value| !value.is_empty()) {
                    add(value, origin, special.span, Some(&special.environment));
                }
            }
        }
    }
}

fn span_of(setting: &Setting) -> Span {
    if setting.value_span.is_empty() { setting.place.span } else { setting.value_span }
}

/// Whether a fallback is a text that a pipeline declares for whoever starts it to replace, as against one that steps in
/// for what is missing or empty.
fn is_replaceable(target: &AppTarget<'_>, template: &Template) -> bool {
    let [Part::Reference(reference)] = &*template.parts else { return false };
    let stays_empty = matches!(reference.operator, Some(Operator::Default { empty_too: false, .. }));
    stays_empty && target.target.kind != TargetKind::ComposeService
}

/// What a template gives: a literal, or the literal that stands in for its one reference, and which of the two. The
/// empty string is no value here.
fn literal_of(template: &Template) -> Option<(Value, bool)> {
    let literal = |template: &Template| template.as_literal().filter(|value| !value.is_empty());
    if let Some(value) = literal(template) {
        return Some((value, false));
    }
    let [Part::Reference(reference)] = &*template.parts else { return None };
    let Some(Operator::Default { word, .. }) = &reference.operator else { return None };
    Some((literal(word)?, true))
}
