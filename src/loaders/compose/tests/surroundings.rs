//! What `${NAME}` is resolved in, and which references there are.

use super::*;

fn surroundings(group: &TargetGroup) -> Vec<String> {
    let state = |layer: &Layer| match &layer.state {
        LayerState::Whole => "whole".to_owned(),
        LayerState::Partial => "partial".to_owned(),
        LayerState::Unread { outcome, .. } => match outcome {
            LinkOutcome::Missing(_) => "missing".to_owned(),
            LinkOutcome::Ignored(_) => "ignored".to_owned(),
            _ => "unread".to_owned(),
        },
    };
    let shown = |layer: &Layer| match &layer.kind {
        LayerKind::DefaultEnvFile(path) => format!("{path}: {}", state(layer)),
        LayerKind::EnvFile(Some(path)) => format!("named {path}: {}", state(layer)),
        _ => "other".to_owned(),
    };
    group.surroundings.iter().map(shown).collect()
}

#[test]
fn the_env_file_beside_the_first_file_is_read_unasked() {
    let web = "services: {web: {image: x}}";
    assert_eq!(
        surroundings(&group(&[("a/compose.yaml", web), ("a/.env", "A=1\n"), (".env", "B=1\n")])),
        ["a/.env: whole"]
    );
    assert_eq!(surroundings(&group(&[("compose.yaml", web)])), [".env: missing"]);
    assert_eq!(surroundings(&group(&[("compose.yaml", web), ("!.env", "")])), [".env: ignored"]);
}

#[test]
fn the_env_file_of_a_service_feeds_no_interpolation() {
    let text = "services: {web: {image: x, env_file: one.env, environment: {A: '${ONE}'}}}";
    let group = group(&[("compose.yaml", text), ("one.env", "ONE=1\n")]);
    assert_eq!(surroundings(&group), [".env: missing"]);
}

#[test]
fn an_included_file_has_its_own_env_file_below_its_parents() {
    let texts = [
        ("compose.yaml", "include: [db/compose.yaml]"),
        (".env", "A=1\n"),
        ("db/compose.yaml", "services: {db: {image: '${A}', env_file: db.env}}"),
        ("db/.env", "A=2\n"),
        ("db/db.env", "X=1\n"),
    ];
    let group = group(&texts);
    assert_eq!(surroundings(&group), [".env: whole", "db/.env: whole"]);
    assert_eq!(layers(target(&group, "db")), ["db/db.env: whole"]);
}

#[test]
fn an_include_can_name_other_env_files_or_none() {
    let text = "include: [{path: db/compose.yaml, env_file: [one.env, two.env]}]";
    let db = "services: {db: {image: x}}";
    let texts =
        [("compose.yaml", text), ("db/compose.yaml", db), ("db/.env", "A=1"), ("one.env", "A=1"), ("two.env", "A=2")];
    assert_eq!(surroundings(&group(&texts)), [".env: missing", "named two.env: whole", "named one.env: whole"]);
    let texts = [
        ("compose.yaml", "include: [{path: db/compose.yaml, env_file: /dev/null}]"),
        ("db/compose.yaml", db),
        ("db/.env", "A=1"),
    ];
    assert_eq!(surroundings(&group(&texts)), [".env: missing"]);
}

#[test]
fn a_project_directory_moves_the_paths_of_an_include() {
    let texts = [
        ("compose.yaml", "include: [{path: parts/db.yaml, project_directory: data}]"),
        ("parts/db.yaml", "services: {db: {build: ctx, env_file: db.env}}"),
        ("data/.env", "A=1\n"),
        ("data/db.env", "X=1\n"),
    ];
    let group = group(&texts);
    assert_eq!(surroundings(&group), [".env: missing", "data/.env: whole"]);
    assert_eq!(layers(target(&group, "db")), ["data/db.env: whole"]);
    assert_eq!(target(&group, "db").build.as_ref().unwrap().context.as_ref().unwrap().as_str(), "data/ctx");
}

#[test]
fn references_are_read_wherever_they_stand_with_what_they_are_for() {
    let text = "
name: ${PROJECT}
services:
  web:
    image: ${IMAGE}
    command: echo ${CMD} $$NOT
    healthcheck: {test: [CMD, '${HEALTH}']}
    build: {context: '${CTX}', args: {ARG: '${A1}', OTHER: 5}}
    environment:
      A: ${B:-${C:?}}
    ports: ['${PORT}:80']
    labels: ['x=${LABEL}']
  api:
    environment: ['X=${Y}']
secrets: {tok: {environment: TOK}, f: {file: '${FILE}'}}
configs: {c: {content: 'a ${CONTENT}'}, d: {environment: CFG}}
";
    let group = group(&[("compose.yaml", text)]);
    let expected = [
        "PROJECT for plumbing",
        "IMAGE for plumbing of web",
        "CMD for command of web",
        "HEALTH for command of web",
        "CTX for plumbing of web",
        "A1 for argument ARG of web",
        "B for variable A of web",
        "C for variable A of web",
        "PORT for plumbing of web",
        "LABEL for plumbing of web",
        "Y for variable X of api",
        "TOK for content",
        "FILE for plumbing",
        "CONTENT for content",
        "CFG for content",
    ];
    assert_eq!(reads(&group), expected);
    let spans: Vec<_> = group.reads.iter().map(|read| slice(text, read.reference.span)).collect();
    assert_eq!(spans[6..8], ["${B:-${C:?}}", "${C:?}"]);
    assert_eq!(spans[11], "TOK");
}

#[test]
fn a_reference_lent_by_an_extension_is_heard_where_it_is_used() {
    let text = "
x-env: &env { A: '${USED}', B: '${SHADOWED}' }
x-idle: { C: '${IDLE}' }
services:
  web: {image: x, environment: {<<: *env, B: own}}
  api: {image: x, environment: *env}
";
    let expected = [
        "USED for variable A of web",
        "USED for variable A of api",
        "SHADOWED for variable B of api",
        "IDLE for plumbing",
    ];
    assert_eq!(reads(&group(&[("compose.yaml", text)])), expected);
}

#[test]
fn references_of_an_inactive_profile_count() {
    let text = "services: {web: {image: x, profiles: [p], environment: {A: '${REQ:?}'}}}";
    assert_eq!(reads(&group(&[("compose.yaml", text)])), ["REQ for variable A of web"]);
}

#[test]
fn references_in_numbers_and_keys_are_none() {
    let text = "services: {web: {image: x, labels: {'${KEY}': 5}}}";
    assert!(reads(&group(&[("compose.yaml", text)])).is_empty());
}

#[test]
fn a_file_without_services_that_reads_is_a_group() {
    let group = group(&[("compose.yaml", "volumes: {v: {name: '${V}'}}")]);
    assert!(group.targets.is_empty());
    assert_eq!(reads(&group), ["V for plumbing"]);
    assert!(assembled(&[("compose.yaml", "volumes: {v: }")]).groups.is_empty());
}
