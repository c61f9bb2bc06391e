//! The hooks of `.pre-commit-hooks.yaml` under the real pre-commit; skipped where it is not installed.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::process::{Command, Output};

fn run(folder: &Path, program: &str, arguments: &[&str]) -> Option<Output> {
    let binary = Path::new(env!("CARGO_BIN_EXE_envcheck")).parent().unwrap();
    let path = std::env::join_paths(
        std::iter::once(binary.to_owned()).chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    );
    let mut command = Command::new(program);
    command.current_dir(folder).args(arguments).env("PATH", path.unwrap());
    // Under a hook of this repository git would speak of that one.
    for name in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_PREFIX"] {
        command.env_remove(name);
    }
    command.env("PRE_COMMIT_HOME", folder.join(".git/pre-commit-home")).output().ok()
}

fn git(folder: &Path, arguments: &[&str]) {
    let identity = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"];
    let output = run(folder, "git", &[&identity, arguments].concat()).unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A repository that holds the hooks of this one.
fn hooks() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join(".pre-commit-hooks.yaml");
    std::fs::copy(manifest, folder.path().join(".pre-commit-hooks.yaml")).unwrap();
    git(folder.path(), &["init", "-q"]);
    git(folder.path(), &["add", "-A"]);
    git(folder.path(), &["commit", "-qm", "hooks"]);
    let head = run(folder.path(), "git", &["rev-parse", "HEAD"]).unwrap();
    let head = String::from_utf8(head.stdout).unwrap().trim().to_owned();
    (folder, head)
}

#[test]
fn the_hook_stops_a_commit_with_a_finding_and_no_other() {
    let somewhere = tempfile::tempdir().unwrap();
    if run(somewhere.path(), "pre-commit", &["--version"]).is_none_or(|output| !output.status.success()) {
        // The harness prints this with `--nocapture`; the word is for whoever wonders why it took no time.
        assert!(std::env::var_os("CI").is_none(), "CI installs pre-commit, so it must be there");
        return;
    }
    let (hooks, head) = hooks();
    let work = tempfile::tempdir().unwrap();
    git(work.path(), &["init", "-q"]);
    let config = format!(
        "repos:\n  - repo: {}\n    rev: {head}\n    hooks:\n      - id: envcheck-system\n",
        hooks.path().display()
    );
    std::fs::write(work.path().join(".pre-commit-config.yaml"), config).unwrap();
    let outcome = |template: Option<&str>| {
        let path = work.path().join(".env.example");
        match template {
            Some(text) => std::fs::write(&path, text).unwrap(),
            None => std::fs::remove_file(&path).unwrap(),
        }
        git(work.path(), &["add", "-A"]);
        let output = run(work.path(), "pre-commit", &["run"]).unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, text) = outcome(Some("A_URL=1\nA_URL=2\n"));
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("error[duplicate-definition]"), "{text}");
    assert_eq!(outcome(Some("A_URL=1\n")).0, 0);
    // With nothing left to check a commit is not held up.
    assert_eq!(outcome(None).0, 0);
}
