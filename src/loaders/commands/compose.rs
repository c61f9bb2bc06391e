//! `docker compose -f … up` and `docker stack deploy -c …`: which compose files a command runs, in which order. What they
//! say is for their own loader.
//!
//! Source: docs.docker.com, "docker compose", "Set or change pre-defined environment variables".

use super::flags::{Flags, Style};
use super::{Argument, Content, Shell};
use crate::fact::{ComposeRun, LinkKind};
use crate::source::{SourcePath, Span};

/// The flags before the command of compose; those behind it are the command's own.
const STYLE: Style = Style {
    switches: &[
        "--all-resources",
        "--compatibility",
        "--debug",
        "--dry-run",
        "--no-ansi",
        "--skip-hostname-check",
        "--tls",
        "--tlsverify",
        "--verbose",
        "--version",
        "-D",
        "-v",
    ],
    letters: "",
    single_dash: false,
    ends_at_first: true,
};

const STACK: Style = Style {
    switches: &["--prune", "--with-registry-auth", "--quiet", "-q", "--detach", "-d"],
    letters: "",
    single_dash: false,
    ends_at_first: false,
};

/// Reads the arguments of compose.
pub(super) fn compose(arguments: &[Argument], shell: &mut Shell<'_>) {
    let flags = STYLE.read(arguments);
    show(&flags, shell);
    let mut files: Option<Vec<SourcePath>> = Some(Vec::new());
    let named: Vec<&Argument> = flags.all(&["--file", "-f"]).collect();
    for file in &named {
        let path = shell.link(LinkKind::Compose, &file.to_content(), file.span());
        files = files.zip(path).map(|(files, path)| [files, vec![path]].concat());
    }
    if named.is_empty() {
        files = of_variable(shell);
    }
    let mut env_files = Some(Vec::new());
    for file in flags.all(&["--env-file"]) {
        let place = shell.place(file.span());
        let path = shell.link(LinkKind::EnvFile, &file.to_content(), file.span());
        env_files = env_files.zip(path).map(|(files, path)| [files, vec![(path, place)]].concat());
    }
    let project = flags.last(&["--project-directory"]).map(|folder| shell.path_of(&folder.literal()?));
    // Where something of it is not known, nobody can tell what comes together.
    let (Some(files), Some(env_files), Some(folder)) = (files, env_files, shell.folder.clone()) else { return };
    if flags.open || project == Some(None) {
        return;
    }
    add(ComposeRun { files, folder, project: project.flatten(), env_files }, shell);
}

/// Reads the arguments of `docker stack deploy`, which reads no env file.
pub(super) fn stack(arguments: &[Argument], shell: &mut Shell<'_>) {
    let flags = STACK.read(arguments);
    show(&flags, shell);
    let named: Vec<&Argument> = flags.all(&["--compose-file", "-c"]).collect();
    let files: Vec<Option<SourcePath>> =
        named.iter().map(|file| shell.link(LinkKind::Compose, &file.to_content(), file.span())).collect();
    let (Some(files), Some(folder)) = (files.into_iter().collect::<Option<Vec<_>>>(), shell.folder.clone()) else {
        return;
    };
    if !files.is_empty() {
        add(ComposeRun { files, folder, project: None, env_files: Vec::new() }, shell);
    }
}

/// The files of `COMPOSE_FILE`; none where it is not set, `None` where it cannot be told.
fn of_variable(shell: &mut Shell<'_>) -> Option<Vec<SourcePath>> {
    let Some(variable) = shell.variables.get("COMPOSE_FILE").cloned() else { return Some(Vec::new()) };
    let separator = match shell.variables.get("COMPOSE_PATH_SEPARATOR") {
        Some(separator) => separator.content.literal()?.to_string(),
        None => ":".to_owned(),
    };
    let text = variable.content.literal()?;
    if separator.is_empty() {
        return None;
    }
    // A link stands in the file that it is followed from.
    let span = if variable.place.path == *shell.path { variable.value_span } else { Span::default() };
    let paths = text.split(separator.as_str()).filter(|path| !path.is_empty());
    paths.map(|path| shell.link(LinkKind::Compose, &Content::text(path), span)).collect()
}

fn show(flags: &Flags<'_>, shell: &mut Shell<'_>) {
    for flag in &flags.given {
        shell.given.show(flag.name_span, &flag.name);
    }
}

fn add(run: ComposeRun, shell: &mut Shell<'_>) {
    if !shell.given.compose_runs.contains(&run) {
        shell.given.compose_runs.push(run);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::given;
    use crate::source::SourcePath;

    /// `files | project | env files`, one a run, and the links.
    fn runs(text: &str, variables: &[(&str, &str)]) -> (Vec<String>, Vec<String>) {
        let given = given(text, variables);
        let words = |paths: Vec<&str>| paths.join(" ");
        let runs = given.compose_runs.iter().map(|run| {
            let files = words(run.files.iter().map(SourcePath::as_str).collect());
            let project = run.project.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
            let env_files = words(run.env_files.iter().map(|(path, _)| path.as_str()).collect());
            format!("{files} | {project} | {env_files}")
        });
        let links = given.links.iter().map(|link| format!("{:?} {}", link.kind, link.path));
        (runs.collect(), links.collect())
    }

    #[test]
    fn files_are_put_together_in_the_order_of_the_flags() {
        for (text, told) in [
            ("docker compose -f a.yml -f b/c.yml up -d", "a.yml b/c.yml | - | "),
            ("docker-compose --file=a.yml --profile web -p shop up", "a.yml | - | "),
            ("sudo podman-compose --verbose -fa.yml pull", "a.yml | - | "),
            ("docker compose --env-file x --env-file=y up --build", " | - | x y"),
            ("cd ops && docker compose -f ../a.yml --project-directory .. up", "a.yml | . | "),
            ("COMPOSE_FILE=a.yml:b.yml docker compose up", "a.yml b.yml | - | "),
            ("export COMPOSE_PATH_SEPARATOR=, COMPOSE_FILE=a.yml,b.yml; docker compose up", "a.yml b.yml | - | "),
            ("DC='docker compose -f a.yml'; $DC up", "a.yml | - | "),
            ("docker stack deploy --with-registry-auth -c a.yml -c b.yml shop", "a.yml b.yml | - | "),
            ("docker compose up -f", " | - | "),
        ] {
            assert_eq!(runs(text, &[]).0, [told], "{text}");
        }
    }

    #[test]
    fn what_is_not_known_is_put_together_with_nothing() {
        for (text, links) in [
            ("docker compose -f a.yml -f $X up", &["Compose ../../a.yml"][..]),
            ("docker compose $FLAGS -f a.yml up", &["Compose ../../a.yml"]),
            ("COMPOSE_FILE=$X docker compose up", &[]),
            ("COMPOSE_PATH_SEPARATOR= COMPOSE_FILE=a docker compose up", &[]),
            ("docker compose -f ../../outside.yml up", &[]),
            ("docker stack deploy shop", &[]),
            ("docker stack ls -c a.yml", &[]),
            ("\"$DC\" up", &[]),
        ] {
            let (runs, found) = runs(text, &[("DC", "docker compose -f a.yml")]);
            assert_eq!((runs.as_slice(), found), (&[][..], links.iter().map(ToString::to_string).collect()), "{text}");
        }
    }
}
