//! The rules on values, on values that cannot stand in a fixture: whatever looks like a provider's key is made here.

mod generator;
mod support;

use std::path::Path;

use envcheck::finding::Level;
use envcheck::reporters::Report;
use envcheck::tables::providers::{self, Kind, Provider};
use envcheck::value::Value;
use generator::Generator;
use support::{load, report, written};

/// The report of these rules on a repository of these files, after a look that no format shows a secret of it.
fn judge(files: &[(&str, String)], rules: &[&str], secrets: &[&str]) -> Report {
    let root = tempfile::tempdir().expect("a folder for a test");
    for (path, text) in files {
        let path = root.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }
    let report = report(&load(root.path()), rules);
    for format in ["text", "concise", "json"] {
        let text = written(&report, format, false);
        for secret in secrets {
            let piece = &secret[secret.len().min(12)..secret.len().min(40)];
            assert!(!text.contains(piece), "{format} shows a value: {text}");
        }
    }
    report
}

fn messages(report: &Report) -> Vec<String> {
    report.findings.iter().map(|found| found.message.clone()).collect()
}

/// A variable that a credential belongs into.
fn name_of(provider: &Provider) -> String {
    provider
        .names
        .first()
        .map_or_else(|| "SHOP_VALUE".to_owned(), |glob| glob.replace('*', "_").trim_matches('_').to_owned())
}

/// A line of an env file. What is generated holds no single quote.
fn line(name: &str, value: &str) -> String {
    format!("{name}='{value}'\n")
}

#[test]
fn every_provider_is_found_in_an_env_file() {
    let mut generator = Generator::new();
    let mut missed = Vec::new();
    for provider in providers::all() {
        for _ in 0..4 {
            let value = generator.value(provider);
            let name = name_of(provider);
            let hit = providers::find(&name.as_str().into(), &Value::new(value.as_str()));
            if hit.is_none_or(|hit| hit.provider.what != provider.what) {
                missed.push(format!("{} is taken for {:?}", provider.what, hit.map(|hit| hit.provider.what)));
                continue;
            }
            // Half a credential counts beside its other half.
            let mut text = line(&name, &value);
            if provider.kind == Kind::Half {
                let other = providers::all().find(|row| row.owner == provider.owner && row.kind == Kind::Secret);
                let other = other.expect("a half has another half");
                text.push_str(&line(&name_of(other), &generator.value(other)));
            }
            let report = judge(&[(".env", text)], &["committed-secret"], &[&value]);
            let found = messages(&report).iter().any(|message| message.contains(provider.what));
            if found != (provider.kind != Kind::Public) {
                missed.push(format!("{} in `{name}`: found = {found}", provider.what));
            }
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn one_value_in_many_places_is_one_finding() {
    let key = format!("sk_live_{}", Generator::new().letters(24));
    let files = [
        (".gitignore", ".env\n".to_owned()),
        ("package.json", "{\"name\":\"api\",\"scripts\":{\"start\":\"node .\"}}".to_owned()),
        (".env", line("STRIPE_SECRET_KEY", &key)),
        (".env.example", line("STRIPE_SECRET_KEY", &key)),
        (".env.production", line("PAYMENT_KEY", &key)),
        (
            "compose.yaml",
            format!("services:\n  api:\n    build: .\n    environment:\n      STRIPE_SECRET_KEY: {key}\n"),
        ),
        ("Dockerfile", format!("FROM node\nENV STRIPE_SECRET_KEY={key}\n")),
    ];
    let report = judge(&files, &["committed-secret"], &[&key]);
    assert_eq!(messages(&report).len(), 1, "{:?}", messages(&report));
    assert_eq!(report.findings[0].related.len(), 4);
    assert_eq!(report.findings[0].level, Level::Error);
}

#[test]
fn what_git_ignores_is_not_committed() {
    let key = format!("sk_live_{}", Generator::new().letters(24));
    let files = [(".gitignore", ".env*\n".to_owned()), (".env.production", line("STRIPE_SECRET_KEY", &key))];
    assert_eq!(messages(&judge(&files, &["committed-secret"], &[&key])), [""; 0]);
}

#[test]
fn in_tests_only_a_proven_credential_counts_and_as_a_warning() {
    let mut generator = Generator::new();
    let (token, key) = (generator.with_checksum("ghp_"), generator.private_key());
    let files = [("tests/.env.test", format!("{}{}", line("GITHUB_TOKEN", &token), line("SIGNING_KEY", &key)))];
    let report = judge(&files, &["committed-secret"], &[&token, &key]);
    assert_eq!(messages(&report).len(), 1);
    assert_eq!(report.findings[0].level, Level::Warning);
}

#[test]
fn what_looks_made_up_is_not_committed() {
    let mut text = String::new();
    for (name, value) in [
        ("STRIPE_SECRET_KEY", format!("sk_live_{}", "x".repeat(24))),
        ("STRIPE_KEY", format!("sk_test_{}", "0".repeat(24))),
        ("A_STRIPE_KEY", format!("sk_live_{}", "abcd".repeat(6))),
        ("GITHUB_TOKEN", format!("ghp_{}", "1234567890".repeat(4)[..36].to_owned())),
        ("AWS_ACCESS_KEY_ID", ["AKIA", "IOSFODNN7EXAMPLE"].concat()),
        ("AWS_SECRET_ACCESS_KEY", ["wJalrXUtnFEMI/", "K7MDENG/bPxRfiCYEXAMPLEKEY"].concat()),
        ("RESEND_API_KEY", "re_yourkey_goesrighthereplease0000".to_owned()),
    ] {
        text.push_str(&line(name, &value));
    }
    assert_eq!(messages(&judge(&[(".env.example", text)], &["committed-secret"], &[])), [""; 0]);
}

#[test]
fn a_google_key_is_public_in_the_slot_of_the_browser() {
    let key = format!("AIza{}", Generator::new().shaped("[0-9A-Za-z_-]{35}"));
    for name in ["NEXT_PUBLIC_FIREBASE_API_KEY", "VITE_GOOGLE_API_KEY", "FIREBASE_API_KEY", "GOOGLE_MAPS_KEY"] {
        assert_eq!(messages(&judge(&[(".env", line(name, &key))], &["committed-secret"], &[&key])), [""; 0], "{name}");
    }
    assert_eq!(messages(&judge(&[(".env", line("GEMINI_API_KEY", &key))], &["committed-secret"], &[&key])).len(), 1);
}

/// What `misplaced-credential` says of one line in one file.
fn misplaced(file: &str, name: &str, value: &str) -> Vec<String> {
    messages(&judge(&[(file, line(name, value))], &["misplaced-credential"], &[value]))
}

#[test]
fn a_mode_must_fit_the_environment() {
    let mut generator = Generator::new();
    let (test, live) = (format!("sk_test_{}", generator.letters(24)), format!("sk_live_{}", generator.letters(24)));
    let public = format!("pk_test_{}", generator.letters(24));
    for (file, name, value) in [
        (".env.production", "STRIPE_SECRET_KEY", &test),
        (".env.production", "STRIPE_PUBLISHABLE_KEY", &public),
        (".env", "STRIPE_SECRET_KEY", &live),
        (".env.test", "STRIPE_SECRET_KEY", &live),
        (".env.production", "CLERK_SECRET_KEY", &format!("sk_test_{}", generator.letters(40))),
    ] {
        assert_eq!(misplaced(file, name, value).len(), 1, "{file} {name}");
    }
    for (file, name, value) in [
        (".env.production", "STRIPE_SECRET_KEY", &live),
        (".env", "STRIPE_SECRET_KEY", &test),
        (".env.staging", "STRIPE_SECRET_KEY", &test),
        (".env.staging", "STRIPE_SECRET_KEY", &live),
        (".env.production", "STRIPE_TEST_SECRET_KEY", &test),
        (".env", "STRIPE_LIVE_SECRET_KEY", &live),
        (".env.docker", "STRIPE_SECRET_KEY", &live),
    ] {
        assert_eq!(misplaced(file, name, value), [""; 0], "{file} {name}");
    }
}

#[test]
fn a_kind_must_fit_the_name() {
    let mut generator = Generator::new();
    let webhook = format!("whsec_{}", generator.letters(32));
    let public = format!("pk_live_{}", generator.letters(24));
    let secret = format!("sk_live_{}", generator.letters(24));
    let github = generator.with_checksum("ghp_");
    let service = generator.token("{\"role\":\"service_role\"}");
    let anon = generator.token("{\"role\":\"anon\"}");
    for (name, value) in [
        ("STRIPE_SECRET_KEY", &webhook),
        ("STRIPE_SECRET_KEY", &public),
        ("NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY", &secret),
        ("GITLAB_TOKEN", &github),
        ("NEXT_PUBLIC_SUPABASE_ANON_KEY", &service),
        ("SUPABASE_SERVICE_ROLE_KEY", &anon),
    ] {
        assert_eq!(misplaced(".env.staging", name, value).len(), 1, "{name}");
    }
    let groq = format!("gsk_{}", generator.letters(52));
    let resend = format!("re_{}_{}", generator.letters(8), generator.letters(24));
    for (name, value) in [
        ("STRIPE_WEBHOOK_SECRET", &webhook),
        ("STRIPE_WEBHOOK_SECRET_KEY", &webhook),
        ("RESEND_WEBHOOK_SECRET", &webhook),
        ("PAYMENT_KEY", &secret),
        ("OPENAI_API_KEY", &groq),
        ("SMTP_PASSWORD", &resend),
        ("GH_TOKEN", &github),
        ("RELEASE_TOKEN", &github),
        ("SUPABASE_SERVICE_ROLE_KEY", &service),
        ("CLERK_SECRET_KEY", &secret),
    ] {
        assert_eq!(misplaced(".env.staging", name, value), [""; 0], "{name}");
    }
}

#[test]
fn damage_that_can_be_proven_is_told() {
    let mut generator = Generator::new();
    let broken = |file: &str, name: &str, value: &str| {
        messages(&judge(&[(file, line(name, value))], &["broken-secret"], &[value])).len()
    };
    let token = generator.with_checksum("ghp_");
    let damaged = token.replace(&token[10..11], if &token[10..11] == "a" { "b" } else { "a" });
    assert_eq!((broken(".env", "GITHUB_TOKEN", &token), broken(".env", "GITHUB_TOKEN", &damaged)), (0, 1));
    assert_eq!(broken(".env.test", "GITHUB_TOKEN", &damaged), 0);
    assert_eq!(broken(".env.example", "GITHUB_TOKEN", &damaged), 0);
    let token = generator.token("{\"sub\":\"1\"}");
    let (unsigned, _) = token.rsplit_once('.').expect("three parts");
    assert_eq!((broken(".env", "API_TOKEN", &token), broken(".env", "API_TOKEN", unsigned)), (0, 1));
    let key = generator.private_key();
    assert_eq!((broken(".env", "SIGNING_KEY", &key), broken(".env", "SIGNING_KEY", &key.replace("\\n", ""))), (0, 1));
}

#[test]
fn one_literal_is_told_by_one_rule() {
    let key = format!("sk_live_{}", Generator::new().letters(24));
    let compose = format!("services:\n  api:\n    build: .\n    environment:\n      STRIPE_SECRET_KEY: {key}\n");
    let files = [("compose.production.yaml", compose), ("Dockerfile", "FROM node\nCMD [\"x\"]\n".to_owned())];
    let report = judge(&files, &["committed-secret", "plaintext-secret", "placeholder-value"], &[&key]);
    assert_eq!(messages(&report).len(), 1);
}

#[test]
fn a_secret_by_its_form_is_never_public() {
    let mut generator = Generator::new();
    let package = || {
        (
            "package.json",
            "{\"name\":\"web\",\"scripts\":{\"start\":\"next start\"},\"dependencies\":{\"next\":\"16\"}}".to_owned(),
        )
    };
    let judge = |name: &str, value: &str| {
        let rules = ["public-secret", "misplaced-credential"];
        messages(&judge(&[package(), (".env.staging", line(name, value))], &rules, &[value])).len()
    };
    let key = format!("sk_live_{}", generator.letters(24));
    assert_eq!((judge("NEXT_PUBLIC_PAYMENTS", &key), judge("NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY", &key)), (1, 1));
    let public = format!("pk_live_{}", generator.letters(24));
    let google = format!("AIza{}", generator.shaped("[0-9A-Za-z_-]{35}"));
    let anon = generator.token("{\"role\":\"anon\"}");
    for value in [&public, &google, &anon, &format!("sk_live_{}", "x".repeat(24)), &"https://shop.io".to_owned()] {
        assert_eq!(judge("NEXT_PUBLIC_PAYMENTS", value), 0);
    }
}

/// The files of a case after the fixes that a rule offers, and what it says then.
fn after_fixes(path: &str, text: &str, rule: &str) -> (String, usize) {
    let compose = |text: String| [(path, text), ("Dockerfile", "FROM node\nCMD [\"x\"]\n".to_owned())];
    let before = judge(&compose(text.to_owned()), &[rule], &[]);
    let mut edits: Vec<_> =
        before.findings.iter().filter_map(|found| found.fix.as_ref()).flat_map(|fix| &fix.edits).collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.span));
    let mut fixed = text.to_owned();
    for edit in edits {
        fixed.replace_range(edit.span.start..edit.span.end, &edit.replacement);
    }
    let left = judge(&compose(fixed.clone()), &[rule], &[]).findings.len();
    (fixed, left)
}

#[test]
fn a_fix_repairs_what_it_is_offered_for() {
    let compose = "services:\n  api:\n    build: .\n    environment:\n      A: 1.10 # x\n      B: 007\n      C: yes\n      D: 0x1F\n      E: 2026-01-02\n";
    let (fixed, left) = after_fixes("compose.yaml", compose, "mangled-scalar");
    assert_eq!((left, fixed.contains("A: \"1.10\" # x"), fixed.contains("E: \"2026-01-02\"")), (0, true, true));
    let (fixed, left) = after_fixes(".env", "\n# x  \nA=1\n\n\n\n  # y\nB=\"\n\n\n\"", "untidy-file");
    assert_eq!((left, fixed.as_str()), (0, "# x\nA=1\n\n# y\nB=\"\n\n\n\"\n"));
}

#[test]
fn no_file_of_the_repository_looks_like_a_leak() {
    let mut found = Vec::new();
    let mut files = 0;
    for entry in walkdir::WalkDir::new(env!("CARGO_MANIFEST_DIR"))
        .into_iter()
        .filter_entry(|entry| !matches!(entry.file_name().to_str(), Some(".git" | "target" | "corpus" | "artifacts")))
    {
        let entry = entry.expect("the repository can be listed");
        let Ok(text) = std::fs::read_to_string(entry.path()) else { continue };
        files += 1;
        for word in text.split(|sign: char| sign.is_whitespace() || "\"'`<>(),".contains(sign)) {
            let value = word.rsplit_once('=').map_or(word, |(_, value)| value);
            for text in [word, value] {
                let hit =
                    providers::find(&"NAME".into(), &Value::new(text)).filter(|hit| hit.provider.kind != Kind::Public);
                let Some(hit) = hit.filter(|hit| !hit.provider.owner.is_empty()) else { continue };
                if !envcheck::tables::placeholders::is_placeholder(&"API_KEY".into(), &Value::new(text)) {
                    found.push(format!("{} holds {}", entry.path().display(), hit.provider.what));
                }
            }
        }
    }
    assert!(files > 200, "only {files} files were found");
    assert!(found.is_empty(), "{}", found.join("\n"));
}
