//! Regular expressions of schemas, which an untrusted author may have written: linear in time, bounded in size.

use regex::{Regex, RegexBuilder};

/// The most bytes that a compiled pattern may take.
const LARGEST: usize = 1 << 20;

/// The longest pattern that is compiled, in bytes.
const LONGEST: usize = 4096;

/// A pattern that matches whole values only; `None` if this engine cannot use it.
pub fn compile(pattern: &str) -> Option<Regex> {
    if pattern.len() > LONGEST {
        return None;
    }
    let build = |pattern: &str| RegexBuilder::new(pattern).size_limit(LARGEST).build().ok();
    // By itself first: `a)|(?:b` is broken, and the group around it would hide that.
    build(pattern)?;
    // A comment of the `(?x)` mode ends with its line.
    build(&format!(r"\A(?:{pattern})\z")).or_else(|| build(&format!("\\A(?:{pattern}\n)\\z")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_whole_values() {
        let pattern = compile(r"\d+|[a-z]{2}").unwrap();
        assert!(pattern.is_match("123") && pattern.is_match("ab"));
        assert!(!pattern.is_match("abc") && !pattern.is_match("12\n"));
        assert!(compile("^äö?$").unwrap().is_match("ä"));
        assert!(compile("(?x) a # comment").unwrap().is_match("a"));
    }

    #[test]
    fn a_hostile_pattern_is_none() {
        assert!(compile("a)|(b").is_none());
        assert!(compile("(?=x)").is_none());
        assert!(compile("((a{1000}){1000}){1000}").is_none());
        assert!(compile(&"(".repeat(100_000)).is_none());
        assert!(compile(&format!("{}{}", "(".repeat(2000), ")".repeat(2000))).is_none());
    }
}
