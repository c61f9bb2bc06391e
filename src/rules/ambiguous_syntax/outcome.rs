//! What one loader makes of one name, in words that hold no value.

use crate::source::SourceFile;
use crate::syntax::dotenv::{Entry, Evaluated, Hidden};
use crate::value::Value;

/// What a loader makes of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// A value of so many characters, and the columns on which it stands if that is one line.
    Value(usize, Option<(usize, usize)>),
    /// The empty string.
    Empty,
    /// It does not set the variable.
    Absent,
    /// It runs a command for it.
    Command,
}

/// An [`Outcome`] without numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Value,
    Empty,
    Absent,
    Command,
}

impl Outcome {
    /// The outcome, with the value to compare; `None` where it cannot be told.
    pub(super) fn of<'e>(
        name: &str,
        evaluated: &'e Evaluated,
        entry: Option<&Entry>,
        source: &SourceFile,
    ) -> Option<(Self, Option<&'e Value>)> {
        match evaluated.hidden.get(name) {
            Some((Hidden::Command, _)) => return Some((Self::Command, None)),
            Some(_) => return None,
            None => {}
        }
        let Some(value) = evaluated.values.get(name) else { return Some((Self::Absent, None)) };
        if value.is_empty() {
            return Some((Self::Empty, Some(value)));
        }
        let columns = entry.and_then(|entry| {
            let (start, end) = (source.position(entry.value_span.start), source.position(entry.value_span.end));
            let line = source.position(entry.key_span.start).line;
            (start.line == line && end.line == line && start.column < end.column)
                .then(|| (start.column, end.column - 1))
        });
        Some((Self::Value(value.expose().chars().count(), columns), Some(value)))
    }

    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Value(..) => Kind::Value,
            Self::Empty => Kind::Empty,
            Self::Absent => Kind::Absent,
            Self::Command => Kind::Command,
        }
    }

    /// `reads 8 characters (columns 13-20)`; `other`: whether a value of that length was told before.
    fn words(&self, other: bool) -> String {
        match self {
            Self::Value(length, columns) => {
                let what = if other { "other character" } else { "character" };
                let at = match columns {
                    Some((start, end)) if start == end => format!(" (column {start})"),
                    Some((start, end)) => format!(" (columns {start}-{end})"),
                    None => String::new(),
                };
                format!("reads {}{at}", crate::rules::wording::count(*length, what))
            }
            Self::Empty => "reads the empty string".to_owned(),
            Self::Absent => "does not set it".to_owned(),
            Self::Command => "runs a command".to_owned(),
        }
    }
}

/// Who makes what of a name: `dotenv reads 1 character (column 13); docker compose reads 8 characters`.
pub(super) fn told(outcomes: &[(Outcome, Vec<&'static str>)]) -> String {
    let mut lengths = Vec::new();
    let mut parts = Vec::new();
    for (outcome, readers) in outcomes {
        let length = if let Outcome::Value(length, _) = outcome { Some(*length) } else { None };
        let other = length.is_some_and(|length| lengths.contains(&length));
        lengths.extend(length);
        let words = outcome.words(other);
        let words = if readers.len() == 1 { words } else { plural(&words) };
        parts.push(format!("{} {words}", crate::rules::wording::words(readers)));
    }
    parts.join("; ")
}

/// The same without lengths, for several names at once.
pub(super) fn briefly(outcomes: &[(Outcome, Vec<&'static str>)]) -> String {
    let mut parts = Vec::new();
    let mut told_value = false;
    for (outcome, readers) in outcomes {
        let words = match outcome.kind() {
            Kind::Value if told_value => "reads another value".to_owned(),
            Kind::Value => "reads one value".to_owned(),
            Kind::Absent => "does not set them".to_owned(),
            _ => outcome.words(false),
        };
        told_value |= outcome.kind() == Kind::Value;
        let words = if readers.len() == 1 { words } else { plural(&words) };
        parts.push(format!("{} {words}", crate::rules::wording::words(readers)));
    }
    parts.join("; ")
}

/// What several loaders do, from what one does.
pub(super) fn plural(words: &str) -> String {
    let (verb, rest) = words.split_once(' ').unwrap_or((words, ""));
    let verb = match verb {
        "does" => "do",
        "never" => return format!("never finish{}", rest.strip_prefix("finishes").unwrap_or_default()),
        verb => verb.strip_suffix('s').unwrap_or(verb),
    };
    let and = rest.replace("and loads", "and load");
    format!("{verb} {and}").trim_end().to_owned()
}
