//! What it means that Secret Manager says no. Its code words decide, never its prose.

use super::super::StoreError;
use super::super::http::{Answer, Effect};
use super::super::json::parse;
use super::address::{Parent, is_project};
use super::wire::Failure;

/// What is done with a secret: how it is called, and what it takes.
#[derive(Debug)]
pub(super) struct Deed {
    /// `reading`.
    pub(super) doing: &'static str,
    /// `read`.
    pub(super) verb: &'static str,
    /// The role that allows it and little else.
    role: &'static str,
    /// Whether it is granted for one secret.
    is_of_secret: bool,
    /// What comes of doing it twice.
    pub(super) effect: Effect,
    /// Whether it hands out a value: Google counts that apart.
    pub(super) is_access: bool,
}

const fn deed(doing: &'static str, verb: &'static str, role: &'static str, is_of_secret: bool, effect: Effect) -> Deed {
    Deed { doing, verb, role, is_of_secret, effect, is_access: false }
}

// The roles: docs.cloud.google.com/secret-manager/docs/access-control.
pub(super) const LIST: Deed = deed("listing the secrets of", "list the secrets of", "viewer", false, Effect::Reads);
pub(super) const LOOK: Deed = deed("looking at", "look at", "viewer", true, Effect::Reads);
pub(super) const READ: Deed =
    Deed { is_access: true, ..deed("reading", "read", "secretAccessor", true, Effect::Reads) };
pub(super) const CREATE: Deed = deed("creating", "create", "admin", false, Effect::WritesAlike);
pub(super) const LABEL: Deed = deed("labelling", "label", "admin", true, Effect::WritesAlike);
pub(super) const ADD: Deed =
    deed("adding a version to", "add a version to", "secretVersionAdder", true, Effect::WritesAnew);
pub(super) const DISABLE: Deed = deed("disabling", "disable", "secretVersionManager", true, Effect::WritesAlike);

/// A no of the server.
#[derive(Debug)]
pub(super) struct Refusal {
    /// The status of HTTP.
    pub(super) status: u16,
    /// The code word: `FAILED_PRECONDITION`; empty where there is none that is one.
    pub(super) word: String,
    /// What it says more closely: `SERVICE_DISABLED`; empty likewise.
    reason: String,
    /// The project that is charged for the call, where the refusal is about that one.
    consumer: Option<String>,
}

impl Refusal {
    /// Reads an answer whose status is no success.
    pub(super) fn read(answer: &Answer) -> Self {
        let failure: Failure = parse(&answer.body).unwrap_or_default();
        let word = |text: String| {
            let is_word = (1..=40).contains(&text.len())
                && text.bytes().all(|byte| byte.is_ascii_uppercase() || matches!(byte, b'_' | b'0'..=b'9'));
            if is_word { text } else { String::new() }
        };
        let detail = failure.error.details.into_iter().find(|detail| !detail.reason.is_empty()).unwrap_or_default();
        let consumer = detail.metadata.consumer.strip_prefix("projects/").filter(|project| is_project(project));
        Self {
            status: answer.status,
            word: word(failure.error.status),
            consumer: consumer.map(str::to_owned),
            reason: word(detail.reason),
        }
    }

    /// Whether there is nothing of that name.
    pub(super) fn is_absence(&self) -> bool {
        self.status == 404
    }

    /// Whether it is there already.
    pub(super) fn is_presence(&self) -> bool {
        self.status == 409 && self.word != "ABORTED"
    }

    /// Whether the state of it does not allow this: it is disabled, or its etag is another by now.
    pub(super) fn is_of_state(&self) -> bool {
        matches!(self.word.as_str(), "FAILED_PRECONDITION" | "ABORTED") || self.status == 412
    }

    /// The error for whoever wanted something else.
    pub(super) fn into_error(self, what: &str) -> StoreError {
        let reason = if self.word.is_empty() { self.status.to_string() } else { self.word };
        StoreError::Refused { what: what.to_owned(), reason }
    }

    /// The error that credentials do not suffice. `account`: whose they are; `secret`: the id, where it is about one.
    pub(super) fn denial(
        &self,
        deed: &Deed,
        parent: &Parent,
        secret: Option<&str>,
        account: Option<&str>,
    ) -> StoreError {
        let resource = match secret {
            Some(secret) => format!("{}/secrets/{secret}", parent.name()),
            None => parent.name(),
        };
        let project = self.consumer.as_deref().unwrap_or(&parent.project);
        let help = match self.reason.as_str() {
            "SERVICE_DISABLED" => format!(
                "Secret Manager is off there: `gcloud services enable secretmanager.googleapis.com --project={project}`"
            ),
            "USER_PROJECT_DENIED" => format!(
                "the credentials name another project to be charged, and it is not theirs to use: \
                 `gcloud auth application-default set-quota-project {}`",
                parent.project
            ),
            "" | "IAM_PERMISSION_DENIED" => allowing(deed, parent, secret, account),
            reason => format!("Google's word for it is `{reason}`"),
        };
        StoreError::Denied {
            who: account.unwrap_or("these credentials").to_owned(),
            verb: deed.verb,
            what: resource,
            help,
        }
    }
}

/// What would allow it: the role, and the command that grants it.
fn allowing(deed: &Deed, parent: &Parent, secret: Option<&str>, account: Option<&str>) -> String {
    let member = match account {
        Some(account) if account.ends_with(".gserviceaccount.com") => format!("serviceAccount:{account}"),
        Some(account) => format!("user:{account}"),
        None => "user:EMAIL".to_owned(),
    };
    let role = format!("roles/secretmanager.{}", deed.role);
    let command = match secret.filter(|_| deed.is_of_secret) {
        Some(secret) => format!("gcloud secrets add-iam-policy-binding {secret} {}", parent.flags()),
        None => format!("gcloud projects add-iam-policy-binding {}", parent.project),
    };
    let doubt = if deed.is_of_secret { "" } else { "; Google says the same of a project that is not there" };
    format!("it takes {role}: `{command} --member={member} --role={role}`{doubt}")
}
