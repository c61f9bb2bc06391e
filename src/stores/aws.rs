//! AWS Secrets Manager, by its JSON protocol. Parameter Store is another thing.
//!
//! What readers get is the version with the label `AWSCURRENT`, so that is the latest. A version cannot be switched off,
//! and a secret on its way out is neither read nor made anew: somebody meant it to go.

mod api;
mod credentials;
mod metadata;
mod profile;
mod sign;
mod wire;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use super::{
    Address, Creation, Labels, Latest, Limits, Place, SecretStore, Store, StoreError, StoredSecret, StoredVersion,
};
use crate::fact::{StoreKind, VersionState};
use crate::name::SecretName;
use crate::source::visible;
use crate::value::Value;

use api::{Api, Deed, No};

/// The store.
pub(super) static STORE: Store = Store { name: "aws", kind: StoreKind::AwsSecretsManager, address: "[REGION]", open };

/// The most bytes of a value.
const VALUE_BYTES: usize = 65_536;

/// How many pages of a listing are read at most.
const PAGES: usize = 1_000;

fn open(address: &Address<'_>) -> Result<Box<dyn SecretStore>, StoreError> {
    Ok(Box::new(SecretsManager { api: Api::open(address)?, unsure: Mutex::default() }))
}

struct SecretsManager {
    api: Api,
    /// The tokens of writes that may have been made. The same write again under the same token adds nothing.
    unsure: Mutex<BTreeMap<SecretName, (Value, String)>>,
}

impl SecretsManager {
    fn what(&self, doing: &str, name: &SecretName) -> String {
        format!("{doing} `{}` in {}", visible(name.as_str()), self.api.region())
    }

    /// Refuses a name that AWS would not take, before it is asked.
    fn check(&self, name: &SecretName) -> Result<(), StoreError> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"/_+=.@-".contains(&byte);
        if (1..=512).contains(&name.as_str().len()) && name.as_str().bytes().all(fits) {
            return Ok(());
        }
        let reason = "a name has 1 to 512 letters, digits and `/_+=.@-`".to_owned();
        Err(StoreError::Refused { what: self.what("asking for", name), reason })
    }

    fn described(&self, name: &SecretName) -> Result<Option<wire::Described>, StoreError> {
        let what = self.what("looking at", name);
        match self.api.call::<wire::Described>(
            &api::LOOK,
            &what,
            Some(name),
            &wire::Id { secret_id: name.as_str() },
            0,
        )? {
            Ok(found) => {
                self.api.learn(&found.arn);
                Ok(Some(found))
            }
            Err(No::Absent) => Ok(None),
            Err(no) => Err(no.into_error(what)),
        }
    }

    /// The error of a write that the state of a secret does not allow.
    fn refused(&self, deed: &Deed, name: &SecretName, no: No) -> StoreError {
        let what = self.what(deed.doing, name);
        let is_on_its_way_out = || matches!(self.described(name), Ok(Some(found)) if found.is_on_its_way_out());
        if matches!(&no, No::Other(code) if code == "InvalidRequestException") && is_on_its_way_out() {
            let restore = format!("`aws secretsmanager restore-secret --secret-id {}`", name.as_str());
            return StoreError::Refused {
                what,
                reason: format!("it is scheduled for deletion; {restore} brings it back"),
            };
        }
        no.into_error(what)
    }
}

impl SecretStore for SecretsManager {
    fn place(&self) -> Place {
        self.api.place()
    }

    fn limits(&self) -> Limits {
        Limits {
            value_bytes: VALUE_BYTES,
            writes_per_minute: None,
            concurrency: 4,
            keeps_versions: true,
            keeps_labels: true,
        }
    }

    fn takes(&self, name: &SecretName, _: &Value) -> Result<(), StoreError> {
        self.check(name)
    }

    fn list(&self) -> Result<Vec<StoredSecret>, StoreError> {
        let what = format!("listing the secrets in {}", self.api.region());
        let mut found: Vec<StoredSecret> = Vec::new();
        let mut seen = BTreeSet::new();
        let mut token: Option<String> = None;
        for _ in 0..PAGES {
            let request = wire::List { max_results: 100, include_planned_deletion: true, next_token: token.as_deref() };
            let page = self.api.call::<wire::Page>(&api::LIST, &what, None, &request, 0)?;
            let page = page.map_err(|no| no.into_error(what.clone()))?;
            if let Some(first) = page.secret_list.first() {
                self.api.learn(&first.arn);
            }
            found.extend(page.secret_list.into_iter().map(wire::Listed::stored));
            let Some(next) = page.next_token.filter(|token| !token.is_empty()) else { return Ok(found) };
            if !seen.insert(next.clone()) {
                return Err(StoreError::Damaged { what, reason: "a page leads back to one before".to_owned() });
            }
            token = Some(next);
        }
        Err(StoreError::Damaged { what, reason: "it has no end".to_owned() })
    }

    fn versions(&self, name: &SecretName) -> Result<Option<Vec<StoredVersion>>, StoreError> {
        self.check(name)?;
        Ok(self.described(name)?.map(wire::Described::versions))
    }

    fn latest(&self, name: &SecretName) -> Result<Latest, StoreError> {
        self.check(name)?;
        let what = self.what(api::READ.doing, name);
        let got =
            self.api.call::<wire::Got>(&api::READ, &what, Some(name), &wire::Id { secret_id: name.as_str() }, 0)?;
        let no = match got {
            Ok(got) => {
                self.api.learn(&got.arn);
                let version = got.version_id;
                return Ok(match got.secret_string {
                    Some(value) => Latest::Readable { version, value: Value::new(value) },
                    // It holds bytes.
                    None => Latest::Unusable {
                        version: StoredVersion { number: version, state: VersionState::Enabled, destroyed_at: None },
                    },
                });
            }
            Err(no) => no,
        };
        // AWS has one code for no secret and no version, and one for every state that does not allow it.
        if !matches!(&no, No::Absent) && !matches!(&no, No::Other(code) if code == "InvalidRequestException") {
            return Err(no.into_error(what));
        }
        let Some(found) = self.described(name)? else { return Ok(Latest::Absent) };
        let is_on_its_way_out = found.is_on_its_way_out();
        match found.versions().into_iter().next() {
            Some(version) if is_on_its_way_out => Ok(Latest::Unusable { version }),
            None if is_on_its_way_out => Ok(Latest::Unusable {
                version: StoredVersion { number: "none".to_owned(), state: VersionState::Disabled, destroyed_at: None },
            }),
            _ if matches!(no, No::Absent) => Ok(Latest::Empty),
            _ => Err(no.into_error(what)),
        }
    }

    fn create(&self, name: &SecretName, labels: &Labels) -> Result<Creation, StoreError> {
        self.check(name)?;
        let what = self.what(api::CREATE.doing, name);
        let request = wire::Create { name: name.as_str(), tags: wire::tags(labels) };
        match self.api.call::<wire::Made>(&api::CREATE, &what, Some(name), &request, 0)? {
            Ok(made) => {
                self.api.learn(&made.arn);
                Ok(Creation::Made)
            }
            Err(No::Exists) => Ok(Creation::Existed),
            Err(no) => Err(self.refused(&api::CREATE, name, no)),
        }
    }

    fn label(&self, name: &SecretName, labels: &Labels) -> Result<(), StoreError> {
        self.check(name)?;
        let what = self.what(api::LABEL.doing, name);
        let request = wire::TagResource { secret_id: name.as_str(), tags: wire::tags(labels) };
        self.api.call_for_nothing(&api::LABEL, &what, name, &request)?.map_err(|no| self.refused(&api::LABEL, name, no))
    }

    fn add_version(&self, name: &SecretName, value: &Value) -> Result<String, StoreError> {
        self.check(name)?;
        let what = self.what(api::ADD.doing, name);
        let length = value.expose().len();
        if !(1..=VALUE_BYTES).contains(&length) {
            return Err(StoreError::Refused { what, reason: "a value has 1 to 65536 bytes".to_owned() });
        }
        let unsure = |name: &SecretName| {
            let unsure = self.unsure.lock().unwrap_or_else(PoisonError::into_inner);
            unsure.get(name).filter(|(before, _)| before == value).map(|(_, token)| token.clone())
        };
        let token = match unsure(name) {
            Some(token) => token,
            None => token()?,
        };
        let request =
            wire::Put { secret_id: name.as_str(), client_request_token: &token, secret_string: value.expose() };
        let answer = self.api.call::<wire::Made>(&api::ADD, &what, Some(name), &request, length);
        let mut unsure = self.unsure.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(answer, Err(StoreError::Ambiguous { .. })) {
            unsure.insert(name.clone(), (value.clone(), token));
        } else {
            unsure.remove(name);
        }
        drop(unsure);
        match answer? {
            Ok(made) => {
                self.api.learn(&made.arn);
                made.version_id.ok_or(StoreError::Ambiguous { what, reason: "the answer names no version".to_owned() })
            }
            Err(no) => Err(self.refused(&api::ADD, name, no)),
        }
    }

    fn disable(&self, _: &SecretName, _: &str) -> Result<(), StoreError> {
        Err(StoreError::Unsupported { store: STORE.name, verb: "switch a version off" })
    }
}

/// A token of a write: a random UUID. Nothing of the value is in it, as it becomes the version's id.
fn token() -> Result<String, StoreError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)
        .map_err(|_| StoreError::Misconfigured("the system gives no random bytes".to_owned()))?;
    let number = u128::from_be_bytes(bytes) & !(0xf << 76 | 0x3 << 62) | 0x4 << 76 | 0x2 << 62;
    let hex = format!("{number:032x}");
    let part = |from, to| hex.get(from..to).unwrap_or_default();
    Ok([part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-"))
}
