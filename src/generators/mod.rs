//! From the model to artefacts: files that provisioning and code need. Writing them is for `cli`.
//!
//! A new artefact is one file here and one line in [`GENERATORS`]. Foreign text goes through [`quote`], which has one
//! function for each language.

mod docs;
mod env;
mod example;
mod gcloud;
mod github;
pub mod quote;
mod scripts;
mod secrets;
mod terraform;
mod types;
mod variables;

use thiserror::Error;

use crate::fact::Declaration;
use crate::model::Model;
use crate::name::{Environment, Name};
use crate::random::{Kind, Made, RandomError, Source};
use crate::source::SourcePath;
use crate::value::Value;

pub use variables::{Declarer, Variable, kind_of};

/// Stands in the first line of every artefact that is written whole, so that no other file is overwritten.
pub const MARK: &str = "Made by `envcheck generate";

/// What an artefact is made of.
pub struct Asked<'a> {
    /// What was read.
    pub model: &'a Model<'a>,
    /// The apps that it is for, by index.
    pub apps: Vec<usize>,
    /// The environment that it is for, where it is for one.
    pub environment: Option<Environment>,
}

/// Something that was made. It may hold secrets, as env files do.
#[derive(Debug)]
pub struct Artefact {
    /// The file that it is meant for, relative to the root; `None`: whichever the user names.
    pub path: Option<SourcePath>,
    /// What the file holds by now, if it is added to.
    pub before: Option<Value>,
    /// Its whole text.
    pub text: Value,
    /// What a person should know, one line each, without any value.
    pub remarks: Vec<String>,
}

impl Artefact {
    /// A text for whichever file.
    fn whole(text: String) -> Self {
        Self { path: None, before: None, text: Value::new(text), remarks: Vec::new() }
    }
}

/// A kind of artefact.
pub struct Generator {
    /// Its name on the command line.
    pub name: &'static str,
    /// Makes it.
    pub make: fn(&Asked<'_>, &mut dyn Source) -> Result<Vec<Artefact>, GenerateError>,
}

/// Every kind of artefact. A single secret is made by [`secret`].
pub static GENERATORS: &[&Generator] = &[
    &env::GENERATOR,
    &terraform::GENERATOR,
    &gcloud::GENERATOR,
    &github::GENERATOR,
    &example::GENERATOR,
    &docs::GENERATOR,
    &types::GENERATOR,
    &types::GUARD,
];

/// The generator of a name.
pub fn find(name: &str) -> Option<&'static Generator> {
    GENERATORS.iter().copied().find(|generator| generator.name == name)
}

/// Why an artefact could not be made.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum GenerateError {
    /// No value could be made.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// No schema declares anything of these apps.
    #[error("no schema declares a variable, so there is nothing to write")]
    Undeclared,
    /// Something does not have the grammar of what it is put into.
    #[error("`{text}` is no {what}")]
    Grammar {
        /// The text.
        text: String,
        /// What it should be.
        what: &'static str,
    },
    /// A value that is asked for cannot be made.
    #[error("`{name}` cannot be generated: {reason}")]
    NotGenerated {
        /// The variable.
        name: String,
        /// Why.
        reason: String,
    },
    /// What is needed is not said anywhere.
    #[error("{what}")]
    Lacking {
        /// What, as a sentence.
        what: String,
        /// Where to say it.
        help: &'static str,
    },
}

impl GenerateError {
    /// The way out.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::Undeclared => Some("declare them in `env.schema.toml`"),
            Self::Lacking { help, .. } => Some(help),
            _ => None,
        }
    }
}

/// Makes a value for a variable as its declaration says.
///
/// # Errors
///
/// The declaration does not say how, or asks for something that its kind does not make.
pub fn secret(
    model: &Model<'_>,
    name: &Name,
    declaration: &Declaration,
    source: &mut dyn Source,
) -> Result<(Kind, Made), GenerateError> {
    let refuse = |reason: String| GenerateError::NotGenerated { name: name.to_string(), reason };
    if let Some(issuer) = &declaration.issued_by {
        return Err(refuse(format!("{issuer} issues it")));
    }
    let kind = kind_of(declaration).ok_or_else(|| refuse("its declaration has no `generate`".to_owned()))?;
    let made = kind.make(source)?;
    if let Err(mismatch) = model.accepts(declaration, &made.value) {
        return Err(refuse(format!("a value of its kind is not {}", mismatch.expected)));
    }
    Ok((kind, made))
}
