//! Flags of a command line: `--flag value`, `--flag=value`, `-f value`, `-fvalue`.

use super::Argument;
use crate::source::Span;

/// The arguments of a program, cut in flags and the rest.
#[derive(Default)]
pub(super) struct Flags<'a> {
    /// The flags, in order.
    pub(super) given: Vec<Flag>,
    /// What is no flag, in order.
    pub(super) rest: Vec<&'a Argument>,
    /// Whether something in it may be any flag or more than one argument: `$FLAGS`, `${{ inputs.flags }}`.
    pub(super) open: bool,
    /// Whether that is a flag.
    pub(super) half_known: bool,
}

/// A flag with its value.
pub(super) struct Flag {
    /// With its dashes.
    pub(super) name: String,
    /// What it is given; `None` for a switch.
    pub(super) value: Option<Argument>,
    /// Where its name stands.
    pub(super) name_span: Span,
}

/// How a program writes its flags.
pub(super) struct Style {
    /// Flags without a value.
    pub(super) switches: &'static [&'static str],
    /// Letters of switches that may be written together: `-it`.
    pub(super) letters: &'static str,
    /// Whether a single dash begins long flags as well: `-var-file=x`.
    pub(super) single_dash: bool,
    /// Whether what follows the first argument that is no flag belongs to it: `docker run image -x`.
    pub(super) ends_at_first: bool,
}

impl Style {
    fn is_switch(&self, name: &str) -> bool {
        self.switches.contains(&name)
            || name.starts_with("--no-")
            || name.starts_with("--clear-")
            || !self.letters.is_empty()
                && name.len() > 1
                && !name.starts_with("--")
                && name.chars().skip(1).all(|letter| self.letters.contains(letter))
    }

    /// Cuts the arguments behind a program and its commands.
    pub(super) fn read<'a>(&self, arguments: &'a [Argument]) -> Flags<'a> {
        let mut found = Flags::default();
        let mut index = 0;
        while let Some(word) = arguments.get(index) {
            index += 1;
            let beginning = word.beginning();
            if word.is_unknown() {
                found.open = true;
                found.rest.push(word);
                continue;
            }
            if beginning == "--" && word.parts.len() == 1 {
                found.rest.extend(arguments.get(index..).unwrap_or_default());
                break;
            }
            if !beginning.starts_with('-') || beginning == "-" {
                found.rest.push(word);
                if self.ends_at_first {
                    found.rest.extend(arguments.get(index..).unwrap_or_default());
                    break;
                }
                continue;
            }
            let long = beginning.starts_with("--") || self.single_dash;
            if let Some((name, value)) = word.split_once("=").filter(|(name, _)| long && name.literal().is_some()) {
                let name_span = name.span();
                let name = name.literal().unwrap_or_default().to_string();
                found.given.push(Flag { name, value: Some(value), name_span });
                continue;
            }
            let Some(name) = word.literal() else {
                found.open |= !long;
                found.half_known |= !long;
                continue;
            };
            if !long && name.len() > 2 && !self.is_switch(&name) && name.is_char_boundary(2) {
                // `-eNAME=value`, `-tname`
                let short = name.get(..2).unwrap_or_default().to_owned();
                let value = word.without(&short);
                found.given.push(Flag { name: short, value, name_span: word.span() });
                continue;
            }
            let name = name.to_string();
            let value = if self.is_switch(&name) { None } else { arguments.get(index).cloned() };
            index += usize::from(value.is_some());
            found.given.push(Flag { name, value, name_span: word.span() });
        }
        found
    }
}

impl Flags<'_> {
    /// The values of a flag, under any of its names.
    pub(super) fn all<'f>(&'f self, names: &'f [&str]) -> impl Iterator<Item = &'f Argument> {
        let of = self.given.iter().filter(move |flag| names.contains(&flag.name.as_str()));
        of.filter_map(|flag| flag.value.as_ref())
    }

    /// The last value of a flag, which is the one that counts.
    pub(super) fn last(&self, names: &[&str]) -> Option<&Argument> {
        self.given.iter().rev().find(|flag| names.contains(&flag.name.as_str()))?.value.as_ref()
    }

    pub(super) fn has(&self, names: &[&str]) -> bool {
        self.given.iter().any(|flag| names.contains(&flag.name.as_str()))
    }
}
