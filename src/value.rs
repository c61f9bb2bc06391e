//! Values that cannot print themselves, and values with references in them.

mod evaluate;

pub use evaluate::{Evaluation, Known};

use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::memo::Answers;
use crate::name::Name;
use crate::source::{MASK, Span};

/// A value of a variable. It may be a secret: it has no `Display`, its `Debug` is a mask, its memory is zeroed.
///
/// Clones share one text.
#[derive(Clone)]
pub struct Value(Arc<Held>);

struct Held {
    text: Zeroizing<String>,
    answers: Answers,
}

/// What is asked of a value again and again.
#[derive(Clone, Copy, Debug)]
pub enum Question {
    /// Whether it is a placeholder in the slot of a secret, whatever the secret is called.
    PlaceholderOfSecret,
    /// Whether it is one anywhere else.
    PlaceholderOfSetting,
    /// Whether it is a secret that everyone knows.
    KnownSecret,
    /// Whether it is a credential that everyone knows, in a variable that names no secret.
    KnownSetting,
    /// Whether a credential of some provider begins or is marked like it.
    Credential,
    /// Whether it only points to where the value is kept.
    PointsElsewhere,
}

impl Value {
    /// Takes a value.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Arc::new(Held { text: Zeroizing::new(text.into()), answers: Answers::default() }))
    }

    /// The answer to a question, which `answer` gives the first time.
    pub fn ask(&self, question: Question, answer: impl FnOnce(&str) -> bool) -> bool {
        self.0.answers.get(question as u8, || answer(self.expose()))
    }

    /// The text itself. Whoever calls this must not print, log or serialise it.
    pub fn expose(&self) -> &str {
        &self.0.text
    }

    /// Whether it is the empty string.
    pub fn is_empty(&self) -> bool {
        self.0.text.is_empty()
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.text == other.0.text
    }
}

impl Eq for Value {}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

/// A value as it is written: literal text and references, in order. No part is the empty string.
///
/// Clones share one list of parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template {
    /// The parts, in order.
    pub parts: Arc<[Part]>,
}

/// A piece of a [`Template`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Text as it is.
    Literal(Value),
    /// A variable's value goes here.
    Reference(Box<Reference>),
    /// Something that cannot be resolved here: an expression of another language, a command, damaged bytes.
    Unknown(Span),
}

/// `${NAME}`, with or without an operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The variable that is read.
    pub name: Name,
    /// Where the whole reference stands.
    pub span: Span,
    /// What happens where it is unset or empty.
    pub operator: Option<Operator>,
}

impl Reference {
    /// Whether what follows the `$` is meant as a name for all that can be told. `pa$word1` in a value that nobody
    /// quoted is read as a reference, and is a piece of a password: such a name is not shown.
    pub fn is_meant(&self) -> bool {
        let name = self.name.as_str();
        let is_bare = self.span.len() == name.len() + 1;
        !is_bare || name.contains('_') || name.chars().all(|character| character.is_ascii_uppercase())
    }
}

/// What stands behind the name inside `${…}`. `empty_too`: whether an empty value counts as unset (the `:` forms).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `:-` and `-`: this instead, where it is unset.
    Default {
        /// Whether an empty value counts as unset.
        empty_too: bool,
        /// What stands in.
        word: Template,
    },
    /// `:+` and `+`: this, where it is set.
    Alternative {
        /// Whether an empty value counts as unset.
        empty_too: bool,
        /// What stands in.
        word: Template,
    },
    /// `:?` and `?`: the reader fails where it is unset.
    Required {
        /// Whether an empty value counts as unset.
        empty_too: bool,
        /// The reader's message; it may hold references.
        word: Template,
    },
}

impl Operator {
    /// The template behind the operator.
    pub fn word(&self) -> &Template {
        match self {
            Self::Default { word, .. } | Self::Alternative { word, .. } | Self::Required { word, .. } => word,
        }
    }
}

impl From<Vec<Part>> for Template {
    fn from(parts: Vec<Part>) -> Self {
        Self { parts: parts.into() }
    }
}

impl Template {
    /// A value without references.
    pub fn literal(value: Value) -> Self {
        if value.is_empty() { Self::default() } else { Self { parts: Arc::new([Part::Literal(value)]) } }
    }

    /// A value of which nothing is known.
    pub fn unknown(span: Span) -> Self {
        Self { parts: Arc::new([Part::Unknown(span)]) }
    }

    /// The parts, to be changed here and in no clone.
    pub fn parts_mut(&mut self) -> &mut [Part] {
        Arc::make_mut(&mut self.parts)
    }

    /// Whether it is the empty string, whatever the surroundings are.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// The value, if it holds nothing but literal text.
    pub fn as_literal(&self) -> Option<Value> {
        match &*self.parts {
            [] => Some(Value::new("")),
            [Part::Literal(value)] => Some(value.clone()),
            parts => {
                let mut text = Zeroizing::new(String::new());
                for part in parts {
                    let Part::Literal(value) = part else { return None };
                    text.push_str(value.expose());
                }
                Some(Value::new(std::mem::take(&mut *text)))
            }
        }
    }

    /// Every reference in it, also those inside operators, in order.
    pub fn references(&self) -> Vec<&Reference> {
        let mut found = Vec::new();
        self.collect(&mut found);
        found
    }

    fn collect<'a>(&'a self, found: &mut Vec<&'a Reference>) {
        for part in &*self.parts {
            if let Part::Reference(reference) = part {
                found.push(reference);
                if let Some(operator) = &reference.operator {
                    operator.word().collect(found);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_prints_as_a_mask() {
        let value = Value::new("hunter2");
        assert_eq!(format!("{value:?}"), MASK);
        assert_eq!(format!("{:?}", Template::literal(value)), "Template { parts: [Literal(••••)] }");
    }

    #[test]
    fn references_are_found_inside_operators() {
        let inner = Template::from(vec![reference("B", None)]);
        let outer = Template::from(vec![reference("A", Some(Operator::Default { empty_too: true, word: inner }))]);
        let names: Vec<_> = outer.references().iter().map(|found| found.name.as_str()).collect();
        assert_eq!(names, ["A", "B"]);
    }

    #[test]
    fn a_piece_of_a_password_is_no_name() {
        let meant = |name: &str, length: usize| {
            Reference { name: Name::new(name), span: Span::new(5, 5 + length), operator: None }.is_meant()
        };
        assert!(meant("word1", 8) && meant("HOST", 5) && meant("DB_HOST2", 9));
        assert!(!meant("word1", 6) && !meant("X9", 3) && !meant("word", 5));
    }

    fn reference(name: &str, operator: Option<Operator>) -> Part {
        Part::Reference(Box::new(Reference { name: Name::new(name), span: Span::default(), operator }))
    }
}
