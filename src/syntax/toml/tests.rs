//! Tests of the TOML reader: errors in our own words, spans, and what may be shown.

use super::*;
use crate::source::SourcePath;
use crate::value::Value;

fn source(text: &str) -> SourceFile {
    SourceFile::new(SourcePath::new("x.toml"), text.as_bytes().to_vec())
}

fn messages(document: &Document<'_>) -> Vec<String> {
    document.faults().into_iter().map(|fault| fault.message).collect()
}

fn faults_of(text: &str) -> Vec<String> {
    messages(&Document::parse(&source(text)))
}

#[test]
fn keys_and_values_have_the_spans_of_their_text() {
    let text = "\u{feff}[a.\"b c\"]\r\nkey = \"välue\"\r\nlong = '''x'''\r\n";
    let file = source(text);
    let document = Document::parse(&file);
    let table = document.root().table("a").unwrap();
    let inner = table.items()[0];
    assert_eq!(file.slice(inner.key_span), "b c");
    let inner = inner.table().unwrap();
    let key = inner.get("key").unwrap();
    assert_eq!(file.slice(key.key_span), "key");
    assert_eq!(key.string().unwrap().text, "välue");
    assert_eq!(file.slice(key.string().unwrap().span), "välue");
    assert_eq!(file.slice(inner.string("long").unwrap().span), "x");
    assert_eq!(messages(&document), Vec::<String>::new());
}

#[test]
fn every_wrong_type_is_told_at_once() {
    let file = source("a = 1\nb = 'x'\nc = ['x', 1]\nd = 1.5\nf = -1\ng = 'x'\nh = [1]\ni = 1\ne = 2027-13-01\n");
    let document = Document::parse(&file);
    let root = document.root();
    root.string("a");
    root.bool("b");
    assert_eq!(root.strings("c").unwrap().len(), 1);
    root.get("d").unwrap().count();
    root.get("e").unwrap().date();
    root.get("f").unwrap().count();
    root.get("g").unwrap().date();
    root.tables("h");
    root.table("i");
    root.finish(true, |_| None);
    assert_eq!(
        messages(&document),
        [
            "`a` must be a text",
            "`b` must be true or false",
            "`c` must be a list of texts",
            "`d` must be a whole number, not negative",
            "`f` must be a whole number, not negative",
            "`g` must be a date such as 2027-01-31, without quotes",
            "`h` must be a list of tables, each under `[[h]]`",
            "`i` must be a table",
            "this is not valid TOML",
        ]
    );
}

#[test]
fn an_unknown_key_names_the_nearest_known_one() {
    let file = source("requried = true\nwhatever = 1\n");
    let document = Document::parse(&file);
    let root = document.root();
    root.get("required");
    root.get("secret");
    root.finish(true, |_| None);
    assert_eq!(messages(&document), ["unknown key `requried`; did you mean `required`?", "unknown key `whatever`"]);
    assert_eq!(document.faults()[1].help.as_deref(), Some("known keys: required, secret"));
}

#[test]
fn numbers_and_dates_are_read() {
    let file = source("a = 0x1F\nb = 1_000\nc = -2.5e3\nd = 2027-01-31\ne = inf\n");
    let document = Document::parse(&file);
    let root = document.root();
    assert_eq!(root.get("a").unwrap().count(), Some(31));
    assert_eq!(root.get("b").unwrap().scalar(), Some(Value::new("1000")));
    assert_eq!(root.get("c").unwrap().number(), Some(-2500.0));
    assert_eq!(root.get("d").unwrap().date(), jiff::civil::Date::new(2027, 1, 31).ok());
    assert_eq!(root.get("d").unwrap().scalar(), Some(Value::new("2027-01-31")));
    assert_eq!(root.get("e").unwrap().number(), None);
}

#[test]
fn all_syntax_errors_are_told_in_our_own_words() {
    let text = "a = \nb = hunter2\nc = [1 2]\nd = 'x\na = 1\n[e\nf = 1\n";
    let faults = faults_of(text);
    assert!(faults.len() >= 5, "{faults:?}");
    assert!(faults.iter().all(|message| !message.contains("hunter2")), "{faults:?}");
    assert_eq!(faults_of("[a]\nx = 1\n[a]\nx = 2\n"), ["the key `a` is given twice", "the key `x` is given twice"]);
    assert_eq!(faults_of("a = 1\na = 2\n"), ["the key `a` is given twice"]);
    assert_eq!(faults_of("a = 1\na.b = 2\n"), ["this key is no table, so nothing can be added to it"]);
}

#[test]
fn behind_a_syntax_error_no_key_is_quoted_or_shown() {
    let text = "first = 1\nkey = \"-----BEGIN\nTUlJRXZ3SUJBREFO=1\nrequird = 1\n";
    let file = source(text);
    let document = Document::parse(&file);
    let root = document.root();
    root.get("required");
    root.get("key");
    root.finish(true, |_| None);
    let all = format!("{:?}", document.faults());
    assert!(!all.contains("TUlJ"), "{all}");
    assert!(all.contains("unknown key `first`"), "{all}");
    assert!(document.shown().iter().all(|span| span.end <= 10), "{:?}", document.shown());
}

#[test]
fn bytes_that_are_no_utf8_are_told_once() {
    let file = SourceFile::new(SourcePath::new("x.toml"), b"a = 1\nb = \"\xff\xfe\"\nc = 2\n".to_vec());
    let document = Document::parse(&file);
    assert_eq!(messages(&document), ["this byte is not UTF-8, as TOML must be"]);
    let root = document.root();
    assert_eq!(root.get("a").unwrap().count(), Some(1));
    assert_eq!(root.string("b"), None);
    assert_eq!(root.get("c").unwrap().count(), Some(2));
}

#[test]
fn deep_nesting_exhausts_no_stack() {
    let key = format!("{}z", "a.".repeat(10));
    let texts = [
        format!("a = {}", "[".repeat(100_000)),
        format!("a = {}", "{b=".repeat(100_000)),
        format!("a = {}{}", "[".repeat(90), "]".repeat(90)),
        "[a]\n".repeat(20_000),
        "[[a]]\n".repeat(20_000),
        format!("{}z = 1", "a.".repeat(100_000)),
        format!("[{key}]\n{key} = {}1{}", format!("{{{key} = ").repeat(75), "}".repeat(75)),
        format!("[{key}]\n{key} = {}", format!("{{{key} = ").repeat(75)),
        format!("[{key}]\n{key} = {}\n[{key}]", format!("{{{key} = \n").repeat(79)),
        format!("x = a\"\"\"\ny = {}", format!("{{{}z =", "a.".repeat(79)).repeat(79)),
        format!("y = {}", format!("[ }} {{{key} =").repeat(500)),
    ];
    for text in texts {
        let thread = std::thread::Builder::new().stack_size(1 << 20);
        let ended = thread
            .spawn(move || {
                let file = source(&text);
                let document = Document::parse(&file);
                document.root().finish(true, |_| None);
                document.faults().len()
            })
            .unwrap();
        assert!(ended.join().is_ok());
    }
}

#[test]
fn a_huge_file_is_refused_with_a_reason() {
    assert_eq!(faults_of(&"# x\n".repeat(300_000)), ["this file is longer than 1 MiB and was not read"]);
}

#[test]
fn a_megabyte_of_errors_is_cut_short() {
    assert!(faults_of(&"\u{1}\n".repeat(200_000)).len() <= MOST_FAULTS);
}

#[test]
fn hostile_texts_take_no_quadratic_time() {
    let megabyte = 1 << 18;
    let texts = [
        format!("a = \"\"\"{}", "\\n".repeat(megabyte / 2 - 10)),
        format!("a = '''{}", "''x".repeat(megabyte / 3 - 10)),
        "a=[".repeat(megabyte / 3),
        "[[a]]\n".repeat(megabyte / 6),
        "a=1\n".repeat(megabyte / 4),
        "\"".repeat(megabyte),
        "#\r".repeat(megabyte / 2),
        format!("a = [{}]", "{b=1},".repeat(megabyte / 6 - 10)),
    ];
    for text in texts {
        let start = std::time::Instant::now();
        let file = source(&text);
        let document = Document::parse(&file);
        document.root().finish(true, |_| None);
        assert!(start.elapsed().as_secs() < 10, "{:?} took {:?}", &text[..10], start.elapsed());
    }
}
