//! `envcheck generate`: writes what provisioning and code need. What it consists of is for `generators`.

mod env;
mod secret;
mod write;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::failure::{CliError, Exit};
use super::output;
use super::run::{Opened, Where};
use crate::generators::{self, Artefact, Asked};
use crate::model::Model;
use crate::name::Environment;
use crate::random::System;

/// Writes an artefact: a secret, an env file, Terraform, a script, a template, docs, types.
#[derive(Debug, Args)]
pub(super) struct Generate {
    #[command(subcommand)]
    target: Target,
}

#[derive(Debug, Subcommand)]
enum Target {
    Secret(secret::Secret),
    Env(env::Env),
    /// Prints Terraform: containers of secrets, who may read them, the services that get them.
    ///
    /// Values never stand in it, and none gets into a state: `envcheck sync` brings them.
    Terraform(Provision),
    /// Prints a bash script that makes the secrets in Google Secret Manager, and asks for their values.
    ///
    /// Values come from the terminal, or from stdin as lines ID=VALUE. It can be run again: what is there stays.
    Gcloud(Provision),
    /// Prints a bash script that sets the secrets and variables that workflows read on GitHub.
    ///
    /// Values come from the terminal, or from stdin as lines NAME=VALUE. It can be run again: what is there stays.
    Github(Provision),
    /// Prints a template of an env file: what the schema declares.
    Example(Page),
    /// Prints the table of variables in Markdown: type, required where, stored where, used by.
    Docs(Page),
    Types(Types),
}

/// What all artefacts but a secret share.
#[derive(Debug, Args)]
struct Common {
    #[command(flatten)]
    at: Where,
    /// For this app only.
    #[arg(long, value_name = "APP")]
    app: Vec<String>,
    /// Write this file instead of stdout.
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    out: Option<PathBuf>,
    /// Overwrite a file that envcheck did not make.
    #[arg(long, requires = "out")]
    force: bool,
}

/// What provisions an environment.
#[derive(Debug, Args)]
struct Provision {
    #[command(flatten)]
    common: Common,
    /// The environment.
    #[arg(long, value_name = "ENV")]
    env: String,
}

/// What is made of the schema alone.
#[derive(Debug, Args)]
struct Page {
    #[command(flatten)]
    common: Common,
    /// Write nothing: exit with 1 where FILE is behind the schema.
    #[arg(long, requires = "out", conflicts_with = "force")]
    check: bool,
}

/// Prints types for TypeScript: what `process.env` and `import.meta.env` hold.
#[derive(Debug, Args)]
struct Types {
    #[command(flatten)]
    page: Page,
    /// Print instead a module that tells an app, when it starts, which variables are missing or wrong.
    #[arg(long)]
    guard: bool,
}

impl Generate {
    pub(super) fn run(&self) -> Result<Exit, CliError> {
        match &self.target {
            Target::Secret(command) => command.run(),
            Target::Env(command) => command.run(),
            Target::Terraform(provision) => provision.run("terraform"),
            Target::Gcloud(provision) => provision.run("gcloud"),
            Target::Github(provision) => provision.run("github"),
            Target::Example(page) => page.run("example"),
            Target::Docs(page) => page.run("docs"),
            Target::Types(types) => types.page.run(if types.guard { "guard" } else { "types" }),
        }
    }
}

impl Provision {
    fn run(&self, generator: &'static str) -> Result<Exit, CliError> {
        let made = self.common.make(generator, Some(&self.env))?;
        self.common.write(&text(&made))
    }
}

/// All of an artefact that is one text.
fn text(made: &[Artefact]) -> String {
    made.iter().map(|artefact| artefact.text.expose()).collect()
}

impl Page {
    fn run(&self, generator: &'static str) -> Result<Exit, CliError> {
        let made = self.common.make(generator, None)?;
        match &self.common.out {
            Some(path) if self.check => write::compare(path, &text(&made)),
            _ => self.common.write(&text(&made)),
        }
    }
}

impl Common {
    fn write(&self, text: &str) -> Result<Exit, CliError> {
        match &self.out {
            Some(path) => write::whole(path, text, self.force),
            None => output::to_stdout(text.as_bytes()).map(|()| Exit::Clean),
        }
    }

    /// Makes an artefact of what the project says.
    fn make(&self, generator: &'static str, environment: Option<&str>) -> Result<Vec<Artefact>, CliError> {
        let opened = environment.map_or_else(|| self.at.open(&[]), |word| self.at.open_for(word))?;
        make(&opened, generator, &self.app, environment)
    }
}

/// Makes an artefact of what a project says.
fn make(
    opened: &Opened,
    generator: &'static str,
    names: &[String],
    environment: Option<&str>,
) -> Result<Vec<Artefact>, CliError> {
    let model = Model::new(&opened.project);
    let environment = environment.map(|word| environment_of(&model, word)).transpose()?;
    let asked = Asked { model: &model, apps: apps(&model, names)?, environment };
    let Some(generator) = generators::find(generator) else {
        return Err(CliError::unknown("artefact", generator, generators::GENERATORS.iter().map(|known| known.name)));
    };
    Ok((generator.make)(&asked, &mut System)?)
}

/// The apps of these names, or all.
fn apps(model: &Model<'_>, names: &[String]) -> Result<Vec<usize>, CliError> {
    let all = &model.apps.list;
    for name in names {
        if !all.iter().any(|app| app.name == *name) {
            return Err(CliError::unknown("app", name, all.iter().map(|app| app.name.as_str())));
        }
    }
    Ok((0..all.len()).filter(|app| names.is_empty() || names.contains(&all[*app].name)).collect())
}

/// The environment that a word means, though no file may speak of it.
fn environment_of(model: &Model<'_>, word: &str) -> Result<Environment, CliError> {
    let mut known = model.all_environments();
    known.extend(model.environments.all());
    let meant = model.environments.of_word(word).unwrap_or_else(|| Environment::new(word));
    if known.contains(&meant) {
        return Ok(meant);
    }
    Err(CliError::unknown("environment", word, known.iter().map(Environment::as_str)))
}
