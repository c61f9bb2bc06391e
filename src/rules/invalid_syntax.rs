//! `invalid-syntax`: a file that its reader would not understand.

use crate::fact::{LinkKind, LinkOutcome, Problem, Role};
use crate::finding::Findings;
use crate::model::Model;
use crate::source::{Place, SourcePath, Span};
use crate::syntax::dotenv::{self, Ending};

super::rule! {
    /// A file cannot be read by the program that will read it.
    ///
    /// ## Why is this bad?
    ///
    /// Some loaders skip what they do not understand, some refuse the whole file. envcheck checks what could be read,
    /// and concludes nothing from what it lacks.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   api:
    ///     env_file:
    /// ```
    ///
    /// ## Use instead
    ///
    /// The finding says what was expected.
    "invalid-syntax", Error, since "0.1.0", check
}

fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    for (path, file) in &model.project.files {
        for problem in &file.loaded.problems {
            report(findings, path, problem);
        }
    }
    for (path, problem) in &model.project.problems {
        report(findings, path, problem);
    }
    for (path, problem) in &model.problems() {
        report(findings, path, problem);
    }
    refused(model, findings);
    for unread in &model.project.unread {
        let Some(named) = &unread.named else { continue };
        if is_elsewhere_on_purpose(model, named) {
            continue;
        }
        let message = format!("`{}` is named and was not read: {}", unread.path, unread.reason);
        findings.report(named, "named here", message);
    }
}

/// An env file that its only loader refuses, or does not get through, though others would read it. Where several read
/// the file `ambiguous-syntax` says who does what.
fn refused(model: &Model<'_>, findings: &mut Findings<'_>) {
    for (path, readings) in &model.readings {
        let ([(reader, evaluated)], Some(file)) = (readings.readers.as_slice(), model.project.files.get(path)) else {
            continue;
        };
        let (what, flaw) = match &evaluated.ending {
            Ending::Rejected(flaw) => ("refuses the file", flaw),
            Ending::Stopped(flaw) => ("stops here and loads nothing below", flaw),
            _ => continue,
        };
        let line = |span: Span| file.source.position(span.start).line;
        let is_told = file.loaded.problems.iter().any(|problem| line(problem.span) == line(flaw.span));
        if is_told || file.claim.role == Role::Template {
            continue;
        }
        let words = dotenv::known(reader.dialect).words;
        let message = format!("{words} {what}: {}", flaw.kind.message());
        let finding = findings.report(&Place::new(path, flaw.span), "here", message).help(flaw.kind.help());
        if let Some(named) = &reader.named {
            finding.related(named, "named here");
        }
    }
}

/// An env file outside the repository (`/etc/shop.env`) is its reader's business; it is not read, and its facts are unknown.
fn is_elsewhere_on_purpose(model: &Model<'_>, named: &Place) -> bool {
    let Some(file) = model.project.files.get(&named.path) else { return false };
    let mut links = file.loaded.links.iter().zip(&file.outcomes);
    links.any(|(link, outcome)| {
        link.span == named.span && link.kind == LinkKind::EnvFile && *outcome == LinkOutcome::Outside
    })
}

fn report(findings: &mut Findings<'_>, path: &SourcePath, problem: &Problem) {
    let finding = findings.report(&Place::new(path, problem.span), "here", problem.message.clone());
    if let Some(help) = &problem.help {
        finding.help(help.clone());
    }
}
