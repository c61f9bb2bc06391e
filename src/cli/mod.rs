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
    let command = match read(&with_command(arguments.into_iter().collect())) {
        Ok(command) => command,
        Err(error) => {
            // What was given to a flag that takes no value may be one that must not be seen.
            if error.kind() == clap::error::ErrorKind::TooManyValues {
                return CliError::Usage("a flag was given a value, and takes none".to_owned()).say().into();
            }
            // Help and version are no errors. That they cannot be written changes nothing.
            let _ = error.print();
            return if error.use_stderr() { Exit::Failed } else { Exit::Clean }.into();
        }
    };
    let exit = match command {
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

/// `check` alone: to describe all commands takes longer than to check a file, and `check` is what hooks run.
#[derive(Debug, Parser)]
#[command(name = "envcheck")]
struct OnlyCheck {
    #[command(subcommand)]
    command: CheckCommand,
}

#[derive(Debug, Subcommand)]
enum CheckCommand {
    Check(check::Check),
}

fn read(arguments: &[OsString]) -> Result<Command, clap::Error> {
    if arguments.get(1).is_some_and(|command| command == "check")
        && let Ok(OnlyCheck { command: CheckCommand::Check(check) }) = OnlyCheck::try_parse_from(arguments)
    {
        return Ok(Command::Check(check));
    }
    // Help, and what is wrong, is told with all commands in sight.
    Cli::try_parse_from(arguments).map(|cli| cli.command)
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
    fn check_is_read_alone_as_it_is_among_all_commands() {
        for line in [
            "check",
            "check --pedantic -q a b --env=prod",
            "check --format json=x -A rule help",
            "check -h",
            "check -x",
        ] {
            let arguments: Vec<OsString> = ["envcheck"].into_iter().chain(line.split(' ')).map(Into::into).collect();
            let among_all = Cli::try_parse_from(&arguments).map(|cli| cli.command);
            match (read(&arguments), among_all) {
                (Ok(alone), Ok(among_all)) => assert_eq!(format!("{alone:?}"), format!("{among_all:?}")),
                (Err(alone), Err(among_all)) => assert_eq!(alone.to_string(), among_all.to_string()),
                _ => panic!("they differ: {line}"),
            }
        }
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
