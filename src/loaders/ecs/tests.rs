//! Tests of the loader of task definitions.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::*;
use crate::fact::SettingValue;
use crate::loaders::{File, LOADERS};

/// The targets that some files come to, each as it is told.
fn told(files: &[(&str, &str)]) -> Vec<String> {
    let mut read = BTreeMap::new();
    for (path, text) in files {
        let path = SourcePath::new(path);
        let claimed = LOADERS.iter().find_map(|loader| Some((loader, (loader.claims)(&path)?)));
        let Some((loader, claim)) = claimed else { continue };
        let source = SourceFile::new(path.clone(), text.as_bytes().to_vec());
        let loaded = (loader.load)(&source, &claim);
        read.insert(path, File { source, format: loader.name, claim, loaded, outcomes: Vec::new(), local: false });
    }
    let known: Vec<SourcePath> = read.keys().cloned().collect();
    for (path, file) in &mut read {
        let follow = |link: &crate::fact::Link| match path.folder().join(&link.path) {
            Some(target) if known.contains(&target) => LinkOutcome::Loaded(target),
            Some(target) => LinkOutcome::Missing(target),
            None => LinkOutcome::Outside,
        };
        file.outcomes = file.loaded.links.iter().map(follow).collect();
    }
    let files = Files::new(&read, &|_| false);
    let groups = LOADERS.iter().filter_map(|loader| loader.assemble).flat_map(|assemble| assemble(&files).groups);
    let targets = groups.flat_map(|group| group.targets).filter(|target| target.kind == TargetKind::EcsContainer);
    targets.map(|target| tell(&target)).collect()
}

fn tell(target: &Target) -> String {
    let value = |value: &SettingValue| match value {
        SettingValue::Given(template) => template.as_literal().map_or("?".to_owned(), |of| of.expose().to_owned()),
        SettingValue::Injected { store, secret, .. } => format!("{store:?}:{secret}"),
        SettingValue::PassThrough => "-".to_owned(),
        SettingValue::Unknown => "?".to_owned(),
    };
    let mut told = target.name.clone();
    if let Some(environment) = &target.environment {
        write!(told, " in {environment}").unwrap();
    }
    write!(told, " of {}:", target.image.as_ref().map_or("?", |(image, _)| image.as_str())).unwrap();
    for layer in &target.layers {
        for setting in &layer.settings {
            write!(told, " {}={}", setting.name, value(&setting.value)).unwrap();
        }
        told += if layer.state == LayerState::Whole { ";" } else { " …;" };
    }
    told + if target.partial { " …" } else { "" }
}

const TASK: &str = r#"{
  "family": "shop-staging",
  "containerDefinitions": [
    {
      "name": "api",
      "image": "<IMAGE>",
      "environment": [{"name": "A", "value": "a"}, {"name": "B", "value": "${B}"}, {"name": "C", "value": ""}],
      "secrets": [
        {"name": "URL", "valueFrom": "arn:aws:secretsmanager:eu-west-1:1:secret:shop/url-AbCdEf:key::"},
        {"name": "KEY", "valueFrom": "/shop/key"},
        {"name": "ODD", "valueFrom": "<ARN>"}
      ],
      "environmentFiles": [{"value": "arn:aws:s3:::bucket/x.env", "type": "s3"}]
    },
    {"name": "side", "image": "acme/side:1"}
  ]
}"#;

const API: &str =
    "api in staging of <IMAGE>: A=a B=? C= URL=AwsSecretsManager:shop/url KEY=AwsParameterStore:shop/key ODD=?; …;";

fn workflow(steps: &str) -> String {
    format!("on: push\njobs:\n  a:\n    environment: production\n    steps:\n{steps}")
}

#[test]
fn a_file_alone_tells_its_containers() {
    for path in ["task-definition.json", "ecs/taskdef-prod.json", ".aws/api.json", "task_definition.staging.json"] {
        assert_eq!(told(&[(path, TASK)]), [API, "side in staging of acme/side:1:;"], "{path}");
    }
    assert!(told(&[("config.json", TASK)]).is_empty());
    let described = format!("{{\"taskDefinition\": {TASK}}}");
    assert_eq!(told(&[("taskdef.json", &described)]).len(), 2);
    let list = "[{\"name\": \"x\", \"image\": \"y\"}]";
    assert_eq!(told(&[("container-definitions.json", list)]), ["x of y:;"]);
}

#[test]
fn steps_add_to_a_file_one_after_the_other() {
    let steps = "      - id: one
        uses: aws-actions/amazon-ecs-render-task-definition@v1
        with:
          task-definition: ecs/task.json
          container-name: api
          image: acme/api:2
          environment-variables: |
            A=over
            NEW=new
          secrets: |
            URL=arn:aws:ssm:eu-west-1:1:parameter/shop/other
      - id: two
        uses: aws-actions/amazon-ecs-render-task-definition@v1
        with:
          task-definition: ${{ steps.one.outputs.task-definition }}
          container-name: side
          image: acme/side:2
          environment-variables: ${{ inputs.more }}
      - uses: aws-actions/amazon-ecs-deploy-task-definition@v2
        with:
          task-definition: ${{ steps.two.outputs.task-definition }}
";
    let told = told(&[
        ("ecs/task.json", ""),
        (".aws/task.json", TASK),
        (".github/workflows/a.yml", &workflow(&steps.replace("ecs/task", ".aws/task"))),
    ]);
    assert_eq!(
        told,
        [
            "api in production of acme/api:2: A=over NEW=new URL=AwsParameterStore:shop/other; A=a B=? C= \
         URL=AwsSecretsManager:shop/url KEY=AwsParameterStore:shop/key ODD=?; …;",
            "side in production of acme/side:2:; …"
        ]
    );
}

#[test]
fn a_command_line_registers_a_file() {
    let steps =
        "      - run: aws --region eu-west-1 ecs register-task-definition --cli-input-json file://.aws/task.json\n";
    let all = told(&[(".aws/task.json", TASK), (".github/workflows/a.yml", &workflow(steps))]);
    assert_eq!(all, [API.replace("staging", "production"), "side in production of acme/side:1:;".to_owned()]);
    // What a command has made of the file before is not seen.
    let steps = "      - run: |\n          envsubst < x.json > .aws/task.json\n          aws ecs register-task-definition --cli-input-json file://.aws/task.json\n";
    let all = told(&[(".aws/task.json", TASK), (".github/workflows/a.yml", &workflow(steps))]);
    assert!(all.iter().all(|told| told.ends_with('…')), "{all:?}");
}

#[test]
fn no_file_is_too_much_for_it() {
    let deep = format!("{{\"containerDefinitions\": {}1{}}}", "[".repeat(300), "]".repeat(300));
    let many = format!(
        "{{\"containerDefinitions\": [{{\"name\": \"a\", \"image\": \"b\", \"environment\": [{}]}}]}}",
        vec!["{\"name\": \"A\", \"value\": \"x\"}"; 30_000].join(",")
    );
    for text in [
        "",
        "[]",
        "[1, {\"name\": 5, \"image\": 6}]",
        "{\"containerDefinitions\": {\"name\": \"a\", \"image\": \"b\"}}",
        "{\"containerDefinitions\": [{\"name\": \"a\", \"image\": \"b\", \"environment\": {\"A\": 1}, \"secrets\": [1, [], {}, {\"name\": \"\"}]}]}",
        "{\"containerDefinitions\": [{\"name\": \"a\", \"image\": \"b\", \"environment\": null, \"environmentFiles\": [5]}]}",
        "{\"containerDefinitions\": [{\"name\": \"a\", \"cpu\": <CPU>}]}",
        "{\"taskDefinition\": 5, \"containerDefinitions\": null}",
        "\u{feff}{\"containerDefinitions\": [{\"name\": \"\", \"image\": \"\"}]}",
        "{\"containerDefinitions\": [{\"name\": \"a\", \"name\": \"b\", \"image\": \"\u{1a}\"}], \"containerDefinitions\": []}",
        &deep,
        &many,
    ] {
        told(&[("taskdef.json", text)]);
        let source = SourceFile::new(SourcePath::new("taskdef.json"), text.as_bytes().to_vec());
        let loaded = load(&source, &Claim::new(Role::Deploy));
        assert!(loaded.problems.is_empty(), "{}", text.len());
    }
    let broken = "{\"containerDefinitions\": [}";
    let source = SourceFile::new(SourcePath::new("taskdef.json"), broken.as_bytes().to_vec());
    assert_eq!(load(&source, &Claim::new(Role::Deploy)).problems.len(), 1);
}

#[test]
fn values_are_not_shown() {
    let text = TASK.replace("\"a\"", "\"hunter2\"").replace("/shop/key", "hunter2");
    let source = SourceFile::new(SourcePath::new("taskdef.json"), text.as_bytes().to_vec());
    let loaded = load(&source, &Claim::new(Role::Deploy));
    assert!(loaded.shown.iter().all(|span| !text[span.start..span.end].contains("hunter2")));
    assert!(loaded.shown.iter().any(|span| &text[span.start..span.end] == "\"URL\""));
}
