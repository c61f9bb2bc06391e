//! Tests of the loader of recipes.

use super::*;

fn reads(path: &str) -> bool {
    claims(&SourcePath::new(path)).is_some()
}

fn loaded(path: &str, text: &str) -> Loaded {
    let source = SourceFile::new(SourcePath::new(path), text.as_bytes().to_vec());
    load(&source, &Claim::new(Role::Deploy))
}

#[test]
fn files_of_commands_are_known_by_their_names() {
    for path in
        ["Makefile", "a/Makefile", "x.mk", "justfile", ".justfile", "Procfile", "scripts/deploy.sh", "deploy-prod.sh"]
    {
        assert!(reads(path), "{path}");
    }
    for path in ["Makefile.am", "run.sh", "redeploy.sh", "deploy.py", "deploy", "justfile.md"] {
        assert!(!reads(path), "{path}");
    }
}

#[test]
fn a_file_without_any_such_program_is_left_alone() {
    let text = "all:\n\techo hello\n";
    assert!(loaded("Makefile", text).parsed.is_none());
}

#[test]
fn no_text_is_too_much_for_it() {
    let texts = [
        "\u{feff}a:\r\n\tdocker run -e A=1 \\\r\n\t\tb\r\n".to_owned(),
        "docker\\".repeat(50_000),
        "\tdocker $(".repeat(20_000),
        "a := docker\n".repeat(20_000),
        "docker: \u{0}\u{1a}ä\n\t@docker build -t ä -f ü .\n".to_owned(),
    ];
    for text in texts {
        for path in ["Makefile", "justfile", "Procfile", "deploy.sh"] {
            let _ = loaded(path, &text);
        }
    }
}

#[test]
fn logical_lines_know_where_they_begin() {
    let lines = logical_lines("a\nb \\\n c\n\nd");
    assert_eq!(lines, [(0, "a"), (2, "b \\\n c"), (9, ""), (10, "d")]);
}
