//! Tests of what is odd about env files as a store: what stays of a file, what is refused, and who may look into it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::stores::http::Pace;
use crate::syntax::dotenv::{DIALECTS, Dialect, Ending, evaluate};

/// A folder with a file `.env.local` that holds this.
fn folder(text: &str) -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join(".env.local");
    fs::write(&file, text).unwrap();
    (folder, file)
}

fn opened(file: &Path) -> Box<dyn SecretStore> {
    let own_environment = |name: &str| std::env::var_os(name).map(|value| value.into_string().unwrap());
    let name = file.to_str().unwrap();
    (STORE.open)(&Address { name, endpoint: None, own_environment: &own_environment, pace: Pace::default() }).unwrap()
}

fn add(file: &Path, name: &str, value: &str) -> Result<String, StoreError> {
    opened(file).add_version(&SecretName::new(name), &Value::new(value))
}

fn after(text: &str, name: &str, value: &str) -> String {
    let (_folder, file) = folder(text);
    add(&file, name, value).unwrap();
    fs::read_to_string(file).unwrap()
}

#[test]
fn a_line_is_replaced_where_it_stands_and_every_other_byte_is_kept() {
    for (before, now) in [
        ("", "A=new\n"),
        ("# top\n\nB=1\nA=old\nC=3\n", "# top\n\nB=1\nA=new\nC=3\n"),
        ("B=1\nA=", "B=1\nA=new"),
        ("B=1", "B=1\nA=new"),
        ("B=1\r\nA=old\r\nC=3\r\n", "B=1\r\nA=new\r\nC=3\r\n"),
        ("B=1\r\n", "B=1\r\nA=new\r\n"),
        ("\u{feff}B=1\n", "\u{feff}B=1\nA=new\n"),
        ("export A='old'\nB=2\n", "export A=new\nB=2\n"),
        ("A=old # why\nB=2\n", "# why\nA=new\nB=2\n"),
        ("#A=other\n", "#A=other\nA=new\n"),
        ("AA=1\nA=\"old\nlines\"\nB=2\n", "AA=1\nA=new\nB=2\n"),
        ("URL=http://${A}/x\n", "URL=http://${A}/x\nA=new\n"),
        ("B='x#y'\n\n\n", "B='x#y'\n\n\nA=new\n"),
    ] {
        assert_eq!(after(before, "A", "new"), now, "{before:?}");
    }
    assert_eq!(after("A=old\n", "A", "p#ss w0rd"), "A='p#ss w0rd'\n");
    assert_eq!(after("A=old\n", "A", "it's"), "A=\"it's\"\n");
}

#[test]
fn what_cannot_be_written_so_that_all_read_it_changes_nothing() {
    for (text, name, value, reason) in [
        ("A=old\n", "A", "a$HOME", "no way to write the value"),
        ("A=old\n", "A", "a\nb", "no way to write the value"),
        ("A=old\nA=older\n", "A", "new", "more than once"),
        ("A=old\n", "A", "", "no value"),
        ("A=old\n", "B-C", "new", "cannot be the name"),
        ("A=old\n", "B\nC", "new", "cannot be the name"),
    ] {
        let (_folder, file) = folder(text);
        let error = add(&file, name, value).unwrap_err();
        assert!(matches!(error, StoreError::Refused { .. }) && error.to_string().contains(reason), "{error}");
        assert!(value.is_empty() || !error.to_string().contains(value), "{error}");
        assert_eq!(fs::read_to_string(&file).unwrap(), text);
    }
    let (_folder, file) = folder("");
    assert!(add(&file, "A", &"x".repeat((64 << 10) + 1)).unwrap_err().to_string().contains("64 KiB"));
    assert!(add(&file, "A", &"x".repeat(64 << 10)).is_ok());
}

#[test]
fn a_value_is_read_where_most_loaders_agree() {
    let (_folder, file) = folder("A=1\nB=\nC='x y' # z\nD=a$HOME\nPEM=\"-----\nAAA=\n-----\"\n");
    let store = opened(&file);
    let latest = |name: &str| store.latest(&SecretName::new(name)).unwrap();
    let readable = |value: &str| Latest::Readable { version: "1".to_owned(), value: Value::new(value) };
    assert_eq!(latest("A"), readable("1"));
    assert_eq!(latest("B"), Latest::Empty);
    assert_eq!(latest("C"), readable("x y"));
    assert!(matches!(latest("D"), Latest::Unusable { .. }));
    assert_eq!(latest("E"), Latest::Absent);
    // A line inside a value is nobody's name, and may be a piece of a secret.
    assert_eq!(latest("AAA"), Latest::Absent);
    let names: Vec<_> = store.list().unwrap().into_iter().map(|secret| secret.name.to_string()).collect();
    assert_eq!(names, ["A", "B", "C", "D", "PEM"]);
}

#[test]
fn what_is_created_stands_in_the_file_when_it_has_a_value() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("new.env");
    let store = opened(&file);
    let name = SecretName::new("A");
    assert_eq!(store.list(), Ok(Vec::new()));
    assert_eq!(store.create(&name, &Labels::new()), Ok(Creation::Made));
    assert_eq!(store.create(&name, &Labels::new()), Ok(Creation::Existed));
    assert_eq!(store.latest(&name), Ok(Latest::Empty));
    assert_eq!(store.list().unwrap().len(), 1);
    assert!(!file.exists());
    assert_eq!(store.add_version(&name, &Value::new("v")), Ok("1".to_owned()));
    assert_eq!(fs::read_to_string(&file).unwrap(), "A=v\n");
    assert_eq!(store.create(&name, &Labels::new()), Ok(Creation::Existed));
}

#[test]
fn threads_and_other_openings_lose_no_line_of_each_other() {
    let (_folder, file) = folder("# kept\n");
    let (one, other) = (opened(&file), opened(&file));
    std::thread::scope(|scope| {
        for number in 0..12 {
            let store = if number % 2 == 0 { &one } else { &other };
            scope.spawn(move || {
                let name = SecretName::new(&format!("V{number}"));
                store.add_version(&name, &Value::new(number.to_string())).unwrap();
            });
        }
    });
    let text = fs::read_to_string(&file).unwrap();
    let mut lines: Vec<_> = text.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines.len(), 13, "{text}");
    assert_eq!(fs::read_dir(file.parent().unwrap()).unwrap().count(), 1, "nothing is left beside the file");
}

#[cfg(unix)]
#[test]
fn the_file_is_for_its_owner_alone_and_links_lead_to_it() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let (folder, file) = folder("A=1\n");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    for (before, now) in [(0o644, 0o600), (0o400, 0o400), (0o600, 0o600)] {
        fs::set_permissions(&file, fs::Permissions::from_mode(before)).unwrap();
        add(&file, "A", "2").unwrap();
        assert_eq!(mode(&file), now);
    }
    let link = folder.path().join("link");
    symlink(".env.local", &link).unwrap();
    add(&link, "A", "3").unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(&file).unwrap(), "A=3\n");
    let fresh = folder.path().join("fresh");
    add(&fresh, "A", "1").unwrap();
    assert_eq!(mode(&fresh), 0o600);
    let broken = folder.path().join("broken");
    symlink("nowhere", &broken).unwrap();
    assert!(add(&broken, "A", "1").unwrap_err().to_string().contains("leads nowhere"));
    let round = folder.path().join("round");
    symlink("round", &round).unwrap();
    assert!(add(&round, "A", "1").is_err());
}

#[test]
fn what_is_no_file_of_a_person_is_refused() {
    let folder = TempDir::new().unwrap();
    let refused = |path: &Path, reason: &str| {
        let error = add(path, "A", "1").unwrap_err();
        assert!(error.is_of_the_store() && error.to_string().contains(reason), "{error}");
    };
    refused(folder.path(), "no regular file");
    refused(&folder.path().join("none/.env"), "lies in no folder");
    refused(Path::new("/dev/null"), "no regular file");
    #[cfg(unix)]
    {
        let pipe = folder.path().join("pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        refused(&pipe, "no regular file");
    }
    fs::create_dir(folder.path().join(".git")).unwrap();
    refused(&folder.path().join(".git/config"), "belongs to git");
    let large = folder.path().join("large");
    fs::write(&large, "#".repeat((1 << 20) + 1)).unwrap();
    assert!(opened(&large).list().unwrap_err().to_string().contains("1 MiB"));
    let binary = folder.path().join("binary");
    fs::write(&binary, b"A=\xff\n").unwrap();
    assert!(opened(&binary).list().unwrap_err().to_string().contains("UTF-8"));
    let none = |_: &str| None;
    for (name, endpoint) in [("", None), ("a", Some("http://localhost"))] {
        let address = Address { name, endpoint, own_environment: &none, pace: Pace::default() };
        assert!(matches!((STORE.open)(&address), Err(StoreError::Misconfigured(_))));
    }
}

#[test]
fn a_file_that_git_tracks_is_never_written() {
    let (folder, file) = folder("A=1\n");
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        // Under a hook of this repository git would speak of that one.
        for name in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_PREFIX"] {
            command.env_remove(name);
        }
        assert!(command.arg("-C").arg(folder.path()).args(arguments).status().unwrap().success());
    };
    git(&["init", "--quiet"]);
    assert!(matches!(add(&file, "A", "2"), Err(StoreError::Misconfigured(_))), "it would be in the next commit");
    fs::write(folder.path().join(".gitignore"), "*.local\n").unwrap();
    add(&file, "A", "2").unwrap();
    // A hook, or a monitor, of a repository must not run.
    let ran = folder.path().join("ran");
    let script = folder.path().join("monitor");
    fs::write(&script, format!("#!/bin/sh\ntouch '{}'\n", ran.display())).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    }
    git(&["add", "--force", ".env.local"]);
    git(&["config", "core.fsmonitor", script.to_str().unwrap()]);
    let error = add(&file, "A", "3").unwrap_err();
    assert!(error.is_of_the_store() && error.to_string().contains("tracked by git"), "{error}");
    assert_eq!(fs::read_to_string(&file).unwrap(), "A=2\n");
    assert!(!ran.exists());
    // A name that git would take for a pattern is itself.
    add(&folder.path().join("*.local"), "A", "4").unwrap();
    // Reading it harms nobody.
    assert_eq!(opened(&file).list().unwrap().len(), 1);
    // Without git nobody knows.
    let none = |_: &str| None;
    let store = (STORE.open)(&Address {
        name: file.to_str().unwrap(),
        endpoint: None,
        own_environment: &none,
        pace: Pace::default(),
    })
    .unwrap();
    let error = store.add_version(&SecretName::new("A"), &Value::new("5")).unwrap_err();
    assert!(error.to_string().contains("could not be asked"), "{error}");
}

#[test]
fn it_says_what_it_cannot_do() {
    let (_folder, file) = folder("A=1\n");
    let store = opened(&file);
    let name = SecretName::new("A");
    assert_eq!(store.disable(&name, "1").unwrap_err().to_string(), "dotenv cannot switch a version off");
    assert_eq!(store.label(&name, &Labels::new()).unwrap_err().to_string(), "dotenv cannot keep labels");
    assert!(!store.limits().keeps_versions);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_loader_that_read_the_file_reads_anything_else_than_before(
        lines in proptest::collection::vec("(export )?[AB]=['\"]?[a-z #$\\\\]{0,4}['\"]?( # c)?|#.?|", 0..5),
        end in "\r?\n",
        value in "[a-z='\"# $]{1,6}",
    ) {
        let text = lines.join(&end);
        let Ok(new) = edit::set(&text, "A", &value) else { return Ok(()) };
        let mut readers = 0;
        for dialect in DIALECTS.iter().map(|known| known.dialect).filter(|dialect| dialect.reads_quotes()) {
            let none = BTreeMap::new();
            let (before, after) = (evaluate(&text, dialect, &none), evaluate(&new, dialect, &none));
            let is_lost = before.ending != Ending::Whole || !before.hidden.is_empty();
            if is_lost || text.contains('\r') && dialect == Dialect::Bash {
                continue;
            }
            if !before.values.contains_key("A") && text.contains("A=") {
                continue;
            }
            readers += 1;
            prop_assert!(after.values.get("A").is_some_and(|found| found.expose() == value));
            let refers = text.contains('$');
            prop_assert!(refers || before.values.get("B") == after.values.get("B"), "{dialect:?} {text:?}");
        }
        prop_assert!(readers > 0 || text.contains('A'));
    }
}
