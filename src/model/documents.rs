//! Templates and lists: which names somebody told a person about.

use std::collections::BTreeSet;

use crate::fact::Role;
use crate::name::Name;
use crate::source::SourcePath;

use super::sources::Source;

/// Whether a template stands for an env file: it is named after it in its folder, or lies beside it, or at the root.
pub(super) fn stand_in<'s>(sources: &'s [Source<'_>], path: &SourcePath) -> Option<&'s Source<'s>> {
    let templates = || sources.iter().filter(|source| source.file.claim.role == Role::Template);
    let named = |source: &&Source<'_>| stands_for(source.path, path);
    let beside = |source: &&Source<'_>| source.path.is_beside(path);
    let at_root = |source: &&Source<'_>| source.path.folder().as_str().is_empty();
    let found = templates().find(named).or_else(|| templates().find(beside)).or_else(|| templates().find(at_root))?;
    Some(found)
}

/// Whether a template is named after an env file: `.env.example` after `.env`, `.env.prod.example` after `.env.prod`.
pub(super) fn stands_for(template: &SourcePath, path: &SourcePath) -> bool {
    template.is_beside(path) && {
        let (ours, theirs) = (words(template.name()), words(path.name()));
        ours.map(str::to_ascii_lowercase).eq(theirs.map(str::to_ascii_lowercase))
    }
}

/// The words of a name that say which env file it is.
fn words(name: &str) -> impl Iterator<Item = &str> {
    let is_other = |word: &str| TEMPLATE_WORDS.iter().chain(&["local"]).any(|other| word.eq_ignore_ascii_case(other));
    name.split(['.', '-', '_']).filter(move |word| !word.is_empty() && !is_other(word))
}

const TEMPLATE_WORDS: &[&str] =
    &["example", "sample", "template", "tmpl", "tpl", "dist", "default", "defaults", "complete"];

/// Whether a path looks like an env file that people keep to themselves.
pub fn looks_like_env_file(path: &SourcePath) -> bool {
    let name = path.name();
    name == ".env" || name.starts_with(".env.") || name.strip_suffix(".env").is_some() || name == "env"
}

/// What is documented for an app.
pub struct Documented {
    /// Every name that a template, a list or prose holds.
    pub names: BTreeSet<Name>,
    /// Every name of an env file that is checked in without a template beside it.
    pub shown: BTreeSet<Name>,
    /// The names that templates, tables and lists hold, each with its places.
    pub sources: Vec<usize>,
}

/// What the sources of an app document. `own`: its sources, by index. `stand_ins`: templates that stand for the env
/// files of its targets.
pub(super) fn documented(sources: &[Source<'_>], own: &[usize], stand_ins: &[&SourcePath]) -> Documented {
    let mut documented = Documented { names: BTreeSet::new(), shown: BTreeSet::new(), sources: Vec::new() };
    for source in own.iter().filter_map(|index| sources.get(*index)).filter(|source| source.shows) {
        documented.shown.extend(source.all_names.iter().cloned());
    }
    let lent = stand_ins.iter().filter_map(|path| sources.binary_search_by_key(path, |source| source.path).ok());
    let indexes: BTreeSet<usize> = own.iter().copied().chain(lent).collect();
    for (index, source) in indexes.into_iter().filter_map(|index| Some((index, sources.get(index)?))) {
        if !source.documents() {
            continue;
        }
        documented.names.extend(source.all_names.iter().cloned());
        if !source.names.is_empty() {
            documented.sources.push(index);
        }
    }
    documented
}
