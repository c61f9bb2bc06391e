//! `missing-build-secret`: a command of a Dockerfile asks for a secret that the build does not lend it.

use std::collections::BTreeMap;

use crate::fact::{CommandKind, Image, SecretMount};
use crate::finding::{Findings, Level};
use crate::model::{AppTarget, Built, Model};
use crate::source::{Place, SourcePath, Span};

super::rule! {
    /// A `RUN` mounts a secret that no build of the image gives.
    ///
    /// ## Why is this bad?
    ///
    /// With `required=true` the build stops. Without it the command runs all the same, with no file and no variable:
    /// packages of a private registry are not found, or the step does half of what it should.
    ///
    /// ## When does it stay silent?
    ///
    /// Where a build of the Dockerfile is not known whole, such as one of a platform, or where only developers are known
    /// to build it; and unless the mount is required, where one build gives the secret, and for commands with a condition
    /// in them, which may ask whether it is there.
    ///
    /// ## Example
    ///
    /// ```dockerfile
    /// RUN --mount=type=secret,id=npm,env=NPM_TOKEN npm ci
    /// ```
    ///
    /// ```yaml
    /// - uses: docker/build-push-action@v6
    ///   with:
    ///     secrets: npmrc=${{ secrets.NPM_TOKEN }}
    /// ```
    ///
    /// ## Use instead
    ///
    /// `secrets: npm=${{ secrets.NPM_TOKEN }}`: the id under which the command asks for it.
    "missing-build-secret", Warning, since "0.1.0", check
}

/// A build, its app, and the target whose own it is.
type Use<'m, 'a> = (Built<'a>, Option<usize>, Option<&'m AppTarget<'a>>);

fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let all = model.builds();
    let mut by_path: BTreeMap<&SourcePath, Vec<&Use<'_, '_>>> = BTreeMap::new();
    for of in &all {
        if let Some(path) = &of.0.build.dockerfile {
            by_path.entry(path).or_default().push(of);
        }
    }
    for (path, uses) in by_path {
        let Some((path, image)) = uses.first().and_then(|of| model.image_of(of.0.build)).filter(|of| of.0 == path)
        else {
            continue;
        };
        let is_known = |(built, _, _): &&Use<'_, '_>| !built.partial && built.build.secrets.is_some();
        let is_for_users = |(built, _, target): &&Use<'_, '_>| built.step || target.is_some_and(|of| of.deployed);
        if uses.iter().copied().all(|of| is_known(&of)) && uses.iter().copied().any(|of| is_for_users(&of)) {
            of_image(model, findings, path, image, &uses);
        }
    }
}

fn of_image(model: &Model<'_>, findings: &mut Findings<'_>, path: &SourcePath, image: &Image, uses: &[&Use<'_, '_>]) {
    for (index, stage) in image.stages.iter().enumerate() {
        let runs = stage.commands.iter().filter(|command| command.kind == CommandKind::Run);
        let mounts: Vec<&SecretMount> = runs.flat_map(|command| &command.secrets).collect();
        if mounts.is_empty() {
            continue;
        }
        let reaches = |of: &&&Use<'_, '_>| {
            let stages = image.reached(of.0.build.stage.as_deref());
            stages.iter().any(|(reached, _)| *reached == index)
        };
        let reaching: Vec<&Use<'_, '_>> = uses.iter().filter(reaches).copied().collect();
        for mount in mounts {
            let Some(id) = mount.id.as_deref().filter(|id| is_told(id)) else { continue };
            let lacks = |of: &&&Use<'_, '_>| {
                let given = of.0.build.secrets.iter().flatten();
                !given.into_iter().any(|secret| secret.id == id)
            };
            let lacking: Vec<&Use<'_, '_>> = reaching.iter().filter(lacks).copied().collect();
            let counts = mount.required || !mount.asked_for && lacking.len() == reaching.len();
            if !lacking.is_empty() && counts {
                report(model, findings, path, (mount, id), &lacking, lacking.len() == reaching.len());
            }
        }
    }
}

/// Whether an id is written out, and is none of those that a build has by itself.
fn is_told(id: &str) -> bool {
    !id.is_empty() && !id.contains(['$', '{']) && !matches!(id, "GIT_AUTH_TOKEN" | "GIT_AUTH_HEADER")
}

fn report(
    model: &Model<'_>,
    findings: &mut Findings<'_>,
    path: &SourcePath,
    (mount, id): (&SecretMount, &str),
    lacking: &[&Use<'_, '_>],
    all: bool,
) {
    let app = lacking.iter().find_map(|(_, app, _)| *app).map(|app| model.apps.list[app].name.as_str());
    let of = app.map(|app| format!(" of {app}")).unwrap_or_default();
    let who = if all { "no build of" } else { "not every build of" };
    let message = format!("the secret `{id}`{of} is mounted while the image is built, and {who} `{path}` gives it");
    let finding = findings.report(&Place::new(path, mount.span), "asked for here", message);
    finding.at_level(if mount.required { Level::Error } else { Level::Warning });
    finding.help(format!("give it under this id: `--secret id={id},…`, or `{id}=…` among the `secrets` of the build"));
    if let Some(app) = app {
        finding.app(app);
    }
    for (built, _, _) in lacking.iter().take(2) {
        if let Some(place) = place(model, built) {
            finding.related(&place, "built here, without it");
        }
    }
}

/// Where a build is described, if that can be told.
fn place(model: &Model<'_>, built: &Built<'_>) -> Option<Place> {
    let groups = || model.project.groups.iter();
    let is_it = |build: &crate::fact::Build| std::ptr::eq(build, built.build);
    let steps = groups().flat_map(|group| &group.builds).find(|step| is_it(&step.build)).map(|step| &step.path);
    let targets = || groups().flat_map(|group| &group.targets);
    let of_target =
        || targets().find(|target| target.build.as_ref().is_some_and(is_it)).map(|target| &target.place.path);
    let path = steps.or_else(of_target)?;
    let span = built.build.span;
    (span != Span::default()).then(|| Place::new(path, span))
}
