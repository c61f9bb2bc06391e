//! What the fake server does wrong, when it is told to.

use std::time::Duration;

use serde_json::Value;

/// Something that goes wrong, for which calls, and how often.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    /// The method of the calls; empty: any.
    pub(crate) method: String,
    /// A piece of their path: `:addVersion`, `/secrets/api-key`; empty: any.
    pub(crate) path: String,
    /// How many such calls go well before.
    pub(crate) skip: usize,
    /// How many go wrong.
    pub(crate) times: usize,
    /// What goes wrong.
    pub(crate) kind: Kind,
}

/// What goes wrong.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// The answer takes this long.
    Latency(Duration),
    /// It answers with this status and code word (`UNAVAILABLE`); whether it has done what was asked all the same.
    Status { code: u16, status: String, is_done: bool, retry_after: Option<String> },
    /// The connection ends in the middle of the answer.
    Cut { is_done: bool },
    /// The answer is whole by its length, and its JSON is not.
    HalfJson,
    /// The checksum of what is read is not that of the value.
    WrongChecksum,
    /// It does not say that it has compared the checksum of what was written.
    NoChecksum,
    /// Somebody else adds a version right before, or right after.
    Added { value: String, is_after: bool },
    /// Somebody else changes a label right before, so that the etag is an old one.
    Relabelled,
    /// The page says that it is followed by itself.
    LoopingPage,
    /// It sends elsewhere.
    Redirect(String),
}

impl Fault {
    /// Hits every call with this piece in its path, from the next on.
    pub(crate) fn on(path: &str, kind: Kind) -> Self {
        Self { method: String::new(), path: path.to_owned(), skip: 0, times: usize::MAX, kind }
    }

    /// Only this many.
    pub(crate) fn times(self, times: usize) -> Self {
        Self { times, ..self }
    }

    /// Only the next one.
    pub(crate) fn once(self) -> Self {
        self.times(1)
    }

    /// After this many have gone well.
    pub(crate) fn after(self, skip: usize) -> Self {
        Self { skip, ..self }
    }

    /// Only calls of this method.
    pub(crate) fn method(self, method: &str) -> Self {
        Self { method: method.to_owned(), ..self }
    }

    /// What a script posts to `/__fault`: `{"path": ":addVersion", "times": 2, "kind": "status", "code": 503,
    /// "done": true}`.
    pub(crate) fn from_json(value: &Value) -> Option<Self> {
        let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
        let number = |name: &str| value[name].as_u64().and_then(|number| usize::try_from(number).ok());
        let is_done = value["done"].as_bool().unwrap_or(false);
        let kind = match value["kind"].as_str()? {
            "latency" => Kind::Latency(Duration::from_millis(value["milliseconds"].as_u64()?)),
            "status" => {
                let code = u16::try_from(value["code"].as_u64()?).ok()?;
                let retry_after = value["retry_after"].as_str().map(str::to_owned);
                Kind::Status { code, status: text("status"), is_done, retry_after }
            }
            "cut" => Kind::Cut { is_done },
            "half-json" => Kind::HalfJson,
            "wrong-checksum" => Kind::WrongChecksum,
            "no-checksum" => Kind::NoChecksum,
            "added-before" => Kind::Added { value: text("value"), is_after: false },
            "added-after" => Kind::Added { value: text("value"), is_after: true },
            "relabelled" => Kind::Relabelled,
            "looping-page" => Kind::LoopingPage,
            "redirect" => Kind::Redirect(text("to")),
            _ => return None,
        };
        let times = number("times").unwrap_or(usize::MAX);
        Some(Self { method: text("method"), path: text("path"), skip: number("skip").unwrap_or(0), times, kind })
    }
}

impl Kind {
    /// A status that says that nothing was done.
    pub(crate) fn status(code: u16, status: &str) -> Self {
        Self::Status { code, status: status.to_owned(), is_done: false, retry_after: None }
    }

    /// 503, with or without the work done.
    pub(crate) fn unavailable(is_done: bool) -> Self {
        Self::Status { code: 503, status: "UNAVAILABLE".to_owned(), is_done, retry_after: None }
    }
}

/// The faults that are still to come.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Fault>);

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// What goes wrong with a call. Several things may.
    pub(crate) fn of(&mut self, method: &str, path: &str) -> Vec<Kind> {
        let mut found = Vec::new();
        for fault in &mut self.0 {
            let is_meant = (fault.method.is_empty() || fault.method == method) && path.contains(&fault.path);
            match (is_meant, fault.skip) {
                (true, 0) if fault.times > 0 => {
                    fault.times -= 1;
                    found.push(fault.kind.clone());
                }
                (false, _) | (true, 0) => {}
                (true, _) => fault.skip -= 1,
            }
        }
        found
    }
}
