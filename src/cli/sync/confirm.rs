//! Asking before anything is written.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use super::Sync;
use crate::cli::failure::CliError;
use crate::source::visible;
use crate::sync::Plan;

/// Asks, unless the command line has answered.
///
/// # Errors
///
/// Fails where nobody can be asked, or the answer is another one.
pub(super) fn ask(sync: &Sync, plan: &Plan) -> Result<(), CliError> {
    let remote = plan.stores.iter().filter(|store| store.kind != "dotenv");
    let projects: Vec<&str> = remote.map(|store| store.place.project.as_str()).collect();
    let project = projects.first().copied().filter(|_| plan.is_production);
    if sync.yes {
        return match (project, &sync.confirm_project) {
            (Some(project), None) => Err(CliError::Usage(format!(
                "this is production: `--yes` needs `--confirm-project {}` beside it",
                visible(project)
            ))),
            _ => Ok(()),
        };
    }
    let typed_by_argument = project.is_some() && sync.confirm_project.is_some();
    let (question, wanted) = match project {
        Some(project) if !typed_by_argument => {
            (format!("This is production. Type the project's id `{}` to go on: ", visible(project)), project)
        }
        _ => ("Only `yes` goes on: ".to_owned(), "yes"),
    };
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        return Err(CliError::Usage(
            "nobody can be asked here: `--yes` goes on without, `--dry-run` only shows the plan".to_owned(),
        ));
    }
    let mut stderr = std::io::stderr();
    let _ = stderr.write_all(question.as_bytes()).and_then(|()| stderr.flush());
    let mut answer = String::new();
    // An answer that cannot be read is none.
    let _ = stdin.lock().read_line(&mut answer);
    if answer.trim() == wanted { Ok(()) } else { Err(CliError::Usage("nothing was changed".to_owned())) }
}
