//! `renamed-variable`: a name that stands where another one is meant.

use super::wording;
use crate::finding::{Edit, Findings, Fix, Level, Safety};
use crate::model::renames::Class;
use crate::model::{Explained, Model};

super::rule! {
    /// An undeclared name stands where a declared one is absent, and they are the same thing.
    ///
    /// ## Why is this bad?
    ///
    /// Whoever follows it sets a variable that nothing reads, and the one that the app reads stays unset.
    ///
    /// ## How does it know?
    ///
    /// By `renamed_from`; by the words of the names (`AUTH_SECRET` in `BETTER_AUTH_SECRET`, `REDIS_URL` in
    /// `KV_REDIS_URL`), their order and synonyms (`DB_PASS`, `DATABASE_PASSWORD`); by spelling (`DATABSE_URL`). The two
    /// must be each other's best match, and both names side by side are no rename.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # env.schema.toml
    /// [server]
    /// BETTER_AUTH_SECRET = { secret = true }
    /// ```
    ///
    /// ```sh
    /// # .env.example
    /// AUTH_SECRET=
    /// ```
    ///
    /// ## Use instead
    ///
    /// The declared name; or list the old one under `renamed_from`.
    "renamed-variable", Error, since "0.1.0", check
}

fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    for rename in model.renames.iter().filter(|rename| rename.class.is_rename()) {
        report(model, findings, rename);
    }
}

fn report(model: &Model<'_>, findings: &mut Findings<'_>, rename: &Explained) {
    let Some((place, more)) = rename.places.split_first() else { return };
    let Some(declared) = model.schemas[rename.app].declaration(&rename.to) else { return };
    let required = model
        .bindings
        .iter()
        .any(|binding| rename.apps.contains(&binding.app) && binding.name == rename.to && binding.required);
    let apps = wording::words(rename.apps.iter().map(|app| &model.apps.list[*app].name));
    let wanted = if required { "required" } else { "declared" };
    let is_given = rename.target.is_some() || model.project.files.get(&place.path).is_some_and(gives);
    let stands = if is_given { "given" } else { "documented" };
    let unit = if rename.class == Class::Unit { ", and the unit differs too" } else { "" };
    let message =
        format!("`{}` is {wanted} by {apps}, and `{}` is {stands} in its place{unit}", rename.to, rename.from);
    let finding = findings.report(place, "old name", message);
    finding.variable(&rename.to).related(&declared.place, format!("{wanted} here"));
    if !required {
        finding.at_level(Level::Warning);
    }
    if let [app] = rename.apps.as_slice() {
        finding.app(&model.apps.list[*app].name);
    }
    if let Some(target) = rename.target {
        finding.environment(&model.targets[target].environment);
    }
    for place in more {
        finding.related(place, "old name here too");
    }
    finding.help("rename it, or list the old name under `renamed_from`").fix(Fix {
        title: format!("rename to `{}`", rename.to),
        safety: Safety::Unsafe,
        edits: rename
            .places
            .iter()
            .map(|place| Edit { path: place.path.clone(), span: place.span, replacement: rename.to.to_string() })
            .collect(),
    });
}

fn gives(file: &crate::loaders::File) -> bool {
    !matches!(file.claim.role, crate::fact::Role::Template | crate::fact::Role::Document)
}
