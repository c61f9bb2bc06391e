//! The store for AWS Secrets Manager: against moto, read back by AWS's own command, and against a server that says what
//! no other would say at a test's bidding. What needs moto, that command or botocore is skipped where it is absent.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fake {
    #[allow(dead_code, reason = "this takes what it needs")]
    pub(crate) mod moto;
    pub(crate) mod python;
    #[allow(dead_code, reason = "this takes what it needs")]
    pub(crate) mod server;
}

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use envcheck::fact::VersionState;
use envcheck::name::SecretName;
use envcheck::stores::http::Pace;
use envcheck::stores::{self, Address, Creation, Labels, Latest, SecretStore, StoreError};
use envcheck::value::Value;
use fake::moto::{Moto, tool};
use fake::server::{Request, Response, Server};
use serde_json::{Value as Json, json};

/// A secret half of a key, put together here so that no scanner takes it for one.
const SECRET: &str = "the-secret-half";

fn environment(given: &[(&str, &str)]) -> BTreeMap<String, String> {
    let keys = [("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", SECRET)];
    keys.iter().chain(given).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn opened(endpoint: &str, environment: &BTreeMap<String, String>) -> Result<Box<dyn SecretStore>, StoreError> {
    let pace = Pace { base: Duration::from_millis(2), cap: Duration::from_millis(10), tries: 3, ..Pace::default() };
    let own_environment = |name: &str| environment.get(name).cloned();
    let address = Address { name: "eu-west-1", endpoint: Some(endpoint), own_environment: &own_environment, pace };
    (stores::find("aws").unwrap().open)(&address)
}

fn name(text: &str) -> SecretName {
    SecretName::new(text)
}

fn readable(version: &str, value: &str) -> Latest {
    Latest::Readable { version: version.to_owned(), value: Value::new(value) }
}

impl Moto {
    /// What AWS's own command says.
    fn aws(&self, arguments: &[&str]) -> Json {
        let mut command = tool("aws").unwrap();
        for name in ["AWS_PROFILE", "AWS_SESSION_TOKEN"] {
            command.env_remove(name);
        }
        let output = command
            .envs(environment(&[("AWS_DEFAULT_REGION", "eu-west-1"), ("AWS_PAGER", "")]))
            .envs([("AWS_CONFIG_FILE", "/dev/null"), ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")])
            .args(["--endpoint-url", &self.endpoint, "--output", "json", "secretsmanager"])
            .args(arguments)
            .output()
            .unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap_or(Json::Null)
    }
}

#[test]
fn what_is_written_is_what_aws_s_own_command_reads() {
    let Some(moto) = Moto::start() else { return };
    if tool("aws").is_none() {
        return;
    }
    let store = opened(&moto.endpoint, &environment(&[])).unwrap();
    let secret = name("prod/api-key");
    assert_eq!(store.list(), Ok(Vec::new()));
    assert_eq!(store.latest(&secret), Ok(Latest::Absent));
    assert_eq!(store.versions(&secret), Ok(None));

    let labels = Labels::from([("managed-by".to_owned(), "envcheck".to_owned())]);
    assert_eq!(store.create(&secret, &labels), Ok(Creation::Made));
    assert_eq!(store.create(&secret, &Labels::new()), Ok(Creation::Existed));
    assert_eq!(store.latest(&secret), Ok(Latest::Empty));
    assert_eq!(store.versions(&secret), Ok(Some(Vec::new())));

    let mut before = String::new();
    for value in ["first", "quote \" back\\slash $HOME\n\u{1f511} \u{1} end ", &"x".repeat(65_536), "last"] {
        let version = store.add_version(&secret, &Value::new(value)).unwrap();
        assert_eq!(store.latest(&secret), Ok(readable(&version, value)));
        let read = moto.aws(&["get-secret-value", "--secret-id", "prod/api-key"]);
        assert_eq!((read["SecretString"].as_str(), read["VersionId"].as_str()), (Some(value), Some(version.as_str())));
        let versions = store.versions(&secret).unwrap().unwrap();
        assert_eq!(versions[0].number, version);
        assert!(before.is_empty() || versions[1].number == before, "{versions:?}");
        assert!(versions.iter().all(|version| version.state == VersionState::Enabled));
        before = version;
    }
    for wrong in [String::new(), "x".repeat(65_537)] {
        assert!(matches!(store.add_version(&secret, &Value::new(wrong)), Err(StoreError::Refused { .. })));
    }

    store.label(&secret, &Labels::from([("owner".to_owned(), "a b".to_owned())])).unwrap();
    let told = moto.aws(&["describe-secret", "--secret-id", "prod/api-key"]);
    let tags: BTreeMap<_, _> = told["Tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| (tag["Key"].as_str().unwrap(), tag["Value"].as_str().unwrap()))
        .collect();
    assert_eq!(tags, BTreeMap::from([("managed-by", "envcheck"), ("owner", "a b")]));
    let listed = store.list().unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!((listed[0].name.as_str(), listed[0].labels.len()), ("prod/api-key", 2));
    assert_eq!(listed[0].aliases.get("AWSCURRENT"), Some(&before));
    assert_eq!(listed[0].expires, None);
    assert_eq!(store.place().number.as_deref(), Some("123456789012"));
    assert_eq!(store.place().account.as_deref(), Some("the key in AWS_ACCESS_KEY_ID"));
}

#[test]
fn what_others_left_there_is_told_and_not_touched() {
    let Some(moto) = Moto::start() else { return };
    if tool("aws").is_none() {
        return;
    }
    let store = opened(&moto.endpoint, &environment(&[])).unwrap();
    moto.aws(&["create-secret", "--name", "bytes", "--secret-binary", "AP8="]);
    let Latest::Unusable { version } = store.latest(&name("bytes")).unwrap() else { panic!("it is no text") };
    assert_eq!(version.state, VersionState::Enabled);

    moto.aws(&["create-secret", "--name", "going", "--secret-string", "hunter2"]);
    moto.aws(&["delete-secret", "--secret-id", "going", "--recovery-window-in-days", "7"]);
    let going = name("going");
    let Latest::Unusable { version } = store.latest(&going).unwrap() else { panic!("it cannot be read") };
    assert!(version.state == VersionState::Disabled && version.destroyed_at.is_some(), "{version:?}");
    assert_eq!(store.versions(&going).unwrap().unwrap()[0].state, VersionState::Disabled);
    let is_told = |error: StoreError| matches!(&error, StoreError::Refused { reason, .. } if reason.contains("scheduled for deletion"));
    // AWS takes offence at these; moto does not at all of them, or not in every version.
    let added = store.add_version(&going, &Value::new("new"));
    assert!(added.is_ok() || is_told(added.unwrap_err()));
    let made = store.create(&going, &Labels::new());
    assert!(made == Ok(Creation::Existed) || is_told(made.unwrap_err()));
    let listed = store.list().unwrap();
    let of = |wanted: &str| listed.iter().find(|secret| secret.name.as_str() == wanted).unwrap();
    assert!(of("going").expires.is_some() && of("bytes").expires.is_none());

    for number in 0..230 {
        store.create(&name(&format!("many/{number}")), &Labels::new()).unwrap();
    }
    assert_eq!(store.list().unwrap().len(), 232, "pages are read to the end");
}

#[test]
fn botocore_signs_the_same_request_alike() {
    let Some(mut python) = fake::python::with("botocore") else { return };
    let seen = Arc::new(Mutex::new(Vec::new()));
    let requests = Arc::clone(&seen);
    let server = Server::start(move |request| {
        requests.lock().unwrap().push(request.clone());
        Response::json(200, &json!({ "ARN": "", "VersionId": "1" }))
    });
    for (path, session) in [("", ""), ("/prefix/of", "token/with=signs")] {
        let store =
            opened(&format!("{}{path}", server.endpoint()), &environment(&[("AWS_SESSION_TOKEN", session)])).unwrap();
        store.add_version(&name("a/b"), &Value::new("v\u{e9}\n")).unwrap();
    }
    let seen: Vec<Json> = seen
        .lock()
        .unwrap()
        .iter()
        .map(|request| json!({ "headers": request.headers, "target": request.target, "body": String::from_utf8_lossy(&request.body) }))
        .collect();
    let script = r#"
import datetime, json, sys
import botocore.auth, botocore.awsrequest, botocore.credentials
answers = []
for seen in json.loads(sys.argv[1]):
    given = seen["headers"]
    date = datetime.datetime.strptime(given["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc)
    botocore.auth.get_current_datetime = lambda *_, **__: date
    headers = {name: given[name] for name in ("content-type", "x-amz-target", "host")}
    url = "http://" + given["host"] + seen["target"]
    request = botocore.awsrequest.AWSRequest(method="POST", url=url, data=seen["body"].encode(), headers=headers)
    credentials = botocore.credentials.Credentials("test", sys.argv[2], given.get("x-amz-security-token"))
    botocore.auth.SigV4Auth(credentials, "secretsmanager", "eu-west-1").add_auth(request)
    answers.append([request.headers["Authorization"], given["authorization"]])
print(json.dumps(answers))
"#;
    let output = python.args(["-c", script, &Json::from(seen).to_string(), SECRET]).output().unwrap();
    let answers: Vec<(String, String)> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answers.len(), 2);
    for (theirs, ours) in answers {
        assert_eq!(ours, theirs);
    }
}

/// A store before a server that answers so, and what it was asked.
fn faked(
    answer: impl Fn(usize, &Request) -> Response + Send + Sync + 'static,
) -> (Server, Box<dyn SecretStore>, Arc<Mutex<Vec<Request>>>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let requests = Arc::clone(&seen);
    let server = Server::start(move |request| {
        let mut seen = requests.lock().unwrap();
        seen.push(request.clone());
        let count = seen.len();
        drop(seen);
        answer(count, request)
    });
    let store = opened(&server.endpoint(), &environment(&[])).unwrap();
    (server, store, seen)
}

fn failure(status: u16, code: &str) -> Response {
    Response::json(status, &json!({ "__type": code, "message": "hunter2 is what you sent" }))
}

#[test]
fn a_no_is_told_in_our_own_words() {
    for (status, code, expected) in [
        (400, "AccessDeniedException", "the key in AWS_ACCESS_KEY_ID may not read `a` in eu-west-1"),
        (
            400,
            "com.amazonaws.secretsmanager#DecryptionFailure",
            "reading `a` in eu-west-1 was refused: DecryptionFailure",
        ),
        (400, "InvalidParameterException:http://x", "reading `a` in eu-west-1 was refused: InvalidParameterException"),
        (400, "hunter2 is no word", "reading `a` in eu-west-1 was refused: 400"),
        (403, "ExpiredTokenException", "the key in AWS_ACCESS_KEY_ID has expired: sign in again"),
        (403, "UnrecognizedClientException", "the key in AWS_ACCESS_KEY_ID is no key that AWS knows"),
        (400, "ThrottlingException", "reading `a` in eu-west-1 failed: too many requests"),
        (500, "InternalServiceError", "reading `a` in eu-west-1 failed: 500"),
        (200, "", "the answer to reading `a` in eu-west-1 is damaged: it is not the JSON that was expected"),
    ] {
        let (_server, store, _) = faked(move |_, _| failure(status, code));
        let error = store.latest(&name("a")).unwrap_err();
        assert_eq!(error.to_string(), expected);
        let told = format!("{error:?} {:?}", error.help());
        assert!(!told.contains("hunter2") && !told.contains(SECRET), "{told}");
        if code == "AccessDeniedException" {
            assert!(told.contains("secretsmanager:GetSecretValue") && told.contains("kms:Decrypt"), "{told}");
        }
    }
}

#[test]
fn one_write_has_one_token_however_often_it_is_made() {
    let (_server, store, seen) = faked(|count, request| match count {
        1 | 2 | 4..=6 => failure(503, "ServiceUnavailable"),
        _ => {
            let body: Json = serde_json::from_slice(&request.body).unwrap();
            Response::json(200, &json!({ "VersionId": body["ClientRequestToken"] }))
        }
    });
    let value = Value::new("hunter2");
    let first = store.add_version(&name("a"), &value).unwrap();
    let lost = store.add_version(&name("a"), &value).unwrap_err();
    assert!(matches!(lost, StoreError::Ambiguous { .. }), "{lost:?}");
    let again = store.add_version(&name("a"), &value).unwrap();
    let other = store.add_version(&name("a"), &Value::new("other")).unwrap();
    let tokens: Vec<String> = seen
        .lock()
        .unwrap()
        .iter()
        .map(|request| {
            serde_json::from_slice::<Json>(&request.body).unwrap()["ClientRequestToken"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(tokens[..3], [first.as_str(); 3]);
    assert_eq!(tokens[3..7], [again.as_str(); 4], "what may have been done is not done twice");
    assert_ne!(first, again);
    assert!(other != again && tokens[7] == other);
    assert!(tokens.iter().all(|token| token.len() == 36 && token.as_bytes()[14] == b'4'), "{tokens:?}");
}

#[test]
fn a_secret_on_its_way_out_is_never_made_anew() {
    let (_server, store, _) = faked(|_, request| match request.headers["x-amz-target"].as_str() {
        "secretsmanager.DescribeSecret" => Response::json(200, &json!({ "ARN": "x", "DeletedDate": 1_795_162_069.5 })),
        _ => failure(400, "InvalidRequestException"),
    });
    let error = store.create(&name("a"), &Labels::new()).unwrap_err();
    assert!(
        error.to_string().contains("scheduled for deletion; `aws secretsmanager restore-secret --secret-id a`"),
        "{error}"
    );
    assert!(matches!(store.latest(&name("a")), Ok(Latest::Unusable { .. })));
}

#[test]
fn a_listing_that_has_no_end_is_damaged() {
    let (_server, store, seen) =
        faked(|_, _| Response::json(200, &json!({ "SecretList": [{ "Name": "a" }], "NextToken": "same" })));
    let error = store.list().unwrap_err();
    assert!(matches!(&error, StoreError::Damaged { reason, .. } if reason.contains("leads back")), "{error:?}");
    assert_eq!(seen.lock().unwrap().len(), 2);
}

#[test]
fn a_name_that_is_none_is_refused_before_anything_is_sent() {
    let (server, store, seen) = faked(|_, _| failure(500, ""));
    for wrong in ["", "a b", "a\nb", "arn:aws:x", "\u{e9}", "a\"b", &"x".repeat(513)] {
        let name = name(wrong);
        for error in [
            store.latest(&name).unwrap_err(),
            store.versions(&name).unwrap_err(),
            store.create(&name, &Labels::new()).unwrap_err(),
            store.label(&name, &Labels::new()).unwrap_err(),
            store.add_version(&name, &Value::new("hunter2")).unwrap_err(),
        ] {
            assert!(matches!(error, StoreError::Refused { .. }) && !error.to_string().contains('\n'), "{error:?}");
        }
    }
    assert!(seen.lock().unwrap().is_empty());
    assert!(matches!(store.disable(&name("a"), "1"), Err(StoreError::Unsupported { .. })));
    let none = |_: &str| None;
    for region in ["", "eu west", "EU-WEST-1", "a.evil.com", "x/../y", "eu-west-1\r\n"] {
        let address =
            Address { name: region, endpoint: Some(&server.endpoint()), own_environment: &none, pace: Pace::default() };
        assert!(
            matches!((stores::find("aws").unwrap().open)(&address), Err(StoreError::Misconfigured(_))),
            "{region:?}"
        );
    }
}

#[test]
fn a_machine_gives_credentials_where_nothing_else_does() {
    let key = json!({ "AccessKeyId": "OFMACHINE", "SecretAccessKey": SECRET, "Token": "session" });
    let server = Server::start(move |request| match (request.method.as_str(), request.path().as_str()) {
        ("GET", "/container") if request.headers.get("authorization").map(String::as_str) == Some("given") => {
            Response::json(200, &key)
        }
        ("PUT", "/latest/api/token") => {
            Response { status: 200, headers: Vec::new(), body: b"t0ken\n".to_vec(), is_cut: false }
        }
        ("GET", path) if request.headers.get("x-aws-ec2-metadata-token").map(String::as_str) == Some("t0ken") => {
            match path {
                "/latest/meta-data/iam/security-credentials/" => {
                    Response { status: 200, headers: Vec::new(), body: b"app-role".to_vec(), is_cut: false }
                }
                "/latest/meta-data/iam/security-credentials/app-role" => Response::json(200, &key),
                _ => failure(404, ""),
            }
        }
        ("POST", "/") => {
            let is_signed = request.headers["authorization"].contains("Credential=OFMACHINE/")
                && request.headers.get("x-amz-security-token").map(String::as_str) == Some("session");
            if is_signed { Response::json(200, &json!({})) } else { failure(403, "MissingAuthenticationToken") }
        }
        _ => failure(404, ""),
    });
    let container = format!("{}/container", server.endpoint());
    for (given, who) in [
        (
            vec![
                ("AWS_CONTAINER_CREDENTIALS_FULL_URI", container.as_str()),
                ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "given"),
            ],
            "the role of the container",
        ),
        (vec![("AWS_EC2_METADATA_SERVICE_ENDPOINT", &server.endpoint())], "the role `app-role` of the instance"),
    ] {
        let given = given.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let store = opened(&server.endpoint(), &given).unwrap();
        assert_eq!(store.list(), Ok(Vec::new()));
        assert_eq!(store.place().account.as_deref(), Some(who));
    }
    let far = BTreeMap::from([("AWS_CONTAINER_CREDENTIALS_FULL_URI".to_owned(), "http://example.com/".to_owned())]);
    assert!(matches!(opened(&server.endpoint(), &far).unwrap().list(), Err(StoreError::Misconfigured(_))));
    // A server on this machine is asked without credentials where there are none.
    let error = opened(&server.endpoint(), &BTreeMap::new()).unwrap().list().unwrap_err();
    assert!(
        matches!(error, StoreError::Damaged { .. } | StoreError::Unauthenticated(_) | StoreError::Unavailable { .. }),
        "{error:?}"
    );
}

#[cfg(unix)]
#[test]
fn a_profile_gives_a_key_or_signs_in_with_aws_s_own_command() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let config = write("config", "[profile in]\nsso_session = x\n[profile out]\nrole_arn = x\n");
    let keys = write("credentials", &format!("[plain]\naws_access_key_id=PLAIN\naws_secret_access_key={SECRET}\n"));
    let command = "#!/bin/sh\n[ \"$*\" = 'configure export-credentials --format process --profile in' ] || exit 1\n\
                   [ -z \"$AWS_SECRET_ACCESS_KEY$CARGO\" ] || exit 1\n\
                   echo '{\"Version\": 1, \"AccessKeyId\": \"SIGNEDIN\", \"SecretAccessKey\": \"x\", \"SessionToken\": \"y\"}'\n";
    write("aws", command);
    let of = |profile: &str| {
        let server = Server::start(|_| Response::json(200, &json!({})));
        let environment = [
            ("AWS_PROFILE", profile),
            ("AWS_CONFIG_FILE", &config),
            ("AWS_SHARED_CREDENTIALS_FILE", &keys),
            ("PATH", folder.path().to_str().unwrap()),
        ];
        let environment = environment.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let store = opened(&server.endpoint(), &environment).unwrap();
        store.list().map(|_| store.place().account.unwrap())
    };
    assert_eq!(of("plain").unwrap(), "the profile `plain`");
    assert_eq!(of("in").unwrap(), "the profile `in`");
    assert!(matches!(of("out"), Err(StoreError::Unauthenticated(_))));
    assert!(matches!(of("none"), Err(StoreError::Misconfigured(_))));
}
