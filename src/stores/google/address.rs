//! Which project, and which part of it: `PROJECT`, `PROJECT/LOCATION`, `PROJECT?replicas=LOCATION,LOCATION`.

use super::super::StoreError;
use super::super::http::{Endpoint, escape};
use crate::name::SecretName;
use crate::source::visible;

/// Where the secrets stand that are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parent {
    /// The project's id or number.
    pub(super) project: String,
    /// The location, where it is not the global service.
    pub(super) location: Option<String>,
    /// The locations that a new secret is kept in; none: Google chooses.
    pub(super) replicas: Vec<String>,
}

impl Parent {
    /// Reads an address.
    pub(super) fn new(text: &str) -> Result<Self, StoreError> {
        let wrong = |why: &str| {
            let text = visible(text);
            Err(StoreError::Misconfigured(format!("`google:{text}` names no project: {why}")))
        };
        let (place, option) = text.split_once('?').map_or((text, None), |(place, option)| (place, Some(option)));
        let (project, location) =
            place.split_once('/').map_or((place, None), |(project, location)| (project, Some(location)));
        if !is_project(project) {
            return wrong("an id has lower-case letters, digits and `-`");
        }
        if location.is_some_and(|location| !is_location(location)) {
            return wrong("behind `/` stands a location such as `europe-west1`");
        }
        let replicas: Vec<String> = match option.map(|option| option.strip_prefix("replicas=")) {
            None => Vec::new(),
            Some(Some(list)) => list.split(',').map(str::to_owned).collect(),
            Some(None) => return wrong("behind `?` stands `replicas=` and locations"),
        };
        if !replicas.iter().all(|replica| is_location(replica)) {
            return wrong("behind `?replicas=` stand locations such as `europe-west1,us-central1`");
        }
        if location.is_some() && !replicas.is_empty() {
            return wrong("what is kept in one location has no replicas");
        }
        Ok(Self { project: project.to_owned(), location: location.map(str::to_owned), replicas })
    }

    /// The server of Google's that keeps it.
    pub(super) fn endpoint(&self) -> Result<Endpoint, StoreError> {
        match &self.location {
            None => Endpoint::new("https://secretmanager.googleapis.com"),
            Some(location) => Endpoint::new(&format!("https://secretmanager.{location}.rep.googleapis.com")),
        }
    }

    /// Its name, as a person reads it: `projects/P/locations/L`.
    pub(super) fn name(&self) -> String {
        let location = self.location.as_ref().map(|location| format!("/locations/{location}")).unwrap_or_default();
        format!("projects/{}{location}", self.project)
    }

    /// Its path on the server.
    pub(super) fn path(&self) -> String {
        let location = self.location.as_ref().map(|location| format!("/locations/{location}")).unwrap_or_default();
        format!("/v1/projects/{}{location}", escape(&self.project))
    }

    /// What it takes to name it on the command line of gcloud.
    pub(super) fn flags(&self) -> String {
        let location = self.location.as_ref().map(|location| format!(" --location={location}")).unwrap_or_default();
        format!("--project={}{location}", self.project)
    }
}

/// Whether this can be a project's id, with a domain before it or not, or its number.
pub(super) fn is_project(text: &str) -> bool {
    let (domain, id) = text.split_once(':').map_or((None, text), |(domain, id)| (Some(domain), id));
    let is_word = |word: &str| {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        !word.is_empty() && word.bytes().all(fits) && !word.starts_with('-') && !word.ends_with('-')
    };
    id.len() <= 30 && is_word(id) && domain.is_none_or(|domain| domain.len() <= 253 && domain.split('.').all(is_word))
}

fn is_location(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    text.len() <= 40
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        // They all end with a number: `europe-west1`. The id of a project, taken for one, would name a host.
        && text.ends_with(|last: char| last.is_ascii_digit())
        && text.contains('-')
        && text.bytes().all(fits)
}

/// Fails unless this can be the id of a secret. Only such ids stand in an address.
pub(super) fn check_secret(name: &SecretName) -> Result<(), StoreError> {
    let text = name.as_str();
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if (1..=255).contains(&text.len()) && text.bytes().all(fits) {
        return Ok(());
    }
    let reason = "an id has letters, digits, `-` and `_`, 255 at most".to_owned();
    let shown: String = text.chars().take(80).collect();
    Err(StoreError::Refused { what: format!("`{}` as the name of a secret", visible(&shown)), reason })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_project_and_perhaps_a_part_of_it() {
        let parent = Parent::new("argos-434718").unwrap();
        assert_eq!(
            (parent.name(), parent.path()),
            ("projects/argos-434718".into(), "/v1/projects/argos-434718".into())
        );
        assert_eq!(parent.endpoint().unwrap().as_str(), "https://secretmanager.googleapis.com");
        let parent = Parent::new("argos-434718/europe-west1").unwrap();
        assert_eq!(parent.path(), "/v1/projects/argos-434718/locations/europe-west1");
        assert_eq!(parent.endpoint().unwrap().as_str(), "https://secretmanager.europe-west1.rep.googleapis.com");
        assert_eq!(parent.flags(), "--project=argos-434718 --location=europe-west1");
        assert_eq!(Parent::new("123456789012?replicas=europe-west1,us-central1").unwrap().replicas.len(), 2);
        assert_eq!(Parent::new("example.com:argos").unwrap().path(), "/v1/projects/example.com%3Aargos");
    }

    #[test]
    fn what_is_no_project_stands_in_no_address() {
        for text in [
            "",
            "Argos",
            "argos/",
            "argos/europe-west1/x",
            "argos/evil.example.com#",
            "argos/../../v2",
            "../argos",
            "argos%2f",
            "argos\r\nHost: x",
            "-argos",
            "argos-",
            "argos?",
            "argos?replicas=",
            "argos?replicas=a,,b",
            "argos?labels=a",
            "argos/europe-west1?replicas=us-central1",
            "@evil.example.com",
            "a:b:c",
            ".com:b",
            "a-project-whose-id-is-too-long-to-be-one",
            "\u{430}rgos",
        ] {
            let error = Parent::new(text).expect_err(text);
            assert!(matches!(error, StoreError::Misconfigured(_)));
            assert!(!error.to_string().contains(char::is_control), "{error}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_address_leads_to_another_server(text in "[a-z0-9:./?#@%=,\\\\ -]{0,40}|\\PC{0,20}") {
            if let Ok(parent) = Parent::new(&text) {
                let url: ureq::http::Uri = parent.endpoint().unwrap().url(&parent.path()).parse().unwrap();
                assert!(url.host().unwrap().ends_with(".googleapis.com") && url.query().is_none());
                assert!(url.path().starts_with("/v1/projects/") && !url.path().contains(".."));
                assert!(url.path().split('/').all(|part| part != "." && part != ".."));
            }
        }
    }

    #[test]
    fn what_is_no_id_of_a_secret_is_refused_and_shown_safely() {
        for id in ["a", "API_KEY-1", &"x".repeat(255)] {
            assert_eq!(check_secret(&SecretName::new(id)), Ok(()));
        }
        for id in ["", "a/b", "a:access", "a.b", "a b", "../x", "\u{e9}", "a\u{202e}b", "a\nb", &"x".repeat(256)] {
            let error = check_secret(&SecretName::new(id)).expect_err(id);
            assert!(
                !error.is_of_the_store() && error.to_string().chars().all(|sign| visible(&sign.to_string()).len() <= 4)
            );
        }
    }
}
