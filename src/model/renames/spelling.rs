//! Names taken apart: side, digits, words. What the words mean is in `lists`.

use std::collections::{BTreeSet, HashMap};

use super::lists::{self, Dimension, Traits};
use crate::tables::public::possible_prefix;

/// A word of names, as a number.
pub(super) type WordId = u32;

/// Names are comparable within one lane only: the same public prefix, or none, and the same digits.
pub(super) type Lane = u32;

/// A name, taken apart.
#[derive(Clone, Debug)]
pub(super) struct Spelling {
    /// See [`Lane`].
    pub(super) lane: Lane,
    /// Its letters and digits alone, in upper case.
    pub(super) squashed: String,
    /// Its words, in order.
    pub(super) words: Vec<WordId>,
    /// Its words, sorted: equal ones are equal names but for order, synonyms and plurals.
    pub(super) sorted: Vec<WordId>,
}

/// What is known of a word.
#[derive(Clone, Debug)]
pub(super) struct Word {
    /// Its canonical text.
    pub(super) text: String,
    /// What the lists say of it.
    pub(super) traits: Traits,
    /// If it is a unit where it stands: what it measures.
    pub(super) unit: Option<Dimension>,
    /// Whether it is a name of the app, its folder, package, repository or owner.
    pub(super) own: bool,
}

/// All words and lanes of one run.
#[derive(Debug)]
pub(super) struct Speller {
    words: Vec<Word>,
    by_text: HashMap<(String, bool), WordId>,
    lanes: HashMap<(Option<&'static str>, Vec<String>), Lane>,
    own: BTreeSet<String>,
}

/// Longer names, and names of more words, are noise.
const LONGEST: usize = 128;
const MOST_WORDS: usize = 16;

impl Speller {
    /// A speller that knows the app's own names.
    pub(super) fn new(namespaces: &[String]) -> Self {
        let own = namespaces
            .iter()
            .flat_map(|name| split(name))
            .filter(|word| {
                let traits = lists::traits(word);
                word.len() >= 3 && !traits.generic && !traits.meaning && !traits.environment
            })
            .map(|word| lists::canonical(&word).to_owned())
            .collect();
        Self { words: Vec::new(), by_text: HashMap::new(), lanes: HashMap::new(), own }
    }

    /// Takes a name apart; `None` for one that is too long or has no words.
    pub(super) fn spell(&mut self, name: &str) -> Option<Spelling> {
        if name.len() > LONGEST {
            return None;
        }
        let upper = name.to_ascii_uppercase();
        let (side, rest) =
            possible_prefix(&upper).map_or((None, upper.as_str()), |(prefix, rest)| (Some(prefix.prefix), rest));
        let texts = split(rest);
        if texts.is_empty() || texts.len() > MOST_WORDS {
            return None;
        }
        let lane = self.lane(side, &texts);
        let time = texts.iter().any(|text| lists::speaks_of_time(text));
        let words: Vec<WordId> = texts
            .iter()
            .enumerate()
            .map(|(at, text)| {
                let near_end = at > 0 && at + 2 >= texts.len();
                let beside = at.checked_sub(1).and_then(|before| texts.get(before)).is_some_and(|text| text == "MAX");
                let unit =
                    lists::unit(text).filter(|_| near_end && !beside && (time || !lists::is_doubtful_unit(text)));
                self.word(text, unit)
            })
            .collect();
        let mut sorted = words.clone();
        sorted.sort_unstable();
        Some(Spelling { lane, squashed: texts.concat(), words, sorted })
    }

    /// What is known of a word.
    pub(super) fn known(&self, word: WordId) -> Option<&Word> {
        usize::try_from(word).ok().and_then(|at| self.words.get(at))
    }

    /// Whether what is known of a word satisfies a condition.
    pub(super) fn is(&self, word: WordId, condition: impl Fn(&Word) -> bool) -> bool {
        self.known(word).is_some_and(condition)
    }

    fn word(&mut self, text: &str, unit: Option<(&'static str, Dimension)>) -> WordId {
        let canonical = unit.map_or_else(|| lists::canonical(text), |(class, _)| class);
        if let Some(found) = self.by_text.get(&(canonical.to_owned(), unit.is_some())) {
            return *found;
        }
        let traits = lists::traits_of_class(canonical);
        let id = WordId::try_from(self.words.len()).unwrap_or(WordId::MAX);
        let own = self.own.contains(canonical);
        self.words.push(Word { text: canonical.to_owned(), traits, unit: unit.map(|(_, dimension)| dimension), own });
        self.by_text.insert((canonical.to_owned(), unit.is_some()), id);
        id
    }

    fn lane(&mut self, side: Option<&'static str>, texts: &[String]) -> Lane {
        let mut digits: Vec<String> = texts
            .iter()
            .flat_map(|text| text.split(|character: char| !character.is_ascii_digit()))
            .filter(|run| !run.is_empty())
            .map(str::to_owned)
            .collect();
        digits.sort_unstable();
        let next = Lane::try_from(self.lanes.len()).unwrap_or(Lane::MAX);
        *self.lanes.entry((side, digits)).or_insert(next)
    }
}

/// The words of a name, in upper case.
fn split(name: &str) -> Vec<String> {
    name.split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_uppercase)
        .collect()
}

/// What a sorted list has beyond another one that it holds whole; `None` if it does not hold it.
pub(super) fn beyond(longer: &[WordId], shorter: &[WordId]) -> Option<Vec<WordId>> {
    let mut left = Vec::with_capacity(longer.len().saturating_sub(shorter.len()));
    let mut wanted = shorter.iter().peekable();
    for word in longer {
        match wanted.peek() {
            Some(next) if *next == word => {
                wanted.next();
            }
            Some(next) if *next < word => return None,
            _ => left.push(*word),
        }
    }
    wanted.peek().is_none().then_some(left)
}

/// A sorted list without one occurrence of a word.
pub(super) fn without(sorted: &[WordId], word: WordId) -> Vec<WordId> {
    let mut found = false;
    sorted.iter().copied().filter(|other| found || *other != word || std::mem::replace(&mut found, true)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(one: &str, other: &str) -> bool {
        let mut speller = Speller::new(&[]);
        let (one, other) = (speller.spell(one).unwrap(), speller.spell(other).unwrap());
        one.lane == other.lane && one.sorted == other.sorted
    }

    #[test]
    fn names_are_equal_but_for_order_and_synonyms() {
        assert!(
            same("DB_HOST", "DATABASE_HOSTNAME")
                && same("SECRET_KEY", "KEY_SECRET")
                && same("A_TTL_SECS", "A_TTL_SECONDS")
        );
        assert!(!same("DB_HOST", "DB_PORT") && !same("A_A", "A"));
    }

    #[test]
    fn sides_and_digits_are_lanes() {
        assert!(!same("S3_KEY_1", "S3_KEY_2") && !same("NEXT_PUBLIC_A_URL", "A_URL") && !same("A_1_2", "A_12"));
        assert!(same("VITE_DB_URL", "VITE_DATABASE_URI"));
    }

    #[test]
    fn min_is_minutes_beside_time_only() {
        assert!(same("CACHE_TTL_MIN", "CACHE_TTL_MINUTES"));
        assert!(!same("POOL_SIZE_MIN", "POOL_SIZE_MINUTES") && same("POOL_SIZE_MIN", "POOL_SIZE_MINIMUM"));
        assert!(!same("TTL_MAX_MIN", "TTL_MAX_MINUTES"));
    }

    #[test]
    fn a_list_is_taken_from_another() {
        assert_eq!(beyond(&[1, 2, 2, 3], &[2, 3]), Some(vec![1, 2]));
        assert_eq!(beyond(&[1, 2], &[2, 2]), None);
        assert_eq!(beyond(&[1], &[]), Some(vec![1]));
        assert_eq!(beyond(&[], &[1]), None);
        assert_eq!(without(&[1, 2, 2], 2), [1, 2]);
    }

    #[test]
    fn noise_is_not_spelt() {
        let mut speller = Speller::new(&[]);
        assert!(
            speller.spell("").is_none() && speller.spell("___").is_none() && speller.spell(&"A_".repeat(40)).is_none()
        );
        assert!(speller.spell(&"A".repeat(1000)).is_none());
    }
}
