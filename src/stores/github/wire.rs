//! What GitHub is sent and says, as JSON. What is not named here is not read, so that it may say more one day.
//!
//! Source: <https://docs.github.com/en/rest/actions/secrets?apiVersion=2022-11-28>.

use serde::{Deserialize, Serialize};

/// The public key of a repository or environment.
#[derive(Deserialize)]
pub(super) struct PublicKey {
    pub(super) key_id: String,
    pub(super) key: String,
}

/// A page of secrets.
#[derive(Deserialize)]
pub(super) struct Page {
    #[serde(default)]
    pub(super) secrets: Vec<Secret>,
}

/// A secret, of which GitHub tells no more than this.
#[derive(Deserialize)]
pub(super) struct Secret {
    pub(super) name: String,
    #[serde(default)]
    pub(super) updated_at: String,
}

/// What sets a secret.
#[derive(Serialize)]
pub(super) struct Put<'a> {
    pub(super) encrypted_value: &'a str,
    pub(super) key_id: &'a str,
}
