//! URLs, addresses and host names.

use std::net::{IpAddr, Ipv6Addr};

use crate::syntax::url::{self, Host, Url, text_of};

/// Schemes that stand for something without `//`.
const OPAQUE: [&str; 20] = [
    "about", "arn", "blob", "data", "did", "duckdb", "file", "jdbc", "magnet", "mailto", "mem", "memory", "r2dbc",
    "sip", "sms", "sqlite", "sqlite3", "tel", "unix", "urn",
];

/// Schemes whose `:` behind the host is not always followed by a port: a path of git, the tag of an image.
const NO_PORT: [&str; 6] = ["ssh", "scp", "docker", "oci", "git", "container"];

/// A scheme and a host; also a scheme that needs no host, such as `file:`, `unix:` and those of databases.
pub(super) fn is_url(text: &str) -> bool {
    let Some(url) = url::read(text) else { return false };
    if text.contains(|c: char| c.is_control())
        || text.starts_with(char::is_whitespace)
        || text.ends_with(char::is_whitespace)
    {
        return false;
    }
    let scheme = text_of(text, url.scheme);
    if url.authority.is_none() {
        // `localhost:3000` and `https:example.com` have no host; `jdbc:h2:mem:x` needs none.
        let outer = scheme.split([':', '+']).next().unwrap_or_default();
        let known = OPAQUE.iter().any(|word| outer.eq_ignore_ascii_case(word));
        return known && text.len() > scheme.len() + 1;
    }
    let is_web = ["http", "https", "ws", "wss", "ftp"].iter().any(|word| scheme.eq_ignore_ascii_case(word));
    let has_host = url.hosts.iter().any(|host| !host.name.is_empty());
    (has_host || !is_web) && url.hosts.iter().all(|host| is_url_host(text, &url, *host))
}

fn is_url_host(text: &str, url: &Url, host: Host) -> bool {
    let name = text_of(text, host.name);
    let possible = |c: char| !(c.is_whitespace() || matches!(c, '<' | '>' | '"' | '^' | '`' | '|' | '\\'));
    // What the reader could not take apart, such as `unix(` of Go's driver for MySQL.
    if name.contains(['(', ')']) {
        return true;
    }
    let Some(port) = host.port else { return name.chars().all(possible) };
    let port = text_of(text, port);
    let no_port =
        text_of(text, url.scheme).split('+').any(|word| NO_PORT.iter().any(|known| word.eq_ignore_ascii_case(known)));
    name.chars().all(possible)
        && (port.is_empty() || no_port || port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok())
}

/// An address of RFC 5322, plain or behind a display name, with the letters of RFC 6531.
///
/// Dots in the local part are not counted: providers differ, and mail arrives.
pub(super) fn is_email(text: &str) -> bool {
    let address = match text.strip_suffix('>').and_then(|text| text.rsplit_once('<')) {
        Some((display, address)) if !display.contains(['<', '>', '\n', '\r']) => address,
        Some(_) => return false,
        None => text,
    };
    let Some((local, domain)) = address.rsplit_once('@') else { return false };
    let is_local = if let Some(quoted) = local.strip_prefix('"').and_then(|local| local.strip_suffix('"')) {
        !quoted.is_empty() && !quoted.contains(|c: char| c.is_control())
    } else {
        let special = |c: char| matches!(c, '(' | ')' | '<' | '>' | '[' | ']' | ':' | ';' | '@' | '\\' | ',' | '"');
        !local.is_empty() && !local.contains(|c: char| c.is_whitespace() || c.is_control() || special(c))
    };
    let literal = domain.strip_prefix('[').and_then(|domain| domain.strip_suffix(']'));
    is_local
        && literal
            .map_or_else(|| is_hostname(domain), |address| is_ip(address.strip_prefix("IPv6:").unwrap_or(address)))
}

/// A host's name as RFC 1123 has it, a single label included, or an address, since every parser of hosts takes one.
///
/// `_` counts, as the names of containers hold it, and so do the letters of all scripts. A last label of digits alone
/// is refused: that is a broken address or a port.
pub(super) fn is_hostname(text: &str) -> bool {
    if is_ip(text) || text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).is_some_and(is_ipv6) {
        return true;
    }
    let name = text.strip_suffix('.').unwrap_or(text);
    let last = name.rsplit('.').next().unwrap_or_default();
    name.chars().count() <= 253 && !last.bytes().all(|byte| byte.is_ascii_digit()) && name.split('.').all(is_label)
}

fn is_label(label: &str) -> bool {
    !label.is_empty()
        && label.chars().count() <= 63
        && !label.starts_with('-')
        && !label.ends_with('-')
        // Vowel signs of Indic scripts are no letters, yet stand in names.
        && label.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_') || (!c.is_ascii() && !c.is_whitespace() && !c.is_control()))
}

/// An IPv4 or IPv6 address, the latter perhaps with a zone.
pub(super) fn is_ip(text: &str) -> bool {
    text.parse::<IpAddr>().is_ok() || is_ipv6(text)
}

fn is_ipv6(text: &str) -> bool {
    let (address, zone) = text.split_once('%').unwrap_or((text, "lo"));
    address.parse::<Ipv6Addr>().is_ok() && !zone.is_empty() && !zone.contains(|c: char| c.is_whitespace() || c == '%')
}
