//! Whose token GitHub is asked with: from the environment, or from `gh`.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use super::super::http::Endpoint;
use super::super::{StoreError, program};

/// A token, and where it is from.
pub(super) struct Token {
    pub(super) text: Zeroizing<String>,
    pub(super) who: &'static str,
}

/// What is needed to look for one.
pub(super) struct Search {
    environment: BTreeMap<&'static str, Zeroizing<String>>,
}

/// The variables that hold a token, in the order in which `gh` looks.
const TOKENS: [(&str, &str); 2] =
    [("GH_TOKEN", "the token in GH_TOKEN"), ("GITHUB_TOKEN", "the token in GITHUB_TOKEN")];

/// What `gh` needs to find its own, which may lie in the keyring of the desktop.
const OF_GH: [&str; 9] = [
    "PATH",
    "HOME",
    "USERPROFILE",
    "APPDATA",
    "SYSTEMROOT",
    "XDG_CONFIG_HOME",
    "GH_CONFIG_DIR",
    "DBUS_SESSION_BUS_ADDRESS",
    "XDG_RUNTIME_DIR",
];

impl Search {
    pub(super) fn new(own_environment: &dyn Fn(&str) -> Option<String>) -> Self {
        let given = |name| Some((name, Zeroizing::new(own_environment(name).filter(|value| !value.is_empty())?)));
        let names = TOKENS.into_iter().map(|(name, _)| name).chain(OF_GH);
        Self { environment: names.filter_map(given).collect() }
    }

    /// Looks for a token for this server; `None`: there is none, and none is needed.
    pub(super) fn find(&self, endpoint: &Endpoint) -> Result<Option<Token>, StoreError> {
        for (name, who) in TOKENS {
            if let Some(text) = self.environment.get(name) {
                return Ok(Some(Token { text: text.clone(), who }));
            }
        }
        // A server on this machine is a trial, and no token of a person goes there unasked.
        if endpoint.is_loopback() {
            return Ok(None);
        }
        let text = self.of_gh(endpoint).ok_or_else(|| {
            let what = "there is no token for GitHub: run `gh auth login`, or set GH_TOKEN";
            StoreError::Unauthenticated(what.to_owned())
        })?;
        Ok(Some(Token { text, who: "the token of `gh`" }))
    }

    /// Asks `gh`.
    fn of_gh(&self, endpoint: &Endpoint) -> Option<Zeroizing<String>> {
        let gh = program::find("gh", self.environment.get("PATH")?)?;
        let (_, rest) = endpoint.as_str().split_once("://")?;
        let host = rest.split('/').next()?;
        let host = if host == "api.github.com" { "github.com" } else { host };
        let variables = OF_GH.into_iter().filter_map(|name| Some((name, self.environment.get(name)?.as_str())));
        let mut command = program::command(&gh, &variables.collect::<Vec<_>>());
        command.args(["auth", "token", "--hostname", host]);
        let told = program::output(command)?;
        let token = std::str::from_utf8(&told).ok()?.trim();
        let is_sound = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
        is_sound.then(|| Zeroizing::new(token.to_owned()))
    }
}
