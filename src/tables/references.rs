//! Values that are no values: references into a store, and what a tool has encrypted.

use crate::value::{Question, Value};

/// A form of reference, by how it begins.
struct Form {
    begin: &'static str,
    #[cfg_attr(not(test), expect(dead_code, reason = "for whoever reads or extends the table"))]
    reason: &'static str,
}

const FORMS: &[Form] = &[
    form("op://", "1Password"),
    form("bw://", "Bitwarden"),
    form("vault:", "Vault, by its injectors"),
    form("sm://", "Secret Manager, by Spring and others"),
    form("projects/", "Secret Manager's own names"),
    form("gcp://", "Google Cloud, by secret loaders"),
    form("arn:aws:", "an AWS resource"),
    form("awssm://", "AWS Secrets Manager"),
    form("kms:", "encrypted by a key service"),
    form("doppler://", "Doppler"),
    form("infisical://", "Infisical"),
    form("/run/secrets/", "a mounted secret"),
    form("enc:", "encrypted"),
    form("ENC[", "encrypted by sops"),
    form("encrypted:", "encrypted by dotenvx"),
];

const fn form(begin: &'static str, reason: &'static str) -> Form {
    Form { begin, reason }
}

/// Whether a value points to where the real one is kept, instead of being it.
pub fn points_elsewhere(value: &Value) -> bool {
    value.ask(Question::PointsElsewhere, |text| {
        let first = text.as_bytes().first();
        FORMS.iter().any(|form| form.begin.as_bytes().first() == first && text.starts_with(form.begin))
    })
}

#[cfg(test)]
mod tests {
    use super::{FORMS, Value, points_elsewhere};

    #[test]
    fn no_form_begins_with_another_one() {
        for form in FORMS {
            let others = FORMS.iter().filter(|other| form.begin.starts_with(other.begin));
            assert_eq!(others.count(), 1, "{}", form.begin);
            assert!(form.reason.len() > 3);
        }
    }

    #[test]
    fn references_are_told_from_values() {
        for text in ["op://production/auth", "projects/1/secrets/x/versions/2", "encrypted:BDqDBi"] {
            assert!(points_elsewhere(&Value::new(text)), "{text}");
        }
        for text in ["hunter2", "https://example.com", "ops", "project-x"] {
            assert!(!points_elsewhere(&Value::new(text)), "{text}");
        }
    }
}
