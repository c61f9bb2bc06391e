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
    Example(Page),
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

/// Prints a template of an env file, or the table of variables, as the schema has them.
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
            Target::Example(page) => page.run("example"),
            Target::Docs(page) => page.run("docs"),
            Target::Types(types) => types.page.run(if types.guard { "guard" } else { "types" }),
        }
    }
}

impl Page {
    fn run(&self, generator: &'static str) -> Result<Exit, CliError> {
        let made = self.common.make(generator, None)?;
        let text = made.iter().map(|artefact| artefact.text.expose()).collect::<String>();
        match (&self.common.out, self.check) {
            (Some(path), true) => write::compare(path, &text),
            (Some(path), false) => write::whole(path, &text, self.common.force),
            (None, _) => output::to_stdout(text.as_bytes()).map(|()| Exit::Clean),
        }
    }
}

impl Common {
    /// Makes an artefact of what the project says.
    fn make(&self, generator: &'static str, environment: Option<&str>) -> Result<Vec<Artefact>, CliError> {
        make(&self.at.open(&[])?, generator, &self.app, environment)
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

/// The environment that a word means, if anything is known of it.
fn environment_of(model: &Model<'_>, word: &str) -> Result<Environment, CliError> {
    let known = model.all_environments();
    let meant = model.environments.of_word(word).unwrap_or_else(|| Environment::new(word));
    // Whatever is developed has that one, though no file may say so.
    if known.contains(&meant) || meant.as_str() == "development" {
        return Ok(meant);
    }
    Err(CliError::unknown("environment", word, known.iter().map(Environment::as_str)))
}
