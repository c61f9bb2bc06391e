//! What the program could not do, and with which code it ends.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::ExitCode;

use thiserror::Error;

use crate::generators::GenerateError;
use crate::name::nearest;
use crate::project::{ListingError, LocateError};
use crate::reporters::{Failure, defuse};
use crate::source::visible;
use crate::stores::StoreError;

/// The exit codes, one meaning everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Nothing to report at or above `--fail-on`.
    Clean = 0,
    /// Findings.
    Found = 1,
    /// envcheck could not do its job.
    Failed = 2,
    /// Some changes were made, and others were not.
    Partly = 3,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command could not do its job.
#[derive(Debug, Error)]
pub enum CliError {
    /// A path of the command line, or the config, cannot be looked at.
    #[error(transparent)]
    Locate(#[from] LocateError),
    /// A listing of the command line cannot be used.
    #[error(transparent)]
    Listing(#[from] ListingError),
    /// The config is wrong. One of them for each mistake.
    #[error("{path}:{line}:{column}: {message}")]
    Config {
        /// The file.
        path: String,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What is wrong.
        message: String,
        /// What to do.
        help: Option<String>,
    },
    /// A name that nobody knows.
    #[error("there is no {what} `{name}`{}", list(known))]
    Unknown {
        /// What it should be the name of.
        what: &'static str,
        /// The name, as it was given.
        name: String,
        /// The names that there are.
        known: Vec<String>,
    },
    /// Arguments that cannot be had together.
    #[error("{0}")]
    Usage(String),
    /// Nothing was found that says anything of a variable.
    #[error("nothing to check: no file below {root} says anything of a variable{}", and_unread(*unread))]
    Nothing {
        /// The root.
        root: String,
        /// How many files could not be read.
        unread: usize,
    },
    /// An environment of which no file says anything.
    #[error("no file says anything of the environment `{0}`, so nothing can be said of it")]
    Silent(String),
    /// A file that was to be written.
    #[error("`{path}` cannot be written: {reason}")]
    Unwritable {
        /// The file.
        path: String,
        /// Why.
        reason: &'static str,
    },
    /// A file that was to be read.
    #[error("`{path}` cannot be read: {reason}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        reason: &'static str,
    },
    /// An artefact that cannot be made.
    #[error(transparent)]
    Generate(#[from] GenerateError),
    /// A file that must not be written.
    #[error("`{path}` is left alone: {reason}")]
    Kept {
        /// The file.
        path: String,
        /// Why.
        reason: &'static str,
        /// What to do.
        help: &'static str,
    },
    /// A secret store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Ctrl-C, before anything was changed.
    #[error("interrupted; nothing was changed")]
    Interrupted,
    /// Several at once.
    #[error("{} mistakes", .0.len())]
    Several(Vec<CliError>),
}

impl CliError {
    /// A name that is none of `known`.
    pub fn unknown<'a>(what: &'static str, name: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        Self::Unknown { what, name: name.to_owned(), known: known.into_iter().map(str::to_owned).collect() }
    }

    /// The way out.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Listing(error) => Some(error.help().to_owned()),
            Self::Config { help, .. } => help.clone(),
            Self::Unknown { name, known, .. } => {
                nearest(name, known.iter().map(String::as_str)).map(|near| format!("did you mean `{}`?", visible(near)))
            }
            Self::Nothing { .. } => {
                Some("`envcheck sources` shows what was looked at; `--allow-nothing` accepts it".to_owned())
            }
            Self::Store(error) => error.help().map(str::to_owned),
            Self::Generate(error) => error.help().map(str::to_owned),
            Self::Kept { help, .. } => Some((*help).to_owned()),
            Self::Silent(_) => Some("`envcheck sources` shows which file speaks of which environment".to_owned()),
            _ => None,
        }
    }

    /// As reports have it, one for each mistake.
    pub fn failures(&self) -> Vec<Failure> {
        match self {
            Self::Several(errors) => errors.iter().flat_map(Self::failures).collect(),
            Self::Locate(LocateError::Unreadable { path, .. })
            | Self::Config { path, .. }
            | Self::Unreadable { path, .. }
            | Self::Kept { path, .. }
            | Self::Unwritable { path, .. } => {
                vec![Failure { message: self.to_string(), path: Some(path.clone()), help: self.help() }]
            }
            _ => vec![Failure { message: self.to_string(), path: None, help: self.help() }],
        }
    }

    /// Says it on stderr.
    pub fn say(&self) -> Exit {
        let mut text = String::new();
        for failure in self.failures() {
            let _ = writeln!(text, "error: {}", visible(&failure.message));
            if let Some(help) = failure.help {
                let _ = writeln!(text, "  help: {}", visible(&help));
            }
        }
        // With stderr gone there is nobody left to tell; the exit code still says it.
        let _ = std::io::stderr().lock().write_all(defuse(&text).as_bytes());
        Exit::Failed
    }
}

/// What the system says of a file, in our own words.
pub(super) fn reason(error: &std::io::Error) -> &'static str {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::NotFound => "it does not exist",
        ErrorKind::PermissionDenied => "permission denied",
        ErrorKind::NotADirectory => "a part of its path is no folder",
        ErrorKind::IsADirectory => "it is a folder",
        ErrorKind::StorageFull => "no space is left",
        ErrorKind::ReadOnlyFilesystem => "the file system is read-only",
        _ => "the system refuses it",
    }
}

fn and_unread(number: usize) -> String {
    match number {
        0 => String::new(),
        1 => ", and one could not be read".to_owned(),
        number => format!(", and {number} could not be read"),
    }
}

/// The known names, as many as a line bears.
fn list(known: &[String]) -> String {
    const MOST: usize = 40;
    if known.is_empty() {
        return "; there is none".to_owned();
    }
    let names: Vec<&str> = known.iter().take(MOST).map(String::as_str).collect();
    let more = if known.len() > MOST { format!(" and {} more", known.len() - MOST) } else { String::new() };
    format!("; known: {}{more}", names.join(", "))
}
