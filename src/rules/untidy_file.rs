//! `untidy-file`: how an env file looks.

use std::collections::BTreeSet;

use crate::finding::{Edit, Findings, Fix, Label, Safety};
use crate::model::Model;
use crate::source::Place;
use crate::syntax::dotenv::{self, UntidyKind};

super::rule! {
    /// An env file has stray space, rows of blank lines, no final line break or names in small letters.
    ///
    /// ## Why is this bad?
    ///
    /// No app can see it. It makes diffs noisy, and a file without a final line break loses its last line when something
    /// is appended.
    ///
    /// ## When does it stay silent?
    ///
    /// Unless it is turned on. Inside values.
    ///
    /// ## Example
    ///
    /// ```sh
    /// # .env, with two blank lines
    ///
    ///
    /// port=3000
    /// ```
    ///
    /// ## Use instead
    ///
    /// The repair that it offers: it leaves every value and every name as it is.
    "untidy-file", Off, since "0.1.0", check
}

fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    for (path, file) in model.project.files.iter().filter(|(_, file)| file.format == "dotenv") {
        let untidy = dotenv::untidy(&file.source);
        let Some((first, more)) = untidy.split_first() else { continue };
        let kinds: BTreeSet<UntidyKind> = untidy.iter().map(|one| one.kind).collect();
        let kinds: Vec<&str> = kinds.into_iter().map(words).collect();
        let message = format!("`{path}` has {}", kinds.join(", "));
        let finding = findings.report(&Place::new(path, first.span), words(first.kind), message);
        finding.related.extend(more.iter().map(|one| Label::new(&Place::new(path, one.span), words(one.kind))));
        let edits: Vec<Edit> = untidy
            .iter()
            .filter_map(|one| Some((one.span, one.replacement?)))
            .map(|(span, replacement)| Edit { path: path.clone(), span, replacement: replacement.to_owned() })
            .collect();
        if !edits.is_empty() {
            finding.fix(Fix { title: "tidy it up".to_owned(), safety: Safety::Safe, edits });
        }
    }
}

fn words(kind: UntidyKind) -> &'static str {
    match kind {
        UntidyKind::TrailingSpace => "space at the end of a line",
        UntidyKind::Indentation => "space at the beginning of a line",
        UntidyKind::BlankLines => "superfluous blank lines",
        UntidyKind::NoFinalNewline => "no line break at its end",
        UntidyKind::LowerCase => "a name in small letters",
    }
}
