//! The scripts of a `package.json` as commands: what they deploy and start. That they exist at all is for `node`.

use crate::loaders::commands::{Recipe, Recipes, word_in};
use crate::source::{SourceFile, Span};
use crate::syntax::json::{self, Dialect, Node};
use crate::syntax::shell::{Host, Script};

/// Programs without which a script gives nothing to anybody.
const PROGRAMS: &[&str] = &[
    "docker ",
    "docker-compose ",
    "gcloud ",
    "terraform ",
    "vercel ",
    "railway ",
    "fly ",
    "flyctl ",
    "heroku ",
    "wrangler ",
    "kubectl ",
    "helm ",
];

/// Reads the scripts that start such a program; `None` where there are none.
pub(super) fn recipes(source: &SourceFile) -> Option<Recipes> {
    let is_of_interest = |text: &str| PROGRAMS.iter().any(|program| text.contains(program));
    if !is_of_interest(source.text()) {
        return None;
    }
    let root = json::parse(source.text(), Dialect::Comments).ok()??;
    let mut recipes = Recipes::default();
    for member in root.get("scripts").into_iter().flat_map(Node::members) {
        let Some(text) = member.value.text().filter(|text| is_of_interest(text)) else { continue };
        let whole = member.value.inner_span();
        // With escapes in it nothing stands where it would.
        let is_direct = whole.len() == text.len();
        let place = |range: std::ops::Range<usize>| {
            if is_direct { Span::new(whole.start + range.start, whole.start + range.end) } else { whole }
        };
        recipes.all.push(Recipe {
            scripts: vec![Script::parse(text, Host::Plain, &place)],
            folder: Some(String::new()),
            environment: word_in(&member.key.replace(':', "-")),
            ..Recipe::default()
        });
    }
    (!recipes.all.is_empty()).then_some(recipes)
}
