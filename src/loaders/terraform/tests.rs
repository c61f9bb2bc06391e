//! Modules and their targets, as `assemble` tells them. What single values become is in `tests/terraform.rs`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::LOADER;
use crate::fact::{Role, SettingValue, Target, TargetGroup};
use crate::loaders::{Assembled, File, Files};
use crate::source::{SourceFile, SourcePath};

fn load(path: &str, text: &str) -> File {
    let source = SourceFile::new(SourcePath::new(path), text.as_bytes().to_vec());
    let claim = (LOADER.claims)(source.path()).expect("it is Terraform's");
    let loaded = (LOADER.load)(&source, &claim);
    File { source, format: LOADER.name, claim, loaded, outcomes: Vec::new(), local: path.contains("local.") }
}

fn assemble(files: &[(&str, &str)]) -> Assembled {
    let files: BTreeMap<SourcePath, File> =
        files.iter().map(|(path, text)| (SourcePath::new(path), load(path, text))).collect();
    (LOADER.assemble.expect("it joins"))(&Files::new(&files, &|_| false))
}

/// `name [partial]: A=value B=secret@version C=? D=¿`: `?` is a value that is not known, `¿` what may be anything.
fn told(target: &Target) -> String {
    let mut told = target.name.clone();
    if target.partial {
        told.push_str(" partial");
    }
    told.push(':');
    for setting in target.layers.iter().flat_map(|layer| &layer.settings) {
        let value = match &setting.value {
            SettingValue::Given(template) => match template.as_literal() {
                Some(value) => value.expose().to_owned(),
                None => "?".to_owned(),
            },
            SettingValue::Injected { secret, version, .. } => format!("{secret}@{version}"),
            SettingValue::PassThrough | SettingValue::Unknown => "¿".to_owned(),
        };
        let _ = write!(told, " {}={value}", setting.name);
    }
    for file in &target.secret_files {
        let _ = write!(told, " {}<{}@{}", file.path, file.secret, file.version);
    }
    told
}

fn targets(files: &[(&str, &str)]) -> Vec<String> {
    assemble(files).groups.iter().flat_map(|group| &group.targets).map(told).collect()
}

/// A service of Cloud Run with these lines in its container.
fn service(container: &str) -> String {
    format!(
        "resource \"google_cloud_run_v2_service\" \"api\" {{\n  name = \"api\"\n  template {{\n    containers {{\n      \
         image = \"gcr.io/p/api\"\n{container}\n    }}\n  }}\n}}\n"
    )
}

fn of_container(container: &str, more: &str) -> String {
    let main = service(container) + more;
    let found = targets(&[("main.tf", &main)]);
    found.into_iter().next().expect("a target")
}

const MAP: &str =
    "dynamic \"env\" {\n  for_each = local.all\n  content {\n    name  = env.key\n    value = env.value\n  }\n}";

#[test]
fn what_is_constant_reaches_the_container() {
    let of = |locals: &str| of_container(MAP, &format!("locals {{\n{locals}\n}}\n"));
    assert_eq!(of("all = { A = \"x\", B = 1.50, C = true }"), "api: A=x B=1.5 C=true");
    assert_eq!(of("all = merge({ A = \"x\" }, { A = \"y\", B = \"z\" }, null)"), "api: A=y B=z");
    assert_eq!(of("all = { for k, v in { a = 1, b = 2 } : upper(k) => \"${k}-${v}\" if v > 1 }"), "api: B=b-2");
    assert_eq!(of("all = zipmap([\"A\"], [\"x\"])"), "api: A=x");
    assert_eq!(
        of("all = { A = join(\",\", concat([\"x\"], [\"y\"])), B = format(\"%s-%d%%\", \"a\", 5) }"),
        "api: A=x,y B=a-5%"
    );
    assert_eq!(of("all = { A = try(local.none.x, \"d\"), B = coalesce(\"\", null, \"e\") }"), "api: A=? B=e");
    assert_eq!(of("all = { A = lookup({ x = \"1\" }, \"x\", \"2\"), B = lookup({}, \"x\", \"2\") }"), "api: A=1 B=2");
    assert_eq!(of("all = true && 2 > 1 ? { A = \"x\" } : { B = \"y\" }"), "api: A=x");
    assert_eq!(
        of("all = { A = length([1, 2]) == 2 ? \"two\" : \"?\", B = contains([\"x\"], \"x\") }"),
        "api: A=two B=true"
    );
}

#[test]
fn what_is_not_known_is_never_absent() {
    let of = |locals: &str| of_container(MAP, &format!("locals {{\n{locals}\n}}\n"));
    assert_eq!(of("all = data.x.y.z"), "api partial:");
    assert_eq!(of("all = merge({ A = \"x\" }, data.x.y.z)"), "api partial: A=?");
    assert_eq!(of("all = merge(data.x.y.z, { A = \"x\" })"), "api partial: A=x");
    assert_eq!(of("all = { A = data.x.y.z, B = \"a-${data.x.y.z}\" }"), "api: A=? B=?");
    assert_eq!(of("all = data.x.y.z ? { A = \"x\" } : {}"), "api partial:");
    assert_eq!(of("all = { (data.x.y.z) = \"x\", B = \"y\" }"), "api partial: B=y");
    assert_eq!(of("all = { for k, v in { A = 1, B = 2 } : k => v if data.x.y.z }"), "api partial:");
    assert_eq!(of("all = local.all"), "api partial:");
}

#[test]
fn a_list_of_objects_is_as_good_as_a_map() {
    let list = "dynamic \"env\" {\n  for_each = concat([{ name = \"A\", value = \"x\" }], local.more)\n  iterator = it\n  \
                content {\n    name  = it.value.name\n    value = it.value[\"value\"]\n  }\n}";
    let of = |more: &str| of_container(list, more);
    assert_eq!(of("locals {\n more = [{ name = \"B\", value = 2 }]\n}\n"), "api: A=x B=2");
    assert_eq!(of("locals {\n more = data.x.y\n}\n"), "api partial: A=x");
}

#[test]
fn secrets_are_followed_to_their_ids() {
    let secret = |id: &str, version: &str| {
        format!(
            "env {{\n  name = \"A\"\n  value_source {{\n    secret_key_ref {{\n      secret = {id}\n      {version}\n    \
             }}\n  }}\n}}"
        )
    };
    let resources = "resource \"google_secret_manager_secret\" \"one\" {\n  secret_id = \"one-${local.env}\"\n}\n\
                     resource \"google_secret_manager_secret\" \"all\" {\n  for_each  = toset([\"x\", \"y\"])\n  \
                     secret_id = \"all-${each.key}\"\n}\nresource \"google_secret_manager_secret_version\" \"v\" {\n  \
                     secret = google_secret_manager_secret.one.id\n}\ndata \"google_secret_manager_secret\" \"d\" {\n  \
                     secret_id = \"looked-up\"\n}\nlocals {\n  env = \"prod\"\n}\n";
    let of = |id: &str, version: &str| of_container(&secret(id, version), resources);
    assert_eq!(of("google_secret_manager_secret.one.secret_id", ""), "api: A=one-prod@?");
    assert_eq!(of("google_secret_manager_secret.one.id", "version = \"latest\""), "api: A=one-prod@latest");
    assert_eq!(of("google_secret_manager_secret.all[\"x\"].name", "version = 3"), "api: A=all-x@3");
    assert_eq!(of("google_secret_manager_secret_version.v.secret", "version = \"1\""), "api: A=one-prod@1");
    assert_eq!(of("data.google_secret_manager_secret.d.secret_id", "version = \"1\""), "api: A=looked-up@1");
    assert_eq!(of("\"projects/p/secrets/s\"", "version = \"1\""), "api: A=projects/p/secrets/s@1");
    assert_eq!(
        of("google_secret_manager_secret.one.id", "version = google_secret_manager_secret_version.v.version"),
        "api: A=one-prod@?"
    );
    assert_eq!(of("data.other.thing.id", "version = \"1\""), "api: A=¿");
    let all = "dynamic \"env\" {\n  for_each = google_secret_manager_secret.all\n  content {\n    name = env.key\n    \
               value_source {\n      secret_key_ref {\n        secret  = env.value.secret_id\n        version = \
               \"latest\"\n      }\n    }\n  }\n}";
    assert_eq!(of_container(all, resources), "api: x=all-x@latest y=all-y@latest");
}

#[test]
fn secrets_that_are_mounted_are_files() {
    let main = "resource \"google_cloud_run_v2_job\" \"j\" {\n  name = \"job\"\n  template {\n    template {\n      \
                containers {\n        volume_mounts {\n          name       = \"v\"\n          mount_path = \"/s/v/\"\n        \
                }\n        volume_mounts {\n          name       = \"w\"\n          mount_path = \"/w\"\n        }\n      }\n      \
                volumes {\n        name = \"v\"\n        secret {\n          secret = \"db\"\n          items {\n            path    \
                = \"url\"\n            version = \"2\"\n          }\n        }\n      }\n      volumes {\n        name = \"w\"\n        \
                secret {\n          secret = \"projects/p/secrets/k\"\n        }\n      }\n    }\n  }\n}\n";
    assert_eq!(targets(&[("main.tf", main)]), ["job: /s/v/url<db@2 /w/k<projects/p/secrets/k@latest"]);
}

#[test]
fn other_resources_run_apps_too() {
    let first = "resource \"google_cloud_run_service\" \"s\" {\n  name = \"v1\"\n  template {\n    spec {\n      containers {\n        \
                 env {\n          name = \"A\"\n          value_from {\n            secret_key_ref {\n              name = \"a\"\n              \
                 key  = \"5\"\n            }\n          }\n        }\n        env {\n          name = \"EMPTY\"\n        }\n      }\n    }\n  }\n}\n";
    assert_eq!(targets(&[("main.tf", first)]), ["v1: A=a@5 EMPTY="]);
    let functions = "resource \"google_cloudfunctions_function\" \"f\" {\n  name = \"one\"\n  environment_variables = { A = \"x\" }\n  \
                     secret_environment_variables {\n    key     = \"B\"\n    secret  = \"b\"\n    version = \"latest\"\n  }\n}\n\
                     resource \"google_cloudfunctions2_function\" \"g\" {\n  name = \"two\"\n  service_config {\n    \
                     environment_variables = var.unknown\n    secret_volumes {\n      mount_path = \"/etc/s\"\n      secret     = \"c\"\n      \
                     versions {\n        version = \"1\"\n        path    = \"/key\"\n      }\n    }\n  }\n}\n\
                     resource \"aws_lambda_function\" \"h\" {\n  function_name = \"three\"\n  environment {\n    variables = { A = \"y\" }\n  }\n}\n";
    let found = targets(&[("main.tf", functions)]);
    assert_eq!(found, ["three: A=y", "two partial: /etc/s/key<c@1", "one: A=x B=b@latest"]);
    let task = "resource \"aws_secretsmanager_secret\" \"s\" {\n  name = \"shop/db\"\n}\nresource \"aws_ecs_task_definition\" \"t\" {\n  \
                container_definitions = jsonencode([{\n    name = \"api\", image = \"x/api:1\"\n    environment = [for k, v in { A = 1 } : { \
                name = k, value = tostring(v) }]\n    secrets = [\n      { name = \"B\", valueFrom = \"${aws_secretsmanager_secret.s.arn}:url::\" \
                },\n      { name = \"C\", valueFrom = \"arn:aws:ssm:eu:1:parameter/shop/c\" },\n      { name = \"D\", valueFrom = \
                \"arn:aws:secretsmanager:eu:1:secret:shop/d-AbCdEf\" },\n      { name = \"E\", valueFrom = data.x.y.arn },\n    ]\n  }])\n}\n";
    assert_eq!(targets(&[("main.tf", task)]), ["api: A=1 B=shop/db@latest C=shop/c@latest D=shop/d@latest E=¿"]);
    let deployment = "resource \"kubernetes_deployment\" \"d\" {\n  metadata {\n    name = \"web\"\n  }\n  spec {\n    template {\n      spec {\n        \
                      container {\n          name = \"web\"\n          env {\n            name = \"A\"\n            value_from {\n              \
                      secret_key_ref {\n                name = kubernetes_secret.s.metadata[0].name\n                key  = \"a\"\n              \
                      }\n            }\n          }\n          env {\n            name = \"B\"\n            value_from {\n              field_ref {\n                \
                      field_path = \"x\"\n              }\n            }\n          }\n          env_from {\n            config_map_ref {\n              name = \
                      \"m\"\n            }\n          }\n        }\n      }\n    }\n  }\n}\nresource \"kubernetes_secret\" \"s\" {\n  metadata {\n    name = \
                      \"keys\"\n  }\n}\n";
    assert_eq!(targets(&[("main.tf", deployment)]), ["web partial: A=keys/a@latest B=¿"]);
}

const CHILD: &str = "variable \"name\" {}\nvariable \"env\" {\n  type    = map(string)\n  default = {}\n}\n";

fn child() -> String {
    CHILD.to_owned()
        + "resource \"google_cloud_run_v2_service\" \"s\" {\n  name = var.name\n  template {\n    containers {\n      dynamic \
           \"env\" {\n        for_each = var.env\n        content {\n          name  = env.key\n          value = \
           env.value\n        }\n      }\n    }\n  }\n}\noutput \"name\" {\n  value = \"out-${var.name}\"\n}\n"
}

#[test]
fn modules_are_followed_with_what_they_are_given() {
    let main = "module \"a\" {\n  source = \"./modules/s\"\n  name   = \"a\"\n  env    = { K = var.key, N = module.b[\"x\"].name }\n}\n\
                module \"b\" {\n  source   = \"./modules/s\"\n  for_each = { x = \"1\", y = var.key }\n  name     = each.key\n  env      = { V = \
                each.value }\n}\nmodule \"none\" {\n  source = \"./modules/s\"\n  count  = var.key == \"k\" ? 0 : 1\n  name   = \"none\"\n}\n\
                module \"far\" {\n  source = \"registry.example.com/x/y\"\n  name   = \"far\"\n}\nvariable \"key\" {\n  default = \"k\"\n}\n";
    let found = targets(&[("main.tf", main), ("modules/s/main.tf", &child())]);
    assert_eq!(found, ["a: K=k N=out-x", "x: V=1", "y: V=k"]);
}

#[test]
fn values_that_a_module_hands_on_point_to_where_they_stand() {
    let main =
        "module \"a\" {\n  source = \"./m\"\n  name   = \"a\"\n  env    = { KEY = var.key }\n}\nvariable \"key\" {}\n";
    let files = [("main.tf", main), ("m/main.tf", &*child()), ("prod.tfvars", "# first\nkey = \"value\"\n")];
    let assembled = assemble(&files);
    let TargetGroup { targets, origins, .. } = &assembled.groups[0];
    let setting = &targets[0].layers[0].settings[0];
    assert_eq!((setting.place.path.as_str(), targets[0].place.path.as_str()), ("main.tf", "main.tf"));
    assert_eq!(&main[setting.value_span.start..setting.value_span.end], "var.key");
    let at = crate::source::Place::new(&setting.place.path, setting.value_span);
    let origin = origins.get(&at).expect("it comes from elsewhere");
    assert_eq!((origin.path.as_str(), origin.span.start), ("prod.tfvars", 14));
}

#[test]
fn each_environment_with_files_is_an_application_of_its_own() {
    let main = service("env {\n  name  = \"A\"\n  value = \"${var.a}-${var.b}-${var.c}\"\n}")
        + "variable \"a\" {}\nvariable \"b\" { default = \"d\" }\nvariable \"c\" {}\n";
    let files = [
        ("i/main.tf", main.as_str()),
        ("i/terraform.tfvars", "a = 1\nc = 3\n"),
        ("i/z.auto.tfvars.json", "{\"c\": \"4\"}"),
        ("i/environments/prod/terraform.tfvars", "a = 2\n"),
        ("i/environments/staging.tfvars", "b = \"s\"\n"),
        ("i/prod.tfvars.example", "a = 9\n"),
    ];
    let assembled = assemble(&files);
    let told: Vec<_> = assembled
        .groups
        .iter()
        .map(|group| {
            let target = &group.targets[0];
            (target.environment.as_deref(), told(target), group.paths.last().map(SourcePath::as_str))
        })
        .collect();
    let expected = [
        (Some("production"), "api: A=2-d-4".to_owned(), Some("i/environments/prod/terraform.tfvars")),
        (Some("staging"), "api: A=1-s-4".to_owned(), Some("i/environments/staging.tfvars")),
    ];
    assert_eq!(told, expected);
}

#[test]
fn the_environment_is_told_by_what_is_given() {
    let main = service("") + "variable \"environment\" { default = \"dev\" }\n";
    let of = |files: &[(&str, &str)]| assemble(files).groups[0].targets[0].environment.clone();
    assert_eq!(of(&[("main.tf", &main), ("terraform.tfvars", "environment = \"prod\"\n")]).as_deref(), Some("prod"));
    // A default may be replaced by whoever applies it.
    assert_eq!(of(&[("main.tf", &main)]), None);
    assert_eq!(of(&[("staging.tf", &main)]).as_deref(), Some("staging"));
}

#[test]
fn what_git_ignores_is_given_and_not_known() {
    let main = service("env {\n  name  = \"A\"\n  value = var.a\n}") + "variable \"a\" { default = \"d\" }\n";
    assert_eq!(targets(&[("main.tf", &main), ("local.auto.tfvars", "a = 1\n")]), ["api: A=?"]);
    assert_eq!(targets(&[("main.tf", &main)]), ["api: A=d"]);
}

#[test]
fn null_is_a_value_of_its_own() {
    let main = |nullable: &str| {
        service("env {\n  name  = \"A\"\n  value = var.a == null ? \"none\" : var.a\n}")
            + &format!("variable \"a\" {{\n  default = \"d\"\n  {nullable}\n}}\n")
    };
    let of = |nullable: &str| targets(&[("main.tf", &main(nullable)), ("terraform.tfvars", "a = null\n")]);
    assert_eq!(of(""), ["api: A=none"]);
    assert_eq!(of("nullable = false"), ["api: A=d"]);
}

#[test]
fn whoever_else_may_change_it_makes_it_partial() {
    let with = |lifecycle: &str| {
        let main = service("env {\n  name  = \"A\"\n  value = \"x\"\n}");
        let main = main.replacen(
            "  template {",
            &format!("  lifecycle {{\n    ignore_changes = {lifecycle}\n  }}\n  template {{"),
            1,
        );
        targets(&[("main.tf", &main)]).remove(0)
    };
    for ignored in ["[template[0].containers[0].env]", "all", "[template]", "[client, template.0.containers.0.env]"] {
        assert_eq!(with(ignored), "api partial: A=x", "{ignored}");
    }
    for kept in ["[template[0].containers[0].image]", "[labels, client]", "[]"] {
        assert_eq!(with(kept), "api: A=x", "{kept}");
    }
}

#[test]
fn helpers_beside_a_container_are_targets_of_their_own() {
    let main = "resource \"google_cloud_run_v2_service\" \"s\" {\n  name = \"api-${var.environment}\"\n  template {\n    containers \
                {\n      name = \"proxy\"\n    }\n    containers {\n      name = \"app\"\n      ports {\n        container_port = 1\n      \
                }\n    }\n  }\n}\nvariable \"environment\" {}\n";
    assert_eq!(targets(&[("main.tf", main)]), ["api/proxy:", "api:"]);
}

#[test]
fn a_typo_does_not_hide_the_rest_of_a_file() {
    let main = service("env {\n  name  = \"A\"\n  value = \"x\"\n}\nenv {\n  name = \"B\n}")
        + "\nresource \"google_cloud_run_v2_job\" \"j\" {\n  name = \"job\"\n  template {\n    template {\n      containers {}\n    }\n  }\n}\n";
    assert_eq!(targets(&[("main.tf", &main)]), ["job:", "api partial: A=x"]);
}

#[test]
fn modules_that_call_each_other_end_and_are_told() {
    let a = "module \"b\" {\n  source = \"../b\"\n}\n";
    let b = "module \"a\" {\n  source = \"../a\"\n}\n";
    let assembled =
        assemble(&[("a/main.tf", a), ("b/main.tf", b), ("c/main.tf", "module \"c\" {\n  source = \"./\"\n}\n")]);
    let told: Vec<_> = assembled.problems.iter().map(|(path, problem)| (path.as_str(), &*problem.message)).collect();
    let circle = "this module calls itself in a circle";
    assert_eq!(told, [("b/main.tf", circle), ("c/main.tf", circle)]);
}

#[test]
fn what_grows_without_end_is_bounded_and_told() {
    let mut doubling = "locals {\n  l0 = [\"x\"]\n".to_owned();
    for index in 1..60 {
        let _ = writeln!(doubling, "  l{index} = concat(local.l{0}, local.l{0})", index - 1);
    }
    let main = doubling
        + "}\n"
        + &service("dynamic \"env\" {\n  for_each = local.l59\n  content {\n    name = env.value\n  }\n}");
    let assembled = assemble(&[("main.tf", &main)]);
    assert!(assembled.groups[0].targets[0].partial);
    assert_eq!(assembled.unfinished.len(), 1);
    let mut texts = "locals {\n  t0 = \"xxxxxxxx\"\n".to_owned();
    for index in 1..60 {
        let _ = writeln!(texts, "  t{index} = \"${{local.t{0}}}${{local.t{0}}}\"", index - 1);
    }
    let main = texts + "}\n" + &service("env {\n  name  = \"A\"\n  value = local.t59\n}");
    assert_eq!(targets(&[("main.tf", &main)]), ["api: A=?"]);
    let mut calls = String::new();
    for index in 0..30 {
        let _ = writeln!(
            calls,
            "module \"m{index}\" {{\n  source = \"./m\"\n  for_each = toset([for i in local.many : \"k${{i}}\"])\n}}"
        );
    }
    let many: Vec<String> = (0..150).map(|index| index.to_string()).collect();
    let many = many.join(", ");
    let main = format!("locals {{\n  many = [{many}]\n}}\n{calls}");
    let assembled = assemble(&[("main.tf", &main), ("m/main.tf", &service(""))]);
    assert_eq!(assembled.groups[0].targets.len(), 2000);
}

#[test]
fn values_that_terraform_refuses_are_told() {
    let variables = "variable \"n\" {\n  type = number\n}\nvariable \"l\" {\n  type    = list(string)\n  default = \"x\"\n}\n\
                     variable \"o\" {\n  type     = object({ a = string })\n  nullable = false\n}\n";
    let assembled = assemble(&[("main.tf", variables), ("terraform.tfvars", "n = \"five\"\no = null\n")]);
    let told: Vec<_> = assembled.problems.iter().map(|(path, problem)| (path.as_str(), &*problem.message)).collect();
    let expected = [
        ("main.tf", "`l` takes a list, and Terraform refuses this for it"),
        ("terraform.tfvars", "`n` takes a number, and Terraform refuses this for it"),
        ("terraform.tfvars", "`o` may not be null"),
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_variable_block_is_held_to_its_form() {
    let text = "variable \"count\" {\n  type    = \"string\"\n  default = var.x\n  foo     = 1\n}\nvariable \"v\" {\n  default = [upper(\"x\")]\n}\nx = 1\n";
    let file = load("main.tf", text);
    let told: Vec<&str> = file.loaded.problems.iter().map(|problem| &*problem.message).collect();
    let expected = [
        "no variable may be called `count`",
        "a type stands without quotes",
        "only constants are allowed here, no references",
        "a variable takes no argument `foo`",
        "only constants are allowed here, no calls",
        "`x` stands outside of any block",
    ];
    assert_eq!(told, expected);
}

#[test]
fn files_are_claimed_by_their_names() {
    let role = |path: &str| (LOADER.claims)(&SourcePath::new(path)).map(|claim| (claim.role, claim.words.words));
    assert_eq!(role("a/main.tf"), Some((Role::Deploy, vec![])));
    assert_eq!(role("a/main.tofu"), Some((Role::Deploy, vec![])));
    assert_eq!(role("a/main.tf.json"), Some((Role::Deploy, vec![])));
    assert_eq!(role("a/prod.tfvars"), Some((Role::Inputs, vec!["prod".to_owned()])));
    assert_eq!(role("terraform.tfvars"), Some((Role::Inputs, vec![])));
    assert_eq!(role("terraform.tfvars.example"), Some((Role::Inputs, vec![])));
    assert_eq!(role("x.auto.tfvars.json"), Some((Role::Inputs, vec!["x".to_owned()])));
    for other in
        ["main.tf.bak", "a.tfstate", ".terraform/modules/x/main.tf", "tfvars", "x.json", "terraform.rc", "a.hcl"]
    {
        assert_eq!(role(other), None, "{other}");
    }
}

#[test]
fn a_file_of_tofu_stands_for_its_twin() {
    let with = |value: &str| service(&format!("env {{\n  name  = \"A\"\n  value = \"{value}\"\n}}"));
    let assembled = assemble(&[("main.tf", &with("terraform")), ("main.tofu", &with("tofu"))]);
    assert_eq!(told(&assembled.groups[0].targets[0]), "api: A=tofu");
    assert!(!assembled.modules[0].whole, "Terraform would read the other one");
}

mod called;
mod overrides;
