//! Where Vault is, and whose token it is asked with: from the environment, or from the file that `vault login` writes.

use std::path::Path;

use zeroize::Zeroizing;

use super::super::http::Endpoint;
use super::super::{Address, StoreError, files};

/// A token, and where it is from.
pub(super) struct Token {
    pub(super) text: Zeroizing<String>,
    pub(super) who: &'static str,
}

/// What the environment says.
pub(super) struct Surroundings {
    pub(super) endpoint: Endpoint,
    pub(super) token: Option<Token>,
    pub(super) namespace: Option<String>,
}

impl Surroundings {
    /// Looks around. What is said to OpenBao comes before what is said to Vault, as it does for OpenBao itself.
    pub(super) fn of(address: &Address<'_>) -> Result<Self, StoreError> {
        let given = |name: &str| (address.own_environment)(name).filter(|value| !value.is_empty());
        let either = |name: &str| given(&format!("BAO_{name}")).or_else(|| given(&format!("VAULT_{name}")));
        let server = address.endpoint.map(str::to_owned).or_else(|| either("ADDR")).ok_or_else(|| {
            StoreError::Misconfigured("no Vault is known: set VAULT_ADDR or BAO_ADDR, or use `--endpoint`".to_owned())
        })?;
        let endpoint = Endpoint::new(&server)?;
        let of_variable = |name: &str, who| Some(Token { text: Zeroizing::new(given(name)?), who });
        let of_file = || {
            let home = given("HOME").or_else(|| given("USERPROFILE"))?;
            let text = files::read(&Path::new(&home).join(".vault-token"))?;
            let text = Zeroizing::new(text.trim().to_owned());
            (!text.is_empty()).then_some(Token { text, who: "the token in ~/.vault-token" })
        };
        let token = of_variable("BAO_TOKEN", "the token in BAO_TOKEN")
            .or_else(|| of_variable("VAULT_TOKEN", "the token in VAULT_TOKEN"))
            .or_else(of_file);
        if token.is_none() && !endpoint.is_loopback() {
            let what = "there is no token for Vault: run `vault login`, or set VAULT_TOKEN or BAO_TOKEN";
            return Err(StoreError::Unauthenticated(what.to_owned()));
        }
        Ok(Self { endpoint, token, namespace: either("NAMESPACE") })
    }
}
