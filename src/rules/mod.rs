//! The rules: pure functions from the model to findings.
//!
//! A new rule is one file here, a line in [`RULES`] and a folder of fixtures of its name.

use crate::finding::{Findings, Level};
use crate::model::Model;

/// Every rule, by id.
pub static RULES: &[&Rule] = &[];

/// One check, with an id.
pub struct Rule {
    /// Its id: kebab-case, names the fault, never changes.
    pub id: &'static str,
    /// The level of its findings unless the user or the finding says otherwise.
    pub default_level: Level,
    /// The version that it came with.
    pub since: &'static str,
    /// Its documentation, in Markdown: one line that says what it finds, then sections.
    pub docs: &'static str,
    /// Finds.
    pub check: fn(&Model<'_>, &mut Findings<'_>),
}

impl Rule {
    /// What it finds, in one line.
    pub fn summary(&self) -> &'static str {
        self.docs.trim_start().lines().next().unwrap_or_default().trim()
    }
}

/// The rule of this id.
pub fn find(id: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.id == id)
}

/// Makes a file's `RULE` from its documentation, id, level and version.
macro_rules! rule {
    ($(#[doc = $doc:literal])+ $id:literal, $level:ident, since $since:literal, $check:ident) => {
        $(#[doc = $doc])+
        pub static RULE: $crate::rules::Rule = $crate::rules::Rule {
            id: $id,
            default_level: $crate::finding::Level::$level,
            since: $since,
            docs: concat!($($doc, "\n"),+),
            check: $check,
        };
    };
}
#[expect(unused_imports, reason = "the rules come next")]
pub(crate) use rule;
