//! Which files are compose files, and what their names say. Their text is looked at only where the name says too little.

use crate::fact::{FileWords, Role};
use crate::loaders::Claim;
use crate::source::SourcePath;
use crate::syntax::yaml::{Kind, Yaml};
use crate::tables::environments;

/// The parts of a name that every compose file may have.
const OWN: &[&str] = &["docker", "compose", "yml", "yaml", "override"];

pub(super) fn claims(path: &SourcePath) -> Option<Claim> {
    let name = path.name();
    let stem = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml"));
    let fits = match stem {
        Some(stem) => {
            begins(stem) || stem.strip_suffix("compose").is_some_and(|before| before.ends_with(['.', '-', '_']))
        }
        // `docker/compose.yml.prod`, `docker/compose.prod`
        None => path.folder().name() == "docker" && is_variant(name),
    };
    fits.then(|| {
        let words = name.split(['.', '-', '_']).filter(|word| !word.is_empty() && !OWN.contains(word));
        Claim { role: Role::Deploy, words: FileWords { words: words.map(str::to_owned).collect(), local: false } }
    })
}

/// A file that is called by an environment alone, as `production.yml` of cookiecutter-django.
pub(super) fn may_be(path: &SourcePath) -> Option<Claim> {
    let name = path.name();
    let stem = name.strip_suffix(".yml").or_else(|| name.strip_suffix(".yaml"))?;
    environments::environment_of(stem)?;
    let words = FileWords { words: vec![stem.to_owned()], local: false };
    Some(Claim { role: Role::Deploy, words })
}

/// Whether a text is a compose file and nothing else: all at its top is compose's, and of its services one has an image
/// or a build. Pipelines and playbooks have services as well.
pub(super) fn is_evident(text: &str) -> bool {
    const KEYS: &[&str] =
        &["version", "name", "services", "networks", "volumes", "secrets", "configs", "include", "models"];
    // Without the word at the beginning of a line there is nothing to parse.
    if !text.lines().any(|line| line.trim_start_matches('\u{feff}').starts_with("services:")) {
        return false;
    }
    let yaml = Yaml::parse(text);
    let mut documents = yaml.documents();
    let (Some(root), None) = (documents.next(), documents.next()) else { return false };
    let is_own = |key: &str| KEYS.contains(&key) || key.starts_with("x-");
    let Some(services) = root.get("services").filter(|services| services.kind() == Kind::Mapping) else { return false };
    root.entries().iter().all(|entry| is_own(entry.name))
        && services.entries().iter().all(|entry| entry.value.kind() == Kind::Mapping)
        && services.entries().iter().any(|entry| entry.value.get("image").or(entry.value.get("build")).is_some())
}

/// `compose`, `docker-compose`, and either with more behind a separator or a digit; not `composer`.
fn begins(stem: &str) -> bool {
    let rest = stem.strip_prefix("docker-").unwrap_or(stem).strip_prefix("compose");
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', '_']) || rest.starts_with(char::is_numeric))
}

fn is_variant(name: &str) -> bool {
    const OTHER: &[&str] = &["md", "sh", "json", "env", "txt", "example", "sample", "template", "dist", "bak", "orig"];
    let rest = name.strip_prefix("docker-").unwrap_or(name).strip_prefix("compose.");
    rest.is_some_and(|rest| rest.rsplit('.').next().is_some_and(|last| !OTHER.contains(&last)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(path: &str) -> Option<Vec<String>> {
        claims(&SourcePath::new(path)).map(|claim| claim.words.words)
    }

    #[test]
    fn compose_files_are_known_by_their_names() {
        for path in
            ["compose.yaml", "a/compose.yml", "docker-compose.yml", "docker-compose.yaml", "compose.override.yml"]
        {
            assert_eq!(words(path), Some(vec![]), "{path}");
        }
        assert_eq!(words("docker-compose.prod.yml").unwrap(), ["prod"]);
        assert_eq!(words("docker-compose-dev_tools.yaml").unwrap(), ["dev", "tools"]);
        assert_eq!(words("staging.compose.yml").unwrap(), ["staging"]);
        assert_eq!(words("prod-docker-compose.yml").unwrap(), ["prod"]);
        assert_eq!(words("docker/compose.yml.prod").unwrap(), ["prod"]);
        assert_eq!(words("docker/compose.prod").unwrap(), ["prod"]);
    }

    #[test]
    fn a_name_that_says_too_little_is_looked_into() {
        for path in ["production.yml", "a/local.yaml", "test.yml", "staging.yml", "dev.yml"] {
            assert!(may_be(&SourcePath::new(path)).is_some(), "{path}");
        }
        for path in ["app.yml", "production.json", "production.yml.j2", "production-eu.yml", ".yml"] {
            assert!(may_be(&SourcePath::new(path)).is_none(), "{path}");
        }
    }

    #[test]
    fn a_text_is_compose_only_if_nothing_else_is_in_it() {
        for text in [
            "services:\n  a:\n    image: b\n",
            "\u{feff}services:\r\n  a: { build: . }\r\n",
            "version: '3'\nx-a: &a { build: . }\nservices:\n  a: { <<: *a }\n  b: { command: c }\nvolumes:\n  d:\n",
        ] {
            assert!(is_evident(text), "{text}");
        }
        for text in [
            "",
            "services:\n",
            "services: []\n",
            "services:\n  - image: a\n",
            "services:\n  a: { command: b }\n",
            "services:\n  a: { image: b }\n  c: d\n",
            "services:\n  a: { image: b }\nhosts: all\n",
            "services:\n  a: { image: b }\npipeline:\n  build: { image: c }\n",
            "services:\n  a: { image: b }\n---\nservices:\n  c: { image: d }\n",
            "all:\n  services:\n    a: { image: b }\n",
        ] {
            assert!(!is_evident(text), "{text}");
        }
    }

    #[test]
    fn other_files_are_left_alone() {
        for path in [
            "composer.yml",
            "compose.json",
            "docker-compose.yml.example",
            "docker/compose.yml.example",
            "docker/compose.sh",
            "decompose.yml",
            "compose.prod",
            "recompose/x.yml",
        ] {
            assert_eq!(words(path), None, "{path}");
        }
    }
}
