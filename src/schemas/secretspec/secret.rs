//! What one profile says of one secret.

use crate::fact::Type;
use crate::random;
use crate::source::Span;
use crate::syntax::toml::{Item, Table};
use crate::value::Value;

/// The keys of a secret.
const KEYS: [&str; 17] = [
    "description",
    "required",
    "default",
    "composed",
    "providers",
    "ref",
    "refs",
    "as_path",
    "encoding",
    "extract",
    "type",
    "generate",
    "prompt",
    "from",
    "format",
    "credentials",
    "secrets",
];

/// What one profile says of one secret. What it does not say is `None`, so that `default` can fill it in.
#[derive(Clone, Default)]
pub(super) struct Secret {
    pub(super) span: Span,
    pub(super) description: Option<String>,
    pub(super) required: Option<Need>,
    pub(super) default: Option<Value>,
    /// Whether it is put together from others.
    pub(super) composed: Option<bool>,
    pub(super) as_path: Option<bool>,
    pub(super) kind: Option<Type>,
    pub(super) generate: Option<Generate>,
    /// Whether it could not be read, so that nothing is concluded from it.
    pub(super) broken: bool,
}

/// Whether a secret is needed.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Need {
    Always,
    Never,
    /// Together with others: the names of the groups, of which one, or at least one, must be there.
    Groups {
        exactly: Vec<String>,
        least: Vec<String>,
    },
}

/// Whether a missing value is made, and how, as far as there is a word for it.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Generate {
    No,
    Yes(Option<String>),
}

impl Secret {
    pub(super) fn read(item: &Item<'_>) -> Self {
        let mut secret = Self { span: item.key_span, ..Self::default() };
        // A text is its description, in files of the first versions.
        if !item.is_table() || item.is_broken() {
            secret.broken = true;
            if !item.is_broken() {
                let help = "write `{ description = \"…\" }`".to_owned();
                item.report(item.value_span(), "a secret must be a table".to_owned(), Some(help), false);
            }
            return secret;
        }
        let Some(table) = item.table() else { return secret };
        secret.description = table.string("description").map(|text| text.text.to_owned());
        secret.required = table.get("required").map(|item| need(&item));
        secret.default = table.get("default").and_then(|item| item.string()).map(|text| Value::new(text.text));
        secret.composed = table.get("composed").map(|item| item.string().is_some());
        secret.as_path = table.bool("as_path");
        let word = table.string("type").map(|text| text.text);
        secret.kind = word.map(kind);
        secret.generate = table.get("generate").map(|item| generate(&item, word));
        for key in ["providers", "prompt", "encoding"] {
            table.get(key);
        }
        super::misspelled(&table.items(), &KEYS);
        secret
    }

    /// What it says, and where it says nothing, what the same secret of `default` says.
    pub(super) fn or(&self, other: &Self) -> Self {
        Self {
            span: self.span,
            description: self.description.clone().or_else(|| other.description.clone()),
            required: self.required.clone().or_else(|| other.required.clone()),
            default: self.default.clone().or_else(|| other.default.clone()),
            composed: self.composed.or(other.composed),
            as_path: self.as_path.or(other.as_path),
            kind: self.kind.or(other.kind),
            generate: self.generate.clone().or_else(|| other.generate.clone()),
            broken: self.broken || other.broken,
        }
    }

    /// Whether the profile fails without a value of it. Its default is looked at elsewhere.
    pub(super) fn is_needed(&self) -> bool {
        let made = self.composed == Some(true) || matches!(self.generate, Some(Generate::Yes(_))) || self.broken;
        !made && matches!(self.required, None | Some(Need::Always))
    }

    pub(super) fn kind(&self) -> Type {
        // The variable then holds the path of a file with the value.
        if self.broken || self.as_path == Some(true) { Type::Unknown } else { self.kind.unwrap_or(Type::String) }
    }
}

fn need(item: &Item<'_>) -> Need {
    if item.is_bool() {
        return if item.bool() == Some(false) { Need::Never } else { Need::Always };
    }
    let Some(table) = item.is_table().then(|| item.table()).flatten() else {
        item.wrong::<()>("true, false or a table of groups");
        return Need::Never;
    };
    let groups = |key: &'static str, table: &Table<'_>| -> Vec<String> {
        let Some(item) = table.get(key) else { return Vec::new() };
        let texts =
            if item.is_string() { item.string().into_iter().collect() } else { item.strings().unwrap_or_default() };
        item.show();
        texts.into_iter().map(|text| text.text.to_owned()).collect()
    };
    let need = Need::Groups { exactly: groups("exactly_one", &table), least: groups("at_least_one", &table) };
    super::misspelled(&table.items(), &["exactly_one", "at_least_one"]);
    need
}

/// Types whose values can be told by their form.
fn kind(word: &str) -> Type {
    match word {
        "password" | "passphrase" | "mnemonic" | "command" => Type::String,
        "hex" => Type::Hex,
        "base64" => Type::Base64,
        "uuid" => Type::Uuid,
        _ => Type::Unknown,
    }
}

fn generate(item: &Item<'_>, word: Option<&str>) -> Generate {
    let options = if item.is_bool() {
        if item.bool() == Some(false) {
            return Generate::No;
        }
        None
    } else {
        if !item.is_table() {
            item.wrong::<()>("true, false or a table of options");
            return Generate::Yes(None);
        }
        item.table()
    };
    let count = |key: &'static str| options.as_ref().and_then(|table| table.get(key)).and_then(|item| item.count());
    let kind = match word {
        Some("password") => format!("password:{}", count("length").unwrap_or(32)),
        Some("hex") => format!("hex:{}", count("bytes").unwrap_or(32)),
        Some("base64") => format!("base64:{}", count("bytes").unwrap_or(32)),
        Some("uuid") => "uuid".to_owned(),
        _ => return Generate::Yes(None),
    };
    // One that is weak here is made all the same; it is only no kind of envcheck's.
    Generate::Yes(random::Kind::parse(&kind).is_ok().then_some(kind))
}
