//! Bytes out: whole documents, to stdout or to the files that the command line names.

use std::fmt::Write as _;
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use super::failure::{CliError, reason};
use crate::reporters::defuse;
use crate::source::visible;

/// Writes a document to stdout. A reader that has gone away has seen enough: the exit code stays what it would have been.
pub(super) fn to_stdout(bytes: &[u8]) -> Result<(), CliError> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(CliError::Unwritable { path: "stdout".to_owned(), reason: reason(&error) })
        }
        _ => Ok(()),
    }
}

/// Writes a text for people to stdout; what is foreign in it must have been made visible.
pub(super) fn text(text: &str) -> Result<(), CliError> {
    to_stdout(defuse(text).as_bytes())
}

/// Says something on stderr, beside what stdout is for.
pub(super) fn notice(text: &str) {
    // With stderr gone there is nobody left to tell.
    let _ = io::stderr().lock().write_all(defuse(&format!("{}\n", visible(text))).as_bytes());
}

/// Writes a document to a file.
pub(super) fn to_file(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    std::fs::write(path, bytes).map_err(|error| unwritable(path, &error))
}

/// A path as people are shown it.
pub(super) fn shown(path: &Path) -> String {
    visible(&path.to_string_lossy()).into_owned()
}

/// Says why a file cannot be written.
pub(super) fn unwritable(path: &Path, error: &io::Error) -> CliError {
    CliError::Unwritable { path: shown(path), reason: reason(error) }
}

/// Rows as columns that line up; the last one is as long as it is.
pub(super) fn table(rows: &[Vec<String>]) -> String {
    let mut widths: Vec<usize> = Vec::new();
    for row in rows {
        for (column, cell) in row.iter().enumerate() {
            let width = cell.chars().count();
            match widths.get_mut(column) {
                Some(widest) => *widest = width.max(*widest),
                None => widths.push(width),
            }
        }
    }
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            let _ = write!(line, "{cell:<width$}  ");
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}
