//! `.env` files and their templates. Not what an app ends up with: that is joined in `model`.

mod names;

use super::{Claim, File, Loader};
use crate::fact::{Fact, FactKind, InlineIgnore, LinkKind, Loaded, Problem, Role, Setting, SettingValue};
use crate::name::Name;
use crate::source::{Place, SourceFile, SourcePath, Span};
use crate::syntax::dotenv::{self, Assignment, Content, Dialect, Entry, Line, Quoting};
use crate::value::{Operator, Template};

/// The loader.
pub static LOADER: Loader =
    Loader { name: "dotenv", claims, links: &[(LinkKind::EnvFile, Role::Values)], load, assemble: None };

/// What stands for a byte that is no UTF-8.
const DAMAGED: char = '\u{1a}';

fn claims(path: &SourcePath) -> Option<Claim> {
    names::claim(path)
}

/// What one reader makes of an env file, as a layer of a target.
#[derive(Debug, Default)]
pub struct Settings {
    /// The variables, in order; of those with one name the last one wins.
    pub settings: Vec<Setting>,
    /// Whether that is all.
    pub whole: bool,
    /// Why this reader refuses the file; the settings are then those above the place.
    pub rejected: Option<Problem>,
}

/// Reads an env file as this loader does. Names that are hardly names, such as lines of a broken key, are left out.
pub fn settings(file: &File, dialect: Dialect) -> Settings {
    known(file, dialect).unwrap_or_else(|| read(&file.source, dialect))
}

/// What was read of the file already, where every such loader makes the same of it.
fn known(file: &File, dialect: Dialect) -> Option<Settings> {
    if !file.loaded.portability?.tells_entries(dialect) || !file.loaded.problems.is_empty() {
        return None;
    }
    let settings = file.loaded.facts.iter().filter_map(|fact| {
        let FactKind::Definition { value, value_span } = &fact.kind else { return None };
        let (name, place) = (fact.name.clone(), Place::new(file.source.path(), fact.span));
        Some(Setting { name, place, value_span: *value_span, value: SettingValue::Given(value.clone()) })
    });
    Some(Settings { settings: settings.collect(), whole: true, rejected: None })
}

fn read(source: &SourceFile, dialect: Dialect) -> Settings {
    if let Some(problem) = not_text(source) {
        return Settings { settings: Vec::new(), whole: false, rejected: Some(problem) };
    }
    let reading = dotenv::read(source.text(), dialect);
    let rejected =
        reading.rejected.map(|flaw| Problem::new(flaw.span, flaw.kind.message()).help(flaw.kind.help().to_owned()));
    let mut whole = rejected.is_none();
    let mut settings = Vec::with_capacity(reading.entries.len());
    let mut last = 0;
    for entry in reading.entries {
        let is_name = is_name(source, &entry, last);
        last = entry.span.end;
        if !is_name {
            whole = false;
            continue;
        }
        let value = match entry.value {
            None => SettingValue::PassThrough,
            Some(_) if is_damaged(source, entry.value_span) => SettingValue::Unknown,
            Some(value) => SettingValue::Given(value),
        };
        let place = Place::new(source.path(), entry.key_span);
        settings.push(Setting { name: Name::new(&entry.key), place, value_span: entry.value_span, value });
    }
    Settings { settings, whole, rejected }
}

/// Whether the key of an entry is one that a person wrote as a name, and no rest of the value that ended at `last`. What
/// follows a closing quote on its line is such a rest, though compose reads it.
fn is_name(source: &SourceFile, entry: &Entry, last: usize) -> bool {
    let is_odd = entry.key.is_empty() || entry.key.contains(char::is_whitespace) || names::is_residue(&entry.key);
    !is_odd && (last == 0 || source.slice(Span::new(last, entry.span.start.max(last))).contains('\n'))
}

/// Reads it as `dotenv` with `dotenv-expand` does: what any common loader could take for a reference is one, so that
/// no value is judged that an app might see otherwise.
fn load(source: &SourceFile, claim: &Claim) -> Loaded {
    let mut loading =
        Loading { source, is_template: claim.role == Role::Template, loaded: Loaded::default(), other: None };
    if let Some(problem) = not_text(source) {
        loading.loaded.problems.push(problem);
        return loading.loaded;
    }
    if let Some(at) = source.damage() {
        let problem = Problem::new(Span::new(at, at + 1), "this byte is no UTF-8").help("save the file as UTF-8");
        loading.loaded.problems.push(problem.harmless());
    }
    loading.read();
    loading.loaded
}

fn not_text(source: &SourceFile) -> Option<Problem> {
    let at = memchr::memchr(0, source.text().as_bytes())?;
    let message = "this file holds NUL bytes: it is no text, or UTF-16";
    Some(Problem::new(Span::new(at, at + 1), message).help("save the file as UTF-8"))
}

fn is_damaged(source: &SourceFile, span: Span) -> bool {
    source.damage().is_some() && source.slice(span).contains(DAMAGED)
}

struct Loading<'a> {
    source: &'a SourceFile,
    is_template: bool,
    loaded: Loaded,
    /// The run of lines that are no assignments: the first, how many, and whether a definition may be among them.
    other: Option<(Span, usize, bool)>,
}

impl Loading<'_> {
    /// Walks over lines and entries together: a line belongs to an entry, or stands for itself.
    fn read(&mut self) {
        let text = self.source.text();
        let (portability, reading) = dotenv::read_and_tell(text, Dialect::DotenvExpand12);
        self.loaded.portability = Some(portability);
        let entries = reading.entries;
        self.loaded.facts.reserve(entries.len());
        self.loaded.shown.reserve(entries.len() * 2);
        let mut entries = entries.into_iter().peekable();
        // The end of the statement, or of the key without quotes, that covers the lines below.
        let mut covered = 0;
        for (span, newline) in dotenv::lines(text) {
            while entries.next_if(|entry| entry.key_span.start < covered).is_some() {}
            let mut is_statement = span.start < covered;
            while let Some(entry) = entries.next_if(|entry| entry.span.start <= span.end) {
                is_statement = true;
                covered = self.entry(entry).max(covered);
            }
            if !is_statement {
                self.line(&Line::parse(text, span, newline));
            }
        }
        self.finish_other();
        self.join_ignores();
    }

    /// Takes an entry in, and says where what belongs to it ends.
    fn entry(&mut self, mut entry: Entry) -> usize {
        let source = self.source;
        let raw = source.slice(entry.value_span);
        let is_residue =
            names::is_residue(&entry.key) || names::is_padded_residue(&entry.key, raw, self.other.is_some());
        // A name and its `=` on two lines are one statement to `dotenv` alone.
        let breaks = || source.slice(Span::new(entry.key_span.end, entry.separator.start)).contains(['\n', '\r']);
        if is_residue || breaks() {
            self.other(entry.span, true);
            return entry.span.end;
        }
        self.finish_other();
        let mut end = entry.span.end;
        let mut value = entry.value.take().unwrap_or_default();
        if let Some(key_end) = self.key_without_quotes(&entry) {
            end = key_end;
            value = Template::unknown(entry.value_span);
            let problem = Problem::new(entry.value_span, "a value over several lines needs quotes around it");
            self.loaded.problems.push(problem.help("put the whole value between double quotes").harmless());
        } else if let Some(flaw) = entry.flaw {
            value = Template::unknown(entry.value_span);
            let problem = Problem::new(entry.value_span, flaw.message()).help(flaw.help());
            self.loaded.problems.push(problem.harmless());
        } else if is_damaged(source, entry.value_span) {
            value = Template::unknown(entry.value_span);
        }
        self.loaded.shown.extend(entry.export.into_iter().chain([entry.key_span, entry.separator]));
        if entry.quoting != Quoting::None && entry.flaw.is_none() {
            let Span { start, end } = entry.value_span;
            self.loaded.shown.extend([Span::new(start.saturating_sub(1), start), Span::new(end, end + 1)]);
        }
        let references = references(source, &entry, &value);
        let kind = FactKind::Definition { value, value_span: entry.value_span };
        self.loaded.facts.push(Fact { name: Name::new(&entry.key), span: entry.key_span, kind });
        self.loaded.facts.extend(references);
        end
    }

    /// Where a PEM block ends that stands behind this `=` without quotes around it. Its lines are no statements.
    fn key_without_quotes(&self, entry: &Entry) -> Option<usize> {
        let value = self.source.slice(entry.value_span);
        let opens = value.trim_start_matches(['"', '\'', '`']).starts_with("-----BEGIN ");
        if entry.quoting != Quoting::None || !opens || value.contains("-----END ") {
            return None;
        }
        let below = self.source.text().get(entry.value_span.end..).unwrap_or_default();
        let own = below.split("-----BEGIN ").next().unwrap_or_default();
        let end = own.find("-----END ").unwrap_or(0);
        let line = below.get(end..).and_then(|rest| rest.find('\n')).unwrap_or(below.len() - end);
        Some(entry.value_span.end + end + line)
    }

    fn line(&mut self, line: &Line) {
        match &line.content {
            Content::Blank => {}
            Content::Comment { marker, text } => self.comment(*marker, *text),
            Content::Assignment(assignment) => {
                self.other(Span::new(assignment.export.start, assignment.value.end), true);
            }
            Content::Other(span) => {
                let content = self.source.slice(*span);
                let (export, name) = match content.strip_prefix("export ") {
                    Some(name) => (Some(Span::new(span.start, span.start + "export".len())), name.trim_start()),
                    None => (None, content),
                };
                if names::is_pass_through(name) {
                    self.finish_other();
                    let span = Span::new(span.end - name.len(), span.end);
                    self.loaded.shown.extend(export.into_iter().chain([span]));
                    self.loaded.facts.push(Fact { name: Name::new(name), span, kind: FactKind::PassThrough });
                } else {
                    self.other(*span, may_define(content));
                }
            }
        }
    }

    fn comment(&mut self, marker: Span, span: Span) {
        self.finish_other();
        let text = self.source.slice(span);
        if text.trim_start().starts_with("envcheck:") {
            let line = self.source.position(marker.start).line;
            let whole = Span::new(marker.start, span.end);
            self.loaded.ignores.extend(InlineIgnore::read(text, whole, line, true));
        }
        let content = text.trim_start();
        let Some(Assignment { export, key, separator, .. }) = Assignment::parse(content, span.end - content.len())
        else {
            return;
        };
        let name = self.source.slice(key);
        if !names::is_plausible(name) || names::is_residue(name) || !self.source.slice(separator).starts_with('=') {
            return;
        }
        self.loaded.shown.extend([marker, export, key, Span::new(key.end, key.end + 1)]);
        if self.is_template {
            let kind = FactKind::Mention { heading: None, list: Some(0) };
            self.loaded.facts.push(Fact { name: Name::new(name), span: key, kind });
        }
    }

    /// Notes a line that is no assignment. Neighbours share one problem, for they have one cause.
    fn other(&mut self, span: Span, may_define: bool) {
        let (first, count, hides) = self.other.unwrap_or((span, 0, false));
        self.other = Some((first, count + 1, hides || may_define));
    }

    fn finish_other(&mut self) {
        let Some((span, count, hides)) = self.other.take() else { return };
        let message = match count {
            1 => "this line is no `NAME=value`".to_owned(),
            count => format!("these {count} lines are no `NAME=value`"),
        };
        let help = "write `NAME=value`, or begin the line with `#`; a value over several lines needs quotes";
        let problem = Problem::new(span, message).help(help);
        self.loaded.problems.push(if hides { problem } else { problem.harmless() });
    }

    /// An ignore above an ignore speaks of the same line as that one.
    fn join_ignores(&mut self) {
        let ignores = &mut self.loaded.ignores;
        for index in (1..ignores.len()).rev() {
            let Some([upper, lower]) = ignores.get_mut(index - 1..=index) else { continue };
            if upper.line == self.source.position(lower.span.start).line {
                upper.line = lower.line;
            }
        }
    }
}

/// Whether somebody may have meant this line, which is no assignment, to define a variable.
fn may_define(line: &str) -> bool {
    let is_named = |name: &str| name.contains(char::is_alphanumeric);
    line.split_once('=').is_some_and(|(name, _)| is_named(name))
        || line.split_once(':').is_some_and(|(name, _)| is_named(name) && !name.contains(char::is_whitespace))
}

/// The references that are meant as such: in braces, and not inside single quotes. `pa$word` may be a password.
fn references(source: &SourceFile, entry: &Entry, value: &Template) -> Vec<Fact> {
    if entry.quoting == Quoting::Single {
        return Vec::new();
    }
    let is_braced = |span: Span| source.slice(span).starts_with("${");
    let references = value.references().into_iter().filter(|reference| is_braced(reference.span));
    references
        .map(|reference| {
            let fallback = matches!(reference.operator, Some(Operator::Default { .. } | Operator::Alternative { .. }));
            let name_start = reference.span.start + 2;
            let span = Span::new(name_start, name_start + reference.name.as_str().len());
            Fact { name: reference.name.clone(), span, kind: FactKind::Reference { fallback } }
        })
        .collect()
}

#[cfg(test)]
mod tests;
