//! What a format may see: findings with positions and masked lines. The one place where findings meet the text of files.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::ops::Range;

use crate::finding::{Fingerprint, Fix, Label, Level, Settled};
use crate::ignore::Ignored;
use crate::loaders::File;
use crate::name::{Environment, Name};
use crate::source::{Position, Snippet, SourceFile, SourcePath, Span};

/// Everything that a run has to say.
#[derive(Debug, Default)]
pub struct Report {
    /// The name of the repository: that of its root folder.
    pub name: String,
    /// The root, relative to the folder in which envcheck runs.
    pub root: String,
    /// Why the run could not do its job.
    pub errors: Vec<Failure>,
    /// The findings, by path, line, column, rule and message.
    pub findings: Vec<Reported>,
    /// The rest.
    pub summary: Summary,
}

/// Something that envcheck could not do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failure {
    /// What, to what, and why; one line.
    pub message: String,
    /// The file that it is about.
    pub path: Option<String>,
    /// The way out.
    pub help: Option<String>,
}

/// A finding as formats see it.
#[derive(Clone, Debug)]
pub struct Reported {
    /// The rule's id.
    pub rule: &'static str,
    /// `Warning` or `Error`.
    pub level: Level,
    /// What is wrong.
    pub message: String,
    /// The variable.
    pub variable: Option<Name>,
    /// The app.
    pub app: Option<String>,
    /// The environment.
    pub environment: Option<Environment>,
    /// Whether the file that it stands in is git-ignored, so that nobody else sees it.
    pub local: bool,
    /// The place that a person will most likely edit.
    pub primary: Passage,
    /// Other places.
    pub related: Vec<Passage>,
    /// What to do.
    pub help: Option<String>,
    /// What would repair it.
    pub fix: Option<Fix>,
    /// By which a baseline knows it again.
    pub fingerprint: Fingerprint,
}

/// A place in a file, resolved.
#[derive(Clone, Debug)]
pub struct Passage {
    /// The file.
    pub path: SourcePath,
    /// The first character, in the original text.
    pub start: Position,
    /// Behind the last character.
    pub end: Position,
    /// What the place has to do with the finding.
    pub label: String,
    /// Its first line, masked; `None` where the file was not read.
    pub snippet: Option<Snippet>,
    /// What of the snippet is meant, in bytes of its text.
    pub marked: Range<usize>,
}

/// What there is to say beside the findings.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Findings that the user decided not to see.
    pub ignored: Vec<Ignored>,
    /// Findings that the baseline holds.
    pub baselined: usize,
    /// The number of files that were read and say something.
    pub sources: usize,
    /// What was not read, and why.
    pub unread: Vec<(SourcePath, String)>,
    /// The number of variables.
    pub variables: usize,
    /// The apps, by name.
    pub apps: Vec<String>,
    /// The environments, by name.
    pub environments: Vec<Environment>,
    /// Of what nothing can be said, and why.
    pub unknown: Vec<Unknown>,
    /// What was proved, environment by environment.
    pub proofs: Vec<Proof>,
    /// The rules that the config turns off or down.
    pub lowered: Vec<String>,
    /// The globs of files that the config skips.
    pub skipped: Vec<String>,
}

/// Variables of which nothing can be said in an environment, for one reason.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unknown {
    /// The app.
    pub app: String,
    /// The environment.
    pub environment: Environment,
    /// Why: `no listing`.
    pub reason: String,
    /// The variables.
    pub variables: Vec<Name>,
    /// Whether they are secrets.
    pub secrets: bool,
    /// Whether users meet what runs there, so that a person should know of it at once.
    pub deployed: bool,
}

/// What was proved of one app in one environment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Proof {
    /// The environment.
    pub environment: Environment,
    /// The app.
    pub app: String,
    /// The number of required variables.
    pub required: usize,
    /// How many of them have a value.
    pub given: usize,
    /// How many of them are injected from a store.
    pub injected: usize,
    /// How many of those are stored and enabled.
    pub stored: usize,
    /// How many of them nothing gives.
    pub missing: usize,
    /// Of how many nothing can be said.
    pub unknown: usize,
}

impl Report {
    /// Resolves findings, which must have their final levels.
    pub fn resolve(findings: &[Settled], texts: &Texts<'_>) -> Vec<Reported> {
        let resolve = |settled: &Settled| {
            let finding = &settled.finding;
            Reported {
                rule: finding.rule,
                level: finding.level,
                message: finding.message.clone(),
                variable: finding.variable.clone(),
                app: finding.app.clone(),
                environment: finding.environment.clone(),
                local: texts.get(&finding.primary.place.path).is_some_and(|text| text.local),
                primary: texts.passage(&finding.primary),
                related: finding.related.iter().map(|label| texts.passage(label)).collect(),
                help: finding.help.clone(),
                fix: finding.fix.clone(),
                fingerprint: settled.fingerprint,
            }
        };
        findings.iter().map(resolve).collect()
    }

    /// The number of findings of a level.
    pub fn count(&self, level: Level) -> usize {
        self.findings.iter().filter(|finding| finding.level == level).count()
    }
}

/// The texts that findings point into.
#[derive(Default)]
pub struct Texts<'a> {
    texts: BTreeMap<&'a SourcePath, Text<'a>>,
}

struct Text<'a> {
    source: &'a SourceFile,
    shown: &'a [Span],
    sorted: OnceCell<Vec<Span>>,
    local: bool,
}

impl<'a> Texts<'a> {
    /// The files of a project.
    pub fn new(files: &'a BTreeMap<SourcePath, File>) -> Self {
        let text = |file: &'a File| Text {
            source: &file.source,
            shown: &file.loaded.shown,
            sorted: OnceCell::new(),
            local: file.local,
        };
        Self { texts: files.iter().map(|(path, file)| (path, text(file))).collect() }
    }

    /// Adds a file that no loader reads (the config), of which `shown` may be seen.
    pub fn add(&mut self, source: &'a SourceFile, shown: &'a [Span]) {
        let text = Text { source, shown, sorted: OnceCell::new(), local: false };
        self.texts.entry(source.path()).or_insert(text);
    }

    /// Resolves a label. A file that was not read has nothing but its first character.
    pub fn passage(&self, label: &Label) -> Passage {
        let place = &label.place;
        let Some(text) = self.get(&place.path) else {
            let start = Position { line: 1, column: 1 };
            let (path, label) = (place.path.clone(), label.text.clone());
            return Passage { path, start, end: start, label, snippet: None, marked: 0..0 };
        };
        let start = text.source.position(place.span.start);
        let end = text.source.position(place.span.end);
        let snippet = Snippet::new(text.source, text.sorted(), start.line);
        let marked = snippet.locate(place.span);
        Passage { path: place.path.clone(), start, end, label: label.text.clone(), snippet: Some(snippet), marked }
    }

    fn get(&self, path: &SourcePath) -> Option<&Text<'a>> {
        self.texts.get(path)
    }
}

impl Text<'_> {
    /// The shown spans as a snippet needs them: sorted, and none within another.
    fn sorted(&self) -> &[Span] {
        self.sorted.get_or_init(|| {
            let mut spans: Vec<Span> = self.shown.iter().copied().filter(|span| !span.is_empty()).collect();
            spans.sort_unstable();
            let mut apart: Vec<Span> = Vec::with_capacity(spans.len());
            for span in spans {
                match apart.last_mut() {
                    Some(last) if span.start < last.end => last.end = last.end.max(span.end),
                    _ => apart.push(span),
                }
            }
            apart
        })
    }
}
