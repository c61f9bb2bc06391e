//! The command itself: what it asks, what it refuses, what it leaves behind, and what happens when it is killed.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::fake::{Fake, Fault, Kind, PROJECT};
use crate::shop::{CANARY, Shop, schema};

const OURS: &[(&str, &str)] = &[("managed-by", "envcheck"), ("envcheck-owner", "shop")];

/// The command in a shop, with nothing of this process's environment.
fn envcheck(shop: &Shop, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_envcheck"));
    command.args(arguments).current_dir(shop.path()).env_clear().env("HOME", shop.path().join("home"));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn run(shop: &Shop, arguments: &[&str]) -> Ran {
    Ran(envcheck(shop, arguments).output().unwrap())
}

struct Ran(Output);

impl Ran {
    fn code(&self) -> i32 {
        self.0.status.code().unwrap_or(-1)
    }

    fn text(&self) -> String {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let all = text(&self.0.stdout) + &text(&self.0.stderr);
        assert!(!all.contains(CANARY), "a value shows");
        all
    }

    #[track_caller]
    fn exits(self, code: i32) -> String {
        let text = self.text();
        assert_eq!(self.code(), code, "{text}");
        text
    }
}

/// A shop whose values stand in `.env.values`, which git ignores.
fn shop(names: &[&str]) -> Shop {
    let shop = Shop::new(&schema(names));
    shop.write(".gitignore", ".env.values\n.env.staging\nhome/\n");
    let lines = names.iter().map(|name| format!("{name}={CANARY}-{}\n", name.to_lowercase()));
    shop.write(".env.values", &lines.collect::<String>());
    shop
}

/// `sync` of production against a fake, confirmed.
fn sync<'a>(endpoint: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mut all = vec!["sync", "--env", "production", "--endpoint", endpoint, "--from", ".env.values"];
    all.extend(["--yes", "--confirm-project", PROJECT]);
    all.extend(more);
    all
}

#[test]
fn a_local_file_is_filled_without_any_cloud() {
    let shop =
        Shop::new("[server]\nAUTH_SECRET = { secret = true, generate = \"base64:32\" }\nAPI_KEY = { secret = true }\n");
    shop.write(".gitignore", ".env*\n");
    shop.write(".env.values", &format!("API_KEY={CANARY}-1\n"));
    let base = ["sync", "--env", "development", "--store", "dotenv:.env.local"];
    let with = |more: &[&'static str]| run(&shop, &[&base[..], more].concat());
    assert!(with(&[]).exits(1).contains("2 missing"));
    assert!(with(&["--generate", "--from", ".env.values", "--dry-run"]).exits(1).contains("2 to create"));
    assert!(!shop.path().join(".env.local").exists());
    assert!(with(&["--generate", "--from", ".env.values", "--yes"]).exits(0).contains("2 stored"));
    let written = fs::read(shop.path().join(".env.local")).unwrap();
    assert!(with(&["--generate", "--from", ".env.values", "--yes"]).exits(0).contains("Plan: 1 unchanged, 1 kept."));
    assert!(fs::read(shop.path().join(".env.local")).unwrap() == written, "nothing is written twice");
    assert!(with(&[]).exits(0).contains("stored"));
}

#[test]
fn a_value_in_an_argument_is_refused_and_not_repeated() {
    let shop = shop(&["API_KEY"]);
    let value = format!("API_KEY={CANARY}");
    for arguments in [&[value.as_str()][..], &["--from", &value], &["--only", &value], &["--rotate", &value]] {
        let text = run(&shop, &[&["sync", "--env", "production"][..], arguments].concat()).exits(2);
        assert!(text.contains("no argument takes a value"), "{text}");
    }
    for flag in ["--generate", "--prompt", "--yes"] {
        run(&shop, &["sync", "--env", "production", &format!("{flag}={CANARY}")]).exits(2);
    }
}

#[test]
fn production_is_written_to_only_when_its_project_is_named() {
    let (shop, fake) = (shop(&["API_KEY"]), Fake::start());
    let endpoint = fake.endpoint();
    let with = |more: &[&str]| {
        let base = ["sync", "--env", "production", "--endpoint", &endpoint, "--from", ".env.values"];
        run(&shop, &[&base[..], more].concat())
    };
    assert!(with(&[]).exits(2).contains("nobody can be asked here"));
    assert!(with(&["--yes"]).exits(2).contains("--confirm-project demo-proj"));
    assert!(
        with(&["--yes", "--confirm-project", "other"])
            .exits(2)
            .contains("is not the project that would be written to: `demo-proj`")
    );
    assert!(with(&["--dry-run", "--confirm-project", "other"]).exits(2).contains("is not the project"));
    assert!(fake.requests().iter().all(|call| call.method == "GET"));
    with(&["--yes", "--confirm-project", PROJECT]).exits(0);
    assert!(fake.secret("api-key").unwrap().value().is_some_and(|value| value == format!("{CANARY}-api_key")));
}

#[test]
fn a_plan_with_one_bad_value_writes_nothing_at_all() {
    let (shop, fake) = (shop(&["API_KEY", "OTHER_KEY"]), Fake::start());
    let endpoint = fake.endpoint();
    for (bad, reason) in [
        ("changeme", "is still a placeholder"),
        ("", "the value is empty"),
        ("'x y z '", "begins or ends with white space"),
        ("\"line\\n\"", "the value ends with a line break"),
        ("a$b", "loaders read the line of `OTHER_KEY` differently"),
        ("\"${NOWHERE}x\"", "differently"),
    ] {
        shop.write(".env.values", &format!("API_KEY={CANARY}-1\nOTHER_KEY={bad}\n"));
        let text = run(&shop, &sync(&endpoint, &[])).exits(1);
        assert!(text.contains(reason) && text.contains("1 blocked"), "{bad}: {text}");
    }
    assert!(fake.requests().iter().all(|call| call.method == "GET"));
}

#[test]
fn a_value_that_stands_elsewhere_is_not_stored() {
    let (shop, fake) = (shop(&["API_KEY"]), Fake::start());
    let endpoint = fake.endpoint();
    fs::create_dir(shop.path().join(".git")).unwrap();
    let value = "9dKq2vTz81LmWx";
    shop.write(".env.values", &format!("API_KEY={value}\n"));
    for (path, reason) in [
        (".env.example", "the value is the one that `.env.example` shows"),
        (".env.staging", "the value is that of staging, in `.env.staging`"),
        ("compose.yaml", "the value stands in `compose.yaml`, which git does not ignore"),
    ] {
        let text = match path {
            "compose.yaml" => {
                format!("services:\n  db:\n    image: postgres\n    environment:\n      API_KEY: {value}\n")
            }
            _ => format!("API_KEY={value}\n"),
        };
        shop.write(path, &text);
        let told = run(&shop, &sync(&endpoint, &[])).exits(1);
        assert!(told.contains(reason), "{path}: {told}");
        assert!(!told.contains(value));
        fs::remove_file(shop.path().join(path)).unwrap();
    }
    run(&shop, &sync(&endpoint, &[])).exits(0);
}

#[test]
fn a_schema_that_is_not_read_whole_stops_it() {
    let fake = Fake::start();
    let endpoint = fake.endpoint();
    for (schema, reason) in [
        ("[server]\nAPI_KEY = { secrt = true }\n", "did you mean `secret`?"),
        ("[server]\nAPI_KEY = { secret = \"yes\" }\n", "env.schema.toml:2"),
        (
            "extends = [\"nope.toml\"]\n[server]\nAPI_KEY = { secret = true }\n",
            "the schema that it extends is not there",
        ),
        ("extends = [\"../nope.toml\"]\n[server]\nAPI_KEY = { secret = true }\n", "env.schema.toml:1"),
        ("[server\nAPI_KEY = { secret = true }\n", "env.schema.toml:1"),
    ] {
        let shop = shop(&["API_KEY"]);
        shop.write("env.schema.toml", schema);
        let text = run(&shop, &sync(&endpoint, &[])).exits(2);
        assert!(text.contains(reason), "{schema}: {text}");
    }
    assert!(fake.requests().is_empty());
}

#[test]
fn what_would_be_made_is_judged_too() {
    let fake = Fake::start();
    let endpoint = fake.endpoint();
    let base = ["sync", "--env", "production", "--endpoint", &endpoint, "--generate", "--dry-run"];
    for constraint in ["min_length = 100", "pattern = \"[A-Z]+\"", "values = [\"a\"]"] {
        let shop = Shop::new(&format!("[server]\nSALT = {{ secret = true, generate = \"hex:32\", {constraint} }}\n"));
        let text = run(&shop, &base).exits(1);
        assert!(text.contains("what `hex:32` makes does not fit") && text.contains("1 blocked"), "{text}");
    }
}

#[test]
fn a_saved_plan_is_applied_only_while_it_is_still_the_plan() {
    let (shop, fake) = (shop(&["API_KEY", "OTHER_KEY"]), Fake::start());
    let endpoint = fake.endpoint();
    run(&shop, &sync(&endpoint, &["--plan-out", "plan.json"])).exits(1);
    let saved = fs::read_to_string(shop.path().join("plan.json")).unwrap();
    assert!(saved.contains("envcheck.plan/1") && !saved.contains(CANARY));
    assert!(fake.secret("api-key").is_none());
    fake.put("api-key", OURS, &["another"]);
    let text = run(&shop, &sync(&endpoint, &["--plan", "plan.json"])).exits(2);
    assert!(
        text.contains("the plan is no longer the one in `plan.json`: `api-key` changed; nothing was done"),
        "{text}"
    );
    assert!(fake.secret("other-key").is_none());
    fake.change("api-key", |secret| secret.versions.clear());
    run(&shop, &sync(&endpoint, &["--plan-out", "plan.json"])).exits(1);
    run(&shop, &sync(&endpoint, &["--plan", "plan.json"])).exits(0);
    assert!(fake.secret("other-key").is_some());
    shop.write("plan.json", "{\"schema\": \"envcheck.report/1\"}");
    assert!(run(&shop, &sync(&endpoint, &["--plan", "plan.json"])).exits(2).contains("is no saved plan"));
}

#[test]
fn the_document_is_whole_and_fits_its_schema() {
    let (shop, fake) = (shop(&["API_KEY", "OTHER_KEY"]), Fake::start());
    let endpoint = fake.endpoint();
    fake.put("other-key", &[("x", "y")], &["another"]);
    let schema = envcheck::sync::json_schema();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for (more, code) in [(&["--dry-run"][..], 1), (&[], 1), (&["--on-changed", "fail"], 1)] {
        let ran = run(&shop, &[&sync(&endpoint, &["--format", "json"])[..], more].concat());
        assert_eq!(ran.code(), code, "{}", ran.text());
        let document: serde_json::Value = serde_json::from_slice(&ran.0.stdout).unwrap();
        assert!(validator.is_valid(&document), "{document}");
    }
}

#[test]
fn a_store_that_may_not_be_listed_is_not_taken_for_an_empty_one() {
    let (shop, fake) = (shop(&["API_KEY"]), Fake::start());
    let endpoint = fake.endpoint();
    fake.fault(Fault::on("/secrets", Kind::status(403, "PERMISSION_DENIED")));
    for arguments in [sync(&endpoint, &[]), vec!["listing", "--env", "production", "--endpoint", &endpoint]] {
        let text = run(&shop, &arguments).exits(2);
        assert!(text.contains("secretmanager.viewer") && text.contains("add-iam-policy-binding"), "{text}");
    }
}

#[test]
fn a_listing_is_read_back_and_grows_old() {
    let (shop, fake) = (shop(&["API_KEY", "OTHER_KEY"]), Fake::start());
    let endpoint = fake.endpoint();
    fake.put("api-key", OURS, &[CANARY]);
    fake.put("unrelated", &[], &["x"]);
    run(&shop, &["listing", "--env", "production", "--endpoint", &endpoint, "--out", "listing.json"]).exits(0);
    let saved = fs::read_to_string(shop.path().join("listing.json")).unwrap();
    assert!(saved.contains("\"unrelated\"") && saved.contains("ENABLED") && !saved.contains(CANARY), "{saved}");
    let check = ["check", "--env", "production", "--listing", "listing.json", "--rule", "unstored-secret"];
    assert!(run(&shop, &check).exits(1).contains("OTHER_KEY"));
    let year = jiff::Timestamp::now().strftime("%Y-").to_string();
    shop.write("listing.json", &saved.replace(&format!("\"time\": \"{year}"), "\"time\": \"2020-"));
    assert!(run(&shop, &check).exits(0).contains("older than 30 days"));
}

#[test]
fn check_live_asks_the_store_and_fails_where_it_cannot() {
    let (shop, fake) = (shop(&["API_KEY", "OTHER_KEY"]), Fake::start());
    fake.put("api-key", OURS, &[CANARY]);
    let live = |fake: &Fake| {
        let mut command = envcheck(&shop, &["check", "--live", "--env", "production", "--rule", "unstored-secret"]);
        command.env("CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER", fake.endpoint());
        Ran(command.output().unwrap())
    };
    let text = live(&fake).exits(1);
    assert!(text.contains("OTHER_KEY") && !text.contains("`API_KEY`"), "{text}");
    assert!(fake.requests().iter().all(|call| !call.target.contains(":access")), "no value is asked for");
    fake.put("other-key", OURS, &[CANARY]);
    live(&fake).exits(0);
    fake.fault(Fault::on("/secrets", Kind::status(403, "PERMISSION_DENIED")));
    live(&fake).exits(2);
}

#[test]
fn terraforms_containers_are_filled_and_its_values_are_left_alone() {
    let (shop, fake) = (shop(&["API_KEY", "DB_PASSWORD"]), Fake::start());
    let endpoint = fake.endpoint();
    shop.write(
        "infra/main.tf",
        "resource \"google_secret_manager_secret\" \"all\" {\n  for_each = toset([\"api-key\", \"db-password\"])\n  \
         secret_id = each.key\n  replication {\n    auto {}\n  }\n}\n\
         resource \"google_secret_manager_secret_version\" \"db\" {\n  \
         secret = google_secret_manager_secret.all[\"db-password\"].id\n  secret_data = random_password.db.result\n}\n",
    );
    fake.put("api-key", &[("made-by", "terraform")], &["old"]);
    fake.put("db-password", &[("made-by", "terraform")], &["made"]);
    let text = run(&shop, &sync(&endpoint, &["--on-changed", "update"])).exits(0);
    assert!(text.contains("Terraform gives it its value"), "{text}");
    let api_key = fake.secret("api-key").unwrap();
    assert_eq!((api_key.versions.len(), api_key.labels.len()), (2, 1), "its labels stay as they are");
    assert_eq!(fake.secret("db-password").unwrap().versions.len(), 1);
}

#[test]
fn what_nothing_needs_any_more_is_listed_and_disabled_only_when_asked() {
    let names: Vec<String> = (0..6).map(|number| format!("KEY_{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let (shop, fake) = (shop(&names), Fake::start());
    let endpoint = fake.endpoint();
    run(&shop, &sync(&endpoint, &[])).exits(0);
    fake.put("forgotten", OURS, &["a", "b"]);
    fake.put("others", &[("managed-by", "envcheck"), ("envcheck-owner", "billing")], &["x"]);
    fake.put("nobodys", &[], &["x"]);
    // What nobody understands may need it all the same.
    fake.put("mentioned", OURS, &["x"]);
    shop.write("deploy.sh", "curl \"$STORE/secrets/mentioned/versions/latest:access\"\n");
    let text = run(&shop, &sync(&endpoint, &["--prune"])).exits(0);
    assert!(text.contains("forgotten  is no longer needed") && text.contains("1 no longer needed"), "{text}");
    assert_eq!(fake.secret("forgotten").unwrap().states(), ["ENABLED", "ENABLED"]);
    run(&shop, &sync(&endpoint, &["--prune=disable"])).exits(0);
    assert_eq!(fake.secret("forgotten").unwrap().states(), ["DISABLED", "DISABLED"]);
    let journals = walkdir::WalkDir::new(shop.path().join("home")).into_iter().filter_map(Result::ok);
    let journals =
        journals.filter(|entry| entry.file_type().is_file()).map(|entry| fs::read_to_string(entry.path()).unwrap());
    assert!(journals.collect::<String>().contains("\"forgotten\""), "what is disabled is written down");
    for left in ["others", "nobodys", "mentioned"] {
        assert_eq!(fake.secret(left).unwrap().states(), ["ENABLED"]);
    }
}

#[test]
fn a_new_value_is_rotated_in_and_who_takes_it_is_told() {
    let schema = "[server]\nAUTH_SECRET = { secret = true, generate = \"base64:32\" }\n\
                  PEPPER = { secret = true, generate = \"hex:32\" }\nSALT = { secret = true }\n\
                  STRIPE = { secret = true, issued_by = \"Stripe\" }\n[[agree]]\nequal = [\"PEPPER\", \"SALT\"]\n";
    let (shop, fake) = (Shop::new(schema), Fake::start());
    let endpoint = fake.endpoint();
    shop.write(
        "service.yaml",
        "apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata:\n  name: shop\nspec:\n  template:\n    spec:\n      \
         containers:\n        - image: europe-docker.pkg.dev/demo-proj/shop/shop\n          env:\n            \
         - name: AUTH_SECRET\n              valueFrom:\n                secretKeyRef:\n                  \
         name: auth-secret\n                  key: latest\n",
    );
    for id in ["auth-secret", "pepper", "salt", "stripe"] {
        fake.put(id, OURS, &["old"]);
    }
    let rotate = |name: &str| {
        let confirmed = ["--yes", "--confirm-project", PROJECT];
        let base = ["sync", "--env", "production", "--endpoint", &endpoint, "--rotate", name];
        run(&shop, &[&base[..], &confirmed].concat())
    };
    let text = rotate("AUTH_SECRET").exits(0);
    assert!(text.contains("takes `latest` (service.yaml)"), "{text}");
    assert!(text.contains("gcloud run services update shop --project=demo-proj"), "{text}");
    assert!(text.contains("gcloud secrets versions disable 1 --secret=auth-secret --project=demo-proj"), "{text}");
    assert_eq!(fake.secret("auth-secret").unwrap().versions.len(), 2);
    assert!(rotate("PEPPER").exits(1).contains("`SALT` holds the same value"));
    assert!(rotate("STRIPE").exits(1).contains("Stripe issues it"));
    assert!(rotate("AUTH_SECRTE").exits(2).contains("did you mean `AUTH_SECRET`?"));
    assert_eq!(fake.secret("pepper").unwrap().versions.len(), 1);
}

fn wait_until(done: impl Fn() -> bool) {
    let start = Instant::now();
    while !done() && start.elapsed() < Duration::from_secs(30) {
        thread::sleep(Duration::from_millis(2));
    }
}

fn spawn(shop: &Shop, endpoint: &str) -> Child {
    envcheck(shop, &sync(endpoint, &["--concurrency", "1"])).spawn().unwrap()
}

/// Each secret once, with what was wanted.
fn assert_planned(fake: &Fake, names: &[&str], after: &str) {
    for name in names {
        let secret = fake.secret(&name.to_lowercase().replace('_', "-"));
        let secret = secret.unwrap_or_else(|| panic!("{name} is there after {after}"));
        assert_eq!(secret.versions.len(), 1, "{name} after {after}");
        assert!(secret.value().is_some_and(|value| value == format!("{CANARY}-{}", name.to_lowercase())));
    }
}

#[test]
fn whenever_it_is_killed_another_run_ends_in_the_planned_state() {
    const NAMES: &[&str] = &["API_KEY", "OTHER_KEY"];
    let shop = shop(NAMES);
    let calls = {
        let fake = Fake::start();
        run(&shop, &sync(&fake.endpoint(), &[])).exits(0);
        fake.requests().len()
    };
    for call in 0..calls {
        // Killed while the call is under way, and right after it was answered.
        for answered in [false, true] {
            let fake = Fake::start();
            let endpoint = fake.endpoint();
            let slow = Duration::from_millis(150);
            fake.fault(Fault::on("", Kind::Latency(slow)).after(call).once());
            let mut child = spawn(&shop, &endpoint);
            wait_until(|| fake.requests().len() >= call + usize::from(answered));
            if !answered {
                thread::sleep(slow / 3);
            }
            child.kill().unwrap();
            child.wait().unwrap();
            // What was under way ends on the server, as it would.
            thread::sleep(if answered { Duration::from_millis(20) } else { slow });
            run(&shop, &sync(&endpoint, &[])).exits(0);
            assert_planned(&fake, NAMES, &format!("being killed at call {call}, answered: {answered}"));
        }
    }
    assert_no_value_below(&shop.path().join("home"));
}

#[cfg(unix)]
#[test]
fn an_interrupt_finishes_what_is_begun_and_another_run_the_rest() {
    const NAMES: &[&str] = &["A_KEY", "B_KEY", "C_KEY", "D_KEY"];
    let (shop, fake) = (shop(NAMES), Fake::start());
    let endpoint = fake.endpoint();
    fake.fault(Fault::on(":addVersion", Kind::Latency(Duration::from_millis(200))));
    let child = spawn(&shop, &endpoint);
    // The second secret is being written.
    wait_until(|| fake.requests().iter().filter(|call| call.target.contains(":addVersion")).count() >= 1);
    let interrupted = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupted.success());
    let ran = Ran(child.wait_with_output().unwrap());
    let text = ran.exits(3);
    assert!(text.contains("finishing what is begun") && text.contains("not begun"), "{text}");
    fake.heal();
    run(&shop, &sync(&endpoint, &[])).exits(0);
    assert_planned(&fake, NAMES, "an interrupt");
}

#[test]
fn the_journal_is_its_owners_alone_and_holds_no_value() {
    let (shop, fake) = (shop(&["API_KEY"]), Fake::start());
    run(&shop, &sync(&fake.endpoint(), &["--journal", "journal.jsonl"])).exits(0);
    let path = shop.path().join("journal.jsonl");
    let steps: Vec<String> = fs::read_to_string(&path)
        .unwrap()
        .lines()
        .map(|line| {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            line["step"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(steps, ["begin", "created", "added", "done"]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert!(!fs::read_to_string(&path).unwrap().contains(CANARY));
}

fn assert_no_value_below(folder: &Path) {
    let mut files = 0;
    for entry in walkdir::WalkDir::new(folder).into_iter().filter_map(Result::ok) {
        if entry.file_type().is_file() {
            files += 1;
            assert!(!fs::read_to_string(entry.path()).unwrap().contains(CANARY), "{}", entry.path().display());
        }
    }
    assert!(files > 0, "no journal was kept");
}
