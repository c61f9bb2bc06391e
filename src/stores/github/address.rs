//! Whose secrets are meant: `OWNER/REPO`, or with `@ENVIRONMENT` those of one of its environments.

use super::super::StoreError;
use super::super::http::escape;
use crate::name::SecretName;
use crate::source::visible;

/// A repository, or one of its environments.
pub(super) struct Home {
    owner: String,
    repository: String,
    environment: Option<String>,
}

impl Home {
    pub(super) fn read(text: &str) -> Result<Self, StoreError> {
        let wrong = || {
            let shown = visible(text);
            StoreError::Misconfigured(format!("`{shown}` is no repository: `OWNER/REPO` or `OWNER/REPO@ENVIRONMENT`"))
        };
        let (whole, environment) = text.split_once('@').map_or((text, None), |(whole, of)| (whole, Some(of)));
        let (owner, repository) = whole.split_once('/').ok_or_else(wrong)?;
        let is_word = |text: &str, most: usize, more: &[u8]| {
            (1..=most).contains(&text.len())
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || more.contains(&byte))
        };
        let is_dots = repository.bytes().all(|byte| byte == b'.');
        let is_environment = |text: &str| (1..=255).contains(&text.len()) && !text.chars().any(char::is_control);
        if !is_word(owner, 39, b"_")
            || !is_word(repository, 100, b"._")
            || is_dots
            || !environment.is_none_or(is_environment)
        {
            return Err(wrong());
        }
        let environment = environment.map(str::to_owned);
        Ok(Self { owner: owner.to_owned(), repository: repository.to_owned(), environment })
    }

    /// The path of its secrets on the server.
    pub(super) fn path(&self) -> String {
        let repository = format!("/repos/{}/{}", self.owner, self.repository);
        match &self.environment {
            Some(environment) => format!("{repository}/environments/{}/secrets", escape(environment)),
            None => format!("{repository}/actions/secrets"),
        }
    }

    /// As a person writes it.
    pub(super) fn name(&self) -> String {
        let end = self.environment.as_ref().map_or(String::new(), |environment| format!("@{}", visible(environment)));
        format!("{}/{}{end}", self.owner, self.repository)
    }

    /// The permission of a fine-grained token that is about its secrets.
    pub(super) fn permission(&self) -> &'static str {
        if self.environment.is_some() { "Environments" } else { "Secrets" }
    }
}

/// Why a name is none that GitHub keeps as it is.
pub(super) fn fault(name: &SecretName) -> Option<&'static str> {
    let text = name.as_str();
    let fits = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    if !(1..=255).contains(&text.len())
        || !text.bytes().all(fits)
        || text.starts_with(|first: char| first.is_ascii_digit())
    {
        // Of small letters GitHub makes capitals, and lists the secret under another name than it was given.
        return Some("a name has capital letters, digits and `_`, and no digit at its start");
    }
    text.starts_with("GITHUB_").then_some("names that begin with `GITHUB_` are GitHub's own")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_repository_and_perhaps_an_environment() {
        for (text, path) in [
            ("o/r", "/repos/o/r/actions/secrets"),
            ("my-org/my.repo_1@production", "/repos/my-org/my.repo_1/environments/production/secrets"),
            ("o/r@a b/c?\u{e9}", "/repos/o/r/environments/a%20b%2Fc%3F%C3%A9/secrets"),
            ("o/r@x@y", "/repos/o/r/environments/x%40y/secrets"),
        ] {
            assert_eq!(Home::read(text).unwrap().path(), path);
        }
        for text in [
            "", "o", "o/", "/r", "o/r/x", "o/..", "o/.", "o/r@", "o r/x", "o/r?x", "o/r#x", "o/%2e", "o/r@a\nb",
            "\u{e9}/r",
        ] {
            assert!(Home::read(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_name_is_one_that_github_keeps_as_it_is() {
        for name in ["A", "_A1", "DATABASE_URL", "MY_GITHUB_TOKEN"] {
            assert_eq!(fault(&SecretName::new(name)), None, "{name}");
        }
        for name in ["", "a", "Api_Key", "1A", "A-B", "A/B", "GITHUB_TOKEN", "GITHUB_", "\u{c9}", "A\n"] {
            assert!(fault(&SecretName::new(name)).is_some(), "{name:?}");
        }
    }
}
