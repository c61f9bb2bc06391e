//! `unprefixed-client-variable`: a client variable that the browser never sees.

use std::collections::BTreeSet;

use super::wording;
use crate::fact::Side;
use crate::finding::Findings;
use crate::model::Model;
use crate::name::Name;
use crate::source::Place;
use crate::tables::{platform, public};

super::rule! {
    /// A client variable lacks the public prefix, so the browser never sees it.
    ///
    /// ## Why is this bad?
    ///
    /// Bundlers copy only variables with their prefix into the page; every other one is `undefined` there.
    ///
    /// ## When does it stay silent?
    ///
    /// Where neither the schema (`public_prefixes`) nor a framework that the app depends on says what the prefix is.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # env.schema.toml
    /// public_prefixes = ["NEXT_PUBLIC_"]
    ///
    /// [client]
    /// API_URL = { type = "url" }
    /// ```
    ///
    /// ## Use instead
    ///
    /// Rename it (`NEXT_PUBLIC_API_URL`), or declare it under `server` or `shared`.
    "unprefixed-client-variable", Error, since "0.1.0", check
}

fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let mut seen = BTreeSet::new();
    for (app, schema) in model.schemas.iter().enumerate() {
        let prefixes = model.public_prefixes(app);
        if prefixes.is_empty() {
            continue;
        }
        let client = || schema.resolved.declarations.iter().filter(|(_, found)| found.declaration.side == Side::Client);
        // All of them with another framework's prefix: a bundler was told to take it, or names are handed on by hand.
        let own_way = client().all(|(name, _)| {
            model.public_prefix(app, name).is_none() && public::possible_prefix(name.as_str()).is_some()
        });
        if own_way {
            continue;
        }
        let mut unprefixed: Vec<(&Name, &Place)> = Vec::new();
        for (name, declared) in client() {
            // Names that bundlers define by themselves: `NODE_ENV`, `MODE`, `BASE_URL`.
            let built_in = platform::is_platform_name(name)
                || platform::given_in(platform::Place::ViteSource, name.as_str()).is_some();
            if model.public_prefix(app, name).is_none() && !built_in && seen.insert(declared.place.clone()) {
                unprefixed.push((name, &declared.place));
            }
        }
        report(findings, &model.apps.list[app].name, &prefixes, &unprefixed);
    }
}

fn report(findings: &mut Findings<'_>, app: &str, prefixes: &[&str], unprefixed: &[(&Name, &Place)]) {
    let prefixes: Vec<String> = prefixes.iter().map(|prefix| format!("`{prefix}`")).collect();
    let help = format!("begin its name with {}, or declare it under `server`", prefixes.join(" or "));
    if unprefixed.len() <= wording::FEW {
        for (name, place) in unprefixed {
            let message = format!("`{name}` is declared for the client of {app}, and lacks its public prefix");
            let finding = findings.report(place, "the browser never sees it", message);
            finding.variable(name).app(app).help(help.clone());
        }
        return;
    }
    let Some(((_, first), more)) = unprefixed.split_first() else { return };
    let names = wording::names(unprefixed.iter().map(|(name, _)| name));
    let message = format!("{names} are declared for the client of {app}, and lack its public prefix");
    let finding = findings.report(first, "the browser never sees it", message);
    finding.app(app).help(help);
    for (_, place) in more {
        finding.related(place, "nor this one");
    }
}
