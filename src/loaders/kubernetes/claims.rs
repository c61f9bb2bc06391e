//! Which files may hold manifests, and, from a glance at the text, which do. Any YAML file may, so names say little.

use memchr::memmem;

use crate::fact::Role;
use crate::loaders::Claim;
use crate::source::SourcePath;

/// Names of folders that hold manifests.
const FOLDERS: &[&str] = &[
    "argocd",
    "base",
    "bases",
    "chart",
    "charts",
    "cloudrun",
    "cluster",
    "clusters",
    "components",
    "deploy",
    "deployment",
    "deployments",
    "gitops",
    "helm",
    "infra",
    "infrastructure",
    "jobs",
    "k8",
    "k8s",
    "kube",
    "kubernetes",
    "kustomize",
    "manifest",
    "manifests",
    "overlay",
    "overlays",
];

/// Words of folders that say so wherever they stand: `k8s-prod`, `cloud-run`.
const FOLDER_WORDS: &[&str] = &["cloudrun", "k8s", "kubernetes", "kustomize", "manifests", "run"];

/// Words of files: `service.yaml`, `api-deployment.yaml`, `service.staging.yaml`.
const FILES: &[&str] = &[
    "cloudrun",
    "configmap",
    "cronjob",
    "daemonset",
    "deployment",
    "externalsecret",
    "job",
    "k8s",
    "kubernetes",
    "kustomization",
    "manifest",
    "run",
    "secret",
    "secrets",
    "service",
    "statefulset",
];

/// The kinds of resources that anything is read of.
const KINDS: &[&str] = &[
    "ClusterSecretStore",
    "ConfigMap",
    "CronJob",
    "DaemonSet",
    "Deployment",
    "DeploymentConfig",
    "ExternalSecret",
    "Job",
    "List",
    "Pod",
    "ReplicaSet",
    "ReplicationController",
    "Rollout",
    "SealedSecret",
    "Secret",
    "SecretProviderClass",
    "SecretStore",
    "Service",
    "StatefulSet",
    "WorkerPool",
];

pub(super) fn claims(path: &SourcePath) -> Option<Claim> {
    let name = path.name();
    if name == "Kustomization" {
        return Some(Claim::new(Role::Deploy));
    }
    let stem = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml"))?;
    let is_workflow = || path.as_str().starts_with(".github/") || path.as_str().contains("/.github/");
    let fits =
        stem.split(['.', '-', '_']).any(|word| is_among(FILES, word)) || path.folders().any(|folder| holds(&folder));
    (fits && !is_workflow()).then(|| Claim::new(Role::Deploy))
}

fn holds(folder: &SourcePath) -> bool {
    let name = folder.name();
    is_among(FOLDERS, name) || name.split(['-', '_', '.']).any(|word| is_among(FOLDER_WORDS, word))
}

fn is_among(list: &[&str], word: &str) -> bool {
    list.iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// Whether a file is what `kustomize` looks for in a folder.
pub(super) fn is_kustomization(name: &str) -> bool {
    NAMES.contains(&name)
}

/// The names that `kustomize` looks for.
pub(super) const NAMES: &[&str] = &["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// Whether a text holds resources of a kind that is read.
pub(super) fn is_manifest(text: &str) -> bool {
    let bytes = text.as_bytes();
    memmem::find(bytes, b"apiVersion").is_some()
        && memmem::find_iter(bytes, b"kind").any(|at| {
            let rest = text.get(at + "kind".len()..).unwrap_or_default();
            let rest = rest.trim_start_matches(['"', '\'']).trim_start_matches([' ', '\t']).strip_prefix(':');
            let rest = rest.map(|rest| rest.trim_start_matches([' ', '\t', '"', '\'']));
            let end = |rest: &str| rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
            rest.is_some_and(|rest| rest.get(..end(rest)).is_some_and(|kind| KINDS.contains(&kind)))
        })
}

/// Whether a text may be a list of operations of a patch (RFC 6902).
pub(super) fn is_patch(text: &str) -> bool {
    let mut lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
    let first = lines.find(|line| !line.is_empty() && !line.starts_with('#') && *line != "---");
    first.is_some_and(|line| line.starts_with(['-', '[']))
        && memmem::find(text.as_bytes(), b"op").is_some()
        && memmem::find(text.as_bytes(), b"path").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifests_are_looked_for_where_their_names_say_so() {
        for path in [
            "k8s/api.yaml",
            "deploy/prod/x.yml",
            "service.yaml",
            "api.service.yml",
            "apps/api/deployment.staging.yaml",
            "overlays/prod/kustomization.yaml",
            "x/Kustomization",
            "cloud-run/api.yaml",
            "charts/api/templates/deployment.yaml",
        ] {
            assert!(claims(&SourcePath::new(path)).is_some(), "{path}");
        }
        for path in [
            "config.yaml",
            "k8s/api.json",
            "src/services/api.yaml",
            ".github/workflows/service.yml",
            "mkdocs.yml",
            "deploy/readme.md",
            "a/b/c.yaml",
        ] {
            assert!(claims(&SourcePath::new(path)).is_none(), "{path}");
        }
    }

    #[test]
    fn a_glance_tells_manifests_from_other_files() {
        assert!(is_manifest("apiVersion: v1\nkind: ConfigMap\n"));
        assert!(is_manifest("\"kind\" : \"Pod\"\n\"apiVersion\": \"v1\"\n"));
        for text in [
            "",
            "kind: Pod",
            "apiVersion: v1\nkind: Ingress\n",
            "apiVersion: v1\nkind: PodDisruptionBudget\n",
            "apiVersion: v1\nkind: PodMonitor\nkindof: Pod\n",
            "apiVersion: v1\nkind",
        ] {
            assert!(!is_manifest(text), "{text}");
        }
    }
}
