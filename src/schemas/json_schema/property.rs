//! The schema of one variable.

use super::References;
use crate::fact::{Constraints, Declaration, Side, Type};
use crate::name::nearest;
use crate::schemas::json_document::{Notes, scalar};
use crate::schemas::pattern;
use crate::syntax::json::{Kind, Member, Node};
use crate::value::Value;

/// The types of JSON.
const TYPES: [&str; 7] = ["string", "integer", "number", "boolean", "array", "object", "null"];

/// Formats and what they are here; any other says nothing.
const FORMATS: [(&str, Type); 14] = [
    ("uri", Type::Url),
    ("iri", Type::Url),
    ("url", Type::Url),
    ("email", Type::Email),
    ("idn-email", Type::Email),
    ("hostname", Type::Hostname),
    ("idn-hostname", Type::Hostname),
    ("ipv4", Type::Ip),
    ("ipv6", Type::Ip),
    ("uuid", Type::Uuid),
    ("date", Type::Date),
    ("date-time", Type::Date),
    ("duration", Type::Duration),
    ("byte", Type::Base64),
];

/// What several schemas say of one variable together.
#[derive(Default)]
struct Gathered {
    declaration: Declaration,
    side: Option<Side>,
    /// The types that all of them allow, without `null`.
    types: Option<Vec<&'static str>>,
    format: Option<Type>,
    is_json: bool,
    nullable: bool,
    /// Something is said that cannot be told here.
    unknown: bool,
}

/// Reads the schemas that hold for one variable.
pub(super) fn read<'n>(parts: &[&'n Node<'n>], references: &References<'n>, notes: &mut Notes) -> Declaration {
    let mut gathered = Gathered::default();
    for part in parts {
        gathered.read(part, references, notes, 0);
    }
    gathered.finish()
}

impl Gathered {
    fn read<'n>(&mut self, node: &'n Node<'n>, references: &References<'n>, notes: &mut Notes, depth: usize) {
        if !references.step(depth) {
            self.unknown = true;
            return;
        }
        // `true` allows everything; what `false` or something else means for a variable, nobody can tell.
        self.unknown |= !node.is_object() && !node.is_true();
        for member in node.members() {
            notes.show(member);
            self.words(member, notes);
            self.constraint(member, notes);
        }
        for member in node.members() {
            match &*member.key {
                "$ref" | "$dynamicRef" => match member.value.text().and_then(|text| references.find(text)) {
                    Some(target) => self.read(target, references, notes, depth + 1),
                    None => self.unknown = true,
                },
                "allOf" => {
                    for part in member.value.elements() {
                        self.read(part, references, notes, depth + 1);
                    }
                }
                "anyOf" | "oneOf" => self.branches(&member.value, references, notes, depth),
                _ => {}
            }
        }
    }

    /// Branches of which all but one are `null`, or that only list values, can be told; others cannot.
    fn branches<'n>(&mut self, node: &'n Node<'n>, references: &References<'n>, notes: &mut Notes, depth: usize) {
        let is_null = |branch: &&Node<'_>| {
            branch.get("type").and_then(Node::text) == Some("null")
                || branch.get("const").is_some_and(|node| matches!(node.kind, Kind::Null))
        };
        let (null, rest): (Vec<_>, Vec<_>) = node.elements().iter().partition(is_null);
        self.nullable |= !null.is_empty();
        if let [only] = rest.as_slice() {
            self.read(only, references, notes, depth + 1);
            return;
        }
        let listed = |branch: &&'n Node<'n>| match (branch.get("const"), branch.get("enum")) {
            (Some(one), None) => Some(vec![one]),
            (None, Some(several)) => Some(several.elements().iter().collect()),
            _ => None,
        };
        let all: Option<Vec<Vec<&Node<'_>>>> = rest.iter().map(listed).collect();
        match all {
            Some(values) if !rest.is_empty() => self.values(&values.concat()),
            _ => self.unknown = true,
        }
    }

    /// What is said about the variable rather than its values.
    fn words(&mut self, member: &Member<'_>, notes: &mut Notes) {
        let (node, declaration) = (&member.value, &mut self.declaration);
        match &*member.key {
            "description" if declaration.description.is_none() => {
                declaration.description = notes.text(node, "description").map(str::to_owned);
            }
            "default" if declaration.default.is_none() => declaration.default = scalar(node),
            "example" if declaration.example.is_none() => declaration.example = scalar(node),
            "examples" if declaration.example.is_none() => {
                declaration.example = node.elements().first().and_then(scalar);
            }
            "deprecated" if notes.boolean(node, "deprecated") == Some(true) => {
                declaration.deprecated.get_or_insert_with(|| "its schema says so".to_owned());
            }
            "writeOnly" if declaration.secret.is_none() => {
                declaration.secret = notes.boolean(node, "writeOnly").filter(|secret| *secret);
            }
            "x-envcheck" => self.own_words(node, notes),
            _ => {}
        }
    }

    fn own_words(&mut self, node: &Node<'_>, notes: &mut Notes) {
        if !node.is_object() {
            notes.wrong(node.inner_span(), "`x-envcheck` must be a table with `side` and `secret`");
        }
        for member in node.members() {
            notes.show(member);
            match &*member.key {
                "secret" => {
                    self.declaration.secret = notes.boolean(&member.value, "secret").or(self.declaration.secret);
                }
                "side" => {
                    let word = notes.text(&member.value, "side");
                    let side = match word {
                        Some("server") => Some(Side::Server),
                        Some("client") => Some(Side::Client),
                        Some("shared") => Some(Side::Shared),
                        _ => None,
                    };
                    if word.is_some() && side.is_none() {
                        notes.wrong(member.value.inner_span(), "`side` must be server, client or shared");
                    }
                    self.side = self.side.or(side);
                }
                _ => {
                    let near = nearest(&member.key, ["side", "secret"]);
                    let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                    let message = format!("`x-envcheck` has no such key{near}");
                    notes.wrong_with_help(member.key_inner(), message, "known keys: side, secret");
                }
            }
        }
    }

    /// What narrows the values. Of two bounds the tighter one holds, of two patterns the first one is judged.
    fn constraint(&mut self, member: &Member<'_>, notes: &mut Notes) {
        let node = &member.value;
        let most = |one: Option<f64>, other: Option<f64>| one.into_iter().chain(other).reduce(f64::max);
        let least = |one: Option<f64>, other: Option<f64>| one.into_iter().chain(other).reduce(f64::min);
        let constraints = &mut self.declaration.constraints;
        match &*member.key {
            "type" => self.types(node, notes),
            "const" => self.values(&[node]),
            "enum" => {
                let values: Vec<&Node<'_>> = node.elements().iter().collect();
                if values.is_empty() {
                    notes.wrong(node.inner_span(), "`enum` must be a list of at least one value");
                } else {
                    self.values(&values);
                }
            }
            "format" => match notes.text(node, "format") {
                Some("password") => self.declaration.secret = self.declaration.secret.or(Some(true)),
                Some("port") => self.format = Some(Type::Port),
                Some(word) => {
                    let known = FORMATS.iter().find(|(known, _)| *known == word);
                    self.format = self.format.or(known.map(|(_, kind)| *kind));
                }
                None => {}
            },
            "contentEncoding" => match notes.text(node, "contentEncoding") {
                Some("base64" | "base64url") => self.format = Some(Type::Base64),
                Some("base16") => self.format = Some(Type::Hex),
                _ => {}
            },
            "contentMediaType" => self.is_json |= notes.text(node, "contentMediaType") == Some("application/json"),
            "pattern" => {
                let whole = notes.text(node, "pattern").and_then(pattern::anywhere);
                constraints.pattern = constraints.pattern.take().or(whole);
            }
            "minLength" => constraints.min_length = constraints.min_length.max(notes.count(node, "minLength")),
            "maxLength" => {
                let lengths = constraints.max_length.into_iter().chain(notes.count(node, "maxLength"));
                constraints.max_length = lengths.min();
            }
            "minimum" => constraints.min = most(constraints.min, notes.number(node, "minimum")),
            "maximum" => constraints.max = least(constraints.max, notes.number(node, "maximum")),
            // The bound itself stays in, for which `Constraints` has no word; draft 4 has truth values here.
            "exclusiveMinimum" if !matches!(node.kind, Kind::Boolean(_)) => {
                constraints.min = most(constraints.min, notes.number(node, "exclusiveMinimum"));
            }
            "exclusiveMaximum" if !matches!(node.kind, Kind::Boolean(_)) => {
                constraints.max = least(constraints.max, notes.number(node, "exclusiveMaximum"));
            }
            // Not of JSON Schema itself, but of the readers that make lists of texts (env-schema of Fastify).
            "separator" => constraints.separator = notes.text(node, "separator").map(str::to_owned),
            "required" if matches!(node.kind, Kind::Boolean(_)) => {
                let help = "list the name in `required` beside `properties`";
                notes.wrong_with_help(node.inner_span(), "`required` of a property says nothing in JSON Schema", help);
            }
            _ => {}
        }
    }

    fn values(&mut self, nodes: &[&Node<'_>]) {
        let values: Vec<Value> = nodes.iter().filter_map(|node| scalar(node)).collect();
        self.nullable |= nodes.iter().any(|node| matches!(node.kind, Kind::Null));
        // Lists and tables as values of a variable: nobody knows how they are written there.
        self.unknown |= nodes.iter().any(|node| matches!(node.kind, Kind::Array(_) | Kind::Object(_)));
        let before = self.declaration.constraints.values.take();
        let both = |before: Vec<Value>| before.into_iter().filter(|value| values.contains(value)).collect();
        self.declaration.constraints.values = Some(before.map_or_else(|| values.clone(), both));
    }

    fn types(&mut self, node: &Node<'_>, notes: &mut Notes) {
        let words = if node.text().is_some() { std::slice::from_ref(node) } else { node.elements() };
        if words.is_empty() {
            notes.wrong(node.inner_span(), "`type` must be a type or a list of types");
            self.unknown = true;
        }
        let mut types = Vec::new();
        for word in words {
            let Some(text) = word.text() else {
                notes.wrong(word.inner_span(), "`type` must be a type or a list of types");
                self.unknown = true;
                continue;
            };
            match TYPES.iter().find(|known| **known == text) {
                Some(&"null") => self.nullable = true,
                Some(known) => types.push(*known),
                None => {
                    // What other languages call it.
                    let other = match text {
                        "int" | "long" => Some("integer"),
                        "float" | "double" | "decimal" => Some("number"),
                        "bool" => Some("boolean"),
                        "str" | "text" | "url" => Some("string"),
                        "list" => Some("array"),
                        _ => nearest(text, TYPES),
                    };
                    let near = other.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                    let help = format!("the types of JSON Schema: {}", TYPES.join(", "));
                    notes.wrong_with_help(word.inner_span(), format!("JSON Schema knows no such type{near}"), help);
                    self.unknown = true;
                }
            }
        }
        let before = self.types.take();
        // Every whole number is a number.
        let holds = |kind: &&'static str, list: &[&'static str]| {
            list.contains(kind) || **kind == *"integer" && list.contains(&"number")
        };
        self.types = Some(match before {
            None => types,
            Some(before) => {
                let mut both: Vec<_> = before.iter().filter(|kind| holds(kind, &types)).copied().collect();
                both.extend(types.iter().filter(|kind| holds(kind, &before) && !before.contains(kind)));
                both
            }
        });
    }

    fn kind(&self) -> Type {
        if self.unknown {
            return Type::Unknown;
        }
        let text = if self.is_json { Type::Json } else { self.format.unwrap_or(Type::String) };
        match self.types.as_deref() {
            None | Some(["string"]) if self.declaration.constraints.separator.is_some() => Type::List,
            None | Some(["string"]) => text,
            Some(["integer"]) if self.format == Some(Type::Port) => Type::Port,
            Some(["integer"]) => Type::Integer,
            Some(["number"] | ["number", "integer"] | ["integer", "number"]) => Type::Number,
            Some(["boolean"]) => Type::Boolean,
            Some(["array"] | ["string", "array"] | ["array", "string"])
                if self.declaration.constraints.separator.is_some() =>
            {
                Type::List
            }
            // How a list or a table stands in a variable, or which of several types is meant, is not said.
            Some(_) => Type::Unknown,
        }
    }

    fn finish(self) -> Declaration {
        let kind = self.kind();
        let Self { mut declaration, side, nullable, .. } = self;
        let all = std::mem::take(&mut declaration.constraints);
        let mut constraints = match kind {
            Type::Unknown => Constraints::default(),
            Type::List => Constraints { separator: all.separator, ..Constraints::default() },
            Type::Integer | Type::Number | Type::Port => {
                Constraints { min: all.min, max: all.max, values: all.values, ..Constraints::default() }
            }
            Type::Boolean => Constraints { values: all.values, ..Constraints::default() },
            _ => Constraints {
                values: all.values,
                pattern: all.pattern,
                min_length: all.min_length,
                max_length: all.max_length,
                ..Constraints::default()
            },
        };
        let may_be_empty = nullable || kind == Type::Unknown || kind == Type::String && takes_empty(&constraints);
        constraints.allow_empty = Some(may_be_empty);
        declaration.side = side.unwrap_or_default();
        declaration.kind = Some(kind);
        declaration.constraints = constraints;
        declaration
    }
}

/// Whether the empty string satisfies the constraints of a string.
fn takes_empty(constraints: &Constraints) -> bool {
    let is_listed = |values: &Vec<Value>| values.iter().any(Value::is_empty);
    let fits = |whole: &String| pattern::compile(whole).is_none_or(|whole| whole.is_match(""));
    constraints.min_length.unwrap_or_default() == 0
        && constraints.values.as_ref().is_none_or(is_listed)
        && constraints.pattern.as_ref().is_none_or(fits)
}
