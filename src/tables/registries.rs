//! Registries of images: which are somebody's own, and which accounts of theirs everybody uses.

/// A registry, by how its host ends.
struct Registry {
    host: &'static str,
    #[expect(dead_code, reason = "for whoever reads or extends the table")]
    reason: &'static str,
}

const fn registry(host: &'static str, reason: &'static str) -> Registry {
    Registry { host, reason }
}

/// Registries in which each project keeps its own images.
static OWN: &[Registry] = &[
    registry("gcr.io", "Container Registry: one of each project of Google Cloud, by region too"),
    registry("-docker.pkg.dev", "Artifact Registry"),
    registry(".amazonaws.com", "Elastic Container Registry of an account"),
    registry(".azurecr.io", "Azure Container Registry"),
    registry("registry.gitlab.com", "the images of a project on GitLab"),
    registry("registry.digitalocean.com", "DigitalOcean"),
    registry("registry.fly.io", "Fly"),
    registry(".ocir.io", "Oracle Cloud"),
    registry("localhost", "a registry of the machine"),
];

/// Accounts of those registries whose images are for everybody.
const PUBLIC: &[&str] = &[
    "buildpacks",
    "cloud-builders",
    "cloud-sql-connectors",
    "cloudrun",
    "cloudsql-docker",
    "distroless",
    "endpoints-release",
    "gke-release",
    "google-containers",
    "google-samples",
    "google.com",
    "google_containers",
    "kaniko-project",
    "knative-releases",
    "kubebuilder",
    "ml-pipeline",
    "stackdriver-agents",
];

/// Whether an image lies in a registry in which only its own project puts images. Without a registry, nobody knows.
pub fn is_own(image: &str) -> bool {
    let Some((host, path)) = image.split_once('/') else { return false };
    let host = host.split(':').next().unwrap_or(host);
    let is_known = OWN.iter().any(|registry| host.ends_with(registry.host));
    is_known && !path.split('/').any(|account| PUBLIC.contains(&account))
}

/// Whether an image only stands for one that a deploy puts in: Cloud Run's sample.
pub fn is_stand_in(image: &str) -> bool {
    image.contains("/cloudrun/hello")
        || image.contains("/cloudrun/container/")
        || image.contains("/cloudrun/placeholder")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_images_are_told_from_those_for_everybody() {
        for image in [
            "gcr.io/shop/api:1",
            "eu.gcr.io/shop/api",
            "europe-west1-docker.pkg.dev/shop/images/api@sha256:0",
            "1.dkr.ecr.eu-west-1.amazonaws.com/api",
            "localhost:5000/api",
        ] {
            assert!(is_own(image), "{image}");
        }
        for image in ["api", "acme/api", "ghcr.io/acme/api", "gcr.io/cloudsql-docker/gce-proxy:1", "quay.io/x/y"] {
            assert!(!is_own(image), "{image}");
        }
        assert!(is_stand_in("us-docker.pkg.dev/cloudrun/container/hello"));
    }
}
