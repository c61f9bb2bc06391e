//! Each type and each constraint, on both sides of its boundary; then values at random.

mod constraints;
mod forms;
mod properties;

use super::*;
use crate::fact::Constraints;

fn typed(kind: Type) -> Declaration {
    Declaration { kind: Some(kind), ..Declaration::default() }
}

fn with(kind: Type, constraints: Constraints) -> Declaration {
    Declaration { kind: Some(kind), constraints, ..Declaration::default() }
}

fn expected(declaration: &Declaration, text: &str) -> String {
    match accepts(declaration, &Value::new(text)) {
        Ok(()) => "accepted".to_owned(),
        Err(mismatch) => mismatch.expected,
    }
}

/// Holds a type to what it takes and what it does not.
fn judge(kind: Type, valid: &[impl AsRef<str>], invalid: &[impl AsRef<str>]) {
    for text in valid.iter().map(AsRef::as_ref) {
        assert_eq!(expected(&typed(kind), text), "accepted", "{kind:?} {text:?}");
    }
    for text in invalid.iter().map(AsRef::as_ref) {
        assert_eq!(expected(&typed(kind), text), name(kind), "{kind:?} {text:?}");
    }
}
