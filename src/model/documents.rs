//! Templates and lists: which names somebody told a person about.

use std::collections::{BTreeMap, BTreeSet};

use crate::fact::Role;
use crate::name::Name;
use crate::source::SourcePath;

use super::sources::Source;

/// The templates of each folder.
#[derive(Default)]
pub(super) struct Templates(BTreeMap<SourcePath, Vec<SourcePath>>);

impl Templates {
    pub(super) fn of(sources: &[Source<'_>]) -> Self {
        let mut by_folder: BTreeMap<SourcePath, Vec<SourcePath>> = BTreeMap::new();
        for source in sources.iter().filter(|source| source.file.claim.role == Role::Template) {
            by_folder.entry(source.path.folder()).or_default().push(source.path.clone());
        }
        Self(by_folder)
    }

    /// The one that stands for an env file: it is named after it in its folder, or lies beside it, or at the root.
    pub(super) fn stand_in(&self, path: &SourcePath) -> Option<&SourcePath> {
        let beside = self.0.get(&path.folder()).map(Vec::as_slice).unwrap_or_default();
        let named = beside.iter().find(|template| stands_for(template, path));
        named.or(beside.first()).or_else(|| self.0.get(&SourcePath::new(""))?.first())
    }
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
    let own_sources = own.iter().filter_map(|index| sources.get(*index));
    let shown = own_sources.filter(|source| source.shows).flat_map(|source| source.all_names.iter().cloned());
    let lent = stand_ins.iter().filter_map(|path| sources.binary_search_by_key(path, |source| source.path).ok());
    let indexes: BTreeSet<usize> = own.iter().copied().chain(lent).collect();
    let at = |index: usize| sources.get(index).filter(|source| source.documents()).map(|source| (index, source));
    let documenting: Vec<(usize, &Source<'_>)> = indexes.into_iter().filter_map(at).collect();
    let listing = documenting.iter().filter(|(_, source)| !source.names.is_empty());
    Documented {
        names: documenting.iter().flat_map(|(_, source)| source.all_names.iter().cloned()).collect(),
        shown: shown.collect(),
        sources: listing.map(|(index, _)| *index).collect(),
    }
}
