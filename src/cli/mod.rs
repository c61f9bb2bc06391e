//! The command line: one file per command. The only place that reads the process environment and writes to stdout.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod check;
mod explain;
mod failure;
mod generate;
mod listing;
mod look;
mod output;
mod overview;
mod panic;
mod rules;
mod run;
mod schema;
mod show;
mod show_line;
mod sources;
mod sync;

pub use failure::{CliError, Exit};
pub use panic::say_panic;
pub use run::{Scope, Wanted, findings, known_rules, report};
pub use schema::SCHEMAS;

/// Tells, before a deploy, whether every app will get every environment variable it needs.
///
/// Without a command, `check` is meant.
#[derive(Debug, Parser)]
#[command(name = "envcheck", version, max_term_width = 100, arg_required_else_help = false)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::Check),
    Show(show::Show),
    Sources(sources::Sources),
    Explain(explain::Explain),
    Rules(rules::Rules),
    Schema(schema::Schema),
    Listing(listing::Listing),
    Sync(Box<sync::Sync>),
    Generate(generate::Generate),
}

/// The command line as clap knows it: for the documentation.
pub fn command() -> clap::Command {
    <Cli as clap::CommandFactory>::command()
}

/// Runs the program with these arguments, the first of which is its own name.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(with_command(arguments.into_iter().collect())) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no errors. That they cannot be written changes nothing.
            let _ = error.print();
            return if error.use_stderr() { Exit::Failed } else { Exit::Clean }.into();
        }
    };
    let exit = match cli.command {
        Command::Check(command) => command.run(),
        Command::Show(command) => command.run(),
        Command::Sources(command) => command.run(),
        Command::Explain(command) => command.run(),
        Command::Rules(command) => command.run(),
        Command::Schema(command) => command.run(),
        Command::Listing(command) => command.run(),
        Command::Sync(command) => command.run(),
        Command::Generate(command) => command.run(),
    };
    exit.unwrap_or_else(|error| error.say()).into()
}

/// Puts `check` where no command is given: nothing at all, or only options.
fn with_command(mut arguments: Vec<OsString>) -> Vec<OsString> {
    const GENERAL: &[&str] = &["-h", "--help", "-V", "--version"];
    let first = arguments.get(1).map(|first| first.to_string_lossy().into_owned());
    if arguments.is_empty() {
        arguments.push("envcheck".into());
    }
    if first.is_none_or(|first| first.starts_with('-') && !GENERAL.contains(&first.as_str())) {
        arguments.insert(1, "check".into());
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn command(arguments: &[&str]) -> Vec<String> {
        let arguments = with_command(arguments.iter().map(OsString::from).collect());
        arguments.into_iter().map(|argument| argument.into_string().unwrap()).collect()
    }

    #[test]
    fn the_command_line_contradicts_itself_nowhere() {
        Cli::command().debug_assert();
    }

    #[test]
    fn without_a_command_check_is_meant() {
        assert_eq!(command(&[]), ["envcheck", "check"]);
        assert_eq!(command(&["envcheck"]), ["envcheck", "check"]);
        assert_eq!(command(&["envcheck", "--quiet"]), ["envcheck", "check", "--quiet"]);
        assert_eq!(command(&["envcheck", "--help"]), ["envcheck", "--help"]);
        assert_eq!(command(&["envcheck", "rules"]), ["envcheck", "rules"]);
    }
}
