//! Modules that are fetched from elsewhere and well known: which of their inputs are what a container is given.
//!
//! Read in their own `variables.tf` and `main.tf`. A module that is not listed, and a version that nobody has read, is
//! unknown: it runs what it runs, and nothing is said of that.

use std::ops::RangeInclusive;

use super::parts::At;
use crate::fact::TargetKind;
use crate::syntax::hcl::{Block, Expression};
use crate::value::Value;

/// A module of the public registry.
struct Entry {
    /// `namespace/name/provider`, with the folder of a submodule.
    address: &'static str,
    /// The first numbers of the versions whose inputs are these.
    majors: RangeInclusive<u32>,
    shape: Shape,
}

/// How a module takes what its containers get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// `containers`: a list of objects with maps of variables and of secrets.
    CloudRunContainers,
    /// Lists of variables and of secrets, which look like the blocks that become of them.
    CloudRunLists(&'static Lists),
    /// A map of variables.
    Lambda,
    /// `container_definitions`: a map of objects with lists, as ECS has them.
    EcsService,
    /// The same in each of `services`.
    EcsServices,
    /// What ECS has, as the inputs themselves.
    EcsContainer,
    /// Inputs whose names say that they are variables, of a module that nobody has read: more may be added to them.
    Unread,
}

/// Inputs that are variables by their name, where they hold a map of them.
pub(super) const VARIABLES: &[&str] = &[
    "env",
    "envs",
    "env_vars",
    "env_variables",
    "environment",
    "environment_vars",
    "environment_variables",
    "container_env",
    "container_environment",
    "app_env",
    "app_environment",
    "extra_env",
    "extra_env_vars",
    "runtime_env",
];

/// Inputs that are variables with stored secrets by their name, where they hold a map of them.
pub(super) const SECRETS: &[&str] = &[
    "secrets",
    "secret_env",
    "secret_envs",
    "secret_env_vars",
    "secret_environment_variables",
    "secret_variables",
    "env_secrets",
    "env_secret_vars",
    "environment_secrets",
];

/// The names in a [`Shape::CloudRunLists`].
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Lists {
    pub(super) kind: TargetKind,
    pub(super) name: &'static str,
    pub(super) source: &'static str,
    pub(super) secret: &'static str,
    pub(super) version: &'static str,
}

/// The modules that are known.
const ENTRIES: &[Entry] = &[
    // Read at 0.10.0 and 0.17.0: it makes one service of the first API, and adds no variable to it.
    Entry {
        address: "GoogleCloudPlatform/cloud-run/google",
        majors: 0..=0,
        shape: Shape::CloudRunLists(&Lists {
            kind: TargetKind::CloudRunService,
            name: "service_name",
            source: "value_from",
            secret: "name",
            version: "key",
        }),
    },
    // Read at 0.17.0: it makes one job.
    Entry {
        address: "GoogleCloudPlatform/cloud-run/google//modules/job-exec",
        majors: 0..=0,
        shape: Shape::CloudRunLists(&Lists {
            kind: TargetKind::CloudRunJob,
            name: "name",
            source: "value_source",
            secret: "secret",
            version: "version",
        }),
    },
    // Read at 0.17.0 and later: it makes one service; the container that it may add beside those given is no app's.
    Entry {
        address: "GoogleCloudPlatform/cloud-run/google//modules/v2",
        majors: 0..=0,
        shape: Shape::CloudRunContainers,
    },
    // Read at 6.0.1: it hands each of its services on to the module below. Before 5 it made clusters only.
    Entry { address: "terraform-aws-modules/ecs/aws", majors: 5..=6, shape: Shape::EcsServices },
    // Read at 5.12.1 and 6.0.1: what it is given is the definition; nothing is added to its variables.
    Entry {
        address: "terraform-aws-modules/ecs/aws//modules/container-definition",
        majors: 5..=6,
        shape: Shape::EcsContainer,
    },
    // Read at 5.12.0 and 6.0.1: it makes a definition of each of its containers.
    Entry { address: "terraform-aws-modules/ecs/aws//modules/service", majors: 5..=6, shape: Shape::EcsService },
    // Read at 7.14.0, and alike since 1: it makes one function with these variables and no others.
    Entry { address: "terraform-aws-modules/lambda/aws", majors: 1..=8, shape: Shape::Lambda },
];

/// What a call of a module that is not of the repository takes, as far as that is known.
pub(super) fn shape(call: At<'_, Block>) -> Shape {
    read_shape(call).unwrap_or(Shape::Unread)
}

fn read_shape(call: At<'_, Block>) -> Option<Shape> {
    let text = |name: &str| call.item.body.get(name).and_then(Expression::as_text).map(Value::expose);
    let (address, reference) = address(text("source")?)?;
    let entry = ENTRIES.iter().find(|entry| entry.address.eq_ignore_ascii_case(&address))?;
    let version = match (reference, call.item.body.get("version")) {
        (Some(reference), _) => Some(reference),
        (None, Some(_)) => Some(text("version")?),
        // The newest one that there is.
        (None, None) => None,
    };
    let is_read = version.is_none_or(|version| major(version).is_some_and(|major| entry.majors.contains(&major)));
    is_read.then_some(entry.shape)
}

/// The address in the registry of where a module is fetched from, and the version that is named with it.
fn address(source: &str) -> Option<(String, Option<&str>)> {
    let (source, query) = source.split_once('?').map_or((source, None), |(source, query)| (source, Some(query)));
    let reference = query.and_then(|query| query.split('&').find_map(|pair| pair.strip_prefix("ref=")));
    let source = source.strip_prefix("git::").unwrap_or(source);
    let github = ["https://github.com/", "ssh://git@github.com/", "git@github.com:", "github.com/"];
    let Some(path) = github.iter().find_map(|host| source.strip_prefix(host)) else {
        let hosts = ["registry.terraform.io/", "registry.opentofu.org/"];
        let path = hosts.iter().find_map(|host| source.strip_prefix(host)).unwrap_or(source);
        return Some((path.to_owned(), reference));
    };
    let (repository, folder) = path.split_once("//").map_or((path, None), |(path, folder)| (path, Some(folder)));
    let (owner, name) = repository.trim_end_matches(".git").split_once('/')?;
    let (provider, name) = name.strip_prefix("terraform-")?.split_once('-')?;
    let folder = folder.map(|folder| format!("//{folder}")).unwrap_or_default();
    Some((format!("{owner}/{name}/{provider}{folder}"), reference))
}

/// The first number of a version, or of what is wanted of one: `~> 6.0`, `>= 5.1, < 6`, `v7.2.0`.
fn major(version: &str) -> Option<u32> {
    let digits = version.trim_start_matches(|c: char| !c.is_ascii_digit());
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    digits.get(..end)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourcePath;
    use crate::syntax::hcl::Hcl;

    fn of(body: &str) -> Option<Shape> {
        let hcl = Hcl::parse(&format!("module \"m\" {{\n{body}\n}}\n"));
        let path = SourcePath::new("main.tf");
        read_shape(At { path: &path, item: &hcl.body.blocks[0] })
    }

    #[test]
    fn a_module_is_known_by_all_its_addresses() {
        for source in [
            "terraform-aws-modules/lambda/aws",
            "registry.terraform.io/terraform-aws-modules/lambda/aws",
            "git::https://github.com/terraform-aws-modules/terraform-aws-lambda.git?ref=v7.2.0",
            "github.com/terraform-aws-modules/terraform-aws-lambda",
            "git::ssh://git@github.com/terraform-aws-modules/terraform-aws-lambda?depth=1&ref=v1.0.0",
        ] {
            assert_eq!(of(&format!("source = \"{source}\"")), Some(Shape::Lambda), "{source}");
        }
        let service = "git@github.com:terraform-aws-modules/terraform-aws-ecs.git//modules/service?ref=v5.0.0";
        assert_eq!(of(&format!("source = \"{service}\"")), Some(Shape::EcsService));
    }

    #[test]
    fn what_nobody_has_read_is_unknown() {
        for body in [
            "source = \"terraform-aws-modules/lambda/aws\"\nversion = \"~> 9.0\"",
            "source = \"terraform-aws-modules/ecs/aws\"\nversion = \"4.1.3\"",
            "source = \"terraform-aws-modules/ecs/aws\"\nversion = var.version",
            "source = \"git::https://github.com/terraform-aws-modules/terraform-aws-lambda.git?ref=main\"",
            "source = \"terraform-aws-modules/lambda/aws//modules/alias\"",
            "source = \"example.com/terraform-aws-modules/lambda/aws\"",
            "source = \"git::https://github.com/me/lambda.git\"",
            "source = \"git::https://github.com//\"",
            "source = \"\"",
            "source = var.source",
            "",
        ] {
            assert_eq!(of(body), None, "{body}");
        }
    }
}
