//! The schemas that only the config calls so: `schema = […]` of an app. Their text tells which kind they are.

use std::collections::BTreeSet;

use super::read::{Reader, Refusal};
use super::walk::Format;
use super::{Project, Unread};
use crate::fact::Role;
use crate::loaders::Claim;
use crate::schemas;
use crate::source::{SourceFile, SourcePath};

/// Loads every schema that the config names and that was not read as one.
pub(super) fn load(project: &mut Project, reader: &Reader, tracked_only: bool) {
    let named = project.config.apps.iter().flat_map(|app| &app.schema);
    let paths: BTreeSet<SourcePath> = named.filter_map(|path| SourcePath::new("").join(path)).collect();
    for path in paths {
        if project.files.get(&path).is_some_and(|file| file.claim.role == Role::Schema) {
            continue;
        }
        let local = project.ignored.matches(&path, false);
        if local && tracked_only {
            continue;
        }
        let read = if path.as_str().split('/').any(|part| part == ".git") {
            Err(Refusal::Outside)
        } else {
            reader.read(&path, &reader.root().join(path.as_str()))
        };
        if let Err(reason) = read.map_err(Refusal::reason).and_then(|source| take(project, source, local)) {
            project.unread.retain(|unread| unread.path != path);
            project.unread.push(Unread { path, reason: reason.to_owned(), named: None });
        }
    }
}

fn take(project: &mut Project, source: SourceFile, local: bool) -> Result<(), &'static str> {
    let schema =
        schemas::reader(&source).ok_or("no known kind of schema; say which with `format` in a `[[source]]`")?;
    let path = source.path().clone();
    let file = Format::Schema(schema).load(source, Claim::new(Role::Schema), local);
    project.files.insert(path, file);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{AppEntry, Config};
    use crate::project::Options;

    fn load(files: &[(&str, &str)], schema: &[&str]) -> Project {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let schema = schema.iter().map(|path| (*path).to_owned()).collect();
        let app = AppEntry { path: ".".to_owned(), schema, ..AppEntry::default() };
        let config = Config { apps: vec![app], ..Config::default() };
        Project::load(&folder.path().join("root"), config, &Options::default()).unwrap()
    }

    fn formats(project: &Project) -> Vec<(&str, &str)> {
        let schemas = project.files.iter().filter(|(_, file)| file.claim.role == Role::Schema);
        schemas.map(|(path, file)| (path.as_str(), file.format)).collect()
    }

    #[test]
    fn a_file_is_a_schema_because_the_config_says_so() {
        let json = r#"{"properties":{"A":{}}}"#;
        let files =
            [("root/a/vars.json", json), ("root/b.toml", "[server]\n"), ("root/.env.shared", "# @required\nA=\n")];
        let project = load(&files, &["a/vars.json", "./b.toml", ".env.shared"]);
        let expected = [(".env.shared", "varlock"), ("a/vars.json", "json-schema"), ("b.toml", "env-schema")];
        assert_eq!(formats(&project), expected);
        assert_eq!(project.unread, []);
    }

    #[test]
    fn what_cannot_be_read_as_one_is_said() {
        let files = [("outside.json", "{}"), ("root/x.yaml", "a: 1\n"), ("root/.git/config.toml", "[server]\n")];
        let project = load(&files, &["../outside.json", "x.yaml", "none.json", ".git/config.toml"]);
        assert_eq!(formats(&project), []);
        let unread: Vec<(&str, &str)> =
            project.unread.iter().map(|unread| (unread.path.as_str(), unread.reason.as_str())).collect();
        let expected = [
            (".git/config.toml", "it lies outside the root"),
            ("none.json", "no such file"),
            ("x.yaml", "no known kind of schema; say which with `format` in a `[[source]]`"),
        ];
        assert_eq!(unread, expected);
    }
}
