//! A GitHub for tests, on this machine: the secrets of one repository and of its environment `production`.

#![allow(dead_code, reason = "each test takes what it needs")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dryoc::classic::crypto_box::{PublicKey, SecretKey, crypto_box_keypair, crypto_box_seal_open};
use serde_json::{Value, json};

use super::server::{Request, Response, Server};

/// The token that is good.
pub(crate) const TOKEN: &str = "ghs-good";

/// The paths of its secrets.
pub(crate) const REPOSITORY: &str = "/repos/acme/shop/actions/secrets";
pub(crate) const ENVIRONMENT: &str = "/repos/acme/shop/environments/production/secrets";

/// A GitHub with the repository `acme/shop`.
pub(crate) struct GitHub {
    server: Server,
    state: Arc<Mutex<State>>,
}

struct State {
    /// The sealed values, by path.
    secrets: BTreeMap<String, Secret>,
    keys: (PublicKey, SecretKey),
    seen: Vec<Request>,
    writes: u32,
    /// Whether a call without a token is answered.
    is_open: bool,
    /// Whether the token may only read.
    reads_only: bool,
    /// What is answered next instead, by a piece of method and path.
    instead: Vec<(String, Response)>,
}

#[derive(Clone)]
struct Secret {
    sealed: String,
    updated_at: String,
}

impl GitHub {
    pub(crate) fn start() -> Self {
        let state = State {
            secrets: BTreeMap::new(),
            keys: crypto_box_keypair(),
            seen: Vec::new(),
            writes: 0,
            is_open: false,
            reads_only: false,
            instead: Vec::new(),
        };
        let state = Arc::new(Mutex::new(state));
        let shared = Arc::clone(&state);
        Self { server: Server::start(move |request| answer(&mut lock(&shared), request)), state }
    }

    /// `http://127.0.0.1:PORT`.
    pub(crate) fn endpoint(&self) -> String {
        self.server.endpoint()
    }

    /// Takes a call without a token too.
    pub(crate) fn open(self) -> Self {
        lock(&self.state).is_open = true;
        self
    }

    /// Lets the token set nothing.
    pub(crate) fn reads_only(&self) {
        lock(&self.state).reads_only = true;
    }

    /// Answers the next call in whose method and path this stands with something else.
    pub(crate) fn instead(&self, piece: &str, response: Response) {
        lock(&self.state).instead.push((piece.to_owned(), response));
    }

    /// Puts a secret there that nobody sealed.
    pub(crate) fn put(&self, path: &str) {
        set(&mut lock(&self.state), path, String::new());
    }

    /// The value of a secret, opened.
    pub(crate) fn value(&self, path: &str) -> Option<String> {
        let (sealed, _, secret) = self.sealed(path)?;
        let state = lock(&self.state);
        let sealed = STANDARD.decode(sealed).ok()?;
        let mut opened = vec![0; sealed.len().checked_sub(48)?];
        crypto_box_seal_open(&mut opened, &sealed, &state.keys.0, &secret).ok()?;
        String::from_utf8(opened).ok()
    }

    /// A sealed value, and both halves of the key.
    pub(crate) fn sealed(&self, path: &str) -> Option<(String, PublicKey, SecretKey)> {
        let state = lock(&self.state);
        Some((state.secrets.get(path)?.sealed.clone(), state.keys.0, state.keys.1))
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        lock(&self.state).seen.clone()
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn set(state: &mut State, path: &str, sealed: String) -> bool {
    state.writes += 1;
    let updated_at = format!("2026-11-20T15:{:02}:{:02}Z", state.writes / 60, state.writes % 60);
    state.secrets.insert(path.to_owned(), Secret { sealed, updated_at }).is_none()
}

fn failure(status: u16, text: &str) -> Response {
    Response::json(
        status,
        &json!({ "message": text, "documentation_url": "https://docs.github.com/rest", "status": status.to_string() }),
    )
}

fn answer(state: &mut State, request: &Request) -> Response {
    state.seen.push(request.clone());
    let path = request.path();
    let line = format!("{} {path}", request.method);
    if let Some(at) = state.instead.iter().position(|(piece, _)| line.contains(piece.as_str())) {
        return state.instead.remove(at).1;
    }
    match request.token() {
        Some(TOKEN) => {}
        None if state.is_open => {}
        _ => return failure(401, "Bad credentials"),
    }
    let Some((base, rest)) = [REPOSITORY, ENVIRONMENT].iter().find_map(|base| Some((*base, path.strip_prefix(base)?)))
    else {
        return failure(404, "Not Found");
    };
    let about = |path: &str, secret: &Secret| {
        let name = path.rsplit('/').next().unwrap_or_default();
        json!({ "name": name, "created_at": "2026-11-20T15:00:00Z", "updated_at": secret.updated_at })
    };
    match (request.method.as_str(), rest) {
        ("GET", "") => {
            let number =
                |name: &str, default: usize| request.query(name).and_then(|text| text.parse().ok()).unwrap_or(default);
            let (size, page) = (number("per_page", 30).min(100), number("page", 1));
            let own = state.secrets.iter().filter(|(path, _)| path.starts_with(&format!("{base}/")));
            let all: Vec<Value> = own.map(|(path, secret)| about(path, secret)).collect();
            let shown: Vec<&Value> = all.iter().skip((page - 1) * size).take(size).collect();
            Response::json(200, &json!({ "total_count": all.len(), "secrets": shown }))
        }
        ("GET", "/public-key") => {
            Response::json(200, &json!({ "key_id": "568250167242549743", "key": STANDARD.encode(state.keys.0) }))
        }
        ("GET", _) => match state.secrets.get(&path) {
            Some(secret) => Response::json(200, &about(&path, secret)),
            None => failure(404, "Not Found"),
        },
        ("PUT", _) if state.reads_only => failure(403, "Resource not accessible by personal access token"),
        ("PUT", _) => {
            let body: Value = serde_json::from_slice(&request.body).unwrap_or(Value::Null);
            match (body["key_id"].as_str(), body["encrypted_value"].as_str()) {
                (Some("568250167242549743"), Some(sealed)) => {
                    let is_new = set(state, &path, sealed.to_owned());
                    if is_new {
                        Response::json(201, &json!({}))
                    } else {
                        Response { status: 204, headers: Vec::new(), body: Vec::new(), is_cut: false }
                    }
                }
                _ => failure(422, "Invalid request."),
            }
        }
        _ => failure(404, "Not Found"),
    }
}
