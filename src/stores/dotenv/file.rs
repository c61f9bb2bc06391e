//! The file on the disk: read whole, and written whole or not at all.

use std::fs;
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use zeroize::Zeroizing;

use super::super::StoreError;
use super::super::git::{Git, Standing};
use crate::source::visible;

/// The greatest size of a file, in bytes.
const LIMIT: u64 = 1 << 20;

/// How often a change is tried anew when somebody else changed the file meanwhile.
const TRIES: usize = 5;

/// How often, and how long, a write waits for another envcheck that writes in the same folder.
const WAITS: (usize, Duration) = (100, Duration::from_millis(50));

pub(super) struct File {
    path: PathBuf,
    shown: String,
    git: Git,
}

/// The bytes of a file; none of one that is not there.
pub(super) struct Bytes(Option<Zeroizing<Vec<u8>>>);

impl Bytes {
    /// The text that they are.
    pub(super) fn text(self, shown: &str) -> Result<Zeroizing<String>, StoreError> {
        let Some(mut bytes) = self.0 else { return Ok(Zeroizing::default()) };
        match String::from_utf8(std::mem::take(&mut *bytes)) {
            Ok(text) => Ok(Zeroizing::new(text)),
            Err(error) => {
                drop(Zeroizing::new(error.into_bytes()));
                Err(StoreError::Damaged { what: format!("reading {shown}"), reason: "it is no UTF-8".to_owned() })
            }
        }
    }
}

impl File {
    pub(super) fn new(name: &str, git: Git) -> Self {
        Self { path: PathBuf::from(name), shown: visible(name).into_owned(), git }
    }

    /// Its path as it was given, for people.
    pub(super) fn shown(&self) -> &str {
        &self.shown
    }

    /// Its path from the root on, for people.
    pub(super) fn absolute(&self) -> String {
        let path = std::path::absolute(&self.path).unwrap_or_else(|_| self.path.clone());
        visible(&path.to_string_lossy()).into_owned()
    }

    pub(super) fn damaged(&self, reason: &str) -> StoreError {
        StoreError::Damaged { what: format!("reading {}", self.shown), reason: reason.to_owned() }
    }

    fn failed(&self, verb: &str, error: &std::io::Error) -> StoreError {
        let reason = match error.kind() {
            ErrorKind::PermissionDenied => "permission denied",
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "no space is left",
            ErrorKind::ReadOnlyFilesystem => "the file system is read-only",
            _ => "the disk would not do it",
        };
        StoreError::Unavailable { what: format!("{verb} {}", self.shown), reason: reason.to_owned() }
    }

    fn misconfigured(&self, what: &str) -> StoreError {
        StoreError::Misconfigured(format!("{} {what}", self.shown))
    }

    /// Reads the file.
    pub(super) fn read(&self) -> Result<Bytes, StoreError> {
        let Some(real) = self.real()? else { return Ok(Bytes(None)) };
        self.read_at(&real)
    }

    /// Where the file lies, without links; `None` where there is none.
    fn real(&self) -> Result<Option<PathBuf>, StoreError> {
        match self.path.canonicalize() {
            Ok(real) => Ok(Some(real)),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                if fs::symlink_metadata(&self.path).is_ok() {
                    return Err(self.misconfigured("is a link that leads nowhere"));
                }
                Ok(None)
            }
            Err(error) if error.kind() == ErrorKind::NotADirectory => Err(self.misconfigured("lies in no folder")),
            Err(error) => Err(self.failed("reading", &error)),
        }
    }

    fn read_at(&self, real: &Path) -> Result<Bytes, StoreError> {
        // Opening a FIFO would wait for its writer, so the kind is asked for first.
        let found = match fs::metadata(real) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Bytes(None)),
            found => found.map_err(|error| self.failed("reading", &error))?,
        };
        if !found.is_file() {
            return Err(self.misconfigured("is no regular file"));
        }
        let too_large = || self.misconfigured("is larger than 1 MiB");
        if found.len() > LIMIT {
            return Err(too_large());
        }
        let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(found.len()).unwrap_or_default() + 1));
        let file = fs::File::open(real).map_err(|error| self.failed("reading", &error))?;
        file.take(LIMIT + 1).read_to_end(&mut bytes).map_err(|error| self.failed("reading", &error))?;
        if bytes.len() as u64 > LIMIT { Err(too_large()) } else { Ok(Bytes(Some(bytes))) }
    }

    /// Makes another text of the text, and puts it in the file's place in one step. What somebody else wrote in between
    /// is read again.
    pub(super) fn change(
        &self,
        mut make: impl FnMut(&str) -> Result<Zeroizing<String>, StoreError>,
    ) -> Result<(), StoreError> {
        let target = self.target()?;
        let folder = target.parent().unwrap_or(Path::new("/"));
        let _locked = self.lock(folder)?;
        for _ in 0..TRIES {
            let before = self.read_at(&target)?;
            let seen = Bytes(before.0.clone());
            let new = make(&seen.text(&self.shown)?)?;
            if new.len() as u64 > LIMIT {
                return Err(self.misconfigured("would be larger than 1 MiB"));
            }
            let temporary = self.written(folder, &target, new.as_bytes())?;
            if self.read_at(&target)?.0 != before.0 {
                continue;
            }
            temporary.persist(&target).map_err(|error| self.failed("writing", &error.error))?;
            // The name is safe on the disk only then; where the system cannot do that, it does so later.
            let _ = fs::File::open(folder).and_then(|folder| folder.sync_all());
            return Ok(());
        }
        let what = format!("writing {}", self.shown);
        Err(StoreError::Unavailable { what, reason: "somebody else keeps changing it".to_owned() })
    }

    /// Makes sure that it is a file that may hold secrets.
    pub(super) fn may_be_written(&self) -> Result<(), StoreError> {
        self.target().map(drop)
    }

    /// The file that is written, of which it is sure that it may be.
    fn target(&self) -> Result<PathBuf, StoreError> {
        let target = if let Some(real) = self.real()? {
            real
        } else {
            let absolute = std::path::absolute(&self.path).map_err(|error| self.failed("writing", &error))?;
            let folder = absolute.parent().unwrap_or(Path::new("/")).canonicalize();
            let folder = folder.map_err(|_| self.misconfigured("lies in no folder"))?;
            let Some(name) = absolute.file_name() else { return Err(self.misconfigured("is no regular file")) };
            folder.join(name)
        };
        if target.components().any(|part| part.as_os_str() == ".git") {
            return Err(self.misconfigured("belongs to git"));
        }
        match self.git.standing(&target) {
            Standing::Outside | Standing::Ignored => Ok(target),
            Standing::Unignored => Err(self.misconfigured(
                "is not ignored by git, so that a secret may be in the next commit: add it to `.gitignore`",
            )),
            Standing::Tracked => Err(self.misconfigured("is tracked by git: a secret would be in the next commit")),
            Standing::Unknown => Err(self.misconfigured("may be tracked by git, which could not be asked")),
        }
    }

    /// Keeps other processes of envcheck from writing in the folder, where the system can.
    fn lock(&self, folder: &Path) -> Result<Option<fs::File>, StoreError> {
        let Ok(held) = fs::File::open(folder) else { return Ok(None) };
        for _ in 0..WAITS.0 {
            match held.try_lock() {
                Ok(()) => return Ok(Some(held)),
                Err(fs::TryLockError::Error(_)) => return Ok(None),
                Err(fs::TryLockError::WouldBlock) => std::thread::sleep(WAITS.1),
            }
        }
        let what = format!("writing {}", self.shown);
        Err(StoreError::Unavailable { what, reason: "another program keeps its folder locked".to_owned() })
    }

    /// The new bytes in a file of their own beside the target, with its owner, and no more open than it.
    fn written(&self, folder: &Path, target: &Path, bytes: &[u8]) -> Result<tempfile::NamedTempFile, StoreError> {
        let failed = |error: std::io::Error| self.failed("writing", &error);
        let mut temporary = tempfile::Builder::new().prefix(".envcheck-").tempfile_in(folder).map_err(failed)?;
        self.adapt(temporary.as_file(), target)?;
        temporary.write_all(bytes).and_then(|()| temporary.as_file().sync_all()).map_err(failed)?;
        Ok(temporary)
    }

    #[cfg(unix)]
    fn adapt(&self, temporary: &fs::File, target: &Path) -> Result<(), StoreError> {
        use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, fchown};
        let Ok(old) = fs::metadata(target) else { return Ok(()) };
        let failed = |error: std::io::Error| self.failed("writing", &error);
        let new = temporary.metadata().map_err(failed)?;
        if old.uid() != new.uid() && fchown(temporary, Some(old.uid()), None).is_err() {
            return Err(self.misconfigured("belongs to somebody else"));
        }
        let mode = old.permissions().mode() & 0o600;
        temporary.set_permissions(fs::Permissions::from_mode(mode)).map_err(failed)
    }

    #[cfg(not(unix))]
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "elsewhere there is nothing to adapt")]
    fn adapt(&self, _: &fs::File, _: &Path) -> Result<(), StoreError> {
        Ok(())
    }
}
