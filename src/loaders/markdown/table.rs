//! Pipe tables. One that lists variables is told by its header and its names.

use super::Reader;
use super::line::{Line, LineKind};
use super::names::{self, Found, Style};
use crate::source::{SourceFile, Span};

/// The words that a header cell of names may hold, and nothing else.
const HEADER: [&str; 20] = [
    "variable",
    "variables",
    "var",
    "vars",
    "name",
    "names",
    "key",
    "keys",
    "env",
    "environment",
    "setting",
    "settings",
    "option",
    "options",
    "secret",
    "secrets",
    "parameter",
    "parameters",
    "the",
    "of",
];

/// Those of them that other tables have too: they count where variables are the subject.
const GENERAL: [&str; 10] =
    ["name", "names", "key", "keys", "option", "options", "parameter", "parameters", "the", "of"];

/// The least number of names that make a list of a column.
const NAMES: usize = 3;

/// How many columns of a table are tried: no real one has more that could hold names.
const COLUMNS: usize = 4;

/// The columns of a table whose header is at `at` that could hold names, and whether their headers are general;
/// `None` if there is no table.
pub(super) fn begins(source: &SourceFile, lines: &[Line], at: usize) -> Option<Vec<(usize, bool)>> {
    let header = source.slice(lines.get(at)?.span);
    let rule = lines.get(at + 1).filter(|line| line.kind == LineKind::Text)?;
    let rule = source.slice(rule.span).trim();
    let is_rule = rule.contains('-')
        && rule.contains('|')
        && rule.bytes().all(|byte| matches!(byte, b'|' | b'-' | b':' | b' ' | b'\t'));
    if !is_rule || !header.contains('|') {
        return None;
    }
    let columns = cells(header).into_iter().enumerate();
    let columns = columns.filter_map(|(column, cell)| Some((column, is_general(header.get(cell.start..cell.end)?)?)));
    Some(columns.take(COLUMNS).collect())
}

/// Whether a header cell says in general words only that names stand below it; `None` if it does not say so at all.
fn is_general(cell: &str) -> Option<bool> {
    let cell = cell.split('(').next().unwrap_or_default().to_lowercase();
    let words: Vec<&str> = cell.split(|char: char| !char.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let is_header = !words.is_empty() && words.iter().all(|word| HEADER.contains(word));
    is_header.then(|| words.iter().all(|word| GENERAL.contains(word)))
}

/// Reads the table whose header is at `start`; the line behind it.
pub(super) fn read(reader: &mut Reader<'_>, lines: &[Line], start: usize, columns: &[(usize, bool)]) -> usize {
    let mut end = start + 2;
    let mut rows = Vec::new();
    for (at, line) in lines.iter().enumerate().skip(end) {
        match line.kind {
            LineKind::Hidden => continue,
            LineKind::Text if reader.source.slice(line.span).contains('|') => rows.push(line.span),
            _ => break,
        }
        end = at + 1;
    }
    for line in lines.iter().skip(start).take(2) {
        show_pipes(reader, line.span);
        reader.prose(line.span, 0);
    }
    if let Some(rule) = lines.get(start + 1) {
        reader.show(rule.span.start, rule.span.len());
    }
    let column = columns.iter().copied().find(|(column, general)| {
        let named: Vec<Vec<Found>> = rows.iter().map(|row| cell(reader.source, *row, *column).1).collect();
        let certain = named.iter().filter(|found| found.iter().any(Found::is_certain));
        let all = named.iter().flatten().map(|found| found.name.as_str());
        certain.take(NAMES).count() == NAMES && (!general || reader.section.speaks_of_variables(all))
    });
    let column = column.map(|(column, _)| column);
    let list = column.map(|_| reader.next_list());
    for row in rows {
        show_pipes(reader, row);
        let Some(column) = column else {
            reader.prose(row, 0);
            continue;
        };
        let (place, found, behind) = cell(reader.source, row, column);
        reader.prose(Span::new(row.start, place.start), 0);
        for found in &found {
            reader.found(place, found, list);
        }
        reader.prose(Span::new(place.start, row.end), behind);
    }
    end
}

/// A cell's place, the names that it begins with, and the offset behind them.
fn cell(source: &SourceFile, row: Span, column: usize) -> (Span, Vec<Found>, usize) {
    let text = source.slice(row);
    let Some(cell) = cells(text).get(column).copied() else { return (Span::new(row.end, row.end), Vec::new(), 0) };
    let place = Span::new(row.start + cell.start, row.start + cell.end);
    let text = source.slice(place);
    let (mut found, behind) = names::leading(text);
    let rest = text.get(behind..).unwrap_or_default().trim_matches([' ', '*', '\\', '†']);
    let explained = rest.is_empty() || rest.starts_with('(');
    // `API Server` is no variable; `API` alone, below such a header, is.
    found.retain(|found| found.style == Style::Code || (explained && (found.is_certain() || rest.is_empty())));
    if found.is_empty() { (place, found, 0) } else { (place, found, behind) }
}

/// The cells of a row, without the blank space around their text. A backslash keeps a pipe from being one.
fn cells(row: &str) -> Vec<Span> {
    let mut found = Vec::new();
    let mut start = 0;
    for pipe in pipes(row).chain([row.len()]) {
        let text = row.get(start..pipe).unwrap_or_default();
        let trimmed = text.trim();
        let outer = text.trim().is_empty() && (found.is_empty() && start == 0 || pipe == row.len());
        if !outer {
            let inner = start + (text.len() - text.trim_start().len()).min(text.len() - trimmed.len());
            found.push(Span::new(inner, inner + trimmed.len()));
        }
        start = pipe + 1;
    }
    found
}

fn pipes(row: &str) -> impl Iterator<Item = usize> {
    let bytes = row.as_bytes();
    memchr::memchr_iter(b'|', bytes).filter(move |at| at.checked_sub(1).is_none_or(|before| bytes[before] != b'\\'))
}

fn show_pipes(reader: &mut Reader<'_>, row: Span) {
    let found: Vec<usize> = pipes(reader.source.slice(row)).collect();
    for pipe in found {
        reader.show(row.start + pipe, 1);
    }
}
