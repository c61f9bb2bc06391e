//! Where to look: the root, the config, and the paths that are reported.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::{Component, Path, PathBuf};

use thiserror::Error;

use super::gitignore::work_tree;
use super::read::read_anywhere;
use crate::source::{SourceFile, SourcePath};

/// The name of the config file.
const CONFIG: &str = "envcheck.toml";

/// Which config is used.
#[derive(Clone, Debug, Default)]
pub enum ConfigChoice {
    /// The one at the root, if there is one.
    #[default]
    Nearest,
    /// This file.
    File(PathBuf),
    /// None.
    Without,
}

/// What the paths of the command line come to.
#[derive(Clone, Debug)]
pub struct Located {
    /// The folder below which everything is read.
    pub root: PathBuf,
    /// The config file.
    pub config: Option<PathBuf>,
    /// The paths that are reported, relative to the root; the root alone means everything.
    pub scope: Vec<SourcePath>,
}

/// A path of the command line, or the config, that cannot be looked at.
#[derive(Debug, Error)]
pub enum LocateError {
    /// Nothing is there.
    #[error("`{0}` does not exist")]
    Missing(String),
    /// It is there, but not for us.
    #[error("`{path}` cannot be read: {reason}")]
    Unreadable {
        /// The path.
        path: String,
        /// Why.
        reason: &'static str,
    },
    /// The paths have no folder in common.
    #[error("the paths have no folder in common")]
    NothingInCommon,
}

/// Finds the root: the nearest folder, at or above the paths' common folder, that holds a config, looking no higher
/// than the enclosing git work tree; else that common folder itself.
///
/// # Errors
///
/// Fails if a path does not exist or its folder cannot be read.
pub fn locate(paths: &[PathBuf], choice: &ConfigChoice) -> Result<Located, LocateError> {
    let real: Vec<PathBuf> = paths.iter().map(|path| resolve(path)).collect::<Result<_, _>>()?;
    let common = common_folder(&real).ok_or(LocateError::NothingInCommon)?;
    std::fs::read_dir(&common).map_err(|error| unreadable(&common, &error))?;
    let top = work_tree(&common).unwrap_or(&common).to_owned();
    let holds_config = |folder: &&Path| folder.join(CONFIG).is_file();
    let above = common.ancestors().take_while(|folder| folder.starts_with(&top));
    let nearest = match choice {
        ConfigChoice::Without => None,
        _ => { above }.find(holds_config).map(Path::to_owned),
    };
    let config = match choice {
        ConfigChoice::Nearest => nearest.as_ref().map(|folder| folder.join(CONFIG)),
        ConfigChoice::File(path) => Some(resolve(path)?),
        ConfigChoice::Without => None,
    };
    if let (ConfigChoice::Nearest, Some(folder), Some(config)) = (choice, &nearest, &config) {
        // Whoever writes the repository writes the symlink, too.
        let real = resolve(config)?;
        if !real.strip_prefix(folder).is_ok_and(|inside| inside.components().all(|part| part.as_os_str() != ".git")) {
            return Err(LocateError::Unreadable { path: shown(config), reason: "it lies outside the root" });
        }
    }
    let root = nearest.unwrap_or(common);
    let scope = real.iter().map(|path| relative(path, &root)).collect();
    Ok(Located { root, config, scope })
}

impl Located {
    /// Reads the config, if there is one.
    ///
    /// # Errors
    ///
    /// Fails if it is no regular file of a bounded size that may be read.
    pub fn read_config(&self) -> Result<Option<SourceFile>, LocateError> {
        let Some(path) = &self.config else { return Ok(None) };
        let bytes = read_anywhere(path)
            .map_err(|refusal| LocateError::Unreadable { path: shown(path), reason: refusal.reason() })?;
        let relative = path.strip_prefix(&self.root).unwrap_or(path).to_string_lossy().replace('\\', "/");
        Ok(Some(SourceFile::new(SourcePath::new(&relative), bytes)))
    }
}

fn resolve(path: &Path) -> Result<PathBuf, LocateError> {
    path.canonicalize().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => LocateError::Missing(shown(path)),
        _ => unreadable(path, &error),
    })
}

fn unreadable(path: &Path, error: &std::io::Error) -> LocateError {
    let reason = match error.kind() {
        std::io::ErrorKind::PermissionDenied => "permission denied",
        std::io::ErrorKind::NotADirectory => "a part of it is no folder",
        _ => "the system refuses it",
    };
    LocateError::Unreadable { path: shown(path), reason }
}

fn shown(path: &Path) -> String {
    crate::source::visible(&path.to_string_lossy()).into_owned()
}

/// The deepest folder that holds all paths; a path that is a file counts as its folder.
fn common_folder(paths: &[PathBuf]) -> Option<PathBuf> {
    let folders = paths.iter().map(|path| if path.is_dir() { path.as_path() } else { path.parent().unwrap_or(path) });
    let mut common: Option<PathBuf> = None;
    for folder in folders {
        common = match common {
            None => Some(folder.to_owned()),
            Some(common) => common.ancestors().find(|above| folder.starts_with(above)).map(Path::to_owned),
        };
        common.as_ref()?;
    }
    common
}

fn relative(path: &Path, root: &Path) -> SourcePath {
    SourcePath::new(&portable(path.strip_prefix(root).unwrap_or(path)))
}

/// The path of a file as reports have it, its symlinks resolved; `None` where it does not lie under the root.
pub fn path_of(root: &Path, disk: &Path) -> Option<SourcePath> {
    let real = disk.canonicalize().unwrap_or_else(|_| disk.to_owned());
    real.strip_prefix(root).ok().map(|inside| SourcePath::new(&portable(inside)))
}

/// A name as text. Bytes that are no UTF-8 are spelt out, so that two names never become one.
pub(super) fn spelt(name: &OsStr) -> Cow<'_, str> {
    if let Some(text) = name.to_str() {
        return Cow::Borrowed(text);
    }
    let mut text = String::new();
    for chunk in name.as_encoded_bytes().utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            // Writing to a string cannot fail.
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    Cow::Owned(text)
}

/// A relative path as text, its parts joined by `/`.
pub(super) fn portable(path: &Path) -> String {
    let parts = path.components().filter_map(|part| match part {
        Component::Normal(part) => Some(spelt(part)),
        Component::ParentDir => Some("..".into()),
        _ => None,
    });
    parts.collect::<Vec<_>>().join("/")
}
