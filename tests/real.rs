//! envcheck's readers of env files against the real ones: the crate `dotenvy` in a child process, and npm's `dotenv`
//! and `dotenv-expand` and the `python-dotenv` of Python where their packages can be had.
//!
//! The inputs are the copied cases and lines put together at random from a fixed seed.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use envcheck::syntax::dotenv::{Dialect, Ending, evaluate};
use serde_json::Value as Json;

/// How many files are made beside the copied ones.
const MADE: usize = 300;

/// The file that the child process loads.
const JUDGED: &str = "ENVCHECK_JUDGED_FILE";
/// What its answer begins with, among what the test harness prints.
const ANSWER: &str = "judged: ";

/// The child process: loads a file with the crate, which changes the environment, and prints what that set.
#[test]
#[ignore = "it is the child process of the test below"]
#[expect(clippy::print_stdout, clippy::disallowed_methods, reason = "its environment is the answer")]
fn the_crate_loads_a_file() {
    let Some(path) = std::env::var_os(JUDGED) else { return };
    let before: BTreeMap<String, String> = std::env::vars().collect();
    let error = dotenvy::from_path(Path::new(&path)).is_err();
    let set: BTreeMap<String, String> =
        std::env::vars().filter(|(name, value)| before.get(name) != Some(value)).collect();
    println!("\n{ANSWER}{}", serde_json::json!({ "error": error, "set": set }));
}

#[test]
fn dotenvy_reads_what_we_say_it_reads() {
    let judge = std::env::current_exe().expect("a test has a program");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut wrong = Vec::new();
    for (index, input) in inputs().iter().enumerate() {
        // The crate panics there, and so tells nothing.
        if input.contains('\0') {
            continue;
        }
        let path = folder.path().join(format!("{index}.env"));
        std::fs::write(&path, input).expect("a file");
        let mut child = Command::new(&judge);
        child.args(["--exact", "the_crate_loads_a_file", "--ignored", "--nocapture"]).env_clear().env(JUDGED, &path);
        let output = child.output().expect("the judge runs");
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        let answer = printed.lines().find_map(|line| line.strip_prefix(ANSWER)).expect("the judge answers");
        let judged: Json = serde_json::from_str(answer).expect("the answer is JSON");
        let evaluated = evaluate(input, Dialect::Dotenvy, &BTreeMap::new());
        let ours: BTreeMap<&String, &str> =
            evaluated.values.iter().map(|(name, value)| (name, value.expose())).collect();
        let error = evaluated.ending != Ending::Whole;
        if serde_json::json!({ "error": error, "set": ours }) != judged {
            wrong.push(format!("{input:?}: {ours:?} {error}, the crate: {judged}"));
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_packages_of_npm_read_what_we_say_they_read() {
    let Some(folder) = installed("npm", &["install", "--no-audit", "--no-fund", "--ignore-scripts"], &NPM) else {
        return;
    };
    // No command may be run, so the version that runs them gets no input with `$(`.
    let inputs: Vec<String> = inputs().into_iter().filter(|input| !input.contains("$(")).collect();
    let script = r#"
        const { readFileSync } = require("fs");
        const [dotenv, twelve] = [require("dotenv"), require("dotenv-expand")];
        const log = console.log;
        console.log = () => {};
        const answers = JSON.parse(readFileSync(0, "utf8")).map((input) => {
            const plain = dotenv.parse(input);
            const processEnv = { ...plain };
            return { plain, expanded: twelve.expand({ parsed: { ...plain }, processEnv }).parsed };
        });
        log(JSON.stringify(answers));
    "#;
    // What the real one never finishes is not handed to it.
    let ends = |input: &String| evaluate(input, Dialect::DotenvExpand12, &BTreeMap::new()).ending == Ending::Whole;
    let inputs: Vec<String> = inputs.into_iter().filter(ends).collect();
    let answers = ask(Command::new("node").arg("-e").arg(script).current_dir(folder.path()), &inputs);
    compare(&inputs, &answers, "plain", Dialect::Dotenv);
    compare(&inputs, &answers, "expanded", Dialect::DotenvExpand12);
}

#[test]
fn python_dotenv_reads_what_we_say_it_reads() {
    let arguments = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", "."];
    let Some(folder) = installed("python3", &arguments, &["python-dotenv==1.2.4"]) else { return };
    let script = "
import json, logging, os, sys, tempfile
logging.disable(logging.CRITICAL)
sys.path.insert(0, os.getcwd())
from dotenv import dotenv_values
os.environ.clear()
answers = []
for text in json.load(sys.stdin):
    with open('case.env', 'w', encoding='utf-8', newline='') as file:
        file.write(text)
    values = dotenv_values('case.env')
    answers.append({'values': {name: value for name, value in values.items() if value is not None}})
json.dump(answers, sys.stdout)
";
    let inputs = inputs();
    let answers = ask(Command::new("python3").arg("-c").arg(script).current_dir(folder.path()), &inputs);
    compare(&inputs, &answers, "values", Dialect::PythonDotenv124);
}

const NPM: [&str; 2] = ["dotenv@17.2.3", "dotenv-expand@12.0.3"];

/// A folder into which packages were installed; `None`, with a word, where that cannot be done here.
#[expect(clippy::print_stderr, reason = "a test that is skipped must say so")]
fn installed(program: &str, arguments: &[&str], packages: &[&str]) -> Option<tempfile::TempDir> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut command = Command::new(program);
    command.args(arguments).args(packages).current_dir(folder.path());
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if status.is_ok_and(|status| status.success()) {
        return Some(folder);
    }
    eprintln!("skipped: {program} cannot install {} here", packages.join(" and "));
    None
}

/// The answers of a program that takes the inputs as JSON and gives one object for each.
fn ask(command: &mut Command, inputs: &[String]) -> Vec<Json> {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the program was there to install with");
    let input = serde_json::to_vec(inputs).expect("texts are JSON");
    let mut stdin = child.stdin.take().expect("its input is a pipe");
    let writer = std::thread::spawn(move || std::io::Write::write_all(&mut stdin, &input));
    let output = child.wait_with_output().expect("it ends");
    writer.join().expect("the writer does not panic").expect("it reads its input");
    let answers: Vec<Json> = serde_json::from_slice(&output.stdout).expect("it answers in JSON");
    assert_eq!(answers.len(), inputs.len());
    answers
}

fn compare(inputs: &[String], answers: &[Json], key: &str, dialect: Dialect) {
    let mut wrong = Vec::new();
    for (input, answer) in inputs.iter().zip(answers) {
        let evaluated = evaluate(input, dialect, &BTreeMap::new());
        let ours: BTreeMap<&String, &str> =
            evaluated.values.iter().map(|(name, value)| (name, value.expose())).collect();
        if serde_json::json!(ours) != answer[key] {
            wrong.push(format!("{input:?}: {ours:?}, the package: {}", answer[key]));
        }
    }
    assert!(wrong.is_empty(), "{dialect:?}: {} of {} differ:\n{}", wrong.len(), inputs.len(), wrong.join("\n"));
}

/// The inputs of the copied cases, and files made of pieces that loaders care about.
fn inputs() -> Vec<String> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/dotenv-dialects.jsonl");
    let data = std::fs::read_to_string(data).expect("the copied cases");
    let cases = data.lines().map(|line| serde_json::from_str::<Json>(line).expect("a case is JSON"));
    let mut inputs: Vec<String> = cases.filter_map(|case| case["input"].as_str().map(str::to_owned)).collect();
    let pieces = [
        "A=",
        "B=",
        "C_D=",
        "export A=",
        "A",
        "\n",
        "\n",
        "\r\n",
        " ",
        "\t",
        "#",
        " #",
        "'",
        "\"",
        "`",
        "\\",
        "\\n",
        "\\\"",
        "$",
        "$A",
        "${A}",
        "${B:-x}",
        "${C_D}",
        "x",
        "y z",
        "=",
        ":",
        "{",
        "}",
        "é",
        "1",
    ];
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    for _ in 0..MADE {
        let mut text = String::from("A=");
        for _ in 0..12 {
            // xorshift: the same files on every run.
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let index = usize::try_from(state % pieces.len() as u64).expect("a small number");
            text.push_str(pieces[index]);
        }
        inputs.push(text);
    }
    inputs
}
