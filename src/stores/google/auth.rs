//! Where tokens come from, in the order of Google's own tools.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::super::http::{Call, Effect, Endpoint, Method, Pace, Reading, Transport, escape};
use super::super::json::parse;
use super::super::{Address, StoreError};
use super::address::is_project;
use super::gcloud::{Gcloud, Login};
use super::jwt::Key;
use super::token::Fetched;
use crate::source::visible;

/// The variables that hold a token, as gcloud and Terraform name them.
const GIVEN: [&str; 2] = ["CLOUDSDK_AUTH_ACCESS_TOKEN", "GOOGLE_OAUTH_ACCESS_TOKEN"];

/// Where tokens come from.
pub(super) struct Source {
    kind: Kind,
    transport: Transport,
    pace: Pace,
    /// Whose token was fetched, where only that tells.
    fetched_for: OnceLock<String>,
}

enum Kind {
    /// Calls carry none.
    Nowhere,
    /// A variable holds it.
    Given { variable: &'static str, token: Zeroizing<String> },
    /// A file holds it, which somebody else keeps fresh.
    File { path: PathBuf },
    /// A person who logged in.
    User {
        path: PathBuf,
        account: Option<String>,
        quota_project: Option<String>,
        form: Zeroizing<String>,
        server: Endpoint,
    },
    /// A service account with its key.
    Service { path: PathBuf, email: String, key_id: String, key: Box<Key>, server: Endpoint },
    /// Application default credentials of another kind: gcloud knows them all.
    Other { gcloud: Gcloud },
    /// The machine's own account, else gcloud's.
    Ambient { metadata: Option<Endpoint>, gcloud: Gcloud },
}

/// Application default credentials as they lie in a file.
#[derive(Deserialize)]
struct Adc {
    r#type: String,
    client_id: Option<String>,
    client_secret: Option<Zeroed>,
    refresh_token: Option<Zeroed>,
    quota_project_id: Option<String>,
    account: Option<String>,
    client_email: Option<String>,
    private_key: Option<Zeroed>,
    private_key_id: Option<String>,
    token_uri: Option<String>,
}

/// A text of a file that nobody may see.
#[derive(Deserialize)]
#[serde(from = "String")]
struct Zeroed(Zeroizing<String>);

impl From<String> for Zeroed {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

/// What a server of tokens answers.
#[derive(Deserialize)]
struct Granted {
    access_token: Zeroed,
    expires_in: Option<u64>,
}

impl Source {
    /// Chooses one. Nothing is asked over the network yet.
    ///
    /// # Errors
    ///
    /// Fails where credentials are named and cannot be used.
    pub(super) fn new(address: &Address<'_>, is_loopback: bool) -> Result<Self, StoreError> {
        let kind = Kind::choose(address.own_environment, is_loopback)?;
        Ok(Self {
            kind,
            transport: Transport::new(address.pace, None),
            pace: address.pace,
            fetched_for: OnceLock::new(),
        })
    }

    /// Whose credentials they are, where they tell.
    pub(super) fn account(&self) -> Option<&str> {
        match &self.kind {
            Kind::User { account, .. } => account.as_deref(),
            Kind::Service { email, .. } => Some(email),
            _ => self.fetched_for.get().map(String::as_str),
        }
    }

    /// Remembers whose token was fetched, if that can be an account.
    fn is_for(&self, account: &str) {
        if is_email(account.trim()) {
            self.fetched_for.get_or_init(|| account.trim().to_owned());
        }
    }

    /// The project that is charged for the calls, where the credentials name one.
    pub(super) fn quota_project(&self) -> Option<&str> {
        match &self.kind {
            Kind::User { quota_project, .. } => quota_project.as_deref(),
            _ => None,
        }
    }

    /// Whether it may have another token later.
    pub(super) fn is_refreshable(&self) -> bool {
        !matches!(self.kind, Kind::Nowhere | Kind::Given { .. })
    }

    /// The error that the server takes no token of it.
    pub(super) fn not_taken(&self) -> StoreError {
        StoreError::Unauthenticated(match &self.kind {
            Kind::Nowhere => "the server wants credentials: set `CLOUDSDK_AUTH_ACCESS_TOKEN`".to_owned(),
            Kind::Given { variable, .. } => format!(
                "the token in `{variable}` is not accepted, perhaps since it is over an hour old: set it to what \
                 `gcloud auth print-access-token` prints"
            ),
            Kind::File { path } => format!("the token in {} is not accepted: write a new one there", shown(path)),
            Kind::User { path, .. } => {
                format!(
                    "the credentials in {} are not accepted: run `gcloud auth application-default login`",
                    shown(path)
                )
            }
            Kind::Service { path, email, .. } => format!(
                "the key of {email} in {} is not accepted: see `gcloud iam service-accounts keys list \
                 --iam-account={email}`, and whether the clock is right",
                shown(path)
            ),
            Kind::Other { gcloud } => {
                format!("the application default credentials are not accepted: run `{}`", gcloud.login().command())
            }
            Kind::Ambient { gcloud, .. } => {
                let login = gcloud.login().command();
                format!("the credentials of this machine or of gcloud are not accepted: run `{login}`")
            }
        })
    }

    /// Fetches a token; `None`: the calls carry none.
    pub(super) fn fetch(&self) -> Result<Option<Fetched>, StoreError> {
        let fetched = match &self.kind {
            Kind::Nowhere => return Ok(None),
            Kind::Given { token, .. } => Fetched::new(token, None).ok_or_else(|| self.not_taken()),
            Kind::File { path } => {
                let text = read(path)?;
                Fetched::new(&text, None)
                    .ok_or_else(|| StoreError::Unauthenticated(format!("{} holds no token", shown(path))))
            }
            Kind::User { form, server, .. } => self.granted(server, form),
            Kind::Service { email, key_id, key, server, .. } => {
                let now = Timestamp::now().as_second();
                let assertion = key.assertion(email, key_id, server.as_str(), now).ok_or_else(|| self.not_taken())?;
                let grant = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=";
                self.granted(server, &Zeroizing::new(format!("{grant}{}", *assertion)))
            }
            Kind::Other { gcloud } => gcloud.fetch(),
            Kind::Ambient { metadata, gcloud } => match metadata.as_ref().and_then(|server| self.of_machine(server)) {
                Some(fetched) => Ok(fetched),
                None => gcloud.fetch().inspect(|_| self.is_for(&gcloud.account().unwrap_or_default())),
            },
        };
        fetched.map(Some)
    }

    /// Exchanges a grant for a token.
    fn granted(&self, server: &Endpoint, form: &Zeroizing<String>) -> Result<Fetched, StoreError> {
        let what = format!("getting a token from {}", server.as_str());
        let body = Zeroizing::new(form.as_bytes().to_vec());
        let call = Call::new(&what, Effect::Reads, Method::POST, server.url(""))
            .body("application/x-www-form-urlencoded", body);
        let answer = self.transport.send(&call, |answer| match answer.status {
            200 => match parse::<Granted>(&answer.body) {
                Ok(granted) => Reading::Done(Ok(Fetched::new(&granted.access_token.0, granted.expires_in))),
                Err(reason) => Reading::Damaged(reason),
            },
            status => Reading::Done(Err(status)),
        })?;
        match answer {
            Ok(fetched) => fetched.ok_or_else(|| self.not_taken()),
            // A server that is broken for good is no reason to log in again.
            Err(status @ 500..) => Err(StoreError::Unavailable { what, reason: status.to_string() }),
            Err(_) => Err(self.not_taken()),
        }
    }

    /// A token of the account that this machine runs as, if it is one of Google's.
    fn of_machine(&self, server: &Endpoint) -> Option<Fetched> {
        // Elsewhere nobody answers, and that should be known soon.
        let soon = |time: Duration| time.min(Duration::from_secs(1));
        let pace = Pace { connect: soon(self.pace.connect), whole: soon(self.pace.whole) * 3, tries: 2, ..self.pace };
        let transport = Transport::new(pace, None);
        let ask = |name: &str| {
            let url = server.url(&format!("/computeMetadata/v1/instance/service-accounts/default/{name}"));
            let call = Call::new("asking this machine who it is", Effect::Reads, Method::GET, url)
                .header("metadata-flavor", "Google");
            let answer = transport.send(&call, Reading::Done).ok()?;
            (answer.header("metadata-flavor") == Some("Google") && answer.status == 200).then_some(answer)
        };
        let granted: Granted = parse(&ask("token")?.body).ok()?;
        if let Some(answer) = ask("email") {
            self.is_for(std::str::from_utf8(&answer.body).unwrap_or_default());
        }
        Fetched::new(&granted.access_token.0, granted.expires_in)
    }
}

impl Kind {
    fn choose(variable: &dyn Fn(&str) -> Option<String>, is_loopback: bool) -> Result<Self, StoreError> {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let given = |name: &'static str| set(name).map(|token| Self::Given { variable: name, token: token.into() });
        if let Some(given) = given(GIVEN[0]) {
            return Ok(given);
        }
        if let Some(path) = set("CLOUDSDK_AUTH_ACCESS_TOKEN_FILE") {
            return Ok(Self::File { path: path.into() });
        }
        if let Some(given) = given(GIVEN[1]) {
            return Ok(given);
        }
        if is_loopback {
            return Ok(Self::Nowhere);
        }
        if let Some(named) = set("GOOGLE_APPLICATION_CREDENTIALS") {
            return Self::from_adc(Path::new(&named), variable);
        }
        let folder = set("CLOUDSDK_CONFIG").map(PathBuf::from);
        let folder =
            folder.or_else(|| set("APPDATA").filter(|_| cfg!(windows)).map(|folder| Path::new(&folder).join("gcloud")));
        let folder = folder.or_else(|| set("HOME").map(|home| Path::new(&home).join(".config/gcloud")));
        if let Some(file) = folder.map(|folder| folder.join("application_default_credentials.json"))
            && file.exists()
        {
            return Self::from_adc(&file, variable);
        }
        let metadata = match set("GCE_METADATA_HOST") {
            _ if set("NO_GCE_CHECK").is_some_and(|no| no.eq_ignore_ascii_case("true")) => None,
            None => Some(Endpoint::new("http://metadata.google.internal")?),
            Some(host) => Some(Endpoint::new(&format!("http://{host}"))?),
        };
        Ok(Self::Ambient { metadata, gcloud: Gcloud::new(Login::Own, variable) })
    }

    fn from_adc(file: &Path, variable: &dyn Fn(&str) -> Option<String>) -> Result<Self, StoreError> {
        let wrong = |why: &str| StoreError::Misconfigured(format!("the credentials in {} {why}", shown(file)));
        let text = read(file)?;
        let adc: Adc = parse(text.as_bytes()).map_err(|_| wrong("are no JSON of Google's"))?;
        let server = adc.token_uri.as_deref().unwrap_or("https://oauth2.googleapis.com/token");
        let server = || {
            let server = Endpoint::new(server).map_err(|_| wrong("have a `token_uri` that is no address"))?;
            if server.is_safe() { Ok(server) } else { Err(wrong("have a `token_uri` over plain http")) }
        };
        match adc.r#type.as_str() {
            "authorized_user" => {
                let (Some(id), Some(secret), Some(token)) = (&adc.client_id, &adc.client_secret, &adc.refresh_token)
                else {
                    return Err(wrong("lack `client_id`, `client_secret` or `refresh_token`"));
                };
                let [id, secret, token] = [id, &*secret.0, &*token.0].map(|text| Zeroizing::new(escape(text)));
                let form = format!(
                    "grant_type=refresh_token&client_id={}&client_secret={}&refresh_token={}",
                    *id, *secret, *token
                );
                Ok(Self::User {
                    path: file.to_owned(),
                    account: adc.account.filter(|account| is_email(account)),
                    quota_project: adc.quota_project_id.filter(|project| is_project(project)),
                    form: Zeroizing::new(form),
                    server: server()?,
                })
            }
            "service_account" => {
                let (Some(email), Some(pem)) = (&adc.client_email, &adc.private_key) else {
                    return Err(wrong("lack `client_email` or `private_key`"));
                };
                let key =
                    Key::new(&pem.0).ok_or_else(|| wrong("have a `private_key` that is no RSA key in PKCS #8"))?;
                if !is_email(email) {
                    return Err(wrong("have a `client_email` that is no address"));
                }
                let key_id = adc.private_key_id.unwrap_or_default();
                Ok(Self::Service {
                    path: file.to_owned(),
                    email: email.clone(),
                    key_id,
                    key: Box::new(key),
                    server: server()?,
                })
            }
            // Federated and impersonated ones. gcloud reads the same file.
            _ => Ok(Self::Other { gcloud: Gcloud::new(Login::ApplicationDefault, variable) }),
        }
    }
}

/// Whether this can be an account. It ends up in a command that a person may run.
fn is_email(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"@._+-".contains(&byte);
    (3..=254).contains(&text.len())
        && text.bytes().all(fits)
        && text.matches('@').count() == 1
        && !text.starts_with('-')
}

/// Reads a file of credentials.
fn read(path: &Path) -> Result<Zeroizing<String>, StoreError> {
    const LONGEST: u64 = 64 * 1024;
    let wrong = |why: &str| StoreError::Misconfigured(format!("{} {why}", shown(path)));
    let data = path.metadata().map_err(|_| wrong("cannot be read"))?;
    if !data.is_file() {
        return Err(wrong("is no file"));
    }
    let mut text = Zeroizing::new(String::with_capacity(usize::try_from(data.len().min(LONGEST)).unwrap_or(0) + 1));
    let file = File::open(path).map_err(|_| wrong("cannot be read"))?;
    file.take(LONGEST + 1).read_to_string(&mut text).map_err(|_| wrong("is no text"))?;
    if text.len() as u64 > LONGEST { Err(wrong("is too long for credentials")) } else { Ok(text) }
}

fn shown(path: &Path) -> String {
    format!("`{}`", visible(&path.to_string_lossy()))
}

#[cfg(test)]
mod tests;
