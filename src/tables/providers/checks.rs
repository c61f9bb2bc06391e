//! What can be verified of a credential without asking its provider: checksums and structures.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value as Json;
use zeroize::Zeroizing;

use super::Truth;
use crate::syntax::jwt::{self, Jwt};
use crate::syntax::pem;
use crate::tables::entropy;

/// GitHub and npm: the last six of the characters behind the first `_` are the CRC32 of the thirty before them, in
/// base62. Source: GitHub, "Behind GitHub's new authentication token formats", 2021.
pub(super) fn checksum(text: &str) -> Truth {
    let Some((_, body)) = text.split_once('_') else { return Truth::Possible };
    let Some((random, sum)) = body.split_at_checked(body.len().saturating_sub(6)) else { return Truth::Possible };
    if base62(sum) == Some(u64::from(crc32(random.as_bytes()))) { Truth::Certain } else { Truth::Damaged }
}

fn base62(digits: &str) -> Option<u64> {
    digits.bytes().try_fold(0_u64, |number, byte| {
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'A'..=b'Z' => byte - b'A' + 10,
            b'a'..=b'z' => byte - b'a' + 36,
            _ => return None,
        };
        number.checked_mul(62)?.checked_add(u64::from(digit))
    })
}

/// CRC-32 as in zip (IEEE 802.3), a bit at a time: it runs over thirty bytes, seldom.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ (0xEDB8_8320 * (sum & 1)))
    })
}

/// Clerk's publishable keys hold the host of the account in base64, with a `$` behind it.
pub(super) fn clerk_publishable(text: &str) -> Truth {
    let body = text.rsplit('_').next().unwrap_or_default();
    let host = STANDARD.decode(pad(body)).ok();
    if host.is_some_and(|host| host.ends_with(b"$")) { Truth::Certain } else { Truth::Other }
}

fn pad(text: &str) -> String {
    let bare = text.trim_end_matches('=');
    format!("{bare}{}", "=".repeat((4 - bare.len() % 4) % 4))
}

/// A token whose header decodes and that nobody calls public.
pub(super) fn token(text: &str) -> Truth {
    match jwt::read(text) {
        Some(Jwt::Whole { .. }) => Truth::Certain,
        _ => Truth::Other,
    }
}

pub(super) fn anon_token(text: &str) -> Truth {
    with_role(text, "anon")
}

pub(super) fn service_token(text: &str) -> Truth {
    with_role(text, "service_role")
}

fn with_role(text: &str, wanted: &str) -> Truth {
    match jwt::read(text) {
        Some(Jwt::Whole { role: Some(role) }) if role == wanted => Truth::Certain,
        _ => Truth::Other,
    }
}

/// A private key whose body is as long as that of the smallest one.
pub(super) fn private_key(text: &str) -> Truth {
    match pem::read(text) {
        Some(pem) if pem.is_private() && pem.digits >= 60 => Truth::Certain,
        _ => Truth::Other,
    }
}

/// Google's key file.
pub(super) fn service_account(text: &str) -> Truth {
    let Ok(Json::Object(object)) = serde_json::from_str::<Json>(text) else { return Truth::Other };
    let is_account = object.get("type").and_then(Json::as_str) == Some("service_account");
    let key = object.get("private_key").and_then(Json::as_str).map(|key| Zeroizing::new(key.to_owned()));
    if is_account && key.is_some_and(|key| private_key(&key) == Truth::Certain) { Truth::Certain } else { Truth::Other }
}

/// What any forty characters could be: only what looks random is one.
pub(super) fn random(text: &str) -> Truth {
    if entropy::looks_random(text) { Truth::Possible } else { Truth::Other }
}

/// An address of a database or a broker: its password looks random, and its host is one of the open network.
pub(super) fn connection(text: &str) -> Truth {
    use crate::syntax::url;

    let Some(url) = Some(text).filter(|text| text.contains('@')).and_then(url::read) else { return Truth::Other };
    let password = url.password.map(|span| url::text_of(text, span)).unwrap_or_default();
    let host = url.hosts.first().map(|host| url::text_of(text, host.name)).unwrap_or_default();
    if entropy::looks_chosen_by_a_machine(password) && is_open(host) { Truth::Certain } else { Truth::Other }
}

/// Whether a host is known beyond a machine and the networks of containers.
fn is_open(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    let inner = ["localhost", "host.docker.internal", "0.0.0.0"].contains(&host.as_str())
        || host.starts_with("127.")
        || [".local", ".localhost", ".internal", ".test", ".example", ".invalid", ".lan"]
            .iter()
            .any(|end| host.ends_with(end));
    host.contains('.') && !inner
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crc32_is_that_of_zip() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(crc32(b""), 0);
    }

    #[test]
    fn base62_counts_digits_then_capitals_then_small_letters() {
        assert_eq!((base62("0"), base62("Z"), base62("z"), base62("10")), (Some(0), Some(35), Some(61), Some(62)));
        assert_eq!(base62("-"), None);
        assert_eq!(base62(&"z".repeat(40)), None, "and it ends");
    }

    #[test]
    fn a_host_of_containers_is_not_open() {
        for host in ["db", "localhost", "127.0.0.1", "x.svc.cluster.local", "host.docker.internal", ""] {
            assert!(!is_open(host), "{host}");
        }
        assert!(is_open("db.shop.io") && is_open("10.0.0.7"));
    }
}
