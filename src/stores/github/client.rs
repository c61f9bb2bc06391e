//! One call to GitHub, and what it means that it says no. Its status decides, never its prose.

use std::sync::{Arc, Mutex, PoisonError};

use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use super::super::http::{Answer, Call, Effect, Endpoint, Method, Reading, Transport};
use super::super::{Address, StoreError, json};
use super::address::Home;
use super::token::{Search, Token};

/// Where GitHub itself is.
const GITHUB: &str = "https://api.github.com";

/// The version of what is asked.
const VERSION: &str = "2022-11-28";

/// How many writes GitHub takes in a minute.
pub(super) const WRITES_PER_MINUTE: u32 = 80;

/// What GitHub answered.
pub(super) enum Told<T> {
    /// This.
    Yes(T),
    /// 404: it is not there, or is not for this token.
    Absent,
    /// Another status.
    No(u16),
}

/// The server, and whose token it is asked with.
pub(super) struct Client {
    pub(super) home: Home,
    endpoint: Endpoint,
    transport: Transport,
    search: Search,
    /// Looked for at the first call; `None` inside: there is none, and none is needed.
    token: Mutex<Option<Arc<Option<Token>>>>,
}

impl Client {
    pub(super) fn open(address: &Address<'_>) -> Result<Self, StoreError> {
        let home = Home::read(address.name)?;
        let own = || (address.own_environment)("GITHUB_API_URL").filter(|url| !url.is_empty());
        let server = address.endpoint.map(str::to_owned).or_else(own).unwrap_or_else(|| GITHUB.to_owned());
        let endpoint = Endpoint::new(&server)?;
        let search = Search::new(address.own_environment);
        let transport = Transport::new(address.pace, Some(WRITES_PER_MINUTE));
        Ok(Self { home, endpoint, transport, search, token: Mutex::default() })
    }

    /// The address of the server.
    pub(super) fn server(&self) -> String {
        self.endpoint.as_str().to_owned()
    }

    pub(super) fn who(&self) -> Option<&'static str> {
        let token = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        token.as_ref().and_then(|found| found.as_ref().as_ref()).map(|found| found.who)
    }

    fn token(&self) -> Result<Arc<Option<Token>>, StoreError> {
        let mut known = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known.as_ref() {
            return Ok(Arc::clone(found));
        }
        Ok(Arc::clone(known.insert(Arc::new(self.search.find(&self.endpoint)?))))
    }

    /// Reads what lies at the path of the secrets with this behind it.
    pub(super) fn get<T: DeserializeOwned>(&self, what: &str, behind: &str) -> Result<Told<T>, StoreError> {
        let call = self.call(what, Effect::Reads, Method::GET, behind);
        self.send(call, "read", |answer| json::parse(&answer.body))
    }

    /// Puts something there. The same once more is no other.
    pub(super) fn put(&self, what: &str, behind: &str, body: Zeroizing<Vec<u8>>) -> Result<Told<()>, StoreError> {
        let call = self.call(what, Effect::WritesAlike, Method::PUT, behind).body("application/json", body);
        self.send(call, "write", |_| Ok(()))
    }

    fn call<'a>(&self, what: &'a str, effect: Effect, method: Method, behind: &str) -> Call<'a> {
        let url = self.endpoint.url(&format!("{}{behind}", self.home.path()));
        let call = Call::new(what, effect, method, url);
        call.header("accept", "application/vnd.github+json").header("x-github-api-version", VERSION)
    }

    fn send<T>(
        &self,
        call: Call<'_>,
        level: &'static str,
        read: impl Fn(&Answer) -> Result<T, &'static str>,
    ) -> Result<Told<T>, StoreError> {
        let token = self.token()?;
        let call = match token.as_ref() {
            Some(token) => {
                let mut bearer = Zeroizing::new(String::with_capacity(token.text.len() + 8));
                bearer.push_str("Bearer ");
                bearer.push_str(&token.text);
                call.credential("authorization", bearer)
            }
            None => call,
        };
        let told = self.transport.send(&call, |answer| match answer.status {
            200..=299 => read(&answer).map_or_else(Reading::Damaged, |found| Reading::Done(Told::Yes(found))),
            404 => Reading::Done(Told::Absent),
            403 if is_busy(&answer) => Reading::Busy,
            status => Reading::Done(Told::No(status)),
        })?;
        let who = token.as_ref().as_ref().map_or("nobody", |token| token.who);
        match told {
            Told::No(401) => Err(StoreError::Unauthenticated(format!("{who} is no good, or no longer"))),
            Told::No(403) => Err(self.denied(level)),
            told => Ok(told),
        }
    }

    /// The error that a token does not suffice. `level`: `read` or `write`.
    pub(super) fn denied(&self, level: &'static str) -> StoreError {
        let help = format!(
            "a fine-grained token needs the repository permission `{}: {level}`, a classic one the scope `repo`; \
             GitHub says the same of what is not there",
            self.home.permission()
        );
        let who = self.who().unwrap_or("nobody").to_owned();
        let verb = if level == "read" { "see the secrets of" } else { "set secrets of" };
        StoreError::Denied { who, verb, what: self.home.name(), help }
    }
}

/// Whether it is no refusal, but too much was asked of late.
fn is_busy(answer: &Answer) -> bool {
    answer.header("retry-after").is_some() || answer.header("x-ratelimit-remaining") == Some("0")
}
