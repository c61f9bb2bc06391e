//! Every loader and schema source on any bytes: no panic, and every span lies in the text.
#![no_main]

use envcheck::fact::Role;
use envcheck::loaders::{Claim, LOADERS};
use envcheck::schemas::SCHEMAS;
use envcheck::source::{Snippet, SourceFile, SourcePath, Span};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((which, bytes)) = data.split_first() else { return };
    let formats = LOADERS.len() + SCHEMAS.len();
    let which = usize::from(*which) % formats;
    // Manifests differ by name, so that a second byte chooses one.
    let names = ["package.json", "pnpm-workspace.yaml", "pyproject.toml", "Cargo.toml", "go.mod", "go.work",
        "composer.json", "Gemfile", "requirements.txt", "turbo.json", "Pipfile"];
    let name = bytes.first().map_or("x", |byte| names[usize::from(*byte) % names.len()]);
    let source = SourceFile::new(SourcePath::new(name), bytes.to_vec());
    let loaded = match LOADERS.get(which) {
        Some(loader) => {
            let role = if bytes.len() % 2 == 0 { Role::Values } else { Role::Template };
            (loader.load)(&source, &Claim::new(role))
        }
        None => (SCHEMAS[which - LOADERS.len()].load)(&source),
    };
    let inside = |span: Span| assert!(source.text().get(span.start..span.end).is_some(), "{span:?}");
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
});
