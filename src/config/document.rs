//! The shape of `envcheck.toml`, for editors. What is read and checked is the business of `read`.

#![expect(dead_code, reason = "the types are never filled: they describe")]

use std::collections::BTreeMap;

use schemars::JsonSchema;

/// The JSON Schema of `envcheck.toml`.
pub fn json_schema() -> serde_json::Value {
    schemars::schema_for!(Document).to_value()
}

/// The config of envcheck: what discovery guesses wrong, and which findings are wanted. It never lists variables.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, title = "envcheck.toml")]
struct Document {
    /// The least version of envcheck that understands this config.
    minimum_version: Option<String>,
    /// The file of known findings that are not reported.
    baseline: Option<String>,
    /// Environments, added to the built-in ones: development, test, staging, production.
    environments: Option<BTreeMap<String, Environment>>,
    /// Apps that discovery guesses wrong. The most specific `path` wins.
    app: Option<Vec<App>>,
    /// Files that discovery guesses wrong.
    source: Option<Vec<Source>>,
    /// Where secrets live. The first one that matches wins.
    store: Option<Vec<Store>>,
    /// The levels of rules.
    rules: Option<BTreeMap<String, Level>>,
    /// Findings that you decided not to see.
    ignore: Option<Vec<Ignore>>,
}

/// The words that mean an environment, or more about it.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum Environment {
    /// The words of file names and literals that mean it, beside its name.
    Words(Vec<String>),
    /// More about it.
    Table(EnvironmentTable),
}

/// More about an environment.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct EnvironmentTable {
    /// The words of file names and literals that mean it, beside its name.
    words: Option<Vec<String>>,
    /// What `{environment}` expands to, if it is not the name.
    id: Option<String>,
    /// The environment whose treatment it shares.
    like: Option<String>,
}

/// An app.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct App {
    /// The glob of its folder.
    path: String,
    /// Its name, if it is not the folder's.
    name: Option<String>,
    /// Targets that are it: `cloud-run:beep-{app}`, `compose:web`, or a bare name.
    services: Option<Vec<String>>,
    /// Its schemas, relative to the root.
    schema: Option<Vec<String>>,
    /// Sides (`server`, `client`, `shared`) and globs: the part of the schema that it needs.
    needs: Option<Vec<String>>,
}

/// Files, and what they are.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Source {
    /// Globs relative to the root.
    #[schemars(length(min = 1))]
    files: Vec<String>,
    /// The format, as `envcheck sources` names it.
    format: Option<String>,
    /// The environment that they are of.
    environment: Option<String>,
    /// The app that they belong to.
    app: Option<String>,
    /// What they are for.
    role: Option<Role>,
    /// Whether they are the whole of that environment.
    complete: Option<bool>,
    /// The loaders that read them, with their versions: `next`, `vite@7`, `compose`. By default what the project shows.
    loaders: Option<Vec<String>>,
}

/// What a file is for.
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
enum Role {
    /// It gives variables values.
    Values,
    /// It names variables for a person to fill in.
    Template,
    /// It describes variables in prose.
    Document,
    /// It is not read.
    Skip,
}

/// A secret store.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Store {
    /// google, aws, vault, github or dotenv.
    kind: String,
    /// The environments that it is for; all by default.
    environments: Option<Vec<String>>,
    /// The apps that it is for; all by default.
    apps: Option<Vec<String>>,
    /// The project's id, or one for each environment.
    project: Option<Project>,
    /// How a secret's id is made: `shop-{name}-{environment}`. `{name}` is the variable in kebab-case; also `{NAME}`, `{app}`.
    secret_name: Option<String>,
    /// The path of a saved listing: `infra/secrets/{environment}.json`.
    listing: Option<String>,
    /// The owner label; the repository's name by default.
    owner: Option<String>,
    /// Ids, or templates of ids, of single variables.
    secret_names: Option<BTreeMap<String, String>>,
}

/// A project's id, or one for each environment.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum Project {
    /// One for all environments.
    One(String),
    /// One for each environment.
    ByEnvironment(BTreeMap<String, String>),
}

/// How much the findings of a rule matter.
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
enum Level {
    /// They are not reported.
    Off,
    /// Something to look at.
    Warning,
    /// Something is wrong.
    Error,
}

/// Findings that are not reported. All that is given must fit.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Ignore {
    /// The rule.
    rule: String,
    /// Globs of variables; all by default.
    variables: Option<Vec<String>>,
    /// Globs of files; all by default.
    files: Option<Vec<String>>,
    /// Apps; all by default.
    apps: Option<Vec<String>>,
    /// Environments; all by default.
    environments: Option<Vec<String>>,
    /// Why.
    reason: String,
    /// The last day on which it holds, as a TOML date: 2027-01-31.
    until: Option<String>,
}
