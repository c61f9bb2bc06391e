//! Tests of the listing loader.

use super::*;
use crate::fact::{Role, StoreKind};

fn read(text: &str) -> (SourceFile, Loaded) {
    let source = SourceFile::new(SourcePath::new("secrets.json"), text.as_bytes().to_vec());
    let loaded = load(&source, &Claim::new(Role::Listing));
    (source, loaded)
}

/// `name` or `name 2:Enabled:alias 1:Disabled`.
fn told(listing: &Listing) -> Vec<String> {
    let told = |secret: &Stored| {
        let versions = secret.versions.as_deref().unwrap_or_default();
        let versions = versions.iter().map(|version| {
            let aliases: Vec<&str> = version.aliases.iter().map(String::as_str).collect();
            [&format!(" {}:{:?}", version.number, version.state)]
                .into_iter()
                .map(String::as_str)
                .chain(aliases)
                .collect::<Vec<_>>()
                .join(":")
        });
        format!("{}{}", secret.name, versions.collect::<String>())
    };
    listing.secrets.iter().map(told).collect()
}

fn listing(text: &str) -> Listing {
    let (_, loaded) = read(text);
    assert!(loaded.problems.is_empty(), "{:?}", loaded.problems);
    loaded.listing.unwrap()
}

fn refused(text: &str) -> String {
    let (source, loaded) = read(text);
    assert!(loaded.listing.is_none() && loaded.shown.is_empty());
    assert!(loaded.problems[0].hides_facts);
    let span = loaded.problems[0].span;
    assert!(source.text().get(span.start..span.end).is_some());
    loaded.problems[0].message.clone()
}

const LIST: &str = r#"[
  {"createTime": "2026-11-20T08:05:05.560000000Z", "labels": {"data": "x"},
   "name": "projects/123456789012/secrets/api-key-prod", "versionAliases": {"cur": "2"}},
  {"name": "projects/123456789012/secrets/mongodb-uri", "replication": {"automatic": {}}}
]"#;

#[test]
fn a_list_of_secrets_says_nothing_of_versions() {
    let (source, loaded) = read(LIST);
    let listing = loaded.listing.unwrap();
    assert_eq!(told(&listing), ["api-key-prod", "mongodb-uri"]);
    assert_eq!(listing.project.as_deref(), Some("123456789012"));
    assert!(!listing.truncated && !listing.has_versions);
    assert_eq!(source.slice(listing.secrets[0].span), "api-key-prod");
    assert!(listing.secrets[0].versions.is_none());
}

#[test]
fn a_list_of_versions_is_of_its_secret_alone() {
    let listing = listing(
        r#"[{"name": "projects/1/secrets/a/versions/9", "state": "DISABLED"},
            {"name": "projects/1/secrets/a/versions/10", "state": "ENABLED"},
            {"name": "projects/1/secrets/a/versions/1", "state": "DESTROYED"},
            {"name": "projects/1/secrets/a/versions/2", "state": "ODD"}]"#,
    );
    assert_eq!(told(&listing), ["a 10:Enabled 9:Disabled 2:Unknown 1:Destroyed"]);
    assert!(listing.truncated && listing.has_versions);
}

#[test]
fn aliases_reach_versions_where_both_are_known() {
    let listing = listing(
        r#"[[{"name": "projects/1/secrets/a", "versionAliases": {"cur": "2", "old": "1"}}],
            [{"name": "projects/1/secrets/a/versions/2", "state": "ENABLED"}]]"#,
    );
    assert_eq!(told(&listing), ["a 2:Enabled:cur"]);
    assert!(!listing.truncated);
}

#[test]
fn a_page_with_a_next_one_is_truncated() {
    let page = r#"{"secrets": [{"name": "projects/1/secrets/a"}], "totalSize": 2, "nextPageToken": "x"}"#;
    assert!(listing(page).truncated);
    assert!(!listing(&page.replace("\"x\"", "\"\"")).truncated);
    assert!(!listing("{}").truncated);
}

#[test]
fn one_secret_alone_is_not_the_whole_store() {
    let described = listing(r#"{"name": "projects/p/secrets/a", "etag": "\"x\""}"#);
    assert_eq!(told(&described), ["a"]);
    assert!(described.truncated);
}

#[test]
fn a_region_is_not_the_whole_store() {
    let regional = listing(r#"[{"name": "projects/p/locations/europe-west1/secrets/a"}]"#);
    assert_eq!(told(&regional), ["a"]);
    assert!(regional.truncated);
}

#[test]
fn plain_names_are_a_listing() {
    let (source, loaded) = read("\u{feff}NAME\r\n  a-b_C\n\nprojects/7/secrets/d\n");
    let listing = loaded.listing.unwrap();
    assert_eq!(told(&listing), ["NAME", "a-b_C", "d"]);
    assert_eq!(listing.project, None);
    let shown: Vec<&str> = loaded.shown.iter().map(|span| source.slice(*span)).collect();
    assert_eq!(shown, ["NAME", "a-b_C", "d"]);
    assert_eq!(super::tests::listing("projects/7/secrets/d").project.as_deref(), Some("7"));
}

#[test]
fn nothing_at_all_is_an_empty_listing() {
    for text in ["", "\n", "[]", "{}", "\u{feff}", "{\"secrets\": []}"] {
        let empty = listing(text);
        assert!(empty.secrets.is_empty() && !empty.truncated, "{text}");
    }
}

#[test]
fn envchecks_own_listing_is_read() {
    let own = listing(
        r#"{"schema": "envcheck.listing/1", "store": "google", "project": "p", "environment": "production",
            "time": "2026-11-20T08:05:05Z",
            "secrets": [{"name": "a", "versions": [{"version": "3", "state": "ENABLED", "aliases": ["cur"]}]},
                        {"name": "b", "versions": []}, {"name": "c"}]}"#,
    );
    assert_eq!(told(&own), ["a 3:Enabled:cur", "b", "c"]);
    assert_eq!(own.environment.as_deref(), Some("production"));
    assert_eq!(own.secrets[1].versions.as_deref(), Some(&[][..]));
    assert!(own.secrets[2].versions.is_none() && own.has_versions);
}

#[test]
fn a_payload_is_refused_wherever_it_stands() {
    for text in [
        r#"{"name": "projects/1/secrets/a/versions/1", "payload": {"data": "aHVudGVyMg=="}}"#,
        r#"[{"name": "projects/1/secrets/a"}, {"x": [{"data": "hunter2"}]}]"#,
        r#"{"schema": "envcheck.listing/1", "secrets": [{"name": "a", "Payload": "x"}]}"#,
        r#"{"Name": "a", "SecretString": "hunter2"}"#,
        r#"[{"name": "projects/1/secrets/a", "labels": {"a": {"data": "hunter2"}}}]"#,
        r#"{"pay\u006coad": 1}"#,
    ] {
        assert!(refused(text).starts_with("this file holds a secret's payload"), "{text}");
    }
}

#[test]
fn what_is_no_listing_is_refused() {
    for text in [
        "{",
        "[1]",
        "[{}, 1]",
        "[null]",
        "\"a\"",
        "<!doctype html>",
        "NAME=hunter2",
        "a\nb c\n",
        "{\"a\": 1}",
        r#"{"error": {"code": 403}}"#,
        r#"{"SecretList": {}}"#,
        r#"{"SecretList": [{"ARN": "x"}]}"#,
        r#"{"Parameters": [{"Name": "/a", "Value": "hunter2"}]}"#,
        r#"{"A": "hunter2"}"#,
        r#"{"RAILWAY_X": "1", "a b": "2"}"#,
        r#"{"A": {"computed": "x", "other": "y"}}"#,
        r#"[{"key": "a b", "target": []}]"#,
        " name  value\nA  hunter2\n",
        r#"[{"name": "projects/1/secrets/"}]"#,
        r#"[{"name": "a/b"}]"#,
        r#"[{"name": 1}]"#,
        r#"{"schema": "envcheck.listing/2", "secrets": []}"#,
        r#"{"schema": "envcheck.listing/1"}"#,
        r#"{"schema": "envcheck.listing/1", "secrets": [{"name": 1}]}"#,
        r#"{"schema": "envcheck.listing/1", "secrets": [1]}"#,
        "[[[[{\"name\": \"a\"}]]]]",
    ] {
        refused(text);
    }
    let deep = "[".repeat(100_000);
    refused(&deep);
}

#[test]
fn what_github_lists_is_known_by_its_keys() {
    let store = |text: &str| (listing(text).store, told(&listing(text)));
    let secrets = r#"[{"name": "API_KEY", "updatedAt": "2026-11-20T08:05:05Z"}, {"name": "b", "updatedAt": "x"}]"#;
    assert_eq!(store(secrets), (StoreKind::GitHubSecrets, vec!["API_KEY".to_owned(), "B".to_owned()]));
    let variables = r#"[{"name": "REGION", "value": "hunter2"}]"#;
    assert_eq!(store(variables), (StoreKind::GitHubVariables, vec!["REGION".to_owned()]));
    let page = r#"{"total_count": 2, "secrets": [{"name": "A", "created_at": "x", "updated_at": "y"}]}"#;
    assert!(listing(page).truncated && listing(page).store == StoreKind::GitHubSecrets);
    assert_eq!(store(&format!("[{secrets}, {secrets}]")).1.len(), 2);
    let (source, loaded) = read(variables);
    let shown: Vec<&str> = loaded.shown.iter().map(|span| source.slice(*span)).collect();
    assert!(shown.contains(&"REGION") && !shown.contains(&"hunter2"), "{shown:?}");
    for text in [r#"[{"name": "A B", "updatedAt": "x"}]"#, r#"[{"name": "A", "updatedAt": "x", "secret": "y"}]"#] {
        refused(text);
    }
}

#[test]
fn another_encoding_is_told() {
    let bytes = [0xff, 0xfe, b'[', 0, b']', 0];
    let source = SourceFile::new(SourcePath::new("x"), bytes.to_vec());
    let loaded = load(&source, &Claim::new(Role::Listing));
    assert_eq!(loaded.problems[0].message, "this listing is not UTF-8");
}

#[test]
fn a_large_listing_is_quick() {
    let names: Vec<String> = (0..200_000).map(|number| format!("name-{number}")).collect();
    assert_eq!(listing(&names.join("\n")).secrets.len(), 200_000);
    let versions: Vec<String> = (0..50_000)
        .map(|number| format!(r#"{{"name": "projects/1/secrets/a/versions/{number}", "state": "ENABLED"}}"#))
        .collect();
    let listing = listing(&format!("[{}, {}]", versions.join(","), versions.join(",")));
    assert_eq!(listing.secrets[0].versions.as_ref().map(Vec::len), Some(50_000));
}

#[test]
fn listings_of_aws_hold_names() {
    let secrets = listing(
        r#"{"SecretList": [{"ARN": "arn:aws:x", "Name": "shop/prod/db", "SecretVersionsToStages": {"u": ["AWSCURRENT"]},
            "Tags": [{"Key": "a", "Value": "b"}]}, {"Name": "gone", "DeletedDate": "2026-01-01"}]}"#,
    );
    assert_eq!((told(&secrets), secrets.store), (vec!["shop/prod/db".to_owned()], StoreKind::AwsSecretsManager));
    let parameters = listing(r#"{"Parameters": [{"Name": "/shop/url", "Type": "SecureString"}], "NextToken": "x"}"#);
    assert_eq!((told(&parameters), parameters.store), (vec!["/shop/url".to_owned()], StoreKind::AwsParameterStore));
    assert!(parameters.truncated);
}

#[test]
fn of_what_platforms_print_only_the_names_are_taken() {
    for (text, names) in [
        (r#"{"A": "hunter2", "DATA": "hunter2", "RAILWAY_ENVIRONMENT_NAME": "production"}"#, vec!["A", "DATA"]),
        (
            r#"{"A": {"computed": "hunter2", "note": ""}, "DOPPLER_CONFIG": {"computed": "prd"}, "B": {"raw": "x"}}"#,
            vec!["A", "B"],
        ),
        (r#"{"A": {}, "DOPPLER_PROJECT": {}}"#, vec!["A"]),
        (
            "┌──────┬───────┐\n│ NAME │ VALUE │\n├──────┼───────┤\n│ A    │ hunter2 │\n│      │ more │\n└──────┴───────┘\n",
            vec!["A"],
        ),
    ] {
        let (source, loaded) = read(text);
        let listing = loaded.listing.unwrap();
        assert_eq!(told(&listing), names, "{text}");
        assert_eq!(listing.store, StoreKind::Platform);
        assert!(loaded.shown.iter().all(|span| !source.slice(*span).contains("hunter2")), "{text}");
        assert!(!format!("{listing:?}").contains("hunter2"));
    }
    let railway = listing(r#"{"A": "x", "RAILWAY_ENVIRONMENT_NAME": "production"}"#);
    assert_eq!(railway.environment.as_deref(), Some("production"));
}

#[test]
fn vercel_says_which_environments_have_a_variable() {
    let only = |listing: &Listing| -> Vec<String> {
        listing.only_in.iter().map(|(name, words)| format!("{name}: {}", words.join(" "))).collect()
    };
    let table = "Vercel CLI 50\n> Environment Variables found for acme/web [85ms]\n\n name            value         environments                 created\n DATABASE_URL    Encrypted     Production, Preview (x)      2d ago\n LOG_LEVEL       hunter2       Development                  3d ago\n\n";
    let (source, loaded) = read(table);
    let from_table = loaded.listing.unwrap();
    assert_eq!(only(&from_table), ["DATABASE_URL: Production Preview", "LOG_LEVEL: Development"]);
    assert_eq!(source.slice(from_table.secrets[1].span), "LOG_LEVEL");
    let json = listing(
        r#"{"envs": [{"key": "A", "target": ["production"], "type": "encrypted", "value": "hunter2"}, {"key": "B", "target": "preview"}], "pagination": {"next": null}}"#,
    );
    assert_eq!(only(&json), ["A: production", "B: preview"]);
    assert!(!json.truncated && json.store == StoreKind::Platform);
}
