//! `unprefixed-client-variable`: a client variable that the browser never sees.

use super::wording;
use crate::fact::Side;
use crate::finding::Findings;
use crate::model::Model;
use crate::tables::platform;

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
    let mut seen = std::collections::BTreeSet::new();
    for (app, schema) in model.schemas.iter().enumerate() {
        let prefixes = model.public_prefixes(app);
        if prefixes.is_empty() {
            continue;
        }
        for (name, declared) in &schema.resolved.declarations {
            let is_client = declared.declaration.side == Side::Client;
            // Names that bundlers define by themselves: `NODE_ENV`, `MODE`, `BASE_URL`.
            let built_in = platform::platform(name.as_str()).is_some()
                || platform::given_in(platform::Place::ViteSource, name.as_str()).is_some();
            if !is_client
                || model.public_prefix(app, name).is_some()
                || built_in
                || !seen.insert(declared.place.clone())
            {
                continue;
            }
            let message = format!(
                "`{name}` is declared for the client of {}, and lacks its public prefix",
                model.apps.list[app].name
            );
            findings
                .report(&declared.place, "the browser never sees it", message)
                .variable(name)
                .app(&model.apps.list[app].name)
                .help(format!("begin its name with {}, or declare it under `server`", wording::names(&prefixes)));
        }
    }
}
