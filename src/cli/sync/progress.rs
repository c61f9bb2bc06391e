//! How far it is: a bar on a terminal, one line a secret otherwise.

use std::io::IsTerminal as _;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::output;
use crate::sync::{Item, Outcome, Progress, outcome_line};

/// What is shown while secrets are written.
pub(super) struct Lines {
    bar: Option<ProgressBar>,
    /// Whether lines go to stdout, which a document does not share with them.
    on_stdout: bool,
}

impl Lines {
    pub(super) fn new(number: usize, on_stdout: bool) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let bar = terminal.then(|| {
            let bar = ProgressBar::with_draw_target(Some(number as u64), ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template("{wide_bar} {pos}/{len}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar
        });
        Self { bar, on_stdout }
    }

    pub(super) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Progress for Lines {
    fn finished(&self, item: &Item, outcome: &Outcome) {
        match &self.bar {
            Some(bar) => bar.inc(1),
            // A reader that has gone away stops nothing: the writes go on, and the summary says so.
            None if self.on_stdout => _ = output::text(&format!("  {}\n", outcome_line(item, outcome))),
            None => output::notice(&outcome_line(item, outcome)),
        }
    }
}
