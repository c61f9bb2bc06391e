//! Fly's `fly.toml`. Its secrets are set by command and stand nowhere.

use super::{Reader, string, table};
use crate::source::Span;

/// Keys that tell Fly's file from one of the same name.
const OWN_KEYS: &[&str] = &[
    "primary_region",
    "http_service",
    "services",
    "vm",
    "mounts",
    "processes",
    "deploy",
    "kill_signal",
    "kill_timeout",
];

pub(super) fn read(reader: &mut Reader<'_>) {
    reader.toml(|reader, root| {
        let mut app = match string(root, "app") {
            Some((name, span)) => reader.app(name, span),
            // `fly deploy --app` names it as well; what else the file says must show that it is Fly's.
            None if OWN_KEYS.iter().any(|key| root.get(key).is_some()) => reader.app("fly", Span::default()),
            None => return,
        };
        if let Some(variables) = table(root, "env") {
            app.listed = variables.span();
            app.settings = reader.of_table(&variables);
        }
        if let Some(build) = table(root, "build") {
            if let Some(arguments) = table(&build, "args") {
                app.arguments = reader.of_table(&arguments);
            }
            let is_other = ["image", "builder", "buildpacks", "builtin"].iter().any(|key| build.get(key).is_some());
            let dockerfile = string(&build, "dockerfile").map_or("Dockerfile", |(path, _)| path);
            app.dockerfile = app.folder.join(dockerfile).filter(|_| !is_other);
        } else {
            app.dockerfile = app.folder.join("Dockerfile");
        }
        reader.push(app);
    });
}
