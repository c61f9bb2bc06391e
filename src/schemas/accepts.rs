//! Whether a value satisfies the type and the constraints of a declaration. What is thin evidence counts as satisfied.
//!
//! A form is valid if any common parser of the type takes it, since nobody here knows which one the app uses. White
//! space around a value counts. `json_schema` is not judged here (see `value_schema`), and neither is the empty string: whether that is a
//! value at all is a question of the schema's semantics.

mod constraints;
mod encoded;
mod items;
mod network;
mod numbers;
mod time;

use crate::fact::{Declaration, Type};
use crate::value::Value;

pub use items::items;

/// What a value is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// Completes the sentence "`PORT` of api in staging is not …": `a port (1 to 65535)`. It never holds a value.
    pub expected: String,
}

impl Mismatch {
    fn new(expected: impl Into<String>) -> Self {
        Self { expected: expected.into() }
    }
}

/// Whether a value satisfies a declaration whose environment is already resolved.
pub fn accepts(declaration: &Declaration, value: &Value) -> Result<(), Mismatch> {
    let kind = declaration.kind.unwrap_or_default();
    if value.is_empty() || kind == Type::Unknown {
        return Ok(());
    }
    if kind == Type::List {
        return items::accepts(&declaration.constraints, value);
    }
    if !has_form(kind, value.expose()) {
        return Err(Mismatch::new(name(kind)));
    }
    constraints::accepts(&declaration.constraints, kind, value.expose())
}

/// Whether two values are the same once they are read as a type: `TRUE` and `1` are, as booleans.
pub fn equal(kind: Type, left: &Value, right: &Value) -> bool {
    let (left, right) = (left.expose(), right.expose());
    left == right
        || match kind {
            Type::Boolean => numbers::boolean(left).is_some_and(|read| numbers::boolean(right) == Some(read)),
            // Beyond 2^53 different numbers would be equal; there the text decides.
            Type::Integer | Type::Number | Type::Port => match (numbers::number(left), numbers::number(right)) {
                #[expect(clippy::float_cmp, reason = "both are read from text by the same reader")]
                (Some(left), Some(right)) => left == right && left.abs() < 9_007_199_254_740_992.0,
                _ => false,
            },
            Type::Uuid | Type::Hex => left.eq_ignore_ascii_case(right),
            _ => false,
        }
}

/// Whether a text has the form of a type.
fn has_form(kind: Type, text: &str) -> bool {
    match kind {
        Type::String | Type::List | Type::Unknown => true,
        Type::Boolean => numbers::boolean(text).is_some(),
        Type::Integer => numbers::is_integer(text),
        Type::Number => numbers::number(text).is_some(),
        Type::Port => numbers::is_port(text),
        Type::Url => network::is_url(text),
        Type::Email => network::is_email(text),
        Type::Hostname => network::is_hostname(text),
        Type::Ip => network::is_ip(text),
        Type::Uuid => encoded::is_uuid(text),
        Type::Semver => semver::Version::parse(text.strip_prefix(['v', 'V']).unwrap_or(text)).is_ok(),
        Type::Date => time::is_date(text),
        Type::Duration => time::is_duration(text),
        Type::Json => serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok(),
        Type::Base64 => encoded::base64_length(text).is_some(),
        Type::Hex => encoded::hex_length(text).is_some(),
        Type::Pem => encoded::is_pem(text),
        Type::Jwt => encoded::is_jwt(text),
    }
}

/// A type in words that follow "is not".
fn name(kind: Type) -> &'static str {
    match kind {
        Type::String | Type::Unknown => "a string",
        Type::Boolean => "a boolean (such as true or false, 1 or 0)",
        Type::Integer => "a whole number",
        Type::Number => "a number",
        Type::Port => "a port (1 to 65535)",
        Type::Url => "a URL with a scheme and a host",
        Type::Email => "an email address",
        Type::Hostname => "a host name",
        Type::Ip => "an IP address",
        Type::Uuid => "a UUID",
        Type::Semver => "a semantic version",
        Type::Date => "an ISO 8601 date",
        Type::Duration => "a duration (such as 30s, 1h30m or a number of seconds)",
        Type::Json => "a JSON document",
        Type::Base64 => "base64",
        Type::Hex => "an even number of hexadecimal digits",
        Type::Pem => "a PEM block",
        Type::Jwt => "a JSON Web Token",
        Type::List => "a list",
    }
}

#[cfg(test)]
mod tests;
