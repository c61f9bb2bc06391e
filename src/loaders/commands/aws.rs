//! `aws ecs register-task-definition`, which names a file.

use super::flags::Style;
use super::{Argument, Shell};
use crate::fact::LinkKind;
use crate::loaders::ecs::TaskCall;

const AWS: Style = Style { switches: &["--debug"], letters: "", single_dash: false, ends_at_first: false };

/// Reads the arguments of `aws`.
pub(super) fn aws(arguments: &[Argument], shell: &mut Shell<'_>) {
    let flags = AWS.read(arguments);
    let words: Vec<_> = flags.rest.iter().take(2).filter_map(|word| word.literal()).collect();
    if !matches!(
        words.iter().map(|word| word.as_str()).collect::<Vec<_>>().as_slice(),
        ["ecs", "register-task-definition"]
    ) {
        return;
    }
    for flag in &flags.given {
        shell.given.show(flag.name_span, &flag.name);
    }
    let Some(file) = flags.last(&["--cli-input-json", "--container-definitions"]) else { return };
    let Some(path) = file.without("file://") else { return };
    let file = shell.link(LinkKind::TaskDefinition, &path.to_content(), path.span());
    let environment = shell.environment.clone();
    let open = shell.anywhere || shell.given.is_written(file.as_ref());
    shell.given.task(TaskCall { file, environment, open, ..TaskCall::default() });
}
