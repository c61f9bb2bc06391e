//! Bytes as text: base64, hexadecimal, UUID, PEM, JWT.

use crate::syntax::jwt;

/// The number of bytes that base64 holds; `None` if it is none.
///
/// Both alphabets, with padding or without, lines broken as MIME does it. Nothing is decoded, so nothing is copied.
pub(super) fn base64_length(text: &str) -> Option<usize> {
    if text.starts_with(['\n', '\r']) || text.ends_with(['\n', '\r']) {
        return None;
    }
    // Laravel writes what a value is in front of it.
    base64_digits(text.strip_prefix("base64:").unwrap_or(text))
}

fn base64_digits(text: &str) -> Option<usize> {
    let mut digits = 0_usize;
    let mut padding = 0_usize;
    for byte in text.bytes() {
        match byte {
            b'=' => padding += 1,
            b'\n' | b'\r' => {}
            _ if padding == 0 && (byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')) => {
                digits += 1;
            }
            _ => return None,
        }
    }
    let whole = padding == 0 || (padding <= 2 && (digits + padding).is_multiple_of(4));
    (whole && digits > 0 && digits % 4 != 1).then_some(digits / 4 * 3 + (digits % 4).saturating_sub(1))
}

/// The number of bytes that hexadecimal digits hold, perhaps behind `0x`; `None` if they are none.
pub(super) fn hex_length(text: &str) -> Option<usize> {
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
    (is_hex(digits) && digits.len().is_multiple_of(2)).then_some(digits.len() / 2)
}

fn is_hex(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A UUID of any version, in any case; as Python's parser reads it: with or without hyphens, braces, `urn:uuid:`.
pub(super) fn is_uuid(text: &str) -> bool {
    let bare = match text.get(..9) {
        Some(prefix) if prefix.eq_ignore_ascii_case("urn:uuid:") => text.get(9..).unwrap_or_default(),
        _ => text,
    };
    let bare = bare.strip_prefix('{').and_then(|bare| bare.strip_suffix('}')).unwrap_or(bare);
    let digits = bare.bytes().filter(|byte| *byte != b'-').count();
    let edges = bare.starts_with('-') || bare.ends_with('-');
    digits == 32 && !edges && bare.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

/// One or more blocks of RFC 7468 or RFC 1421, with text around them.
///
/// Line breaks may be written `\n`, as libraries undo that; they may also be lost, as some need none, which is for
/// another rule to say. [`crate::syntax::pem`] reads one block only, and forgives nothing but what it tells.
pub(super) fn is_pem(text: &str) -> bool {
    let mut rest = text;
    let mut blocks = 0_usize;
    while let Some((_, begun)) = rest.split_once("-----BEGIN ") {
        let Some((label, body)) = begun.split_once("-----") else { return false };
        let Some((body, behind)) = body.split_once("-----END ") else { return false };
        let Some(behind) = behind.strip_prefix(label).and_then(|behind| behind.strip_prefix("-----")) else {
            return false;
        };
        if !is_pem_body(body) {
            return false;
        }
        blocks += 1;
        rest = behind;
    }
    blocks > 0
}

fn is_pem_body(body: &str) -> bool {
    // The headers of an encrypted key (`Proc-Type: 4,ENCRYPTED`) end at an empty line, and no base64 holds a colon.
    let body = match body.rfind(':') {
        Some(colon) => {
            let behind = body.get(colon..).unwrap_or_default();
            let ends = ["\n\n", "\r\n\r\n", "\\n\\n", "\\r\\n\\r\\n"];
            let Some(end) = ends.iter().filter_map(|end| behind.find(end)).min() else { return true };
            behind.get(end..).unwrap_or_default()
        }
        None => body,
    };
    let mut signs = body.chars().peekable();
    let mut digits = 0_usize;
    while let Some(sign) = signs.next() {
        match sign {
            '\\' if matches!(signs.peek(), Some('n' | 'r' | '\n' | '\r')) => {
                signs.next();
            }
            _ if sign.is_ascii_alphanumeric() || matches!(sign, '+' | '/' | '=') => digits += 1,
            _ if sign.is_whitespace() => {}
            _ => return false,
        }
    }
    digits > 0
}

/// RFC 7519: three parts in base64url (five if it is encrypted), the first a JSON object that names its `alg`.
pub(super) fn is_jwt(text: &str) -> bool {
    let parts = text.split('.').count();
    let is_part =
        |part: &str| part.is_empty() || (!part.contains(['\n', '\r', '+', '/']) && base64_digits(part).is_some());
    if !matches!(parts, 3 | 5) || !text.split('.').all(is_part) {
        return false;
    }
    let mut parts = text.split('.');
    let (Some(header), Some(payload)) = (parts.next(), parts.next()) else { return false };
    let signed = parts.clone().count() == 1;
    (!signed || !payload.is_empty()) && jwt::is_header(header)
}
