//! A Vault for tests, on this machine: KV version 2 as far as its own clients need it. `hvac` drives it too
//! (`tests/vault.rs`), so that not only its author says that it is right.

#![allow(dead_code, reason = "each test takes what it needs")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use super::server::{Request, Response, Server};

/// The token that is good.
pub(crate) const TOKEN: &str = "hvs-good";

const TIME: &str = "2026-11-20T15:00:00.123456789Z";

/// A Vault with the mounts `secret` (KV 2) and `old` (KV 1).
pub(crate) struct Vault {
    server: Server,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    entries: BTreeMap<String, Entry>,
    seen: Vec<Request>,
    /// What may be asked, as `METHOD path`; `None`: everything.
    policy: Option<Vec<String>>,
    /// Whether an unknown token is one.
    is_open: bool,
    /// What is answered next instead, by a piece of the path.
    instead: Vec<(String, Response)>,
}

/// An entry.
#[derive(Clone, Debug, Default)]
pub(crate) struct Entry {
    pub(crate) labels: BTreeMap<String, Value>,
    pub(crate) versions: Vec<Version>,
}

/// A version of an entry.
#[derive(Clone, Debug)]
pub(crate) struct Version {
    pub(crate) data: Value,
    pub(crate) deletion_time: String,
    pub(crate) destroyed: bool,
}

impl Vault {
    pub(crate) fn start() -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        Self { server: Server::start(move |request| answer(&mut lock(&shared), request)), state }
    }

    /// `http://127.0.0.1:PORT`.
    pub(crate) fn endpoint(&self) -> String {
        self.server.endpoint()
    }

    /// Changes an entry of `secret` behind everyone's back, and makes it if need be.
    pub(crate) fn change(&self, path: &str, change: impl FnOnce(&mut Entry)) {
        change(lock(&self.state).entries.entry(path.to_owned()).or_default());
    }

    /// Puts a version with these values behind the others.
    pub(crate) fn put(&self, path: &str, data: Value) {
        self.change(path, |entry| entry.add(data));
    }

    pub(crate) fn entry(&self, path: &str) -> Option<Entry> {
        lock(&self.state).entries.get(path).cloned()
    }

    /// Takes a call without a token too.
    pub(crate) fn open(self) -> Self {
        lock(&self.state).is_open = true;
        self
    }

    /// Allows these calls alone.
    pub(crate) fn policy(&self, allowed: &[&str]) {
        lock(&self.state).policy = Some(allowed.iter().map(|&line| line.to_owned()).collect());
    }

    /// Answers the next call of a path that holds this with something else.
    pub(crate) fn instead(&self, path: &str, response: Response) {
        lock(&self.state).instead.push((path.to_owned(), response));
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        lock(&self.state).seen.clone()
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Entry {
    fn add(&mut self, data: Value) {
        self.versions.push(Version { data, deletion_time: String::new(), destroyed: false });
    }

    fn about(&self, number: usize) -> Value {
        let version = &self.versions[number - 1];
        json!({ "created_time": TIME, "custom_metadata": self.labels, "deletion_time": version.deletion_time,
                "destroyed": version.destroyed, "version": number })
    }
}

fn told(data: &Value) -> Response {
    let around = json!({ "request_id": "1", "lease_id": "", "renewable": false, "lease_duration": 0, "data": data,
                         "wrap_info": null, "warnings": null, "auth": null });
    Response::json(200, &around)
}

fn error(status: u16, text: &[&str]) -> Response {
    Response::json(status, &json!({ "errors": text }))
}

fn nothing() -> Response {
    Response { status: 204, headers: Vec::new(), body: Vec::new(), is_cut: false }
}

fn answer(state: &mut State, request: &Request) -> Response {
    state.seen.push(request.clone());
    let path = request.path();
    if let Some(at) = state.instead.iter().position(|(piece, _)| path.contains(piece.as_str())) {
        return state.instead.remove(at).1;
    }
    let is_list = request.query("list").is_some() || request.method == "LIST";
    let method = if is_list { "LIST" } else { request.method.as_str() };
    let is_good = request.headers.get("x-vault-token").map_or(state.is_open, |token| token == TOKEN);
    if !is_good {
        return error(403, &["permission denied", "invalid token"]);
    }
    let path = path.strip_prefix("/v1/").unwrap_or_default();
    if path == "auth/token/lookup-self" {
        return told(&json!({ "display_name": "test" }));
    }
    let line = format!("{method} {path}");
    if state.policy.as_ref().is_some_and(|allowed| !allowed.iter().any(|allowed| line.starts_with(allowed))) {
        return error(403, &["1 error occurred:\n\t* permission denied\n\n"]);
    }
    match path.strip_prefix("sys/internal/ui/mounts/") {
        Some("secret") => return told(&json!({ "type": "kv", "path": "secret/", "options": { "version": "2" } })),
        Some("old") => return told(&json!({ "type": "kv", "path": "old/", "options": { "version": "1" } })),
        Some("transit") => return told(&json!({ "type": "transit", "path": "transit/", "options": null })),
        Some(_) => return error(403, &["preflight capability check returned 403"]),
        None => {}
    }
    let body: Value = serde_json::from_slice(&request.body).unwrap_or(Value::Null);
    let Some((part, path)) = path.strip_prefix("secret/").map(|rest| rest.split_once('/').unwrap_or((rest, ""))) else {
        return error(404, &["no handler for route"]);
    };
    match (part, method) {
        ("metadata", "LIST") => list(state, path),
        ("metadata", _) => metadata(state, method, path, &body),
        ("data", _) => data(state, method, path, request, &body),
        ("delete" | "undelete" | "destroy", "POST" | "PUT") => sweep(state, part, path, &body),
        _ => error(405, &["unsupported operation"]),
    }
}

fn list(state: &State, path: &str) -> Response {
    let folder = if path.is_empty() || path.ends_with('/') { path.to_owned() } else { format!("{path}/") };
    let below = state.entries.keys().filter_map(|name| name.strip_prefix(&folder));
    let mut keys: Vec<String> =
        below.map(|rest| rest.split_once('/').map_or(rest.to_owned(), |(first, _)| format!("{first}/"))).collect();
    keys.dedup();
    if keys.is_empty() { error(404, &[]) } else { told(&json!({ "keys": keys })) }
}

fn metadata(state: &mut State, method: &str, path: &str, body: &Value) -> Response {
    match method {
        "GET" => {
            let Some(entry) = state.entries.get(path) else { return error(404, &[]) };
            let about = |number: usize| (number.to_string(), entry.about(number));
            let versions: serde_json::Map<String, Value> = (1..=entry.versions.len()).map(about).collect();
            told(&json!({ "cas_required": false, "created_time": TIME, "current_version": entry.versions.len(),
                          "custom_metadata": entry.labels, "delete_version_after": "0s", "max_versions": 0,
                          "oldest_version": 0, "updated_time": TIME, "versions": versions }))
        }
        "POST" | "PUT" | "PATCH" => {
            if method == "PATCH" && !state.entries.contains_key(path) {
                return error(404, &[]);
            }
            let entry = state.entries.entry(path.to_owned()).or_default();
            let given = body["custom_metadata"].as_object().cloned().unwrap_or_default();
            if method != "PATCH" {
                entry.labels.clear();
            }
            entry.labels.extend(given);
            nothing()
        }
        _ => error(405, &["unsupported operation"]),
    }
}

fn data(state: &mut State, method: &str, path: &str, request: &Request, body: &Value) -> Response {
    match method {
        "GET" => {
            let Some(entry) = state.entries.get(path) else { return error(404, &[]) };
            let asked = request.query("version").and_then(|number| number.parse().ok()).filter(|number| *number > 0);
            let number = asked.unwrap_or(entry.versions.len());
            let Some(version) = number.checked_sub(1).and_then(|index| entry.versions.get(index)) else {
                return error(404, &[]);
            };
            let is_gone =
                version.destroyed || !version.deletion_time.is_empty() && version.deletion_time.as_str() < "2027";
            let found =
                json!({ "data": if is_gone { &Value::Null } else { &version.data }, "metadata": entry.about(number) });
            let response = told(&found);
            Response { status: if is_gone { 404 } else { 200 }, ..response }
        }
        "POST" | "PUT" => {
            let entry = state.entries.get(path).cloned().unwrap_or_default();
            if body["data"].as_object().is_none() {
                return error(400, &["no data provided"]);
            }
            if body["options"]["cas"].as_u64().is_some_and(|cas| cas != entry.versions.len() as u64) {
                return error(400, &["check-and-set parameter did not match the current version"]);
            }
            let entry = state.entries.entry(path.to_owned()).or_default();
            entry.add(body["data"].clone());
            told(&entry.about(entry.versions.len()))
        }
        "DELETE" => sweep(state, "delete", path, &Value::Null),
        _ => error(405, &["unsupported operation"]),
    }
}

fn sweep(state: &mut State, part: &str, path: &str, body: &Value) -> Response {
    let Some(entry) = state.entries.get_mut(path) else { return error(404, &[]) };
    let named = body["versions"].as_array().map(|all| all.iter().filter_map(Value::as_u64).collect());
    let numbers: Vec<u64> = named.unwrap_or_else(|| vec![entry.versions.len() as u64]);
    for number in numbers {
        let index = usize::try_from(number).unwrap_or_default().wrapping_sub(1);
        let Some(version) = entry.versions.get_mut(index) else { continue };
        match part {
            "delete" => TIME.clone_into(&mut version.deletion_time),
            "undelete" => version.deletion_time.clear(),
            _ => version.destroyed = true,
        }
    }
    nothing()
}
