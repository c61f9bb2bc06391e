//! The words that name an environment. What a file's environment is, `model` decides.

/// One built-in environment.
#[derive(Debug)]
pub struct BuiltIn {
    /// Its canonical name.
    pub name: &'static str,
    /// The words that mean it, in lower case, its name among them.
    pub words: &'static [&'static str],
    /// Whether it runs for others than its developers: placeholders and the like count there.
    pub deployed: bool,
    /// Why these words stand together.
    pub reason: &'static str,
}

/// The canonical name of the environment that a word means, in any case.
pub fn environment_of(word: &str) -> Option<&'static str> {
    find(word).map(|found| found.name)
}

/// Whether users meet the environment of this name; one that is not built in counts as deployed.
pub fn is_deployed(name: &str) -> bool {
    ENVIRONMENTS.iter().find(|built_in| built_in.name == name).is_none_or(|built_in| built_in.deployed)
}

fn find(word: &str) -> Option<&'static BuiltIn> {
    ENVIRONMENTS.iter().find(|built_in| built_in.words.iter().any(|known| known.eq_ignore_ascii_case(word)))
}

/// Variables of Terraform modules whose value is the word for the environment.
pub const VARIABLES: &[&str] =
    &["environment", "env", "env_name", "environment_name", "stage", "deployment_environment"];

/// The built-in environments.
pub static ENVIRONMENTS: &[BuiltIn] = &[
    BuiltIn {
        name: "development",
        words: &["development", "dev", "devel", "develop", "local"],
        deployed: false,
        reason: "on a developer's machine",
    },
    BuiltIn {
        name: "test",
        words: &["test", "tests", "testing", "ci", "e2e"],
        deployed: false,
        reason: "for a test run; never complete",
    },
    BuiltIn {
        name: "preview",
        words: &["preview"],
        deployed: true,
        reason: "a deployment of a branch (Vercel, Netlify, Render); beside staging, not the same",
    },
    BuiltIn {
        name: "qa",
        words: &["qa"],
        deployed: true,
        reason: "kept apart from staging: a repository may have both",
    },
    BuiltIn {
        name: "uat",
        words: &["uat"],
        deployed: true,
        reason: "kept apart from staging: a repository may have both",
    },
    BuiltIn {
        name: "staging",
        words: &["staging", "stg", "stage"],
        deployed: true,
        reason: "the rehearsal of production",
    },
    BuiltIn {
        name: "preproduction",
        words: &["preproduction", "preprod"],
        deployed: true,
        reason: "kept apart from staging: a repository may have both",
    },
    BuiltIn {
        name: "production",
        words: &["production", "prod", "prd", "live"],
        deployed: true,
        reason: "for the users",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_a_canonical_name() {
        for (word, name) in [
            ("dev", "development"),
            ("LOCAL", "development"),
            ("Stg", "staging"),
            ("ci", "test"),
            ("live", "production"),
            ("preprod", "preproduction"),
            ("uat", "uat"),
        ] {
            assert_eq!(environment_of(word), Some(name), "{word}");
        }
    }

    #[test]
    fn other_words_mean_no_environment() {
        for word in ["", "docker", "example", "devops", "production2", "sandbox", "client"] {
            assert_eq!(environment_of(word), None, "{word}");
        }
    }

    #[test]
    fn only_some_are_deployed() {
        assert!(is_deployed("production") && is_deployed("preview") && is_deployed("canary"));
        assert!(!is_deployed("test") && !is_deployed("development"));
    }

    #[test]
    fn no_word_means_two_environments() {
        let words: Vec<_> = ENVIRONMENTS.iter().flat_map(|built_in| built_in.words).collect();
        let unique: std::collections::BTreeSet<_> = words.iter().collect();
        assert_eq!(words.len(), unique.len());
        assert!(ENVIRONMENTS.iter().all(|built_in| built_in.words.contains(&built_in.name)));
    }
}
