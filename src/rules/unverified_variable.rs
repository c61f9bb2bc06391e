//! `unverified-variable`: required, and nothing can be said of it.

use super::wording;
use crate::fact::Role;
use crate::finding::Findings;
use crate::loaders::LOADERS;
use crate::model::Model;
use crate::project::{NO_SCHEMA, NOT_RENDERED, SKIPPED};
use crate::schemas::SCHEMAS;
use crate::source::{Place, Span};

super::rule! {
    /// Nothing can be said of a required variable in an environment.
    ///
    /// ## Why is this bad?
    ///
    /// It is not, by itself: what envcheck cannot see it does not judge. But a gate before a deploy should not pass
    /// because too little was known. There, turn this rule on: `envcheck check --env production -E unverified-variable`.
    ///
    /// ## What makes a variable unknown?
    ///
    /// No listing of the secrets that the store holds, an env file that is not in the checkout, an expression that is
    /// resolved elsewhere, a platform that gives the rest. The finding says which. A schema, an env file or a compose file
    /// that is there and could not be read is told by itself.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # env.schema.toml
    /// [server]
    /// SESSION_SECRET = { secret = true, required = ["production"] }
    /// ```
    ///
    /// ## Use instead
    ///
    /// Save a listing (`gcloud secrets list --format=json > FILE`) and name it with `--listing production=FILE`, or say
    /// in `envcheck.toml` that a file is the whole of its environment (`complete = true`).
    "unverified-variable", Off, since "0.1.0", check
}

fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    unread(model, findings);
    for ((app, environment, reason), bindings) in model.unknown() {
        let asked = model.project.requested.is_empty() || model.project.requested.contains(&environment);
        let deployed = model.is_deployed(&environment);
        if !asked || (model.project.requested.is_empty() && !deployed) {
            continue;
        }
        let Some(first) = bindings.first() else { continue };
        let app = &model.apps.list[app].name;
        let names = wording::names(bindings.iter().map(|binding| &binding.name));
        let message = match bindings.len() {
            1 => format!("{names} of {app} cannot be verified in {environment}: {reason}"),
            count => {
                format!("{count} variables that {app} requires cannot be verified in {environment}: {reason} ({names})")
            }
        };
        let finding = findings.report(&first.place, "required here", message);
        finding
            .app(app)
            .environment(&environment)
            .help("let envcheck see the place that gives it: `--listing`, `[[source]]` or `[[store]]`");
        if bindings.len() == 1 {
            finding.variable(&first.name);
        }
        for binding in &bindings[1..] {
            finding.related(&binding.place, format!("`{}` is required here", binding.name));
        }
    }
}

/// Files that would give or require variables and that were not read: too large, no text, made by another tool. A gate
/// must not turn green because such a file says nothing. What the config skips is named by every report.
fn unread(model: &Model<'_>, findings: &mut Findings<'_>) {
    for unread in model.project.unread.iter().filter(|unread| unread.named.is_none()) {
        let path = &unread.path;
        let claim = LOADERS.iter().find_map(|loader| (loader.claims)(path));
        let says = unread.reason == NOT_RENDERED
            || claim.is_some_and(|claim| matches!(claim.role, Role::Values | Role::Deploy))
            || SCHEMAS.iter().any(|source| (source.claims)(path))
            || model.project.config.apps.iter().flat_map(|app| &app.schema).any(|named| named == path.as_str());
        if !says || [NO_SCHEMA, SKIPPED].contains(&unread.reason.as_str()) {
            continue;
        }
        let message = format!("what `{path}` says cannot be verified: it was not read ({})", unread.reason);
        findings.report(&Place::new(path, Span::default()), "not read", message).help(
            "remove it, repair it, or say in `envcheck.toml` that it is skipped: `[[source]]` with `role = \"skip\"`",
        );
    }
}
