//! A gate in front of a deploy: `check --env … -E unverified-variable` never passes because too little was said.

use program::{Ran, repository, run};

mod program;

const SCHEMA: &str = "[server]\nA = {}\n";

fn gate(files: &[(&str, &str)], more: &[&str]) -> Ran {
    let folder = repository(files);
    let arguments =
        [&["check", "--env", "production", "-E", "unverified-variable", "--format", "concise"], more].concat();
    run(folder.path(), &arguments)
}

#[test]
fn an_environment_that_only_the_config_names_is_none() {
    let named = ("envcheck.toml", "[environments]\nproduction = [\"live\"]\n");
    let ran = gate(&[named, (".env", "A=1\n")], &[]);
    assert_eq!(ran.code, 2, "{}", ran.said());
    assert!(ran.stderr.contains("no file says anything of the environment `production`"), "{}", ran.stderr);
    // What the schema requires there is unknown, which is something to say.
    let ran = gate(&[named, (".env", "A=1\n"), ("env.schema.toml", SCHEMA)], &[]);
    assert_eq!(ran.code, 1, "{}", ran.said());
}

#[test]
fn a_listing_without_secrets_is_nothing_to_check() {
    let ran = gate(&[("README.md", "hello\n"), ("l.json", "[]")], &["--listing", "production=l.json"]);
    assert_eq!(ran.code, 2, "{}", ran.said());
    let ran = gate(&[("env.schema.toml", SCHEMA), ("l.json", "[]")], &["--listing", "production=l.json"]);
    assert_eq!(ran.code, 1, "{}", ran.said());
}

#[test]
fn an_app_of_which_nothing_is_said_is_unknown_where_another_one_is_proved() {
    let files = [
        ("a/package.json", "{\"name\":\"a\"}"),
        ("a/env.schema.toml", SCHEMA),
        ("a/.env.production", "A=1\n"),
        ("b/package.json", "{\"name\":\"b\"}"),
        ("b/env.schema.toml", SCHEMA),
    ];
    for more in [&[][..], &["--app", "b"]] {
        let ran = gate(&files, more);
        assert_eq!(ran.code, 1, "{}", ran.said());
        assert!(ran.stdout.starts_with("b/env.schema.toml:2:1: error[unverified-variable]"), "{}", ran.stdout);
    }
    assert_eq!(gate(&files, &["--app", "a"]).code, 0);
}

#[test]
fn a_file_that_is_there_and_is_not_read_is_told() {
    let files = [("env.schema.toml", SCHEMA), (".env.production", "A=1\n")];
    assert_eq!(gate(&files, &[]).code, 0);
    let template = "{% if x %}\nservices:\n  web:\n    environment:\n      B: 1\n{% endif %}\n";
    let ran = gate(&[&files[..], &[("compose.yml", template)]].concat(), &[]);
    assert_eq!(ran.code, 1, "{}", ran.said());
    assert!(ran.stdout.starts_with("compose.yml:1:1: error[unverified-variable]"), "{}", ran.stdout);
    // A padded schema requires nothing.
    let padded = format!("{SCHEMA}{}", "#".repeat(10_000_001));
    let ran = gate(&[("b/env.schema.toml", &padded), files[0], files[1]], &[]);
    assert_eq!(ran.code, 1, "{}", ran.said());
    assert!(ran.stdout.starts_with("b/env.schema.toml:1:1: error[unverified-variable]"), "{}", ran.stdout);
    // What the config skips is skipped.
    let skip = ("envcheck.toml", "[[source]]\nfiles = [\"compose.yml\"]\nrole = \"skip\"\n");
    let ran = gate(&[&files[..], &[("compose.yml", template), skip]].concat(), &[]);
    assert_eq!(ran.code, 0, "{}", ran.said());
}
