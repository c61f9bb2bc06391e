//! Bake files (`docker-bake.hcl`, `docker-bake.json`): the images that they build, of what and with which arguments. The
//! services of compose files, which bake builds as well, are read by the loader of those.
//!
//! Source: docs.docker.com, "Bake file reference"; buildx, `bake/bake.go`.

mod call;
mod evaluate;
mod functions;
mod json;
mod resolve;

use memchr::memmem;

use super::{Assembled, Claim, Files, Loader};
use crate::fact::{ImageBuild, InlineIgnore, Link, LinkKind, Loaded, Problem, Role, TargetGroup};
use crate::name::is_variable_name;
use crate::source::{SourceFile, SourcePath};
use crate::syntax::hcl::{Body, Expression, Hcl, Kind};

pub(super) use call::{BakeCall, Change, builds};

/// The loader.
pub static LOADER: Loader =
    Loader { name: "bake", claims, links: &[(LinkKind::Bake, Role::Deploy)], load, assemble: Some(assemble) };

/// What bake reads in a folder where no file is named, beside compose files, in this order.
const DEFAULTS: &[&str] =
    &["docker-bake.json", "docker-bake.hcl", "docker-bake.override.json", "docker-bake.override.hcl"];

/// One file.
struct Parsed {
    body: Body,
    /// Whether a part of it is missing.
    lossy: bool,
}

fn claims(path: &SourcePath) -> Option<Claim> {
    let (stem, end) = path.name().rsplit_once('.')?;
    let is_bake = match end {
        "json" => stem == "docker-bake" || stem.starts_with("docker-bake."),
        "hcl" => stem.split(['.', '-', '_']).any(|word| word == "bake"),
        _ => false,
    };
    is_bake.then(|| Claim::new(Role::Deploy))
}

fn load(source: &SourceFile, _claim: &Claim) -> Loaded {
    let mut loaded = Loaded::default();
    let parsed = match source.path().name().rsplit('.').next() {
        Some("hcl") => of_hcl(source, &mut loaded),
        Some("json") => json::read(source, &mut loaded),
        // A compose file that a command line names.
        _ => return loaded,
    };
    links(source, &parsed, &mut loaded);
    for arguments in parsed.body.blocks_of("target").filter_map(|block| block.body.get("args")) {
        let Kind::Object(members) = &arguments.kind else { continue };
        let is_name = |key: &&Expression| key.as_text().is_some_and(|text| is_variable_name(text.expose()));
        loaded.shown.extend(members.iter().map(|member| &member.key).filter(is_name).map(|key| key.span));
    }
    loaded.shown.sort_unstable();
    loaded.shown.dedup();
    loaded.parsed = Some(Box::new(parsed));
    loaded
}

fn of_hcl(source: &SourceFile, loaded: &mut Loaded) -> Parsed {
    let Hcl { body, faults, comments, shown, .. } = Hcl::parse(source.text());
    if let Some(at) = source.damage() {
        let problem = Problem::new(crate::source::Span::new(at, at + 1), "this byte is no UTF-8");
        loaded.problems.push(problem.help("save the file as UTF-8"));
    }
    loaded.problems.extend(faults.iter().map(|fault| Problem::new(fault.span, fault.message)));
    for comment in comments {
        loaded.ignores.extend(InlineIgnore::at(source, comment.span, comment.alone));
    }
    loaded.shown.extend(shown);
    Parsed { lossy: !loaded.problems.is_empty(), body }
}

/// The Dockerfiles that its targets name by literal paths, as they are where bake runs in the file's own folder.
fn links(source: &SourceFile, parsed: &Parsed, loaded: &mut Loaded) {
    for block in parsed.body.blocks_of("target") {
        let text = |name: &str| Some(block.body.get(name)?.as_text()?.expose().to_owned());
        let Some(named) = block.body.get("dockerfile").or_else(|| block.body.get("context")) else { continue };
        let context = text("context").unwrap_or_else(|| ".".to_owned());
        let dockerfile = text("dockerfile").unwrap_or_else(|| "Dockerfile".to_owned());
        let is_path = |path: &str| !path.contains("://") && !path.contains(['$', '@']) && !path.starts_with('/');
        if is_path(&context) && is_path(&dockerfile) && source.path().folder().join(&context).is_some() {
            let path = format!("{context}/{dockerfile}");
            loaded.links.push(Link { kind: LinkKind::Dockerfile, path, span: named.span, required: false });
        }
    }
}

/// What the files of each folder build where nothing is said beside them.
fn assemble(files: &Files<'_>) -> Assembled {
    let mut assembled = Assembled::default();
    let mut last = None;
    let mut called = None;
    for (path, file) in files.of(LOADER.name) {
        let folder = path.folder();
        let is_default = DEFAULTS.contains(&path.name()) && file.loaded.parsed.is_some();
        if !is_default || last.as_ref() == Some(&folder) {
            continue;
        }
        let call = BakeCall::of_folder(&folder);
        last = Some(folder);
        let mut builds: Vec<ImageBuild> = builds(files, &call);
        // Whoever runs it says with which variables; what is built so has its name from there.
        let called = *called.get_or_insert_with(|| is_called(files));
        for build in builds.iter_mut().filter(|_| called) {
            build.images.clear();
        }
        if !builds.is_empty() {
            let group = TargetGroup { paths: vec![path.clone()], builds, ..TargetGroup::default() };
            assembled.groups.push(group);
        }
    }
    assembled
}

/// Whether a command of the repository may run bake.
fn is_called(files: &Files<'_>) -> bool {
    ["workflow", "recipe", "gitlab", "cloud-build", "manifest"]
        .into_iter()
        .flat_map(|loader| files.of(loader))
        .any(|(_, file)| memmem::find(file.source.text().as_bytes(), b"bake").is_some())
}

#[cfg(test)]
mod tests;
