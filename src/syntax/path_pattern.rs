//! Docker's patterns of paths, as `.dockerignore` and `COPY` have them. Which files are meant, others ask.
//!
//! Sources: Go's `filepath.Match` and moby's `patternmatcher`: `*` and `?` stay within one part of a path, `**` does not.

use std::fmt::{self, Write as _};

/// A pattern that was taken apart.
#[derive(Clone, PartialEq, Eq)]
pub struct PathPattern {
    tokens: Vec<Token>,
}

impl fmt::Debug for PathPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for token in &self.tokens {
            match token {
                Token::Literal(char) => f.write_char(*char)?,
                Token::One => f.write_str("?")?,
                Token::Star => f.write_str("*")?,
                Token::Deep => f.write_str("**")?,
                Token::Folders => f.write_str("**/")?,
                Token::Class { .. } => f.write_str("[…]")?,
            }
        }
        Ok(())
    }
}

#[derive(Clone, PartialEq, Eq)]
enum Token {
    /// This character.
    Literal(char),
    /// `?`: any character but `/`.
    One,
    /// `*`: any text without `/`.
    Star,
    /// `**`: any text.
    Deep,
    /// `**/`: any folders, also none.
    Folders,
    /// `[a-z]`, `[^a-z]`.
    Class { ranges: Vec<(char, char)>, negated: bool },
}

/// Longer patterns fit nothing, and longer paths no pattern: a bound on the work, far beyond what anybody writes.
const LONGEST: usize = 512;

impl PathPattern {
    /// Takes a pattern apart; what is no pattern for Docker stands for itself here.
    pub fn new(pattern: &str) -> Self {
        let chars: Vec<char> = pattern.chars().take(LONGEST + 1).collect();
        let mut tokens = Vec::with_capacity(chars.len());
        let mut at = 0;
        while let Some(char) = chars.get(at) {
            at += 1;
            match char {
                '*' if chars.get(at) == Some(&'*') => {
                    while chars.get(at) == Some(&'*') {
                        at += 1;
                    }
                    if chars.get(at) == Some(&'/') {
                        at += 1;
                        tokens.push(Token::Folders);
                    } else {
                        tokens.push(Token::Deep);
                    }
                }
                '*' => tokens.push(Token::Star),
                '?' => tokens.push(Token::One),
                '\\' => {
                    tokens.push(Token::Literal(chars.get(at).copied().unwrap_or('\\')));
                    at += 1;
                }
                '[' => match class(chars.get(at..).unwrap_or_default()) {
                    Some((token, length)) => {
                        tokens.push(token);
                        at += length;
                    }
                    None => tokens.push(Token::Literal('[')),
                },
                char => tokens.push(Token::Literal(*char)),
            }
        }
        Self { tokens }
    }

    /// Whether it fits a whole path.
    pub fn fits(&self, path: &str) -> bool {
        self.ends(path, |rest| rest.is_none())
    }

    /// Whether it fits a path or one of the folders above it.
    pub fn fits_or_holds(&self, path: &str) -> bool {
        self.ends(path, |rest| matches!(rest, None | Some('/')))
    }

    /// Whether it fits a beginning of a path; `may_end` is asked about the character behind that.
    fn ends(&self, path: &str, may_end: impl Fn(Option<char>) -> bool) -> bool {
        if self.tokens.len() > LONGEST || path.len() > LONGEST {
            return false;
        }
        let chars: Vec<char> = path.chars().collect();
        // Which beginnings of the path the tokens so far can have taken.
        let mut taken = vec![false; chars.len() + 1];
        if let Some(first) = taken.first_mut() {
            *first = true;
        }
        for token in &self.tokens {
            taken = step(token, &chars, &taken);
            if !taken.contains(&true) {
                return false;
            }
        }
        taken.iter().enumerate().any(|(at, taken)| *taken && may_end(chars.get(at).copied()))
    }

    /// Whether it is no more than its own text.
    pub fn is_literal(&self) -> bool {
        self.tokens.iter().all(|token| matches!(token, Token::Literal(_)))
    }
}

fn step(token: &Token, chars: &[char], taken: &[bool]) -> Vec<bool> {
    let mut next = vec![false; taken.len()];
    let set = |next: &mut Vec<bool>, at: usize| {
        if let Some(slot) = next.get_mut(at) {
            *slot = true;
        }
    };
    let mut running = false;
    let mut from_start = false;
    for (at, was) in taken.iter().enumerate() {
        let char = chars.get(at).copied();
        match token {
            Token::Literal(wanted) if *was && char == Some(*wanted) => set(&mut next, at + 1),
            Token::One if *was && char.is_some_and(|char| char != '/') => set(&mut next, at + 1),
            Token::Class { ranges, negated } if *was => {
                let fits = |char: char| ranges.iter().any(|(low, high)| *low <= char && char <= *high) != *negated;
                if char.is_some_and(|char| char != '/' && fits(char)) {
                    set(&mut next, at + 1);
                }
            }
            Token::Star | Token::Deep => {
                running |= *was;
                if running {
                    set(&mut next, at);
                }
                if char == Some('/') && *token == Token::Star {
                    running = false;
                }
            }
            Token::Folders => {
                if *was {
                    set(&mut next, at);
                    from_start = true;
                }
                if from_start && char == Some('/') {
                    set(&mut next, at + 1);
                }
            }
            _ => {}
        }
    }
    next
}

/// A class without its `[`, and how many characters it has with its `]`.
fn class(chars: &[char]) -> Option<(Token, usize)> {
    let negated = chars.first() == Some(&'^');
    let mut at = usize::from(negated);
    let mut ranges = Vec::new();
    loop {
        let mut next = || {
            let escaped = chars.get(at) == Some(&'\\');
            at += usize::from(escaped);
            let char = chars.get(at).copied()?;
            at += 1;
            Some((char, escaped))
        };
        let (low, escaped) = next()?;
        if low == ']' && !escaped {
            return (!ranges.is_empty()).then_some((Token::Class { ranges, negated }, at));
        }
        let high = if chars.get(at) == Some(&'-') && chars.get(at + 1).is_some_and(|char| *char != ']') {
            at += 1;
            chars.get(at).copied().inspect(|_| at += 1)?
        } else {
            low
        };
        ranges.push((low, high));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stays_within_a_part_and_two_do_not() {
        for (pattern, path) in [
            (".env", ".env"),
            (".env*", ".env.local"),
            ("*.md", "README.md"),
            ("a/*/c", "a/b/c"),
            ("**/.env", ".env"),
            ("**/.env", "a/b/.env"),
            ("**/.env*", "a/.env.production"),
            ("a/**", "a/b/c"),
            ("**", "a/b"),
            ("a/**/z", "a/z"),
            ("a/**/z", "a/b/c/z"),
            ("?.txt", "a.txt"),
            ("[a-c]x", "bx"),
            ("[^a-c]x", "dx"),
            ("\\*", "*"),
            ("[", "["),
            ("ä*", "äö"),
        ] {
            assert!(PathPattern::new(pattern).fits(path), "{pattern} {path}");
        }
        for (pattern, path) in [
            ("*.md", "a/README.md"),
            ("a/*/c", "a/b/x/c"),
            (".env", "a/.env"),
            ("**/.env", "a/x.env"),
            ("a/**/z", "a/bz"),
            ("?", "/"),
            ("[a-c]", "d"),
            ("", "a"),
            ("a", ""),
        ] {
            assert!(!PathPattern::new(pattern).fits(path), "{pattern} {path}");
        }
    }

    #[test]
    fn a_folder_holds_what_lies_below_it() {
        assert!(PathPattern::new("a/b").fits_or_holds("a/b/c/d"));
        assert!(!PathPattern::new("a/b").fits_or_holds("a/bc"));
    }

    #[test]
    fn many_stars_end() {
        assert!(!PathPattern::new(&"*a".repeat(500)).fits(&"a".repeat(400)));
        assert!(!PathPattern::new(&"x".repeat(100_000)).fits("x"));
        for text in ["[", "[a", "[a-", "[]", "[^]", "\\", "**\\", "[\\"] {
            let _ = PathPattern::new(text).fits("a]");
        }
    }

    proptest::proptest! {
        #[test]
        fn it_agrees_with_a_regex(pattern in "(a|b|/|\\*|\\?){0,8}", path in "[ab/]{0,8}") {
            let mut text = String::new();
            let mut rest = pattern.as_str();
            while let Some(char) = rest.chars().next() {
                if rest.starts_with("**") {
                    rest = rest.trim_start_matches('*');
                    if let Some(after) = rest.strip_prefix('/') {
                        rest = after;
                        text.push_str("(.*/)?");
                    } else {
                        text.push_str(".*");
                    }
                    continue;
                }
                rest = &rest[1..];
                match char {
                    '*' => text.push_str("[^/]*"),
                    '?' => text.push_str("[^/]"),
                    char => text.push(char),
                }
            }
            let regex = regex::Regex::new(&format!("^{text}$")).unwrap();
            proptest::prop_assert_eq!(PathPattern::new(&pattern).fits(&path), regex.is_match(&path));
        }
    }
}
