//! The program as a user runs it: exit codes, what goes to stdout and what to stderr, and what never does.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// Stands where a value or a comment stands.
const CANARY: &str = "hunter2-canary";

/// A repository with these files, below a git work tree of its own, so that nothing above it matters.
fn repository(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join(".git")).unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text.replace("CANARY", CANARY)).unwrap();
    }
    folder
}

/// One warning of a rule that is there from the first day: an ignore of a rule that does not exist.
fn with_a_warning() -> TempDir {
    repository(&[("api/Dockerfile", "FROM scratch\n# envcheck: ignore[missing-varible] CANARY\nENV TOKEN=CANARY\n")])
}

fn envcheck(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_envcheck"));
    command.current_dir(folder).env_clear().stdin(Stdio::null());
    command
}

fn run(folder: &TempDir, arguments: &[&str]) -> Output {
    envcheck(folder.path()).args(arguments).output().unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn json(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

const ONLY: &[&str] = &["check", "--rule", "unused-ignore"];

fn only(more: &[&'static str]) -> Vec<&'static str> {
    [ONLY, more].concat()
}

#[test]
fn a_warning_fails_a_run_only_if_it_is_to() {
    let folder = with_a_warning();
    for (arguments, expected) in [
        (&[][..], 0),
        (&["--fail-on", "warning"], 1),
        (&["--fail-on", "never"], 0),
        (&["-E", "unused-ignore"], 1),
        (&["-E", "unused-ignore", "--fail-on", "never"], 0),
        (&["-A", "unused-ignore", "--fail-on", "warning"], 0),
        (&["-W", "unused-ignore", "--fail-on", "warning"], 1),
    ] {
        let output = run(&folder, &only(arguments));
        assert_eq!(code(&output), expected, "{arguments:?}\n{}{}", stdout(&output), stderr(&output));
        assert_eq!(stderr(&output), "", "{arguments:?}");
    }
}

#[test]
fn what_envcheck_cannot_do_is_exit_code_2() {
    let folder = with_a_warning();
    for (arguments, said) in [
        (&["check", "nowhere"][..], "`nowhere` does not exist"),
        (&["check", "--rule", "unused-ignor"], "did you mean `unused-ignore`?"),
        (&["check", "-W", "nonsense"], "there is no rule `nonsense`; known: "),
        (&["check", "-W", "unused-ignore", "-E", "unused-ignore"], "is given two levels"),
        (&["check", "--format", "jsn"], "did you mean `json`?"),
        (&["check", "--format", "json", "--format", "text"], "cannot both go to stdout"),
        (&["check", "--env", "nonsense"], "there is no environment `nonsense`"),
        (&["check", "--app", "nonsense"], "there is no app `nonsense`"),
        (&["check", "--listing", "production=nowhere.json"], "nowhere.json"),
        (&["check", "--config", "nowhere.toml"], "nowhere.toml"),
        (&["check", "--format", "json=nowhere/at/all.json"], "cannot be written: it does not exist"),
        (&["show", "TOKN"], "did you mean `TOKEN`?"),
        (&["explain", "nonsense"], "there is no rule `nonsense`"),
        (&["schema", "nonsense"], "there is no schema `nonsense`"),
        (&["check", "--nonsense"], "unexpected argument '--nonsense'"),
        (&["nonsense"], "unrecognized subcommand 'nonsense'"),
    ] {
        let output = run(&folder, arguments);
        assert_eq!(code(&output), 2, "{arguments:?}\n{}", stderr(&output));
        assert!(stderr(&output).contains(said), "{arguments:?} says\n{}", stderr(&output));
    }
}

#[test]
fn a_gate_cannot_pass_on_nothing() {
    let folder = repository(&[("src/main.c", "int main;\n")]);
    assert_eq!(code(&run(&folder, &[])), 2);
    assert_eq!(code(&run(&folder, &["check", "--allow-nothing"])), 0);
    let output = run(&folder, &["check", "--format", "json"]);
    assert_eq!(code(&output), 2);
    assert!(json(&output)["errors"][0]["message"].as_str().unwrap().starts_with("nothing to check"));
}

#[test]
fn stdout_is_one_whole_document_also_where_envcheck_fails() {
    let folder = with_a_warning();
    let validator = jsonschema::validator_for(&json(&run(&folder, &["schema", "report"]))).unwrap();
    for arguments in [&only(&[])[..], &["check", "nowhere"], &["check", "-E", "a", "-E", "b"], &["check", "--env", "x"]]
    {
        let output = run(&folder, &[arguments, &["--format", "json"]].concat());
        assert!(validator.is_valid(&json(&output)), "{}", stdout(&output));
        assert_eq!(json(&output)["errors"].as_array().unwrap().is_empty(), code(&output) != 2);
    }
    let usage = run(&folder, &["check", "--format", "json", "--nonsense"]);
    assert_eq!((code(&usage), stdout(&usage)), (2, String::new()));
}

#[test]
fn two_mistakes_are_told_at_once() {
    let output = run(&with_a_warning(), &["check", "-E", "one", "-A", "two", "--format", "json"]);
    assert_eq!(json(&output)["errors"].as_array().unwrap().len(), 2);
}

#[test]
fn without_a_command_the_folder_is_checked() {
    let folder = with_a_warning();
    let (alone, check) = (run(&folder, &[]), run(&folder, &["check", "."]));
    assert_eq!(stdout(&alone), stdout(&check));
    assert_eq!(code(&run(&folder, &["--rule", "unused-ignore", "--fail-on", "warning"])), 1);
}

#[test]
fn a_path_limits_what_is_reported() {
    let folder = with_a_warning();
    std::fs::create_dir(folder.path().join("web")).unwrap();
    std::fs::write(folder.path().join("envcheck.toml"), "").unwrap();
    let count = |path| json(&run(&folder, &only(&["--format", "json", path])))["findings"].as_array().unwrap().len();
    assert_eq!(count("api"), 1);
    assert_eq!(count("api/Dockerfile"), 1);
    assert_eq!(count("web"), 0);
}

#[test]
fn a_report_is_the_same_every_time_and_from_everywhere() {
    let folder = with_a_warning();
    let report = |at: &Path, path: &str| {
        let output = envcheck(at).args(only(&["--format", "concise"])).arg(path).output().unwrap();
        stdout(&output)
    };
    std::fs::write(folder.path().join("envcheck.toml"), "").unwrap();
    let here = report(folder.path(), ".");
    assert_eq!(here, "api/Dockerfile:2:2: warning[unused-ignore] an ignore names a rule that does not exist\n");
    assert_eq!(report(&folder.path().join("api"), "."), here);
    assert_eq!(report(Path::new("/"), folder.path().to_str().unwrap()), here);
}

#[test]
fn no_output_shows_a_value_or_a_comment() {
    let folder = with_a_warning();
    for arguments in [
        &only(&[])[..],
        &only(&["--format", "concise"]),
        &only(&["--format", "json"]),
        &["sources"],
        &["show", "TOKEN"],
        &["show", "TOKE"],
    ] {
        let output = run(&folder, arguments);
        let said = stdout(&output) + &stderr(&output);
        assert!(!said.is_empty() && !said.contains("hunter"), "{arguments:?}\n{said}");
    }
}

#[test]
fn a_format_can_go_to_a_file() {
    let folder = with_a_warning();
    let output = run(&folder, &only(&["--format", "json=report.json", "--format", "concise"]));
    assert!(stdout(&output).starts_with("api/Dockerfile:2:2: "));
    let written = std::fs::read(folder.path().join("report.json")).unwrap();
    assert_eq!(serde_json::from_slice::<serde_json::Value>(&written).unwrap()["summary"]["warnings"], 1);
}

#[test]
fn colours_are_for_terminals_and_for_those_who_ask() {
    let folder = with_a_warning();
    let coloured = |arguments: &[&str], variable: Option<&str>| {
        let mut command = envcheck(folder.path());
        command.args(only(&[])).args(arguments);
        if let Some(name) = variable {
            command.env(name, "1");
        }
        stdout(&command.output().unwrap()).contains('\u{1b}')
    };
    assert!(!coloured(&[], None));
    assert!(coloured(&["--color", "always"], None));
    assert!(coloured(&[], Some("CLICOLOR_FORCE")));
    assert!(!coloured(&["--color", "never"], Some("CLICOLOR_FORCE")));
    assert!(!coloured(&[], Some("NO_COLOR")));
    assert!(coloured(&["--color", "always"], Some("NO_COLOR")));
}

#[test]
fn a_reader_that_goes_away_changes_no_exit_code() {
    let folder = with_a_warning();
    for (arguments, expected) in
        [(only(&["--fail-on", "warning"]), 1), (only(&["--format", "json"]), 0), (vec!["schema", "report"], 0)]
    {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut child = envcheck(folder.path()).args(&arguments).stdout(writer).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(expected), "{arguments:?}");
        assert_eq!(said, "", "{arguments:?}");
    }
}

#[cfg(unix)]
#[test]
fn names_that_are_no_utf8_are_names_too() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    let folder = with_a_warning();
    let odd = OsStr::from_bytes(b"odd-\xff");
    for arguments in [
        vec![OsStr::new("check"), odd],
        vec![OsStr::new("check"), OsStr::new("--listing"), odd],
        vec![OsStr::new("check"), OsStr::new("--config"), odd],
        vec![OsStr::new("check"), OsStr::new("--format"), odd],
        vec![OsStr::new("check"), OsStr::new("--rule"), odd],
        vec![odd],
    ] {
        let output = envcheck(folder.path()).args(&arguments).output().unwrap();
        assert_eq!(code(&output), 2, "{arguments:?}");
        assert!(!stderr(&output).contains("internal error"), "{}", stderr(&output));
    }
    std::fs::create_dir(folder.path().join(odd)).unwrap();
    std::fs::write(folder.path().join(odd).join("Dockerfile"), "FROM x\nENV A=1\n").unwrap();
    assert_eq!(code(&envcheck(folder.path()).args(["check", "--rule", "unused-ignore"]).arg(odd).output().unwrap()), 0);
}

#[test]
fn show_names_every_place_masked() {
    let folder = with_a_warning();
    let output = run(&folder, &["show", "TOKEN"]);
    assert_eq!(stdout(&output), "TOKEN\n  given  api/Dockerfile:3:5  ENV TOKEN=••••\n");
}

#[test]
fn show_names_what_builds_and_commands_give() {
    let folder = repository(&[
        (
            "Dockerfile",
            "ARG BASE_TOKEN=a\nFROM node\nARG BUILD_TOKEN\nRUN --mount=type=secret,id=npm,env=NPM_TOKEN npm ci\nCMD [\"sh\", \"-c\", \"node . $STARTED_WITH\"]\n",
        ),
        (
            "Makefile",
            "all:\n\tdocker build --build-arg GIVEN_TOKEN=a .\n\tterraform apply -var replicas=1\n\techo WRITTEN_TOKEN=a > .env\n",
        ),
    ]);
    for (name, told) in [
        ("BASE_TOKEN", "build argument  Dockerfile:1:5"),
        ("BUILD_TOKEN", "build argument  Dockerfile:3:5"),
        ("NPM_TOKEN", "lent to a build  Dockerfile:4:5"),
        ("STARTED_WITH", "referenced  Dockerfile:5:"),
        ("GIVEN_TOKEN", "build argument  Makefile:2:"),
        ("WRITTEN_TOKEN", "written  Makefile:4:"),
    ] {
        let output = run(&folder, &["show", name]);
        assert!(stdout(&output).contains(told), "{name}: {}", stdout(&output));
    }
}

#[test]
fn sources_says_which_templates_nobody_renders() {
    let folder = repository(&[
        (".env", "A=b\n"),
        ("chart/templates/api.yaml", "apiVersion: apps/v1\nkind: Deployment\nspec:\n  {{- toYaml .Values.spec }}\n"),
        ("chart/templates/web.yaml", "apiVersion: v1\nkind: Pod\nspec:\n  {{- if .Values.web }}\n"),
        ("chart/templates/service.yaml", "apiVersion: v1\nkind: Service\nmetadata: { name: '{{ .Values.name }}' }\n"),
        ("chart/templates/_helpers.tpl", "{{ define \"x\" }}\n"),
    ]);
    let output = run(&folder, &["sources"]);
    let said = stdout(&output);
    assert_eq!(said.matches("chart/templates  templates of Helm, which nothing renders here").count(), 1, "{said}");
    assert!(!said.contains("api.yaml") && !said.contains("web.yaml") && !said.contains("_helpers"), "{said}");
    let line = said.lines().find(|line| line.contains("service.yaml")).unwrap();
    assert!(line.ends_with("a template"), "{said}");
}

#[test]
fn sources_says_what_was_read_as_what() {
    let output = run(&with_a_warning(), &["sources"]);
    let said = stdout(&output);
    let line = said.lines().find(|line| line.contains("api/Dockerfile")).unwrap();
    assert!(line.contains("dockerfile"), "{said}");
}

#[test]
fn help_and_version_are_no_errors() {
    let folder = with_a_warning();
    for argument in ["--help", "--version"] {
        let output = run(&folder, &[argument]);
        assert_eq!(code(&output), 0);
        assert!(stdout(&output).contains("envcheck"), "{}", stdout(&output));
    }
}
