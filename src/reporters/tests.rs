use std::collections::BTreeMap;

use snapbox::{IntoData as _, assert_data_eq, str};

use super::*;
use crate::fact::{Loaded, Role};
use crate::finding::{Edit, Finding, Findings, Fix, Level, Safety, settle};
use crate::ignore::Ignored;
use crate::loaders::{Claim, File};
use crate::name::{Environment, Name};
use crate::source::{Place, SourceFile, SourcePath, Span};

/// Stands wherever a value or a comment stands.
const CANARY: &str = "hunter2-canary";

fn file(path: &str, text: &str, shown: &[&str]) -> (SourcePath, File) {
    let source = SourceFile::new(SourcePath::new(path), text.replace("CANARY", CANARY).into_bytes());
    let spans = shown.iter().map(|word| {
        let start = source.text().find(word).unwrap();
        Span::new(start, start + word.len())
    });
    let loaded = Loaded { shown: spans.collect(), ..Loaded::default() };
    let claim = Claim::new(Role::Values);
    let local = path.ends_with(".local");
    (SourcePath::new(path), File { source, format: "dotenv", claim, loaded, outcomes: Vec::new(), local })
}

fn files() -> BTreeMap<SourcePath, File> {
    BTreeMap::from([
        file(".env", "# CANARY\n  ÄPORT=CANARY # CANARY\n\n\nOTHER=CANARY\n", &["ÄPORT=", "OTHER="]),
        file(".env.local", "PORT='CANARY\nCANARY'\n", &["PORT=", "'"]),
        file("env.schema.toml", "[server]\nPORT = { default = \"CANARY\" }\n", &["PORT", "default", "{", "}", "="]),
        file("broken.yaml", "\u{1b}[31mCANARY: CANARY\n", &[]),
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
        }],
        proofs: vec![Proof {
            environment: Environment::new("staging"),
            app: "api".to_owned(),
            required: 41,
            given: 32,
            injected: 9,
            stored: 9,
            unknown: 0,
        }],
        lowered: vec!["unused-variable".to_owned()],
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
    assert_data_eq!(
        render("text", &report(), &Look::default()),
        str![[r#"
shop · 1 app · 2 variables · development, staging · 4 files · 2 secrets of staging unknown: no listing
staging: api 41 required: 32 given, 9 injected, 9 of them stored and enabled, 0 unknown

error[invalid-value]: `ÄPORT` of api in staging is not a port
   ╭─[.env:2:9]
 2 │   ÄPORT=••••
   ·         ──┬─
   ·           ╰── not a port
   ╰────
   ╭─[.env:5:1]
 5 │ OTHER=••••
   · ──┬──
   ·   ╰── this one is right
   ╰────
  help: give it a number from 1 to 65535
  ├─▶ also: declared here
  │      ╭─[env.schema.toml:2:1]
  │    2 │ PORT = { default ••••}
  │      · ────
  │      ╰────
  ╰─▶ also: and 2 more: `envcheck show ÄPORT`

warning[untidy-file]: `PORT` stands on two lines (local)
   ╭─[.env.local:1:6]
 1 │ PORT='••••
   ·      ──┬──
   ·        ╰── two lines
   ╰────

warning[untidy-file]: ::error::`X` is odd #\u{23}[debug]
   ╭─[absent.toml:1:1]
 1 │
   · ▲
   · ╰── somewhere
   ╰────

warning[untidy-file]: a mapping\u{202e} is broken\u{1b}[0m
   ╭─[broken.yaml:1:6]
 1 │ ••••
   · ────
   ╰────

not read: pgdata (permission denied)
turned down by the config: unused-variable
1 error, 3 warnings, 1 ignored
(local): stands in a git-ignored file, so only you see it
next: `envcheck explain invalid-value`

"#]]
        .raw()
    );
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
    assert_data_eq!(
        render("concise", &report(), &Look::default()),
        str![[r#"
.env:2:9: error[invalid-value] `ÄPORT` of api in staging is not a port
.env.local:1:6: warning[untidy-file] `PORT` stands on two lines (local)
absent.toml:1:1: warning[untidy-file] ::error::`X` is odd #\u{23}[debug]
broken.yaml:1:6: warning[untidy-file] a mapping\u{202e} is broken\u{1b}[0m

"#]]
        .raw()
    );
}

#[test]
fn a_long_line_is_cut_around_what_is_marked() {
    let name = "N".repeat(300);
    let text = format!("{} {name}=CANARY\n", "K".repeat(500));
    let files = BTreeMap::from([file(".env", &text, &[&format!("{} {name}=", "K".repeat(500))])]);
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
    assert_data_eq!(
        written.replace(env!("CARGO_PKG_VERSION"), "[VERSION]"),
        str![[r#"
{
  "schema": "envcheck.report/1",
  "envcheck": "[VERSION]",
  "root": ".",
  "errors": [],
  "findings": [
    {
      "rule": "invalid-value",
      "level": "error",
      "message": "`ÄPORT` of api in staging is not a port",
      "variable": "ÄPORT",
      "app": "api",
      "environment": "staging",
      "local": false,
      "primary": {
        "path": ".env",
        "line": 2,
        "column": 9,
        "end_line": 2,
        "end_column": 25,
        "label": "not a port"
      },
      "related": [
        {
          "path": "env.schema.toml",
          "line": 2,
          "column": 1,
          "end_line": 2,
          "end_column": 5,
          "label": "declared here"
        },
        {
          "path": ".env",
          "line": 5,
          "column": 1,
          "end_line": 5,
          "end_column": 6,
          "label": "this one is right"
        },
        {
          "path": ".env.local",
          "line": 1,
          "column": 1,
          "end_line": 1,
          "end_column": 5,
          "label": "third"
        },
        {
          "path": "broken.yaml",
          "line": 1,
          "column": 6,
          "end_line": 1,
          "end_column": 20,
          "label": "fourth"
        }
      ],
      "help": "give it a number from 1 to 65535",
      "fix": {
        "title": "delete the line",
        "safety": "unsafe",
        "edits": [
          {
            "path": ".env",
            "start": 2,
            "end": 3,
            "replacement": ""
          }
        ]
      },
      "fingerprint": "v1:6c615a72654ebb12670bf423c084d262"
    },
    {
      "rule": "untidy-file",
      "level": "warning",
      "message": "`PORT` stands on two lines",
      "variable": null,
      "app": null,
      "environment": null,
      "local": true,
      "primary": {
        "path": ".env.local",
        "line": 1,
        "column": 6,
        "end_line": 2,
        "end_column": 16,
        "label": "two lines"
      },
      "related": [],
      "help": null,
      "fix": null,
      "fingerprint": "v1:e72e405509859ff9dd9653c563b69524"
    },
    {
      "rule": "untidy-file",
      "level": "warning",
      "message": "::error::`X` is odd ##[debug]",
      "variable": null,
      "app": null,
      "environment": null,
      "local": false,
      "primary": {
        "path": "absent.toml",
        "line": 1,
        "column": 1,
        "end_line": 1,
        "end_column": 1,
        "label": "somewhere"
      },
      "related": [],
      "help": null,
      "fix": null,
      "fingerprint": "v1:7f9a3608d2fb202d4862b0c63573079f"
    },
    {
      "rule": "untidy-file",
      "level": "warning",
      "message": "a mapping\u202e is broken\u001b[0m",
      "variable": null,
      "app": null,
      "environment": null,
      "local": false,
      "primary": {
        "path": "broken.yaml",
        "line": 1,
        "column": 6,
        "end_line": 1,
        "end_column": 36,
        "label": ""
      },
      "related": [],
      "help": null,
      "fix": null,
      "fingerprint": "v1:076016dd2e50262aea5e3ad4bd3a25b0"
    }
  ],
  "summary": {
    "errors": 1,
    "warnings": 3,
    "ignored": [
      {
        "rule": "empty-value",
        "path": ".env",
        "line": 3,
        "reason": "decided"
      }
    ],
    "baselined": 0,
    "sources": 4,
    "unread": [
      {
        "path": "pgdata",
        "reason": "permission denied"
      }
    ],
    "variables": 2,
    "apps": [
      "api"
    ],
    "environments": [
      "development",
      "staging"
    ],
    "unknown": [
      {
        "app": "api",
        "environment": "staging",
        "reason": "no listing",
        "variables": [
          "A",
          "B"
        ]
      }
    ]
  }
}

"#]]
        .raw()
    );
}

#[test]
fn the_published_schema_is_the_one_of_the_types() {
    let made = format!("{:#}\n", json::json_schema());
    assert_data_eq!(made, snapbox::Data::read_from(std::path::Path::new("schemas/report.json"), None).raw());
}

mod hostile {
    use proptest::prelude::*;

    use super::*;

    fn text() -> impl Strategy<Value = String> {
        // The alphabet of what goes wrong: wide, combining, hidden and broken characters, tabs, breaks of both kinds.
        proptest::collection::vec(
            proptest::sample::select(vec![
                "A",
                "=",
                " ",
                "\t",
                "\n",
                "\r\n",
                "\r",
                "ä",
                "漢",
                "e\u{301}",
                "\u{200b}",
                "\u{1b}[31m",
                "\u{feff}",
                "👩‍👩‍👧",
                "::",
                "##[",
                "\u{1}",
                "\u{1a}",
                "long-long-long-long-long-long-long-long-long-long-long-long-long",
            ]),
            0..40,
        )
        .prop_map(|parts| parts.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn no_text_and_no_span_breaks_a_format(
            text in text(),
            message in text(),
            spans in proptest::collection::vec((0..200_usize, 0..60_usize), 1..6),
            shown in proptest::collection::vec((0..200_usize, 0..60_usize), 0..6),
            width in 0..130_usize,
            color: bool,
            unicode: bool,
        ) {
            let spans: Vec<Span> = spans.into_iter().map(|(start, length)| Span::new(start, start + length)).collect();
            let files: BTreeMap<_, _> = ["a", "b"].into_iter().map(|path| {
                let (path, mut file) = file(path, &text, &[]);
                file.loaded.shown = shown.iter().map(|(start, length)| Span::new(*start, start + length)).collect();
                (path, file)
            }).collect();
            let mut found = Vec::new();
            let mut findings = Findings::new("r", Level::Error, &mut found);
            let finding = findings.report(&Place::new(&SourcePath::new("a"), spans[0]), message.clone(), message.clone());
            for (number, span) in spans.iter().enumerate() {
                finding.related(&Place::new(&SourcePath::new(if number % 2 == 0 { "a" } else { "b" }), *span), message.clone());
            }
            finding.help(message.clone());
            let findings = Report::resolve(&settle(found), &Texts::new(&files));
            let report = Report { name: message.clone(), findings, ..Report::default() };
            for reporter in REPORTERS {
                let out = render(reporter.name, &report, &Look { color, unicode, width, ..Look::default() });
                prop_assert!(out.lines().all(|line| !line.trim_start().starts_with("::")));
                prop_assert!(!out.contains('\u{200b}'), "{out:?}");
                prop_assert!(reporter.name == "json" || !out.contains("##["));
                let escapes = out.contains('\u{1b}');
                prop_assert!(color || !escapes);
            }
        }
    }
}
