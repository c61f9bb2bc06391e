//! What stands in one folder of the disk, entry by entry. Nothing is opened and nothing is judged here.

use std::ffi::OsStr;
use std::io;
use std::path::Path;

/// What an entry is, as the folder itself tells it: a symlink is neither a folder nor a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Folder,
    File,
    Other,
}

impl From<std::fs::FileType> for Kind {
    fn from(kind: std::fs::FileType) -> Self {
        match kind {
            kind if kind.is_dir() => Self::Folder,
            kind if kind.is_file() => Self::File,
            _ => Self::Other,
        }
    }
}

/// Tells each entry of a folder, in the disk's own order, without the folder itself and the one above.
///
/// # Errors
/// Returns what the system says where the folder cannot be opened or read on.
#[cfg(target_os = "linux")]
pub(super) fn each(folder: &Path, mut tell: impl FnMut(&OsStr, Kind)) -> io::Result<()> {
    use std::mem::MaybeUninit;
    use std::os::unix::ffi::OsStrExt as _;

    use rustix::fs::{FileType, Mode, OFlags, RawDir};

    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let opened = rustix::fs::open(folder, flags, Mode::empty())?;
    // The standard library's reader asks for the status of each folder and keeps each name: half of a walk's time.
    let mut space = [MaybeUninit::<u8>::uninit(); 16 << 10];
    let mut entries = RawDir::new(opened, &mut space);
    while let Some(entry) = entries.next() {
        let entry = entry?;
        let name = OsStr::from_bytes(entry.file_name().to_bytes());
        if name == "." || name == ".." {
            continue;
        }
        let kind = match entry.file_type() {
            FileType::Directory => Kind::Folder,
            FileType::RegularFile => Kind::File,
            // Some file systems do not tell.
            FileType::Unknown => match folder.join(name).symlink_metadata() {
                Ok(found) => found.file_type().into(),
                Err(_) => continue,
            },
            _ => Kind::Other,
        };
        tell(name, kind);
    }
    Ok(())
}

/// Tells each entry of a folder, in the disk's own order.
///
/// # Errors
/// Returns what the system says where the folder cannot be opened or read on.
#[cfg(not(target_os = "linux"))]
pub(super) fn each(folder: &Path, mut tell: impl FnMut(&OsStr, Kind)) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        tell(&entry.file_name(), entry.file_type()?.into());
    }
    Ok(())
}
