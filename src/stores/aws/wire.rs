//! What Secrets Manager is sent and says, as JSON. What is not named here is not read, so that it may say more one day.
//!
//! Source: the service model `secretsmanager-2017-10-17` of AWS.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::super::http::Answer;
use super::super::{Labels, StoredSecret, StoredVersion, json};
use crate::fact::VersionState;
use crate::name::SecretName;

/// The label of the version that readers get.
const CURRENT: &str = "AWSCURRENT";

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct List<'a> {
    pub(super) max_results: u32,
    /// Else a secret on its way out would look as if it were gone, and its name as if it were free.
    pub(super) include_planned_deletion: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next_token: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Id<'a> {
    pub(super) secret_id: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Create<'a> {
    pub(super) name: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) tags: Vec<Tag<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TagResource<'a> {
    pub(super) secret_id: &'a str,
    pub(super) tags: Vec<Tag<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Put<'a> {
    pub(super) secret_id: &'a str,
    pub(super) client_request_token: &'a str,
    pub(super) secret_string: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Tag<'a> {
    key: &'a str,
    value: &'a str,
}

/// Labels as AWS has them.
pub(super) fn tags(labels: &Labels) -> Vec<Tag<'_>> {
    labels.iter().map(|(key, value)| Tag { key, value }).collect()
}

/// A page of secrets.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Page {
    pub(super) secret_list: Vec<Listed>,
    pub(super) next_token: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Listed {
    name: String,
    #[serde(rename = "ARN")]
    pub(super) arn: String,
    tags: Vec<OwnedTag>,
    deleted_date: Option<f64>,
    secret_versions_to_stages: Option<BTreeMap<String, Vec<String>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OwnedTag {
    key: String,
    #[serde(default)]
    value: String,
}

impl Listed {
    pub(super) fn stored(self) -> StoredSecret {
        let versions = self.secret_versions_to_stages.unwrap_or_default();
        let of = |version: &String, stages: Vec<String>| {
            stages.into_iter().map(|stage| (stage, version.clone())).collect::<Vec<_>>()
        };
        StoredSecret {
            name: SecretName::new(&self.name),
            labels: self.tags.into_iter().map(|tag| (tag.key, tag.value)).collect(),
            expires: self.deleted_date.and_then(time),
            aliases: versions.into_iter().flat_map(|(version, stages)| of(&version, stages)).collect(),
        }
    }
}

/// A secret without its value.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Described {
    #[serde(rename = "ARN")]
    pub(super) arn: String,
    deleted_date: Option<f64>,
    version_ids_to_stages: Option<BTreeMap<String, Vec<String>>>,
}

impl Described {
    pub(super) fn is_on_its_way_out(&self) -> bool {
        self.deleted_date.is_some()
    }

    /// The versions, the current one first. Those without a label nobody can rely on: AWS takes them away as it likes.
    pub(super) fn versions(self) -> Vec<StoredVersion> {
        let rank = |stages: &[String]| {
            let has = |name: &str| stages.iter().any(|stage| stage == name);
            [CURRENT, "AWSPENDING", "AWSPREVIOUS"].iter().position(|name| has(name)).unwrap_or(3)
        };
        let staged =
            self.version_ids_to_stages.unwrap_or_default().into_iter().filter(|(_, stages)| !stages.is_empty());
        let mut staged: Vec<(usize, String)> = staged.map(|(number, stages)| (rank(&stages), number)).collect();
        staged.sort();
        // Its versions cannot be read, and come back with it.
        let state = if self.deleted_date.is_some() { VersionState::Disabled } else { VersionState::Enabled };
        let destroyed_at = self.deleted_date.and_then(time);
        staged.into_iter().map(|(_, number)| StoredVersion { number, state, destroyed_at }).collect()
    }
}

/// A value.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Got {
    #[serde(rename = "ARN", default)]
    pub(super) arn: String,
    pub(super) version_id: String,
    #[serde(default)]
    pub(super) secret_string: Option<String>,
}

/// What was made.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Made {
    #[serde(rename = "ARN", default)]
    pub(super) arn: String,
    #[serde(default)]
    pub(super) version_id: Option<String>,
}

/// An error's code word; empty where there is none that is one.
pub(super) fn error_code(answer: &Answer) -> String {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Failure {
        __type: String,
    }
    let in_body = json::parse::<Failure>(&answer.body).map(|failure| failure.__type).unwrap_or_default();
    let text = answer.header("x-amzn-errortype").filter(|_| in_body.is_empty()).unwrap_or(&in_body);
    // `com.amazonaws.secretsmanager#ResourceNotFoundException:http://…`
    let word = text.split(':').next().unwrap_or_default();
    let word = word.rsplit('#').next().unwrap_or_default();
    let is_word = (1..=64).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_word { word.to_owned() } else { String::new() }
}

/// The account that a full name tells: `arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-SUFFIX`.
pub(super) fn account(arn: &str) -> Option<&str> {
    arn.split(':').nth(4).filter(|account| account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Seconds since 1970; they come with a fraction that means nothing.
fn time(seconds: f64) -> Option<Timestamp> {
    Timestamp::from_duration(jiff::SignedDuration::try_from_secs_f64(seconds.trunc()).ok()?).ok()
}
