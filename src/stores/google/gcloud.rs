//! gcloud, asked for a token: for all ways to log in that envcheck does not know itself.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::super::{StoreError, program};
use super::token::Fetched;

/// What gcloud may need to know of where it runs: its folders, its configuration and account, and the way out.
const VARIABLES: &[&str] = &[
    "PATH",
    "HOME",
    "APPDATA",
    "SYSTEMROOT",
    "CLOUDSDK_CONFIG",
    "CLOUDSDK_ACTIVE_CONFIG_NAME",
    "CLOUDSDK_CORE_ACCOUNT",
    "CLOUDSDK_PYTHON",
    "CLOUDSDK_AUTH_IMPERSONATE_SERVICE_ACCOUNT",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "HTTPS_PROXY",
    "https_proxy",
    "NO_PROXY",
    "no_proxy",
];

/// Whom gcloud gives a token for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Login {
    /// The account that it uses itself.
    Own,
    /// The application default credentials.
    ApplicationDefault,
}

impl Login {
    fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Own => &["auth", "print-access-token"],
            Self::ApplicationDefault => &["auth", "application-default", "print-access-token"],
        }
    }

    /// What a person runs to log in.
    pub(super) fn command(self) -> &'static str {
        match self {
            Self::Own => "gcloud auth login",
            Self::ApplicationDefault => "gcloud auth application-default login",
        }
    }
}

/// The program, as `PATH` has it, and what it is asked.
pub(super) struct Gcloud {
    login: Login,
    program: Option<PathBuf>,
    variables: Vec<(&'static str, Zeroizing<String>)>,
}

impl Gcloud {
    /// Looks for it. It is not asked yet.
    pub(super) fn new(login: Login, variable: &dyn Fn(&str) -> Option<String>) -> Self {
        let program = program::find("gcloud", &variable("PATH").unwrap_or_default());
        let kept = VARIABLES.iter().filter_map(|name| Some((*name, Zeroizing::new(variable(name)?))));
        Self { login, program, variables: kept.collect() }
    }

    /// Whom it gives a token for.
    pub(super) fn login(&self) -> Login {
        self.login
    }

    /// Asks for a token.
    pub(super) fn fetch(&self) -> Result<Fetched, StoreError> {
        let Some(program) = &self.program else {
            return Err(StoreError::Unauthenticated(
                "there are no credentials for Google: run `gcloud auth application-default login`, or set \
                 `GOOGLE_APPLICATION_CREDENTIALS` or `CLOUDSDK_AUTH_ACCESS_TOKEN_FILE`"
                    .to_owned(),
            ));
        };
        let told = self.says(program, self.login.arguments());
        told.and_then(|told| Fetched::new(&told, None)).ok_or_else(|| {
            let asked = self.login.arguments().join(" ");
            let login = self.login.command();
            StoreError::Unauthenticated(format!("`gcloud {asked}` gives no token: run `{login}`"))
        })
    }

    /// Whose the tokens are, where it says so: the account that it stands in for, else the one that it uses.
    pub(super) fn account(&self) -> Option<String> {
        const ASKED: &[&str] = &["config", "list", "--format=value(auth.impersonate_service_account,core.account)"];
        let program = self.program.as_ref().filter(|_| self.login == Login::Own)?;
        let told = self.says(program, ASKED)?;
        told.trim_end().split('\t').find(|account| !account.is_empty()).map(str::to_owned)
    }

    fn says(&self, program: &Path, arguments: &[&str]) -> Option<Zeroizing<String>> {
        let variables: Vec<(&str, &str)> = self.variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let mut command = program::command(program, &variables);
        command.args(arguments);
        let told = program::output(command)?;
        std::str::from_utf8(&told).ok().map(|told| Zeroizing::new(told.to_owned()))
    }
}
