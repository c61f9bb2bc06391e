//! Every fault at every call: whatever a run makes of it, the next one ends in the planned state, and nothing was lost,
//! doubled or overwritten on the way.

use envcheck::sync::OnChanged;

use crate::fake::{Fake, Fault, Kind};
use crate::shop::{CANARY, How, Ran, Shop, run, schema};

const OURS: &[(&str, &str)] = &[("managed-by", "envcheck"), ("envcheck-owner", "shop")];

/// What is wanted: one that is absent, one that is empty, one that has another value, one that is as it should be.
const VALUES: &[(&str, &str)] = &[("ABSENT", "a1"), ("EMPTY", "e1"), ("OTHER", "o2"), ("SAME", "s1")];

fn shop() -> Shop {
    Shop::new(&schema(&["ABSENT", "EMPTY", "OTHER", "SAME"]))
}

fn fake() -> Fake {
    let fake = Fake::start();
    fake.put("empty", OURS, &[]);
    fake.put("other", OURS, &[&format!("{CANARY}-o1")]);
    fake.put("same", OURS, &[&format!("{CANARY}-s1")]);
    fake.put("nobodys", &[], &["left alone"]);
    fake
}

fn how() -> How {
    How { on_changed: OnChanged::Update, ..How::default() }
}

/// Each secret has what was wanted, in exactly so many versions.
fn assert_planned(fake: &Fake, after: &str) {
    for (id, values) in [("absent", &["a1"][..]), ("empty", &["e1"]), ("other", &["o1", "o2"]), ("same", &["s1"])] {
        let secret = fake.secret(id).unwrap_or_else(|| panic!("{id} is there after {after}"));
        let held: Vec<String> =
            secret.versions.iter().map(|version| String::from_utf8(version.data.clone()).unwrap()).collect();
        let wanted: Vec<String> = values.iter().map(|value| format!("{CANARY}-{value}")).collect();
        assert!(held == wanted, "{id} has {} versions after {after}, or others", held.len());
        assert_eq!(secret.labels.get("envcheck-owner").map(String::as_str), Some("shop"), "{id} after {after}");
    }
    assert_eq!(fake.secret("nobodys").unwrap().value().as_deref(), Some("left alone"));
}

fn assert_nothing_shows(ran: &Ran) {
    assert!(!ran.shown().contains(CANARY), "a value shows");
}

/// What may go wrong with a call, and what it is called.
fn kinds() -> Vec<(&'static str, Kind)> {
    let asked_to_wait = Kind::Status {
        code: 429,
        status: "RESOURCE_EXHAUSTED".to_owned(),
        is_done: false,
        retry_after: Some("0".to_owned()),
    };
    vec![
        ("429 with Retry-After", asked_to_wait),
        ("503 before", Kind::unavailable(false)),
        ("503 after", Kind::unavailable(true)),
        ("500 before", Kind::status(500, "INTERNAL")),
        ("a cut before", Kind::Cut { is_done: false }),
        ("a cut after", Kind::Cut { is_done: true }),
        ("half an answer", Kind::HalfJson),
        ("a wrong checksum", Kind::WrongChecksum),
        ("no checksum", Kind::NoChecksum),
        ("an expired token", Kind::status(401, "UNAUTHENTICATED")),
        ("no permission", Kind::status(403, "PERMISSION_DENIED")),
        ("a page that leads to itself", Kind::LoopingPage),
        ("a redirect", Kind::Redirect("http://127.0.0.1:9/".to_owned())),
    ]
}

#[test]
fn without_a_fault_everything_is_stored_and_another_run_writes_nothing() {
    let (shop, fake) = (shop(), fake());
    let ran = run(&shop, &fake, VALUES, how()).unwrap();
    let told: Vec<_> = ran.told().into_values().collect();
    assert_eq!(told, [("create", Some("done")), ("add", Some("done")), ("update", Some("done")), ("unchanged", None)]);
    assert_planned(&fake, "a run");
    assert_nothing_shows(&ran);
    fake.forget_requests();
    let again = run(&shop, &fake, VALUES, how()).unwrap();
    assert!(again.is_in_step(), "{:?}", again.told());
    assert!(fake.requests().iter().all(|call| call.method == "GET"));
}

#[test]
fn after_any_fault_at_any_call_another_run_ends_in_the_planned_state() {
    let shop = shop();
    let calls = {
        let fake = fake();
        run(&shop, &fake, VALUES, how()).unwrap();
        fake.requests().len()
    };
    assert!(calls > 12, "{calls} calls are too few to break");
    for (name, kind) in kinds() {
        for times in [1, usize::MAX] {
            for call in 0..calls {
                let fake = fake();
                fake.fault(Fault::on("", kind.clone()).after(call).times(times));
                let after = format!("{name} at call {call}, {times} times");
                match run(&shop, &fake, VALUES, how()) {
                    Ok(ran) => assert_nothing_shows(&ran),
                    Err(error) => {
                        assert!(!format!("{error} {error:?}").contains(CANARY), "a value shows after {after}");
                    }
                }
                fake.heal();
                let ran = run(&shop, &fake, VALUES, how()).unwrap();
                assert!(ran.applied.iter().all(|one| one.outcome.is_good()), "after {after}: {:?}", ran.told());
                assert_planned(&fake, &after);
                assert!(run(&shop, &fake, VALUES, how()).unwrap().is_in_step(), "after {after}");
            }
        }
    }
}

#[test]
fn a_short_fault_of_the_server_is_not_even_noticed() {
    let shop = shop();
    for (name, kind) in kinds().into_iter().take(6) {
        for path in ["", ":addVersion", ":access"] {
            let fake = fake();
            fake.fault(Fault::on(path, kind.clone()).once());
            let ran = run(&shop, &fake, VALUES, how());
            let ran = ran.unwrap_or_else(|error| panic!("after {name} at `{path}`: {error}"));
            assert!(ran.applied.iter().all(|one| one.outcome.is_good()), "{name} at `{path}`: {:?}", ran.applied);
            assert_planned(&fake, &format!("{name} at `{path}`"));
        }
    }
}

#[test]
fn a_permission_that_is_lost_halfway_stops_what_needs_it_and_says_what_it_is() {
    let (shop, fake) = (shop(), fake());
    fake.fault(Fault::on(":addVersion", Kind::status(403, "PERMISSION_DENIED")).after(1));
    let ran = run(&shop, &fake, VALUES, how()).unwrap();
    let failed: Vec<_> = ran.applied.iter().filter(|one| !one.outcome.is_good()).collect();
    assert_eq!(failed.len(), 2, "{:?}", ran.told());
    let shown = ran.shown();
    assert!(shown.contains("secretVersionAdder") && shown.contains("add-iam-policy-binding"), "{shown}");
    fake.heal();
    run(&shop, &fake, VALUES, how()).unwrap();
    assert_planned(&fake, "a lost permission");
}

#[test]
fn a_store_that_refuses_the_credentials_is_not_asked_over_and_over() {
    let (shop, fake) = (shop(), fake());
    fake.fault(Fault::on(":addVersion", Kind::status(401, "UNAUTHENTICATED")));
    let ran = run(&shop, &fake, VALUES, how()).unwrap();
    let told: Vec<_> = ran.told().into_values().map(|(_, outcome)| outcome).collect();
    assert_eq!(told, [Some("failed"), Some("not begun"), Some("not begun"), None]);
}

#[test]
fn where_nothing_can_be_read_a_lost_answer_is_not_answered_by_another_write() {
    for values in [&[("ABSENT", "a1")][..], &[("OTHER", "o2")]] {
        let names: Vec<&str> = values.iter().map(|(name, _)| *name).collect();
        let (shop, fake) = (Shop::new(&schema(&names)), fake());
        fake.fault(Fault::on(":access", Kind::status(403, "PERMISSION_DENIED")));
        fake.fault(Fault::on(":addVersion", Kind::unavailable(true)));
        let ran = run(&shop, &fake, values, how()).unwrap();
        assert!(ran.applied.iter().all(|one| one.outcome.word() == "failed"), "{:?}", ran.applied);
        let before = usize::from(names == ["OTHER"]);
        let versions = fake.secret(&names[0].to_lowercase()).unwrap().versions.len();
        assert_eq!(versions, before + 1, "one write, one version");
    }
}
