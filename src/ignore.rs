//! Findings that the user decided not to see: inline ignores, ignores of the config, and which of them are of no use.
//!
//! The level of a finding is the business of `levels`; this comes after it.

mod entry;
mod inline;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::config::Config;
use crate::finding::{Finding, Findings, Level, Settled};
use crate::loaders::File;
use crate::source::SourcePath;
use entry::Entries;
use inline::Comments;

/// The id of the rule that reports ignores which are of no use.
pub const UNUSED_IGNORE: &str = "unused-ignore";

/// What an ignore is judged by, beside the findings.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<'a> {
    /// The ids of all rules.
    pub known: &'a BTreeSet<&'a str>,
    /// The ids of the rules that ran: an ignore of another one cannot be told to be unused.
    pub ran: &'a BTreeSet<&'a str>,
    /// The day on which the ignores of the config must still hold.
    pub today: Date,
}

/// What is left of the findings.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Those that are reported.
    pub kept: Vec<Settled>,
    /// Those that are not.
    pub ignored: Vec<Ignored>,
    /// What is wrong with the ignores themselves: findings of the rule `unused-ignore`, itself ignored where it is.
    pub unused: Vec<Finding>,
}

/// A finding that is not reported, and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ignored {
    /// Its file.
    pub path: SourcePath,
    /// The line of its primary label, from 1.
    pub line: usize,
    /// Its rule.
    pub rule: String,
    /// The reason that the ignore gives.
    pub reason: String,
}

/// Takes the ignored findings out, and says which ignores match nothing, lack a reason, are over, or name no rule.
///
/// An ignore speaks of the lines of a finding's primary label, and holds only with a reason. A finding at level `Off`
/// keeps its ignore from being unused and is dropped.
pub fn apply(
    findings: Vec<Settled>,
    files: &BTreeMap<SourcePath, File>,
    config: &Config,
    circumstances: &Circumstances<'_>,
) -> Outcome {
    let mut comments = Comments::new(files);
    let mut entries = Entries::new(config, circumstances.today);
    let mut outcome = Outcome::default();
    for settled in findings {
        let lines = lines(&settled.finding, files);
        let inline = comments.reason(&settled.finding, lines);
        let reason = inline.or_else(|| entries.reason(&settled.finding));
        match reason {
            _ if settled.finding.level == Level::Off => {}
            Some(reason) => outcome.ignored.push(ignored(&settled.finding, lines, reason)),
            None => outcome.kept.push(settled),
        }
    }
    if circumstances.ran.contains(UNUSED_IGNORE) {
        let mut found = Vec::new();
        let mut findings = Findings::new(UNUSED_IGNORE, Level::Warning, &mut found);
        comments.report(circumstances, &mut findings);
        entries.report(circumstances, &mut findings);
        for finding in found {
            let lines = lines(&finding, files);
            match comments.reason(&finding, lines).or_else(|| entries.reason(&finding)) {
                Some(reason) => outcome.ignored.push(ignored(&finding, lines, reason)),
                None => outcome.unused.push(finding),
            }
        }
    }
    outcome.ignored.sort();
    outcome
}

fn ignored(finding: &Finding, lines: (usize, usize), reason: String) -> Ignored {
    Ignored { path: finding.primary.place.path.clone(), line: lines.0, rule: finding.rule.to_owned(), reason }
}

/// The first and the last line of the primary label.
fn lines(finding: &Finding, files: &BTreeMap<SourcePath, File>) -> (usize, usize) {
    let place = &finding.primary.place;
    let Some(file) = files.get(&place.path) else { return (1, 1) };
    let first = file.source.position(place.span.start).line;
    // The end is exclusive: a label that ends with its line break does not touch the next line.
    let last = file.source.position(place.span.end.saturating_sub(1).max(place.span.start)).line;
    (first, last.max(first))
}

#[cfg(test)]
mod tests;
