//! What Secret Manager v1 keeps and does, as its documentation has it.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::server::{Request, Response};

/// A secret as the server keeps it.
#[derive(Clone, Debug)]
pub(crate) struct Secret {
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) aliases: BTreeMap<String, u64>,
    /// By number, the first of which is 1.
    pub(crate) versions: Vec<Version>,
    /// All else that it was made with: `replication`, `annotations`, `expireTime`.
    pub(crate) other: Map<String, Value>,
    etag: u64,
    created: String,
}

/// A version as the server keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Version {
    /// `ENABLED`, `DISABLED`, `DESTROYED`.
    pub(crate) state: &'static str,
    /// Nothing once it is destroyed.
    pub(crate) data: Vec<u8>,
    has_checksum: bool,
    etag: u64,
    created: String,
    destroyed: Option<String>,
}

impl Secret {
    /// Its latest value, if that is enabled.
    pub(crate) fn value(&self) -> Option<String> {
        let latest = self.versions.last().filter(|version| version.state == "ENABLED")?;
        String::from_utf8(latest.data.clone()).ok()
    }

    /// The states of its versions, oldest first.
    pub(crate) fn states(&self) -> Vec<&'static str> {
        self.versions.iter().map(|version| version.state).collect()
    }
}

/// All that the server keeps: secrets by `projects/NUMBER/secrets/ID`.
#[derive(Debug, Default)]
pub(crate) struct Secrets {
    kept: BTreeMap<String, Secret>,
    etags: u64,
    /// The most secrets on a page, whatever the client asks for.
    pub(crate) page: Option<usize>,
}

/// What the server says instead of doing it: the status of HTTP, the code word and the message.
pub(crate) struct Refusal(u16, &'static str, String);

impl Refusal {
    pub(crate) fn response(&self) -> Response {
        error(self.0, self.1, &self.2)
    }
}

/// An error as Google's servers write it.
pub(crate) fn error(code: u16, status: &str, message: &str) -> Response {
    // A closer word than a status stands in the details.
    let is_reason = code == 403 && status != "PERMISSION_DENIED";
    let details = if is_reason {
        json!([{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": status, "domain": "googleapis.com",
            "metadata": {"service": "secretmanager.googleapis.com", "consumer": "projects/765432"}}])
    } else {
        json!([])
    };
    let status = if is_reason { "PERMISSION_DENIED" } else { status };
    let error = json!({"error": {"code": code, "message": message, "status": status, "details": details}});
    Response::json(code, &error)
}

type Done = Result<Value, Refusal>;

fn invalid(message: &str) -> Refusal {
    Refusal(400, "INVALID_ARGUMENT", message.to_owned())
}

fn now() -> String {
    format!("{:.6}", Timestamp::now())
}

/// The number of a project, by its id.
pub(crate) fn number(project: &str) -> String {
    if project.bytes().all(|byte| byte.is_ascii_digit()) {
        return project.to_owned();
    }
    (100_000_000_000 + u64::from(crc32c::crc32c(project.as_bytes()))).to_string()
}

/// A name with the project's number in place of its id.
pub(crate) fn numbered(name: &str) -> String {
    let mut parts = name.splitn(3, '/');
    match (parts.next(), parts.next(), parts.next()) {
        (Some("projects"), Some(project), rest) => {
            let rest = rest.map(|rest| format!("/{rest}")).unwrap_or_default();
            format!("projects/{}{rest}", number(project))
        }
        _ => name.to_owned(),
    }
}

impl Secrets {
    /// Does what a request asks for. `name`: its path behind `/v1/`, without the verb behind `:`.
    pub(crate) fn answer(&mut self, request: &Request, name: &str, verb: &str) -> Done {
        let name = numbered(name);
        let parts: Vec<&str> = name.split('/').collect();
        let is_regional = parts.get(2) == Some(&"locations");
        let kind: Vec<&str> = parts.iter().skip(if is_regional { 4 } else { 2 }).copied().collect();
        let parent = parts[..parts.len() - kind.len()].join("/");
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        match (request.method.as_str(), kind.as_slice(), verb) {
            ("GET", ["secrets"], "") => self.list(request, &parent),
            ("POST", ["secrets"], "") => self.create(request, &parent, is_regional, body),
            ("GET", ["secrets", _], "") => Ok(written(&name, self.at(&name)?)),
            ("PATCH", ["secrets", _], "") => self.patch(&name, request, &body),
            ("DELETE", ["secrets", _], "") => {
                etag_fits(self.at(&name)?.etag, request.query("etag").as_deref())?;
                self.kept.remove(&name);
                Ok(json!({}))
            }
            ("POST", ["secrets", _], "addVersion") => self.add(&name, &body["payload"]),
            ("GET", ["secrets", id, "versions"], "") => self.versions(&format!("{parent}/secrets/{id}"), request),
            (method, ["secrets", id, "versions", version], verb) => {
                let secret = format!("{parent}/secrets/{id}");
                match (method, verb) {
                    ("GET", "") => {
                        self.found(&secret, version).map(|(number, version)| version_written(&secret, number, version))
                    }
                    ("GET", "access") => self.access(&secret, version),
                    ("POST", "enable" | "disable" | "destroy") => self.switch(&secret, version, verb, &body),
                    _ => Err(Refusal(404, "NOT_FOUND", "Method not found.".to_owned())),
                }
            }
            _ => Err(Refusal(404, "NOT_FOUND", "Method not found.".to_owned())),
        }
    }

    /// A secret by its name with the project's number.
    pub(crate) fn get(&self, name: &str) -> Option<&Secret> {
        self.kept.get(name)
    }

    /// Puts a secret there, or changes it.
    pub(crate) fn put(&mut self, name: &str, labels: BTreeMap<String, String>, values: &[&str]) {
        let etag = self.etag();
        let other = if name.contains("/locations/") { Map::new() } else { replication() };
        let secret = Secret { labels, aliases: BTreeMap::new(), versions: Vec::new(), other, etag, created: now() };
        self.kept.insert(name.to_owned(), secret);
        for value in values {
            self.push(name, value.as_bytes(), true);
        }
    }

    /// Changes a secret behind everyone's back.
    pub(crate) fn change(&mut self, name: &str, change: impl FnOnce(&mut Secret)) {
        let etag = self.etag();
        if let Some(secret) = self.kept.get_mut(name) {
            change(secret);
            secret.etag = etag;
        }
    }

    /// Adds a version behind everyone's back.
    pub(crate) fn push(&mut self, name: &str, data: &[u8], has_checksum: bool) {
        let etag = self.etag();
        let Some(secret) = self.kept.get_mut(name) else { return };
        let data = data.to_vec();
        let version = Version { state: "ENABLED", data, has_checksum, etag, created: now(), destroyed: None };
        secret.versions.push(version);
    }

    fn etag(&mut self) -> u64 {
        self.etags += 1;
        self.etags
    }

    fn at(&self, name: &str) -> Result<&Secret, Refusal> {
        self.kept.get(name).ok_or_else(|| Refusal(404, "NOT_FOUND", format!("Secret [{name}] not found.")))
    }

    fn list(&self, request: &Request, parent: &str) -> Done {
        let filter = request.query("filter").unwrap_or_default();
        let start = format!("{parent}/secrets/");
        let all: Vec<Value> = self
            .kept
            .iter()
            .filter(|(name, secret)| name.starts_with(&start) && fits(&filter, name, secret))
            .map(|(name, secret)| written(name, secret))
            .collect();
        self.paged(request, "secrets", &all)
    }

    fn versions(&self, secret: &str, request: &Request) -> Done {
        let filter = request.query("filter").unwrap_or_default();
        let kept = self.at(secret)?.versions.iter().enumerate().rev();
        let all: Vec<Value> = kept
            .filter(|(_, version)| filter.strip_prefix("state:").is_none_or(|state| state == version.state))
            .map(|(index, version)| version_written(secret, index + 1, version))
            .collect();
        self.paged(request, "versions", &all)
    }

    fn paged(&self, request: &Request, field: &str, all: &[Value]) -> Done {
        let asked = request.query("pageSize").and_then(|size| size.parse().ok()).filter(|size| *size > 0);
        let size = asked.unwrap_or(25_000).min(self.page.unwrap_or(usize::MAX));
        let start = match request.query("pageToken").filter(|token| !token.is_empty()) {
            None => 0,
            Some(token) => {
                token.strip_prefix("at/").and_then(|at| at.parse().ok()).ok_or_else(|| invalid("page token"))?
            }
        };
        let mut page = Map::new();
        let shown: Vec<Value> = all.iter().skip(start).take(size).cloned().collect();
        // As protocol buffers are written as JSON: nothing is said of what is empty.
        if !shown.is_empty() {
            page.insert(field.to_owned(), shown.into());
            page.insert("totalSize".to_owned(), all.len().into());
        }
        if start + size < all.len() {
            page.insert("nextPageToken".to_owned(), format!("at/{}", start + size).into());
        }
        Ok(page.into())
    }

    fn create(&mut self, request: &Request, parent: &str, is_regional: bool, body: Value) -> Done {
        let id = request.query("secretId").unwrap_or_default();
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        if !(1..=255).contains(&id.len()) || !id.bytes().all(fits) {
            return Err(invalid("secret id"));
        }
        if body["replication"].is_object() == is_regional {
            return Err(invalid("replication"));
        }
        let name = format!("{parent}/secrets/{id}");
        if self.kept.contains_key(&name) {
            return Err(Refusal(409, "ALREADY_EXISTS", format!("Secret [{name}] already exists.")));
        }
        self.put(&name, labels(&body["labels"])?, &[]);
        let Value::Object(mut other) = body else { return Err(invalid("body")) };
        other.remove("labels");
        other.retain(|_, value| value.as_object().is_none_or(|object| !object.is_empty()));
        self.change(&name, |secret| secret.other = other);
        Ok(written(&name, self.at(&name)?))
    }

    fn patch(&mut self, name: &str, request: &Request, body: &Value) -> Done {
        etag_fits(self.at(name)?.etag, body["etag"].as_str())?;
        let mask = request.query("updateMask").filter(|mask| !mask.is_empty()).ok_or_else(|| invalid("update mask"))?;
        let mut changed = self.at(name)?.clone();
        for field in mask.split(',') {
            match field {
                "labels" => changed.labels = labels(&body["labels"])?,
                "versionAliases" | "version_aliases" => {
                    let pairs = body["versionAliases"].as_object().cloned().unwrap_or_default();
                    let number = |value: &Value| value.as_u64().or_else(|| value.as_str()?.parse().ok());
                    let aliases =
                        pairs.iter().map(|(alias, value)| number(value).map(|number| (alias.clone(), number)));
                    changed.aliases = aliases.collect::<Option<_>>().ok_or_else(|| invalid("alias"))?;
                }
                "annotations" => {
                    changed.other.insert("annotations".to_owned(), body["annotations"].clone());
                }
                _ => return Err(invalid("update mask")),
            }
        }
        self.change(name, |secret| *secret = changed);
        Ok(written(name, self.at(name)?))
    }

    fn add(&mut self, name: &str, payload: &Value) -> Done {
        self.at(name)?;
        let data = STANDARD.decode(payload["data"].as_str().unwrap_or_default()).map_err(|_| invalid("base64"))?;
        if data.len() > 65536 {
            return Err(invalid("payload too large"));
        }
        let told = &payload["dataCrc32c"];
        let checksum = told.as_u64().or_else(|| told.as_str()?.parse().ok());
        if checksum.is_some_and(|checksum| checksum != u64::from(crc32c::crc32c(&data))) {
            return Err(invalid("checksum"));
        }
        self.push(name, &data, checksum.is_some());
        let versions = &self.at(name)?.versions;
        Ok(version_written(name, versions.len(), versions.last().expect("one was just added")))
    }

    /// A version by its number, by an alias, or `latest`, which is the newest whatever its state.
    fn found(&self, secret: &str, version: &str) -> Result<(usize, &Version), Refusal> {
        let kept = self.at(secret)?;
        let number = match version {
            "latest" => kept.versions.len(),
            alias if kept.aliases.contains_key(alias) => usize::try_from(kept.aliases[alias]).unwrap_or(0),
            number => number.parse().unwrap_or(0),
        };
        let found = number.checked_sub(1).and_then(|index| kept.versions.get(index));
        let message = format!("Secret [{secret}] not found or has no versions.");
        found.map(|version| (number, version)).ok_or(Refusal(404, "NOT_FOUND", message))
    }

    fn access(&self, secret: &str, version: &str) -> Done {
        let (number, version) = self.found(secret, version)?;
        if version.state != "ENABLED" {
            let message = format!("Secret Version [{secret}/versions/{number}] is in {} state.", version.state);
            return Err(Refusal(400, "FAILED_PRECONDITION", message));
        }
        let checksum = crc32c::crc32c(&version.data).to_string();
        let payload = json!({"data": STANDARD.encode(&version.data), "dataCrc32c": checksum});
        Ok(json!({"name": format!("{secret}/versions/{number}"), "payload": payload}))
    }

    fn switch(&mut self, secret: &str, version: &str, verb: &str, body: &Value) -> Done {
        let (number, found) = self.found(secret, version)?;
        etag_fits(found.etag, body["etag"].as_str())?;
        if found.state == "DESTROYED" {
            return Err(Refusal(400, "FAILED_PRECONDITION", "it is destroyed".to_owned()));
        }
        let etag = self.etag();
        let versions = &mut self.kept.get_mut(secret).expect("it was just found").versions;
        let kept = &mut versions[number - 1];
        kept.etag = etag;
        match verb {
            "enable" => kept.state = "ENABLED",
            "disable" => kept.state = "DISABLED",
            _ => (kept.state, kept.data, kept.destroyed) = ("DESTROYED", Vec::new(), Some(now())),
        }
        Ok(version_written(secret, number, kept))
    }
}

fn replication() -> Map<String, Value> {
    Map::from_iter([("replication".to_owned(), json!({"automatic": {}}))])
}

fn quoted(etag: u64) -> String {
    format!("\"{etag:x}\"")
}

fn etag_fits(etag: u64, told: Option<&str>) -> Result<(), Refusal> {
    match told {
        Some(told) if !told.is_empty() && told != quoted(etag) => {
            Err(Refusal(400, "FAILED_PRECONDITION", "The etag does not match.".to_owned()))
        }
        _ => Ok(()),
    }
}

/// Labels, if they are such by the grammar of Google's labels.
fn labels(value: &Value) -> Result<BTreeMap<String, String>, Refusal> {
    let fits = |text: &str| {
        text.len() <= 63 && text.chars().all(|sign| matches!(sign, '-' | '_' | '0'..='9') || sign.is_lowercase())
    };
    let mut labels = BTreeMap::new();
    for (key, value) in value.as_object().into_iter().flatten() {
        let value = value.as_str().filter(|value| fits(value)).ok_or_else(|| invalid("label"))?;
        if !fits(key) || !key.starts_with(char::is_lowercase) {
            return Err(invalid("label"));
        }
        labels.insert(key.clone(), value.to_owned());
    }
    if labels.len() > 64 { Err(invalid("labels")) } else { Ok(labels) }
}

/// Whether a secret fits a filter: `labels.env=prod` or `name:part`. Any other filter lets all through.
fn fits(filter: &str, name: &str, secret: &Secret) -> bool {
    match (filter.strip_prefix("labels.").and_then(|rest| rest.split_once('=')), filter.strip_prefix("name:")) {
        (Some((key, value)), _) => secret.labels.get(key).is_some_and(|own| own == value.trim_matches('"')),
        (None, Some(part)) => name.rsplit('/').next().is_some_and(|id| id.contains(part)),
        (None, None) => true,
    }
}

fn written(name: &str, secret: &Secret) -> Value {
    let mut object = secret.other.clone();
    object.insert("name".to_owned(), name.into());
    object.insert("createTime".to_owned(), secret.created.clone().into());
    object.insert("etag".to_owned(), quoted(secret.etag).into());
    if !secret.labels.is_empty() {
        object.insert("labels".to_owned(), json!(secret.labels));
    }
    if !secret.aliases.is_empty() {
        let aliases = secret.aliases.iter().map(|(alias, number)| (alias.clone(), number.to_string().into()));
        object.insert("versionAliases".to_owned(), Value::Object(aliases.collect()));
    }
    object.into()
}

fn version_written(secret: &str, number: usize, version: &Version) -> Value {
    let mut object = json!({
        "name": format!("{secret}/versions/{number}"),
        "createTime": version.created,
        "state": version.state,
        "etag": quoted(version.etag),
    });
    if !secret.contains("/locations/") {
        object["replicationStatus"] = json!({"automatic": {}});
    }
    if version.has_checksum {
        object["clientSpecifiedPayloadChecksum"] = true.into();
    }
    if let Some(destroyed) = &version.destroyed {
        object["destroyTime"] = destroyed.clone().into();
    }
    object
}
