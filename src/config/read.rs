//! The tables of a config, one function each.

use std::collections::{BTreeMap, BTreeSet};

use super::words::{self, SECRET};
use super::{AppEntry, Config, EnvironmentEntry, IgnoreEntry, Known, SourceEntry, StoreEntry};
use crate::fact::Role;
use crate::finding::Level;
use crate::name::{Name, is_variable_name};
use crate::syntax::dotenv::{self, Dialect};
use crate::syntax::toml::{Item, Table};
use crate::tables::environments::ENVIRONMENTS;

/// Reads the whole config.
pub(super) fn config(root: Table<'_>, known: &Known<'_>) -> Config {
    let config = Config {
        minimum_version: root.get("minimum_version").and_then(|item| minimum_version(&item)),
        baseline: words::text(&root, "baseline", words::path),
        environments: root.table("environments").map(|table| environments(&table)).unwrap_or_default(),
        apps: root.tables("app").into_iter().filter_map(app).collect(),
        sources: root.tables("source").into_iter().filter_map(|table| source(table, known)).collect(),
        stores: root.tables("store").into_iter().filter_map(|table| store(table, known)).collect(),
        rules: root.table("rules").map(|table| rules(&table, known)).unwrap_or_default(),
        ignores: root.tables("ignore").into_iter().filter_map(|table| ignore(table, known)).collect(),
        ..Config::default()
    };
    root.finish(true, |_| None);
    config
}

fn minimum_version(item: &Item<'_>) -> Option<String> {
    const THIS: &str = env!("CARGO_PKG_VERSION");
    let text =
        if item.is_string() { item.string()?.text } else { return item.wrong("a version in quotes, such as \"0.1\"") };
    item.show();
    let Some(wanted) = version(text) else { return item.wrong("a version such as \"0.1\" or \"0.1.2\"") };
    if version(THIS).is_some_and(|this| wanted > this) {
        let message =
            format!("this config needs envcheck {}.{}.{}, and this is {THIS}", wanted[0], wanted[1], wanted[2]);
        item.report(item.value_span(), message, Some("install a newer envcheck".to_owned()), true);
    }
    Some(text.to_owned())
}

fn version(text: &str) -> Option<[u64; 3]> {
    let mut numbers = [0; 3];
    let parts: Vec<&str> = text.split('.').collect();
    if parts.len() > 3 {
        return None;
    }
    for (number, part) in numbers.iter_mut().zip(parts) {
        let digits = (1..=9).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        *number = part.parse().ok().filter(|_| digits)?;
    }
    Some(numbers)
}

fn environments(table: &Table<'_>) -> Vec<EnvironmentEntry> {
    let mut entries: Vec<EnvironmentEntry> = Vec::new();
    let mut taken: BTreeSet<String> = table.items().iter().map(|item| item.key.to_ascii_lowercase()).collect();
    for item in table.items() {
        if words::environment(item.key).is_err() {
            item.report(item.key_span, "this is no name of an environment".to_owned(), None, false);
            continue;
        }
        item.show_key();
        let Some(entry) = environment(&item) else { continue };
        for word in &entry.words {
            if !word.eq_ignore_ascii_case(item.key) && !taken.insert(word.to_ascii_lowercase()) {
                item.fault(format!("{} lists a word that means another environment", item.name()));
            }
        }
        entries.push(entry);
    }
    entries
}

fn environment(item: &Item<'_>) -> Option<EnvironmentEntry> {
    let name = item.key.to_owned();
    if item.is_list() {
        let mut entry = EnvironmentEntry { name, ..EnvironmentEntry::default() };
        for text in item.strings()? {
            match words::environment(text.text) {
                Ok(()) => entry.words.push(text.text.to_owned()),
                Err(reason) => item.report(text.span, reason.to_owned(), None, false),
            }
        }
        item.show();
        return Some(entry);
    }
    if !item.is_table() {
        return item.wrong("a list of words or a table with `words`, `id` and `like`");
    }
    let table = item.table()?;
    let entry = EnvironmentEntry {
        words: words::list(&table, "words", words::environment),
        id: words::text(&table, "id", words::environment),
        like: table.get("like").and_then(|like| resemblance(&like, item.key)),
        name,
    };
    table.finish(false, |_| None);
    Some(entry)
}

/// What an environment is like: one of the built-in ones, for what that means is known of no other.
fn resemblance(item: &Item<'_>, own: &str) -> Option<String> {
    let word = item.string()?;
    item.show();
    if word.text == own {
        item.fault("an environment is like another one, not like itself");
        return None;
    }
    if let Some(name) = ENVIRONMENTS.iter().find(|built_in| built_in.words.contains(&word.text)) {
        return Some(name.name.to_owned());
    }
    let known: Vec<&str> = ENVIRONMENTS.iter().map(|built_in| built_in.name).collect();
    words::one_of(item, "environment", &known, None)
}

fn app(table: Table<'_>) -> Option<AppEntry> {
    let path = required(&table, "app", "path", words::files);
    let entry = AppEntry {
        name: words::text(&table, "name", words::filled),
        services: words::list(&table, "services", |service| words::template(service, &["app"])),
        schema: words::list(&table, "schema", words::path),
        needs: words::list(&table, "needs", words::variables),
        span: table.span(),
        path: String::new(),
    };
    table.finish(false, |_| None);
    path.map(|path| AppEntry { path, ..entry })
}

fn source(table: Table<'_>, known: &Known<'_>) -> Option<SourceEntry> {
    let files = words::list(&table, "files", words::files);
    if table.get("files").is_none_or(|item| item.is_list() && item.list().is_none_or(|list| list.is_empty())) {
        table.fault("a source needs `files`, a list of globs");
    }
    let entry = SourceEntry {
        format: table.get("format").and_then(|item| {
            item.show();
            words::one_of(&item, "format", known.formats, None)
        }),
        environment: words::text(&table, "environment", words::environment),
        app: words::text(&table, "app", words::filled),
        role: table.get("role").and_then(|item| role(&item)),
        complete: table.bool("complete").unwrap_or_default(),
        loaders: loaders(&table),
        span: table.span(),
        files,
    };
    table.finish(false, |_| None);
    (!entry.files.is_empty()).then_some(entry)
}

/// Loaders of env files, each with its version if that makes a difference.
fn loaders(table: &Table<'_>) -> Vec<Dialect> {
    let Some(item) = table.get("loaders") else { return Vec::new() };
    let Some(texts) = item.strings() else { return Vec::new() };
    item.show();
    let mut found = Vec::new();
    for text in texts {
        if let Some(dialect) = dotenv::find(text.text) {
            found.push(dialect);
            continue;
        }
        let ids: Vec<String> = dotenv::DIALECTS.iter().map(dotenv::Known::id).collect();
        let known: Vec<&str> = ids.iter().map(String::as_str).collect();
        let message = words::unknown("loader", &item, text.text, &known);
        item.report(text.span, message, Some(format!("known: {}", known.join(", "))), false);
    }
    found
}

#[expect(clippy::option_option, reason = "`skip` is a role that a file has not; the entry may also not say")]
fn role(item: &Item<'_>) -> Option<Option<Role>> {
    item.show();
    match words::one_of(item, "role", &["values", "template", "document", "skip"], None)?.as_str() {
        "values" => Some(Some(Role::Values)),
        "template" => Some(Some(Role::Template)),
        "document" => Some(Some(Role::Document)),
        _ => Some(None),
    }
}

fn store(table: Table<'_>, known: &Known<'_>) -> Option<StoreEntry> {
    let kind = table.get("kind");
    if kind.is_none() {
        table.fault(format!("a store needs a `kind`: {}", known.stores.join(", ")));
    }
    let entry = StoreEntry {
        environments: words::list(&table, "environments", words::environment),
        apps: words::list(&table, "apps", words::filled),
        project: table.get("project").map(|item| project(&item)).unwrap_or_default(),
        secret_name: words::text(&table, "secret_name", |text| {
            words::template(text, SECRET)?;
            let tells_apart = text.contains("{name}") || text.contains("{NAME}");
            if tells_apart { Ok(()) } else { Err("without {name} or {NAME} all variables would have one id") }
        }),
        listing: words::placed(&table, "listing", |text| {
            words::template(text, &["environment"])?;
            words::path(text)
        }),
        owner: words::text(&table, "owner", words::filled),
        secret_names: table.table("secret_names").map(|table| secret_names(&table)).unwrap_or_default(),
        span: table.span(),
        kind: String::new(),
    };
    table.finish(false, |_| None);
    let item = kind?;
    item.show();
    words::one_of(&item, "kind of store", known.stores, None).map(|kind| StoreEntry { kind, ..entry })
}

/// A project for all environments, or one for each.
fn project(item: &Item<'_>) -> BTreeMap<String, String> {
    const EXPECTED: &str = "a project's id, or a table of environments and ids";
    let mut projects = BTreeMap::new();
    if item.is_string() {
        projects.extend(item.string().and_then(|_| project_id(item)).map(|id| ("*".to_owned(), id)));
        return projects;
    }
    if !item.is_table() {
        item.wrong::<()>(EXPECTED);
        return projects;
    }
    for entry in item.table().map(|table| table.items()).unwrap_or_default() {
        if words::environment(entry.key).is_err() {
            entry.report(entry.key_span, "this is no name of an environment".to_owned(), None, false);
            continue;
        }
        entry.show_key();
        projects.extend(project_id(&entry).map(|id| (entry.key.to_owned(), id)));
    }
    projects
}

fn project_id(item: &Item<'_>) -> Option<String> {
    let text = item.string()?.text;
    let fits = (1..=128).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':' | b'/'));
    if !fits {
        return item.wrong("a project's id");
    }
    item.show();
    Some(text.to_owned())
}

fn secret_names(table: &Table<'_>) -> BTreeMap<Name, String> {
    let mut names = BTreeMap::new();
    for item in table.items() {
        if !is_variable_name(item.key) {
            item.report(item.key_span, "this is no name of a variable".to_owned(), None, false);
            continue;
        }
        item.show_key();
        let Some(text) = item.string() else { continue };
        item.show();
        match words::template(text.text, SECRET) {
            Ok(()) => {
                names.insert(Name::new(item.key), text.text.to_owned());
            }
            Err(reason) => item.fault(reason),
        }
    }
    names
}

const LIST_RULES: &str = "`envcheck rules` lists them";

fn rules(table: &Table<'_>, known: &Known<'_>) -> BTreeMap<String, Level> {
    let mut levels = BTreeMap::new();
    for item in table.items() {
        if !known.rules.contains(&item.key) {
            let message = words::unknown("rule", &item, item.key, known.rules);
            item.report(item.key_span, message, Some(LIST_RULES.to_owned()), false);
            continue;
        }
        item.show_key();
        let Some(text) = item.string() else { continue };
        item.show();
        match Level::parse(text.text) {
            Some(level) => {
                levels.insert(item.key.to_owned(), level);
            }
            None => {
                item.wrong::<()>("off, warning or error");
            }
        }
    }
    levels
}

fn ignore(table: Table<'_>, known: &Known<'_>) -> Option<IgnoreEntry> {
    let rule = table.get("rule");
    if rule.is_none() {
        table.fault("an ignore needs a `rule`");
    }
    let reason = required(&table, "ignore", "reason", words::filled);
    let entry = IgnoreEntry {
        variables: words::list(&table, "variables", words::variables),
        files: words::list(&table, "files", words::files),
        apps: words::list(&table, "apps", words::filled),
        environments: words::list(&table, "environments", words::environment),
        until: table.get("until").and_then(|item| {
            item.show();
            item.date()
        }),
        span: table.span(),
        ..IgnoreEntry::default()
    };
    table.finish(false, |_| None);
    let item = rule?;
    item.show();
    let rule = words::one_of(&item, "rule", known.rules, Some(LIST_RULES))?;
    Some(IgnoreEntry { rule, reason: reason?, ..entry })
}

/// The text of a key that an entry cannot do without.
fn required(
    table: &Table<'_>,
    what: &str,
    key: &'static str,
    check: fn(&str) -> Result<(), &'static str>,
) -> Option<String> {
    if table.get(key).is_none() {
        let article = if what.starts_with(['a', 'i']) { "an" } else { "a" };
        table.fault(format!("{article} {what} needs a `{key}`"));
    }
    words::text(table, key, check)
}
