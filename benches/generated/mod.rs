//! Texts and trees for the benchmarks: made up, the same in every run. Not measured themselves.

#![allow(dead_code, reason = "each benchmark uses a part of this file")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// The variables of an app: what they are called, and what kind each is.
const KINDS: [(&str, Kind); 5] = [
    ("HOST", Kind::Text),
    ("API_KEY", Kind::Secret),
    ("POOL_SIZE", Kind::Number),
    ("ENABLED", Kind::Switch),
    ("URL", Kind::Address),
];

#[derive(Clone, Copy)]
enum Kind {
    Text,
    Secret,
    Number,
    Switch,
    Address,
}

fn variable(index: usize) -> (String, Kind) {
    let (end, kind) = KINDS[index % KINDS.len()];
    (format!("PART{}_{end}", index / KINDS.len()), kind)
}

/// An env file of an environment.
pub(crate) fn env_file(variables: usize, environment: &str) -> String {
    let mut text = String::from("# made for a benchmark\n");
    for index in 0..variables {
        let (name, kind) = variable(index);
        let _ = match kind {
            Kind::Text => writeln!(text, "{name}=host-{index}-{environment}"),
            Kind::Secret => writeln!(text, "{name}=op://{environment}/part-{index}"),
            Kind::Number => writeln!(text, "{name}={}", index + 1),
            Kind::Switch => writeln!(text, "{name}=\"true\""),
            Kind::Address => writeln!(text, "{name}=https://part{index}.{environment}.acme.io/v1"),
        };
    }
    text
}

/// A schema that declares what [`env_file`] gives.
pub(crate) fn schema(variables: usize) -> String {
    let mut text = String::new();
    for index in 0..variables {
        let (name, kind) = variable(index);
        let said = match kind {
            Kind::Text => "",
            Kind::Secret => "secret = true\n",
            Kind::Number => "type = \"integer\"\n",
            Kind::Switch => "type = \"boolean\"\n",
            Kind::Address => "type = \"url\"\n",
        };
        let _ = writeln!(text, "[server.{name}]\n{said}");
    }
    text
}

/// A compose file with one service that reads an env file and sets a third of the variables itself.
pub(crate) fn compose(variables: usize) -> String {
    let mut text = String::from("services:\n  app:\n    build: .\n    env_file: .env.development\n    environment:\n");
    for index in (0..variables).step_by(3) {
        let (name, _) = variable(index);
        let _ = writeln!(text, "      {name}: ${{{name}:-part-{index}}}");
    }
    text
}

/// How many variables each app of [`tree`] has, in two environments.
pub(crate) const VARIABLES: usize = 50;

/// A repository of `apps` apps, each with a schema, two env files, a template, a compose file and code.
pub(crate) fn tree(root: &Path, apps: usize) {
    let write = |path: &Path, text: &str| fs::write(path, text).expect("a file can be written");
    for app in 0..apps {
        let folder = root.join(format!("apps/app-{app:04}"));
        fs::create_dir_all(folder.join("src")).expect("a folder can be made");
        let template: String = env_file(VARIABLES, "example")
            .lines()
            .filter_map(|line| Some(format!("{}=\n", line.split_once('=')?.0)))
            .collect();
        write(&folder.join("env.schema.toml"), &schema(VARIABLES));
        write(&folder.join(".env.development"), &env_file(VARIABLES, "development"));
        write(&folder.join(".env.production"), &env_file(VARIABLES, "production"));
        write(&folder.join(".env.example"), &template);
        write(&folder.join("compose.yaml"), &compose(VARIABLES));
        write(&folder.join("package.json"), &format!("{{\"name\": \"app-{app:04}\"}}\n"));
        for module in 0..10 {
            write(&folder.join(format!("src/module{module}.ts")), "export const answer = 42;\n");
        }
    }
}
