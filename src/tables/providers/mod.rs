//! Credentials of known providers: how they look, which variables they belong into, and whether one is a secret.
//!
//! Facts about formats, one row a kind of credential. A row is tried only where one of its literal keywords stands in
//! the value, and its expression is compiled when that happens for the first time. No value is kept or printed.

mod checks;
mod hosts;
mod services;
mod structures;

use std::sync::{LazyLock, OnceLock};

use regex::bytes::{Regex, RegexBuilder};

use super::{any, holds};
use crate::name::{self, Name};
use crate::value::{Question, Value};

/// One kind of credential.
#[derive(Debug)]
pub struct Provider {
    /// Whose it is.
    pub owner: &'static str,
    /// What it is, as the end of a sentence: `a Stripe secret key`.
    pub what: &'static str,
    /// Who may see it.
    pub kind: Kind,
    /// Globs of the variables that it belongs into; empty: it says nothing of names.
    pub names: &'static [&'static str],
    /// Whether its shape alone says too little, so that the name must be one of `names`.
    pub only_named: bool,
    /// Literals one of which the value begins with; of rows that `anywhere` is set for, holds.
    pub keywords: &'static [&'static str],
    /// Whether a keyword may stand anywhere in the value.
    pub anywhere: bool,
    /// The whole value, as a regular expression over bytes.
    pub shape: &'static str,
    /// Beginnings by which the provider marks credentials of its test environment.
    pub test: &'static [&'static str],
    /// Beginnings by which it marks credentials of the real one.
    pub live: &'static [&'static str],
    /// Rows of one kin take each other's place: many clients of one API are pointed to another.
    pub kin: &'static str,
    /// What can be verified of a value beyond its shape; it takes any text.
    pub check: Option<fn(&str) -> Truth>,
}

/// Who may see a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The server alone.
    Secret,
    /// Half of a secret: it opens nothing without the other half.
    Half,
    /// Everyone, by design.
    Public,
}

/// What a check says of a value that has the shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// A checksum or a structure fits: it is one.
    Certain,
    /// Nothing speaks against it.
    Possible,
    /// A checksum does not fit: it was damaged, or is made up.
    Damaged,
    /// It is something else.
    Other,
}

/// The environment that a provider says its credential is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Its test environment.
    Test,
    /// The real one.
    Live,
}

/// A value that is a credential of a known kind.
#[derive(Clone, Copy, Debug)]
pub struct Hit {
    /// The kind.
    pub provider: &'static Provider,
    /// How sure that is.
    pub truth: Truth,
    /// The environment that it is for, if it says so.
    pub mode: Option<Mode>,
}

impl Hit {
    /// Whether the value alone is worth keeping from others.
    pub fn is_secret(&self) -> bool {
        self.provider.kind == Kind::Secret
    }
}

impl Provider {
    const fn new(
        owner: &'static str,
        what: &'static str,
        names: &'static [&'static str],
        keywords: &'static [&'static str],
        shape: &'static str,
    ) -> Self {
        Self {
            owner,
            what,
            kind: Kind::Secret,
            names,
            only_named: false,
            keywords,
            anywhere: false,
            shape,
            test: &[],
            live: &[],
            kin: "",
            check: None,
        }
    }

    const fn kind(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    const fn named(mut self) -> Self {
        self.only_named = true;
        self
    }

    const fn anywhere(mut self) -> Self {
        self.anywhere = true;
        self
    }

    const fn modes(mut self, test: &'static [&'static str], live: &'static [&'static str]) -> Self {
        self.test = test;
        self.live = live;
        self
    }

    const fn kin(mut self, kin: &'static str) -> Self {
        self.kin = kin;
        self
    }

    const fn checked(mut self, check: fn(&str) -> Truth) -> Self {
        self.check = Some(check);
        self
    }

    /// Whether a variable is one that such a credential belongs into.
    pub fn belongs_into(&self, name: &str) -> bool {
        any(self.names, name)
    }

    fn may_be(&self, name: &str, text: &str) -> bool {
        // Where every value could be one, only the name is a reason to look.
        (self.keywords.is_empty() || self.is_marked_in(text)) && (!self.only_named || self.belongs_into(name))
    }

    fn is_marked_in(&self, text: &str) -> bool {
        let keyword = |keyword: &&str| if self.anywhere { holds(text, keyword) } else { text.starts_with(*keyword) };
        self.keywords.iter().any(keyword)
    }

    fn mode(&self, text: &str) -> Option<Mode> {
        let begins = |words: &[&str]| words.iter().any(|word| text.starts_with(word));
        if begins(self.test) {
            Some(Mode::Test)
        } else if begins(self.live) {
            Some(Mode::Live)
        } else {
            None
        }
    }
}

/// No credential that anybody puts into a variable is longer.
const LONGEST: usize = 16 * 1024;
/// No shape is shorter.
const SHORTEST: usize = 12;
/// The most bytes that a compiled shape takes.
const MOST_COMPILED: usize = 256 * 1024;

/// The kind of credential that a value is, in the slot of a variable.
pub fn find(name: &Name, value: &Value) -> Option<Hit> {
    if !value.ask(Question::Credential, is_marked) && !name.ask(name::Question::NamedCredential, is_named) {
        return None;
    }
    let text = value.expose().trim();
    if !(SHORTEST..=LONGEST).contains(&text.len()) {
        return None;
    }
    let name = name.as_str().to_ascii_uppercase();
    let first = text.as_bytes().first().copied().unwrap_or_default();
    let letters = letters(text);
    rows_of(first).iter().find_map(|Row { index, provider, needs }| {
        let (index, provider) = (*index, *provider);
        if needs & !letters != 0 || !provider.may_be(&name, text) {
            return None;
        }
        // To compile a shape takes longer than to judge a file, so the check goes first.
        let truth = provider.check.map_or(Truth::Possible, |check| check(text));
        let is_hit = truth != Truth::Other && has_shape(index, provider, text);
        is_hit.then(|| Hit { provider, truth, mode: provider.mode(text) })
    })
}

/// Whether a value begins like a credential of some row, or holds what marks one.
fn is_marked(text: &str) -> bool {
    let text = text.trim();
    let first = text.as_bytes().first().copied().unwrap_or_default();
    if !(SHORTEST..=LONGEST).contains(&text.len()) {
        return false;
    }
    let letters = letters(text);
    let marks = |Row { provider, needs, .. }: &Row| {
        needs & !letters == 0 && !provider.keywords.is_empty() && provider.is_marked_in(text)
    };
    rows_of(first).iter().any(marks)
}

/// Which characters of ASCII stand in a text, each as a bit.
fn letters(text: &str) -> u128 {
    text.bytes().filter(u8::is_ascii).fold(0, |letters, byte| letters | 1 << byte)
}

/// Whether credentials without a mark belong into a variable.
fn is_named(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    ROWS.iter().any(|provider| provider.keywords.is_empty() && (!provider.only_named || provider.belongs_into(&name)))
}

/// The row that a variable's name asks for, if one does.
pub fn wanted(name: &str) -> Option<&'static Provider> {
    let name = name.to_ascii_uppercase();
    ROWS.iter().copied().find(|provider| provider.belongs_into(&name))
}

/// Every row, in the order in which they are tried.
pub fn all() -> impl Iterator<Item = &'static Provider> {
    ROWS.iter().copied()
}

/// Rows that need a name or a structure go before those whose shape takes nearly anything.
static ROWS: LazyLock<Vec<&'static Provider>> =
    LazyLock::new(|| services::NAMED.iter().chain(hosts::ROWS).chain(services::ROWS).chain(structures::ROWS).collect());

/// A row of the table.
struct Row {
    /// Its place in the table.
    index: usize,
    provider: &'static Provider,
    /// The [`letters`] that all its keywords have in common, without which a value has none of them.
    needs: u128,
}

/// The rows that a value can be of, by its first byte, in their order.
fn rows_of(first: u8) -> &'static [Row] {
    static BY_FIRST_BYTE: [OnceLock<Vec<Row>>; 256] = [const { OnceLock::new() }; 256];
    let begins = |provider: &Provider| {
        let fits = |keyword: &&str| keyword.as_bytes().first() == Some(&first);
        provider.anywhere || provider.keywords.is_empty() || provider.keywords.iter().any(fits)
    };
    let row = |(index, provider): (usize, &'static Provider)| {
        let needs = provider.keywords.iter().map(|keyword| letters(keyword)).reduce(|one, other| one & other);
        Row { index, provider, needs: needs.unwrap_or_default() }
    };
    BY_FIRST_BYTE[usize::from(first)].get_or_init(|| {
        let rows = ROWS.iter().copied().enumerate().filter(|(_, provider)| begins(provider));
        rows.map(row).collect()
    })
}

fn has_shape(index: usize, provider: &Provider, text: &str) -> bool {
    static COMPILED: LazyLock<Vec<OnceLock<Option<Regex>>>> =
        LazyLock::new(|| ROWS.iter().map(|_| OnceLock::new()).collect());
    let compile = || {
        let whole = format!("^(?:{})$", provider.shape);
        RegexBuilder::new(&whole).unicode(false).size_limit(MOST_COMPILED).build().ok()
    };
    let shape = COMPILED.get(index).and_then(|slot| slot.get_or_init(compile).as_ref());
    shape.is_some_and(|shape| shape.is_match(text.as_bytes()))
}

#[cfg(test)]
mod tests;
