//! What git says of a file. Nothing of the repository's configuration runs.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

/// How a file stands with git.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It lies in no work tree.
    Outside,
    /// Git tracks it.
    Tracked,
    /// Git ignores it, and does not track it.
    Ignored,
    /// Git would take it with `git add .`.
    Unignored,
    /// Git is not there, or does not say.
    Unknown,
}

/// How a file stands with git; its links must be resolved.
pub(super) fn standing(path: &Path) -> Standing {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return Standing::Unknown };
    if !folder.ancestors().any(|above| above.join(".git").exists()) {
        return Standing::Outside;
    }
    // `:(literal)` keeps a name with stars in it from being a pattern.
    let mut literal = std::ffi::OsString::from(":(literal)");
    literal.push(name);
    match code(folder, &[OsStr::new("ls-files"), OsStr::new("--error-unmatch"), OsStr::new("--"), &literal]) {
        Some(0) => return Standing::Tracked,
        Some(1) => {}
        _ => return Standing::Unknown,
    }
    match code(folder, &[OsStr::new("check-ignore"), OsStr::new("--quiet"), OsStr::new("--"), name]) {
        Some(0) => Standing::Ignored,
        Some(1) => Standing::Unignored,
        _ => Standing::Unknown,
    }
}

/// How git ends with these arguments.
fn code(folder: &Path, arguments: &[&OsStr]) -> Option<i32> {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder);
    for setting in ["core.fsmonitor=false", "core.hooksPath=/dev/null", "safe.bareRepository=explicit"] {
        command.args(["-c", setting]);
    }
    // In a hook git says which repository it means, which may be another one.
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_CONFIG_PARAMETERS"] {
        command.env_remove(name);
    }
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().ok()?.code()
}
