//! What each type takes, and what it does not.

use super::*;

#[test]
fn an_empty_value_and_an_unknown_type_are_not_judged() {
    for kind in [Type::Port, Type::Url, Type::List, Type::Pem, Type::String] {
        assert_eq!(
            expected(&with(kind, Constraints { min_length: Some(9), ..Constraints::default() }), ""),
            "accepted"
        );
    }
    let strict = Constraints { values: Some(vec![Value::new("a")]), max_length: Some(1), ..Constraints::default() };
    assert_eq!(expected(&with(Type::Unknown, strict), "anything"), "accepted");
    assert_eq!(expected(&Declaration::default(), " any\nthing "), "accepted");
}

#[test]
fn a_boolean_is_one_of_twelve_words_in_any_case() {
    let words = ["true", "FALSE", "1", "0", "Yes", "no", "on", "OFF", "t", "F", "y", "N"];
    judge(Type::Boolean, &words, &["2", "tru", "enabled", " true", "true ", "01", "null"]);
}

#[test]
fn a_whole_number_is_decimal() {
    let valid = ["0", "-1", "+5", "007", "1_000", "5.0", "99999999999999999999999999"];
    judge(
        Type::Integer,
        &valid,
        &["1.5", "1e3", "0x1f", "abc", "1_", "_1", "1__0", " 1", "1 ", "-", "1,000", "--1", "inf"],
    );
}

#[test]
fn a_number_may_have_an_exponent() {
    let valid = ["1", "-1.5", ".5", "5.", "1e3", "1E-3", "+2", "1_000.5", "inf", "NaN", "-Infinity"];
    judge(Type::Number, &valid, &["abc", "1.2.3", "1e", ".", "1,5", " 1", "0x10", "_1", "1._5", "1e_3"]);
}

#[test]
fn a_port_lies_between_1_and_65535() {
    judge(
        Type::Port,
        &["1", "65535", "8080", "0080"],
        &["0", "65536", "-1", "80a", "8080/tcp", "1.5", "inf", "http", "80 "],
    );
}

#[test]
fn a_url_has_a_scheme_and_a_host() {
    judge(
        Type::Url,
        &[
            "https://example.com",
            "http://localhost:3000/x?y=z#a",
            "HTTP://EXAMPLE.COM",
            "http://[::1]:8080",
            "postgres://u:p@db:5432/x",
            "postgresql:///x",
            "postgres://u:p@/x?host=/cloudsql/y",
            "redis://",
            "redis://kv",
            "rediss://:p@kv:6380/0",
            "mongodb://u:p@a:1,b:2/x?replicaSet=r",
            "mongodb+srv://u:p@c.example.net/x",
            "mysql://u:p@tcp(db:3306)/x",
            "mysql://u@unix(/run/x.sock)/y",
            "amqp://guest:guest@mq:5672/%2f",
            "file:./dev.db",
            "file:///x",
            "sqlite::memory:",
            "sqlite:///x",
            "unix:/run/x.sock",
            "unix:///run/x.sock",
            "jdbc:postgresql://db/x",
            "jdbc:h2:mem:x",
            "mailto:ops@example.com",
            "git+ssh://git@github.com:a/b.git",
            "smtp://u:p@mail:587",
            "http://*:5000",
            "http://0.0.0.0:80",
            "https://bücher.example",
            "myapp://callback",
            "https://my_service.internal",
            "postgres://u:p#w@db/x",
            "http://a.b:/",
            "https://example.com/a b",
        ],
        &[
            "example.com",
            "localhost:3000",
            "example.com:443/x",
            "/path",
            "//example.com",
            "http://",
            "https:///x",
            "http:example.com",
            "https:/example.com",
            "http://my host/",
            "http://a:99999",
            "http://a:http",
            "://x",
            "https://user@",
            " https://a.b",
            "https://a.b ",
            "https://a.b\n",
            "C:\\x",
            "https",
            "user:pw@tcp(db:1)/x",
            "http://<host>",
            "file:",
            "http://?x=y",
        ],
    );
}

#[test]
fn an_email_address_has_a_local_part_and_a_domain() {
    let valid = [
        "a@b.co",
        "first.last+tag@example.com",
        "root@localhost",
        "Acme <hello@acme.dev>",
        "\"a b\"@example.com",
        "o'neil@example.com",
        "x@[127.0.0.1]",
        "x@[IPv6:::1]",
        "用户@例子.公司",
    ];
    judge(
        Type::Email,
        &valid,
        &["a", "@b.co", "a@", "a b@c.d", "a@b@c", "a@b..c", "a@-b.c", "a@b.c, d@e.f", "a@b.c ", "<a@b.c"],
    );
}

#[test]
fn a_host_name_is_a_name_or_an_address() {
    let long = ["a".repeat(63), "a".repeat(64), format!("{}a", "a.".repeat(126)), format!("{}aa", "a.".repeat(126))];
    let valid = [
        "db",
        "my_db",
        "a.example.com",
        "a.example.com.",
        "3com.com",
        "127.0.0.1",
        "::1",
        "[::1]",
        "xn--p1ai",
        "bücher.example",
    ];
    let invalid = [
        "-a",
        "a-",
        "a..b",
        ".a",
        "a b",
        "db:5432",
        "http://a",
        "256.1.1.1",
        "5432",
        "*.a.b",
        "a/b",
        ".",
        "a\u{a0}b",
        "1.2.3",
    ];
    judge(Type::Hostname, &valid, &invalid);
    judge(Type::Hostname, &[&long[0], &long[2]], &[&long[1], &long[3]]);
}

#[test]
fn an_ip_address_has_no_port_and_no_mask() {
    let invalid = ["1.2.3", "256.0.0.1", "1.2.3.4:80", "10.0.0.0/8", "localhost", ":::", "1.2.3.4 ", "fe80::1%"];
    judge(Type::Ip, &["0.0.0.0", "255.255.255.255", "::", "2001:db8::1", "fe80::1%eth0", "::ffff:1.2.3.4"], &invalid);
}

#[test]
fn a_uuid_is_taken_in_every_common_spelling() {
    let valid = [
        "123e4567-e89b-12d3-a456-426614174000",
        "123E4567-E89B-72D3-A456-426614174000",
        "00000000-0000-0000-0000-000000000000",
        "123e4567e89b12d3a456426614174000",
        "{123e4567-e89b-12d3-a456-426614174000}",
        "urn:uuid:123e4567-e89b-12d3-a456-426614174000",
    ];
    let invalid = [
        "123e4567-e89b-12d3-a456-42661417400",
        "123e4567-e89b-12d3-a456-4266141740000",
        "123e4567-e89b-12d3-a456-42661417400g",
        "uuid",
        "{123e4567-e89b-12d3-a456-426614174000",
        " 123e4567-e89b-12d3-a456-426614174000",
    ];
    judge(Type::Uuid, &valid, &invalid);
}

#[test]
fn a_semantic_version_has_three_numbers() {
    judge(
        Type::Semver,
        &["1.2.3", "v1.2.3", "1.0.0-rc.1+b5"],
        &["1.2", "1", "1.2.3.4", "01.2.3", "latest", "1.2.3 ", "^1.2.3", "vv1.2.3"],
    );
}

#[test]
fn a_date_is_iso() {
    let valid = [
        "2024-02-29",
        "20240229",
        "2024-02-29T10:00:00Z",
        "2024-02-29 10:00",
        "2024-02-29T10:00:00.5+02:00",
        "2024-W09-4",
        "2024-060",
        "2024-12",
    ];
    let invalid = [
        "2023-02-29",
        "2024-13-01",
        "29.02.2024",
        "02/29/2024",
        "2024-2-9",
        "today",
        "2024-00",
        "2024-0a",
        "2024-13",
        "2024-367",
        "2024-02-29 ",
    ];
    judge(Type::Date, &valid, &invalid);
}

#[test]
fn a_duration_is_units_or_iso_or_seconds() {
    let valid = [
        "30s",
        "5m",
        "1h30m",
        "500ms",
        "1.5h",
        "1h 30m",
        "2 days",
        "-1.5h",
        "10us",
        "10µs",
        "1w",
        "P1D",
        "PT30S",
        "P1Y2M3DT4H5M6.5S",
        "P2W",
        "pt5m",
        "PT-5S",
        "60",
        "0.5",
        "01:30:00",
        "90:00",
        "1 hour, 30 minutes",
        "30 Seconds",
        "1y",
    ];
    let invalid = [
        "s", "30x", "P", "PT", "P1H", "PT1D", "abc", "30s ", " 30s", "1h30", "1:2:x", "01:60", "inf", "nan", "-",
        "5 m s",
    ];
    judge(Type::Duration, &valid, &invalid);
}

#[test]
fn json_parses_however_deep_it_is() {
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    judge(
        Type::Json,
        &["{}", "[1, 2]", "\"a\"", "null", " {\"a\": 1}\n", "1", &deep],
        &["{a: 1}", "{'a': 1}", "[1,]", "{", "abc", "{} {}"],
    );
}

#[test]
fn base64_comes_in_both_alphabets_with_padding_or_without() {
    let valid = ["YQ==", "YQ", "YWI=", "YWJj", "_-8=", "+/8=", "YWJj\nYWJj", "base64:YWJj"];
    judge(Type::Base64, &valid, &["Y", "YWJjY", "YQ=", "YQ===", "YW=J", "Y W J j", "YWJj ", "YWJj\n", "pä==", "="]);
}

#[test]
fn hex_digits_come_in_pairs() {
    judge(Type::Hex, &["00", "dEaDbEeF", "0xff"], &["0", "0x", "0xf", "fg", "ff ff", "ff "]);
}

#[test]
fn a_pem_block_begins_and_ends_with_one_label() {
    let valid = [
        "-----BEGIN PRIVATE KEY-----\nYWJj\nYWJj\n-----END PRIVATE KEY-----\n",
        "-----BEGIN X-----\r\nYWJj\r\n-----END X-----",
        "-----BEGIN X-----\\nYWJj\\nYQ==\\n-----END X-----\\n",
        "-----BEGIN X----- YWJj -----END X-----",
        "-----BEGIN A-----\nYWJj\n-----END A-----\n-----BEGIN B-----\nYWJj\n-----END B-----",
        "Bag Attributes\n-----BEGIN X-----\nYWJj\n-----END X-----",
        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00FF\n\nYWJj\n-----END RSA PRIVATE KEY-----",
    ];
    let invalid = [
        "YWJj",
        "-----BEGIN X-----\nYWJj\n",
        "-----BEGIN X-----\nYWJj\n-----END Y-----",
        "-----BEGIN X-----\n-----END X-----",
        "-----BEGIN X-----\nY*Jj\n-----END X-----",
        "-----BEGIN X-----\nYWJj\n-----END X---",
        "-----BEGIN A-----\nYWJj\n-----END A-----\n-----BEGIN B-----\nYWJj\n",
    ];
    judge(Type::Pem, &valid, &invalid);
}

#[test]
fn a_jwt_has_a_header_with_an_algorithm() {
    // {"alg":"none"} · {"typ":"JWT"} · ["x"]
    let (header, lacking, array) = ("eyJhbGciOiJub25lIn0", "eyJ0eXAiOiJKV1QifQ", "WyJ4Il0");
    let valid = [format!("{header}.e30.c2ln"), format!("{header}.e30."), format!("{header}..aXY.Y3Q.dGFn")];
    let invalid = [
        format!("{header}.e30"),
        format!("{header}..c2ln"),
        format!("{lacking}.e30.c2ln"),
        format!("{array}.e30.c2ln"),
        format!("Bearer {header}.e30.c2ln"),
        format!("{header}.e30.c2ln\n"),
        "a.b.c".to_owned(),
        "...".to_owned(),
    ];
    judge(Type::Jwt, &valid, &invalid);
}

#[test]
fn a_long_value_takes_no_more_than_its_share_of_time() {
    let started = std::time::Instant::now();
    let size = 300_000;
    let hostile = [
        "(".repeat(size),
        format!("postgres://u:p#{}", "@".repeat(size)),
        format!("mongodb://{}", "a:1,".repeat(size / 4)),
        format!("jdbc:{}", "a:".repeat(size / 2)),
        "-----BEGIN ".repeat(size / 11),
        "-----BEGIN X-----\nYQ\n-----END X-----".repeat(size / 36),
        "1h".repeat(size / 2),
        "[".repeat(size),
        "a.".repeat(size / 2),
        "1_".repeat(size / 2),
        ",".repeat(size),
    ];
    for text in hostile.into_iter().map(Value::new) {
        for kind in
            [Type::Url, Type::Email, Type::Hostname, Type::Duration, Type::Json, Type::Pem, Type::Jwt, Type::List]
        {
            let _ = accepts(&typed(kind), &text);
        }
    }
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}
