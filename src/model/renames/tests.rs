//! What is a rename and what is none; the examples are those that were measured or that are known to be hard.

use proptest::prelude::*;

use super::*;

/// One source and the app around it.
#[derive(Default)]
struct Case<'a> {
    unknown: &'a [&'a str],
    wanted: &'a [&'a str],
    beside: &'a [&'a str],
    known: &'a [&'a str],
    namespaces: &'a [&'a str],
    packages: &'a [&'a str],
    given: bool,
    documented: bool,
    renamed_from: &'a [&'a str],
}

fn names(texts: &[&str]) -> Vec<Name> {
    texts.iter().map(|text| Name::new(text)).collect()
}

fn run(case: &Case<'_>) -> Vec<(String, String, Class)> {
    let unknown = names(case.unknown);
    let wanted_names = names(case.wanted);
    let renamed_from = names(case.renamed_from);
    let wanted: Vec<Wanted<'_>> = wanted_names
        .iter()
        .map(|name| Wanted {
            name,
            renamed_from: &renamed_from,
            given_by_values: case.given,
            documented: case.documented,
        })
        .collect();
    let mut present: BTreeSet<Name> = names(case.beside).into_iter().collect();
    present.extend(unknown.iter().cloned());
    let mut known: BTreeSet<Name> = names(case.known).into_iter().collect();
    known.extend(present.iter().cloned());
    known.extend(wanted_names.iter().cloned());
    let namespaces: Vec<String> = case.namespaces.iter().map(|name| (*name).to_owned()).collect();
    let dependencies: Dependencies = case.packages.iter().copied().collect();
    let input = Input {
        unknown: &unknown,
        wanted: &wanted,
        present: &present,
        known: &known,
        namespaces: &namespaces,
        dependencies: &dependencies,
    };
    find(&input)
        .into_iter()
        .map(|rename| (rename.from.as_str().to_owned(), rename.to.as_str().to_owned(), rename.class))
        .collect()
}

fn class(from: &str, to: &str) -> Option<Class> {
    run(&Case { unknown: &[from], wanted: &[to], ..Case::default() }).first().map(|found| found.2)
}

#[test]
fn the_examples_of_the_design_are_renames() {
    for (from, to, expected) in [
        ("AUTH_SECRET", "BETTER_AUTH_SECRET", Class::Namespace),
        ("REDIS_URL", "KV_REDIS_URL", Class::Namespace),
        ("DATABSE_URL", "DATABASE_URL", Class::Typo),
        ("DB_HOST", "DATABASE_HOST", Class::Same),
        ("SESSION_TTL_HOURS", "SESSION_TTL_SECONDS", Class::Unit),
        ("FOOBAR_URL", "FOO_BAR_URL", Class::Respelt),
        ("DB_PASS", "DATABASE_PASSWORD", Class::Same),
        ("STRIPE_KEY_SECRET", "STRIPE_SECRET_KEY", Class::Same),
        ("CACHE_REFRESH_TTL", "CACHE_REFRESH_TTL_SECONDS", Class::UnitSuffix),
        ("NEXT_PUBLIC_MAPS_URI", "NEXT_PUBLIC_MAPS_URL", Class::Same),
        ("STRIPE_PRICING_URL", "STRIPE_GIZMO_PRICING_URL", Class::FreeSubset),
        ("SMTP_SENDER_ADDR", "SMTP_SENDER_ADDRESS", Class::Same),
        ("GEMINI_API_KEY", "GOOGLE_GEMINI_API_KEY", Class::Namespace),
        ("MONGO_URI", "MONGO_CONNECTION_URL", Class::FreeSubset),
        ("database_url", "DATABASE_URL", Class::Respelt),
    ] {
        assert_eq!(class(from, to), Some(expected), "{from} {to}");
    }
}

#[test]
fn other_variables_are_no_renames() {
    for (from, to) in [
        ("S3_KEY_1", "S3_KEY_2"),
        ("POOL_SIZE_MIN", "POOL_SIZE_MAX"),
        ("JWT_ACCESS_SECRET", "JWT_REFRESH_SECRET"),
        ("STRIPE_TEST_KEY", "STRIPE_LIVE_KEY"),
        ("JWT_SECRET_FILE", "JWT_SECRET"),
        ("JWT_SECRET", "JWT_SECRET_FILE"),
        ("TLS_CERT_BASE64", "TLS_CERT"),
        ("OPENAI_API_KEY", "ANTHROPIC_API_KEY"),
        ("NEXT_PUBLIC_API_URL", "API_URL"),
        ("API_URL", "NEXT_PUBLIC_API_URL"),
        ("VITE_API_URL", "NEXT_PUBLIC_API_URL"),
        ("API_KEY", "OPENAI_API_KEY"),
        ("DATABASE_URL", "SUPABASE_DATABASE_URL"),
        ("APP_DATABASE_URL", "DATABASE_URL"),
        ("SENTRY_DSN", "SENTRY_URL"),
        ("STRIPE_API_KEY", "STRIPE_API_TOKEN"),
        ("GITHUB_ID", "GITHUB_NAME"),
        ("FEATURE_ENCRYPTED_MODE", "FEATURE_DECRYPTED_MODE"),
        ("STRIPE_ROUTE_URL", "STRIPE_ROUTER_URL"),
        ("STRIPE_TRACE_URL", "STRIPE_TRACK_URL"),
        ("KAFKA_ZORBA_TOPIC", "KAFKA_ZORBI_TOPIC"),
        ("CACHE_TTL_SECONDS", "CACHE_TTL_BYTES"),
        ("API_HTTP_URL", "API_HTTPS_URL"),
        ("PLANT_ID", "PLANE_ID"),
        ("STRIPE_SECRET_KEY", "STRIPE_APP_SECRET_KEY"),
        ("LDAP_DN", "LDAP_BASE_DN"),
        ("OPENAI_API_KEY", "AZURE_OPENAI_API_KEY"),
        ("AUTH_DISCORD_SECRET", "AUTH_SECRET"),
        ("SURVEY_LOCAL_HOUR", "SURVEY_LOCAL_MINUTE"),
        ("KAFKA_ANALYSIS_TOPIC", "KAFKA_ANALYTICS_TOPIC"),
        ("SERVICE_NAME", "GIZMO_SERVICE_NAME"),
        ("A", "B"),
        ("HOST", "HOSTS"),
        ("", "_"),
    ] {
        assert_eq!(class(from, to), None, "{from} {to}");
    }
}

#[test]
fn a_misspelt_word_between_unknown_ones_must_have_lost_or_swapped_a_letter() {
    assert_eq!(class("KAFKA_ZORBACK_TOPIC", "KAFKA_ZORBCAK_TOPIC"), Some(Class::Typo));
    assert_eq!(class("KAFKA_ZORBCK_TOPIC", "KAFKA_ZORBACK_TOPIC"), Some(Class::Typo));
    assert_eq!(class("ZORBCK_URL", "ZORBACK_URL"), None, "nothing but `URL` is shared");
}

#[test]
fn a_word_that_other_names_use_is_not_misspelt() {
    let case = Case { unknown: &["DATABSE_URL"], wanted: &["DATABASE_URL"], ..Case::default() };
    assert_eq!(run(&case).len(), 1);
    assert!(run(&Case { known: &["DATABSE_PORT"], ..case }).is_empty());
}

#[test]
fn two_equally_good_names_give_none() {
    let unknown = &["REDIS_URL"];
    assert!(run(&Case { unknown, wanted: &["KV_REDIS_URL", "UPSTASH_REDIS_URL"], ..Case::default() }).is_empty());
    assert!(
        run(&Case { unknown, wanted: &["KV_REDIS_URL"], known: &["UPSTASH_REDIS_URL"], ..Case::default() }).is_empty()
    );
    assert!(run(&Case { unknown: &["DB_HOST", "HOST_DB"], wanted: &["DATABASE_HOST"], ..Case::default() }).is_empty());
}

#[test]
fn the_better_class_wins() {
    let case = Case { unknown: &["REDIS_URL"], wanted: &["REDIS_URI", "KV_REDIS_URL"], ..Case::default() };
    assert_eq!(run(&case), [("REDIS_URL".into(), "REDIS_URI".into(), Class::Same)]);
}

#[test]
fn a_name_beside_it_that_is_as_near_speaks_against_it() {
    let case = Case { unknown: &["SMTP_HOSTNAME"], wanted: &["GOOGLE_SMTP_HOST"], ..Case::default() };
    assert_eq!(run(&case).len(), 1);
    assert!(run(&Case { beside: &["SMTP_HOST"], ..case }).is_empty());
}

#[test]
fn a_wanted_name_that_stands_in_the_source_is_not_meant() {
    let case =
        Case { unknown: &["DB_HOST"], wanted: &["DATABASE_HOST"], beside: &["DATABASE_HOST"], ..Case::default() };
    assert!(run(&case).is_empty());
}

#[test]
fn the_example_todox_gives_two_renames() {
    let case = Case {
        unknown: &["AUTH_SECRET", "REDIS_URL"],
        wanted: &["BETTER_AUTH_SECRET", "KV_REDIS_URL", "KV_REDIS_PASSWORD"],
        beside: &["DB_PG_URL", "DATABASE_HOST"],
        known: &["APP_LOG_LEVEL"],
        packages: &["better-auth"],
        given: true,
        documented: true,
        ..Case::default()
    };
    let pairs: Vec<_> = run(&case).into_iter().map(|(from, to, _)| (from, to)).collect();
    assert_eq!(
        pairs,
        [("AUTH_SECRET".into(), "BETTER_AUTH_SECRET".into()), ("REDIS_URL".into(), "KV_REDIS_URL".into())]
    );
}

#[test]
fn an_app_that_has_both_tells_them_apart_by_the_provider() {
    let case = Case { unknown: &["REDIS_URL"], wanted: &["KV_REDIS_URL", "KV_REDIS_PORT"], ..Case::default() };
    assert_eq!(run(&case).len(), 1);
    assert!(run(&Case { beside: &["REDIS_PORT"], ..case }).is_empty());
}

#[test]
fn a_framework_alone_counts_where_the_app_depends_on_it() {
    let case = Case { unknown: &["SECRET_KEY"], wanted: &["DJANGO_SECRET_KEY"], ..Case::default() };
    assert!(run(&case).is_empty());
    assert_eq!(run(&Case { packages: &["Django"], ..case }).len(), 1);
}

#[test]
fn the_names_of_the_app_may_be_left_over() {
    let case = Case { unknown: &["ACME_STRIPE_URL"], wanted: &["STRIPE_URL"], given: true, ..Case::default() };
    assert!(run(&case).is_empty());
    let own = Case { namespaces: &["acme-shop"], ..case };
    assert_eq!(run(&own).first().map(|found| found.2), Some(Class::Namespace));
    let generic = Case { unknown: &["ADMIN_STRIPE_URL"], namespaces: &["admin-api"], ..own };
    assert!(run(&generic).is_empty(), "an app's name that changes the meaning is no namespace");
}

#[test]
fn an_environment_or_a_free_word_needs_proof() {
    for from in ["DEV_STRIPE_URL", "GIZMO_STRIPE_URL"] {
        let case = Case { unknown: &[from], wanted: &["STRIPE_URL"], ..Case::default() };
        assert_eq!(run(&case).first().map(|found| found.2), Some(Class::FreeSubset), "{from}");
        assert!(run(&Case { given: true, ..case }).is_empty(), "{from}");
    }
    let case = Case { unknown: &["DEV_STRIPE_URL"], wanted: &["STRIPE_URL"], ..Case::default() };
    assert!(run(&Case { known: &["PROD_STRIPE_URL"], ..case }).is_empty());
    assert_eq!(class("DEV_DATABASE_URL", "DATABASE_URL"), None);
}

#[test]
fn a_word_that_changes_the_meaning_is_a_note_at_most() {
    let case = Case { unknown: &["STRIPE_SIGNING_SECRET"], wanted: &["STRIPE_SECRET"], ..Case::default() };
    assert_eq!(run(&case).first().map(|found| found.2), Some(Class::MeaningSubset));
    assert!(!Class::MeaningSubset.is_rename() && Class::FreeSubset.is_rename());
    assert!(run(&Case { documented: true, ..case }).is_empty());
}

#[test]
fn key_beside_secret_counts_in_a_shared_family() {
    let case = Case {
        unknown: &["STRIPE_SECRET"],
        wanted: &["STRIPE_SECRET_KEY"],
        beside: &["STRIPE_PRICE"],
        ..Case::default()
    };
    assert_eq!(run(&case).first().map(|found| found.2), Some(Class::SecretKey));
    assert!(run(&Case { wanted: &["STRIPE_KEY"], ..case }).is_empty());
    assert_eq!(run(&Case { beside: &[], ..case }).first().map(|found| found.2.is_rename()), Some(false));
}

#[test]
fn the_schema_may_say_it() {
    let case =
        Case { unknown: &["OLD_NAME"], wanted: &["WHOLLY_OTHER"], renamed_from: &["OLD_NAME"], ..Case::default() };
    assert_eq!(run(&case), [("OLD_NAME".into(), "WHOLLY_OTHER".into(), Class::RenamedFrom)]);
    assert!(run(&Case { beside: &["WHOLLY_OTHER"], ..case }).is_empty());
}

#[test]
fn thousands_of_names_are_quick() {
    let words =
        ["REDIS", "STRIPE", "CACHE", "AUTH", "SESSION", "URL", "KEY", "SECRET", "TTL", "HOST", "KV", "GIZMO", "WIDGET"];
    let make = |salt: usize| -> Vec<Name> {
        (0..2000)
            .map(|n| {
                let word = |shift: usize| words[(n / (shift + 1) + salt * shift) % words.len()];
                let letter = |value: usize| char::from(b'A' + u8::try_from(value % 26).unwrap());
                Name::new(&format!(
                    "APP_{}_{}_Q{}{}{}_{}",
                    word(1),
                    word(2),
                    letter(n),
                    letter(n / 26),
                    letter(n / 676),
                    word(3)
                ))
            })
            .collect()
    };
    let (unknown, wanted_names) = (make(1), make(5));
    let wanted: Vec<Wanted<'_>> = wanted_names
        .iter()
        .map(|name| Wanted { name, renamed_from: &[], given_by_values: false, documented: false })
        .collect();
    let present = unknown.iter().cloned().collect();
    let known = unknown.iter().chain(&wanted_names).cloned().collect();
    let input = Input {
        unknown: &unknown,
        wanted: &wanted,
        present: &present,
        known: &known,
        namespaces: &[],
        dependencies: &Dependencies::unknown(),
    };
    let start = std::time::Instant::now();
    let _ = find(&input);
    assert!(start.elapsed() < std::time::Duration::from_secs(5), "{:?}", start.elapsed());
}

proptest! {
    #[test]
    fn a_rename_is_one_to_one_between_what_is_there_and_what_is_not(
        source in proptest::collection::vec(any_name(), 0..8),
        wanted in proptest::collection::vec(any_name(), 0..8),
        beside in proptest::collection::vec(any_name(), 0..4),
    ) {
        let source: Vec<&str> = source.iter().map(String::as_str).collect();
        let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
        let beside: Vec<&str> = beside.iter().map(String::as_str).collect();
        let case = Case { unknown: &source, wanted: &wanted, beside: &beside, ..Case::default() };
        let found = run(&case);
        let from: BTreeSet<_> = found.iter().map(|found| &found.0).collect();
        let to: BTreeSet<_> = found.iter().map(|found| &found.1).collect();
        prop_assert_eq!((from.len(), to.len()), (found.len(), found.len()));
        for (from, to, _) in &found {
            prop_assert!(source.contains(&from.as_str()) && wanted.contains(&to.as_str()));
            prop_assert!(!source.contains(&to.as_str()) && !beside.contains(&to.as_str()));
        }
        let mut turned: Vec<&str> = source.clone();
        turned.reverse();
        let mut back: Vec<&str> = wanted.clone();
        back.reverse();
        let mut again = run(&Case { unknown: &turned, wanted: &back, ..case });
        let mut found = found;
        again.sort();
        found.sort();
        prop_assert_eq!(found, again);
    }

    #[test]
    fn no_name_makes_it_panic(one in "\\PC{0,20}", other in "\\PC{0,20}") {
        let _ = run(&Case { unknown: &[&one], wanted: &[&other], ..Case::default() });
    }
}

fn any_name() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        Just("REDIS"),
        Just("KV"),
        Just("URL"),
        Just("URI"),
        Just("DB"),
        Just("DATABASE"),
        Just("DATABSE"),
        Just("HOST"),
        Just("SECRET"),
        Just("KEY"),
        Just("TTL"),
        Just("HOURS"),
        Just("SECONDS"),
        Just("STRIPE"),
        Just("GIZMO"),
        Just("TEST"),
        Just("1"),
    ];
    proptest::collection::vec(word, 1..4).prop_map(|words| words.join("_"))
}
