//! Which environment a job deploys to, as far as it says so.

use super::evaluate::Scope;
use super::parts::{Job, TextPiece};
use crate::loaders::commands;
use crate::source::SourcePath;
use crate::syntax::expression::{Expression, Operator};

/// How many environments one job is read for.
const FEW: usize = 4;

/// Where a job deploys to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Deploys {
    /// To one of these; one after the other.
    To(Vec<String>),
    /// Nothing says it.
    Unsaid,
    /// It depends on something that cannot be told here.
    Anywhere,
}

/// Where a job deploys to.
pub(super) fn of(path: &SourcePath, job: &Job, scope: &Scope) -> Deploys {
    if let Some(text) = &job.environment {
        if let Some(known) = scope.text(text).literal().filter(|known| !known.is_empty()) {
            return Deploys::To(vec![known.to_string()]);
        }
        return match text.pieces.as_slice() {
            [TextPiece::Expression(expression, _)] => {
                choices(expression).filter(|all| all.len() <= FEW).map_or(Deploys::Anywhere, Deploys::To)
            }
            [] => Deploys::Unsaid,
            _ => Deploys::Anywhere,
        };
    }
    let stem = path.name().rsplit_once('.').map_or(path.name(), |(stem, _)| stem);
    let named = commands::word_in(&job.id).or_else(|| commands::word_in(stem));
    // What its caller says it is for: `with: { environment: production }`.
    let given = || commands::word_in(&scope.inputs.get("environment")?.literal()?);
    named.or_else(given).map_or(Deploys::Unsaid, |word| Deploys::To(vec![word]))
}

/// The literals of a choice: `github.ref == 'x' && 'production' || 'staging'`.
fn choices(expression: &Expression) -> Option<Vec<String>> {
    match expression {
        Expression::Text(text) => Some(vec![text.expose().to_owned()]),
        Expression::Binary(Operator::Or, left, right) => {
            let mut all = choices(left)?;
            all.extend(choices(right)?);
            Some(all)
        }
        Expression::Binary(Operator::And, _, right) => choices(right),
        _ => None,
    }
}
