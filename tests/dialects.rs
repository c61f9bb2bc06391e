//! What the real readers of env files and templates answered, held against envcheck's own readers.
//!
//! The data are measured results; the values in them are invented.

use std::collections::BTreeSet;
use std::path::Path;

use envcheck::name::Name;
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
            equal(id, "failure", error.starts_with(&wanted), true)?;
        }
        (error, failure) => return Err(format!("{id}: error {error:?}, failure {failure:?}")),
    }
    let warned: BTreeSet<String> = case["warnings"].as_array().into_iter().flatten().map(warned_name).collect();
    let absent: BTreeSet<String> = evaluated.absent.iter().map(|found| found.name.to_string()).collect();
    equal(id, "absent names", absent, warned)?;
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
    equal(id, "names", names, wanted.iter().map(|variable| text(variable, "name")).collect())?;
    for variable in wanted {
        let is_like = |operator: &Operator| match operator {
            Operator::Default { word, .. } => is_word(word, &variable["default"]),
            Operator::Alternative { word, .. } => is_word(word, &variable["presence"]),
            Operator::Required { .. } => variable["required"] == true,
        };
        let found = listed()
            .filter(|found| found.name.as_str() == text(variable, "name"))
            .any(|found| found.operator.as_ref().map_or(variable.as_object().is_some_and(|v| v.len() == 1), is_like));
        equal(id, text(variable, "name"), found, true)?;
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

fn equal<T: PartialEq + std::fmt::Debug>(id: &str, what: &str, found: T, wanted: T) -> Result<(), String> {
    if found == wanted { Ok(()) } else { Err(format!("{id}: {what}: {found:?}, measured {wanted:?}")) }
}

fn text<'a>(case: &'a Json, key: &str) -> &'a str {
    case[key].as_str().unwrap_or_else(|| panic!("`{key}` is no text in {case}"))
}

fn cases(file: &str) -> Vec<Json> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(file);
    let lines = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
