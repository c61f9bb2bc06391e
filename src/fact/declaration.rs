//! What a schema says: declarations, and the relations between them.

use std::sync::Arc;

use crate::name::Name;
use crate::source::Span;
use crate::value::Value;

/// One variable of a schema. What the schema does not say is `None`, so that `extends` can fill it in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Declaration {
    /// Who may see it.
    pub side: Side,
    /// Its type; `None` is a string.
    pub kind: Option<Type>,
    /// Where it must have a value; `None` is everywhere.
    pub required: Option<Required>,
    /// The value where none is given.
    pub default: Option<Value>,
    /// Whether its value must not be shown.
    pub secret: Option<bool>,
    /// What narrows the type.
    pub constraints: Constraints,
    /// What differs by environment, in the order of the schema.
    pub overrides: Vec<Override>,
    /// What it is for.
    pub description: Option<String>,
    /// A value that could stand there.
    pub example: Option<Value>,
    /// Where a person gets the value.
    pub link: Option<String>,
    /// Why it should no longer be used.
    pub deprecated: Option<String>,
    /// Its former names.
    pub renamed_from: Vec<Name>,
    /// How a value is made: `base64:32`.
    pub generate: Option<String>,
    /// Who makes the value, if it is somebody else.
    pub issued_by: Option<String>,
    /// Kept in the store though it is no secret.
    pub stored: Option<bool>,
    /// The file that the value arrives as.
    pub file: Option<String>,
    /// Who reads it, outside this repository.
    pub used_by: Option<String>,
    /// Environments that must hold the same value.
    pub same_in: Vec<String>,
}

impl Declaration {
    /// What it says in one environment, which has these names and words: what differs there is applied.
    #[must_use]
    pub fn in_environment(self: &Arc<Self>, names: &[&str]) -> Arc<Self> {
        let special = || self.overrides.iter().filter(|special| names.contains(&special.environment.as_str()));
        if special().next().is_none() {
            return Arc::clone(self);
        }
        let mut declaration = Self::clone(self);
        for special in special() {
            declaration.constraints = special.constraints.clone().or(&declaration.constraints);
            declaration.default = special.default.clone().or(declaration.default);
            declaration.example = special.example.clone().or(declaration.example);
        }
        Arc::new(declaration)
    }

    /// Whether it belongs into a store.
    pub fn is_kept_in_store(&self) -> bool {
        self.secret == Some(true) || self.stored == Some(true)
    }

    /// Whether `required` asks for it in the environment that is among words that `is_among` takes. A default is not
    /// looked at.
    pub fn is_required(&self, is_among: impl Fn(&[String]) -> bool) -> bool {
        match &self.required {
            None | Some(Required::Always) => true,
            Some(Required::Never) => false,
            Some(Required::In(environments)) => is_among(environments),
            Some(Required::Except(environments)) => !is_among(environments),
        }
    }
}

/// Who may see a variable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The server alone.
    #[default]
    Server,
    /// The browser: its value is public.
    Client,
    /// Both.
    Shared,
}

/// Where a variable must have a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Required {
    /// Everywhere.
    Always,
    /// Nowhere.
    Never,
    /// In these environments, by a word of the table or a name of the config.
    In(Vec<String>),
    /// Everywhere but in these environments.
    Except(Vec<String>),
}

/// The type of a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Type {
    /// Anything.
    #[default]
    String,
    /// true/false, 1/0, yes/no, on/off, t/f, y/n, in any case.
    Boolean,
    /// A decimal whole number.
    Integer,
    /// A decimal number, with or without an exponent.
    Number,
    /// 1 to 65535.
    Port,
    /// A scheme and a host.
    Url,
    /// An address.
    Email,
    /// A host's name.
    Hostname,
    /// An IPv4 or IPv6 address.
    Ip,
    /// A UUID.
    Uuid,
    /// A semantic version.
    Semver,
    /// An ISO 8601 date.
    Date,
    /// `30s`, `1h30m`, ISO 8601, or seconds.
    Duration,
    /// A JSON document.
    Json,
    /// Base64, also in its URL-safe form.
    Base64,
    /// Hexadecimal digits.
    Hex,
    /// A PEM block.
    Pem,
    /// A JSON Web Token.
    Jwt,
    /// Items between separators, or a JSON array.
    List,
    /// What the schema says cannot be told here: nothing is judged.
    Unknown,
}

/// What narrows a type. `None`: the schema does not say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Constraints {
    /// The only values allowed.
    pub values: Option<Vec<Value>>,
    /// A regular expression that the whole value matches.
    pub pattern: Option<String>,
    /// The least number, or the least count of a list.
    pub min: Option<f64>,
    /// The greatest number, or the greatest count of a list.
    pub max: Option<f64>,
    /// The least length, in characters.
    pub min_length: Option<usize>,
    /// The greatest length, in characters.
    pub max_length: Option<usize>,
    /// The length once decoded, in bytes.
    pub bytes: Option<usize>,
    /// The schemes allowed of a URL, without `:`.
    pub schemes: Option<Vec<String>>,
    /// The type of a list's items.
    pub items: Option<Type>,
    /// What stands between a list's items.
    pub separator: Option<String>,
    /// Whether the empty string is a value.
    pub allow_empty: Option<bool>,
    /// A JSON Schema document that a value of type `json` satisfies: the path as it is written, and from
    /// `schemas::resolve` on below the root, or empty where the document was not read.
    pub json_schema: Option<String>,
}

impl Constraints {
    /// These, and where they say nothing, the others.
    #[must_use]
    pub fn or(self, others: &Self) -> Self {
        Self {
            values: self.values.or_else(|| others.values.clone()),
            pattern: self.pattern.or_else(|| others.pattern.clone()),
            min: self.min.or(others.min),
            max: self.max.or(others.max),
            min_length: self.min_length.or(others.min_length),
            max_length: self.max_length.or(others.max_length),
            bytes: self.bytes.or(others.bytes),
            schemes: self.schemes.or_else(|| others.schemes.clone()),
            items: self.items.or(others.items),
            separator: self.separator.or_else(|| others.separator.clone()),
            allow_empty: self.allow_empty.or(others.allow_empty),
            json_schema: self.json_schema.or_else(|| others.json_schema.clone()),
        }
    }
}

/// What a declaration says of one environment alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Override {
    /// The environment, as it is written.
    pub environment: String,
    /// Where that is written.
    pub span: Span,
    /// Constraints that replace the declaration's.
    pub constraints: Constraints,
    /// A default of its own.
    pub default: Option<Value>,
    /// An example of its own.
    pub example: Option<Value>,
}

/// What a schema says beside its declarations.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Schema {
    /// The prefixes of public names, if it lists them.
    pub public_prefixes: Option<Vec<String>>,
    /// The schemas that it extends, as its links name them: `needs` of the n-th link of kind `Extends`.
    /// Empty needs: all of it.
    pub extends_needs: Vec<Vec<String>>,
    /// Relations of presence.
    pub groups: Vec<Group>,
    /// Relations of value.
    pub agrees: Vec<Agree>,
    /// Whether names that it does not declare are welcome.
    pub open: bool,
    /// How it reads values.
    pub semantics: Semantics,
}

/// How the reader of a schema reads values. The default is envcheck's own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Semantics {
    /// Whether the empty string is a value.
    pub empty_is_a_value: bool,
    /// Whether the case of names does not matter.
    pub ignores_case: bool,
}

/// Variables that belong together.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub span: Span,
    /// The relation.
    pub kind: GroupKind,
    /// Where it holds; empty is everywhere.
    pub environments: Vec<String>,
}

/// The relation of a [`Group`].
#[derive(Clone, Debug, PartialEq)]
pub enum GroupKind {
    /// All of them or none.
    AllOrNone(Vec<Name>),
    /// Exactly one.
    OneOf(Vec<Name>),
    /// One or more.
    AtLeastOne(Vec<Name>),
    /// If the switch has one of the values, these are required.
    When {
        /// The switches, each with the values that turn it on; none: whenever it is given.
        switches: Vec<(Name, Vec<Value>)>,
        /// What is required then.
        require: Vec<Name>,
    },
    /// For each item of a list variable these are required; `{ITEM}` stands for the item.
    ForEach {
        /// The list variable.
        list: Name,
        /// What is required, with `{ITEM}`.
        require: Vec<String>,
    },
}

impl GroupKind {
    /// The variables that it ties together, without switches and patterns.
    pub fn members(&self) -> &[Name] {
        match self {
            Self::AllOrNone(names) | Self::OneOf(names) | Self::AtLeastOne(names) => names,
            Self::When { require, .. } => require,
            Self::ForEach { .. } => &[],
        }
    }

    /// Every variable that it speaks of; a pattern of `for_each` has `*` in the place of the item.
    pub fn names(&self) -> Vec<Name> {
        let mut names = self.members().to_vec();
        match self {
            Self::When { switches, .. } => names.extend(switches.iter().map(|(name, _)| name.clone())),
            Self::ForEach { list, require } => {
                names.push(list.clone());
                names.extend(require.iter().map(|name| Name::new(&name.replace("{ITEM}", "*"))));
            }
            _ => {}
        }
        names
    }
}

/// One fact that is told in several variables.
#[derive(Clone, Debug, PartialEq)]
pub struct Agree {
    /// Where it stands.
    pub span: Span,
    /// A URL and its parts, or variables of equal value.
    pub relation: Agreement,
}

/// The relation of an [`Agree`].
#[derive(Clone, Debug, PartialEq)]
pub enum Agreement {
    /// These hold the same value.
    Equal(Vec<Name>),
    /// A URL and the variables that repeat its parts: `host`, `port`, `user`, `password`, `database`, `scheme`.
    Parts {
        /// The URL.
        url: Name,
        /// Part and variable.
        parts: Vec<(String, Name)>,
    },
}

impl Agreement {
    /// Every variable that it speaks of.
    pub fn names(&self) -> Vec<Name> {
        match self {
            Self::Equal(names) => names.clone(),
            Self::Parts { url, parts } => {
                std::iter::once(url).chain(parts.iter().map(|(_, name)| name)).cloned().collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_environment_replaces_only_what_it_speaks_of() {
        let special = Override {
            environment: "prod".to_owned(),
            span: Span::default(),
            constraints: Constraints { min: Some(2.0), ..Constraints::default() },
            default: Some(Value::new("b")),
            example: None,
        };
        let declaration = Arc::new(Declaration {
            constraints: Constraints { min: Some(1.0), max: Some(9.0), ..Constraints::default() },
            default: Some(Value::new("a")),
            example: Some(Value::new("e")),
            overrides: vec![special],
            ..Declaration::default()
        });
        let there = declaration.in_environment(&["production", "prod"]);
        assert_eq!((there.constraints.min, there.constraints.max), (Some(2.0), Some(9.0)));
        assert_eq!((&there.default, &there.example), (&Some(Value::new("b")), &Some(Value::new("e"))));
        assert_eq!(declaration.in_environment(&["staging"]).constraints.min, Some(1.0));
    }

    #[test]
    fn required_is_everywhere_unless_it_says_otherwise() {
        let in_production = |words: &[String]| words.iter().any(|word| word == "prod");
        let required = |required| Declaration { required, ..Declaration::default() }.is_required(in_production);
        assert!(required(None) && required(Some(Required::Always)));
        assert!(!required(Some(Required::Never)));
        assert!(required(Some(Required::In(vec!["prod".to_owned()]))));
        assert!(!required(Some(Required::In(vec!["staging".to_owned()]))));
        assert!(required(Some(Required::Except(vec!["staging".to_owned()]))));
        assert!(!required(Some(Required::Except(vec!["prod".to_owned()]))));
    }
}
