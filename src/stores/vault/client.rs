//! One call to Vault, and what it means that it says no. Its status decides, never its prose.

use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use super::super::http::{Answer, Call, Effect, Endpoint, Method, Reading, Transport, escape};
use super::super::{Address, StoreError, json};
use super::token::{Surroundings, Token};
use super::wire::{Answered, Mount};
use crate::source::visible;

/// What is done: how it is called, and what it takes.
pub(super) struct Deed {
    /// `reading`.
    pub(super) doing: &'static str,
    /// `read`.
    verb: &'static str,
    method: Method,
    effect: Effect,
    /// The part of the mount that is asked: `data`, `metadata`.
    part: &'static str,
    /// The capability that a policy must give.
    capability: &'static str,
}

const fn deed(
    doing: &'static str,
    verb: &'static str,
    method: Method,
    effect: Effect,
    part: &'static str,
    capability: &'static str,
) -> Deed {
    Deed { doing, verb, method, effect, part, capability }
}

pub(super) const LIST: Deed = deed("listing", "list", Method::GET, Effect::Reads, "metadata", "list");
pub(super) const LOOK: Deed = deed("looking at", "look at", Method::GET, Effect::Reads, "metadata", "read");
pub(super) const READ: Deed = deed("reading", "read", Method::GET, Effect::Reads, "data", "read");
pub(super) const CREATE: Deed = deed("creating", "create", Method::POST, Effect::WritesAlike, "metadata", "create");
pub(super) const LABEL: Deed = deed("labelling", "label", Method::PATCH, Effect::WritesAlike, "metadata", "patch");
/// A second one would be refused as it follows another version than it says, and nobody could tell by whom that is.
pub(super) const ADD: Deed =
    deed("adding a version to", "add a version to", Method::POST, Effect::WritesAnew, "data", "create\", \"update");

/// What Vault answered.
pub(super) enum Told<T> {
    /// This.
    Yes(T),
    /// 404, with what came with it.
    Absent(Option<T>),
    /// Another status.
    No(u16),
}

/// The server, the mount, and the token.
pub(super) struct Client {
    endpoint: Endpoint,
    token: Option<Token>,
    namespace: Option<String>,
    mount: String,
    transport: Transport,
}

impl Client {
    pub(super) fn open(address: &Address<'_>, mount: &str) -> Result<Self, StoreError> {
        let Surroundings { endpoint, token, namespace } = Surroundings::of(address)?;
        let transport = Transport::new(address.pace, None);
        Ok(Self { endpoint, token, namespace, mount: mount.to_owned(), transport })
    }

    /// The address of the server.
    pub(super) fn server(&self) -> String {
        self.endpoint.as_str().to_owned()
    }

    pub(super) fn who(&self) -> Option<&'static str> {
        self.token.as_ref().map(|token| token.who)
    }

    /// Makes sure that the mount is one whose entries have versions: another one would take a write for a secret of that
    /// odd name.
    pub(super) fn check_mount(&self) -> Result<(), StoreError> {
        let mount = visible(&self.mount);
        let what = format!("looking at the mount `{mount}`");
        let url = self.endpoint.url(&format!("/v1/sys/internal/ui/mounts/{}", escape(&self.mount)));
        let call = self.call(&what, Effect::Reads, Method::GET, url);
        match self.send::<Answered<Mount>>(&call)? {
            Told::Yes(found) if found.data.is_kv_2() => Ok(()),
            Told::No(403) => {
                let help =
                    format!("a policy must let it reach something below `{mount}/`; Vault says the same of no mount");
                Err(self.denied(&what, "use", format!("the mount `{mount}`"), help))
            }
            Told::No(status) if status != 404 => Err(refused(what, status)),
            _ => Err(StoreError::Misconfigured(format!("`{mount}` is no mount of KV version 2"))),
        }
    }

    /// Asks something about an entry or a folder, given by its path below the mount.
    pub(super) fn ask<T: DeserializeOwned>(
        &self,
        deed: &Deed,
        what: &str,
        path: &str,
        content: Option<Zeroizing<Vec<u8>>>,
    ) -> Result<Told<T>, StoreError> {
        let pieces: Vec<String> = path.split('/').filter(|piece| !piece.is_empty()).map(escape).collect();
        let is_folder = deed.capability == "list";
        let end = if is_folder { "?list=true" } else { "" };
        let slash = if pieces.is_empty() { "" } else { "/" };
        let below = format!("/v1/{}/{}{slash}{}{end}", escape(&self.mount), deed.part, pieces.join("/"));
        let mut call = self.call(what, deed.effect, deed.method.clone(), self.endpoint.url(&below));
        if let Some(content) = content {
            let kind = if deed.method == Method::PATCH { "application/merge-patch+json" } else { "application/json" };
            call = call.body(kind, content);
        }
        match self.send(&call)? {
            Told::No(403) => {
                let end = if is_folder && !path.is_empty() { "/" } else { "" };
                let of_policy = format!("{}/{}/{path}{end}", self.mount, deed.part);
                let of_policy = visible(&of_policy);
                let help =
                    format!("a policy must say `path \"{of_policy}\" {{ capabilities = [\"{}\"] }}`", deed.capability);
                Err(self.denied(what, deed.verb, format!("`{}/{}`", visible(&self.mount), visible(path)), help))
            }
            told => Ok(told),
        }
    }

    fn call<'a>(&self, what: &'a str, effect: Effect, method: Method, url: String) -> Call<'a> {
        // An agent in between may be told to take nothing else: a page in a browser cannot send it.
        let mut call = Call::new(what, effect, method, url).header("x-vault-request", "true");
        if let Some(namespace) = &self.namespace {
            call = call.header("x-vault-namespace", namespace);
        }
        match &self.token {
            Some(token) => call.credential("x-vault-token", token.text.clone()),
            None => call,
        }
    }

    fn send<T: DeserializeOwned>(&self, call: &Call<'_>) -> Result<Told<T>, StoreError> {
        self.transport.send(call, |answer: Answer| match answer.status {
            // 204 says nothing, and those who ask so want to hear nothing.
            200..=299 => {
                let body: &[u8] = if answer.body.is_empty() { b"null" } else { &answer.body };
                json::parse(body).map_or_else(Reading::Damaged, |found| Reading::Done(Told::Yes(found)))
            }
            404 => Reading::Done(Told::Absent(json::parse(&answer.body).ok())),
            // A standby that has not yet heard of the last write.
            412 => Reading::Busy,
            status => Reading::Done(Told::No(status)),
        })
    }

    /// 403 is also what Vault says of a token that it does not know: what that may not even ask who it is.
    fn denied(&self, what: &str, verb: &'static str, thing: String, help: String) -> StoreError {
        let who = self.who().unwrap_or("nobody");
        let url = self.endpoint.url("/v1/auth/token/lookup-self");
        let call = self.call(what, Effect::Reads, Method::GET, url);
        if matches!(self.send::<serde::de::IgnoredAny>(&call), Ok(Told::No(403))) {
            return StoreError::Unauthenticated(format!("{who} is no good, or no longer: run `vault login`"));
        }
        StoreError::Denied { who: who.to_owned(), verb, what: thing, help }
    }
}

pub(super) fn refused(what: String, status: u16) -> StoreError {
    StoreError::Refused { what, reason: status.to_string() }
}
