//! `envcheck generate env` as a developer runs it: what is written, what `check` says of it then, and what is left alone.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

fn run(folder: &Path, program: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(program);
    for name in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_PREFIX"] {
        command.env_remove(name);
    }
    command.current_dir(folder).args(arguments).stdin(Stdio::null()).output().unwrap()
}

fn envcheck(folder: &Path, arguments: &[&str]) -> Output {
    run(folder, env!("CARGO_BIN_EXE_envcheck"), arguments)
}

fn git(folder: &Path, arguments: &[&str]) {
    let output = run(folder, "git", arguments);
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A repository of git with these files.
fn repository(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    git(folder.path(), &["init", "--quiet"]);
    folder
}

fn copied(from: &Path) -> TempDir {
    let to = tempfile::tempdir().unwrap();
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry.unwrap();
        let target = to.path().join(entry.path().strip_prefix(from).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir_all(&target).unwrap();
        } else {
            fs::copy(entry.path(), &target).unwrap();
        }
    }
    git(to.path(), &["init", "--quiet"]);
    to
}

const SCHEMA: &str = "[server]\nKEY = { secret = true, generate = \"base64:32\" }\nPORT = { type = \"port\", example = \"8080\" }\n\
                      TOKEN = { secret = true, issued_by = \"Somebody\", link = \"https://example.com\" }\n";

const PACKAGE: &str =
    "{ \"name\": \"api\", \"scripts\": { \"start\": \"node x\" }, \"dependencies\": { \"dotenv\": \"^16.0.0\" } }\n";

fn small(more: &[(&str, &str)]) -> TempDir {
    repository(&[&[("env.schema.toml", SCHEMA), ("package.json", PACKAGE), (".gitignore", ".env*\n")], more].concat())
}

fn text(folder: &TempDir) -> String {
    fs::read_to_string(folder.path().join(".env")).unwrap()
}

/// What is to be asked for, by what was said.
fn asked(output: &Output) -> BTreeSet<String> {
    let said = stderr(output);
    let lines = said.lines().filter_map(|line| Some(line.split_once("to ask for: ")?.1.to_owned()));
    lines.flat_map(|names| names.split(", ").map(str::to_owned).collect::<Vec<_>>()).collect()
}

#[test]
fn the_five_systems_are_clean_but_for_what_is_to_be_asked_for() {
    for name in ["todox", "proxim8", "mindmirror", "ikpa", "dreamango"] {
        let folder = copied(&PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("fixtures/projects/{name}-fixed")));
        let made = envcheck(folder.path(), &["generate", "env", "--env", "development"]);
        assert!(made.status.success(), "{name}: {}", stderr(&made));
        let asked = asked(&made);
        let report = envcheck(folder.path(), &["check", "--env", "development", "--format", "json"]);
        let report: serde_json::Value = serde_json::from_slice(&report.stdout).unwrap();
        assert_eq!(report["errors"], serde_json::json!([]), "{name}");
        for finding in report["findings"].as_array().unwrap() {
            let variable = finding["variable"].as_str().unwrap_or_default();
            assert!(asked.contains(variable), "{name}: {finding:#}");
        }
        // Nothing is missing a second time.
        let again = envcheck(folder.path(), &["generate", "env", "--env", "development"]);
        let is_told = |line: &str| line.contains("nothing is missing") || line.contains("to ask for");
        assert!(stderr(&again).lines().all(is_told), "{name}: {}", stderr(&again));
        for entry in walkdir::WalkDir::new(folder.path()).into_iter().filter_map(Result::ok) {
            let made = entry.file_name().to_string_lossy().starts_with(".env")
                && !fs::read(entry.path()).is_ok_and(|_| {
                    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
                        .join(format!("fixtures/projects/{name}-fixed"))
                        .join(entry.path().strip_prefix(folder.path()).unwrap())
                        .exists()
                });
            if made {
                is_private(entry.path());
            }
        }
    }
}

#[cfg(unix)]
fn is_private(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600, "{}", path.display());
}

#[cfg(not(unix))]
fn is_private(_: &Path) {}

#[test]
fn a_file_that_is_there_keeps_every_byte() {
    for there in ["PORT=1 # mine\r\nOTHER='x y'\r\n", "\u{feff}PORT=1\nTOKEN=", "# only a comment", ""] {
        let folder = small(&[(".env", there)]);
        let output = envcheck(folder.path(), &["generate", "env"]);
        assert!(output.status.success(), "{}", stderr(&output));
        let first = text(&folder);
        assert!(first.starts_with(there), "{there:?}: {first:?}");
        let added = &first[there.len()..];
        assert!(added.contains("KEY="), "{there:?}: {first:?}");
        assert_eq!(added.contains("PORT="), !there.contains("PORT"), "{there:?}: {first:?}");
        assert!(
            !there.contains('\r') || !added.replace("\r\n", "").contains('\n'),
            "one kind of line break: {first:?}"
        );
        is_private(&folder.path().join(".env"));
        let again = envcheck(folder.path(), &["generate", "env"]);
        assert!(again.status.success() && text(&folder) == first, "{}", stderr(&again));
        assert!(!stderr(&again).contains("8080"), "no value is shown");
    }
}

#[test]
fn no_value_is_shown() {
    let folder = small(&[]);
    let output = envcheck(folder.path(), &["generate", "env"]);
    let key = text(&folder).lines().find_map(|line| line.strip_prefix("KEY=")).unwrap().to_owned();
    assert_eq!(key.len(), 44);
    assert!(output.stdout.is_empty() && !stderr(&output).contains(&key));
    assert!(
        text(&folder).contains("# To ask for, from Somebody:\n# https://example.com\n# TOKEN=\n"),
        "{}",
        text(&folder)
    );
}

#[test]
fn a_file_that_git_tracks_or_would_track_is_left_alone() {
    let folder = small(&[(".env", "PORT=1\n")]);
    git(folder.path(), &["add", "--force", ".env"]);
    let output = envcheck(folder.path(), &["generate", "env"]);
    assert!(output.status.code() == Some(2) && stderr(&output).contains("git tracks it"), "{}", stderr(&output));
    assert_eq!(text(&folder), "PORT=1\n");
    let folder = repository(&[("env.schema.toml", SCHEMA), ("package.json", PACKAGE)]);
    let output = envcheck(folder.path(), &["generate", "env"]);
    assert!(output.status.code() == Some(2) && stderr(&output).contains("does not ignore"), "{}", stderr(&output));
    assert!(!folder.path().join(".env").exists());
}

#[cfg(unix)]
#[test]
fn links_are_resolved_first() {
    use std::os::unix::fs::symlink;
    // Out of the repository.
    let outside = tempfile::tempdir().unwrap();
    let victim = outside.path().join("victim");
    fs::write(&victim, "PORT=1\n").unwrap();
    let folder = small(&[]);
    symlink(&victim, folder.path().join(".env")).unwrap();
    let output = envcheck(folder.path(), &["generate", "env"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert_eq!(fs::read_to_string(&victim).unwrap(), "PORT=1\n");
    // To a file that git tracks.
    let folder = small(&[("settings", "PORT=1\n")]);
    git(folder.path(), &["add", "settings"]);
    symlink("settings", folder.path().join(".env")).unwrap();
    let output = envcheck(folder.path(), &["generate", "env"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert_eq!(fs::read_to_string(folder.path().join("settings")).unwrap(), "PORT=1\n");
    // Nowhere.
    let folder = small(&[]);
    symlink("missing/file", folder.path().join(".env")).unwrap();
    let output = envcheck(folder.path(), &["generate", "env"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
}

#[test]
fn what_compose_gives_its_database_goes_before_a_generated_value() {
    let schema = "[server]\nDATABASE_URL = { type = \"url\", secret = true, example = \"postgres://u:p@localhost:5432/x\" }\n\
                  DB_PASSWORD = { secret = true, generate = \"password:32\" }\nDB_NAME = {}\n\
                  [[agree]]\nurl = \"DATABASE_URL\"\npassword = \"DB_PASSWORD\"\ndatabase = \"DB_NAME\"\n";
    let compose = "services:\n  db:\n    image: postgres:16\n    environment:\n      POSTGRES_USER: shop\n      \
                   POSTGRES_PASSWORD: local-pw\n      POSTGRES_DB: shop\n";
    let folder = repository(&[
        ("env.schema.toml", schema),
        ("package.json", PACKAGE),
        (".gitignore", ".env\n"),
        ("docker-compose.yml", compose),
    ]);
    let output = envcheck(folder.path(), &["generate", "env"]);
    assert!(output.status.success(), "{}", stderr(&output));
    for line in ["DB_PASSWORD=local-pw", "DB_NAME=shop", "DATABASE_URL=postgres://shop:local-pw@localhost:5432/shop"] {
        assert!(text(&folder).lines().any(|found| found == line), "{line}\n{}", text(&folder));
    }
}

#[test]
fn only_artefacts_of_envcheck_are_overwritten_and_drift_is_told() {
    let folder = small(&[("docs/env.md", "# Mine\n")]);
    let docs = |more: &[&str]| envcheck(folder.path(), &[&["generate", "docs", "--out", "docs/env.md"], more].concat());
    assert_eq!(docs(&[]).status.code(), Some(2));
    assert_eq!(docs(&["--check"]).status.code(), Some(1));
    assert_eq!(docs(&["--force"]).status.code(), Some(0));
    assert_eq!((docs(&["--check"]).status.code(), docs(&[]).status.code()), (Some(0), Some(0)));
    let changed = SCHEMA.replace("8080", "CANARY").replace("PORT", "OTHER_PORT").replace("type = \"port\", ", "");
    fs::write(folder.path().join("env.schema.toml"), changed).unwrap();
    let drift = docs(&["--check"]);
    assert_eq!(drift.status.code(), Some(1));
    let said = String::from_utf8(drift.stdout).unwrap();
    assert!(said.contains("is behind the schema") && !said.contains("CANARY"), "{said}");
    assert_eq!((docs(&[]).status.code(), docs(&["--check"]).status.code()), (Some(0), Some(0)));
}

#[test]
fn a_secret_stands_on_stdout_alone() {
    let folder = small(&[]);
    let output = envcheck(folder.path(), &["generate", "secret", "hex:32"]);
    assert!(output.status.success() && output.stderr.is_empty());
    assert!(output.stdout.len() == 64 && output.stdout.iter().all(u8::is_ascii_hexdigit), "no line break in a pipe");
    let output = envcheck(folder.path(), &["generate", "secret", "--for", "KEY"]);
    assert!(output.status.success() && output.stdout.len() == 44, "{}", stderr(&output));
    let output = envcheck(folder.path(), &["generate", "secret", "--for", "TOKEN"]);
    assert!(output.status.code() == Some(2) && stderr(&output).contains("Somebody issues it"), "{}", stderr(&output));
    let output = envcheck(folder.path(), &["generate", "secret", "hunter2-canary"]);
    assert!(output.status.code() == Some(2) && !stderr(&output).contains("canary"), "{}", stderr(&output));
    let output = envcheck(folder.path(), &["generate", "secret", "ed25519", "--public-out", "key.pub"]);
    assert!(output.status.success() && output.stderr.is_empty());
    assert!(output.stdout.starts_with(b"-----BEGIN PRIVATE KEY-----\n"));
    let public = fs::read_to_string(folder.path().join("key.pub")).unwrap();
    assert!(public.starts_with("-----BEGIN PUBLIC KEY-----\n") && public.ends_with("-----END PUBLIC KEY-----\n"));
}
