//! `@type`: a name or a call with options, or what the value itself looks like.

use super::pattern;
use super::settings::last;
use crate::fact::{Constraints, Problem, Type};
use crate::name::nearest;
use crate::syntax::env_spec::{Argument, Item, Word, WordKind};
use crate::value::Value;

/// The types that are built in; plugins bring others.
const TYPES: [&str; 18] = [
    "string",
    "number",
    "boolean",
    "url",
    "domain",
    "enum",
    "email",
    "port",
    "ip",
    "semver",
    "isoDate",
    "uuid",
    "md5",
    "simple-object",
    "duration",
    "array",
    "record",
    "object",
];

/// The type of an item, with its constraints.
pub(super) fn read(item: &Item<'_>, constraints: &mut Constraints, problems: &mut Vec<Problem>) -> Type {
    let Some(decorator) = last(item, &["type"]) else { return inferred(item.value.as_ref()) };
    let Some(word) = &decorator.value else { return Type::Unknown };
    match &word.kind {
        WordKind::Text { text, .. } => typed(text, &[], word, constraints, problems),
        WordKind::Call { name, arguments } => typed(name, arguments, word, constraints, problems),
        _ => Type::Unknown,
    }
}

/// Without a type, a plain number makes a number and a plain truth value a boolean.
fn inferred(value: Option<&Word<'_>>) -> Type {
    let Some(word) = value else { return Type::String };
    let Some(text) = word.bare() else {
        let is_text = matches!(word.kind, WordKind::Text { .. });
        return if is_text { Type::String } else { Type::Unknown };
    };
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_canonical = !digits.is_empty()
        && digits.len() < 16
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && (digits == "0" || !digits.starts_with('0'));
    match text {
        "true" | "false" => Type::Boolean,
        _ if is_canonical => Type::Number,
        _ => Type::String,
    }
}

fn typed(
    name: &str,
    arguments: &[Argument<'_>],
    word: &Word<'_>,
    constraints: &mut Constraints,
    problems: &mut Vec<Problem>,
) -> Type {
    let options = Options(arguments);
    match name {
        "string" => {
            string(&options, constraints);
            Type::String
        }
        "number" => {
            if !options.is("coerceToMinMaxRange") {
                constraints.min = options.number("min");
                constraints.max = options.number("max");
            }
            Type::Number
        }
        "boolean" => Type::Boolean,
        // `https://` is put in front of what has no scheme.
        "url" if options.is("prependHttps") => Type::Unknown,
        "url" => {
            constraints.schemes = options.list("allowedProtocols");
            constraints.pattern = options.expression();
            Type::Url
        }
        "domain" if options.is("allowWildcard") => Type::Unknown,
        "domain" => Type::Hostname,
        "enum" => {
            let words = arguments.iter().filter(|argument| argument.key.is_none());
            let values: Option<Vec<Value>> = words.map(|argument| argument.word.text().map(Value::new)).collect();
            constraints.values = values.filter(|values| !values.is_empty());
            Type::String
        }
        "email" => Type::Email,
        // Unlike other ports, 0 is one here.
        "port" => {
            constraints.min = Some(options.number("min").unwrap_or(0.0));
            constraints.max = Some(options.number("max").unwrap_or(65535.0));
            Type::Integer
        }
        "ip" => Type::Ip,
        "semver" => Type::Semver,
        "isoDate" => Type::Date,
        "uuid" => Type::Uuid,
        "md5" => {
            constraints.bytes = Some(16);
            Type::Hex
        }
        "duration" => Type::Duration,
        "array" => {
            constraints.separator =
                Some(options.text("separator").unwrap_or(",").to_owned()).filter(|text| !text.is_empty());
            Type::List
        }
        // Tables have two spellings, of which one is varlock's own.
        _ => {
            // A plugin's type has a name that is not nearly that of another.
            if let Some(near) = nearest(name, TYPES).filter(|near| *near != name) {
                let message = format!("varlock has no such type; did you mean `{near}`?");
                problems.push(Problem::new(word.span, message).harmless());
            }
            Type::Unknown
        }
    }
}

fn string(options: &Options<'_, '_>, constraints: &mut Constraints) {
    constraints.min_length = options.count("minLength").or_else(|| options.count("isLength"));
    constraints.max_length = options.count("maxLength").or_else(|| options.count("isLength"));
    // These look at the value in another case than the one it is given in.
    if options.is("toUpperCase") || options.is("toLowerCase") {
        return;
    }
    let begin = || Some(format!("(?s:{}.*)", regex::escape(options.text("startsWith")?)));
    let end = || Some(format!("(?s:.*{})", regex::escape(options.text("endsWith")?)));
    constraints.pattern = options.expression().or_else(begin).or_else(end);
}

/// The options of a type. One that is a function is unknown, as if it were not there.
struct Options<'o, 'a>(&'o [Argument<'a>]);

impl<'o> Options<'o, '_> {
    fn word(&self, key: &str) -> Option<&'o Word<'_>> {
        self.0.iter().find(|argument| argument.key == Some(key)).map(|argument| &argument.word)
    }

    fn text(&self, key: &str) -> Option<&str> {
        self.word(key)?.text()
    }

    /// Whether an option may be switched on.
    fn is(&self, key: &str) -> bool {
        self.word(key).is_some_and(|word| word.text() != Some("false"))
    }

    fn number(&self, key: &str) -> Option<f64> {
        self.text(key)?.parse().ok().filter(|number: &f64| number.is_finite())
    }

    fn count(&self, key: &str) -> Option<usize> {
        self.text(key)?.parse().ok()
    }

    fn list(&self, key: &str) -> Option<Vec<String>> {
        let word = self.word(key)?;
        let words = if let WordKind::List(words) = &word.kind { words.as_slice() } else { std::slice::from_ref(word) };
        words.iter().map(|word| Some(word.text()?.trim_end_matches("://").trim_end_matches(':').to_owned())).collect()
    }

    /// `matches`: `regex("pattern", "flags")`, `/pattern/flags` or a text.
    fn expression(&self) -> Option<String> {
        let word = self.word("matches")?;
        let (pattern, flags) = match &word.kind {
            WordKind::Call { name: "regex", arguments } => {
                let text = |at: usize| arguments.get(at).and_then(|argument| argument.word.text());
                (text(0)?, text(1).unwrap_or_default())
            }
            WordKind::Text { text, .. } => match text.strip_prefix('/').and_then(|rest| rest.rsplit_once('/')) {
                Some((pattern, flags)) if flags.bytes().all(|flag| flag.is_ascii_lowercase()) => (pattern, flags),
                _ => (text.as_str(), ""),
            },
            _ => return None,
        };
        if flags.contains(|flag| !"dgimsu".contains(flag)) {
            return None;
        }
        let modes: String = ['i', 'm', 's'].iter().filter(|mode| flags.contains(**mode)).collect();
        // Read by itself first, as the group around it would hide what is broken.
        pattern::anywhere(pattern)?;
        pattern::anywhere(&if modes.is_empty() { pattern.to_owned() } else { format!("(?{modes}:{pattern})") })
    }
}
