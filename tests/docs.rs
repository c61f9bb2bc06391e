//! What is made from the code and kept beside it: the rules page, the CLI page, the JSON Schemas.
//!
//! `SNAPSHOTS=overwrite cargo test --test docs` writes them anew.

mod support;

use std::fmt::Write as _;
use std::path::Path;

use envcheck::cli;
use envcheck::rules::RULES;
use envcheck::stores::STORES;
use support::compare;

fn file(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

#[test]
fn the_rules_page_is_what_the_rules_say() {
    let mut page = "# Rules\n\nMade from the doc comments of `src/rules/`. `envcheck explain RULE` prints a section; \
                    `-W`, `-E` and `-A`, and `[rules]` in `envcheck.toml`, set levels.\n\n| rule | level | what it finds |\n|---|---|---|\n"
        .to_owned();
    for rule in RULES {
        let _ = writeln!(page, "| [{0}](#{0}) | {1} | {2} |", rule.id, rule.default_level, rule.summary());
    }
    for rule in RULES {
        let _ = write!(page, "\n## {}\n\nLevel: {}. Since {}.\n\n", rule.id, rule.default_level, rule.since);
        for line in rule.docs.lines() {
            let line = line.strip_prefix(' ').unwrap_or(line);
            let heading = line.strip_prefix("## ").map(|heading| format!("### {heading}"));
            let _ = writeln!(page, "{}", heading.as_deref().unwrap_or(line));
        }
    }
    compare(&format!("{}\n", page.trim_end()), &file("docs/rules.md"));
}

#[test]
fn the_cli_page_is_what_help_says() {
    let mut command = cli::command().term_width(100);
    command.build();
    let mut page = "# Command line\n\nMade from the program's own help.\n".to_owned();
    let _ = write!(page, "\n## envcheck\n\n```text\n{}```\n", help(&mut command));
    for sub in command.get_subcommands_mut().filter(|sub| sub.get_name() != "help") {
        section(sub, &format!("## envcheck {}", sub.get_name()), &mut page);
        for below in sub.get_subcommands().filter(|below| below.get_name() != "help") {
            section(below, &format!("### envcheck {} {}", sub.get_name(), below.get_name()), &mut page);
        }
    }
    page.push_str(
        "\n## Exit codes\n\n| code | meaning |\n|---|---|\n| 0 | nothing to report at or above `--fail-on` |\n\
         | 1 | findings |\n| 2 | envcheck could not do its job: usage, config, unreadable path, nothing to check |\n",
    );
    compare(&page, &file("docs/cli.md"));
}

fn section(command: &clap::Command, heading: &str, page: &mut String) {
    let _ = write!(page, "\n{heading}\n\n```text\n{}```\n", help(&mut command.clone().term_width(100)));
}

fn help(command: &mut clap::Command) -> String {
    let help = command.render_long_help().to_string();
    let lines: Vec<&str> = help.lines().map(str::trim_end).collect();
    format!("{}\n", lines.join("\n"))
}

#[test]
fn the_json_schemas_are_those_of_the_types() {
    for (name, make) in cli::SCHEMAS {
        compare(&format!("{:#}\n", make()), &file(&format!("schemas/{name}.json")));
    }
}

#[test]
fn every_store_has_its_section() {
    let page = std::fs::read_to_string(file("docs/stores.md")).expect("docs/stores.md");
    for store in STORES {
        let section = page.split("\n## ").find_map(|section| section.strip_prefix(&format!("{}\n", store.name)));
        assert!(section.is_some_and(|section| section.contains(&format!("`{}`", store.address))), "{}", store.name);
        assert!(page.contains(&format!("\n| `{}` |", store.name)), "{} in the table", store.name);
    }
}

#[test]
fn every_dependency_has_its_line() {
    let read = |name: &str| std::fs::read_to_string(file(name)).expect(name);
    let manifest = read("Cargo.toml");
    let section = |name: &str| {
        let behind = manifest.split(&format!("\n[{name}]\n")).nth(1).expect(name);
        let lines = behind.lines().take_while(|line| !line.starts_with('['));
        lines.filter_map(|line| Some(line.split_once(" = ")?.0.to_owned())).collect::<Vec<_>>()
    };
    let page = read("docs/dependencies.md");
    let taken = page.split("## Not taken").next().expect("the part on what is taken");
    let cells = taken.lines().filter_map(|line| line.strip_prefix("| `")?.split(" | ").next());
    let listed: Vec<&str> = cells.flat_map(|cell| cell.split(", ").map(|name| name.trim_matches('`'))).collect();
    assert_eq!(listed, section("dependencies"));
    for name in section("dev-dependencies") {
        assert!(taken.contains(&format!("`{name}`")), "{name}");
    }
}
