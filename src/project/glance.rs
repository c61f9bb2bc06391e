//! What a look at the text tells of files whose names say too little. What they say of variables is for their loaders.

use std::collections::BTreeSet;
use std::path::Path;

use memchr::memmem;

use super::locate::spelt;
use super::read::Reader;
use super::walk::{Format, Walked};
use super::{Unread, entries};
use crate::loaders::{self, Claim, GLANCES, Loader};
use crate::source::SourcePath;

/// Why the templates of a chart are not read.
pub const NOT_RENDERED: &str = "templates of Helm, which nothing renders here";

/// Whether a look at the text of a file may tell something.
pub(super) fn is_worth_it(path: &SourcePath) -> bool {
    GLANCES.iter().any(|glance| (glance.claims)(path).is_some())
}

/// What the text of a file says that it is, where its name says too little to tell.
pub(super) fn told(reader: &Reader, path: &SourcePath, disk: &Path) -> Option<(Format, Claim)> {
    GLANCES.iter().find_map(|glance| {
        let claim = (glance.claims)(path)?;
        let is_near = || path.folder().as_str().is_empty() || stands_beside(glance.loader, path, disk);
        if !glance.anywhere && !is_near() {
            return None;
        }
        let source = reader.read(path, disk).ok()?;
        (glance.fits)(&source).then_some((Format::Other(glance.loader), claim))
    })
}

/// Whether a file stands in a folder with one whose name says that a loader reads it.
fn stands_beside(loader: &Loader, path: &SourcePath, disk: &Path) -> bool {
    let Some(folder) = disk.parent() else { return false };
    let mut found = false;
    // A folder that cannot be listed is said where it is walked.
    let _ = entries::each(folder, |name, kind| {
        found |= kind == entries::Kind::File && (loader.claims)(&path.folder().child(&spelt(name))).is_some();
    });
    found
}

/// Takes out what only Helm makes manifests of and what was not understood without it: said once a folder, so that nobody
/// believes that it was checked.
pub(super) fn set_templates_apart(found: &mut Walked) {
    let mut folders = BTreeSet::new();
    found.files.retain(|path, file| {
        let is_template = file.format == loaders::kubernetes::LOADER.name
            && file.loaded.parsed.is_none()
            && memmem::find(file.source.text().as_bytes(), b"{{").is_some();
        let folder = path.folders().find(|folder| folder.name() == "templates").filter(|_| is_template);
        let is_kept = folder.is_none();
        folders.extend(folder);
        is_kept
    });
    let unread = folders.into_iter().map(|path| Unread { path, reason: NOT_RENDERED.to_owned(), named: None });
    found.unread.extend(unread);
}
