//! `envcheck explain`: what a rule means.

use std::fmt::Write as _;

use clap::Args;

use super::failure::{CliError, Exit};
use super::look::{self, Color};
use super::output;
use crate::reporters::Look;
use crate::rules::{self, RULES, Rule};

/// Tells what a rule means, why, an example, and what to do.
#[derive(Debug, Args)]
pub(super) struct Explain {
    /// The id of the rule.
    #[arg(value_name = "RULE")]
    rule: String,
    /// When to use colours.
    #[arg(long, value_enum, value_name = "WHEN", default_value_t)]
    color: Color,
}

impl Explain {
    pub(super) fn run(&self) -> Result<Exit, CliError> {
        let Some(rule) = rules::find(&self.rule) else {
            return Err(CliError::unknown("rule", &self.rule, RULES.iter().map(|rule| rule.id)));
        };
        output::text(&text(rule, &look::stdout(self.color, false)))?;
        Ok(Exit::Clean)
    }
}

/// The documentation of a rule as a terminal shows it: headings bold, all else as it is written.
fn text(rule: &Rule, look: &Look) -> String {
    let (bold, end) = if look.color { ("\u{1b}[1m", "\u{1b}[0m") } else { ("", "") };
    let mut text = format!("{bold}{}{end} ({}, since {})\n\n", rule.id, rule.default_level, rule.since);
    let mut fenced = false;
    for line in rule.docs.trim_end().lines() {
        // A doc comment keeps the blank that stands behind its slashes.
        let line = line.strip_prefix(' ').unwrap_or(line).trim_end();
        if line.starts_with("```") {
            fenced = !fenced;
            continue;
        }
        let _ = match line.trim_start_matches('#') {
            "" => writeln!(text),
            _ if fenced => writeln!(text, "    {line}"),
            heading if heading.len() < line.len() => writeln!(text, "{bold}{}{end}", heading.trim()),
            line => writeln!(text, "{line}"),
        };
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Level;

    #[test]
    fn documentation_loses_its_markup() {
        let docs = " Finds nothing.\n\n ## Example\n ```env\n # a comment\n A=\n ```\n";
        let rule = Rule { id: "some-rule", default_level: Level::Off, since: "0.1.0", docs, check: |_, _| {} };
        let expected = "some-rule (off, since 0.1.0)\n\nFinds nothing.\n\nExample\n    # a comment\n    A=\n";
        assert_eq!(text(&rule, &Look::default()), expected);
    }
}
