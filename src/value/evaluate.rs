//! Templates to values, with *unknown* as a third answer.

use super::{Operator, Part, Reference, Template, Value};
use crate::name::Name;

/// What the surroundings hold under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// This value; it may be empty.
    Value(Value),
    /// Nothing.
    Absent,
    /// Something or nothing: it cannot be told here.
    Unknown,
}

/// What a template comes to in certain surroundings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluation<'a> {
    /// The value; `None` where it depends on something unknown.
    pub value: Option<Value>,
    /// The references on the path taken whose variable is absent and for which the empty string stands in.
    pub absent: Vec<&'a Reference>,
    /// The first reference on the path taken at which the reader fails (`:?`).
    pub failure: Option<&'a Reference>,
}

impl Template {
    /// Evaluates as compose and the shells do: only the branches that are taken, the empty string for what is absent.
    ///
    /// Source: compose-go `template.go`, measured in `tests/data/compose-interpolation.jsonl`.
    pub fn evaluate(&self, lookup: &dyn Fn(&Name) -> Known) -> Evaluation<'_> {
        let mut result = Evaluation { value: None, absent: Vec::new(), failure: None };
        result.value = resolve(self, lookup, &mut result.absent, &mut result.failure).map(Value::new);
        result
    }
}

fn resolve<'a>(
    template: &'a Template,
    lookup: &dyn Fn(&Name) -> Known,
    absent: &mut Vec<&'a Reference>,
    failure: &mut Option<&'a Reference>,
) -> Option<String> {
    let mut text = Some(String::new());
    for part in &template.parts {
        let piece = match part {
            Part::Literal(value) => Some(value.expose().to_owned()),
            Part::Unknown(_) => None,
            Part::Reference(reference) => resolve_reference(reference, lookup, absent, failure),
        };
        match (&mut text, piece) {
            (Some(text), Some(piece)) => text.push_str(&piece),
            (text, _) => *text = None,
        }
    }
    text
}

fn resolve_reference<'a>(
    reference: &'a Reference,
    lookup: &dyn Fn(&Name) -> Known,
    absent: &mut Vec<&'a Reference>,
    failure: &mut Option<&'a Reference>,
) -> Option<String> {
    let known = lookup(&reference.name);
    let is_set = |empty_too: bool| match &known {
        Known::Value(value) => Some(!(empty_too && value.is_empty())),
        Known::Absent => Some(false),
        Known::Unknown => None,
    };
    let held = || match &known {
        Known::Value(value) => Some(value.expose().to_owned()),
        Known::Absent => Some(String::new()),
        Known::Unknown => None,
    };
    match &reference.operator {
        None => {
            if known == Known::Absent {
                absent.push(reference);
            }
            held()
        }
        Some(Operator::Default { empty_too, word }) => {
            if is_set(*empty_too)? {
                held()
            } else {
                resolve(word, lookup, absent, failure)
            }
        }
        Some(Operator::Alternative { empty_too, word }) => {
            if is_set(*empty_too)? {
                resolve(word, lookup, absent, failure)
            } else {
                Some(String::new())
            }
        }
        Some(Operator::Required { empty_too, word }) => {
            if is_set(*empty_too)? {
                held()
            } else {
                // The message is made first, so a reference in it may be what fails.
                resolve(word, lookup, &mut Vec::new(), failure);
                failure.get_or_insert(reference);
                None
            }
        }
    }
}
