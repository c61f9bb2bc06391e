//! `docker buildx bake`, and the action that runs it: which files, which targets, and what is set beside them.

use super::flags::Style;
use super::{Argument, Shell};
use crate::fact::LinkKind;
use crate::loaders::bake::{BakeCall, Change};

const BAKE: Style = Style {
    switches: &[
        "--push",
        "--load",
        "--no-cache",
        "--pull",
        "--print",
        "--check",
        "--debug",
        "-D",
        "--list-targets",
        "--list-variables",
    ],
    letters: "",
    single_dash: false,
    ends_at_first: false,
};

/// Reads the arguments of `docker buildx bake`.
pub(super) fn bake(arguments: &[Argument], shell: &mut Shell<'_>) {
    let flags = BAKE.read(arguments);
    for flag in &flags.given {
        shell.given.show(flag.name_span, &flag.name);
    }
    if flags.has(&["--print", "--check", "--list", "--list-targets", "--list-variables"]) {
        return;
    }
    shell.given.deploys |= flags.has(&["--push"]);
    let files: Vec<Argument> = flags.all(&["--file", "-f"]).cloned().collect();
    let changes: Vec<Argument> = flags.all(&["--set"]).cloned().collect();
    let targets: Vec<Argument> = flags.rest.into_iter().cloned().collect();
    let span = arguments.first().map_or_else(Default::default, Argument::span);
    let given = Given { files: &files, targets: &targets, changes: &changes, open: flags.open };
    call(&given, span, shell);
}

/// What a run of bake is given.
pub(in crate::loaders) struct Given<'g> {
    pub(in crate::loaders) files: &'g [Argument],
    pub(in crate::loaders) targets: &'g [Argument],
    pub(in crate::loaders) changes: &'g [Argument],
    pub(in crate::loaders) open: bool,
}

/// Notes a run of bake that stands at `span`.
pub(in crate::loaders) fn call(given: &Given<'_>, span: crate::source::Span, shell: &mut Shell<'_>) {
    let mut call = BakeCall {
        folder: shell.folder.clone(),
        variables: shell.variables.clone(),
        environment: shell.environment.clone(),
        place: Some(shell.place(span)),
        open: given.open || shell.anywhere,
        ..BakeCall::default()
    };
    for target in given.targets {
        match target.literal() {
            // What stands in another repository is not read.
            Some(name) if name.contains("://") || name.starts_with("git@") => return,
            Some(name) => call.targets.push(name.to_string()),
            None => call.open = true,
        }
    }
    for file in given.files {
        let path = file.without("cwd://").unwrap_or_else(|| file.clone());
        let is_compose = path.literal().is_some_and(|path| path.ends_with("yml") || path.ends_with("yaml"));
        if is_compose {
            continue;
        }
        let path = shell.link(LinkKind::Bake, &path.to_content(), file.span());
        call.files.get_or_insert_default().push(path);
    }
    if !given.files.is_empty() && call.files.is_none() {
        // Nothing but compose files, which speak for themselves.
        return;
    }
    for change in given.changes {
        match self::change(change, shell) {
            Some(change) => call.changes.push(change),
            None => call.open = true,
        }
    }
    // A target that cannot be told may be any, which says nothing of all.
    if !given.targets.is_empty() && call.targets.is_empty() {
        return;
    }
    shell.given.bakes.push(call);
}

/// `pattern.key=value`, and `pattern.args.NAME`, which takes the variable of that name.
fn change(text: &Argument, shell: &mut Shell<'_>) -> Option<Change> {
    let (key, value) = match text.split_once("=") {
        Some((key, value)) => (key, Some(value)),
        None => (text.clone(), None),
    };
    let (pattern, key) = key.split_once(".")?;
    let name = key.split_once(".").map_or_else(|| key.clone(), |(_, name)| name);
    shell.given.show(name.span(), &name.literal()?);
    let (value, value_span) = match value {
        Some(value) => (value.to_content(), value.span()),
        None => (shell.variables.get(name.literal()?.as_str())?.content.clone(), name.span()),
    };
    // What stands at the end of `append` is added; nothing of that is looked at.
    let key = key.literal()?.trim_end_matches('+').to_owned();
    Some(Change { pattern: pattern.literal()?.to_string(), key, place: shell.place(name.span()), value, value_span })
}
