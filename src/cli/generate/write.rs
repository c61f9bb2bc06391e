//! Artefacts onto disk: whole or not at all, and never over a file that somebody else wrote.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::cli::failure::{CliError, Exit};
use crate::cli::look;
use crate::cli::output::{self, shown, unwritable};
use crate::generators::{Artefact, MARK};
use crate::stores::git::{Git, Standing};

/// Writes a file that is made whole. One of the same text is not touched.
pub(super) fn whole(path: &Path, text: &str, force: bool) -> Result<Exit, CliError> {
    // A device would be read without an end.
    if std::fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        return Err(CliError::Unwritable { path: shown(path), reason: "it is no regular file" });
    }
    match std::fs::read(path) {
        Ok(bytes) if bytes == text.as_bytes() => return Ok(Exit::Clean),
        Ok(bytes) if !force && !is_made(&bytes) => {
            return Err(CliError::Kept {
                path: shown(path),
                reason: "envcheck did not make it",
                help: "`--force` overwrites it",
            });
        }
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(unwritable(path, &error)),
    }
    let access = std::fs::metadata(path).map_or(Access::Default, |metadata| Access::Kept(metadata.permissions()));
    replace(path, text.as_bytes(), access)?;
    Ok(Exit::Clean)
}

/// Whether the first lines of a file say that envcheck made it.
fn is_made(bytes: &[u8]) -> bool {
    let head = String::from_utf8_lossy(bytes.get(..bytes.len().min(200)).unwrap_or_default()).into_owned();
    head.lines().take(2).any(|line| line.contains(MARK))
}

/// Who may read a file that is written.
enum Access {
    /// Its owner alone.
    Owner,
    /// Whoever the umask lets.
    Default,
    /// Whoever could before.
    Kept(std::fs::Permissions),
}

/// Puts a file in its place at once.
fn replace(path: &Path, bytes: &[u8], access: Access) -> Result<(), CliError> {
    // A link stays one: what it points to is replaced.
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let failed = |error: std::io::Error| unwritable(path, &error);
    let mut builder = tempfile::Builder::new();
    builder.prefix(".envcheck-");
    #[cfg(unix)]
    if !matches!(access, Access::Owner) {
        use std::os::unix::fs::PermissionsExt as _;
        // What the umask leaves of it.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder).map_err(failed)?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
    if let Access::Kept(permissions) = access {
        file.as_file().set_permissions(permissions).map_err(failed)?;
    }
    file.persist(&target).map_err(|error| unwritable(path, &error.error))?;
    Ok(())
}

/// Says whether a file is what it would be made as now, and of which lines it is not; no text of either.
pub(super) fn compare(path: &Path, text: &str) -> Result<Exit, CliError> {
    let found = match std::fs::read(path) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).replace("\r\n", "\n"),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            output::text(&format!("{} is not there\n", shown(path)))?;
            return Ok(Exit::Found);
        }
        Err(error) => return Err(unwritable(path, &error)),
    };
    if found == text {
        return Ok(Exit::Clean);
    }
    let mut count: BTreeMap<&str, i64> = BTreeMap::new();
    for line in text.lines() {
        *count.entry(line).or_default() += 1;
    }
    for line in found.lines() {
        *count.entry(line).or_default() -= 1;
    }
    let lacking: i64 = count.values().filter(|count| **count > 0).sum();
    let outdated: i64 = -count.values().filter(|count| **count < 0).sum::<i64>();
    let first = found.lines().zip(text.lines()).take_while(|(found, made)| found == made).count() + 1;
    output::text(&format!(
        "{} is behind the schema from line {first} on: {lacking} lines are new, {outdated} are no longer made\n",
        shown(path)
    ))?;
    Ok(Exit::Found)
}

/// Writes a file with secrets in its place below the root, links in it resolved.
pub(super) fn below(root: &Path, artefact: &Artefact) -> Result<(), CliError> {
    let Some(path) = &artefact.path else { return Ok(()) };
    let path = root.join(path.as_str());
    let kept = |reason, help| Err(CliError::Kept { path: shown(&path), reason, help });
    let target = resolved(&path)?;
    let root = root.canonicalize().map_err(|error| unwritable(&path, &error))?;
    if !target.starts_with(&root) {
        return kept("it is a link out of the repository", "write the file that is meant with `--out`");
    }
    added(&path, artefact)
}

/// Writes a file with secrets, if it still holds what it held when the artefact was made.
pub(super) fn added(path: &Path, artefact: &Artefact) -> Result<(), CliError> {
    let kept = |reason, help| Err(CliError::Kept { path: shown(path), reason, help });
    let target = resolved(path)?;
    let now = match std::fs::symlink_metadata(&target) {
        Ok(metadata) if !metadata.is_file() => return kept("it is no regular file", "write another one with `--out`"),
        Ok(_) => Some(Zeroizing::new(std::fs::read(&target).map_err(|error| unwritable(path, &error))?)),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(unwritable(path, &error)),
    };
    let before = artefact.before.as_ref().map(|before| before.expose().as_bytes());
    if now.as_ref().map(|bytes| bytes.as_slice()) != before {
        return kept("what it holds is not what was read", "run it again; with `--out`, name a file that is not there");
    }
    if before == Some(artefact.text.expose().as_bytes()) {
        return Ok(());
    }
    let own = |name: &str| look::variable(name).unwrap_or_default();
    match (Git { path: own("PATH"), home: own("HOME") }).standing(&target) {
        Standing::Outside | Standing::Ignored => {}
        Standing::Tracked => {
            return kept("git tracks it, and it would hold secrets", "`git rm --cached` it, and add it to .gitignore");
        }
        Standing::Unignored => {
            return kept("git does not ignore it, and it would hold secrets", "add it to .gitignore");
        }
        Standing::Unknown => {
            return kept("git cannot say whether it tracks it, and it would hold secrets", "install git");
        }
    }
    replace(&target, artefact.text.expose().as_bytes(), Access::Owner)
}

/// A path with all links resolved; the file itself need not be there.
fn resolved(path: &Path) -> Result<PathBuf, CliError> {
    let failed = |error: std::io::Error| unwritable(path, &error);
    match std::fs::symlink_metadata(path) {
        Ok(_) => path.canonicalize().map_err(failed),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            Ok(folder.canonicalize().map_err(failed)?.join(path.file_name().unwrap_or_default()))
        }
        Err(error) => Err(failed(error)),
    }
}
