//! What stores of secrets hold, as it was saved: names and states, never values.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::name::SecretName;
use crate::source::Span;

/// What keeps a stored secret.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StoreKind {
    /// Google Secret Manager.
    #[default]
    GoogleSecretManager,
    /// AWS Secrets Manager.
    AwsSecretsManager,
    /// AWS Systems Manager's parameters.
    AwsParameterStore,
    /// Azure Key Vault.
    AzureKeyVault,
    /// Vault, and what is forked from it.
    Vault,
    /// The secrets of a GitHub repository or of one of its environments.
    GitHubSecrets,
    /// The variables of a GitHub repository or of one of its environments.
    GitHubVariables,
    /// A `Secret` of a Kubernetes cluster that no file of the repository describes; the id is `name/key`.
    Kubernetes,
    /// A platform's own list of variables, such as Vercel's.
    Platform,
}

/// A secret of a store that a [`TargetGroup`](super::TargetGroup) makes: Terraform's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredHere {
    /// Where it is kept.
    pub store: StoreKind,
    /// Its id.
    pub secret: SecretName,
    /// Whether its value is given too, and not only the place for one.
    pub gives_value: bool,
}

/// What a store holds, as it was saved: names and version states, never values.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// What it is a listing of.
    pub store: StoreKind,
    /// The secrets.
    pub secrets: Vec<Stored>,
    /// Whether it is known to lack some: a page of a longer list, a filtered one.
    pub truncated: bool,
    /// Whether it says what versions there are.
    pub has_versions: bool,
    /// The project as the listing names it, id or number.
    pub project: Option<String>,
    /// The environment that it says it is of.
    pub environment: Option<String>,
    /// When it was saved, if it says so.
    pub time: Option<Timestamp>,
    /// The secrets that only the environments of these words have; of all others it does not say so.
    pub only_in: BTreeMap<SecretName, Vec<String>>,
}

/// A secret in a [`Listing`].
#[derive(Clone, Debug)]
pub struct Stored {
    /// Its id, without the project.
    pub name: SecretName,
    /// Where it stands.
    pub span: Span,
    /// Its versions, newest first; `None` where the listing does not say.
    pub versions: Option<Vec<StoredVersion>>,
}

/// A version of a [`Stored`] secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredVersion {
    /// Its number.
    pub number: String,
    /// Its state.
    pub state: VersionState,
    /// The aliases that point to it.
    pub aliases: Vec<String>,
    /// Where it stands.
    pub span: Span,
}

/// The state of a [`StoredVersion`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VersionState {
    /// It can be read.
    Enabled,
    /// It is switched off.
    Disabled,
    /// It is gone.
    Destroyed,
    /// The listing uses a word that envcheck does not know.
    Unknown,
}
