//! Tests of the JSON syntax. What single values become is in `tests/terraform.rs`.

use super::*;
use crate::source::SourcePath;

fn read(text: &str) -> (SourceFile, Loaded, TfFile) {
    let source = SourceFile::new(SourcePath::new("main.tf.json"), text.as_bytes().to_vec());
    let mut loaded = Loaded::default();
    let file = blocks(&source, &mut loaded);
    (source, loaded, file)
}

fn body(file: &TfFile) -> &Body {
    let TfFile::Blocks { body, .. } = file else { panic!("it holds blocks") };
    body
}

#[test]
fn labels_may_stand_in_arrays_at_every_level() {
    for text in [
        r#"{"resource": {"k": {"n": {"a": 1}}}}"#,
        r#"[{"resource": [{"k": [{"n": [{"a": 1}]}]}]}]"#,
        r#"{"resource": [null, {"k": {"n": {"a": 1}}}], "//": [1]}"#,
    ] {
        let (_, loaded, file) = read(text);
        let [block] = body(&file).blocks.as_slice() else { panic!("one block in {text}") };
        assert_eq!((&*block.kind, block.label(0), block.label(1)), ("resource", Some("k"), Some("n")), "{text}");
        assert!(block.body.get("a").is_some() && loaded.problems.is_empty() && !body(&file).broken, "{text}");
    }
}

#[test]
fn blocks_are_told_from_arguments_by_their_names() {
    let (_, _, file) = read(
        r#"{"resource": {"k": {"n": {"env": [{"name": "A"}, {"name": "B"}], "env": {}, "tags": {"env": {}}, "ports": [80]}}}}"#,
    );
    let inner = &body(&file).blocks[0].body;
    assert_eq!(inner.blocks_of("env").count(), 3);
    assert_eq!(inner.blocks.len(), 3);
    assert!(inner.get("env").is_none() && inner.get("tags").is_some());
    assert!(matches!(inner.get("ports").expect("an argument").kind, Kind::Tuple(_)));
    assert!(BLOCKS.is_sorted());
}

#[test]
fn references_are_found_behind_escapes_and_line_breaks() {
    let text = "{\r\n\t\"locals\": {\r\n\t\t\"a\": \"\\u00e9\\\"${lookup(var.m, \\\"x\\\", var.d)}\"\r\n\t}\r\n}\r\n";
    let (source, loaded, file) = read(text);
    assert!(loaded.problems.is_empty());
    let TfFile::Blocks { reads, .. } = &file else { panic!("it holds blocks") };
    let reads: Vec<_> = reads.iter().map(|(name, span)| (&**name, source.slice(*span))).collect();
    assert_eq!(reads, [("m", "var.m"), ("d", "var.d")]);
}

#[test]
fn what_stands_before_a_fault_is_kept() {
    let (_, loaded, file) = read("{\"variable\": {\"a\": {}, \"b\": {}},\n \"locals\": {\"x\" 1}}");
    assert_eq!(loaded.problems.len(), 1);
    assert!(body(&file).broken);
    assert_eq!(body(&file).blocks_of("variable").count(), 2);
}

#[test]
fn no_value_is_shown() {
    let text = r#"{"variable": {"a": {"default": "hunter2"}}, "locals": {"b": "hunter2-${var.a}", "c": ["${"hunter2"}"],
        "d": {"e": "hunter2"}, "f": "${hunter2}"}, "resource": {"k": {"n": {"env": {"name": "X", "value": "hunter2"}}}}}"#;
    let (source, loaded, _) = read(text);
    assert!(!loaded.shown.iter().any(|span| source.slice(*span).contains("hunter2")), "{:?}", loaded.shown);
}

#[test]
fn hostile_input_ends() {
    let deep = |open: &str, close: &str| format!("{}1{}", open.repeat(400), close.repeat(400));
    let texts = [
        String::new(),
        "null".to_owned(),
        "[]".to_owned(),
        "[1, \"x\", null, []]".to_owned(),
        r#"{"variable": 1, "resource": [[{}]], "locals": "x", "module": {"m": [1]}, "output": {"": {"value": {}}}}"#.to_owned(),
        r#"{"variable": {"a": {"type": "list(", "default": null, "validation": 7}, "": [{}], "b": {"type": ["x"]}}}"#.to_owned(),
        r#"{"resource": {"k": {"n": {"dynamic": 1}, "o": {"dynamic": [{"env": 1}, {"env": {"iterator": "a b"}}, 2]}}}}"#
            .to_owned(),
        format!(r#"{{"resource": {{"k": {{"n": {}}}}}}}"#, deep("{\"a\":", "}")),
        format!(r#"{{"resource": {{"k": {{"n": {}}}}}}}"#, deep("[", "]")),
        format!(r#"{{"resource": {{"k": {{"n": {}}}}}}}"#, deep("[{\"a\":", "}]").replace("[[", "[")),
        format!(r#"{{"locals": {{"a": "{}"}}}}"#, "${".repeat(50_000)),
        format!(r#"{{"locals": {{"a": "{}"}}}}"#, "\\u00e9${1}\\\"".repeat(50_000)),
        format!(r#"{{"locals": {{"a": "{}"}}}}"#, "\\ud83d\\ude00".repeat(50_000)),
        format!("{{{}}}", r#""locals": {"a": "${var.x}"},"#.repeat(50_000)),
        "{\"variable\": {\"a\u{0}\": {\"\u{202e}\": \"${\u{feff}}\"}}}".to_owned(),
        "[".repeat(300_000),
    ];
    for text in texts {
        let (source, loaded, _) = read(&text);
        for span in loaded.shown.iter().chain(loaded.problems.iter().map(|problem| &problem.span)) {
            assert!(source.text().get(span.start..span.end).is_some(), "{span:?} of {}", &text[..text.len().min(80)]);
        }
    }
}

proptest::proptest! {
    #[test]
    fn any_text_of_a_string_is_read_to_its_end(text in "[a${}%.\\\\\"nué ~-]{0,40}") {
        let json = serde_json::json!({"locals": {"a": text}, "resource": {"k": {"n": {text.clone(): [{"b": text}]}}}});
        let (source, loaded, _) = read(&json.to_string());
        for span in loaded.shown.iter().chain(loaded.problems.iter().map(|problem| &problem.span)) {
            proptest::prop_assert!(source.text().get(span.start..span.end).is_some(), "{:?}", span);
        }
    }
}
