//! Tests of the list of schema sources: which one a file belongs to, and that the page on them is complete.

use super::*;

fn named(path: &str, text: &str) -> Option<&'static str> {
    claimant(&SourceFile::new(SourcePath::new(path), text.as_bytes().to_vec())).map(|schema| schema.name)
}

#[test]
fn names_are_sorted_and_unique() {
    let names: Vec<&str> = SCHEMAS.iter().map(|schema| schema.name).collect();
    assert!(names.is_sorted_by(|one, other| one < other), "{names:?}");
}

#[test]
fn the_tables_of_the_docs_have_every_source() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/schemas.md")).unwrap();
    let rows: Vec<&str> =
        page.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`')).map(|row| row.0).collect();
    let names: Vec<&str> = SCHEMAS.iter().map(|schema| schema.name).collect();
    assert_eq!(rows, names);
    let head = format!("| | {} |", names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" | "));
    assert_eq!(page.lines().filter(|line| *line == head).count(), 2, "{head}");
    // Every row of a table has a cell for each.
    let columns = |line: &str| line.replace("\\|", "").matches('|').count();
    for line in page.lines().skip_while(|line| *line != head).filter(|line| line.starts_with('|')) {
        assert_eq!(columns(line), columns(&head), "{line}");
    }
}

#[test]
fn the_text_decides_between_sources_that_share_a_name() {
    let (linter, schema) = (r#"{"version":"1","entries":{}}"#, r#"{"properties":{"A":{}}}"#);
    assert_eq!(named("env.schema.json", linter), Some("dotenv-linter"));
    assert_eq!(named("a/api.env.schema.json", schema), Some("json-schema"));
    assert_eq!(named(".env.schema.json", "{\"properties\" x"), Some("json-schema"));
    assert_eq!(named(".env.schema", linter), Some("dotenv-linter"));
    assert_eq!(named(".env.schema", "# @required\nA=\n"), Some("varlock"));
    assert_eq!(named(".env.schema", "A=^x$\n"), Some("varlock"));
    assert_eq!(named("secretspec.toml", ""), Some("secretspec"));
    // What other tools keep under these names.
    let others = [
        r#"{"$schema":"./env.schema.json","FOO":"foo1"}"#,
        r#"{"REQUIRED_KEYS":{"API_KEY":"string"},"OPTIONAL_KEYS":{}}"#,
        r#"{"vars":[{"name":"API_URL","required":true}]}"#,
        r#"{"PORT":{"type":"number","required":true}}"#,
        "[]",
    ];
    for text in others {
        assert_eq!(named("env.schema.json", text), None, "{text}");
    }
    assert_eq!(named("env.schema.toml", "[project]\n[profiles.default]\n"), Some("env-schema"));
    for other in ["schema.json", "package.json", "my.schema.json", "env.schema.ts", "secretspec.json", "x.env.schema"] {
        assert_eq!(named(other, schema), None, "{other}");
    }
}

#[test]
fn what_only_the_config_calls_a_schema_is_told_by_its_text() {
    let read = |path: &str, text: &str| {
        reader(&SourceFile::new(SourcePath::new(path), text.as_bytes().to_vec())).map(|schema| schema.name)
    };
    assert_eq!(read("a.json", r#"{"$schema":"x","properties":{}}"#), Some("json-schema"));
    assert_eq!(read("a.json", r#"{"version":"1","entries":{}}"#), Some("dotenv-linter"));
    assert_eq!(read("a.toml", "[server]\nA = {}\n"), Some("env-schema"));
    assert_eq!(read("a.toml", "[project]\nname=\"x\"\n[profiles.default]\n"), Some("secretspec"));
    assert_eq!(read(".env.shared", "# @type=port\nA=1\n"), Some("varlock"));
    assert_eq!(read("a.yaml", "a: 1\n"), None);
}

#[test]
fn awkward_bytes_harm_no_source() {
    let deep = ["[", "{", "{\"a\":", "(", "a=["].map(|piece| piece.repeat(50_000));
    let texts: [&[u8]; 14] = [
        b"",
        b"\xef\xbb\xbf",
        b"\xff\xfe\x00",
        b"\0\0\0",
        b"\r\n\r",
        b"{\"properties\":{\"A\":{\"type\":[",
        b"{\"entries\":{\"A\":{\"type\":\"\xc3\"",
        b"[profiles.default]\nA = { required = { exactly_one = 3 } }",
        b"[profiles]\ndefault = 3",
        b"profiles = []",
        b"# @type=enum(\nA=1",
        b"# @import()\n# @import(",
        "Ä=1\n# @ä\n".as_bytes(),
        b"{\"properties\":3,\"required\":3,\"allOf\":3,\"$ref\":3,\"dependentRequired\":3}",
    ];
    for schema in SCHEMAS {
        for text in texts.iter().copied().chain(deep.iter().map(String::as_bytes)) {
            let source = SourceFile::new(SourcePath::new("x"), text.to_vec());
            let _ = (schema.fits)(&source);
            let loaded = (schema.load)(&source);
            let spans = loaded.problems.iter().map(|problem| problem.span);
            let spans = spans.chain(loaded.facts.iter().map(|fact| fact.span)).chain(loaded.shown);
            for span in spans {
                assert!(source.text().get(span.start..span.end).is_some(), "{}: {span:?}", schema.name);
            }
        }
    }
}
