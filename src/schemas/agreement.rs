//! Whether two values tell the same fact. Where one of them does not tell it, there is no answer.

use std::net::IpAddr;

use super::accepts::equal;
use crate::fact::Type;
use crate::syntax::url::{self, Host, Url, text_of};
use crate::value::Value;

/// Whether two values of a type that must agree do: URLs also where only case, a default port or the root path differ.
pub fn agree(kind: Type, left: &Value, right: &Value) -> bool {
    equal(kind, left, right) || kind == Type::Url && is_same_url(left.expose(), right.expose())
}

/// Whether a part of a URL (`host`, `port`, `user`, `password`, `database`, `scheme`) is what a variable repeats.
///
/// `None` where the URL lacks the part or says it elsewhere, or where it is no URL.
pub fn part_agrees(part: &str, address: &Value, told: &Value) -> Option<bool> {
    let (text, told) = (address.expose(), told.expose());
    let url = url::read(text)?;
    url.authority?;
    if told.is_empty() || is_in_query(part, text, &url) {
        return None;
    }
    match part {
        "host" => Some(is_same_host(text_of(text, only_host(&url)?.name), bare_host(told))),
        "port" => is_same_port(text, &url, told),
        "user" => is_same_text(text_of(text, url.user?), told),
        "password" => is_same_text(text_of(text, url.password?), told),
        "database" => {
            let database = text_of(text, url.database(text));
            // The options of SQL Server and whole paths are no names of databases.
            if database.starts_with(';') {
                return None;
            }
            is_same_text(database.trim_end_matches('/'), told.trim_start_matches('/').trim_end_matches('/'))
        }
        "scheme" => Some(is_same_scheme(text, &url, told)),
        _ => None,
    }
}

/// Several hosts are one fact that no variable repeats.
fn only_host(url: &Url) -> Option<&Host> {
    match url.hosts.as_slice() {
        [only] if !only.name.is_empty() => Some(only),
        _ => None,
    }
}

/// Whether the query says what stands in the URL otherwise, as drivers of databases allow.
fn is_in_query(part: &str, text: &str, url: &Url) -> bool {
    let keys: &[&str] = match part {
        "host" => &["host", "hostaddr", "unix_socket", "unixsocket", "socket", "servername", "server"],
        "port" => &["port"],
        "user" => &["user", "username"],
        "password" => &["password", "pass"],
        "database" => &["dbname", "database", "databasename", "db"],
        _ => &[],
    };
    let query = url.query.map(|query| text_of(text, query)).unwrap_or_default();
    query.split(['&', ';']).any(|pair| {
        let key = pair.split('=').next().unwrap_or_default();
        keys.iter().any(|known| known.eq_ignore_ascii_case(key))
    })
}

/// As it stands and decoded: who builds the URL from the variable writes it there encoded.
fn is_same_text(written: &str, told: &str) -> Option<bool> {
    if written.is_empty() || told.is_empty() {
        return None;
    }
    let decoded = url::decoded(written)?;
    Some(written == told || decoded.expose() == told)
}

fn bare_host(told: &str) -> &str {
    let told = told.trim();
    if let Some(inner) = told.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return inner.0;
    }
    // Some write the port behind the host.
    match told.split_once(':') {
        Some((host, port)) if !port.contains(':') && !host.is_empty() => host,
        _ => told,
    }
}

fn is_same_host(one: &str, other: &str) -> bool {
    let plain = |host: &str| {
        let host = url::decoded(host).map_or_else(|| host.to_owned(), |host| host.expose().to_owned());
        host.trim_matches(['[', ']']).trim_end_matches('.').to_ascii_lowercase()
    };
    let (one, other) = (plain(one), plain(other));
    let is_local = |host: &str| host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    let same_address =
        || matches!((one.parse::<IpAddr>(), other.parse::<IpAddr>()), (Ok(one), Ok(other)) if one == other);
    one == other || is_local(&one) && is_local(&other) || same_address()
}

fn is_same_port(text: &str, url: &Url, told: &str) -> Option<bool> {
    let told: u16 = told.trim().parse().ok()?;
    Some(port(text, url)? == told)
}

/// The port that a URL names or implies; `+srv` looks it up elsewhere.
fn port(text: &str, url: &Url) -> Option<u16> {
    let [host] = url.hosts.as_slice() else { return None };
    match host.port.map(|port| text_of(text, port)).filter(|port| !port.is_empty()) {
        Some(port) => port.parse().ok(),
        None if text_of(text, url.scheme).to_ascii_lowercase().ends_with("+srv") => None,
        None => url::default_port(url.protocol(text)),
    }
}

fn is_same_scheme(text: &str, url: &Url, told: &str) -> bool {
    let told = told.trim().trim_end_matches('/').trim_end_matches(':');
    let protocol = |scheme: &str| {
        let scheme = scheme.rsplit(':').next().unwrap_or(scheme).to_ascii_lowercase();
        let scheme = scheme.split('+').next().unwrap_or_default().to_owned();
        if scheme == "postgresql" { "postgres".to_owned() } else { scheme }
    };
    let whole = text_of(text, url.scheme);
    whole.eq_ignore_ascii_case(told) || protocol(whole) == protocol(told)
}

fn is_same_url(left: &str, right: &str) -> bool {
    let (Some(one), Some(other)) = (url::read(left), url::read(right)) else { return false };
    let (Some(host), Some(other_host)) = (only_host(&one), only_host(&other)) else { return false };
    let path = |text: &str, url: &Url| {
        let path = text_of(text, url.path).to_owned();
        if path == "/" { String::new() } else { path }
    };
    let rest = |text: &str, url: &Url| {
        [url.user, url.password, url.query, url.fragment].map(|part| part.map(|part| text_of(text, part).to_owned()))
    };
    let scheme = |text: &str, url: &Url| text_of(text, url.scheme).to_ascii_lowercase();
    scheme(left, &one) == scheme(right, &other)
        && text_of(left, host.name).eq_ignore_ascii_case(text_of(right, other_host.name))
        && port(left, &one) == port(right, &other)
        && path(left, &one) == path(right, &other)
        && rest(left, &one) == rest(right, &other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(part: &str, address: &str, told: &str) -> Option<bool> {
        part_agrees(part, &Value::new(address), &Value::new(told))
    }

    fn same(left: &str, right: &str) -> bool {
        agree(Type::Url, &Value::new(left), &Value::new(right))
    }

    #[test]
    fn each_part_is_compared() {
        let url = "postgres://app:pw@db:6432/shop";
        for (name, yes, no) in [
            ("host", "db", "db2"),
            ("port", "6432", "5432"),
            ("user", "app", "App"),
            ("password", "pw", "pw2"),
            ("database", "shop", "shop2"),
            ("scheme", "postgres", "mysql"),
        ] {
            assert_eq!(part(name, url, yes), Some(true), "{name}");
            assert_eq!(part(name, url, no), Some(false), "{name}");
            assert_eq!(part(name, url, ""), None, "{name}");
        }
        assert_eq!(part("colour", url, "x"), None);
    }

    #[test]
    fn a_part_that_the_url_lacks_is_unknown() {
        for name in ["host", "user", "password", "database"] {
            assert_eq!(part(name, "postgres://", "x"), None, "{name}");
        }
        assert_eq!(part("password", "postgres://app@db/x", "pw"), None);
        assert_eq!(part("password", "postgres://app:@db/x", "pw"), None);
        assert_eq!(part("database", "postgres://db/", "x"), None);
        assert_eq!(part("port", "custom://db", "1"), None);
        assert_eq!(part("host", "file:./dev.db", "x"), None);
        assert_eq!(part("host", "db", "db"), None);
        assert_eq!(part("host", "mongodb://a,b/x", "a"), None);
        assert_eq!(part("port", "mongodb://a:1,b:2/x", "1"), None);
        assert_eq!(part("port", "mongodb+srv://a/x", "27017"), None);
        assert_eq!(part("port", "postgres://db/x", "five"), None);
        assert_eq!(part("database", "sqlserver://db;database=x", "x"), None);
    }

    #[test]
    fn the_query_may_say_it_instead() {
        assert_eq!(part("host", "postgres://u:p@localhost/db?host=/cloudsql/a:b:c", "/cloudsql/a:b:c"), None);
        assert_eq!(part("password", "postgres://u:p@h/db?sslmode=x&password=q", "q"), None);
        assert_eq!(part("user", "postgres://u:p@h/db?sslmode=x", "v"), Some(false));
    }

    #[test]
    fn percent_encoding_is_undone() {
        assert_eq!(part("password", "postgres://u:p%40ss%2Fw@db/x", "p@ss/w"), Some(true));
        assert_eq!(part("password", "postgres://u:p%40ss@db/x", "p%40ss"), Some(true));
        assert_eq!(part("password", "postgres://u:p%40ss@db/x", "p@sS"), Some(false));
        assert_eq!(part("password", "postgres://u:p@ss@db/x", "p@ss"), Some(true));
        assert_eq!(part("user", "amqp://us%20er:p@mq/%2f", "us er"), Some(true));
        assert_eq!(part("password", "postgres://u:%ff@db/x", "x"), None);
    }

    #[test]
    fn a_default_port_equals_an_absent_one() {
        assert_eq!(part("port", "postgresql://db/x", "5432"), Some(true));
        assert_eq!(part("port", "postgresql+asyncpg://db/x", "5433"), Some(false));
        assert_eq!(part("port", "https://a.b", "443"), Some(true));
        assert_eq!(part("port", "redis://kv:6379", "06379"), Some(true));
        assert_eq!(part("port", "redis://kv:99999", "6379"), None);
    }

    #[test]
    fn hosts_are_compared_as_hosts() {
        assert_eq!(part("host", "postgres://DB.internal./x", "db.internal"), Some(true));
        assert_eq!(part("host", "http://[::1]:80", "::1"), Some(true));
        assert_eq!(part("host", "http://[::1]:80", "[0:0::1]"), Some(true));
        assert_eq!(part("host", "http://localhost", "127.0.0.1"), Some(true));
        assert_eq!(part("host", "http://localhost", "0.0.0.0"), Some(false));
        assert_eq!(part("host", "postgres://db:5432/x", "db:5432"), Some(true));
    }

    #[test]
    fn schemes_are_compared_by_protocol() {
        assert_eq!(part("scheme", "postgresql+asyncpg://db/x", "postgres"), Some(true));
        assert_eq!(part("scheme", "HTTPS://a.b", "https://"), Some(true));
        assert_eq!(part("scheme", "https://a.b", "http"), Some(false));
        assert_eq!(part("scheme", "jdbc:postgresql://db/x", "postgresql"), Some(true));
    }

    #[test]
    fn equal_urls_may_be_spelt_differently() {
        assert!(same("https://A.b", "https://a.b:443/"));
        assert!(same("https://a.b/x?y#z", "https://a.b/x?y#z"));
        assert!(!same("https://a.b/x", "https://a.b/x/"));
        assert!(!same("https://a.b", "http://a.b"));
        assert!(!same("https://a.b", "https://a.b:8443"));
        assert!(!same("https://a.b?x", "https://a.b"));
        assert!(!same("https://u@a.b", "https://a.b"));
        assert!(!agree(Type::String, &Value::new("https://A.b"), &Value::new("https://a.b")));
        assert!(agree(Type::Boolean, &Value::new("yes"), &Value::new("1")));
    }
}
