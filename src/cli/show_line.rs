//! `envcheck show --line`: how every loader reads one line of an env file, in kinds, places and lengths.

use super::failure::{CliError, Exit};
use super::output;
use crate::model;
use crate::project::Project;
use crate::source::{SourceFile, SourcePath, Span, visible};
use crate::syntax::dotenv::{self, Dialect, Ending, Entry, Evaluated, Hidden, Quoting};
use crate::value::{Part, Template};

/// Prints the table for `FILE:LINE`; the loaders that are known to read the file are marked.
pub(super) fn run(project: &Project, at: &str) -> Result<Exit, CliError> {
    let Some((path, line)) = at.rsplit_once(':').and_then(|(path, line)| Some((path, line.parse::<usize>().ok()?)))
    else {
        return Err(CliError::Usage("`--line` takes a file and a line, such as `.env:12`".to_owned()));
    };
    let path = SourcePath::new(path.trim_start_matches("./"));
    let Some(file) = project.files.get(&path).filter(|file| file.format == "dotenv") else {
        return Err(CliError::Usage(format!("`{}` is no env file of this project", visible(path.as_str()))));
    };
    let Some(span) = line_span(file.source.text(), line) else {
        return Err(CliError::Usage(format!("`{}` has no line {line}", visible(path.as_str()))));
    };
    let readers = model::readers(project, &path);
    let mut rows = Vec::new();
    for known in dotenv::DIALECTS {
        let used = readers.iter().any(|reader| reader.dialect == known.dialect);
        let mark = if used { "*" } else { "" };
        let reading = describe(&file.source, span, known.dialect);
        rows.push(vec![format!("  {mark}"), known.id(), reading]);
    }
    let heading = format!("{}:{line}", visible(path.as_str()));
    let legend = if readers.is_empty() { "" } else { "\n* reads this file\n" };
    output::text(&format!("{heading}\n{}{legend}", output::table(&rows)))?;
    Ok(Exit::Clean)
}

/// The bytes of a line, without its line break.
fn line_span(text: &str, line: usize) -> Option<Span> {
    let mut start = 0;
    for (index, content) in text.split_inclusive('\n').enumerate() {
        if index + 1 == line {
            return Some(Span::new(start, start + content.trim_end_matches(['\r', '\n']).len()));
        }
        start += content.len();
    }
    None
}

fn describe(source: &SourceFile, line: Span, dialect: Dialect) -> String {
    let text = source.text();
    let reading = dotenv::read(text, dialect);
    let evaluated = dotenv::evaluate(text, dialect, &std::collections::BTreeMap::new());
    let stop = match &evaluated.ending {
        Ending::Whole | Ending::Required(_) => None,
        Ending::Stopped(flaw) => Some((flaw.span, format!("stops: {}", flaw.kind.message()))),
        Ending::Rejected(flaw) => Some((flaw.span, format!("refuses the file: {}", flaw.kind.message()))),
        Ending::Endless(span) => Some((*span, "never finishes".to_owned())),
    };
    if let Some((span, what)) = &stop {
        if line.start <= span.start && span.start <= line.end {
            return what.clone();
        }
        let refuses = matches!(evaluated.ending, Ending::Rejected(_));
        if refuses || span.start < line.start {
            return format!(
                "{} at line {}",
                if refuses { "refuses the file" } else { "stops" },
                source.position(span.start).line
            );
        }
    }
    let begins = |entry: &&Entry| line.start <= entry.key_span.start && entry.key_span.start <= line.end;
    let found: Vec<String> =
        reading.entries.iter().filter(begins).map(|entry| of_entry(source, entry, &evaluated)).collect();
    if !found.is_empty() {
        return found.join("; ");
    }
    match reading.entries.iter().find(|entry| entry.span.start < line.start && line.start < entry.span.end) {
        Some(entry) => format!("part of the value that begins at line {}", source.position(entry.span.start).line),
        None => "nothing".to_owned(),
    }
}

fn of_entry(source: &SourceFile, entry: &Entry, evaluated: &Evaluated) -> String {
    let key = format!("name at {}", columns(source, entry.key_span));
    match evaluated.hidden.get(&entry.key) {
        Some((Hidden::Command, _)) => return format!("{key}, runs a command"),
        Some((Hidden::Fails, _)) => return format!("{key}, another variable's value"),
        Some((Hidden::NotImitated, _)) => return format!("{key}, not told"),
        None => {}
    }
    let Some(template) = &entry.value else { return format!("{key}, no value") };
    let quotes = match entry.quoting {
        Quoting::None => "no quotes",
        Quoting::Single => "single quotes",
        Quoting::Double => "double quotes",
        Quoting::Backtick => "backticks",
    };
    if template.is_empty() {
        return format!("{key}, {quotes}, empty");
    }
    let at = columns(source, entry.value_span);
    let length = evaluated.values.get(&entry.key).map(|value| value.expose().chars().count());
    let length = length.map_or_else(String::new, |length| match length {
        1 => " = 1 character".to_owned(),
        length => format!(" = {length} characters"),
    });
    format!("{key}, {quotes}, value at {at}: {}{length}", segments(source, template))
}

/// The parts of a value: kinds, lengths, and where a reference stands; its name may be a piece of a password.
fn segments(source: &SourceFile, template: &Template) -> String {
    let part = |part: &Part| match part {
        Part::Literal(value) => format!("text of {}", value.expose().chars().count()),
        Part::Reference(reference) => format!("reference at {}", columns(source, reference.span)),
        Part::Unknown(_) => "something unknown".to_owned(),
    };
    template.parts.iter().map(part).collect::<Vec<_>>().join(" + ")
}

fn columns(source: &SourceFile, span: Span) -> String {
    let (start, end) = (source.position(span.start), source.position(span.end));
    if start.line == end.line {
        format!("{}-{}", start.column, end.column.saturating_sub(1).max(start.column))
    } else {
        format!("{}:{} to {}:{}", start.line, start.column, end.line, end.column)
    }
}
