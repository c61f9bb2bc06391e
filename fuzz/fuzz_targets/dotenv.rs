//! Env files under every dialect: no panic, the lines round-trip, evaluation ends.
#![no_main]

use std::collections::BTreeMap;

use envcheck::syntax::dotenv::{DIALECTS, Tree, evaluate, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let tree = Tree::parse(text);
    let mut end = tree.mark.end;
    for line in &tree.lines {
        assert_eq!(line.span().start, end, "every byte belongs to one line");
        end = line.newline_span.end;
    }
    assert_eq!(end, text.len());
    for dialect in DIALECTS.iter().map(|known| known.dialect) {
        for entry in read(text, dialect).entries {
            assert!(text.get(entry.key_span.start..entry.key_span.end).is_some());
        }
        let _ = evaluate(text, dialect, &BTreeMap::new());
    }
});
