//! `envcheck rules`: every rule with its level.

use clap::Args;

use super::failure::{CliError, Exit};
use super::output;
use crate::rules::RULES;

/// Lists the rules with their levels.
#[derive(Debug, Args)]
pub(super) struct Rules {}

impl Rules {
    #[expect(clippy::unused_self, reason = "every command runs in the same way")]
    pub(super) fn run(&self) -> Result<Exit, CliError> {
        let row = |rule: &&crate::rules::Rule| {
            vec![rule.id.to_owned(), rule.default_level.to_string(), rule.summary().to_owned()]
        };
        let rows: Vec<_> = RULES.iter().map(row).collect();
        output::text(&output::table(&rows))?;
        Ok(Exit::Clean)
    }
}
