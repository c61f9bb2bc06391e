//! Signature Version 4 for the one kind of request that is made here: `POST`, no query, JSON.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>; botocore is the
//! judge of it in `tests/aws.rs`.

use std::fmt::Write as _;

use jiff::Timestamp;
use ring::{digest, hmac};
use zeroize::Zeroizing;

use super::credentials::Credentials;

/// What is signed.
pub(super) struct Request<'a> {
    /// With the port, as the `Host` header has it.
    pub(super) host: &'a str,
    /// Without query.
    pub(super) path: &'a str,
    /// `X-Amz-Target`.
    pub(super) target: &'a str,
    pub(super) content_type: &'a str,
    pub(super) body: &'a [u8],
}

/// What goes into headers.
pub(super) struct Signature {
    /// `X-Amz-Date`.
    pub(super) date: String,
    /// `Authorization`.
    pub(super) authorization: Zeroizing<String>,
}

/// Signs a request for Secrets Manager.
pub(super) fn sign(request: &Request<'_>, credentials: &Credentials, region: &str, now: Timestamp) -> Signature {
    let date = now.strftime("%Y%m%dT%H%M%SZ").to_string();
    let day = now.strftime("%Y%m%d").to_string();
    let mut names = "content-type;host;x-amz-date".to_owned();
    let mut canonical = Zeroizing::new(String::with_capacity(4096));
    let _ = write!(
        canonical,
        "POST\n{}\n\ncontent-type:{}\nhost:{}\nx-amz-date:{date}\n",
        request.path, request.content_type, request.host
    );
    if let Some(token) = &credentials.session {
        let _ = writeln!(canonical, "x-amz-security-token:{}", token.as_str());
        names.push_str(";x-amz-security-token");
    }
    names.push_str(";x-amz-target");
    let _ = write!(canonical, "x-amz-target:{}\n\n{names}\n{}", request.target, hash(request.body));

    let scope = format!("{day}/{region}/secretsmanager/aws4_request");
    let text = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", hash(canonical.as_bytes()));
    let first = Zeroizing::new(format!("AWS4{}", credentials.secret.as_str()));
    let mut key = keyed(first.as_bytes(), &day);
    for part in [region, "secretsmanager", "aws4_request"] {
        key = keyed(key.as_ref(), part);
    }
    let signature = hex(keyed(key.as_ref(), &text).as_ref());
    let authorization = Zeroizing::new(format!(
        "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={signature}",
        credentials.id
    ));
    Signature { date, authorization }
}

fn keyed(key: &[u8], text: &str) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes())
}

fn hash(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, bytes).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What botocore 1.43 makes of the same request.
    #[test]
    fn a_signature_is_what_botocore_makes_of_it() {
        let now: Timestamp = "2026-11-20T15:00:00Z".parse().unwrap();
        let request = Request {
            host: "secretsmanager.eu-west-1.amazonaws.com",
            path: "/",
            target: "secretsmanager.GetSecretValue",
            content_type: "application/x-amz-json-1.1",
            body: b"{\"SecretId\":\"a\"}",
        };
        let signed = |session: Option<&str>| {
            let session = session.map(|text| Zeroizing::new(text.to_owned()));
            let credentials = Credentials {
                id: "AKID".to_owned(),
                secret: Zeroizing::new("SECRET".to_owned()),
                session,
                who: String::new(),
            };
            sign(&request, &credentials, "eu-west-1", now).authorization.rsplit('=').next().unwrap().to_owned()
        };
        assert_eq!(signed(None), "dbad85dda303fb9cf60281e7a78a6e3aa79aa563f2b4ca20595d1307b5f948dd");
        assert_eq!(signed(Some("SESSION")), "d2b5cc9a9650016f0b9f03059bb055df959548fc41726a80531093853c30cdff");
    }
}
