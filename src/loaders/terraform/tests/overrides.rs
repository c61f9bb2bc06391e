//! Tests of files that override others. What values become of them is in `tests/terraform.rs`.

use super::{assemble, service, targets, told};

fn env(name: &str, value: &str) -> String {
    format!("env {{\n  name  = \"{name}\"\n  value = {value}\n}}")
}

#[test]
fn blocks_are_replaced_kind_by_kind_and_arguments_one_by_one() {
    let main = service(&env("A", "\"base\""));
    let of = |over: &str| targets(&[("main.tf", &main), ("x_override.tf", over)]);
    let resource = |body: &str| format!("resource \"google_cloud_run_v2_service\" \"api\" {{\n{body}\n}}\n");
    assert_eq!(of(&resource("name = \"other\"")), ["other: A=base"]);
    let template = format!("template {{\n  containers {{\n{}\n  }}\n}}", env("B", "\"over\""));
    assert_eq!(of(&resource(&template)), ["api: B=over"]);
    assert_eq!(of(&resource("count = 0")), [""; 0]);
    let dynamic = "dynamic \"template\" {\n  for_each = [1]\n  content {\n  }\n}";
    assert_eq!(of(&resource(dynamic)), [""; 0], "what takes the place of the blocks has no container");
    assert_eq!(of(&resource("lifecycle {\n  ignore_changes = [template]\n}")), ["api partial: A=base"]);
}

#[test]
fn the_last_file_wins() {
    let main = service(&env("A", "local.a")) + "locals {\n  a = \"base\"\n}\n";
    let local = |value: &str| format!("locals {{\n  a = \"{value}\"\n}}\n");
    let files =
        [("override.tf", &*local("one")), ("main.tf", &main), ("z_override.tf.json", r#"{"locals": {"a": "two"}}"#)];
    assert_eq!(targets(&files), ["api: A=two"]);
    let name = |value: &str| format!("resource \"google_cloud_run_v2_service\" \"api\" {{\n  name = \"{value}\"\n}}\n");
    let files = [("main.tf", &*main), ("a_override.tf", &name("a")), ("b_override.tf", &name("b"))];
    assert_eq!(targets(&files), ["b: A=base"]);
}

#[test]
fn secrets_are_followed_through_overrides() {
    let main = service(
        "env {\n  name = \"A\"\n  value_source {\n    secret_key_ref {\n      secret  = google_secret_manager_secret.s.secret_id\n      \
         version = data.google_secret_manager_secret_version.v.version\n    }\n  }\n}",
    ) + "resource \"google_secret_manager_secret\" \"s\" {\n  secret_id = \"base\"\n}\ndata \
         \"google_secret_manager_secret_version\" \"v\" {\n  secret  = \"x\"\n  version = \"1\"\n}\n";
    let over = "resource \"google_secret_manager_secret\" \"s\" {\n  secret_id = \"over\"\n}\ndata \
                \"google_secret_manager_secret_version\" \"v\" {\n  version = \"2\"\n}\n";
    let assembled = assemble(&[("main.tf", &main), ("override.tf", over)]);
    assert_eq!(told(&assembled.groups[0].targets[0]), "api: A=over@2");
    assert_eq!(assembled.groups[0].stored_here[0].secret.as_str(), "over");
}

#[test]
fn calls_are_overridden_argument_by_argument() {
    let child = |value: &str| {
        format!(
            "variable \"a\" {{}}\nvariable \"b\" {{}}\n{}",
            service(&env("A", &format!("\"{value}-${{var.a}}-${{var.b}}\"")))
        )
    };
    let main = "module \"m\" {\n  source = \"./m\"\n  a      = \"base\"\n  b      = \"base\"\n}\n";
    let (m, n) = (child("m"), child("n"));
    let of = |over: &str| {
        targets(&[("main.tf", main), ("override.tf", over), ("m/main.tf", &m), ("n/main.tf", &n)]).join(" ")
    };
    assert!(of("module \"m\" {\n  b = \"over\"\n}\n").contains("api: A=m-base-over"));
    assert!(of("module \"m\" {\n  source = \"./n\"\n}\n").contains("api: A=n-base-base"));
    let found = of("module \"m\" {\n  for_each = { x = \"1\" }\n  a        = each.value\n}\n");
    assert!(found.contains("api: A=m-1-base"), "{found}");
}

#[test]
fn what_stands_at_the_top_of_a_function_is_unknown_where_it_is_overridden() {
    let main = "resource \"google_cloudfunctions_function\" \"f\" {\n  name                  = \"f\"\n  environment_variables = { A = \
                \"x\" }\n}\n";
    let over = "resource \"google_cloudfunctions_function\" \"f\" {\n  runtime = \"nodejs22\"\n}\n";
    assert_eq!(targets(&[("main.tf", main), ("override.tf", over)]), ["f partial:"]);
    let task = "resource \"aws_ecs_task_definition\" \"t\" {\n  container_definitions = jsonencode([{ name = \"base\" }])\n}\n";
    let over = "resource \"aws_ecs_task_definition\" \"t\" {\n  container_definitions = jsonencode([{ name = \"over\" }])\n}\n";
    assert_eq!(targets(&[("main.tf", task), ("override.tf", over)]), ["over:"]);
}
