//! Operators between values of Terraform's expressions.

use super::value::{Data, Val, canonical};
use crate::syntax::hcl::Operator;

/// What an operator makes of two values, as far as they are known.
pub(super) fn operate<'a>(operator: Operator, left: &Val<'a>, right: &Val<'a>) -> Data<'a> {
    let bool = |value: Option<bool>| value.map_or(Data::Unknown, Data::Bool);
    let compare = |fits: fn(f64, f64) -> bool| {
        let both = left.as_number().zip(right.as_number());
        bool(both.map(|(left, right)| fits(left, right)))
    };
    let count = |make: fn(f64, f64) -> f64| {
        let both = left.as_number().zip(right.as_number());
        let result = both.map(|(left, right)| make(left, right)).filter(|number| number.is_finite());
        let number = result.and_then(|number| canonical(&format!("{number}")));
        number.map_or(Data::Unknown, |number| Data::Number(number.into()))
    };
    match operator {
        Operator::Or => match (left.as_bool(), right.as_bool()) {
            (Some(true), _) | (_, Some(true)) => Data::Bool(true),
            (Some(false), Some(false)) => Data::Bool(false),
            _ => Data::Unknown,
        },
        Operator::And => match (left.as_bool(), right.as_bool()) {
            (Some(false), _) | (_, Some(false)) => Data::Bool(false),
            (Some(true), Some(true)) => Data::Bool(true),
            _ => Data::Unknown,
        },
        Operator::Equal => bool(equal(left, right)),
        Operator::Unequal => bool(equal(left, right).map(|equal| !equal)),
        Operator::Less => compare(|left, right| left < right),
        Operator::Greater => compare(|left, right| left > right),
        Operator::LessOrEqual => compare(|left, right| left <= right),
        Operator::GreaterOrEqual => compare(|left, right| left >= right),
        Operator::Plus => count(|left, right| left + right),
        Operator::Minus => count(|left, right| left - right),
        Operator::Times => count(|left, right| left * right),
        Operator::Divided | Operator::Modulo => Data::Unknown,
    }
}

/// Whether two values are the same, where both are known.
fn equal(left: &Val<'_>, right: &Val<'_>) -> Option<bool> {
    match (&left.data, &right.data) {
        (Data::Unknown, _) | (_, Data::Unknown) => None,
        (Data::Null, Data::Null) => Some(true),
        (Data::Null, _) | (_, Data::Null) => Some(false),
        (Data::Text(left), Data::Text(right)) => Some(left == right),
        (Data::Bool(left), Data::Bool(right)) => Some(left == right),
        (Data::Number(left), Data::Number(right)) => Some(left == right),
        (Data::List(left, true), Data::List(right, true)) if left.is_empty() || right.is_empty() => {
            Some(left.is_empty() && right.is_empty())
        }
        (Data::Map(left, true), Data::Map(right, true)) if left.is_empty() || right.is_empty() => {
            Some(left.is_empty() && right.is_empty())
        }
        _ => None,
    }
}
