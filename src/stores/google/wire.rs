//! What Secret Manager says, as JSON. What is not named here is not read, so that it may say more one day.

use std::borrow::Cow;
use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::super::{Labels, StoredSecret, StoredVersion};
use crate::fact::VersionState;
use crate::name::SecretName;
use crate::value::Value;

/// A page of secrets.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct SecretPage {
    pub(super) secrets: Vec<Secret>,
    pub(super) next_page_token: String,
}

/// A page of versions.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct VersionPage {
    pub(super) versions: Vec<Version>,
    pub(super) next_page_token: String,
}

/// A secret.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Secret {
    pub(super) name: String,
    #[serde(default)]
    pub(super) labels: Labels,
    #[serde(default)]
    pub(super) etag: String,
    #[serde(default)]
    expire_time: Option<String>,
    #[serde(default)]
    version_aliases: BTreeMap<String, Int64>,
}

/// A version.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Version {
    pub(super) name: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    pub(super) etag: String,
    #[serde(default)]
    scheduled_destroy_time: Option<String>,
    #[serde(default)]
    pub(super) client_specified_payload_checksum: bool,
}

/// A version with its value.
#[derive(Deserialize)]
pub(super) struct Accessed<'a> {
    pub(super) name: String,
    #[serde(borrow, default)]
    payload: Payload<'a>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Payload<'a> {
    #[serde(borrow)]
    data: Cow<'a, str>,
    data_crc32c: Option<Int64>,
}

/// A number that is written as a text, as protocol buffers are; or not.
#[derive(Deserialize)]
#[serde(untagged)]
enum Int64 {
    Text(String),
    Number(i64),
}

impl Int64 {
    fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
        }
    }
}

/// What stands in a full name: `projects/NUMBER[/locations/L]/secrets/ID[/versions/N]`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FullName<'a> {
    pub(super) project: &'a str,
    pub(super) secret: &'a str,
    pub(super) version: Option<&'a str>,
}

impl<'a> FullName<'a> {
    pub(super) fn read(text: &'a str) -> Option<Self> {
        let parts: Vec<&str> = text.split('/').collect();
        let (project, rest) = match parts.as_slice() {
            ["projects", project, "locations", _, rest @ ..] | ["projects", project, rest @ ..] => (*project, rest),
            _ => return None,
        };
        let (secret, version) = match rest {
            ["secrets", secret] => (*secret, None),
            ["secrets", secret, "versions", version] => (*secret, Some(*version)),
            _ => return None,
        };
        let is_number = |text: &str| (1..=19).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        let is_sound = super::address::check_secret(&SecretName::new(secret)).is_ok() && version.is_none_or(is_number);
        is_sound.then_some(Self { project, secret, version })
    }
}

impl Secret {
    /// The secret as every store has it; `None`: its name is none.
    pub(super) fn stored(&self) -> Option<StoredSecret> {
        let name = FullName::read(&self.name).filter(|name| name.version.is_none())?;
        Some(StoredSecret {
            name: SecretName::new(name.secret),
            labels: self.labels.clone(),
            expires: self.expire_time.as_deref().and_then(time),
            aliases: self.version_aliases.iter().map(|(alias, version)| (alias.clone(), version.text())).collect(),
        })
    }
}

impl Version {
    /// The version as every store has it; `None`: its name is none.
    pub(super) fn stored(&self) -> Option<StoredVersion> {
        Some(StoredVersion {
            number: FullName::read(&self.name)?.version?.to_owned(),
            state: self.state(),
            destroyed_at: self.scheduled_destroy_time.as_deref().and_then(time),
        })
    }

    pub(super) fn state(&self) -> VersionState {
        match self.state.as_str() {
            "ENABLED" => VersionState::Enabled,
            "DISABLED" => VersionState::Disabled,
            "DESTROYED" => VersionState::Destroyed,
            _ => VersionState::Unknown,
        }
    }
}

impl Accessed<'_> {
    /// The value; `None`: it is no text.
    pub(super) fn value(&self) -> Result<Option<Value>, &'static str> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(self.payload.data.len()));
        STANDARD.decode_vec(self.payload.data.as_ref(), &mut bytes).map_err(|_| "the value is not in base64")?;
        if let Some(checksum) = &self.payload.data_crc32c
            && checksum.text() != crc32c::crc32c(&bytes).to_string()
        {
            return Err("the value does not have the checksum that came with it");
        }
        // What is no text is wiped too: the error of this holds the bytes.
        Ok(std::str::from_utf8(&bytes).ok().map(Value::new))
    }
}

/// What adds a version with this value.
pub(super) fn payload(value: &Value) -> Zeroizing<Vec<u8>> {
    let bytes = value.expose().as_bytes();
    // With room for all of it, no part stays behind in memory that was too small.
    let mut data = Zeroizing::new(String::with_capacity(bytes.len() / 3 * 4 + 8));
    STANDARD.encode_string(bytes, &mut data);
    let mut body = Zeroizing::new(Vec::with_capacity(data.len() + 80));
    body.extend_from_slice(b"{\"payload\":{\"data\":\"");
    body.extend_from_slice(data.as_bytes());
    body.extend_from_slice(format!("\",\"dataCrc32c\":\"{}\"}}}}", crc32c::crc32c(bytes)).as_bytes());
    body
}

fn time(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

/// An error of Google's.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Failure {
    pub(super) error: FailureBody,
}

/// What is inside a [`Failure`].
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct FailureBody {
    pub(super) status: String,
    pub(super) details: Vec<Detail>,
}

/// What more an error says.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Detail {
    pub(super) reason: String,
    pub(super) metadata: Metadata,
}

/// What a [`Detail`] is about.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Metadata {
    pub(super) consumer: String,
}

#[cfg(test)]
mod tests {
    use super::super::super::json::parse;
    use super::*;

    #[test]
    fn a_full_name_is_taken_apart() {
        let name = FullName::read("projects/12/secrets/api-key").unwrap();
        assert_eq!(name, FullName { project: "12", secret: "api-key", version: None });
        let name = FullName::read("projects/12/locations/europe-west1/secrets/a/versions/3").unwrap();
        assert_eq!(name, FullName { project: "12", secret: "a", version: Some("3") });
        for wrong in [
            "",
            "api-key",
            "projects/12",
            "projects/12/secrets",
            "projects/12/secrets/a/b",
            "projects/12/secrets/a/versions/latest",
            "projects/12/secrets/a/versions/",
            "projects/12/secrets//versions/1",
            "projects/12/secrets/a b",
        ] {
            assert_eq!(FullName::read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_new_in_an_answer_is_no_error() {
        let secret: Secret = parse(
            br#"{"name": "projects/1/secrets/a", "labels": {"a": "b"}, "etag": "\"1\"", "expireTime": "2027-01-01T00:00:00Z",
                "versionAliases": {"cur": "2", "old": 1}, "managedRotationStatus": {"x": [1]}, "topics": []}"#,
        )
        .unwrap();
        let stored = secret.stored().unwrap();
        assert_eq!(stored.aliases, BTreeMap::from([("cur".into(), "2".into()), ("old".into(), "1".into())]));
        assert_eq!(stored.expires, "2027-01-01T00:00:00Z".parse().ok());
        let version: Version = parse(br#"{"name": "projects/1/secrets/a/versions/9", "state": "PAUSED"}"#).unwrap();
        assert_eq!(version.stored().unwrap().state, VersionState::Unknown);
        assert!(parse::<SecretPage>(b"{}").unwrap().secrets.is_empty());
    }

    #[test]
    fn a_value_comes_back_as_it_went() {
        for text in ["", "x", "a\n", "\u{1f600}\r\n\t\"\\", &"\u{e9}".repeat(30_000)] {
            let sent = payload(&Value::new(text));
            let sent: serde_json::Value = serde_json::from_slice(&sent).unwrap();
            let mut answer = sent;
            answer["name"] = "n".into();
            // As some of Google's servers write it.
            let answer = answer.to_string().replace('=', "\\u003d");
            let read: Accessed<'_> = parse(answer.as_bytes()).unwrap();
            assert!(read.value().unwrap().unwrap().expose() == text);
        }
    }

    #[test]
    fn a_value_that_is_damaged_or_no_text_is_none() {
        let value = |payload: &str| {
            let text = format!(r#"{{"name": "n", "payload": {payload}}}"#);
            parse::<Accessed<'_>>(text.as_bytes()).unwrap().value()
        };
        assert!(value(r#"{"data": "aHVudGVyMg==", "dataCrc32c": "1"}"#).is_err());
        assert!(value(r#"{"data": "aHVudGVyMg"}"#).is_err());
        assert_eq!(value(r#"{"data": "/w==", "dataCrc32c": "4278190080"}"#), Ok(None));
        assert_eq!(value("{}"), Ok(Some(Value::new(""))));
        assert!(parse::<Accessed<'_>>(b"{\"name\": \"n\", \"payload\": {\"data\": \"aHV").is_err());
    }
}
