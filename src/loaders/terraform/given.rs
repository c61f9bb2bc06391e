//! What command lines give to the modules that they apply: `-var`, `-var-file` and `TF_VAR_`, as strong as each is.
//!
//! Several commands may apply one module in one environment. What they agree on is known, all else is not.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use super::convert::constant;
use super::instance::World;
use super::modules::Variable;
use super::value::{Data, Val};
use crate::fact::{FactKind, Setting, SettingValue, TargetKind, TerraformArgument, TerraformArgumentKind};
use crate::fact::{TerraformRun, TerraformRunKind};
use crate::loaders::Files;
use crate::source::SourcePath;
use crate::syntax::hcl::{Embedded, Expression, Kind};
use crate::tables::environments;

/// The prefix of variables of the environment that Terraform reads.
const PREFIX: &str = "TF_VAR_";

/// The commands of a project that plan or apply modules.
pub(super) struct Runs<'a> {
    /// Those that say in which folder they work.
    by_folder: BTreeMap<&'a SourcePath, Vec<Run<'a>>>,
    /// What all others give, by the environment that they are for: each name, and whether the command line has it.
    elsewhere: BTreeMap<Option<&'static str>, BTreeMap<&'a str, bool>>,
    /// The variables that somebody gives by the environment, nobody knows to which module.
    anywhere: BTreeSet<&'a str>,
}

/// A command with what it is given, in order.
struct Run<'a> {
    of: &'a TerraformRun,
    arguments: &'a [TerraformArgument],
}

/// What is known of the files of values that a command may name.
pub(super) struct Named<'f> {
    /// The word for the environment of a file, if it has one.
    pub(super) environment: &'f dyn Fn(&SourcePath) -> Option<&'static str>,
    /// Whether a file gives a variable; nothing where it was not read for this module.
    pub(super) gives: &'f dyn Fn(&SourcePath, &str) -> Option<bool>,
}

/// The environment that a command says it is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    /// It says nothing, or what it says depends on something that cannot be told here.
    Nothing,
    /// One of words that are not known here.
    Other,
    One(&'static str),
}

/// What a variable gets beside files. `None` in it: a value that cannot be told.
#[derive(Clone, Copy)]
enum Outcome<'a> {
    Nothing,
    /// By the environment, which every file beats.
    Environment(Option<&'a Setting>),
    /// By the command line, which beats every file.
    Command(Option<&'a Setting>),
}

impl<'a> Runs<'a> {
    pub(super) fn of(files: &Files<'a>) -> Self {
        let groups = files.groups();
        let arguments = groups.iter().map(|group| group.terraform_arguments.as_slice());
        let runs = arguments.flat_map(|all| all.chunk_by(|one, other| Arc::ptr_eq(&one.run, &other.run)));
        let mut by_folder: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let mut elsewhere: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
        // Nobody knows of what module a file is that is named in a folder that nobody knows.
        let named = Named { environment: &|_| None, gives: &|_, _| None };
        for run in runs.filter_map(|arguments| Some(Run { of: &arguments.first()?.run, arguments })) {
            if let Some(folder) = &run.of.module {
                by_folder.entry(folder).or_default().push(run);
                continue;
            }
            let word = if let Told::One(word) = run.environment(&named) { Some(word) } else { None };
            let known = elsewhere.entry(word).or_default();
            for (name, by_command) in run.names() {
                *known.entry(name).or_insert(false) |= by_command;
            }
        }
        let facts = files.all().flat_map(|(_, file)| &file.loaded.facts);
        let facts = facts.filter(|fact| !matches!(fact.kind, FactKind::Declaration(_) | FactKind::Reference { .. }));
        // What a step is given is known to reach its commands, and stands among their arguments.
        let targets = groups.iter().flat_map(|group| &group.targets).filter(|target| target.kind != TargetKind::Step);
        let settings = targets.flat_map(|target| &target.layers).flat_map(|layer| &layer.settings);
        let names = facts.map(|fact| &fact.name).chain(settings.map(|setting| &setting.name));
        let anywhere = names.filter_map(|name| name.as_str().strip_prefix(PREFIX)).collect();
        Self { by_folder, elsewhere, anywhere }
    }

    /// The words for the environments that a module is applied in, as far as commands tell them.
    pub(super) fn environments(&self, folder: &SourcePath, named: &Named<'_>) -> BTreeSet<&'static str> {
        let applies = |run: &&Run<'_>| matches!(run.of.kind, TerraformRunKind::Apply | TerraformRunKind::ApplyPlanned);
        let own = self.by_folder.get(folder).into_iter().flatten();
        let told = own.filter(applies).map(|run| run.environment(named));
        told.filter_map(|told| if let Told::One(word) = told { Some(word) } else { None }).collect()
    }

    /// Adds what commands give to a module in an environment to what its files give.
    pub(super) fn add(
        &self,
        world: &World<'a>,
        module: usize,
        environment: Option<&str>,
        named: &Named<'_>,
        inputs: &mut BTreeMap<&'a str, Val<'a>>,
    ) {
        let Some(module) = world.modules.get(module) else { return };
        let own = self.by_folder.get(&module.folder).into_iter().flatten();
        let own: Vec<&Run<'a>> = own.filter(|run| run.may_be_for(environment, named)).collect();
        let of_kind = |kind| own.iter().filter(|run| run.of.kind == kind).collect::<Vec<_>>();
        // What is only planned may be a trial.
        let mut runs = of_kind(TerraformRunKind::Apply);
        if runs.is_empty() {
            runs = of_kind(TerraformRunKind::Plan);
        }
        let names: BTreeSet<&'a str> = runs.iter().flat_map(|run| run.names()).map(|(name, _)| name).collect();
        let price: usize = runs.iter().map(|run| run.arguments.len()).sum();
        for (name, variable) in names.into_iter().filter_map(|name| module.variables.get_key_value(name)) {
            if !world.pay(price) {
                inputs.insert(name, Val::unknown());
                continue;
            }
            let outcomes = runs.iter().map(|run| run.outcome(name, environment, named));
            let Some(outcome) = outcomes.reduce(Outcome::and) else { continue };
            match outcome {
                Outcome::Command(setting) => {
                    inputs.insert(name, value(setting, variable));
                }
                Outcome::Environment(setting) => {
                    inputs.entry(name).or_insert_with(|| value(setting, variable));
                }
                Outcome::Nothing => {}
            }
        }
        // A command that works in a folder that cannot be told may apply this module as well.
        let is_other = |word: &str| environment.is_some_and(|wanted| wanted != word);
        let elsewhere = self.elsewhere.iter().filter(|(word, _)| !word.is_some_and(is_other));
        let elsewhere: Vec<_> = elsewhere.map(|(_, names)| names).collect();
        for name in module.variables.keys() {
            let mut given = elsewhere.iter().filter_map(|names| names.get(name)).peekable();
            let is_given = given.peek().is_some() || self.anywhere.contains(name);
            if given.any(|by_command| *by_command) {
                inputs.insert(name, Val::unknown());
            } else if is_given {
                inputs.entry(name).or_insert_with(Val::unknown);
            }
        }
    }
}

impl<'a> Run<'a> {
    /// The names of the variables that it is given, each with whether the command line has it.
    fn names(&self) -> impl Iterator<Item = (&'a str, bool)> {
        self.arguments.iter().filter_map(|argument| match &argument.kind {
            TerraformArgumentKind::Variable(setting) => Some((setting.name.as_str(), true)),
            TerraformArgumentKind::Environment(setting) => Some((setting.name.as_str(), false)),
            TerraformArgumentKind::File(_) | TerraformArgumentKind::Nothing => None,
        })
    }

    /// The environment that it says it is for: by a variable, by a file, by its job.
    fn environment(&self, named: &Named<'_>) -> Told {
        let word = self.arguments.iter().find_map(|argument| match &argument.kind {
            TerraformArgumentKind::Variable(setting) | TerraformArgumentKind::Environment(setting) => {
                let is_word = environments::VARIABLES.contains(&setting.name.as_str());
                let SettingValue::Given(template) = &setting.value else { return None };
                environments::environment_of(template.as_literal().filter(|_| is_word)?.expose())
            }
            _ => None,
        });
        let file = || {
            self.arguments.iter().find_map(|argument| match &argument.kind {
                TerraformArgumentKind::File(Some(path)) => (named.environment)(path),
                _ => None,
            })
        };
        let job = || match self.of.environment.as_deref() {
            None => Told::Nothing,
            Some(word) => environments::environment_of(word).map_or(Told::Other, Told::One),
        };
        word.or_else(file).map_or_else(job, Told::One)
    }

    fn may_be_for(&self, environment: Option<&str>, named: &Named<'_>) -> bool {
        match (environment, self.environment(named)) {
            (Some(wanted), Told::One(own)) => wanted == own,
            _ => true,
        }
    }

    /// What it gives a variable. Of what stands on the command line the last one wins.
    fn outcome(&self, name: &str, environment: Option<&str>, named: &Named<'_>) -> Outcome<'a> {
        let mut outcome = Outcome::Nothing;
        for argument in self.arguments {
            match (&argument.kind, outcome) {
                (TerraformArgumentKind::Variable(setting), _) if setting.name.as_str() == name => {
                    outcome = Outcome::Command(Some(setting));
                }
                (TerraformArgumentKind::Environment(setting), Outcome::Nothing) if setting.name.as_str() == name => {
                    outcome = Outcome::Environment(Some(setting));
                }
                (TerraformArgumentKind::File(path), Outcome::Command(_)) => {
                    outcome = match path.as_ref().and_then(|path| (named.gives)(path, name)) {
                        Some(false) => outcome,
                        // The file is among those of the module, and speaks for itself.
                        Some(true) => Outcome::Nothing,
                        None => Outcome::Command(None),
                    };
                }
                _ => {}
            }
        }
        let is_open = self.arguments.iter().any(|argument| match &argument.kind {
            TerraformArgumentKind::File(Some(path)) => (named.gives)(path, name).is_none(),
            TerraformArgumentKind::File(None) => true,
            _ => false,
        });
        let is_elsewhere = environment.is_some() && self.environment(named) == Told::Other;
        match outcome {
            Outcome::Environment(_) if is_open || is_elsewhere => Outcome::Environment(None),
            Outcome::Command(_) if is_elsewhere => Outcome::Command(None),
            outcome => outcome,
        }
    }
}

impl Outcome<'_> {
    /// What is known where either may hold.
    fn and(self, other: Self) -> Self {
        let both = |one: Option<&Setting>, other: Option<&Setting>| match (one, other) {
            (Some(one), Some(other)) => is_same(&one.value, &other.value),
            _ => false,
        };
        match (self, other) {
            (Self::Nothing, Self::Nothing) => Self::Nothing,
            (Self::Command(one), Self::Command(other)) if both(one, other) => self,
            (Self::Environment(one), Self::Environment(other)) if both(one, other) => self,
            (Self::Command(_), _) | (_, Self::Command(_)) => Self::Command(None),
            _ => Self::Environment(None),
        }
    }
}

fn is_same(one: &SettingValue, other: &SettingValue) -> bool {
    match (one, other) {
        (SettingValue::Given(one), SettingValue::Given(other)) => {
            one.as_literal().is_some() && one.as_literal() == other.as_literal()
        }
        (
            SettingValue::Injected { store, secret, version },
            SettingValue::Injected { store: other_store, secret: other_secret, version: other_version },
        ) => (store, secret, version) == (other_store, other_secret, other_version),
        _ => false,
    }
}

/// A value as a variable takes it: text as it is where text or nothing is wanted, else an expression.
fn value<'a>(setting: Option<&'a Setting>, variable: &Variable<'a>) -> Val<'a> {
    let Some(setting) = setting else { return Val::unknown() };
    let span = if setting.value_span.is_empty() { setting.place.span } else { setting.value_span };
    let spot = (&setting.place.path, span);
    let is_simple = variable.kind.is_none_or(|kind| is_simple(kind.item));
    match &setting.value {
        SettingValue::Given(template) => match template.as_literal() {
            Some(text) if is_simple => Val::at(Data::Text(Rc::new(text.clone())), spot),
            Some(text) => match Embedded::expression(text.expose(), &|_| span) {
                Ok(read) => constant(&read.expression).passing(spot, None),
                Err(_) => Val::at(Data::Unknown, spot),
            },
            None => Val::at(Data::Unknown, spot),
        },
        stored @ SettingValue::Injected { .. } if is_simple => Val::at(Data::Stored(Rc::new(stored.clone())), spot),
        _ => Val::at(Data::Unknown, spot),
    }
}

fn is_simple(kind: &Expression) -> bool {
    matches!(&kind.kind, Kind::Name(name) if matches!(&**name, "string" | "number" | "bool"))
}

#[cfg(test)]
mod tests;
