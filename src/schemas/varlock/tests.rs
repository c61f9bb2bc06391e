//! Tests of the varlock source beyond its fixtures.

use super::*;
use crate::schemas::accepts;

fn read(text: &str) -> Loaded {
    load(&SourceFile::new(SourcePath::new(".env.schema"), text.as_bytes().to_vec()))
}

/// The declaration of `A`.
fn declaration(text: &str) -> Declaration {
    let loaded = read(text);
    let fact = loaded.facts.iter().find(|fact| fact.name.as_str() == "A").expect("A is declared");
    let FactKind::Declaration(declaration) = &fact.kind else { panic!("a declaration") };
    (**declaration).clone()
}

fn required(text: &str) -> Required {
    declaration(text).required.expect("it is said")
}

fn fits(kind: &str, value: &str) -> bool {
    accepts::accepts(&declaration(&format!("# @type={kind}\nA=\n")), &Value::new(value)).is_ok()
}

#[test]
fn a_value_makes_an_item_required_unless_the_header_says_otherwise() {
    let any = "# @type=string\n";
    assert_eq!(required(&format!("{any}A=x")), Required::Always);
    assert_eq!(required(&format!("{any}A=")), Required::Never);
    assert_eq!(required(&format!("{any}A=\"\"")), Required::Never);
    assert_eq!(required("# @defaultRequired=true\n# ---\nA="), Required::Always);
    assert_eq!(required("# @defaultRequired=false\n\nA=x"), Required::Never);
    assert_eq!(required("# @defaultRequired=infer\n\nA=x"), Required::Always);
    assert_eq!(required("# @defaultRequired=true\n\n# @optional\nA="), Required::Never);
    assert_eq!(required("# @optional=false\nA="), Required::Always);
}

#[test]
fn what_is_given_at_run_time_is_never_missing() {
    for value in ["exec(`op read x`)", "$OTHER", "\"${OTHER}/x\"", "fallback($B, c)", "op(op://a/b)"] {
        let found = declaration(&format!("# @required\nA={value}"));
        assert_eq!((found.required, found.default), (Some(Required::Never), None), "{value}");
    }
    assert_eq!(required("# @required\nA='$1'"), Required::Always);
    assert_eq!(required("# @setValuesBulk(op(x))\n# ---\n# @required\nA="), Required::Never);
    assert_eq!(required("# @internal @required\nA="), Required::Never);
}

#[test]
fn required_may_be_said_of_environments() {
    let staging = Required::In(vec!["staging".to_owned(), "prod".to_owned()]);
    assert_eq!(required("# @required=forEnv(staging, prod)\nA="), staging);
    assert_eq!(required("# @required=eq($B, c)\nA="), Required::Never);
    assert_eq!(required("# @optional=forEnv(staging)\nA="), Required::Never);
}

#[test]
fn only_what_is_said_of_an_item_makes_it_secret() {
    let secret = |text: &str| declaration(text).secret;
    assert_eq!(secret("# @type=string\nA="), None);
    assert_eq!(secret("# @defaultSensitive=true\n\nA="), None);
    assert_eq!(secret("# @defaultSensitive=false\n\nA="), Some(false));
    assert_eq!(secret("# @defaultSensitive=inferFromPrefix(A)\n\nA="), Some(false));
    assert_eq!(secret("# @defaultSensitive=inferFromPrefix(B_)\n\nA="), None);
    assert_eq!(secret("# @defaultSensitive=false\n\n# @sensitive\nA="), Some(true));
    assert_eq!(secret("# @sensitive={preventLeaks=false}\nA="), Some(true));
    assert_eq!(secret("# @sensitive={enabled=false}\nA="), Some(false));
    assert_eq!(secret("# @public\nA="), Some(false));
}

#[test]
fn types_have_their_constraints() {
    assert!(
        fits("port", "0") && fits("port(min=1024)", "1024") && !fits("port", "65536") && !fits("port(min=1024)", "80")
    );
    assert!(fits("enum(dev, \"pre, prod\", 3)", "pre, prod") && !fits("enum(dev, prod)", "test"));
    assert!(fits("string(startsWith=sk-)", "sk-1") && !fits("string(startsWith=sk-)", "1"));
    assert!(fits("string(matches=/^[a,b]+$/i)", "A,b") && !fits("string(matches=regex(\"^\\d$\"))", "b"));
    assert!(!fits("string(isLength=3)", "ab") && fits("string(minLength=if(eq($B, c), 9, 1))", "ab"));
    assert!(
        fits("url(allowedProtocols=[postgres])", "postgres://h")
            && !fits("url(allowedProtocols=[postgres])", "http://h")
    );
    assert!(fits("url(prependHttps=true)", "example.com") && !fits("url", "example.com"));
    assert!(fits("number(min=0, max=1)", "0.5") && !fits("number(min=0, max=1)", "2"));
    assert!(fits("boolean", "on") && !fits("boolean", "maybe") && !fits("email", "x") && !fits("md5", "ab"));
    assert!(fits("duration", "2days") && fits("opServiceAccountToken", "anything") && fits("record(url)", "{a=b}"));
    assert!(fits("if(eq($B, c), url, string)", "x") && fits("enum($B)", "x"));
}

#[test]
fn a_plain_value_tells_its_type() {
    let kind = |value: &str| declaration(&format!("# @optional\nA={value}")).kind;
    assert_eq!(kind("3000"), Some(Type::Number));
    assert_eq!(kind("\"3000\""), Some(Type::String));
    assert_eq!(kind("007"), Some(Type::String));
    assert_eq!(kind("true"), Some(Type::Boolean));
    assert_eq!(kind("fn()"), Some(Type::Unknown));
    assert_eq!(kind(""), Some(Type::String));
}

#[test]
fn words_about_an_item_are_kept() {
    let found = declaration(
        "# Where users are kept\n# @docs(\"Guide\", https://x.dev/a) @example=\"y\" @deprecated=\"use B\"\nA=",
    );
    assert_eq!(found.description.as_deref(), Some("Where users are kept"));
    assert_eq!(found.link.as_deref(), Some("https://x.dev/a"));
    assert_eq!((found.example, found.deprecated.as_deref()), (Some(Value::new("y")), Some("use B")));
}

#[test]
fn imports_are_followed_where_they_are_certain() {
    let loaded = read("# @import(../shared/, pick=[A_*, B])\n# @import(./.env.x, allowMissing=true)\n# ---\nA=\n");
    let links: Vec<(&str, bool)> = loaded.links.iter().map(|link| (link.path.as_str(), link.required)).collect();
    assert_eq!(links, [("../shared/.env.schema", true), ("./.env.x", false)]);
    let schema = loaded.schema.unwrap();
    assert_eq!(schema.extends_needs, [vec!["A_*".to_owned(), "B".to_owned()], vec![]]);
    assert!(!schema.open);
    for import in ["~/x", "./x, omit=[B]", "./x, enabled=eq($A, b)", "./x, pick=[#tag]", "$X"] {
        let loaded = read(&format!("# @import({import})\n\nA=\n"));
        assert!(loaded.links.is_empty() && loaded.schema.unwrap().open, "{import}");
    }
}

#[test]
fn a_file_without_decorators_lists_names_only() {
    let found = declaration("A=^[0-9]+$\n");
    assert_eq!((found.kind, found.required, found.default), (Some(Type::Unknown), Some(Required::Never), None));
    assert!(read("A=^[0-9]+$\n").schema.unwrap().open);
    assert!(read("# @disable\n\nA=1\n").facts.is_empty());
}

#[test]
fn what_is_broken_is_told_and_the_rest_is_read() {
    let loaded = read("# @type=prot\nA=1\nnonsense here\nB=\"open\nC=2\nA=3\n");
    let names: Vec<&str> = loaded.facts.iter().map(|fact| fact.name.as_str()).collect();
    assert_eq!(names, ["A", "B", "C"]);
    let messages: Vec<&str> = loaded.problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "varlock has no such type; did you mean `port`?",
            "this line is neither `NAME=value` nor a comment",
            "the quote that opens this value is not closed",
        ]
    );
}
