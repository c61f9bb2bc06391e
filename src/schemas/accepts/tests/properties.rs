//! Values and declarations at random: nothing panics, nothing leaks, and what is valid is accepted.

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::string::string_regex;

use super::*;
use crate::syntax::url;

const KINDS: [Type; 20] = [
    Type::String,
    Type::Boolean,
    Type::Integer,
    Type::Number,
    Type::Port,
    Type::Url,
    Type::Email,
    Type::Hostname,
    Type::Ip,
    Type::Uuid,
    Type::Semver,
    Type::Date,
    Type::Duration,
    Type::Json,
    Type::Base64,
    Type::Hex,
    Type::Pem,
    Type::Jwt,
    Type::List,
    Type::Unknown,
];

/// Text near enough to the forms to get past their first lines.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[a-f0-9:/@#?.,_=+\\-\\[\\]{}\"()% \n]{0,40}",
        "(jdbc:)?[a-z]{1,6}:(//)?[a-zé0-9:@/#?,;()\\[\\].]{0,30}",
        "-----BEGIN [A-Z ]{0,5}-----(\\\\n|\n|[A-Za-z:/=]){0,20}(-----END [A-Z ]{0,5}-----)?",
        "[+-]?[PT0-9.,hmsYD:W µ-]{0,12}",
        "(eyJhbGciOiJub25lIn0|[\\w-]{0,9})(\\.[\\w=-]{0,9}){0,5}",
        "\\[([0-9a-z\", ]|null|\\[|\\{\\}){0,12}\\]?",
    ]
}

fn any_constraints() -> impl Strategy<Value = Constraints> {
    let texts = (of(vec(any_text().prop_map(Value::new), 0..4)), of("[a-z()\\[\\]|*+?.{}0-9\\\\#]{0,12}"));
    let bounds = (of(any::<f64>()), of(any::<f64>()), of(0..50_usize), of(0..50_usize), of(0..50_usize));
    let rest = (of(vec("[a-z:/]{0,6}", 0..4)), of(select(&KINDS[..])), of("[,; ]{0,2}"));
    (texts, bounds, rest).prop_map(|((values, pattern), (min, max, min_length, max_length, bytes), rest)| Constraints {
        values,
        pattern,
        min,
        max,
        min_length,
        max_length,
        bytes,
        schemes: rest.0,
        items: rest.1,
        separator: rest.2,
        allow_empty: None,
        json_schema: None,
    })
}

fn form(kind: Type, pattern: &str) -> impl Strategy<Value = (Type, String)> + use<> {
    string_regex(pattern).unwrap().prop_map(move |text| (kind, text))
}

fn any_valid() -> impl Strategy<Value = (Type, String)> {
    let label = "[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?";
    let host = format!("({label}\\.){{0,2}}[a-z]{{1,9}}");
    let base64 = "([A-Za-z0-9+/]{4}){1,9}([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?";
    let safe = "([A-Za-z0-9_-]{4}){1,9}([A-Za-z0-9_-]{2,3})?";
    let url = format!(
        "(https?|postgres|redis)://([a-z]{{1,5}}(:[a-z0-9]{{0,3}}[@:#]?[a-z0-9]{{1,3}})?@)?{host}(:[1-9][0-9]{{0,3}})?(/[a-z]{{0,5}})?(\\?[a-z]{{1,4}}=[a-z]{{0,4}})?"
    );
    let numbers = prop_oneof![
        form(Type::Boolean, "(true|FALSE|[01]|yes|No|on|off|[tfyn])"),
        any::<i64>().prop_map(|number| (Type::Integer, number.to_string())),
        form(Type::Integer, "[+-]?[0-9]{1,30}"),
        any::<f64>().prop_map(|number| (Type::Number, number.to_string())),
        any::<f64>().prop_map(|number| (Type::Number, format!("{number:e}"))),
        (1..=u16::MAX).prop_map(|port| (Type::Port, port.to_string())),
        form(Type::Semver, "(0|[1-9][0-9]{0,5})(\\.(0|[1-9][0-9]{0,5})){2}(-rc\\.[1-9])?(\\+[a-z0-9]{1,5})?"),
    ];
    let network = prop_oneof![
        form(Type::Url, &url),
        form(Type::Email, &format!("[a-z0-9.+_-]{{1,20}}@{host}")),
        form(Type::Hostname, &host),
        any::<std::net::IpAddr>().prop_map(|address| (Type::Ip, address.to_string())),
        any::<std::net::IpAddr>().prop_map(|address| (Type::Hostname, address.to_string())),
    ];
    let times = prop_oneof![
        (1..=9999_i16, 1..=12_i8, 1..=28_i8)
            .prop_map(|(year, month, day)| (Type::Date, format!("{year:04}-{month:02}-{day:02}"))),
        form(Type::Duration, "([1-9][0-9]{0,3}(ms|us|ns|s|m|h|d)){1,3}"),
        form(Type::Duration, "P([1-9]Y)?([1-9]M)?[1-9]D(T([1-9]H)?([1-9]M)?[1-9](\\.[0-9]{1,3})?S)?"),
    ];
    let encoded = prop_oneof![
        form(Type::Uuid, "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
        form(Type::Base64, base64),
        form(Type::Base64, safe),
        form(Type::Hex, "([0-9a-fA-F]{2}){1,20}"),
        (vec("[A-Za-z0-9+/]{1,64}", 1..4), select(&["\n", "\r\n", "\\n"][..])).prop_map(|(lines, end)| {
            let body = lines.join(end);
            (Type::Pem, format!("-----BEGIN EC PRIVATE KEY-----{end}{body}{end}-----END EC PRIVATE KEY-----{end}"))
        }),
        (safe, safe)
            .prop_map(|(payload, signature)| (Type::Jwt, format!("eyJhbGciOiJIUzI1NiJ9.{payload}.{signature}"))),
        vec(any::<String>(), 0..4).prop_map(|items| (Type::Json, serde_json::to_string(&items).unwrap())),
        any::<String>().prop_map(|text| (Type::List, text)),
    ];
    prop_oneof![numbers, network, times, encoded]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

    #[test]
    fn any_declaration_judges_any_value_without_a_panic(
        kind in select(&KINDS[..]), constraints in any_constraints(), text in any_text(),
    ) {
        let _ = accepts(&with(kind, constraints.clone()), &Value::new(text.as_str()));
        let _ = items(&constraints, &Value::new(text.as_str()));
        let _ = equal(kind, &Value::new(text.as_str()), &Value::new(text.to_uppercase()));
    }

    #[test]
    fn what_is_valid_is_accepted((kind, text) in any_valid()) {
        prop_assert_eq!(expected(&typed(kind), &text), "accepted");
        prop_assert!(equal(kind, &Value::new(text.as_str()), &Value::new(text.as_str())));
    }

    #[test]
    fn white_space_around_a_value_counts((kind, text) in any_valid()) {
        // White space belongs to the grammar of these.
        if !matches!(kind, Type::List | Type::Json | Type::Pem) {
            prop_assert_ne!(expected(&typed(kind), &format!(" {text}")), "accepted");
            prop_assert_ne!(expected(&typed(kind), &format!("{text}\n")), "accepted");
        }
    }

    #[test]
    fn no_value_stands_in_what_is_expected(
        kind in select(&KINDS[..]), constraints in any_constraints(), secret in "[α-ω]{3,9}",
    ) {
        prop_assert!(!expected(&with(kind, constraints), &secret).contains(&secret));
    }

    #[test]
    fn the_parts_of_a_url_lie_in_its_text_in_order(text in any_text()) {
        if let Some(read) = url::read(&text) {
            let mut spans = vec![read.scheme];
            spans.extend([read.user, read.password].into_iter().flatten());
            spans.extend(read.hosts.iter().flat_map(|host| [Some(host.name), host.port]).flatten());
            spans.push(read.path);
            spans.extend([read.query, read.fragment].into_iter().flatten());
            for span in &spans {
                prop_assert!(text.get(span.start..span.end).is_some(), "{text:?} {span:?}");
            }
            for pair in spans.windows(2) {
                prop_assert!(pair[0].end <= pair[1].start, "{text:?} {spans:?}");
            }
            prop_assert!(text.get(read.database(&text).start..read.path.end).is_some());
        }
    }
}
