//! The environments that a repository knows: the built-in table and those of its config.

use crate::config::{Config, EnvironmentEntry};
use crate::name::Environment;
use crate::source::SourcePath;
use crate::tables::environments;

/// Words to environments, and what is known of each.
#[derive(Clone, Debug, Default)]
pub struct Environments {
    entries: Vec<EnvironmentEntry>,
}

impl Environments {
    /// The built-in table with the config's additions.
    pub fn new(config: &Config) -> Self {
        Self { entries: config.environments.clone() }
    }

    /// The environment that a word means, if it means one; the config's words go first.
    pub fn of_word(&self, word: &str) -> Option<Environment> {
        let word = word.to_ascii_lowercase();
        let own = self.entries.iter().find(|entry| {
            let words = entry.words.iter().chain(&entry.id).chain([&entry.name]);
            words.into_iter().any(|known| known.eq_ignore_ascii_case(&word))
        });
        let name = own.map(|entry| entry.name.as_str()).or_else(|| environments::environment_of(&word))?;
        Some(Environment::new(name))
    }

    /// The environment that a word of the folders of a file names, nearest first, below its app's own folder.
    pub fn of_folders(&self, path: &SourcePath, home: &SourcePath) -> Option<Environment> {
        path.folders()
            .take_while(|folder| folder != home && !folder.as_str().is_empty())
            .find_map(|folder| folder.name().split(['-', '_', '.']).find_map(|token| self.of_word(token)))
    }

    /// What `{environment}` in names expands to.
    pub fn id<'a>(&'a self, environment: &'a Environment) -> &'a str {
        self.entry(environment).and_then(|entry| entry.id.as_deref()).unwrap_or(environment.as_str())
    }

    /// The names by which a schema may speak of an environment: its own, its words, and what it is like.
    pub fn names<'a>(&'a self, environment: &'a Environment) -> Vec<&'a str> {
        let mut names = vec![environment.as_str()];
        if let Some(entry) = self.entry(environment) {
            names.extend(entry.words.iter().map(String::as_str));
            names.extend(entry.id.as_deref());
            names.extend(entry.like.as_deref());
        }
        // A built-in word that the config gives to another environment is that one's.
        let built_in = environments::ENVIRONMENTS.iter().filter(|built_in| names.contains(&built_in.name));
        let words: Vec<&str> = built_in
            .flat_map(|built_in| built_in.words)
            .copied()
            .filter(|word| !names.contains(word) && self.of_word(word).is_some_and(|of| names.contains(&of.as_str())))
            .collect();
        names.extend(words);
        names
    }

    /// Whether a list of words, as schemas write them, holds an environment.
    pub fn is_among(&self, environment: &Environment, words: &[String]) -> bool {
        let names = self.names(environment);
        words.iter().any(|word| {
            names.contains(&word.as_str()) || self.of_word(word).is_some_and(|of| names.contains(&of.as_str()))
        })
    }

    /// Whether users meet it: everything but development and test, and what is like them.
    pub fn is_deployed(&self, environment: &Environment) -> bool {
        environments::is_deployed(self.kind(environment))
    }

    /// Whether it is for test runs, or like one that is: never complete, never deployed.
    pub fn is_test(&self, environment: &Environment) -> bool {
        self.kind(environment) == "test"
    }

    fn kind<'a>(&'a self, environment: &'a Environment) -> &'a str {
        self.entry(environment).and_then(|entry| entry.like.as_deref()).unwrap_or(environment.as_str())
    }

    /// The environments that the config names.
    pub fn configured(&self) -> impl Iterator<Item = Environment> {
        self.entries.iter().map(|entry| Environment::new(&entry.name))
    }

    /// Every environment that has a name: the built-in ones and the config's.
    pub fn all(&self) -> Vec<Environment> {
        let mut all: Vec<_> = environments::ENVIRONMENTS.iter().map(|entry| Environment::new(entry.name)).collect();
        all.extend(self.configured());
        all.sort();
        all.dedup();
        all
    }

    fn entry(&self, environment: &Environment) -> Option<&EnvironmentEntry> {
        self.entries.iter().find(|entry| entry.name == environment.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(entries: &[(&str, &[&str], Option<&str>)]) -> Environments {
        let entries = entries.iter().map(|(name, words, like)| EnvironmentEntry {
            name: (*name).to_owned(),
            words: words.iter().map(ToString::to_string).collect(),
            like: like.map(ToOwned::to_owned),
            ..EnvironmentEntry::default()
        });
        Environments { entries: entries.collect() }
    }

    #[test]
    fn a_schema_may_use_any_word_for_an_environment() {
        let environments = known(&[("qa", &["quality"], Some("staging"))]);
        let is =
            |environment: &str, word: &str| environments.is_among(&Environment::new(environment), &[word.to_owned()]);
        assert!(is("production", "prod") && is("production", "production") && is("qa", "quality") && is("qa", "stg"));
        assert!(!is("production", "staging") && !is("staging", "qa") && !is("production", "nonsense"));
        assert!(environments.names(&Environment::new("production")).contains(&"prod"));
    }

    #[test]
    fn words_of_the_config_are_known_in_any_case() {
        let environments = known(&[("QA", &["Quality"], None)]);
        for word in ["QA", "qa", "quality", "Quality"] {
            assert_eq!(environments.of_word(word), Some(Environment::new("QA")), "{word}");
        }
    }

    #[test]
    fn a_word_that_the_config_gives_away_is_no_built_in_one() {
        let environments = known(&[("canary", &["live"], None)]);
        assert!(!environments.names(&Environment::new("production")).contains(&"live"));
        assert!(environments.names(&Environment::new("canary")).contains(&"live"));
    }
}
