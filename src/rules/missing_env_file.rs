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
    /// refuses to start a workflow that calls it; Terraform and gcloud refuse a command that names it (`-var-file`,
    /// `--env-vars-file`, `--flags-file`).
    ///
    /// ## When does it stay silent?
    ///
    /// Where the file is not required (`required: false`), is git-ignored, or looks like an env file that people keep
    /// to themselves and a template stands for it. Where a step of a workflow or a script writes it, and where a step
    /// before the command may have written any file, such as an action that is not known.
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
                LinkKind::VarFile | LinkKind::EnvVarsFile | LinkKind::FlagsFile => {
                    "paths are relative to the folder that the command works in"
                }
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
    let has_template = match link.kind {
        LinkKind::EnvFile => looks_like_env_file(path) && model.stand_in(path).is_some(),
        LinkKind::VarFile => model.project.files.keys().any(|other| {
            let behind = other.name().strip_prefix(path.name()).filter(|_| other.is_beside(path));
            behind.is_some_and(|behind| behind.starts_with('.'))
        }),
        _ => false,
    };
    has_template || is_written(model, path)
}

/// Whether a step of a workflow or a script writes a file.
fn is_written(model: &Model<'_>, path: &SourcePath) -> bool {
    let mut written = model.project.groups.iter().flat_map(|group| &group.written_files);
    written.any(|written| written.path.as_ref() == Some(path))
}
