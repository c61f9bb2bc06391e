//! Artefacts, judged by the programs that they are for: `terraform`, `shellcheck`, `bash`, `gcloud` against the fake
//! Secret Manager, `gh` as a stand-in, `node`, `tsc`. What is not installed is skipped.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fake;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use envcheck::generators::quote;
use fake::Fake;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;

const HOSTILE: &str = "fixtures/generate/hostile-example";

/// Text that means something in one of the languages.
const NASTY: &str = "([a-zA-Z0-9 .:/@#=;|&<>(){}\\[\\]*+?!~^,_-]|[\"'`\\\\$%]|\\$\\{|%\\{|\\$\\$\\{|\\*/|\n|\r|\t|\u{202e}|\u{200b}|\u{0}|é|🦀){0,16}";

#[expect(clippy::print_stderr, reason = "a test that is skipped must say so")]
fn skipped(program: &str) {
    // CI installs what can be installed.
    assert!(std::env::var_os("CI").is_none() || !["shellcheck"].contains(&program), "CI installs {program}");
    eprintln!("skipped: there is no {program} here");
}

/// A program by its name; one that only passes calls on to another, like those of version managers, counts too.
fn is_there(program: &str, argument: &str) -> bool {
    let found = Command::new(program).arg(argument).stdin(Stdio::null()).output();
    found.is_ok_and(|output| output.status.success())
}

fn run(folder: &Path, program: &str, arguments: &[&str], input: &str) -> Output {
    let mut command = Command::new(program);
    command.current_dir(folder).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A program that reads nothing may have ended.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn envcheck(folder: &Path, arguments: &[&str]) -> Output {
    run(folder, env!("CARGO_BIN_EXE_envcheck"), arguments, "")
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// What `generate` prints of a folder.
fn generated(arguments: &[&str], folder: &str) -> String {
    let output = envcheck(&root().join(folder), &[&["generate"], arguments].concat());
    assert!(output.status.success(), "{arguments:?} {folder}: {}", stderr(&output));
    stdout(&output)
}

const PROJECTS: [&str; 3] =
    ["fixtures/projects/proxim8-fixed", "fixtures/projects/todox-fixed", "fixtures/projects/mindmirror-fixed"];

#[test]
fn terraform_would_write_it_the_same_way() {
    if !is_there("terraform", "version") {
        return skipped("terraform");
    }
    for folder in PROJECTS.iter().chain(&[HOSTILE]) {
        let text = generated(&["terraform", "--env", "production"], folder);
        let place = tempfile::tempdir().unwrap();
        fs::write(place.path().join("main.tf"), text).unwrap();
        let output = run(place.path(), "terraform", &["fmt", "-check", "-diff", "."], "");
        assert!(output.status.success(), "{folder}: {}{}", stdout(&output), stderr(&output));
    }
}

/// Without the providers only the syntax and the names can be checked.
#[test]
fn terraform_accepts_it_where_its_providers_can_be_had() {
    if !is_there("terraform", "version") {
        return skipped("terraform");
    }
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("main.tf"), generated(&["terraform", "--env", "production"], PROJECTS[0])).unwrap();
    let init = run(place.path(), "terraform", &["init", "-backend=false", "-input=false"], "");
    if !init.status.success() {
        return skipped("registry of Terraform");
    }
    let output = run(place.path(), "terraform", &["validate"], "");
    assert!(output.status.success(), "{}", stderr(&output));
}

fn scripts() -> Vec<(String, String)> {
    let mut scripts = Vec::new();
    for folder in PROJECTS.iter().chain(&[HOSTILE]) {
        for target in ["gcloud", "github"] {
            scripts.push((format!("{target} of {folder}"), generated(&[target, "--env", "production"], folder)));
        }
    }
    scripts
}

#[test]
fn shellcheck_finds_nothing() {
    if !is_there("shellcheck", "--version") {
        return skipped("shellcheck");
    }
    for (name, text) in scripts() {
        let output = run(&root(), "shellcheck", &["--shell=bash", "-"], &text);
        assert!(output.status.success(), "{name}:\n{}", stdout(&output));
    }
}

#[test]
fn bash_reads_each_script_to_its_end() {
    for (name, text) in scripts() {
        let output = run(&root(), "bash", &["-n"], &text);
        assert!(output.status.success(), "{name}: {}", stderr(&output));
    }
}

/// Runs a script with this on stdin; the values must be in nothing that it says.
fn script(folder: &Path, path: &Path, variables: &[(&str, &str)], input: &str, values: &[&str]) -> (i32, String) {
    let mut command = Command::new("bash");
    command.arg(path).current_dir(folder).envs(variables.iter().copied());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = format!("{}{}", stdout(&output), stderr(&output));
    for value in values {
        assert!(!said.contains(value), "a value is shown");
    }
    (output.status.code().unwrap(), said)
}

#[test]
fn the_script_for_gcloud_brings_everything_once() {
    if !is_there("gcloud", "--version") {
        return skipped("gcloud");
    }
    let fake = Fake::start();
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("secrets.sh");
    fs::write(&path, generated(&["gcloud", "--env", "production"], HOSTILE)).unwrap();
    let endpoint = format!("{}/", fake.endpoint().trim_end_matches('/'));
    let config = place.path().join("gcloud");
    let variables = [
        ("CLOUDSDK_CONFIG", config.to_str().unwrap()),
        ("CLOUDSDK_CORE_DISABLE_PROMPTS", "1"),
        ("CLOUDSDK_CORE_DISABLE_USAGE_REPORTING", "1"),
        ("CLOUDSDK_AUTH_DISABLE_CREDENTIALS", "true"),
        ("CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER", endpoint.as_str()),
    ];
    let value = "$(touch pwned)`id` \"a b\" 'c' \\ *";
    // Without a value nothing is made of it, and the rest is.
    let (code, said) = script(place.path(), &path, &variables, "", &[]);
    assert_eq!(code, 1, "{said}");
    assert!(fake.secret("shop-d-issued-production").is_none(), "{said}");
    let made = fake.secret("shop-e-made-production").unwrap();
    assert_eq!(made.versions.len(), 1, "{said}");
    assert_eq!(made.labels.get("managed-by").map(String::as_str), Some("envcheck"));
    assert_eq!(made.labels.get("envcheck-owner").map(String::as_str), Some("shop"));
    let made = String::from_utf8(made.versions[0].data.clone()).unwrap();
    assert!(made.len() == 44 && made.ends_with('='), "no line break, no other form");
    // With it, by the name of the variable.
    let (code, said) = script(place.path(), &path, &variables, &format!("D_ISSUED={value}\r\n"), &[value, &made]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(fake.secret("shop-d-issued-production").unwrap().versions[0].data, value.as_bytes());
    // Once more, with another value: what is there stays.
    fake.forget_requests();
    let (code, said) =
        script(place.path(), &path, &variables, "shop-d-issued-production=another-value", &["another-value"]);
    assert_eq!(code, 0, "{said}");
    assert!(fake.requests().iter().all(|seen| seen.method == "GET"), "{:?}", fake.requests());
    // A version that somebody disabled is left alone, and told.
    fake.change("shop-d-issued-production", |secret| secret.versions[0].state = "DISABLED");
    let (code, said) = script(place.path(), &path, &variables, "", &[]);
    assert!(code == 1 && said.contains("none is enabled"), "{said}");
    // Who may not look is told so, and nothing is made.
    fake.fault(fake::Fault::on("shop-d-issued-production", fake::Kind::status(403, "PERMISSION_DENIED")));
    fake.forget_requests();
    let (code, said) = script(place.path(), &path, &variables, "D_ISSUED=x", &[]);
    assert!(code == 2 && said.contains("cannot be looked at"), "{code} {said}");
    assert!(fake.requests().iter().all(|seen| seen.method == "GET"), "{:?}", fake.requests());
    assert!(!place.path().join("pwned").exists(), "text of the schema was run");
}

/// Keeps what it is given, as GitHub would: one file for each name.
const GH: &str = r#"#!/usr/bin/env bash
set -eu
place=repository
kind=$1 verb=$2 name=${3-}
while [ $# -gt 0 ]; do
  case $1 in --env) place=$2; shift ;; esac
  shift
done
mkdir -p "kept/$place/$kind"
case $verb in
  list) ls "kept/$place/$kind" ;;
  set) cat >"kept/$place/$kind/$name" ;;
esac
"#;

#[test]
fn the_script_for_github_sets_everything_once() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("github.sh");
    fs::write(&path, generated(&["github", "--env", "production"], HOSTILE)).unwrap();
    let bin = place.path().join("bin");
    fs::create_dir(&bin).unwrap();
    fs::write(bin.join("gh"), GH).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(bin.join("gh"), fs::Permissions::from_mode(0o755)).unwrap();
    }
    let search = format!("{}:{}", bin.display(), std::env::var_os("PATH").unwrap().to_string_lossy());
    let variables = [("PATH", search.as_str())];
    let value = "$(touch pwned)`id` 'c' \\ *";
    let input = format!("D_ISSUED={value}\nB_VALUES=a=b=c\n");
    let (code, said) = script(place.path(), &path, &variables, &input, &[value]);
    assert_eq!(code, 0, "{said}");
    let kept = |path: &str| fs::read_to_string(place.path().join("kept/production").join(path)).unwrap();
    assert_eq!((kept("secret/D_ISSUED"), kept("variable/B_VALUES")), (value.to_owned(), "a=b=c".to_owned()));
    let (code, said) = script(place.path(), &path, &variables, "D_ISSUED=other\nB_VALUES=other\n", &["other"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(kept("secret/D_ISSUED"), value);
    assert!(!place.path().join("pwned").exists());
    // A value in quotes would keep them.
    fs::remove_file(place.path().join("kept/production/secret/D_ISSUED")).unwrap();
    let (code, said) = script(place.path(), &path, &variables, "D_ISSUED=\"quoted\"\n", &["quoted\""]);
    assert!(code != 0 && said.contains("stands in quotes"), "{said}");
}

#[test]
fn node_runs_the_guard() {
    if !is_there("node", "--version") {
        return skipped("node");
    }
    let place = tempfile::tempdir().unwrap();
    for (name, folder) in [("proxim8", PROJECTS[0]), ("hostile", HOSTILE)] {
        let guard = generated(&["types", "--guard"], folder);
        fs::write(place.path().join(format!("{name}.mjs")), guard).unwrap();
    }
    let test = r#"
        import { checkEnv, envProblems } from "./proxim8.mjs";
        import { envProblems as hostile } from "./hostile.mjs";
        const good = { PORT: "4000", REDIS_HOST: "redis", MONGODB_URI: "mongodb://m/x", NODE_ENV: "development" };
        const say = (env, of) => console.log(JSON.stringify(envProblems(env, of)));
        say(good, "development");
        say({ ...good, PORT: "70000", NODE_ENV: "prod", MONGODB_URI: "mysql://m/x", REDIS_HOST: "" }, "development");
        console.log(envProblems(good, "prod").length, envProblems(good, undefined).length);
        try { checkEnv({}, "test"); } catch (error) { console.log(error.message.includes("PORT is missing")); }
        console.log(hostile({ A_PLAIN: "x", B_VALUES: "\u202e", D_ISSUED: "s3cret", E_MADE: "x" }, "production").length);
        console.log(JSON.stringify(hostile({ A_PLAIN: "x", B_VALUES: "hunter2", D_ISSUED: "x" }, "x")).includes("hunter2"));
    "#;
    let output = run(place.path(), "node", &["--input-type=module", "-"], test);
    assert!(output.status.success(), "{}", stderr(&output));
    let expected = [
        "[]",
        r#"["PORT is no port","REDIS_HOST is missing","MONGODB_URI has none of the schemes mongodb, mongodb+srv","NODE_ENV is none of development, test, production"]"#,
        "8 0",
        "true",
        "0",
        "false",
    ];
    assert_eq!(stdout(&output).lines().collect::<Vec<_>>(), expected);
}

#[test]
fn typescript_takes_the_types_and_the_guard() {
    let Some(tsc) = std::env::var_os("ENVCHECK_TSC").filter(|path| Path::new(path).exists()) else {
        return skipped("tsc, which ENVCHECK_TSC names");
    };
    let place = tempfile::tempdir().unwrap();
    for (at, folder) in
        ["fixtures/projects/dreamango-fixed", "fixtures/projects/todox-fixed", HOSTILE].iter().enumerate()
    {
        let folder_of = place.path().join(at.to_string());
        fs::create_dir(&folder_of).unwrap();
        fs::write(folder_of.join("env.d.ts"), generated(&["types"], folder)).unwrap();
        fs::write(folder_of.join("guard.mjs"), generated(&["types", "--guard"], folder)).unwrap();
        let arguments = [
            "--noEmit",
            "--strict",
            "--allowJs",
            "--checkJs",
            "--target",
            "es2022",
            "--module",
            "nodenext",
            "env.d.ts",
            "guard.mjs",
        ];
        let output = run(&folder_of, tsc.to_str().unwrap(), &arguments, "");
        assert!(output.status.success(), "{folder}: {}", stdout(&output));
    }
}

/// What a text is once it is quoted and read again. A shell and a page show what is hidden in it.
fn visible(text: &str) -> String {
    envcheck::source::visible(text).into_owned()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn hcl_reads_back_what_was_quoted_and_evaluates_nothing(text in NASTY) {
        let body: hcl_edit::structure::Body = format!("a = {}\n", quote::hcl(&text)).parse().unwrap();
        let value = &body.get_attribute("a").unwrap().value;
        prop_assert_eq!(value.as_str(), Some(text.as_str()), "{:?}", value);
    }

    #[test]
    fn a_cell_of_a_table_stays_one(text in NASTY) {
        for cell in [quote::markdown(&text), quote::markdown_code(&text)] {
            let is_one_line = !cell.contains(['\n', '\r', '\u{202e}']);
            prop_assert!(is_one_line, "{}", cell);
            let bare = cell.replace("\\\\", "").replace("\\|", "").replace("\\`", "").replace("\\<", "");
            prop_assert!(!bare.contains('|') && !bare.contains('<') || cell.starts_with('`'), "{}", cell);
            prop_assert!(!cell.starts_with('`') || cell.matches('`').count() == 2 && !cell.contains('|'));
        }
    }

    #[test]
    fn comments_end_where_they_should(text in NASTY) {
        prop_assert!(!quote::javascript_comment(&text).contains("*/"));
        for line in quote::hash_comment(&text).lines() {
            prop_assert!(line.starts_with('#'), "{}", line);
        }
    }
}

#[test]
fn bash_and_node_read_back_what_was_quoted() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let strategy = proptest::string::string_regex(NASTY).unwrap();
    let texts: Vec<String> = (0..400).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect();
    let place = tempfile::tempdir().unwrap();
    let words: Vec<String> = texts.iter().map(|text| quote::shell(text)).collect();
    let output = run(place.path(), "bash", &["-s"], &format!("printf '%s\\n' {}\n", words.join(" ")));
    let expected: Vec<String> = texts.iter().map(|text| visible(text)).collect();
    assert_eq!(stdout(&output).lines().collect::<Vec<_>>(), expected);
    if !is_there("node", "--version") {
        return skipped("node");
    }
    let strings: Vec<String> = texts.iter().map(|text| quote::javascript(text)).collect();
    let output = run(place.path(), "node", &["-"], &format!("console.log(JSON.stringify([{}]))", strings.join(",")));
    assert_eq!(serde_json::from_slice::<Vec<String>>(&output.stdout).unwrap(), texts);
}
