//! What the header says of every item, and what an item says against it.

use super::Given;
use crate::fact::Required;
use crate::name::is_environment_name;
use crate::syntax::env_spec::{Decorator, Item, Word, WordKind};

/// An answer that may depend on the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Truth {
    /// No.
    #[default]
    No,
    /// Yes.
    Yes,
    /// It depends.
    Depends,
}

/// What the header says.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is what one decorator switches")]
pub(super) struct Settings<'a> {
    /// `@defaultRequired`; `None` is `infer`.
    required: Option<Truth>,
    /// Names that are not sensitive by default: all, or those with a prefix.
    public: Public<'a>,
    /// `@setValuesBulk`: values come from elsewhere.
    filled: bool,
    /// More items may come from elsewhere.
    pub(super) open: bool,
    /// `@disable`.
    pub(super) disabled: Truth,
    /// Plugins or other files may add to the language.
    pub(super) extended: bool,
    /// The file has no decorators, so its values may mean anything.
    pub(super) names_only: bool,
}

#[derive(Debug, Default)]
enum Public<'a> {
    /// Nothing is said.
    #[default]
    Unsaid,
    /// All names.
    All,
    /// Names that begin with this.
    Prefix(&'a str),
}

impl<'a> Settings<'a> {
    pub(super) fn read(header: &'a [Decorator<'a>]) -> Self {
        let mut settings = Self::default();
        for decorator in header {
            match decorator.name {
                "defaultRequired" => {
                    let inferred = decorator.value.as_ref().and_then(Word::text) == Some("infer");
                    settings.required = (!inferred).then(|| truth(decorator));
                }
                "defaultSensitive" => match decorator.value.as_ref().map(|word| &word.kind) {
                    Some(WordKind::Call { name: "inferFromPrefix", arguments }) => {
                        let prefix = arguments.first().and_then(|argument| argument.word.text());
                        settings.public = prefix.map_or(Public::Unsaid, Public::Prefix);
                    }
                    _ if truth(decorator) == Truth::No => settings.public = Public::All,
                    _ => settings.public = Public::Unsaid,
                },
                "setValuesBulk" => {
                    settings.filled = true;
                    let creates = |arguments: &Vec<crate::syntax::env_spec::Argument<'_>>| {
                        arguments
                            .iter()
                            .any(|argument| argument.key == Some("createMissing") || argument.word.text().is_none())
                    };
                    settings.open |= decorator.arguments.as_ref().is_none_or(creates);
                }
                "plugin" | "import" => settings.extended = true,
                "disable" => settings.disabled = truth(decorator),
                _ => {}
            }
        }
        settings.open |= settings.disabled != Truth::No;
        settings
    }

    /// Where an item must have a value. What is given at run time is never missing.
    pub(super) fn required(&self, item: &Item<'_>, given: Given) -> Required {
        let is_internal = last(item, &["internal"]).is_some_and(|decorator| truth(decorator) != Truth::No);
        if given == Given::AtRunTime || self.filled || is_internal || self.disabled != Truth::No {
            return Required::Never;
        }
        if let Some(decorator) = last(item, &["required", "optional"]) {
            let negated = decorator.name == "optional";
            if let (false, Some(environments)) = (negated, environments(decorator)) {
                return Required::In(environments);
            }
            return match (truth(decorator), negated) {
                (Truth::Yes, false) | (Truth::No, true) => Required::Always,
                _ => Required::Never,
            };
        }
        match self.required {
            Some(Truth::Yes) => Required::Always,
            None if given == Given::Text => Required::Always,
            _ => Required::Never,
        }
    }

    /// Whether an item is secret, as far as the file means this one.
    pub(super) fn secret(&self, item: &Item<'_>) -> Option<bool> {
        if let Some(decorator) = last(item, &["sensitive", "public"]) {
            let negated = decorator.name == "public";
            let options = match decorator.value.as_ref().map(|word| &word.kind) {
                Some(WordKind::Table(options)) => Some(options),
                _ => None,
            };
            let enabled = options.and_then(|options| options.iter().find(|option| option.key == Some("enabled")));
            let said = match (options, enabled) {
                (Some(_), None) => Truth::Yes,
                (_, Some(option)) => of_word(&option.word),
                (None, None) => truth(decorator),
            };
            return match said {
                Truth::Yes => Some(!negated),
                Truth::No => Some(negated),
                // Secret somewhere is secret.
                Truth::Depends => Some(true),
            };
        }
        match self.public {
            Public::All => Some(false),
            Public::Prefix(prefix) if item.key.starts_with(prefix) => Some(false),
            _ => None,
        }
    }
}

/// The last decorator of these names.
pub(super) fn last<'i, 'a>(item: &'i Item<'a>, names: &[&str]) -> Option<&'i Decorator<'a>> {
    item.decorators.iter().rev().find(|decorator| names.contains(&decorator.name))
}

/// A bare decorator is true.
pub(super) fn truth(decorator: &Decorator<'_>) -> Truth {
    match (&decorator.value, &decorator.arguments) {
        (Some(word), _) => of_word(word),
        (None, Some(_)) => Truth::Depends,
        (None, None) => Truth::Yes,
    }
}

fn of_word(word: &Word<'_>) -> Truth {
    match word.bare() {
        Some("true") => Truth::Yes,
        Some("false" | "undefined") => Truth::No,
        _ => Truth::Depends,
    }
}

/// The environments of `forEnv(staging, production)`.
fn environments(decorator: &Decorator<'_>) -> Option<Vec<String>> {
    let WordKind::Call { name: "forEnv", arguments } = &decorator.value.as_ref()?.kind else { return None };
    let words: Vec<String> = arguments
        .iter()
        .filter_map(|argument| argument.word.text().filter(|word| is_environment_name(word)).map(str::to_owned))
        .collect();
    (words.len() == arguments.len() && !words.is_empty()).then_some(words)
}
