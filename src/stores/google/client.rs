//! Calls to Secret Manager: whom they ask, with what token, and what a no is that is about the credentials.

use std::sync::OnceLock;

use zeroize::Zeroizing;

use super::super::http::{Call, Endpoint, Method, Reading, Transport};
use super::super::json::parse;
use super::super::{Address, Place, StoreError};
use super::address::{Parent, check_secret};
use super::auth::Source;
use super::refusal::{Deed, Refusal};
use super::token::Tokens;
use super::wire::{FullName, Secret, Version};
use crate::name::SecretName;

/// Secret Manager of a project.
pub(super) struct Client {
    parent: Parent,
    endpoint: Endpoint,
    transport: Transport,
    tokens: Tokens,
    /// The project's number, which stands in every name that comes back.
    number: OnceLock<String>,
}

/// One call, and what it is about.
pub(super) struct Ask<'a> {
    deed: &'a Deed,
    secret: Option<&'a SecretName>,
    method: Method,
    /// Its path behind that of the project.
    path: String,
    body: Option<Zeroizing<Vec<u8>>>,
}

impl<'a> Ask<'a> {
    /// One about a project.
    pub(super) fn project(deed: &'a Deed, method: Method, path: &str) -> Self {
        Self { deed, secret: None, method, path: path.to_owned(), body: None }
    }

    /// One about a secret. `rest` is what stands behind its path.
    pub(super) fn secret(deed: &'a Deed, secret: &'a SecretName, method: Method, rest: &str) -> Self {
        Self::project(deed, method, &format!("/secrets/{secret}{rest}")).about(secret)
    }

    /// With the secret that errors name.
    pub(super) fn about(self, secret: &'a SecretName) -> Self {
        Self { secret: Some(secret), ..self }
    }

    /// With a body.
    pub(super) fn with(self, body: Zeroizing<Vec<u8>>) -> Self {
        Self { body: Some(body), ..self }
    }
}

impl Client {
    /// Prepares to call; nothing goes out yet.
    pub(super) fn open(address: &Address<'_>, writes_per_minute: Option<u32>) -> Result<Self, StoreError> {
        // docs.cloud.google.com/secret-manager/quotas. What is read of values is counted on its own, and is no limit.
        const READS_PER_MINUTE: u32 = 600;
        const OVERRIDE: &str = "CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER";
        let parent = Parent::new(address.name)?;
        let ambient = (address.own_environment)(OVERRIDE).filter(|endpoint| !endpoint.is_empty());
        let endpoint = match address.endpoint.or(ambient.as_deref()) {
            Some(endpoint) => Endpoint::new(endpoint)?,
            None => parent.endpoint()?,
        };
        if !endpoint.is_safe() {
            let reason = "tokens and values are not sent over plain http, except to this machine: use https";
            return Err(StoreError::Misconfigured(format!("{}: {reason}", endpoint.as_str())));
        }
        let tokens = Tokens::new(Source::new(address, endpoint.is_loopback())?);
        let transport = Transport::new(address.pace, writes_per_minute).reading(READS_PER_MINUTE);
        Ok(Self { parent, endpoint, transport, tokens, number: OnceLock::new() })
    }

    /// Where the secrets stand that are meant.
    pub(super) fn parent(&self) -> &Parent {
        &self.parent
    }

    /// Where it is and who asks, as far as it is known by now.
    pub(super) fn place(&self) -> Place {
        Place {
            project: self.parent.project.clone(),
            number: self.number.get().cloned(),
            account: self.tokens.source().account().map(str::to_owned),
            endpoint: self.endpoint.as_str().to_owned(),
        }
    }

    /// What a call is called in errors: `reading projects/p/secrets/x`.
    pub(super) fn what(&self, deed: &Deed, secret: Option<&SecretName>) -> String {
        let secret = secret.map(|secret| format!("/secrets/{secret}")).unwrap_or_default();
        format!("{} {}{secret}", deed.doing, self.parent.name())
    }

    /// Makes a call, and reads what comes of it with `read`.
    ///
    /// A no that is about the credentials is an error; any other is for the caller to understand.
    pub(super) fn ask<T>(
        &self,
        ask: &Ask<'_>,
        read: impl Fn(&[u8]) -> Result<T, &'static str>,
    ) -> Result<Result<T, Refusal>, StoreError> {
        if let Some(secret) = ask.secret {
            check_secret(secret)?;
        }
        let what = self.what(ask.deed, ask.secret);
        let url = self.endpoint.url(&format!("{}{}", self.parent.path(), ask.path));
        let mut token = self.tokens.get()?;
        let mut is_renewed = false;
        loop {
            let mut call = Call::new(&what, ask.deed.effect, ask.method.clone(), url.clone());
            if ask.deed.is_access {
                call = call.uncounted();
            }
            if let Some(token) = &token {
                call = call.credential("authorization", token.header());
            }
            if let Some(project) = self.tokens.source().quota_project() {
                call = call.header("x-goog-user-project", project);
            }
            if let Some(body) = &ask.body {
                call = call.body("application/json", body.clone());
            }
            let answer = self.transport.send(&call, |answer| match answer.status {
                200..=299 => match read(&answer.body) {
                    Ok(answer) => Reading::Done(Ok(answer)),
                    Err(reason) => Reading::Damaged(reason),
                },
                _ => Reading::Done(Err(Refusal::read(&answer))),
            })?;
            match (answer, &token) {
                (Err(Refusal { status: 401, .. }), Some(refused)) if !is_renewed => {
                    token = self.tokens.renew(refused)?;
                    is_renewed = true;
                }
                (Err(Refusal { status: 401, .. }), _) => return Err(self.tokens.source().not_taken()),
                (Err(refusal), _) if refusal.status == 403 => {
                    let (secret, account) = (ask.secret.map(SecretName::as_str), self.tokens.source().account());
                    return Err(refusal.denial(ask.deed, &self.parent, secret, account));
                }
                (answer, _) => return Ok(answer),
            }
        }
    }

    /// A secret.
    pub(super) fn secret(&self, deed: &Deed, name: &SecretName) -> Result<Result<Secret, Refusal>, StoreError> {
        self.ask(&Ask::secret(deed, name, Method::GET, ""), |bytes| {
            let secret: Secret = parse(bytes)?;
            self.is_of(&secret.name, name).ok_or("it is of another secret")?;
            Ok(secret)
        })
    }

    /// A version, by its number or `latest`.
    pub(super) fn version(
        &self,
        deed: &Deed,
        name: &SecretName,
        version: &str,
    ) -> Result<Result<Version, Refusal>, StoreError> {
        self.ask(&Ask::secret(deed, name, Method::GET, &format!("/versions/{version}")), |bytes| {
            let version: Version = parse(bytes)?;
            self.is_of(&version.name, name).and_then(|name| name.version).ok_or("it is of another secret")?;
            Ok(version)
        })
    }

    /// A name that came back, if it is that of what was asked for.
    pub(super) fn is_of<'n>(&self, name: &'n str, secret: &SecretName) -> Option<FullName<'n>> {
        self.learn(name).filter(|name| name.secret == secret.as_str())
    }

    /// A name that came back. Its project's number is remembered.
    pub(super) fn learn<'n>(&self, name: &'n str) -> Option<FullName<'n>> {
        let name = FullName::read(name)?;
        if name.project.bytes().all(|byte| byte.is_ascii_digit()) {
            self.number.get_or_init(|| name.project.to_owned());
        }
        Some(name)
    }
}
