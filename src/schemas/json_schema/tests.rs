//! Tests of the JSON Schema source beyond its fixtures.

use super::*;
use crate::fact::{GroupKind, Side};
use crate::schemas::accepts;
use crate::value::Value;

fn read(text: &str) -> Loaded {
    load(&SourceFile::new(SourcePath::new("env.schema.json"), text.as_bytes().to_vec()))
}

/// The declaration of `A`, whose schema is given, with what is told about it.
fn property(schema: &str) -> (Declaration, Vec<String>) {
    let defs = r##""$defs":{"port":{"type":"integer","minimum":1,"maximum":65535},"a/b":{"$ref":"#/$defs/port"},"loop":{"$ref":"#/$defs/loop"}}"##;
    let loaded = read(&format!("{{\"properties\":{{\"A\":{schema}}},{defs}}}"));
    let FactKind::Declaration(declaration) = &loaded.facts[0].kind else { panic!("a declaration") };
    ((**declaration).clone(), messages(&loaded))
}

fn messages(loaded: &Loaded) -> Vec<String> {
    loaded.problems.iter().map(|problem| problem.message.clone()).collect()
}

fn fits(schema: &str, value: &str) -> bool {
    accepts::accepts(&property(schema).0, &Value::new(value)).is_ok()
}

fn empty(schema: &str) -> bool {
    property(schema).0.constraints.allow_empty == Some(true)
}

fn kind(schema: &str) -> Type {
    property(schema).0.kind.unwrap()
}

#[test]
fn types_and_formats_are_mapped() {
    assert_eq!(kind("{}"), Type::String);
    assert_eq!(kind("true"), Type::String);
    assert_eq!(kind(r#"{"type":"integer"}"#), Type::Integer);
    assert_eq!(kind(r#"{"type":["number","integer"]}"#), Type::Number);
    assert_eq!(kind(r#"{"type":["boolean","null"]}"#), Type::Boolean);
    assert_eq!(kind(r#"{"type":"string","format":"uri"}"#), Type::Url);
    assert_eq!(kind(r#"{"type":"string","format":"date-time"}"#), Type::Date);
    assert_eq!(kind(r#"{"type":"string","format":"whatever"}"#), Type::String);
    assert_eq!(kind(r#"{"type":"string","contentEncoding":"base64"}"#), Type::Base64);
    assert_eq!(kind(r#"{"type":"string","contentMediaType":"application/json"}"#), Type::Json);
    assert_eq!(kind(r#"{"type":"string","separator":","}"#), Type::List);
}

#[test]
fn what_cannot_be_mapped_is_unknown() {
    for schema in [
        r#"{"type":"array"}"#,
        r#"{"type":"object","properties":{"a":{}}}"#,
        r#"{"type":["integer","string"]}"#,
        r#"{"anyOf":[{"type":"integer"},{"const":"auto"}]}"#,
        r#"{"$ref":"other.json"}"#,
        r#"{"$ref":"https://example.com/x"}"#,
        r##"{"$ref":"#/$defs/none"}"##,
        r##"{"$ref":"#/$defs/loop"}"##,
        r#"{"enum":["a",["b"]]}"#,
        "false",
        "3",
    ] {
        let (declaration, _) = property(schema);
        assert_eq!(declaration.kind, Some(Type::Unknown), "{schema}");
        assert!(accepts::accepts(&declaration, &Value::new("?")).is_ok(), "{schema}");
    }
}

#[test]
fn the_empty_string_is_a_string_unless_something_forbids_it() {
    assert!(empty("{}") && empty(r#"{"type":"string"}"#) && empty(r#"{"type":"string","minLength":0}"#));
    assert!(empty(r#"{"type":["integer","null"]}"#) && empty(r#"{"type":"string","enum":["","a"]}"#));
    assert!(empty(r#"{"pattern":"^a*$"}"#));
    assert!(!empty(r#"{"type":"integer"}"#) && !empty(r#"{"type":"string","minLength":1}"#));
    assert!(!empty(r#"{"enum":["a"]}"#) && !empty(r#"{"pattern":"a"}"#) && !empty(r#"{"format":"uri"}"#));
}

#[test]
fn constraints_narrow_values_of_their_type() {
    assert!(
        fits(r#"{"type":"integer","minimum":1,"maximum":9}"#, "9") && !fits(r#"{"type":"integer","minimum":1}"#, "0")
    );
    assert!(fits(r#"{"type":"string","minimum":1}"#, "0"), "bounds are for numbers");
    assert!(fits(r#"{"type":"integer","minLength":3}"#, "1"), "lengths are for texts");
    assert!(fits(r#"{"pattern":"b"}"#, "abc") && !fits(r#"{"pattern":"^b"}"#, "abc"));
    assert!(fits(r#"{"pattern":"(?=x)"}"#, "abc"), "what cannot be read is not judged");
    assert!(fits(r#"{"enum":["a","b"]}"#, "b") && !fits(r#"{"enum":["a","b"]}"#, "c"));
    assert!(fits(r#"{"type":"integer","const":3}"#, "3") && !fits(r#"{"const":"a"}"#, "b"));
    assert!(
        fits(r#"{"oneOf":[{"const":"a"},{"const":"b"}]}"#, "b")
            && !fits(r#"{"oneOf":[{"const":"a"},{"const":"b"}]}"#, "c")
    );
    assert!(fits(r#"{"minLength":2,"maxLength":3}"#, "äöü") && !fits(r#"{"maxLength":3}"#, "abcd"));
}

#[test]
fn references_and_all_of_are_read_together() {
    let port = r##"{"$ref":"#/$defs/port","description":"x"}"##;
    assert!(fits(port, "80") && !fits(port, "0") && property(port).0.description.as_deref() == Some("x"));
    assert!(!fits(r##"{"$ref":"#/$defs/a~1b"}"##, "0") && !fits(r##"{"$ref":"#/%24defs/port"}"##, "0"));
    let tighter = r##"{"allOf":[{"$ref":"#/$defs/port"},{"minimum":1024}]}"##;
    assert!(fits(tighter, "1024") && !fits(tighter, "80"));
    let optional = r##"{"anyOf":[{"$ref":"#/$defs/port"},{"type":"null"}],"default":null}"##;
    assert!(empty(optional) && !fits(optional, "0") && property(optional).0.default.is_none());
}

#[test]
fn words_of_json_schema_and_of_envcheck_are_kept() {
    let (found, problems) = property(
        r#"{"description":"d","default":3000,"examples":["e"],"deprecated":true,"writeOnly":true,"x-envcheck":{"side":"client","secret":false}}"#,
    );
    assert_eq!(problems, Vec::<String>::new());
    assert_eq!(
        (found.description.as_deref(), found.default, found.example),
        (Some("d"), Some(Value::new("3000")), Some(Value::new("e")))
    );
    assert_eq!((found.side, found.secret, found.deprecated.is_some()), (Side::Client, Some(false), true));
    assert_eq!(property(r#"{"writeOnly":true}"#).0.secret, Some(true));
    assert_eq!(property(r#"{"format":"password"}"#).0.secret, Some(true));
    assert_eq!(property("{}").0.secret, None);
}

#[test]
fn everything_wrong_is_told_at_once() {
    let (_, problems) = property(
        r#"{"type":"sting","minimum":"1","enum":[],"required":true,"deprecated":"no","x-envcheck":{"sides":"client","side":"browser"}}"#,
    );
    assert_eq!(
        problems,
        [
            "JSON Schema knows no such type; did you mean `string`?",
            "`minimum` must be a number",
            "`enum` must be a list of at least one value",
            "`required` of a property says nothing in JSON Schema",
            "`deprecated` must be true or false",
            "`x-envcheck` has no such key; did you mean `side`?",
            "`side` must be server, client or shared",
        ]
    );
}

#[test]
fn branches_declare_names_and_nothing_else() {
    let loaded = read(
        r#"{"properties":{"A":{"type":"integer"}},"required":["A","B"],"if":{"properties":{"A":{"const":1}}},
        "then":{"properties":{"C":{"type":"integer"}},"required":["C"]},"anyOf":[{"properties":{"D":{}}}]}"#,
    );
    let found: Vec<(String, Type, bool)> = loaded
        .facts
        .iter()
        .map(|fact| {
            let FactKind::Declaration(declaration) = &fact.kind else { panic!("a declaration") };
            (fact.name.to_string(), declaration.kind.unwrap(), declaration.required == Some(Required::Always))
        })
        .collect();
    let expected = [
        ("A", Type::Integer, true),
        ("B", Type::String, true),
        ("C", Type::Unknown, false),
        ("D", Type::Unknown, false),
    ];
    assert_eq!(found, expected.map(|(name, kind, required)| (name.to_owned(), kind, required)));
}

#[test]
fn a_schema_is_open_unless_it_says_that_it_is_not() {
    let open = |rest: &str| read(&format!("{{\"properties\":{{\"A\":{{}}}}{rest}}}")).schema.unwrap().open;
    assert!(
        open("") && open(r#","additionalProperties":true"#) && open(r#","additionalProperties":{"type":"string"}"#)
    );
    assert!(!open(r#","additionalProperties":false"#) && !open(r#","unevaluatedProperties":false"#));
    assert!(open(r#","additionalProperties":false,"$ref":"other.json""#), "what it refers to may declare more");
    assert!(open(r#","additionalProperties":false,"patternProperties":{"[a-z]+_X$":{}}"#));
    assert!(!open(r#","additionalProperties":false,"patternProperties":{"^FEATURE_":{}}"#));
}

#[test]
fn patterns_of_names_are_families() {
    let loaded = read(r#"{"properties":{"A":{}},"patternProperties":{"^FEATURE_.+$":{"type":"boolean"}}}"#);
    let FactKind::Declaration(family) = &loaded.facts[1].kind else { panic!("a declaration") };
    assert_eq!((loaded.facts[1].name.as_str(), family.kind), ("FEATURE_*", Some(Type::Boolean)));
}

#[test]
fn relations_of_presence_are_groups() {
    let loaded = read(
        r#"{"properties":{"A":{}},"dependentRequired":{"A":["B","C"],"D":["E"],"E":["D"]},
        "anyOf":[{"required":["X"]},{"required":["Y"]}]}"#,
    );
    let kinds: Vec<GroupKind> = loaded.schema.unwrap().groups.into_iter().map(|group| group.kind).collect();
    let names = |names: &[&str]| names.iter().map(|name| Name::new(name)).collect::<Vec<_>>();
    assert_eq!(
        kinds,
        [
            GroupKind::When { switches: vec![(Name::new("A"), vec![])], require: names(&["B", "C"]) },
            GroupKind::AllOrNone(names(&["D", "E"])),
            GroupKind::AtLeastOne(names(&["X", "Y"])),
        ]
    );
}

#[test]
fn a_schema_of_something_else_says_nothing() {
    let loaded =
        read(r#"{"properties":{"port":{"type":"sting"},"dbHost":{},"log-level":{}},"additionalProperties":false}"#);
    assert!(loaded.facts.is_empty() && loaded.schema.unwrap().open && loaded.problems.is_empty());
    let third = read(r#"{"$schema":"http://json-schema.org/draft-03/schema","properties":{"A":{"required":true}}}"#);
    assert!(third.facts.is_empty() && third.problems.is_empty() && third.schema.unwrap().open);
    for text in ["[]", "{}", "3", ""] {
        let loaded = read(text);
        assert!(loaded.facts.is_empty() && loaded.problems.iter().any(|problem| problem.hides_facts), "{text}");
    }
}

#[test]
fn what_stands_before_a_fault_is_read() {
    let loaded = read(
        "{\"properties\":{\"A\":{\"type\":\"integer\"},\"B\":{\"type\":\"integer\",\"minimum\" 3}},\"required\":[\"B\"]}",
    );
    let kinds: Vec<Type> = loaded
        .facts
        .iter()
        .filter_map(|fact| if let FactKind::Declaration(found) = &fact.kind { found.kind } else { None })
        .collect();
    assert_eq!(kinds, [Type::Integer, Type::Unknown]);
    assert_eq!(messages(&loaded), ["this is not valid JSON"]);
}

#[test]
fn references_that_multiply_end() {
    let level = |at: usize| {
        format!(r##""L{at}":{{"allOf":[{{"$ref":"#/$defs/L{next}"}},{{"$ref":"#/$defs/L{next}"}}]}}"##, next = at + 1)
    };
    let defs: Vec<String> = (0..30).map(level).collect();
    let loaded = read(&format!(r##"{{"properties":{{"A":{{"$ref":"#/$defs/L0"}}}},"$defs":{{{}}}}}"##, defs.join(",")));
    assert!(messages(&loaded).iter().any(|message| message.contains("too many references")));
    let deep = format!("{{\"properties\":{{\"A\":{}1{}}}}}", "{\"allOf\":[".repeat(150), "]}".repeat(150));
    read(&deep);
    read(&"{\"properties\":".repeat(100_000));
}
