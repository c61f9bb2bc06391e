//! What each constraint takes, and what it does not.

use super::*;

fn number(kind: Type, min: Option<f64>, max: Option<f64>) -> Declaration {
    with(kind, Constraints { min, max, ..Constraints::default() })
}

fn values(kind: Type, values: &[&str]) -> Declaration {
    let values = Some(values.iter().copied().map(Value::new).collect());
    with(kind, Constraints { values, ..Constraints::default() })
}

fn pattern(pattern: &str) -> Declaration {
    with(Type::String, Constraints { pattern: Some(pattern.to_owned()), ..Constraints::default() })
}

fn bytes(kind: Type, bytes: usize) -> Declaration {
    with(kind, Constraints { bytes: Some(bytes), ..Constraints::default() })
}

#[test]
fn a_form_is_told_before_a_constraint() {
    assert_eq!(expected(&number(Type::Integer, Some(5.0), None), "abc"), "a whole number");
    let mismatch = accepts(&typed(Type::Port), &Value::new("hunter2")).unwrap_err();
    assert!(!format!("{mismatch:?}").contains("hunter2"));
}

#[test]
fn bounds_belong_to_the_range() {
    let range = number(Type::Integer, Some(-1.0), Some(10.0));
    for text in ["-1", "10", "+5"] {
        assert_eq!(expected(&range, text), "accepted");
    }
    assert_eq!(expected(&range, "-2"), "at least -1");
    assert_eq!(expected(&range, "11"), "at most 10");
    assert_eq!(expected(&number(Type::Number, Some(0.5), Some(1e300)), "0.49"), "at least 0.5");
    assert_eq!(expected(&number(Type::Number, None, Some(1e300)), "inf"), "at most 1e300");
    assert_eq!(expected(&number(Type::Port, Some(1024.0), None), "80"), "at least 1024");
    assert_eq!(expected(&number(Type::String, Some(5.0), None), "1"), "accepted");
}

#[test]
fn only_listed_values_are_accepted_and_they_are_compared_by_type() {
    assert_eq!(expected(&values(Type::String, &["json", "pretty"]), "json"), "accepted");
    assert_eq!(
        expected(&values(Type::String, &["json", "pretty"]), "JSON"),
        "one of the 2 values that its schema lists"
    );
    assert_eq!(expected(&values(Type::String, &["json"]), "json "), "the one value that its schema lists");
    assert_eq!(expected(&values(Type::Boolean, &["true"]), "1"), "accepted");
    assert_eq!(expected(&values(Type::Boolean, &["true"]), "0"), "the one value that its schema lists");
    assert_eq!(expected(&values(Type::Integer, &["1", "2"]), "02"), "accepted");
    assert_eq!(expected(&values(Type::Integer, &["1", "2"]), "3"), "one of the 2 values that its schema lists");
    assert_eq!(expected(&values(Type::String, &["1"]), "01"), "the one value that its schema lists");
    assert_eq!(expected(&values(Type::String, &[]), "x"), "accepted");
}

#[test]
fn equal_numbers_beyond_exact_floats_are_told_apart() {
    let equal = |kind, left: &str, right: &str| super::super::equal(kind, &Value::new(left), &Value::new(right));
    assert!(!equal(Type::Integer, "9007199254740993", "9007199254740992"));
    assert!(equal(Type::Integer, "1_000", "1000"));
    assert!(equal(Type::Hex, "AB", "ab"));
    assert!(!equal(Type::String, "AB", "ab"));
}

#[test]
fn a_pattern_matches_the_whole_value() {
    let refused = "of the form that its schema's pattern asks for";
    assert_eq!(expected(&pattern("a|ab"), "ab"), "accepted");
    assert_eq!(expected(&pattern("a|ab"), "abc"), refused);
    assert_eq!(expected(&pattern("[a-z]+"), "abc\n"), refused);
    assert_eq!(expected(&pattern(r"^\d{2}\w$"), "12é"), "accepted");
    assert_eq!(expected(&pattern(r"(?i)ä\/"), "Ä/"), "accepted");
    assert_eq!(expected(&pattern("(?x) a b # a comment"), "ab"), "accepted");
    assert_eq!(expected(&pattern("(?x) a b # a comment"), "a b"), refused);
}

#[test]
fn a_pattern_that_tells_nothing_refuses_nothing() {
    for unknown in ["(?=a)b", r"(a)\1", "a)|(?:b", "(", "(?:(?:a{1000}){1000}){1000}", "\\"] {
        assert_eq!(expected(&pattern(unknown), "zzz"), "accepted", "{unknown}");
    }
    let long = "b".repeat(64 * 1024 + 1);
    assert_eq!(expected(&pattern("a"), &long), "accepted");
    assert_ne!(expected(&pattern("a"), &long[1..]), "accepted");
}

#[test]
fn lengths_count_characters() {
    let lengths =
        |min_length, max_length| with(Type::String, Constraints { min_length, max_length, ..Constraints::default() });
    assert_eq!(expected(&lengths(Some(3), Some(3)), "äöü"), "accepted");
    assert_eq!(expected(&lengths(Some(32), None), &"x".repeat(31)), "at least 32 characters long");
    assert_eq!(expected(&lengths(None, Some(1)), "äö"), "at most 1 character long");
}

#[test]
fn bytes_are_counted_once_decoded() {
    assert_eq!(expected(&bytes(Type::Base64, 2), "YWI="), "accepted");
    assert_eq!(expected(&bytes(Type::Base64, 2), "YWI"), "accepted");
    assert_eq!(expected(&bytes(Type::Base64, 2), "YWJj"), "2 bytes in base64");
    assert_eq!(expected(&bytes(Type::Base64, 1), "YQ=="), "accepted");
    assert_eq!(expected(&bytes(Type::Hex, 1), "0xff"), "accepted");
    assert_eq!(expected(&bytes(Type::Hex, 1), "ffff"), "1 byte in hexadecimal");
    for (text, of) in [("ab", 2), ("ä", 2), ("YWJj", 3), ("YWJj", 4), ("abcd", 2)] {
        assert_eq!(expected(&bytes(Type::String, of), text), "accepted", "{text} {of}");
    }
    assert_eq!(expected(&bytes(Type::String, 32), "short"), "32 bytes long, decoded or as it is");
}

#[test]
fn schemes_narrow_a_url() {
    let schemes = |schemes: &[&str]| {
        let schemes = Some(schemes.iter().map(ToString::to_string).collect());
        with(Type::Url, Constraints { schemes, ..Constraints::default() })
    };
    assert_eq!(expected(&schemes(&["https"]), "HTTPS://a.b"), "accepted");
    assert_eq!(expected(&schemes(&["https://", "wss:"]), "wss://a.b"), "accepted");
    assert_eq!(expected(&schemes(&["https"]), "http://a.b"), "a URL with the scheme `https`");
    assert_eq!(expected(&schemes(&["https", "wss"]), "http://a.b"), "a URL with the scheme `https` or `wss`");
    assert_eq!(
        expected(&schemes(&["a", "b", "c"]), "http://a.b"),
        "a URL with one of the 3 schemes that its schema lists"
    );
    assert_eq!(expected(&schemes(&["https"]), "a.b"), "a URL with a scheme and a host");
}

fn list(items: Option<Type>) -> Constraints {
    Constraints { items, ..Constraints::default() }
}

#[test]
fn every_item_of_a_list_has_the_form_of_its_type() {
    let ports = with(Type::List, list(Some(Type::Port)));
    for text in ["80", "80,443", "80, 443", "80,443,", "[80, 443]", "[\"80\"]", "[]", " 80 "] {
        assert_eq!(expected(&ports, text), "accepted", "{text}");
    }
    for text in ["80,x", "80;443", "[80, \"x\"]", "[null]", "[[80]]", "[80", "{}"] {
        assert_eq!(expected(&ports, text), "a list in which every item is a port (1 to 65535)", "{text}");
    }
    assert_eq!(expected(&with(Type::List, list(None)), "a,,b"), "accepted");
    assert_eq!(expected(&with(Type::List, list(Some(Type::Json))), "[{\"a\": [1]}, null]"), "accepted");
    let separator = Some(";".to_owned());
    assert_eq!(expected(&with(Type::List, Constraints { separator, ..list(Some(Type::Port)) }), "80;443"), "accepted");
    let separator = Some(String::new());
    assert_eq!(expected(&with(Type::List, Constraints { separator, ..list(Some(Type::Port)) }), "80,443"), "accepted");
}

#[test]
fn the_bounds_of_a_list_count_its_items() {
    let count = |min, max| with(Type::List, Constraints { min, max, ..list(None) });
    assert_eq!(expected(&count(Some(2.0), Some(2.0)), "a,b"), "accepted");
    assert_eq!(expected(&count(Some(2.0), None), "a"), "a list of at least 2 items");
    assert_eq!(expected(&count(None, Some(1.0)), "a,b"), "a list of at most 1 item");
    assert_eq!(expected(&count(Some(1.0), None), "[]"), "a list of at least 1 item");
    // Some parsers count an empty piece, some do not.
    assert_eq!(expected(&count(Some(3.0), None), "a,,b"), "accepted");
    assert_eq!(expected(&count(None, Some(2.0)), "a,,b"), "accepted");
    // The bounds are of the list, not of the numbers in it.
    assert_eq!(
        expected(&with(Type::List, Constraints { max: Some(2.0), ..list(Some(Type::Integer)) }), "7,8"),
        "accepted"
    );
}

#[test]
fn constraints_of_a_list_speak_of_its_items_or_of_the_whole() {
    let allowed = Constraints { values: Some(vec![Value::new("a"), Value::new("b")]), ..list(None) };
    assert_eq!(expected(&with(Type::List, allowed.clone()), "a,b,a"), "accepted");
    let refused = "a list in which every item is one of the 2 values that its schema lists";
    assert_eq!(expected(&with(Type::List, allowed), "a,c"), refused);
    let whole = Constraints { pattern: Some("[a-z,]+".to_owned()), min_length: Some(3), ..list(None) };
    assert_eq!(expected(&with(Type::List, whole.clone()), "a,b"), "accepted");
    assert_ne!(expected(&with(Type::List, whole), "a,1"), "accepted");
}

#[test]
fn items_are_read_from_either_form() {
    let texts = |text: &str| -> Vec<String> {
        items(&Constraints::default(), &Value::new(text)).iter().map(|item| item.expose().to_owned()).collect()
    };
    assert_eq!(texts(" google, github ,,"), ["google", "github"]);
    assert_eq!(texts("[\"google\", 1, true, -2, 1.5]"), ["google", "1", "true", "-2", "1.5"]);
    assert_eq!(texts("[google]"), ["[google]"]);
}

#[test]
fn every_bound_belongs_to_what_it_allows() {
    let bound = |set: fn(&mut Constraints)| {
        let mut constraints = Constraints::default();
        set(&mut constraints);
        constraints
    };
    for (kind, constraints, inside, outside) in [
        (Type::Integer, bound(|c| c.min = Some(-3.0)), "-3", "-4"),
        (Type::Integer, bound(|c| c.max = Some(3.0)), "3", "4"),
        (Type::Number, bound(|c| c.min = Some(0.5)), "5e-1", "0.4999"),
        (Type::Number, bound(|c| c.max = Some(0.5)), "0.5", "0.5001"),
        (Type::Port, bound(|c| c.min = Some(1024.0)), "1024", "1023"),
        (Type::Port, bound(|c| c.max = Some(1024.0)), "1024", "1025"),
        (Type::List, bound(|c| c.min = Some(2.0)), "a,b", "a"),
        (Type::List, bound(|c| c.max = Some(2.0)), "a,b", "a,b,c"),
        (Type::String, bound(|c| c.min_length = Some(3)), "äöü", "äö"),
        (Type::String, bound(|c| c.max_length = Some(3)), "äöü", "äöüß"),
        (Type::Base64, bound(|c| c.bytes = Some(3)), "YWJj", "YWJjZA=="),
        (Type::Hex, bound(|c| c.bytes = Some(3)), "616263", "6162"),
    ] {
        let declaration = with(kind, constraints);
        assert_eq!(expected(&declaration, inside), "accepted", "{kind:?} {inside}");
        assert_ne!(expected(&declaration, outside), "accepted", "{kind:?} {outside}");
    }
}
