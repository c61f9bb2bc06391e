//! What an app would have in its environment after a loader read a file, exactly, for the values that are at hand.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use super::expand::{Budget, Rewriting, rewrite};
use super::{Dialect, Flaw, Raw, Statement, bun, expand, lex, next, ruby};
use crate::name::Name;
use crate::source::Span;
use crate::value::{Known, Value};

/// How many bytes the expansion of one file may look at, or come to: so many for each of its own, and some to begin with.
/// What never ends would else take as long in a file of a hundred bytes as in a large one.
fn budget(text: &str) -> Budget {
    const MOST: usize = 8 << 20;
    Budget(MOST.min((256 << 10) + 64 * text.len()))
}

/// The variables of a file after loading.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Evaluated {
    /// Every name that the loader sets, with the value that it has then.
    pub values: BTreeMap<String, Value>,
    /// The names that it reads and whose value cannot be told, with where they stand.
    pub hidden: BTreeMap<String, (Hidden, Span)>,
    /// How the loading ends.
    pub ending: Ending,
}

/// Why a value cannot be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hidden {
    /// It comes of a command that the loader runs.
    Command,
    /// The app fails when it reads it.
    Fails,
    /// This loader is imitated only in part.
    NotImitated,
}

/// How the loading of a file ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Ending {
    /// The loader read it to the end.
    #[default]
    Whole,
    /// The loader stops here; what stands above is loaded.
    Stopped(Flaw),
    /// The loader refuses the file.
    Rejected(Flaw),
    /// A required variable is absent, at this reference, and the loader refuses the file.
    Required(Span),
    /// The loader never finishes this variable, or it comes to more than any app can take.
    Endless(Span),
}

type Variables = BTreeMap<String, Zeroizing<String>>;

/// Loads a file as this loader does, into an environment that holds these variables.
pub fn evaluate(text: &str, dialect: Dialect, environment: &BTreeMap<String, Value>) -> Evaluated {
    let lexed = lex(text, dialect);
    let environment: Variables =
        environment.iter().map(|(key, value)| (key.clone(), Zeroizing::new(value.expose().to_owned()))).collect();
    let statements = &lexed.statements;
    let mut loading =
        Loading { statements, environment, values: Variables::new(), hidden: BTreeMap::new(), budget: budget(text) };
    let ending = match dialect {
        Dialect::DotenvExpand12 => loading.rewritten(Rewriting::Twelve, false),
        Dialect::DotenvExpand1000 => loading.rewritten(Rewriting::Thousand, false),
        Dialect::Vite6 | Dialect::Vite8 => loading.rewritten(Rewriting::Vite, dialect == Dialect::Vite8),
        Dialect::Next => loading.next(),
        Dialect::Bun => loading.bun(),
        Dialect::DjangoEnviron => loading.django(),
        _ => loading.in_order(dialect),
    };
    let ending = match lexed.rejected {
        Some(flaw) if ending == Ending::Whole && lexed.keeps_what_is_above => Ending::Stopped(flaw),
        Some(flaw) if ending == Ending::Whole => Ending::Rejected(flaw),
        _ => ending,
    };
    let ending = loading.nul(dialect, ending);
    let values = loading.values.into_iter().map(|(key, value)| (key, Value::new(value.as_str()))).collect();
    Evaluated { values, hidden: loading.hidden, ending }
}

struct Loading<'a> {
    statements: &'a [Statement],
    environment: Variables,
    values: Variables,
    hidden: BTreeMap<String, (Hidden, Span)>,
    budget: Budget,
}

impl Loading<'_> {
    /// The values as they are written, the last one of each name, and the names in order.
    fn raw(&self) -> (Variables, Vec<(String, Span)>) {
        let mut values = Variables::new();
        let mut order = Vec::new();
        for statement in self.statements {
            let Some(Raw::Text(value)) = &statement.value else { continue };
            if values.insert(statement.name.clone(), Zeroizing::new(value.text().to_owned())).is_none() {
                order.push((statement.name.clone(), statement.key));
            }
        }
        (values, order)
    }

    /// One after the other, each with references into the environment and the file above.
    fn in_order(&mut self, dialect: Dialect) -> Ending {
        let keeps_file = matches!(dialect, Dialect::Compose | Dialect::Docker | Dialect::Godotenv | Dialect::Systemd)
            || matches!(dialect, Dialect::Bash | Dialect::Make);
        let keeps_first = matches!(dialect, Dialect::Dotenvy | Dialect::Deno);
        // What references find; the last value of a name even where the first one is kept.
        let mut above = Variables::new();
        for statement in self.statements {
            let name = &statement.name;
            let given = if keeps_file { None } else { self.environment.get(name).cloned() };
            let Some(value) = &statement.value else {
                self.bare(statement, dialect, given);
                continue;
            };
            if let Raw::Hidden(why) = value {
                self.values.remove(name);
                self.hidden.insert(name.clone(), (*why, statement.key));
                continue;
            }
            let template = match expand(value, statement.quoting, dialect) {
                Ok(template) => template,
                Err(flaw) => return Ending::Rejected(flaw),
            };
            let held = if dialect == Dialect::Dotenvy { &self.values } else { &above };
            let lookup = |name: &Name| {
                let own = held.get(name.as_str());
                if dialect == Dialect::Godotenv { own } else { self.environment.get(name.as_str()).or(own) }
            };
            let length = |name: &Name| lookup(name).map_or(0, |value| value.len());
            let references = template.references();
            let tainted = references.iter().any(|found| self.hidden.contains_key(found.name.as_str()));
            let cost = statement.value_span.len() + references.iter().map(|found| length(&found.name)).sum::<usize>();
            let Some(left) = self.budget.0.checked_sub(cost) else { return Ending::Endless(statement.key) };
            self.budget.0 = left;
            let evaluation = template
                .evaluate(&|name| lookup(name).map_or(Known::Absent, |value| Known::Value(Value::new(value.as_str()))));
            if let Some(failure) = evaluation.failure {
                return Ending::Required(failure.span);
            }
            // Too long, or nested too deep to be read: nothing true can be said of what follows.
            let Some(value) = evaluation.value else { return Ending::Endless(statement.key) };
            let mut value = Zeroizing::new(value.expose().to_owned());
            let mut runs = tainted;
            if dialect == Dialect::RubyDotenv && statement.quoting != super::Quoting::Single {
                match ruby::command(&value) {
                    ruby::Command::Runs => runs = true,
                    ruby::Command::Text(text) => value = Zeroizing::new(text),
                }
            }
            if runs {
                self.values.remove(name);
                self.hidden.insert(name.clone(), (Hidden::Command, statement.key));
                continue;
            }
            if dialect == Dialect::Deno && value.contains('\0') {
                // Not even the values above are lost, only those below.
                return Ending::Whole;
            }
            self.hidden.remove(name);
            above.insert(name.clone(), value.clone());
            if keeps_first && self.values.contains_key(name) {
                continue;
            }
            self.values.insert(name.clone(), given.unwrap_or(value));
        }
        Ending::Whole
    }

    /// A name without a value: it takes what the environment holds where the loader knows such names.
    fn bare(&mut self, statement: &Statement, dialect: Dialect, given: Option<Zeroizing<String>>) {
        let name = &statement.name;
        let held = match dialect {
            Dialect::Compose => self.environment.get(name).or_else(|| self.values.get(name)).cloned(),
            Dialect::Docker => self.environment.get(name).cloned().or_else(|| self.values.get(name).cloned()),
            _ => given,
        };
        match held {
            Some(held) => self.values.insert(name.clone(), held),
            // python-dotenv forgets even the value above.
            None => self.values.remove(name),
        };
    }

    /// The raw values are expanded one after the other, each until no reference is left in it.
    fn rewritten(&mut self, rewriting: Rewriting, is_sorted: bool) -> Ending {
        let (raw, mut order) = self.raw();
        if is_sorted {
            // What Node parses comes by name.
            order.sort();
        }
        let environment = self.environment.clone();
        let mut process = environment.clone();
        if rewriting != Rewriting::Vite {
            for (key, value) in &raw {
                process.entry(key.clone()).or_insert_with(|| value.clone());
            }
        }
        let mut parsed = if rewriting == Rewriting::Vite { raw.clone() } else { Variables::new() };
        let mut ran = false;
        for (key, span) in order {
            let Some(raw) = raw.get(&key) else { continue };
            let value = match process.get(&key) {
                Some(held) if !held.is_empty() && held != raw => held.clone(),
                _ => {
                    let Some(value) = rewrite(raw, &process, &parsed, rewriting, &mut self.budget) else {
                        return Ending::Endless(span);
                    };
                    let runs = rewriting == Rewriting::Thousand && has_command(&value);
                    if runs || ran && raw.contains('$') {
                        ran = true;
                        self.hidden.insert(key, (Hidden::Command, span));
                        continue;
                    }
                    value
                }
            };
            let value = Zeroizing::new(value.replace("\\$", "$"));
            if rewriting == Rewriting::Thousand && process.get(&key).is_some_and(|held| held == raw) {
                process.remove(&key);
            }
            parsed.insert(key.clone(), value.clone());
            // Vite asks the environment once more, in which even an empty value counts.
            let value =
                if rewriting == Rewriting::Vite { environment.get(&key).cloned().unwrap_or(value) } else { value };
            self.values.insert(key, value);
        }
        Ending::Whole
    }

    fn next(&mut self) -> Ending {
        let (mut parsed, order) = self.raw();
        for (key, span) in &order {
            let held = self.environment.get(key).or_else(|| parsed.get(key)).cloned().unwrap_or_default();
            let Some(value) = next::expand(&held, &self.environment, &parsed, &mut self.budget) else {
                return Ending::Endless(*span);
            };
            parsed.insert(key.clone(), value);
        }
        for (key, value) in parsed {
            let held = self.environment.get(&key).cloned().unwrap_or(value);
            // The environment of a process holds no NUL and nothing behind it.
            let end = held.find('\0').unwrap_or(held.len());
            self.values.insert(key, Zeroizing::new(held.get(..end).unwrap_or_default().to_owned()));
        }
        Ending::Whole
    }

    fn bun(&mut self) -> Ending {
        let (raw, order) = self.raw();
        let mut known = raw;
        known.extend(self.environment.clone());
        for (key, span) in order {
            let value = if let Some(given) = self.environment.get(&key) {
                given.clone()
            } else {
                let held = known.get(&key).cloned().unwrap_or_default();
                let lookup = |name: &str| known.get(name).map(|value| value.as_str());
                let Some(value) = bun::expand(&held, &lookup, 0, self.budget.0) else { return Ending::Endless(span) };
                let Some(left) = self.budget.0.checked_sub(held.len() + value.len()) else {
                    return Ending::Endless(span);
                };
                self.budget.0 = left;
                value
            };
            known.insert(key.clone(), value.clone());
            self.values.insert(key, value);
        }
        Ending::Whole
    }

    /// A value that begins with `$` is another variable's, when it is read.
    fn django(&mut self) -> Ending {
        /// How far one may lead to another; Python gives up as well.
        const DEPTH: usize = 100;
        let (mut known, order) = self.raw();
        known.extend(self.environment.clone());
        for (key, span) in order {
            let mut value = known.get(&key);
            for _ in 0..DEPTH {
                match value {
                    Some(held) if held.starts_with('$') => value = known.get(held.trim_start_matches('$')),
                    _ => break,
                }
            }
            match value.filter(|value| !value.starts_with('$')).cloned() {
                Some(value) => _ = self.values.insert(key, value),
                None => _ = self.hidden.insert(key, (Hidden::Fails, span)),
            }
        }
        Ending::Whole
    }

    /// What a NUL in a value does to loaders that cannot hand it on.
    fn nul(&mut self, dialect: Dialect, ending: Ending) -> Ending {
        let Some(key) = self.values.iter().find(|(_, value)| value.contains('\0')).map(|(key, _)| key.clone()) else {
            return ending;
        };
        let span = self.statements.iter().find(|found| found.name == key).map(|found| found.key).unwrap_or_default();
        match dialect {
            Dialect::Dotenvy | Dialect::DjangoEnviron => {
                return Ending::Rejected(Flaw { kind: super::FlawKind::Nul, span });
            }
            _ => {}
        }
        ending
    }
}

/// Whether `dotenv-expand` 1000 finds a command in a value: `$(` with a parenthesis that closes it, quotes respected.
fn has_command(value: &str) -> bool {
    /// How many `$(` that are never closed are looked at; a value with more is not worth telling apart.
    const TRIES: usize = 64;
    let bytes = value.as_bytes();
    let (mut from, mut tries) = (0, 0);
    while let Some(found) = value.get(from..).and_then(|rest| rest.find("$(")) {
        let start = from + found + 2;
        let mut frames: Vec<Option<u8>> = vec![None];
        let mut at = start;
        while let (Some(byte), Some(quote)) = (bytes.get(at).copied(), frames.last().copied()) {
            let replace = |frames: &mut Vec<Option<u8>>, quote| frames.last_mut().map_or((), |frame| *frame = quote);
            match (quote, byte) {
                (Some(b'\''), b'\'') => replace(&mut frames, None),
                (Some(b'\''), _) => {}
                (_, b'\\') => at += 1,
                (Some(quote), _) if byte == quote => replace(&mut frames, None),
                (Some(_), b'$') if bytes.get(at + 1) == Some(&b'(') => {
                    frames.push(None);
                    at += 1;
                }
                (None, b'\'' | b'"' | b'`') => replace(&mut frames, Some(byte)),
                (None, b'(') => frames.push(None),
                (None, b')') => {
                    frames.pop();
                    if frames.is_empty() {
                        return true;
                    }
                }
                _ => {}
            }
            at += 1;
        }
        from = start;
        tries += 1;
        if tries > TRIES {
            return true;
        }
    }
    false
}
