//! Placeholders that are told by their shape: brackets, masks, runs, reserved hosts.

use super::words;
use crate::tables::{holds, places};

/// Whether a value has the shape of a placeholder.
pub(super) fn is_shape(text: &str, secret: bool) -> bool {
    has_angles(text)
        || is_bracketed(text, secret)
        || is_masked(text, secret)
        || is_cut_off(text, secret)
        || is_empty_uuid(text)
        || (secret && (is_command(text) || is_one_character(text) || is_run(text) || is_bare_prefix(text)))
}

/// Whether an address holds what somebody has to fill in. `text` is in lower case.
pub(super) fn is_address(text: &str) -> bool {
    if has_account(text) {
        return true;
    }
    let scheme = places(text, "://").next().and_then(|at| Some((text.get(..at)?, text.get(at + "://".len()..)?)));
    let Some((scheme, rest)) = scheme else {
        let host = text.rsplit_once('@').map_or(text, |(_, host)| host);
        return is_nobodys(host.split_once(':').map_or(host, |(host, _)| host));
    };
    if scheme.is_empty() || !scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte)) {
        return false;
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (userinfo, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
    let password = userinfo.split_once(':').map(|(_, password)| password);
    // The user alone says nothing: `postgres` and `admin` are honest ones.
    password.is_some_and(|password| {
        FILL_IN_PASSWORDS.contains(&password)
            || ["your-", "your_", "<"].iter().any(|start| password.starts_with(start))
            || is_bracketed(password, true)
            || words::is_phrase(password, true)
    }) || is_fill_in_host(host)
}

const FILL_IN_PASSWORDS: &[&str] =
    &["user", "username", "password", "pass", "pwd", "secret", "changeme", "change_me", "change-me"];

fn is_fill_in_host(host: &str) -> bool {
    matches!(host, "host" | "hostname" | "your.endpoint" | "domain.com" | "domain.tld")
        || host.starts_with("your-")
        || host.starts_with("your_")
        || is_nobodys(host)
        || host.split('.').any(|label| is_masked(label, true) && label.contains("xxx"))
}

/// A domain that stands for no one: reserved by RFC 2606, or spelt out as the reader's.
fn is_nobodys(host: &str) -> bool {
    if !host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte)) {
        return false;
    }
    let mut labels = host.rsplit('.');
    match (labels.next(), labels.next()) {
        (Some("com" | "org" | "net"), Some("example")) => return true,
        (Some("example"), before) => return before.is_some(),
        (_, None) => return false,
        _ => {}
    }
    host.split('.').any(|label| YOURS.contains(&label))
}

const YOURS: &[&str] = &["yourdomain", "your-domain", "your_domain", "yourapp", "yourcompany", "yoursite"];

/// The account numbers of documentation, alone or as a part of an address.
fn has_account(text: &str) -> bool {
    ["123456789012", "000000000000"].iter().any(|account| {
        text == *account
            || places(text, account).any(|at| {
                let before = text.get(..at).and_then(|before| before.chars().next_back());
                let after = text.get(at + account.len()..).and_then(|after| after.chars().next());
                matches!(before, Some(':' | '/')) && matches!(after, Some(':' | '/' | '.'))
            })
    })
}

/// `<your key>`, anywhere. Mail addresses (`Shop <hi@shop.io>`) and markup are none.
fn has_angles(text: &str) -> bool {
    if !text.contains('<') || holds(text, "</") || holds(text, "/>") {
        return false;
    }
    places(text, "<").any(|at| {
        let Some((inner, _)) = text.get(at + 1..).and_then(|rest| rest.split_once('>')) else { return false };
        inner.len() >= 3
            && inner.starts_with(|character: char| character.is_ascii_alphabetic())
            && inner.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" _-./:'".contains(&byte))
    })
}

/// `[YOUR_KEY]`, `{key}`, `{{ key }}`, `__KEY__`, `%KEY%`, as a whole. JSON and format strings are none.
fn is_bracketed(text: &str, secret: bool) -> bool {
    let between = |open: &str, close: &str| {
        text.strip_prefix(open)
            .and_then(|rest| rest.strip_suffix(close))
            .map(str::trim)
            .filter(|inner| inner.len() >= 2)
    };
    let is_name = |inner: &str| {
        inner.starts_with(|character: char| character.is_ascii_alphabetic())
            && inner.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" _-".contains(&byte))
    };
    let is_upper = |inner: &str| is_name(inner) && !inner.bytes().any(|byte| byte.is_ascii_lowercase() || byte == b' ');
    if between("{{", "}}").is_some_and(|inner| !inner.contains(['"', '{'])) {
        return true;
    }
    if between("__", "__").is_some_and(is_upper) || between("%", "%").is_some_and(is_upper) {
        return true;
    }
    [between("[", "]"), between("{", "}")].into_iter().flatten().any(|inner| {
        is_name(inner)
            && (secret || is_upper(inner) && inner.contains('_') || inner.to_ascii_lowercase().starts_with("your"))
    })
}

/// `xxx`, `sk_test_xxxx`, `G-XXXXXXX`, `****`: a run of filler, and hardly anything but a provider's prefix beside it.
fn is_masked(text: &str, secret: bool) -> bool {
    let (mut run, mut longest, mut filler, mut last) = (0usize, 0usize, 0usize, ' ');
    let mut all = 0usize;
    for character in text.chars() {
        all += 1;
        let is_filler = matches!(character, 'x' | 'X') || secret && matches!(character, '*' | '-' | '_' | '•');
        filler += usize::from(is_filler || matches!(character, '-' | '_'));
        run = if is_filler && character == last { run + 1 } else { usize::from(is_filler) };
        longest = longest.max(run);
        last = character;
    }
    let beside = all - filler;
    longest >= 3 && beside <= MOST_BESIDE && (beside <= filler || longest >= 6 || text.ends_with(last_of_run(last)))
}

/// The longest prefix of a provider, without its separators.
const MOST_BESIDE: usize = 12;

/// Only a run that goes on to the end may be shorter than what stands before it (`whsec_xxx`).
fn last_of_run(last: char) -> [char; 1] {
    if matches!(last, 'x' | 'X' | '*' | '-' | '_' | '•') { [last] } else { ['\0'] }
}

/// `sk_test_...`, `eyJ…`: cut off after a few characters.
fn is_cut_off(text: &str, secret: bool) -> bool {
    let before = text.strip_suffix("...").or_else(|| text.strip_suffix('…'));
    before.is_some_and(|before| {
        let before = before.trim_end_matches(['.', '…']);
        before.is_empty() || secret && before.chars().count() <= 12
    })
}

/// A UUID of one digit.
fn is_empty_uuid(text: &str) -> bool {
    text.len() == 36
        && [8, 13, 18, 23].iter().all(|at| text.as_bytes().get(*at) == Some(&b'-'))
        && is_one_character(&text.replace('-', ""))
}

/// `sk-`, `whsec_`, `sk_live_`: a provider's prefix with nothing behind it.
fn is_bare_prefix(text: &str) -> bool {
    (3..=12).contains(&text.len())
        && text.ends_with(['-', '_'])
        && text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// One character, at least six times.
fn is_one_character(text: &str) -> bool {
    let mut characters = text.chars();
    let Some(first) = characters.next() else { return false };
    characters.clone().count() >= 5 && characters.all(|character| character == first)
}

/// `$(openssl rand -hex 32)`: nobody ran it.
fn is_command(text: &str) -> bool {
    let inside = |open: &str, close: &str| text.strip_prefix(open).is_some_and(|rest| rest.ends_with(close));
    inside("$(", ")") || inside("`", "`")
}

/// `1234567890`, `abcdef1234`, `qwerty123`: what fingers do.
fn is_run(text: &str) -> bool {
    let lower = zeroize::Zeroizing::new(text.to_ascii_lowercase());
    let rest = KEYBOARD.iter().find_map(|row| lower.strip_prefix(row)).unwrap_or(&lower);
    if rest.is_empty() {
        return true;
    }
    let next = |byte: u8| match byte {
        b'9' => [b'0', b'a'],
        b'f' => [b'g', b'0'],
        b'z' => [b'a', b'0'],
        _ => [byte.wrapping_add(1), 0],
    };
    let mut length = 0;
    let mut last = None;
    for byte in rest.bytes() {
        if !byte.is_ascii_alphanumeric() {
            return false;
        }
        if last.is_some_and(|last| next(last).contains(&byte)) {
            length += 1;
        } else {
            if last.is_some() && length < 3 {
                return false;
            }
            length = 1;
        }
        last = Some(byte);
    }
    length >= 3 && lower.len() >= 4
}

const KEYBOARD: &[&str] = &[
    "qwertyuiop",
    "qwerty",
    "qwertz",
    "azerty",
    "asdfasdf",
    "asdfghjkl",
    "asdfgh",
    "asdf",
    "zxcvbnm",
    "zxcvbn",
    "1q2w3e4r",
];
