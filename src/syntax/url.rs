//! URLs and connection strings: where their parts stand. Nothing is decoded and hardly anything is refused.
//!
//! A parser that keeps to the standard reads `postgres://app:p#w@db/app` as a host `app` with the port `p`. What its
//! author meant matters here, so such a password is found; the rules say what is wrong with it.

use crate::source::Span;
use crate::value::Value;

/// The parts of a URL, as spans in the text that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    /// Without `:`; with what wraps it: `jdbc:postgresql`.
    pub scheme: Span,
    /// What stands behind `//`: user, hosts and ports. `None` of `file:./dev.db` and its like.
    pub authority: Option<Span>,
    /// The user; `None` without `@`.
    pub user: Option<Span>,
    /// The password, with the characters that should have been percent-encoded; `None` without `:` before the `@`.
    pub password: Option<Span>,
    /// The hosts: one where there is an authority (it may be nameless), several of some databases.
    pub hosts: Vec<Host>,
    /// Everything up to the query; with its leading `/`.
    pub path: Span,
    /// Behind `?`.
    pub query: Option<Span>,
    /// Behind `#`.
    pub fragment: Option<Span>,
}

/// One host of a [`Url`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Host {
    /// Its name or address, an IPv6 address without brackets; it may be empty.
    pub name: Span,
    /// What stands behind its `:`, whether it is a number or not.
    pub port: Option<Span>,
}

impl Url {
    /// The name of the database: the path without its first `/`; empty where there is none.
    pub fn database(&self, text: &str) -> Span {
        let start = self.path.start + usize::from(text_of(text, self.path).starts_with('/'));
        Span::new(start, self.path.end)
    }

    /// The part of the scheme that names the protocol: `postgresql` of `jdbc:postgresql` and `postgresql+asyncpg`.
    pub fn protocol<'t>(&self, text: &'t str) -> &'t str {
        let scheme = text_of(text, self.scheme);
        let scheme = scheme.rsplit(':').next().unwrap_or(scheme);
        scheme.split('+').next().unwrap_or(scheme)
    }
}

/// The text of a span; empty where the span does not fit.
pub fn text_of(text: &str, span: Span) -> &str {
    text.get(span.start..span.end).unwrap_or_default()
}

/// The port that a scheme implies.
pub fn default_port(protocol: &str) -> Option<u16> {
    let protocol = protocol.to_ascii_lowercase();
    Some(match protocol.as_str() {
        "http" | "ws" => 80,
        "https" | "wss" => 443,
        "ftp" => 21,
        "ssh" | "sftp" => 22,
        "smtp" => 25,
        "smtps" => 465,
        "postgres" | "postgresql" => 5432,
        "mysql" | "mariadb" => 3306,
        "mongodb" => 27017,
        "redis" | "rediss" | "valkey" | "valkeys" => 6379,
        "amqp" => 5672,
        "amqps" => 5671,
        "sqlserver" | "mssql" => 1433,
        "nats" => 4222,
        "mqtt" => 1883,
        "ldap" => 389,
        "ldaps" => 636,
        _ => return None,
    })
}

/// A part with its percent-encoding undone; `None` where what comes out is no text.
pub fn decoded(part: &str) -> Option<Value> {
    let bytes = part.as_bytes();
    let mut out = zeroize::Zeroizing::new(Vec::with_capacity(bytes.len()));
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let pair = bytes.get(at + 1..at + 3).and_then(|pair| Some((hex_digit(pair[0])?, hex_digit(pair[1])?)));
        if let (b'%', Some((high, low))) = (byte, pair) {
            out.push(high * 16 + low);
            at += 3;
        } else {
            out.push(byte);
            at += 1;
        }
    }
    std::str::from_utf8(&out).ok().map(Value::new)
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// The first host of a URL, without brackets and port.
pub fn first_host(text: &str) -> Option<&str> {
    let url = read(text)?;
    let name = url.hosts.first()?.name;
    Some(text_of(text, name).trim_matches(['[', ']'])).filter(|host| !host.is_empty())
}

/// Reads a URL. `None` if it does not begin with a scheme and `:`.
pub fn read(text: &str) -> Option<Url> {
    let scheme = scheme(text)?;
    let start = scheme.end + 1;
    if !text.get(start..)?.starts_with("//") {
        let (path, query, fragment) = tail(text, start);
        let (authority, user, password, hosts) = (None, None, None, Vec::new());
        return Some(Url { scheme, authority, user, password, hosts, path, query, fragment });
    }

    let start = start + 2;
    let end = authority_end(text, scheme, start);
    let (at, end) = userinfo_end(text, scheme, start, end);
    let (user, password) = match at {
        None => (None, None),
        Some(at) => match text_of(text, Span::new(start, at)).find(':') {
            Some(colon) => (Some(Span::new(start, start + colon)), Some(Span::new(start + colon + 1, at))),
            None => (Some(Span::new(start, at)), None),
        },
    };
    let hosts = hosts(text, Span::new(at.map_or(start, |at| at + 1), end));
    let (path, query, fragment) = tail(text, end);
    Some(Url { scheme, authority: Some(Span::new(start, end)), user, password, hosts, path, query, fragment })
}

/// `postgres`, or `jdbc:postgresql` where one scheme wraps another.
fn scheme(text: &str) -> Option<Span> {
    let end = simple_scheme(text, 0)?;
    if matches!(text.get(..end), Some(outer) if ["jdbc", "r2dbc"].iter().any(|word| outer.eq_ignore_ascii_case(word))) {
        let mut inner_end = end;
        while let Some(next) = simple_scheme(text, inner_end + 1) {
            inner_end = next;
        }
        return Some(Span::new(0, inner_end));
    }
    Some(Span::new(0, end))
}

/// The offset of the `:` behind the scheme that begins at `start`.
fn simple_scheme(text: &str, start: usize) -> Option<usize> {
    let rest = text.get(start..)?;
    let length = rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.')))?;
    (rest.as_bytes().get(length) == Some(&b':') && rest.starts_with(|c: char| c.is_ascii_alphabetic()))
        .then_some(start + length)
}

/// RFC 3986, section 3.2: up to the next `/`, `?` or `#`. SQL Server puts its options behind a `;`.
fn authority_end(text: &str, scheme: Span, start: usize) -> usize {
    let options = text_of(text, scheme).to_ascii_lowercase().ends_with("sqlserver");
    let rest = text.get(start..).unwrap_or_default();
    rest.find(|c: char| matches!(c, '/' | '?' | '#') || (options && c == ';')).map_or(text.len(), |end| start + end)
}

/// Where the `@` behind user and password stands, and where the authority ends by that reading.
fn userinfo_end(text: &str, scheme: Span, start: usize, end: usize) -> (Option<usize>, usize) {
    let authority = text_of(text, Span::new(start, end));
    if let Some(at) = authority.rfind('@') {
        return (Some(start + at), end);
    }
    // `user:pass/word@host`: what looks like a port is none, and an `@` follows.
    let Some((name, port)) = authority.split_once(':') else { return (None, end) };
    let rest = text.get(end..).unwrap_or_default();
    let web = ["http", "https", "ws", "wss"].iter().any(|word| text_of(text, scheme).eq_ignore_ascii_case(word));
    let is_port = port.bytes().all(|byte| byte.is_ascii_digit());
    // No database takes a fragment, so that a `#` before an `@` belongs to the password, digits before it or not.
    let is_password = if is_port { rest.starts_with('#') && !web && !port.is_empty() } else { !port.contains(':') };
    if name.starts_with('[') || name.contains(',') || !is_password {
        return (None, end);
    }
    let Some(at) = rest.match_indices('@').map(|(at, _)| end + at).find(|at| begins_host(text, at + 1)) else {
        return (None, end);
    };
    let end = authority_end(text, scheme, at);
    let last = text_of(text, Span::new(at, end)).rfind('@').map_or(at, |more| at + more);
    (Some(last), end)
}

fn begins_host(text: &str, at: usize) -> bool {
    text.get(at..).is_some_and(|rest| rest.starts_with(|c: char| c.is_alphanumeric() || c == '['))
}

fn hosts(text: &str, span: Span) -> Vec<Host> {
    let mut hosts = Vec::new();
    let mut start = span.start;
    for part in text_of(text, span).split(',') {
        hosts.push(host(part, start));
        start += part.len() + 1;
    }
    hosts
}

fn host(written: &str, start: usize) -> Host {
    // `tcp(db:3306)`, as Go's driver for MySQL writes it; one pair, so that nothing recurses.
    if let Some((network, inner)) = written.split_once('(')
        && let Some(inner) = inner.strip_suffix(')')
        && !inner.contains(['(', ')'])
    {
        return plain_host(inner, start + network.len() + 1);
    }
    plain_host(written, start)
}

fn plain_host(written: &str, start: usize) -> Host {
    let end = start + written.len();
    let whole = Host { name: Span::new(start, end), port: None };
    if let Some(rest) = written.strip_prefix('[') {
        let Some((name, behind)) = rest.split_once(']') else { return whole };
        let port = behind.strip_prefix(':').map(|port| Span::new(end - port.len(), end));
        return Host { name: Span::new(start + 1, start + 1 + name.len()), port };
    }
    match written.split_once(':') {
        // An IPv6 address that lacks its brackets.
        Some((_, port)) if port.contains(':') => whole,
        Some((name, port)) => {
            Host { name: Span::new(start, start + name.len()), port: Some(Span::new(end - port.len(), end)) }
        }
        None => whole,
    }
}

/// Path, query and fragment of what begins at `start`.
fn tail(text: &str, start: usize) -> (Span, Option<Span>, Option<Span>) {
    let rest = text.get(start..).unwrap_or_default();
    let fragment = rest.find('#').map(|at| start + at);
    let end = fragment.unwrap_or(text.len());
    let query = text_of(text, Span::new(start, end)).find('?').map(|at| start + at);
    let path = Span::new(start, query.unwrap_or(end));
    (path, query.map(|at| Span::new(at + 1, end)), fragment.map(|at| Span::new(at + 1, text.len())))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// scheme | user | password | host;host | path | query | fragment
    fn shape(text: &str) -> String {
        let Some(url) = read(text) else { return "none".to_owned() };
        let shown = |span: Option<Span>| span.map_or("-", |span| text_of(text, span)).to_owned();
        let hosts: Vec<String> = url
            .hosts
            .iter()
            .map(|host| match host.port {
                Some(port) => format!("{} {}", text_of(text, host.name), text_of(text, port)),
                None => text_of(text, host.name).to_owned(),
            })
            .collect();
        [
            shown(Some(url.scheme)),
            shown(url.user),
            shown(url.password),
            hosts.join(";"),
            shown(Some(url.path)),
            shown(url.query),
            shown(url.fragment),
        ]
        .join(" | ")
    }

    #[test]
    fn every_part_is_found() {
        assert_eq!(
            shape("postgres://app:pw@db:5432/shop?sslmode=require#x"),
            "postgres | app | pw | db 5432 | /shop | sslmode=require | x"
        );
        assert_eq!(shape("https://example.com"), "https | - | - | example.com |  | - | -");
        assert_eq!(shape("redis://:pw@kv"), "redis |  | pw | kv |  | - | -");
        assert_eq!(shape("amqp://guest@mq/%2f"), "amqp | guest | - | mq | /%2f | - | -");
    }

    #[test]
    fn a_url_may_have_several_hosts_and_addresses_in_brackets() {
        assert_eq!(
            shape("mongodb://u:p@a:1,b:2,c/db?replicaSet=r"),
            "mongodb | u | p | a 1;b 2;c | /db | replicaSet=r | -"
        );
        assert_eq!(shape("http://[::1]:80/x"), "http | - | - | ::1 80 | /x | - | -");
        assert_eq!(shape("mongodb://[::1]:1,[::2]/"), "mongodb | - | - | ::1 1;::2 | / | - | -");
        assert_eq!(shape("http://[::1"), "http | - | - | [::1 |  | - | -");
    }

    #[test]
    fn a_host_may_be_absent() {
        assert_eq!(shape("postgres:///shop"), "postgres | - | - |  | /shop | - | -");
        assert_eq!(shape("postgres://u:p@/db?host=/cloudsql/x"), "postgres | u | p |  | /db | host=/cloudsql/x | -");
        assert_eq!(shape("file:./dev.db?mode=ro"), "file | - | - |  | ./dev.db | mode=ro | -");
        assert_eq!(read("file:./dev.db").unwrap().authority, None);
    }

    #[test]
    fn a_password_keeps_what_its_author_forgot_to_encode() {
        assert_eq!(shape("postgres://u:p@ss@db/x"), "postgres | u | p@ss | db | /x | - | -");
        assert_eq!(shape("postgres://u:p:q@db/x"), "postgres | u | p:q | db | /x | - | -");
        assert_eq!(shape("postgres://u:p#q@db:1/x"), "postgres | u | p#q | db 1 | /x | - | -");
        assert_eq!(shape("postgres://u:p/q?r@db/x"), "postgres | u | p/q?r | db | /x | - | -");
        assert_eq!(shape("postgres://u:12#q@db/x"), "postgres | u | 12#q | db | /x | - | -");
        assert_eq!(shape("redis://:p#q@kv"), "redis |  | p#q | kv |  | - | -");
    }

    #[test]
    fn an_at_sign_in_a_path_or_a_query_is_no_password() {
        assert_eq!(shape("http://localhost:3000/@vite"), "http | - | - | localhost 3000 | /@vite | - | -");
        assert_eq!(shape("https://a.b/x?mail=c@d"), "https | - | - | a.b | /x | mail=c@d | -");
        assert_eq!(shape("http://h:80#a@b"), "http | - | - | h 80 |  | - | a@b");
    }

    #[test]
    fn database_dialects_are_read() {
        assert_eq!(shape("jdbc:postgresql://db:5432/x"), "jdbc:postgresql | - | - | db 5432 | /x | - | -");
        assert_eq!(shape("sqlserver://db:1433;database=x"), "sqlserver | - | - | db 1433 | ;database=x | - | -");
        assert_eq!(shape("mysql://u:p@tcp(db:3306)/x"), "mysql | u | p | db 3306 | /x | - | -");
        let text = "postgresql+asyncpg://db/x";
        let url = read(text).unwrap();
        assert_eq!((url.protocol(text), text_of(text, url.database(text))), ("postgresql", "x"));
        let text = "jdbc:postgresql://db/x";
        assert_eq!(read(text).unwrap().protocol(text), "postgresql");
    }

    #[test]
    fn what_has_no_scheme_is_no_url() {
        for text in
            ["", "example.com", "/path", "//cdn.example.com/x", "a b:c", "1a://x", "git@github.com:a/b.git", ":"]
        {
            assert_eq!(shape(text), "none", "{text}");
        }
    }

    #[test]
    fn percent_encoding_is_undone_leniently() {
        assert_eq!(decoded("p%40s%73%").unwrap().expose(), "p@ss%");
        assert!(decoded("%ff").is_none());
    }
}
