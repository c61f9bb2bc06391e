//! Third-party images with the names that are theirs: a service of one is nobody's app.
//! Which images are the repository's own is for the caller to see first: any registry and owner matches here.

mod table;

use std::sync::LazyLock;

use self::table::IMAGES;
use super::{Index, any};

/// A family of third-party images.
#[derive(Debug)]
pub struct ThirdPartyImage {
    /// Globs of the last path segment, or of `owner/segment` where the segment alone says too little.
    pub images: &'static [&'static str],
    /// Globs of the names that they read; `*` alone is all names.
    pub names: &'static [&'static str],
    /// Whether it is a bare system or language: a helper if it mounts no source of an app, else that app's
    /// development service.
    pub helper: bool,
    /// What they are.
    pub reason: &'static str,
}

impl ThirdPartyImage {
    /// Whether a name is one of the image's.
    pub fn reads(&self, name: &str) -> bool {
        any(self.names, name)
    }
}

/// The family of an image: by its last path segment, without tag and digest, of any registry.
pub fn third_party(image: &str) -> Option<&'static ThirdPartyImage> {
    static INDEX: LazyLock<Index<ThirdPartyImage>> = LazyLock::new(|| Index::new(IMAGES, |row| row.images));
    let (account, segment) = segments(image);
    if segment.is_empty() {
        return None;
    }
    let segment = segment.to_ascii_lowercase();
    let pair = account.map(|account| format!("{}/{segment}", account.to_ascii_lowercase()));
    pair.and_then(|pair| INDEX.find(&pair, |_| true)).or_else(|| INDEX.find(&segment, |_| true))
}

/// Whether a name is read by some known third-party image.
pub fn read_by_an_image(name: &str) -> Option<&'static ThirdPartyImage> {
    static INDEX: LazyLock<Index<ThirdPartyImage>> = LazyLock::new(|| Index::new(IMAGES, |row| row.names));
    INDEX.find(name, |row| !row.names.contains(&"*"))
}

/// The last two path segments; what a variable gives (`${TAG}`) is left out where it is the tag.
fn segments(image: &str) -> (Option<&str>, &str) {
    let mut depth = 0usize;
    let mut start = 0;
    let mut before = None;
    let mut end = image.len();
    for (at, byte) in image.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b'/' if depth == 0 => {
                before = image.get(start..at);
                start = at + 1;
                end = image.len();
            }
            b':' | b'@' | b'$' if depth == 0 && end == image.len() => end = at,
            _ => {}
        }
    }
    (before, image.get(start..end).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_family_has_its_images_once_and_a_reason() {
        let mut known = std::collections::BTreeSet::new();
        for family in IMAGES {
            assert!(!family.images.is_empty() && family.reason.len() > 3, "{family:?}");
            assert!(family.helper || !family.names.is_empty(), "{family:?}");
            for image in family.images {
                assert!(known.insert(*image), "{image} stands in the table twice");
            }
        }
    }

    #[test]
    fn an_image_is_known_with_any_registry_tag_and_digest() {
        for image in [
            "postgres",
            "postgres:16-alpine",
            "docker.io/library/postgres:16",
            "bitnamilegacy/postgresql",
            "localhost:5000/postgres",
            "registry:5000/x/postgres@sha256:0000",
            "postgres:${PG_VERSION:-16}",
            "postgres${SUFFIX}",
            "${REGISTRY:-docker.io/library}/postgres:16",
            "public.ecr.aws/docker/library/Postgres",
        ] {
            assert!(third_party(image).is_some_and(|found| found.reads("POSTGRES_PASSWORD")), "{image}");
        }
    }

    #[test]
    fn an_image_of_an_app_is_not_known() {
        for image in [
            "",
            ":",
            "/",
            "${IMAGE}",
            "acme/api",
            "ghcr.io/acme/server:1",
            "acme/postgres-backup",
            "acme/nats2",
            "acme/ui",
            "acme/trigger-worker",
            "ghcr.io/acme/worker",
            "acme/studio",
        ] {
            assert!(third_party(image).is_none(), "{image}");
        }
    }

    #[test]
    fn a_plain_segment_counts_with_its_owner() {
        assert!(third_party("temporalio/server:1.2").is_some_and(|found| found.reads("TEMPORAL_ADDRESS")));
        assert!(third_party("ghcr.io/goauthentik/server").is_some_and(|found| found.reads("AUTHENTIK_SECRET_KEY")));
        assert!(third_party("supabase/studio").is_some_and(|found| found.reads("ANYTHING")));
    }

    #[test]
    fn a_bare_language_is_a_helper() {
        assert!(third_party("node:22").is_some_and(|found| found.helper && !found.reads("DATABASE_URL")));
        assert!(third_party("redis:7").is_some_and(|found| !found.helper));
    }

    #[test]
    fn a_name_tells_the_image_that_reads_it() {
        assert!(read_by_an_image("POSTGRES_PASSWORD").is_some());
        assert!(read_by_an_image("KC_DB_URL").is_some());
        assert!(read_by_an_image("STRIPE_SECRET_KEY").is_none());
    }
}
