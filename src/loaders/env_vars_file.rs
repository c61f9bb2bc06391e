//! Variables as a mapping in YAML, which gcloud's `--env-vars-file` takes. Files are of this format only where a command
//! names them so.
//!
//! Source: gcloud 528, `command_lib/util/args/map_util.py`; a file that ends in `.env` it reads as python-dotenv does.

use super::{Claim, Loader, dotenv};
use crate::fact::{Fact, FactKind, LinkKind, Loaded, Problem, Role};
use crate::name::{Name, is_variable_name};
use crate::source::{SourceFile, SourcePath, Span};
use crate::syntax::yaml::{Kind, Node, Style, Yaml};
use crate::value::{Template, Value};

/// The loader.
pub static LOADER: Loader =
    Loader { name: "env-vars-file", claims, links: &[(LinkKind::EnvVarsFile, Role::Values)], load, assemble: None };

fn claims(_path: &SourcePath) -> Option<Claim> {
    None
}

fn load(source: &SourceFile, claim: &Claim) -> Loaded {
    if source.path().name().rsplit('.').next() == Some("env") {
        return (dotenv::LOADER.load)(source, claim);
    }
    let yaml = Yaml::parse(source.text());
    let mut loaded = Loaded::default();
    super::yaml::comments_and_faults(source, &yaml, &mut loaded);
    let Some(root) = yaml.documents().next() else { return loaded };
    if root.kind() != Kind::Mapping {
        let span = root.span();
        let place = Span::new(span.start, (span.start + 1).min(span.end));
        loaded.problems.push(Problem::new(place, "gcloud takes a mapping of variables here, and nothing else"));
        return loaded;
    }
    loaded.shown = super::yaml::keys(source, &yaml);
    for entry in root.entries().into_iter().filter(|entry| is_variable_name(entry.name)) {
        variable(source, entry.name, entry.key, entry.value, &mut loaded);
    }
    loaded
}

fn variable(source: &SourceFile, name: &str, key: Node<'_>, value: Node<'_>, loaded: &mut Loaded) {
    let inner = |node: Node<'_>| node.offsets(source.text()).span(0..node.as_str().map_or(0, str::len));
    let text = value.as_str();
    let value_span = inner(value);
    if text.is_none_or(|text| value.style() == Style::Plain && !is_text(text)) {
        let problem =
            Problem::new(value.site(), format!("the value of `{name}` is no text, and gcloud takes nothing else"));
        loaded.problems.push(problem.help("quote it").harmless());
    }
    let value = match text {
        Some(text) => Template::literal(Value::new(text)),
        None => Template::unknown(value_span),
    };
    let kind = FactKind::Definition { value, value_span };
    loaded.facts.push(Fact { name: Name::new(name), span: inner(key), kind });
}

/// Whether a plain scalar is text for every reader of YAML, as far as that is certain.
fn is_text(text: &str) -> bool {
    let is_number = !text.is_empty() && text.len() < 16 && text.bytes().all(|byte| byte.is_ascii_digit());
    !is_number && !matches!(text, "" | "~" | "null" | "true" | "false")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, text: &str) -> (SourceFile, Loaded) {
        let source = SourceFile::new(SourcePath::new(name), text.as_bytes().to_vec());
        let loaded = load(&source, &Claim::new(Role::Values));
        (source, loaded)
    }

    #[test]
    fn each_key_is_a_variable() {
        let (source, loaded) = read("env.yaml", "# c\nA: b\n\"C\": 'd e'\nE: \"1\"\n");
        let told: Vec<(&str, &str)> = loaded
            .facts
            .iter()
            .map(|fact| {
                let FactKind::Definition { value_span, .. } = &fact.kind else { panic!() };
                (source.slice(fact.span), source.slice(*value_span))
            })
            .collect();
        assert_eq!(told, [("A", "b"), ("C", "d e"), ("E", "1")]);
        assert!(loaded.problems.is_empty());
    }

    #[test]
    fn what_is_no_text_is_refused_as_gcloud_does() {
        let (_, loaded) = read("env.yaml", "A: 1\nB: true\nC:\nD: [x]\nE: 1.5.0\nF: no\n");
        assert_eq!(loaded.problems.len(), 4);
        assert_eq!(loaded.facts.len(), 6);
        assert_eq!(read("env.yaml", "- A\n").1.problems.len(), 1);
    }

    #[test]
    fn a_file_of_lines_is_read_as_one() {
        assert_eq!(read("x.env", "A=b\n").1.facts.len(), 1);
    }
}
