//! What of a workflow a report may show: keys, names, expressions that only name things. Never a value.

use super::parts::{Text, TextPiece, Workflow};
use crate::fact::Loaded;
use crate::source::{SourceFile, Span};
use crate::syntax::expression::{Expression, Segment};
use crate::syntax::yaml::Yaml;

/// Marks what may be shown; `words` of command lines, each with the text that must stand there.
pub(super) fn mark(
    source: &SourceFile,
    yaml: &Yaml,
    workflow: &Workflow,
    words: Vec<(Span, String)>,
    loaded: &mut Loaded,
) {
    let mut shown = crate::loaders::yaml::keys(source, yaml);
    let is_word = |(span, text): (Span, String)| (source.slice(span) == text).then_some(span);
    shown.extend(words.into_iter().filter_map(is_word));
    for site in &workflow.reads {
        shown.push(site.span);
    }
    for job in &workflow.jobs {
        shown.extend(
            job.uses.iter().chain(&job.environment).filter(|text| is_plain(source, text)).map(|text| text.span),
        );
        for step in &job.steps {
            shown.extend(step.uses.iter().filter(|text| is_plain(source, text)).map(|text| text.span));
        }
        let steps = job.steps.iter().flat_map(|step| step.env.iter().chain(&step.with));
        for entry in job.env.iter().chain(&job.with).chain(&job.secrets).chain(steps) {
            expressions(&entry.text, &mut shown);
        }
    }
    for entry in &workflow.env {
        expressions(&entry.text, &mut shown);
    }
    loaded.shown.append(&mut shown);
    loaded.shown.sort_unstable();
    loaded.shown.dedup();
}

/// Whether a text is one word that names something, as it stands in the file.
fn is_plain(source: &SourceFile, text: &Text) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '@');
    let literal = text.literal().unwrap_or_default();
    !literal.is_empty() && literal.len() <= 100 && literal.chars().all(fits) && source.slice(text.span) == literal
}

/// `${{ secrets.X }}`: brackets and path; an expression with a literal in it may hold a value.
fn expressions(text: &Text, shown: &mut Vec<Span>) {
    for piece in &text.pieces {
        if let TextPiece::Expression(expression, span) = piece
            && let Expression::Path { segments, .. } = expression
            && segments.iter().all(|segment| matches!(segment, Segment::Name(_) | Segment::All))
        {
            shown.push(*span);
        }
    }
}
