//! `dropped-build-argument`: a build is given what its Dockerfile, or the stage that needs it, does not take.

use std::collections::BTreeSet;

use super::wording;
use crate::fact::{Image, Setting};
use crate::finding::{Findings, Level};
use crate::model::{AppTarget, Built, Bundle, Model};
use crate::name::Name;
use crate::source::{Place, SourcePath, Span};
use crate::tables::platform;

super::rule! {
    /// A build is given an argument that no `ARG` of its Dockerfile takes, or none in the stage that needs it.
    ///
    /// ## Why is this bad?
    ///
    /// Docker drops it and goes on, with a line in the log at most. A public variable is then missing in the bundle,
    /// though the file that builds the image gives it.
    ///
    /// ## When does it stay silent?
    ///
    /// For the arguments that Docker knows by itself (proxies, `BUILDKIT_…`, `SOURCE_DATE_EPOCH`), for arguments of what
    /// a stage starts from, and where the Dockerfile is not in the repository, was not understood, or is read by
    /// another front end.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     build:
    ///       context: apps/web # a Dockerfile without ARG NEXT_PUBLIC_API_URL
    ///       args:
    ///         NEXT_PUBLIC_API_URL: https://api.example.com
    /// ```
    ///
    /// ## Use instead
    ///
    /// `ARG NEXT_PUBLIC_API_URL` in the stage that builds, before the `RUN` that needs it.
    "dropped-build-argument", Error, since "0.1.0", check
}

/// An argument that goes nowhere.
struct Dropped<'m> {
    setting: &'m Setting,
    why: Why,
    /// Where the Dockerfile could take it.
    there: (Span, &'static str),
    level: Level,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Why {
    /// No `ARG` has the name.
    Nowhere,
    /// Its `ARG` stands before the first stage only, and no stage starts from it.
    Outside,
    /// Its `ARG` stands behind the command that needs it.
    Late,
    /// Its `ARG` stands in other stages than the one that needs it.
    Elsewhere,
}

impl Why {
    fn words(self) -> &'static str {
        match self {
            Self::Nowhere => "which has no `ARG` of that name",
            Self::Outside => "which has its `ARG` before the first `FROM` only",
            Self::Late => "which has its `ARG` behind the command that builds",
            Self::Elsewhere => "which has its `ARG` in another stage than the one that builds",
        }
    }
}

fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let mut seen: BTreeSet<(Place, &SourcePath)> = BTreeSet::new();
    let builds = model.builds();
    let elsewhere = taken_elsewhere(model, &builds);
    for (built, app, _) in builds {
        let Some((path, image)) = model.image_of(built.build) else { continue };
        if image.stages.is_empty() || image.find(built.build.stage.as_deref()).is_none() {
            continue;
        }
        let bundle = model.bundle(built);
        let taken = Taken::of(image, built.build.stage.as_deref(), bundle.as_ref());
        let dropped: Vec<Dropped<'_>> = built
            .build
            .arguments
            .iter()
            .filter(|setting| seen.insert((setting.place.clone(), path)))
            .filter_map(|setting| judge(model, app, &taken, bundle.as_ref(), setting))
            .filter(|dropped| dropped.why != Why::Nowhere || !elsewhere.contains(&dropped.setting.place))
            .collect();
        report(model, findings, app, path, &dropped);
    }
}

/// The arguments that some Dockerfile takes, by where they are given: a step that a matrix runs for several images gives
/// each of them what all of them need.
fn taken_elsewhere<'m>(
    model: &'m Model<'_>,
    builds: &[(Built<'m>, Option<usize>, Option<&AppTarget<'_>>)],
) -> BTreeSet<&'m Place> {
    let mut found = BTreeSet::new();
    for (built, ..) in builds {
        let Some((_, image)) = model.image_of(built.build) else { continue };
        let names: BTreeSet<&Name> =
            image.stages.iter().flat_map(|stage| &stage.arguments).map(|argument| &argument.name).collect();
        let taken = built.build.arguments.iter().filter(|setting| names.contains(&setting.name));
        found.extend(taken.map(|setting| &setting.place));
    }
    found
}

/// The names of the arguments that a Dockerfile takes, by where it does.
struct Taken<'m> {
    in_stages: BTreeSet<&'m Name>,
    outside: BTreeSet<&'m Name>,
    base_reads: BTreeSet<&'m Name>,
    /// In the stages of the commands that build what browsers get, and in time.
    seen: BTreeSet<&'m Name>,
    /// In these stages, in time or not.
    of_bundle: BTreeSet<&'m Name>,
    /// Whether a stage writes an env file, through which an argument may well get there.
    writes_file: bool,
    /// The last stage.
    last: Span,
}

impl<'m> Taken<'m> {
    fn of(image: &'m Image, stage: Option<&str>, bundle: Option<&Bundle<'m>>) -> Self {
        let names = |settings: &'m [Setting]| settings.iter().map(|argument| &argument.name);
        let commands = bundle.map(|bundle| bundle.commands.as_slice()).unwrap_or_default();
        let chains = commands.iter().flat_map(|of| image.chain(Some(of.stage)));
        let reached = image.reached(stage);
        Self {
            in_stages: image.stages.iter().flat_map(|stage| names(&stage.arguments)).collect(),
            outside: names(&image.arguments).collect(),
            base_reads: image.base_reads.iter().collect(),
            seen: bundle.map(Bundle::arguments).unwrap_or_default(),
            of_bundle: chains.flat_map(|(_, stage)| names(&stage.arguments)).collect(),
            writes_file: reached.iter().flat_map(|(_, stage)| &stage.commands).any(|command| command.names_env_file),
            last: image.find(stage).and_then(|index| image.stages.get(index)).map(|of| of.span).unwrap_or_default(),
        }
    }
}

fn judge<'m>(
    model: &Model<'_>,
    app: Option<usize>,
    taken: &Taken<'_>,
    bundle: Option<&Bundle<'_>>,
    setting: &'m Setting,
) -> Option<Dropped<'m>> {
    let name = &setting.name;
    if platform::given_in(platform::Place::ImageBuild, name.as_str()).is_some() {
        return None;
    }
    let public = app.is_some_and(|app| model.is_inlined(app, name));
    let own = app.is_some_and(|app| model.schemas[app].declares(name));
    // A number of a user or a mode of the run time, left over from an older file, does no harm.
    let level = if public || own || model.is_secret(app.as_slice(), name) { Level::Error } else { Level::Warning };
    let command = bundle.and_then(Bundle::command).filter(|_| public).map(|command| command.span);
    if !taken.in_stages.contains(name) {
        let there = command.map(|span| (span, "the bundle is built here"));
        let there = there.unwrap_or((taken.last, "this stage takes no such argument"));
        let why = match taken.outside.contains(name) {
            true if taken.base_reads.contains(name) => return None,
            true => Why::Outside,
            false => Why::Nowhere,
        };
        return Some(Dropped { setting, why, there, level });
    }
    let command = command.filter(|_| !taken.seen.contains(name) && !taken.writes_file)?;
    let why = if taken.of_bundle.contains(name) { Why::Late } else { Why::Elsewhere };
    Some(Dropped { setting, why, there: (command, "the bundle is built here, without it"), level })
}

fn report(model: &Model<'_>, findings: &mut Findings<'_>, app: Option<usize>, path: &SourcePath, all: &[Dropped<'_>]) {
    let of = app.map(|app| format!(" of {}", model.apps.list[app].name)).unwrap_or_default();
    let help = |names: &[&Name]| match names {
        [name] => format!("write `ARG {name}` in the stage that needs it, before the command that reads it"),
        _ => "write an `ARG` for each in the stage that needs them, before the command that reads them".to_owned(),
    };
    for level in [Level::Error, Level::Warning] {
        let dropped: Vec<&Dropped<'_>> = all.iter().filter(|dropped| dropped.level == level).collect();
        let same = dropped.iter().all(|other| dropped.first().is_some_and(|first| first.why == other.why));
        if let Some((first, more)) = dropped.split_first().filter(|_| same && dropped.len() > wording::FEW) {
            let names: Vec<&Name> = dropped.iter().map(|dropped| &dropped.setting.name).collect();
            let what = wording::names(&names);
            let message = format!("{what}{of} are given to the build of `{path}`, {}", first.why.words());
            let finding = findings.report(&first.setting.place, "dropped", message).at_level(level).help(help(&names));
            finding.related(&Place::new(path, first.there.0), first.there.1);
            for dropped in more {
                finding.related(&dropped.setting.place, "dropped");
            }
            if let Some(app) = app {
                finding.app(&model.apps.list[app].name);
            }
            continue;
        }
        for Dropped { setting, why, there, .. } in dropped {
            let name = &setting.name;
            let message = format!("`{name}`{of} is given to the build of `{path}`, {}", why.words());
            let finding = findings.report(&setting.place, "dropped", message).at_level(level);
            finding.variable(name).help(help(&[name])).related(&Place::new(path, there.0), there.1);
            if let Some(app) = app {
                finding.app(&model.apps.list[app].name);
            }
        }
    }
}
