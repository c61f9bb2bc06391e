//! Tests of the dialects beyond the measured cases: spans, bounds, and that the lines lose no byte.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

fn value(text: &str, dialect: Dialect) -> Option<String> {
    let evaluated = evaluate(text, dialect, &BTreeMap::new());
    evaluated.values.get("A").map(|value| value.expose().to_owned())
}

/// The file put together again from its parts.
fn restored(text: &str, tree: &Tree) -> String {
    let mut spans = vec![tree.mark];
    for line in &tree.lines {
        spans.push(line.indentation);
        match &line.content {
            Content::Blank => {}
            Content::Comment { marker, text } => spans.extend([*marker, *text]),
            Content::Assignment(found) => {
                spans.extend([found.export, found.export_space, found.key, found.separator, found.value]);
            }
            Content::Other(span) => spans.push(*span),
        }
        spans.extend([line.trailing, line.newline_span]);
    }
    spans.iter().map(|span| text.get(span.start..span.end).unwrap()).collect()
}

#[test]
fn a_line_is_taken_apart_as_it_is_written() {
    let text = "  export  KEY = 'a' # b \r\n";
    let tree = Tree::parse(text);
    let [Line { content: Content::Assignment(found), newline, .. }] = tree.lines.as_slice() else { panic!("{tree:?}") };
    let slices = [found.export, found.key, found.separator, found.value].map(|span| &text[span.start..span.end]);
    assert_eq!(slices, ["export", "KEY", " = ", "'a' # b"]);
    assert_eq!(*newline, Newline::CrLf);
}

#[test]
fn a_hash_inside_quotes_is_part_of_the_value() {
    for dialect in [Dialect::Dotenv, Dialect::DotenvExpand12, Dialect::Compose] {
        assert_eq!(value("A=\"x # y\"\n", dialect).as_deref(), Some("x # y"));
    }
}

#[test]
fn an_octal_escape_of_compose_has_three_digits_below_400() {
    for (written, read) in [("\\0101", "A"), ("\\0377", "ÿ"), ("\\0400", "\\400"), ("\\07", "\\7"), ("\\0", "\\")] {
        assert_eq!(value(&format!("A=\"{written}\"\n"), Dialect::Compose).as_deref(), Some(read), "{written}");
    }
}

#[test]
fn what_a_replacement_brings_in_is_special_to_javascript() {
    assert_eq!(value("B='x$$1'\nA=[${B}]\n", Dialect::DotenvExpand12).as_deref(), Some("[x$1]"));
}

#[test]
fn an_expansion_that_never_ends_is_told_and_not_imitated() {
    let text = "A=${A:-1}\nB=${A}\nD=${A}_${B}\n";
    assert!(matches!(evaluate(text, Dialect::DotenvExpand12, &BTreeMap::new()).ending, Ending::Endless(_)));
}

#[test]
fn an_expansion_that_doubles_with_every_line_is_stopped() {
    let doubled = |number: u32| format!("V{number}=${{V{0}}}${{V{0}}}\n", number - 1);
    let text: String = std::iter::once("V0=xxxxxxxxxxxxxxxx\n".to_owned()).chain((1..60).map(doubled)).collect();
    for dialect in [Dialect::DotenvExpand12, Dialect::Compose] {
        assert!(matches!(evaluate(&text, dialect, &BTreeMap::new()).ending, Ending::Endless(_)));
    }
}

#[test]
fn the_span_of_an_endless_variable_is_its_name() {
    let text = "A=${A:-1}\nB=${A}\nD=${A}_${B}\n";
    let Ending::Endless(span) = evaluate(text, Dialect::DotenvExpand12, &BTreeMap::new()).ending else { panic!() };
    assert!(["A", "B", "D"].contains(&&text[span.start..span.end]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn the_lines_lose_no_byte(text in "(\u{feff})?([A-C=#'\"`\\\\ \t\r\n$]|export |.){0,80}") {
        prop_assert_eq!(restored(&text, &Tree::parse(&text)), text);
    }

    #[test]
    fn every_span_of_every_dialect_fits(text in "([A-C=#'\"`\\\\ \t\r\n${}:]|export |\\\\n|\u{2028}|.){0,60}") {
        for dialect in DIALECTS.iter().map(|known| known.dialect) {
            let reading = read(&text, dialect);
            let fits = |span: Span| text.get(span.start..span.end).is_some();
            for entry in &reading.entries {
                prop_assert!([entry.key_span, entry.separator, entry.value_span, entry.span].into_iter().all(fits));
                for found in entry.value.iter().flat_map(Template::references) {
                    prop_assert!(text[found.span.start..found.span.end].starts_with('$'), "{dialect:?}");
                }
            }
            prop_assert!(reading.rejected.is_none_or(|flaw| fits(flaw.span)));
            evaluate(&text, dialect, &BTreeMap::new());
        }
    }
}

#[test]
fn a_file_that_is_portable_is_read_the_same_by_all() {
    let text = "# one\n\nA=1\nURL=postgres://u:p@host:5432/db\nEMPTY=\nB64=YWJj=\nLAST=x,y";
    assert_eq!(portability(text), Portability::Everywhere);
    let first = evaluate(text, Dialect::Dotenv, &BTreeMap::new());
    assert_eq!(first.values.len(), 5);
    for known in DIALECTS {
        assert!(evaluate(text, known.dialect, &BTreeMap::new()) == first, "{}", known.id());
    }
}

#[test]
fn quotes_around_plain_text_are_read_the_same_by_all_that_read_quotes() {
    let text = "A=\"one\"\nEMPTY=\"\"\nURL=\"http://a.b:1/c,d\"\nPLAIN=1\n";
    assert_eq!(portability(text), Portability::WhereQuotesAreRead);
    let first = evaluate(text, Dialect::Dotenv, &BTreeMap::new());
    for known in DIALECTS {
        let same = evaluate(text, known.dialect, &BTreeMap::new()) == first;
        assert_eq!(same, known.dialect.reads_quotes(), "{}", known.id());
    }
}

#[test]
fn commands_are_told_and_never_run() {
    let text = "A=$(touch /tmp/envcheck-must-not-exist)\nB=${A}\nC=1\n";
    for dialect in [Dialect::DotenvExpand1000, Dialect::RubyDotenv, Dialect::Bash] {
        let evaluated = evaluate(text, dialect, &BTreeMap::new());
        assert_eq!(evaluated.hidden.get("A").map(|(why, _)| *why), Some(Hidden::Command), "{dialect:?}");
        assert!(evaluated.hidden.contains_key("B") && evaluated.values.contains_key("C"), "{dialect:?}");
    }
}

#[test]
fn what_makes_a_loader_hang_is_told_for_each() {
    let hangs = |text: &str, dialect| matches!(evaluate(text, dialect, &BTreeMap::new()).ending, Ending::Endless(_));
    assert!(hangs("A=${A}x\n", Dialect::DotenvExpand1000));
    assert!(hangs("A=${A}x\n", Dialect::Next));
    assert!(!hangs("A=${A}x\n", Dialect::DotenvExpand12));
}

#[test]
fn a_value_that_grows_with_each_reference_is_stopped_everywhere() {
    let text = format!("A={}\n", "$A${A}".repeat(20_000));
    for known in DIALECTS {
        let evaluated = evaluate(&text, known.dialect, &BTreeMap::new());
        let length: usize = evaluated.values.values().map(|value| value.expose().len()).sum();
        assert!(length < 32 << 20, "{}", known.id());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn portable_means_portable(
        text in "([A-C_]{1,3}=[a-z0-9=:/.]{0,3}\n|# [a-z'\"$]{0,4}\n|\n|[A-C]=[#$ '\"a]{0,3}\n|[D-G]=\"[a=#]{0,2}\"\n){0,6}"
    ) {
        let portability = portability(&text);
        if portability != Portability::No {
            let first = evaluate(&text, Dialect::Dotenv, &BTreeMap::new());
            let everywhere = portability == Portability::Everywhere;
            for known in DIALECTS.iter().filter(|known| everywhere || known.dialect.reads_quotes()) {
                prop_assert!(evaluate(&text, known.dialect, &BTreeMap::new()) == first, "{}", known.id());
                let (short, whole) = (read(&text, known.dialect), read_as_written(&text, known.dialect));
                prop_assert_eq!(format!("{short:?}"), format!("{whole:?}"), "{}", known.id());
            }
        }
    }
}
