//! `unescaped-password`: an address that is cut in the wrong place because of its password.

use std::collections::BTreeSet;

use crate::finding::Findings;
use crate::model::Model;
use crate::model::Origin;
use crate::syntax::url;
use crate::tables::{placeholders, secret_names};
use crate::value::Value;

super::rule! {
    /// The password in a connection URL holds a character that ends it early.
    ///
    /// ## Why is this bad?
    ///
    /// `@`, `:`, `/`, `#` and `?` have a meaning in a URL. One client takes the rest of the password for the host,
    /// another one for the database, a third one refuses the URL, and one of them works, which is the machine of whoever
    /// wrote it.
    ///
    /// ## When does it stay silent?
    ///
    /// On addresses of the web, on placeholders, and where the password comes from a reference.
    ///
    /// ## Example
    ///
    /// ```sh
    /// # .env
    /// DATABASE_URL=postgres://app:n8Wq@Z3r@db:5432/shop
    /// ```
    ///
    /// ## Use instead
    ///
    /// The password percent-encoded: `n8Wq%40Z3r`.
    "unescaped-password", Error, since "0.1.0", check
}

const HELP: &str =
    "percent-encode the password: `%40` for `@`, `%3A` for `:`, `%2F` for `/`, `%23` for `#`, `%3F` for `?`";

fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let mut seen = BTreeSet::new();
    for slot in &model.slots {
        if unescaped(slot.value.expose()).is_none() {
            continue;
        }
        let stands_in = matches!(slot.origin, Origin::Template | Origin::SchemaExample)
            && placeholders::is_placeholder(slot.name, &slot.value);
        if stands_in || !seen.insert((slot.place(), slot.name.clone())) {
            continue;
        }
        // Not which character: that would be a piece of the password.
        let message = format!("the password in `{}` holds a character that ends it early", slot.name);
        let finding = findings.report(&slot.place(), "this address", message);
        finding.variable(slot.name).help(HELP);
    }
}

/// The first character of the password that should have been encoded.
fn unescaped(text: &str) -> Option<char> {
    let text = text.trim();
    let url = url::read(text)?;
    let password = url::text_of(text, url.password?);
    // What fills a gap in a template is no character of a password.
    if password.contains(['<', '>', '{', '}', '[', ']', '$']) || !is_credential(&url, text) {
        return None;
    }
    password.chars().find(|sign| matches!(sign, '@' | ':' | '/' | '#' | '?'))
}

/// Whether the scheme is one of databases, brokers and mail servers.
fn is_credential(url: &url::Url, text: &str) -> bool {
    let scheme = url.protocol(text);
    secret_names::carries_credentials(&Value::new(format!("{scheme}://u:p@h/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sign_that_ends_a_password_is_found() {
        for (text, sign) in [
            ("postgres://app:n8@Wq@db:5432/x", '@'),
            ("postgresql+asyncpg://app:n8/Wq@db/x", '/'),
            ("mysql://app:n8:Wq@db/x", ':'),
            ("redis://:n8#Wq@kv:6379", '#'),
            ("mongodb+srv://app:n8?Wq@c.ab.net/x", '?'),
            ("amqp://app:a@b@mq/", '@'),
        ] {
            assert_eq!(unescaped(text), Some(sign), "{text}");
        }
    }

    #[test]
    fn an_address_that_is_right_is_none() {
        for text in [
            "",
            "postgres://app:n8%40Wq@db:5432/x",
            "postgres://app@db/x",
            "https://user:a:b@example.com",
            "postgres://user:<p@ss>@host/db",
            "postgres://db:5432/x?user=a@b",
            "mongodb://a:b@h1:1,h2:2/x?authSource=admin",
            "nats://a:b@h1:4222,nats://c:d@h2:4222",
            "redis://:p@[::1]:6379/0",
            "postgres://u:p@/x?host=/cloudsql/a:b:c",
            "mailto:a:b@c",
            "http://localhost:3000/@vite",
        ] {
            assert_eq!(unescaped(text), None, "{text}");
        }
    }
}
