//! What Vault is sent and says, as JSON. What is not named here is not read, so that it may say more one day.
//!
//! Source: <https://openbao.org/api-docs/secret/kv/kv-v2/>.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::super::{Labels, StoredVersion};
use crate::fact::VersionState;

/// What stands around every answer.
#[derive(Deserialize)]
pub(super) struct Answered<T> {
    pub(super) data: T,
}

/// A mount.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Mount {
    #[serde(rename = "type")]
    kind: String,
    options: Option<BTreeMap<String, String>>,
}

impl Mount {
    /// Whether it keeps keys with values and their versions.
    pub(super) fn is_kv_2(&self) -> bool {
        let version = self.options.as_ref().and_then(|options| options.get("version"));
        self.kind == "kv" && version.is_some_and(|version| version == "2")
    }
}

/// What stands in a folder.
#[derive(Deserialize)]
pub(super) struct Keys {
    pub(super) keys: Vec<String>,
}

/// An entry without its values.
#[derive(Deserialize)]
pub(super) struct Metadata {
    #[serde(default)]
    pub(super) current_version: u64,
    #[serde(rename = "custom_metadata", default)]
    labels: Option<Labels>,
    #[serde(default)]
    versions: BTreeMap<String, Version>,
}

#[derive(Deserialize)]
struct Version {
    #[serde(default)]
    deletion_time: String,
    #[serde(default)]
    destroyed: bool,
}

impl Metadata {
    pub(super) fn labels(self) -> Labels {
        self.labels.unwrap_or_default()
    }

    /// The versions, newest first.
    pub(super) fn versions(&self, now: Timestamp) -> Vec<StoredVersion> {
        let numbered =
            self.versions.iter().filter_map(|(number, version)| Some((number.parse::<u64>().ok()?, version)));
        let mut versions: Vec<(u64, &Version)> = numbered.collect();
        versions.sort_by_key(|(number, _)| std::cmp::Reverse(*number));
        versions.into_iter().map(|(number, version)| version.stored(number, now)).collect()
    }
}

impl Version {
    fn stored(&self, number: u64, now: Timestamp) -> StoredVersion {
        let deleted: Option<Timestamp> = self.deletion_time.parse().ok();
        let state = match deleted {
            _ if self.destroyed => VersionState::Destroyed,
            // It can be brought back.
            Some(time) if time <= now => VersionState::Disabled,
            None if !self.deletion_time.is_empty() => VersionState::Unknown,
            _ => VersionState::Enabled,
        };
        StoredVersion { number: number.to_string(), state, destroyed_at: deleted.filter(|time| *time > now) }
    }
}

/// A version with its values; of one that is gone, or for the time being, there are none.
#[derive(Deserialize)]
pub(super) struct Read {
    pub(super) data: Option<Entry>,
    pub(super) metadata: ReadMetadata,
}

#[derive(Deserialize)]
pub(super) struct ReadMetadata {
    pub(super) version: u64,
}

/// The values of an entry.
pub(super) struct Entry {
    /// That of the key `value`, if it is a text.
    pub(super) value: Option<String>,
    /// Whether it has other keys.
    pub(super) has_others: bool,
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Entry;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entry, A::Error> {
                let mut entry = Entry { value: None, has_others: false };
                while let Some(key) = map.next_key::<Cow<'_, str>>()? {
                    if key == "value" {
                        if let serde_json::Value::String(text) = map.next_value()? {
                            entry.value = Some(text);
                        }
                    } else {
                        map.next_value::<IgnoredAny>()?;
                        entry.has_others = true;
                    }
                }
                Ok(entry)
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

/// What adds a version.
#[derive(Serialize)]
pub(super) struct Write<'a> {
    pub(super) options: Options,
    pub(super) data: Written<'a>,
}

#[derive(Serialize)]
pub(super) struct Options {
    /// The version that must be the latest one, or 0.
    pub(super) cas: u64,
}

#[derive(Serialize)]
pub(super) struct Written<'a> {
    pub(super) value: &'a str,
}

/// The version that was added.
#[derive(Deserialize)]
pub(super) struct Added {
    pub(super) version: u64,
}

/// What is kept beside an entry.
#[derive(Serialize)]
pub(super) struct Beside<'a> {
    pub(super) custom_metadata: &'a Labels,
}
