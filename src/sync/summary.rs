//! What was done, in words.

use std::fmt::Write as _;

use crate::source::visible;

use super::apply::{Applied, Outcome};
use super::plan::{Item, Plan};

/// One line of what became of an item.
pub fn outcome_line(item: &Item, outcome: &Outcome) -> String {
    let secret = visible(item.wish.secret.as_str()).into_owned();
    match outcome {
        Outcome::Done { version, verified: true, .. } => format!("{secret}: version {} stored", visible(version)),
        Outcome::Done { version, doubt, .. } => {
            let doubt = doubt.as_deref().unwrap_or("it could not be read back");
            format!("{secret}: version {} stored, not verified: {}", visible(version), visible(doubt))
        }
        Outcome::Adopted => format!("{secret}: labelled"),
        Outcome::Unchanged => format!("{secret}: was as it should be"),
        Outcome::Conflict(message) => format!("{secret}: conflict: {}", visible(message)),
        Outcome::Failed { message, help, .. } => {
            let help = help.as_deref().map(|help| format!("\n    help: {}", visible(help))).unwrap_or_default();
            format!("{secret}: failed: {}{help}", visible(message))
        }
        Outcome::NotBegun => format!("{secret}: not begun"),
    }
}

/// How it ended.
pub fn summary(plan: &Plan, applied: &[Applied]) -> String {
    let count = |word: &str| applied.iter().filter(|one| one.outcome.word() == word).count();
    let mut text = String::new();
    let (done, adopted) = (count("done"), count("adopted"));
    let _ = write!(text, "Applied: {done} stored");
    for (word, said) in [
        (adopted, "labelled"),
        (count("unchanged"), "already as they should be"),
        (count("conflict"), "changed by somebody else"),
        (count("failed"), "failed"),
        (count("not begun"), "not begun"),
    ] {
        if word > 0 {
            let _ = write!(text, ", {word} {said}");
        }
    }
    text.push_str(".\n");
    if applied.iter().any(|one| !one.outcome.is_good()) {
        let bad = applied.iter().filter(|one| !one.outcome.is_good());
        for one in bad {
            if let Some(item) = plan.items.get(one.item) {
                let _ = writeln!(text, "  {}", outcome_line(item, &one.outcome));
            }
        }
        if applied.iter().any(|one| one.outcome.may_end_well()) {
            text.push_str("Run the same command again: it goes on where this one ended.\n");
        }
    }
    text
}
