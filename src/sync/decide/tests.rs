//! Every row of the decision table.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::*;
use crate::fact::Declaration;
use crate::name::{Environment, Name, SecretName};
use crate::sync::judge::Given;
use crate::sync::wishes::{Former, Wanted};
use crate::value::Value;

const OURS: &[(&str, &str)] = &[("managed-by", "envcheck"), ("envcheck-owner", "shop")];

/// A wish, what is there, and what is allowed: by default a required secret with a value, absent, in production.
struct Case {
    wish: Wish,
    observed: Observed,
    policy: Policy,
    keeps_labels: bool,
}

fn case() -> Case {
    let wanted = Wanted {
        app: 0,
        app_name: "api".to_owned(),
        variable: Name::new("API_KEY"),
        required: true,
        declaration: Arc::new(Declaration { secret: Some(true), ..Declaration::default() }),
    };
    let wish = Wish {
        store: 0,
        secret: SecretName::new("shop-api-key"),
        wanted: vec![wanted],
        former: Vec::new(),
        shared_with: Vec::new(),
        production_takes_it: false,
        kept: Kept::Alone,
        given: Some(Given { value: Value::new("wanted"), origin: Origin::Stdin }),
        faults: Vec::new(),
        rotate: false,
    };
    let policy = Policy {
        on_changed: OnChanged::Skip,
        adopt: false,
        generate: false,
        is_production: true,
        now: "2026-11-20T12:00:00Z".parse().unwrap(),
    };
    Case { wish, observed: Observed { found: Found::Absent, former: Vec::new() }, policy, keeps_labels: true }
}

impl Case {
    fn there(mut self, labels: &[(&str, &str)], latest: Seen) -> Self {
        let labels: BTreeMap<_, _> = labels.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
        let secret = StoredSecret { name: self.wish.secret.clone(), labels, expires: None, aliases: BTreeMap::new() };
        self.observed.found = Found::There { secret, latest, enabled: None };
        self
    }

    fn on_changed(mut self, on_changed: OnChanged) -> Self {
        self.policy.on_changed = on_changed;
        self
    }

    fn adopting(mut self) -> Self {
        self.policy.adopt = true;
        self
    }

    fn without_value(mut self) -> Self {
        self.wish.given = None;
        self
    }

    fn generated(mut self) -> Self {
        let declaration = Declaration { generate: Some("base64:32".to_owned()), ..Declaration::default() };
        self.wish.wanted[0].declaration = Arc::new(declaration);
        self.policy.generate = true;
        self.without_value()
    }

    fn formerly(mut self, seen: Seen) -> Self {
        let former = Former { variable: Name::new("KEY"), secret: SecretName::new("shop-key") };
        let secret = StoredSecret {
            name: former.secret.clone(),
            labels: BTreeMap::new(),
            expires: None,
            aliases: BTreeMap::new(),
        };
        self.observed.former.push(FormerSecret { former, secret, latest: seen });
        self
    }

    fn decide(self) -> Item {
        decide(self.wish, &self.observed, Keeper { owner: "shop", keeps_labels: self.keeps_labels }, &self.policy)
    }

    fn action(self) -> &'static str {
        self.decide().action.word()
    }
}

fn holds(text: &str) -> Seen {
    Seen::Value { version: "3".to_owned(), value: Value::new(text) }
}

fn unusable(state: VersionState) -> Seen {
    Seen::Unusable(StoredVersion { number: "3".to_owned(), state, destroyed_at: None })
}

fn denied() -> Seen {
    Seen::Denied(StoreError::Denied {
        who: "ci@shop".to_owned(),
        verb: "read",
        what: "projects/1/secrets/shop-api-key".to_owned(),
        help: "grant it".to_owned(),
    })
}

#[test]
fn what_is_absent_is_created() {
    assert_eq!(case().action(), "create");
}

#[test]
fn what_is_absent_and_has_no_value_is_missing_and_says_where_to_get_it() {
    let mut case = case().without_value();
    let declaration = Declaration {
        issued_by: Some("Stripe".to_owned()),
        link: Some("https://stripe.test/keys".to_owned()),
        generate: Some("base64:32".to_owned()),
        ..Declaration::default()
    };
    case.wish.wanted[0].declaration = Arc::new(declaration);
    case.policy.generate = true;
    let item = case.decide();
    assert_eq!(item.action.word(), "missing", "what somebody else issues is never made here");
    assert!(item.help.unwrap().contains("Stripe, and give it with `--from` or `--prompt`: https://stripe.test/keys"));
}

#[test]
fn what_need_not_be_there_is_not_missing() {
    let mut case = case().without_value();
    case.wish.wanted[0].required = false;
    assert_eq!(case.action(), "keep");
}

#[test]
fn what_may_be_made_is_made_only_where_that_is_asked_for() {
    let item = case().generated().decide();
    assert_eq!(item.action.write().map(|write| &write.origin), Some(&Origin::Generated("base64:32".to_owned())));
    let mut case = case().generated();
    case.policy.generate = false;
    assert_eq!(case.action(), "missing");
}

#[test]
fn a_first_version_into_an_empty_secret_needs_nothing() {
    let other = [("managed-by", "envcheck"), ("envcheck-owner", "other")];
    for labels in [&[][..], OURS, &other] {
        assert_eq!(case().there(labels, Seen::Empty).action(), "add");
    }
    assert_eq!(case().generated().there(&[], Seen::Empty).action(), "add");
}

#[test]
fn the_same_value_is_no_change_whosever_it_is() {
    assert_eq!(case().there(&[], holds("wanted")).action(), "unchanged");
    assert_eq!(case().there(OURS, holds("wanted")).on_changed(OnChanged::Update).action(), "unchanged");
    assert_eq!(case().there(&[], holds("wanted")).adopting().action(), "adopt");
    assert_eq!(case().there(OURS, holds("wanted")).adopting().action(), "unchanged");
}

#[test]
fn another_value_is_left_replaced_or_blocks() {
    for (on_changed, action) in
        [(OnChanged::Skip, "differs"), (OnChanged::Update, "update"), (OnChanged::Fail, "blocked")]
    {
        let item = case().there(OURS, holds("stored")).on_changed(on_changed).decide();
        assert_eq!(item.action.word(), action);
        assert!(item.notes.contains(&"the stored value is another one".to_owned()), "{:?}", item.notes);
    }
}

#[test]
fn a_line_break_at_the_end_is_told_apart_and_left() {
    for stored in ["wanted\n", "wanted\r\n"] {
        let item = case().there(OURS, holds(stored)).decide();
        assert_eq!(item.action.word(), "differs");
        assert_eq!(item.notes, ["the values differ by a line break at the end"]);
        assert_eq!(case().there(OURS, holds(stored)).on_changed(OnChanged::Update).action(), "update");
    }
}

#[test]
fn what_is_disabled_was_disabled_on_purpose() {
    let there = || case().there(OURS, unusable(VersionState::Disabled));
    assert_eq!(there().action(), "blocked");
    assert_eq!(there().on_changed(OnChanged::Update).action(), "update");
    assert_eq!(there().without_value().action(), "unusable");
    assert_eq!(there().generated().action(), "unusable", "nothing is made in the place of what may be enabled again");
}

#[test]
fn what_is_destroyed_gets_a_version_and_a_warning() {
    let mut destroyed = case().there(OURS, unusable(VersionState::Destroyed));
    let Found::There { enabled, .. } = &mut destroyed.observed.found else { unreachable!() };
    *enabled = Some("2".to_owned());
    let item = destroyed.decide();
    assert_eq!(item.action.word(), "add");
    assert!(item.notes.iter().any(|note| note.contains("version 2 is enabled")), "{:?}", item.notes);
    assert_eq!(case().there(&[], unusable(VersionState::Destroyed)).action(), "blocked", "it is not ours");
    assert_eq!(case().there(OURS, unusable(VersionState::Destroyed)).without_value().action(), "unusable");
}

#[test]
fn what_is_about_to_be_destroyed_is_told() {
    let at = Some("2026-12-01T00:00:00Z".parse().unwrap());
    let version = StoredVersion { number: "3".to_owned(), state: VersionState::Disabled, destroyed_at: at };
    let item = case().there(OURS, Seen::Unusable(version)).decide();
    assert_eq!(item.action.word(), "blocked");
    assert!(item.notes.contains(&"version 3 is destroyed at 2026-12-01T00:00:00Z".to_owned()), "{:?}", item.notes);
}

#[test]
fn a_secret_that_expires_is_told_and_blocks_once_it_has() {
    for (at, action) in [("2026-12-01T00:00:00Z", "update"), ("2026-11-01T00:00:00Z", "blocked")] {
        let mut case = case().there(OURS, holds("stored")).on_changed(OnChanged::Update);
        let Found::There { secret, .. } = &mut case.observed.found else { unreachable!() };
        secret.expires = Some(at.parse().unwrap());
        let item = case.decide();
        assert_eq!(item.action.word(), action);
        assert!(item.notes.contains(&format!("the store deletes it at {at}")));
    }
}

#[test]
fn what_may_not_be_read_is_unknown_and_not_written() {
    let item = case().there(OURS, denied()).decide();
    assert_eq!((item.action.word(), item.help.as_deref()), ("unknown", Some("grant it")));
    assert_eq!(case().there(OURS, denied()).on_changed(OnChanged::Update).action(), "update");
    assert_eq!(case().there(OURS, denied()).without_value().on_changed(OnChanged::Update).action(), "unknown");
}

#[test]
fn what_was_not_compared_is_left() {
    let hidden = || case().there(OURS, Seen::Hidden { version: "3".to_owned() });
    assert_eq!(hidden().action(), "skip");
    assert_eq!(hidden().on_changed(OnChanged::Update).action(), "update");
    assert_eq!(hidden().without_value().action(), "keep");
}

#[test]
fn what_is_there_without_a_local_value_is_kept() {
    assert_eq!(case().there(&[], holds("stored")).without_value().action(), "keep");
    assert_eq!(case().there(&[], holds("stored")).generated().action(), "keep", "a value is made only where none is");
}

#[test]
fn what_is_nobodys_is_written_to_only_when_adopted() {
    let there = || case().there(&[], holds("stored")).on_changed(OnChanged::Update);
    let item = there().decide();
    assert_eq!((item.action.word(), item.owned), ("blocked", false));
    assert!(item.help.unwrap().contains("--adopt"));
    let item = there().adopting().decide();
    assert_eq!(item.action.write().map(|write| write.adopt), Some(true));
}

#[test]
fn what_another_repository_owns_is_never_written_to() {
    let other = [("managed-by", "envcheck"), ("envcheck-owner", "billing")];
    let item = case().there(&other, holds("stored")).on_changed(OnChanged::Update).adopting().decide();
    assert_eq!(item.action.word(), "blocked");
    assert_eq!(item.notes.last().map(String::as_str), Some("it belongs to `billing`"));
    assert_eq!(case().there(&other, holds("wanted")).adopting().action(), "unchanged");
}

#[test]
fn what_terraform_makes_is_owned_and_what_it_gives_a_value_is_left_alone() {
    let mut container = case().there(&[], holds("stored")).on_changed(OnChanged::Update);
    container.wish.kept = Kept::Container;
    let item = container.decide();
    assert_eq!(item.action.write().map(|write| write.adopt), Some(false), "its labels stay Terraform's");
    assert!(item.owned);
    let mut value = case().there(OURS, holds("stored")).on_changed(OnChanged::Update).adopting();
    value.wish.kept = Kept::Value;
    assert_eq!(value.action(), "keep");
    let mut value = case();
    value.wish.kept = Kept::Value;
    assert_eq!(value.action(), "skip");
}

#[test]
fn a_store_without_labels_belongs_to_whoever_names_it() {
    let mut case = case().there(&[], holds("stored")).on_changed(OnChanged::Update);
    case.keeps_labels = false;
    assert_eq!(case.action(), "update");
}

#[test]
fn what_production_shares_is_replaced_from_production_only() {
    let shared = |is_production: bool, with: &str| {
        let mut case = case().there(OURS, holds("stored")).on_changed(OnChanged::Update);
        case.policy.is_production = is_production;
        case.wish.shared_with = vec![Environment::new(with)];
        case.wish.production_takes_it = with == "live";
        case.action()
    };
    assert_eq!(shared(false, "live"), "blocked");
    assert_eq!(shared(true, "staging"), "update");
    assert_eq!(shared(false, "qa"), "update");
    let mut first = case();
    first.policy.is_production = false;
    first.wish.shared_with = vec![Environment::new("production")];
    first.wish.production_takes_it = true;
    assert_eq!(first.action(), "create");
}

#[test]
fn what_is_kept_under_a_former_name_is_copied_and_never_made_anew() {
    for made in [case().generated(), case().without_value()] {
        let item = made.formerly(holds("old")).decide();
        let write = item.action.write().unwrap();
        assert_eq!(write.origin, Origin::Copied(SecretName::new("shop-key")));
        assert_eq!(write.value, Some(Value::new("old")));
    }
    assert_eq!(case().generated().formerly(Seen::Empty).action(), "create");
    assert_eq!(case().generated().there(OURS, Seen::Empty).formerly(holds("old")).action(), "add");
}

#[test]
fn what_another_owner_keeps_under_a_former_name_is_not_copied() {
    let foreign = |made: Case| {
        let mut made = made.formerly(holds("old"));
        let labels = [("managed-by", "envcheck"), ("envcheck-owner", "billing")];
        made.observed.former[0].secret.labels =
            labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        made.action()
    };
    assert_eq!(foreign(case().generated()), "blocked");
    assert_eq!(foreign(case().without_value()), "blocked");
    assert_eq!(foreign(case()), "create", "with the value that was given");
}

#[test]
fn a_former_name_that_cannot_be_read_blocks_what_would_be_made() {
    for seen in [denied(), unusable(VersionState::Disabled), Seen::Hidden { version: "1".to_owned() }] {
        assert_eq!(case().generated().formerly(seen.clone()).action(), "blocked");
        assert_eq!(case().formerly(seen).action(), "create", "a value that was given is no guess");
    }
}

#[test]
fn a_given_value_that_differs_from_the_former_ones_is_used_only_when_asked() {
    let item = case().formerly(holds("old")).decide();
    assert_eq!(item.action.write().unwrap().origin, Origin::Copied(SecretName::new("shop-key")));
    let item = case().formerly(holds("old")).on_changed(OnChanged::Update).decide();
    assert_eq!(item.action.write().unwrap().origin, Origin::Stdin);
    assert_eq!(case().formerly(holds("old")).on_changed(OnChanged::Fail).action(), "blocked");
}

#[test]
fn a_faulty_value_blocks_where_it_would_be_written_and_nowhere_else() {
    let faulty = |case: Case| {
        let mut case = case;
        case.wish.faults = vec!["the value is empty".to_owned()];
        case.decide()
    };
    let item = faulty(case());
    assert_eq!((item.action.word(), item.notes), ("blocked", vec!["the value is empty".to_owned()]));
    assert_eq!(faulty(case().there(OURS, holds("stored"))).action.word(), "differs");
    assert_eq!(faulty(case().generated()).action.word(), "blocked", "a value was given that nobody can tell");
    assert_eq!(faulty(case().there(OURS, holds("wanted"))).action.word(), "unchanged");
}

#[test]
fn rotating_replaces_whatever_is_there() {
    let rotate = |mut case: Case| {
        case.wish.rotate = true;
        case.action()
    };
    assert_eq!(rotate(case().there(OURS, holds("stored"))), "update");
    assert_eq!(rotate(case().there(OURS, holds("wanted"))), "blocked", "nothing would be rotated");
    assert_eq!(rotate(case().generated().there(OURS, Seen::Hidden { version: "3".to_owned() })), "update");
    assert_eq!(rotate(case().without_value().there(OURS, Seen::Hidden { version: "3".to_owned() })), "blocked");
    assert_eq!(rotate(case().generated().formerly(holds("old"))), "create");
    let mut anew = case().generated().formerly(holds("old"));
    anew.wish.rotate = true;
    assert!(
        matches!(&anew.decide().action.write().unwrap().origin, Origin::Generated(_)),
        "the old value is no new one"
    );
    assert_eq!(rotate(case().generated().there(&[], Seen::Hidden { version: "3".to_owned() })), "blocked");
}
