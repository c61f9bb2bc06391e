//! The JSON that `dotenv-linter --schema` reads (version 4). Other JSON schemas are in `json_schema`.
//!
//! Its semantics: a variable is optional unless `required`; an empty value is one, if the type or the `regex` takes it;
//! a `regex` may match anywhere and belongs to the type `String` alone; an `Integer` has 32 bits; names that it does not
//! list are wrong unless `allow_other_keys`.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::json_document::{self, Notes};
use super::{SchemaSource, pattern};
use crate::fact::{Constraints, Declaration, Fact, FactKind, Loaded, Required, Schema, Type};
use crate::name::{Name, nearest};
use crate::source::{SourceFile, SourcePath};
use crate::syntax::json::{Member, Node};

/// The schema source.
pub static SOURCE: SchemaSource = SchemaSource { name: "dotenv-linter", claims, fits, load };

const TYPES: [(&str, Type); 6] = [
    ("String", Type::String),
    ("Integer", Type::Integer),
    ("Float", Type::Number),
    ("Boolean", Type::Boolean),
    ("Url", Type::Url),
    ("Email", Type::Email),
];

/// What it reads as a boolean: these spellings and no other.
const BOOLEANS: [&str; 10] = ["true", "false", "TRUE", "FALSE", "yes", "no", "YES", "NO", "1", "0"];

/// It has no name of its own; these are the one of its manual, and those that it shares with other schemas.
fn claims(path: &SourcePath) -> bool {
    let name = path.name();
    name == ".env.schema" || name.ends_with(".schema.env.json") || super::json_schema::is_named(name)
}

fn fits(source: &SourceFile) -> bool {
    let is_one = |root: &Node<'_>| {
        root.get("entries").is_some_and(Node::is_object)
            && root.get("properties").is_none()
            && root.get("$schema").is_none()
    };
    json_document::glance(source, is_one).unwrap_or(false)
}

fn load(source: &SourceFile) -> Loaded {
    let mut loaded = Loaded::default();
    let mut schema = Schema::default();
    let mut notes = json_document::read(source, |root, notes| {
        schema.open =
            root.get("allow_other_keys").and_then(|node| notes.boolean(node, "allow_other_keys")) == Some(true);
        if root.get("version").is_none() && notes.cut.is_none() {
            notes.wrong(json_document::opening(root), "dotenv-linter refuses a schema without `version`");
        }
        let Some(entries) = root.get("entries").filter(|entries| entries.is_object()) else {
            notes.lost(json_document::opening(root), "there is no table `entries`, so this declares nothing");
            return;
        };
        unknown_keys(root, &["version", "allow_other_keys", "entries"], notes);
        notes.twice(entries.members());
        let mut seen = BTreeSet::new();
        for member in entries.members() {
            // Of a name that stands twice nothing can be relied on but that it exists.
            if notes.is_name(member) && seen.insert(&member.key) {
                let declaration = entry(member, notes);
                let kind = FactKind::Declaration(Arc::new(declaration));
                loaded.facts.push(Fact { name: Name::new(&member.key), span: member.key_inner(), kind });
            }
        }
    });
    loaded.schema = Some(schema);
    loaded.shown = std::mem::take(&mut notes.shown);
    loaded.problems = notes.problems;
    loaded
}

fn entry(member: &Member<'_>, notes: &mut Notes) -> Declaration {
    let node = &member.value;
    let mut declaration = Declaration { required: Some(Required::Never), ..Declaration::default() };
    if !node.is_object() || notes.is_cut(node) {
        if !notes.is_cut(node) {
            notes.wrong(node.inner_span(), "an entry must be a table");
        }
        declaration.kind = Some(Type::Unknown);
        return declaration;
    }
    unknown_keys(node, &["key", "required", "type", "regex"], notes);
    if node.get("required").and_then(|node| notes.boolean(node, "required")) == Some(true) {
        declaration.required = Some(Required::Always);
    }
    let kind = node.get("type").map_or(Type::String, |node| kind(node, notes));
    declaration.kind = Some(kind);
    declaration.constraints = constraints(node, kind, notes);
    declaration
}

fn constraints(node: &Node<'_>, kind: Type, notes: &mut Notes) -> Constraints {
    let mut constraints =
        Constraints { allow_empty: Some(matches!(kind, Type::String | Type::Unknown)), ..Constraints::default() };
    match kind {
        Type::Integer => {
            constraints.min = Some(f64::from(i32::MIN));
            constraints.max = Some(f64::from(i32::MAX));
        }
        // As a pattern, for as values `on` would be the same as `true`.
        Type::Boolean => constraints.pattern = Some(BOOLEANS.join("|")),
        _ => {}
    }
    let Some(regex) = node.get("regex") else { return constraints };
    let Some(text) = notes.text(regex, "regex") else { return constraints };
    if kind != Type::String {
        notes.wrong(regex.inner_span(), "`regex` says nothing of this type, only of `String`");
        return constraints;
    }
    constraints.pattern = pattern::anywhere(text);
    match &constraints.pattern {
        Some(whole) => {
            constraints.allow_empty = Some(pattern::compile(whole).is_some_and(|whole| whole.is_match("")));
        }
        None => notes.wrong_with_help(
            regex.inner_span(),
            "`regex` is no regular expression that envcheck can use",
            "no look-around, no back references, at most 4096 characters",
        ),
    }
    constraints
}

fn kind(node: &Node<'_>, notes: &mut Notes) -> Type {
    let Some(word) = notes.text(node, "type") else { return Type::Unknown };
    if let Some((_, kind)) = TYPES.iter().find(|(known, _)| *known == word) {
        return *kind;
    }
    let words = TYPES.map(|(word, _)| word);
    let near = nearest(word, words).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    let help = format!("known types: {}", words.join(", "));
    notes.wrong_with_help(node.inner_span(), format!("dotenv-linter knows no such type{near}"), help);
    Type::Unknown
}

/// Shows the known keys of a table, and tells of an unknown one that is most likely a misspelling of one.
fn unknown_keys(node: &Node<'_>, known: &[&'static str], notes: &mut Notes) {
    for member in node.members() {
        if known.contains(&&*member.key) {
            notes.show(member);
        } else if let Some(near) = nearest(&member.key, known.iter().copied()) {
            notes.wrong(member.key_inner(), format!("dotenv-linter passes over this key; did you mean `{near}`?"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Value;

    fn read(text: &str) -> Loaded {
        load(&SourceFile::new(SourcePath::new("env.schema.json"), text.as_bytes().to_vec()))
    }

    fn declaration(text: &str) -> (Declaration, Vec<String>) {
        let loaded = read(&format!("{{\"version\":\"1\",\"entries\":{{\"A\":{text}}}}}"));
        let problems = loaded.problems.iter().map(|problem| problem.message.clone()).collect();
        let FactKind::Declaration(declaration) = &loaded.facts[0].kind else { panic!("a declaration") };
        ((**declaration).clone(), problems)
    }

    fn accepts(text: &str, value: &str) -> bool {
        crate::schemas::accepts::accepts(&declaration(text).0, &Value::new(value)).is_ok()
    }

    #[test]
    fn a_variable_is_optional_unless_it_is_required() {
        assert_eq!(declaration("{}").0.required, Some(Required::Never));
        assert_eq!(declaration(r#"{"required":true}"#).0.required, Some(Required::Always));
        assert_eq!(declaration(r#"{"required":"yes"}"#).1, ["`required` must be true or false"]);
    }

    #[test]
    fn its_booleans_are_ten_spellings() {
        for value in BOOLEANS {
            assert!(accepts(r#"{"type":"Boolean"}"#, value), "{value}");
        }
        assert!(!accepts(r#"{"type":"Boolean"}"#, "on") && !accepts(r#"{"type":"Boolean"}"#, "True"));
    }

    #[test]
    fn an_integer_has_32_bits_and_a_regex_matches_anywhere() {
        assert!(accepts(r#"{"type":"Integer"}"#, "2147483647") && !accepts(r#"{"type":"Integer"}"#, "2147483648"));
        assert!(accepts(r#"{"regex":"b+"}"#, "abbc") && !accepts(r#"{"regex":"^b+$"}"#, "abbc"));
        assert_eq!(declaration(r#"{"regex":"b+"}"#).0.constraints.allow_empty, Some(false));
        assert_eq!(declaration(r#"{"regex":"b*"}"#).0.constraints.allow_empty, Some(true));
        assert_eq!(declaration(r#"{"type":"Integer"}"#).0.constraints.allow_empty, Some(false));
    }

    #[test]
    fn what_dotenv_linter_refuses_is_told_all_at_once() {
        let (read, problems) = declaration(r#"{"type":"integer","requried":true,"regex":3}"#);
        assert_eq!(read.kind, Some(Type::Unknown));
        assert_eq!(problems.len(), 3, "{problems:?}");
        assert!(problems.iter().any(|message| message.contains("`Integer`")));
    }

    #[test]
    fn what_stands_before_a_fault_is_read() {
        let loaded = read(r#"{"version":"1","entries":{"A":{"required":true},"B":{"required":true,"type" "x"#);
        assert_eq!(loaded.facts.len(), 2);
        assert!(loaded.problems.iter().any(|problem| problem.hides_facts));
        let FactKind::Declaration(cut) = &loaded.facts[1].kind else { panic!("a declaration") };
        assert_eq!((cut.kind, &cut.required), (Some(Type::Unknown), &Some(Required::Never)));
    }
}
