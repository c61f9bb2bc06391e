//! `mangled-scalar`: a YAML scalar without quotes that the app sees as something else.

use std::collections::BTreeSet;

use super::wording::{self, FEW};
use crate::fact::{Mangling, Type};
use crate::finding::{Edit, Finding, Findings, Fix, Label, Level, Safety};
use crate::model::Model;
use crate::name::Name;
use crate::source::{Place, SourcePath, Span};
use crate::tables::secret_names;

super::rule! {
    /// A plain YAML scalar does not reach the app as it is written.
    ///
    /// ## Why is this bad?
    ///
    /// Compose reads what has no quotes as a number, a boolean or a date, and prints it back: `007` arrives as `7`,
    /// `1.10` as `1.1`, a date with a time behind it. `yes`, `no`, `on` and `off` arrive as they are, but are booleans to
    /// other readers of YAML; they are warnings. Kubernetes and Cloud Run take nothing but text for a variable, and refuse a
    /// manifest with a number or a boolean there. In an item of a list, quotes around the value alone belong to it:
    /// `- DEBUG="false"` gives seven characters, and `${NAME:-""}` two.
    ///
    /// ## When does it stay silent?
    ///
    /// On scalars that print back as they are written: `3000`, `true`, `0.05`. On zeros, signs and exponents of what is
    /// a number to its reader, by a schema or by a word of the name: `RATE: 0.10`.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   api:
    ///     build: .
    ///     environment:
    ///       API_VERSION: 1.10
    /// ```
    ///
    /// ## Use instead
    ///
    /// Quotes: `API_VERSION: "1.10"`.
    "mangled-scalar", Warning, since "0.1.0", check
}

fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    for (path, file) in &model.project.files {
        let told =
            file.loaded.mangled.iter().filter(|one| !(one.mangling.keeps_the_number() && is_number(model, &one.name)));
        let unique: BTreeSet<_> = told.map(|one| (one.span, &one.name, one.mangling)).collect();
        let (quoted, unique): (Vec<_>, Vec<_>) = unique.into_iter().partition(|(.., how)| *how == Mangling::Quotes);
        with_quotes(findings, path, &quoted);
        let (refused, taken): (Vec<_>, Vec<_>) = unique.into_iter().partition(|(.., how)| *how == Mangling::Refused);
        let (certain, uncertain): (Vec<_>, Vec<_>) = taken.into_iter().partition(|(.., how)| how.is_certain());
        let groups = [
            (refused, true, "are numbers or booleans, and Kubernetes takes text only, so it refuses the manifest"),
            (certain, true, "are not taken for text, and arrive as something else"),
            (uncertain, false, "are something else than text to some readers of YAML"),
        ];
        for (scalars, certain, end) in groups {
            if scalars.len() <= FEW {
                for (span, name, how) in scalars {
                    let message = format!("`{name}` {}", words(name, how));
                    report(findings, path, &[span], certain, message).variable(name);
                }
            } else {
                let names = wording::names(scalars.iter().map(|(_, name, _)| name));
                let spans: Vec<Span> = scalars.iter().map(|(span, ..)| *span).collect();
                report(findings, path, &spans, certain, format!("{names} of {path} {end}"));
            }
        }
    }
}

/// Quotes that arrive with the value. All of a file in one finding: whoever writes one so writes each so.
fn with_quotes(findings: &mut Findings<'_>, path: &SourcePath, quoted: &[(Span, &Name, Mangling)]) {
    let Some(((first, name, _), more)) = quoted.split_first() else { return };
    let message = if more.is_empty() {
        format!("the quotes around `{name}` are a part of its value")
    } else {
        let names = wording::names(quoted.iter().map(|(_, name, _)| name));
        format!("the quotes around {names} are a part of their values")
    };
    let finding = findings.report(&Place::new(path, *first), "arrives with its quotes", message);
    if more.is_empty() {
        finding.variable(name);
    }
    for (span, ..) in more {
        finding.related(&Place::new(path, *span), "arrives with its quotes");
    }
    finding.at_level(Level::Warning).help("put quotes around the whole item, or none: `- \"NAME=value\"`");
}

/// Whether whoever reads the variable takes it for a number, so that `0.10` and `0.1` are one.
fn is_number(model: &Model<'_>, name: &Name) -> bool {
    const WORDS: &[&str] = &[
        "RATE",
        "RATIO",
        "LIMIT",
        "TIMEOUT",
        "SECONDS",
        "MS",
        "THRESHOLD",
        "FACTOR",
        "WEIGHT",
        "SCALE",
        "TEMPERATURE",
        "PERCENT",
        "PERCENTAGE",
        "SIZE",
        "COUNT",
        "FRACTION",
        "PROBABILITY",
        "PRICE",
        "AMOUNT",
        "BUDGET",
        "INTERVAL",
        "TTL",
        "MAX",
        "MIN",
        "CPUS",
        "REPLICAS",
    ];
    let declared = model.schemas.iter().filter_map(|schema| schema.declaration(name)?.declaration.kind);
    let is_declared = declared.into_iter().any(|kind| matches!(kind, Type::Number | Type::Integer | Type::Port));
    is_declared || name.as_str().split('_').any(|token| WORDS.contains(&token))
}

fn report<'f>(
    findings: &'f mut Findings<'_>,
    path: &SourcePath,
    spans: &[Span],
    certain: bool,
    message: String,
) -> &'f mut Finding {
    let first = Place::new(path, spans.first().copied().unwrap_or_default());
    let finding = findings.report(&first, "not taken for text", message);
    let places = spans.iter().skip(1).map(|span| Place::new(path, *span));
    finding.related.extend(places.map(|place| Label::new(&place, "not taken for text")));
    let quote = |at| Edit { path: path.clone(), span: Span::new(at, at), replacement: "\"".to_owned() };
    finding.at_level(if certain { Level::Error } else { Level::Warning });
    finding.help("put it between quotes").fix(Fix {
        title: "put the value between quotes".to_owned(),
        // What compose changed, it changes no longer: that is the point, and an app can see it.
        safety: if certain { Safety::Unsafe } else { Safety::Safe },
        edits: spans.iter().flat_map(|span| [quote(span.start), quote(span.end)]).collect(),
    })
}

/// What happens to a value; of a secret, no more than that something does.
fn words(name: &Name, mangling: Mangling) -> &'static str {
    match mangling {
        Mangling::Refused => "is a number or a boolean, and Kubernetes takes text only, so it refuses the manifest",
        Mangling::Quotes => "arrives with its quotes",
        _ if secret_names::is_secret_name(name) => "is not taken for text, and may arrive as something else",
        Mangling::LeadingZero => "is read as a number and loses the zeros before it",
        Mangling::Fraction => "is read as a number and loses digits of its fraction",
        Mangling::Base => "is read as a number and arrives in decimal digits",
        Mangling::Underscore => "is read as a number and loses its underscores",
        Mangling::Exponent => "is read as a number and loses its exponent",
        Mangling::Sign => "is read as a number and loses its sign",
        Mangling::Digits => "is read as a number that has too many digits to keep them all",
        Mangling::Date => "is read as a date and arrives with a time and a zone",
        Mangling::Capitals => "is read as a boolean and arrives in small letters",
        Mangling::Word => "is a boolean to some readers of YAML and text to others",
        Mangling::Sexagesimal => "is a number of seconds to some readers of YAML and text to others",
    }
}
