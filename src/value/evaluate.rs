//! Templates to values, with *unknown* as a third answer.

use zeroize::Zeroizing;

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

/// The longest value that is told, in bytes: Linux hands no longer one to a process (`MAX_ARG_STRLEN`), and a value
/// that doubles with every reference would soon fill the memory.
const LONGEST: usize = 128 << 10;

impl Template {
    /// Evaluates as compose and the shells do: only the branches that are taken, the empty string for what is absent.
    ///
    /// Source: compose-go `template.go`, measured in `tests/data/compose-interpolation.jsonl`.
    pub fn evaluate(&self, lookup: &dyn Fn(&Name) -> Known) -> Evaluation<'_> {
        let mut result = Evaluation { value: None, absent: Vec::new(), failure: None };
        let mut text = Text::default();
        resolve(self, lookup, &mut text, &mut result.absent, &mut result.failure);
        result.value = text.finish();
        result
    }
}

/// What was made of a template so far.
#[derive(Default)]
enum Text {
    #[default]
    Nothing,
    /// One piece, which stays itself: what is known of it need not be found again.
    One(Value),
    Several(Zeroizing<String>),
    /// A part of it is unknown, or it is too long.
    Lost,
}

impl Text {
    fn push(&mut self, piece: &Value) {
        let length = match self {
            Self::Nothing | Self::Lost => 0,
            Self::One(value) => value.expose().len(),
            Self::Several(text) => text.len(),
        };
        if length + piece.expose().len() > LONGEST {
            return self.lose();
        }
        match self {
            Self::Lost => {}
            Self::One(value) if !value.is_empty() => {
                *self = Self::Several(Zeroizing::new([value.expose(), piece.expose()].concat()));
            }
            Self::Nothing | Self::One(_) => *self = Self::One(piece.clone()),
            Self::Several(text) => text.push_str(piece.expose()),
        }
    }

    fn lose(&mut self) {
        *self = Self::Lost;
    }

    fn finish(self) -> Option<Value> {
        match self {
            Self::Nothing => Some(Value::new("")),
            Self::One(value) => Some(value),
            Self::Several(text) => Some(Value::new(text.as_str())),
            Self::Lost => None,
        }
    }
}

fn resolve<'a>(
    template: &'a Template,
    lookup: &dyn Fn(&Name) -> Known,
    text: &mut Text,
    absent: &mut Vec<&'a Reference>,
    failure: &mut Option<&'a Reference>,
) {
    for part in &*template.parts {
        match part {
            Part::Literal(value) => text.push(value),
            Part::Unknown(_) => text.lose(),
            Part::Reference(reference) => resolve_reference(reference, lookup, text, absent, failure),
        }
    }
}

fn resolve_reference<'a>(
    reference: &'a Reference,
    lookup: &dyn Fn(&Name) -> Known,
    text: &mut Text,
    absent: &mut Vec<&'a Reference>,
    failure: &mut Option<&'a Reference>,
) {
    let known = lookup(&reference.name);
    let is_set = |empty_too: bool| match &known {
        Known::Value(value) => Some(!(empty_too && value.is_empty())),
        Known::Absent => Some(false),
        Known::Unknown => None,
    };
    let hold = |text: &mut Text| match &known {
        Known::Value(value) => text.push(value),
        Known::Absent => {}
        Known::Unknown => text.lose(),
    };
    let Some(operator) = &reference.operator else {
        if known == Known::Absent {
            absent.push(reference);
        }
        return hold(text);
    };
    let (Operator::Default { empty_too, word }
    | Operator::Alternative { empty_too, word }
    | Operator::Required { empty_too, word }) = operator;
    let Some(is_set) = is_set(*empty_too) else { return text.lose() };
    match (operator, is_set) {
        (Operator::Default { .. } | Operator::Required { .. }, true) => hold(text),
        (Operator::Default { .. }, false) | (Operator::Alternative { .. }, true) => {
            resolve(word, lookup, text, absent, failure);
        }
        (Operator::Alternative { .. }, false) => {}
        (Operator::Required { .. }, false) => {
            // The message is made first, so a reference in it may be what fails.
            resolve(word, lookup, &mut Text::default(), &mut Vec::new(), failure);
            failure.get_or_insert(reference);
            text.lose();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;

    #[test]
    fn a_value_too_long_for_any_process_is_unknown() {
        let reference = |name: &str| Reference { name: Name::new(name), span: Span::default(), operator: None };
        let part = |name: &str| Part::Reference(Box::new(reference(name)));
        let template = Template::from(vec![part("A"), part("A"), part("B")]);
        let of = |length: usize| {
            move |name: &Name| {
                if name.as_str() == "A" { Known::Value(Value::new("x".repeat(length))) } else { Known::Absent }
            }
        };
        assert_eq!(template.evaluate(&of(3)).value, Some(Value::new("xxxxxx")));
        assert!(template.evaluate(&of(LONGEST / 2)).value.is_some());
        let beyond = template.evaluate(&of(LONGEST / 2 + 1));
        assert_eq!(beyond.value, None);
        assert_eq!(beyond.absent, [&reference("B")]);
    }
}
