//! Railway's `railway.json` and `railway.toml`: how it builds. They give no variables.

use super::{Reader, string, table};
use crate::fact::{Build, ImageBuild};
use crate::source::Span;
use crate::syntax::json::Node;

pub(super) fn read(reader: &mut Reader<'_>) {
    if reader.is_toml() {
        reader.toml(|reader, root| {
            let build = table(root, "build");
            if let Some((path, span)) = build.as_ref().and_then(|build| string(build, "dockerfilePath")) {
                image(reader, path, span);
            }
        });
    } else {
        reader.json(|reader, root| {
            let path = root.get("build").and_then(|build| build.get("dockerfilePath"));
            if let Some((path, span)) = path.and_then(|node| Some((Node::text(node)?, node.inner_span()))) {
                image(reader, path, span);
            }
        });
    }
}

fn image(reader: &mut Reader<'_>, path: &str, span: Span) {
    let folder = reader.source.path().folder();
    let build = Build {
        dockerfile: folder.join(path.trim_start_matches('/')),
        context: Some(folder),
        stage: None,
        arguments: Vec::new(),
        secrets: None,
        span,
    };
    let path = reader.source.path().clone();
    reader.found.builds.push(ImageBuild { build, path, images: Vec::new(), environment: None, partial: true });
}
