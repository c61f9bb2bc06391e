//! What the real readers of env files and templates answered, held against envcheck's own readers.
//!
//! The data are measured results; the values in them are invented.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use envcheck::name::Name;
use envcheck::syntax::dotenv::{self, Dialect, Ending, Evaluated, Hidden};
use envcheck::syntax::interpolation;
use envcheck::value::{Known, Operator, Template, Value};
use serde_json::Value as Json;

#[test]
fn templates_come_to_what_compose_makes_of_them() {
    let cases = cases("compose-interpolation.jsonl");
    assert!(cases.len() > 100, "the data are not there");
    let wrong: Vec<String> = cases.iter().filter_map(|case| template_case(case).err()).collect();
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn env_files_come_to_what_each_loader_makes_of_them() {
    let cases = cases("dotenv-dialects.jsonl");
    assert!(cases.len() > 200, "the data are not there");
    let mut scores = Scores::default();
    for case in &cases {
        scores.add(case);
    }
    scores.judge();
}

#[test]
fn env_files_of_services_come_to_what_compose_makes_of_them() {
    let cases = cases("compose-env-file.jsonl");
    assert!(cases.len() >= 20, "the data are not there");
    for case in &cases {
        let evaluated = dotenv::evaluate(text(case, "input"), Dialect::Compose, &environment(&case["env"]));
        let measured = case.get("expected").ok_or("rejected");
        compare(text(case, "id"), &evaluated, measured).unwrap();
    }
}

/// The whole table of measured cases, of which the repository holds a part: the file that the variable names.
#[test]
#[expect(clippy::print_stderr, reason = "a test that is skipped must say so")]
fn every_measured_case_agrees() {
    let Some(path) = std::env::var_os("ENVCHECK_DIALECT_CASES") else {
        return eprintln!("skipped: ENVCHECK_DIALECT_CASES names no file of cases");
    };
    let mut scores = Scores::default();
    for case in lines(Path::new(&path)) {
        scores.add(&case);
    }
    for (column, (right, of)) in &scores.by_column {
        eprintln!("{column}: {right} of {of}");
    }
    scores.judge();
}

/// The columns of the table, each with the dialect that must answer the same.
const COLUMNS: [(&str, Dialect); 25] = [
    ("dotenv-18", Dialect::Dotenv),
    ("dotenv-17", Dialect::Dotenv),
    ("dotenv-expand-1000", Dialect::DotenvExpand1000),
    ("dotenv-expand-12", Dialect::DotenvExpand12),
    ("next-env", Dialect::Next),
    ("vite-8", Dialect::Vite8),
    ("vite-6", Dialect::Vite6),
    ("node20", Dialect::Node20),
    ("node22", Dialect::Node22),
    ("node24", Dialect::Node22),
    ("node26", Dialect::Node22),
    ("bun", Dialect::Bun),
    ("deno", Dialect::Deno),
    ("python-dotenv", Dialect::PythonDotenv124),
    ("python-dotenv-1.0.1", Dialect::PythonDotenv10),
    ("python-decouple", Dialect::PythonDecouple),
    ("django-environ", Dialect::DjangoEnviron),
    ("dotenvy", Dialect::Dotenvy),
    ("ruby-dotenv", Dialect::RubyDotenv),
    ("godotenv", Dialect::Godotenv),
    ("compose", Dialect::Compose),
    ("docker-run", Dialect::Docker),
    ("systemd", Dialect::Systemd),
    ("make", Dialect::Make),
    ("bash", Dialect::Bash),
];

/// How many answers of each column are right, and which are not.
#[derive(Default)]
struct Scores {
    by_column: BTreeMap<&'static str, (usize, usize)>,
    wrong: Vec<String>,
}

impl Scores {
    fn add(&mut self, case: &Json) {
        // What is no UTF-8 has lost bytes in the table.
        let Some(input) = case["input"].as_str() else { return };
        let environment = environment(&case["env"]);
        for (column, dialect) in COLUMNS {
            let result = measured(&case["results"], column);
            let evaluated = dotenv::evaluate(input, dialect, &environment);
            let mut evaluated = evaluated;
            if dialect == Dialect::DjangoEnviron {
                // Its column leaves out what the environment held before.
                evaluated.values.retain(|key, _| !environment.contains_key(key));
            }
            let outcome = answers(&evaluated, dialect, result);
            let score = self.by_column.entry(column).or_default();
            score.0 += usize::from(outcome.is_ok());
            score.1 += 1;
            self.wrong.extend(outcome.err().map(|wrong| format!("{} {column}: {wrong}", text(case, "id"))));
        }
    }

    fn judge(self) {
        let total: usize = self.by_column.values().map(|(_, of)| of).sum();
        assert!(self.wrong.is_empty(), "{} of {total} answers:\n{}", self.wrong.len(), self.wrong.join("\n"));
    }
}

/// The answer of a loader: the copied cases list the loaders of each answer, the table the answer of each loader.
fn measured<'a>(results: &'a Json, column: &str) -> &'a Json {
    let of_group = |group: &&Json| group["loaders"].as_array().is_some_and(|all| all.iter().any(|one| one == column));
    let group = results.as_array().map(|groups| groups.iter().find(of_group).unwrap_or(&Json::Null));
    group.unwrap_or_else(|| &results[column])
}

/// Whether a loader was read right: which values it gives, which commands it would run, and how it ends.
fn answers(evaluated: &Evaluated, dialect: Dialect, result: &Json) -> Result<(), String> {
    let error = result["error"].as_str();
    let is_endless = |error: &str| error.starts_with("HANG") || error.contains("RangeError");
    let by_pattern = matches!(dialect, Dialect::Bash | Dialect::Make);
    // django-environ's errors are those of single variables; a failing command is one that was run.
    let of_single = |error: &str| error.contains("ImproperlyConfigured") || error.contains("COMMAND_SUBSTITUTION");
    match (&evaluated.ending, error) {
        _ if by_pattern && error.is_some() => return Ok(()),
        (Ending::Endless(_), Some(error)) if is_endless(error) => return Ok(()),
        (Ending::Rejected(_) | Ending::Required(_), Some(error)) if !is_endless(error) => return Ok(()),
        (Ending::Stopped(_), Some(error)) if !is_endless(error) => {}
        (Ending::Whole, None) => {}
        (Ending::Whole, Some(error)) if of_single(error) && !evaluated.hidden.is_empty() => {
            if error.contains("COMMAND") {
                return Ok(());
            }
        }
        (ending, error) => return Err(format!("{ending:?}, measured {error:?}")),
    }
    let skipped = |key: &str| match evaluated.hidden.get(key) {
        Some((Hidden::Fails, _)) => false,
        Some(_) => true,
        // What is told by pattern may leave out what it does not know.
        None => by_pattern && !evaluated.values.contains_key(key),
    };
    let measured = result["vars"].as_object().into_iter().flatten();
    // A name that is declared without a value is not set.
    let measured: BTreeMap<&String, &str> =
        measured.filter(|(key, _)| !skipped(key)).filter_map(|(key, value)| Some((key, value.as_str()?))).collect();
    let values: BTreeMap<&String, &str> = evaluated
        .values
        .iter()
        .filter(|(key, _)| !by_pattern || measured.contains_key(key))
        .map(|(key, value)| (key, value.expose()))
        .collect();
    if values == measured { Ok(()) } else { Err(format!("{values:?}, measured {measured:?}")) }
}

fn environment(variables: &Json) -> BTreeMap<String, Value> {
    let variables = variables.as_object().into_iter().flatten();
    variables.map(|(key, value)| (key.clone(), Value::new(value.as_str().unwrap_or_default()))).collect()
}

fn compare(id: &str, evaluated: &Evaluated, measured: Result<&Json, &str>) -> Result<(), String> {
    let ending = match &evaluated.ending {
        Ending::Whole => {
            let values: BTreeMap<_, _> = evaluated.values.iter().map(|(key, value)| (key, value.expose())).collect();
            Ok(serde_json::json!(values))
        }
        Ending::Rejected(_) | Ending::Stopped(_) | Ending::Required(_) => Err("rejected"),
        Ending::Endless(_) => Err("endless"),
    };
    equal(id, "outcome", &ending, &measured.cloned())
}

fn template_case(case: &Json) -> Result<(), String> {
    let id = text(case, "id");
    let error = case["error"].as_str();
    let template = match interpolation::parse(text(case, "input"), 0) {
        Ok(template) => template,
        Err(_) if error.is_some_and(|error| error.starts_with("Invalid template")) => return Ok(()),
        Err(invalid) => return Err(format!("{id}: {}", invalid.message)),
    };
    let evaluated = template.evaluate(&|name| known(case, name));
    match (error, evaluated.failure) {
        (None, None) => {
            let value = evaluated.value.ok_or_else(|| format!("{id}: no value"))?;
            equal(id, "value", value.expose(), text(case, "expected"))?;
        }
        (Some(error), Some(failure)) => {
            let wanted = format!("required variable {} is missing a value", failure.name);
            equal(id, "failure", &error.starts_with(&wanted), &true)?;
        }
        (error, failure) => return Err(format!("{id}: error {error:?}, failure {failure:?}")),
    }
    let warned: BTreeSet<String> = case["warnings"].as_array().into_iter().flatten().map(warned_name).collect();
    let absent: BTreeSet<String> = evaluated.absent.iter().map(|found| found.name.to_string()).collect();
    equal(id, "absent names", &absent, &warned)?;
    variables(id, &template, case)
}

/// The variables as compose lists them: it does not look into the message of a required one.
fn variables(id: &str, template: &Template, case: &Json) -> Result<(), String> {
    let references = template.references();
    let inside_messages: Vec<_> = references
        .iter()
        .filter_map(|found| match &found.operator {
            Some(Operator::Required { word, .. }) => Some(word.references()),
            _ => None,
        })
        .flatten()
        .map(|found| found.span)
        .collect();
    let listed = || references.iter().filter(|found| !inside_messages.contains(&found.span));
    let wanted = case["variables"].as_array().map(Vec::as_slice).unwrap_or_default();
    let names: BTreeSet<&str> = listed().map(|found| found.name.as_str()).collect();
    equal(id, "names", &names, &wanted.iter().map(|variable| text(variable, "name")).collect())?;
    for variable in wanted {
        let is_like = |operator: &Operator| match operator {
            Operator::Default { word, .. } => is_word(word, &variable["default"]),
            Operator::Alternative { word, .. } => is_word(word, &variable["presence"]),
            Operator::Required { .. } => variable["required"] == true,
        };
        let found = listed()
            .filter(|found| found.name.as_str() == text(variable, "name"))
            .any(|found| found.operator.as_ref().map_or(variable.as_object().is_some_and(|v| v.len() == 1), is_like));
        equal(id, text(variable, "name"), &found, &true)?;
    }
    Ok(())
}

/// Whether the word is this text; one with references is not compared.
fn is_word(word: &Template, text: &Json) -> bool {
    word.as_literal().is_none_or(|value| value.expose() == text.as_str().unwrap_or_default().replace("$$", "$"))
}

fn warned_name(warning: &Json) -> String {
    warning.as_str().and_then(|text| text.split('"').nth(1)).unwrap_or_default().to_owned()
}

fn known(case: &Json, name: &Name) -> Known {
    case["env"][name.as_str()].as_str().map_or(Known::Absent, |value| Known::Value(Value::new(value)))
}

fn equal<T: PartialEq + std::fmt::Debug + ?Sized>(id: &str, what: &str, found: &T, wanted: &T) -> Result<(), String> {
    if found == wanted { Ok(()) } else { Err(format!("{id}: {what}: {found:?}, measured {wanted:?}")) }
}

fn text<'a>(case: &'a Json, key: &str) -> &'a str {
    case[key].as_str().unwrap_or_else(|| panic!("`{key}` is no text in {case}"))
}

fn cases(file: &str) -> Vec<Json> {
    lines(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(file))
}

fn lines(path: &Path) -> Vec<Json> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines().map(|line| serde_json::from_str(line).expect("a line is a JSON object")).collect()
}
