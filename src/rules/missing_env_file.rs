//! `missing-env-file`: a file is named that does not exist.

use crate::fact::{Link, LinkKind, LinkOutcome};
use crate::finding::Findings;
use crate::model::{Model, looks_like_env_file};
use crate::source::{Place, SourcePath};

super::rule! {
    /// A file that is named does not exist.
    ///
    /// ## Why is this bad?
    ///
    /// Compose refuses to start the project; a schema that extends it lacks everything that it would declare; GitHub
    /// refuses to start a workflow that calls it.
    ///
    /// ## When does it stay silent?
    ///
    /// Where the file is not required (`required: false`), is git-ignored, or looks like an env file that people keep
    /// to themselves and a template stands for it. Where a step of a workflow or a script writes it.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   api:
    ///     build: .
    ///     env_file: config/api.list
    /// ```
    ///
    /// ## Use instead
    ///
    /// The right path, relative to the file that names it.
    "missing-env-file", Error, since "0.1.0", check
}

fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    for (path, file) in &model.project.files {
        for (link, outcome) in file.loaded.links.iter().zip(&file.outcomes) {
            let LinkOutcome::Missing(missing) = outcome else { continue };
            if !is_named_to_be_read(link) || is_kept_elsewhere(model, link, missing) {
                continue;
            }
            let what = match link.kind {
                LinkKind::Extends => "is extended",
                LinkKind::Include => "is included",
                LinkKind::Workflow => "is called",
                _ => "is named",
            };
            let help = match link.kind {
                LinkKind::Workflow => "what is called by `./` is looked for at the root of the repository",
                _ => "paths are relative to the folder of the file that names them",
            };
            findings
                .report(&Place::new(path, link.span), "no such file", format!("`{missing}` {what} and does not exist"))
                .help(help);
        }
    }
}

fn is_named_to_be_read(link: &Link) -> bool {
    link.required && link.kind != LinkKind::Dockerfile
}

/// An env file that is not in the checkout on purpose.
fn is_kept_elsewhere(model: &Model<'_>, link: &Link, path: &SourcePath) -> bool {
    link.kind == LinkKind::EnvFile && looks_like_env_file(path) && model.stand_in(path).is_some()
        || is_written(model, path)
}

/// Whether a step of a workflow or a script writes a file.
fn is_written(model: &Model<'_>, path: &SourcePath) -> bool {
    let mut written = model.project.groups.iter().flat_map(|group| &group.written_files);
    written.any(|written| written.path.as_ref() == Some(path))
}
