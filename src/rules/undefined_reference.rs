//! `undefined-reference`: `${NAME}` that nothing defines.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::wording;
use crate::fact::{FactKind, Read, ReadPurpose, Setting, TargetGroup};
use crate::finding::{Findings, Level};
use crate::model::{Binding, Model, Source, State};
use crate::name::Name;
use crate::source::Place;
use crate::tables::platform;
use crate::value::Operator;

super::rule! {
    /// `${NAME}` has no default and is defined nowhere that its reader looks.
    ///
    /// ## Why is this bad?
    ///
    /// Compose only warns, and puts the empty string there. What `env_file` of a service gives does not count: it
    /// reaches the container, never the compose file itself.
    ///
    /// ## When does it stay silent?
    ///
    /// With a default (`:-`) or a demand (`:?`) for that name; where the `.env` beside the file is not in the checkout
    /// and its template lists the name; where any template or document names it, since the shell may hold it; and where
    /// nothing tells what the `.env` would hold. In a command, a name that the container has is a hint to write `$$`.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   api:
    ///     image: acme/api
    ///     environment:
    ///       SMTP_HOST: ${SMTP_HOST}
    /// ```
    ///
    /// ```sh
    /// # .env.example
    /// SMTP_USER=
    /// ```
    ///
    /// ## Use instead
    ///
    /// Define and document it, fail loudly (`${SMTP_HOST:?set SMTP_HOST}`), or say that empty is fine
    /// (`${SMTP_HOST:-}`).
    "undefined-reference", Warning, since "0.1.0", check
}

fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    for group in &model.project.groups {
        let demanded: BTreeSet<&Name> =
            group.reads.iter().filter(|read| demands(read)).map(|read| &read.reference.name).collect();
        let mut undefined: BTreeMap<&Name, Vec<&Read>> = BTreeMap::new();
        for read in &group.reads {
            let name = &read.reference.name;
            if read.reference.operator.is_none()
                && !demanded.contains(name)
                && !platform::is_platform_name(name)
                && !is_meant_for_the_container(group, read)
                && model.is_undefined_in(group, name)
            {
                if read.reference.is_meant() {
                    undefined.entry(name).or_default().push(read);
                } else {
                    unmeant(findings, read);
                }
            }
        }
        report(model, findings, group, &undefined);
    }
    for source in model.sources.iter().filter(|source| source.file.format == "dotenv") {
        env_file(model, findings, source);
    }
}

/// `${NAME}` in an env file or a template, which readers look up in the files beside it and in the shell.
fn env_file(model: &Model<'_>, findings: &mut Findings<'_>, source: &Source<'_>) {
    let mut seen: BTreeSet<&Name> = BTreeSet::new();
    for fact in &source.file.loaded.facts {
        let FactKind::Reference { fallback: false } = fact.kind else { continue };
        let name = &fact.name;
        if name.as_str().chars().any(|character| character.is_ascii_lowercase())
            || platform::is_platform_name(name)
            || model.is_held_anywhere(name)
            || !seen.insert(name)
        {
            continue;
        }
        let holds = |setting: &&Arc<Setting>| setting.value_span.contains(fact.span.start);
        let Some(setting) = source.settings.iter().find(holds) else { continue };
        let needs = |binding: &Binding| binding.needs_a_value() && source.owners.contains(&binding.app);
        let harmed = model.bindings_named(&setting.name).any(needs);
        let place = Place::new(source.path, fact.span);
        let message = format!("`{name}` is defined nowhere, and `{}` is made of it", setting.name);
        let finding = findings.report(&place, "empty here", message);
        finding.variable(name).help("define it above, or write the value out");
        if harmed {
            finding.at_level(Level::Error);
        }
    }
}

fn demands(read: &Read) -> bool {
    matches!(read.reference.operator, Some(Operator::Required { .. } | Operator::Default { .. }))
}

/// A command's `${NAME}` that the container itself has: the shell in it was meant.
fn is_meant_for_the_container(group: &TargetGroup, read: &Read) -> bool {
    read.purpose == ReadPurpose::Command
        && group.targets.iter().filter(|target| Some(&target.name) == read.target.as_ref()).any(|target| {
            target.layers.iter().any(|layer| layer.settings.iter().any(|setting| setting.name == read.reference.name))
        })
}

/// A `$` that was perhaps never meant as one, in a password for instance: the name behind it is not repeated.
fn unmeant(findings: &mut Findings<'_>, read: &Read) {
    let place = Place::new(&read.path, read.reference.span);
    let message = "a `$` begins a reference that is defined nowhere, so the empty string stands in";
    findings.report(&place, "empty here", message).help("write `$$` for a `$` that is meant as it is");
}

fn report(
    model: &Model<'_>,
    findings: &mut Findings<'_>,
    group: &TargetGroup,
    undefined: &BTreeMap<&Name, Vec<&Read>>,
) {
    let mut harmless: Vec<(&Name, &Read)> = Vec::new();
    for (name, reads) in undefined {
        let harmed = reads.iter().find_map(|read| Some((read, harmed(model, group, read)?)));
        let Some((read, variable)) = harmed else {
            harmless.extend(reads.first().map(|read| (*name, *read)));
            continue;
        };
        let place = Place::new(&read.path, read.reference.span);
        let message = format!("`{name}` is defined nowhere that compose looks, so `{variable}` is empty");
        let finding = findings.report(&place, "empty here", message);
        finding.at_level(Level::Error).variable(name).help(help(name));
        for read in reads.iter().skip(1) {
            finding.related(&Place::new(&read.path, read.reference.span), "empty here too");
        }
    }
    if harmless.len() <= wording::FEW {
        for (name, read) in harmless {
            let place = Place::new(&read.path, read.reference.span);
            let message = format!("`{name}` is defined nowhere that compose looks, so the empty string stands in");
            findings.report(&place, "empty here", message).variable(name).help(help(name));
        }
        return;
    }
    let Some((first, read)) = harmless.first() else { return };
    let names = wording::names(harmless.iter().map(|(name, _)| name));
    let place = Place::new(&read.path, read.reference.span);
    let message = format!("{names} are defined nowhere that compose looks, so the empty string stands in");
    let finding = findings.report(&place, "empty here", message);
    finding.help(help(first));
    for (_, read) in &harmless[1..] {
        finding.related(&Place::new(&read.path, read.reference.span), "empty here too");
    }
}

fn help(name: &Name) -> String {
    format!(
        "define and document it, or fail loudly: `${{{name}:?set {name}}}`; `${{{name}:-}}` says that empty is fine"
    )
}

/// The required variable or the secret of an app that the empty string reaches.
fn harmed(model: &Model<'_>, group: &TargetGroup, read: &Read) -> Option<Name> {
    let ReadPurpose::Variable(variable) = &read.purpose else { return None };
    let target = model
        .targets
        .iter()
        .position(|target| std::ptr::eq(target.group, group) && Some(&target.target.name) == read.target.as_ref())?;
    let app = model.targets[target].app?;
    let bindings = model.bindings_named(variable).filter(|binding| binding.app == app);
    let reached = bindings.into_iter().any(|binding| {
        (binding.needs_a_value() || binding.declaration.secret == Some(true))
            && binding.sightings.iter().any(|sighting| {
                model.views[sighting.view].target == Some(target)
                    && matches!(&sighting.state, State::Empty { absent } if !absent.is_empty())
            })
    });
    reached.then(|| variable.clone())
}
