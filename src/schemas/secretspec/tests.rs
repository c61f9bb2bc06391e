//! Tests of the secretspec source beyond its fixtures.

use super::*;
use crate::fact::{Declaration, GroupKind, Type};
use crate::value::Value;

fn read(profiles: &str) -> Loaded {
    let text = format!("[project]\nname = \"shop\"\nrevision = \"1.0\"\n{profiles}");
    load(&SourceFile::new(SourcePath::new("secretspec.toml"), text.into_bytes()))
}

/// The declaration of `A`.
fn declaration(profiles: &str) -> Declaration {
    let loaded = read(profiles);
    assert_eq!(loaded.problems, []);
    let fact = loaded.facts.iter().find(|fact| fact.name.as_str() == "A").expect("A is declared");
    let FactKind::Declaration(declaration) = &fact.kind else { panic!("a declaration") };
    (**declaration).clone()
}

fn required(profiles: &str) -> Required {
    declaration(profiles).required.expect("it is said")
}

fn only(environments: &[&str]) -> Required {
    Required::In(environments.iter().map(|name| (*name).to_owned()).collect())
}

#[test]
fn a_secret_is_required_unless_it_says_otherwise() {
    assert_eq!(required("[profiles.default]\nA = { description = \"x\" }"), Required::Always);
    assert_eq!(required("[profiles.default]\nA = { required = false }"), Required::Never);
    assert_eq!(required("[profiles.default.defaults]\nrequired = false\n[profiles.default]\nA = {}"), Required::Never);
    assert_eq!(required("[profiles.default]\nA = { composed = \"${B}\" }"), Required::Never);
    assert_eq!(required("[profiles.default]\nA = { type = \"hex\", generate = true }"), Required::Never);
    assert_eq!(required("[scopes.api]\nsecrets = [\"A\"]\n[profiles.default]\nA = {}"), Required::Never);
}

#[test]
fn a_profile_is_the_environment_of_its_name() {
    let two = "[profiles.default]\nA = { required = false }\n[profiles.production]\nA = { required = true }";
    assert_eq!(required(two), only(&["production"]));
    let alone = "[profiles.staging]\nA = {}\n[profiles.production]\nB = {}";
    assert_eq!(required(alone), only(&["staging"]));
    let not = "[profiles.default]\nA = {}\n[profiles.dev]\nA = { required = false }";
    assert_eq!(required(not), Required::Except(vec!["dev".to_owned()]));
    assert_eq!(required("[profiles.default]\nA = {}\n[profiles.production]\nB = {}"), Required::Always);
    let standalone =
        "[profiles.default]\nA = {}\n[profiles.deploy.defaults]\ninherit = false\n[profiles.deploy]\nB = {}";
    assert_eq!(required(standalone), Required::Except(vec!["deploy".to_owned()]));
}

#[test]
fn a_default_of_one_profile_is_one_of_its_environment() {
    let found =
        declaration("[profiles.default]\nA = {}\n[profiles.development]\nA = { required = false, default = \"x\" }");
    assert_eq!((found.required, found.default), (Some(Required::Always), None));
    assert_eq!(found.overrides.len(), 1);
    assert_eq!(found.overrides[0].environment, "development");
    assert_eq!(found.overrides[0].default, Some(Value::new("x")));
    assert_eq!(found.secret, None, "it stands here in clear");
    assert_eq!(declaration("[profiles.default]\nA = {}").secret, Some(true));
}

#[test]
fn types_and_recipes_are_told_where_there_is_a_word() {
    let generated = declaration("[profiles.default]\nA = { type = \"base64\", generate = { bytes = 48 } }");
    assert_eq!((generated.kind, generated.generate.as_deref()), (Some(Type::Base64), Some("base64:48")));
    let weak = declaration("[profiles.default]\nA = { type = \"password\", generate = { length = 8 } }");
    assert_eq!(weak.generate, None);
    assert_eq!(declaration("[profiles.default]\nA = { type = \"hex\", as_path = true }").kind, Some(Type::Unknown));
    assert_eq!(declaration("[profiles.default]\nA = { type = \"pkcs12\" }").kind, Some(Type::Unknown));
}

#[test]
fn groups_hold_in_their_profiles() {
    let text = "[profiles.default]\nA = { required = { at_least_one = \"auth\" } }\nB = { required = { at_least_one = [\"auth\"] } }";
    let loaded = read(text);
    let groups = &loaded.schema.as_ref().unwrap().groups;
    assert_eq!(groups.len(), 1);
    assert_eq!(groups[0].kind, GroupKind::AtLeastOne(vec![Name::new("A"), Name::new("B")]));
    assert!(groups[0].environments.is_empty());
    assert_eq!(required(text), Required::Never);
    let two = read(&format!("{text}\n[profiles.production]\nC = {{}}"));
    assert_eq!(two.schema.unwrap().groups[0].environments, ["production"]);
}

#[test]
fn parents_are_folders_or_files() {
    let text = "[project]\nname = \"a\"\nrevision = \"1.0\"\nextends = [\"../base\", \"../x/secretspec.toml\"]\n[profiles.default]\n";
    let loaded = load(&SourceFile::new(SourcePath::new("secretspec.toml"), text.as_bytes().to_vec()));
    let paths: Vec<&str> = loaded.links.iter().map(|link| link.path.as_str()).collect();
    assert_eq!(paths, ["../base/secretspec.toml", "../x/secretspec.toml"]);
    assert!(loaded.schema.unwrap().open);
}

#[test]
fn what_is_wrong_is_told_all_at_once() {
    let text = "revison = \"1.0\"\n[profiles.default]\nA = { requried = true, default = 3 }\nB = \"x\"\nC = { required = 1 }\n\"D-E\" = {}\n";
    let loaded = load(&SourceFile::new(SourcePath::new("secretspec.toml"), text.as_bytes().to_vec()));
    let messages: Vec<&str> = loaded.problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "secretspec refuses a file without `[project]`",
            "secretspec knows no such key; did you mean `required`?",
            "`default` must be a text",
            "a secret must be a table",
            "`required` must be true, false or a table of groups",
            "this is no name of a variable",
        ]
    );
    assert_eq!(loaded.facts.len(), 3);
}
