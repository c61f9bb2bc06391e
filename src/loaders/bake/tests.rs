//! Tests of the loader of bake files.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::*;
use crate::fact::{LinkOutcome, SettingValue};
use crate::loaders::{File, LOADERS};

/// The builds that some files come to, each as it is told.
fn told(files: &[(&str, &str)]) -> Vec<String> {
    let mut read = BTreeMap::new();
    for (path, text) in files {
        let path = SourcePath::new(path);
        let claimed = LOADERS.iter().find_map(|loader| Some((loader, (loader.claims)(&path)?)));
        let Some((loader, claim)) = claimed else { continue };
        let source = SourceFile::new(path.clone(), text.as_bytes().to_vec());
        let loaded = (loader.load)(&source, &claim);
        let outcomes = vec![LinkOutcome::Unresolved; loaded.links.len()];
        read.insert(path, File { source, format: loader.name, claim, loaded, outcomes, local: false });
    }
    let files = Files::new(&read, &|_| false);
    let groups = LOADERS.iter().filter_map(|loader| loader.assemble).flat_map(|assemble| assemble(&files).groups);
    groups.flat_map(|group| group.builds).map(|build| tell(&build)).collect()
}

fn tell(of: &ImageBuild) -> String {
    let value = |value: &SettingValue| match value {
        SettingValue::Given(template) => template.as_literal().map_or("?".to_owned(), |of| of.expose().to_owned()),
        SettingValue::Injected { secret, .. } => format!("<{secret}>"),
        SettingValue::PassThrough => "-".to_owned(),
        SettingValue::Unknown => "?".to_owned(),
    };
    let build = &of.build;
    let mut told = of.images.join(",");
    write!(told, " {}", build.dockerfile.as_ref().map_or("?", SourcePath::as_str)).unwrap();
    if let Some(stage) = &build.stage {
        write!(told, " --target {stage}").unwrap();
    }
    for argument in &build.arguments {
        write!(told, " {}={}", argument.name, value(&argument.value)).unwrap();
    }
    match &build.secrets {
        Some(secrets) => {
            for secret in secrets {
                write!(told, " {}:{}", secret.id, value(&secret.value)).unwrap();
            }
        }
        None => told += " any secrets",
    }
    told + if of.partial { " …" } else { "" }
}

/// A workflow with a step.
fn workflow(step: &str) -> String {
    format!("on: push\njobs:\n  a:\n    env: {{TAG: v1}}\n    steps:\n      - {}\n", step.replace('\n', "\n        "))
}

const FILE: &str = "variable \"TAG\" { default = \"latest\" }\nvariable \"TOKEN\" { default = \"none\" }\ngroup \"default\" { targets = [\"api\"] }\ntarget \"base\" { args = { A = \"base\", T = TOKEN } }\ntarget \"api\" {\n  inherits = [\"base\"]\n  context = \"api\"\n  tags = [\"acme/api:${TAG}\"]\n  secret = [\"id=npm,env=NPM\"]\n}\ntarget \"web\" {\n  inherits = [\"base\"]\n  context = \"web\"\n  tags = [\"acme/web:${TAG}\"]\n}\n";

fn run(step: &str) -> Vec<String> {
    let all = told(&[("docker-bake.hcl", FILE), (".github/workflows/a.yml", &workflow(step))]);
    // What the file says by itself is not told with a name.
    all.into_iter().filter(|told| !told.starts_with(' ')).collect()
}

#[test]
fn variables_of_the_step_win_over_defaults() {
    let step = "run: docker buildx bake\nenv: {TOKEN: \"${{ secrets.T }}\", NPM: \"${{ secrets.N }}\"}";
    assert_eq!(run(step), ["acme/api:v1 api/Dockerfile A=base T=<T> npm:<N>"]);
}

#[test]
fn targets_and_what_is_set_are_taken_from_the_command_line() {
    let step = "run: docker buildx bake --push --set '*.args.A=set' --set web.target=run --set x.args.B=1 web";
    assert_eq!(run(step), ["acme/web:v1 web/Dockerfile --target run A=set T=none"]);
    let step = "run: docker buildx bake --set base.args.A=$X api web";
    assert_eq!(run(step), ["acme/api:v1 api/Dockerfile A=? T=none npm:?", "acme/web:v1 web/Dockerfile A=? T=none"]);
}

#[test]
fn the_action_has_lists_of_lines_and_commas() {
    let step = "uses: docker/bake-action@v6\nwith:\n  targets: api,web\n  files: ./docker-bake.hcl\n  set: |\n    *.args.A=${{ vars.A }}\n    web.context=other\n  push: true";
    assert_eq!(
        run(step),
        ["acme/api:v1 api/Dockerfile A=<A> T=none npm:?", "acme/web:v1 other/Dockerfile A=<A> T=none"]
    );
}

#[test]
fn what_cannot_be_told_is_left_open() {
    assert_eq!(
        run("run: docker buildx bake -f missing.hcl -f docker-bake.hcl"),
        ["acme/api:v1 api/Dockerfile A=base T=none npm:? …"]
    );
    assert!(run("run: docker buildx bake $TARGET").is_empty());
    assert!(run("run: docker buildx bake https://github.com/acme/x.git").is_empty());
    assert!(run("run: docker buildx bake --print").is_empty());
    assert!(run("run: docker buildx bake nowhere").is_empty());
    assert!(run("uses: docker/bake-action@v6\nwith: {source: 'https://github.com/acme/x.git'}").is_empty());
}

#[test]
fn what_nobody_runs_is_open_and_has_its_names() {
    assert_eq!(told(&[("docker-bake.hcl", FILE)]), ["acme/api:latest api/Dockerfile A=base T=none npm:? …"]);
}

#[test]
fn files_are_known_by_their_names() {
    for path in ["docker-bake.hcl", "x/docker-bake.json", "docker-bake.override.hcl", "bake.hcl", "ci/prod.bake.hcl"] {
        assert!(claims(&SourcePath::new(path)).is_some(), "{path}");
    }
    for path in ["bake.json", "main.hcl", "terragrunt.hcl", "docker-bake.yaml", "docker-bake", "package.json"] {
        assert!(claims(&SourcePath::new(path)).is_none(), "{path}");
    }
}

#[test]
fn no_file_is_too_much_for_it() {
    let deep = format!("target \"a\" {{ args = {{ A = {}1{} }} }}", "[".repeat(300), "]".repeat(300));
    let calls = format!("target \"a\" {{ tags = [{}x{}] }}", "f(".repeat(60), ")".repeat(60));
    let wide: Vec<String> = (0..300)
        .map(|n| format!("target \"t{n}\" {{\n inherits = [\"t{}\", \"t{}\"]\n tags = [\"x\"]\n}}\n", n + 1, n + 2))
        .collect();
    let doubled: Vec<String> =
        (0..60).map(|n| format!("variable \"v{n}\" {{ default = \"${{v{0}}}${{v{0}}}\" }}\n", n + 1)).collect();
    let matrix = "target \"m\" {\n name = \"m-${a}-${b}-${c}\"\n matrix = { a = [1,2,3,4,5,6,7,8,9], b = [1,2,3,4,5,6,7,8,9], c = [1,2,3,4,5,6,7,8,9] }\n tags = [\"x\"]\n}\n";
    for text in [
        "",
        "\u{feff}target \"a\" {}\r\n",
        "target {}\n",
        "target \"a\" { inherits = [\"a\"] }\n",
        "target \"a\" { inherits = \"b\" }\ngroup \"a\" { targets = [\"a\"] }\n",
        "group \"a\" { targets = [\"b\"] }\ngroup \"b\" { targets = [\"a\"] }\ntarget \"x\" {}\n",
        "target \"a\" { args = [1] \n tags = {} \n secret = 5 \n context = null \n dockerfile = [] }\n",
        "target \"a\" { matrix = { x = [] }\n name = \"${x}\" }\n",
        "variable \"a\" { default = b }\nvariable \"b\" { default = a }\ntarget \"x\" { tags = [a] }\n",
        "function \"f\" {\n params = [x]\n result = f(x)\n}\ntarget \"x\" { tags = [f(1)] }\n",
        "target \"a\" { args = { for k, v in x : k => v } }\n",
        "target \"a\" { args = merge({A = 1}, x) }\ntarget \"b\" { inherits = [\"a\"] \n",
        &deep,
        &calls,
        &wide.concat(),
        &format!("{}target \"x\" {{ tags = [v0] }}\n", doubled.concat()),
        matrix,
    ] {
        told(&[("docker-bake.hcl", text)]);
        told(&[("docker-bake.json", text)]);
    }
    for text in [
        "[]",
        "{\"target\": []}",
        "{\"target\": {\"a\": [{\"tags\": \"x\"}, 5, {\"args\": {\"A\": [\"${\"]}}]}}",
        "{\"target\": {\"a\": {\"args\": {\"A\": \"${\", \"B\": \"%{if x}\", \"C\": \"\\u0000${a}\"}}}}",
        "\u{feff}{\"variable\": null, \"x\": {}}",
    ] {
        told(&[("docker-bake.json", text)]);
    }
}

#[test]
fn values_are_not_shown() {
    let texts = [
        (
            "docker-bake.hcl",
            "variable \"A\" { default = \"hunter2\" }\ntarget \"x\" {\n args = { B = \"hunter2\", \"C\" = \"${A}hunter2\" }\n}\n",
        ),
        ("docker-bake.json", "{\"target\": {\"x\": {\"args\": {\"B\": \"hunter2\", \"C\": \"${A}hunter2\"}}}}"),
    ];
    for (path, text) in texts {
        let source = SourceFile::new(SourcePath::new(path), text.as_bytes().to_vec());
        let loaded = load(&source, &Claim::new(Role::Deploy));
        assert!(loaded.problems.is_empty());
        assert!(loaded.shown.iter().all(|span| !text[span.start..span.end].contains("hunter2")));
        assert!(loaded.shown.iter().any(|span| text[span.start..span.end].contains('B')));
    }
}
