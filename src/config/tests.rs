//! The config: what is read, and how each error is told.

use jiff::civil::date;

use super::*;

const KNOWN: Known<'_> = Known {
    rules: &["undeclared-variable", "unused-variable", "missing-variable"],
    formats: &["dotenv", "compose"],
    stores: &["google", "aws", "vault", "github", "dotenv"],
};

fn parse(text: &str) -> (Config, Vec<Problem>) {
    Config::parse(&SourceFile::new(SourcePath::new("envcheck.toml"), text.as_bytes().to_vec()), &KNOWN)
}

fn problems(text: &str) -> Vec<String> {
    parse(text).1.into_iter().map(|problem| problem.message).collect()
}

fn sound(text: &str) -> Config {
    let (config, problems) = parse(text);
    assert_eq!(problems, []);
    config
}

/// The example of the documentation.
const WHOLE: &str = r#"
minimum_version = "0.1"
baseline = "envcheck.baseline.json"

[environments]
production = { words = ["prod", "live"], id = "prod" }
qa = ["qa", "quality"]
uat = { like = "staging" }

[[app]]
path     = "apps/*"
services = ["cloud-run:beep-{app}"]
[[app]]
path   = "apps/marketing"
name = "site"
schema = ["packages/shared-env/env.schema.toml"]
needs  = ["client", "KV_*"]

[[source]]
files = ["deploy/*.env"]
format = "dotenv"
environment = "staging"
app = "api"
role = "values"
complete = true
[[source]]
files = ["x"]
role = "skip"

[[store]]
kind = "google"
environments = ["production"]
apps = ["api"]
project = { production = "argos-434718" }
secret_name = "proxim8-{name}-{environment}"
listing = "infra/secrets/{environment}.json"
owner = "proxim8"
[store.secret_names]
MONGODB_URI = "proxim8-mongodb-uri"
[[store]]
kind = "aws"
project = "one"

[rules]
undeclared-variable = "off"
missing-variable = "warning"

[[ignore]]
rule = "unused-variable"
variables = ["TURBO_*"]
files = ["**/*.env"]
apps = ["api"]
environments = ["production"]
reason = "read by the CI runner"
until = 2027-01-31
"#;

#[test]
fn the_whole_format_is_read() {
    let config = sound(WHOLE);
    assert_eq!(config.path, Some(SourcePath::new("envcheck.toml")));
    assert_eq!(config.minimum_version.as_deref(), Some("0.1"));
    assert_eq!(config.baseline.as_deref(), Some("envcheck.baseline.json"));
    let environments: Vec<_> =
        config.environments.iter().map(|entry| (entry.name.as_str(), entry.words.len())).collect();
    assert_eq!(environments, [("production", 2), ("qa", 2), ("uat", 0)]);
    assert_eq!(config.environments[0].id.as_deref(), Some("prod"));
    assert_eq!(config.environments[2].like.as_deref(), Some("staging"));
    assert_eq!(config.apps[0].services, ["cloud-run:beep-{app}"]);
    assert_eq!((config.apps[1].name.as_deref(), config.apps[1].needs.len()), (Some("site"), 2));
    assert_eq!(config.apps[1].schema, ["packages/shared-env/env.schema.toml"]);
    assert_eq!(&WHOLE[config.apps[1].span.start..config.apps[1].span.end], "[[app]]");
    let source = &config.sources[0];
    assert_eq!((source.files.len(), source.format.as_deref(), source.complete), (1, Some("dotenv"), true));
    assert_eq!((source.environment.as_deref(), source.app.as_deref()), (Some("staging"), Some("api")));
    assert_eq!((source.role, config.sources[1].role), (Some(Some(Role::Values)), Some(None)));
    let store = &config.stores[0];
    assert_eq!((store.kind.as_str(), store.environments.len(), store.apps.len()), ("google", 1, 1));
    assert_eq!(store.project["production"], "argos-434718");
    assert_eq!(config.stores[1].project["*"], "one");
    assert_eq!(store.secret_name.as_deref(), Some("proxim8-{name}-{environment}"));
    assert_eq!(store.owner.as_deref(), Some("proxim8"));
    assert_eq!(store.secret_names[&Name::new("MONGODB_URI")], "proxim8-mongodb-uri");
    let (listing, span) = store.listing.clone().unwrap();
    assert_eq!(listing, WHOLE[span.start..span.end]);
    assert_eq!(config.rules["undeclared-variable"], Level::Off);
    assert_eq!(config.rules["missing-variable"], Level::Warning);
    let ignore = &config.ignores[0];
    assert_eq!((ignore.rule.as_str(), ignore.reason.as_str()), ("unused-variable", "read by the CI runner"));
    assert_eq!(ignore.until, Some(date(2027, 1, 31)));
    assert_eq!(
        (ignore.variables.len(), ignore.files.len(), ignore.apps.len(), ignore.environments.len()),
        (1, 1, 1, 1)
    );
}

#[test]
fn unknown_keys_are_told_all_at_once_with_the_nearest() {
    let text = "minimum_vesion = '1'\n[[apps]]\n[[app]]\npath = 'a'\nservice = ['b']\n[[store]]\nkind = 'aws'\nsecretName = 'x'\n[rule]\n";
    assert_eq!(
        problems(text),
        [
            "unknown key `minimum_vesion`; did you mean `minimum_version`?",
            "unknown key `apps`; did you mean `app`?",
            "unknown key `service`; did you mean `services`?",
            "unknown key `secretName`; did you mean `secret_name`?",
            "unknown key `rule`; did you mean `rules`?",
        ]
    );
}

#[test]
fn names_out_of_lists_are_checked_with_the_nearest() {
    let text = "[rules]\nunused-variabel = 'off'\nunused-variable = 'of'\nmissing-variable = 1\n[[source]]\nfiles = ['a']\nformat = 'dotnev'\nrole = 'schema'\n[[store]]\nkind = 'gogle'\n[[ignore]]\nrule = 'nothing-like-it'\nreason = 'x'\n";
    assert_eq!(
        problems(text),
        [
            "unknown rule `unused-variabel`; did you mean `unused-variable`?",
            "`unused-variable` must be off, warning or error",
            "`missing-variable` must be a text",
            "unknown format `dotnev`; did you mean `dotenv`?",
            "unknown role `schema`",
            "unknown kind of store `gogle`; did you mean `google`?",
            "unknown rule `nothing-like-it`",
        ]
    );
}

#[test]
fn an_ignore_needs_a_rule_and_a_reason() {
    let text = "[[ignore]]\nrule = 'unused-variable'\n[[ignore]]\nreason = 'x'\n[[ignore]]\nrule = 'unused-variable'\nreason = ' '\nuntil = '2027-01-31'\nvariables = ['A B']\n";
    assert_eq!(
        problems(text),
        [
            "an ignore needs a `reason`",
            "an ignore needs a `rule`",
            "this is empty",
            "`until` must be a date such as 2027-01-31, without quotes",
            "this is no glob of variables",
        ]
    );
    assert_eq!(parse(text).0.ignores, []);
}

#[test]
fn globs_and_paths_stay_below_the_root() {
    let text = "baseline = '/etc/x'\n[[app]]\npath = '../other'\nschema = ['../../x', 'ok']\n[[app]]\npath = 'a[b'\n[[source]]\nfiles = ['a{b', '/abs', '!a', '']\n[[app]]\n[[source]]\nfiles = []\n[[store]]\nkind = 'aws'\nlisting = '../{environment}.json'\n";
    assert_eq!(
        problems(text),
        [
            "a path must lie below the root, and is relative to it",
            "a glob must stay below the root, and is relative to it",
            "a path must lie below the root, and is relative to it",
            "this glob cannot be read",
            "this glob cannot be read",
            "a glob must stay below the root, and is relative to it",
            "a glob cannot begin with `!`",
            "this is empty",
            "an app needs a `path`",
            "a source needs `files`, a list of globs",
            "a path must lie below the root, and is relative to it",
        ]
    );
    assert_eq!(sound("[[app]]\npath = '.'\n[[app]]\npath = 'apps/{a,b}/**'\n").apps.len(), 2);
}

#[test]
fn templates_have_known_placeholders_only() {
    let text = "[[app]]\npath = 'a'\nservices = ['x-{name}', 'y-{app', 'z-}']\n[[store]]\nkind = 'aws'\nsecret_name = 'x-{env}'\nlisting = '{app}.json'\n[[store]]\nkind = 'aws'\nsecret_name = 'fixed'\n[store.secret_names]\n\"A-B\" = 'x'\nC = '{x}'\nD = ''\n";
    assert_eq!(
        problems(text),
        [
            "the only placeholder here is {app}",
            "a brace is not closed or not opened",
            "a brace is not closed or not opened",
            "the placeholders here are {name}, {NAME}, {environment} and {app}",
            "the only placeholder here is {environment}",
            "without {name} or {NAME} all variables would have one id",
            "this is no name of a variable",
            "the placeholders here are {name}, {NAME}, {environment} and {app}",
            "this is empty",
        ]
    );
}

#[test]
fn an_environment_is_like_a_built_in_one() {
    let config = sound("[environments]\nedge = { like = 'prod' }\n");
    assert_eq!(config.environments[0].like.as_deref(), Some("production"));
    let text = "[environments]\nedge = { like = 'prodution' }\nqa2 = { like = 'edge' }\n";
    assert_eq!(
        problems(text),
        ["unknown environment `prodution`; did you mean `production`?", "unknown environment `edge`"]
    );
}

#[test]
fn environments_are_checked() {
    let text = "[environments]\na = { like = 'a' }\nb = 'b'\nc = ['x', 'y z']\nd = { words = ['X'], id = '' }\n\"e f\" = []\ng = { wrods = [] }\n";
    assert_eq!(
        problems(text),
        [
            "an environment is like another one, not like itself",
            "`b` must be a list of words or a table with `words`, `id` and `like`",
            "this is no name of an environment",
            "`d` lists a word that means another environment",
            "this is no name of an environment",
            "this is no name of an environment",
            "unknown key `wrods`; did you mean `words`?",
        ]
    );
}

#[test]
fn a_store_has_a_kind_and_sound_projects() {
    let text = "[[store]]\nproject = 'a b'\n[[store]]\nkind = 'aws'\nproject = ['x']\n[[store]]\nkind = 'aws'\nproject = { 'a b' = 'x', production = 1 }\n";
    assert_eq!(
        problems(text),
        [
            "a store needs a `kind`: google, aws, vault, github, dotenv",
            "`project` must be a project's id",
            "`project` must be a project's id, or a table of environments and ids",
            "this is no name of an environment",
            "`production` must be a text",
        ]
    );
}

#[test]
fn a_newer_minimum_version_is_told() {
    assert_eq!(problems("minimum_version = '0.1.0'"), Vec::<String>::new());
    let this = env!("CARGO_PKG_VERSION");
    assert_eq!(
        problems("minimum_version = '99.2'"),
        [format!("this config needs envcheck 99.2.0, and this is {this}")]
    );
    assert_eq!(problems("minimum_version = 0.1"), ["`minimum_version` must be a version in quotes, such as \"0.1\""]);
    for wrong in ["", "x", "1.2.3.4", "1..2", "-1", "99999999999999999999"] {
        assert_eq!(problems(&format!("minimum_version = '{wrong}'")).len(), 1, "{wrong}");
    }
}

#[test]
fn tables_of_another_shape_are_told() {
    assert_eq!(
        problems("app = 1\nrules = []\nenvironments = 1\n[store]\nkind = 'aws'\n"),
        [
            "`app` must be a list of tables, each under `[[app]]`",
            "`rules` must be a table",
            "`environments` must be a table",
            "`store` must be a list of tables, each under `[[store]]`",
        ]
    );
}

#[test]
fn an_empty_config_is_the_default() {
    let config = sound("");
    assert_eq!((config.apps.len(), config.stores.len(), config.rules.len()), (0, 0, 0));
}

#[test]
fn cut_off_anywhere_it_neither_panics_nor_ends_silently() {
    for end in (0..WHOLE.len()).step_by(3) {
        parse(&WHOLE[..end]);
    }
    parse(&WHOLE.replace('\n', "\r\n"));
    assert!(!problems("[[app]\npath = 'a'").is_empty());
}

#[test]
fn the_json_schema_has_exactly_the_keys_that_are_read() {
    let tables = [
        ("", "qqqqqq = 1"),
        ("EnvironmentTable", "[environments]\na = { qqqqqq = 1 }"),
        ("App", "[[app]]\npath = 'a'\nqqqqqq = 1"),
        ("Source", "[[source]]\nfiles = ['a']\nqqqqqq = 1"),
        ("Store", "[[store]]\nkind = 'aws'\nqqqqqq = 1"),
        ("Ignore", "[[ignore]]\nrule = 'unused-variable'\nreason = 'x'\nqqqqqq = 1"),
    ];
    let schema = json_schema();
    for (table, text) in tables {
        let at = if table.is_empty() { "/properties".to_owned() } else { format!("/$defs/{table}/properties") };
        let mut described: Vec<&String> =
            schema.pointer(&at).and_then(|found| found.as_object()).expect(table).keys().collect();
        described.sort();
        let problems = parse(text).1;
        let [problem] = problems.as_slice() else { panic!("{text}: {problems:?}") };
        let known = problem.help.as_deref().and_then(|help| help.strip_prefix("known keys: ")).expect(text);
        assert_eq!(known.split(", ").collect::<Vec<_>>(), described, "{table}");
    }
}

#[test]
fn loaders_are_known_by_name_and_version() {
    let config = sound("[[source]]\nfiles = [\"deploy/*.env\"]\nloaders = [\"vite@7.1\", \"compose\", \"node@20\"]\n");
    let loaders = &config.sources.first().expect("one source").loaders;
    assert_eq!(*loaders, [Dialect::Vite6, Dialect::Compose, Dialect::Node20]);
}

#[test]
fn an_unknown_loader_is_told_with_the_nearest_one() {
    let found = problems("[[source]]\nfiles = [\"x\"]\nloaders = [\"dotnev\", \"vite@latest\"]\n");
    assert_eq!(found.len(), 2);
    assert!(found[0].contains("did you mean `dotenv`?"), "{found:?}");
}
