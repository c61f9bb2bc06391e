//! Fly's `fly.toml`. Its secrets are set by command and stand nowhere.

use super::{Reader, string, table};

pub(super) fn read(reader: &mut Reader<'_>) {
    reader.toml(|reader, root| {
        let Some((name, span)) = string(root, "app") else { return };
        let mut app = reader.app(name, span);
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
