//! Tests of the JSON Schema of the format: it has the keys that are read, and describes each.

use super::super::{json_schema, types};
use super::{WHOLE, read};

/// The keys of one of the tables of the JSON Schema; the outermost one is the empty name.
fn described(table: &str) -> Vec<String> {
    let schema = json_schema();
    let at = if table.is_empty() { "/properties".to_owned() } else { format!("/$defs/{table}/properties") };
    let keys = schema.pointer(&at).and_then(|found| found.as_object()).expect(table);
    let mut keys: Vec<String> = keys.keys().cloned().collect();
    keys.sort();
    keys
}

#[test]
fn the_json_schema_has_exactly_the_keys_that_are_read() {
    let tables = [
        ("", "UNKNOWN = 1"),
        ("Part", "extends = [{ path = 'a', UNKNOWN = 1 }]"),
        ("Declaration", "[server]\nA = { type = 'string', UNKNOWN = 1 }"),
        ("Override", "[server]\nA = { in.production = { UNKNOWN = 1 } }"),
        ("Group", "[[group]]\nname = 'a'\nat_least_one = ['A']\nUNKNOWN = 1"),
        ("Agree", "[[agree]]\nequal = ['A', 'B']\nUNKNOWN = 1"),
    ];
    for (table, text) in tables {
        let text = text.replace("UNKNOWN", "qqqqqq");
        let loaded = read(&text);
        let [problem] = loaded.problems.as_slice() else { panic!("{text}: {:?}", loaded.problems) };
        let known = problem.help.as_deref().and_then(|help| help.strip_prefix("known keys: ")).expect(&text);
        assert_eq!(known.split(", ").collect::<Vec<_>>(), described(table), "{table}");
    }
    let words: Vec<&str> = types::TYPES.iter().map(|(word, _)| *word).collect();
    let schema = json_schema();
    let described = schema.pointer("/$defs/Type/oneOf").and_then(|found| found.as_array()).expect("the types");
    let described: Vec<&str> = described.iter().filter_map(|one| one.get("const")?.as_str()).collect();
    assert_eq!(words, described);
}

#[test]
fn the_example_satisfies_the_json_schema_and_a_wrong_one_does_not() {
    let validator = jsonschema::validator_for(&json_schema()).expect("a JSON Schema");
    let json = |text: &str| to_json(&toml::de::DeTable::parse(text).expect("TOML").into_inner());
    assert!(validator.is_valid(&json(WHOLE)));
    for wrong in [
        "[server]\nA = { requird = true }",
        "[server]\nA = { type = 'x' }",
        "[server]\nA = { in.x = { secret = true } }",
        "[sever]",
    ] {
        assert!(!validator.is_valid(&json(wrong)), "{wrong}");
    }
}

fn to_json(table: &toml::de::DeTable<'_>) -> serde_json::Value {
    table.iter().map(|(key, value)| (key.get_ref().to_string(), value_to_json(value.get_ref()))).collect()
}

fn value_to_json(value: &toml::de::DeValue<'_>) -> serde_json::Value {
    use toml::de::DeValue;
    match value {
        DeValue::String(text) => text.as_ref().into(),
        DeValue::Boolean(value) => (*value).into(),
        DeValue::Integer(number) => number.as_str().parse::<i64>().expect("a number").into(),
        DeValue::Float(number) => number.as_str().parse::<f64>().expect("a number").into(),
        DeValue::Datetime(date) => date.to_string().into(),
        DeValue::Array(list) => list.iter().map(|value| value_to_json(value.get_ref())).collect(),
        DeValue::Table(table) => to_json(table),
    }
}

#[test]
fn the_json_schemas_describe_every_key() {
    fn undescribed(value: &serde_json::Value, found: &mut Vec<String>) {
        if let Some(properties) = value.get("properties").and_then(|found| found.as_object()) {
            let plain = |(_, value): &(&String, &serde_json::Value)| value.get("description").is_none();
            found.extend(properties.iter().filter(plain).map(|(key, _)| key.clone()));
        }
        match value {
            serde_json::Value::Object(fields) => fields.values().for_each(|value| undescribed(value, found)),
            serde_json::Value::Array(list) => list.iter().for_each(|value| undescribed(value, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    undescribed(&json_schema(), &mut found);
    undescribed(&crate::config::json_schema(), &mut found);
    assert_eq!(found, Vec::<String>::new());
}
