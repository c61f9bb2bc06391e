//! Tests of values that a JSON Schema describes.

use super::*;

fn judge(schema: &str, value: &str) -> Option<bool> {
    ValueSchema::new(schema).accepts(&Value::new(value))
}

fn fault(schema: &str) -> Option<Fault> {
    ValueSchema::new(schema).fault()
}

#[test]
fn a_value_is_judged_by_its_document() {
    let schema = r##"{
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "required": ["rate"],
        "properties": { "rate": { "$ref": "#/$defs/rate" } },
        "$defs": { "rate": { "type": "number", "minimum": 0, "maximum": 1 } }
    }"##;
    assert_eq!(judge(schema, r#"{"rate": 1}"#), Some(true));
    assert_eq!(judge(schema, r#"{"rate": 1.01}"#), Some(false));
    assert_eq!(judge(schema, "{}"), Some(false));
    assert_eq!(judge(schema, "[]"), Some(false));
}

#[test]
fn both_drafts_are_known() {
    let draft7 = r#"{"$schema": "http://json-schema.org/draft-07/schema#", "items": [{"type": "string"}]}"#;
    assert_eq!((judge(draft7, r#"["a"]"#), judge(draft7, "[1]")), (Some(true), Some(false)));
    let newer = r#"{"prefixItems": [{"type": "string"}]}"#;
    assert_eq!((judge(newer, r#"["a"]"#), judge(newer, "[1]")), (Some(true), Some(false)));
    assert_eq!((judge("true", "1"), judge("false", "1")), (Some(true), Some(false)));
}

#[test]
fn a_format_refuses_nothing() {
    let schema = r#"{"$schema": "http://json-schema.org/draft-07/schema#", "format": "email"}"#;
    assert_eq!(judge(schema, r#""no address""#), Some(true));
}

#[test]
fn what_is_no_schema_judges_nothing() {
    assert_eq!(fault("{"), Some(Fault::NoJson));
    assert_eq!(fault(""), Some(Fault::NoJson));
    assert_eq!(fault("[]"), Some(Fault::NoSchema));
    assert_eq!(fault(r#"{"type": "strnig"}"#), Some(Fault::NoSchema));
    assert_eq!(fault(r#"{"type": "object", "required": "a"}"#), Some(Fault::NoSchema));
    assert_eq!(judge(r#"{"type": "strnig"}"#, "1"), None);
    assert_eq!(judge("true", "{"), None, "whether it is JSON at all is the type's business");
}

#[test]
fn nothing_outside_the_document_is_fetched() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("other.json");
    std::fs::write(&file, r#"{"type": "string"}"#).unwrap();
    for reference in [
        format!("http://{address}/schema.json"),
        format!("http://{address}/schema.json#/a"),
        format!("file://{}", file.display()),
        file.display().to_string(),
        "other.json".to_owned(),
        "urn:uuid:9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d".to_owned(),
    ] {
        let schema = serde_json::json!({ "$ref": reference }).to_string();
        assert_eq!(fault(&schema), Some(Fault::Reference), "{reference}");
    }
    for reference in ["#nowhere", "#/nowhere", "#/%ff"] {
        assert_eq!(fault(&serde_json::json!({ "$ref": reference }).to_string()), Some(Fault::NoSchema), "{reference}");
    }
    for schema in [
        format!(r#"{{"$schema": "http://{address}/meta.json"}}"#),
        format!(r#"{{"$id": "http://{address}/a.json", "properties": {{"a": {{"$ref": "b.json"}}}}}}"#),
        format!(r#"{{"$dynamicRef": "http://{address}/a.json"}}"#),
        format!(r#"{{"unknown": {{"$ref": "http://{address}/a.json"}}}}"#),
        format!(r#"{{"enum": [{{"$ref": "http://{address}/a.json"}}]}}"#),
        format!(r#"{{"properties": {{"enum": {{"$ref": "http://{address}/a.json"}}}}}}"#),
    ] {
        let _ = judge(&schema, "{}");
    }
    let silence = listener.accept().map(drop).map_err(|error| error.kind());
    assert_eq!(silence, Err(std::io::ErrorKind::WouldBlock), "somebody called");
}

#[test]
fn a_reference_to_its_own_name_or_anchor_is_followed() {
    let own = r#"{"$id": "https://x.test/a.json", "items": {"$ref": "https://x.test/a.json#/$defs/n"}, "$defs": {"n": {"type": "number"}}}"#;
    assert_eq!((judge(own, "[1]"), judge(own, r#"["a"]"#)), (Some(true), Some(false)));
    let anchor = r##"{"items": {"$ref": "#n"}, "$defs": {"x": {"$anchor": "n", "type": "number"}}}"##;
    assert_eq!((judge(anchor, "[1]"), judge(anchor, r#"["a"]"#)), (Some(true), Some(false)));
}

#[test]
fn a_circle_ends() {
    let tree = r##"{"type": "array", "items": {"$ref": "#"}}"##;
    assert_eq!((judge(tree, "[[[]]]"), judge(tree, "[[1]]")), (Some(true), Some(false)));
    let itself = r##"{"$ref": "#"}"##;
    assert_eq!(judge(itself, "1"), Some(true));
    let twice = r##"{"anyOf": [{"items": {"$ref": "#"}}, {"items": {"$ref": "#"}}], "type": "array"}"##;
    let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
    assert_eq!(judge(twice, &deep), Some(false));
    let in_place = r##"{"anyOf": [{"$ref": "#"}, {"$ref": "#"}, {"type": "string"}], "type": "array"}"##;
    assert_eq!(judge(in_place, "1"), Some(false));
}

#[test]
fn references_that_multiply_are_refused() {
    let defs: Vec<String> = (0..40)
        .map(|n| format!(r##""d{n}": {{"allOf": [{{"$ref": "#/$defs/d{0}"}}, {{"$ref": "#/$defs/d{0}"}}]}}"##, n + 1))
        .collect();
    let schema = format!(r##"{{"$ref": "#/$defs/d0", "$defs": {{{}, "d40": {{"type": "string"}}}}}}"##, defs.join(","));
    assert_eq!(fault(&schema), Some(Fault::Size));
    let chain: Vec<String> = (0..5000).map(|n| format!(r##""d{n}": {{"$ref": "#/$defs/d{}"}}"##, n + 1)).collect();
    let schema = format!(r##"{{"$ref": "#/$defs/d0", "$defs": {{{}, "d5000": {{}}}}}}"##, chain.join(","));
    assert_eq!(fault(&schema), Some(Fault::Size));
    assert_eq!(fault(&format!("{}{}", r#"{"not":"#.repeat(500), "}".repeat(500))), Some(Fault::NoJson));
    assert_eq!(fault(&format!("{{\"description\": \"{}\"}}", "x".repeat(LONGEST_DOCUMENT))), Some(Fault::Size));
    let just_deep_enough: String = format!("{}true{}", r#"{"not":"#.repeat(120), "}".repeat(120));
    assert_eq!(judge(&just_deep_enough, "1"), Some(true));
    let chain: Vec<String> = (0..180).map(|n| format!(r##""d{n}": {{"$ref": "#/$defs/d{}"}}"##, n + 1)).collect();
    let schema = format!(r##"{{"$ref": "#/$defs/d0", "$defs": {{{}, "d180": {{"type": "null"}}}}}}"##, chain.join(","));
    assert_eq!((judge(&schema, "null"), judge(&schema, "1")), (Some(true), Some(false)));
}

#[test]
fn a_pattern_takes_linear_time_or_is_refused() {
    let plain = r#"{"pattern": "^(a+)+$"}"#;
    assert_eq!(judge(plain, &format!("\"{}!\"", "a".repeat(50_000))), Some(false));
    assert_eq!(judge(plain, "\"aaa\""), Some(true));
    assert_eq!(fault(r#"{"pattern": "^(?=a)b"}"#), Some(Fault::Pattern));
    assert_eq!(fault(r#"{"pattern": "("}"#), Some(Fault::NoSchema));
    assert!(fault(r#"{"pattern": "((a{1000}){1000}){1000}"}"#).is_some());
}

#[test]
fn a_long_value_is_not_judged() {
    let long = format!("\"{}\"", "x".repeat(LONGEST_VALUE));
    assert_eq!(judge("false", &long), None);
    assert_eq!(judge("false", &long[..1]), None);
}

#[test]
fn much_of_both_is_not_judged() {
    let choices: Vec<String> = (0..9000).map(|n| format!(r#"{{"const": "c{n}"}}"#)).collect();
    let schema = format!(r#"{{"items": {{"anyOf": [{}]}}}}"#, choices.join(","));
    let long = format!("[{}1]", "1,".repeat(30_000));
    assert_eq!(judge(&schema, &long), None);
    assert_eq!(judge(&schema, "[1]"), Some(false));
    assert_eq!(judge(&schema, r#"["c8999"]"#), Some(true));
    assert_eq!(judge(r#"{"uniqueItems": true}"#, &long), Some(false));
}

#[test]
fn every_fault_says_what_is_wrong_and_what_to_do() {
    let faults = [Fault::NoJson, Fault::NoSchema, Fault::Reference, Fault::Pattern, Fault::Size];
    let reasons: BTreeSet<&str> = faults.iter().map(|fault| fault.reason()).collect();
    assert_eq!(reasons.len(), faults.len());
    assert!(faults.iter().all(|fault| !fault.help().is_empty()));
    let foreign = r#"{"$schema": "https://example.com/dialect"}"#;
    assert_eq!(fault(foreign), Some(Fault::Reference));
}
