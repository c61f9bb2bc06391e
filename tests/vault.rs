//! The store for Vault and OpenBao, against a fake that their client for Python drives too. That part is skipped where
//! `hvac` is absent.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fake {
    pub(crate) mod opening;
    pub(crate) mod python;
    #[allow(dead_code, reason = "this takes what it needs")]
    pub(crate) mod server;
    pub(crate) mod vault;
}

use envcheck::fact::VersionState;
use envcheck::name::SecretName;
use envcheck::stores::{Creation, Labels, Latest, SecretStore, StoreError};
use envcheck::value::Value;
use fake::server::Response;
use fake::vault::{TOKEN, Vault};
use serde_json::json;

fn opened_with(
    endpoint: Option<&str>,
    address: &str,
    given: &[(&str, &str)],
) -> Result<Box<dyn SecretStore>, StoreError> {
    fake::opening::open("vault", endpoint, address, given)
}

fn opened(vault: &Vault) -> Box<dyn SecretStore> {
    opened_with(Some(&vault.endpoint()), "secret/app", &[("VAULT_TOKEN", TOKEN)]).unwrap()
}

fn name(text: &str) -> SecretName {
    SecretName::new(text)
}

fn add(store: &dyn SecretStore, to: &str, value: &str) -> Result<String, StoreError> {
    store.add_version(&name(to), &Value::new(value))
}

#[test]
fn hvac_reads_what_is_written_and_is_read() {
    let Some(mut python) = fake::python::with("hvac") else { return };
    let vault = Vault::start();
    let store = opened(&vault);
    store.create(&name("OURS"), &Labels::from([("managed-by".to_owned(), "envcheck".to_owned())])).unwrap();
    add(store.as_ref(), "OURS", "first").unwrap();
    add(store.as_ref(), "OURS", "quote \" \u{1f511}\n").unwrap();
    let script = r#"
import json, sys
import hvac
kv = hvac.Client(url=sys.argv[1], token=sys.argv[2]).secrets.kv.v2
ours = kv.read_secret_version(path="app/OURS", raise_on_deleted_version=True)["data"]
about = kv.read_secret_metadata(path="app/OURS")["data"]
made = kv.create_or_update_secret(path="app/THEIRS", secret={"value": "theirs"}, cas=0)["data"]["version"]
try:
    kv.create_or_update_secret(path="app/THEIRS", secret={"value": "again"}, cas=0)
    refused = "no"
except hvac.exceptions.InvalidRequest:
    refused = "yes"
kv.update_metadata(path="app/THEIRS", custom_metadata={"a": "b"})
kv.create_or_update_secret(path="app/sub/GONE", secret={"value": "x"})
kv.delete_latest_version_of_secret(path="app/sub/GONE")
kv.create_or_update_secret(path="app/DESTROYED", secret={"value": "x"})
kv.destroy_secret_versions(path="app/DESTROYED", versions=[1])
kv.create_or_update_secret(path="app/SEVERAL", secret={"value": "x", "user": "y"})
try:
    kv.read_secret_version(path="app/sub/GONE", raise_on_deleted_version=True)
    gone = "no"
except hvac.exceptions.InvalidPath:
    gone = "yes"
keys = kv.list_secrets(path="app")["data"]["keys"]
print(json.dumps([ours["data"], ours["metadata"]["version"], about["custom_metadata"], about["current_version"],
                  sorted(about["versions"]), made, refused, gone, keys]))
"#;
    let output = python.args(["-c", script, &vault.endpoint(), TOKEN]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let expected = json!([{ "value": "quote \" \u{1f511}\n" }, 2, { "managed-by": "envcheck" }, 2, ["1", "2"], 1, "yes", "yes",
                          ["DESTROYED", "OURS", "SEVERAL", "THEIRS", "sub/"]]);
    assert_eq!(told, expected);

    let latest = |of: &str| store.latest(&name(of)).unwrap();
    assert_eq!(latest("THEIRS"), Latest::Readable { version: "1".to_owned(), value: Value::new("theirs") });
    for (of, state) in [
        ("sub/GONE", VersionState::Disabled),
        ("DESTROYED", VersionState::Destroyed),
        ("SEVERAL", VersionState::Enabled),
    ] {
        let Latest::Unusable { version } = latest(of) else { panic!("{of}") };
        assert_eq!((version.number.as_str(), version.state), ("1", state), "{of}");
    }
    let listed = store.list().unwrap();
    let listed: Vec<(&str, usize)> = listed.iter().map(|secret| (secret.name.as_str(), secret.labels.len())).collect();
    assert_eq!(listed, [("DESTROYED", 0), ("OURS", 1), ("SEVERAL", 0), ("THEIRS", 1), ("sub/GONE", 0)]);
}

#[test]
fn of_two_who_write_at_once_one_is_refused() {
    let vault = Vault::start();
    let (one, other) = (opened(&vault), opened(&vault));
    one.create(&name("A"), &Labels::new()).unwrap();
    assert_eq!(one.latest(&name("A")), Ok(Latest::Empty));
    assert_eq!(other.latest(&name("A")), Ok(Latest::Empty));
    assert_eq!(add(one.as_ref(), "A", "1"), Ok("1".to_owned()));
    let error = add(other.as_ref(), "A", "2").unwrap_err();
    assert_eq!(error.to_string(), "adding a version to `secret/app/A` was refused: CONFLICT: it has version 1 by now");
    assert_eq!(vault.entry("app/A").unwrap().versions.len(), 1);
    // It looks before it tries again.
    assert_eq!(add(other.as_ref(), "A", "2"), Ok("2".to_owned()));
    assert!(
        matches!(add(one.as_ref(), "A", "3"), Err(StoreError::Refused { reason, .. }) if reason.starts_with("CONFLICT"))
    );
}

#[test]
fn a_write_whose_answer_is_lost_is_not_made_again() {
    let vault = Vault::start();
    let store = opened(&vault);
    vault.put("app/A", json!({ "value": "old" }));
    store.latest(&name("A")).unwrap();
    vault.instead("/data/", Response::json(503, &json!({ "errors": ["hunter2"] })));
    let before = vault.requests().len();
    let error = add(store.as_ref(), "A", "new").unwrap_err();
    assert!(matches!(error, StoreError::Ambiguous { .. }), "{error:?}");
    assert_eq!(vault.requests().len(), before + 1);
    // Of a read it is asked again.
    vault.instead("/data/", Response::json(503, &json!({})));
    vault.instead("/data/", Response::json(412, &json!({})));
    assert!(matches!(store.latest(&name("A")), Ok(Latest::Readable { .. })));
    assert_eq!(add(store.as_ref(), "A", "new"), Ok("2".to_owned()));
}

#[test]
fn other_keys_of_an_entry_are_never_taken_away() {
    let vault = Vault::start();
    let store = opened(&vault);
    vault.put("app/A", json!({ "value": "v", "user": "u" }));
    vault.put("app/B", json!({ "user": "u" }));
    vault.put("app/C", json!({ "value": 1 }));
    for of in ["A", "B"] {
        let error = add(store.as_ref(), of, "new").unwrap_err();
        assert!(error.to_string().contains("other keys"), "{error}");
        assert!(matches!(store.latest(&name(of)), Ok(Latest::Unusable { .. })));
    }
    assert!(matches!(store.latest(&name("C")), Ok(Latest::Unusable { .. })), "a number is no text");
    assert!(
        matches!(add(store.as_ref(), "NONE", "new"), Err(StoreError::Refused { .. })),
        "what is not there is not made"
    );
    assert!(vault.entry("app/NONE").is_none());
}

#[test]
fn labels_are_added_to_those_that_are_there() {
    let vault = Vault::start();
    let store = opened(&vault);
    vault.change("app/A", |entry| _ = entry.labels.insert("theirs".to_owned(), json!("x")));
    let labels = Labels::from([("ours".to_owned(), "y".to_owned())]);
    assert_eq!(store.create(&name("A"), &labels), Ok(Creation::Existed));
    assert_eq!(vault.entry("app/A").unwrap().labels.len(), 1, "what is there is not changed");
    store.label(&name("A"), &labels).unwrap();
    assert_eq!(vault.entry("app/A").unwrap().labels.len(), 2);
    assert!(matches!(store.label(&name("B"), &labels), Err(StoreError::Refused { .. })));
}

#[test]
fn what_is_missing_for_it_is_said_as_a_policy_says_it() {
    let vault = Vault::start();
    let store = opened(&vault);
    vault.put("app/A", json!({ "value": "hunter2" }));
    let told = |error: StoreError| format!("{error}; {}", error.help().unwrap_or_default());
    vault.policy(&["GET sys/"]);
    let error = store.list().unwrap_err();
    assert_eq!(
        told(error),
        "the token in VAULT_TOKEN may not list `secret/app`; \
         a policy must say `path \"secret/metadata/app/\" { capabilities = [\"list\"] }`"
    );
    assert_eq!(
        told(store.latest(&name("A")).unwrap_err()),
        "the token in VAULT_TOKEN may not read `secret/app/A`; \
         a policy must say `path \"secret/data/app/A\" { capabilities = [\"read\"] }`"
    );
    vault.policy(&["GET "]);
    let error = told(add(store.as_ref(), "A", "new").unwrap_err());
    assert!(error.contains("capabilities = [\"create\", \"update\"]"), "{error}");
    let error = told(store.create(&name("B"), &Labels::new()).unwrap_err());
    assert!(error.contains("\"secret/metadata/app/B\" { capabilities = [\"create\"] }"), "{error}");

    let bad = opened_with(Some(&vault.endpoint()), "secret/app", &[("BAO_TOKEN", "hvs-hunter2")]).unwrap();
    let error = bad.list().unwrap_err();
    assert_eq!(error.to_string(), "the token in BAO_TOKEN is no good, or no longer: run `vault login`");
    assert!(error.is_of_the_store());
}

#[test]
fn a_mount_of_another_kind_is_never_written_to() {
    let vault = Vault::start();
    for (address, told) in [
        ("old/app", "`old` is no mount of KV version 2"),
        ("transit", "`transit` is no mount of KV version 2"),
        ("none/app", "the token in VAULT_TOKEN may not use the mount `none`"),
    ] {
        let store = opened_with(Some(&vault.endpoint()), address, &[("VAULT_TOKEN", TOKEN)]).unwrap();
        assert_eq!(store.create(&name("A"), &Labels::new()).unwrap_err().to_string(), told);
        assert_eq!(add(store.as_ref(), "A", "v").unwrap_err().to_string(), told);
        assert_eq!(store.list().unwrap_err().to_string(), told);
    }
    assert!(vault.requests().iter().all(|request| request.method == "GET"));
}

#[test]
fn where_it_is_and_who_asks_is_taken_from_what_its_own_command_reads() {
    let vault = Vault::start();
    let at = vault.endpoint();
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join(".vault-token"), format!("{TOKEN}\n")).unwrap();
    let home = home.path().to_str().unwrap();
    for (given, who) in [
        (vec![("VAULT_ADDR", at.as_str()), ("VAULT_TOKEN", TOKEN)], "the token in VAULT_TOKEN"),
        (
            vec![
                ("BAO_ADDR", &at),
                ("VAULT_ADDR", "https://vault.invalid"),
                ("BAO_TOKEN", TOKEN),
                ("VAULT_TOKEN", "x"),
            ],
            "the token in BAO_TOKEN",
        ),
        (vec![("VAULT_ADDR", &at), ("HOME", home)], "the token in ~/.vault-token"),
    ] {
        let store = opened_with(None, "secret", &given).unwrap();
        assert_eq!(store.list(), Ok(Vec::new()));
        let place = store.place();
        assert_eq!((place.account.as_deref(), place.project.as_str()), (Some(who), "secret"));
        assert_eq!(place.endpoint, at);
    }
    let store = opened_with(Some(&at), "secret", &[("VAULT_TOKEN", TOKEN), ("VAULT_NAMESPACE", "team/a")]).unwrap();
    store.list().unwrap();
    assert_eq!(vault.requests().last().unwrap().headers["x-vault-namespace"], "team/a");
    assert!(matches!(opened_with(None, "secret", &[]), Err(StoreError::Misconfigured(_))));
    assert!(matches!(opened_with(Some("https://vault.invalid"), "secret", &[]), Err(StoreError::Unauthenticated(_))));
    let store = opened_with(Some("http://192.0.2.1"), "secret", &[("VAULT_TOKEN", TOKEN)]).unwrap();
    assert!(matches!(store.list(), Err(StoreError::Misconfigured(_))), "no token goes over plain http");
    for address in ["", "/app", "secret//app", "secret/../x", "a b/c", "secret/a%2fb", "secret/a\nb", "sec?ret/app"] {
        assert!(matches!(opened_with(Some(&at), address, &[]), Err(StoreError::Misconfigured(_))), "{address:?}");
    }
}

#[test]
fn a_listing_that_has_no_end_is_damaged() {
    let vault = Vault::start();
    let store = opened(&vault);
    let deep: String = (0..40).map(|_| "x/").collect();
    vault.put(&format!("app/{deep}A"), json!({ "value": "v" }));
    assert!(matches!(store.list(), Err(StoreError::Damaged { .. })));
    assert!(vault.requests().len() < 40);
    let vault = Vault::start();
    let store = opened(&vault);
    vault.instead(
        "/metadata/app",
        Response::json(200, &json!({ "data": { "keys": ["../../sys", "a b", "", "/", "ok"] } })),
    );
    vault.put("app/ok", json!({ "value": "v" }));
    let listed = store.list().unwrap();
    assert_eq!(listed.iter().map(|secret| secret.name.as_str()).collect::<Vec<_>>(), ["ok"]);
}
