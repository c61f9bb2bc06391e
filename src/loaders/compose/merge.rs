//! What an earlier and a later description of one service come to: compose's merge, used for overrides and `extends`.
//!
//! Source: compose-go `override/merge.go`, `override/uncity.go`, `loader/reset.go`.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use super::parts::{BuildPart, EnvFile, Field, Mode, Mount, Service, Variables};
use crate::fact::Problem;
use crate::name::Name;
use crate::source::{Place, SourcePath};

/// Problems that only show when files meet.
pub(super) type Problems = Vec<(SourcePath, Problem)>;

/// Puts `over` on top of `base`. The result has the name and the place of `base`.
pub(super) fn services(base: Service, over: &Service, problems: &mut Problems) -> Service {
    Service {
        name: base.name,
        place: base.place,
        mode: base.mode,
        environment: field(base.environment, &over.environment, |base, over| variables(base, over, problems)),
        env_files: field(base.env_files, &over.env_files, env_files),
        build: field(base.build, &over.build, |base, over| build(base, over, problems)),
        image: field(base.image, &over.image, |_, over| over),
        command: field(base.command, &over.command, |_, over| over),
        entrypoint: field(base.entrypoint, &over.entrypoint, |_, over| over),
        restart: field(base.restart, &over.restart, |_, over| over),
        profiles: field(base.profiles, &over.profiles, |(), over| over),
        mounts: field(base.mounts, &over.mounts, mounts),
        container_name: field(base.container_name, &over.container_name, |_, over| over),
        aliases: joined(base.aliases, &over.aliases),
        awaits_end_of: joined(base.awaits_end_of, &over.awaits_end_of),
        grants: joined(base.grants, &over.grants),
        extends: base.extends,
        provided: base.provided || over.provided,
        injected: base.injected || over.injected,
        partial: base.partial || over.partial,
    }
}

fn field<T: Clone>(base: Field<T>, over: &Field<T>, join: impl FnOnce(T, T) -> T) -> Field<T> {
    let value = match (over.mode, base.value, over.value.clone()) {
        (Mode::Reset, ..) => None,
        (Mode::Replace, _, over) => over,
        (Mode::Merge, Some(base), Some(over)) => Some(join(base, over)),
        (Mode::Merge, base, over) => over.or(base),
    };
    Field { value, mode: base.mode }
}

fn joined<T: Clone + Eq + Hash>(mut base: Vec<T>, over: &[T]) -> Vec<T> {
    let known: HashSet<T> = if over.is_empty() { HashSet::new() } else { base.iter().cloned().collect() };
    base.extend(over.iter().filter(|item| !known.contains(item)).cloned());
    base
}

/// Appends; an item whose key an earlier one has takes that one's place in the order.
fn by_key<T, K: Eq + Hash>(mut base: Vec<T>, over: Vec<T>, key: impl Fn(&T) -> K) -> Vec<T> {
    let mut places: HashMap<K, usize> = base.iter().enumerate().map(|(at, item)| (key(item), at)).collect();
    for item in over {
        let at = *places.entry(key(&item)).or_insert(base.len());
        match base.get_mut(at) {
            Some(earlier) => *earlier = item,
            None => base.push(item),
        }
    }
    base
}

/// By name, whichever of the two forms each is written in.
fn variables(mut base: Variables, over: Variables, problems: &mut Problems) -> Variables {
    let known: HashSet<&Name> = base.settings.iter().map(|setting| &setting.name).collect();
    for (name, span) in over.resets.iter().filter(|_| base.is_list) {
        if known.contains(name) {
            let message = format!("`!reset` does not remove `{name}`, which an earlier file gives in a list");
            let problem = Problem::new(*span, message).help("write the earlier one as a mapping").harmless();
            problems.push((over.place.path.clone(), problem));
        }
    }
    let resets: HashSet<&Name> = over.resets.iter().filter(|_| !base.is_list).map(|(name, _)| name).collect();
    let given: HashSet<&Name> = over.settings.iter().map(|setting| &setting.name).collect();
    let base_settings = std::mem::take(&mut base.settings);
    let kept =
        base_settings.into_iter().filter(|setting| !given.contains(&setting.name) && !resets.contains(&setting.name));
    let mut settings: Vec<_> = kept.collect();
    drop(given);
    settings.extend(over.settings);
    // Compose turns both into a list to join them.
    Variables { settings, resets: Vec::new(), is_list: true, whole: base.whole && over.whole, place: over.place }
}

fn env_files(base: Vec<EnvFile>, over: Vec<EnvFile>) -> Vec<EnvFile> {
    by_key(base, over, |file| (file.path.clone(), file.place.path.folder()))
}

/// By the path in the container.
fn mounts(base: Vec<Mount>, over: Vec<Mount>) -> Vec<Mount> {
    by_key(base, over, |mount| mount.target.clone())
}

fn build(base: BuildPart, over: BuildPart, problems: &mut Problems) -> BuildPart {
    BuildPart {
        context: over.context.or(base.context),
        inline: over.inline || (base.inline && over.dockerfile.is_none()),
        dockerfile: over.dockerfile.or(base.dockerfile),
        stage: over.stage.or(base.stage),
        arguments: field(base.arguments, &over.arguments, |base, over| variables(base, over, problems)),
        secrets: base.secrets.zip(over.secrets).map(|(base, over)| base.into_iter().chain(over).collect()),
        place: over.place,
    }
}

/// A service that takes after `base` and stays itself: `extends`.
pub(super) fn extended(base: Service, service: &Service, problems: &mut Problems) -> Service {
    let (name, place, mode): (String, Place, Mode) = (service.name.clone(), service.place.clone(), service.mode);
    Service { name, place, mode, extends: None, ..services(base, service, problems) }
}
