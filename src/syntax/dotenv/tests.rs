//! Tests of the dialects beyond the measured cases: spans, bounds, and that the lines lose no byte.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

const ALL: [Dialect; 4] = [Dialect::Dotenv, Dialect::DotenvExpand12, Dialect::Compose, Dialect::Docker];

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
        for dialect in ALL {
            let reading = read(&text, dialect);
            let fits = |span: Span| text.get(span.start..span.end).is_some();
            for entry in &reading.entries {
                prop_assert!([entry.key_span, entry.separator, entry.value_span, entry.span].into_iter().all(fits));
                for found in entry.value.iter().flat_map(Template::references) {
                    prop_assert!(text[found.span.start..found.span.end].starts_with('$'));
                }
            }
            prop_assert!(reading.rejected.is_none_or(|flaw| fits(flaw.span)));
            evaluate(&text, dialect, &BTreeMap::new());
        }
    }
}
