//! A Secret Manager for tests, on this machine: Google's API as far as its own clients need it, and whatever can go
//! wrong with it.
//!
//! `gcloud` and Google's client for Python drive it too (`tests/judges.rs`), so that not only its author says that it
//! is right. `cargo run --example fake_secret_manager` starts one for a script.

#![allow(dead_code, reason = "each test takes what it needs")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fault;
pub(crate) mod github;
mod secrets;
pub(crate) mod moto;
pub(crate) mod server;
pub(crate) mod vault;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

pub(crate) use self::fault::{Fault, Kind};

use self::fault::Faults;
use self::secrets::{Secret, Secrets, error};
use self::server::{Request, Response, Server};

/// The project in which [`Fake::put`] puts its secrets.
pub(crate) const PROJECT: &str = "demo-proj";

/// A Secret Manager on a port of its own. It ends when it is dropped.
pub(crate) struct Fake {
    server: Server,
    state: Arc<Mutex<State>>,
}

/// One call that was made. No value is in it.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    /// The token that came with it.
    pub(crate) token: Option<String>,
    /// The project that is to be charged for it.
    pub(crate) user_project: Option<String>,
    /// The status of the answer.
    pub(crate) status: u16,
    /// When it came and when it was answered, from the start of the server.
    pub(crate) time: (Duration, Duration),
}

impl Seen {
    /// Method and path without query: `POST /v1/projects/demo-proj/secrets`.
    pub(crate) fn line(&self) -> String {
        format!("{} {}", self.method, self.target.split('?').next().unwrap_or_default())
    }
}

/// How many writes are taken.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quota {
    /// Writes of a project in a window of this length.
    pub(crate) of_project: (usize, Duration),
    /// Writes to one secret in a window of this length.
    pub(crate) of_secret: (usize, Duration),
}

impl Quota {
    /// What Google allows, in a time that runs this many times faster.
    pub(crate) fn real(faster: u32) -> Self {
        Self { of_project: (600, Duration::from_mins(1) / faster), of_secret: (2, Duration::from_secs(1) / faster) }
    }
}

struct State {
    start: Instant,
    secrets: Secrets,
    faults: Faults,
    seen: Vec<Seen>,
    quota: Option<Quota>,
    /// When and to what writes were made.
    writes: Vec<(Instant, String)>,
    /// The tokens that are good; `None`: any is, and so is none.
    tokens: Option<Vec<String>>,
}

impl Fake {
    /// Starts one that is empty.
    pub(crate) fn start() -> Self {
        let state = Arc::new(Mutex::new(State {
            start: Instant::now(),
            secrets: Secrets::default(),
            faults: Faults::default(),
            seen: Vec::new(),
            quota: None,
            writes: Vec::new(),
            tokens: None,
        }));
        let shared = Arc::clone(&state);
        Self { server: Server::start(move |request| answer(&shared, request)), state }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// `http://127.0.0.1:PORT`.
    pub(crate) fn endpoint(&self) -> String {
        self.server.endpoint()
    }

    /// Puts a secret with these labels and versions into [`PROJECT`].
    pub(crate) fn put(&self, id: &str, labels: &[(&str, &str)], versions: &[&str]) {
        self.put_into(&format!("projects/{PROJECT}"), id, labels, versions);
    }

    /// Puts a secret somewhere: into `projects/P` or `projects/P/locations/L`.
    pub(crate) fn put_into(&self, parent: &str, id: &str, labels: &[(&str, &str)], versions: &[&str]) {
        let labels: BTreeMap<_, _> = labels.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
        self.state().secrets.put(&full(parent, id), labels, versions);
    }

    /// Changes a secret of [`PROJECT`] behind everyone's back.
    pub(crate) fn change(&self, id: &str, change: impl FnOnce(&mut Secret)) {
        self.state().secrets.change(&full(&format!("projects/{PROJECT}"), id), change);
    }

    /// A secret of [`PROJECT`] as it is now.
    pub(crate) fn secret(&self, id: &str) -> Option<Secret> {
        self.secret_of(&format!("projects/{PROJECT}"), id)
    }

    /// A secret of somewhere as it is now.
    pub(crate) fn secret_of(&self, parent: &str, id: &str) -> Option<Secret> {
        self.state().secrets.get(&full(parent, id)).cloned()
    }

    /// Lets something go wrong.
    pub(crate) fn fault(&self, fault: Fault) {
        self.state().faults.add(fault);
    }

    /// Lets nothing go wrong any more.
    pub(crate) fn heal(&self) {
        self.state().faults.clear();
    }

    /// Takes no more writes than this.
    pub(crate) fn quota(&self, quota: Quota) {
        self.state().quota = Some(quota);
    }

    /// Shows no more secrets on a page than this.
    pub(crate) fn page(&self, size: usize) {
        self.state().secrets.page = Some(size);
    }

    /// Takes these tokens alone.
    pub(crate) fn tokens(&self, tokens: &[&str]) {
        self.state().tokens = Some(tokens.iter().map(|&token| token.to_owned()).collect());
    }

    /// Every call so far, in the order of their answers.
    pub(crate) fn requests(&self) -> Vec<Seen> {
        self.state().seen.clone()
    }

    /// Forgets the calls so far.
    pub(crate) fn forget_requests(&self) {
        self.state().seen.clear();
    }

    /// How many calls were under way at once, at most.
    pub(crate) fn most_at_once(&self) -> usize {
        let seen = self.requests();
        let at = |time: Duration| seen.iter().filter(|call| call.time.0 <= time && time < call.time.1).count();
        seen.iter().map(|call| at(call.time.0)).max().unwrap_or(0)
    }
}

/// The number of the project of this id.
pub(crate) fn number(project: &str) -> String {
    secrets::number(project)
}

fn full(parent: &str, id: &str) -> String {
    secrets::numbered(&format!("{parent}/secrets/{id}"))
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn answer(state: &Mutex<State>, request: &Request) -> Response {
    if let Some(response) = control(state, request) {
        return response;
    }
    let path = request.path();
    let (came, faults) = {
        let mut state = lock(state);
        (state.start.elapsed(), state.faults.of(&request.method, &path))
    };
    for fault in &faults {
        if let Kind::Latency(time) = fault {
            thread::sleep(*time);
        }
    }
    let mut state = lock(state);
    let response = state.answer(request, &path, &faults);
    let until = state.start.elapsed();
    state.seen.push(Seen {
        method: request.method.clone(),
        target: request.target.clone(),
        token: request.token().map(str::to_owned),
        user_project: request.headers.get("x-goog-user-project").cloned(),
        status: response.status,
        time: (came, until),
    });
    response
}

/// What a script may ask: `POST /__fault`, `POST /__heal`, `GET /__requests`.
fn control(state: &Mutex<State>, request: &Request) -> Option<Response> {
    let mut state = lock(state);
    match (request.method.as_str(), request.target.as_str()) {
        ("POST", "/__fault") => {
            let told = serde_json::from_slice::<Value>(&request.body).ok().and_then(|told| Fault::from_json(&told));
            let is_known = told.is_some();
            if let Some(fault) = told {
                state.faults.add(fault);
            }
            Some(Response::json(if is_known { 200 } else { 400 }, &json!({"known": is_known})))
        }
        ("POST", "/__heal") => {
            state.faults.clear();
            Some(Response::json(200, &json!({})))
        }
        ("GET", "/__requests") => {
            let seen = state
                .seen
                .iter()
                .map(|call| json!({"method": call.method, "path": call.target, "status": call.status}));
            Some(Response::json(200, &Value::Array(seen.collect())))
        }
        _ => None,
    }
}

impl State {
    fn answer(&mut self, request: &Request, path: &str, faults: &[Kind]) -> Response {
        let name = path.strip_prefix("/v1/").unwrap_or_default();
        let (name, verb) = name.split_once(':').unwrap_or((name, ""));
        let secret = secret_of(name);
        let is_good =
            |tokens: &Vec<String>| request.token().is_some_and(|token| tokens.iter().any(|good| good == token));
        if self.tokens.as_ref().is_some_and(|tokens| !is_good(tokens)) {
            return error(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.");
        }
        if request.method != "GET" && self.is_over_quota(&secret) {
            return error(429, "RESOURCE_EXHAUSTED", "Quota exceeded.");
        }
        for fault in faults {
            match fault {
                Kind::Status { code, status, is_done: false, retry_after } => {
                    return refused(*code, status, retry_after.as_deref());
                }
                Kind::Cut { is_done: false } => {
                    return Response { is_cut: true, ..Response::json(200, &json!({"name": "?"})) };
                }
                Kind::Redirect(to) => return Response::json(307, &json!({})).with("Location", to),
                Kind::Added { value, is_after: false } => self.secrets.push(&secret, value.as_bytes(), false),
                Kind::Relabelled => self.secrets.change(&secret, |secret| {
                    let number = secret.labels.len().to_string();
                    secret.labels.insert(format!("other-{number}"), number);
                }),
                _ => {}
            }
        }
        let mut done = self.secrets.answer(request, name, verb);
        for fault in faults {
            match (fault, &mut done) {
                (Kind::WrongChecksum, Ok(value)) => value["payload"]["dataCrc32c"] = "1".into(),
                (Kind::NoChecksum, Ok(Value::Object(value))) => drop(value.remove("clientSpecifiedPayloadChecksum")),
                (Kind::LoopingPage, Ok(value)) => value["nextPageToken"] = "at/0".into(),
                (Kind::Added { value, is_after: true }, _) => self.secrets.push(&secret, value.as_bytes(), false),
                _ => {}
            }
        }
        let mut response = match done {
            Ok(value) => Response::json(200, &value),
            Err(refusal) => refusal.response(),
        };
        for fault in faults {
            match fault {
                Kind::Status { code, status, is_done: true, retry_after } => {
                    response = refused(*code, status, retry_after.as_deref());
                }
                Kind::Cut { is_done: true } => response.is_cut = true,
                Kind::HalfJson => response.body.truncate(response.body.len() / 2),
                _ => {}
            }
        }
        response
    }

    /// Whether a write is one too many; if not, it counts.
    fn is_over_quota(&mut self, secret: &str) -> bool {
        let Some(quota) = self.quota else { return false };
        let now = Instant::now();
        let count = |(most, window): (usize, Duration), of: &dyn Fn(&str) -> bool| {
            let recent = self.writes.iter().filter(|(time, name)| now.duration_since(*time) < window && of(name));
            recent.count() >= most
        };
        if count(quota.of_project, &|_| true)
            || count(quota.of_secret, &|name| name == secret && name.contains("/secrets/"))
        {
            return true;
        }
        self.writes.push((now, secret.to_owned()));
        false
    }
}

/// The secret that a name is about, with its project's number.
fn secret_of(name: &str) -> String {
    let name = name.split_once("/versions").map_or(name, |(secret, _)| secret);
    secrets::numbered(name)
}

fn refused(code: u16, status: &str, retry_after: Option<&str>) -> Response {
    let response = error(code, status, "This was asked for.");
    match retry_after {
        Some(wait) => response.with("Retry-After", wait),
        None => response,
    }
}
