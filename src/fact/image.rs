//! How an image is built: its stages, with what each of them sets, takes, copies and runs. What comes of it in an
//! environment is for `model`.

use std::collections::{BTreeMap, BTreeSet};

use super::{Setting, SettingValue};
use crate::name::Name;
use crate::source::Span;
use crate::syntax::path_pattern::PathPattern;

/// How an image is built: a Dockerfile.
#[derive(Clone, Debug, Default)]
pub struct Image {
    /// The arguments that stand before the first stage: only what a stage starts from can use them.
    pub arguments: Vec<Setting>,
    /// The arguments that what the stages start from is made of.
    pub base_reads: Vec<Name>,
    /// Its stages, in order.
    pub stages: Vec<Stage>,
    /// The checks of Docker that the file turns off (`# check=skip=…`).
    pub skipped_checks: Vec<String>,
    /// Whether another program than Docker's own front end reads the file, so that it may mean more than it says.
    pub foreign: bool,
}

/// One stage of an [`Image`].
#[derive(Clone, Debug, Default)]
pub struct Stage {
    /// Its name.
    pub name: Option<String>,
    /// What it starts from: an image, or the name of an earlier stage.
    pub base: String,
    /// Where it begins: its `FROM`.
    pub span: Span,
    /// The variables that it sets (`ENV`), in order.
    pub settings: Vec<Setting>,
    /// The arguments that it takes (`ARG`), with their defaults.
    pub arguments: Vec<Setting>,
    /// What it copies or mounts files from (`COPY --from`): images, and names or numbers of earlier stages.
    pub copies: Vec<String>,
    /// The files that it copies, in order.
    pub files: Vec<Copied>,
    /// The commands of `RUN`, `CMD` and `ENTRYPOINT`, in order.
    pub commands: Vec<Command>,
    /// Whether it copies, makes or reads an env file by name, so that it may hold values that are not seen here.
    pub names_env_file: bool,
}

/// Files that a [`Stage`] copies (`COPY`, `ADD`, a bind mount of `RUN`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// The stage or image that they come from; `None`: the context of the build.
    pub from: Option<String>,
    /// What is copied, as patterns of paths: from the root of the stage, or relative to the context, without `./`.
    pub sources: Vec<String>,
    /// Where it goes in the stage, from its root.
    pub to: String,
    /// Whether that is a folder in any case.
    pub into_folder: bool,
    /// Whether it is there for one command only.
    pub mounted: bool,
    /// Where the instruction stands.
    pub span: Span,
}

/// A command of a [`Stage`].
#[derive(Clone, Debug)]
pub struct Command {
    /// When it runs.
    pub kind: CommandKind,
    /// Where the instruction stands.
    pub span: Span,
    /// What it tells.
    pub shell: Shell,
    /// The secrets that it is lent (`--mount=type=secret`).
    pub secrets: Vec<SecretMount>,
    /// Whether it names an env file: makes, changes, reads or removes one.
    pub names_env_file: bool,
    /// Whether it starts a script by the end of its name. Where what it starts is a file of the context, a link of this
    /// span names that.
    pub script: bool,
}

/// When a [`Command`] runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CommandKind {
    /// When the image is built (`RUN`).
    Run,
    /// When the container starts (`CMD`).
    Cmd,
    /// When the container starts, before its command (`ENTRYPOINT`).
    Entrypoint,
}

/// A secret that a [`Command`] is lent while it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretMount {
    /// Its id; that of the build's secret.
    pub id: Option<String>,
    /// The variable that holds it.
    pub variable: Option<Name>,
    /// Whether the build stops without it.
    pub required: bool,
    /// Whether the command may ask first whether it is there.
    pub asked_for: bool,
    /// Where the option stands.
    pub span: Span,
}

/// What the text of a shell tells: a command, or a script.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shell {
    /// The variables that it reads from its surroundings, in order.
    pub reads: Vec<ShellRead>,
    /// The variables that it sets.
    pub sets: BTreeSet<Name>,
    /// The scripts of the package that it runs: `start` of `npm start`.
    pub scripts: Vec<String>,
    /// Whether it builds what is sent to browsers: `next build`, `npm run build`.
    pub builds: bool,
    /// Whether it runs a development server or a watcher.
    pub develops: bool,
    /// Whether it may write variables into files that are sent to browsers: `envsubst`, `sed -i`.
    pub replaces: bool,
}

/// A variable that a shell reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShellRead {
    /// The variable.
    pub name: Name,
    /// Where its name stands.
    pub span: Span,
    /// What happens where it is unset.
    pub need: Need,
}

/// How much a shell needs a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// It asks whether it is there, or has something to put in its stead.
    Optional,
    /// It goes on with the empty string.
    Hoped,
    /// It stops (`${NAME:?}`).
    Required,
}

/// The defaults of the arguments before the first stage, which those of stages inherit.
pub struct Defaults<'i>(BTreeMap<&'i Name, &'i Setting>);

impl<'i> Defaults<'i> {
    /// The default of an argument of a stage.
    pub fn of(&self, argument: &'i Setting) -> Option<&'i Setting> {
        match argument.value {
            SettingValue::Given(_) => Some(argument),
            _ => self.0.get(&argument.name).copied(),
        }
    }
}

/// A command that builds what browsers get, and the stage that it runs in.
#[derive(Clone, Copy, Debug)]
pub struct Bundling<'a> {
    /// The stage, counted from 0.
    pub stage: usize,
    /// The command.
    pub command: &'a Command,
}

impl Image {
    /// What a stage sets, with what the stages set that it starts from, weakest first; `None` is the last stage.
    ///
    /// Nothing where there is no such stage. What the image sets that the first of them starts from is not known.
    pub fn environment(&self, stage: Option<&str>) -> Vec<&Setting> {
        let chain = self.chain(self.find(stage));
        chain.iter().rev().flat_map(|(_, stage)| &stage.settings).collect()
    }

    /// The arguments that a build of a stage takes: its own, and those of the stages that it starts or copies from.
    ///
    /// `None` is the last stage. [`Image::arguments`] are not among them.
    pub fn arguments(&self, stage: Option<&str>) -> Vec<&Setting> {
        self.reached(stage).into_iter().flat_map(|(_, stage)| &stage.arguments).collect()
    }

    /// Whether the file turns a check of Docker's off, alone or with all others.
    pub fn skips_check(&self, check: &str) -> bool {
        self.skipped_checks.iter().any(|skipped| skipped.eq_ignore_ascii_case(check) || skipped == "all")
    }

    /// The image that a stage starts from in the end; `None` is the last stage.
    pub fn base(&self, stage: Option<&str>) -> Option<&str> {
        self.chain(self.find(stage)).last().map(|(_, stage)| stage.base.as_str())
    }

    /// Whether a stage, or one that it starts from, names an env file; `None` is the last stage.
    pub fn names_env_file(&self, stage: Option<&str>) -> bool {
        self.chain(self.find(stage)).iter().any(|(_, stage)| stage.names_env_file)
    }

    /// The stages that a build of a stage runs, in order, with their numbers: the stage itself, and those that it starts
    /// or copies from; `None` is the last stage.
    pub fn reached(&self, stage: Option<&str>) -> Vec<(usize, &Stage)> {
        let mut needed = BTreeSet::new();
        let mut open: Vec<usize> = self.find(stage).into_iter().collect();
        while let Some(index) = open.pop() {
            let Some(stage) = self.stages.get(index) else { continue };
            if needed.insert(index) {
                let names = std::iter::once(&stage.base).chain(&stage.copies);
                open.extend(names.filter_map(|name| self.earlier(name, index)));
            }
        }
        needed.into_iter().filter_map(|index| Some((index, self.stages.get(index)?))).collect()
    }

    /// A stage and those that it starts from, itself first; what of them an image holds is in its layers.
    pub fn chain(&self, from: Option<usize>) -> Vec<(usize, &Stage)> {
        let mut chain = Vec::new();
        let mut next = from;
        while let Some((index, stage)) = next.and_then(|index| Some((index, self.stages.get(index)?))) {
            chain.push((index, stage));
            next = self.earlier(&stage.base, index);
        }
        chain
    }

    /// The stage of this name or number; `None` is the last one.
    pub fn find(&self, stage: Option<&str>) -> Option<usize> {
        match stage {
            None => self.stages.len().checked_sub(1),
            Some(name) => self.earlier(name, self.stages.len()),
        }
    }

    /// What a container of a stage starts: the nearest `ENTRYPOINT` and `CMD`; `None` is the last stage.
    pub fn start(&self, stage: Option<&str>) -> Vec<&Command> {
        let chain = self.chain(self.find(stage));
        let nearest = |kind: CommandKind| {
            chain.iter().find_map(|(_, stage)| stage.commands.iter().rev().find(|command| command.kind == kind))
        };
        [CommandKind::Entrypoint, CommandKind::Cmd].into_iter().filter_map(nearest).collect()
    }

    /// The commands of a build that build what browsers get, the last few of them; `None` is the last stage.
    pub fn bundling(&self, stage: Option<&str>) -> Vec<Bundling<'_>> {
        let commands = self.reached(stage).into_iter().flat_map(|(index, stage)| {
            let runs = stage.commands.iter().filter(|command| command.kind == CommandKind::Run);
            runs.filter(|command| command.shell.builds).map(move |command| Bundling { stage: index, command })
        });
        let mut all: Vec<Bundling<'_>> = commands.collect();
        all.drain(..all.len().saturating_sub(BUNDLINGS));
        all
    }

    /// The arguments that a command of a stage can read, and what is set there, both weakest first: a stage inherits
    /// them from the one that it starts from, and those below the command come too late.
    pub fn seen_by(&self, bundling: Bundling<'_>) -> (Vec<&Setting>, Vec<&Setting>) {
        let chain = self.chain(Some(bundling.stage));
        let stands_before = |setting: &&Setting| setting.place.span.start < bundling.command.span.start;
        let arguments = chain.iter().rev().flat_map(|(_, stage)| &stage.arguments).filter(stands_before);
        let settings = chain.iter().rev().flat_map(|(_, stage)| &stage.settings).filter(stands_before);
        (arguments.collect(), settings.collect())
    }

    /// The defaults of the arguments of stages, by their own or by that of the argument of that name before the first
    /// stage.
    pub fn defaults(&self) -> Defaults<'_> {
        let given = self.arguments.iter().filter(|argument| matches!(argument.value, SettingValue::Given(_)));
        Defaults(given.map(|argument| (&argument.name, argument)).collect())
    }

    /// The instructions by which a file of the context comes into a stage, the last one first; `path` is relative to the
    /// context.
    pub fn copies_of(&self, stage: usize, path: &str) -> Vec<&Copied> {
        // A stage holds what came into those before it, so each is looked at once.
        let mut held: Vec<Vec<(&Copied, String)>> = Vec::new();
        for index in 0..=stage.min(self.stages.len()) {
            let mut found = Vec::new();
            for (of, stage) in self.chain(Some(index)) {
                for copied in stage.files.iter().rev() {
                    let place = |place: &str| Some((copied, copied.place_of(place)?));
                    match copied.from.as_deref().map(|from| self.earlier(from, of)) {
                        None => found.extend(place(path)),
                        Some(None) => {}
                        Some(Some(earlier)) => {
                            let there = held.get(earlier).map(Vec::as_slice).unwrap_or_default();
                            found.extend(there.iter().filter_map(|(_, there)| place(there)));
                        }
                    }
                }
            }
            found.truncate(MOST);
            held.push(found);
        }
        held.pop().unwrap_or_default().into_iter().map(|(copied, _)| copied).collect()
    }

    /// The file of the context that stands at a path of a stage, if a copy brought it there.
    pub fn origin(&self, stage: usize, path: &str) -> Option<String> {
        self.origin_of(stage, path, &mut MOST.clone())
    }

    /// `left`: how many more copies are looked at.
    fn origin_of(&self, stage: usize, path: &str, left: &mut usize) -> Option<String> {
        for (index, stage) in self.chain(Some(stage)) {
            for copied in stage.files.iter().rev().filter(|copied| !copied.mounted) {
                let Some(source) = copied.source_of(path) else { continue };
                *left = left.checked_sub(1)?;
                let Some(from) = &copied.from else { return Some(source) };
                let earlier = self.earlier(from, index)?;
                if let Some(found) = self.origin_of(earlier, &source, left) {
                    return Some(found);
                }
            }
        }
        None
    }

    /// The stage of this name or number before another one; names are compared as Docker does, without case.
    fn earlier(&self, name: &str, before: usize) -> Option<usize> {
        let named = |stage: &Stage| stage.name.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(name));
        let by_name = self.stages.iter().take(before).rposition(named);
        by_name.or_else(|| name.parse::<usize>().ok().filter(|index| *index < before))
    }
}

/// How many commands of one build are looked at that build what browsers get.
const BUNDLINGS: usize = 16;

/// How many ways of a file into a stage are followed.
const MOST: usize = 64;

impl Copied {
    /// Where a file comes to lie, if this copies it: itself, or with a folder that it lies in.
    fn place_of(&self, path: &str) -> Option<String> {
        self.sources.iter().find_map(|source| {
            let name = path.rsplit('/').next().unwrap_or(path);
            let pattern = PathPattern::new(source);
            if pattern.fits(path) {
                return Some(if self.is_folder(source) { below(&self.to, name) } else { self.to.clone() });
            }
            if source.is_empty() {
                return Some(below(&self.to, path));
            }
            let (folder, rest) = holder(&pattern, path)?;
            (!folder.is_empty()).then(|| below(&self.to, rest))
        })
    }

    /// The file that comes to lie at a path, as this names it.
    fn source_of(&self, path: &str) -> Option<String> {
        self.sources.iter().find_map(|source| {
            if !PathPattern::new(source).is_literal() {
                return None;
            }
            let name = source.rsplit('/').next().unwrap_or(source);
            // What has an end like a file's is one.
            let is_file = !source.is_empty();
            if is_file && (path == self.to && !self.is_folder(source) || path == below(&self.to, name)) {
                return Some(source.clone());
            }
            let rest = if self.to == "/" { path.strip_prefix('/')? } else { path.strip_prefix(self.to.as_str())? };
            let rest = if self.to == "/" { rest } else { rest.strip_prefix('/')? };
            Some(if source.is_empty() { rest.to_owned() } else { below(source, rest) })
        })
    }

    fn is_folder(&self, source: &str) -> bool {
        self.into_folder || self.sources.len() > 1 || !PathPattern::new(source).is_literal()
    }
}

/// The folder above a path that a pattern fits, and the rest of the path.
fn holder<'p>(pattern: &PathPattern, path: &'p str) -> Option<(&'p str, &'p str)> {
    path.match_indices('/').find_map(|(at, _)| {
        let folder = path.get(..at)?;
        pattern.fits(folder).then_some((folder, path.get(at + 1..)?))
    })
}

fn below(folder: &str, name: &str) -> String {
    let folder = folder.trim_end_matches('/');
    if folder.is_empty() && !name.starts_with('/') { format!("/{name}") } else { format!("{folder}/{name}") }
}

/// What a build leaves out of its context (`.dockerignore`).
#[derive(Clone, Debug, Default)]
pub struct KeptBack {
    /// The patterns in order, each with whether it takes back what earlier ones said.
    pub patterns: Vec<(PathPattern, bool)>,
}

impl KeptBack {
    /// Whether a file is left out; `path` is relative to the context.
    pub fn holds(&self, path: &str) -> bool {
        let last = self.patterns.iter().rev().find(|(pattern, _)| pattern.fits_or_holds(path));
        last.is_some_and(|(_, is_exception)| !is_exception)
    }
}
