//! Merge keys and look-ups: what a mapping comes to.

use std::collections::HashMap;

use super::{Kind, Node, Style};

/// A key and its value in a mapping.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The key's text.
    pub name: &'a str,
    /// The key.
    pub key: Node<'a>,
    /// The value.
    pub value: Node<'a>,
    /// Whether a merge key brought it in.
    pub merged: bool,
}

impl<'a> Node<'a> {
    /// What the mapping comes to: its own keys, then those of its merge keys that it has not, the first source of
    /// each. Of a repeated key the last one counts. Keys that are no scalars are left out.
    pub fn entries(self) -> Vec<Entry<'a>> {
        let mut found = Entries::default();
        found.add(self, false);
        found.entries
    }

    /// The value of a key, also of one that a merge key brings in.
    pub fn get(self, name: &str) -> Option<Node<'a>> {
        let own = self.pairs().filter(|(key, _)| !key.is_merge()).filter(|(key, _)| key.as_str() == Some(name)).last();
        own.map(|(_, value)| value).or_else(|| self.merge_sources().find_map(|source| source.get(name)))
    }

    /// Whether it is the key `<<`, not a text of these letters.
    pub(super) fn is_merge(self) -> bool {
        self.style() == Style::Plain && self.as_str() == Some("<<") && self.tag().is_none()
    }

    /// The mappings that the merge keys name, the strongest first.
    fn merge_sources(self) -> impl Iterator<Item = Node<'a>> {
        self.pairs().filter(|(key, _)| key.is_merge()).flat_map(|(_, value)| {
            let single = (value.kind() == Kind::Mapping).then_some(value);
            single.into_iter().chain(value.items().filter(|item| item.kind() == Kind::Mapping))
        })
    }
}

#[derive(Default)]
struct Entries<'a> {
    entries: Vec<Entry<'a>>,
    places: HashMap<&'a str, usize>,
}

impl<'a> Entries<'a> {
    fn add(&mut self, mapping: Node<'a>, merged: bool) {
        let outer = self.entries.len();
        for (key, value) in mapping.pairs() {
            let Some(name) = key.as_str() else { continue };
            if key.is_merge() {
                continue;
            }
            let entry = Entry { name, key, value, merged };
            match self.places.get(name) {
                None => {
                    self.places.insert(name, self.entries.len());
                    self.entries.push(entry);
                }
                Some(place) if *place >= outer => self.entries[*place] = entry,
                Some(_) => {}
            }
        }
        for source in mapping.merge_sources() {
            self.add(source, true);
        }
    }
}
