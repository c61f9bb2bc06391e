//! `envcheck show --line` on a real file: kinds, places and lengths, and never a value.

use std::process::Command;

fn show(files: &[(&str, &str)], line: &str) -> (bool, String) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::create_dir(folder.path().join(".git")).expect("a folder");
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("a file");
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_envcheck"));
    let output = command.args(["show", "--line", line]).current_dir(folder.path()).output().expect("it runs");
    let printed = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(printed).expect("it prints text"))
}

#[test]
fn each_loader_is_listed_with_what_it_reads() {
    let package = r#"{ "scripts": { "start": "node main.js" }, "dependencies": { "dotenv": "17.2.3" } }"#;
    let files = [("package.json", package), (".env", "PORT=1\nDB_PASSWORD=pa$sw0rd#9\n")];
    let (success, printed) = show(&files, ".env:2");
    assert!(success, "{printed}");
    let of = |id: &str| printed.lines().find(|line| line.split_whitespace().any(|word| word == id)).expect(id);
    assert!(
        of("dotenv").contains('*') && of("dotenv").ends_with("value at 13-20: text of 8 = 8 characters"),
        "{printed}"
    );
    assert!(of("compose").ends_with("value at 13-22: text of 2 + reference at 15-20 + text of 2 = 4 characters"));
    assert!(of("docker").ends_with("text of 10 = 10 characters"), "{printed}");
    assert!(!printed.contains("sw0rd"), "{printed}");
}

#[test]
fn a_line_inside_a_value_and_one_that_is_refused_are_told() {
    let files = [(".env", "A=\"x\ny\"\nB=c d\n")];
    assert!(show(&files, ".env:2").1.contains("part of the value that begins at line 1"));
    assert!(show(&files, ".env:3").1.contains("stops: text follows a space"));
}

#[test]
fn what_is_no_line_of_an_env_file_is_told_without_its_text() {
    let files = [(".env", "A=s3cr3t\n"), ("notes.txt", "s3cr3t")];
    for line in [".env:9", ".env:0", ".env", "notes.txt:1", "missing.env:1"] {
        let (success, printed) = show(&files, line);
        assert!(!success && !printed.contains("s3cr3t"), "{line}: {printed}");
    }
}
