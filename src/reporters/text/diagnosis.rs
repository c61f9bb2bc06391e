//! One finding, drawn by miette: its own file first, the other ones nested below.

use std::borrow::Cow;
use std::fmt;

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, Severity, SourceCode};
use miette::{ThemeCharacters, ThemeStyles};

use super::masked::Masked;
use crate::finding::Level;
use crate::reporters::{Look, Passage, Reported};
use crate::source::visible;

/// How many places of a finding are drawn.
const MOST_PLACES: usize = 3;
/// What the drawing takes of a line's width, besides the line itself.
const FRAME: usize = 24;
/// Below this width miette's own sums go wrong, and nothing can be read anyway.
const LEAST_WIDTH: usize = 40;

/// Marks the first word of a nested diagnosis; no text that passed the sanitiser holds it.
const NESTED: char = '\u{1}';

/// Draws a finding.
pub(super) fn render(finding: &Reported, look: &Look, out: &mut String) {
    let width = look.width.max(LEAST_WIDTH);
    let mut characters = if look.unicode { ThemeCharacters::unicode() } else { ThemeCharacters::ascii() };
    let icon = format!("{}[{}]:", finding.level, finding.rule);
    characters.error.clone_from(&icon);
    characters.warning = icon;
    characters.advice = format!("{NESTED}also:");
    let styles = if look.color { ThemeStyles::ansi() } else { ThemeStyles::none() };
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme { characters, styles })
        .with_width(width)
        .with_links(false)
        .with_context_lines(0)
        .with_show_related_as_nested(true);
    // Writing to a string fails only if the diagnosis contradicts itself; the message is then what is left to say.
    let mut drawn = String::new();
    if handler.render_report(&mut drawn, &diagnosis(finding, width - FRAME.min(width / 2))).is_err() {
        drawn = format!("  {}[{}]: {}\n", finding.level, finding.rule, visible(&finding.message));
    }
    for (number, line) in drawn.lines().enumerate() {
        let line = if number == 0 { line.strip_prefix("  ").unwrap_or(line) } else { line };
        out.push_str(pull(line).trim_end());
        out.push('\n');
    }
}

/// Closes the gap that miette leaves between the arrow of a nested diagnosis and its first word.
fn pull(line: &str) -> Cow<'_, str> {
    let Some((before, after)) = line.split_once(NESTED) else { return Cow::Borrowed(line) };
    let (space, escape) = match before.rsplit_once('\u{1b}') {
        Some((space, escape)) if space.ends_with("  ") => (space, Some(escape)),
        _ => (before, None),
    };
    let mut pulled = space.strip_suffix("  ").unwrap_or(space).to_owned();
    if let Some(escape) = escape {
        pulled.push('\u{1b}');
        pulled.push_str(escape);
    }
    pulled.push_str(after);
    Cow::Owned(pulled)
}

fn diagnosis(finding: &Reported, width: usize) -> Diagnosis {
    let (drawn, more) = finding.related.split_at(finding.related.len().min(MOST_PLACES - 1));
    let (same, other): (Vec<_>, Vec<_>) = drawn.iter().partition(|passage| passage.path == finding.primary.path);
    let mut own = vec![&finding.primary];
    own.extend(same);
    let mut related: Vec<Diagnosis> = Vec::new();
    let mut files: Vec<Vec<&Passage>> = Vec::new();
    for passage in other {
        match files.iter_mut().find(|file| file.iter().any(|first| first.path == passage.path)) {
            Some(file) => file.push(passage),
            None => files.push(vec![passage]),
        }
    }
    related.extend(files.iter().map(|file| place(file, width.saturating_sub(6))));
    if !more.is_empty() {
        related.push(Diagnosis::note(match &finding.variable {
            Some(name) => format!("and {} more: `envcheck show {}`", more.len(), visible(name.as_str())),
            None => format!("and {} more", more.len()),
        }));
    }
    let local = if finding.local { " (local)" } else { "" };
    let source = Masked::new(&own, width);
    Diagnosis {
        message: format!("{}{local}", visible(&finding.message)),
        severity: if finding.level == Level::Error { Severity::Error } else { Severity::Warning },
        help: finding.help.as_ref().map(|help| visible(help).into_owned()),
        labels: source.labels(&own),
        source: Some(source),
        related,
    }
}

/// The places in one other file. One place alone says what it is in the line above it.
fn place(passages: &[&Passage], width: usize) -> Diagnosis {
    let source = Masked::new(passages, width);
    let mut labels = source.labels(passages);
    let message = match passages {
        [only] if !only.label.is_empty() => {
            labels = labels.iter().map(|label| LabeledSpan::new(None, label.offset(), label.len())).collect();
            visible(&only.label).into_owned()
        }
        _ => "here".to_owned(),
    };
    Diagnosis { labels, source: Some(source), ..Diagnosis::note(message) }
}

/// What miette draws.
#[derive(Debug)]
struct Diagnosis {
    message: String,
    severity: Severity,
    help: Option<String>,
    labels: Vec<LabeledSpan>,
    source: Option<Masked>,
    related: Vec<Diagnosis>,
}

impl Diagnosis {
    fn note(message: String) -> Self {
        let (severity, labels, related) = (Severity::Advice, Vec::new(), Vec::new());
        Self { message, severity, help: None, labels, source: None, related }
    }
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Diagnosis {}

impl Diagnostic for Diagnosis {
    fn severity(&self) -> Option<Severity> {
        Some(self.severity)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        (!self.labels.is_empty()).then(|| Box::new(self.labels.iter().cloned()) as _)
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        let related = self.related.iter().map(|related| related as &dyn Diagnostic);
        (!self.related.is_empty()).then(|| Box::new(related) as _)
    }
}
