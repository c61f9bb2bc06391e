//! `baked-secret`: a secret that a build is given stays in the image.

use std::collections::{BTreeMap, BTreeSet};

use super::wording;
use crate::fact::{Build, Copied, FactKind, Image, Role, Setting, SettingValue, WrittenFile};
use crate::finding::{Findings, Level};
use crate::model::{AppTarget, Built, Model, looks_like_env_file};
use crate::name::Name;
use crate::source::{Place, SourcePath, Span};
use crate::tables::{placeholders, public, references, secret_names};
use crate::value::Value;

super::rule! {
    /// A secret that the build is given, or an env file that holds some, stays in the image.
    ///
    /// ## Why is this bad?
    ///
    /// Everyone who can pull the image can read it: `docker inspect` shows what `ENV` sets, `docker history` the
    /// arguments of the last stage, and a file that was copied is there even if a later instruction removes it.
    ///
    /// ## When does it stay silent?
    ///
    /// For stages that the image does not hold; for `RUN --mount=type=secret`; for placeholders that only get a build
    /// through; for images of development and tests; for env files without secrets, or that `.dockerignore` leaves out;
    /// and where the file says `# check=skip=SecretsUsedInArgOrEnv`. Where only developers are known to build it, an env
    /// file that git tracks is a warning, and all else is silent. A value that stands in the Dockerfile itself is
    /// told by `plaintext-secret`. An `ARG` that nothing in the repository gives is a warning.
    ///
    /// ## Example
    ///
    /// ```dockerfile
    /// FROM node:22
    /// ARG NPM_TOKEN
    /// COPY . .
    /// RUN npm ci
    /// ```
    ///
    /// ## Use instead
    ///
    /// `RUN --mount=type=secret,id=npm,env=NPM_TOKEN npm ci`, or another stage for what needs it; give the app its
    /// secrets when the container starts.
    "baked-secret", Error, since "0.1.0", check
}

const LEND: &str = "lend it to the one command that needs it, by `RUN --mount=type=secret`, or give it at the start";
const LEAVE_OUT: &str = "leave it out with a line in `.dockerignore`, and give its values when the container starts";

/// A build, its app, and the target whose own it is.
type Use<'m, 'a> = (Built<'a>, Option<usize>, Option<&'m AppTarget<'a>>);

/// What is known of one Dockerfile.
struct Recipe<'m> {
    path: &'m SourcePath,
    image: &'m Image,
    apps: Vec<usize>,
    /// The builds that make images for users; none where nobody is known to build it.
    builds: Vec<Built<'m>>,
    /// The builds that are known, if all of them are for developers: what they copy, others will copy as well.
    elsewhere: Vec<Built<'m>>,
}

fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let all = model.builds();
    let mut by_path: BTreeMap<&SourcePath, Vec<&Use<'_, '_>>> = BTreeMap::new();
    for of in &all {
        if let Some(path) = &of.0.build.dockerfile {
            by_path.entry(path).or_default().push(of);
        }
    }
    for (path, file) in &model.project.files {
        let Some(image) = file.loaded.image.as_ref().filter(|image| !image.stages.is_empty()) else { continue };
        if image.skips_check("SecretsUsedInArgOrEnv") || !is_for_users(model, path) {
            continue;
        }
        let uses = by_path.get(path).map(Vec::as_slice).unwrap_or_default();
        let deployed: Vec<_> =
            uses.iter().filter(|(_, _, target)| target.is_none_or(|target| target.deployed)).collect();
        let is_for_developers = deployed.is_empty() && !uses.is_empty();
        if is_for_developers && image.start(None).iter().any(|command| command.shell.develops) {
            continue;
        }
        let of_uses = deployed.iter().filter_map(|(_, app, _)| *app);
        let mut apps: Vec<usize> = of_uses.chain(model.apps.home(path)).collect();
        apps.truncate(1);
        let builds = deployed.iter().map(|(built, _, _)| *built).collect();
        let whole = |built: &Built<'_>| built.build.stage.is_none();
        let elsewhere = uses.iter().map(|(built, _, _)| *built).filter(whole).filter(|_| is_for_developers).collect();
        let recipe = Recipe { path, image, apps, builds, elsewhere };
        if !is_for_developers {
            given(model, findings, &recipe);
        }
        if !is_for_developers || !recipe.elsewhere.is_empty() {
            copied(model, findings, &recipe);
        }
    }
}

/// Whether the path of a Dockerfile says nothing of developers and tests.
fn is_for_users(model: &Model<'_>, path: &SourcePath) -> bool {
    let words = path.as_str().split(['/', '.', '-', '_']);
    let named = words.rev().find_map(|word| model.environments.of_word(word));
    named.is_none_or(|environment| model.environments.is_deployed(&environment))
        && !path.folders().any(|folder| folder.name() == ".devcontainer")
}

impl<'m> Recipe<'m> {
    /// The stages that are the last one of some image, with the builds that make it.
    fn ends(&self) -> BTreeMap<usize, Vec<Built<'m>>> {
        let mut ends: BTreeMap<usize, Vec<Built<'m>>> = BTreeMap::new();
        for built in &self.builds {
            if let Some(stage) = self.image.find(built.build.stage.as_deref()) {
                ends.entry(stage).or_default().push(*built);
            }
        }
        if self.builds.is_empty() {
            ends.extend(self.image.find(None).map(|stage| (stage, Vec::new())));
        }
        ends
    }

    fn app<'n>(&self, model: &'n Model<'_>) -> Option<&'n str> {
        self.apps.first().map(|app| model.apps.list[*app].name.as_str())
    }
}

/// A secret that a stage of the image takes as an argument.
struct Taken<'m> {
    /// The instruction that keeps it.
    kept: &'m Setting,
    is_set: bool,
    /// What gives it.
    giver: Option<&'m Setting>,
}

/// Secrets that come in as arguments of the build.
fn given(model: &Model<'_>, findings: &mut Findings<'_>, recipe: &Recipe<'_>) {
    let mut found: BTreeMap<&Name, Taken<'_>> = BTreeMap::new();
    let defaults = recipe.image.defaults();
    for (end, builds) in recipe.ends() {
        let chain = recipe.image.chain(Some(end));
        let given = builds.iter().flat_map(|built| &built.build.arguments).filter(|setting| !is_literal(setting));
        let given: BTreeMap<&Name, &Setting> = given.map(|setting| (&setting.name, setting)).collect();
        let arguments: BTreeMap<&Name, &Setting> =
            chain.iter().flat_map(|(_, stage)| &stage.arguments).map(|argument| (&argument.name, argument)).collect();
        let set = chain.iter().flat_map(|(_, stage)| &stage.settings).filter_map(|setting| {
            let SettingValue::Given(template) = &setting.value else { return None };
            let mut names = template.references().into_iter().map(|reference| &reference.name);
            Some((setting, *names.find_map(|name| arguments.get(name))?, true))
        });
        let taken = arguments.values().map(|argument| (*argument, *argument, false));
        for (kept, argument, is_set) in set.chain(taken) {
            let is_secret =
                is_secret(model, &recipe.apps, &kept.name) || is_secret(model, &recipe.apps, &argument.name);
            // Its `ENV` shows it to more people than its `ARG`.
            if !is_secret || found.contains_key(&argument.name) {
                continue;
            }
            let giver = given.get(&argument.name).copied();
            // A literal is a placeholder, or told where it stands.
            if giver.is_some() || builds.is_empty() && defaults.of(argument).is_none() {
                found.insert(&argument.name, Taken { kept, is_set, giver });
            }
        }
    }
    for taken in found.into_values() {
        let name = &taken.kept.name;
        let of = recipe.app(model).map(|app| format!(" of {app}")).unwrap_or_default();
        let label = if taken.is_set { "set in the image" } else { "kept in the history of the image" };
        let message = format!("`{name}`{of} is a secret, and stays in the image of `{}`", recipe.path);
        let finding = findings.report(&taken.kept.place, label, message).variable(name).help(LEND);
        finding.at_level(if taken.giver.is_some() { Level::Error } else { Level::Warning });
        if let Some(app) = recipe.app(model) {
            finding.app(app);
        }
        if let Some(giver) = taken.giver {
            finding.related(&giver.place, "given here");
        }
    }
}

fn is_literal(setting: &Setting) -> bool {
    matches!(&setting.value, SettingValue::Given(template) if template.as_literal().is_some())
}

fn is_secret(model: &Model<'_>, apps: &[usize], name: &Name) -> bool {
    let is_public = public::possible_prefix(name.as_str()).is_some_and(|(prefix, _)| prefix.prefix != "PUBLIC_");
    let is_declared = || {
        apps.iter()
            .any(|app| model.schemas[*app].declaration(name).is_some_and(|of| of.declaration.secret == Some(true)))
    };
    let by_design = || public::public_by_design(name.as_str()).is_some() && !is_declared();
    !is_public && model.is_secret(apps, name) && !by_design()
}

/// Env files that come in with what is copied.
fn copied(model: &Model<'_>, findings: &mut Findings<'_>, recipe: &Recipe<'_>) {
    let own = Build {
        context: Some(recipe.path.folder()),
        dockerfile: Some(recipe.path.clone()),
        stage: None,
        arguments: Vec::new(),
        secrets: None,
        span: Span::default(),
    };
    let mut seen: BTreeSet<(Span, SourcePath)> = BTreeSet::new();
    for (end, builds) in recipe.ends() {
        let chain = recipe.image.chain(Some(end));
        let reached = recipe.image.reached(recipe.image.stages.get(end).and_then(|stage| stage.name.as_deref()));
        // Whoever names it in a command may well remove it, or make another one of it.
        if chain.iter().chain(&reached).flat_map(|(_, stage)| &stage.commands).any(|command| command.names_env_file) {
            continue;
        }
        let uses: Vec<(&Build, bool)> = match (builds.as_slice(), recipe.elsewhere.as_slice()) {
            ([], []) => vec![(&own, false)],
            (builds, elsewhere) => builds.iter().chain(elsewhere).map(|built| (built.build, built.step)).collect(),
        };
        for (build, step) in uses {
            for path in env_files(model, recipe.image, build) {
                let Some(inside) = model.path_in_context(build, &path) else { continue };
                let Some(copied) = recipe.image.copies_of(end, inside).into_iter().find(|copied| !copied.mounted)
                else {
                    continue;
                };
                if seen.insert((copied.span, path.clone())) {
                    tell(model, findings, recipe, &path, copied, step);
                }
            }
            for written in model.written_files().filter(|_| step) {
                let Some(path) = &written.path else { continue };
                let Some(inside) = model.path_in_context(build, path) else { continue };
                let copied = recipe.image.copies_of(end, inside).into_iter().find(|copied| !copied.mounted);
                if let Some(copied) = copied.filter(|copied| seen.insert((copied.span, path.clone()))) {
                    tell_written(model, findings, recipe, path, copied, written);
                }
            }
        }
    }
}

/// The env files in the context of a build, and those that it copies by name.
fn env_files(model: &Model<'_>, image: &Image, build: &Build) -> BTreeSet<SourcePath> {
    let Some(context) = &build.context else { return BTreeSet::new() };
    let values =
        model.project.files.iter().filter(|(_, file)| file.claim.role == Role::Values && file.format == "dotenv");
    let known = values.map(|(path, _)| path).filter(|path| path.is_below(context)).cloned();
    let copied = image.stages.iter().flat_map(|stage| &stage.files).filter(|copied| copied.from.is_none());
    let named = copied.flat_map(|copied| &copied.sources).filter_map(|source| context.join(source));
    known.chain(named.filter(looks_like_env_file)).collect()
}

fn tell(
    model: &Model<'_>,
    findings: &mut Findings<'_>,
    recipe: &Recipe<'_>,
    path: &SourcePath,
    copied: &Copied,
    step: bool,
) {
    let by_name = copied.sources.iter().any(|source| path.as_str().ends_with(source.as_str()) && !source.is_empty());
    let (secrets, level) = match model.project.files.get(path) {
        // A fresh checkout has no file that git ignores, and what developers build stays with them.
        Some(file) if file.local && (step || !recipe.elsewhere.is_empty()) => return,
        Some(file) => {
            let secrets = secrets(model, recipe, path, &file.loaded.facts);
            // Only what is built on this machine gets it, unless the file is meant to be there.
            (secrets, if file.local && !by_name { Level::Warning } else { Level::Error })
        }
        None if by_name && !step && recipe.elsewhere.is_empty() => {
            let Some(template) = model.stand_in(path).filter(|template| template.path.folder() == path.folder()) else {
                return;
            };
            let names = template.names.iter().filter(|(name, _)| is_secret(model, &recipe.apps, name));
            (names.map(|(name, place)| (name.clone(), place.clone())).collect(), Level::Error)
        }
        None => return,
    };
    let Some((_, more)) = secrets.split_first() else { return };
    let names = wording::names(secrets.iter().map(|(name, _)| name));
    let what = if more.is_empty() { "the secret" } else { "the secrets" };
    let message = format!("`{path}` holds {what} {names}, and is copied into the image of `{}`", recipe.path);
    let finding = findings.report(&Place::new(recipe.path, copied.span), "copied here", message);
    let level = if recipe.elsewhere.is_empty() { level } else { Level::Warning };
    finding.at_level(level).help(LEAVE_OUT);
    if let [(name, _)] = secrets.as_slice() {
        finding.variable(name);
    }
    if let Some(app) = recipe.app(model) {
        finding.app(app);
    }
    for (_, place) in &secrets {
        finding.related(place, "a secret");
    }
}

/// An env file that a step of a workflow writes before it builds.
fn tell_written(
    model: &Model<'_>,
    findings: &mut Findings<'_>,
    recipe: &Recipe<'_>,
    path: &SourcePath,
    copied: &Copied,
    written: &WrittenFile,
) {
    // A literal is a placeholder, or told where it stands.
    let secrets = written.settings.iter().filter(|setting| !is_literal(setting));
    let secrets: Vec<&Setting> = secrets.filter(|setting| is_secret(model, &recipe.apps, &setting.name)).collect();
    let Some((first, more)) = secrets.split_first() else { return };
    let names = wording::names(secrets.iter().map(|setting| &setting.name));
    let what = if more.is_empty() { "is a secret" } else { "are secrets" };
    let dockerfile = recipe.path;
    let message = format!("{names} {what}, written to `{path}`, which is copied into the image of `{dockerfile}`");
    let finding = findings.report(&first.place, "written here", message).help(LEND);
    finding.related(&Place::new(recipe.path, copied.span), "copied here");
    if more.is_empty() {
        finding.variable(&first.name);
    }
    if let Some(app) = recipe.app(model) {
        finding.app(app);
    }
    for setting in more {
        finding.related(&setting.place, "written here");
    }
}

/// The secrets that an env file gives, without placeholders.
fn secrets(
    model: &Model<'_>,
    recipe: &Recipe<'_>,
    path: &SourcePath,
    facts: &[crate::fact::Fact],
) -> Vec<(Name, Place)> {
    let is_real = |name: &Name, value: &Value| {
        let text = value.expose();
        let secret = is_secret(model, &recipe.apps, name);
        (secret || secret_names::carries_credentials(value))
            && !text.is_empty()
            && !references::points_elsewhere(value)
            && !placeholders::is_placeholder_in(name, value, true)
            && !placeholders::development_credential(name, value)
    };
    let found = facts.iter().filter_map(|fact| {
        let FactKind::Definition { value, .. } = &fact.kind else { return None };
        let value = value.as_literal()?;
        is_real(&fact.name, &value).then(|| (fact.name.clone(), Place::new(path, fact.span)))
    });
    found.collect()
}
