//! Whole repositories, `fixtures/projects/<name>/`, with all default rules and the `report.txt` beside them.
//!
//! A twin `<name>-fixed` must be silent. `SNAPSHOTS=overwrite cargo test --test projects` writes the reports anew.

mod support;

use support::{compare, fixtures, folders, load, name, report, written};

#[test]
fn every_project_says_what_its_report_expects() {
    let mut failures = Vec::new();
    for project in folders(&fixtures("projects")) {
        let report = report(&load(&project), &[]);
        let text = written(&report, "text", false);
        let file = fixtures("projects").join(format!("{}.report.txt", name(&project)));
        let same = std::panic::catch_unwind(|| compare(&text, &file)).is_ok();
        if !same {
            failures.push(format!("{} says something else:\n{text}", name(&project)));
        }
        if name(&project).ends_with("-fixed") && !report.findings.is_empty() {
            failures.push(format!("{} must be silent:\n{text}", name(&project)));
        }
    }
    assert!(failures.is_empty(), "{} projects fail:\n{}", failures.len(), failures.join("\n"));
}
