//! What every format written in YAML has: faults and comments. Not a format of its own.

use crate::fact::{InlineIgnore, Loaded, Problem};
use crate::source::SourceFile;
use crate::syntax::yaml::Yaml;

/// Takes the faults of a text as problems, and the ignores in its comments.
pub(crate) fn comments_and_faults(source: &SourceFile, yaml: &Yaml, loaded: &mut Loaded) {
    for fault in yaml.faults() {
        let problem = Problem::new(fault.span, fault.message);
        loaded.problems.push(if fault.lossy { problem } else { problem.harmless() });
    }
    for span in yaml.comments() {
        let line = source.position(span.start).line;
        let before = crate::source::Span::new(source.line(line).start, span.start);
        let alone = source.slice(before).trim_start_matches('\u{feff}').trim().is_empty();
        let text = source.slice(*span).trim_start_matches('#');
        loaded.ignores.extend(InlineIgnore::read(text, *span, line, alone));
    }
}
