//! Booleans and decimal numbers.

use zeroize::Zeroizing;

/// What a boolean says: true/false, 1/0, yes/no, on/off, t/f, y/n, in any case.
pub(super) fn boolean(text: &str) -> Option<bool> {
    const WORDS: [(&str, &str); 6] =
        [("true", "false"), ("1", "0"), ("yes", "no"), ("on", "off"), ("t", "f"), ("y", "n")];
    WORDS.iter().find_map(|(yes, no)| {
        if text.eq_ignore_ascii_case(yes) { Some(true) } else { text.eq_ignore_ascii_case(no).then_some(false) }
    })
}

/// A sign, digits, and perhaps a fraction of zeros, which JavaScript and JSON Schema count as whole.
pub(super) fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    is_digits(whole) && fraction.bytes().all(|byte| byte == b'0')
}

/// 1 to 65535.
pub(super) fn is_port(text: &str) -> bool {
    is_integer(text) && number(text).is_some_and(|port| (1.0..=65535.0).contains(&port))
}

/// A decimal number. Python, Go and JavaScript read `inf` in several spellings, Python and Go `nan`.
pub(super) fn number(text: &str) -> Option<f64> {
    if !text.contains('_') {
        return text.parse().ok();
    }
    // Python's `1_000`: one `_`, between digits.
    let bytes = text.as_bytes();
    let is_digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    let between = text.match_indices('_').all(|(at, _)| is_digit(at.checked_sub(1)) && is_digit(Some(at + 1)));
    if !between {
        return None;
    }
    let mut plain = Zeroizing::new(String::with_capacity(text.len()));
    plain.extend(text.chars().filter(|sign| *sign != '_'));
    plain.parse().ok()
}

/// Digits, with Python's single `_` between them.
fn is_digits(text: &str) -> bool {
    text.split('_').all(|run| !run.is_empty() && run.bytes().all(|byte| byte.is_ascii_digit()))
}
