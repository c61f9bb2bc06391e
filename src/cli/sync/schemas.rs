//! Schemas must have been read whole before anything is stored by them.

use crate::cli::failure::CliError;
use crate::fact::{LinkKind, LinkOutcome, Role};
use crate::loaders::File;
use crate::project::Project;

/// Fails where a part of a schema was not understood, or a schema that it extends was not read: what they declare is
/// not known then, and a secret could be taken for a setting.
pub(super) fn must_be_read(project: &Project) -> Result<(), CliError> {
    let mut mistakes = Vec::new();
    for (path, file) in project.files.iter().filter(|(_, file)| file.claim.role == Role::Schema) {
        let mut mistake = |offset: usize, message: String, help: Option<String>| {
            let at = file.source.position(offset);
            mistakes.push(CliError::Config { path: path.to_string(), line: at.line, column: at.column, message, help });
        };
        for problem in &file.loaded.problems {
            mistake(problem.span.start, problem.message.clone(), problem.help.clone());
        }
        for (span, what) in unread(file) {
            mistake(span, format!("the schema that it extends {what}"), None);
        }
    }
    if mistakes.is_empty() { Ok(()) } else { Err(CliError::Several(mistakes)) }
}

/// Where a file names a schema that was not read, and why it was not.
fn unread(file: &File) -> impl Iterator<Item = (usize, &'static str)> {
    let links = file.loaded.links.iter().zip(&file.outcomes);
    links.filter(|(link, _)| link.kind == LinkKind::Extends).filter_map(|(link, outcome)| {
        let what = match outcome {
            LinkOutcome::Loaded(_) => return None,
            LinkOutcome::Missing(_) | LinkOutcome::Ignored(_) => "is not there",
            LinkOutcome::Outside => "lies outside the root",
            LinkOutcome::Unreadable(_) => "cannot be read",
            LinkOutcome::Unresolved => "cannot be told",
        };
        Some((link.span.start, what))
    })
}
