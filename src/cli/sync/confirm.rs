//! Asking before anything is written.

use std::collections::BTreeSet;
use std::io::{BufRead as _, IsTerminal as _, Write as _};

use super::Sync;
use crate::cli::failure::CliError;
use crate::source::visible;
use crate::sync::Plan;

/// Asks, unless the command line has answered. Every project of production is confirmed by its name.
///
/// # Errors
///
/// Fails where nobody can be asked, or the answer is another one.
pub(super) fn ask(sync: &Sync, plan: &Plan) -> Result<(), CliError> {
    let remote = plan.stores.iter().filter(|store| plan.is_production && store.kind != "dotenv");
    let projects: BTreeSet<&str> = remote.map(|store| store.place.project.as_str()).collect();
    let open: Vec<&str> =
        projects.iter().copied().filter(|project| !sync.confirm_project.iter().any(|named| named == project)).collect();
    if sync.yes {
        let named: Vec<String> =
            open.iter().map(|project| format!("`--confirm-project {}`", visible(project))).collect();
        return if named.is_empty() {
            Ok(())
        } else {
            Err(CliError::Usage(format!("this is production: `--yes` needs {} beside it", named.join(" and "))))
        };
    }
    if !std::io::stdin().is_terminal() {
        return Err(CliError::Usage(
            "nobody can be asked here: `--yes` goes on without, `--dry-run` only shows the plan".to_owned(),
        ));
    }
    if open.is_empty() {
        return answer("Only `yes` goes on: ", "yes");
    }
    open.into_iter().try_for_each(|project| {
        answer(&format!("This is production. Type the project's id `{}` to go on: ", visible(project)), project)
    })
}

fn answer(question: &str, wanted: &str) -> Result<(), CliError> {
    let mut stderr = std::io::stderr();
    let _ = stderr.write_all(question.as_bytes()).and_then(|()| stderr.flush());
    let mut answer = String::new();
    // An answer that cannot be read is none.
    let _ = std::io::stdin().lock().read_line(&mut answer);
    if answer.trim() == wanted { Ok(()) } else { Err(CliError::Usage("nothing was changed".to_owned())) }
}
