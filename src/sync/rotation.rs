//! What a new value for one secret means for others: why it may not be made, and what is to be done after it was.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::fact::{Agreement, TargetKind};
use crate::model::Model;
use crate::name::{Name, Version};
use crate::source::visible;

use super::apply::{Applied, Outcome};
use super::plan::{Item, Plan, PlannedStore};
use super::wishes::Wish;

/// Why a secret must not get a new value by itself. `gives`: whether a person gives the value.
pub fn why_not_rotated(model: &Model<'_>, wish: &Wish, gives: bool) -> Vec<String> {
    let mut reasons = BTreeSet::new();
    for wanted in &wish.wanted {
        if let (Some(issuer), false) = (&wanted.declaration.issued_by, gives) {
            reasons.insert(format!("{issuer} issues it: get a new one there, and give it with `--from` or `--prompt`"));
        }
        for (_, agree) in &model.schemas[wanted.app].resolved.agrees {
            let tied: Vec<&Name> = match &agree.relation {
                Agreement::Parts { url, parts } => {
                    std::iter::once(url).chain(parts.iter().map(|(_, name)| name)).collect()
                }
                Agreement::Equal(names) => names.iter().collect(),
            };
            if !tied.contains(&&wanted.variable) {
                continue;
            }
            for other in tied.into_iter().filter(|other| **other != wanted.variable) {
                // What repeats only the host of an address is none of its password's business.
                if repeats(&agree.relation, &wanted.variable, other) {
                    reasons.insert(format!("`{other}` holds the same value: change both with `--from`"));
                }
            }
        }
    }
    reasons.into_iter().collect()
}

/// Whether a new value of one variable makes another one wrong.
fn repeats(relation: &Agreement, one: &Name, other: &Name) -> bool {
    match relation {
        Agreement::Equal(_) => true,
        Agreement::Parts { url, .. } => one == url || other == url,
    }
}

/// What is to be done after secrets were given new values: who takes them, how to start those anew, how to disable the old
/// ones.
pub fn after_rotation(model: &Model<'_>, plan: &Plan, applied: &[Applied]) -> String {
    let mut text = String::new();
    for one in applied {
        let (Some(item), Outcome::Done { version, .. }) = (plan.items.get(one.item), &one.outcome) else { continue };
        let Some(store) = plan.stores.get(item.wish.store) else { continue };
        let _ = writeln!(text, "\n{} has version {} now.", visible(item.wish.secret.as_str()), visible(version));
        takers(model, plan, item, store, version, &mut text);
        if let Some((old, _)) = &item.latest
            && let Some(command) = disable_command(item, store, old)
        {
            let _ = writeln!(text, "  once all of them run with it, disable the old version:\n    {command}");
        }
    }
    text
}

fn takers(model: &Model<'_>, plan: &Plan, item: &Item, store: &PlannedStore, version: &str, text: &mut String) {
    let mut found = false;
    let id = item.wish.secret.as_str();
    for injection in model.injections() {
        let here =
            injection.target.environment == plan.environment || crate::model::is_unnamed(&injection.target.environment);
        if injection.id() != id || !here {
            continue;
        }
        found = true;
        let target = injection.target.target;
        let who = format!("{} {}", target.kind.word(), visible(&target.name));
        let path = visible(injection.place.path.as_str()).into_owned();
        match injection.version {
            Version::Latest => {
                let _ = writeln!(text, "  {who} takes `latest` ({path}): it has the new value once it starts anew");
            }
            Version::Pinned(pinned) => {
                let pinned = visible(pinned);
                let _ = writeln!(text, "  {who} pins version {pinned} ({path}): write {} there", visible(version));
            }
            Version::Unknown => {
                let _ = writeln!(text, "  {who} takes a version that is not known here ({path})");
            }
        }
        let variable = injection.variable.map(Name::as_str);
        if let Some(command) = redeploy_command(target.kind, &target.name, variable, id, version, store) {
            let _ = writeln!(text, "    {command}");
        }
    }
    if !found {
        let _ = writeln!(text, "  nothing in this repository says which targets take it: start them anew");
    }
}

/// The command that starts a target with the new version.
fn redeploy_command(
    kind: TargetKind,
    name: &str,
    variable: Option<&str>,
    id: &str,
    version: &str,
    store: &PlannedStore,
) -> Option<String> {
    let what = match kind {
        TargetKind::CloudRunService => "services",
        TargetKind::CloudRunJob => "jobs",
        _ => return None,
    };
    let (project, variable) = (word(&store.place.project)?, word(variable?)?);
    Some(format!(
        "gcloud run {what} update {} --project={project} --update-secrets={variable}={}:{}",
        word(name)?,
        word(id)?,
        word(version)?
    ))
}

fn disable_command(item: &Item, store: &PlannedStore, version: &str) -> Option<String> {
    let (id, version, project) = (word(item.wish.secret.as_str())?, word(version)?, word(&store.place.project)?);
    (store.kind == "google")
        .then(|| format!("gcloud secrets versions disable {version} --secret={id} --project={project}"))
}

/// A word of a command line that needs no quotes; nothing else is put into one.
fn word(text: &str) -> Option<&str> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/');
    (!text.is_empty() && !text.starts_with('-') && text.bytes().all(fits)).then_some(text)
}
