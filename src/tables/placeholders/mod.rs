//! Which values stand in for one that somebody still has to fill in, and which are known to everyone.
//!
//! A grammar matched by hand over the whole value, case folded. In the slot of a secret nearly every word is a
//! placeholder; elsewhere `test`, `none`, `local`, a number or an enumeration's word is an honest value, so only what
//! cannot be one counts. No value is ever returned, kept or printed.

mod credentials;
mod shapes;
mod words;

pub use credentials::development_credential;

use zeroize::Zeroizing;

use super::places;
use super::secret_names::is_secret_name;
use crate::name::Name;
use crate::value::{Question, Value};

/// Whether a value is a placeholder; the name tells whether it stands in the slot of a secret.
///
/// A well-known development credential is none: see [`development_credential`].
pub fn is_placeholder(name: &Name, value: &Value) -> bool {
    is_placeholder_in(name, value, is_secret_name(name))
}

/// Whether a value is a placeholder, where a schema or a store says whether the variable is a secret.
pub fn is_placeholder_in(name: &Name, value: &Value, secret: bool) -> bool {
    let question = if secret { Question::PlaceholderOfSecret } else { Question::PlaceholderOfSetting };
    if credentials::is_known(value, secret) {
        return false;
    }
    if value.ask(question, |text| judged(text, secret).is_some_and(|(text, secret)| is_stand_in(text, secret))) {
        return !(secret && words::reads_null(name.as_str(), value.expose()));
    }
    judged(value.expose(), secret).is_some_and(|(text, secret)| words::repeats(name.as_str(), text, secret))
}

/// What of a value is judged, and whether as a secret; `None` where nothing of it can be a placeholder.
fn judged(text: &str, secret: bool) -> Option<(&str, bool)> {
    let text = bare(text);
    if text.is_empty() || text.len() > LONGEST {
        return None;
    }
    let Some(body) = pem_body(text) else { return Some((text, secret)) };
    let body = bare(body);
    (body.len() <= LONGEST_BODY).then_some((body, true))
}

/// No placeholder is longer; also a bound on the work.
const LONGEST: usize = 2048;

/// A key of a PEM file is longer than what stands in for it.
const LONGEST_BODY: usize = 64;

/// Whether a text stands in for another one, whatever the variable is called. An empty one is that of a key.
fn is_stand_in(text: &str, secret: bool) -> bool {
    let lower = Zeroizing::new(text.to_ascii_lowercase());
    text.is_empty() || words::is_phrase(&lower, secret) || shapes::is_shape(text, secret) || shapes::is_address(&lower)
}

/// Without white space, quotes around it and a comment behind it.
fn bare(text: &str) -> &str {
    let mut text = text.trim();
    for quote in ['"', '\'', '`'] {
        let inner = text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
        // Backticks with a space inside are a command, which is a shape of its own.
        if let Some(inner) = inner.filter(|inner| !(quote == '`' && inner.contains(' '))) {
            text = inner.trim();
            break;
        }
    }
    places(text, " #").next().and_then(|at| text.get(..at)).map_or(text, str::trim)
}

/// What stands between the two lines of a PEM file.
fn pem_body(text: &str) -> Option<&str> {
    let rest = text.get(places(text, "-----BEGIN").next()? + "-----BEGIN".len()..)?;
    let (_, rest) = rest.split_once("-----")?;
    let body = rest.rsplit_once("-----END").map_or(rest, |(body, _)| body);
    Some(
        body.trim_matches(|character: char| character.is_whitespace())
            .trim_start_matches("\\n")
            .trim_end_matches("\\n"),
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn secret(text: &str) -> bool {
        is_placeholder(&"STRIPE_SECRET_KEY".into(), &Value::new(text))
    }

    fn plain(text: &str) -> bool {
        is_placeholder(&"APP_SETTING".into(), &Value::new(text))
    }

    #[test]
    fn everywhere_a_placeholder() {
        for text in [
            "changeme",
            "CHANGE_ME",
            "change-this",
            "changeit",
            "changeme123",
            "change-me-in-production",
            "replace_me",
            "REPLACE-THIS",
            "replace_with_your_id",
            "insert-your-id",
            "your-project-id",
            "your_bucket",
            "YOUR.DOMAIN",
            "put-it-here",
            "project_id_here",
            "todo",
            "TBD",
            "fixme",
            "placeholder",
            "!ChangeMe!",
            "!ChangeThisHubJWTSecretKey!",
            "foo",
            "<your id>",
            "https://<host>/x",
            "[YOUR_ID]",
            "{YOUR_ID}",
            "{{ project }}",
            "__PROJECT__",
            "%PROJECT_ID%",
            "xxx",
            "XXXX-XXXX",
            "G-XXXXXXXXXX",
            "...",
            "…",
            "00000000-0000-0000-0000-000000000000",
            "https://example.com",
            "https://your-app.example.org/x",
            "123456789012",
            "arn:aws:iam::123456789012:role/x",
            "admin@example.com",
            "\"changeme\"",
            "changeme # replace",
            "  changeme ",
            "do-not-use",
            "please change me",
            "prj_your_project_id",
            "yourdomain.com",
            "app.example.com",
            "support@yourapp.com",
            "postgres://u:{password}@h.io/d",
            "postgres://u.[USER]:[PASSWORD]@h.io/d",
            "not-set",
            "example-bucket",
            "sk_live_xxxxxxxxxxxx",
            "re_xxx",
            "AIzaSyXXXXXXXXXXXXXXXX",
            "postgres://u:password@db/x",
            "postgres://docs:STRONG_DB_PASSWORD@db:5432/docs",
            "postgres://x:Zk3@host:5432/d",
            "postgres://a:b@ep-xxx-1.aws.neon.tech/d",
        ] {
            assert!(plain(text), "{text}");
            assert!(secret(text), "{text}");
        }
    }

    #[test]
    fn a_placeholder_in_the_slot_of_a_secret_only() {
        for text in [
            "secret",
            "password",
            "supersecret",
            "any-token",
            "database_user_password",
            "super-secret-key",
            "mysecret",
            "my_super_secret_key_123",
            "miniosecret",
            "mysalt",
            "test",
            "none",
            "default",
            "example",
            "dummy",
            "fake-key",
            "dev-secret",
            "local_password",
            "test-api-key",
            "test_salt_x9",
            "a81x_DO_NOT_USE_IN_PRODUCTION",
            "demo",
            "some-random-string",
            "a secret",
            "astring",
            "very-long-random-value",
            "insecure-key",
            "unsafe",
            "build-time",
            "ci",
            "ci-secret",
            "stripe",
            "secret_key",
            "key",
            "aaaaaaaa",
            "1234567890",
            "0123456789abcdef",
            "0123456789abcdef0123456789abcdef",
            "abcdef1234",
            "abc123",
            "qwerty",
            "qwerty123",
            "00000000000000000000000000000000",
            "sk_test_...",
            "eyJ...",
            "$(openssl rand -hex 32)",
            "`openssl rand -base64 32`",
            "generate with openssl rand -hex 32",
            "generate-a-key",
            "sk-",
            "whsec_",
            "use-a-long-string",
            "password123",
            "****",
        ] {
            assert!(secret(text), "{text}");
            assert!(!plain(text), "{text}");
        }
    }

    #[test]
    fn an_honest_value_is_no_placeholder() {
        for text in [
            "",
            "3000",
            "true",
            "info",
            "production",
            "local",
            "none",
            "null",
            "token",
            "#ffffff",
            "ffffff",
            "000000",
            "[\"a\",\"b\"]",
            "[]",
            "{}",
            "{\"a\":1}",
            "[info]",
            "* * * * *",
            "0 0 * * *",
            "---",
            "___",
            "demo",
            "!important!",
            "Shop <noreply@shop.io>",
            "<b>Hi</b>",
            "https://shop.io",
            "localhost",
            "http://localhost:3000",
            "postgres://app@db/x",
            "user_agent",
            "set_interval",
            "change_method",
            "add_item",
            "get_one",
            "use_alpha",
            "create_account",
            "Your files, everywhere",
            "Click here",
            "Loading...",
            "insecure",
            "unsafe-inline",
            "dummy",
            "fake",
            "order-queue",
            "%env(DATABASE_URL)%",
            "example",
            "atmosphere",
            "us-east-1",
            "1234",
            "v1.2.3",
            "example.company",
            "a@b.co",
        ] {
            assert!(!plain(text), "{text}");
        }
    }

    #[test]
    fn a_real_looking_secret_is_no_placeholder() {
        for text in [
            "4f9Kq1ZbT7xWmR2c",
            "c2VjcmV0LXZhbHVlLWZvci10ZXN0cw==",
            "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d",
            "correct horse battery staple",
            "P@ss<w0rd!>x",
            "hJ8#kL2$mN5^pQ9",
            "re_8sJ2kQx1_Zb4mT7",
            "xk3xxq9zlwe82mx",
            "fJ3k-9sL2-mQ8x-Zz71",
        ] {
            assert!(!secret(text), "{text}");
        }
        assert!(!is_placeholder(
            &"DATABASE_URL".into(),
            &Value::new("postgres://postgres:9sKq1ZbT7xWm@db.shop.io:5432/shop")
        ));
    }

    #[test]
    fn laravel_reads_null_as_none() {
        assert!(!is_placeholder(&"REDIS_PASSWORD".into(), &Value::new("null")));
        assert!(is_placeholder(&"STRIPE_SECRET".into(), &Value::new("null")));
    }

    #[test]
    fn a_pem_file_is_judged_by_its_body() {
        let pem = |body: &str| format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n");
        assert!(secret(&pem("...")) && secret(&pem("your-key")) && secret(&pem("")));
        assert!(secret("-----BEGIN PRIVATE KEY-----\\n...\\n-----END PRIVATE KEY-----"));
        assert!(!secret(&pem(&"MIIEvQIBADANBgkqhkiG9w0BAQEFAASC".repeat(8))));
    }

    #[test]
    fn its_own_name_is_a_placeholder() {
        let own = |name: &str, text: &str| is_placeholder(&name.into(), &Value::new(text));
        assert!(own("JWT_SECRET", "jwt-secret") && own("JWT_SECRET", "JWTSECRET") && own("AUTH_SECRET", "auth"));
        assert!(own("ORDER_QUEUE", "ORDER_QUEUE") && !own("ORDER_QUEUE", "order_queue"));
        assert!(!own("JWT_SECRET", "jwt-secret-of-mine-91x"));
    }

    #[test]
    fn a_schema_may_say_that_it_is_a_secret() {
        let value = Value::new("supersecret");
        assert!(
            is_placeholder_in(&"PEPPERONI".into(), &value, true)
                && !is_placeholder_in(&"STRIPE_KEY".into(), &value, false)
        );
    }

    proptest! {
        #[test]
        fn no_value_makes_it_panic(name in "\\PC{0,12}", text in "\\PC{0,60}") {
            let value = Value::new(text);
            let _ = is_placeholder(&name.as_str().into(), &value);
            let _ = development_credential(&name.as_str().into(), &value);
        }

        #[test]
        fn punctuation_makes_no_panic(text in "[<>\\[\\]{}%$()`'\"\\-_xX*.…#:/@é ]{0,24}") {
            let value = Value::new(text);
            let _ = is_placeholder(&"A_SECRET".into(), &value);
            let _ = is_placeholder(&"A".into(), &value);
            let _ = development_credential(&"A_SECRET".into(), &value);
        }

        #[test]
        fn random_secrets_are_no_placeholders(text in "[A-Za-z0-9]{32}|[a-f0-9]{64}|[A-Za-z0-9+/]{43}=|[A-Za-z0-9_-]{43}|sk_live_[A-Za-z0-9]{24}") {
            prop_assume!(text.bytes().collect::<std::collections::BTreeSet<_>>().len() > 12);
            prop_assert!(!secret(&text));
        }
    }
}
