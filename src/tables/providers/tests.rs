//! Tests of the providers; every credential is made at run time, so that none stands in the repository.

use super::*;
use crate::tables::placeholders;

/// A text of one kind of character that no one wrote by hand; seeded, so every run sees the same.
fn random(alphabet: &str, length: usize) -> String {
    let letters: Vec<char> = alphabet.chars().collect();
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap() % letters.len()
    };
    (0..length).map(|_| letters[next()]).collect()
}

const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

fn owner(name: &str, text: &str) -> Option<(&'static str, Kind)> {
    find(&name.into(), &Value::new(text)).map(|hit| (hit.provider.what, hit.provider.kind))
}

#[test]
fn every_shape_compiles_and_every_row_is_complete() {
    assert!(all().count() >= 45, "{}", all().count());
    for (index, provider) in all().enumerate() {
        assert!(
            RegexBuilder::new(provider.shape).unicode(false).size_limit(MOST_COMPILED).build().is_ok(),
            "{}",
            provider.what
        );
        has_shape(index, provider, "");
        assert!(provider.what.starts_with("a ") || provider.what.starts_with("an "), "{}", provider.what);
        assert!(!provider.keywords.is_empty() || provider.only_named, "{} would be tried on everything", provider.what);
        assert!(!provider.only_named || !provider.names.is_empty(), "{}", provider.what);
        assert!(provider.keywords.iter().all(|keyword| !keyword.is_empty()), "{}", provider.what);
    }
}

#[test]
fn a_name_tells_services_of_one_prefix_apart() {
    let key = format!("sk_live_{}", random(LETTERS, 40));
    assert_eq!(owner("CLERK_SECRET_KEY", &key), Some(("a Clerk secret key", Kind::Secret)));
    assert_eq!(owner("STRIPE_SECRET_KEY", &key), Some(("a Stripe secret key", Kind::Secret)));
    let hex = format!("sk_test_{}", random("0123456789abcdef", 40));
    assert_eq!(owner("PAYSTACK_SECRET_KEY", &hex), Some(("a Paystack secret key", Kind::Secret)));
}

#[test]
fn a_mode_is_told_by_the_prefix() {
    let mode = |prefix: &str| {
        find(&"X".into(), &Value::new(format!("{prefix}{}", random(LETTERS, 24)))).and_then(|hit| hit.mode)
    };
    assert_eq!(
        (mode("sk_live_"), mode("rk_test_"), mode("pk_live_")),
        (Some(Mode::Live), Some(Mode::Test), Some(Mode::Live))
    );
    assert_eq!(mode("whsec_"), None);
}

#[test]
fn a_checksum_that_does_not_fit_is_damage() {
    let token = format!("ghp_{}", random(LETTERS, 36));
    let hit = find(&"GITHUB_TOKEN".into(), &Value::new(token)).unwrap();
    assert_eq!((hit.provider.owner, hit.truth), ("GitHub", Truth::Damaged));
}

#[test]
fn what_any_text_could_be_needs_its_name() {
    let text = random(LETTERS, 40);
    assert!(owner("AWS_SECRET_ACCESS_KEY", &text).is_some() && owner("CLOUDFLARE_API_TOKEN", &text).is_some());
    assert_eq!(owner("SESSION_SECRET", &text), None);
    assert_eq!(owner("AWS_SECRET_ACCESS_KEY", &"a".repeat(40)), None);
}

#[test]
fn ordinary_values_are_nobodys() {
    for text in [
        "",
        "true",
        "http://localhost:3000",
        "https://example.com/api/v1",
        "postgres://postgres:postgres@localhost:5432/app",
        "postgres://app:Xk29sLq7@db:5432/app",
        "redis://:password@cache.shop.io:6379",
        "key-value-store-of-the-shop",
        "SKU-1234567890123456",
        "pattern.of.something",
        "2024-01-02T03:04:05Z",
        "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d",
        "re_your_key_goes_right_here",
        "ACCOUNT_OF_THE_SHOP",
        "Mozilla/5.0 (X11; Linux x86_64)",
    ] {
        assert_eq!(owner("SOME_SETTING", text), None, "{text}");
    }
}

#[test]
fn an_address_is_a_credential_if_its_password_and_its_host_are_real() {
    assert_eq!(
        owner("DATABASE_URL", "postgres://app:Xk29sLq7@db.shop.io:5432/app"),
        Some(("an address with a password", Kind::Secret))
    );
    assert!(owner("X", "mongodb+srv://app:n8Wq-Z3r-0pLk@cluster0.ab1cd.mongodb.net/app").is_some());
}

#[test]
fn a_name_asks_for_a_kind() {
    let what = |name| wanted(name).map(|row| row.what);
    assert_eq!(what("STRIPE_SECRET_KEY"), Some("a Stripe secret key"));
    assert_eq!(what("NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY"), Some("a Stripe publishable key"));
    assert_eq!(what("clerk_secret_key"), Some("a Clerk secret key"));
    assert_eq!(what("JWT_SECRET"), None);
    assert_eq!(what("DATABASE_URL"), None);
}

#[test]
fn a_shape_filled_with_one_letter_is_a_placeholder() {
    // The rules ask the placeholder grammar first, so that no row needs to know it.
    for prefix in ["sk_live_", "ghp_", "re_", "SG."] {
        let value = Value::new(format!("{prefix}{}", "x".repeat(36)));
        assert!(placeholders::is_placeholder(&"API_KEY".into(), &value), "{prefix}");
    }
}

#[test]
fn no_value_makes_it_panic() {
    for text in ["\u{0}".repeat(40), "é".repeat(40), "ey.ey.ey".repeat(4), "://@:".repeat(9), "-----BEGIN ".repeat(9)]
    {
        let _ = find(&"A_SECRET".into(), &Value::new(text));
    }
    assert!(find(&"A".into(), &Value::new("A".repeat(1 << 20))).is_none());
}
