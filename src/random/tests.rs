use super::*;
use std::collections::{BTreeMap, BTreeSet};

fn made(kind: &str) -> Value {
    Kind::parse(kind).unwrap().make(&mut System).unwrap().value
}

#[test]
fn the_grammar_is_read() {
    assert_eq!(Kind::parse("base64:32"), Ok(Kind::Base64(32)));
    assert_eq!(Kind::parse("base64url:16").map(Kind::bytes), Ok(Some(16)));
    assert_eq!(Kind::parse("hex:4096"), Ok(Kind::Hex(4096)));
    assert_eq!(Kind::parse("uuid"), Ok(Kind::Uuid));
    assert_eq!(Kind::parse("password:22"), Ok(Kind::Password(22)));
    assert_eq!(Kind::parse("hs256"), Kind::parse("jwt"));
    assert_eq!(Kind::parse("fernet").map(Kind::bytes), Ok(Some(32)));
    assert_eq!(Kind::parse("rsa:4096"), Ok(Kind::Rsa(4096)));
}

#[test]
fn what_is_weak_or_malformed_is_refused() {
    let wrong = ["", "base64", "base64:", "base64:-1", "base64:+32", "base64:15", "base64:99999999999999999999999"];
    let more = ["uuid:4", "password:21", "rsa", "rsa:1024", "rsa:3071", "rsa:8192", "md5:32", "Base64:32", "hex:5000"];
    for text in wrong.into_iter().chain(more).chain(["hex:32 ", "jwt:32", "vapid:1", "ec-p384", "p256"]) {
        assert!(Kind::parse(text).is_err(), "{text}");
    }
}

#[test]
fn every_kind_of_the_list_can_be_made_and_is_named_where_none_is_known() {
    let complaint = Kind::parse("?").unwrap_err();
    for (kind, _) in KINDS {
        let written = kind.replace(":N", ":32").replace(":BITS", ":2048");
        assert!(!made(&written).is_empty(), "{kind}");
        assert!(complaint.contains(kind), "{kind}");
    }
}

#[test]
fn each_kind_has_its_form() {
    let matches = |kind: &str, pattern: &str| {
        let value = made(kind);
        let pattern = regex::Regex::new(&format!("^(?:{pattern})$")).unwrap();
        assert!(pattern.is_match(value.expose()), "a value of {kind} has not the form {pattern}");
    };
    for _ in 0..20 {
        matches("base64:32", "[A-Za-z0-9+/]{43}=");
        matches("base64:33", "[A-Za-z0-9+/]{44}");
        matches("base64url:32", "[A-Za-z0-9_-]{43}");
        matches("hex:32", "[0-9a-f]{64}");
        matches("uuid", "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
        matches("password:24", "[A-Za-z0-9]{24}");
        matches("jwt", "[A-Za-z0-9_-]{43}");
        matches("fernet", "[A-Za-z0-9_-]{43}=");
        matches("django", "[a-z0-9!@#$%^&*(_=+)-]{50}");
        matches("laravel", "base64:[A-Za-z0-9+/]{43}=");
        matches("vapid", "[A-Za-z0-9_-]{43}");
    }
}

#[test]
fn a_key_pair_has_a_public_half_and_ends_without_a_line_break() {
    for kind in [Kind::Ed25519, Kind::P256] {
        let made = kind.make(&mut System).unwrap();
        let public = made.public.unwrap();
        assert!(made.value.expose().starts_with("-----BEGIN PRIVATE KEY-----\n"));
        assert!(made.value.expose().ends_with("\n-----END PRIVATE KEY-----"));
        assert!(public.expose().starts_with("-----BEGIN PUBLIC KEY-----\n"));
        assert!(made.value.expose().lines().all(|line| line.len() <= 64));
    }
    let public = Kind::Vapid.make(&mut System).unwrap().public.unwrap();
    // 0x04 and two coordinates.
    assert!(public.expose().starts_with('B') && public.expose().len() == 87);
}

#[test]
fn a_password_holds_each_sort_of_letter() {
    for _ in 0..300 {
        let value = made("password:22");
        let text = value.expose().as_bytes();
        assert!(text.iter().any(u8::is_ascii_lowercase) && text.iter().any(u8::is_ascii_uppercase));
        assert!(text.iter().any(u8::is_ascii_digit));
    }
}

/// How far counts are from equal ones, as the number of standard deviations of the chi-square distribution.
fn deviation(texts: impl Iterator<Item = Value>, alphabet: &[u8]) -> f64 {
    let mut counts: BTreeMap<u8, u32> = alphabet.iter().map(|sign| (*sign, 0)).collect();
    for text in texts {
        for sign in text.expose().bytes() {
            *counts.entry(sign).or_default() += 1;
        }
    }
    assert_eq!(counts.len(), alphabet.len());
    let expected = f64::from(counts.values().sum::<u32>()) / f64::from(u32::try_from(counts.len()).unwrap());
    let square: f64 = counts.values().map(|count| (f64::from(*count) - expected).powi(2) / expected).sum();
    let freedom = f64::from(u32::try_from(counts.len() - 1).unwrap());
    (square - freedom) / (2.0 * freedom).sqrt()
}

/// Chance leaves 10 standard deviations alone for longer than anyone will run this; a remainder of a byte divided by 62
/// is more than a hundred of them away.
#[test]
fn each_sign_is_as_likely_as_any_other() {
    let several = |kind: &'static str, count: usize| (0..count).map(move |_| made(kind));
    assert!(deviation(several("password:4096", 50), LETTERS_AND_DIGITS) < 10.0);
    assert!(deviation(several("django", 4000), DJANGO) < 10.0);
    assert!(deviation(several("hex:4096", 30), b"0123456789abcdef") < 10.0);
    let base64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    assert!(deviation(several("base64url:4095", 40), base64) < 10.0);
}

#[test]
fn the_measure_sees_a_remainder() {
    let mut bytes = vec![0; 200_000];
    System.fill(&mut bytes).unwrap();
    let biased: String = bytes.iter().map(|byte| char::from(LETTERS_AND_DIGITS[usize::from(*byte) % 62])).collect();
    assert!(deviation(std::iter::once(Value::new(biased)), LETTERS_AND_DIGITS) > 100.0);
}

#[test]
fn no_value_comes_twice() {
    let several: BTreeSet<String> = (0..1000).map(|_| made("uuid").expose().to_owned()).collect();
    assert_eq!(several.len(), 1000);
}

/// A source that gives one byte for ever, or fails after some calls.
struct Broken {
    byte: u8,
    calls: usize,
}

impl Source for Broken {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomError> {
        self.calls = self.calls.checked_sub(1).ok_or(RandomError::NoBytes)?;
        bytes.fill(self.byte);
        Ok(())
    }
}

#[test]
fn a_source_that_fails_makes_no_value_and_no_endless_search() {
    for calls in [0, 1, 2] {
        let mut broken = Broken { byte: 255, calls };
        assert_eq!(Kind::Password(32).make(&mut broken).err(), Some(RandomError::NoBytes));
        let mut broken = Broken { byte: 7, calls };
        assert_eq!(Kind::Rsa(2048).make(&mut broken).err(), Some(RandomError::NoBytes), "{calls}");
    }
    assert_eq!(Kind::Ed25519.make(&mut Broken { byte: 0, calls: 0 }).err(), Some(RandomError::NoBytes));
}

#[test]
fn bytes_that_are_not_random_make_no_password() {
    let make = |byte| Kind::Password(32).make(&mut Broken { byte, calls: usize::MAX }).err();
    assert_eq!(make(0), Some(RandomError::NotRandom));
    assert_eq!(make(255), Some(RandomError::NotRandom));
}
