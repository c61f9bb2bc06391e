//! Secrets that an app makes up for itself, by the frameworks that read them: what a value of them looks like.

use super::Dependencies;

/// Secrets of one framework.
#[derive(Debug)]
pub struct MadeSecret {
    /// The names.
    pub names: &'static [&'static str],
    /// The packages one of which must be a dependency; empty: the name says enough.
    pub packages: &'static [&'static str],
    /// How a value is made.
    pub kind: &'static str,
    /// What reads it.
    pub reason: &'static str,
}

static MADE_SECRETS: &[MadeSecret] = &[
    MadeSecret {
        names: &["SECRET_KEY", "DJANGO_SECRET_KEY"],
        packages: &["django"],
        kind: "django",
        reason: "Django signs with it",
    },
    MadeSecret {
        names: &["APP_KEY"],
        packages: &["laravel/framework"],
        kind: "laravel",
        reason: "Laravel encrypts with it",
    },
    MadeSecret {
        names: &["SECRET_KEY_BASE"],
        packages: &["rails", "phoenix"],
        kind: "hex:64",
        reason: "Rails and Phoenix derive keys from it",
    },
    MadeSecret {
        names: &["BETTER_AUTH_SECRET", "NEXTAUTH_SECRET", "AUTH_SECRET"],
        packages: &[],
        kind: "base64:32",
        reason: "Better Auth and Auth.js sign sessions with it",
    },
];

/// What an app with these dependencies makes up under a name.
pub fn find(name: &str, dependencies: &Dependencies) -> Option<&'static MadeSecret> {
    let fits = |row: &&MadeSecret| row.packages.is_empty() || dependencies.has_any(row.packages);
    MADE_SECRETS.iter().filter(|row| row.names.contains(&name)).find(fits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Kind;

    #[test]
    fn every_kind_can_be_made() {
        for row in MADE_SECRETS {
            assert!(Kind::parse(row.kind).is_ok(), "{}", row.kind);
        }
    }

    #[test]
    fn a_common_name_needs_its_framework() {
        let django: Dependencies = ["django"].into_iter().collect();
        assert!(find("SECRET_KEY", &django).is_some() && find("SECRET_KEY", &Dependencies::unknown()).is_none());
        assert!(find("AUTH_SECRET", &Dependencies::unknown()).is_some());
    }
}
