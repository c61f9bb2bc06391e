//! `envcheck generate secret`: one value, on stdout alone. The one place where envcheck shows a value, asked for by name.

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;

use clap::Args;

use super::write;
use crate::cli::failure::{CliError, Exit};
use crate::cli::output;
use crate::cli::run::Where;
use crate::generators;
use crate::model::Model;
use crate::name::Name;
use crate::random::{KINDS, Kind, Made, System};
use crate::source::visible;
use zeroize::Zeroizing;

/// Prints a new random value.
///
/// It goes to stdout alone, with a line break behind it only on a terminal, so that it can be piped into a store. The
/// bytes come from the operating system.
#[derive(Debug, Args)]
#[command(after_long_help = kinds())]
pub(super) struct Secret {
    /// What to make: `base64:32`.
    #[arg(value_name = "KIND", required_unless_present = "for_variable", conflicts_with = "for_variable")]
    kind: Option<String>,
    /// Make what the schema says of this variable.
    #[arg(long = "for", value_name = "NAME")]
    for_variable: Option<String>,
    /// The app whose schema is meant, where several declare it differently.
    #[arg(long, value_name = "APP", requires = "for_variable")]
    app: Option<String>,
    /// Write the public half of a key pair to this file; without it, it goes to stderr.
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    public_out: Option<PathBuf>,
}

/// The kinds, as help lists them.
fn kinds() -> String {
    let rows: Vec<Vec<String>> =
        KINDS.iter().map(|(kind, what)| vec![format!("  {kind}"), (*what).to_owned()]).collect();
    format!("Kinds:\n{}", output::table(&rows).trim_end())
}

impl Secret {
    pub(super) fn run(&self) -> Result<Exit, CliError> {
        let made = match (&self.kind, &self.for_variable) {
            (Some(kind), _) => parse(kind)?.make(&mut System).map_err(generators::GenerateError::from)?,
            (None, name) => self.by_schema(name.as_deref().unwrap_or_default())?,
        };
        match (&made.public, &self.public_out) {
            (Some(_), Some(path)) if path.exists() => {
                return Err(CliError::Kept {
                    path: output::shown(path),
                    reason: "it is there already",
                    help: "name a new file for the public half",
                });
            }
            (Some(public), Some(path)) => _ = write::whole(path, &format!("{}\n", public.expose()), true)?,
            (Some(public), None) => {
                // With stderr gone the private half still tells the public one.
                let _ = writeln!(std::io::stderr(), "public half:\n{}", public.expose());
            }
            (None, Some(_)) => return Err(CliError::Usage("a value of this kind has no public half".to_owned())),
            (None, None) => {}
        }
        let mut bytes = Zeroizing::new(Vec::with_capacity(made.value.expose().len() + 1));
        bytes.extend_from_slice(made.value.expose().as_bytes());
        if std::io::stdout().is_terminal() {
            bytes.push(b'\n');
        }
        output::to_stdout(&bytes)?;
        Ok(Exit::Clean)
    }

    fn by_schema(&self, name: &str) -> Result<Made, CliError> {
        let opened = Where::default().open(&[])?;
        let model = Model::new(&opened.project);
        let wanted = Name::new(name);
        let apps = super::apps(&model, self.app.as_slice())?;
        let found: Vec<_> = apps.iter().filter_map(|app| model.schemas[*app].declaration(&wanted)).collect();
        let Some(first) = found.first() else {
            let known = apps.iter().flat_map(|app| model.schemas[*app].resolved.declarations.keys());
            let known: std::collections::BTreeSet<&str> = known.map(Name::as_str).collect();
            return Err(CliError::unknown("declared variable", name, known));
        };
        let says = |of: &&crate::schemas::resolve::Declared| {
            (of.declaration.generate.clone(), of.declaration.issued_by.clone())
        };
        if found.iter().any(|other| says(other) != says(first)) {
            return Err(CliError::Usage(format!("apps declare `{}` differently; say which with --app", visible(name))));
        }
        Ok(generators::secret(&model, &wanted, &first.declaration, &mut System)?.1)
    }
}

fn parse(kind: &str) -> Result<Kind, CliError> {
    // What was typed may be a value that somebody took for an argument, so that it is not repeated.
    let reason = match Kind::parse(kind) {
        Ok(kind) => return Ok(kind),
        Err(reason) => reason,
    };
    Err(CliError::Usage(format!("the kind {reason}")))
}
