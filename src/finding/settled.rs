//! Findings in their final order, each with the fingerprint by which a baseline knows it again.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::Finding;
use crate::name::{Environment, Name};

/// A finding among all findings of a run.
#[derive(Clone, Debug)]
pub struct Settled {
    /// The finding.
    pub finding: Finding,
    /// What stays the same when the lines above it change.
    pub fingerprint: Fingerprint,
}

/// Tells a finding from every other one of the same repository.
///
/// It holds rule, path, variable, app, environment and an ordinal: no line, no value, no hash of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(u128);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v1:{:032x}", self.0)
    }
}

impl Fingerprint {
    fn of(finding: &Finding, ordinal: usize) -> Self {
        let mut hash = Fnv::new();
        hash.part(Some(finding.rule));
        hash.part(Some(finding.primary.place.path.as_str()));
        hash.part(finding.variable.as_ref().map(Name::as_str));
        hash.part(finding.app.as_deref());
        hash.part(finding.environment.as_ref().map(Environment::as_str));
        hash.part(Some(&ordinal.to_string()));
        Self(hash.0)
    }
}

/// Sorts by path, place, rule and message, makes one of those that say the same, and gives each its fingerprint.
///
/// The ordinals count within all findings of a run, so take all of them, before any is ignored or filtered out.
pub fn settle(mut findings: Vec<Finding>) -> Vec<Settled> {
    findings.sort_by(|a, b| key(a).cmp(&key(b)));
    let mut merged: Vec<Finding> = Vec::with_capacity(findings.len());
    for finding in findings {
        match merged.last_mut() {
            Some(last) if says_the_same(last, &finding) => merge(last, finding),
            _ => merged.push(finding),
        }
    }
    let mut seen: BTreeMap<Fingerprint, usize> = BTreeMap::new();
    let settled = merged.into_iter().map(|mut finding| {
        let mut places = BTreeSet::new();
        finding.related.retain(|label| places.insert(label.place.clone()));
        let ordinal = seen.entry(Fingerprint::of(&finding, 0)).or_default();
        let fingerprint = Fingerprint::of(&finding, *ordinal);
        *ordinal += 1;
        Settled { finding, fingerprint }
    });
    settled.collect()
}

fn key(finding: &Finding) -> impl Ord {
    let place = &finding.primary.place;
    (&place.path, place.span.start, finding.rule, &finding.message, place.span.end, &finding.variable, &finding.app)
}

fn says_the_same(a: &Finding, b: &Finding) -> bool {
    a.rule == b.rule && a.primary.place == b.primary.place && a.message == b.message && a.variable == b.variable
}

fn merge(into: &mut Finding, from: Finding) {
    into.level = into.level.max(from.level);
    if into.app != from.app {
        into.app = None;
    }
    if into.environment != from.environment {
        into.environment = None;
    }
    into.related.extend(from.related);
    if into.help.is_none() {
        into.help = from.help;
    }
    if into.fix.is_none() {
        into.fix = from.fix;
    }
}

/// FNV-1a, 128 bits: stable over versions and machines, and nothing here needs more.
struct Fnv(u128);

impl Fnv {
    fn new() -> Self {
        Self(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d)
    }

    /// A part that is absent differs from one that is empty, and no two lists of parts run together.
    fn part(&mut self, part: Option<&str>) {
        self.byte(u8::from(part.is_some()));
        for byte in part.unwrap_or_default().bytes() {
            self.byte(byte);
        }
        self.byte(0);
    }

    fn byte(&mut self, byte: u8) {
        self.0 ^= u128::from(byte);
        self.0 = self.0.wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Findings, Level};
    use crate::source::{Place, SourcePath, Span};

    fn place(path: &str, start: usize) -> Place {
        Place::new(&SourcePath::new(path), Span::new(start, start + 1))
    }

    fn findings(report: impl Fn(&mut Findings<'_>)) -> Vec<Settled> {
        let mut found = Vec::new();
        report(&mut Findings::new("some-rule", Level::Warning, &mut found));
        settle(found)
    }

    #[test]
    fn a_fingerprint_does_not_know_its_line() {
        let at = |start| {
            findings(|found| drop(found.report(&place("a", start), "here", "wrong").variable(&Name::new("X")).clone()))
        };
        assert_eq!(at(1)[0].fingerprint, at(900)[0].fingerprint);
    }

    #[test]
    fn a_fingerprint_is_the_same_in_every_version() {
        let found = findings(|found| {
            let finding = found.report(&place("a/.env", 4), "here", "wrong");
            finding.variable(&Name::new("PORT")).app("api").environment(&Environment::new("staging"));
        });
        assert_eq!(found[0].fingerprint.to_string(), "v1:cf59d67dff8b3261e6324feddfaa7713");
    }

    #[test]
    fn equal_findings_of_one_file_are_told_apart_by_an_ordinal() {
        let found = findings(|found| {
            found.report(&place("a", 9), "here", "wrong");
            found.report(&place("a", 1), "here", "wrong");
            found.report(&place("b", 1), "here", "wrong");
        });
        let prints: std::collections::BTreeSet<_> = found.iter().map(|settled| settled.fingerprint).collect();
        assert_eq!(prints.len(), 3);
        assert_eq!(found[0].finding.primary.place.span.start, 1);
    }

    #[test]
    fn an_absent_part_is_no_empty_part() {
        let with = findings(|found| drop(found.report(&place("a", 1), "here", "wrong").app("").clone()));
        let without = findings(|found| drop(found.report(&place("a", 1), "here", "wrong").clone()));
        assert_ne!(with[0].fingerprint, without[0].fingerprint);
    }

    #[test]
    fn of_two_labels_at_one_place_the_first_is_kept() {
        let found = findings(|found| {
            let finding = found.report(&place("a", 1), "here", "wrong");
            finding.related(&place("b", 1), "one").related(&place("a", 1), "itself").related(&place("b", 1), "two");
        });
        let labels: Vec<_> = found[0].finding.related.iter().map(|label| label.text.as_str()).collect();
        assert_eq!(labels, ["one"]);
    }

    #[test]
    fn the_same_said_for_two_apps_is_said_once() {
        let found = findings(|found| {
            found.report(&place("a", 1), "here", "wrong").app("web").related(&place("b", 1), "web");
            found.report(&place("a", 1), "here", "wrong").app("api").related(&place("c", 1), "api");
        });
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].finding.app, None);
        assert_eq!(found[0].finding.related.len(), 2);
    }
}
