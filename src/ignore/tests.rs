//! Tests of ignores: what they cover, and which of them matched nothing.

use super::*;
use crate::config::IgnoreEntry;
use crate::fact::{InlineIgnore, Loaded, Role};
use crate::finding::settle;
use crate::loaders::Claim;
use crate::name::Name;
use crate::source::{Place, SourceFile, Span};

const TEXT: &str = "# envcheck: ignore[some-rule] because\nA=1\nB=2\n";

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

/// A file whose comment lines are read as a loader would read them.
fn files(text: &str) -> BTreeMap<SourcePath, File> {
    let source = SourceFile::new(SourcePath::new(".env"), text.as_bytes().to_vec());
    let mut loaded = Loaded::default();
    for number in 1..=text.lines().count() {
        let span = source.line(number);
        if let Some(comment) = source.slice(span).strip_prefix('#') {
            loaded.ignores.extend(InlineIgnore::read(comment, span, number, true));
        }
    }
    let file =
        File { source, format: "dotenv", claim: Claim::new(Role::Values), loaded, outcomes: Vec::new(), local: false };
    BTreeMap::from([(SourcePath::new(".env"), file)])
}

fn finding(rule: &'static str, text: &str, at: &str) -> Finding {
    let start = text.find(at).unwrap();
    let mut found = Vec::new();
    let place = Place::new(&SourcePath::new(".env"), Span::new(start, start + at.len()));
    Findings::new(rule, Level::Error, &mut found).report(&place, "here", "wrong").variable(&Name::new("A"));
    found.remove(0)
}

fn run(findings: Vec<Finding>, text: &str, config: &Config) -> Outcome {
    let known = BTreeSet::from(["some-rule", "other-rule", UNUSED_IGNORE]);
    let ran = BTreeSet::from(["some-rule", UNUSED_IGNORE]);
    let circumstances = Circumstances { known: &known, ran: &ran, today: date("2026-11-20") };
    apply(settle(findings), &files(text), config, &circumstances)
}

fn entry(rule: &str) -> IgnoreEntry {
    IgnoreEntry { rule: rule.to_owned(), reason: "decided".to_owned(), ..IgnoreEntry::default() }
}

fn config(ignores: Vec<IgnoreEntry>) -> Config {
    Config { ignores, ..Config::default() }
}

fn messages(outcome: &Outcome) -> Vec<&str> {
    outcome.unused.iter().map(|finding| finding.message.as_str()).collect()
}

#[test]
fn a_comment_ignores_the_next_line_and_no_other() {
    let found = vec![finding("some-rule", TEXT, "A=1"), finding("some-rule", TEXT, "B=2")];
    let outcome = run(found, TEXT, &Config::default());
    assert_eq!(outcome.kept.len(), 1);
    assert_eq!(outcome.ignored[0].line, 2);
    assert_eq!(outcome.ignored[0].reason, "because");
    assert!(outcome.unused.is_empty());
}

#[test]
fn a_label_over_several_lines_is_ignored_at_any_of_them() {
    let text = "A=\"x\n# envcheck: ignore[some-rule] why\ny\"\n";
    let outcome = run(
        vec![finding("some-rule", text, "A=\"x\n# envcheck: ignore[some-rule] why\ny\"")],
        text,
        &Config::default(),
    );
    assert!(outcome.kept.is_empty());
}

#[test]
fn a_label_that_ends_with_its_line_break_is_not_on_the_next_line() {
    let text = "A=1\n# envcheck: ignore[some-rule] why\nB=2\nC=3\n";
    let outcome =
        run(vec![finding("some-rule", text, "# envcheck: ignore[some-rule] why\n")], text, &Config::default());
    assert_eq!(outcome.kept.len(), 1);
}

#[test]
fn an_ignore_without_a_reason_does_not_hold() {
    let text = "# envcheck: ignore[some-rule]\nA=1\n";
    let outcome = run(vec![finding("some-rule", text, "A=1")], text, &Config::default());
    assert_eq!(outcome.kept.len(), 1);
    assert_eq!(messages(&outcome), ["an ignore gives no reason, so it ignores nothing"]);
}

#[test]
fn an_ignore_that_matches_nothing_is_reported_only_if_its_rule_ran() {
    let text = "# envcheck: ignore[some-rule, other-rule] why\nA=1\n";
    let outcome = run(Vec::new(), text, &Config::default());
    assert_eq!(messages(&outcome), ["an ignore of `some-rule` matches nothing"]);
}

#[test]
fn an_unknown_rule_is_reported_without_repeating_the_comment() {
    let text =
        "# envcheck: ignore[some-rul] why\nA=1\n# envcheck: ignore[hunter2hunter2] why\nA=1\n# envcheck: ignore\n";
    let outcome = run(Vec::new(), text, &Config::default());
    assert_eq!(outcome.unused.len(), 3);
    assert_eq!(outcome.unused[0].help.as_deref(), Some("did you mean `some-rule`?"));
    assert!(!format!("{outcome:?}").contains("hunter2"));
}

#[test]
fn a_finding_that_is_off_keeps_its_ignore_from_being_unused() {
    let mut off = finding("some-rule", TEXT, "A=1");
    off.level = Level::Off;
    let outcome = run(vec![off], TEXT, &Config::default());
    assert!(outcome.kept.is_empty() && outcome.ignored.is_empty() && outcome.unused.is_empty());
}

#[test]
fn an_entry_of_the_config_matches_by_variable_file_app_and_environment() {
    let matching =
        |entry: IgnoreEntry| run(vec![finding("some-rule", "A=1", "A=1")], "A=1", &config(vec![entry])).kept.is_empty();
    assert!(matching(entry("some-rule")));
    assert!(!matching(entry("other-rule")));
    assert!(matching(IgnoreEntry { variables: vec!["B".into(), "A*".into()], ..entry("some-rule") }));
    assert!(!matching(IgnoreEntry { variables: vec!["B*".into()], ..entry("some-rule") }));
    assert!(matching(IgnoreEntry { files: vec!["**/.env".into()], ..entry("some-rule") }));
    assert!(!matching(IgnoreEntry { files: vec!["apps/**".into()], ..entry("some-rule") }));
    assert!(!matching(IgnoreEntry { apps: vec!["api".into()], ..entry("some-rule") }));
    assert!(!matching(IgnoreEntry { environments: vec!["staging".into()], ..entry("some-rule") }));
    assert!(!matching(IgnoreEntry { files: vec!["[".into()], ..entry("some-rule") }));
}

#[test]
fn an_entry_holds_to_the_end_of_its_last_day() {
    let until = |day: &str| {
        let entry = IgnoreEntry { until: Some(date(day)), ..entry("some-rule") };
        run(vec![finding("some-rule", "A=1", "A=1")], "A=1", &config(vec![entry]))
    };
    assert!(until("2026-11-20").kept.is_empty());
    let over = until("2026-11-19");
    assert_eq!(over.kept.len(), 1);
    assert_eq!(messages(&over), ["the ignore of `some-rule` ended on 2026-11-19"]);
}

#[test]
fn an_unused_ignore_can_be_ignored_itself() {
    let text = "# envcheck: ignore[some-rule] why\nA=1\n";
    let outcome = run(Vec::new(), text, &config(vec![entry(UNUSED_IGNORE)]));
    assert!(outcome.unused.is_empty());
    assert_eq!(outcome.ignored[0].rule, UNUSED_IGNORE);
}
