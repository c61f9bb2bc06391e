//! Every rule alone on its own fixtures: `fixtures/rules/<rule>/<case>/` and the `report.txt` in it.
//!
//! A case whose name begins with `silent-` must say nothing and has no `report.txt`; every rule has both kinds.
//! `SNAPSHOTS=overwrite cargo test --test rules` writes the reports anew.

mod support;

use envcheck::rules::RULES;
use support::{compare, fixtures, folders, load, name, report, written};

/// Rules whose findings come from another place than their check, tested there.
const ELSEWHERE: &[&str] = &["unused-ignore"];

#[test]
fn every_rule_says_what_its_fixtures_expect() {
    let mut failures = Vec::new();
    for rule in RULES.iter().filter(|rule| !ELSEWHERE.contains(&rule.id)) {
        let cases = folders(&fixtures("rules").join(rule.id));
        let (mut loud, mut silent) = (0, 0);
        for case in cases {
            let report = report(&load(&case), &[rule.id]);
            let text = written(&report, "text", true);
            if name(&case).starts_with("silent-") {
                silent += 1;
                if !report.findings.is_empty() {
                    failures.push(format!("{}/{} must be silent:\n{text}", rule.id, name(&case)));
                }
            } else if report.findings.is_empty() {
                loud += 1;
                failures.push(format!("{}/{} finds nothing", rule.id, name(&case)));
            } else {
                loud += 1;
                let file = case.join("report.txt");
                let same = std::panic::catch_unwind(|| compare(&text, &file)).is_ok();
                if !same {
                    failures.push(format!("{}/{} says something else:\n{text}", rule.id, name(&case)));
                }
            }
        }
        if loud == 0 || silent == 0 {
            failures.push(format!("{} needs a case that speaks ({loud}) and one that is silent ({silent})", rule.id));
        }
    }
    assert!(failures.is_empty(), "{} cases fail:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn every_fixture_folder_belongs_to_a_rule() {
    for folder in folders(&fixtures("rules")) {
        let id = name(&folder);
        assert!(RULES.iter().any(|rule| rule.id == id), "there is no rule `{id}`");
    }
}

#[test]
fn ids_are_sorted_kebab_case_and_documented() {
    let ids: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
    assert!(ids.is_sorted(), "{ids:?}");
    for rule in RULES {
        assert!(rule.id.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{}", rule.id);
        assert!(!rule.summary().is_empty(), "{} has no summary", rule.id);
        for heading in ["## Why is this bad?", "## Example", "## Use instead"] {
            assert!(rule.docs.contains(heading), "{} lacks {heading:?}", rule.id);
        }
    }
}
