//! Tests of the loader of platform files.

use super::*;

/// The targets of a file: name, environment, folder, `…` if partial, `NAME=value` of each, `/` before arguments.
fn told(path: &str, text: &str) -> Vec<String> {
    let path = SourcePath::new(path);
    let source = SourceFile::new(path.clone(), text.as_bytes().to_vec());
    let loaded = (LOADER.load)(&source, &claims(&path).unwrap());
    assert!(loaded.problems.is_empty(), "{:?}", loaded.problems);
    let found: &Found = loaded.parsed.as_ref().unwrap().downcast_ref().unwrap();
    found.targets.iter().map(tell).collect()
}

fn tell(target: &Target) -> String {
    let setting = |setting: &Setting| {
        let value = match &setting.value {
            SettingValue::Given(template) => {
                template.as_literal().map_or("?".to_owned(), |value| value.expose().to_owned())
            }
            _ => "?".to_owned(),
        };
        format!(" {}={value}", setting.name)
    };
    let build = target.build.as_ref().unwrap();
    let settings: String = target.layers.iter().flat_map(|layer| &layer.settings).map(setting).collect();
    let arguments: String = build.arguments.iter().map(setting).collect();
    let environment = target.environment.as_deref().unwrap_or("-");
    let arguments = if arguments.is_empty() { arguments } else { format!(" /{arguments}") };
    let open = if target.partial { " …" } else { "" };
    format!("{} {environment} {}{open}{settings}{arguments}", target.name, build.context.as_ref().unwrap())
}

#[test]
fn app_engine_gives_its_variables_and_nothing_else() {
    let text =
        "runtime: python312\nservice: api\nenv_variables:\n  A: \"1\"\n  B: 2\n  C:\nbuild_env_variables: {D: x}\n";
    assert_eq!(told("svc/app.yaml", text), ["api - svc A=1 B=2 C= / D=x"]);
    assert_eq!(told("app.staging.yaml", "runtime: go122\nincludes: [x.yaml]\n"), ["default - . …"]);
    for other in
        ["apiVersion: v1\nkind: Pod\nruntime: x\n", "a: b\n", "", "- runtime\n", "name: x\nruntime: y\nservices: [a]\n"]
    {
        assert!(told("app.yaml", other).is_empty(), "{other}");
    }
}

#[test]
fn a_file_of_another_tool_is_not_held_to_yaml() {
    let source = SourceFile::new(SourcePath::new("app.yaml"), b"{{ if x }}\na: [\n".to_vec());
    assert!(load(&source, &Claim::new(Role::Deploy)).problems.is_empty());
}

#[test]
fn fly_builds_the_dockerfile_beside_it_and_keeps_secrets_to_itself() {
    let text = "app = \"shop\"\n[build.args]\nX = \"1\"\n[env]\nPORT = 8080\nLOG = \"${LOG}\"\n";
    assert_eq!(told("api/fly.toml", text), ["shop - api … PORT=8080 LOG=? / X=1"]);
    assert!(told("fly.toml", "[env]\nA = \"x\"\n").is_empty(), "nothing says that it is Fly's");
    let nameless = "primary_region = \"fra\"\n[env]\nA = \"x\"\n";
    assert_eq!(told("api/fly.toml", nameless), ["fly - api … A=x"], "`fly deploy --app` names it");
}

#[test]
fn netlify_has_contexts() {
    let text = "[build]\nbase = \"web/\"\n[build.environment]\nA = \"1\"\n[context.deploy-preview.environment]\nA = \"2\"\n[context.some-branch.environment]\nB = \"3\"\n[context.staging.environment]\nC = \"4\"\n";
    assert_eq!(
        told("netlify.toml", text),
        ["netlify preview web … A=1 A=2", "netlify staging web … A=1 C=4", "netlify production web … A=1"]
    );
    assert!(told("netlify.toml", "[build]\ncommand = \"x\"\n[context]\nproduction = 1\n").is_empty());
}

#[test]
fn render_has_groups_and_what_people_fill_in() {
    let text = "services:
- type: web
  name: api
  runtime: docker
  rootDir: apps/api
  envVars:
  - {key: A, value: x}
  - {key: B, generateValue: true}
  - {key: C, fromDatabase: {name: db, property: connectionString}}
  - fromGroup: common
- {type: worker, name: jobs, envVars: [{key: A, sync: false}]}
- {type: redis, name: cache}
envVarGroups:
- {name: common, envVars: [{key: A, value: group}, {key: D, value: 1}]}
projects:
- name: p
  environments: [{name: staging, services: [{type: web, name: s, envVars: [{fromGroup: none}]}]}]
";
    assert_eq!(
        told("render.yaml", text),
        ["api - apps/api A=group D=1 A=x B=? C=?", "jobs - . … A=?", "s staging . …"]
    );
}

#[test]
fn vercel_keeps_more_than_its_file_says() {
    let text = "{\"name\": \"web\", \"env\": {\"A\": \"1\", \"B\": \"@b\"}, \"build\": {\"env\": {\"C\": \"2\"}}} // x";
    assert_eq!(told("web/vercel.json", text), ["web - web … A=1 B=? / C=2"]);
    for other in ["{}", "[]", "", "{\"env\": [], \"build\": 1}"] {
        assert!(told("vercel.json", other).is_empty(), "{other}");
    }
}

#[test]
fn wrangler_gives_each_environment_its_own() {
    let text = "name = \"edge\"\n[vars]\nA = \"1\"\nB = { x = 1 }\n[env.production.vars]\nA = \"2\"\n[env.staging]\nroute = \"x\"\n";
    let expected = ["edge development . … A=1 B=?", "edge production . … A=2"];
    assert_eq!(told("wrangler.toml", text), expected);
    let json = "{\"name\": \"edge\", /* x */ \"vars\": {\"A\": 1, \"B\": {}}, \"env\": {\"production\": {\"vars\": {\"A\": \"2\"}}},}";
    assert_eq!(told("wrangler.jsonc", json), expected);
    assert_eq!(told("wrangler.toml", "name = \"edge\"\nvars = { A = \"1\" }\n"), ["edge - . … A=1"]);
}

#[test]
fn railway_says_how_it_builds() {
    for (path, text) in [
        ("api/railway.json", "{\"build\": {\"dockerfilePath\": \"/docker/Dockerfile\"}}"),
        ("api/railway.toml", "[build]\ndockerfilePath = \"docker/Dockerfile\"\n"),
    ] {
        let source = SourceFile::new(SourcePath::new(path), text.as_bytes().to_vec());
        let loaded = load(&source, &Claim::new(Role::Deploy));
        let found: &Found = loaded.parsed.as_ref().unwrap().downcast_ref().unwrap();
        let dockerfile = found.builds[0].build.dockerfile.as_ref();
        assert_eq!(dockerfile.map(SourcePath::as_str), Some("api/docker/Dockerfile"));
    }
}

#[test]
fn names_are_known() {
    for path in ["a/app.yaml", "app-dev.yml", "fly.staging.toml", "vercel.json", "wrangler.jsonc", "railway.toml"] {
        assert!(claims(&SourcePath::new(path)).is_some(), "{path}");
    }
    for path in ["myapp.yaml", "apple.yaml", "app.json", "fly.toml.example", "vercel.ts", "render.json"] {
        assert!(claims(&SourcePath::new(path)).is_none(), "{path}");
    }
}

#[test]
fn what_is_broken_is_told_without_its_text() {
    for (path, text) in
        [("fly.toml", "app = \"x\"\n[env]\nA = \"hunter2\nB = 1\n"), ("vercel.json", "{\"env\": {\"A\": \"hunter2\"")]
    {
        let source = SourceFile::new(SourcePath::new(path), text.as_bytes().to_vec());
        let loaded = load(&source, &Claim::new(Role::Deploy));
        assert!(!loaded.problems.is_empty(), "{path}");
        assert!(loaded.problems.iter().all(|problem| !problem.message.contains("hunter2")), "{path}");
    }
}
