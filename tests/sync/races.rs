//! Somebody else at the same secrets at the same time.

use envcheck::sync::{OnChanged, Outcome};

use crate::fake::{Fake, Fault, Kind};
use crate::shop::{CANARY, How, Shop, run, schema};

const OURS: &[(&str, &str)] = &[("managed-by", "envcheck"), ("envcheck-owner", "shop")];

fn added(is_after: bool) -> Kind {
    Kind::Added { value: "somebody else's".to_owned(), is_after }
}

fn update() -> How {
    How { on_changed: OnChanged::Update, ..How::default() }
}

fn values(fake: &Fake, id: &str) -> Vec<String> {
    let versions = fake.secret(id).unwrap().versions;
    versions.into_iter().map(|version| String::from_utf8(version.data).unwrap()).collect()
}

#[test]
fn a_version_that_came_between_is_a_conflict_that_names_both() {
    for is_after in [false, true] {
        let (shop, fake) = (Shop::new(&schema(&["KEY"])), Fake::start());
        fake.put("key", OURS, &["old"]);
        fake.fault(Fault::on(":addVersion", added(is_after)).once());
        let ran = run(&shop, &fake, &[("KEY", "new")], update()).unwrap();
        let Outcome::Conflict(message) = &ran.applied[0].outcome else { panic!("{:?}", ran.applied) };
        assert!(message.contains("version 2") && message.contains("version 3"), "{message}");
        let held = values(&fake, "key");
        assert_eq!(held.len(), 3, "nothing is lost");
        assert!(held.contains(&"somebody else's".to_owned()) && held.contains(&format!("{CANARY}-new")));
    }
}

#[test]
fn what_changed_since_the_plan_is_not_written_over() {
    let (shop, fake) = (Shop::new(&schema(&["KEY"])), Fake::start());
    fake.put("key", OURS, &["old"]);
    // The first access is the plan's, the second one that right before the write.
    fake.fault(Fault::on(":access", added(false)).after(1).once());
    let ran = run(&shop, &fake, &[("KEY", "new")], update()).unwrap();
    assert!(matches!(&ran.applied[0].outcome, Outcome::Conflict(_)), "{:?}", ran.applied);
    assert_eq!(values(&fake, "key"), ["old", "somebody else's"]);
}

#[test]
fn what_somebody_else_created_meanwhile_goes_through_the_table_again() {
    let create = |versions: &'static [&'static str], value: &str| {
        let (shop, fake) = (Shop::new(&schema(&["KEY"])), Fake::start());
        // It is made between the listing and the creation.
        let made = std::sync::Arc::new(fake);
        let ran = std::thread::scope(|scope| {
            made.fault(Fault::on("/secrets", Kind::Latency(std::time::Duration::from_millis(300))).method("POST"));
            let other = std::sync::Arc::clone(&made);
            scope.spawn(move || {
                while other.requests().is_empty() {
                    std::thread::sleep(std::time::Duration::from_millis(5));
                }
                other.put("key", &[], versions);
            });
            run(&shop, &made, &[("KEY", value)], update()).unwrap()
        });
        (ran.applied[0].outcome.clone(), values(&made, "key").len())
    };
    assert!(matches!(create(&[], "new"), (Outcome::Done { .. }, 1)));
    assert!(matches!(create(&["c4n4ry-new"], "new"), (Outcome::Unchanged, 1)));
    assert!(matches!(create(&["theirs"], "new"), (Outcome::Conflict(_), 1)), "not even with `--on-changed update`");
}

#[test]
fn two_runs_at_once_store_each_value_once() {
    let names: Vec<String> = (0..12).map(|number| format!("KEY_{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let given: Vec<(&str, &str)> = names.iter().map(|name| (*name, *name)).collect();
    let (shop, fake) = (Shop::new(&schema(&names)), Fake::start());
    let runs: Vec<_> = std::thread::scope(|scope| {
        let all: Vec<_> = (0..2).map(|_| scope.spawn(|| run(&shop, &fake, &given, update()).unwrap())).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let last = run(&shop, &fake, &given, update()).unwrap();
    assert!(last.applied.iter().all(|one| one.outcome.is_good()), "{:?}", last.applied);
    let again = run(&shop, &fake, &given, update()).unwrap();
    assert!(again.is_in_step(), "{:?}", again.plan.items);
    for name in &names {
        let held = values(&fake, &name.to_lowercase().replace('_', "-"));
        // Where both added before either looked, both say so; the value is the same.
        let conflict = runs.iter().any(|ran| ran.applied.iter().any(|one| matches!(one.outcome, Outcome::Conflict(_))));
        assert!(held.len() == 1 || held.len() == 2 && conflict, "{name} has {} versions", held.len());
    }
}
