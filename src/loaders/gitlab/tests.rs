//! Tests of the loader of GitLab pipelines.

use std::fmt::Write as _;

use super::*;

#[test]
fn pipelines_are_known_by_their_names() {
    let reads = |path: &str| claims(&SourcePath::new(path)).is_some();
    for path in [".gitlab-ci.yml", "a/.gitlab-ci.yaml", "deploy.gitlab-ci.yml", ".gitlab/ci/build.yml"] {
        assert!(reads(path), "{path}");
    }
    for path in ["gitlab.yml", ".gitlab-ci.md", ".gitlab/issue_templates/x.yml", "ci.yml"] {
        assert!(!reads(path), "{path}");
    }
}

#[test]
fn no_text_is_too_much_for_it() {
    let mut chain = String::new();
    for number in 0..5_000 {
        let next = (number + 1) % 5_000;
        let _ = write!(chain, "j{number}:\n  extends: j{next}\n  script: docker run -e A=1 b\n");
    }
    for text in [
        "",
        "- a\n",
        "a: {extends: a, script: [[[[x]]]]}\n",
        "variables: 7\njob: {script: 1, environment: {}}\n",
        &chain,
    ] {
        let source = SourceFile::new(SourcePath::new(".gitlab-ci.yml"), text.as_bytes().to_vec());
        let _ = load(&source, &Claim::new(Role::Deploy));
    }
}
