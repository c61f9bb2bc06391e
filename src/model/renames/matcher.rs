//! Which pairs of names have a class. Names meet by what they share, never each with each.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use strsim::osa_distance;

use super::spelling::{Lane, Speller, Spelling, Word, WordId, beyond, without};
use super::{Class, Input, Pairs, Target};
use crate::name::Name;

/// Words in a lane: what names meet by.
type Key = (Lane, Vec<WordId>);

/// A slot that so many names fill differently is no place for a misspelling, and no name there is near to another.
const CROWD: usize = 128;

/// Everything that is needed to class pairs.
pub(super) struct Matcher<'a> {
    speller: Speller,
    unknown: Vec<Option<Spelling>>,
    targets: Vec<Option<Spelling>>,
    names: &'a [Target<'a>],
    input: &'a Input<'a>,
    /// The first words of the names that both the source and the app have.
    families: BTreeSet<WordId>,
    /// By the words of a name but one: that one, and the name.
    siblings: HashMap<Key, Vec<(WordId, &'a Name)>>,
    /// The words of the names that the app declares or reads.
    declared: BTreeSet<Key>,
    /// The words that stand in a name which the app knows.
    used: BTreeSet<WordId>,
    /// Whether the app has names with these words more beside the same names without.
    split: RefCell<HashMap<Vec<WordId>, bool>>,
    from: &'a [&'a Name],
}

impl<'a> Matcher<'a> {
    /// Takes all names apart.
    pub(super) fn new(unknown: &'a [&'a Name], names: &'a [Target<'a>], input: &'a Input<'a>) -> Self {
        let mut speller = Speller::new(input.namespaces);
        let from: Vec<_> = unknown.iter().map(|name| speller.spell(name.as_str())).collect();
        let targets: Vec<_> = names.iter().map(|target| speller.spell(target.name.as_str())).collect();
        let mut all: BTreeSet<&'a Name> = unknown.iter().copied().collect();
        all.extend(names.iter().map(|target| target.name).chain(input.known).chain(input.present));
        let strangers: BTreeSet<&Name> = unknown.iter().copied().collect();
        let mut siblings: HashMap<Key, Vec<(WordId, &'a Name)>> = HashMap::new();
        let mut used = BTreeSet::new();
        for name in all {
            let Some(spelling) = speller.spell(name.as_str()) else { continue };
            if !strangers.contains(name) {
                used.extend(&spelling.words);
            }
            let mut last = None;
            for word in &spelling.sorted {
                if last != Some(word) && spelling.sorted.len() > 2 {
                    siblings.entry((spelling.lane, without(&spelling.sorted, *word))).or_default().push((*word, name));
                }
                last = Some(word);
            }
        }
        let mut families = BTreeSet::new();
        for name in input.present.iter().filter(|name| !strangers.contains(name)) {
            if let Some(spelling) = speller.spell(name.as_str())
                && let Some(first) = spelling.words.first()
            {
                families.insert(*first);
            }
        }
        let declared = targets.iter().flatten().map(|spelling| (spelling.lane, spelling.sorted.clone())).collect();
        let split = RefCell::default();
        Self { speller, unknown: from, targets, names, input, families, siblings, declared, used, split, from: unknown }
    }

    /// The class of each pair that has one.
    pub(super) fn pairs(&self) -> Pairs {
        let mut pairs = Pairs::new();
        self.meet_whole(&mut pairs);
        self.meet_without_units(&mut pairs);
        self.meet_without_secret_words(&mut pairs);
        self.meet_subsets(&mut pairs);
        self.meet_misspelt(&mut pairs);
        pairs
    }

    fn meet_whole(&self, pairs: &mut Pairs) {
        let mut squashed: HashMap<(Lane, &str), Vec<usize>> = HashMap::new();
        let mut sorted: HashMap<(Lane, &[WordId]), Vec<usize>> = HashMap::new();
        for (to, spelling) in spelt(&self.targets) {
            squashed.entry((spelling.lane, &spelling.squashed)).or_default().push(to);
            if spelling.words.len() > 1 {
                sorted.entry((spelling.lane, &spelling.sorted)).or_default().push(to);
            }
        }
        for (from, spelling) in spelt(&self.unknown) {
            for to in squashed.get(&(spelling.lane, &spelling.squashed)).into_iter().flatten() {
                keep(pairs, from, *to, Class::Respelt);
            }
            for to in sorted.get(&(spelling.lane, &spelling.sorted)).into_iter().flatten() {
                keep(pairs, from, *to, Class::Same);
            }
        }
    }

    fn meet_without_units(&self, pairs: &mut Pairs) {
        let stem = |spelling: &Spelling| -> Option<(Key, WordId)> {
            let unit = *spelling.words.iter().rev().find(|word| self.speller.is(**word, |word| word.unit.is_some()))?;
            let rest = without(&spelling.sorted, unit);
            (rest.len() >= 2).then_some(((spelling.lane, rest), unit))
        };
        let mut met: HashMap<Key, Vec<(usize, WordId)>> = HashMap::new();
        for (to, spelling) in spelt(&self.targets) {
            if let Some((key, unit)) = stem(spelling) {
                met.entry(key).or_default().push((to, unit));
            }
        }
        let dimension = |word: WordId| self.speller.known(word).and_then(|word| word.unit);
        for (from, spelling) in spelt(&self.unknown) {
            let Some((key, unit)) = stem(spelling) else { continue };
            for (to, other) in met.get(&key).into_iter().flatten() {
                if *other != unit && dimension(*other) == dimension(unit) {
                    keep(pairs, from, *to, Class::Unit);
                }
            }
        }
    }

    fn meet_without_secret_words(&self, pairs: &mut Pairs) {
        let is = |word: WordId, texts: &[&str]| self.speller.is(word, |word| texts.contains(&word.text.as_str()));
        let stem = |spelling: &Spelling| -> Option<(Key, WordId)> {
            spelling.words.iter().find(|word| is(**word, &["SECRET"]))?;
            let rest: Vec<WordId> =
                spelling.sorted.iter().copied().filter(|word| !is(*word, &["SECRET", "KEY", "TOKEN"])).collect();
            rest.iter().any(|word| self.is_content(*word)).then_some(((spelling.lane, rest), *spelling.words.first()?))
        };
        let mut met: HashMap<Key, Vec<(usize, WordId)>> = HashMap::new();
        for (to, spelling) in spelt(&self.targets) {
            if let Some((key, first)) = stem(spelling) {
                met.entry(key).or_default().push((to, first));
            }
        }
        for (from, spelling) in spelt(&self.unknown) {
            let Some((key, first)) = stem(spelling) else { continue };
            if !self.families.contains(&first) {
                continue;
            }
            for (to, other) in met.get(&key).into_iter().flatten() {
                if *other == first {
                    keep(pairs, from, *to, Class::SecretKey);
                }
            }
        }
    }

    fn meet_subsets(&self, pairs: &mut Pairs) {
        let mut times: HashMap<(Lane, WordId), usize> = HashMap::new();
        for (_, spelling) in spelt(&self.targets) {
            for word in &spelling.sorted {
                *times.entry((spelling.lane, *word)).or_default() += 1;
            }
        }
        let rarest = |spelling: &Spelling| {
            let often = |word: &WordId| times.get(&(spelling.lane, *word)).copied().unwrap_or_default();
            spelling.sorted.iter().copied().min_by_key(|word| (often(word), *word))
        };
        let mut holding: HashMap<(Lane, WordId), Vec<usize>> = HashMap::new();
        let mut by_rarest: HashMap<(Lane, WordId), Vec<usize>> = HashMap::new();
        for (to, spelling) in spelt(&self.targets).filter(|(_, spelling)| spelling.words.len() >= 2) {
            for word in &spelling.sorted {
                let list = holding.entry((spelling.lane, *word)).or_default();
                if list.last() != Some(&to) {
                    list.push(to);
                }
            }
            if let Some(word) = rarest(spelling) {
                by_rarest.entry((spelling.lane, word)).or_default().push(to);
            }
        }
        for (from, spelling) in spelt(&self.unknown).filter(|(_, spelling)| spelling.words.len() >= 2) {
            if let Some(word) = rarest(spelling) {
                for to in holding.get(&(spelling.lane, word)).into_iter().flatten() {
                    self.class_subset(pairs, from, *to);
                }
            }
            let mut last = None;
            for word in &spelling.sorted {
                if last != Some(word) {
                    for to in by_rarest.get(&(spelling.lane, *word)).into_iter().flatten() {
                        self.class_subset(pairs, from, *to);
                    }
                }
                last = Some(word);
            }
        }
    }

    fn class_subset(&self, pairs: &mut Pairs, from: usize, to: usize) {
        let (Some(Some(one)), Some(Some(other))) = (self.unknown.get(from), self.targets.get(to)) else { return };
        let (shorter, longer) = if one.sorted.len() < other.sorted.len() { (one, other) } else { (other, one) };
        let Some(left) = beyond(&longer.sorted, &shorter.sorted).filter(|left| !left.is_empty()) else { return };
        let content = shorter.sorted.iter().any(|word| self.is_content(*word));
        let wanted = self.names.get(to).and_then(|target| target.wanted);
        let all = |condition: &dyn Fn(&Word) -> bool| left.iter().all(|word| self.speller.is(*word, condition));
        let class = if self.is_namespace(shorter, &left, content, from, to) {
            Class::Namespace
        } else if !content {
            return;
        } else if all(&|word| word.unit.is_some()) {
            Class::UnitSuffix
        } else if left.len() <= 2 && all(&is_free) {
            if wanted.is_some_and(|wanted| wanted.given_by_values) || self.has_sibling(shorter, &left, from, to) {
                return;
            }
            Class::FreeSubset
        } else if all(&|word| word.traits.meaning && !word.traits.road) {
            if wanted.is_some_and(|wanted| wanted.given_by_values || wanted.documented) {
                return;
            }
            Class::MeaningSubset
        } else {
            return;
        };
        keep(pairs, from, to, class);
    }

    /// Whether what is left over names a framework, the app or a provider, and says nothing else.
    fn is_namespace(&self, shared: &Spelling, left: &[WordId], content: bool, from: usize, to: usize) -> bool {
        let all = |condition: &dyn Fn(&Word) -> bool| left.iter().all(|word| self.speller.is(*word, condition));
        if !all(&|word| word.unit.is_none() && (word.own || word.traits.framework || word.traits.provider)) {
            return false;
        }
        if !content {
            let uses =
                |word: &Word| !word.traits.packages.is_empty() && self.input.dependencies.has_any(word.traits.packages);
            return all(&uses);
        }
        let provider = !all(&|word| word.own || word.traits.framework);
        !provider || !self.has_sibling(shared, left, from, to) && !self.is_split(shared.lane, left)
    }

    /// Whether another name has the shared words and one more that tells it apart: then such words tell names apart
    /// here.
    fn has_sibling(&self, shared: &Spelling, left: &[WordId], from: usize, to: usize) -> bool {
        let names = [self.from.get(from).copied(), self.names.get(to).map(|target| target.name)];
        let Some(siblings) = self.siblings.get(&(shared.lane, shared.sorted.clone())) else { return false };
        siblings.iter().any(|(word, name)| {
            !names.contains(&Some(*name))
                && !left.contains(word)
                && self.speller.is(*word, |word| word.unit.is_none() && !word.own && !word.traits.framework)
        })
    }

    /// Whether the app itself has names with these words beside the same names without them.
    fn is_split(&self, lane: Lane, left: &[WordId]) -> bool {
        let mut key = left.to_vec();
        key.push(lane);
        if let Some(known) = self.split.borrow().get(&key) {
            return *known;
        }
        let split = spelt(&self.targets).filter(|(_, spelling)| spelling.lane == lane).any(|(_, spelling)| {
            beyond(&spelling.sorted, left)
                .is_some_and(|rest| !rest.is_empty() && self.declared.contains(&(spelling.lane, rest)))
        });
        self.split.borrow_mut().insert(key, split);
        split
    }

    fn meet_misspelt(&self, pairs: &mut Pairs) {
        let mut met: BTreeMap<Key, Vec<(usize, WordId)>> = BTreeMap::new();
        for (to, spelling) in spelt(&self.targets).filter(|(_, spelling)| spelling.words.len() >= 2) {
            for word in self.long_words(spelling) {
                met.entry((spelling.lane, without(&spelling.sorted, word))).or_default().push((to, word));
            }
        }
        for (from, spelling) in spelt(&self.unknown).filter(|(_, spelling)| spelling.words.len() >= 2) {
            for word in self.long_words(spelling) {
                if self.used.contains(&word) || self.speller.is(word, |word| word.traits.word) {
                    continue;
                }
                let rest = without(&spelling.sorted, word);
                let content = rest.iter().any(|word| self.is_content(*word));
                let Some(others) = met.get(&(spelling.lane, rest)) else { continue };
                if others.len() > CROWD {
                    continue;
                }
                for (to, other) in others {
                    if self.is_misspelt(word, *other, content) {
                        keep(pairs, from, *to, Class::Typo);
                    }
                }
            }
        }
    }

    /// Whether a word that is none is another one misspelt: a letter is lost, doubled or swapped inside it. Where the
    /// other is in no list either, the names must share more than common words.
    fn is_misspelt(&self, wrong: WordId, right: WordId, content: bool) -> bool {
        let (Some(wrong), Some(right)) = (self.speller.known(wrong), self.speller.known(right)) else { return false };
        if right.traits.meaning || wrong.own || right.unit.is_some() {
            return false;
        }
        let (one, other) = (wrong.text.as_str(), right.text.as_str());
        let (shorter, longer) = if one.len() < other.len() { (one, other) } else { (other, one) };
        if one.as_bytes().first() != other.as_bytes().first() || longer.len() - shorter.len() > 2 {
            return false;
        }
        // A word with an ending is another word: `ROUTE`, `ROUTER`.
        if longer.starts_with(shorter) {
            return false;
        }
        let distance = osa_distance(one, other);
        if right.traits.word && distance == 2 {
            return shorter.len() >= 9;
        }
        // A letter in the place of another makes a word of most short ones.
        let is_slip = one.len() != other.len() || is_shuffled(one, other) || right.traits.word && one.len() >= 8;
        distance == 1 && is_slip && (content || right.traits.word)
    }

    fn long_words(&self, spelling: &Spelling) -> Vec<WordId> {
        let mut words: Vec<WordId> = spelling.sorted.clone();
        words.dedup();
        words.retain(|word| self.speller.is(*word, |word| word.text.len() >= 5));
        words
    }

    fn is_content(&self, word: WordId) -> bool {
        let is_namespace = |word: &Word| word.traits.framework && word.traits.packages.is_empty();
        self.speller.is(word, |word| !word.traits.generic && word.unit.is_none() && !is_namespace(word))
    }
}

/// Whether two words have the same letters in another order.
fn is_shuffled(one: &str, other: &str) -> bool {
    let (mut one, mut other) = (one.as_bytes().to_vec(), other.as_bytes().to_vec());
    one.sort_unstable();
    other.sort_unstable();
    one == other
}

/// In no list, or an environment: evidence only beside the proof that nothing else gives the wanted name.
fn is_free(word: &Word) -> bool {
    let traits = word.traits;
    word.unit.is_none()
        && !word.own
        && !traits.meaning
        && !traits.road
        && !traits.generic
        && !traits.framework
        && !traits.provider
}

fn spelt(list: &[Option<Spelling>]) -> impl Iterator<Item = (usize, &Spelling)> {
    list.iter().enumerate().filter_map(|(at, spelling)| spelling.as_ref().map(|spelling| (at, spelling)))
}

/// The better class of a pair counts.
fn keep(pairs: &mut Pairs, from: usize, to: usize, class: Class) {
    pairs.entry((from, to)).and_modify(|known| *known = class.min(*known)).or_insert(class);
}
