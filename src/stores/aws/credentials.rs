//! Whose key a request is signed with: from the environment, a profile, AWS's own command, or the machine.

use std::collections::BTreeMap;

use serde::Deserialize;
use zeroize::Zeroizing;

use super::super::http::Pace;
use super::super::{StoreError, json, program};
use super::{metadata, profile};
use crate::source::visible;

/// A key, and whose it is.
pub(super) struct Credentials {
    /// The id of the key, which is no secret.
    pub(super) id: String,
    pub(super) secret: Zeroizing<String>,
    /// What comes with a key that holds for a while only.
    pub(super) session: Option<Zeroizing<String>>,
    /// Where they are from, as a person would say it.
    pub(super) who: String,
}

/// What is needed to look for them.
pub(super) struct Search {
    /// What the environment holds of [`VARIABLES`].
    environment: BTreeMap<&'static str, Zeroizing<String>>,
    pace: Pace,
    /// Whether the store is on this machine: then nothing is asked but what somebody points to.
    pub(super) is_trial: bool,
}

/// What machines and AWS's command give.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Given {
    access_key_id: String,
    secret_access_key: String,
    #[serde(alias = "Token", default)]
    session_token: Option<String>,
}

impl Given {
    pub(super) fn credentials(self, who: String) -> Credentials {
        Credentials {
            id: self.access_key_id,
            secret: Zeroizing::new(self.secret_access_key),
            session: self.session_token.filter(|token| !token.is_empty()).map(Zeroizing::new),
            who,
        }
    }
}

/// The variables that AWS's tools read, as far as they matter here.
const VARIABLES: [&str; 26] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL_SECRETS_MANAGER",
    "AWS_ENDPOINT_URL",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_EC2_METADATA_DISABLED",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT",
    "AWS_CA_BUNDLE",
    "HOME",
    "USERPROFILE",
    "PATH",
    "SYSTEMROOT",
    "HTTPS_PROXY",
    "https_proxy",
    "NO_PROXY",
    "no_proxy",
];

impl Search {
    pub(super) fn new(own_environment: &dyn Fn(&str) -> Option<String>, pace: Pace) -> Self {
        let given = |name| Some((name, Zeroizing::new(own_environment(name).filter(|value| !value.is_empty())?)));
        Self { environment: VARIABLES.into_iter().filter_map(given).collect(), pace, is_trial: false }
    }

    fn given(&self, name: &str) -> Option<String> {
        self.environment.get(name).map(|value| value.as_str().to_owned())
    }

    /// The region, where nobody names one.
    pub(super) fn region(&self) -> Option<String> {
        self.given("AWS_REGION")
            .or_else(|| self.given("AWS_DEFAULT_REGION"))
            .or_else(|| profile::read(&self.profile().0, &|name| self.given(name)).region)
    }

    /// The server, where the command line names none.
    pub(super) fn endpoint(&self) -> Option<String> {
        self.given("AWS_ENDPOINT_URL_SECRETS_MANAGER").or_else(|| self.given("AWS_ENDPOINT_URL"))
    }

    /// The name of the profile, and whether somebody chose it.
    fn profile(&self) -> (String, bool) {
        match self.given("AWS_PROFILE").or_else(|| self.given("AWS_DEFAULT_PROFILE")) {
            Some(name) => (name, true),
            None => ("default".to_owned(), false),
        }
    }

    /// Looks for credentials, in the order of AWS's own tools; `None`: there are none.
    pub(super) fn find(&self) -> Result<Option<Credentials>, StoreError> {
        if let (Some(id), Some(secret)) = (self.given("AWS_ACCESS_KEY_ID"), self.given("AWS_SECRET_ACCESS_KEY")) {
            let session = self.given("AWS_SESSION_TOKEN").map(Zeroizing::new);
            let who = "the key in AWS_ACCESS_KEY_ID".to_owned();
            return Ok(Some(Credentials { id, secret: Zeroizing::new(secret), session, who }));
        }
        let (name, is_chosen) = self.profile();
        let who = format!("the profile `{}`", visible(&name));
        let found = profile::read(&name, &|name| self.given(name));
        if is_chosen && !found.exists {
            return Err(StoreError::Misconfigured(format!("there is no AWS profile `{}`", visible(&name))));
        }
        if let (Some(id), Some(secret)) = (found.id, found.secret) {
            return Ok(Some(Credentials { id, secret, session: found.session, who }));
        }
        if found.signs_in {
            let given = self.exported(&name).ok_or_else(|| {
                StoreError::Unauthenticated(format!(
                    "{who} gives no credentials: `aws configure export-credentials` with it must work"
                ))
            })?;
            return Ok(Some(given.credentials(who)));
        }
        metadata::find(&|name| self.given(name), self.is_trial, self.pace)
    }

    /// Asks AWS's own command, which knows every way to sign in.
    fn exported(&self, profile: &str) -> Option<Given> {
        let path = self.given("PATH")?;
        let command = program::find("aws", &path)?;
        let read =
            ["HOME", "USERPROFILE", "SYSTEMROOT", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_CA_BUNDLE"];
        let variables: Vec<(&str, String)> = read
            .into_iter()
            .chain(["HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"])
            .filter_map(|name| Some((name, self.given(name)?)))
            .collect();
        let mut variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        variables.push(("PATH", &path));
        let mut command = program::command(&command, &variables);
        command.args(["configure", "export-credentials", "--format", "process", "--profile"]).arg(profile);
        json::parse(&program::output(command)?).ok()
    }
}
