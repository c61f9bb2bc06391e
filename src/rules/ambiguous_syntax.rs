//! `ambiguous-syntax`: a line that the loaders of its file read differently.

mod outcome;
mod spelling;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::fact::{Role, Setting, SettingValue};
use crate::finding::{Findings, Level};
use crate::loaders::File;
use crate::model::{Model, Reader, Readings, Source};
use crate::name::Name;
use crate::source::{Place, SourcePath, Span};
use crate::syntax::dotenv::{self, Dialect, Ending, Entry, Evaluated, FlawKind};
use crate::tables::placeholders;
use crate::value::Value;

use outcome::{Outcome, told};
use spelling::Repair;

super::rule! {
    /// A line of an env file means different things to the loaders that read the file.
    ///
    /// ## Why is this bad?
    ///
    /// There is no standard for env files. `DB_PASSWORD=p#ssw0rd` is eight characters to docker compose and one to
    /// `dotenv`; quotes are a part of the value to `docker run`; a space ends the loading for `dotenvy`. The app gets one
    /// value on this machine and another one in its container.
    ///
    /// It is an error where a loader refuses the file, never finishes, runs a command, or loses another variable, and a
    /// warning where values differ.
    ///
    /// ## When does it stay silent?
    ///
    /// Where fewer than two loaders are known to read the file. They are known from the dependencies in a manifest beside
    /// it, from `--env-file` in a script, from compose, or from the config:
    ///
    /// ```toml
    /// [[source]]
    /// files = ["deploy/*.env"]
    /// loaders = ["compose", "systemd"]
    /// ```
    ///
    /// In templates it speaks only of values that are copied as they are. `envcheck show --line FILE:LINE` prints how
    /// every loader reads a line.
    ///
    /// ## Example
    ///
    /// ```sh
    /// # .env, read by dotenv and by docker compose
    /// DB_PASSWORD=p#ssw0rd
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```sh
    /// # .env
    /// DB_PASSWORD='p#ssw0rd'
    /// ```
    "ambiguous-syntax", Warning, since "0.1.0", check
}

fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    for (path, readings) in &model.readings {
        let source = model.sources.iter().find(|source| source.path == path);
        let (Some(file), Some(source)) = (model.project.files.get(path), source) else { continue };
        if readings.readers.len() > 1 {
            Judge::new(path, file, source, readings).judge(findings);
        }
    }
}

/// How many words a value in a template may have that is no description of what to write.
const WORDS: usize = 3;

/// How many findings of one file may offer a repair, each of which is tried under all loaders.
const REPAIRS: usize = 50;

struct Judge<'m> {
    path: &'m SourcePath,
    file: &'m File,
    readings: &'m Readings,
    /// The settings that stand for a name each: its only ones.
    settings: Vec<&'m Setting>,
    names: HashSet<&'m str>,
    entries: BTreeMap<Dialect, Entries>,
}

/// What one loader finds in the file.
struct Entries {
    all: Vec<Entry>,
    /// The last entry of each name.
    by_name: HashMap<String, usize>,
}

impl Entries {
    fn read(text: &str, dialect: Dialect) -> Self {
        let all = dotenv::read(text, dialect).entries;
        let by_name = all.iter().enumerate().map(|(index, entry)| (entry.key.clone(), index)).collect();
        Self { all, by_name }
    }

    fn of(&self, name: &str) -> Option<&Entry> {
        self.by_name.get(name).and_then(|index| self.all.get(*index))
    }

    /// The entry in which a place lies.
    fn at(&self, place: usize) -> Option<&Entry> {
        let behind = self.all.partition_point(|entry| entry.span.start <= place);
        self.all.get(behind.checked_sub(1)?).filter(|entry| entry.span.contains(place))
    }
}

/// A place that some loaders do not get past.
struct Stop<'m> {
    span: Span,
    flaw: Option<FlawKind>,
    readers: Vec<&'m Reader>,
}

/// What is said of one name, before names of which the same is said are put together.
struct Difference<'m> {
    setting: &'m Setting,
    outcomes: Vec<(Outcome, Vec<&'static str>)>,
    lost: BTreeSet<String>,
    entry_span: Span,
}

impl<'m> Judge<'m> {
    fn new(path: &'m SourcePath, file: &'m File, source: &'m Source<'_>, readings: &'m Readings) -> Self {
        let text = file.source.text();
        let dialects = readings.readers.iter().map(|(reader, _)| reader.dialect);
        let entries = dialects.map(|dialect| (dialect, Entries::read(text, dialect))).collect();
        let mut count: BTreeMap<&Name, usize> = BTreeMap::new();
        for setting in &source.settings {
            *count.entry(&setting.name).or_default() += 1;
        }
        // A name that stands there twice is the business of `duplicate-definition`.
        let once = source.settings.iter().filter(|setting| count.get(&setting.name) == Some(&1));
        let settings: Vec<&Setting> = once.map(|setting| &**setting).collect();
        let names = settings.iter().map(|setting| setting.name.as_str()).collect();
        Self { path, file, readings, settings, names, entries }
    }

    fn judge(&self, findings: &mut Findings<'_>) {
        let ended = self.endings(findings);
        let alive: Vec<&(Reader, Evaluated)> =
            self.readings.readers.iter().filter(|(reader, _)| !ended.contains(&reader.dialect)).collect();
        let mut lost_elsewhere: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for setting in &self.settings {
            for (reader, evaluated) in &alive {
                if let Some(taker) = self.taker(setting, reader.dialect, evaluated) {
                    lost_elsewhere.entry(taker).or_default().insert(setting.name.to_string());
                }
            }
        }
        let lost: HashSet<&str> = lost_elsewhere.values().flatten().map(String::as_str).collect();
        let differences: Vec<Difference<'_>> = self
            .settings
            .iter()
            .filter(|setting| !lost.contains(setting.name.as_str()))
            .filter_map(|setting| self.difference(setting, &alive, &lost_elsewhere))
            .collect();
        let mut groups: Vec<(String, Vec<&Difference<'_>>)> = Vec::new();
        for difference in &differences {
            let effect = difference.effect();
            match groups.iter_mut().find(|(known, _)| *known == effect) {
                Some((_, group)) => group.push(difference),
                None => groups.push((effect, vec![difference])),
            }
        }
        let mut repairs = REPAIRS;
        for (_, group) in groups {
            if group.len() > super::wording::FEW {
                self.report_group(findings, &group);
                continue;
            }
            for difference in group {
                repairs = repairs.saturating_sub(1);
                self.report(findings, difference, repairs > 0);
            }
        }
    }

    /// Reports loaders that do not get through the file, where others do, and says which.
    fn endings(&self, findings: &mut Findings<'_>) -> BTreeSet<Dialect> {
        let mut by_place: BTreeMap<(usize, &'static str), Stop<'_>> = BTreeMap::new();
        let mut ended = BTreeSet::new();
        for (reader, evaluated) in &self.readings.readers {
            let (span, what, flaw) = match &evaluated.ending {
                Ending::Whole => continue,
                // What the shell gives is not known.
                Ending::Required(_) => {
                    ended.insert(reader.dialect);
                    continue;
                }
                Ending::Stopped(flaw) => (flaw.span, "stops here and loads nothing below", Some(flaw.kind)),
                Ending::Rejected(flaw) => (flaw.span, "refuses the file", Some(flaw.kind)),
                Ending::Endless(span) => (*span, "never finishes this variable", None),
            };
            ended.insert(reader.dialect);
            by_place
                .entry((span.start, what))
                .or_insert_with(|| Stop { span, flaw, readers: Vec::new() })
                .readers
                .push(reader);
        }
        let total = self.readings.readers.len();
        for ((_, what), Stop { span, flaw, readers }) in by_place {
            let setting = self.settings.iter().find(|setting| {
                let line = self.file.source.position(setting.place.span.start).line;
                line == self.file.source.position(span.start).line
            });
            if readers.len() == total || setting.is_some_and(|setting| !self.is_copied(setting)) {
                continue;
            }
            let words: Vec<&str> = readers.iter().map(|reader| dotenv::known(reader.dialect).words).collect();
            let others = self.words_without(&readers);
            let why = flaw.map(|flaw| format!(": {}", flaw.message())).unwrap_or_default();
            let message = format!(
                "{} {}{why}; {} {}",
                super::wording::words(&words),
                if words.len() == 1 { what.to_owned() } else { outcome::plural(what) },
                super::wording::words(&others),
                if others.len() == 1 { "reads on" } else { "read on" },
            );
            let place = Place::new(self.path, span);
            let finding = findings.report(&place, "here", message).at_level(Level::Error);
            for named in readers.iter().filter_map(|reader| reader.named.as_ref()) {
                finding.related(named, "named here");
            }
            match setting {
                Some(setting) if flaw.is_none() => {
                    finding.variable(&setting.name).help("a value must not lead back to its own variable");
                }
                Some(setting) => {
                    finding.variable(&setting.name);
                    self.repair(finding, setting, flaw);
                }
                None => _ = flaw.map(|flaw| finding.help(flaw.help())),
            }
        }
        ended
    }

    fn words_without(&self, readers: &[&Reader]) -> Vec<&'static str> {
        let is_other = |reader: &&Reader| readers.iter().all(|other| other.dialect != reader.dialect);
        let others = self.readings.readers.iter().map(|(reader, _)| reader).filter(is_other);
        others.map(|reader| dotenv::known(reader.dialect).words).collect()
    }

    /// The name into whose value a loader takes another line.
    fn taker(&self, setting: &Setting, dialect: Dialect, evaluated: &Evaluated) -> Option<String> {
        let name = setting.name.as_str();
        if evaluated.values.contains_key(name) || evaluated.hidden.contains_key(name) {
            return None;
        }
        let at = setting.place.span.start;
        let entry = self.entries.get(&dialect)?.at(at).filter(|entry| entry.key != name)?;
        self.names.contains(entry.key.as_str()).then(|| entry.key.clone())
    }

    fn difference(
        &self,
        setting: &'m Setting,
        alive: &[&'m (Reader, Evaluated)],
        lost: &BTreeMap<String, BTreeSet<String>>,
    ) -> Option<Difference<'m>> {
        let name = setting.name.as_str();
        let mut outcomes: Vec<(Outcome, Vec<&'static str>)> = Vec::new();
        let mut values = Vec::new();
        for (reader, evaluated) in alive {
            if !reader.handed.holds(name) {
                continue;
            }
            let entry = self.entries.get(&reader.dialect)?.of(name);
            let Some((outcome, value)) = Outcome::of(name, evaluated, entry, &self.file.source) else { continue };
            let words = dotenv::known(reader.dialect).words;
            let same = values.iter().position(|known| *known == (outcome.kind(), value));
            if let Some((_, readers)) = same.and_then(|index| outcomes.get_mut(index)) {
                readers.push(words);
                continue;
            }
            values.push((outcome.kind(), value));
            outcomes.push((outcome, vec![words]));
        }
        let lost = lost.get(name).cloned().unwrap_or_default();
        if outcomes.len() < 2 || !self.is_copied(setting) {
            return None;
        }
        let entry = self.entries.values().find_map(|entries| entries.of(name));
        let entry_span = entry.map_or(setting.value_span, |entry| entry.value_span);
        Some(Difference { setting, outcomes, lost, entry_span })
    }

    /// Whether the value is what an app will get: in a template, one that is not meant to be replaced.
    fn is_copied(&self, setting: &Setting) -> bool {
        if self.file.claim.role != Role::Template {
            return true;
        }
        let SettingValue::Given(template) = &setting.value else { return false };
        let name = setting.name.as_str();
        let is_meant = |value: &Value| {
            let text = value.expose();
            let prose = text.contains(['|', '<', '[', '…']) || text.contains("...");
            let prose = prose || text.split_whitespace().count() > WORDS;
            !value.is_empty() && !prose && !placeholders::is_placeholder(&setting.name, value)
        };
        // What one loader cuts short may be a placeholder to another one.
        let read = self.readings.readers.iter().filter_map(|(_, evaluated)| evaluated.values.get(name));
        template.as_literal().is_none_or(|value| is_meant(&value)) && read.into_iter().all(is_meant)
    }

    fn report(&self, findings: &mut Findings<'_>, difference: &Difference<'_>, repairs: bool) {
        let Difference { setting, outcomes, lost, entry_span } = difference;
        let name = &setting.name;
        let mut message = format!("`{name}` is read differently: {}", told(outcomes));
        if !lost.is_empty() {
            let gets = if lost.len() == 1 { "gets" } else { "get" };
            message = format!("{message}; {} below it {gets} lost", super::wording::names(lost));
        }
        let line = |at: usize| self.file.source.position(at).line;
        let elsewhere = entry_span.is_empty() || line(entry_span.start) != line(setting.place.span.start);
        let span = if elsewhere { setting.place.span } else { *entry_span };
        let finding = findings.report(&Place::new(self.path, span), "this value", message);
        finding.variable(name).at_level(difference.level());
        for named in self.readings.readers.iter().filter_map(|(reader, _)| reader.named.as_ref()) {
            finding.related(named, "read from here");
        }
        if outcomes.iter().any(|(outcome, _)| *outcome == Outcome::Command) {
            finding.help("a command in an env file runs wherever the file is loaded: give the value in another way");
        } else if repairs {
            self.repair(finding, setting, None);
        }
    }

    /// One finding for many names of which the same is to be said.
    fn report_group(&self, findings: &mut Findings<'_>, group: &[&Difference<'_>]) {
        let Some((first, rest)) = group.split_first() else { return };
        let names = super::wording::names(group.iter().map(|difference| &difference.setting.name));
        let message = format!("{names} are read differently: {}", outcome::briefly(&first.outcomes));
        let level = group.iter().map(|difference| difference.level()).max().unwrap_or(Level::Warning);
        let place = Place::new(self.path, first.setting.place.span);
        let finding = findings.report(&place, "one of them", message).at_level(level);
        for difference in rest.iter().take(super::wording::FEW) {
            finding.related(&difference.setting.place, "another one");
        }
        let line = self.file.source.position(first.setting.place.span.start).line;
        finding.help(format!("`envcheck show --line {}:{line}` prints how each loader reads a line", self.path));
    }

    /// Says how to write the line, where all loaders agree on a spelling, and that none does where that is so.
    fn repair(&self, finding: &mut crate::finding::Finding, setting: &Setting, flaw: Option<FlawKind>) {
        let dialects: Vec<Dialect> = self.readings.readers.iter().map(|(reader, _)| reader.dialect).collect();
        match spelling::find(self.file.source.text(), setting, &dialects, self.path) {
            Repair::Fix(help, fix) => _ = finding.help(help).fix(fix),
            Repair::None => {
                let words = self.readings.readers.iter().map(|(reader, _)| dotenv::known(reader.dialect).words);
                finding.help(format!("no spelling of this value works for all of {}", super::wording::words(words)));
            }
            Repair::Unknown => _ = flaw.map(|flaw| finding.help(flaw.help())),
        }
    }
}

impl Difference<'_> {
    fn level(&self) -> Level {
        let runs = self.outcomes.iter().any(|(outcome, _)| *outcome == Outcome::Command);
        if runs || !self.lost.is_empty() { Level::Error } else { Level::Warning }
    }

    /// What is to be said of it but for the lengths, so that names with the same effect stand together.
    fn effect(&self) -> String {
        let parts = self.outcomes.iter().map(|(outcome, readers)| format!("{:?} {readers:?}", outcome.kind()));
        parts.chain(self.lost.iter().cloned()).collect::<Vec<_>>().join("; ")
    }
}
