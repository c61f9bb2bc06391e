//! What several files come to: overrides, overlays, `extends`, `include`, env files of services.

use std::fmt::Write;

use super::*;

fn paths(texts: &[(&str, &str)]) -> Vec<Vec<String>> {
    let groups = assembled(texts).groups;
    groups.iter().map(|group| group.paths.iter().map(ToString::to_string).collect()).collect()
}

const WEB: &str = "services: {web: {image: x}}";

/// The environment of `web` when `over` is read on top of `base`.
fn merged(base: &str, over: &str) -> Vec<String> {
    let indented = |text: &str| format!("      {}\n", text.replace('\n', "\n      "));
    let base = format!("services:\n  web:\n    image: x\n    environment:\n{}", indented(base));
    let over = format!("services:\n  web:\n    environment:\n{}", indented(over));
    let group = group(&[("compose.yaml", &base), ("compose.override.yaml", &over)]);
    target(&group, "web").layers.first().map(settings).unwrap_or_default()
}

#[test]
fn the_first_default_name_wins_and_its_override_is_read_on_top() {
    assert_eq!(
        paths(&[("compose.yaml", WEB), ("compose.override.yml", "services: {web: {restart: always}}")]),
        [["compose.yaml", "compose.override.yml"]]
    );
    assert_eq!(
        paths(&[("docker-compose.yml", WEB), ("compose.yml", WEB), ("compose.yaml", WEB)]),
        [["compose.yaml"], ["compose.yml"], ["docker-compose.yml"]]
    );
    assert_eq!(paths(&[("a/compose.yaml", WEB), ("b/docker-compose.yaml", WEB)]).len(), 2);
}

#[test]
fn an_overlay_is_read_on_top_of_the_file_beside_it() {
    let overlay = "services: {web: {environment: {A: 1}}}";
    let texts = [("docker-compose.yml", WEB), ("docker-compose.prod.yml", overlay)];
    assert_eq!(paths(&texts), [vec!["docker-compose.yml"], vec!["docker-compose.yml", "docker-compose.prod.yml"]]);
    let groups = assembled(&texts).groups;
    assert!(target(&groups[0], "web").partial, "it may never run without its overlay");
    assert!(!target(&groups[1], "web").partial);
    assert_eq!(settings(&target(&groups[1], "web").layers[0]), ["A=1"]);
}

#[test]
fn a_file_with_a_word_that_is_whole_stands_alone() {
    let texts = [("docker-compose.yml", WEB), ("docker-compose.prod.yml", "services: {web: {build: .}}")];
    assert_eq!(paths(&texts), [["docker-compose.yml"], ["docker-compose.prod.yml"]]);
    assert!(assembled(&texts).groups.iter().all(|group| !group.targets[0].partial));
}

#[test]
fn an_overlay_with_nothing_beside_it_is_partial() {
    let group = group(&[("compose.prod.yml", "services: {web: {environment: {A: 1}}}")]);
    assert!(target(&group, "web").partial);
}

#[test]
fn an_overlay_finds_a_file_called_base() {
    let texts = [("compose.base.yml", WEB), ("compose.prod.yml", "services: {web: {environment: {A: 1}}}")];
    assert_eq!(paths(&texts).last().unwrap(), &["compose.base.yml", "compose.prod.yml"]);
}

#[test]
fn compose_file_of_the_env_file_says_what_is_run() {
    let texts = [
        ("compose.yaml", WEB),
        ("compose.dev.yaml", "services: {web: {environment: {A: 1}}}"),
        (".env", "COMPOSE_FILE=compose.yaml:compose.dev.yaml\n"),
    ];
    assert_eq!(paths(&texts), [["compose.yaml", "compose.dev.yaml"]]);
}

#[test]
fn environment_is_merged_by_name_across_both_forms() {
    assert_eq!(merged("A: 1\nB: 1", "B: 2\nC: 2"), ["A=1", "B=2", "C=2"]);
    assert_eq!(merged("- A=1\n- B=1", "B: 2\nC:"), ["A=1", "B=2", "C"]);
    assert_eq!(merged("A: 1\nB: 1", "- B\n- C=2"), ["A=1", "B", "C=2"]);
}

#[test]
fn reset_removes_and_override_replaces() {
    assert_eq!(merged("A: 1\nB: 1", "A: !reset null"), ["B=1"]);
    let base = "services: {web: {image: x, environment: {A: 1}, env_file: [a.env]}}";
    let layers_with = |over: &str| {
        let group = group(&[("compose.yaml", base), ("compose.override.yaml", over)]);
        layers(target(&group, "web"))
    };
    assert_eq!(layers_with("services: {web: {environment: !reset null}}"), ["a.env: missing, required"]);
    assert_eq!(
        layers_with("services: {web: {env_file: !override [b.env]}}"),
        ["environment: whole", "b.env: missing, required"]
    );
    let over = "services: {web: {environment: !override {B: 2}}}";
    let group = group(&[("compose.yaml", base), ("compose.override.yaml", over)]);
    assert_eq!(settings(&target(&group, "web").layers[0]), ["B=2"]);
}

#[test]
fn reset_takes_nothing_out_of_a_list_and_is_a_problem_there() {
    let texts = [
        ("compose.yaml", "services: {web: {image: x, environment: [A=1]}}"),
        ("compose.override.yaml", "services: {web: {environment: {A: !reset null}}}"),
    ];
    assert_eq!(settings(&target(&group(&texts), "web").layers[0]), ["A=1"]);
    assert_eq!(messages(&texts), ["`!reset` does not remove `A`, which an earlier file gives in a list"]);
}

#[test]
fn a_service_can_be_reset_and_replaced() {
    let base = "services: {web: {image: x, environment: {A: 1}}, db: {image: y}}";
    let group = group(&[
        ("compose.yaml", base),
        ("compose.override.yaml", "services: {db: !reset null, web: !override {image: z}}"),
    ]);
    assert_eq!(group.targets.len(), 1);
    assert!(target(&group, "web").layers.is_empty());
    assert_eq!(target(&group, "web").image.as_ref().unwrap().0, "z");
}

#[test]
fn later_env_files_are_stronger_and_the_environment_is_strongest() {
    let text = "services: {web: {image: x, environment: {A: 1}, env_file: [a.env, {path: b.env, required: false}]}}";
    let group = group(&[("compose.yaml", text), ("a.env", "X=a\nY=a\n"), ("!b.env", "")]);
    assert_eq!(layers(target(&group, "web")), ["environment: whole", "b.env: ignored", "a.env: whole"]);
    assert_eq!(settings(&target(&group, "web").layers[2]), ["X=a", "Y=a"]);
}

#[test]
fn env_files_of_an_override_are_appended_once_a_path() {
    let group = group(&[
        ("compose.yaml", "services: {web: {image: x, env_file: [a.env, b.env]}}"),
        ("compose.override.yaml", "services: {web: {env_file: [{path: a.env, required: false}, c.env]}}"),
    ]);
    assert_eq!(
        layers(target(&group, "web")),
        ["c.env: missing, required", "b.env: missing, required", "a.env: missing"]
    );
}

#[test]
fn paths_of_env_files_may_be_unknown_or_outside() {
    let group = group(&[("compose.yaml", "services: {web: {image: x, env_file: ['${E}.env', ../x.env]}}")]);
    assert_eq!(layers(target(&group, "web")), ["?: outside, required", "?: unresolved, required"]);
}

#[test]
fn a_raw_env_file_keeps_quotes_and_dollar_signs() {
    let text = "services: {web: {image: x, env_file: [{path: a.env, format: raw}]}}";
    let group = group(&[("compose.yaml", text), ("a.env", "A=\"$X\"\n")]);
    assert_eq!(settings(&target(&group, "web").layers[0]), ["A=\"$X\""]);
}

#[test]
fn an_env_file_is_read_as_compose_does() {
    let text = "services: {web: {image: x, env_file: a.env}}";
    let group = group(&[("compose.yaml", text), ("a.env", "export A='x' # c\nB: y\nC = z\nD\nE=a$$b\n")]);
    assert_eq!(settings(&target(&group, "web").layers[0]), ["A=x", "B=y", "C=z", "D", "E=a$b"]);
}

#[test]
fn a_service_that_extends_another_is_on_top_of_it() {
    let text = "
services:
  base:
    image: x
    environment: [A=base, B=base]
    env_file: base.env
  web:
    extends: base
    environment: {B: web}
    env_file: web.env
";
    let group = group(&[("compose.yaml", text)]);
    let web = target(&group, "web");
    assert_eq!(settings(&web.layers[0]), ["A=base", "B=web"]);
    let expected = ["environment: whole", "web.env: missing, required", "base.env: missing, required"];
    assert_eq!(layers(web), expected);
    assert_eq!(web.image.as_ref().unwrap().0, "x");
    assert!(!web.partial);
}

#[test]
fn paths_of_an_extended_file_start_from_its_own_folder() {
    let texts = [
        ("compose.yaml", "services: {web: {extends: {file: common/base.yml, service: app}}}"),
        (
            "common/base.yml",
            "services: {app: {build: ./src, env_file: app.env, environment: {A: '${B}'}}, other: {image: '${C}'}}",
        ),
        ("common/app.env", "X=1\n"),
    ];
    let group = group(&texts);
    let web = target(&group, "web");
    assert_eq!(layers(web), ["environment: whole", "common/app.env: whole"]);
    let build = web.build.as_ref().unwrap();
    assert_eq!(build.context.as_ref().unwrap().as_str(), "common/src");
    assert_eq!(build.dockerfile.as_ref().unwrap().as_str(), "common/src/Dockerfile");
    assert_eq!(web.layers[0].settings[0].place.path.as_str(), "common/base.yml");
    assert_eq!(reads(&group), ["B for variable A of web"]);
    assert_eq!(group.targets.len(), 1);
}

#[test]
fn references_are_lent_through_several_files() {
    let texts = [
        ("compose.yaml", "services: {web: {extends: {file: a/a.yml, service: a}}}"),
        ("a/a.yml", "services: {a: {extends: {file: ../b/b.yml, service: b}, command: '${A}'}}"),
        ("b/b.yml", "services: {b: {image: '${B}', env_file: b.env}}"),
    ];
    let group = group(&texts);
    assert_eq!(reads(&group), ["A for command of web", "B for plumbing of web"]);
    assert_eq!(layers(target(&group, "web")), ["b/b.env: missing, required"]);
}

#[test]
fn circles_of_extends_are_problems() {
    let texts = [("compose.yaml", "services: {a: {extends: b}, b: {extends: a}, c: {extends: c}}")];
    let found = messages(&texts);
    assert!(found.contains(&"service `c` extends itself in a circle".to_owned()), "{found:?}");
    assert_eq!(found.len(), 2, "one a circle: {found:?}");
    assert!(group(&texts).targets.iter().all(|target| target.partial));
}

#[test]
fn extending_what_is_not_there_is_a_problem_and_a_partial_target() {
    let texts = [("compose.yaml", "services: {a: {image: x, extends: nope}}")];
    assert_eq!(messages(&texts), ["`compose.yaml` has no service `nope` to extend"]);
    assert!(group(&texts).targets[0].partial);
    let texts = [("compose.yaml", "services: {a: {image: x, extends: {file: gone.yml, service: b}}}")];
    assert!(messages(&texts).is_empty());
    assert!(group(&texts).targets[0].partial);
}

#[test]
fn what_another_file_extends_or_includes_is_no_group_of_its_own() {
    let texts = [
        (
            "compose.yaml",
            "include: [db/compose.yaml]\nservices: {web: {extends: {file: docker-compose.base.yml, service: b}}}",
        ),
        ("docker-compose.base.yml", "services: {b: {image: x}}"),
        ("db/compose.yaml", "services: {db: {image: y}}"),
    ];
    assert_eq!(paths(&texts), [["compose.yaml"], ["db/compose.yaml"]]);
    let groups = assembled(&texts).groups;
    assert_eq!(groups[0].hosts, ["db", "web"]);
    assert_eq!(groups[1].hosts, ["db", "web"]);
}

#[test]
fn circles_of_includes_are_problems_and_end() {
    let texts = [
        ("a/compose.yaml", "include: [../b/compose.yaml]\nservices: {a: {image: x}}"),
        ("b/compose.yaml", "include: [../a/compose.yaml]\nservices: {b: {image: x}}"),
    ];
    assert_eq!(paths(&texts).len(), 2);
    assert_eq!(messages(&texts), ["`a/compose.yaml` is included in a circle"]);
}

#[test]
fn an_included_file_with_overrides_is_one_group() {
    let texts = [
        ("compose.yaml", "include: [{path: [db/compose.yaml, db/extra.yml]}]"),
        ("db/compose.yaml", "services: {db: {image: y, environment: {A: 1}}}"),
        ("db/extra.yml", "services: {db: {environment: {B: 2}}}"),
    ];
    let groups = assembled(&texts).groups;
    assert_eq!(groups.len(), 1);
    assert_eq!(settings(&target(&groups[0], "db").layers[0]), ["A=1", "B=2"]);
}

#[test]
fn documents_of_one_file_are_merged() {
    let text = "services: {web: {image: x, environment: {A: 1}}}\n---\nservices: {web: {environment: {B: 2}}}\n";
    assert_eq!(environment(text), ["A=1", "B=2"]);
}

#[test]
fn a_secret_that_nobody_declares_is_a_problem() {
    let text =
        "services: {web: {image: x, secrets: [tok, {source: other}], configs: [c]}}\nsecrets: {other: {file: x}}";
    assert_eq!(
        messages(&[("compose.yaml", text)]),
        ["secret `tok` is declared nowhere in this project", "config `c` is declared nowhere in this project"]
    );
    let over = "secrets: {tok: {environment: TOK}}\nconfigs: {c: {content: x}}";
    assert!(messages(&[("compose.yaml", text), ("compose.override.yaml", over)]).is_empty());
    let including = format!("include: [gone.yml]\n{text}");
    assert!(messages(&[("compose.yaml", &including)]).is_empty());
}

#[test]
fn a_broken_file_makes_its_services_partial() {
    let group = group(&[("compose.yaml", "services:\n  web:\n    image: x\n    environment:\n      A: 1\n  db: [\n")]);
    assert!(target(&group, "web").partial);
    assert_eq!(settings(&target(&group, "web").layers[0]), ["A=1"]);
}

#[test]
fn a_build_has_its_context_its_dockerfile_and_its_arguments() {
    let text = "
services:
  web:
    build:
      context: ..
      dockerfile: docker/D
      target: dev
      args:
        - A=1
        - B
";
    let group = group(&[("x/compose.yaml", text)]);
    let build = target(&group, "web").build.clone().unwrap();
    assert_eq!(build.context.unwrap().as_str(), "");
    assert_eq!(build.dockerfile.unwrap().as_str(), "docker/D");
    assert_eq!(build.stage.unwrap(), "dev");
    assert_eq!(build.arguments.iter().map(shown).collect::<Vec<_>>(), ["A=1", "B"]);
    assert!(target(&group, "web").signs.development_stage);
}

#[test]
fn contexts_outside_of_the_root_and_remote_ones_are_unknown() {
    for context in ["../..", "/abs", "https://github.com/a/b.git", "'${CTX}'"] {
        let text = format!("services: {{web: {{build: {{context: {context}}}}}}}");
        let group = group(&[("x/compose.yaml", &text)]);
        let build = target(&group, "web").build.clone().unwrap();
        assert_eq!((build.context, build.dockerfile), (None, None), "{context}");
    }
    let group = group(&[("x/compose.yaml", "services: {web: {build: {args: {A: 1}}}}")]);
    assert_eq!(target(&group, "web").build.clone().unwrap().context.unwrap().as_str(), "x");
}

#[test]
fn build_arguments_of_an_override_are_merged_by_name() {
    let group = group(&[
        ("compose.yaml", "services: {web: {build: {context: a, args: [A=1, B=1]}}}"),
        ("compose.override.yaml", "services: {web: {build: {args: {B: 2}}}}"),
    ]);
    let build = target(&group, "web").build.clone().unwrap();
    assert_eq!(build.arguments.iter().map(shown).collect::<Vec<_>>(), ["A=1", "B=2"]);
    assert_eq!(build.context.unwrap().as_str(), "a");
}

#[test]
fn an_image_shows_its_defaults_and_its_references() {
    let text = "services: {web: {image: '${REGISTRY}/org/${NAME:-app}:${TAG:-latest}'}}";
    assert_eq!(
        target(&group(&[("compose.yaml", text)]), "web").image.as_ref().unwrap().0,
        "${REGISTRY}/org/app:latest"
    );
}

#[test]
fn signs_of_where_it_runs() {
    let text = "
services:
  web:
    image: x
    command: [npm, run, dev]
    volumes: ['.:/app', 'data:/data']
    restart: unless-stopped
    profiles: [debug]
  job:
    image: x
    command: python manage.py migrate
  once:
    image: x
  plain:
    image: x
    restart: no
    depends_on:
      once: {condition: service_completed_successfully}
";
    let group = group(&[("compose.yaml", text)]);
    let web = target(&group, "web").signs;
    assert!(web.mounts_source && web.development_server && web.restarts && web.profiled && web.own_command);
    assert!(!web.one_shot && !web.development_stage);
    assert!(target(&group, "job").signs.one_shot);
    assert!(target(&group, "once").signs.one_shot);
    let plain = target(&group, "plain").signs;
    assert!(plain.one_shot && !plain.own_command && !plain.profiled);
}

#[test]
fn hosts_are_all_names_on_the_network() {
    let text = "
services:
  web:
    image: x
    container_name: shop-web
    hostname: front
    networks: {default: {aliases: [www]}}
    links: ['db:database']
  db: {image: y}
";
    assert_eq!(group(&[("compose.yaml", text)]).hosts, ["database", "db", "front", "shop-web", "web", "www"]);
}

#[test]
fn variables_that_compose_adds_by_itself_make_a_target_partial() {
    let text = "services: {web: {image: x, models: [llm]}, p: {provider: {type: x}}}";
    let group = group(&[("compose.yaml", text)]);
    assert!(target(&group, "web").partial);
    assert!(!target(&group, "p").partial);
}

#[test]
fn many_services_that_extend_a_large_one_end() {
    let mut text = "services:\n  base:\n    image: x\n    environment:\n".to_owned();
    for index in 0..2000 {
        writeln!(text, "      V{index}: x").unwrap();
    }
    for index in 0..2000 {
        writeln!(text, "  s{index}: {{extends: base}}").unwrap();
    }
    let group = group(&[("compose.yaml", &text)]);
    assert_eq!(group.targets.len(), 2001);
    assert!(group.targets.last().unwrap().partial);
    let held: usize = group.targets.iter().flat_map(|target| &target.layers).map(|layer| layer.settings.len()).sum();
    assert!(held < 500_000, "{held}");
}
