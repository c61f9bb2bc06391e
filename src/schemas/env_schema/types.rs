//! The words for types.

use crate::fact::Type;
use crate::name::nearest;
use crate::syntax::toml::Item;

/// Every word and its type.
pub(super) const TYPES: [(&str, Type); 19] = [
    ("string", Type::String),
    ("boolean", Type::Boolean),
    ("integer", Type::Integer),
    ("number", Type::Number),
    ("port", Type::Port),
    ("url", Type::Url),
    ("email", Type::Email),
    ("hostname", Type::Hostname),
    ("ip", Type::Ip),
    ("uuid", Type::Uuid),
    ("semver", Type::Semver),
    ("date", Type::Date),
    ("duration", Type::Duration),
    ("json", Type::Json),
    ("base64", Type::Base64),
    ("hex", Type::Hex),
    ("pem", Type::Pem),
    ("jwt", Type::Jwt),
    ("list", Type::List),
];

/// The word for a type.
pub fn word(kind: Type) -> &'static str {
    TYPES.iter().find(|(_, known)| *known == kind).map_or("unknown", |(word, _)| word)
}

/// Reads a type; one that is unknown is told with the nearest known one.
pub(super) fn read(item: &Item<'_>) -> Option<Type> {
    let text = item.string()?;
    if let Some((_, kind)) = TYPES.iter().find(|(word, _)| *word == text.text) {
        item.show();
        return Some(*kind);
    }
    let words = TYPES.map(|(word, _)| word);
    let mut message = format!("unknown type{}", item.quoted(text.text));
    // What other tools call it.
    let other = match text.text.to_ascii_lowercase().as_str() {
        "bool" => Some("boolean"),
        "int" => Some("integer"),
        "float" | "double" | "decimal" => Some("number"),
        "str" | "text" => Some("string"),
        "uri" => Some("url"),
        "array" => Some("list"),
        "object" => Some("json"),
        "host" => Some("hostname"),
        _ => None,
    };
    if let Some(near) = other.or_else(|| nearest(text.text, words)) {
        message.push_str("; did you mean `");
        message.push_str(near);
        message.push_str("`?");
    }
    item.report(text.span, message, Some(format!("known types: {}", words.join(", "))), false);
    None
}
