//! Tests of `env.schema.toml` beyond its fixtures.

mod document;

use super::*;
use crate::fact::{Agreement, Declaration, GroupKind, Required, Type};
use crate::value::Value;

fn read(text: &str) -> Loaded {
    load(&SourceFile::new(SourcePath::new("env.schema.toml"), text.as_bytes().to_vec()))
}

fn problems(text: &str) -> Vec<String> {
    read(text).problems.into_iter().map(|problem| problem.message).collect()
}

fn declared<'a>(loaded: &'a Loaded, name: &str) -> &'a Declaration {
    let fact = loaded.facts.iter().find(|fact| fact.name.as_str() == name).expect(name);
    let FactKind::Declaration(declaration) = &fact.kind else { panic!("no declaration") };
    declaration
}

/// The example of the documentation, with every key at least once.
const WHOLE: &str = r#"
extends = ["../../packages/shared-env/env.schema.toml", { path = "other.env.schema.toml", needs = ["client", "KV_*"] }]
public_prefixes = ["NEXT_PUBLIC_"]

[server]
APP_API_URL        = { type = "url" }
APP_NAME           = {}
APP_ADMIN_USER_IDS = { type = "list", items = "uuid", separator = ";", min = 1, max = 5 }
DB_PG_PORT         = { type = "port", min = 1024 }
"OAUTH_PROVIDER_*_CLIENT_SECRET" = { secret = true }
APP_LIMITS = { type = "json", json_schema = "limits.schema.json" } # envcheck: ignore[unused-variable] read by the box

# envcheck: ignore[undocumented-variable] for us alone
[server.BETTER_AUTH_SECRET]
description  = "Signs Better Auth sessions."
secret       = true
bytes        = 32
renamed_from = ["AUTH_SECRET"]
generate     = "base64:32"

[server.STRIPE_SECRET_KEY]
secret    = true
issued_by = "Stripe"
link      = "https://stripe.example"
example = "sk_test_x"
deprecated = "use the new one"
stored = true
file = "/secrets/stripe"
used_by = "billing"
same_in = ["staging", "production"]

[server.APP_LOG_FORMAT]
values  = ["json", "pretty"]
default = "pretty"
pattern = '\w+'
min_length = 1
max_length = 10
allow_empty = false
[server.APP_LOG_FORMAT.in.production]
values = ["json"]

[server.SENTRY_DSN]
type = "url"
required = ["production"]

[client]
NEXT_PUBLIC_API_URL = { type = "url", in.production = { schemes = ["https://"] } }

[shared]
NODE_ENV = { values = ["development", "test", "production"] }

[[group]]
name = "email"
all_or_none = ["EMAIL_FROM", "EMAIL_RESEND_API_KEY"]
environments = ["production"]

[[group]]
name = "oauth"
for_each = "OAUTH_PROVIDER_NAMES"
require  = ["OAUTH_PROVIDER_{ITEM}_CLIENT_ID", "OAUTH_PROVIDER_{ITEM}_CLIENT_SECRET"]

[[group]]
name = "object storage"
when = { CLOUD_STORAGE = ["s3", "r2"], CLOUD_ON = true }
require = ["CLOUD_AWS_REGION"]

[[group]]
name = "one"
one_of = ["A", "B"]

[[group]]
name = "some"
at_least_one = ["A", "B"]

[[agree]]
url = "DB_PG_URL"
host = "DB_PG_HOST"
port = "DB_PG_PORT"
user = "DB_PG_USER"
password = "DB_PG_PASSWORD"
database = "DB_PG_DATABASE"
scheme = "DB_PG_SCHEME"
[[agree]]
equal = ["APP_API_URL", "NEXT_PUBLIC_API_URL"]
"#;

#[test]
fn the_whole_format_is_read_without_a_problem() {
    let loaded = read(WHOLE);
    assert_eq!(loaded.problems, []);
    let names: Vec<&str> = loaded.facts.iter().map(|fact| fact.name.as_str()).collect();
    assert_eq!(names.len(), 12);
    assert_eq!(names[4], "OAUTH_PROVIDER_*_CLIENT_SECRET", "in the order of the file");
    let links: Vec<_> = loaded.links.iter().map(|link| (link.kind, link.path.as_str())).collect();
    assert_eq!(links[1], (LinkKind::Extends, "other.env.schema.toml"));
    assert_eq!(links[2], (LinkKind::JsonSchema, "limits.schema.json"));
    assert_eq!(&WHOLE[loaded.links[0].span.start..loaded.links[0].span.end], loaded.links[0].path);
    let schema = loaded.schema.as_ref().unwrap();
    assert_eq!(schema.extends_needs, [vec![], vec!["client".to_owned(), "KV_*".to_owned()]]);
    assert_eq!(schema.public_prefixes.as_deref(), Some(&["NEXT_PUBLIC_".to_owned()][..]));
    assert_eq!(schema.groups.len(), 5);
    let GroupKind::When { switches, require } = &schema.groups[2].kind else { panic!() };
    assert_eq!(switches.len(), 2);
    assert_eq!(switches.iter().find(|(name, _)| name.as_str() == "CLOUD_ON").unwrap().1, [Value::new("true")]);
    assert_eq!(require.len(), 1);
    let Agreement::Parts { url, parts } = &schema.agrees[0].relation else { panic!() };
    assert_eq!((url.as_str(), parts.len()), ("DB_PG_URL", 6));
    let spoken: Vec<_> = loaded.ignores.iter().map(|ignore| WHOLE.lines().nth(ignore.line - 1).unwrap()).collect();
    assert!(spoken[0].starts_with("APP_LIMITS") && spoken[1] == "[server.BETTER_AUTH_SECRET]", "{spoken:?}");
}

#[test]
fn every_key_of_a_declaration_reaches_it() {
    let loaded = read(WHOLE);
    let stripe = declared(&loaded, "STRIPE_SECRET_KEY");
    assert_eq!(stripe.issued_by.as_deref(), Some("Stripe"));
    assert_eq!(stripe.link.as_deref(), Some("https://stripe.example"));
    assert_eq!(stripe.example, Some(Value::new("sk_test_x")));
    assert_eq!(stripe.deprecated.as_deref(), Some("use the new one"));
    assert_eq!((stripe.stored, stripe.secret), (Some(true), Some(true)));
    assert_eq!(stripe.file.as_deref(), Some("/secrets/stripe"));
    assert_eq!(stripe.used_by.as_deref(), Some("billing"));
    assert_eq!(stripe.same_in, ["staging", "production"]);
    let auth = declared(&loaded, "BETTER_AUTH_SECRET");
    assert_eq!(auth.renamed_from, [Name::new("AUTH_SECRET")]);
    assert_eq!((auth.constraints.bytes, auth.generate.as_deref()), (Some(32), Some("base64:32")));
    assert_eq!(auth.description.as_deref(), Some("Signs Better Auth sessions."));
    let log = declared(&loaded, "APP_LOG_FORMAT");
    assert_eq!((log.constraints.min_length, log.constraints.max_length), (Some(1), Some(10)));
    assert_eq!(log.constraints.allow_empty, Some(false));
    assert_eq!(log.default, Some(Value::new("pretty")));
    assert_eq!(log.overrides[0].environment, "production");
    assert_eq!(log.overrides[0].constraints.values, Some(vec![Value::new("json")]));
    let ids = declared(&loaded, "APP_ADMIN_USER_IDS");
    assert_eq!((ids.kind, ids.constraints.items), (Some(Type::List), Some(Type::Uuid)));
    assert_eq!((ids.constraints.min, ids.constraints.max), (Some(1.0), Some(5.0)));
    assert_eq!(ids.constraints.separator.as_deref(), Some(";"));
    assert_eq!(declared(&loaded, "SENTRY_DSN").required, Some(Required::In(vec!["production".to_owned()])));
    assert_eq!(declared(&loaded, "APP_NAME"), &Declaration::default());
    let family = declared(&loaded, "OAUTH_PROVIDER_*_CLIENT_SECRET");
    assert_eq!(family.required, Some(Required::Never));
    let client = declared(&loaded, "NEXT_PUBLIC_API_URL");
    assert_eq!(client.side, Side::Client);
    assert_eq!(client.overrides[0].constraints.schemes, Some(vec!["https".to_owned()]));
    assert_eq!(declared(&loaded, "NODE_ENV").side, Side::Shared);
}

#[test]
fn values_are_never_shown_and_names_are() {
    let text = "[server.A]\ndefault = \"hunter2\" # hunter2\nexample = 17\nvalues = [\"hunter2\", \"x\"]\ntype = \"string\"\nsecret = true\ndescription = 'hunter2'\n[server]\nB = { default = true, required = [\"production\"] }\n";
    let loaded = read(text);
    let mut shown = loaded.shown.clone();
    shown.sort_unstable();
    let source = SourceFile::new(SourcePath::new("x"), text.as_bytes().to_vec());
    let lines: Vec<String> = (1..=9).map(|line| crate::source::Snippet::new(&source, &shown, line).text).collect();
    let all = lines.join("\n");
    assert!(!all.contains("hunter2") && !all.contains("17"), "{all}");
    assert_eq!(lines[0], "[server.A]");
    assert_eq!(lines[4], "type = \"string\"");
    assert_eq!(lines[5], "secret = true");
    assert!(lines[8].starts_with("B = { default = ••••, required = [\"production\"]"), "{}", lines[8]);
}

#[test]
fn each_wrong_word_is_told_at_once() {
    let text = r#"
[server.A]
type = "strng"
requried = false
[server.B]
type = "bool"
pattern = "("
min = 5
[server.C]
type = "number"
min = 5
max = 1
schemes = ["https"]
[server.D]
generate = "base64:8"
required = "production"
in.production = { required = true, values = [] }
[server.E]
generate = "hex:32"
bytes = 16
issued_by = "them"
renamed_from = ["E", "a b"]
same_in = ["production"]
[server]
"F-G" = {}
"*" = {}
H = "text"
"I_*" = { required = true }
J = { type = "list", items = "list" }
[client]
H = {}
[serve]
"#;
    assert_eq!(
        problems(text),
        [
            "unknown type `strng`; did you mean `string`?",
            "unknown key `requried`; did you mean `required`?",
            "unknown type `bool`; did you mean `boolean`?",
            "`pattern` is no regular expression that envcheck can use",
            "`min` is greater than `max`, so no value fits",
            "`schemes` says nothing of the type `number`",
            "`generate` makes less than 128 bits; it needs at least 16 bytes",
            "`required` must be true, false or a list of environments",
            "unknown key `required`",
            "`values` must be a list of at least one value",
            "`issued_by` says that somebody else makes the value, so it cannot be generated",
            "`generate` makes 32 bytes and `bytes` asks for 16",
            "a variable is not its own former name",
            "this is no name of a variable",
            "`same_in` must be a list of at least two environments",
            "`F-G` is no name of a variable",
            "`*` is no name of a variable",
            "a declaration must be a table",
            "a family of names is never required by itself",
            "the items of a list cannot be lists",
            "`H` is declared under `server` already",
            "unknown key `serve`; did you mean `server`?",
        ]
    );
}

#[test]
fn wrong_groups_and_agreements_are_told() {
    let text = r#"
[[group]]
all_or_none = ["A"]
[[group]]
name = "x"
one_of = ["A", "B"]
at_least_one = ["A"]
[[group]]
name = "x"
when = { A = [] }
require = ["B"]
[[group]]
name = "x"
when = { A = "b" }
[[group]]
name = "y"
for_each = "L"
require = ["B", "{ITEM} x", "{ITEM}_A"]
[[group]]
name = "y"
one_of = ["A", "B", "A"]
require = ["C"]
[[agree]]
url = "A"
[[agree]]
equal = ["A"]
[[agree]]
host = "A"
[[agree]]
url = "A"
hots = "B"
host = 1
"#;
    assert_eq!(
        problems(text),
        [
            "a group needs a `name`",
            "`all_or_none` must be a list of at least two variables",
            "a group needs exactly one of `all_or_none`, `one_of`, `at_least_one`, `when` and `for_each`",
            "`A` must be a value or a list of at least one value",
            "a group with `when` or `for_each` needs `require`",
            "a name that `for_each` requires must hold `{ITEM}`",
            "this is no name of a variable with `{ITEM}` in it",
            "another group has the same name",
            "`A` is listed twice",
            "`require` belongs to `when` or `for_each`",
            "`url` needs at least one of its parts: host, port, user, password, database, scheme",
            "`equal` must be a list of at least two variables",
            "an agreement needs either `equal`, or `url` and its parts",
            "unknown key `hots`; did you mean `host`?",
            "`host` must be a text",
        ]
    );
    let schema = read(text).schema.unwrap();
    assert_eq!(schema.groups.len(), 2, "{:?}", schema.groups);
    assert_eq!(schema.agrees, []);
}

#[test]
fn a_broken_schema_still_declares_what_can_be_read() {
    let loaded = read("[server]\nA = {}\nB = { type = \nC = {}\nD = 1\n[client]\nE = {}\n");
    let names: Vec<&str> = loaded.facts.iter().map(|fact| fact.name.as_str()).collect();
    assert!(names.contains(&"A") && names.contains(&"E"), "{names:?}");
    assert!(loaded.problems.iter().any(|problem| problem.hides_facts), "{:?}", loaded.problems);
}

#[test]
fn an_extends_that_cannot_be_read_may_hide_declarations() {
    for text in [
        "extends = 'a'",
        "extends = [1]",
        "extends = [{ needs = ['client'] }]",
        "extends = ['']",
        "extends = [{ path = 'a', needs = ['no name'] }]",
        "extends = [{ path = 'a', needs = [] }]",
        "server = 1",
        "[[server]]",
        "[sever]",
    ] {
        let loaded = read(text);
        assert!(loaded.problems.iter().any(|problem| problem.hides_facts), "{text}: {:?}", loaded.problems);
    }
}

#[test]
fn a_scalar_default_is_kept_as_it_is_written() {
    let loaded = read(
        "[server]\nA = { type = 'integer', default = 3000 }\nB = { type = 'boolean', default = false }\nC = { type = 'number', default = 1.50 }\n",
    );
    assert_eq!(loaded.problems, []);
    assert_eq!(declared(&loaded, "A").default, Some(Value::new("3000")));
    assert_eq!(declared(&loaded, "B").default, Some(Value::new("false")));
    assert_eq!(declared(&loaded, "C").default, Some(Value::new("1.50")));
}

#[test]
fn no_message_holds_a_value() {
    let text = "[server]\nA = { type = 'hunter2 x', default = ['hunter2'], generate = 'hunter2', required = 'hunter2', renamed_from = ['hunter 2'], in.production = 'hunter2' }\nB = 'hunter2'\nextends = 'hunter2'\nC = hunter2\n";
    let loaded = read(text);
    assert!(loaded.problems.len() >= 7, "{:?}", loaded.problems);
    let said = format!("{:?}", loaded.problems);
    assert!(!said.contains("hunter"), "{said}");
}

#[test]
fn it_claims_its_own_names_alone() {
    let claimed = |path: &str| claims(&SourcePath::new(path));
    assert!(claimed("a/env.schema.toml") && claimed("worker.env.schema.toml"));
    assert!(!claimed(".env.schema.toml") && !claimed("schema.toml") && !claimed("env.schema.toml.bak"));
}

#[test]
fn awkward_bytes_do_no_harm() {
    let crlf = WHOLE.replace('\n', "\r\n");
    let texts = [
        String::new(),
        "\u{feff}".to_owned(),
        format!("\u{feff}{crlf}"),
        "\0".to_owned(),
        "[server.\"\u{202e}\"]".into(),
    ];
    for text in &texts {
        let loaded = read(text);
        assert!(loaded.schema.is_some());
    }
    assert_eq!(read(&texts[2]).problems, []);
    let all: Vec<u8> = (0..=255u8).collect();
    load(&SourceFile::new(SourcePath::new("env.schema.toml"), all));
    for end in (0..WHOLE.len()).step_by(3).filter(|end| WHOLE.is_char_boundary(*end)) {
        read(&WHOLE[..end]);
    }
}
