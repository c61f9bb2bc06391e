//! What a rule says: findings, their labels and their fixes. How they look is the business of `reporters`.

mod settled;

pub use settled::{Fingerprint, Settled, settle};

use std::fmt;

use crate::name::{Environment, Name};
use crate::source::{Place, SourcePath};

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// It is not reported.
    Off,
    /// It is a warning with `--pedantic`, and not reported without.
    Pedantic,
    /// Something to look at.
    Warning,
    /// Something is wrong.
    Error,
}

impl Level {
    /// The level of this word of the command line and the config: `off`, `warning`, `error`.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "off" => Some(Self::Off),
            "warning" => Some(Self::Warning),
            "error" => Some(Self::Error),
            _ => None,
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Off => "off",
            Self::Pedantic => "off (pedantic)",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule's id.
    pub rule: &'static str,
    /// How much it matters.
    pub level: Level,
    /// What is wrong, on one line that stands alone: what, which app, which environment. No value, no full stop, no advice.
    pub message: String,
    /// The variable, if it is about one.
    pub variable: Option<Name>,
    /// The app, if it is about one.
    pub app: Option<String>,
    /// The environment, if it is about one.
    pub environment: Option<Environment>,
    /// The place that a person will most likely edit.
    pub primary: Label,
    /// Other places that belong to it, the most telling first.
    pub related: Vec<Label>,
    /// What to do.
    pub help: Option<String>,
    /// What would repair it.
    pub fix: Option<Fix>,
}

/// A place in a finding, and what it has to do with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub place: Place,
    /// Its part in the finding, at most eight words: `required here`.
    pub text: String,
}

impl Label {
    /// A label at a place.
    pub fn new(place: &Place, text: impl Into<String>) -> Self {
        Self { place: place.clone(), text: text.into() }
    }
}

/// Edits that repair a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does: ``rename to `BETTER_AUTH_SECRET` ``.
    pub title: String,
    /// Whether no app can see a difference.
    pub safety: Safety,
    /// The edits, in any order.
    pub edits: Vec<Edit>,
}

/// Whether a [`Fix`] may be applied without being looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Safety {
    /// No app can see a difference.
    Safe,
    /// An app may see a difference.
    Unsafe,
}

/// One replacement in one file. It never carries a value: it inserts, deletes and renames around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The file.
    pub path: SourcePath,
    /// The bytes that are replaced.
    pub span: crate::source::Span,
    /// What stands there instead.
    pub replacement: String,
}

/// What the rules found, in the order of finding.
#[derive(Debug)]
pub struct Findings<'a> {
    rule: &'static str,
    level: Level,
    found: &'a mut Vec<Finding>,
}

impl<'a> Findings<'a> {
    /// A collector for one rule, whose findings have `level` unless they say otherwise.
    pub fn new(rule: &'static str, level: Level, found: &'a mut Vec<Finding>) -> Self {
        Self { rule, level, found }
    }

    /// Reports a finding at a place. What it is about is told with the methods of what is returned.
    pub fn report(&mut self, place: &Place, label: impl Into<String>, message: impl Into<String>) -> &mut Finding {
        self.found.push(Finding {
            rule: self.rule,
            level: self.level,
            message: message.into(),
            variable: None,
            app: None,
            environment: None,
            primary: Label::new(place, label),
            related: Vec::new(),
            help: None,
            fix: None,
        });
        let last = self.found.len() - 1;
        &mut self.found[last]
    }
}

impl Finding {
    /// Sets a level other than the rule's; a level that the user configured wins over both.
    pub fn at_level(&mut self, level: Level) -> &mut Self {
        self.level = level;
        self
    }

    /// Says which variable it is about.
    pub fn variable(&mut self, name: &Name) -> &mut Self {
        self.variable = Some(name.clone());
        self
    }

    /// Says which app it is about.
    pub fn app(&mut self, app: &str) -> &mut Self {
        self.app = Some(app.to_owned());
        self
    }

    /// Says which environment it is about.
    pub fn environment(&mut self, environment: &Environment) -> &mut Self {
        self.environment = Some(environment.clone());
        self
    }

    /// Adds a place that belongs to it; of a place that is added twice, [`settle`] keeps the first label.
    pub fn related(&mut self, place: &Place, text: impl Into<String>) -> &mut Self {
        if *place != self.primary.place {
            self.related.push(Label::new(place, text));
        }
        self
    }

    /// Says what to do.
    pub fn help(&mut self, help: impl Into<String>) -> &mut Self {
        self.help = Some(help.into());
        self
    }

    /// Offers a repair.
    pub fn fix(&mut self, fix: Fix) -> &mut Self {
        self.fix = Some(fix);
        self
    }
}
