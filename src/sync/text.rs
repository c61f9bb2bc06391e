//! The plan as people read it. Names from outside are made visible here; no value is at hand.

use std::fmt::Write as _;

use crate::source::visible;

use super::plan::{Action, Item, Origin, Plan, PlannedStore};

/// The plan as text. `all`: what is as it should be is told too, as a status tells it.
pub fn plan_text(plan: &Plan, all: bool) -> String {
    let mut text = String::new();
    for (index, store) in plan.stores.iter().enumerate() {
        let _ = writeln!(text, "{} · {}", visible(plan.environment.as_str()), heading(store));
        let items: Vec<&Item> = plan.items.iter().filter(|item| item.wish.store == index).collect();
        let widest = items.iter().map(|item| visible(item.wish.secret.as_str()).chars().count()).max().unwrap_or(0);
        for item in items.iter().filter(|item| all || is_told(item)) {
            tell(&mut text, item, widest);
        }
        for prunable in plan.prunable.iter().filter(|prunable| prunable.store == index) {
            let _ = writeln!(text, "  - {}  is no longer needed", visible(prunable.secret.as_str()));
        }
        text.push('\n');
    }
    if !plan.not_secret.is_empty() {
        let names = plan.not_secret.iter().map(|(app, name)| format!("{} of {}", visible(name.as_str()), visible(app)));
        let _ = writeln!(text, "No secrets, set them on the service: {}\n", names.collect::<Vec<_>>().join(", "));
    }
    let _ = writeln!(text, "{}", lines(plan));
    text
}

fn heading(store: &PlannedStore) -> String {
    let mut text = store.kind.to_owned();
    // What is no server needs no address beside its name.
    if !store.place.endpoint.contains("://") {
        let _ = write!(text, " · {}", visible(&store.place.project));
        return text;
    }
    if !store.place.project.is_empty() {
        let _ = write!(text, " · project {}", visible(&store.place.project));
    }
    if let Some(number) = &store.place.number {
        let _ = write!(text, " ({})", visible(number));
    }
    if let Some(account) = &store.place.account {
        let _ = write!(text, " · account {}", visible(account));
    }
    let _ = write!(text, " · {}", visible(&store.place.endpoint));
    text
}

/// What is as it should be is only counted.
fn is_told(item: &Item) -> bool {
    item.action != Action::Unchanged && (item.action != Action::Keep || !item.notes.is_empty())
}

fn tell(text: &mut String, item: &Item, widest: usize) {
    let sign = match item.action {
        Action::Create(_) | Action::Add(_) => '+',
        Action::Update(_) | Action::Adopt => '~',
        Action::Unchanged | Action::Keep => '=',
        Action::Skip | Action::Differs => '.',
        Action::Missing | Action::Unusable | Action::Unknown => '?',
        Action::Blocked => '!',
    };
    let secret = visible(item.wish.secret.as_str());
    let padding = " ".repeat(widest.saturating_sub(secret.chars().count()));
    let word = if matches!(item.action, Action::Keep) && item.latest.is_some() { "stored" } else { item.action.word() };
    let _ = write!(text, "  {sign} {secret}{padding}  {word:<9}  {}", wanted_by(item));
    if let Some(write) = item.action.write() {
        let _ = write!(text, ", {}", from(&write.origin));
    }
    text.push('\n');
    for note in &item.notes {
        let _ = writeln!(text, "      {}", visible(note));
    }
    if let Some(help) = &item.help {
        let _ = writeln!(text, "      help: {}", visible(help));
    }
}

/// `API_KEY of api and web`.
fn wanted_by(item: &Item) -> String {
    let mut by_variable: Vec<(String, Vec<String>)> = Vec::new();
    for wanted in &item.wish.wanted {
        let (name, app) = (visible(wanted.variable.as_str()).into_owned(), visible(&wanted.app_name).into_owned());
        match by_variable.iter_mut().find(|(known, _)| *known == name) {
            Some((_, apps)) => apps.push(app),
            None => by_variable.push((name, vec![app])),
        }
    }
    let told = by_variable.into_iter().map(|(name, apps)| format!("{name} of {}", apps.join(" and ")));
    told.collect::<Vec<_>>().join(", ")
}

fn from(origin: &Origin) -> String {
    match origin {
        Origin::File(place, line) => format!("from {}:{line}", visible(place.path.as_str())),
        Origin::Stdin => "from standard input".to_owned(),
        Origin::Environment => "from the environment".to_owned(),
        Origin::Prompt => "as typed".to_owned(),
        Origin::Generated(recipe) => format!("generated ({})", visible(recipe)),
        Origin::Copied(secret) => format!("copied from {}", visible(secret.as_str())),
    }
}

/// `Plan: 3 to create, 1 to update, 5 unchanged.`
pub fn lines(plan: &Plan) -> String {
    const WORDS: &[(&str, &str)] = &[
        ("create", "to create"),
        ("add", "to add"),
        ("update", "to update"),
        ("adopt", "to adopt"),
        ("unchanged", "unchanged"),
        ("keep", "kept"),
        ("differs", "left with another value"),
        ("skip", "left as they are"),
        ("missing", "missing"),
        ("unusable", "unusable"),
        ("unknown", "unknown"),
        ("blocked", "blocked"),
    ];
    let summary = plan.summary();
    let told = WORDS.iter().filter_map(|(action, words)| Some(format!("{} {words}", summary.get(action)?)));
    let mut told: Vec<String> = told.collect();
    if !plan.prunable.is_empty() {
        told.push(format!("{} no longer needed", plan.prunable.len()));
    }
    if told.is_empty() { "Plan: nothing is kept in a store.".to_owned() } else { format!("Plan: {}.", told.join(", ")) }
}
