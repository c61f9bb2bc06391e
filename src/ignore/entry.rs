//! Ignores of the config: `[[ignore]]`.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use jiff::civil::Date;

use super::{Circumstances, UNUSED_IGNORE};
use crate::config::{Config, IgnoreEntry};
use crate::finding::{Finding, Findings};
use crate::name::{Environment, Name, matches_glob, nearest};
use crate::source::{Place, SourcePath};

/// Every ignore of a config, and which of them were used.
pub(super) struct Entries<'a> {
    path: SourcePath,
    entries: Vec<Entry<'a>>,
}

struct Entry<'a> {
    ignore: &'a IgnoreEntry,
    files: GlobSet,
    over: bool,
    used: bool,
}

impl<'a> Entries<'a> {
    pub(super) fn new(config: &'a Config, today: Date) -> Self {
        let entry = |ignore: &'a IgnoreEntry| Entry {
            ignore,
            files: globs(&ignore.files),
            over: ignore.until.is_some_and(|until| today > until),
            used: false,
        };
        let path = config.path.clone().unwrap_or_else(|| SourcePath::new("envcheck.toml"));
        Self { path, entries: config.ignores.iter().map(entry).collect() }
    }

    /// The reason for which a finding is ignored.
    pub(super) fn reason(&mut self, finding: &Finding) -> Option<String> {
        let mut reason = None;
        for entry in self.entries.iter_mut().filter(|entry| !entry.over && entry.matches(finding)) {
            entry.used = true;
            reason.get_or_insert_with(|| entry.ignore.reason.clone());
        }
        reason
    }

    /// Says which of them are of no use.
    pub(super) fn report(&self, circumstances: &Circumstances<'_>, findings: &mut Findings<'_>) {
        for entry in &self.entries {
            let place = Place::new(&self.path, entry.ignore.span);
            let Some(known) = circumstances.known.get(entry.ignore.rule.as_str()) else {
                let finding = findings.report(&place, "unknown rule", "an ignore names a rule that does not exist");
                match nearest(&entry.ignore.rule, circumstances.known.iter().copied()) {
                    Some(near) => finding.help(format!("did you mean `{near}`?")),
                    None => finding.help("`envcheck rules` lists the rules"),
                };
                continue;
            };
            if let (true, Some(until)) = (entry.over, entry.ignore.until) {
                let message = format!("the ignore of `{known}` ended on {until}");
                findings.report(&place, "over", message).help("remove it, or give it a new date");
            } else if !entry.used && circumstances.ran.contains(known) && *known != UNUSED_IGNORE {
                let message = format!("the ignore of `{known}` matches nothing");
                findings.report(&place, "unused", message).help("remove it");
            }
        }
    }
}

impl Entry<'_> {
    fn matches(&self, finding: &Finding) -> bool {
        let ignore = self.ignore;
        let named = |list: &[String], word: Option<&str>| {
            list.is_empty() || word.is_some_and(|word| list.iter().any(|entry| entry == word))
        };
        let globbed = |list: &[String], word: Option<&str>| {
            list.is_empty() || word.is_some_and(|word| list.iter().any(|glob| matches_glob(glob, word)))
        };
        ignore.rule == finding.rule
            && globbed(&ignore.variables, finding.variable.as_ref().map(Name::as_str))
            && (ignore.files.is_empty() || self.files.is_match(finding.primary.place.path.as_str()))
            && named(&ignore.apps, finding.app.as_deref())
            && named(&ignore.environments, finding.environment.as_ref().map(Environment::as_str))
    }
}

/// A glob that is none matches nothing, so that a slip never ignores more than was meant.
fn globs(patterns: &[String]) -> GlobSet {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        if let Ok(glob) = GlobBuilder::new(pattern).literal_separator(true).build() {
            set.add(glob);
        }
    }
    set.build().unwrap_or_default()
}
