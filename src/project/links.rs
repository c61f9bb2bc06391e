//! Links: the files that files name, loaded as what the link says they are.

use std::collections::BTreeMap;

use super::read::{Reader, Refusal};
use super::walk::Format;
use super::{Project, Unread};
use crate::fact::{Link, LinkKind, LinkOutcome, Role};
use crate::loaders::{Claim, File, LOADERS};
use crate::schemas::SCHEMAS;
use crate::schemas::value_schema::ValueSchema;
use crate::source::{Place, SourcePath};

/// Follows every link of every file, and those of the files found so, until there is none left.
pub(super) fn follow(project: &mut Project, reader: &Reader, tracked_only: bool) {
    let mut work: Vec<SourcePath> = project.files.keys().cloned().collect();
    let mut refused: BTreeMap<SourcePath, Refusal> = BTreeMap::new();
    while let Some(path) = work.pop() {
        let Some(file) = project.files.get(&path) else { continue };
        let (links, format) = (file.loaded.links.clone(), file.format);
        let mut outcomes = Vec::with_capacity(links.len());
        for link in &links {
            let outcome = resolve(project, reader, tracked_only, &path, format, link, &mut work, &mut refused);
            if matches!(outcome, LinkOutcome::Outside | LinkOutcome::Unreadable(_)) {
                let reason = match &outcome {
                    LinkOutcome::Unreadable(target) => {
                        refused.get(target).map_or("it could not be read", |r| r.reason())
                    }
                    _ => Refusal::Outside.reason(),
                };
                let named = Some(Place::new(&path, link.span));
                let shown = path.folder().join(&link.path).unwrap_or_else(|| SourcePath::elsewhere(&link.path));
                project.unread.push(Unread { path: shown, reason: reason.to_owned(), named });
            }
            outcomes.push(outcome);
        }
        if let Some(file) = project.files.get_mut(&path) {
            file.outcomes = outcomes;
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "one step of the loop above, which owns all of it")]
fn resolve(
    project: &mut Project,
    reader: &Reader,
    tracked_only: bool,
    from: &SourcePath,
    format: &'static str,
    link: &Link,
    work: &mut Vec<SourcePath>,
    refused: &mut BTreeMap<SourcePath, Refusal>,
) -> LinkOutcome {
    if link.path.contains('$') || link.path.contains("://") {
        return LinkOutcome::Unresolved;
    }
    let Some(path) = from.folder().join(&link.path) else { return LinkOutcome::Outside };
    if path.as_str().is_empty() || path.as_str().split('/').any(|part| part == ".git") {
        return LinkOutcome::Outside;
    }
    if link.kind == LinkKind::JsonSchema
        && let Some(text) = project.files.get(&path).map(|file| file.source.text().to_owned())
    {
        project.value_schemas.entry(path.clone()).or_insert_with(|| ValueSchema::new(text));
    }
    if matches!(link.kind, LinkKind::Compose | LinkKind::CloudBuild) {
        reclaim(project, &path, format, link.kind, work);
    }
    if project.files.contains_key(&path)
        || link.kind == LinkKind::JsonSchema && project.value_schemas.contains_key(&path)
    {
        return LinkOutcome::Loaded(path);
    }
    let local = project.ignored.matches(&path, false);
    if local && tracked_only {
        return LinkOutcome::Ignored(path);
    }
    let disk = reader.root().join(path.as_str());
    if link.kind == LinkKind::JsonSchema {
        return match reader.read(&path, &disk) {
            Ok(source) => {
                project.value_schemas.insert(path.clone(), ValueSchema::new(source.text()));
                LinkOutcome::Loaded(path)
            }
            Err(refusal) => refuse(path, refusal, local, refused),
        };
    }
    match load(reader, &path, &disk, format, link.kind, local) {
        Ok(Some(file)) => {
            work.push(path.clone());
            project.files.insert(path.clone(), file);
            LinkOutcome::Loaded(path)
        }
        Ok(None) => LinkOutcome::Loaded(path),
        Err(refusal) => refuse(path, refusal, local, refused),
    }
}

/// Reads a file anew as what a command takes it for, where its name made another format of it that found nothing in it.
fn reclaim(project: &mut Project, path: &SourcePath, from: &'static str, kind: LinkKind, work: &mut Vec<SourcePath>) {
    let Some((format, claim)) = format_of(from, kind) else { return };
    let says_nothing = |file: &File| file.loaded.parsed.is_none() && file.loaded.facts.is_empty();
    let is_another = |file: &File| file.format != format.name() && says_nothing(file);
    if !project.files.get(path).is_some_and(is_another) {
        return;
    }
    if let Some(file) = project.files.remove(path) {
        project.files.insert(path.clone(), format.load(file.source, claim, file.local));
        work.push(path.clone());
    }
}

/// What it means that a file was not read. `local`: whether git ignores it.
fn refuse(path: SourcePath, refusal: Refusal, local: bool, refused: &mut BTreeMap<SourcePath, Refusal>) -> LinkOutcome {
    match refusal {
        Refusal::Missing if local => LinkOutcome::Ignored(path),
        Refusal::Missing => LinkOutcome::Missing(path),
        Refusal::Outside => LinkOutcome::Outside,
        refusal => {
            refused.insert(path.clone(), refusal);
            LinkOutcome::Unreadable(path)
        }
    }
}

/// Reads the file that a link names; `None` where nothing but its presence matters.
fn load(
    reader: &Reader,
    path: &SourcePath,
    disk: &std::path::Path,
    format: &'static str,
    kind: LinkKind,
    local: bool,
) -> Result<Option<File>, Refusal> {
    let source = reader.read(path, disk)?;
    let Some((format, claim)) = format_of(format, kind) else { return Ok(None) };
    Ok(Some(format.load(source, claim, local)))
}

/// A linked file has the format of the file that names it if that format says so, else of the one that reads such links.
fn format_of(from: &'static str, kind: LinkKind) -> Option<(Format, Claim)> {
    if kind == LinkKind::Extends
        && let Some(schema) = SCHEMAS.iter().find(|schema| schema.name == from)
    {
        return Some((Format::Schema(schema), Claim::new(Role::Schema)));
    }
    let reads = |loader: &&&crate::loaders::Loader| loader.links.iter().any(|(of, _)| *of == kind);
    let own = LOADERS.iter().filter(|loader| loader.name == from).find(reads);
    let loader = own.or_else(|| LOADERS.iter().find(reads))?;
    let role = loader.links.iter().find(|(of, _)| *of == kind).map(|(_, role)| *role)?;
    Some((Format::Other(loader), Claim::new(role)))
}
