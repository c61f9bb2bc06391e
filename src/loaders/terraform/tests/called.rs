//! Tests of modules that are fetched from elsewhere.

use super::targets;

/// What a call with these arguments comes to.
fn of(source: &str, arguments: &str) -> Vec<String> {
    let main = format!(
        "module \"m\" {{\n  source = \"{source}\"\n{arguments}\n}}\nlocals {{\n  more = {{ B = \"y\" }}\n}}\nresource \
         \"google_secret_manager_secret\" \"s\" {{\n  secret_id = \"db-url\"\n}}\nvariable \"v\" {{}}\n"
    );
    targets(&[("main.tf", &main)])
}

const CLOUD_RUN: &str = "GoogleCloudPlatform/cloud-run/google//modules/v2";

#[test]
fn containers_of_cloud_run_are_read() {
    let arguments = "service_name = \"api\"\nvolumes = [{ name = \"v\", secret = { secret = \"cert\", items = { path = \
                     \"c.pem\", version = \"3\" } } }]\ncontainers = [\n  { container_name = \"proxy\", container_image = \
                     \"envoy\" },\n  {\n    container_image = \"eu-docker.pkg.dev/${var.v}/api:1\"\n    ports = {}\n    env_vars = \
                     merge({ A = \"x\" }, local.more, { C = var.v })\n    env_secret_vars = { D = { secret = \
                     google_secret_manager_secret.s.secret_id, version = \"latest\" } }\n    volume_mounts = [{ name = \"v\", \
                     mount_path = \"/certs\" }]\n  },\n]";
    assert_eq!(of(CLOUD_RUN, arguments), ["api/proxy:", "api: A=x B=y C=? D=db-url@latest /certs/c.pem<cert@3"]);
}

#[test]
fn what_is_not_known_of_containers_is_never_absent() {
    let of = |arguments: &str| of(CLOUD_RUN, &format!("service_name = \"api\"\n{arguments}"));
    assert_eq!(of("containers = var.v"), [""; 0]);
    assert_eq!(of("containers = [var.v]"), ["api partial:"]);
    assert_eq!(of("containers = [{ env_vars = merge(var.v, { A = \"x\" }) }]"), ["api partial: A=x"]);
    assert_eq!(of("containers = [{ env_vars = { A = \"x\" }, env_secret_vars = var.v }]"), ["api partial: A=x"]);
    assert_eq!(of("containers = concat([{ env_vars = { A = \"x\" } }], var.v)"), ["api partial: A=x"]);
    assert_eq!(of("version = \"~> 1.0\"\ncontainers = [{ env_vars = { A = \"x\" } }]"), [""; 0]);
    assert_eq!(of("for_each = var.v\ncontainers = [{ env_vars = { A = \"x\" } }]"), ["api partial: A=x"]);
    assert_eq!(of("count = 0\ncontainers = [{ env_vars = { A = \"x\" } }]"), [""; 0]);
}

#[test]
fn lists_of_cloud_run_are_read() {
    let first = "service_name = \"one\"\nimage = \"gcr.io/p/one\"\nenv_vars = [{ name = \"A\", value = 1 }]\nenv_secret_vars = [{ name \
                 = \"B\", value_from = [{ secret_key_ref = { name = \"b\", key = \"2\" } }] }]";
    assert_eq!(of("GoogleCloudPlatform/cloud-run/google", first), ["one: A=1 B=b@2"]);
    let job = "name = \"job\"\nimage = \"x\"\nenv_secret_vars = [{ name = \"B\", value_source = [{ secret_key_ref = { secret = \
               \"projects/p/secrets/b\" } }] }]\nenv_vars = concat(var.v, [])";
    assert_eq!(
        of("GoogleCloudPlatform/cloud-run/google//modules/job-exec", job),
        ["job partial: B=projects/p/secrets/b@latest"]
    );
}

#[test]
fn functions_of_aws_are_read() {
    let of = |arguments: &str| of("terraform-aws-modules/lambda/aws", &format!("function_name = \"f\"\n{arguments}"));
    assert_eq!(of("environment_variables = merge({ A = \"x\" }, local.more)"), ["f: A=x B=y"]);
    assert_eq!(of("environment_variables = var.v"), ["f partial:"]);
    assert_eq!(of(""), ["f:"]);
    assert_eq!(of("create_function = false\nenvironment_variables = { A = \"x\" }"), [""; 0]);
    assert_eq!(of("create = var.v\nenvironment_variables = { A = \"x\" }"), ["f partial: A=x"]);
}

#[test]
fn containers_of_ecs_are_read() {
    let definitions = "container_definitions = {\n  api = {\n    image = \"x/api:1\"\n    environment = [{ name = \"A\", value = \
                       \"x\" }]\n    secrets = [{ name = \"B\", valueFrom = \"arn:aws:ssm:eu:1:parameter/shop/b\" }]\n  }\n  log = { \
                       name = \"logs\", environment_files = [{}] }\n  off = { create = false }\n}";
    let expected = ["api: A=x B=shop/b@latest", "logs partial:"];
    assert_eq!(of("terraform-aws-modules/ecs/aws//modules/service", definitions), expected);
    let services = format!("services = {{\n  one = {{\n{definitions}\n}}\n  two = {{ create = false }}\n}}");
    assert_eq!(of("terraform-aws-modules/ecs/aws", &services), expected);
    let defaults = format!("{definitions}\ncontainer_definition_defaults = {{ environment = [] }}");
    let found = of("terraform-aws-modules/ecs/aws//modules/service", &defaults);
    assert_eq!(found, ["api partial: A=x B=shop/b@latest", "logs partial:"]);
    let one = "name = \"web\"\nenvironment = [for k, v in local.more : { name = k, value = v }]";
    assert_eq!(of("terraform-aws-modules/ecs/aws//modules/container-definition", one), ["web: B=y"]);
}

#[test]
fn inputs_of_a_wrong_kind_are_no_targets_of_anybody() {
    for source in [
        CLOUD_RUN,
        "GoogleCloudPlatform/cloud-run/google",
        "GoogleCloudPlatform/cloud-run/google//modules/job-exec",
        "terraform-aws-modules/lambda/aws",
        "terraform-aws-modules/ecs/aws",
        "terraform-aws-modules/ecs/aws//modules/service",
        "terraform-aws-modules/ecs/aws//modules/container-definition",
    ] {
        for value in ["1", "\"x\"", "null", "[]", "{}", "[1, \"x\", null, [], {}]", "{ a = 1, b = [], c = {} }", "m"] {
            let names = [
                "containers",
                "volumes",
                "env_vars",
                "env_secret_vars",
                "environment_variables",
                "services",
                "environment",
                "secrets",
                "container_definitions",
                "service_name",
                "name",
                "image",
                "create",
                "volume_mounts",
            ];
            let arguments: Vec<String> = names.iter().map(|name| format!("{name} = {value}")).collect();
            for target in of(source, &arguments.join("\n")) {
                assert!(!target.contains('@'), "{source} with {value}: {target}");
            }
        }
    }
}
