//! What a workflow says before anything is joined or evaluated.

use crate::fact::StoreKind;
use crate::source::Span;
use crate::syntax::expression::Expression;
use crate::syntax::shell::Script;
use crate::value::Value;

/// A workflow, or a composite action, which is one of a single job.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent observations, not a state")]
pub(super) struct Workflow {
    pub(super) env: Vec<Entry>,
    /// What its caller may give it, with the defaults.
    pub(super) inputs: Vec<(String, Option<Text>)>,
    /// The secrets that its caller must or may give it: name, where, whether it must.
    pub(super) secrets: Vec<(String, Span, bool)>,
    /// Whether other workflows may call it.
    pub(super) is_called: bool,
    /// Whether something else than other workflows starts it.
    pub(super) is_started: bool,
    /// Whether it is an action.
    pub(super) is_action: bool,
    /// Whether it runs for what is not merged yet, and for nothing else.
    pub(super) reviews: bool,
    pub(super) jobs: Vec<Job>,
    /// What it reads of stores, wherever that stands.
    pub(super) reads: Vec<StoreSite>,
    /// Whether a part of it is missing.
    pub(super) lossy: bool,
}

/// A job.
#[derive(Debug, Default)]
pub(super) struct Job {
    pub(super) id: String,
    /// Where its id stands.
    pub(super) span: Span,
    pub(super) env: Vec<Entry>,
    pub(super) environment: Option<Text>,
    pub(super) steps: Vec<Step>,
    /// The workflow that it calls.
    pub(super) uses: Option<Text>,
    /// What it gives to that.
    pub(super) with: Vec<Entry>,
    pub(super) secrets: Vec<Entry>,
    pub(super) inherits: bool,
    /// Whether containers run beside it.
    pub(super) has_services: bool,
    /// Whether it runs for what is not merged yet alone.
    pub(super) reviews: bool,
    /// The folder of its `run` steps.
    pub(super) folder: Option<Text>,
    pub(super) matrix: Matrix,
}

/// The matrix of a job.
#[derive(Debug, Default)]
pub(super) struct Matrix {
    /// What it sets.
    pub(super) names: Vec<String>,
    /// What each of its runs gets, where the file lists them one by one.
    pub(super) rows: Vec<Vec<(String, Text)>>,
}

impl Matrix {
    /// Takes an item of `include`, beside the values of at most one dimension: it adds to the runs of that value, to all
    /// where it names none, and else is a run of its own.
    ///
    /// Source: GitHub's documentation, "Expanding or adding matrix configurations".
    pub(super) fn include(&mut self, item: Vec<(String, Text)>, dimension: Option<&str>) {
        let value = |row: &[(String, Text)]| {
            row.iter().find(|(name, _)| Some(name.as_str()) == dimension).map(|(_, text)| text.literal())
        };
        let own = value(&item);
        let fits = |row: &Vec<(String, Text)>| match (&own, value(row)) {
            (None, of_row) => dimension.is_some() && of_row.is_some(),
            (Some(own), Some(of_row)) => own.is_some() && *own == of_row,
            (Some(_), None) => false,
        };
        let mut extended = false;
        for row in self.rows.iter_mut().filter(|row| fits(row)) {
            let new = item.iter().filter(|(name, _)| Some(name.as_str()) != dimension);
            row.extend(new.cloned());
            extended = true;
        }
        if !extended {
            self.rows.push(item);
        }
    }
}

/// A step of a job.
#[derive(Debug, Default)]
pub(super) struct Step {
    pub(super) id: Option<String>,
    pub(super) env: Vec<Entry>,
    pub(super) run: Option<Script>,
    pub(super) uses: Option<Text>,
    pub(super) with: Vec<Entry>,
    pub(super) folder: Option<Text>,
    /// Where it begins.
    pub(super) span: Span,
    /// Whether it runs only in some cases.
    pub(super) conditional: bool,
    /// Whether it runs for what is not merged yet alone.
    pub(super) reviews: bool,
}

/// A name and a text.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) span: Span,
    pub(super) text: Text,
}

/// A text with expressions in it.
#[derive(Clone, Debug, Default)]
pub(super) struct Text {
    pub(super) pieces: Vec<TextPiece>,
    pub(super) span: Span,
}

/// A piece of a [`Text`].
#[derive(Clone, Debug)]
pub(super) enum TextPiece {
    Literal(Value, Span),
    Expression(Expression, Span),
    /// Something that is meant as an expression and is none, or that is no text.
    Unknown(Span),
}

/// A place where a store is read.
#[derive(Debug)]
pub(super) struct StoreSite {
    pub(super) store: StoreKind,
    /// As it is written.
    pub(super) name: String,
    pub(super) span: Span,
    /// Whether something stands in where it is not there, or its absence is asked for.
    pub(super) fallback: bool,
    /// The job, by index.
    pub(super) job: Option<usize>,
}

impl Text {
    /// The text, if all of it is literal.
    pub(super) fn literal(&self) -> Option<String> {
        let mut text = String::new();
        for piece in &self.pieces {
            let TextPiece::Literal(part, _) = piece else { return None };
            text.push_str(part.expose());
        }
        Some(text)
    }
}
