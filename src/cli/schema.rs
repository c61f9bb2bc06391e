//! `envcheck schema`: the JSON Schemas of what envcheck reads and writes.

use clap::Args;
use serde_json::Value;

use super::failure::{CliError, Exit};
use super::output;
use crate::reporters::json;
use crate::schemas::env_schema;

/// What makes a schema.
pub(super) type Make = fn() -> Value;

/// Every schema by name.
pub static SCHEMAS: &[(&str, Make)] = &[
    ("config", crate::config::json_schema),
    ("env", env_schema::json_schema),
    ("plan", crate::sync::json_schema),
    ("report", json::json_schema),
];

/// Prints the JSON Schema of `config`, `env`, `plan` or `report`.
#[derive(Debug, Args)]
pub(super) struct Schema {
    /// Which.
    #[arg(value_name = "NAME")]
    name: String,
}

impl Schema {
    pub(super) fn run(&self) -> Result<Exit, CliError> {
        let Some((_, make)) = SCHEMAS.iter().find(|(name, _)| *name == self.name) else {
            return Err(CliError::unknown("schema", &self.name, SCHEMAS.iter().map(|(name, _)| *name)));
        };
        output::to_stdout(format!("{:#}\n", make()).as_bytes())?;
        Ok(Exit::Clean)
    }
}
