//! JSON Web Tokens: whether a text is one, whether it is whole, and the role that it names. Nothing is verified.

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Map, Value as Json};
use zeroize::Zeroizing;

/// What a text is that begins like a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Jwt {
    /// Header, payload and signature are there.
    Whole {
        /// The claim `role`, by which Supabase tells its keys apart.
        role: Option<String>,
    },
    /// The header is one of a token, and what must follow it is cut off or damaged.
    Truncated,
}

/// No token that anybody puts into a variable is longer; also a bound on the work.
const LONGEST: usize = 16 * 1024;

/// Reads a token in its compact form (RFC 7519, RFC 7515). `None` if its header is none of a token.
pub fn read(text: &str) -> Option<Jwt> {
    let text = text.trim();
    if !text.starts_with("ey") || text.len() > LONGEST {
        return None;
    }
    let parts: Vec<&str> = text.split('.').collect();
    let (header, rest) = parts.split_first()?;
    if !is_header(header) {
        return None;
    }
    match rest {
        [payload, signature] => Some(match object(payload) {
            // A payload need not be JSON (RFC 7515), but its base64 must be whole.
            None if decode(payload).is_none() || payload.is_empty() => Jwt::Truncated,
            _ if signature.is_empty() || decode(signature).is_none() => Jwt::Truncated,
            payload => Jwt::Whole { role: role(payload) },
        }),
        // Encrypted: nothing can be read of it.
        [_, _, _, _] => Some(Jwt::Whole { role: None }),
        [] | [_] => Some(Jwt::Truncated),
        _ => None,
    }
}

/// Whether the first part of a token is one: base64url of a JSON object that names its `alg`.
pub fn is_header(part: &str) -> bool {
    object(part).is_some_and(|header| header.contains_key("alg"))
}

fn role(payload: Option<Map<String, Json>>) -> Option<String> {
    payload?.get("role")?.as_str().filter(|role| role.len() <= 64).map(str::to_owned)
}

fn object(part: &str) -> Option<Map<String, Json>> {
    let bytes = decode(part)?;
    if !bytes.trim_ascii_start().starts_with(b"{") {
        return None;
    }
    serde_json::from_slice(&bytes).ok()
}

fn decode(part: &str) -> Option<Zeroizing<Vec<u8>>> {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    GeneralPurpose::new(&base64::alphabet::URL_SAFE, config).decode(part).ok().map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    fn token(header: &str, payload: &str) -> String {
        format!("{}.{}.c2lnbmF0dXJl", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload))
    }

    #[test]
    fn a_whole_token_tells_its_role() {
        let role = |payload| read(&token("{\"alg\":\"HS256\"}", payload));
        assert_eq!(role("{\"role\":\"anon\"}"), Some(Jwt::Whole { role: Some("anon".to_owned()) }));
        assert_eq!(role("{\"sub\":\"1\"}"), Some(Jwt::Whole { role: None }));
        assert_eq!(role("{\"role\":7}"), Some(Jwt::Whole { role: None }));
        assert_eq!(role("no JSON"), Some(Jwt::Whole { role: None }));
    }

    #[test]
    fn a_token_that_was_cut_is_truncated() {
        let whole = token("{\"alg\":\"HS256\",\"typ\":\"JWT\"}", "{\"sub\":\"12345678\"}");
        let (header, rest) = whole.split_once('.').unwrap();
        let payload = rest.split('.').next().unwrap();
        for text in
            [header.to_owned(), format!("{header}.{payload}"), format!("{header}.{payload}."), format!("{header}..x")]
        {
            assert_eq!(read(&text), Some(Jwt::Truncated), "{}", text.len());
        }
    }

    #[test]
    fn what_has_no_header_is_no_token() {
        let other = URL_SAFE_NO_PAD.encode("{\"type\":\"x\"}");
        for text in ["", "ey", "ey.ey.ey", "eyes.wide.shut", "example.com", "eyJ...", &other, &format!("{other}.a.b")] {
            assert_eq!(read(text), None, "{text}");
        }
        assert!(read(&format!("{}.a.b.c", token("{\"alg\":1}", "{}"))).is_none());
    }
}
