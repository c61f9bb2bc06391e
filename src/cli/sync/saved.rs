//! What a run leaves or finds on disk: a saved plan, the journal.

use std::fs::{self, File, OpenOptions};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::cli::failure::{CliError, reason};
use crate::cli::{look, output};
use crate::reporters::json;
use crate::source::visible;
use crate::sync::{Applied, Journal, Plan, PlanDocument};

/// The most bytes of a saved plan that are read.
const MOST_BYTES: u64 = 64 << 20;

/// Makes sure that a saved plan is the one that was made now.
pub(super) fn must_equal(path: &Path, plan: &Plan) -> Result<(), CliError> {
    let shown = output::shown(path);
    let no_plan = || CliError::Usage(format!("`{shown}` is no saved plan: `--plan-out` saves one"));
    let mut text = String::new();
    let file =
        File::open(path).map_err(|error| CliError::Unreadable { path: shown.clone(), reason: reason(&error) })?;
    file.take(MOST_BYTES).read_to_string(&mut text).map_err(|_| no_plan())?;
    let saved: serde_json::Value = serde_json::from_str(&text).map_err(|_| no_plan())?;
    if saved.get("schema").and_then(serde_json::Value::as_str) != Some("envcheck.plan/1") {
        return Err(no_plan());
    }
    let now = document(plan, &[])?;
    let now: serde_json::Value = serde_json::from_str(&now).map_err(|_| no_plan())?;
    if saved == now {
        return Ok(());
    }
    let changed = differing(&saved, &now);
    let what = if changed.is_empty() { "what it is about".to_owned() } else { changed.join(", ") };
    Err(CliError::Usage(format!("the plan is no longer the one in `{shown}`: {what} changed; nothing was done")))
}

/// A plan, or what became of it, as the document that programs read.
pub(super) fn document(plan: &Plan, applied: &[Applied]) -> Result<String, CliError> {
    json::document(&PlanDocument::new(plan, applied))
        .map_err(|_| CliError::Unwritable { path: "the plan".to_owned(), reason: "memory ran out" })
}

/// The secrets of which two plans say different things.
fn differing(saved: &serde_json::Value, now: &serde_json::Value) -> Vec<String> {
    let items =
        |plan: &serde_json::Value| plan.get("items").and_then(|items| items.as_array()).cloned().unwrap_or_default();
    let (saved, now) = (items(saved), items(now));
    let both = saved.iter().filter(|item| !now.contains(item)).chain(now.iter().filter(|item| !saved.contains(item)));
    let mut names: Vec<String> =
        both.filter_map(|item| Some(format!("`{}`", visible(item.get("secret")?.as_str()?)))).collect();
    names.sort();
    names.dedup();
    names
}

/// Opens the journal: the file that is named, else a new one below the user's own folder for what programs remember.
pub(super) fn journal(named: Option<&Path>) -> Result<(Journal, PathBuf), CliError> {
    let run = format!("{}-{}", jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ"), std::process::id());
    let path = if let Some(path) = named {
        path.to_owned()
    } else {
        let folder = state_folder().ok_or_else(|| {
            CliError::Usage("nothing says where to keep the journal: name a file with `--journal`".to_owned())
        })?;
        create_private(&folder)?;
        folder.join(format!("{run}.jsonl"))
    };
    if path.metadata().is_ok_and(|found| !found.is_file()) {
        return Err(CliError::Unwritable { path: output::shown(&path), reason: "it is no regular file" });
    }
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(&path).map_err(|error| output::unwritable(&path, &error))?;
    // One that was there may have been more open.
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))
        .map_err(|error| output::unwritable(&path, &error))?;
    Ok((Journal::new(run, Box::new(file)), path))
}

fn state_folder() -> Option<PathBuf> {
    let state = look::variable("XDG_STATE_HOME").or_else(|| look::variable("LOCALAPPDATA")).map(PathBuf::from);
    let state = state.filter(|path| path.is_absolute());
    let state = state.or_else(|| Some(PathBuf::from(look::variable("HOME")?).join(".local/state")))?;
    Some(state.join("envcheck").join("sync"))
}

fn create_private(folder: &Path) -> Result<(), CliError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| output::unwritable(folder, &error))
}
