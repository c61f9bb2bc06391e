//! What hands an app its environment: targets with their layers, and the images that they run.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{BundleBuild, LinkOutcome, StoreKind, StoredHere};
use crate::name::{Name, SecretName, Version};
use crate::source::{Place, SourcePath, Span};
use crate::value::{Reference, Template};

/// A variable as one layer of a target gives it.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The variable.
    pub name: Name,
    /// Where the name stands.
    pub place: Place,
    /// Where the value stands; empty where there is none.
    pub value_span: Span,
    /// What it gives.
    pub value: SettingValue,
}

/// What a [`Setting`] gives.
#[derive(Clone, Debug)]
pub enum SettingValue {
    /// A value.
    Given(Template),
    /// What the surroundings hold under this name; nothing at all if they hold none.
    PassThrough,
    /// A stored secret.
    Injected {
        /// Where it is kept.
        store: StoreKind,
        /// Its id.
        secret: SecretName,
        /// Which version.
        version: Version,
    },
    /// Something that cannot be told here.
    Unknown,
}

/// A source of a target's variables, as strong as its place in the target's list.
#[derive(Clone, Debug)]
pub struct Layer {
    /// What it is.
    pub kind: LayerKind,
    /// Where the target names it.
    pub named: Place,
    /// What it gives; later ones win over earlier ones of the same name.
    pub settings: Vec<Setting>,
    /// Whether that is all.
    pub state: LayerState,
}

/// What a [`Layer`] is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LayerKind {
    /// The target's own list.
    Environment,
    /// A file that the target names, at this path if it is a path.
    EnvFile(Option<SourcePath>),
    /// A file that is read without being named: compose's `.env`.
    DefaultEnvFile(SourcePath),
    /// The final stage of the image.
    Image(SourcePath),
    /// Arguments of the build.
    BuildArguments,
}

/// Whether a [`Layer`] gives nothing beyond its settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LayerState {
    /// It was read whole.
    Whole,
    /// It was read, and a part of it was not understood.
    Partial,
    /// The file that it names was not read.
    Unread {
        /// Why.
        outcome: LinkOutcome,
        /// Whether the target fails without it.
        required: bool,
    },
}

/// What a [`Target`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TargetKind {
    /// A service of compose.
    ComposeService,
    /// A service of Cloud Run.
    CloudRunService,
    /// A job of Cloud Run.
    CloudRunJob,
    /// A function of a cloud: Cloud Functions, Lambda.
    Function,
    /// A container of an ECS task.
    EcsContainer,
    /// What a Terraform module from elsewhere runs, of which only its inputs are known.
    ModuleContainer,
    /// A container of a Kubernetes workload.
    KubernetesContainer,
    /// An app of a platform that builds and runs it: App Engine, Fly, Render, Railway, Vercel, Netlify, Workers.
    PlatformApp,
    /// A unit of systemd.
    SystemdUnit,
    /// A container that `docker run` starts.
    DockerContainer,
    /// A step of a workflow, or a task of another runner, which runs a program of the repository.
    Step,
    /// Nothing of the repository: what its app would get if values were stored that are about to be.
    Trial,
}

impl TargetKind {
    /// What people call it.
    pub fn word(self) -> &'static str {
        match self {
            Self::ComposeService | Self::CloudRunService => "service",
            Self::CloudRunJob => "job",
            Self::Function => "function",
            Self::EcsContainer | Self::KubernetesContainer | Self::DockerContainer | Self::ModuleContainer => {
                "container"
            }
            Self::PlatformApp => "app",
            Self::SystemdUnit => "unit",
            Self::Step => "step",
            Self::Trial => "trial",
        }
    }
}

/// What gives an app its environment, such as a compose service.
#[derive(Clone, Debug)]
pub struct Target {
    /// What it is.
    pub kind: TargetKind,
    /// Its name in its file.
    pub name: String,
    /// Where that stands.
    pub place: Place,
    /// What it gives at run time, strongest first. The image is not among them; `model` finds it through `build`.
    pub layers: Vec<Layer>,
    /// The stored secrets that it finds as files.
    pub secret_files: Vec<SecretFile>,
    /// The word by which its file says where it runs, such as the `environment` of a workflow's job.
    pub environment: Option<String>,
    /// How its image is built, if it is built here.
    pub build: Option<Build>,
    /// The image that it names, as far as it is literal, and where.
    pub image: Option<(String, Span)>,
    /// The files and folders of the repository that it mounts.
    pub mounts: Vec<SourcePath>,
    /// What tells where it runs.
    pub signs: TargetSigns,
    /// Whether something of it could not be followed, so that absence proves nothing.
    pub partial: bool,
}

/// A stored secret that a [`Target`] finds as a file.
#[derive(Clone, Debug)]
pub struct SecretFile {
    /// Its path in the container; empty where only a part of it arrives, in a way that cannot be told here.
    pub path: String,
    /// Where the target names it.
    pub place: Place,
    /// Where it is kept.
    pub store: StoreKind,
    /// Its id.
    pub secret: SecretName,
    /// Which version.
    pub version: Version,
}

/// A step that builds an image: what it is called then, and what it is built with.
#[derive(Clone, Debug)]
pub struct ImageBuild {
    /// How.
    pub build: Build,
    /// The file.
    pub path: SourcePath,
    /// The names that the image gets, as far as they are literal.
    pub images: Vec<String>,
    /// The word by which its file says for what environment.
    pub environment: Option<String>,
    /// Whether something of it could not be followed, so that absence proves nothing.
    pub partial: bool,
}

/// How an image is built.
#[derive(Clone, Debug)]
pub struct Build {
    /// The context folder, if it lies under the root.
    pub context: Option<SourcePath>,
    /// The Dockerfile, if it lies under the root.
    pub dockerfile: Option<SourcePath>,
    /// The stage that is built, if it is not the last.
    pub stage: Option<String>,
    /// The arguments given.
    pub arguments: Vec<Setting>,
    /// The secrets that it lends to commands; `None` where nobody can tell which those are.
    pub secrets: Option<Vec<LentSecret>>,
    /// Where the build is described.
    pub span: Span,
}

/// A secret that a [`Build`] lends to the commands that ask for its id.
#[derive(Clone, Debug)]
pub struct LentSecret {
    /// Its id.
    pub id: String,
    /// Where that stands.
    pub place: Place,
    /// Where its value stands, in the same file.
    pub value_span: Span,
    /// What it holds.
    pub value: SettingValue,
}

/// What a target's description tells about where it runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent observations, not a state")]
pub struct TargetSigns {
    /// It mounts source code from the repository.
    pub mounts_source: bool,
    /// It mounts an env file, which its own loader may read.
    pub mounts_env_file: bool,
    /// It builds a stage called `dev`, `development` or `local`.
    pub development_stage: bool,
    /// It runs a development server or a watcher.
    pub development_server: bool,
    /// It is restarted always, or unless stopped.
    pub restarts: bool,
    /// It runs once and ends: a migration, a seed.
    pub one_shot: bool,
    /// It has a command or an entry point of its own instead of the image's.
    pub own_command: bool,
    /// It runs only under a profile.
    pub profiled: bool,
    /// Its own command builds what browsers get, so that what it gives at run time is not too late.
    pub builds: bool,
    /// It keeps the stored secrets that it was given before, so that nobody knows which of them it gets
    /// (`--set-env-vars` without `--set-secrets`).
    pub keeps_secrets: bool,
    /// Only its own word and its own values say where it runs; the names of its file and of its folders do not.
    pub speaks_for_itself: bool,
}

/// Targets that are read together, such as the services of one compose project.
#[derive(Clone, Debug, Default)]
pub struct TargetGroup {
    /// The files that describe it, the first one before its overrides.
    pub paths: Vec<SourcePath>,
    /// What `${NAME}` in it resolves in, strongest first, below the shell, which nobody knows.
    pub surroundings: Vec<Layer>,
    /// Its targets.
    pub targets: Vec<Target>,
    /// The images that it builds beside those of its targets.
    pub builds: Vec<ImageBuild>,
    /// The steps that build what browsers get.
    pub bundles: Vec<BundleBuild>,
    /// Every reference in it, wherever it stands.
    pub reads: Vec<Read>,
    /// Names by which its targets reach each other: services, aliases, containers.
    pub hosts: Vec<String>,
    /// Where a value stands that a setting of a target hands on from elsewhere: from the place of the setting's value to
    /// that of the text itself.
    pub origins: BTreeMap<Place, Place>,
    /// What it reads of stores by itself, such as `secrets.X` of a workflow.
    pub stored_reads: Vec<StoredRead>,
    /// What it gives to Terraform; what one command is given stands together, as the command has it.
    pub terraform_arguments: Vec<TerraformArgument>,
    /// The env files that it writes.
    pub written_files: Vec<WrittenFile>,
    /// The secrets of stores that it makes.
    pub stored_here: Vec<StoredHere>,
}

/// A secret or a variable of a store that a [`TargetGroup`] reads.
#[derive(Clone, Debug)]
pub struct StoredRead {
    /// Where it is kept.
    pub store: StoreKind,
    /// Its id.
    pub secret: SecretName,
    /// Where it is read.
    pub place: Place,
    /// Whether something stands in where it is not there.
    pub fallback: bool,
    /// The word by which the file says for what environment; `None`: for none, so that what only environments hold is
    /// not there.
    pub environment: Option<String>,
    /// Whether the environment is said by something that cannot be told here.
    pub anywhere: bool,
}

/// What a command line gives to Terraform.
#[derive(Clone, Debug)]
pub struct TerraformArgument {
    /// The command, shared by all that it gives.
    pub run: Arc<TerraformRun>,
    /// How it is given.
    pub kind: TerraformArgumentKind,
    /// Where it is given: the name, or the path of the file.
    pub place: Place,
}

/// A command that plans or applies a module of Terraform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TerraformRun {
    /// What it does.
    pub kind: TerraformRunKind,
    /// The folder of the root module, as far as it is known.
    pub module: Option<SourcePath>,
    /// The word by which the file says for what environment.
    pub environment: Option<String>,
}

/// What a [`TerraformRun`] does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TerraformRunKind {
    /// It applies what it is given.
    Apply,
    /// It applies what was planned before, and takes no values of its own.
    ApplyPlanned,
    /// It plans.
    Plan,
    /// It imports, destroys, or asks.
    Other,
}

/// How a [`TerraformArgument`] is given.
#[derive(Clone, Debug)]
pub enum TerraformArgumentKind {
    /// Not at all: the command stands for itself, in front of what it is given.
    Nothing,
    /// `-var 'name=value'`.
    Variable(Setting),
    /// `TF_VAR_name` of the environment; the setting has the name without `TF_VAR_`.
    Environment(Setting),
    /// `-var-file path`; `None` where the path cannot be told, so that anything may be given.
    File(Option<SourcePath>),
}

/// A command that runs compose.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ComposeRun {
    /// Its files, the first one before those that are put on top of it; none: what compose looks for in `folder`.
    pub files: Vec<SourcePath>,
    /// The folder that it is run in.
    pub folder: SourcePath,
    /// The folder that paths start from instead of that of the first file.
    pub project: Option<SourcePath>,
    /// The env files that references resolve in instead of the `.env` of that folder, each with where it is named; a
    /// later one wins.
    pub env_files: Vec<(SourcePath, Place)>,
}

/// An env file that a step of a workflow or a script writes.
#[derive(Clone, Debug)]
pub struct WrittenFile {
    /// The file, as far as its path is literal.
    pub path: Option<SourcePath>,
    /// What is written line by line.
    pub settings: Vec<Setting>,
    /// Whether it is written as a whole by something that cannot be told here: `vercel env pull`, `printenv > .env`.
    pub opaque: bool,
    /// Where.
    pub place: Place,
    /// The word by which the file says for what environment.
    pub environment: Option<String>,
}

/// A reference in a [`TargetGroup`].
#[derive(Clone, Debug)]
pub struct Read {
    /// The file.
    pub path: SourcePath,
    /// What is read.
    pub reference: Reference,
    /// The service that it stands in.
    pub target: Option<String>,
    /// What it is for.
    pub purpose: ReadPurpose,
}

/// What a [`Read`] is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadPurpose {
    /// The value of this variable of the service.
    Variable(Name),
    /// The value of this build argument.
    BuildArgument(Name),
    /// A command, an entry point or a health check, where the container's own shell could have been meant.
    Command,
    /// A secret or a config that takes its content from the environment.
    Content,
    /// Ports, images, volumes and all else that no app sees.
    Plumbing,
}
