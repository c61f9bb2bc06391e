//! Credentials that everyone knows: honest in development and test, a placeholder where an app is deployed.

use crate::name::Name;
use crate::tables::places;
use crate::tables::secret_names::is_secret_name;
use crate::value::{Question, Value};

/// Whether a value is a well-known credential of development: an image's default, a provider's documented test key, an
/// address whose password is one.
pub fn development_credential(name: &Name, value: &Value) -> bool {
    is_known(value, is_secret_name(name))
}

pub(super) fn is_known(value: &Value, secret: bool) -> bool {
    let question = if secret { Question::KnownSecret } else { Question::KnownSetting };
    value.ask(question, |text| is_known_text(super::bare(text), secret))
}

fn is_known_text(text: &str, secret: bool) -> bool {
    if text.is_empty() || text.len() > super::LONGEST {
        return false;
    }
    let is_default = |text: &str| DEFAULTS.iter().any(|known| known.eq_ignore_ascii_case(text));
    secret && is_default(text)
        || DOCUMENTED.iter().any(|halves| is_joined(halves, text))
        || EMULATOR_KEYS.iter().any(|key| text.len() >= key.len() && text.contains(key))
        || text.starts_with("ey") && DEMO_TOKENS.iter().any(|piece| text.contains(piece))
        || password(text).is_some_and(|(user, password, path)| {
            is_default(password) || !password.is_empty() && (password == user || password == path)
        })
}

/// User, password and path of an address with a password.
fn password(text: &str) -> Option<(&str, &str, &str)> {
    let rest = text.get(places(text, "://").next()? + "://".len()..)?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(end)?;
    let (userinfo, _) = authority.rsplit_once('@')?;
    let (user, password) = userinfo.split_once(':')?;
    let path = path.strip_prefix('/').unwrap_or_default();
    // A placeholder in both places is no credential.
    let known = password != "password" && password != "user" && password != "username";
    known.then_some((user, password, path.split('?').next().unwrap_or_default()))
}

fn is_joined([start, rest]: &[&str; 2], text: &str) -> bool {
    text.len() == start.len() + rest.len() && text.starts_with(start) && text.ends_with(rest)
}

/// Passwords that images and their documentation start with.
const DEFAULTS: &[&str] = &[
    "postgres",
    "mysql",
    "mongo",
    "mongodb",
    "redis",
    "rabbitmq",
    "neo4j",
    "elastic",
    "clickhouse", // the image's own name
    "root",
    "admin",
    "guest",
    "sa",
    "minio",
    "minioadmin",
    "minio123",
    "localstack", // an image's documented default
    "admin123",
    "root123",
    "postgres123",
];

/// Account keys that are the same on every machine, alone or in a connection string.
const EMULATOR_KEYS: &[&str] = &[
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==", // Azurite's documentation
    "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==", // Cosmos DB emulator
];

/// Pieces of tokens that documentation prints: `supabase-demo` as the issuer, at the two places where it falls in base64
/// (Supabase's self-hosting documentation), and the claims of Mercure's (which the recipe of its bundle for Symfony
/// writes into each project).
const DEMO_TOKENS: [&str; 3] = [
    "c3VwYWJhc2UtZGVtb",
    "zdXBhYmFzZS1kZW1v",
    "eyJtZXJjdXJlIjp7InN1YnNjcmliZSI6WyJmb28iLCJiYXIiXSwicHVibGlzaCI6WyJmb28iXX19",
];

/// Keys that providers print in their documentation, in two halves so that no scanner takes this file for a leak.
const DOCUMENTED: &[[&str; 2]] = &[
    ["sk_test_", "4eC39HqLyjWDarjtT1zdp7dc"],           // Stripe's documentation
    ["pk_test_", "TYooMQauvdEDq54NiTphI7jx"],           // Stripe's documentation
    ["AKIA", "IOSFODNN7EXAMPLE"],                       // AWS' documentation
    ["wJalrXUtnFEMI/", "K7MDENG/bPxRfiCYEXAMPLEKEY"],   // AWS' documentation
    ["devstore", "account1"],                           // Azurite's account
    ["1x00000000", "000000000000AA"],                   // Turnstile, site key that passes
    ["2x00000000", "000000000000AB"],                   // Turnstile, site key that fails
    ["1x00000000", "000000000000BB"],                   // Turnstile, hidden, passes
    ["2x00000000", "000000000000BB"],                   // Turnstile, hidden, fails
    ["3x00000000", "000000000000FF"],                   // Turnstile, asks
    ["1x00000000", "00000000000000000000000AA"],        // Turnstile, secret that passes
    ["2x00000000", "00000000000000000000000AA"],        // Turnstile, secret that fails
    ["3x00000000", "00000000000000000000000AA"],        // Turnstile, secret, spent
    ["10000000-ffff-", "ffff-ffff-000000000001"],       // hCaptcha, site key
    ["0x00000000000000000000", "00000000000000000000"], // hCaptcha, secret
    ["6LeIxAcTAAAAAJcZVRqyHh71", "UMIEGNQ_MXjiZKhI"],   // reCAPTCHA, site key
    ["6LeIxAcTAAAAAGG-vFI1TnRW", "xMZNFuojJ4WifJWe"],   // reCAPTCHA, secret
];

#[cfg(test)]
mod tests {
    use super::*;

    fn known(name: &str, text: &str) -> bool {
        development_credential(&name.into(), &Value::new(text))
    }

    #[test]
    fn defaults_of_images_are_known_in_the_slot_of_a_secret() {
        assert!(known("POSTGRES_PASSWORD", "postgres") && known("MINIO_SECRET_KEY", "minioadmin"));
        assert!(!known("POSTGRES_USER", "postgres") && !known("POSTGRES_PASSWORD", "Xk29sLq"));
        assert!(!known("POSTGRES_PASSWORD", "") && !known("POSTGRES_PASSWORD", "changeme"));
    }

    #[test]
    fn an_address_is_known_by_its_password() {
        assert!(known("DATABASE_URL", "postgres://postgres:postgres@localhost:5432/app"));
        assert!(known("DATABASE_URL", "mysql://shop:shop@db/x") && known("DATABASE_URL", "mysql://u:shop@db/shop?a=b"));
        assert!(!known("DATABASE_URL", "postgres://postgres:Xk29sLq@db/app"));
        assert!(
            !known("DATABASE_URL", "postgres://user:password@db/app") && !known("DATABASE_URL", "postgres://u:@h/")
        );
    }

    #[test]
    fn documented_test_keys_are_known() {
        let stripe = ["sk_test_", "4eC39HqLyjWDarjtT1zdp7dc"].concat();
        assert!(known("STRIPE_SECRET_KEY", &stripe) && !known("STRIPE_SECRET_KEY", &format!("{stripe}x")));
        assert!(known("AZURE", &format!("AccountKey={};", EMULATOR_KEYS[0])));
        assert!(
            known("TURNSTILE", "1x0000000000000000000000000000000AA") && known("TURNSTILE", "1x00000000000000000000AA")
        );
    }

    #[test]
    fn a_known_credential_is_no_placeholder() {
        assert!(!super::super::is_placeholder(&"POSTGRES_PASSWORD".into(), &Value::new("postgres")));
        assert!(super::super::is_placeholder(&"POSTGRES_PASSWORD".into(), &Value::new("password")));
    }
}
