//! The schemas that only the config calls so: `schema = […]` of an app. Their text tells which kind they are.

use std::collections::BTreeSet;

use super::read::{Reader, Refusal};
use super::walk::Format;
use super::{Project, Unread};
use crate::fact::Role;
use crate::loaders::Claim;
use crate::schemas;
use crate::source::{SourceFile, SourcePath};

/// Loads every schema that the config names and that was not read as one.
pub(super) fn load(project: &mut Project, reader: &Reader, tracked_only: bool) {
    let named = project.config.apps.iter().flat_map(|app| &app.schema);
    let paths: BTreeSet<SourcePath> = named.filter_map(|path| SourcePath::new("").join(path)).collect();
    for path in paths {
        if project.files.get(&path).is_some_and(|file| file.claim.role == Role::Schema) {
            continue;
        }
        let local = project.ignored.matches(&path, false);
        if local && tracked_only {
            continue;
        }
        let read = if path.as_str().split('/').any(|part| part == ".git") {
            Err(Refusal::Outside)
        } else {
            reader.read(&path, &reader.root().join(path.as_str()))
        };
        if let Err(reason) = read.map_err(Refusal::reason).and_then(|source| take(project, source, local)) {
            project.unread.retain(|unread| unread.path != path);
            project.unread.push(Unread { path, reason: reason.to_owned(), named: None });
        }
    }
}

fn take(project: &mut Project, source: SourceFile, local: bool) -> Result<(), &'static str> {
    let schema =
        schemas::reader(&source).ok_or("no known kind of schema; say which with `format` in a `[[source]]`")?;
    let path = source.path().clone();
    let file = Format::Schema(schema).load(source, Claim::new(Role::Schema), local);
    project.files.insert(path, file);
    Ok(())
}
