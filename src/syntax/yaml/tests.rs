//! What the tree says of awkward texts; the spans are always checked against the text itself.

use std::fmt::Write;

use super::{Kind, Node, Style, Yaml};

fn slice(text: &str, span: crate::source::Span) -> &str {
    &text[span.start..span.end]
}

fn root(yaml: &Yaml) -> Node<'_> {
    yaml.documents().next().expect("a document")
}

fn messages(text: &str) -> Vec<(String, String)> {
    let yaml = Yaml::parse(text);
    yaml.faults().iter().map(|fault| (slice(text, fault.span).to_owned(), fault.message.to_owned())).collect()
}

#[test]
fn spans_are_bytes_behind_a_byte_order_mark_and_carriage_returns() {
    let text = "\u{feff}# grüße\r\nschlüssel: \"wört\"\r\nliste:\r\n  - ä=1 # x\r\n  - 'b'\r\n";
    let yaml = Yaml::parse(text);
    let pairs: Vec<_> = root(&yaml).pairs().map(|(key, value)| (slice(text, key.span()), value)).collect();
    assert_eq!(pairs[0].0, "schlüssel");
    assert_eq!(slice(text, pairs[0].1.span()), "\"wört\"");
    let items: Vec<_> = pairs[1].1.items().map(|item| slice(text, item.span())).collect();
    assert_eq!(items, ["ä=1", "'b'"]);
    let comments: Vec<_> = yaml.comments().iter().map(|span| slice(text, *span)).collect();
    assert_eq!(comments, ["# grüße", "# x"]);
    assert!(yaml.faults().is_empty());
}

#[test]
fn an_alias_is_the_node_it_names_and_knows_where_it_is_used() {
    let text = "a: &x { k: v }\nb: *x\n";
    let yaml = Yaml::parse(text);
    let b = root(&yaml).get("b").unwrap();
    assert_eq!(slice(text, b.span()), "{ k: v }");
    assert_eq!(slice(text, b.site()), "*x");
    assert_eq!(b.id(), root(&yaml).get("a").unwrap().id());
    assert_eq!(b.get("k").unwrap().as_str(), Some("v"));
}

#[test]
fn own_keys_win_over_merged_ones_and_the_first_of_a_list_over_the_second() {
    let text = "a: &a { X: 1, Y: 1, Z: 1 }\nb: &b { <<: *a, Y: 2 }\nc:\n  <<: [*b, *a]\n  X: 3\n  W: 3\n";
    let yaml = Yaml::parse(text);
    let c = root(&yaml).get("c").unwrap();
    let found: Vec<_> =
        c.entries().iter().map(|entry| (entry.name, entry.value.as_str().unwrap(), entry.merged)).collect();
    assert_eq!(found, [("X", "3", false), ("W", "3", false), ("Y", "2", true), ("Z", "1", true)]);
    for (name, value) in [("X", "3"), ("Y", "2"), ("Z", "1")] {
        assert_eq!(c.get(name).unwrap().as_str(), Some(value));
    }
    assert!(c.get("<<").is_none());
}

#[test]
fn a_quoted_merge_key_is_a_key() {
    let yaml = Yaml::parse("a: { \"<<\": { X: 1 } }");
    assert_eq!(root(&yaml).get("a").unwrap().entries().len(), 1);
    assert!(root(&yaml).get("a").unwrap().get("X").is_none());
}

#[test]
fn repeated_keys_are_faults_and_the_last_one_counts() {
    let text = "a: 1\nb: 2\na: 3\n";
    assert_eq!(messages(text), [("a".to_owned(), "this key stands twice in one mapping".to_owned())]);
    let yaml = Yaml::parse(text);
    assert_eq!(root(&yaml).get("a").unwrap().as_str(), Some("3"));
    assert_eq!(root(&yaml).entries().len(), 2);
    assert_eq!(root(&yaml).entries()[0].value.as_str(), Some("3"));
}

#[test]
fn two_merge_keys_and_a_merge_of_text_are_faults() {
    let found = messages("x: &x {A: 1}\nm:\n  <<: *x\n  <<: *x\nn: { <<: text }\n");
    assert_eq!(found[0], ("<<".to_owned(), "a mapping may have one `<<` only; give it a list instead".to_owned()));
    assert_eq!(found[1], ("text".to_owned(), "`<<` takes a mapping or a list of them".to_owned()));
}

#[test]
fn what_was_read_before_an_error_is_kept_and_the_next_document_is_read() {
    let text = "a: 1\nb:\n  c: [1, 2\nd: 3\n---\nx: 1\n";
    let yaml = Yaml::parse(text);
    let documents: Vec<_> = yaml.documents().collect();
    assert_eq!(documents.len(), 2);
    assert_eq!(documents[0].get("a").unwrap().as_str(), Some("1"));
    assert_eq!(documents[0].get("b").unwrap().get("c").unwrap().items().count(), 1);
    assert_eq!(documents[1].get("x").unwrap().as_str(), Some("1"));
    assert_eq!(yaml.faults().len(), 1);
    assert!(yaml.faults()[0].lossy);
}

#[test]
fn a_key_whose_value_was_lost_is_not_null() {
    let yaml = Yaml::parse("a: 1\nSECRET: \"never closed\n");
    let value = root(&yaml).get("SECRET").unwrap();
    assert_eq!(value.kind(), Kind::Unknown);
    assert!(!value.is_null());
    assert_eq!(yaml.faults()[0].message, "a quote is not closed before the indentation ends");
    assert_eq!(yaml.faults()[0].span.start, 13);
}

#[test]
fn an_unknown_alias_and_one_inside_its_own_anchor_are_unknown_nodes() {
    let text = "a: *nope\nb: &b [1, *b]\n";
    assert_eq!(
        messages(text),
        [
            ("*nope".to_owned(), "this alias has no anchor before it".to_owned()),
            ("*b".to_owned(), "this alias stands inside its own anchor".to_owned())
        ]
    );
    let yaml = Yaml::parse(text);
    assert_eq!(root(&yaml).get("a").unwrap().kind(), Kind::Unknown);
}

fn walk(node: Node<'_>) -> usize {
    1 + node.items().map(walk).sum::<usize>() + node.pairs().map(|(_, value)| walk(value)).sum::<usize>()
}

#[test]
fn an_alias_bomb_ends() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..30 {
        let alias = format!("*a{}", level - 1);
        writeln!(text, "a{level}: &a{level} [{}]", [alias.as_str(); 9].join(", ")).unwrap();
    }
    let yaml = Yaml::parse(&text);
    assert!(yaml.faults().iter().any(|fault| fault.message == "the aliases of this document expand to too much"));
    assert!(walk(root(&yaml)) < 500_000);
}

#[test]
fn a_chain_of_aliases_is_cut_before_it_gets_too_deep() {
    let mut text = "a0: &a0 [x]\n".to_owned();
    for level in 1..5000 {
        writeln!(text, "a{level}: &a{level} [*a{}]", level - 1).unwrap();
    }
    let yaml = Yaml::parse(&text);
    assert!(yaml.faults().iter().any(|fault| fault.message == "aliases are nested too deeply here"));
}

#[test]
fn deep_nesting_is_a_fault_and_no_overflow() {
    for text in ["[".repeat(100_000), "- ".repeat(100_000), "{a: ".repeat(50_000), "? ".repeat(50_000)] {
        let yaml = Yaml::parse(&text);
        assert!(!yaml.faults().is_empty());
    }
}

#[test]
fn nulls_are_plain() {
    let yaml = Yaml::parse("a:\nb: ~\nc: null\nd: 'null'\ne: !!str null\nf: ''\n");
    let nulls: Vec<_> = root(&yaml).entries().iter().map(|entry| entry.value.is_null()).collect();
    assert_eq!(nulls, [true, true, true, false, false, false]);
}

#[test]
fn tags_have_names_and_spans() {
    let text = "a: !reset null\nb: !override\n  c: 1\nd: !!str 5\n";
    let yaml = Yaml::parse(text);
    let a = root(&yaml).get("a").unwrap();
    assert!(a.has_tag("!reset"));
    assert_eq!(slice(text, a.tag().unwrap().span), "!reset");
    assert!(a.is_null());
    assert!(root(&yaml).get("b").unwrap().has_tag("!override"));
    assert!(root(&yaml).get("d").unwrap().has_tag("tag:yaml.org,2002:str"));
}

fn located(text: &str, part: &str) -> String {
    let yaml = Yaml::parse(text);
    let node = root(&yaml).get("k").unwrap();
    let at = node.as_str().unwrap().find(part).unwrap();
    slice(text, node.offsets(text).span(at..at + part.len())).to_owned()
}

#[test]
fn offsets_lead_back_through_quotes_escapes_and_folds() {
    assert_eq!(located("k: plain ${A} b\n", "${A}"), "${A}");
    assert_eq!(located("k: 'it''s ${A}'\n", "${A}"), "${A}");
    assert_eq!(located("k: \"ä \\t\\u00e4\\x41\\\"\\U0001F600 ${A} x\"\n", "${A}"), "${A}");
    assert_eq!(located("k: \"\\uD83D\\uDE00 ${A}\"\n", "${A}"), "${A}");
    assert_eq!(located("k: \"one\n    two \\\n    ${A}\"\n", "${A}"), "${A}");
    assert_eq!(located("k: |\r\n  one\r\n  ${A}\r\n", "${A}"), "${A}");
    assert_eq!(located("k: >-\n  one\n  two ${A}\n\n  three\n", "${A}"), "${A}");
    assert_eq!(located("k: one\n  two ${A}\n", "${A}"), "${A}");
}

#[test]
fn an_escaped_character_is_located_as_its_escape() {
    assert_eq!(located("k: \"a\\x24{A}\"\n", "${A}"), "\\x24{A}");
}

#[test]
fn a_block_scalar_begins_with_its_text_and_ends_with_it() {
    let text = "k: |  # note\n    one\n    two\n\nl: 1\n";
    let yaml = Yaml::parse(text);
    let node = root(&yaml).get("k").unwrap();
    assert_eq!(slice(text, node.span()), "one\n    two");
    assert_eq!(node.style(), Style::Block);
    assert_eq!(node.as_str(), Some("one\ntwo\n"));
}

#[test]
fn collections_span_from_their_first_to_their_last_child() {
    let text = "a:\n  b: 1\n  c: [x, y]\nd: 2\n";
    let yaml = Yaml::parse(text);
    assert_eq!(slice(text, root(&yaml).get("a").unwrap().span()), "b: 1\n  c: [x, y]");
}

#[test]
fn nothing_and_noise_are_read_without_a_document_or_a_panic() {
    for text in ["", "\u{feff}", "\n\n# c\n", "---\n---\n"] {
        assert_eq!(Yaml::parse(text).documents().count(), 0, "{text:?}");
        assert!(Yaml::parse(text).faults().is_empty());
    }
    for text in
        ["\u{1a}\u{1a}\0\0", "%YAML 9.9\n---\n", "a: b: c", "\t- x", "a:\n\tb: 1", "}", "&", "*", "!", "? [", "@"]
    {
        let _ = format!("{:?}", Yaml::parse(text));
    }
}

#[test]
fn many_comments_in_a_row_are_read() {
    let text = format!("a:\n{}  b: 1\n", "  # c\n".repeat(5000));
    let yaml = Yaml::parse(&text);
    assert!(yaml.faults().is_empty());
    assert_eq!(yaml.comments().len(), 5000);
    assert_eq!(root(&yaml).get("a").unwrap().get("b").unwrap().as_str(), Some("1"));
}

#[test]
fn no_value_is_printed() {
    let yaml = Yaml::parse("a: hunter2\nb: [hunter2]\n");
    assert!(!format!("{yaml:?} {:?}", root(&yaml).get("a")).contains("hunter2"));
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_and_every_span_fits(text in "([-a:{}\\[\\]&*!|>'\"#%@,? \n\t]|<<|é|\r\n|\\PC){0,60}") {
        let yaml = Yaml::parse(&text);
        for stored in &yaml.stored {
            proptest::prop_assert!(text.get(stored.span.start..stored.span.end).is_some());
        }
        for span in yaml.comments().iter().copied().chain(yaml.faults().iter().map(|fault| fault.span)) {
            proptest::prop_assert!(text.get(span.start..span.end).is_some());
        }
        for index in 0..yaml.stored.len() {
            let node = Node::new(&yaml, index);
            let length = node.as_str().map_or(0, str::len);
            let span = node.offsets(&text).span(0..length);
            proptest::prop_assert!(text.get(span.start..span.end).is_some());
            let _ = (node.entries(), node.get("a"));
        }
    }
}
