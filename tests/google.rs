//! Google Secret Manager when something goes wrong: what is tried again, what is told, and what never leaves.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fake;

use std::thread;
use std::time::Duration;

use envcheck::fact::VersionState;
use envcheck::name::SecretName;
use envcheck::stores::http::Pace;
use envcheck::stores::{self, Address, Creation, Labels, Latest, SecretStore, StoreError};
use envcheck::value::Value;

use fake::{Fake, Fault, Kind, PROJECT};

const TOKEN: (&str, &str) = ("CLOUDSDK_AUTH_ACCESS_TOKEN", "ya29.canary-token");
const CANARY: &str = "canary-value";

fn pace() -> Pace {
    Pace { base: Duration::from_millis(1), cap: Duration::from_millis(8), tries: 4, ..Pace::default() }
}

fn open_at(
    name: &str,
    endpoint: Option<&str>,
    environment: &[(&str, &str)],
    pace: Pace,
) -> Result<Box<dyn SecretStore>, StoreError> {
    let read =
        |wanted: &str| environment.iter().find(|(name, _)| *name == wanted).map(|(_, value)| (*value).to_owned());
    (stores::find("google").unwrap().open)(&Address { name, endpoint, own_environment: &read, pace })
}

fn open(fake: &Fake) -> Box<dyn SecretStore> {
    open_at(PROJECT, Some(&fake.endpoint()), &[TOKEN], pace()).unwrap()
}

fn name(text: &str) -> SecretName {
    SecretName::new(text)
}

fn labels(pairs: &[(&str, &str)]) -> Labels {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

/// The word for an error, after a look that nothing stands in it that nobody may see.
fn word(error: &StoreError) -> &'static str {
    let told = format!("{error} {error:?} {:?}", error.help());
    for secret in [TOKEN.1, CANARY, "canary", "This was asked for"] {
        assert!(!told.contains(secret), "{told}");
    }
    match error {
        StoreError::Misconfigured(_) => "misconfigured",
        StoreError::Unauthenticated(_) => "unauthenticated",
        StoreError::Denied { .. } => "denied",
        StoreError::WriteOnly(_) => "write-only",
        StoreError::Unsupported { .. } => "unsupported",
        StoreError::Refused { .. } => "refused",
        StoreError::Unavailable { .. } => "unavailable",
        StoreError::Ambiguous { .. } => "ambiguous",
        StoreError::Damaged { .. } => "damaged",
    }
}

fn short<T>(result: Result<T, StoreError>) -> &'static str {
    result.map_or_else(|error| word(&error), |_| "done")
}

/// All calls of a store on the secret `there`, by name, with the word for what came of them. `before` comes before each.
fn calls(store: &dyn SecretStore, before: impl Fn()) -> Vec<(&'static str, &'static str)> {
    let there = name("there");
    let all: [(&str, &dyn Fn() -> &'static str); 7] = [
        ("list", &|| short(store.list())),
        ("versions", &|| short(store.versions(&there))),
        ("latest", &|| short(store.latest(&there))),
        ("create", &|| short(store.create(&name("new"), &Labels::new()))),
        ("label", &|| short(store.label(&there, &labels(&[("a", "b")])))),
        ("disable", &|| short(store.disable(&there, "1"))),
        ("add", &|| short(store.add_version(&there, &Value::new(CANARY)))),
    ];
    all.map(|(name, call)| {
        before();
        (name, call())
    })
    .to_vec()
}

#[test]
fn a_passing_trouble_is_waited_out_and_an_added_version_is_never_doubled() {
    let all = ["list", "versions", "latest", "create", "label", "disable", "add"];
    let done = |but: &str, word: &'static str| all.map(|call| (call, if call == but { word } else { "done" })).to_vec();
    for (kind, expected, versions) in [
        (Kind::status(429, "RESOURCE_EXHAUSTED"), done("", ""), 3),
        (Kind::unavailable(false), done("add", "ambiguous"), 2),
        (Kind::unavailable(true), done("add", "ambiguous"), 3),
        (Kind::Cut { is_done: false }, done("add", "ambiguous"), 2),
        (Kind::Cut { is_done: true }, done("add", "ambiguous"), 3),
        (Kind::HalfJson, done("add", "ambiguous"), 3),
        (Kind::status(500, "INTERNAL"), done("add", "ambiguous"), 2),
        (Kind::status(504, "DEADLINE_EXCEEDED"), done("add", "ambiguous"), 2),
    ] {
        let fake = Fake::start();
        fake.put("there", &[], &[CANARY, CANARY]);
        let store = open(&fake);
        let outcomes = calls(&*store, || {
            fake.heal();
            fake.fault(Fault::on("/v1/", kind.clone()).times(2));
        });
        assert_eq!(outcomes, expected, "{kind:?}");
        let kept = fake.secret("there").unwrap();
        assert_eq!(kept.versions.len(), versions, "{kind:?}");
        assert_eq!(kept.states()[0], "DISABLED", "{kind:?}");
        assert_eq!(kept.labels, labels(&[("a", "b")]), "{kind:?}");
        assert!(fake.secret("new").is_some(), "{kind:?}");
    }
}

#[test]
fn a_lasting_trouble_ends_in_an_error_that_says_what_is_known() {
    for (kind, reads, writes, adds) in [
        (Kind::status(429, "RESOURCE_EXHAUSTED"), "unavailable", "unavailable", "unavailable"),
        (Kind::unavailable(false), "unavailable", "ambiguous", "ambiguous"),
        (Kind::Cut { is_done: false }, "unavailable", "ambiguous", "ambiguous"),
        // The second try to create it finds it there.
        (Kind::HalfJson, "damaged", "done", "ambiguous"),
        (Kind::status(400, "INVALID_ARGUMENT"), "refused", "refused", "refused"),
        (Kind::status(418, "not a code word: canary"), "refused", "refused", "refused"),
        (Kind::status(403, "PERMISSION_DENIED"), "denied", "denied", "denied"),
        (Kind::status(401, "UNAUTHENTICATED"), "unauthenticated", "unauthenticated", "unauthenticated"),
        (Kind::Redirect("http://192.0.2.1/canary".to_owned()), "refused", "refused", "refused"),
    ] {
        let fake = Fake::start();
        fake.put("there", &[], &[CANARY]);
        let store = open(&fake);
        fake.fault(Fault::on("/v1/", kind.clone()));
        let outcomes = calls(&*store, || {});
        // What changes a label or a version looks at it first, which is a read.
        let expected = [reads, reads, reads, writes, reads, reads, adds];
        assert_eq!(outcomes.iter().map(|(_, word)| *word).collect::<Vec<_>>(), expected, "{kind:?}");
        assert!(fake.requests().iter().all(|call| call.token.as_deref() == Some(TOKEN.1)));
    }
}

#[test]
fn a_value_with_a_wrong_checksum_is_read_again_and_not_believed() {
    let fake = Fake::start();
    fake.put("there", &[], &[CANARY]);
    let store = open(&fake);
    fake.fault(Fault::on(":access", Kind::WrongChecksum).once());
    let Ok(Latest::Readable { version, value }) = store.latest(&name("there")) else { panic!() };
    assert!(version == "1" && value.expose() == CANARY);
    fake.fault(Fault::on(":access", Kind::WrongChecksum));
    assert_eq!(short(store.latest(&name("there"))), "damaged");
    fake.fault(Fault::on(":addVersion", Kind::NoChecksum));
    assert_eq!(short(store.add_version(&name("there"), &Value::new(CANARY))), "ambiguous");
}

#[test]
fn pages_are_turned_to_their_end_and_no_further() {
    let fake = Fake::start();
    fake.page(3);
    let ids: Vec<String> = (0..10).map(|index| format!("key-{index}")).collect();
    for id in &ids {
        fake.put(id, &[("env", "prod")], &["a", "b", "c", "d", "e"]);
    }
    let store = open(&fake);
    let listed: Vec<String> = store.list().unwrap().iter().map(|secret| secret.name.to_string()).collect();
    assert_eq!(listed, ids);
    assert_eq!(fake.requests().len(), 4);
    let numbers = |versions: Vec<stores::StoredVersion>| versions.into_iter().map(|version| version.number).collect();
    let versions: Vec<String> = numbers(store.versions(&name("key-1")).unwrap().unwrap());
    assert_eq!(versions, ["5", "4", "3", "2", "1"]);

    fake.forget_requests();
    fake.fault(Fault::on("/secrets", Kind::LoopingPage));
    assert_eq!(short(store.list()), "damaged");
    assert_eq!(short(store.versions(&name("key-1"))), "damaged");
    assert!(fake.requests().len() < 10, "{}", fake.requests().len());

    // A page in the middle that fails is no end.
    fake.heal();
    fake.fault(Fault::on("/secrets", Kind::status(403, "PERMISSION_DENIED")).after(2));
    assert_eq!(short(store.list()), "denied");
}

#[test]
fn labels_of_others_stay_even_if_they_come_meanwhile() {
    let fake = Fake::start();
    fake.put("there", &[("theirs", "1")], &[]);
    let store = open(&fake);
    fake.fault(Fault::on("/secrets/there", Kind::Relabelled).method("PATCH").times(2));
    assert_eq!(store.label(&name("there"), &labels(&[("ours", "2")])), Ok(()));
    let kept = fake.secret("there").unwrap().labels;
    assert_eq!(kept, labels(&[("other-1", "1"), ("other-2", "2"), ("ours", "2"), ("theirs", "1")]));

    fake.fault(Fault::on("/secrets/there", Kind::Relabelled).method("PATCH"));
    assert_eq!(short(store.label(&name("there"), &labels(&[("more", "3")]))), "unavailable");
    assert!(!fake.secret("there").unwrap().labels.contains_key("more"));

    fake.forget_requests();
    for wrong in [("Upper", "a"), ("a", "Upper"), ("1a", "b"), ("", "b"), ("a", "b c"), ("a", &*"x".repeat(64))] {
        assert_eq!(short(store.label(&name("there"), &labels(&[wrong]))), "refused", "{wrong:?}");
        assert_eq!(short(store.create(&name("new"), &labels(&[wrong]))), "refused", "{wrong:?}");
    }
    assert_eq!(fake.requests().len(), 0);
    assert_eq!(short(store.label(&name("absent"), &labels(&[("a", "b")]))), "refused");
}

#[test]
fn what_is_created_twice_at_once_is_created_once() {
    let fake = Fake::start();
    let store = open(&fake);
    fake.fault(Fault::on("/secrets", Kind::unavailable(true)).method("POST").once());
    assert_eq!(store.create(&name("new"), &Labels::new()), Ok(Creation::Existed), "it may be anyone's");
    fake.fault(Fault::on("/secrets", Kind::unavailable(false)).method("POST").once());
    assert_eq!(store.create(&name("newer"), &Labels::new()), Ok(Creation::Made));
    let made: usize = thread::scope(|scope| {
        let workers: Vec<_> =
            (0..8).map(|_| scope.spawn(|| store.create(&name("raced"), &Labels::new()).unwrap())).collect();
        workers.into_iter().map(|worker| usize::from(worker.join().unwrap() == Creation::Made)).sum()
    });
    assert_eq!(made, 1);
}

#[test]
fn the_latest_version_is_the_latest_whatever_its_state() {
    let fake = Fake::start();
    let store = open(&fake);
    let unusable = |id: &str| match store.latest(&name(id)) {
        Ok(Latest::Unusable { version }) => (version.number, version.state),
        other => panic!("{other:?}"),
    };
    fake.put("there", &[], &["a", "b"]);
    fake.change("there", |secret| secret.versions[1].state = "DISABLED");
    assert_eq!(unusable("there"), ("2".to_owned(), VersionState::Disabled));
    fake.change("there", |secret| secret.versions[1].state = "DESTROYED");
    assert_eq!(unusable("there"), ("2".to_owned(), VersionState::Destroyed));
    assert_eq!(store.disable(&name("there"), "2"), Ok(()), "it is off already");
    fake.put("binary", &[], &["x"]);
    fake.change("binary", |secret| secret.versions[0].data = vec![0xff, 0xfe]);
    assert_eq!(unusable("binary"), ("1".to_owned(), VersionState::Enabled));
    // A version whose key in KMS is off: it is enabled, and cannot be read.
    fake.fault(Fault::on(":access", Kind::status(400, "FAILED_PRECONDITION")));
    fake.put("locked", &[], &["x"]);
    assert_eq!(short(store.latest(&name("locked"))), "refused");
    // One that was switched on between the two looks is read after all.
    fake.heal();
    fake.fault(Fault::on(":access", Kind::status(400, "FAILED_PRECONDITION")).once());
    assert!(matches!(store.latest(&name("locked")), Ok(Latest::Readable { .. })));
    for version in ["latest", "", "1/../2", "-1", "\u{661}"] {
        assert_eq!(short(store.disable(&name("there"), version)), "refused", "{version}");
    }
}

#[test]
fn a_new_secret_is_kept_where_the_address_says() {
    let fake = Fake::start();
    for (address, parent, replication) in [
        (PROJECT.to_owned(), format!("projects/{PROJECT}"), r#"{"automatic":{}}"#),
        (
            format!("{PROJECT}?replicas=europe-west1,us-central1"),
            format!("projects/{PROJECT}"),
            r#"{"userManaged":{"replicas":[{"location":"europe-west1"},{"location":"us-central1"}]}}"#,
        ),
        (format!("{PROJECT}/europe-west1"), format!("projects/{PROJECT}/locations/europe-west1"), "null"),
    ] {
        let store = open_at(&address, Some(&fake.endpoint()), &[], pace()).unwrap();
        let id = name(&format!("key-{}", replication.len()));
        assert_eq!(store.create(&id, &Labels::new()), Ok(Creation::Made), "{address}");
        let kept = fake.secret_of(&parent, id.as_str()).unwrap();
        assert_eq!(kept.other.get("replication").map_or("null".to_owned(), ToString::to_string), replication);
        let place = store.place();
        assert_eq!(
            (&*place.project, place.number, place.endpoint),
            (PROJECT, Some(fake::number(PROJECT)), fake.endpoint())
        );
    }
    // The global list does not hold the regional one.
    assert_eq!(open(&fake).list().unwrap().len(), 2);
}

#[test]
fn a_denial_says_who_may_not_do_what_and_how_to_allow_it() {
    let fake = Fake::start();
    fake.put("there", &[], &["a"]);
    let store = open(&fake);
    fake.fault(Fault::on("/v1/", Kind::status(403, "PERMISSION_DENIED")));
    let told = |result: Result<(), StoreError>| {
        let error = result.unwrap_err();
        format!("{error}\n{}\n", error.help().unwrap())
    };
    let all = [
        told(store.list().map(drop)),
        told(store.latest(&name("there")).map(drop)),
        told(store.create(&name("new"), &Labels::new()).map(drop)),
        told(store.add_version(&name("there"), &Value::new(CANARY)).map(drop)),
    ];
    snapbox::assert_data_eq!(
        all.concat(),
        snapbox::str![[r"
these credentials may not list the secrets of projects/demo-proj
it takes roles/secretmanager.viewer: `gcloud projects add-iam-policy-binding demo-proj --member=user:EMAIL --role=roles/secretmanager.viewer`; Google says the same of a project that is not there
these credentials may not read projects/demo-proj/secrets/there
it takes roles/secretmanager.secretAccessor: `gcloud secrets add-iam-policy-binding there --project=demo-proj --member=user:EMAIL --role=roles/secretmanager.secretAccessor`
these credentials may not create projects/demo-proj/secrets/new
it takes roles/secretmanager.admin: `gcloud projects add-iam-policy-binding demo-proj --member=user:EMAIL --role=roles/secretmanager.admin`; Google says the same of a project that is not there
these credentials may not add a version to projects/demo-proj/secrets/there
it takes roles/secretmanager.secretVersionAdder: `gcloud secrets add-iam-policy-binding there --project=demo-proj --member=user:EMAIL --role=roles/secretmanager.secretVersionAdder`

"]]
    );
    for (reason, help) in [
        (
            "SERVICE_DISABLED",
            "Secret Manager is off there: `gcloud services enable secretmanager.googleapis.com --project=765432`",
        ),
        (
            "USER_PROJECT_DENIED",
            "the credentials name another project to be charged, and it is not theirs to use: \
             `gcloud auth application-default set-quota-project demo-proj`",
        ),
        ("BILLING_DISABLED", "Google's word for it is `BILLING_DISABLED`"),
    ] {
        fake.heal();
        fake.fault(Fault::on("/v1/", Kind::status(403, reason)));
        assert_eq!(store.list().unwrap_err().help(), Some(help));
    }
    fake.heal();
    fake.fault(Fault::on("/v1/", Kind::status(403, "no word: canary")));
    assert!(store.list().unwrap_err().help().unwrap().starts_with("it takes roles/secretmanager.viewer"));
}

#[test]
fn a_token_that_ran_out_is_replaced_once_where_it_can_be() {
    let fake = Fake::start();
    fake.put("there", &[], &["a"]);
    fake.tokens(&["good"]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, "good\n").unwrap();
    let environment = [("CLOUDSDK_AUTH_ACCESS_TOKEN_FILE", file.to_str().unwrap())];
    let store = open_at(PROJECT, Some(&fake.endpoint()), &environment, pace()).unwrap();
    assert!(store.list().is_ok());
    fake.tokens(&["better"]);
    std::fs::write(&file, "better").unwrap();
    assert!(store.add_version(&name("there"), &Value::new("b")).is_ok(), "what was not taken was not done");
    assert_eq!(fake.secret("there").unwrap().versions.len(), 2);

    fake.forget_requests();
    fake.tokens(&["another"]);
    let error = store.list().unwrap_err();
    assert_eq!(word(&error), "unauthenticated");
    assert!(error.to_string().contains("token` is not accepted"), "{error}");
    assert_eq!(fake.requests().len(), 1, "the same token again would not be taken either");

    let error = open(&fake).list().unwrap_err();
    assert!(error.to_string().contains("`CLOUDSDK_AUTH_ACCESS_TOKEN` is not accepted"), "{error}");
    let error = open_at(PROJECT, Some(&fake.endpoint()), &[], pace()).unwrap().list().unwrap_err();
    assert_eq!(word(&error), "unauthenticated");
}

#[test]
fn tokens_and_values_never_go_to_another_machine_in_the_clear() {
    for endpoint in ["http://192.0.2.1", "http://localhost.example.com:80", "http://secretmanager.googleapis.com"] {
        assert_eq!(short(open_at(PROJECT, Some(endpoint), &[TOKEN], pace())), "misconfigured", "{endpoint}");
        let ambient = [TOKEN, ("CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER", endpoint)];
        assert_eq!(short(open_at(PROJECT, None, &ambient, pace())), "misconfigured", "{endpoint}");
    }
    for wrong in ["", "ftp://127.0.0.1", "http://user:canary@127.0.0.1", "http://127.0.0.1/?canary"] {
        assert_eq!(short(open_at(PROJECT, Some(wrong), &[TOKEN], pace())), "misconfigured", "{wrong}");
    }
}

#[test]
fn a_server_on_this_machine_is_asked_without_a_token_and_none_is_looked_for() {
    let fake = Fake::start();
    // Were they looked at, it would fail.
    let environment = [
        ("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere/credentials.json"),
        ("PATH", "/nowhere"),
        ("GCE_METADATA_HOST", "192.0.2.1"),
        ("CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER", &format!("{}/", fake.endpoint())),
    ];
    let store = open_at(PROJECT, None, &environment, pace()).unwrap();
    assert_eq!(store.list(), Ok(Vec::new()));
    assert_eq!(fake.requests()[0].token, None);
    assert_eq!(fake.requests()[0].line(), "GET /v1/projects/demo-proj/secrets");
    assert_eq!(store.place().endpoint, fake.endpoint());
}

#[test]
fn a_busy_server_is_left_alone_for_as_long_as_it_asks() {
    let fake = Fake::start();
    let store = open(&fake);
    let busy = |wait: &str| Kind::Status {
        code: 429,
        status: "RESOURCE_EXHAUSTED".to_owned(),
        is_done: false,
        retry_after: Some(wait.to_owned()),
    };
    fake.fault(Fault::on("/secrets", busy("1")).once());
    assert!(store.list().is_ok());
    let times: Vec<Duration> = fake.requests().iter().map(|call| call.time.0).collect();
    assert!(times[1] >= times[0] + Duration::from_secs(1), "{times:?}");
    fake.forget_requests();
    fake.fault(Fault::on("/secrets", busy("86400")).once());
    assert_eq!(short(store.list()), "unavailable");
    assert_eq!(fake.requests().len(), 1);
}

#[test]
fn a_quota_is_kept_by_waiting() {
    let fake = Fake::start();
    // Ten times as fast as Google's.
    fake.quota(fake::Quota::real(10));
    let store = open_at(
        PROJECT,
        Some(&fake.endpoint()),
        &[TOKEN],
        Pace { tries: 20, cap: Duration::from_millis(50), ..pace() },
    )
    .unwrap();
    thread::scope(|scope| {
        for worker in 0..4 {
            let store = &store;
            scope.spawn(move || {
                for index in 0..3 {
                    let id = name(&format!("key-{worker}-{index}"));
                    assert_eq!(store.create(&id, &Labels::new()), Ok(Creation::Made));
                    for version in ["1", "2", "3"] {
                        assert_eq!(store.add_version(&id, &Value::new(version)).as_deref(), Ok(version));
                    }
                }
            });
        }
    });
    assert_eq!(store.list().unwrap().len(), 12);
    assert!(fake.requests().iter().any(|call| call.status == 429), "or there was no quota to keep");
}
