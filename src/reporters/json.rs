//! `json`: the report for programs, version 1. Its structs are its own, so that renaming a field elsewhere breaks no user.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use super::{Failure, Look, Passage, Report, Reported, Reporter};
use crate::finding::{Edit, Fix, Level, Safety};
use crate::name::{Environment, Name};
use crate::source::visible;

/// The format.
pub(super) static REPORTER: Reporter = Reporter { name: "json", write };

fn write(report: &Report, _look: &Look, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(document(&v1::Report::from(report))?.as_bytes())
}

/// A document as text that tricks no terminal.
pub fn document(document: &impl Serialize) -> io::Result<String> {
    let text = serde_json::to_string_pretty(document).map_err(io::Error::from)?;
    let mut text = escape_hidden(&text).into_owned();
    text.push('\n');
    Ok(text)
}

/// Writes what could trick a terminal as the escapes that JSON has for it; the document says the same.
///
/// serde escapes the C0 characters; a hidden character beyond them stands inside a string, nowhere else.
fn escape_hidden(json: &str) -> Cow<'_, str> {
    let hidden = |character: char| {
        (character == '\u{7f}' || !character.is_ascii())
            && matches!(visible(character.encode_utf8(&mut [0; 4])), Cow::Owned(_))
    };
    if !json.contains(hidden) {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len() + 16);
    for character in json.chars() {
        if hidden(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(character);
        }
    }
    Cow::Owned(out)
}

/// The JSON Schema of the report.
pub fn json_schema() -> serde_json::Value {
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
    settings.into_generator().into_root_schema_for::<v1::Report<'_>>().to_value()
}

/// Version 1, frozen: fields are added at most.
mod v1 {
    use super::{JsonSchema, Serialize};

    /// What envcheck found.
    ///
    /// Lines and columns count from 1 and are of the original text; columns count Unicode scalar values; ends are
    /// exclusive.
    #[derive(Serialize, JsonSchema)]
    #[schemars(title = "envcheck report")]
    pub(super) struct Report<'a> {
        /// The version of this format.
        #[schemars(extend("const" = "envcheck.report/1"))]
        pub(super) schema: &'static str,
        /// The version of envcheck.
        pub(super) envcheck: &'static str,
        /// The root, relative to the folder in which envcheck ran; paths are relative to it.
        pub(super) root: &'a str,
        /// Why envcheck could not do its job; empty unless it exits with 2.
        pub(super) errors: Vec<Error<'a>>,
        /// The findings, sorted by path, line, column, rule, message.
        pub(super) findings: Vec<Finding<'a>>,
        /// What there is to say beside them.
        pub(super) summary: Summary<'a>,
    }

    /// Something that envcheck could not do.
    #[derive(Serialize, JsonSchema)]
    pub(super) struct Error<'a> {
        /// What, to what, and why.
        pub(super) message: &'a str,
        /// The file that it is about.
        pub(super) path: Option<&'a str>,
        /// The way out.
        pub(super) help: Option<&'a str>,
    }

    /// One thing that is wrong.
    #[derive(Serialize, JsonSchema)]
    pub(super) struct Finding<'a> {
        /// The id of the rule.
        pub(super) rule: &'a str,
        /// How much it matters.
        pub(super) level: Level,
        /// What is wrong, on one line. It never holds a value.
        pub(super) message: &'a str,
        /// The variable that it is about.
        pub(super) variable: Option<&'a str>,
        /// The app that it is about.
        pub(super) app: Option<&'a str>,
        /// The environment that it is about.
        pub(super) environment: Option<&'a str>,
        /// Whether it stands in a git-ignored file.
        pub(super) local: bool,
        /// The place that a person will most likely edit.
        pub(super) primary: Label<'a>,
        /// Other places that belong to it.
        pub(super) related: Vec<Label<'a>>,
        /// What to do.
        pub(super) help: Option<&'a str>,
        /// What would repair it.
        pub(super) fix: Option<Fix<'a>>,
        /// Tells it from every other finding, whatever its line.
        pub(super) fingerprint: String,
    }

    /// How much a finding matters.
    #[derive(Serialize, JsonSchema)]
    #[serde(rename_all = "lowercase")]
    pub(super) enum Level {
        Warning,
        Error,
    }

    /// A place in a file.
    #[derive(Serialize, JsonSchema)]
    #[expect(clippy::struct_field_names, reason = "the names are frozen")]
    pub(super) struct Label<'a> {
        /// The file, relative to the root, with `/`.
        pub(super) path: &'a str,
        /// The first line.
        #[schemars(range(min = 1))]
        pub(super) line: usize,
        /// The first column.
        #[schemars(range(min = 1))]
        pub(super) column: usize,
        /// The last line.
        #[schemars(range(min = 1))]
        pub(super) end_line: usize,
        /// The column behind the last character.
        #[schemars(range(min = 1))]
        pub(super) end_column: usize,
        /// What the place has to do with the finding.
        pub(super) label: &'a str,
    }

    /// What would repair a finding.
    #[derive(Serialize, JsonSchema)]
    pub(super) struct Fix<'a> {
        /// What it does.
        pub(super) title: &'a str,
        /// Whether an app may see a difference.
        pub(super) safety: Safety,
        /// The replacements.
        pub(super) edits: Vec<Edit<'a>>,
    }

    /// Whether an app may see a difference.
    #[derive(Serialize, JsonSchema)]
    #[serde(rename_all = "lowercase")]
    pub(super) enum Safety {
        Safe,
        Unsafe,
    }

    /// One replacement. It never holds a value.
    #[derive(Serialize, JsonSchema)]
    pub(super) struct Edit<'a> {
        /// The file.
        pub(super) path: &'a str,
        /// The first byte.
        pub(super) start: usize,
        /// The byte behind the last.
        pub(super) end: usize,
        /// What stands there instead.
        pub(super) replacement: &'a str,
    }

    /// What there is to say beside the findings.
    #[derive(Serialize, JsonSchema)]
    pub(super) struct Summary<'a> {
        /// The number of errors.
        pub(super) errors: usize,
        /// The number of warnings.
        pub(super) warnings: usize,
        /// Findings that the user decided not to see.
        pub(super) ignored: Vec<Ignored<'a>>,
        /// The number of findings that the baseline holds.
        pub(super) baselined: usize,
        /// The number of files that were read.
        pub(super) sources: usize,
        /// What was not read.
        pub(super) unread: Vec<Unread<'a>>,
        /// The number of variables.
        pub(super) variables: usize,
        /// The apps.
        pub(super) apps: Vec<&'a str>,
        /// The environments.
        pub(super) environments: Vec<&'a str>,
        /// Of what nothing can be said.
        pub(super) unknown: Vec<Unknown<'a>>,
    }

    /// A finding that the user decided not to see.
    #[derive(Serialize, JsonSchema)]
    pub(super) struct Ignored<'a> {
        /// Its rule.
        pub(super) rule: &'a str,
        /// Its file.
        pub(super) path: &'a str,
        /// Its line.
        #[schemars(range(min = 1))]
        pub(super) line: usize,
        /// Why.
        pub(super) reason: &'a str,
    }

    /// Something that was not read.
    #[derive(Serialize, JsonSchema)]
    pub(super) struct Unread<'a> {
        /// The file or folder.
        pub(super) path: &'a str,
        /// Why.
        pub(super) reason: &'a str,
    }

    /// Variables of which nothing can be said.
    #[derive(Serialize, JsonSchema)]
    pub(super) struct Unknown<'a> {
        /// The app.
        pub(super) app: &'a str,
        /// The environment.
        pub(super) environment: &'a str,
        /// Why.
        pub(super) reason: &'a str,
        /// The variables.
        pub(super) variables: Vec<&'a str>,
    }
}

impl<'a> From<&'a Report> for v1::Report<'a> {
    fn from(report: &'a Report) -> Self {
        Self {
            schema: "envcheck.report/1",
            envcheck: env!("CARGO_PKG_VERSION"),
            root: &report.root,
            errors: report.errors.iter().map(Into::into).collect(),
            findings: report.findings.iter().map(Into::into).collect(),
            summary: report.into(),
        }
    }
}

impl<'a> From<&'a Failure> for v1::Error<'a> {
    fn from(failure: &'a Failure) -> Self {
        Self { message: &failure.message, path: failure.path.as_deref(), help: failure.help.as_deref() }
    }
}

impl<'a> From<&'a Reported> for v1::Finding<'a> {
    fn from(finding: &'a Reported) -> Self {
        Self {
            rule: finding.rule,
            level: if finding.level == Level::Error { v1::Level::Error } else { v1::Level::Warning },
            message: &finding.message,
            variable: finding.variable.as_ref().map(Name::as_str),
            app: finding.app.as_deref(),
            environment: finding.environment.as_ref().map(Environment::as_str),
            local: finding.local,
            primary: (&finding.primary).into(),
            related: finding.related.iter().map(Into::into).collect(),
            help: finding.help.as_deref(),
            fix: finding.fix.as_ref().map(Into::into),
            fingerprint: finding.fingerprint.to_string(),
        }
    }
}

impl<'a> From<&'a Passage> for v1::Label<'a> {
    fn from(passage: &'a Passage) -> Self {
        Self {
            path: passage.path.as_str(),
            line: passage.start.line,
            column: passage.start.column,
            end_line: passage.end.line,
            end_column: passage.end.column,
            label: &passage.label,
        }
    }
}

impl<'a> From<&'a Fix> for v1::Fix<'a> {
    fn from(fix: &'a Fix) -> Self {
        let safety = match fix.safety {
            Safety::Safe => v1::Safety::Safe,
            Safety::Unsafe => v1::Safety::Unsafe,
        };
        Self { title: &fix.title, safety, edits: fix.edits.iter().map(Into::into).collect() }
    }
}

impl<'a> From<&'a Edit> for v1::Edit<'a> {
    fn from(edit: &'a Edit) -> Self {
        Self { path: edit.path.as_str(), start: edit.span.start, end: edit.span.end, replacement: &edit.replacement }
    }
}

impl<'a> From<&'a Report> for v1::Summary<'a> {
    fn from(report: &'a Report) -> Self {
        let summary = &report.summary;
        let ignored = summary.ignored.iter().map(|ignored| v1::Ignored {
            rule: &ignored.rule,
            path: ignored.path.as_str(),
            line: ignored.line,
            reason: &ignored.reason,
        });
        let unknown = summary.unknown.iter().map(|unknown| v1::Unknown {
            app: &unknown.app,
            environment: unknown.environment.as_str(),
            reason: &unknown.reason,
            variables: unknown.variables.iter().map(Name::as_str).collect(),
        });
        let unread = summary.unread.iter().map(|(path, reason)| v1::Unread { path: path.as_str(), reason });
        Self {
            errors: report.count(Level::Error),
            warnings: report.count(Level::Warning),
            ignored: ignored.collect(),
            baselined: summary.baselined,
            sources: summary.sources,
            unread: unread.collect(),
            variables: summary.variables,
            apps: summary.apps.iter().map(String::as_str).collect(),
            environments: summary.environments.iter().map(Environment::as_str).collect(),
            unknown: unknown.collect(),
        }
    }
}
