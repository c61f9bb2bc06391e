//! The signed request of a service account for a token (RFC 7523).

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::json;
use zeroize::Zeroizing;

/// What a token may be used for; the roles of the account say the rest.
const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";

/// The private key of a service account. It cannot be printed.
pub(super) struct Key(RsaKeyPair);

impl Key {
    /// Reads a key in PEM (PKCS #8), as Google gives it out.
    pub(super) fn new(pem: &str) -> Option<Self> {
        let (_, behind) = pem.split_once("-----BEGIN PRIVATE KEY-----")?;
        let (body, _) = behind.split_once("-----END PRIVATE KEY-----")?;
        let digits = Zeroizing::new(body.split_whitespace().collect::<String>());
        let mut der = Zeroizing::new(Vec::with_capacity(digits.len()));
        STANDARD.decode_vec(digits.as_bytes(), &mut der).ok()?;
        RsaKeyPair::from_pkcs8(&der).ok().map(Self)
    }

    /// The signed request of an account, good for an hour from this second of the epoch.
    pub(super) fn assertion(&self, email: &str, key_id: &str, audience: &str, now: i64) -> Option<Zeroizing<String>> {
        let header = json!({"alg": "RS256", "typ": "JWT", "kid": key_id}).to_string();
        let claims = json!({"iss": email, "scope": SCOPE, "aud": audience, "iat": now, "exp": now + 3600}).to_string();
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let mut signature = vec![0; self.0.public().modulus_len()];
        self.0.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).ok()?;
        Some(Zeroizing::new(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))))
    }
}
