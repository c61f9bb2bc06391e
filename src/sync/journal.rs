//! What was done, step by step, as JSON lines: names and versions, no values.

use std::io::Write;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use serde::Serialize;

use super::plan::PlannedStore;

/// Where steps are written down.
pub struct Journal {
    run: String,
    out: Mutex<Out>,
}

struct Out {
    sink: Option<Box<dyn Write + Send>>,
    failed: bool,
}

/// A step.
pub(super) struct Line<'a> {
    pub(super) environment: &'a str,
    pub(super) store: Option<&'a PlannedStore>,
    pub(super) secret: &'a str,
    pub(super) action: &'a str,
    pub(super) step: &'a str,
    pub(super) version: Option<&'a str>,
}

#[derive(Serialize)]
struct Written<'a> {
    time: String,
    run: &'a str,
    environment: &'a str,
    store: &'a str,
    project: &'a str,
    account: Option<&'a str>,
    secret: &'a str,
    action: &'a str,
    step: &'a str,
    version: Option<&'a str>,
}

impl Journal {
    /// A journal that is written to `sink`, each line at once. `run` tells runs apart.
    pub fn new(run: String, sink: Box<dyn Write + Send>) -> Self {
        Self { run, out: Mutex::new(Out { sink: Some(sink), failed: false }) }
    }

    /// A journal that nobody reads.
    pub fn none() -> Self {
        Self { run: String::new(), out: Mutex::new(Out { sink: None, failed: false }) }
    }

    /// Whether a line was lost.
    pub fn has_failed(&self) -> bool {
        self.out.lock().unwrap_or_else(PoisonError::into_inner).failed
    }

    pub(super) fn write(&self, line: &Line<'_>) {
        let place = line.store.map(|store| (store.kind, &store.place));
        let written = Written {
            time: Timestamp::now().to_string(),
            run: &self.run,
            environment: line.environment,
            store: place.map_or("", |(kind, _)| kind),
            project: place.map_or("", |(_, place)| place.project.as_str()),
            account: place.and_then(|(_, place)| place.account.as_deref()),
            secret: line.secret,
            action: line.action,
            step: line.step,
            version: line.version,
        };
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(sink) = &mut out.sink else { return };
        let result = serde_json::to_string(&written).map_err(std::io::Error::from);
        let result = result.and_then(|text| sink.write_all(format!("{text}\n").as_bytes())).and_then(|()| sink.flush());
        out.failed |= result.is_err();
    }
}
