//! Calls to a server: what is sent and to whom, what is tried again, and when nothing can be told of a write.
//!
//! It knows no store. What an answer means is its caller's to say.

mod endpoint;
mod pace;
mod rate;
#[cfg(test)]
mod tests;
mod trouble;

use std::cell::Cell;
use std::fmt;
use std::io::{self, Read};

use jiff::Timestamp;
use ureq::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use ureq::http::{HeaderMap, HeaderValue, Request, Uri};
use ureq::{Agent, SendBody};
use zeroize::Zeroizing;

pub use self::endpoint::{Endpoint, escape};
pub use self::pace::Pace;
pub use ureq::http::Method;

use self::rate::Rate;
use self::trouble::Trouble;
use super::StoreError;

/// The most bytes of an answer that are read.
const MOST_BYTES: u64 = 25 * 1024 * 1024;

/// What a call does if it is made twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It only reads.
    Reads,
    /// It writes, and doing it twice is the same as doing it once.
    WritesAlike,
    /// It writes, and each time something new comes of it.
    WritesAnew,
}

/// One call, as often as it takes.
pub struct Call<'a> {
    what: &'a str,
    effect: Effect,
    method: Method,
    url: String,
    headers: Vec<(&'static str, Zeroizing<String>)>,
    credentials: Vec<(&'static str, Zeroizing<String>)>,
    body: Option<(&'static str, Zeroizing<Vec<u8>>)>,
    is_counted: bool,
}

impl<'a> Call<'a> {
    /// A call. `what` names it in errors: `listing the secrets of projects/p`.
    pub fn new(what: &'a str, effect: Effect, method: Method, url: String) -> Self {
        Self { what, effect, method, url, headers: Vec::new(), credentials: Vec::new(), body: None, is_counted: true }
    }

    /// One that the limits of a minute do not concern.
    #[must_use]
    pub fn uncounted(mut self) -> Self {
        self.is_counted = false;
        self
    }

    /// With a header that anyone may see.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, Zeroizing::new(value.to_owned())));
        self
    }

    /// With a header that nobody may see: never over plain http, except to this machine.
    #[must_use]
    pub fn credential(mut self, name: &'static str, value: Zeroizing<String>) -> Self {
        self.credentials.push((name, value));
        self
    }

    /// With a body of this content type: never over plain http, except to this machine.
    #[must_use]
    pub fn body(mut self, content_type: &'static str, body: Zeroizing<Vec<u8>>) -> Self {
        self.body = Some((content_type, body));
        self
    }
}

impl fmt::Debug for Call<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("what", &self.what).field("effect", &self.effect).finish_non_exhaustive()
    }
}

/// What a server answered, once, whole.
pub struct Answer {
    /// The status of HTTP: `200`. It is none that stands for "again later" or "elsewhere".
    pub status: u16,
    headers: HeaderMap,
    /// The bytes of it.
    pub body: Zeroizing<Vec<u8>>,
}

impl Answer {
    /// A header, if it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("status", &self.status).finish_non_exhaustive()
    }
}

/// What an answer is to its caller.
#[derive(Debug)]
pub enum Reading<T> {
    /// The answer, good or bad.
    Done(T),
    /// The server did nothing since it is too busy, and says so otherwise than with 429.
    Busy,
    /// It cannot be what the server meant: cut off, of another shape, with a wrong checksum.
    Damaged(&'static str),
}

/// Calls a server. It may be used from several threads at once.
pub struct Transport {
    /// For https; through a proxy, if the environment names one.
    secure: Agent,
    /// For plain http, which a proxy would read: never through one.
    plain: Agent,
    pace: Pace,
    reads: Option<Rate>,
    writes: Option<Rate>,
}

impl Transport {
    /// Prepares to call; nothing goes out yet.
    pub fn new(pace: Pace, writes_per_minute: Option<u32>) -> Self {
        let config = || {
            Agent::config_builder()
                .http_status_as_error(false)
                .max_redirects(0)
                .max_redirects_will_error(false)
                .timeout_connect(Some(pace.connect))
                .timeout_resolve(Some(pace.connect))
                .timeout_global(Some(pace.whole))
                .max_idle_connections_per_host(16)
                .user_agent(concat!("envcheck/", env!("CARGO_PKG_VERSION")))
        };
        Self {
            secure: config().https_only(true).build().new_agent(),
            plain: config().proxy(None).build().new_agent(),
            pace,
            reads: None,
            // A few at once spare whoever has few to make any waiting, and make the rest little slower.
            writes: writes_per_minute.map(|writes| Rate::new(writes, writes / 15)),
        }
    }

    /// One that also reads no more than this in a minute.
    #[must_use]
    pub fn reading(self, reads_per_minute: u32) -> Self {
        Self { reads: Some(Rate::new(reads_per_minute, reads_per_minute / 2)), ..self }
    }

    /// Makes a call until there is an answer that `read` can use.
    ///
    /// # Errors
    ///
    /// - [`StoreError::Unavailable`] if there was none and nothing was changed,
    /// - [`StoreError::Ambiguous`] if a write may have been made,
    /// - [`StoreError::Damaged`] if there were answers to a read and none was whole,
    /// - [`StoreError::Refused`] for a redirect, which is not followed,
    /// - [`StoreError::Misconfigured`], before anything is sent, if a secret would go over plain http.
    pub fn send<T>(&self, call: &Call<'_>, read: impl Fn(Answer) -> Reading<T>) -> Result<T, StoreError> {
        let uri = checked(call)?;
        let agent = if uri.scheme_str() == Some("https") { &self.secure } else { &self.plain };
        let mut may_be_done = false;
        let mut tried = 0;
        loop {
            let rate = if call.effect == Effect::Reads { &self.reads } else { &self.writes };
            let place = rate.as_ref().filter(|_| call.is_counted).map(Rate::take).unwrap_or_default();
            // Whoever was interrupted may still look at what came of it.
            if !place.is_zero() && !self.pace.sleep(place) {
                return Err(Trouble::stopped().into_error(call, may_be_done));
            }
            tried += 1;
            let answer = attempt(agent, call, &uri);
            if answer.as_ref().is_ok_and(|answer| (300..400).contains(&answer.status)) {
                let reason = "it leads elsewhere, and no redirect is followed".to_owned();
                return Err(StoreError::Refused { what: call.what.to_owned(), reason });
            }
            let answer = answer.and_then(|answer| match read(answer) {
                Reading::Done(answer) => Ok(answer),
                Reading::Busy => Err(Trouble::busy(None)),
                Reading::Damaged(reason) => Err(Trouble::damaged(reason)),
            });
            let trouble = match answer {
                Ok(answer) => return Ok(answer),
                Err(trouble) => trouble,
            };
            may_be_done |= trouble.may_be_done && call.effect != Effect::Reads;
            let may_repeat = trouble.is_passing && !(may_be_done && call.effect == Effect::WritesAnew);
            let wait = self.pace.wait(tried, trouble.wait).filter(|_| may_repeat);
            if !wait.is_some_and(|wait| self.pace.sleep(wait)) {
                return Err(trouble.into_error(call, may_be_done));
            }
        }
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport").field("pace", &self.pace).finish_non_exhaustive()
    }
}

/// The address of a call, if what is in it may go there.
fn checked(call: &Call<'_>) -> Result<Uri, StoreError> {
    let uri = call.url.parse::<Uri>().ok().filter(|uri| uri.host().is_some());
    let uri = uri.ok_or_else(|| StoreError::Misconfigured(format!("{}: this is no address", call.what)))?;
    let is_bare = call.credentials.is_empty() && call.body.is_none();
    match uri.scheme_str() {
        Some("https") => Ok(uri),
        Some("http") if is_bare || endpoint::is_loopback(&uri) => Ok(uri),
        _ => Err(StoreError::Misconfigured(format!(
            "{}: credentials and values are not sent over plain http, except to this machine: use https",
            call.what
        ))),
    }
}

/// Makes a call once.
fn attempt(agent: &Agent, call: &Call<'_>, uri: &Uri) -> Result<Answer, Trouble> {
    let mut request = Request::builder().method(call.method.clone()).uri(uri.clone());
    let all = call.headers.iter().map(|header| (header, false));
    for ((name, value), is_sensitive) in all.chain(call.credentials.iter().map(|header| (header, true))) {
        let mut value = HeaderValue::from_str(value).map_err(|_| Trouble::unsent("a header is no plain text"))?;
        value.set_sensitive(is_sensitive);
        request = request.header(*name, value);
    }
    let begun = Cell::new(false);
    let bytes: &[u8] = call.body.as_ref().map_or(&[], |(_, bytes)| bytes);
    let mut body = Watched { rest: bytes, begun: &begun };
    let response = match &call.body {
        None => request.body(()).map(|request| agent.run(request)),
        Some((content_type, bytes)) => request
            .header(CONTENT_TYPE, *content_type)
            .header(CONTENT_LENGTH, bytes.len())
            .body(SendBody::from_reader(&mut body))
            .map(|request| agent.run(request)),
    };
    let response = response.map_err(|_| Trouble::unsent("it is no request"))?;
    let response = response.map_err(|error| Trouble::of(&error, call.body.is_some() && !begun.get()))?;

    let (parts, body) = response.into_parts();
    let status = parts.status.as_u16();
    let wait =
        parts.headers.get("retry-after").and_then(|text| pace::retry_after(text.to_str().ok()?, Timestamp::now()));
    if let Some(trouble) = Trouble::of_status(status, wait) {
        return Err(trouble);
    }
    let expected = body.content_length().unwrap_or(0).min(MOST_BYTES);
    // With room for all of it at once, no part of a value stays behind in memory that was too small.
    let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(expected).unwrap_or(0) + 64));
    body.into_with_config()
        .limit(MOST_BYTES)
        .reader()
        .read_to_end(&mut bytes)
        .map_err(|error| Trouble::of(&error.into(), false))?;
    Ok(Answer { status, headers: parts.headers, body: bytes })
}

/// A body that knows whether any of it was sent. As long as none was, the server cannot have done what it asks.
struct Watched<'a> {
    rest: &'a [u8],
    begun: &'a Cell<bool>,
}

impl Read for Watched<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.begun.set(true);
        self.rest.read(buffer)
    }
}
