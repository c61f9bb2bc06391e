//! What goes wrong with one try of a call. The words are our own: a library's may quote what was sent.

use std::io::ErrorKind;
use std::time::Duration;

use ureq::{Error, Timeout};

use super::super::StoreError;
use super::{Call, Effect};

/// What went wrong with one try of a call.
#[derive(Debug)]
pub(super) struct Trouble {
    reason: String,
    /// Whether a further try may do better.
    pub(super) is_passing: bool,
    /// Whether the server may have done what was asked all the same.
    pub(super) may_be_done: bool,
    /// Whether there was an answer, and it was no good.
    is_damage: bool,
    /// How long the server asks to wait.
    pub(super) wait: Option<Duration>,
}

impl Trouble {
    fn new(reason: impl Into<String>, is_passing: bool, may_be_done: bool) -> Self {
        Self { reason: reason.into(), is_passing, may_be_done, is_damage: false, wait: None }
    }

    /// It never went out, and never will.
    pub(super) fn unsent(reason: &str) -> Self {
        Self::new(reason, false, false)
    }

    /// Somebody does not want to wait any longer.
    pub(super) fn stopped() -> Self {
        Self::new("it was interrupted", false, false)
    }

    /// The server is too busy, and did nothing.
    pub(super) fn busy(wait: Option<Duration>) -> Self {
        Self { wait, ..Self::new("too many requests", true, false) }
    }

    /// There is an answer, and it is no good.
    pub(super) fn damaged(reason: &str) -> Self {
        Self { is_damage: true, ..Self::new(reason, true, true) }
    }

    /// What a status says, if it is no answer to what was asked.
    pub(super) fn of_status(status: u16, wait: Option<Duration>) -> Option<Self> {
        match status {
            429 => Some(Self::busy(wait)),
            408 | 500 | 502 | 503 | 504 => Some(Self { wait, ..Self::new(status.to_string(), true, true) }),
            _ => None,
        }
    }

    /// What a failure of the connection says. `is_unsent`: nothing of the body went out.
    pub(super) fn of(error: &Error, is_unsent: bool) -> Self {
        let (reason, is_passing, may_be_done) = match error {
            Error::BodyExceedsLimit(_) => return Self { is_passing: false, ..Self::damaged("it is too long") },
            Error::Timeout(Timeout::Resolve | Timeout::Connect) => ("no connection came about in time", true, false),
            Error::Timeout(_) => ("no answer came in time", true, true),
            Error::HostNotFound => ("there is no such host", false, false),
            Error::Tls(_) | Error::Rustls(_) | Error::TlsRequired => ("no safe connection came about", false, false),
            Error::ConnectProxyFailed(_) | Error::InvalidProxyUrl => ("the proxy makes no connection", false, false),
            Error::BadUri(_) | Error::RequireHttpsOnly(_) | Error::Http(_) => ("this is no address", false, false),
            Error::Protocol(_) | Error::LargeResponseHeader(..) => ("what answers does not speak HTTP", true, true),
            Error::Io(error) => match error.kind() {
                ErrorKind::ConnectionRefused => ("the connection was refused", true, false),
                ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable | ErrorKind::AddrNotAvailable => {
                    ("the network does not reach it", true, false)
                }
                ErrorKind::TimedOut => ("no answer came in time", true, true),
                // rustls wraps its own so: a certificate that nobody vouches for will not become better.
                ErrorKind::InvalidData => ("no safe connection came about", false, true),
                _ if is_unsent => ("no connection came about", true, false),
                // Also a name that cannot be looked up, which the kind does not tell.
                _ => ("the connection failed or broke off", true, true),
            },
            _ => ("the connection failed", true, true),
        };
        Self::new(reason, is_passing, may_be_done && !is_unsent)
    }

    /// The error that it is once there is no further try. `may_be_done`: this one or one before may have done it.
    pub(super) fn into_error(self, call: &Call<'_>, may_be_done: bool) -> StoreError {
        let (what, reason) = (call.what.to_owned(), self.reason);
        match call.effect {
            Effect::WritesAlike | Effect::WritesAnew if may_be_done => StoreError::Ambiguous { what, reason },
            _ if self.is_damage => StoreError::Damaged { what, reason },
            _ => StoreError::Unavailable { what, reason },
        }
    }
}
