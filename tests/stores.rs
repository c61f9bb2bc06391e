//! What every secret store keeps to, whichever it is. A new one is one more line in `KINDS`.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::unnecessary_wraps, reason = "all openers are of one type, and some need what may be absent")]

mod fake;

use std::any::Any;
use std::time::Duration;

use envcheck::fact::VersionState;
use envcheck::name::SecretName;
use envcheck::stores::http::Pace;
use envcheck::stores::{self, Address, Creation, Labels, Latest, STORES, SecretStore, StoreError};
use envcheck::value::Value;

use fake::Fake;

/// A store that is open and empty, and what can be said of it.
struct Opened {
    store: Box<dyn SecretStore>,
    /// How many calls have gone out.
    calls: Box<dyn Fn() -> usize>,
    /// What it cannot do by its nature.
    lacks: &'static [Lack],
    /// Names that it could only misunderstand.
    hostile: &'static [&'static str],
    /// What is there as long as the store is used.
    _server: Box<dyn Any>,
}

/// What a store may be unable to do by its nature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lack {
    /// A secret without a version.
    Empty,
    /// Giving a value out.
    Reading,
    /// Labels, or anything in their place.
    Labels,
    /// Versions that can be switched off.
    Disabling,
    /// Versions older than the one before the latest.
    History,
    /// Some texts. Then it refuses them; it never keeps another in their place.
    Texts,
}

/// A way to open a store that is empty; `None` where its server is not installed.
type Open = fn() -> Option<Opened>;

/// The stores: the name of each, perhaps with what is special about it behind a comma, and how it is opened.
const KINDS: &[(&str, Open)] = &[
    ("aws", aws),
    ("google", google),
    ("google, regional", google_regional),
    ("vault", vault),
    ("github", github),
    ("dotenv", dotenv),
];

const NAME: &str = "CONTRACT_KEY";

fn open(kind: &str, name: &str, endpoint: &str) -> Box<dyn SecretStore> {
    let pace = Pace { base: Duration::from_millis(1), cap: Duration::from_millis(10), ..Pace::default() };
    let address = Address { name, endpoint: Some(endpoint), own_environment: &|_| None, pace };
    (stores::find(kind).unwrap().open)(&address).unwrap()
}

fn google_at(place: &str) -> Opened {
    let fake = std::rc::Rc::new(Fake::start());
    let seen = std::rc::Rc::clone(&fake);
    Opened {
        store: open("google", place, &fake.endpoint()),
        calls: Box::new(move || seen.requests().len()),
        lacks: &[],
        hostile: &[
            "",
            "a/b",
            "../x",
            "a:access",
            "a b",
            "a?x=1",
            "a#b",
            "a%2fb",
            "\u{e9}",
            "a\r\nb",
            "a\u{202e}b",
            "a\0",
        ],
        _server: Box::new(fake),
    }
}

fn google() -> Option<Opened> {
    Some(google_at(fake::PROJECT))
}

fn google_regional() -> Option<Opened> {
    Some(google_at(&format!("{}/europe-west1", fake::PROJECT)))
}

fn aws() -> Option<Opened> {
    let moto = fake::moto::Moto::start()?;
    let pace = Pace { base: Duration::from_millis(1), cap: Duration::from_millis(10), ..Pace::default() };
    let own_environment = |name: &str| match name {
        "AWS_ACCESS_KEY_ID" => Some("test".to_owned()),
        "AWS_SECRET_ACCESS_KEY" => Some("the-secret-half".to_owned()),
        _ => None,
    };
    let address =
        Address { name: "eu-west-1", endpoint: Some(&moto.endpoint), own_environment: &own_environment, pace };
    Some(Opened {
        store: (stores::find("aws").unwrap().open)(&address).unwrap(),
        // It does not tell.
        calls: Box::new(|| 0),
        lacks: &[Lack::Disabling, Lack::History],
        hostile: &["", "a b", "a?x=1", "a#b", "a%2fb", "\u{e9}", "a\r\nb", "a\0"],
        _server: Box::new(moto),
    })
}

fn vault() -> Option<Opened> {
    let fake = std::rc::Rc::new(fake::vault::Vault::start().open());
    let seen = std::rc::Rc::clone(&fake);
    Some(Opened {
        store: open("vault", "secret/app", &fake.endpoint()),
        calls: Box::new(move || seen.requests().len()),
        lacks: &[Lack::Disabling],
        hostile: &[
            "", "/a", "a/", "a//b", "../x", "a/../b", ".", "a b", "a?x=1", "a#b", "a%2fb", "\u{e9}", "a\r\nb", "a\0",
        ],
        _server: Box::new(fake),
    })
}

fn github() -> Option<Opened> {
    let fake = std::rc::Rc::new(fake::github::GitHub::start().open());
    let seen = std::rc::Rc::clone(&fake);
    Some(Opened {
        store: open("github", "acme/shop", &fake.endpoint()),
        calls: Box::new(move || seen.requests().len()),
        lacks: &[Lack::Empty, Lack::Reading, Lack::Labels, Lack::Disabling],
        hostile: &[
            "", "a", "A/B", "../A", "A-B", "A B", "A?x=1", "A#b", "A%2fb", "\u{c9}", "A\r\nB", "A\0", "GITHUB_A",
        ],
        _server: Box::new(fake),
    })
}

fn dotenv() -> Option<Opened> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("values.env");
    let address =
        Address { name: file.to_str().unwrap(), endpoint: None, own_environment: &|_| None, pace: Pace::default() };
    Some(Opened {
        store: (stores::find("dotenv").unwrap().open)(&address).unwrap(),
        calls: Box::new(move || usize::from(file.exists())),
        lacks: &[Lack::Labels, Lack::Disabling, Lack::Texts],
        hostile: &["", "A=B", "A B", "1A", "A\nB", "#A", "\u{e9}"],
        _server: Box::new(folder),
    })
}

/// Every value that has ever come out of a store otherwise than it went in.
fn values() -> Vec<String> {
    vec![
        "plain".to_owned(),
        "with a newline at its end\n".to_owned(),
        "-----BEGIN X-----\r\nab==\r\n-----END X-----\r\n".to_owned(),
        " spaces \t around ".to_owned(),
        "\u{1f511} \u{202e}\u{feff} \u{e9}e\u{301}".to_owned(),
        "\"quotes\" 'and' \\backslashes\\ $HOME ${X} `id` %41 &amp; +/=".to_owned(),
        "\u{1}\u{7f}\u{85}".to_owned(),
        "{\"json\": [1, null]}".to_owned(),
    ]
}

fn text(value: &Value) -> &str {
    value.expose()
}

#[test]
fn every_store_keeps_the_contract() {
    for (kind, open) in KINDS {
        let Some(opened) = open() else { continue };
        let (store, name) = (&*opened.store, SecretName::new(NAME));
        let lacks = |lack| opened.lacks.contains(&lack);
        let labels = Labels::from([("managed-by".to_owned(), "envcheck".to_owned())]);

        // There is nothing.
        assert_eq!(store.list(), Ok(Vec::new()), "{kind}");
        assert_eq!(store.versions(&name), Ok(None), "{kind}");
        if !lacks(Lack::Reading) {
            assert_eq!(store.latest(&name), Ok(Latest::Absent), "{kind}");
        }

        // It is made once.
        assert_eq!(store.create(&name, &labels), Ok(Creation::Made), "{kind}");
        if !lacks(Lack::Empty) {
            let other = Labels::from([("other".to_owned(), "label".to_owned())]);
            assert_eq!(store.create(&name, &other), Ok(Creation::Existed), "{kind}");
            assert_eq!(store.latest(&name), Ok(Latest::Empty), "{kind}");
            assert_eq!(store.versions(&name), Ok(Some(Vec::new())), "{kind}");
            let kept = if lacks(Lack::Labels) { Labels::new() } else { labels.clone() };
            assert_eq!(store.list().unwrap()[0].labels, kept, "{kind}: what is there is not changed");
        }

        // Values come back as they went.
        let mut numbers = Vec::new();
        let limits = store.limits();
        for value in values().into_iter().chain(["x".repeat(limits.value_bytes.min(65_536))]) {
            let value = Value::new(value);
            match store.add_version(&name, &value) {
                Ok(number) => numbers.push(number),
                Err(StoreError::Refused { .. }) if lacks(Lack::Texts) => continue,
                Err(error) => panic!("{kind}: {error:?}"),
            }
            match store.latest(&name) {
                Ok(Latest::Readable { version, value: read }) => {
                    assert_eq!(Some(&version), numbers.last(), "{kind}");
                    assert!(text(&read) == text(&value), "{kind}: a value of {} bytes is another", text(&value).len());
                }
                Err(StoreError::WriteOnly(_)) if lacks(Lack::Reading) => {}
                other => panic!("{kind}: {other:?}"),
            }
        }
        let too_long = Value::new("x".repeat(limits.value_bytes + 1));
        assert!(matches!(store.add_version(&name, &too_long), Err(StoreError::Refused { .. })), "{kind}");

        // The newest version comes first.
        if limits.keeps_versions {
            let versions = store.versions(&name).unwrap().unwrap();
            let listed: Vec<&String> = versions.iter().map(|version| &version.number).collect();
            let kept = if lacks(Lack::History) { 2 } else { numbers.len() };
            assert_eq!(listed, numbers.iter().rev().take(kept).collect::<Vec<_>>(), "{kind}");
            assert!(versions.iter().all(|version| version.state == VersionState::Enabled), "{kind}");
        }

        // Labels are added and stay; the list shows the secret once.
        if !lacks(Lack::Labels) {
            let more = Labels::from([("envcheck-owner".to_owned(), "proxim8".to_owned())]);
            assert_eq!(store.label(&name, &more), Ok(()), "{kind}");
            assert_eq!(store.label(&name, &more), Ok(()), "{kind}: twice is once");
            let all: Labels = labels.clone().into_iter().chain(more).collect();
            assert_eq!(store.list().unwrap()[0].labels, all, "{kind}");
        }
        let listed = store.list().unwrap();
        assert_eq!(listed.iter().map(|secret| secret.name.as_str()).collect::<Vec<_>>(), [NAME], "{kind}");

        // What is switched off is not read, and the one before it is not read in its place.
        let newest = numbers.last().unwrap();
        if lacks(Lack::Disabling) {
            assert!(matches!(store.disable(&name, newest), Err(StoreError::Unsupported { .. })), "{kind}");
        } else {
            assert_eq!(store.disable(&name, newest), Ok(()), "{kind}");
            assert_eq!(store.disable(&name, newest), Ok(()), "{kind}: twice is once");
            match store.latest(&name) {
                Ok(Latest::Unusable { version }) => {
                    assert_eq!((&version.number, version.state), (newest, VersionState::Disabled), "{kind}");
                }
                other => panic!("{kind}: {other:?}"),
            }
        }
    }
}

#[test]
fn a_hostile_name_never_leaves_the_machine() {
    for (kind, open) in KINDS {
        let Some(opened) = open() else { continue };
        let (store, before) = (&*opened.store, (opened.calls)());
        assert!(!opened.hostile.is_empty(), "{kind}");
        for hostile in opened.hostile {
            let name = SecretName::new(hostile);
            let labels = Labels::new();
            let errors = [
                store.versions(&name).err(),
                store.latest(&name).err(),
                store.create(&name, &labels).err(),
                store.label(&name, &labels).err(),
                store.add_version(&name, &Value::new("hunter2")).err(),
                store.disable(&name, "1").err(),
            ];
            for (call, error) in errors.into_iter().enumerate() {
                let Some(error) = error else { panic!("{kind}: call {call} takes {hostile:?}") };
                let told = format!("{error} {error:?}");
                assert!(!error.is_of_the_store() && !told.contains("hunter2"), "{kind}: {told}");
                assert!(!error.to_string().contains(['\r', '\n', '\u{202e}', '\0']), "{kind}: {error:?}");
            }
        }
        assert_eq!((opened.calls)(), before, "{kind}: something went out");
    }
}

#[test]
fn every_store_is_held_to_the_contract() {
    for store in STORES {
        let is_here = KINDS.iter().any(|(kind, _)| kind.split(',').next() == Some(store.name));
        assert!(is_here, "{} is not tested", store.name);
    }
}
