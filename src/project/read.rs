//! One file from the disk to memory: regular files of a bounded size that lie under the root, and nothing else.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::source::{SourceFile, SourcePath};

/// The greatest size of a file that is read, in bytes.
const LIMIT: u64 = 10_000_000;

/// Reads files below one root.
pub(super) struct Reader {
    root: PathBuf,
    real_root: PathBuf,
}

/// Why a file was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    Missing,
    Outside,
    NotRegular,
    TooLarge,
    Denied,
    Failed,
}

impl Refusal {
    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::Missing => "no such file",
            Self::Outside => "it lies outside the root",
            Self::NotRegular => "not a regular file",
            Self::TooLarge => "larger than 10 MB",
            Self::Denied => "permission denied",
            Self::Failed => "it could not be read",
        }
    }
}

impl From<std::io::Error> for Refusal {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => Self::Missing,
            std::io::ErrorKind::PermissionDenied => Self::Denied,
            _ => Self::Failed,
        }
    }
}

impl Reader {
    pub(super) fn new(root: &Path) -> Self {
        let real_root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
        Self { root: root.to_owned(), real_root }
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Reads the file at a path below the root, at `disk` on the disk (they differ where a name is no UTF-8).
    pub(super) fn read(&self, path: &SourcePath, disk: &Path) -> Result<SourceFile, Refusal> {
        self.check(disk)?;
        read_anywhere(disk).map(|bytes| SourceFile::new(path.clone(), bytes))
    }

    /// Whether a path, its symlinks resolved, lies under the root and not in `.git`.
    pub(super) fn check(&self, disk: &Path) -> Result<(), Refusal> {
        let real = disk.canonicalize()?;
        let inside = real.strip_prefix(&self.real_root).map_err(|_| Refusal::Outside)?;
        if inside.components().any(|part| part.as_os_str() == ".git") {
            return Err(Refusal::Outside);
        }
        Ok(())
    }
}

/// Reads a regular file of a bounded size, wherever it lies: for paths that the user names, and for those that the walk
/// found below the root and that are no symlinks.
pub(super) fn read_anywhere(disk: &Path) -> Result<Vec<u8>, Refusal> {
    // Opening a FIFO would wait for its writer, so the kind is asked for first.
    let before = fs::metadata(disk)?;
    if !before.is_file() {
        return Err(Refusal::NotRegular);
    }
    if before.len() > LIMIT {
        return Err(Refusal::TooLarge);
    }
    let mut bytes = Vec::with_capacity(usize::try_from(before.len()).unwrap_or_default() + 1);
    File::open(disk)?.take(LIMIT + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LIMIT { Err(Refusal::TooLarge) } else { Ok(bytes) }
}
