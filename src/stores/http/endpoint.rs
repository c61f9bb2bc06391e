//! The server that a store asks.

use std::net::{Ipv4Addr, Ipv6Addr};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use ureq::http::Uri;

use super::super::StoreError;

/// The server that a store asks: scheme, host, port, and perhaps the beginning of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Without a slash at its end.
    base: String,
}

impl Endpoint {
    /// Takes the address of a server.
    ///
    /// # Errors
    ///
    /// Fails if it is not of the form `https://HOST[:PORT][/PATH]`. The text is not told: a password may stand in it.
    pub fn new(text: &str) -> Result<Self, StoreError> {
        let fits = |uri: &Uri| {
            let is_plain =
                |part: &str| part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._[]:/~".contains(&byte));
            matches!(uri.scheme_str(), Some("http" | "https"))
                && uri.host().is_some_and(|host| !host.is_empty())
                && uri
                    .authority()
                    .is_some_and(|authority| is_plain(authority.as_str()) && !authority.as_str().ends_with(':'))
                && uri.query().is_none()
                && is_plain(uri.path())
        };
        match text.parse::<Uri>() {
            Ok(uri) if fits(&uri) && !text.contains(['#', '?']) => {
                Ok(Self { base: text.trim_end_matches('/').to_owned() })
            }
            _ => Err(StoreError::Misconfigured("the endpoint is no address such as `https://HOST:PORT`".to_owned())),
        }
    }

    /// An address on it. The path begins with a slash; what stands in it is the caller's to escape.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// Its address.
    pub fn as_str(&self) -> &str {
        &self.base
    }

    /// Whether what is sent there stays between the two: it goes over TLS, or leaves this machine not at all.
    pub fn is_safe(&self) -> bool {
        self.base.starts_with("https:") || self.is_loopback()
    }

    /// Whether it is on this machine.
    pub fn is_loopback(&self) -> bool {
        self.base.parse::<Uri>().is_ok_and(|uri| is_loopback(&uri))
    }
}

/// Whether an address is on this machine: 127.0.0.0/8, `::1`, `localhost`.
pub(super) fn is_loopback(uri: &Uri) -> bool {
    let host = uri.host().unwrap_or_default();
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
        || bare.is_some_and(|host| host.parse::<Ipv6Addr>().is_ok_and(|address| address.is_loopback()))
}

/// Text as one piece of a path or a query, whatever stands in it.
pub fn escape(text: &str) -> String {
    const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    utf8_percent_encode(text, KEPT).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_scheme_host_and_path() {
        for (text, url) in [
            ("https://secretmanager.googleapis.com", "https://secretmanager.googleapis.com/v1"),
            ("http://127.0.0.1:4585/", "http://127.0.0.1:4585/v1"),
            ("https://vault.example.com:8200/prefix/", "https://vault.example.com:8200/prefix/v1"),
            ("http://[::1]:80", "http://[::1]:80/v1"),
        ] {
            assert_eq!(Endpoint::new(text).unwrap().url("/v1"), url);
        }
    }

    #[test]
    fn what_else_stands_in_an_endpoint_is_refused_and_not_told() {
        for text in [
            "",
            "vault.example.com",
            "ftp://example.com",
            "https://",
            "https:///path",
            "https://user:hunter2@example.com",
            "https://example.com/?token=hunter2",
            "https://example.com/#hunter2",
            "https://example.com/a b",
            "https://example.com\r\nX: hunter2",
            "file:///etc/passwd",
            "https://example.com:",
            "https://exa\u{6d}ple\u{e9}.com",
        ] {
            let error = Endpoint::new(text).expect_err(text);
            assert!(!format!("{error:?} {error}").contains("hunter2"), "{error:?}");
        }
    }

    #[test]
    fn only_what_is_on_this_machine_is_loopback() {
        let is_loopback = |text| Endpoint::new(text).unwrap().is_loopback();
        for text in
            ["http://localhost:80", "http://LOCALHOST", "http://127.0.0.1", "http://127.9.9.9:1", "https://[::1]:80/x"]
        {
            assert!(is_loopback(text) && Endpoint::new(text).unwrap().is_safe(), "{text}");
        }
        for text in [
            "http://localhost.example.com",
            "http://127.0.0.1.example.com",
            "http://127.1",
            "http://0.0.0.0",
            "http://128.0.0.1",
            "http://[::]",
            "http://[::ffff:127.0.0.1]",
            "http://metadata.google.internal",
            "http://169.254.169.254",
        ] {
            assert!(!is_loopback(text) && !Endpoint::new(text).unwrap().is_safe(), "{text}");
            assert!(Endpoint::new(&text.replace("http:", "https:")).unwrap().is_safe(), "{text}");
        }
    }

    #[test]
    fn no_text_leaves_its_piece_of_an_address() {
        assert_eq!(escape("a/b?c=d&e#f%g h\u{e9}\r\n"), "a%2Fb%3Fc%3Dd%26e%23f%25g%20h%C3%A9%0D%0A");
        assert_eq!(escape("A-z_0.9~"), "A-z_0.9~");
    }
}
