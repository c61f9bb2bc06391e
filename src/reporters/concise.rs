//! `concise`: one finding a line, `path:line:column: level[rule] message`, for editors and for grep.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::{Look, Report, Reporter, defuse};
use crate::source::visible;

/// The format.
pub(super) static REPORTER: Reporter = Reporter { name: "concise", write };

fn write(report: &Report, _look: &Look, out: &mut dyn Write) -> io::Result<()> {
    let mut text = String::new();
    for finding in &report.findings {
        let place = &finding.primary;
        let local = if finding.local { " (local)" } else { "" };
        let _ = writeln!(
            text,
            "{}:{}:{}: {}[{}] {}{local}",
            visible(place.path.as_str()),
            place.start.line,
            place.start.column,
            finding.level,
            finding.rule,
            visible(&finding.message)
        );
    }
    out.write_all(defuse(&text).as_bytes())
}
