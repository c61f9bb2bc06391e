//! `envcheck generate env`: the env files of a developer's machine.

use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;

use super::write;
use crate::cli::failure::{CliError, Exit};
use crate::cli::run::Where;
use crate::reporters::defuse;
use crate::source::visible;

/// Writes the env file that each app's loader reads.
///
/// It starts from the template: secrets are generated, defaults and examples are kept, and what somebody has to be asked
/// for stands there as a comment. What compose gives to a local database goes before a generated value. A file that is
/// there keeps every byte, and what it lacks is added. Only its owner can read it; one that git tracks, or does not
/// ignore, is left alone.
#[derive(Debug, Args)]
pub(super) struct Env {
    #[command(flatten)]
    at: Where,
    /// The environment.
    #[arg(long = "env", value_name = "ENV", default_value = "development")]
    environment: String,
    /// For this app only.
    #[arg(long, value_name = "APP")]
    app: Vec<String>,
    /// Write this file instead; for one app, or several that share a file.
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    out: Option<PathBuf>,
}

impl Env {
    pub(super) fn run(&self) -> Result<Exit, CliError> {
        let opened = self.at.open(&[])?;
        let made = super::make(&opened, "env", &self.app, Some(&self.environment))?;
        if self.out.is_some() && made.len() > 1 {
            return Err(CliError::Usage("these apps read several files; say which app is meant with --app".to_owned()));
        }
        for artefact in &made {
            match &self.out {
                Some(path) => write::added(path, artefact)?,
                None => write::below(&opened.project.root, artefact)?,
            }
            let remarks: Vec<_> = artefact.remarks.iter().map(|remark| visible(remark)).collect();
            let text = format!("{}\n", remarks.join("\n"));
            // With stderr gone the files are there all the same.
            let _ = std::io::stderr().lock().write_all(defuse(&text).as_bytes());
        }
        Ok(Exit::Clean)
    }
}
