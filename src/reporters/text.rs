//! `text`: the format for people. What was understood, the loudest causes first, counts, and the next command.

mod diagnosis;
mod masked;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::{Look, Proof, Report, Reported, Reporter, defuse};
use crate::finding::Level;
use crate::source::visible;

/// The format.
pub(super) static REPORTER: Reporter = Reporter { name: "text", write };

/// How many findings a person gets to see at once.
const MOST_FINDINGS: usize = 50;
/// How many lines of anything else.
const MOST_LINES: usize = 12;

fn write(report: &Report, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    if !report.errors.is_empty() {
        // The command line has said them on stderr.
        return Ok(());
    }
    let mut text = String::new();
    if !look.quiet {
        heading(report, look, &mut text);
    }
    let mut loudest: Vec<&Reported> = report.findings.iter().collect();
    loudest.sort_by_key(|finding| std::cmp::Reverse(finding.level));
    let most = if look.terminal { MOST_FINDINGS } else { usize::MAX };
    for finding in loudest.iter().take(most) {
        diagnosis::render(finding, look, &mut text);
        text.push('\n');
    }
    if loudest.len() > most {
        let _ = writeln!(text, "and {} more: `envcheck check --format concise`\n", loudest.len() - most);
    }
    if !look.quiet {
        ending(report, &loudest, look, &mut text);
    }
    let text = if look.unicode { text } else { text.replace('•', "*") };
    out.write_all(defuse(&text).as_bytes())
}

/// One line of what was understood, then what was proved, environment by environment.
fn heading(report: &Report, look: &Look, text: &mut String) {
    let summary = &report.summary;
    let mut parts = vec![paint(look, BOLD, &visible(&report.name))];
    parts.push(count(summary.apps.len(), "app"));
    parts.push(count(summary.variables, "variable"));
    if !summary.environments.is_empty() {
        let names: Vec<_> = summary.environments.iter().map(|name| visible(name.as_str())).collect();
        parts.push(names.join(", "));
    }
    parts.push(count(summary.sources, "file"));
    let mut unknown: BTreeMap<_, usize> = BTreeMap::new();
    for entry in summary.unknown.iter().filter(|entry| entry.deployed) {
        *unknown.entry((&entry.environment, &entry.reason, entry.secrets)).or_default() += entry.variables.len();
    }
    for ((environment, reason, secrets), number) in unknown {
        let what = count(number, if secrets { "secret" } else { "variable" });
        parts.push(format!("{what} of {} unknown: {}", visible(environment.as_str()), visible(reason)));
    }
    let _ = writeln!(text, "{}", parts.join(if look.unicode { " · " } else { " - " }));
    lines(text, look, summary.proofs.iter().map(proof), "envcheck check --env ENV");
    text.push('\n');
}

fn proof(proof: &Proof) -> String {
    let mut parts = vec![format!("{} given", proof.given)];
    if proof.injected > 0 {
        parts.push(format!("{} injected", proof.injected));
        parts.push(format!("{} of them stored and enabled", proof.stored));
    } else if proof.stored > 0 {
        parts.push(format!("{} stored", proof.stored));
    }
    if proof.missing > 0 {
        parts.push(format!("{} missing", proof.missing));
    }
    parts.push(format!("{} unknown", proof.unknown));
    let (environment, app) = (visible(proof.environment.as_str()), visible(&proof.app));
    format!("{environment}: {app} {} required: {}", proof.required, parts.join(", "))
}

/// What was not read, what was turned off, the counts, and what to do next.
fn ending(report: &Report, loudest: &[&Reported], look: &Look, text: &mut String) {
    let summary = &report.summary;
    let unread = summary.unread.iter();
    let unread = unread.map(|(path, why)| format!("not read: {} ({})", visible(&path.to_string()), visible(why)));
    lines(text, look, unread, "envcheck sources");
    for (what, list) in [("turned down", &summary.lowered), ("skipped", &summary.skipped)] {
        if !list.is_empty() {
            let list: Vec<_> = list.iter().map(|entry| visible(entry)).collect();
            let _ = writeln!(text, "{what} by the config: {}", list.join(", "));
        }
    }
    let (errors, warnings) = (report.count(Level::Error), report.count(Level::Warning));
    let mut counts = Vec::new();
    if errors > 0 {
        counts.push(paint(look, RED, &count(errors, "error")));
    }
    if warnings > 0 {
        counts.push(paint(look, YELLOW, &count(warnings, "warning")));
    }
    if counts.is_empty() {
        counts.push("nothing to report".to_owned());
    }
    if !summary.ignored.is_empty() {
        counts.push(format!("{} ignored", summary.ignored.len()));
    }
    if summary.baselined > 0 {
        counts.push(format!("{} in the baseline", summary.baselined));
    }
    let _ = writeln!(text, "{}", counts.join(", "));
    if loudest.iter().any(|finding| finding.local) {
        let _ = writeln!(text, "(local): stands in a git-ignored file, so only you see it");
    }
    let next = match loudest {
        [first, ..] => Some(format!("envcheck explain {}", first.rule)),
        [] if summary.unknown.is_empty() && summary.unread.is_empty() => None,
        [] => Some("envcheck sources".to_owned()),
    };
    if let Some(next) = next {
        let _ = writeln!(text, "next: `{next}`");
    }
}

/// Lines of one kind, at most a handful of them where a person is looking.
fn lines(text: &mut String, look: &Look, lines: impl ExactSizeIterator<Item = String>, all: &str) {
    let most = if look.terminal { MOST_LINES } else { usize::MAX };
    let more = lines.len().saturating_sub(most);
    for line in lines.take(most) {
        let _ = writeln!(text, "{line}");
    }
    if more > 0 {
        let _ = writeln!(text, "and {more} more: `{all}`");
    }
}

const BOLD: &str = "1";
const RED: &str = "31";
const YELLOW: &str = "33";

fn paint(look: &Look, code: &str, text: &str) -> String {
    if look.color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
}

fn count(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}
