//! Tests of all formats: each against a file, and that none shows what is masked.

use std::collections::BTreeMap;

use snapbox::{assert_data_eq, file};

use super::*;
use crate::fact::{Loaded, Role};
use crate::finding::{Edit, Finding, Findings, Fix, Level, Safety, settle};
use crate::ignore::Ignored;
use crate::loaders::{Claim, File};
use crate::name::{Environment, Name};
use crate::source::{Place, SourceFile, SourcePath, Span};

/// Stands wherever a value or a comment stands.
const CANARY: &str = "hunter2-canary";

fn source(path: &str, text: &str, shown: &[&str]) -> (SourcePath, File) {
    let source = SourceFile::new(SourcePath::new(path), text.replace("CANARY", CANARY).into_bytes());
    let spans = shown.iter().map(|word| {
        let start = source.text().find(word).unwrap();
        Span::new(start, start + word.len())
    });
    let loaded = Loaded { shown: spans.collect(), ..Loaded::default() };
    let claim = Claim::new(Role::Values);
    let local = path == ".env.local";
    (SourcePath::new(path), File { source, format: "dotenv", claim, loaded, outcomes: Vec::new(), local })
}

fn files() -> BTreeMap<SourcePath, File> {
    BTreeMap::from([
        source(".env", "# CANARY\n  ÄPORT=CANARY # CANARY\n\n\nOTHER=CANARY\n", &["ÄPORT=", "OTHER="]),
        source(".env.local", "PORT='CANARY\nCANARY'\n", &["PORT=", "'"]),
        source("env.schema.toml", "[server]\nPORT = { default = \"CANARY\" }\n", &["PORT", "default", "{", "}", "="]),
        source("broken.yaml", "\u{1b}[31mCANARY: CANARY\n", &[]),
    ])
}

fn place(files: &BTreeMap<SourcePath, File>, path: &str, text: &str) -> Place {
    let text = text.replace("CANARY", CANARY);
    let path = SourcePath::new(path);
    let start = files.get(&path).map_or(0, |file| file.source.text().find(&text).unwrap());
    Place::new(&path, Span::new(start, start + text.len()))
}

fn findings(files: &BTreeMap<SourcePath, File>) -> Vec<Finding> {
    let mut found = Vec::new();
    let at = |path: &str, text: &str| place(files, path, text);
    Findings::new("invalid-value", Level::Error, &mut found)
        .report(&at(".env", "CANARY #"), "not a port", "`ÄPORT` of api in staging is not a port")
        .variable(&Name::new("ÄPORT"))
        .app("api")
        .environment(&Environment::new("staging"))
        .related(&at("env.schema.toml", "PORT"), "declared here")
        .related(&at(".env", "OTHER"), "this one is right")
        .related(&at(".env.local", "PORT"), "third")
        .related(&at("broken.yaml", "CANARY"), "fourth")
        .help("give it a number from 1 to 65535")
        .fix(Fix {
            title: "delete the line".to_owned(),
            safety: Safety::Unsafe,
            edits: vec![Edit { path: SourcePath::new(".env"), span: Span::new(2, 3), replacement: String::new() }],
        });
    let mut warnings = Findings::new("untidy-file", Level::Warning, &mut found);
    warnings.report(&at(".env.local", "'CANARY\nCANARY'"), "two lines", "`PORT` stands on two lines");
    warnings.report(&at("broken.yaml", "CANARY: CANARY"), "", "a mapping\u{202e} is broken\u{1b}[0m");
    warnings.report(&at("absent.toml", ""), "somewhere", "::error::`X` is odd ##[debug]");
    found
}

fn report() -> Report {
    let files = files();
    let findings = Report::resolve(&settle(findings(&files)), &Texts::new(&files));
    let summary = Summary {
        ignored: vec![Ignored {
            path: SourcePath::new(".env"),
            line: 3,
            rule: "empty-value".to_owned(),
            reason: "decided".to_owned(),
        }],
        sources: 4,
        unread: vec![(SourcePath::new("pgdata"), "permission denied".to_owned())],
        variables: 2,
        apps: vec!["api".to_owned()],
        environments: vec![Environment::new("development"), Environment::new("staging")],
        unknown: vec![Unknown {
            app: "api".to_owned(),
            environment: Environment::new("staging"),
            reason: "no listing".to_owned(),
            variables: vec![Name::new("A"), Name::new("B")],
            secrets: true,
            deployed: true,
        }],
        proofs: vec![Proof {
            environment: Environment::new("staging"),
            app: "api".to_owned(),
            required: 41,
            given: 32,
            injected: 9,
            stored: 9,
            missing: 0,
            unknown: 0,
        }],
        lowered: vec!["unused-variable".to_owned()],
        skipped: vec!["deploy/*.env".to_owned()],
        ..Summary::default()
    };
    Report { name: "shop".to_owned(), root: ".".to_owned(), findings, summary, ..Report::default() }
}

fn render(name: &str, report: &Report, look: &Look) -> String {
    let mut out = Vec::new();
    (find(name).unwrap().write)(report, look, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn looks() -> Vec<Look> {
    let plain = Look::default();
    vec![
        plain,
        Look { color: true, ..plain },
        Look { unicode: false, width: 0, ..plain },
        Look { terminal: true, width: 60, ..plain },
        Look { quiet: true, width: usize::MAX, ..plain },
    ]
}

#[test]
fn no_format_shows_a_byte_of_a_value_or_a_comment() {
    let report = report();
    for reporter in REPORTERS {
        for look in looks() {
            let out = render(reporter.name, &report, &look);
            assert!(out.contains("ÄPORT"), "{} says nothing", reporter.name);
            for piece in ["hunter", "canary", CANARY] {
                assert!(!out.contains(piece), "{} shows a value:\n{out}", reporter.name);
            }
        }
    }
    assert!(!format!("{report:?}").contains("hunter"));
}

#[test]
fn no_line_of_any_format_is_a_command_to_a_ci_runner() {
    for reporter in REPORTERS {
        let out = render(reporter.name, &report(), &Look::default());
        assert!(out.lines().all(|line| !line.trim_start().starts_with("::")), "{}", reporter.name);
        if reporter.name != "json" {
            assert!(!out.contains("##["), "{}:\n{out}", reporter.name);
        }
    }
    assert_eq!(defuse("  ::set-output\n"), "  \\u{3a}:set-output\n");
    assert_eq!(defuse("a ##[x]"), "a #\\u{23}[x]");
    assert!(matches!(defuse("a::b\n"), Cow::Borrowed(_)));
}

#[test]
fn every_format_shows_control_characters_as_escapes() {
    for (name, escape) in [("text", "\\u{202e}"), ("concise", "\\u{202e}"), ("json", "\\u202e")] {
        let out = render(name, &report(), &Look::default());
        assert!(out.contains(escape) && !out.contains('\u{202e}') && !out.contains('\u{1b}'), "{out}");
    }
}

#[test]
fn text_shows_masked_lines_under_their_own_numbers_and_columns() {
    assert_data_eq!(render("text", &report(), &Look::default()), file!["tests/report.txt"].raw());
}

#[test]
fn text_without_unicode_is_ascii_but_for_names() {
    let out = render("text", &report(), &Look { unicode: false, ..Look::default() });
    assert!(out.replace('Ä', "").is_ascii(), "{out}");
}

#[test]
fn text_colours_nothing_unless_asked_to() {
    assert!(!render("text", &report(), &Look::default()).contains('\u{1b}'));
    let coloured = render("text", &report(), &Look { color: true, ..Look::default() });
    assert!(coloured.contains("\u{1b}[31m") && !coloured.contains('\u{1}'));
    let plain: String = coloured
        .split('\u{1b}')
        .enumerate()
        .map(|(at, part)| if at == 0 { part } else { part.split_once('m').unwrap().1 })
        .collect();
    assert_eq!(plain, render("text", &report(), &Look::default()));
}

#[test]
fn quiet_text_of_nothing_is_nothing() {
    let quiet = Look { quiet: true, ..Look::default() };
    assert_eq!(render("text", &Report::default(), &quiet), "");
    assert!(render("text", &Report::default(), &Look::default()).contains("nothing to report"));
}

#[test]
fn a_person_sees_fifty_findings_at_most() {
    let files = files();
    let mut found = Vec::new();
    let mut many = Findings::new("untidy-file", Level::Warning, &mut found);
    for number in 0..60 {
        many.report(&place(&files, ".env", "OTHER"), "here", format!("{number} is wrong"));
    }
    let findings = Report::resolve(&settle(found), &Texts::new(&files));
    let report = Report { findings, ..Report::default() };
    let terminal = render("text", &report, &Look { terminal: true, ..Look::default() });
    assert_eq!(terminal.matches("warning[untidy-file]").count(), 50);
    assert!(terminal.contains("and 10 more: `envcheck check --format concise`"));
    assert_eq!(render("text", &report, &Look::default()).matches("warning[untidy-file]").count(), 60);
}

#[test]
fn concise_is_one_line_a_finding() {
    assert_data_eq!(render("concise", &report(), &Look::default()), file!["tests/concise.txt"].raw());
}

#[test]
fn the_primary_place_is_drawn_first_wherever_it_stands() {
    let files =
        BTreeMap::from([source(".env", "FIRST=CANARY\n\n\nABOVE=CANARY\nLAST=CANARY\n", &["FIRST", "ABOVE", "LAST"])]);
    let mut found = Vec::new();
    Findings::new("r", Level::Error, &mut found)
        .report(&place(&files, ".env", "LAST"), "this one", "wrong")
        .related(&place(&files, ".env", "FIRST"), "far away")
        .related(&place(&files, ".env", "ABOVE"), "beside it");
    let findings = Report::resolve(&settle(found), &Texts::new(&files));
    let quiet = Look { quiet: true, ..Look::default() };
    assert_data_eq!(
        render("text", &Report { findings, ..Report::default() }, &quiet),
        file!["tests/primary-first.txt"]
    );
}

#[test]
fn a_long_line_is_cut_around_what_is_marked() {
    let name = "N".repeat(300);
    let text = format!("{} {name}=CANARY\n", "K".repeat(500));
    let files = BTreeMap::from([source(".env", &text, &[&format!("{} {name}=", "K".repeat(500))])]);
    let mut found = Vec::new();
    Findings::new("r", Level::Error, &mut found).report(&place(&files, ".env", &name), "here", "wrong");
    let findings = Report::resolve(&settle(found), &Texts::new(&files));
    let out = render("text", &Report { findings, ..Report::default() }, &Look::default());
    assert!(out.lines().all(|line| line.chars().count() <= 100), "{out}");
    assert!(out.contains(".env:1:502") && out.contains("here"), "{out}");
}

#[test]
fn json_is_as_the_schema_says() {
    let validator = jsonschema::validator_for(&json::json_schema()).unwrap();
    let failed = Report {
        errors: vec![Failure { message: "no".to_owned(), path: Some("x".to_owned()), help: None }],
        root: ".".to_owned(),
        ..Report::default()
    };
    for report in [report(), failed, Report::default()] {
        let written: serde_json::Value = serde_json::from_str(&render("json", &report, &Look::default())).unwrap();
        assert!(validator.is_valid(&written), "{written:#}");
        assert_eq!(written["schema"], "envcheck.report/1");
    }
    assert!(!validator.is_valid(&serde_json::json!({ "schema": "envcheck.report/2" })));
}

#[test]
fn json_has_the_fields_of_version_1_in_their_order() {
    let written = render("json", &report(), &Look::default());
    assert_data_eq!(written.replace(env!("CARGO_PKG_VERSION"), "[VERSION]"), file!["tests/report.json"].raw());
}

mod hostile;
