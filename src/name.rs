//! Names as types, so that a variable is never taken for a secret or an environment.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::sync::{LazyLock, Mutex, OnceLock, PoisonError};

use memchr::memchr;

use crate::memo::Answers;

/// A name that was seen: its text is kept once, for as long as the process runs, however often it stands in files.
struct Seen {
    text: Box<str>,
    /// The first bytes of the text, which tell the order of most names without a look at the rest.
    head: u128,
    answers: Answers,
    /// See [`Name::file`].
    file: OnceLock<&'static Self>,
}

/// How many parts the table of all names has, so that threads seldom wait for each other.
const PARTS: usize = 32;

impl Seen {
    /// The one of this text.
    fn of(text: &str) -> &'static Self {
        static TABLE: LazyLock<Vec<Mutex<HashMap<&'static str, &'static Seen>>>> =
            LazyLock::new(|| (0..PARTS).map(|_| Mutex::default()).collect());
        let last = text.bytes().next_back().map_or(0, usize::from);
        let Some(part) = TABLE.get((text.len() ^ last) % PARTS) else { return Self::keep(text) };
        let mut part = part.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = part.get(text) {
            return known;
        }
        let kept = Self::keep(text);
        part.insert(&kept.text, kept);
        kept
    }

    fn keep(text: &str) -> &'static Self {
        let mut head = [0; size_of::<u128>()];
        let length = text.len().min(head.len());
        head[..length].copy_from_slice(&text.as_bytes()[..length]);
        let (head, answers) = (u128::from_be_bytes(head), Answers::default());
        Box::leak(Box::new(Self { text: text.into(), head, answers, file: OnceLock::new() }))
    }
}

/// What is asked of a name again and again.
#[derive(Clone, Copy, Debug)]
pub enum Question {
    /// Whether it is that of a secret, by itself.
    Secret,
    /// Whether platforms or tools give or read it.
    Platform,
    /// Whether credentials that nothing but the name tells from other text belong into it.
    NamedCredential,
}

fn before_equals(name: &str) -> &str {
    memchr(b'=', name.as_bytes()).map_or(name, |at| &name[..at])
}

macro_rules! name_type {
    ($(#[$doc:meta])+ $name:ident, $part:expr) => {
        $(#[$doc])+
        #[derive(Clone)]
        pub struct $name(&'static Seen);

        impl $name {
            /// Takes the name as it is written.
            pub fn new(name: &str) -> Self {
                Self(Seen::of($part(name)))
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0.text
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                std::ptr::eq(self.0, other.0)
            }
        }

        impl Eq for $name {}

        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }

        impl Ord for $name {
            fn cmp(&self, other: &Self) -> Ordering {
                if self == other {
                    return Ordering::Equal;
                }
                self.0.head.cmp(&other.0.head).then_with(|| self.0.text.cmp(&other.0.text))
            }
        }

        impl Hash for $name {
            fn hash<H: Hasher>(&self, state: &mut H) {
                std::ptr::from_ref(self.0).addr().hash(state);
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0.text)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&*self.0.text, f)
            }
        }

        impl From<&str> for $name {
            fn from(name: &str) -> Self {
                Self::new(name)
            }
        }
    };
}

name_type! {
    /// The name of a variable, as the app sees it. What stands behind a `=` is no part of any, and may be a secret.
    Name, before_equals
}
name_type! {
    /// A place where an app runs: `development`, `staging`.
    Environment, std::convert::identity
}
name_type! {
    /// The id of a secret in a store, without project and version.
    SecretName, std::convert::identity
}

/// A map from names, in no order.
pub type NameMap<K, V> = HashMap<K, V, BuildHasherDefault<ByAddress>>;
/// A set of names, in no order.
pub type NameSet<K = Name> = HashSet<K, BuildHasherDefault<ByAddress>>;

/// Hashes what is told apart by its address, which nobody outside this process can choose.
#[derive(Clone, Copy, Default)]
pub struct ByAddress(u64);

impl Hasher for ByAddress {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_usize(usize::from(*byte));
        }
    }

    fn write_usize(&mut self, number: usize) {
        // The golden ratio spreads what differs in a few bits alone.
        self.0 = (self.0.rotate_left(5) ^ number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }

    fn finish(&self) -> u64 {
        // The low bits are those of the address, in which all are alike.
        self.0 ^ (self.0 >> 32)
    }
}

impl Name {
    /// What is behind the name of a variable that names the file with the value of another one.
    pub const FILE: &str = "_FILE";

    /// The variable that names the file with the value of this one.
    #[must_use]
    pub fn file(&self) -> Self {
        Self(self.0.file.get_or_init(|| Seen::of(&format!("{self}{}", Self::FILE))))
    }

    /// The answer to a question, which `answer` gives the first time.
    pub fn ask(&self, question: Question, answer: impl FnOnce(&str) -> bool) -> bool {
        self.0.answers.get(question as u8, || answer(self.as_str()))
    }
}

/// Which version of a secret is meant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// The newest, whatever its state.
    Latest,
    /// The one of this number, or with this alias.
    Pinned(String),
    /// An expression that is not resolved here.
    Unknown,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Latest => f.write_str("latest"),
            Self::Pinned(version) => f.write_str(version),
            Self::Unknown => f.write_str("?"),
        }
    }
}

/// Whether a shell and every common loader takes this as the name of a variable.
pub fn is_variable_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Whether this can be a glob of variables: `KV_*`. A plain name is one, and so is a plain lower-case word.
pub fn is_variable_glob(glob: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'*' | b'?');
    (1..=256).contains(&glob.len()) && glob.bytes().all(fits)
}

/// Whether this can be the name of an environment, or a word for one.
pub fn is_environment_name(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    (1..=64).contains(&name.len()) && name.bytes().all(fits)
}

/// Whether a name fits a glob, in which `*` is any text, also none, and `?` any one character.
pub fn matches_glob(glob: &str, name: &str) -> bool {
    let (glob, name) = (glob.as_bytes(), name.as_bytes());
    let differs = |glob: Option<&u8>, name: Option<&u8>| {
        glob.is_some_and(|byte| !matches!(byte, b'*' | b'?') && name != Some(byte))
    };
    // Most names differ in their first or in their last letter.
    if differs(glob.first(), name.first()) || differs(glob.last(), name.last()) {
        return false;
    }
    let (mut at, mut read) = (0, 0);
    // Where the last `*` stands and how much of the name it has taken: going back to it alone is enough.
    let mut star: Option<(usize, usize)> = None;
    while read < name.len() {
        match glob.get(at) {
            Some(b'*') => {
                at += 1;
                let rest = &glob[at..];
                // Most globs are a beginning, an end, or one of each.
                if !rest.iter().any(|byte| matches!(byte, b'*' | b'?')) {
                    return name[read..].ends_with(rest);
                }
                star = Some((at - 1, read));
            }
            Some(byte) if *byte == b'?' || *byte == name[read] => {
                at += 1;
                read += 1;
            }
            _ => {
                let Some((back, taken)) = star else { return false };
                star = Some((back, taken + 1));
                (at, read) = (back + 1, taken + 1);
            }
        }
    }
    glob[at..].iter().all(|byte| *byte == b'*')
}

/// The known word that a mistyped one most likely means.
pub fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    const LONGEST: usize = 64;
    if word.len() > LONGEST {
        return None;
    }
    let fold = |word: &str| word.to_ascii_lowercase().replace(['-', ' '], "_");
    let word = fold(word);
    known
        .into_iter()
        .filter(|candidate| candidate.len() <= LONGEST)
        .map(|candidate| (strsim::damerau_levenshtein(&word, &fold(candidate)), candidate))
        // A third of the letters may be wrong; for short words, one.
        .filter(|(distance, candidate)| *distance <= (candidate.len() / 3).max(1) && *distance < word.len())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_text_is_one_name_and_names_are_ordered_by_their_text() {
        assert_eq!(Name::new("PORT"), Name::new("PORT"));
        assert_ne!(Name::new("PORT"), Name::new("PORT_"));
        assert!(Name::new("A_NAME") < Name::new("B_NAME") && Name::new("") < Name::new("A_NAME"));
        let long = ["A_NAME_OF_16_LET", "A_NAME_OF_16_LET\0", "A_NAME_OF_16_LETTERS", "A_NAME_OF_16_LETTERT", "Ä_NAME"];
        assert!(long.is_sorted_by_key(|name| Name::new(name)), "also where they differ late");
    }

    #[test]
    fn a_file_is_named_by_one_name() {
        assert_eq!(Name::new("KEY").file(), Name::new("KEY_FILE"));
        assert_eq!(Name::new("KEY").file(), Name::new("KEY").file());
    }

    #[test]
    fn a_glob_fits_the_whole_name() {
        for (glob, name) in
            [("PATH", "PATH"), ("LC_*", "LC_"), ("*_URL", "A_URL"), ("*", ""), ("A*B*C", "AxByC"), ("A?C*", "ABC")]
        {
            assert!(matches_glob(glob, name), "{glob} {name}");
        }
        for (glob, name) in
            [("PATH", "PATHS"), ("LC_*", "XLC_A"), ("*_URL", "A_URLS"), ("", "A"), ("A*B", "AC"), ("A", ""), ("?", "")]
        {
            assert!(!matches_glob(glob, name), "{glob} {name}");
        }
    }

    #[test]
    fn a_star_may_have_to_try_again() {
        assert!(matches_glob("*_A_*", "X_A_A_"));
        assert!(matches_glob("*_PORT_*_TCP*", "API_PORT_X_PORT_80_TCP_ADDR"));
        assert!(matches_glob("*?aab", "aaaaab"));
        assert!(!matches_glob("*aab*c", "aaaaab"));
        assert!(!matches_glob(&"*a".repeat(2000), &"a".repeat(1999)), "and it ends");
    }

    #[test]
    fn a_mistyped_word_finds_its_nearest() {
        assert_eq!(nearest("requried", ["required", "renamed_from"]), Some("required"));
        assert_eq!(nearest("minLength", ["min", "min_length"]), Some("min_length"));
        assert_eq!(nearest("Allow-Empty", ["allow_empty"]), Some("allow_empty"));
        assert_eq!(nearest("colour", ["min", "max"]), None);
        assert_eq!(nearest(&"x".repeat(100_000), ["min"]), None);
    }

    #[test]
    fn a_variable_name_is_letters_digits_and_underscores() {
        assert!(is_variable_name("_A1") && is_variable_name("next"));
        assert!(!is_variable_name("1A") && !is_variable_name("") && !is_variable_name("A-B") && !is_variable_name("Ä"));
    }

    proptest! {
        #[test]
        fn a_glob_agrees_with_a_regex(glob in "[ab*?]{0,8}", name in "[ab]{0,10}") {
            let pattern = glob.replace('*', ".*").replace('?', ".");
            let regex = regex::Regex::new(&format!("^{pattern}$")).unwrap();
            prop_assert_eq!(matches_glob(&glob, &name), regex.is_match(&name));
        }
    }
}
