//! Which rules run and how loud their findings are: command line › config › the finding › the rule.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::Level;

/// What the user said about levels.
#[derive(Clone, Debug, Default)]
pub struct Levels {
    /// `[rules]` of the config.
    pub config: BTreeMap<String, Level>,
    /// `-W`, `-E` and `-A`.
    pub command_line: BTreeMap<String, Level>,
    /// `--rule`: only these; empty is all.
    pub only: BTreeSet<String>,
    /// `--pedantic`.
    pub pedantic: bool,
}

impl Levels {
    /// Whether a rule runs at all.
    pub fn runs(&self, rule: &str, default: Level) -> bool {
        if !self.only.is_empty() && !self.only.contains(rule) {
            return false;
        }
        self.configured(rule).unwrap_or(if self.only.is_empty() { default } else { Level::Warning }) != Level::Off
    }

    /// The level at which a finding is reported: `Off`, `Warning` or `Error`.
    ///
    /// `own` is what the finding says, `default` what its rule says. A configured level sets all findings of a rule.
    pub fn of(&self, rule: &str, default: Level, own: Level) -> Level {
        if let Some(level) = self.configured(rule) {
            return level;
        }
        match own {
            Level::Warning | Level::Error => own,
            // Asked for by name, a rule that is off comes on.
            _ if default < Level::Warning && self.only.contains(rule) => Level::Warning,
            Level::Pedantic if self.pedantic => Level::Warning,
            Level::Pedantic | Level::Off => Level::Off,
        }
    }

    /// The rules that the config turns off or down, by name: what a repository hides is to be said.
    pub fn lowered<'a>(&'a self, default: impl Fn(&str) -> Option<Level> + 'a) -> impl Iterator<Item = &'a str> {
        let config = self.config.iter().filter(|(rule, _)| !self.command_line.contains_key(*rule));
        config
            .filter(move |(rule, level)| default(rule).is_some_and(|default| **level < default))
            .map(|(rule, _)| rule.as_str())
    }

    fn configured(&self, rule: &str) -> Option<Level> {
        let config = || self.config.get(rule).filter(|level| **level != Level::Off || !self.only.contains(rule));
        self.command_line.get(rule).or_else(config).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Level::{Error, Off, Pedantic, Warning};

    fn set(rule: &str, level: Level) -> BTreeMap<String, Level> {
        BTreeMap::from([(rule.to_owned(), level)])
    }

    #[test]
    fn the_command_line_beats_the_config_and_the_config_the_finding() {
        let config = Levels { config: set("r", Warning), ..Levels::default() };
        assert_eq!(config.of("r", Error, Error), Warning);
        let both = Levels { command_line: set("r", Error), ..config };
        assert_eq!(both.of("r", Warning, Pedantic), Error);
        assert_eq!(both.of("other", Error, Warning), Warning);
    }

    #[test]
    fn pedantic_findings_come_on_as_warnings() {
        let mut levels = Levels::default();
        assert_eq!(levels.of("r", Error, Pedantic), Off);
        levels.pedantic = true;
        assert_eq!(levels.of("r", Error, Pedantic), Warning);
        assert_eq!(levels.of("r", Off, Off), Off);
    }

    #[test]
    fn a_rule_asked_for_by_name_comes_on_alone() {
        let only = Levels { only: BTreeSet::from(["r".to_owned()]), config: set("r", Off), ..Levels::default() };
        assert!(only.runs("r", Off));
        assert!(!only.runs("s", Error));
        assert_eq!(only.of("r", Off, Off), Warning);
        assert_eq!(only.of("r", Error, Error), Error);
        assert_eq!(only.of("r", Error, Pedantic), Off);
    }

    #[test]
    fn a_rule_that_is_off_does_not_run() {
        let levels = Levels { config: set("r", Off), ..Levels::default() };
        assert!(!levels.runs("r", Error));
        assert!(!levels.runs("s", Off));
        assert!(levels.runs("s", Pedantic));
        let denied = Levels { command_line: set("s", Error), ..Levels::default() };
        assert!(denied.runs("s", Off));
    }

    #[test]
    fn what_the_config_turns_down_is_named() {
        let levels = Levels { config: set("r", Off), ..Levels::default() };
        assert_eq!(levels.lowered(|_| Some(Error)).collect::<Vec<_>>(), ["r"]);
        assert_eq!(levels.lowered(|_| Some(Off)).count(), 0);
        let raised = Levels { command_line: set("r", Error), ..levels };
        assert_eq!(raised.lowered(|_| Some(Error)).count(), 0);
    }
}
