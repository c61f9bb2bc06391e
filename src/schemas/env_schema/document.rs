//! The shape of `env.schema.toml`, for editors. What is read and checked is the business of its neighbours.

#![expect(dead_code, reason = "the types are never filled: they describe")]

use std::collections::BTreeMap;

use schemars::JsonSchema;

/// The JSON Schema of `env.schema.toml`.
pub fn json_schema() -> serde_json::Value {
    schemars::schema_for!(Document).to_value()
}

/// The environment variables of an app.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, title = "env.schema.toml")]
struct Document {
    /// Schemas that this one takes everything from, or the part that it needs. What it says itself wins, key by key.
    extends: Option<Vec<Extends>>,
    /// The prefixes of public names: `NEXT_PUBLIC_`.
    public_prefixes: Option<Vec<String>>,
    /// Variables that only the server may see. A name with one `*` is a family of names.
    server: Option<BTreeMap<String, Declaration>>,
    /// Variables that the browser gets: their values are public.
    client: Option<BTreeMap<String, Declaration>>,
    /// Variables of both sides: their values are public.
    shared: Option<BTreeMap<String, Declaration>>,
    /// Variables that belong together. Members are optional unless they say `required`.
    group: Option<Vec<Group>>,
    /// One fact that is told in several variables.
    agree: Option<Vec<Agree>>,
}

/// A schema that is extended.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum Extends {
    /// Its path.
    Path(String),
    /// Its path and the part that is needed.
    Part(Part),
}

/// A part of a schema.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Part {
    /// The path of the schema.
    path: String,
    /// Sides (`server`, `client`, `shared`) and globs of variables.
    #[schemars(length(min = 1))]
    needs: Option<Vec<String>>,
}

/// A variable. `{}` is a required string.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Declaration {
    /// Its type; `string` by default.
    r#type: Option<Type>,
    /// Where it must have a value: true (the default), false, or the environments.
    required: Option<Required>,
    /// The value where none is given.
    default: Option<Scalar>,
    /// Whether its value must not be shown.
    secret: Option<bool>,
    /// What it is for.
    description: Option<String>,
    /// A value that could stand there.
    example: Option<Scalar>,
    /// Where a person gets the value.
    link: Option<String>,
    /// Why it should no longer be used.
    deprecated: Option<String>,
    /// Its former names.
    renamed_from: Option<Vec<String>>,
    /// How a value is made: base64:N, base64url:N, hex:N, uuid, password:N, jwt, fernet, django, laravel, ed25519,
    /// rsa:BITS, ec-p256, vapid; at least 128 bits.
    generate: Option<String>,
    /// Who makes the value, if it is somebody else: it is never generated.
    issued_by: Option<String>,
    /// Kept in the store though it is no secret.
    stored: Option<bool>,
    /// The value arrives as this file; `NAME_FILE=path` counts too.
    file: Option<String>,
    /// Who reads it, outside this repository.
    used_by: Option<String>,
    /// Environments that must hold the same value.
    #[schemars(length(min = 2))]
    same_in: Option<Vec<String>>,
    /// What differs in an environment: constraints, default and example.
    r#in: Option<BTreeMap<String, Override>>,
    #[schemars(flatten)]
    constraints: Constraints,
}

/// What differs in one environment.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Override {
    /// The value where none is given there.
    default: Option<Scalar>,
    /// A value that could stand there.
    example: Option<Scalar>,
    #[schemars(flatten)]
    constraints: Constraints,
}

/// What narrows the type.
#[derive(JsonSchema)]
struct Constraints {
    /// The only values allowed.
    #[schemars(length(min = 1))]
    values: Option<Vec<Scalar>>,
    /// A regular expression that the whole value matches; no look-around, no back references.
    pattern: Option<String>,
    /// The least number, or the least count of a list.
    min: Option<f64>,
    /// The greatest number, or the greatest count of a list.
    max: Option<f64>,
    /// The least length, in characters.
    min_length: Option<usize>,
    /// The greatest length, in characters.
    max_length: Option<usize>,
    /// The length once decoded, in bytes; implied by `generate`.
    bytes: Option<usize>,
    /// The schemes allowed of a URL.
    schemes: Option<Vec<String>>,
    /// The type of a list's items.
    items: Option<Type>,
    /// What stands between a list's items; a comma by default.
    #[schemars(length(min = 1))]
    separator: Option<String>,
    /// Whether the empty string is a value.
    allow_empty: Option<bool>,
    /// The path of a JSON Schema that a value of type `json` satisfies.
    json_schema: Option<String>,
}

/// What a value is; whatever any common parser of the type takes is valid.
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
enum Type {
    /// Anything, not empty.
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
    /// `30s`, `5m`, `1h30m`, `500ms`, ISO 8601, or seconds.
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
}

/// A value of a variable.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum Scalar {
    /// A text or a date.
    Text(String),
    /// A truth value.
    Boolean(bool),
    /// A number.
    Number(f64),
}

/// Where a variable must have a value.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum Required {
    /// Everywhere or nowhere.
    Always(bool),
    /// In these environments.
    In(#[schemars(length(min = 1))] Vec<String>),
}

/// Variables that belong together, by exactly one of `all_or_none`, `one_of`, `at_least_one`, `when` and `for_each`.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Group {
    /// Its name. It replaces a group of the same name of a schema that is extended.
    name: String,
    /// Where it holds; everywhere by default.
    environments: Option<Vec<String>>,
    /// All of them or none.
    #[schemars(length(min = 2))]
    all_or_none: Option<Vec<String>>,
    /// Exactly one.
    #[schemars(length(min = 2))]
    one_of: Option<Vec<String>>,
    /// One or more.
    #[schemars(length(min = 1))]
    at_least_one: Option<Vec<String>>,
    /// Switches, each with the value or values that turn it on. All must be on.
    when: Option<BTreeMap<String, Switch>>,
    /// A list variable. For each of its items `require` holds.
    for_each: Option<String>,
    /// What is required; with `for_each`, `{ITEM}` stands for the item in upper case.
    #[schemars(length(min = 1))]
    require: Option<Vec<String>>,
}

/// The values that turn a switch on.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum Switch {
    /// This one.
    One(Scalar),
    /// Any of these.
    Any(#[schemars(length(min = 1))] Vec<Scalar>),
}

/// Variables of equal value, or a URL and the variables that repeat its parts.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Agree {
    /// These hold the same value.
    #[schemars(length(min = 2))]
    equal: Option<Vec<String>>,
    /// The variable that holds the URL.
    url: Option<String>,
    /// The variable that holds its host.
    host: Option<String>,
    /// The variable that holds its port.
    port: Option<String>,
    /// The variable that holds its user.
    user: Option<String>,
    /// The variable that holds its password.
    password: Option<String>,
    /// The variable that holds its database.
    database: Option<String>,
    /// The variable that holds its scheme.
    scheme: Option<String>,
}
