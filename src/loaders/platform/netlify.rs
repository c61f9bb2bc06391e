//! Netlify's `netlify.toml`: what builds get, by context.

use super::{Reader, string, table};
use crate::fact::Setting;
use crate::source::Span;
use crate::syntax::toml::Item;
use crate::tables::environments;

/// Netlify's own contexts, and the environment that each is.
const CONTEXTS: &[(&str, &str)] = &[
    ("production", "production"),
    ("deploy-preview", "preview"),
    ("branch-deploy", "preview"),
    ("dev", "development"),
];

pub(super) fn read(reader: &mut Reader<'_>) {
    reader.toml(|reader, root| {
        let build = table(root, "build");
        let base = build.as_ref().and_then(|build| string(build, "base")).map(|(base, _)| base.to_owned());
        let mut common: Vec<Setting> = Vec::new();
        let mut listed = Span::new(0, 0);
        if let Some(variables) = build.as_ref().and_then(|build| table(build, "environment")) {
            listed = variables.span();
            common = reader.of_table(&variables);
        }
        let mut contexts: Vec<(String, Span, Vec<Setting>)> = Vec::new();
        for context in table(root, "context").iter().flat_map(crate::syntax::toml::Table::items) {
            let Some(inner) = Some(context).filter(Item::is_table).and_then(|item| item.table()) else { continue };
            let Some(variables) = table(&inner, "environment") else { continue };
            let known = CONTEXTS.iter().find(|(name, _)| *name == context.key).map(|(_, environment)| *environment);
            // A branch's own context is named after the branch.
            let Some(environment) = known.or_else(|| environments::environment_of(context.key)) else { continue };
            contexts.push((environment.to_owned(), context.key_span, reader.of_table(&variables)));
        }
        if !common.is_empty() && contexts.iter().all(|(environment, ..)| environment != "production") {
            contexts.push(("production".to_owned(), listed, Vec::new()));
        }
        for (environment, span, own) in contexts {
            let mut app = reader.app("netlify", span);
            if let Some(folder) = base.as_ref().and_then(|base| app.folder.join(base.trim_start_matches('/'))) {
                app.folder = folder;
            }
            app.environment = Some(environment);
            // Later ones win.
            app.settings = common.iter().cloned().chain(own).collect();
            reader.push(app);
        }
    });
}
