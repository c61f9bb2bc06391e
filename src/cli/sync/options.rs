//! The command line of `envcheck sync`.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use globset::{Glob, GlobMatcher};

use crate::cli::failure::CliError;
use crate::cli::run::Where;
use crate::source::visible;
use crate::stores::{Limits, SecretStore};
use crate::sync::{OnChanged, Wishes};

/// Fills the secret stores of an environment: plans, asks, applies, verifies.
///
/// Without a source of values it shows what is stored, missing or unusable. Nothing is ever deleted, no value is ever
/// shown, and no argument takes one.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(in crate::cli) struct Sync {
    #[command(flatten)]
    pub(super) at: Where,
    /// The environment.
    #[arg(long, value_name = "ENV")]
    pub(super) env: String,
    /// Only what this app takes.
    #[arg(long, value_name = "APP")]
    pub(super) app: Vec<String>,
    /// Take values from this env file, from standard input (`-`), or from the environment of this process (`env`).
    #[arg(long, value_name = "FILE|-|env", value_hint = clap::ValueHint::FilePath)]
    pub(super) from: Option<PathBuf>,
    /// Ask for each missing value, without showing it.
    #[arg(long)]
    pub(super) prompt: bool,
    /// Make missing values that the schema says how to make.
    #[arg(long)]
    pub(super) generate: bool,
    /// Only variables whose names fit this glob.
    #[arg(long, value_name = "GLOB")]
    pub(super) only: Option<String>,
    /// Give this variable a new value, and nothing else.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["only", "prune"])]
    pub(super) rotate: Option<String>,
    /// Show the plan, and change nothing; exits with 1 where there is something to change.
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Do not ask. Production needs `--confirm-project` too.
    #[arg(long)]
    pub(super) yes: bool,
    /// The project that is meant, as it would be typed to confirm; each, where there are several.
    #[arg(long, value_name = "ID")]
    pub(super) confirm_project: Vec<String>,
    /// The store to fill instead of those of the config: `google:PROJECT`, `dotenv:FILE`, …
    #[arg(long, value_name = "KIND:ADDRESS")]
    pub(super) store: Option<String>,
    /// How to show the plan.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub(super) format: Format,
    /// Save the plan, as JSON without values, and change nothing.
    #[arg(long, value_name = "FILE", conflicts_with = "plan", value_hint = clap::ValueHint::FilePath)]
    pub(super) plan_out: Option<PathBuf>,
    /// Go on only where the plan equals this saved one.
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub(super) plan: Option<PathBuf>,
    /// What to do where the stored value is another one.
    #[arg(long, value_enum, value_name = "WHAT", default_value_t)]
    pub(super) on_changed: Changed,
    /// Read no value: what is stored already is left, unless `--on-changed update` replaces it unseen.
    #[arg(long)]
    pub(super) no_compare: bool,
    /// Label secrets that are nobody's as this repository's, and write to them.
    #[arg(long)]
    pub(super) adopt: bool,
    /// List the secrets of this owner that nothing needs any more, or disable their versions.
    #[arg(long, value_enum, value_name = "WHAT", num_args = 0..=1, default_missing_value = "list", require_equals = true)]
    pub(super) prune: Option<Prune>,
    /// How many secrets are worked on at once.
    #[arg(long, value_name = "N")]
    pub(super) concurrency: Option<NonZeroUsize>,
    /// The server to ask instead of the store's own.
    #[arg(long, value_name = "URL")]
    pub(super) endpoint: Option<String>,
    /// Where to write down each step, without values; by default below the state folder of the user.
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub(super) journal: Option<PathBuf>,
}

/// `--format`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    #[default]
    Text,
    Json,
}

/// `--on-changed`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Changed {
    /// List it and leave it.
    #[default]
    Skip,
    /// Add a version that replaces it.
    Update,
    /// Block the plan.
    Fail,
}

/// `--prune`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Prune {
    /// List them.
    List,
    /// Disable their versions.
    Disable,
}

impl From<Changed> for OnChanged {
    fn from(changed: Changed) -> Self {
        match changed {
            Changed::Skip => Self::Skip,
            Changed::Update => Self::Update,
            Changed::Fail => Self::Fail,
        }
    }
}

/// More at once would only wait for the quota.
const MOST_AT_ONCE: usize = 64;

impl Sync {
    /// A value in an argument stands in the history of the shell and in the list of processes.
    pub(super) fn refuse_values(&self) -> Result<(), CliError> {
        let is_value = |path: &PathBuf| path.to_string_lossy().contains('=') && !path.exists();
        let names = [&self.only, &self.rotate].into_iter().flatten();
        if self.at.paths.iter().chain(&self.from).any(is_value) || names.into_iter().any(|name| name.contains('=')) {
            return Err(CliError::Usage(
                "no argument takes a value: it would stand in the history of the shell and in the list of processes; \
                 use `--from FILE`, `--from -` or `--prompt`"
                    .to_owned(),
            ));
        }
        Ok(())
    }

    pub(super) fn is_text(&self) -> bool {
        self.format == Format::Text
    }

    pub(super) fn disables(&self) -> bool {
        self.prune == Some(Prune::Disable)
    }

    /// Whether nothing is given and nothing is to be done, so that only the status is shown.
    pub(super) fn asks_for_nothing(&self) -> bool {
        let gives = self.from.is_some() || self.prompt || self.generate || self.rotate.is_some();
        !gives && !self.adopt && !self.disables()
    }

    pub(super) fn only(&self) -> Result<Option<GlobMatcher>, CliError> {
        let Some(only) = &self.only else { return Ok(None) };
        let glob = Glob::new(only).map_err(|_| CliError::Usage(format!("`{}` is no glob", visible(only))))?;
        Ok(Some(glob.compile_matcher()))
    }

    pub(super) fn at_once(&self, limits: &[Limits]) -> NonZeroUsize {
        let own = limits.iter().map(|limits| limits.concurrency).min().unwrap_or(1);
        let wanted = self.concurrency.map_or(own, NonZeroUsize::get);
        NonZeroUsize::new(wanted.min(MOST_AT_ONCE)).unwrap_or(NonZeroUsize::MIN)
    }

    /// A project that is named to confirm must be one that is written to, and all of them must be named, whatever else is
    /// asked for. What is no server is no project.
    pub(super) fn confirm_project(&self, wishes: &Wishes, stores: &[Box<dyn SecretStore>]) -> Result<(), CliError> {
        if self.confirm_project.is_empty() {
            return Ok(());
        }
        let remote = wishes.stores.iter().zip(stores).filter(|(wanted, _)| wanted.kind != "dotenv");
        let projects: Vec<String> = remote.map(|(_, store)| store.place().project).collect();
        let list =
            |names: &[String]| names.iter().map(|name| format!("`{}`", visible(name))).collect::<Vec<_>>().join(", ");
        for confirmed in &self.confirm_project {
            if !projects.contains(confirmed) {
                return Err(CliError::Usage(format!(
                    "`--confirm-project {}` is not the project that would be written to: {}",
                    visible(confirmed),
                    list(&projects)
                )));
            }
        }
        Ok(())
    }
}
