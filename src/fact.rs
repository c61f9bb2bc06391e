//! What one file says: declarations, definitions, references, and what else is known from it alone.
//!
//! No file is read here and nothing is joined; that is `project` and `model`.

mod bundle;
mod declaration;
mod deploy;
mod image;
mod manifest;
mod module;
mod store;

pub use bundle::{BundleBuild, Bundler, BundlerKind};
pub use declaration::{
    Agree, Agreement, Constraints, Declaration, Group, GroupKind, Override, Required, Schema, Semantics, Side, Type,
};
pub use deploy::{
    Build, ComposeRun, ImageBuild, Layer, LayerKind, LayerState, LentSecret, Read, ReadPurpose, SecretFile, Setting,
    SettingValue, StoredRead, Target, TargetGroup, TargetKind, TargetSigns, TerraformArgument, TerraformArgumentKind,
    TerraformRun, TerraformRunKind, WrittenFile,
};
pub use image::{
    Bundling, Command, CommandKind, Copied, Defaults, Image, KeptBack, Need, SecretMount, Shell, ShellRead, Stage,
};
pub use manifest::{Dependency, Manifest, Tasks};
pub use module::{Module, ModuleValues, ModuleVariable};
pub use store::{Listing, StoreKind, Stored, StoredHere, StoredVersion, VersionState};

use std::any::Any;
use std::sync::Arc;

use crate::name::Name;
use crate::source::{SourceFile, SourcePath, Span};
use crate::syntax::comment::{self, IgnoreComment};
use crate::syntax::dotenv::Portability;
use crate::syntax::toml;
use crate::value::Template;

/// One thing that a file says of one variable.
#[derive(Clone, Debug)]
pub struct Fact {
    /// The variable.
    pub name: Name,
    /// Where the name stands.
    pub span: Span,
    /// What is said.
    pub kind: FactKind,
}

/// What is said of a variable.
#[derive(Clone, Debug)]
pub enum FactKind {
    /// A schema says that it exists.
    Declaration(Arc<Declaration>),
    /// A file gives it a value. A commented line of a template is a [`FactKind::Mention`].
    Definition {
        /// The value, with its references.
        value: Template,
        /// Where the value stands; empty behind the `=` of an empty one.
        value_span: Span,
    },
    /// A file names it without a value of its own: a bare `NAME` line, which takes what the surroundings give.
    PassThrough,
    /// A file reads it (`${DATABASE_URL}` in an env file or in a part of compose that gives no app anything).
    Reference {
        /// Whether something stands in where it is absent or empty (`:-`, `-`, `:+`, `+`).
        fallback: bool,
    },
    /// A document, or a commented line of a template, names it.
    Mention {
        /// The heading that it stands under.
        heading: Option<String>,
        /// The table, list or block that describes variables and that it stands in, counted from 0 in its file;
        /// `None` in prose.
        list: Option<usize>,
    },
}

/// What a loader says of one file.
#[derive(Default)]
pub struct Loaded {
    /// What it says of variables, in the order of the file.
    pub facts: Vec<Fact>,
    /// The files that it names.
    pub links: Vec<Link>,
    /// The inline ignores in its comments.
    pub ignores: Vec<InlineIgnore>,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// Values that are read as something else than is written.
    pub mangled: Vec<Mangled>,
    /// Spans that a snippet may show (names, keys, keywords, punctuation), in any order; never a value or a comment.
    pub shown: Vec<Span>,
    /// If it declares variables: what it says beside the declarations.
    pub schema: Option<Schema>,
    /// If it is an env file: how many loaders make the same of it.
    pub portability: Option<Portability>,
    /// If it describes a package or a workspace.
    pub manifest: Option<Manifest>,
    /// If it describes how an image is built.
    pub image: Option<Image>,
    /// If it is a script that a container starts: what it tells.
    pub script: Option<Shell>,
    /// Whether it says that browsers get public variables when the app runs, not only when it is built.
    pub public_at_run_time: bool,
    /// If it says what builds leave out of their context.
    pub kept_back: Option<KeptBack>,
    /// If it says what a store holds.
    pub listing: Option<Listing>,
    /// The commands in it that run compose.
    pub compose_runs: Vec<ComposeRun>,
    /// What the loader's own second step, `assemble`, needs of this file; nobody else looks into it.
    pub parsed: Option<Box<dyn Any + Send + Sync>>,
}

/// A plain YAML scalar that is taken for something else than text, and does not arrive as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mangled {
    /// The variable whose value it is.
    pub name: Name,
    /// Where the value stands.
    pub span: Span,
    /// What happens to it.
    pub mangling: Mangling,
}

/// What happens to a [`Mangled`] value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mangling {
    /// A zero at its beginning is lost, or makes it octal: `007`.
    LeadingZero,
    /// Zeros at the end of its fraction, or the fraction, are lost: `1.10`.
    Fraction,
    /// A hexadecimal, octal or binary number becomes a decimal one: `0x1F`.
    Base,
    /// The `_` between its digits are lost.
    Underscore,
    /// An exponent is worked out: `1e3`.
    Exponent,
    /// Its plus sign is lost.
    Sign,
    /// It has more digits than a number holds.
    Digits,
    /// A date gets a time and a zone.
    Date,
    /// `True` and `FALSE` become small letters.
    Capitals,
    /// `yes`, `no`, `on` and `off`: other readers of YAML take them for booleans.
    Word,
    /// `12:30:45`: other readers of YAML take it for a number of seconds.
    Sexagesimal,
    /// Its quotes stand inside a plain scalar, and arrive with it: `- NAME="value"`.
    Quotes,
    /// It is a number or a boolean where only text is taken, so that the whole manifest is refused (Kubernetes).
    Refused,
}

impl Mangling {
    /// Whether the reader itself changes or refuses the value, as against other readers of YAML.
    pub fn is_certain(self) -> bool {
        !matches!(self, Self::Word | Self::Sexagesimal)
    }

    /// Whether what arrives is the same number, only written in another way.
    pub fn keeps_the_number(self) -> bool {
        matches!(self, Self::Fraction | Self::Exponent | Self::Sign | Self::Underscore)
    }
}

/// A file that a file names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// What the named file is, hence which loader reads it.
    pub kind: LinkKind,
    /// The path as it is written, relative to the folder of the file that names it.
    pub path: String,
    /// Where it is written.
    pub span: Span,
    /// Whether the reader of the file fails without it.
    pub required: bool,
}

/// What a named file is to the file that names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LinkKind {
    /// Variables for a service (`env_file`, `--env-file`).
    EnvFile,
    /// A file that this one extends (a schema's `extends`, compose's `extends.file`).
    Extends,
    /// A file that is read as a part of this one (compose's `include`).
    Include,
    /// A Dockerfile.
    Dockerfile,
    /// A JSON Schema of one value.
    JsonSchema,
    /// A script that a container starts.
    Script,
    /// A mapping of variables to values in YAML (gcloud's `--env-vars-file`).
    EnvVarsFile,
    /// Flags of a command (gcloud's `--flags-file`), which are not read.
    FlagsFile,
    /// Values for the variables of a Terraform module (`-var-file`).
    VarFile,
    /// A file of build targets (`docker buildx bake --file`).
    Bake,
    /// A task definition of ECS.
    TaskDefinition,
    /// A workflow, an action or a pipeline that is run as a part of this one.
    Workflow,
    /// A compose file, whatever its name is (`docker compose -f`).
    Compose,
    /// The steps of a build in Cloud Build, whatever the file's name is (`gcloud builds submit --config`).
    CloudBuild,
}

/// `# envcheck: ignore[rule] reason`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InlineIgnore {
    /// The rules as written; empty where the brackets are empty or absent.
    pub rules: Vec<String>,
    /// Why; empty where none is given.
    pub reason: String,
    /// Where the comment stands.
    pub span: Span,
    /// The line (from 1) that it speaks of: its own, or the next one if it stands alone.
    pub line: usize,
}

impl InlineIgnore {
    /// The ignore in the text of a comment (without its marker) at `span` on `line`; `alone` if nothing else is there.
    pub fn read(comment: &str, span: Span, line: usize, alone: bool) -> Option<Self> {
        let IgnoreComment { rules, reason } = comment::ignore(comment)?;
        Some(Self { rules, reason, span, line: if alone { line + 1 } else { line } })
    }

    /// The ignore in the comment at `span` of a file, with its marker `#` or without; `alone` as above.
    pub fn at(source: &SourceFile, span: Span, alone: bool) -> Option<Self> {
        let text = source.slice(span).trim_start_matches('#');
        // Only a comment that is one is worth its line, which takes time to find.
        comment::ignore(text)?;
        Self::read(text, span, source.position(span.start).line, alone)
    }
}

/// A part of a file that its reader would not understand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub span: Span,
    /// What is wrong, one line, without a value: written by envcheck, never a library's text.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// Whether facts of this file may be lost, so that nothing may be concluded from their absence.
    pub hides_facts: bool,
}

impl Problem {
    /// A problem that may hide facts, without help.
    pub fn new(span: Span, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), help: None, hides_facts: true }
    }

    /// Adds what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Says that everything else of the file was understood.
    #[must_use]
    pub fn harmless(mut self) -> Self {
        self.hides_facts = false;
        self
    }
}

impl From<toml::Fault> for Problem {
    fn from(fault: toml::Fault) -> Self {
        let toml::Fault { span, message, help, hides } = fault;
        Self { span, message, help, hides_facts: hides }
    }
}

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Declares variables.
    Schema,
    /// Gives variables values (`.env`).
    Values,
    /// Names variables for a person to fill in (`.env.example`).
    Template,
    /// Describes variables in prose (a README).
    Document,
    /// Hands variables to apps (compose).
    Deploy,
    /// Describes a package, a workspace or an image.
    Manifest,
    /// Says what a store holds.
    Listing,
    /// Gives the variables of a deploy description values (`terraform.tfvars`).
    Inputs,
}

/// The words that files say about themselves beside their facts, from their names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileWords {
    /// The word of the name that may name an environment or a variant: `staging` of `.env.staging.example`.
    pub words: Vec<String>,
    /// Whether it is a `.local` file.
    pub local: bool,
}

/// The outcome of following a [`Link`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkOutcome {
    /// It was loaded, as the file at this path.
    Loaded(SourcePath),
    /// No such file, at this path.
    Missing(SourcePath),
    /// No such file, but git ignores it, so it may exist elsewhere.
    Ignored(SourcePath),
    /// The path leaves the root, or is no path of a file at all.
    Outside,
    /// It exists and could not be read.
    Unreadable(SourcePath),
    /// The path holds references that only the reader's surroundings resolve.
    Unresolved,
}
