//! The fake Secret Manager, judged by Google's own clients: were it wrong, what is tested against it would be too.
//! And envcheck's store, judged by what they read of it. Skipped where they are not installed.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fake;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use envcheck::name::SecretName;
use envcheck::stores::http::Pace;
use envcheck::stores::{self, Address, Labels, Latest, SecretStore};
use envcheck::value::Value;
use serde_json::{Value as Json, json};
use tempfile::TempDir;

use fake::{Fake, PROJECT};

/// gcloud with a configuration of its own, in front of a fake.
struct Gcloud {
    fake: Fake,
    folder: TempDir,
}

impl Gcloud {
    fn start() -> Option<Self> {
        let gcloud = Self { fake: Fake::start(), folder: tempfile::tempdir().unwrap() };
        // The harness prints nothing here; the word is for whoever wonders why it took no time.
        gcloud.run(&["version"], "").map(|_| gcloud)
    }

    fn run(&self, arguments: &[&str], input: &str) -> Option<Output> {
        let mut command = Command::new("gcloud");
        command
            .args(arguments)
            .env("CLOUDSDK_CONFIG", self.folder.path())
            .env("CLOUDSDK_CORE_PROJECT", PROJECT)
            .env("CLOUDSDK_CORE_DISABLE_PROMPTS", "1")
            .env("CLOUDSDK_CORE_DISABLE_USAGE_REPORTING", "1")
            .env("CLOUDSDK_AUTH_DISABLE_CREDENTIALS", "true")
            .env("CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER", format!("{}/", self.fake.endpoint()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().ok()?;
        // One that fails may not read it.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        child.wait_with_output().ok()
    }

    /// What `gcloud secrets` says. It must end well.
    fn says(&self, arguments: &[&str], input: &str) -> Vec<u8> {
        let output = self.run(&[&["secrets"], arguments].concat(), input).unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    fn json(&self, arguments: &[&str]) -> Json {
        serde_json::from_slice(&self.says(&[arguments, &["--format=json"]].concat(), "")).unwrap()
    }

    /// What it says against something that cannot be.
    fn complains(&self, arguments: &[&str]) -> String {
        let output = self.run(&[&["secrets"], arguments].concat(), "").unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    fn store(&self) -> Box<dyn SecretStore> {
        store(&self.fake)
    }
}

fn store(fake: &Fake) -> Box<dyn SecretStore> {
    let endpoint = fake.endpoint();
    let address =
        Address { name: PROJECT, endpoint: Some(&endpoint), own_environment: &|_| None, pace: Pace::default() };
    (stores::find("google").unwrap().open)(&address).unwrap()
}

#[test]
fn gcloud_does_with_the_fake_whatever_it_does_with_google() {
    let Some(gcloud) = Gcloud::start() else { return };
    let key = "proxim8-api-key-prod";
    gcloud.says(&["create", key, "--replication-policy=automatic", "--labels=env=prod,managed-by=envcheck"], "");
    for value in ["one", "two\n", "three"] {
        gcloud.says(&["versions", "add", key, "--data-file=-"], value);
    }
    let uri = "proxim8-mongodb-uri";
    let places = "--locations=europe-west1,us-central1";
    gcloud.says(&["create", uri, "--replication-policy=user-managed", places, "--data-file=-"], "mongodb://h/db");

    // What it lists is what is there, under the project's number.
    let listed = gcloud.json(&["list"]);
    let number = fake::number(PROJECT);
    assert_eq!(listed[0]["name"], format!("projects/{number}/secrets/{key}"));
    assert_eq!(listed[0]["labels"], json!({"env": "prod", "managed-by": "envcheck"}));
    assert_eq!(listed[1]["replication"]["userManaged"]["replicas"][1], json!({"location": "us-central1"}));
    assert_eq!(gcloud.says(&["versions", "access", "2", &format!("--secret={key}")], ""), b"two\n");

    // Versions come and go.
    let of = format!("--secret={key}");
    let etag = gcloud.json(&["versions", "describe", "3", &of])["etag"].as_str().unwrap().to_owned();
    gcloud.says(&["versions", "disable", "3", &of, &format!("--etag={etag}")], "");
    assert!(
        gcloud.complains(&["versions", "enable", "3", &of, &format!("--etag={etag}")]).contains("FAILED_PRECONDITION")
    );
    assert!(gcloud.complains(&["versions", "access", "latest", &of]).contains("FAILED_PRECONDITION"));
    gcloud.says(&["versions", "destroy", "1", &of], "");
    let states: Vec<Json> = gcloud
        .json(&["versions", "list", key])
        .as_array()
        .unwrap()
        .iter()
        .map(|version| version["state"].clone())
        .collect();
    assert_eq!(states, ["DISABLED", "ENABLED", "DESTROYED"]);
    assert_eq!(gcloud.fake.secret(key).unwrap().states(), ["DESTROYED", "ENABLED", "DISABLED"]);

    // So do labels, aliases and secrets.
    gcloud.says(&["update", key, "--update-labels=owner=x", "--update-version-aliases=cur=2"], "");
    let described = gcloud.json(&["describe", key]);
    assert_eq!(described["labels"], json!({"env": "prod", "managed-by": "envcheck", "owner": "x"}));
    assert_eq!(described["versionAliases"], json!({"cur": "2"}));
    assert_eq!(gcloud.says(&["versions", "access", "cur", &of], ""), b"two\n");
    assert!(gcloud.complains(&["create", key, "--replication-policy=automatic"]).contains("already exists"));
    gcloud.says(&["delete", key], "");
    assert!(gcloud.complains(&["describe", key]).contains("NOT_FOUND"));
    assert!(gcloud.fake.secret(key).is_none() && gcloud.fake.secret(uri).is_some());

    let region = "--location=europe-west1";
    gcloud.says(&["create", "regional", region, "--data-file=-"], "here");
    let names = |listed: &Json| listed.as_array().unwrap().len();
    assert_eq!((names(&gcloud.json(&["list", region])), names(&gcloud.json(&["list"]))), (1, 1));
}

#[test]
fn gcloud_and_envcheck_read_what_the_other_wrote() {
    let Some(gcloud) = Gcloud::start() else { return };
    let (store, ours) = (gcloud.store(), SecretName::new("ours"));
    let labels = Labels::from([("managed-by".to_owned(), "envcheck".to_owned())]);
    store.create(&ours, &labels).unwrap();
    let value = "-----BEGIN X-----\r\n\u{1f511}==\n\t\"'\\ ";
    assert_eq!(store.add_version(&ours, &Value::new(value)).as_deref(), Ok("1"));
    assert_eq!(gcloud.says(&["versions", "access", "latest", "--secret=ours"], ""), value.as_bytes());
    assert_eq!(gcloud.json(&["list"])[0]["labels"], json!(labels));

    gcloud.says(&["create", "theirs", "--replication-policy=automatic", "--data-file=-"], value);
    let Ok(Latest::Readable { value: read, .. }) = store.latest(&SecretName::new("theirs")) else { panic!() };
    assert!(read.expose() == value);
    store.disable(&SecretName::new("theirs"), "1").unwrap();
    assert_eq!(gcloud.json(&["versions", "list", "theirs"])[0]["state"], "DISABLED");
}

#[test]
fn envcheck_checks_against_what_gcloud_lists() {
    let Some(gcloud) = Gcloud::start() else { return };
    let repository = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &[u8]| std::fs::write(repository.path().join(path), text).unwrap();
    write("env.schema.toml", b"[server]\nAPI_KEY = { secret = true }\nDB_PASSWORD = { secret = true }\n");
    let config = format!(
        "[[store]]\nkind = \"google\"\nproject = {{ production = \"{PROJECT}\" }}\n\
         secret_name = \"shop-{{name}}-{{environment}}\"\nlisting = \"{{environment}}.json\"\n"
    );
    write("envcheck.toml", config.as_bytes());
    let findings = || {
        write("production.json", &gcloud.says(&["list", "--format=json"], ""));
        let output = Command::new(env!("CARGO_BIN_EXE_envcheck"))
            .args(["check", "--format=json", "--rule=unstored-secret"])
            .env_clear()
            .current_dir(repository.path())
            .output()
            .unwrap();
        let report: Json = serde_json::from_slice(&output.stdout).unwrap();
        let findings = report["findings"].as_array().unwrap().iter();
        findings.map(|finding| finding["variable"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    gcloud.fake.put("shop-api-key-production", &[], &["x"]);
    assert_eq!(findings(), ["DB_PASSWORD"]);
    gcloud.fake.put("shop-db-password-production", &[("env", "prod")], &[]);
    assert_eq!(findings(), [""; 0]);
}

/// A Python that has Google's client: the one that a variable names, or that `.ci/run` has made.
fn python() -> Option<Command> {
    let own = concat!(env!("CARGO_MANIFEST_DIR"), "/target/tools/python/bin/python");
    let named = std::env::var_os("ENVCHECK_TEST_PYTHON");
    let program = named.unwrap_or_else(|| own.into());
    let has_it = Command::new(&program)
        .args(["-c", "import google.cloud.secretmanager"])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    // The harness prints nothing here; the word is for whoever wonders why it took no time.
    assert!(has_it || std::env::var_os("CI").is_none(), "CI installs google-cloud-secret-manager, so it must be there");
    has_it.then(|| Command::new(program))
}

#[test]
fn googles_client_for_python_does_with_the_fake_whatever_it_does_with_google() {
    let Some(mut python) = python() else { return };
    let fake = Fake::start();
    fake.put("ours", &[("managed-by", "envcheck")], &[]);
    store(&fake).add_version(&SecretName::new("ours"), &Value::new("\u{1f511}\n")).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fake/judge.py");
    let output = python.arg(script).arg(fake.endpoint().replace("http://", "")).arg(PROJECT).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let theirs = fake.secret("theirs").unwrap();
    assert_eq!(theirs.states(), ["DESTROYED", "DISABLED", "ENABLED"]);
    assert_eq!(theirs.labels, Labels::from([("env".to_owned(), "staging".to_owned())]));
    assert_eq!(theirs.aliases.get("cur"), Some(&3));
    assert!(fake.secret("gone").is_none());
}
