//! What the real readers of env files and templates answered, held against envcheck's own readers.
//!
//! The data are measured results; the values in them are invented.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use envcheck::name::Name;
use envcheck::syntax::dotenv::{self, Dialect, Ending, Evaluated};
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
    let environment = environment(&serde_json::json!({ "SHELLVAR": "fromshell", "SHELL_EMPTY": "" }));
    let mut wrong = Vec::new();
    for case in &cases {
        for (column, dialect) in COLUMNS {
            let evaluated = dotenv::evaluate(text(case, "input"), dialect, &environment);
            let measured = match case[column].as_str() {
                None => Ok(&case[column]),
                Some(error) => Err(error),
            };
            wrong.extend(compare(&format!("{} {column}", text(case, "id")), &evaluated, measured).err());
        }
    }
    assert!(wrong.is_empty(), "{} answers of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
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
    let (mut wrong, mut scored) = (Vec::new(), 0);
    for case in lines(Path::new(&path)) {
        // What is no UTF-8 has lost bytes in the table.
        let Some(input) = case["input"].as_str() else { continue };
        let environment = environment(&case["env"]);
        for (column, dialect) in COLUMNS {
            let columns = if column == "dotenv" { vec!["dotenv-17", "dotenv-18"] } else { vec![column] };
            for column in columns {
                let result = &case["results"][column];
                let error = result["error"].as_str();
                let measured = match error {
                    None => Ok(&result["vars"]),
                    Some(error) if error.starts_with("HANG") => Err("endless"),
                    Some(_) => Err("rejected"),
                };
                let evaluated = dotenv::evaluate(input, dialect, &environment);
                scored += 1;
                wrong.extend(compare(&format!("{} {column}", text(&case, "id")), &evaluated, measured).err());
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {scored} answers:\n{}", wrong.len(), wrong.join("\n"));
    eprintln!("{scored} answers agree");
}

const COLUMNS: [(&str, Dialect); 4] = [
    ("dotenv", Dialect::Dotenv),
    ("dotenv-expand-12", Dialect::DotenvExpand12),
    ("compose", Dialect::Compose),
    ("docker-run", Dialect::Docker),
];

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
        Ending::Rejected(_) | Ending::Required(_) => Err("rejected"),
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
