//! Vercel's `vercel.json`: `env` for what runs, `build.env` for what builds. Projects keep most of theirs on the platform.

use super::Reader;
use crate::fact::{Setting, SettingValue};
use crate::syntax::json::{Member, Node};

pub(super) fn read(reader: &mut Reader<'_>) {
    reader.json(|reader, root| {
        let settings = variables(reader, root.get("env"));
        let arguments = variables(reader, root.get("build").and_then(|build| build.get("env")));
        if settings.is_empty() && arguments.is_empty() {
            return;
        }
        let named = root.get("name").and_then(|node| Some((node.text()?, node.inner_span())));
        let key = root.members().iter().find(|member| matches!(&*member.key, "env" | "build"));
        let (name, span) = named.unwrap_or(("vercel", key.map_or(root.span, Member::key_inner)));
        let mut app = reader.app(name, span);
        (app.settings, app.arguments) = (settings, arguments);
        reader.push(app);
    });
}

/// `"@name"` is a secret that the platform keeps.
fn variables(reader: &mut Reader<'_>, node: Option<&Node<'_>>) -> Vec<Setting> {
    let mut settings = reader.of_object(node);
    for (setting, member) in settings.iter_mut().zip(node.map(Node::members).unwrap_or_default()) {
        if member.value.text().is_some_and(|text| text.starts_with('@')) {
            setting.value = SettingValue::Unknown;
        }
    }
    settings
}
