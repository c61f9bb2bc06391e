//! Tests of a run: arguments, scope, levels, ignores and the order of findings.

use std::collections::BTreeMap;

use super::*;
use crate::config::IgnoreEntry;
use crate::name::Name;
use crate::reporters::Reported;
use crate::source::Place;

#[test]
fn a_listing_may_name_its_environment() {
    let split = |text: &str| split_listing(&OsString::from(text));
    assert_eq!(split("production=a.json"), (Some("production".to_owned()), PathBuf::from("a.json")));
    assert_eq!(split("a.json"), (None, PathBuf::from("a.json")));
    assert_eq!(split("./a=b.json"), (None, PathBuf::from("./a=b.json")));
    assert_eq!(split("=a.json"), (None, PathBuf::from("=a.json")));
}

#[test]
fn the_root_is_told_from_where_envcheck_runs() {
    let of = |folder: &str, here: &str| relative(Path::new(folder), Path::new(here));
    assert_eq!(of("/a/b", "/a/b"), ".");
    assert_eq!(of("/a", "/a/b/c"), "../..");
    assert_eq!(of("/a/x/y", "/a/b"), "../x/y");
}

#[test]
fn of_a_config_only_headers_are_shown() {
    let text = "[rules]\nx = \"[a]\"\n  [[ignore]]\nreason = \"hunter2\"\n[store.\"hunter2\"]\n";
    let source = SourceFile::new(SourcePath::new("envcheck.toml"), text.as_bytes().to_vec());
    let shown: Vec<&str> = headers(&source).into_iter().map(|span| source.slice(span)).collect();
    assert_eq!(shown, ["[rules]", "[[ignore]]"]);
}

/// A rule that is in no list, so that what happens to findings can be seen without any other rule.
const TEST_RULE: &str = "test-rule";

const DOCKERFILE: &str = "FROM x\n# envcheck: ignore[unused-ignore] nothing to see\nENV A=1\nENV B=2\n";

fn project(config: Config) -> Project {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("api")).unwrap();
    std::fs::write(folder.path().join("api/Dockerfile"), DOCKERFILE).unwrap();
    Project::load(folder.path(), config, &Options::default()).unwrap()
}

fn found(level: Level) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut findings = Findings::new(TEST_RULE, level, &mut found);
    let path = SourcePath::new("api/Dockerfile");
    for name in ["A", "B"] {
        let start = DOCKERFILE.find(&format!("{name}=")).unwrap();
        findings
            .report(&Place::new(&path, Span::new(start, start + 1)), "here", format!("`{name}` is odd"))
            .variable(&Name::new(name))
            .app(if name == "A" { "api" } else { "web" })
            .environment(&Environment::new("staging"))
            .related(&Place::new(&SourcePath::new("schema.toml"), Span::default()), "there");
    }
    found
}

fn reported(config: Config, wanted: &Wanted, level: Level) -> (Vec<Reported>, Summary) {
    let project = project(config);
    let overview = Overview::of(&Model::new(&project));
    let report = report_findings(found(level), &project, None, overview, wanted);
    (report.findings, report.summary)
}

fn names(findings: &[Reported]) -> Vec<&str> {
    findings.iter().filter_map(|finding| finding.variable.as_ref()).map(Name::as_str).collect()
}

fn wanted(scope: Scope) -> Wanted {
    let only = BTreeSet::from([TEST_RULE.to_owned()]);
    Wanted { scope, ..Wanted::new(Levels { only, ..Levels::default() }) }
}

#[test]
fn a_finding_is_reported_where_it_stands() {
    let (findings, summary) = reported(Config::default(), &wanted(Scope::default()), Level::Error);
    assert_eq!(names(&findings), ["A", "B"]);
    assert_eq!((findings[0].primary.start.line, findings[0].primary.start.column), (3, 5));
    assert_eq!(summary.sources, 1);
}

#[test]
fn a_scope_excludes_other_apps_environments_and_paths_and_nothing_else() {
    let of = |scope: Scope| reported(Config::default(), &wanted(scope), Level::Error).0.len();
    let list = |name: &str| vec![name.to_owned()];
    let path = |path: &str| vec![SourcePath::new(path)];
    assert_eq!(of(Scope { apps: list("api"), ..Scope::default() }), 1);
    assert_eq!(of(Scope { environments: list("staging"), ..Scope::default() }), 2);
    assert_eq!(of(Scope { environments: list("production"), ..Scope::default() }), 0);
    assert_eq!(of(Scope { paths: path(""), ..Scope::default() }), 2);
    assert_eq!(of(Scope { paths: path("web"), ..Scope::default() }), 0);
    assert_eq!(of(Scope { paths: path("schema.toml"), ..Scope::default() }), 2, "a related place counts too");
}

#[test]
fn an_ignored_finding_is_counted_and_changes_no_other_ones_fingerprint() {
    let ignore = IgnoreEntry {
        rule: TEST_RULE.to_owned(),
        variables: vec!["A".to_owned()],
        reason: "decided".to_owned(),
        ..IgnoreEntry::default()
    };
    let all = reported(Config::default(), &wanted(Scope::default()), Level::Error).0;
    let config = Config { ignores: vec![ignore], ..Config::default() };
    let (findings, summary) = reported(config, &wanted(Scope::default()), Level::Error);
    assert_eq!(names(&findings), ["B"]);
    assert_eq!(findings[0].fingerprint, all[1].fingerprint);
    assert_eq!((summary.ignored[0].line, summary.ignored[0].reason.as_str()), (3, "decided"));
}

#[test]
fn levels_of_the_command_line_set_all_findings_of_a_rule() {
    let command_line = BTreeMap::from([(TEST_RULE.to_owned(), Level::Error)]);
    let strict = Wanted::new(Levels { command_line, ..Levels::default() });
    let (findings, _) = reported(Config::default(), &strict, Level::Pedantic);
    assert!(findings.len() == 2 && findings.iter().all(|finding| finding.level == Level::Error));
    let (silent, _) = reported(Config::default(), &Wanted::new(Levels::default()), Level::Pedantic);
    assert!(names(&silent).is_empty());
}

#[test]
fn an_ignore_that_is_over_is_reported_at_the_config() {
    let ignore =
        IgnoreEntry { rule: UNUSED_IGNORE.to_owned(), until: "2020-01-31".parse().ok(), ..IgnoreEntry::default() };
    let config = Config { path: Some(SourcePath::new("envcheck.toml")), ignores: vec![ignore], ..Config::default() };
    let (findings, _) = reported(config, &Wanted::new(Levels::default()), Level::Off);
    let messages: Vec<&str> = findings.iter().map(|finding| finding.message.as_str()).collect();
    assert_eq!(messages, ["the ignore of `unused-ignore` ended on 2020-01-31"]);
    assert_eq!(findings[0].primary.path.as_str(), "envcheck.toml");
}

#[test]
fn what_is_unknown_is_said_of_the_environments_that_were_asked_for() {
    let unknown = |environment: &str| crate::reporters::Unknown {
        app: "api".to_owned(),
        environment: Environment::new(environment),
        reason: "no listing".to_owned(),
        variables: vec![Name::new("A")],
        secrets: true,
        deployed: true,
    };
    let project = project(Config::default());
    let overview = Overview { unknown: vec![unknown("production"), unknown("staging")], ..Overview::default() };
    let scope = Scope { environments: vec!["production".to_owned()], ..Scope::default() };
    let report = report_findings(Vec::new(), &project, None, overview, &wanted(scope));
    assert_eq!(report.summary.unknown, [unknown("production")]);
}
