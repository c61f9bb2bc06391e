//! Tests of the loader beyond its fixtures: what `settings` says, hostile input, and that no value is ever shown.

use proptest::prelude::*;

use super::*;
use crate::value::Value;

fn file(bytes: &[u8]) -> SourceFile {
    SourceFile::new(SourcePath::new("app/.env"), bytes.to_vec())
}

fn names(settings: &Settings) -> Vec<&str> {
    settings.settings.iter().map(|setting| setting.name.as_str()).collect()
}

#[test]
fn compose_keeps_what_stands_above_the_line_that_it_refuses() {
    let read = read(&file(b"A=1\nB\nMY KEY=s3cret\nC=2\n"), Dialect::Compose);
    assert_eq!(names(&read), ["A", "B"]);
    assert!(matches!(read.settings[1].value, SettingValue::PassThrough));
    assert!(!read.whole);
    let problem = read.rejected.unwrap();
    assert_eq!(problem.span, Span::new(8, 9));
    assert!(!problem.message.contains("s3cret"));
}

#[test]
fn a_bad_reference_makes_compose_refuse_the_file_at_its_place() {
    let source = file(b"A=\"\\tx ${B:=1}\"\n");
    let read = read(&source, Dialect::Compose);
    assert_eq!(source.slice(read.rejected.unwrap().span), "${B:=1}");
}

#[test]
fn spans_of_references_stand_behind_escapes_where_they_are_in_the_file() {
    let source = file("A=\"é\\n\\\"${B}\\t\\$x${C:-\\\"${D}}\"\r\n".as_bytes());
    let read = read(&source, Dialect::Compose);
    let SettingValue::Given(template) = &read.settings[0].value else { panic!("no value") };
    let found: Vec<_> = template.references().iter().map(|reference| source.slice(reference.span)).collect();
    assert_eq!(found, ["${B}", "${C:-\\\"${D}}", "${D}"]);
    assert!(read.whole);
}

#[test]
fn the_rest_of_a_value_is_no_name() {
    for text in ["A=\"x\"s3cret\nB=1\n", "A=\"x\"s3c=ret\nB=1\n", "A=1\nMIIEvgIBADANBgkqhkiG9w0BAQEFAASC\nB=1\n"] {
        let read = read(&file(text.as_bytes()), Dialect::Compose);
        assert_eq!(names(&read), ["A", "B"], "{text}");
        assert!(!read.whole);
    }
}

#[test]
fn docker_keeps_quotes_and_references_as_they_are() {
    let read = read(&file(b"A=\"${B}\" # c\nHOME\n"), Dialect::Docker);
    let SettingValue::Given(template) = &read.settings[0].value else { panic!("no value") };
    assert_eq!(template.as_literal().unwrap().expose(), "\"${B}\" # c");
    assert!(matches!(read.settings[1].value, SettingValue::PassThrough));
    assert!(read.whole);
}

#[test]
fn damaged_values_are_unknown() {
    let read = read(&file(b"A=\xff\nB=1\n"), Dialect::Compose);
    assert!(matches!(read.settings[0].value, SettingValue::Unknown));
    assert!(matches!(read.settings[1].value, SettingValue::Given(_)));
}

#[test]
fn a_file_of_several_megabytes_is_read_at_once() {
    let line = |number| format!("NAME_{number}=\"value ${{OTHER_{number}:-x}}\" # a comment\n# a line\n");
    let mut text: String = (0..60_000).map(line).collect();
    text.push_str(&"K=-----BEGIN X\n".repeat(20_000));
    text.push_str(&"junk line\n".repeat(50_000));
    let started = std::time::Instant::now();
    let loaded = load(&file(text.as_bytes()), &Claim::new(Role::Values));
    assert!(loaded.facts.len() > 100_000);
    let one_line = "A=\"\"".repeat(200_000);
    assert_eq!(read(&file(one_line.as_bytes()), Dialect::Compose).settings.len(), 1);
    assert!(started.elapsed() < std::time::Duration::from_secs(20), "it took {:?}", started.elapsed());
}

/// Text that is likely to hit the corners of the dialects.
fn awkward() -> impl Strategy<Value = Vec<u8>> {
    let pieces: &[&[u8]] = &[
        b"A=",
        b"export ",
        b"NAME_B",
        b"=",
        b"\"",
        b"'",
        b"`",
        b"\\",
        b"\n",
        b"\r\n",
        b"\r",
        b" ",
        b"\t",
        b"#",
        b" #",
        b"${",
        b"$",
        b"}",
        b":-",
        b"{",
        b"\xef\xbb\xbf",
        b"\xe2\x80\xa8",
        b"\xff",
        b"\xc3\xa9",
        b"\0",
        b"x",
        b": ",
        b"-----BEGIN X",
        b"-----END X",
        b"# envcheck: ignore[a] b",
        b"\\n",
        b"\\0123",
    ];
    let piece = proptest::sample::select(pieces);
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_bytes_are_read_without_a_panic_and_no_value_is_shown(bytes in awkward(), is_template: bool) {
        let source = file(&bytes);
        let role = if is_template { Role::Template } else { Role::Values };
        let loaded = load(&source, &Claim::new(role));
        let fits = |span: Span| source.text().get(span.start..span.end).is_some();
        for span in &loaded.shown {
            prop_assert!(fits(*span));
        }
        for fact in &loaded.facts {
            prop_assert!(fits(fact.span));
            prop_assert_eq!(source.slice(fact.span), fact.name.as_str());
            if let FactKind::Definition { value, value_span } = &fact.kind {
                prop_assert!(fits(*value_span));
                for span in value.references().iter().map(|reference| reference.span) {
                    prop_assert!(fits(span) && value_span.start <= span.start && span.end <= value_span.end);
                }
                for shown in &loaded.shown {
                    prop_assert!(shown.end <= value_span.start || value_span.end <= shown.start);
                }
            }
        }
        prop_assert!(loaded.problems.iter().all(|problem| fits(problem.span)));
        prop_assert!(loaded.ignores.iter().all(|ignore| fits(ignore.span)));
        for dialect in [Dialect::Dotenv, Dialect::DotenvExpand12, Dialect::Compose, Dialect::Docker] {
            let read = read(&source, dialect);
            prop_assert!(read.rejected.is_none_or(|problem| fits(problem.span)));
            prop_assert!(read.settings.iter().all(|setting| fits(setting.place.span) && fits(setting.value_span)));
        }
    }
}

proptest! {
    #[test]
    fn what_was_read_already_is_what_each_loader_reads(text in "([A-C]?[A-Z_]{1,3}=\"?[a-z0-9:/ ]{0,4}\"?\n|# [a-z]{0,3}\n|\n){0,5}") {
        let source = file(text.as_bytes());
        let claim = Claim::new(Role::Values);
        let loaded = load(&source, &claim);
        let file = File { source, format: "dotenv", claim, loaded, outcomes: Vec::new(), local: false };
        for known_dialect in dotenv::DIALECTS {
            let dialect = known_dialect.dialect;
            let Some(known) = known(&file, dialect) else { continue };
            prop_assert_eq!(format!("{known:?}"), format!("{:?}", read(&file.source, dialect)));
            let texts = |of: &Settings| -> Vec<Option<Value>> {
                let literal = |setting: &Setting| match &setting.value {
                    SettingValue::Given(template) => template.as_literal(),
                    _ => None,
                };
                of.settings.iter().map(literal).collect()
            };
            prop_assert!(texts(&known) == texts(&read(&file.source, dialect)));
        }
    }
}
