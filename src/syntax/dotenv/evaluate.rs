//! What an app would have in its environment after a loader read a file, exactly, for the values that are at hand.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use super::expand::{Budget, rewrite};
use super::{Dialect, Flaw, Statement, expand, lex};
use crate::source::Span;
use crate::value::{Known, Value};

/// How many bytes the expansion of one file may look at, or come to.
const BUDGET: usize = 8 << 20;

/// The variables of a file after loading.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Evaluated {
    /// Every name of the file with the value that it has then.
    pub values: BTreeMap<String, Value>,
    /// How the loading ends.
    pub ending: Ending,
}

/// How the loading of a file ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Ending {
    /// The loader read it to the end.
    #[default]
    Whole,
    /// The loader refuses the file.
    Rejected(Flaw),
    /// A required variable is absent, at this reference, and the loader refuses the file.
    Required(Span),
    /// The loader never finishes this variable, or it comes to more than any app can take.
    Endless(Span),
}

type Variables = BTreeMap<String, Zeroizing<String>>;

/// Loads a file as this loader does, into an environment that holds these variables.
pub fn evaluate(text: &str, dialect: Dialect, environment: &BTreeMap<String, Value>) -> Evaluated {
    let lexed = lex(text, dialect);
    let environment: Variables =
        environment.iter().map(|(key, value)| (key.clone(), Zeroizing::new(value.expose().to_owned()))).collect();
    let (values, ending) = match dialect {
        Dialect::Dotenv => (dotenv(text, &lexed.statements, &environment).0, Ending::Whole),
        Dialect::DotenvExpand12 => dotenv_expand(text, &lexed.statements, environment),
        Dialect::Compose | Dialect::Docker => in_order(text, &lexed.statements, &environment, dialect),
    };
    let ending = match lexed.rejected {
        Some(flaw) if ending == Ending::Whole => Ending::Rejected(flaw),
        _ => ending,
    };
    Evaluated { values: values.into_iter().map(|(key, value)| (key, Value::new(value.as_str()))).collect(), ending }
}

fn key<'a>(text: &'a str, statement: &Statement) -> &'a str {
    text.get(statement.key.start..statement.key.end).unwrap_or_default()
}

/// The values as they are, where the environment has none, even an empty one. Also the names, in order.
fn dotenv(text: &str, statements: &[Statement], environment: &Variables) -> (Variables, Vec<String>) {
    let mut values = Variables::new();
    let mut order = Vec::new();
    for statement in statements {
        let Some(value) = &statement.value else { continue };
        let key = key(text, statement);
        if !values.contains_key(key) {
            order.push(key.to_owned());
        }
        values.insert(key.to_owned(), Zeroizing::new(value.text().to_owned()));
    }
    for (key, value) in &mut values {
        if let Some(held) = environment.get(key) {
            value.clone_from(held);
        }
    }
    (values, order)
}

/// The raw values go into the environment first and are expanded there, one after the other.
fn dotenv_expand(text: &str, statements: &[Statement], mut environment: Variables) -> (Variables, Ending) {
    let (loaded, order) = dotenv(text, statements, &environment);
    let raw = dotenv(text, statements, &Variables::new()).0;
    environment.extend(loaded);
    let mut expanded = Variables::new();
    let mut budget = Budget(BUDGET);
    for key in order {
        let (Some(raw), Some(held)) = (raw.get(&key), environment.get(&key)) else { continue };
        let value = if !held.is_empty() && held != raw {
            held.clone()
        } else if let Some(value) = rewrite(raw, &environment, &expanded, &mut budget) {
            value
        } else {
            let span = statements.iter().find(|statement| self::key(text, statement) == key).map(|found| found.key);
            return (expanded, Ending::Endless(span.unwrap_or_default()));
        };
        expanded.insert(key, Zeroizing::new(value.replace("\\$", "$")));
    }
    (expanded, Ending::Whole)
}

/// The file's own values, whatever the environment has; references look there first, then in the file above.
fn in_order(text: &str, statements: &[Statement], environment: &Variables, dialect: Dialect) -> (Variables, Ending) {
    let mut values = Variables::new();
    let mut budget = BUDGET;
    for statement in statements {
        let key = key(text, statement);
        let lookup = |name: &str| environment.get(name).or_else(|| values.get(name));
        let Some(value) = &statement.value else {
            // Docker asks the environment alone.
            let own = || values.get(key).filter(|_| dialect == Dialect::Compose);
            if let Some(held) = environment.get(key).or_else(own).cloned() {
                values.insert(key.to_owned(), held);
            }
            continue;
        };
        let template = match expand(value, statement.quoting, dialect) {
            Ok(template) => template,
            Err(flaw) => return (values, Ending::Rejected(flaw)),
        };
        let known = |name: &crate::name::Name| {
            lookup(name.as_str()).map_or(Known::Absent, |value| Known::Value(Value::new(value.as_str())))
        };
        let length = |name: &crate::name::Name| lookup(name.as_str()).map_or(0, |value| value.len());
        let cost = value.text().len() + template.references().iter().map(|found| length(&found.name)).sum::<usize>();
        let Some(left) = budget.checked_sub(cost) else { return (values, Ending::Endless(statement.key)) };
        budget = left;
        let evaluation = template.evaluate(&known);
        if let Some(failure) = evaluation.failure {
            return (values, Ending::Required(failure.span));
        }
        // Too long, or nested too deep to be read: nothing true can be said of what follows.
        let Some(value) = evaluation.value else { return (values, Ending::Endless(statement.key)) };
        values.insert(key.to_owned(), Zeroizing::new(value.expose().to_owned()));
    }
    (values, Ending::Whole)
}
