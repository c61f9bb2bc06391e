//! Placeholders that are words and phrases. All text is in lower case.

use crate::tables::{holds, places};

/// What may stand between two words.
const SEPARATORS: [char; 3] = ['-', '_', ' '];

/// Whether a variable is one for which a framework takes this very value as none.
pub(super) fn reads_null(name: &str, text: &str) -> bool {
    READS_NULL.contains(&name) && super::bare(text).eq_ignore_ascii_case("null")
}

/// Whether a value is a phrase that stands in for another.
pub(super) fn is_phrase(text: &str, secret: bool) -> bool {
    is_request(text, secret)
        || is_yours(text, secret)
        || WORDS.contains(&text)
        || ends_in_here(text, secret)
        || starts_with_word(text, &["do-not-use", "do_not_use"])
        || is_shouted(text)
        || inner_request(text)
        || is_not_real(text, secret)
        || ["example", "dummy"].iter().any(|word| continues(text, word).is_some_and(|rest| !rest.starts_with(' ')))
        || (secret && is_secret_phrase(text))
}

/// `!ChangeMe!`, `!ChangeThisKey!`: how the recipes of Symfony write it.
fn is_shouted(text: &str) -> bool {
    let inner = begins(text, "!").and_then(|rest| rest.strip_suffix('!'));
    inner.and_then(|inner| inner.strip_prefix("change")).is_some_and(|rest| {
        let rest = rest.strip_prefix(SEPARATORS).unwrap_or(rest);
        rest.starts_with("me") || rest.starts_with("this")
    })
}

/// Whether a value only repeats its variable's name: that alone, or `Your App Name`.
pub(super) fn repeats(name: &str, text: &str, secret: bool) -> bool {
    if secret { is_own_name(name, text) } else { text == name && name.contains('_') || is_your_own(name, text) }
}

/// Whether a secret is its variable's name, the last words of it or one of them (the provider, the service, the user).
fn is_own_name(name: &str, text: &str) -> bool {
    // To see that it is longer than the name is cheap.
    if text.bytes().filter(u8::is_ascii_alphanumeric).nth(name.len()).is_some() {
        return false;
    }
    let squash = |text: &str| -> String {
        text.chars().filter(char::is_ascii_alphanumeric).map(|character| character.to_ascii_lowercase()).collect()
    };
    let value = zeroize::Zeroizing::new(squash(text));
    if value.len() < 4 || value.len() > name.len() {
        return false;
    }
    let tokens = name.split(|character: char| !character.is_ascii_alphanumeric());
    squash(name).ends_with(value.as_str()) && (value.len() == squash(name).len() || is_tail(name, &value))
        || tokens.into_iter().any(|token| token.eq_ignore_ascii_case(&value))
}

/// Whether the squashed value is made of whole last tokens of the name.
fn is_tail(name: &str, value: &str) -> bool {
    let mut length = 0;
    for token in name.rsplit(|character: char| !character.is_ascii_alphanumeric()) {
        length += token.len();
        if length >= value.len() {
            break;
        }
    }
    length == value.len()
}

/// `changeme`, `replace_with_your_key`, `please enter your key`.
fn is_request(text: &str, secret: bool) -> bool {
    let text = text.strip_prefix("please").map_or(text, |rest| rest.trim_start_matches(SEPARATORS));
    if let Some(rest) = text.strip_prefix("change")
        && starts_with_word(rest.strip_prefix(SEPARATORS).unwrap_or(rest), &["me", "this", "it"])
    {
        return secret || !rest.starts_with(' ') || rest.len() <= 5;
    }
    let verbs = if secret { VERBS } else { PLAIN_VERBS };
    let objects = if secret { OBJECTS } else { PLAIN_OBJECTS };
    let separators: &[char] = if secret { &SEPARATORS } else { &['-', '_'] };
    ["replaceme", "replace-me", "replace_me"].contains(&text)
        || verbs.iter().any(|verb| {
            begins(text, verb)
                .and_then(|rest| rest.strip_prefix(separators))
                .is_some_and(|rest| starts_with_word(rest, objects))
        })
}

/// `Your App Name` of the variable `APP_NAME`.
fn is_your_own(name: &str, text: &str) -> bool {
    let Some((_, rest)) = text.split_once(' ').filter(|(your, _)| your.eq_ignore_ascii_case("your")) else {
        return false;
    };
    let mut words = rest.split_ascii_whitespace().peekable();
    let is_of_name = |word: &str| name.split('_').any(|token| token.eq_ignore_ascii_case(word));
    words.peek().is_some() && words.all(is_of_name)
}

/// `your-key`, `your.domain`; with a space only of a secret.
fn is_yours(text: &str, secret: bool) -> bool {
    if ["_your_", "-your-"].iter().any(|word| holds(text, word)) {
        return true;
    }
    let Some(rest) = text.strip_prefix("your") else { return false };
    match rest.chars().next() {
        Some('-' | '_' | '.') => rest.len() > 1,
        Some(' ') => secret,
        _ => false,
    }
}

fn ends_in_here(text: &str, secret: bool) -> bool {
    text.strip_suffix("here")
        .is_some_and(|before| before.len() > 1 && (before.ends_with(['-', '_']) || secret && before.ends_with(' ')))
}

/// `key-change-me`, `jwt_secret_replace_in_production`.
fn inner_request(text: &str) -> bool {
    ["change", "replace"].iter().any(|verb| {
        places(text, verb).any(|at| {
            let before = text.get(..at).unwrap_or_default();
            let after = text.get(at + verb.len()..).unwrap_or_default();
            before.ends_with(['-', '_'])
                && after.strip_prefix(['-', '_']).is_some_and(|rest| {
                    starts_with_word(rest, &["me", "this", "in-production", "in_production", "in-prod", "in_prod"])
                })
        })
    })
}

/// `not-set`, `not a real key`.
fn is_not_real(text: &str, secret: bool) -> bool {
    let Some(rest) = text.strip_prefix("not") else { return false };
    let rest = rest.strip_prefix(SEPARATORS).unwrap_or(rest);
    let rest = rest.strip_prefix('a').and_then(|rest| rest.strip_prefix(SEPARATORS)).unwrap_or(rest);
    let words = ["real", "used", "set", "needed"];
    if secret { starts_with_word(rest, &words) } else { words.contains(&rest) && !text.contains(' ') }
}

/// Phrases that stand in for a secret, and are honest values anywhere else.
fn is_secret_phrase(text: &str) -> bool {
    SECRET_WORDS.contains(&text)
        || ["do-not-use", "do_not_use", "donotuse"].iter().any(|words| holds(text, words))
        || is_plain_secret(text)
        || text.strip_prefix("my").is_some_and(|rest| {
            let rest = rest.strip_prefix(['-', '_']).unwrap_or(rest);
            let rest = rest.strip_prefix("super").unwrap_or(rest);
            let rest = rest.strip_prefix(['-', '_']).unwrap_or(rest);
            ["secret", "password", "key", "token", "salt", "encryptionkey"]
                .iter()
                .any(|word| begins(rest, word).is_some())
        })
        || is_some_string(text)
        || is_random_something(text)
        || ["dev", "local", "test", "demo", "build"]
            .iter()
            .any(|word| continues(text, word).is_some_and(|rest| OF_DEVELOPERS.iter().any(|end| holds(rest, end))))
        || continues(text, "ci").is_some_and(|rest| ["secret", "key", "token"].iter().any(|end| holds(rest, end)))
        || continues(text, "fake").is_some()
        || text.ends_with("-dummy")
        || text.ends_with("_dummy")
        || ["insecure", "unsafe"].iter().any(|word| begins(text, word).is_some())
        || text
            .strip_prefix("build")
            .is_some_and(|rest| starts_with_word(rest.strip_prefix(['-', '_']).unwrap_or(rest), &["time", "only"]))
        || is_glued(text)
        || holds(text, "openssl rand")
}

/// `supersecret`, `secret_key`, `password123`.
fn is_plain_secret(text: &str) -> bool {
    let mut rest = text;
    while let Some(after) = rest.strip_prefix("super") {
        rest = after.strip_prefix(['-', '_']).unwrap_or(after);
    }
    ["secret", "password", "passwd", "pass", "token", "salt", "key"].iter().any(|word| {
        begins(rest, word).is_some_and(|end| {
            let end = end.strip_prefix(['-', '_']).unwrap_or(end);
            ["", "key", "value", "string", "123", "1234"].contains(&end)
        })
    })
}

/// `some-random-string`, `a secret`, `anykey`.
fn is_some_string(text: &str) -> bool {
    ["some", "any", "a"].iter().any(|word| {
        begins(text, word).is_some_and(|rest| {
            let rest = rest.strip_prefix(SEPARATORS).unwrap_or(rest);
            let rest = ["random", "long", "strong", "secure"]
                .iter()
                .find_map(|word| begins(rest, word))
                .map_or(rest, |rest| rest.strip_prefix(SEPARATORS).unwrap_or(rest));
            ["string", "secret", "value", "key", "token"].contains(&rest)
        })
    })
}

/// `very-long-random-value`, `secure_password`.
fn is_random_something(text: &str) -> bool {
    let text = text.strip_prefix("very").map_or(text, |rest| rest.strip_prefix(SEPARATORS).unwrap_or(rest));
    let text = continues(text, "long").unwrap_or(text);
    ["random", "secure", "strong"].iter().any(|word| continues(text, word).is_some())
}

/// Words that end in what it is: `miniosecret`, `mysalt`, `database_user_password`.
fn is_glued(text: &str) -> bool {
    let longest = if text.contains(['-', '_']) { 40 } else { 24 };
    text.len() <= longest
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || b"-_".contains(&byte))
        && ["secret", "password", "passwd", "salt", "token", "key"].iter().any(|end| text.ends_with(end))
}

/// What follows a word at the beginning. Nearly every text differs from it in its first letter, which is cheap to see.
fn begins<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    if text.as_bytes().first() == word.as_bytes().first() { text.strip_prefix(word) } else { None }
}

/// What follows a word and a separator, if something does.
fn continues<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let rest = begins(text, word)?;
    let after = rest.strip_prefix(SEPARATORS)?;
    if after.is_empty() {
        None
    } else if rest.starts_with(' ') {
        Some(rest)
    } else {
        Some(after)
    }
}

/// Whether a text starts with one of several words, behind which no letter stands.
fn starts_with_word(text: &str, words: &[&str]) -> bool {
    words
        .iter()
        .any(|word| begins(text, word).is_some_and(|rest| !rest.chars().next().is_some_and(char::is_alphabetic)))
}

/// What a request asks to do in the slot of a secret.
const VERBS: &[&str] = &[
    "change", "replace", "update", "set", "fill", "add", "insert", "enter", "put", "paste", "get", "generate",
    "create", "use",
];

/// What it asks for there.
const OBJECTS: &[&str] = &["this", "me", "it", "with", "in", "your", "the", "a", "an", "from", "here", "on"];

/// Elsewhere: `set_interval`, `add_item` and `use-it` are honest values.
const PLAIN_VERBS: &[&str] = &["change", "replace", "fill", "insert", "enter", "put", "paste"];
const PLAIN_OBJECTS: &[&str] = &["this", "me", "with", "your", "here"];

/// What `dev-` and `test_` may stand before in the secret of a developer.
const OF_DEVELOPERS: &[&str] = &["secret", "key", "token", "password", "only", "salt", "pepper", "seed"];

/// Words that are no honest value of anything.
const WORDS: &[&str] = &["todo", "tbd", "tba", "fixme", "placeholder", "foo", "bar", "baz"];

/// Words that are honest values, but not of a secret.
const SECRET_WORDS: &[&str] = &[
    "none",
    "null",
    "nil",
    "undefined",
    "n/a",
    "na",
    "empty",
    "example",
    "sample",
    "dummy",
    "fake",
    "abc",
    "abcdef",
    "test",
    "demo",
    "default",
    "ci",
];

/// Laravel's `env()` reads `null` as none, and its own template writes it for these.
const READS_NULL: &[&str] = &["REDIS_PASSWORD", "MAIL_PASSWORD", "MEMCACHED_PASSWORD", "DB_PASSWORD"];
