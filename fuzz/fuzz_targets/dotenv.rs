//! Env files under every dialect: no panic, the lines round-trip, evaluation ends.
#![no_main]

use std::collections::BTreeMap;

use envcheck::syntax::dotenv::{Dialect, Tree, evaluate, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let mut end = 0;
    for line in &Tree::parse(text).lines {
        assert_eq!(line.span().start, end, "every byte belongs to one line");
        end = line.span().end;
    }
    assert!(end == text.len() || text.starts_with('\u{feff}'));
    for dialect in [Dialect::Dotenv, Dialect::DotenvExpand12, Dialect::Compose, Dialect::Docker] {
        for entry in read(text, dialect).entries {
            assert!(text.get(entry.key_span.start..entry.key_span.end).is_some());
        }
        let _ = evaluate(text, dialect, &BTreeMap::new());
    }
});
