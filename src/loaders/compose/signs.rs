//! What a service's description tells about where it runs. Nothing here is certain; `model` weighs it.

use zeroize::Zeroizing;

use super::parts::{Mount, Service, Text};

pub(in crate::loaders) use super::parts::Command;
use crate::fact::TargetSigns;
use crate::source::SourcePath;
use crate::syntax::yaml::Node;
use crate::tables::commands;

/// Stages that are for development.
const STAGES: &[&str] = &["dev", "development", "local"];

/// Folders of a host that hold no source code.
const DATA: &[&str] = &[
    "data",
    "db",
    "logs",
    "log",
    "config",
    "conf",
    "configs",
    "certs",
    "ssl",
    "secrets",
    "backup",
    "backups",
    "init",
    "initdb",
    "volumes",
    "storage",
    "uploads",
    "media",
    "tmp",
    "nginx",
    "grafana",
    "prometheus",
    "keys",
    "docker",
];

/// Folders of a container where an app's code stands.
const CODE: &[&str] =
    &["/app", "/usr/src", "/src", "/code", "/workspace", "/workspaces", "/var/www", "/srv", "/opt/app"];

/// What a command, an entry point or a script line runs.
pub(in crate::loaders) fn command(node: Node<'_>) -> Command {
    if let Some(text) = node.as_str() {
        return told_by(text);
    }
    let items: Vec<&str> = node.items().filter_map(Node::as_str).collect();
    told_by(&Zeroizing::new(items.join(" ")))
}

fn told_by(text: &str) -> Command {
    // What runs last is what stays: `migrate && serve` serves.
    let last = text.rsplit(['&', ';', '|', '\n']).map(str::trim).find(|part| !part.is_empty()).unwrap_or_default();
    let ends = last
        .split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '/')))
        // `/init` is what supervisors of long-running processes are called.
        .filter(|word| *word != "/init")
        .filter_map(|word| word.rsplit('/').next())
        .any(|word| commands::ends(&word.to_ascii_lowercase()));
    let line = commands::in_line(text);
    Command { serves_development: line.develops, ends, builds: line.builds }
}

/// What all of a merged service tells. `folder` is the project's, `context` that of its build.
pub(super) fn of(service: &Service, folder: &SourcePath, context: Option<&SourcePath>, awaited: bool) -> TargetSigns {
    let restart = service.restart.value.as_ref().and_then(Text::likely).unwrap_or_default();
    let commands = [service.command.value, service.entrypoint.value];
    let commands = || commands.iter().flatten();
    let stage = service.build.value.as_ref().and_then(|build| build.stage.as_ref()?.likely());
    let mounts = service.mounts.value.as_deref().unwrap_or_default();
    let serves_development = commands().any(|command| command.serves_development);
    TargetSigns {
        mounts_source: mounts.iter().any(|mount| is_source(mount, folder, context)),
        mounts_env_file: mounts.iter().any(|mount| is_env_file(&mount.source) || is_env_file(&mount.target)),
        development_stage: stage.is_some_and(|stage| STAGES.contains(&stage.to_ascii_lowercase().as_str())),
        development_server: serves_development,
        restarts: matches!(restart.as_str(), "always" | "unless-stopped"),
        one_shot: awaited || restart == "no" || (commands().any(|command| command.ends) && !serves_development),
        own_command: commands().next().is_some(),
        builds: commands().any(|command| command.builds),
        profiled: service.profiles.value.is_some(),
        keeps_secrets: false,
        speaks_for_itself: false,
    }
}

/// What a service mounts of the repository.
pub(super) fn mounts(service: &Service, folder: &SourcePath) -> Vec<SourcePath> {
    let mounts = service.mounts.value.as_deref().unwrap_or_default();
    mounts.iter().filter(|mount| mount.source.starts_with('.')).filter_map(|mount| folder.join(&mount.source)).collect()
}

/// Whether a mounted path is an env file: `./.env:/app/.env`.
fn is_env_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name == ".env" || name.starts_with(".env.") || name.strip_suffix(".env").is_some_and(|stem| !stem.is_empty())
}

fn is_source(mount: &Mount, folder: &SourcePath, context: Option<&SourcePath>) -> bool {
    if !mount.source.starts_with('.') {
        return false;
    }
    let Some(path) = folder.join(&mount.source) else { return false };
    if mount.source.trim_end_matches('/').rsplit('/').next().is_some_and(|last| last == "." || last == "..") {
        return true;
    }
    let name = path.name().to_ascii_lowercase();
    if name.contains('.') || DATA.contains(&name.as_str()) {
        return false;
    }
    let below = |target: &str, top: &&str| {
        target.strip_prefix(*top).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    context.is_some_and(|context| *context == path) || CODE.iter().any(|top| below(&mount.target, top))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_development_server_is_known_by_its_words() {
        for text in
            ["npm run dev", "next dev -p 3000", "python manage.py runserver", "uvicorn a:b --reload", "pnpm dev:web"]
        {
            assert!(told_by(text).serves_development, "{text}");
        }
        for text in ["node server.js", "gunicorn device", "./developers", "echo air_quality"] {
            assert!(!told_by(text).serves_development, "{text}");
        }
    }

    #[test]
    fn a_migration_ends_unless_something_is_served_after_it() {
        for text in
            ["python manage.py migrate", "npx prisma migrate deploy", "pnpm db:migrate", "sh -c 'a && npm run seed'"]
        {
            assert!(told_by(text).ends, "{text}");
        }
        for text in ["sh -c 'migrate && gunicorn app'", "node server.js", "tini -- server --initial", "/init"] {
            assert!(!told_by(text).ends, "{text}");
        }
    }

    #[test]
    fn code_is_told_from_data_and_single_files() {
        let folder = SourcePath::new("x");
        let is = |source: &str, target: &str| {
            let mount = Mount { source: source.to_owned(), target: target.to_owned() };
            is_source(&mount, &folder, Some(&SourcePath::new("x/web")))
        };
        assert!(is(".", "/app"));
        assert!(is("..", "/whatever"));
        assert!(is("./web", "/elsewhere"));
        assert!(is("./src", "/app/src"));
        assert!(!is("./data", "/app/data"));
        assert!(!is("./nginx.conf", "/etc/nginx/nginx.conf"));
        assert!(!is("pgdata", "/app"));
        assert!(!is("./web/seed", "/docker-entrypoint-initdb.d"));
        assert!(!is("../../../..", "/app"));
    }
}
