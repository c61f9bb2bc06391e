//! Where values come from: a file, standard input, this process's environment, a person. They go to `sync`, nowhere else.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::Path;

use zeroize::Zeroizing;

use super::Sync;
use crate::cli::failure::{CliError, reason};
use crate::cli::output;
use crate::model::readers;
use crate::name::Name;
use crate::project::{Project, path_of};
use crate::source::{Place, SourceFile, SourcePath, visible};
use crate::sync::{Found, Given, Observed, Origin, Seen, Values, Wishes};
use crate::syntax::dotenv::{self, Dialect, Ending, Evaluated};
use crate::value::Value;

/// The most bytes of values that are read.
const MOST_BYTES: u64 = 10 << 20;

/// Loaders that stand for all where nothing tells which one reads a file. Those that resolve references even between
/// single quotes are not among them: there would be no way left to write a `$`.
const COMMON: &[Dialect] = &[Dialect::Dotenv, Dialect::PythonDotenv124, Dialect::Compose];

/// The values that the command line names.
pub(super) fn given(sync: &Sync, project: &Project, wishes: &Wishes) -> Result<Values, CliError> {
    match sync.from.as_deref() {
        None => Ok(Values::default()),
        Some(path) if path.as_os_str() == "-" => {
            let source = read(std::io::stdin().lock(), SourcePath::new("standard input"), "standard input")?;
            Ok(values(project, &source, true))
        }
        Some(path) if path.as_os_str() == "env" => Ok(of_process(wishes)),
        Some(path) => {
            let shown = output::shown(path);
            let unreadable = |reason| CliError::Unreadable { path: shown.clone(), reason };
            if !path.metadata().map_err(|error| unreadable(reason(&error)))?.is_file() {
                return Err(unreadable("it is no regular file"));
            }
            let file = std::fs::File::open(path).map_err(|error| unreadable(reason(&error)))?;
            let source = read(file, place_of(project, path, &shown), &shown)?;
            Ok(values(project, &source, false))
        }
    }
}

fn read(input: impl std::io::Read, path: SourcePath, shown: &str) -> Result<SourceFile, CliError> {
    let unreadable = |reason| CliError::Unreadable { path: shown.to_owned(), reason };
    let mut bytes = Zeroizing::new(Vec::new());
    input.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(|error| unreadable(reason(&error)))?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(unreadable("it is too large"));
    }
    let source = SourceFile::new(path, std::mem::take(&mut *bytes));
    if source.damage().is_some() || source.text().contains('\0') {
        return Err(unreadable("it is no text in UTF-8"));
    }
    Ok(source)
}

/// The path of a file in plans: relative to the root if it lies there, else as it was named.
fn place_of(project: &Project, path: &Path, shown: &str) -> SourcePath {
    path_of(&project.root, path).unwrap_or_else(|| SourcePath::elsewhere(shown))
}

/// What the loaders of an env file make of it, where they agree.
fn values(project: &Project, source: &SourceFile, is_stdin: bool) -> Values {
    let text = source.text();
    let mut dialects: Vec<Dialect> = readers(project, source.path()).into_iter().map(|reader| reader.dialect).collect();
    if dialects.is_empty() {
        dialects = COMMON.to_vec();
    }
    let nothing = BTreeMap::new();
    let readings: Vec<Evaluated> = dialects.iter().map(|dialect| dotenv::evaluate(text, *dialect, &nothing)).collect();
    let names: BTreeSet<&String> =
        readings.iter().flat_map(|reading| reading.values.keys().chain(reading.hidden.keys())).collect();
    let unresolved = unresolved(text, &dialects);
    let lines = lines(source, &dialects);
    let mut values = Values::default();
    for name in names {
        let agreed = readings.iter().map(
            |reading| {
                if reading.ending == Ending::Whole { reading.values.get(name) } else { None }
            },
        );
        let agreed: BTreeSet<Option<&str>> = agreed.map(|value| value.map(Value::expose)).collect();
        let variable = Name::new(name);
        let [Some(value)] = agreed.into_iter().collect::<Vec<_>>()[..] else {
            values.ambiguous.insert(variable);
            continue;
        };
        if unresolved.contains(name) {
            values.unresolved.insert(variable.clone());
        }
        let origin = if is_stdin {
            Origin::Stdin
        } else {
            let (place, line) = lines
                .get(name)
                .cloned()
                .unwrap_or_else(|| (Place::new(source.path(), crate::source::Span::default()), 1));
            Origin::File(place, line)
        };
        values.given.insert(variable, Given { value: Value::new(value), origin });
    }
    values
}

/// The names whose values refer to what the file does not hold, so that the value depends on whoever loads it.
fn unresolved(text: &str, dialects: &[Dialect]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for dialect in dialects {
        let entries = dotenv::read(text, *dialect).entries;
        let defined: BTreeSet<&str> = entries.iter().map(|entry| entry.key.as_str()).collect();
        for entry in &entries {
            let references = entry.value.iter().flat_map(|value| value.references());
            if references
                .into_iter()
                .any(|reference| reference.operator.is_none() && !defined.contains(reference.name.as_str()))
            {
                found.insert(entry.key.clone());
            }
        }
    }
    found
}

/// Where each name stands, and its line.
fn lines(source: &SourceFile, dialects: &[Dialect]) -> BTreeMap<String, (Place, usize)> {
    let dialect = dialects.first().copied().unwrap_or(Dialect::Dotenv);
    let entries = dotenv::read(source.text(), dialect).entries;
    let placed = entries.into_iter().map(|entry| {
        let line = source.position(entry.key_span.start).line;
        (entry.key, (Place::new(source.path(), entry.key_span), line))
    });
    placed.collect()
}

/// What this process's environment holds of what is wanted.
#[expect(clippy::disallowed_methods, reason = "`--from env` asks for just that")]
fn of_process(wishes: &Wishes) -> Values {
    let mut values = Values::default();
    for wanted in wishes.list.iter().flat_map(|wish| &wish.wanted) {
        let name = &wanted.variable;
        match std::env::var(name.as_str()) {
            Ok(value) => {
                values.given.insert(name.clone(), Given { value: Value::new(value), origin: Origin::Environment });
            }
            // What is no text is read by each program in its own way.
            Err(std::env::VarError::NotUnicode(_)) => _ = values.ambiguous.insert(name.clone()),
            Err(std::env::VarError::NotPresent) => {}
        }
    }
    values
}

/// Asks for the values that are missing, without showing them. An empty answer leaves a value out.
pub(super) fn ask(sync: &Sync, values: &mut Values, wishes: &Wishes, observed: &[Observed]) -> Result<(), CliError> {
    for (wish, observed) in wishes.list.iter().zip(observed) {
        let is_missing = matches!(observed.found, Found::Absent | Found::There { latest: Seen::Empty, .. });
        let is_made = sync.generate && wish.recipe().is_some();
        let is_given = wish.given.is_some() || is_made || !observed.former.is_empty();
        let (Some(wanted), true) = (wish.wanted.first(), is_missing && !is_given || wish.rotate) else { continue };
        let what = wanted.declaration.description.as_deref().map(|text| format!(" ({})", visible(text)));
        let prompt = format!(
            "{} of {}{}: ",
            visible(wanted.variable.as_str()),
            visible(&wanted.app_name),
            what.unwrap_or_default()
        );
        let typed = rpassword::prompt_password(prompt)
            .map_err(|_| CliError::Usage("nobody can be asked here: `--from` gives values".to_owned()))?;
        let typed = Zeroizing::new(typed);
        if more_was_pasted() {
            return Err(CliError::Usage(format!(
                "the value of `{}` goes over several lines: give it with `--from FILE`; nothing was changed",
                visible(wanted.variable.as_str())
            )));
        }
        if !typed.is_empty() {
            let given = Given { value: Value::new(typed.as_str()), origin: Origin::Prompt };
            values.given.insert(wanted.variable.clone(), given);
        }
    }
    Ok(())
}

/// Whether the terminal holds more than the line that was asked for. It is thrown away, so that no shell sees it.
#[cfg(unix)]
fn more_was_pasted() -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::termios::{QueueSelector, tcflush};
    const PASTE: Timespec = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };
    let Ok(terminal) = std::fs::File::open("/dev/tty") else { return false };
    let mut ready = [PollFd::new(&terminal, PollFlags::IN)];
    let more = poll(&mut ready, Some(&PASTE)).is_ok_and(|number| number > 0);
    if more {
        // Were it not to work, there would be nothing left to do about it.
        let _ = tcflush(&terminal, QueueSelector::IFlush);
    }
    more
}

/// Elsewhere nobody can tell.
#[cfg(not(unix))]
fn more_was_pasted() -> bool {
    false
}
