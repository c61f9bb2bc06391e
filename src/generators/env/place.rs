//! Which file an app's loader reads on a developer's machine, and which template stands for it.

use crate::fact::{LayerKind, Role};
use crate::model::{Model, Source};
use crate::name::Environment;
use crate::source::SourcePath;
use crate::tables::frameworks::{self, FileOrder};

/// The file that gives an app its variables in an environment: one that is there, one that a command or a compose file
/// names, what the framework reads, or what the template is copied to.
pub(super) fn of(model: &Model<'_>, app: usize, environment: &Environment) -> SourcePath {
    existing(model, app, environment)
        .or_else(|| by_command(model, app, environment))
        .or_else(|| by_compose(model, app, environment))
        .unwrap_or_else(|| by_custom(model, app, environment))
}

/// A file of the app that git ignores: the one nearest to it, and of those the one that wins.
fn existing(model: &Model<'_>, app: usize, environment: &Environment) -> Option<SourcePath> {
    let found = model.sources_of(app).filter(|source| {
        source.file.claim.role == Role::Values
            && source.file.local
            && !source.vague
            && source.file.format == "dotenv"
            && source.environment.as_ref() == Some(environment)
    });
    let rank = |source: &&Source<'_>| (source.path.folder().as_str().len(), source.file.claim.words.local);
    found.max_by_key(rank).map(|source| source.path.clone())
}

/// A file that a script of the app's manifest names: `dotenvx run -f ../../.env -- next dev`.
fn by_command(model: &Model<'_>, app: usize, environment: &Environment) -> Option<SourcePath> {
    let folder = &model.apps.list[app].folder;
    let of_app = |path: &SourcePath| path.folder() == *folder;
    let manifests = model.project.files.iter().filter(|(path, _)| of_app(path));
    let scripts =
        manifests.filter_map(|(_, file)| file.loaded.manifest.as_ref()).flat_map(|manifest| &manifest.scripts);
    let mut named: Vec<(bool, SourcePath)> = scripts
        .filter_map(|(script, line)| Some((script.starts_with("dev"), folder.join(&named_file(line)?)?)))
        .filter(|(_, path)| fits(model, path, environment))
        .collect();
    named.sort_by_key(|(develops, _)| !*develops);
    named.into_iter().next().map(|(_, path)| path)
}

/// Whether the name of a file is of an environment, or of none where people develop.
fn fits(model: &Model<'_>, path: &SourcePath, environment: &Environment) -> bool {
    let mut words = path.name().split(['.', '-', '_']).filter_map(|word| model.environments.of_word(word));
    words.next().map_or_else(|| is_development(environment), |of| of == *environment)
}

/// The env file that a command line names.
fn named_file(line: &str) -> Option<String> {
    const LOADERS: &[&str] = &["dotenvx", "dotenv", "dotenv-cli", "env-cmd"];
    let words: Vec<&str> = line.split_whitespace().map(|word| word.trim_matches(['"', '\''])).collect();
    let loads = words.iter().any(|word| LOADERS.contains(word));
    let mut words = words.into_iter().peekable();
    while let Some(word) = words.next() {
        let (flag, behind) = word.split_once('=').map_or((word, None), |(flag, file)| (flag, Some(file)));
        let is_flag = matches!(flag, "--env-file" | "--env-file-if-exists") || loads && matches!(flag, "-f" | "-e");
        if !is_flag {
            continue;
        }
        let file = behind.or_else(|| words.peek().copied()).filter(|file| !file.contains(['$', ',']));
        if let Some(file) = file {
            return Some(file.to_owned());
        }
    }
    None
}

/// The `env_file` of a compose service that is the app.
fn by_compose(model: &Model<'_>, app: usize, environment: &Environment) -> Option<SourcePath> {
    let targets = model.targets_of(app).filter(|(_, target)| target.environment == *environment && !target.deployed);
    let layers = targets.flat_map(|(_, target)| &target.target.layers);
    let named = layers.filter_map(|layer| match &layer.kind {
        LayerKind::EnvFile(Some(path)) => Some(path),
        _ => None,
    });
    // A file that is checked in is for everyone, and holds no secret of this machine.
    named.into_iter().find(|path| model.project.files.get(*path).is_none_or(|file| file.local)).cloned()
}

/// What the framework reads in the app's folder; without one, what people copy the template to.
fn by_custom(model: &Model<'_>, app: usize, environment: &Environment) -> SourcePath {
    let app_of = &model.apps.list[app];
    let loader = frameworks::env_loader(&app_of.dependencies);
    let stacks = loader.is_some_and(|loader| loader.order != FileOrder::Plain);
    let folder = match template_of(model, app).filter(|_| !stacks) {
        Some(template) => template.path.folder(),
        None => app_of.folder.clone(),
    };
    let of_environment = format!(".env.{environment}");
    let names: Vec<String> = match (is_development(environment), stacks) {
        (true, true) => vec![".env.local".to_owned(), format!("{of_environment}.local"), ".env".to_owned()],
        (true, false) => vec![".env".to_owned(), ".env.local".to_owned()],
        (false, _) => vec![format!("{of_environment}.local"), of_environment],
    };
    let paths: Vec<SourcePath> = names.iter().map(|name| folder.child(name)).collect();
    let first = paths[0].clone();
    paths.into_iter().find(|path| model.project.ignored.matches(path, false)).unwrap_or(first)
}

/// The nearest template that speaks for an app.
fn template_of<'m>(model: &'m Model<'_>, app: usize) -> Option<&'m Source<'m>> {
    let templates = model
        .sources_of(app)
        .filter(|source| source.file.claim.role == Role::Template && source.variant.is_none() && !source.vague);
    templates.max_by_key(|source| source.path.folder().as_str().len())
}

pub(super) fn is_development(environment: &Environment) -> bool {
    environment.as_str() == "development"
}

#[cfg(test)]
mod tests {
    use super::named_file;

    #[test]
    fn a_file_that_a_command_names_is_found() {
        let found = |line| named_file(line).unwrap_or_default();
        assert_eq!(found("dotenvx run -f ../../.env -- next dev"), "../../.env");
        assert_eq!(found("node --env-file=.env.local server.js"), ".env.local");
        assert_eq!(found("dotenv -e .env -- prisma migrate"), ".env");
        assert_eq!(found("grep -f patterns | tar -e x"), "");
        assert_eq!(found("node --env-file $FILE"), "");
        assert_eq!(found("node --env-file"), "");
    }
}
