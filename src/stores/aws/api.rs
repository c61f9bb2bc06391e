//! One call to Secrets Manager: signed, sent, and what it means that it says no. AWS's code words decide, not its prose.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::super::http::{Answer, Call, Effect, Endpoint, Method, Reading, Transport};
use super::super::{Address, Place, StoreError, json};
use super::credentials::{Credentials, Search};
use super::sign::{self, Request};
use super::wire;
use crate::name::SecretName;
use crate::source::visible;

const CONTENT_TYPE: &str = "application/x-amz-json-1.1";

/// What is done: how it is called, and what it takes.
pub(super) struct Deed {
    /// The operation, which is the action of a policy as well.
    action: &'static str,
    /// `reading`.
    pub(super) doing: &'static str,
    /// `read`.
    verb: &'static str,
    effect: Effect,
    /// What else a policy must allow where the secret has a key of its own.
    key: &'static str,
}

const fn deed(
    action: &'static str,
    doing: &'static str,
    verb: &'static str,
    effect: Effect,
    key: &'static str,
) -> Deed {
    Deed { action, doing, verb, effect, key }
}

pub(super) const LIST: Deed = deed("ListSecrets", "listing the secrets", "list the secrets of", Effect::Reads, "");
pub(super) const LOOK: Deed = deed("DescribeSecret", "looking at", "look at", Effect::Reads, "");
pub(super) const READ: Deed = deed("GetSecretValue", "reading", "read", Effect::Reads, "kms:Decrypt");
pub(super) const CREATE: Deed = deed("CreateSecret", "creating", "create", Effect::WritesAlike, "");
pub(super) const LABEL: Deed = deed("TagResource", "labelling", "label", Effect::WritesAlike, "");
/// It carries a token by which AWS knows a repeated one.
pub(super) const ADD: Deed =
    deed("PutSecretValue", "adding a version to", "add a version to", Effect::WritesAlike, "kms:GenerateDataKey");

/// A no of the server.
pub(super) enum No {
    /// `ResourceNotFoundException`: no such secret, or it has no version.
    Absent,
    /// `ResourceExistsException`.
    Exists,
    /// Any other code word, or the status where there is none.
    Other(String),
}

impl No {
    /// The error for whoever wanted something else.
    pub(super) fn into_error(self, what: String) -> StoreError {
        let reason = match self {
            Self::Absent => "there is no such secret".to_owned(),
            Self::Exists => "it exists".to_owned(),
            Self::Other(code) => code,
        };
        StoreError::Refused { what, reason }
    }
}

/// The server, and whose key it is asked with.
pub(super) struct Api {
    endpoint: Endpoint,
    host: String,
    path: String,
    region: String,
    transport: Transport,
    search: Search,
    /// Looked for at the first call; `None` inside: there are none, and none are needed.
    credentials: Mutex<Option<Arc<Option<Credentials>>>>,
    account: OnceLock<String>,
}

impl Api {
    pub(super) fn open(address: &Address<'_>) -> Result<Self, StoreError> {
        let mut search = Search::new(address.own_environment, address.pace);
        let region = match address.name {
            "" => search.region().ok_or_else(|| {
                StoreError::Misconfigured("no AWS region is known: `aws:REGION`, or set AWS_REGION".to_owned())
            })?,
            name => name.to_owned(),
        };
        let is_sound = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if !(1..=32).contains(&region.len()) || !region.bytes().all(is_sound) {
            return Err(StoreError::Misconfigured(format!("`{}` is no AWS region", visible(&region))));
        }
        let domain = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
        let given = address.endpoint.map(str::to_owned).or_else(|| search.endpoint());
        let endpoint = Endpoint::new(&given.unwrap_or_else(|| format!("https://secretsmanager.{region}.{domain}")))?;
        search.is_trial = endpoint.is_loopback();
        let (_, rest) = endpoint.as_str().split_once("://").unwrap_or_default();
        let (host, path) =
            rest.split_once('/').map_or((rest, "/".to_owned()), |(host, path)| (host, format!("/{path}/")));
        let host = host.to_owned();
        Ok(Self {
            transport: Transport::new(address.pace, None),
            credentials: Mutex::default(),
            account: OnceLock::new(),
            endpoint,
            host,
            path,
            region,
            search,
        })
    }

    pub(super) fn region(&self) -> &str {
        &self.region
    }

    /// Remembers the account, which every full name tells.
    pub(super) fn learn(&self, arn: &str) {
        if let Some(account) = wire::account(arn) {
            self.account.get_or_init(|| account.to_owned());
        }
    }

    pub(super) fn place(&self) -> Place {
        let known = self.credentials.lock().unwrap_or_else(PoisonError::into_inner);
        Place {
            project: self.region.clone(),
            number: self.account.get().cloned(),
            account: known.as_ref().and_then(|known| known.as_ref().as_ref()).map(|found| found.who.clone()),
            endpoint: self.endpoint.as_str().to_owned(),
        }
    }

    fn credentials(&self) -> Result<Arc<Option<Credentials>>, StoreError> {
        let mut known = self.credentials.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known.as_ref() {
            return Ok(Arc::clone(found));
        }
        let found = self.search.find()?;
        if found.is_none() && !self.endpoint.is_loopback() {
            return Err(StoreError::Unauthenticated(
                "there are no AWS credentials: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
                    .to_owned(),
            ));
        }
        Ok(Arc::clone(known.insert(Arc::new(found))))
    }

    /// Makes a call. `value`: how many bytes the value in the request has.
    pub(super) fn call<T: DeserializeOwned>(
        &self,
        deed: &Deed,
        what: &str,
        name: Option<&SecretName>,
        request: &impl Serialize,
        value: usize,
    ) -> Result<Result<T, No>, StoreError> {
        self.send(deed, what, name, request, value, |answer| json::parse(&answer.body))
    }

    /// Makes a call of whose answer only matters that it is no refusal.
    pub(super) fn call_for_nothing(
        &self,
        deed: &Deed,
        what: &str,
        name: &SecretName,
        request: &impl Serialize,
    ) -> Result<Result<(), No>, StoreError> {
        self.send(deed, what, Some(name), request, 0, |_| Ok(()))
    }

    fn send<T>(
        &self,
        deed: &Deed,
        what: &str,
        name: Option<&SecretName>,
        request: &impl Serialize,
        value: usize,
        read: impl Fn(&Answer) -> Result<T, &'static str>,
    ) -> Result<Result<T, No>, StoreError> {
        let credentials = self.credentials()?;
        let body = json::body(request, value);
        let target = format!("secretsmanager.{}", deed.action);
        let mut call =
            Call::new(what, deed.effect, Method::POST, self.endpoint.url("/")).header("x-amz-target", &target);
        call = call.header("host", &self.host);
        if let Some(found) = credentials.as_ref() {
            let request = Request {
                host: &self.host,
                path: &self.path,
                target: &target,
                content_type: CONTENT_TYPE,
                body: &body,
            };
            let signature = sign::sign(&request, found, &self.region, Timestamp::now());
            call = call.header("x-amz-date", &signature.date).credential("authorization", signature.authorization);
            if let Some(token) = &found.session {
                call = call.credential("x-amz-security-token", token.clone());
            }
        }
        let answer = self.transport.send(&call.body(CONTENT_TYPE, body), |answer| {
            if (200..300).contains(&answer.status) {
                return read(&answer).map_or_else(Reading::Damaged, |found| Reading::Done(Ok(found)));
            }
            match wire::error_code(&answer).as_str() {
                "ThrottlingException" | "Throttling" | "TooManyRequestsException" | "RequestLimitExceeded" => {
                    Reading::Busy
                }
                "" => Reading::Done(Err(answer.status.to_string())),
                code => Reading::Done(Err(code.to_owned())),
            }
        })?;
        let code = match answer {
            Ok(found) => return Ok(Ok(found)),
            Err(code) => code,
        };
        let who = credentials.as_ref().as_ref().map_or("nobody", |found| found.who.as_str());
        match code.as_str() {
            "ResourceNotFoundException" => Ok(Err(No::Absent)),
            "ResourceExistsException" => Ok(Err(No::Exists)),
            "AccessDeniedException" | "AccessDenied" => Err(self.denied(deed, name, who)),
            "ExpiredTokenException" | "ExpiredToken" => Err(unauthenticated(who, "has expired: sign in again")),
            "UnrecognizedClientException"
            | "InvalidClientTokenId"
            | "MissingAuthenticationToken"
            | "MissingAuthenticationTokenException"
            | "AuthFailure" => Err(unauthenticated(who, "is no key that AWS knows")),
            "InvalidSignatureException"
            | "SignatureDoesNotMatch"
            | "IncompleteSignature"
            | "IncompleteSignatureException"
            | "RequestExpired" => {
                Err(unauthenticated(who, "does not fit its secret half, or the clock of this machine is wrong"))
            }
            _ => Ok(Err(No::Other(code))),
        }
    }

    fn denied(&self, deed: &Deed, name: Option<&SecretName>, who: &str) -> StoreError {
        let place = match self.account.get() {
            Some(account) => format!("{} of {account}", self.region),
            None => self.region.clone(),
        };
        let what = name.map_or_else(|| place.clone(), |name| format!("`{}` in {place}", visible(name.as_str())));
        let resource = name.map_or("*".to_owned(), |name| {
            let account = self.account.get().map_or("*", String::as_str);
            format!("arn:aws:secretsmanager:{}:{account}:secret:{}-*", self.region, name.as_str())
        });
        let key = if deed.key.is_empty() {
            String::new()
        } else {
            format!(", and {} of the key that it is locked with", deed.key)
        };
        let help = format!("it takes the action secretsmanager:{} on `{resource}` in a policy{key}", deed.action);
        StoreError::Denied { who: who.to_owned(), verb: deed.verb, what, help }
    }
}

fn unauthenticated(who: &str, what: &str) -> StoreError {
    StoreError::Unauthenticated(format!("{who} {what}"))
}
