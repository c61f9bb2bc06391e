//! Which names name a secret. The value is never looked at here, but for `carries_credentials`.
//!
//! The words are those of `BuildKit`'s check `SecretsUsedInArgOrEnv`; what is added or taken away has its reason below.

mod words;

use self::words::{
    ABOUT, ANYWHERE, AT_THE_END, CREDENTIAL_SCHEMES, ENDS, FLAGS, GLUED, PAIRS, PUBLIC_HALVES, QUALIFIERS,
    SECRETS_ALL_THE_SAME,
};
use super::any;
use crate::name::{Name, Question};
use crate::value::Value;

/// Whether a variable is a secret by its name: [`names_a_secret`], remembered.
pub fn is_secret_name(name: &Name) -> bool {
    name.ask(Question::Secret, names_a_secret)
}

/// Whether a name, by itself, is that of a secret.
pub fn names_a_secret(name: &str) -> bool {
    if name.len() > LONGEST {
        return false;
    }
    let spelt = spell(name);
    let rest = crate::tables::public::possible_prefix(&spelt)
        .filter(|(prefix, _)| prefix.prefix != "PUBLIC_")
        .map_or(spelt.as_str(), |(_, rest)| rest);
    if any(SECRETS_ALL_THE_SAME, rest) {
        return true;
    }
    // Most names hold no such word, and to see that is cheap.
    holds_a_secret_word(rest) && !is_about_spelt(rest) && !any(PUBLIC_HALVES, rest)
}

/// Whether a name only speaks *about* a secret: where it is, how long, of which kind, whether it is wanted.
pub fn is_about_a_secret(name: &str) -> bool {
    name.len() <= LONGEST && is_about_spelt(&spell(name))
}

/// Whether a value is a secret for the credentials in it: a password in the address of a database, broker or mail
/// server. An address of the web is none: what stands before `@` there may be anything.
pub fn carries_credentials(value: &Value) -> bool {
    let text = value.expose();
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let scheme = scheme.split('+').next().unwrap_or_default();
    if !CREDENTIAL_SCHEMES.iter().any(|known| known.eq_ignore_ascii_case(scheme)) {
        return false;
    }
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let userinfo = authority.rsplit_once('@').map(|(userinfo, _)| userinfo);
    userinfo.and_then(|userinfo| userinfo.split_once(':')).is_some_and(|(_, password)| !password.is_empty())
}

/// Names longer than this are noise.
const LONGEST: usize = 256;

/// Upper case, one `_` between words, also where the writing has a hump (`secretKey`) or another separator.
fn spell(name: &str) -> String {
    let mut spelt = String::with_capacity(name.len() + 4);
    let mut lower = false;
    for character in name.chars() {
        if character.is_ascii_alphanumeric() {
            if lower && character.is_ascii_uppercase() {
                spelt.push('_');
            }
            lower = character.is_ascii_lowercase();
            spelt.push(character.to_ascii_uppercase());
        } else {
            lower = false;
            if !spelt.is_empty() && !spelt.ends_with('_') {
                spelt.push('_');
            }
        }
    }
    if spelt.ends_with('_') {
        spelt.pop();
    }
    spelt
}

fn is_about_spelt(rest: &str) -> bool {
    any(ABOUT, rest) || rest.split('_').next().is_some_and(|first| FLAGS.contains(&first) && first.len() < rest.len())
}

fn holds_a_secret_word(rest: &str) -> bool {
    let tokens: Vec<&str> = rest.split('_').filter(|token| !token.is_empty()).collect();
    if tokens.iter().any(|token| ANYWHERE.contains(token) || GLUED.iter().any(|end| token.ends_with(end))) {
        return true;
    }
    if tokens.windows(2).any(|pair| PAIRS.iter().any(|known| known.as_slice() == pair)) {
        return true;
    }
    let last = tokens.iter().rposition(|token| !is_qualifier(token));
    let Some(last) = last.and_then(|at| tokens.get(at)) else { return false };
    AT_THE_END.contains(last) || any(ENDS, rest)
}

/// What may stand behind the word that names the secret: which copy of it, or how it is encoded.
fn is_qualifier(token: &str) -> bool {
    token.bytes().all(|byte| byte.is_ascii_digit())
        || QUALIFIERS.contains(&token)
        || super::environments::environment_of(token).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_list_holds_a_word_twice() {
        let lists = [ANYWHERE, GLUED, AT_THE_END, ENDS, SECRETS_ALL_THE_SAME, QUALIFIERS, FLAGS, PUBLIC_HALVES, ABOUT];
        for list in lists.into_iter().chain([CREDENTIAL_SCHEMES]) {
            let unique: std::collections::BTreeSet<&&str> = list.iter().collect();
            assert_eq!(unique.len(), list.len(), "{list:?}");
        }
    }

    #[test]
    fn secrets_are_told_by_name() {
        for name in [
            "STRIPE_SECRET_KEY",
            "DATABASE_PASSWORD",
            "OPENAI_API_KEY",
            "GITHUB_TOKEN",
            "JWT_SECRET",
            "SECRET_KEY_BASE",
            "S3_KEY_1",
            "PGPASSWORD",
            "RESEND_APIKEY",
            "SMTP_PASS",
            "SALT",
            "AZURE_CONNECTION_STRING",
            "AWS_ACCESS_KEY_ID",
            "GOOGLE_SERVICE_ACCOUNT_JSON",
            "AWS_SECRET_ACCESS_KEY",
            "SLACK_WEBHOOK_URL",
            "NEXT_PUBLIC_STRIPE_SECRET_KEY",
            "VITE_OPENAI_API_KEY",
            "API_KEY_STRIPE",
            "secretKey",
            "jwt-secret",
            "KEY",
            "TOKEN",
            "STRIPE_KEY_LIVE",
            "BASIC_AUTH",
            "GH_PAT",
            "PUBLIC_SECRET_KEY",
            "OPENAI_API_KEYS",
            "REDIS_PASSWORD",
            "SSL_CERT_KEY",
            "GOOGLE_CREDENTIALS",
            "PRIVATE_KEY_PASSPHRASE",
            "KEYCLOAK_CLIENT_SECRET",
        ] {
            assert!(names_a_secret(name), "{name}");
        }
    }

    #[test]
    fn what_only_speaks_about_a_secret_is_none() {
        for name in [
            "KEYCLOAK_URL",
            "SESSION_COOKIE",
            "KLAVIYO_PUBLIC_API_KEY",
            "MAX_TOKENS",
            "TOKEN_LIMIT",
            "SECRET_FILE",
            "DB_PASSWORD_FILE",
            "JWT_SECRET_ARN",
            "TOKEN_URL",
            "STRIPE_KEY_ID",
            "JWT_TTL",
            "TOKEN_EXPIRES_IN",
            "PASSWORD_MIN_LENGTH",
            "JWT_ALGORITHM",
            "API_KEY_HEADER",
            "KEY_PREFIX",
            "ENABLE_PASSWORD",
            "PASSWORD_ENABLED",
            "AUTH_MODE",
            "AUTH_URL",
            "AUTH_TRUST_HOST",
            "PUBLIC_KEY",
            "JWT_PUBLIC_KEY",
            "STRIPE_PUBLISHABLE_KEY",
            "SUPABASE_ANON_KEY",
            "RECAPTCHA_SITE_KEY",
            "KEYBOARD_LAYOUT",
            "MONKEY",
            "DATABASE_URL",
            "SENTRY_DSN",
            "SECRET_MANAGER_PROJECT",
            "TOKEN_BUCKET_RATE",
            "CACHE_KEY",
            "SMTP_AUTH",
            "USE_TOKEN",
            "",
            "_",
            "PORT",
            "SEED",
            "STRIPE_WEBHOOK_URL",
            "COMPASS",
            "PATTERN",
            "AUTHOR",
            "OPENAI_MAX_TOKENS",
            "é",
        ] {
            assert!(!names_a_secret(name), "{name}");
        }
    }

    #[test]
    fn a_password_in_an_address_makes_it_a_secret() {
        for text in ["postgres://u:p@h/d", "postgresql+asyncpg://u:p@h:5/d?x=1", "rediss://:p@h", "MONGODB+srv://u:p@h"]
        {
            assert!(carries_credentials(&Value::new(text)), "{text}");
        }
        for text in
            ["", "postgres://h/d", "postgres://u@h/d", "postgres://u:@h/d", "https://u:p@h", "://", "redis://h/a:b@c"]
        {
            assert!(!carries_credentials(&Value::new(text)), "{text}");
        }
    }

    #[test]
    fn a_very_long_name_is_noise() {
        assert!(!names_a_secret(&"SECRET_".repeat(10_000)));
    }
}
