//! The access token that calls carry: fetched once for all threads, and again before it ends.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::super::StoreError;
use super::auth::Source;

/// An access token. It cannot be printed.
#[derive(Clone)]
pub(super) struct Token {
    text: Arc<Zeroizing<String>>,
    /// Which one it is of those that were fetched.
    number: u64,
}

impl Token {
    /// What the header `Authorization` says with it.
    pub(super) fn header(&self) -> Zeroizing<String> {
        let mut header = Zeroizing::new(String::with_capacity(self.text.len() + 8));
        header.push_str("Bearer ");
        header.push_str(&self.text);
        header
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

/// A token as its source gave it.
pub(super) struct Fetched {
    text: Zeroizing<String>,
    /// How long it is good; `None`: nobody says.
    lifetime: Option<Duration>,
}

impl Fetched {
    /// Takes a text for a token, if it can be one.
    pub(super) fn new(text: &str, lifetime: Option<u64>) -> Option<Self> {
        const LONGEST: usize = 16 * 1024;
        const A_DAY: u64 = 24 * 60 * 60;
        let text = text.trim();
        let is_token = (1..=LONGEST).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        is_token.then(|| Self {
            text: Zeroizing::new(text.to_owned()),
            lifetime: lifetime.map(|seconds| Duration::from_secs(seconds.min(A_DAY))),
        })
    }
}

/// The tokens of a source.
pub(super) struct Tokens {
    source: Source,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    token: Option<Token>,
    /// When to fetch another.
    until: Option<Instant>,
    fetched: u64,
    /// What will not be otherwise the next time.
    failed: Option<StoreError>,
}

impl Tokens {
    /// The tokens of a source; none is fetched yet.
    pub(super) fn new(source: Source) -> Self {
        Self { source, state: Mutex::default() }
    }

    /// Where they come from.
    pub(super) fn source(&self) -> &Source {
        &self.source
    }

    /// A token that is good for a while; `None`: the calls carry none.
    ///
    /// Other threads wait for the one that fetches it.
    pub(super) fn get(&self) -> Result<Option<Token>, StoreError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(error) = &state.failed {
            return Err(error.clone());
        }
        let is_good = state.until.is_none_or(|until| Instant::now() < until);
        match &state.token {
            Some(token) if is_good => Ok(Some(token.clone())),
            _ => self.fetch(&mut state),
        }
    }

    /// Another token than this one, which the server did not take.
    ///
    /// # Errors
    ///
    /// Fails where the source has no other.
    pub(super) fn renew(&self, refused: &Token) -> Result<Option<Token>, StoreError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match &state.token {
            // Another thread was faster.
            Some(token) if token.number != refused.number => Ok(Some(token.clone())),
            _ if self.source.is_refreshable() => {
                let renewed = self.fetch(&mut state)?;
                if renewed.as_ref().is_some_and(|renewed| *renewed.text == *refused.text) {
                    return Err(self.source.not_taken());
                }
                Ok(renewed)
            }
            _ => Err(self.source.not_taken()),
        }
    }

    fn fetch(&self, state: &mut State) -> Result<Option<Token>, StoreError> {
        let fetched = self.source.fetch().inspect_err(|error| {
            if error.is_of_the_store() {
                state.failed = Some(error.clone());
            }
        })?;
        let Some(Fetched { text, lifetime }) = fetched else { return Ok(None) };
        state.fetched += 1;
        // A call may take minutes, with all its tries.
        let used = |lifetime: Duration| (lifetime * 9 / 10).max(lifetime.saturating_sub(Duration::from_mins(5)));
        state.until = lifetime.and_then(|lifetime| Instant::now().checked_add(used(lifetime)));
        state.token = Some(Token { text: Arc::new(text), number: state.fetched });
        Ok(state.token.clone())
    }
}
