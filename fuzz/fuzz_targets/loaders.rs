//! Every loader and schema source on any bytes: no panic, and every span lies in the text.
//!
//! An input is a path, a line break, and the text of the file at that path.
#![no_main]

use envcheck::loaders::LOADERS;
use envcheck::schemas::SCHEMAS;
use envcheck::source::{Snippet, SourceFile, SourcePath, Span};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some(end) = data.iter().position(|byte| *byte == b'\n') else { return };
    let Ok(path) = std::str::from_utf8(&data[..end]) else { return };
    let path = SourcePath::new(path);
    let source = SourceFile::new(path.clone(), data[end + 1..].to_vec());
    let schemas = SCHEMAS.iter().filter(|schema| (schema.claims)(&path)).map(|schema| (schema.load)(&source));
    let claimed = LOADERS.iter().filter_map(|loader| Some((loader, (loader.claims)(&path)?)));
    let loaded = claimed.map(|(loader, claim)| (loader.load)(&source, &claim));
    let inside = |span: Span| assert!(source.text().get(span.start..span.end).is_some(), "{span:?}");
    for loaded in schemas.chain(loaded) {
        loaded.facts.iter().for_each(|fact| inside(fact.span));
        loaded.problems.iter().for_each(|problem| inside(problem.span));
        loaded.links.iter().for_each(|link| inside(link.span));
        loaded.shown.iter().copied().for_each(inside);
        let mut shown = loaded.shown;
        shown.sort_unstable();
        for fact in loaded.facts.iter().take(8) {
            let line = source.position(fact.span.start).line;
            let snippet = Snippet::new(&source, &shown, line);
            let place = snippet.locate(fact.span);
            assert!(snippet.text.get(place).is_some());
        }
    }
});
