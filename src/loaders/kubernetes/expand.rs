//! `$(NAME)` in the value of a container's variable: the variables above it, and those of `envFrom`.
//!
//! Source: `expansion.go` of Kubernetes. `$$` is one `$`; a name that nothing gives stays as it is written.

use std::collections::BTreeMap;

use crate::fact::SettingValue;
use crate::name::Name;
use crate::source::Span;
use crate::syntax::yaml::Offsets;
use crate::value::{Part, Reference, Template, Value};

/// The most text that one value may grow to, in bytes: each may hold the one above it many times.
const LONGEST: usize = 64 << 10;

/// A text as literal parts and references.
pub(super) fn parse(text: &str, offsets: &Offsets) -> Template {
    let mut parts = Vec::new();
    let mut literal = zeroize::Zeroizing::new(String::new());
    let mut at = 0;
    while let Some(dollar) = text.get(at..).and_then(|rest| rest.find('$')) {
        let start = at + dollar;
        literal.push_str(text.get(at..start).unwrap_or_default());
        let rest = text.get(start + 1..).unwrap_or_default();
        let name = rest.strip_prefix('(').and_then(|rest| rest.split_once(')')).map(|(name, _)| name);
        at = match name {
            _ if rest.starts_with('$') => {
                literal.push('$');
                start + 2
            }
            Some(name) => {
                push(&mut parts, &mut literal);
                let end = start + name.len() + 3;
                let reference = Reference { name: Name::new(name), span: offsets.span(start..end), operator: None };
                parts.push(Part::Reference(Box::new(reference)));
                end
            }
            None => {
                literal.push('$');
                start + 1
            }
        };
    }
    literal.push_str(text.get(at..).unwrap_or_default());
    push(&mut parts, &mut literal);
    Template::from(parts)
}

fn push(parts: &mut Vec<Part>, literal: &mut String) {
    if !literal.is_empty() {
        parts.push(Part::Literal(Value::new(std::mem::take(literal))));
    }
}

/// Puts in what is known. `whole`: whether all that the container gets is.
pub(super) fn expand(template: &Template, known: &BTreeMap<Name, SettingValue>, whole: bool) -> Template {
    let mut parts = Vec::new();
    let mut length = 0;
    for part in &*template.parts {
        let Part::Reference(reference) = part else {
            parts.push(part.clone());
            continue;
        };
        let before = parts.len();
        match known.get(&reference.name) {
            Some(SettingValue::Given(inner)) => parts.extend(inner.parts.iter().cloned()),
            None if whole => parts.push(Part::Literal(Value::new(format!("$({})", reference.name)))),
            _ => parts.push(Part::Unknown(reference.span)),
        }
        length += parts.iter().skip(before).map(size).sum::<usize>();
        if length > LONGEST {
            return Template::unknown(reference.span);
        }
    }
    Template::from(parts)
}

fn size(part: &Part) -> usize {
    match part {
        Part::Literal(value) => value.expose().len(),
        Part::Reference(_) | Part::Unknown(_) => std::mem::size_of::<Span>(),
    }
}
