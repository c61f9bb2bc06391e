//! Tests of the syntax of `.env.schema`.

use super::*;

fn names<'a>(decorators: &[Decorator<'a>]) -> Vec<&'a str> {
    decorators.iter().map(|decorator| decorator.name).collect()
}

#[test]
fn the_header_ends_where_the_first_item_has_its_own_comments() {
    let document =
        parse("# @a @b=c\n# prose @no\n\n# @d\n# ---\n# @e # @no\n# about A\nA=1 # @f\n\n# @lost\n\n# @g\nB=\n");
    assert_eq!(names(&document.header), ["a", "b", "d"]);
    let [a, b] = document.items.as_slice() else { panic!("two items") };
    assert_eq!((names(&a.decorators), &a.description), (vec!["e", "f"], &vec!["about A"]));
    assert_eq!((a.value.as_ref().and_then(Word::bare), b.value.is_none()), (Some("1"), true));
    assert_eq!(names(&b.decorators), ["g"]);
    assert!(document.faults.is_empty());
}

#[test]
fn values_are_read_as_they_are_meant() {
    let text = "A='x # $y' # c\nB=\"a\\\"b\nc\"\nC=```\nx\n```\nD=a b # c\nE=undefined\nF=pre${X}\nG=fn(1,\n  [a, b], k=\"v)\")\nH=\"\"\nI={\"a\": 1}\nJ=\"open\nK=1";
    let document = parse(text);
    let value = |name: &str| document.items.iter().find(|item| item.key == name).unwrap().value.clone();
    let text_of = |name: &str| value(name).and_then(|word| word.text().map(str::to_owned));
    assert_eq!(text_of("A").as_deref(), Some("x # $y"));
    assert_eq!(text_of("B").as_deref(), Some("a\"b\nc"));
    assert_eq!(text_of("C").as_deref(), Some("x"));
    assert_eq!(text_of("D").as_deref(), Some("a b"));
    assert!(value("E").is_none());
    assert!(matches!(value("F").unwrap().kind, WordKind::Dynamic));
    let WordKind::Call { name, arguments } = value("G").unwrap().kind else { panic!("a call") };
    assert_eq!((name, arguments.len(), arguments[2].key), ("fn", 3, Some("k")));
    assert_eq!(text_of("H").as_deref(), Some(""));
    assert!(matches!(value("I").unwrap().kind, WordKind::Dynamic));
    assert_eq!(
        document.faults,
        [Fault { span: Span::new(text.find("\"open").unwrap(), text.find("open").unwrap()), unclosed: true }]
    );
    assert_eq!(text_of("K").as_deref(), Some("1"));
}

#[test]
fn decorators_go_on_over_commented_lines_within_brackets() {
    let document = parse("# @import(./x, pick=[\n#   A,\n#   # B,\n#   C, # why\n# ]) @last\n# @open(a,\nA=1\n");
    assert_eq!(names(&document.header), Vec::<&str>::new());
    let [import, last, open] = document.items[0].decorators.as_slice() else { panic!("three") };
    assert_eq!((last.name, open.name), ("last", "open"));
    let arguments = import.arguments.as_ref().unwrap();
    let WordKind::List(picked) = &arguments[1].word.kind else { panic!("a list") };
    assert_eq!(picked.iter().filter_map(Word::text).collect::<Vec<_>>(), ["A", "C"]);
    assert!(matches!(open.arguments.as_ref().unwrap()[0].word.kind, WordKind::Dynamic));
}

#[test]
fn expressions_hold_what_would_end_a_word() {
    let document = parse("# @type=string(matches=/^a,b\\/(c)$/i, minLength=2)\nA=\n");
    let WordKind::Call { arguments, .. } = &document.items[0].decorators[0].value.as_ref().unwrap().kind else {
        panic!("a call")
    };
    assert_eq!(arguments[0].word.text(), Some("/^a,b\\/(c)$/i"));
    assert_eq!(arguments[1].key, Some("minLength"));
}

#[test]
fn no_text_hangs_or_panics_and_spans_lie_in_it() {
    let deep = format!("# @x={}\nA={}", "f(".repeat(100_000), "[".repeat(100_000));
    let broken = [
        "",
        "\u{feff}",
        "#",
        "# @",
        "# @a=",
        "# @a(",
        "A",
        "=",
        "A='",
        "ä=1",
        "A=\r\n\rB=2",
        "export",
        "export =1",
        "A=f(",
        "#@a={\n#",
        "A=[#\n",
    ];
    for text in broken.into_iter().chain([deep.as_str()]) {
        let document = parse(text);
        for item in &document.items {
            assert_eq!(&text[item.key_span.start..item.key_span.end], item.key);
        }
        for fault in &document.faults {
            assert!(text.get(fault.span.start..fault.span.end).is_some(), "{fault:?}");
        }
    }
}
