//! Tests of the loader of Cloud Build.

use super::*;

#[test]
fn builds_are_known_by_their_names() {
    let reads = |path: &str| claims(&SourcePath::new(path)).is_some();
    for path in ["cloudbuild.yaml", "a/cloudbuild.json", "cloudbuild-api.yml", "cloudbuild.prod.yaml"] {
        assert!(reads(path), "{path}");
    }
    for path in ["cloudbuilder.yaml", "mycloudbuild.yaml", "cloudbuild.md", "build.yaml"] {
        assert!(!reads(path), "{path}");
    }
}

#[test]
fn no_text_is_too_much_for_it() {
    let long = format!("steps:\n  - name: docker\n    args: ['{}']\n", "$A$$${B}$".repeat(50_000));
    for text in ["", "[]", "steps: 1", "steps: [1, {name: x}, {name: bash, args: [-c]}, {args: {}}]", &long] {
        let source = SourceFile::new(SourcePath::new("cloudbuild.yaml"), text.as_bytes().to_vec());
        let _ = load(&source, &Claim::new(Role::Deploy));
    }
}
