//! `unknown-secret-reference`: a workflow reads a secret that GitHub does not hold.

use std::collections::{BTreeMap, BTreeSet};

use super::wording;
use crate::fact::{FactKind, Role, StoreKind, StoredRead, TargetGroup};
use crate::finding::{Findings, Level};
use crate::model::{Model, Source};
use crate::name::{Environment, Name, SecretName};
use crate::source::{Place, SourcePath};

super::rule! {
    /// A workflow reads `secrets.X` or `vars.X`, and the listing of GitHub, or the repository's own table of secrets, does not hold it.
    ///
    /// ## Why is this bad?
    ///
    /// GitHub puts the empty string there, and the step runs on without it: the deploy goes to nowhere, or the app
    /// starts without its key.
    ///
    /// ## When does it stay silent?
    ///
    /// Without a listing and without a table, and where less than half of what the workflows read is in it: then it is
    /// the list of something else. For `GITHUB_TOKEN`, for what has a fallback (`secrets.X || 'none'`), for what a
    /// condition asks for, and for jobs whose `environment` is an expression. A table is held against workflows that
    /// deploy or build, not against those of bots and releases.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # .github/workflows/deploy.yml
    /// jobs:
    ///   deploy:
    ///     steps:
    ///       - uses: amondnet/vercel-action@v25
    ///         with:
    ///           vercel-token: ${{ secrets.VERCEL_TOKEN }}
    ///           vercel-org-id: ${{ secrets.VERCEL_ORG_ID }}
    /// ```
    ///
    /// ## Use instead
    ///
    /// Store it (`gh secret set`), then save the listing anew: `gh secret list --json name,updatedAt`; or add it to the
    /// table, so that whoever sets the repository up next time knows of it.
    "unknown-secret-reference", Error, since "0.1.0", check
}

fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    for store in [StoreKind::GitHubSecrets, StoreKind::GitHubVariables] {
        if !listed(model, store, findings) && store == StoreKind::GitHubSecrets {
            described(model, findings);
        }
    }
}

/// Where reads of one environment are looked up.
type Wanted<'m> = BTreeMap<&'m SecretName, Vec<&'m StoredRead>>;

/// Holds what is read against the listings; whether there are any.
fn listed(model: &Model<'_>, store: StoreKind, findings: &mut Findings<'_>) -> bool {
    let mut by_path: BTreeMap<&SourcePath, BTreeSet<&Environment>> = BTreeMap::new();
    for (path, _, environment) in model.stores.of_store(store) {
        by_path.entry(path).or_default().insert(environment);
    }
    if by_path.is_empty() {
        return false;
    }
    // One file for all environments is of the repository itself.
    let everywhere = model.environments.all().len();
    let mut wanted: BTreeMap<Option<Environment>, Wanted<'_>> = BTreeMap::new();
    for read in reads(model).filter(|read| read.store == store) {
        let word = read.environment.as_deref();
        let environment = word.map(|word| model.environments.of_word(word).unwrap_or_else(|| Environment::new(word)));
        wanted.entry(environment).or_default().entry(&read.secret).or_default().push(read);
    }
    for (environment, reads) in wanted {
        let holds = |(path, of): &(&&SourcePath, &BTreeSet<&Environment>)| match &environment {
            Some(environment) => of.contains(environment),
            None => of.len() >= everywhere && by_path.contains_key(**path),
        };
        let paths: Vec<&SourcePath> = by_path.iter().filter(holds).map(|(path, _)| *path).collect();
        let own = |(path, _, _): &(&SourcePath, &crate::fact::Listing, &Environment)| paths.contains(path);
        let listings: Vec<_> = model.stores.of_store(store).filter(own).collect();
        let Some((first, ..)) = listings.first() else { continue };
        if listings.iter().any(|(_, listing, _)| listing.truncated) {
            continue;
        }
        let held: BTreeSet<&SecretName> =
            listings.iter().flat_map(|(_, listing, _)| listing.secrets.iter().map(|stored| &stored.name)).collect();
        let lacking: Wanted<'_> =
            reads.iter().filter(|(name, _)| !held.contains(*name)).map(|(name, all)| (*name, all.clone())).collect();
        if lacking.len() * 2 > reads.len() {
            continue;
        }
        let start = Place::new(first, crate::source::Span::default());
        let place =
            environment.map_or_else(|| "of the repository".to_owned(), |environment| format!("of {environment}"));
        report(findings, store, &lacking, Level::Error, &format!("not in the listing {place}"), &start);
    }
    true
}

/// Holds what is read against the table of a document that names the secrets of workflows.
fn described(model: &Model<'_>, findings: &mut Findings<'_>) {
    let mut wanted: Wanted<'_> = BTreeMap::new();
    for group in model.project.groups.iter().filter(|group| deploys(group)) {
        for read in group.stored_reads.iter().filter(|read| !read.fallback && read.store == StoreKind::GitHubSecrets) {
            wanted.entry(&read.secret).or_default().push(read);
        }
    }
    // A name that apps know as well may be in a table of their variables.
    let declared = |name: &str| model.schemas.iter().any(|schema| schema.declares(&Name::new(name)));
    let shown = |name: &str| {
        let name = Name::new(name);
        let listed =
            |source: &&Source<'_>| source.file.claim.role != Role::Document && source.all_names.contains(&name);
        model.sources.iter().any(|source| listed(&source))
    };
    let mut tables: Vec<(&Source<'_>, Place, usize)> = Vec::new();
    for source in model.sources.iter().filter(|source| source.file.claim.role == Role::Document) {
        let mut lists: BTreeMap<usize, (Place, BTreeSet<&Name>)> = BTreeMap::new();
        for fact in &source.file.loaded.facts {
            let FactKind::Mention { list: Some(list), .. } = &fact.kind else { continue };
            let place = || Place::new(source.path, fact.span);
            lists.entry(*list).or_insert_with(|| (place(), BTreeSet::new())).1.insert(&fact.name);
        }
        for (place, names) in lists.into_values() {
            let known = wanted.keys().filter(|name| names.contains(&Name::new(name.as_str())));
            let known: Vec<&str> = known.map(|name| name.as_str()).collect();
            let is_of_workflows = known.iter().any(|name| !declared(name) && !shown(name));
            if known.len() >= 2 && known.len() * 2 >= wanted.len() && is_of_workflows {
                tables.push((source, place, known.len()));
            }
        }
    }
    let Some((table, place, _)) = tables.iter().max_by_key(|(_, _, count)| *count) else { return };
    let is_named = |name: &SecretName| {
        let name = Name::new(name.as_str());
        table.all_names.contains(&name) || tables.iter().any(|(source, ..)| source.all_names.contains(&name))
    };
    let lacking: Wanted<'_> =
        wanted.iter().filter(|(name, _)| !is_named(name)).map(|(name, all)| (*name, all.clone())).collect();
    report(findings, StoreKind::GitHubSecrets, &lacking, Level::Warning, "not in the table of secrets", place);
}

fn report(
    findings: &mut Findings<'_>,
    store: StoreKind,
    lacking: &Wanted<'_>,
    level: Level,
    missing: &str,
    list: &Place,
) {
    let what = if store == StoreKind::GitHubSecrets { "secret" } else { "variable" };
    let mut tell = |names: Vec<&SecretName>, reads: Vec<&&StoredRead>| {
        let Some((first, rest)) = reads.split_first() else { return };
        let verb = if names.len() == 1 { "is" } else { "are" };
        let message = match names.as_slice() {
            [name] => format!("the {what} `{name}` {verb} read here, and is {missing}"),
            names => format!("the {what}s {} {verb} read, and are {missing}", wording::names(names)),
        };
        let finding = findings.report(&first.place, "read here", message).at_level(level);
        finding.related(list, "this is the list");
        for read in rest {
            finding.related(&read.place, "and here");
        }
        if let [name] = names.as_slice() {
            finding.variable(&Name::new(name.as_str()));
        }
        finding.help(match level {
            Level::Error => format!("store it with `gh {what} set`, or correct the name"),
            _ => "add it to the table, or correct the name".to_owned(),
        });
    };
    if lacking.len() > wording::FEW {
        let reads = lacking.values().filter_map(|reads| reads.first()).collect();
        return tell(lacking.keys().copied().collect(), reads);
    }
    for (name, reads) in lacking {
        tell(vec![*name], reads.iter().collect());
    }
}

/// What workflows read of GitHub that must be there.
fn reads<'m>(model: &'m Model<'_>) -> impl Iterator<Item = &'m StoredRead> {
    let all = model.project.groups.iter().flat_map(|group| &group.stored_reads);
    all.filter(|read| !read.fallback && !read.anywhere)
}

/// Whether a workflow builds or deploys something of this repository, and is none of a bot.
fn deploys(group: &TargetGroup) -> bool {
    const BOTS: &[&str] = &[
        "release",
        "releases",
        "changeset",
        "changesets",
        "bot",
        "label",
        "labeler",
        "stale",
        "crowdin",
        "translate",
        "i18n",
        "codeql",
        "renovate",
        "dependabot",
        "publish",
    ];
    let is_bot = |path: &SourcePath| path.name().split(['.', '-', '_']).any(|word| BOTS.contains(&word));
    let acts = !group.targets.is_empty() || !group.builds.is_empty();
    acts && !group.paths.iter().any(is_bot)
}
