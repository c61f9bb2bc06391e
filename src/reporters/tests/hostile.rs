//! Texts and spans made to break a format.

use proptest::prelude::*;

use super::*;

fn text() -> impl Strategy<Value = String> {
    // The alphabet of what goes wrong: wide, combining, hidden and broken characters, tabs, breaks of both kinds.
    proptest::collection::vec(
        proptest::sample::select(vec![
            "A",
            "=",
            " ",
            "\t",
            "\n",
            "\r\n",
            "\r",
            "ä",
            "漢",
            "e\u{301}",
            "\u{200b}",
            "\u{1b}[31m",
            "\u{feff}",
            "👩‍👩‍👧",
            "::",
            "##[",
            "\u{1}",
            "\u{1a}",
            "long-long-long-long-long-long-long-long-long-long-long-long-long",
        ]),
        0..40,
    )
    .prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_text_and_no_span_breaks_a_format(
        text in text(),
        message in text(),
        spans in proptest::collection::vec((0..200_usize, 0..60_usize), 1..6),
        shown in proptest::collection::vec((0..200_usize, 0..60_usize), 0..6),
        width in 0..130_usize,
        color: bool,
        unicode: bool,
    ) {
        let spans: Vec<Span> = spans.into_iter().map(|(start, length)| Span::new(start, start + length)).collect();
        let files: BTreeMap<_, _> = ["a", "b"].into_iter().map(|path| {
            let (path, mut file) = source(path, &text, &[]);
            file.loaded.shown = shown.iter().map(|(start, length)| Span::new(*start, start + length)).collect();
            (path, file)
        }).collect();
        let mut found = Vec::new();
        let mut findings = Findings::new("r", Level::Error, &mut found);
        let finding = findings.report(&Place::new(&SourcePath::new("a"), spans[0]), message.clone(), message.clone());
        for (number, span) in spans.iter().enumerate() {
            finding.related(&Place::new(&SourcePath::new(if number % 2 == 0 { "a" } else { "b" }), *span), message.clone());
        }
        finding.help(message.clone());
        let findings = Report::resolve(&settle(found), &Texts::new(&files));
        let report = Report { name: message.clone(), findings, ..Report::default() };
        for reporter in REPORTERS {
            let out = render(reporter.name, &report, &Look { color, unicode, width, ..Look::default() });
            prop_assert!(out.lines().all(|line| !line.trim_start().starts_with("::")));
            prop_assert!(!out.contains('\u{200b}'), "{out:?}");
            prop_assert!(reporter.name == "json" || !out.contains("##["));
            let escapes = out.contains('\u{1b}');
            prop_assert!(color || !escapes);
        }
    }
}
