//! What every format written in YAML has: faults, damage and comments. Not a format of its own.

use crate::fact::{InlineIgnore, Loaded, Problem};
use crate::source::{SourceFile, Span};
use crate::syntax::yaml::Yaml;

/// Takes the faults of a text as problems, and the ignores in its comments.
pub(crate) fn comments_and_faults(source: &SourceFile, yaml: &Yaml, loaded: &mut Loaded) {
    if let Some(at) = source.damage() {
        let problem = Problem::new(Span::new(at, at + 1), "this byte is no UTF-8");
        loaded.problems.push(problem.help("save the file as UTF-8"));
    }
    // A damaged byte that ends the YAML as well is one problem.
    for fault in yaml.faults().iter().filter(|fault| source.damage() != Some(fault.span.start)) {
        let problem = Problem::new(fault.span, fault.message);
        loaded.problems.push(if fault.lossy { problem } else { problem.harmless() });
    }
    for span in yaml.comments() {
        let line = source.position(span.start).line;
        let before = Span::new(source.line(line).start, span.start);
        let alone = source.slice(before).trim_start_matches('\u{feff}').trim().is_empty();
        let text = source.slice(*span).trim_start_matches('#');
        loaded.ignores.extend(InlineIgnore::read(text, *span, line, alone));
    }
}
