//! The plan as JSON, version 1: names, versions and reasons; no value, no digest, no length.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::apply::{Applied, Outcome};
use super::plan::{Item, Origin, Plan};

/// The JSON Schema of the plan.
pub fn json_schema() -> serde_json::Value {
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
    settings.into_generator().into_root_schema_for::<PlanDocument>().to_value()
}

/// What `envcheck sync` would do, or did.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "envcheck plan")]
pub struct PlanDocument {
    /// The format and its version.
    #[schemars(extend("const" = "envcheck.plan/1"))]
    schema: &'static str,
    /// The version of envcheck that made it.
    envcheck: &'static str,
    /// The environment.
    environment: String,
    /// Whether something in it must not be done, so that nothing of it is.
    blocked: bool,
    /// The stores, to which items refer by index.
    stores: Vec<Store>,
    /// How many items have each action.
    summary: BTreeMap<&'static str, usize>,
    /// One for each secret.
    items: Vec<PlanItem>,
    /// Required variables that no store keeps: they are set on the service.
    not_secret: Vec<Variable>,
    /// Secrets of this owner that nothing needs any more.
    prunable: Vec<Unneeded>,
}

/// A store.
#[derive(Debug, Serialize, JsonSchema)]
struct Store {
    /// google, aws, vault, github or dotenv.
    kind: &'static str,
    /// The project, or what the kind has in its place.
    project: String,
    /// The project's number, where it is known.
    number: Option<String>,
    /// Whose credentials are used, where they tell.
    account: Option<String>,
    /// The host that is asked, or the file.
    endpoint: String,
}

/// A variable of an app.
#[derive(Debug, Serialize, JsonSchema)]
struct Variable {
    /// The app.
    app: String,
    /// The variable.
    variable: String,
}

/// A secret that nothing needs any more.
#[derive(Debug, Serialize, JsonSchema)]
struct Unneeded {
    /// The store, by index.
    store: usize,
    /// Its id.
    secret: String,
    /// Its enabled versions, newest first.
    enabled: Vec<String>,
}

/// What is done with one secret.
#[derive(Debug, Serialize, JsonSchema)]
struct PlanItem {
    /// The variables that take it.
    wanted_by: Vec<Variable>,
    /// The store, by index.
    store: usize,
    /// Its id.
    secret: String,
    /// create, add, update, adopt, unchanged, differs, skip, keep, missing, unusable, unknown or blocked.
    action: &'static str,
    /// Where the value comes from, if one is written.
    source: Option<Source>,
    /// The latest version, if there is one.
    latest: Option<Version>,
    /// Whether the stored secret is this repository's.
    owned: bool,
    /// Other environments that take the same secret.
    shared_with: Vec<String>,
    /// Why, or what to know.
    notes: Vec<String>,
    /// What to do about it.
    help: Option<String>,
    /// What became of it; absent where nothing was applied.
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<ItemResult>,
}

/// Where a value comes from.
#[derive(Debug, Serialize, JsonSchema)]
struct Source {
    /// file, stdin, environment, prompt, generated or copied.
    kind: &'static str,
    /// The file.
    path: Option<String>,
    /// The line, from 1.
    line: Option<usize>,
    /// How it is generated.
    recipe: Option<String>,
    /// The secret that it is copied from.
    secret: Option<String>,
}

/// A version.
#[derive(Debug, Serialize, JsonSchema)]
struct Version {
    /// Its number.
    version: String,
    /// enabled, disabled, destroyed or unknown.
    state: &'static str,
}

/// What became of an item.
#[derive(Debug, Serialize, JsonSchema)]
struct ItemResult {
    /// done, adopted, unchanged, conflict, failed or not begun.
    outcome: &'static str,
    /// The version that holds the value now.
    version: Option<String>,
    /// Whether the value was read back and compared.
    verified: bool,
    /// What went wrong.
    message: Option<String>,
    /// What to do about it.
    help: Option<String>,
}

impl PlanDocument {
    /// A plan as a document. `applied`: what became of its items, if it was applied.
    pub fn new(plan: &Plan, applied: &[Applied]) -> Self {
        let results: BTreeMap<usize, &Outcome> = applied.iter().map(|one| (one.item, &one.outcome)).collect();
        let variable =
            |(app, name): &(String, crate::name::Name)| Variable { app: app.clone(), variable: name.to_string() };
        Self {
            schema: "envcheck.plan/1",
            envcheck: env!("CARGO_PKG_VERSION"),
            environment: plan.environment.to_string(),
            blocked: plan.is_blocked(),
            stores: plan.stores.iter().map(store).collect(),
            summary: plan.summary(),
            items: plan.items.iter().enumerate().map(|(at, one)| item(one, results.get(&at).copied())).collect(),
            not_secret: plan.not_secret.iter().map(variable).collect(),
            prunable: plan.prunable.iter().map(unneeded).collect(),
        }
    }
}

fn store(store: &super::plan::PlannedStore) -> Store {
    Store {
        kind: store.kind,
        project: store.place.project.clone(),
        number: store.place.number.clone(),
        account: store.place.account.clone(),
        endpoint: store.place.endpoint.clone(),
    }
}

fn unneeded(prunable: &super::plan::Prunable) -> Unneeded {
    Unneeded { store: prunable.store, secret: prunable.secret.to_string(), enabled: prunable.enabled.clone() }
}

fn item(item: &Item, outcome: Option<&Outcome>) -> PlanItem {
    let wanted = item.wish.wanted.iter();
    PlanItem {
        wanted_by: wanted
            .map(|wanted| Variable { app: wanted.app_name.clone(), variable: wanted.variable.to_string() })
            .collect(),
        store: item.wish.store,
        secret: item.wish.secret.to_string(),
        action: item.action.word(),
        source: item.action.write().map(|write| source(&write.origin)),
        latest: item.latest.as_ref().map(|(version, state)| Version { version: version.clone(), state }),
        owned: item.owned,
        shared_with: item.wish.shared_with.iter().map(ToString::to_string).collect(),
        notes: item.notes.clone(),
        help: item.help.clone(),
        result: outcome.map(result),
    }
}

fn source(origin: &Origin) -> Source {
    let mut source = Source { kind: origin.word(), path: None, line: None, recipe: None, secret: None };
    match origin {
        Origin::File(place, line) => {
            source.path = Some(place.path.to_string());
            source.line = Some(*line);
        }
        Origin::Generated(recipe) => source.recipe = Some(recipe.clone()),
        Origin::Copied(secret) => source.secret = Some(secret.to_string()),
        Origin::Stdin | Origin::Environment | Origin::Prompt => {}
    }
    source
}

fn result(outcome: &Outcome) -> ItemResult {
    let mut result = ItemResult { outcome: outcome.word(), version: None, verified: false, message: None, help: None };
    match outcome {
        Outcome::Done { version, verified, doubt } => {
            result.version = Some(version.clone());
            result.verified = *verified;
            result.message.clone_from(doubt);
        }
        Outcome::Conflict(message) => result.message = Some(message.clone()),
        Outcome::Failed { message, help, .. } => {
            result.message = Some(message.clone());
            result.help.clone_from(help);
        }
        Outcome::Adopted | Outcome::Unchanged | Outcome::NotBegun => {}
    }
    result
}
