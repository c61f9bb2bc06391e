//! What the schemas that are JSON have in common: reading the text, and noting what is wrong. No meaning.

use crate::fact::Problem;
use crate::name::is_variable_name;
use crate::source::{SourceFile, Span};
use crate::syntax::json::{self, Dialect, Kind, Member, Node};
use crate::value::Value;

/// The longest text that is read, in bytes: the tree takes many times the text.
const LONGEST: usize = 1 << 20;

/// The most problems of one file that are told.
const MOST_PROBLEMS: usize = 200;

/// What is noted while a document is read.
#[derive(Default)]
pub(super) struct Notes {
    pub(super) problems: Vec<Problem>,
    pub(super) shown: Vec<Span>,
    /// Where the text was cut because of a syntax error: what ends there may have gone on.
    pub(super) cut: Option<usize>,
}

/// Reads a document, as far as it can be read, and notes why the rest cannot.
pub(super) fn read(source: &SourceFile, then: impl FnOnce(&Node<'_>, &mut Notes)) -> Notes {
    let mut notes = Notes::default();
    let text = source.text();
    if let Some(first) = source.damage() {
        notes.lost(Span::new(first, first + 1), "this byte is not UTF-8, as JSON must be");
        return notes;
    }
    if text.len() > LONGEST {
        notes.lost(Span::new(0, 0), "this file is longer than 1 MiB and was not read");
        return notes;
    }
    match json::parse(text, Dialect::Strict) {
        Ok(Some(root)) => then(&root, &mut notes),
        Ok(None) => notes.lost(Span::new(0, 0), "this file is empty"),
        Err(fault) => {
            notes.lost(fault, "this is not valid JSON");
            if let Some((mended, cut)) = json::mend(text, fault) {
                notes.cut = Some(cut);
                if let Ok(Some(root)) = json::parse(&mended, Dialect::Strict) {
                    then(&root, &mut notes);
                }
            }
        }
    }
    notes.problems.sort_by_key(|problem| problem.span);
    notes
}

/// The members of the outermost object, if a text is one; for a glance at what it is.
pub(super) fn glance<T>(source: &SourceFile, look: impl FnOnce(&Node<'_>) -> T) -> Option<T> {
    let text = source.text();
    if text.len() > LONGEST || !text.trim_start_matches('\u{feff}').trim_start().starts_with('{') {
        return None;
    }
    match json::parse(text, Dialect::Strict) {
        Ok(root) => root.map(|root| look(&root)),
        Err(fault) => {
            let (mended, _) = json::mend(text, fault)?;
            json::parse(&mended, Dialect::Strict).ok().flatten().map(|root| look(&root))
        }
    }
}

impl Notes {
    fn push(&mut self, mut problem: Problem) {
        // Brackets that were added to a broken text stand behind it.
        if let Some(cut) = self.cut {
            problem.span = Span::new(problem.span.start.min(cut), problem.span.end.min(cut));
        }
        if self.problems.len() < MOST_PROBLEMS && !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    /// Notes something wrong by which declarations may be lost.
    pub(super) fn lost(&mut self, span: Span, message: impl Into<String>) {
        self.push(Problem::new(span, message));
    }

    /// Notes something wrong beside which everything was understood.
    pub(super) fn wrong(&mut self, span: Span, message: impl Into<String>) {
        self.push(Problem::new(span, message).harmless());
    }

    /// Notes something wrong, with what to do.
    pub(super) fn wrong_with_help(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.push(Problem::new(span, message).harmless().help(help));
    }

    /// Lets the key of a member be shown.
    pub(super) fn show(&mut self, member: &Member<'_>) {
        self.shown.push(member.key_span);
    }

    /// Whether a node may have gone on behind a syntax error.
    pub(super) fn is_cut(&self, node: &Node<'_>) -> bool {
        self.cut.is_some_and(|cut| node.span.end > cut)
    }

    /// Whether the key of a member is the name of a variable; if not, that is noted. What begins with `$` belongs to
    /// editors and is passed over.
    pub(super) fn is_name(&mut self, member: &Member<'_>) -> bool {
        if is_variable_name(&member.key) {
            self.show(member);
            return true;
        }
        if !member.key.starts_with('$') {
            self.wrong(member.key_span, "this is no name of a variable");
        }
        false
    }

    /// Notes the keys that stand twice in an object, of which readers take the last one, or none.
    pub(super) fn twice(&mut self, members: &[Member<'_>]) {
        let mut seen = std::collections::BTreeSet::new();
        for member in members {
            if !seen.insert(&member.key) {
                self.wrong(member.key_span, "this key is given twice");
            }
        }
    }

    /// The truth value of a node, which must be one.
    pub(super) fn boolean(&mut self, node: &Node<'_>, key: &'static str) -> Option<bool> {
        if let Kind::Boolean(value) = node.kind {
            return Some(value);
        }
        self.wrong(node.inner_span(), format!("`{key}` must be true or false"));
        None
    }

    /// The text of a node, which must be one.
    pub(super) fn text<'n>(&mut self, node: &'n Node<'_>, key: &'static str) -> Option<&'n str> {
        let text = node.text();
        if text.is_none() {
            self.wrong(node.span, format!("`{key}` must be a text"));
        }
        text
    }

    /// The number of a node, which must be one.
    pub(super) fn number(&mut self, node: &Node<'_>, key: &'static str) -> Option<f64> {
        let number = match node.kind {
            Kind::Number(text) => text.parse::<f64>().ok().filter(|number| number.is_finite()),
            _ => None,
        };
        if number.is_none() {
            self.wrong(node.inner_span(), format!("`{key}` must be a number"));
        }
        number
    }

    /// The whole number of a node, which must be one that is not negative.
    pub(super) fn count(&mut self, node: &Node<'_>, key: &'static str) -> Option<usize> {
        let count = match node.kind {
            Kind::Number(text) => text.parse::<usize>().ok().or_else(|| text.strip_suffix(".0")?.parse().ok()),
            _ => None,
        };
        if count.is_none() {
            self.wrong(node.inner_span(), format!("`{key}` must be a whole number, not negative"));
        }
        count
    }
}

/// Where a node begins, for what is wrong with it as a whole.
pub(super) fn opening(node: &Node<'_>) -> Span {
    Span::new(node.span.start, node.span.end.min(node.span.start + 1))
}

/// What a node gives as the value of a variable; `None` of what is none: `null`, a list, a table.
pub(super) fn scalar(node: &Node<'_>) -> Option<Value> {
    Some(Value::new(match &node.kind {
        Kind::Text(text) => text.to_string(),
        Kind::Number(text) => (*text).to_owned(),
        Kind::Boolean(value) => value.to_string(),
        _ => return None,
    }))
}
