//! Which secret of which store a variable is: several stores, apps that share one, former names, other environments.

use std::process::{Command, Stdio};

use serde_json::Value;

use crate::fake::{Fake, PROJECT};
use crate::shop::{CANARY, Shop};

const OURS: &[(&str, &str)] = &[("managed-by", "envcheck"), ("envcheck-owner", "shop")];

/// Two apps and a config for them.
fn apps(api: &str, web: &str, config: &str) -> Shop {
    let shop = Shop::new("[server]\n");
    shop.write("package.json", "{\"name\": \"all\", \"workspaces\": [\"apps/*\"]}");
    for (name, schema) in [("api", api), ("web", web)] {
        shop.write(
            &format!("apps/{name}/package.json"),
            &format!("{{\"name\": \"{name}\", \"scripts\": {{\"start\": \"node .\"}}}}"),
        );
        shop.write(&format!("apps/{name}/env.schema.toml"), schema);
    }
    std::fs::remove_file(shop.path().join("env.schema.toml")).unwrap();
    shop.write("envcheck.toml", config);
    shop.write(".gitignore", ".env*\n");
    shop
}

const GOOGLE: &str = "[[store]]\nkind = \"google\"\nproject = { production = \"demo-proj\" }\nsecret_name = \"{name}\"\nowner = \"shop\"\n";

/// The plan, and the exit code.
fn plan(shop: &Shop, fake: &Fake, environment: &str, more: &[&str]) -> (Value, i32) {
    let endpoint = fake.endpoint();
    let mut command = Command::new(env!("CARGO_BIN_EXE_envcheck"));
    command.args(["sync", "--env", environment, "--format", "json"]).args(more).current_dir(shop.path());
    command.env_clear().env("HOME", shop.path()).env("CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER", endpoint);
    let output = command.stdin(Stdio::null()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(!text.contains(CANARY), "a value shows");
    let told = String::from_utf8_lossy(&output.stderr);
    let plan = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}{told}"));
    (plan, output.status.code().unwrap())
}

/// `secret action app.VARIABLE app.VARIABLE`, line by line.
fn told(plan: &Value) -> Vec<String> {
    let items = plan["items"].as_array().unwrap().iter();
    let line = |item: &Value| {
        let wanted = item["wanted_by"].as_array().unwrap().iter();
        let wanted =
            wanted.map(|one| format!("{}.{}", one["app"].as_str().unwrap(), one["variable"].as_str().unwrap()));
        let wanted: Vec<String> = wanted.collect();
        format!("{} {} {}", item["secret"].as_str().unwrap(), item["action"].as_str().unwrap(), wanted.join(" "))
    };
    items.map(line).collect()
}

fn note(plan: &Value, at: usize) -> String {
    plan["items"][at]["notes"].to_string()
}

#[test]
fn apps_that_take_one_variable_share_one_secret() {
    let schema = "[server]\nAPI_KEY = { secret = true }\n";
    let (shop, fake) = (apps(schema, schema, GOOGLE), Fake::start());
    shop.write(".env.values", &format!("API_KEY={CANARY}-1\n"));
    let (plan, code) = plan(&shop, &fake, "production", &["--from", ".env.values", "--dry-run"]);
    assert_eq!((told(&plan), code), (vec!["api-key create api.API_KEY web.API_KEY".to_owned()], 1));
}

#[test]
fn two_variables_of_one_id_need_one_value() {
    let config = format!("{GOOGLE}[store.secret_names]\nFIRST_KEY = \"key\"\nSECOND_KEY = \"key\"\n");
    let (api, web) = ("[server]\nFIRST_KEY = { secret = true }\n", "[server]\nSECOND_KEY = { secret = true }\n");
    let (shop, fake) = (apps(api, web, &config), Fake::start());
    shop.write(".env.values", &format!("FIRST_KEY={CANARY}-1\nSECOND_KEY={CANARY}-2\n"));
    let (first, code) = plan(&shop, &fake, "production", &["--from", ".env.values", "--dry-run"]);
    assert_eq!((told(&first), code), (vec!["key blocked api.FIRST_KEY web.SECOND_KEY".to_owned()], 1));
    assert!(note(&first, 0).contains("`FIRST_KEY` and `SECOND_KEY` are one secret and were given different values"));
    shop.write(".env.values", &format!("FIRST_KEY={CANARY}-1\nSECOND_KEY={CANARY}-1\n"));
    let (same, _) = plan(&shop, &fake, "production", &["--from", ".env.values", "--dry-run"]);
    assert_eq!(told(&same), ["key create api.FIRST_KEY web.SECOND_KEY"]);
}

#[test]
fn whoever_else_takes_a_secret_is_asked_too() {
    let config = format!("{GOOGLE}[store.secret_names]\nFIRST_KEY = \"key\"\nSECOND_KEY = \"key\"\n");
    let (api, web) = ("[server]\nFIRST_KEY = { secret = true }\n", "[server]\nSECOND_KEY = { secret = true }\n");
    let (shop, fake) = (apps(api, web, &config), Fake::start());
    shop.write(".env.values", &format!("FIRST_KEY={CANARY}-1\nSECOND_KEY={CANARY}-2\n"));
    for only in [["--app", "api"], ["--only", "FIRST_*"]] {
        let more = [&["--from", ".env.values", "--dry-run"][..], &only].concat();
        let (plan, code) = plan(&shop, &fake, "production", &more);
        assert_eq!((told(&plan), code), (vec!["key blocked api.FIRST_KEY web.SECOND_KEY".to_owned()], 1));
    }
}

#[test]
fn every_project_of_production_is_confirmed() {
    let config = "[[store]]\nkind = \"google\"\napps = [\"api\"]\nproject = \"demo-proj\"\nsecret_name = \"{name}\"\n\
                  [[store]]\nkind = \"google\"\napps = [\"web\"]\nproject = \"other-proj\"\nsecret_name = \"{name}\"\n";
    let schema = "[server]\nAPI_KEY = { secret = true }\n";
    let (shop, fake) = (apps(schema, schema, config), Fake::start());
    shop.write(".env.values", &format!("API_KEY={CANARY}-1\n"));
    let run = |confirmed: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_envcheck"));
        command.args(["sync", "--env", "production", "--from", ".env.values", "--yes"]).args(confirmed);
        command.current_dir(shop.path()).env_clear().env("HOME", shop.path());
        let output = command
            .env("CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER", fake.endpoint())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, text) = run(&["--confirm-project", "demo-proj"]);
    assert!(code == Some(2) && text.contains("`--confirm-project other-proj`"), "{text}");
    assert!(fake.requests().iter().all(|call| call.method == "GET"));
    let (code, text) = run(&["--confirm-project", "demo-proj", "--confirm-project", "other-proj"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(fake.secret("api-key").is_some() && fake.secret_of("projects/other-proj", "api-key").is_some());
}

#[test]
fn each_app_and_environment_has_its_own_store() {
    let config = "[[store]]\nkind = \"dotenv\"\napps = [\"web\"]\nproject = \".env.store\"\n\
                  [[store]]\nkind = \"google\"\nenvironments = [\"production\"]\nproject = \"demo-proj\"\nsecret_name = \"{app}-{name}\"\n\
                  [[store]]\nkind = \"google\"\nproject = \"other-proj\"\nsecret_name = \"{name}\"\n";
    let schema = "[server]\nAPI_KEY = { secret = true }\n";
    let (shop, fake) = (apps(schema, schema, config), Fake::start());
    fake.put("api-api-key", &[], &["x"]);
    let stores = |plan: &Value| {
        let stores = plan["stores"].as_array().unwrap().iter();
        stores
            .map(|store| format!("{}:{}", store["kind"].as_str().unwrap(), store["project"].as_str().unwrap()))
            .collect::<Vec<_>>()
    };
    let (production, _) = plan(&shop, &fake, "production", &[]);
    assert_eq!(stores(&production).first().map(String::as_str), Some("google:demo-proj"));
    assert_eq!(told(&production), ["api-api-key keep api.API_KEY", "API_KEY missing web.API_KEY"]);
    let (staging, _) = plan(&shop, &fake, "staging", &[]);
    assert_eq!(stores(&staging).first().map(String::as_str), Some("google:other-proj"));
    assert_eq!(told(&staging), ["api-key missing api.API_KEY", "API_KEY missing web.API_KEY"]);
}

#[test]
fn what_is_kept_under_a_former_name_is_copied() {
    let schema =
        "[server.NEW_KEY]\nsecret = true\ngenerate = \"password:24\"\nrenamed_from = [\"OLD_KEY\", \"OLDEST_KEY\"]\n";
    let (shop, fake) = (Shop::new(schema), Fake::start());
    fake.put("oldest-key", &[], &[&format!("{CANARY}-kept-for-all-these-years")]);
    let confirmed = ["--generate", "--yes", "--confirm-project", PROJECT];
    let (done, code) = plan(&shop, &fake, "production", &confirmed);
    assert_eq!((told(&done), code), (vec!["new-key create shop.NEW_KEY".to_owned()], 0));
    assert_eq!(done["items"][0]["source"]["secret"], "oldest-key");
    assert_eq!(fake.secret("new-key").unwrap().value(), fake.secret("oldest-key").unwrap().value());
    let (again, code) = plan(&shop, &fake, "production", &confirmed);
    assert_eq!((told(&again), code), (vec!["new-key keep shop.NEW_KEY".to_owned()], 0));
}

#[test]
fn a_secret_of_several_environments_is_replaced_from_production_alone() {
    let config = "[[store]]\nkind = \"google\"\nproject = \"demo-proj\"\nsecret_name = \"{name}\"\nowner = \"shop\"\n[environments]\nproduction = [\"prod\"]\nstaging = [\"stg\"]\n";
    let (shop, fake) = (Shop::new("[server]\nAPI_KEY = { secret = true }\n"), Fake::start());
    shop.write("envcheck.toml", config);
    shop.write(".gitignore", ".env*\n");
    shop.write(".env.values", &format!("API_KEY={CANARY}-new\n"));
    fake.put("api-key", OURS, &["old"]);
    let update = ["--from", ".env.values", "--on-changed", "update", "--dry-run"];
    let (staging, code) = plan(&shop, &fake, "staging", &update);
    assert_eq!((told(&staging), code), (vec!["api-key blocked shop.API_KEY".to_owned()], 1));
    assert!(note(&staging, 0).contains("production"), "{}", note(&staging, 0));
    let (production, _) = plan(&shop, &fake, "production", &update);
    assert_eq!(told(&production), ["api-key update shop.API_KEY"]);
}

#[test]
fn that_another_environment_takes_a_secret_is_seen_however_it_is_told() {
    let schema = "[server]\nAPI_KEY = { secret = true }\nOTHER_KEY = { secret = true }\n";
    let both = "[[store]]\nkind = \"google\"\nproject = \"demo-proj\"\nowner = \"shop\"\nsecret_name = \"{name}\"\n";
    let live = "[environments]\nlive = { words = [\"live\"], like = \"production\" }\n";
    let apart = "[[store]]\nkind = \"google\"\nenvironments = [\"production\"]\nproject = \"demo-proj\"\nsecret_name = \"prod-{name}\"\n\
                 [store.secret_names]\nOTHER_KEY = \"api-key\"\n\
                 [[store]]\nkind = \"google\"\nproject = \"demo-proj\"\nowner = \"shop\"\nsecret_name = \"{name}\"\n";
    let store: &[&str] = &["--store", "google:demo-proj"];
    for (config, more) in [(both, &[][..]), (&format!("{live}{both}"), &[]), (apart, &[]), (both, store)] {
        let (shop, fake) = (Shop::new(schema), Fake::start());
        shop.write("envcheck.toml", config);
        shop.write(".gitignore", ".env*\n");
        shop.write(".env.values", &format!("API_KEY={CANARY}-new\n"));
        fake.put("api-key", OURS, &["old"]);
        let update = ["--from", ".env.values", "--only", "API_KEY", "--on-changed", "update", "--dry-run"];
        let (staging, code) = plan(&shop, &fake, "staging", &[&update[..], more].concat());
        assert_eq!((told(&staging), code), (vec!["api-key blocked shop.API_KEY".to_owned()], 1), "{config} {more:?}");
    }
}

#[test]
fn what_another_environment_takes_is_never_pruned() {
    let config = "[[store]]\nkind = \"google\"\nproject = \"demo-proj\"\nowner = \"shop\"\nsecret_name = \"{name}-{environment}\"\n";
    let names: Vec<String> = (0..6).map(|number| format!("KEY_{number} = {{ secret = true }}\n")).collect();
    let (shop, fake) = (Shop::new(&format!("[server]\n{}", names.concat())), Fake::start());
    shop.write("envcheck.toml", config);
    for environment in ["staging", "production", "preview", "development"] {
        fake.put(&format!("key-0-{environment}"), OURS, &["x"]);
    }
    fake.put("key-9-production", OURS, &["x"]);
    for environment in ["staging", "production"] {
        let (plan, _) = plan(&shop, &fake, environment, &["--prune"]);
        let prunable = plan["prunable"].as_array().unwrap().iter();
        let ids: Vec<&str> = prunable.map(|one| one["secret"].as_str().unwrap()).collect();
        assert_eq!(ids, ["key-9-production"], "from {environment}");
    }
}

#[test]
fn an_id_that_nothing_tells_is_not_guessed() {
    let config = "[[store]]\nkind = \"google\"\nproject = { production = \"demo-proj\" }\n";
    let (shop, fake) = (Shop::new("[server]\nAPI_KEY = { secret = true }\n"), Fake::start());
    shop.write("envcheck.toml", config);
    let output = Command::new(env!("CARGO_BIN_EXE_envcheck"))
        .args(["sync", "--env", "production", "--endpoint", &fake.endpoint()])
        .current_dir(shop.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("nothing tells how its id is made: write `secret_name`"));
    assert!(fake.requests().is_empty());
}
