//! The store for the secrets of a GitHub repository, against a fake; what it seals is opened by libsodium itself, in
//! Python, where that has `nacl`.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fake {
    pub(crate) mod github;
    pub(crate) mod opening;
    pub(crate) mod python;
    #[allow(dead_code, reason = "this takes what it needs")]
    pub(crate) mod server;
}

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use envcheck::fact::VersionState;
use envcheck::name::SecretName;
use envcheck::stores::{Creation, Labels, SecretStore, StoreError};
use envcheck::value::Value;
use fake::github::{ENVIRONMENT, GitHub, REPOSITORY, TOKEN};
use fake::server::Response;
use serde_json::json;

fn opened_with(
    endpoint: Option<&str>,
    address: &str,
    given: &[(&str, &str)],
) -> Result<Box<dyn SecretStore>, StoreError> {
    fake::opening::open("github", endpoint, address, given)
}

fn opened(github: &GitHub) -> Box<dyn SecretStore> {
    opened_with(Some(&github.endpoint()), "acme/shop", &[("GH_TOKEN", TOKEN)]).unwrap()
}

fn name(text: &str) -> SecretName {
    SecretName::new(text)
}

#[test]
fn a_secret_is_set_in_a_repository_and_in_an_environment() {
    let github = GitHub::start();
    for (address, path) in [("acme/shop", REPOSITORY), ("acme/shop@production", ENVIRONMENT)] {
        let store = opened_with(Some(&github.endpoint()), address, &[("GITHUB_TOKEN", TOKEN)]).unwrap();
        let secret = name("DATABASE_URL");
        assert_eq!(store.list(), Ok(Vec::new()));
        assert_eq!(store.versions(&secret), Ok(None));
        assert_eq!(store.create(&secret, &Labels::new()), Ok(Creation::Made));
        assert_eq!(store.create(&secret, &Labels::new()), Ok(Creation::Existed));
        assert_eq!(store.versions(&secret), Ok(Some(Vec::new())));
        assert!(github.value(&format!("{path}/DATABASE_URL")).is_none(), "it is there when it has a value");
        let first = store.add_version(&secret, &Value::new("one\n\u{1f511}")).unwrap();
        assert_eq!(github.value(&format!("{path}/DATABASE_URL")).as_deref(), Some("one\n\u{1f511}"));
        let second = store.add_version(&secret, &Value::new("two")).unwrap();
        assert_ne!(first, second, "it tells when it was set");
        let versions = store.versions(&secret).unwrap().unwrap();
        assert_eq!(
            versions.iter().map(|version| (&version.number, version.state)).collect::<Vec<_>>(),
            [(&second, VersionState::Enabled)]
        );
        assert_eq!(store.latest(&secret), Err(StoreError::WriteOnly("github")));
        assert_eq!(store.list().unwrap()[0].name, secret);
        assert_eq!(store.create(&secret, &Labels::new()), Ok(Creation::Existed));
        assert_eq!(
            (store.place().project.as_str(), store.place().account.as_deref()),
            (address, Some("the token in GITHUB_TOKEN"))
        );
    }
    let sent = github.requests();
    assert!(sent.iter().all(|request| request.headers["accept"] == "application/vnd.github+json"
        && request.headers["x-github-api-version"] == "2022-11-28"
        && request.headers["user-agent"].starts_with("envcheck/")));
}

#[test]
fn libsodium_opens_what_is_sealed() {
    let Some(mut python) = fake::python::with("nacl") else { return };
    let github = GitHub::start();
    let store = opened(&github);
    let values = ["", "hunter2", "\u{1f511} \"\n", &"x".repeat(48 << 10)];
    let mut sealed = Vec::new();
    for value in values {
        store.add_version(&name("A"), &Value::new(value)).unwrap();
        let (text, _, secret) = github.sealed(&format!("{REPOSITORY}/A")).unwrap();
        sealed.push(json!([text, STANDARD.encode(secret)]));
    }
    let script = r"
import base64, json, sys
from nacl.public import PrivateKey, SealedBox
opened = []
for sealed, key in json.load(open(sys.argv[1])):
    box = SealedBox(PrivateKey(base64.b64decode(key)))
    opened.append(box.decrypt(base64.b64decode(sealed)).decode())
print(json.dumps(opened))
";
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sealed.json");
    std::fs::write(&file, json!(sealed).to_string()).unwrap();
    let output = python.args(["-c", script]).arg(&file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let opened: Vec<String> = serde_json::from_slice(&output.stdout).unwrap();
    assert!(opened == values);
}

#[test]
fn a_no_is_told_in_our_own_words() {
    let github = GitHub::start();
    let store = opened(&github);
    let told = |error: &StoreError| format!("{error}; {}", error.help().unwrap_or_default());
    github.reads_only();
    let error = store.add_version(&name("A"), &Value::new("hunter2")).unwrap_err();
    assert_eq!(
        told(&error),
        "the token in GH_TOKEN may not set secrets of acme/shop; a fine-grained token needs the repository permission \
         `Secrets: write`, a classic one the scope `repo`; GitHub says the same of what is not there"
    );
    for (address, permission) in [("acme/none", "`Secrets: read`"), ("acme/shop@none", "`Environments: read`")] {
        let store = opened_with(Some(&github.endpoint()), address, &[("GH_TOKEN", TOKEN)]).unwrap();
        for error in [
            store.list().unwrap_err(),
            store.versions(&name("A")).unwrap_err(),
            store.create(&name("A"), &Labels::new()).unwrap_err(),
            store.add_version(&name("A"), &Value::new("hunter2")).unwrap_err(),
        ] {
            assert!(matches!(error, StoreError::Denied { .. }) && told(&error).contains(permission), "{error:?}");
        }
    }
    let bad = opened_with(Some(&github.endpoint()), "acme/shop", &[("GH_TOKEN", "ghp-hunter2")]).unwrap();
    assert_eq!(bad.list().unwrap_err().to_string(), "the token in GH_TOKEN is no good, or no longer");

    let github = GitHub::start();
    let store = opened(&github);
    github.instead("PUT", Response::json(422, &json!({ "message": "hunter2" })));
    let error = store.add_version(&name("A"), &Value::new("hunter2")).unwrap_err();
    assert_eq!(error.to_string(), "setting `A` of acme/shop was refused: 422");
    let asked = || github.requests().iter().filter(|request| request.path().ends_with("public-key")).count();
    let before = asked();
    store.add_version(&name("A"), &Value::new("v")).unwrap();
    assert_eq!(asked(), before + 1, "the key may be another one by now");
}

#[test]
fn too_much_of_late_is_no_refusal_and_setting_twice_is_setting_once() {
    let github = GitHub::start();
    let store = opened(&github);
    let busy = || Response::json(403, &json!({ "message": "secondary rate limit" }));
    github.instead("PUT", busy().with("x-ratelimit-remaining", "0"));
    github.instead("PUT", busy().with("retry-after", "0"));
    store.add_version(&name("A"), &Value::new("v")).unwrap();
    github.instead("PUT", Response::json(502, &json!({})));
    store.add_version(&name("A"), &Value::new("w")).unwrap();
    assert_eq!(github.value(&format!("{REPOSITORY}/A")).as_deref(), Some("w"));
    for _ in 0..3 {
        github.instead("PUT", Response::json(502, &json!({})));
    }
    let error = store.add_version(&name("A"), &Value::new("x")).unwrap_err();
    assert!(matches!(error, StoreError::Ambiguous { .. }), "{error:?}");
    // It is set, and nothing can be told of it.
    github.instead("GET /repos/acme/shop/actions/secrets/A", Response::json(400, &json!({})));
    let error = store.add_version(&name("A"), &Value::new("y")).unwrap_err();
    assert!(matches!(error, StoreError::Ambiguous { .. }), "{error:?}");
}

#[test]
fn pages_are_read_to_the_end_and_no_further() {
    let github = GitHub::start();
    let store = opened(&github);
    for number in 0..200 {
        github.put(&format!("{REPOSITORY}/S{number:03}"));
    }
    assert_eq!(store.list().unwrap().len(), 200);
    let page: Vec<_> = (0..100).map(|number| json!({ "name": format!("S{number:03}") })).collect();
    for _ in 0..3 {
        github.instead("GET", Response::json(200, &json!({ "total_count": 100_000, "secrets": page })));
    }
    assert!(matches!(store.list(), Err(StoreError::Damaged { .. })));
    github.instead("GET", Response::json(200, &json!({ "key_id": "1", "key": "AAAA" })));
    assert!(matches!(opened(&github).versions(&name("A")), Err(StoreError::Damaged { .. })));
}

#[test]
fn what_it_cannot_do_it_says() {
    let github = GitHub::start();
    let store = opened(&github);
    assert!(matches!(store.label(&name("A"), &Labels::new()), Err(StoreError::Unsupported { .. })));
    assert!(matches!(store.disable(&name("A"), "1"), Err(StoreError::Unsupported { .. })));
    for wrong in ["a", "GITHUB_X", "1A", "A-B", "A/../B", ""] {
        assert!(
            matches!(store.add_version(&name(wrong), &Value::new("v")), Err(StoreError::Refused { .. })),
            "{wrong}"
        );
    }
    let too_long = Value::new("x".repeat((48 << 10) + 1));
    assert!(matches!(store.add_version(&name("A"), &too_long), Err(StoreError::Refused { .. })));
    assert!(github.requests().is_empty());
    let far = opened_with(Some("http://192.0.2.1"), "acme/shop", &[("GH_TOKEN", TOKEN)]).unwrap();
    assert!(matches!(far.list(), Err(StoreError::Misconfigured(_))), "no token goes over plain http");
    let none = opened_with(Some("https://github.invalid/api/v3"), "acme/shop", &[]).unwrap();
    assert!(matches!(none.list(), Err(StoreError::Unauthenticated(_))));
}

#[cfg(unix)]
#[test]
fn gh_is_asked_for_a_token_of_the_server_that_is_meant() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("gh");
    let log = folder.path().join("log");
    std::fs::write(&program, format!("#!/bin/sh\necho \"$* $GH_TOKEN\" > '{}'\necho ghp_x\n", log.display())).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = folder.path().to_str().unwrap();
    let asked = |server: &str| {
        let store = opened_with(Some(server), "acme/shop", &[("PATH", path)]).unwrap();
        let _ = store.list();
        (store.place().account, std::fs::read_to_string(&log).unwrap_or_default())
    };
    let github = GitHub::start();
    assert_eq!(asked(&github.endpoint()), (None, String::new()), "no token of a person goes to a trial unasked");
    let (who, told) = asked("https://github.invalid/api/v3");
    assert_eq!((who.as_deref(), told.as_str()), (Some("the token of `gh`"), "auth token --hostname github.invalid \n"));
}
