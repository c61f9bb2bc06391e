//! Tests of schemas with ancestors, and of several schemas of one app.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::*;
use crate::fact::{Required, Side, Type};
use crate::schemas::env_schema::SOURCE;
use crate::source::SourceFile;
use crate::value::Value;

/// Files by name; a link to a name that is none of them is missing.
struct Repository(BTreeMap<SourcePath, (Loaded, Vec<LinkOutcome>)>);

impl Repository {
    fn new(files: &[(&str, &str)]) -> Self {
        let loaded = files.iter().map(|(name, text)| {
            let path = SourcePath::new(name);
            let loaded = (SOURCE.load)(&SourceFile::new(path.clone(), text.as_bytes().to_vec()));
            let outcome = |link: &crate::fact::Link| {
                let path = SourcePath::new(&link.path);
                let exists = files.iter().any(|(name, _)| *name == link.path);
                if exists { LinkOutcome::Loaded(path) } else { LinkOutcome::Missing(path) }
            };
            let outcomes = loaded.links.iter().map(outcome).collect();
            (path, (loaded, outcomes))
        });
        Self(loaded.collect())
    }

    fn resolve(&self, name: &str) -> Resolved {
        resolve(&SourcePath::new(name), &|path| {
            self.0.get(path).map(|(loaded, outcomes)| (loaded, outcomes.as_slice()))
        })
    }
}

fn resolved(files: &[(&str, &str)]) -> Resolved {
    Repository::new(files).resolve(files[0].0)
}

fn names(resolved: &Resolved) -> Vec<&str> {
    resolved.declarations.keys().map(Name::as_str).collect()
}

fn get<'a>(resolved: &'a Resolved, name: &str) -> &'a Declared {
    resolved.declaration(&Name::new(name)).expect(name)
}

fn required_in(declaration: &Declaration, environment: &str) -> bool {
    declaration.is_required(|words| words.iter().any(|word| word == environment))
}

#[test]
fn the_child_wins_key_by_key() {
    let all = resolved(&[
        (
            "a",
            "extends = ['b']\n[server]\nX = { min_length = 9, required = ['production'], in.production = { max_length = 20 } }\nY = {}\n",
        ),
        (
            "b",
            "[server]\nX = { min_length = 3, max_length = 30, secret = true, default = 'd', in.production = { min_length = 12 } }\nZ = {}\n",
        ),
    ]);
    assert_eq!(names(&all), ["X", "Y", "Z"]);
    let x = get(&all, "X");
    assert_eq!(x.declaration.constraints.min_length, Some(9));
    assert_eq!(x.declaration.constraints.max_length, Some(30));
    assert_eq!(x.declaration.secret, Some(true));
    assert_eq!(x.declaration.default, Some(Value::new("d")));
    let there = x.declaration.in_environment(&["production"]).constraints.clone();
    assert_eq!((there.min_length, there.max_length), (Some(12), Some(20)));
    assert_eq!(x.place.path, SourcePath::new("a"));
    let origins: Vec<&str> = x.origins.iter().map(|place| place.path.as_str()).collect();
    assert_eq!(origins, ["a", "b"]);
    assert_eq!((all.open, all.conflicts.len(), all.problems.len()), (false, 0, 0));
}

#[test]
fn of_two_ancestors_the_later_is_stronger() {
    let all = resolved(&[
        ("a", "extends = ['b', 'c']"),
        ("b", "[server]\nX = { default = 'b', min_length = 1 }"),
        ("c", "[server]\nX = { default = 'c' }"),
    ]);
    let x = get(&all, "X");
    assert_eq!(x.declaration.default, Some(Value::new("c")));
    assert_eq!(x.declaration.constraints.min_length, Some(1));
    assert_eq!(x.place.path, SourcePath::new("c"));
}

#[test]
fn another_type_side_or_secrecy_conflicts_and_a_tighter_type_does_not() {
    let all = resolved(&[
        (
            "a",
            "extends = ['b']\n[server]\nA = { type = 'url' }\nB = { type = 'integer' }\nC = { secret = false }\nD = {}\nE = { type = 'string' }\nF = { type = 'port' }\n",
        ),
        (
            "b",
            "[server]\nA = { type = 'email' }\nB = { type = 'number' }\nC = { secret = true }\nE = { type = 'url' }\nF = { type = 'string' }\n[client]\nD = {}\n",
        ),
    ]);
    let found: Vec<_> = all.conflicts.iter().map(|conflict| (conflict.name.as_str(), conflict.kind)).collect();
    assert_eq!(
        found,
        [("A", ConflictKind::Type), ("C", ConflictKind::Secrecy), ("D", ConflictKind::Side), ("E", ConflictKind::Type)]
    );
    assert_eq!(all.conflicts[0].place.path, SourcePath::new("a"));
    assert_eq!(all.conflicts[0].other.path, SourcePath::new("b"));
}

#[test]
fn needs_take_a_part_with_its_relations() {
    let shared = "[server]\nKV_URL = {}\nKV_PASSWORD = {}\nDB_URL = {}\nDB_HOST = {}\n[client]\nNEXT_PUBLIC_X = {}\n[shared]\nNODE_ENV = {}\n\
        [[group]]\nname = 'kv'\nall_or_none = ['KV_URL', 'KV_PASSWORD']\n\
        [[group]]\nname = 'mixed'\nall_or_none = ['KV_URL', 'DB_HOST']\n\
        [[agree]]\nurl = 'DB_URL'\nhost = 'DB_HOST'\n[[agree]]\nequal = ['KV_URL', 'NEXT_PUBLIC_X']\n";
    let all = resolved(&[("a", "extends = [{ path = 'b', needs = ['client', 'KV_*'] }]"), ("b", shared)]);
    assert_eq!(names(&all), ["KV_PASSWORD", "KV_URL", "NEXT_PUBLIC_X", "NODE_ENV"]);
    assert_eq!(all.groups.len(), 1);
    assert_eq!(all.agrees.len(), 1);
    assert_eq!(get(&all, "KV_URL").declaration.required, Some(Required::Never), "also of the group that is gone");
}

#[test]
fn members_of_groups_are_optional_unless_they_say_otherwise() {
    let all = resolved(&[(
        "a",
        "[server]\nA = {}\nB = { required = true }\nC = {}\nP_X_ID = {}\nP_X_Y = {}\nL = {}\n[[group]]\nname = 'g'\nall_or_none = ['A', 'B']\n[[group]]\nname = 'p'\nfor_each = 'L'\nrequire = ['P_{ITEM}_ID']\n",
    )]);
    let required = |name| required_in(&get(&all, name).declaration, "production");
    assert!(!required("A") && required("B") && required("C"));
    assert!(!required("P_X_ID") && required("P_X_Y") && required("L"));
}

#[test]
fn a_group_of_the_same_name_is_replaced() {
    let all = resolved(&[
        ("a", "extends = ['b']\n[[group]]\nname = 'g'\nall_or_none = ['A', 'B']\n"),
        ("b", "[server]\nA = {}\nB = {}\nC = {}\n[[group]]\nname = 'g'\nall_or_none = ['B', 'C']\n"),
    ]);
    assert_eq!(all.groups.len(), 1);
    assert_eq!(all.groups[0].0, SourcePath::new("a"));
    assert!(required_in(&get(&all, "C").declaration, "production"));
    assert!(!required_in(&get(&all, "A").declaration, "production"));
}

#[test]
fn a_circle_is_told_once_and_ended() {
    let all = resolved(&[
        ("a", "extends = ['b', 'a']\n[server]\nA = {}"),
        ("b", "extends = ['c']\n[server]\nB = {}"),
        ("c", "extends = ['a']\n[server]\nC = {}"),
    ]);
    assert_eq!(names(&all), ["A", "B", "C"]);
    let told: Vec<&str> = all.problems.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(told, ["c", "a"]);
    assert!(!all.open);
}

#[test]
fn an_ancestor_that_was_not_read_leaves_the_schema_open() {
    assert!(resolved(&[("a", "extends = ['nowhere']\n[server]\nA = {}")]).open);
    assert!(resolved(&[("a", "extends = ['b']\n[server]\nA = {}"), ("b", "[server]\n= 1")]).open);
    assert!(resolved(&[("a", "[server]\nA = {} x")]).open);
    assert!(Repository::new(&[]).resolve("a").open);
    assert!(!resolved(&[("a", "[server]\nA = { requird = true }")]).open, "a lost key loses no name");
}

#[test]
fn many_ways_to_one_file_are_walked_once() {
    let names: Vec<String> = (0..30).map(|n| format!("f{n}")).collect();
    let texts: Vec<String> = (0..30)
        .map(|n| {
            if n == 29 { "[server]\nX = {}\n".to_owned() } else { format!("extends = ['f{0}', 'f{0}', 'f{0}']", n + 1) }
        })
        .collect();
    let files: Vec<(&str, &str)> = names.iter().map(String::as_str).zip(texts.iter().map(String::as_str)).collect();
    let all = resolved(&files);
    assert_eq!(get(&all, "X").origins.len(), 1);
    assert!(!all.open);
}

#[test]
fn too_long_a_chain_ends_open() {
    let names: Vec<String> = (0..50).map(|n| format!("f{n}")).collect();
    let texts: Vec<String> = (0..50).map(|n| format!("extends = ['f{}']", n + 1)).collect();
    let files: Vec<(&str, &str)> = names.iter().map(String::as_str).zip(texts.iter().map(String::as_str)).collect();
    let all = resolved(&files);
    assert!(all.open && all.problems.len() == 1, "{:?}", all.problems);
}

#[test]
fn a_concrete_name_beats_a_family_and_a_longer_family_a_shorter_one() {
    let all = resolved(&[(
        "a",
        "[server]\n\"P_*_SECRET\" = { secret = true }\n\"P_*\" = {}\nP_X_SECRET = { type = 'url' }\n",
    )]);
    assert_eq!(get(&all, "P_X_SECRET").declaration.kind, Some(Type::Url));
    assert_eq!(get(&all, "P_Y_SECRET").declaration.secret, Some(true));
    assert_eq!(get(&all, "P_Z").declaration.secret, None);
    assert!(all.declaration(&Name::new("P_")).is_none(), "a `*` stands for something");
    assert!(all.declaration(&Name::new("p_y_secret")).is_none());
}

#[test]
fn a_schema_that_ignores_case_finds_names_in_any_case() {
    let mut all = resolved(&[("a", "[server]\nDatabase_Url = {}\n\"P_*\" = {}")]);
    for declared in all.declarations.values_mut().chain(all.families.values_mut()) {
        declared.semantics.ignores_case = true;
    }
    assert!(all.declaration(&Name::new("DATABASE_URL")).is_some());
    assert!(all.declaration(&Name::new("p_x")).is_some());
}

#[test]
fn of_two_schemas_of_one_app_the_stricter_word_counts() {
    let files = [
        (
            "a",
            "[server]\nA = { required = false, min = 1, max = 9, type = 'number' }\nB = { values = ['x', 'y'] }\nC = { values = ['x'] }\nD = { type = 'url' }\nE = { required = ['staging'] }\n",
        ),
        (
            "b",
            "[server]\nA = { min = 2, max = 10, type = 'integer' }\nB = { values = ['y', 'z'] }\nC = { values = ['y'] }\nD = { type = 'email' }\nE = { required = ['production'] }\nF = { secret = true }\n",
        ),
    ];
    let repository = Repository::new(&files);
    let all = Resolved::union([repository.resolve("a"), repository.resolve("b")]);
    let a = &get(&all, "A").declaration;
    assert!(required_in(a, "production"));
    assert_eq!((a.constraints.min, a.constraints.max, a.kind), (Some(2.0), Some(9.0), Some(Type::Integer)));
    assert_eq!(get(&all, "B").declaration.constraints.values, Some(vec![Value::new("y")]));
    let e = &get(&all, "E").declaration;
    assert!(required_in(e, "production") && required_in(e, "staging") && !required_in(e, "test"));
    let found: Vec<_> = all.conflicts.iter().map(|conflict| (conflict.name.as_str(), conflict.kind)).collect();
    assert_eq!(found, [("C", ConflictKind::Values), ("D", ConflictKind::Type)]);
    assert_eq!(get(&all, "F").declaration.side, Side::Server);
    assert_eq!(Resolved::union([]), Resolved::default());
}

#[test]
fn two_schemas_that_extend_one_file_do_not_disagree_with_it() {
    let files = [
        ("a", "extends = ['c']\n[server]\nX = { type = 'port' }"),
        ("b", "extends = ['c']"),
        ("c", "[server]\nX = { type = 'integer' }\n"),
    ];
    let repository = Repository::new(&files);
    let all = Resolved::union([repository.resolve("a"), repository.resolve("b")]);
    assert_eq!((all.conflicts.len(), get(&all, "X").declaration.kind), (0, Some(Type::Port)));
    assert_eq!(get(&all, "X").origins.len(), 2);
}

#[test]
fn required_is_united_to_wherever_either_schema_requires_it() {
    let named = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let united = |one: Required, other: Required| {
        let of = |required: Required, path: &str| {
            let declaration = Declaration { required: Some(required), ..Declaration::default() };
            let kind = FactKind::Declaration(Arc::new(declaration));
            let fact = crate::fact::Fact { name: Name::new("A"), span: Span::default(), kind };
            let loaded =
                Loaded { facts: vec![fact], schema: Some(crate::fact::Schema::default()), ..Loaded::default() };
            own(&SourcePath::new(path), &loaded, &[])
        };
        let all = Resolved::union([of(one, "a"), of(other, "b")]);
        all.declarations.into_values().next().unwrap().declaration.required.clone().unwrap()
    };
    let (inside, except) = (|names| Required::In(named(names)), |names| Required::Except(named(names)));
    assert_eq!(united(inside(&["a"]), inside(&["b"])), inside(&["a", "b"]));
    assert_eq!(united(except(&["a", "b"]), except(&["b", "c"])), except(&["b"]));
    assert_eq!(united(except(&["a", "b"]), inside(&["b"])), except(&["a"]));
    assert_eq!(united(Required::Never, except(&["a"])), except(&["a"]));
    assert_eq!(united(except(&["a"]), Required::Always), Required::Always);
}
