//! Lists of names in messages, worded the same by every rule.

use std::fmt::Display;

/// How many names a message lists before it counts the rest; findings on more names than this are grouped.
pub(super) const FEW: usize = 3;

/// `` `A` ``, `` `A` and `B` ``, `` `A`, `B`, `C` and 2 more ``.
pub(super) fn names<T: Display>(names: impl IntoIterator<Item = T>) -> String {
    let all: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    join(&all)
}

/// `api`, `api and web`, `api, web, worker and 2 more`.
pub(super) fn words<T: Display>(words: impl IntoIterator<Item = T>) -> String {
    let all: Vec<String> = words.into_iter().map(|word| word.to_string()).collect();
    join(&all)
}

/// `api`, `api or web`, `api, web, worker or 2 more`: after a negation.
pub(super) fn any_of<T: Display>(words: impl IntoIterator<Item = T>) -> String {
    let all: Vec<String> = words.into_iter().map(|word| word.to_string()).collect();
    joined(&all, "or")
}

fn join(all: &[String]) -> String {
    joined(all, "and")
}

fn joined(all: &[String], word: &str) -> String {
    match all {
        [] => String::new(),
        [only] => only.clone(),
        all if all.len() > FEW => format!("{} {word} {} more", all[..FEW].join(", "), all.len() - FEW),
        [first @ .., last] => format!("{} {word} {last}", first.join(", ")),
    }
}

/// `1 variable`, `2 variables`.
pub(super) fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_more_than_three_counts_the_rest() {
        assert_eq!(names(["A"]), "`A`");
        assert_eq!(names(["A", "B"]), "`A` and `B`");
        assert_eq!(names(["A", "B", "C"]), "`A`, `B` and `C`");
        assert_eq!(names(["A", "B", "C", "D", "E"]), "`A`, `B`, `C` and 2 more");
        assert_eq!(words(["api", "web"]), "api and web");
        assert_eq!(any_of(["api", "web"]), "api or web");
    }

    #[test]
    fn one_is_singular() {
        assert_eq!((count(1, "variable"), count(2, "variable")), ("1 variable".to_owned(), "2 variables".to_owned()));
    }
}
