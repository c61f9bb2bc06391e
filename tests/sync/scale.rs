//! Many secrets: how many calls they take, and how few at once. Times are measured elsewhere.

use std::fmt::Write as _;

use crate::fake::Fake;
use crate::shop::{How, Shop, run, schema};

#[test]
fn what_is_in_step_costs_one_read_a_secret_and_no_write() {
    let names: Vec<String> = (0..120).map(|number| format!("KEY_{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let values: Vec<String> = (0..120).map(|number| format!("value-{number}")).collect();
    let given: Vec<(&str, &str)> = names.iter().copied().zip(values.iter().map(String::as_str)).collect();
    let (shop, fake) = (Shop::new(&schema(&names)), Fake::start());
    fake.page(50);
    let how = How { at_once: 8, ..How::default() };
    let ran = run(&shop, &fake, &given, how).unwrap();
    assert!(ran.applied.iter().all(|one| one.outcome.is_good()));
    let calls = fake.requests();
    // Nothing is listed yet: one page. Then for each: create, add, read back.
    assert_eq!(calls.len(), 1 + 3 * 120);
    assert!(fake.most_at_once() <= 8);
    fake.forget_requests();
    let again = run(&shop, &fake, &given, how).unwrap();
    assert!(again.is_in_step());
    let mut told = String::new();
    for call in fake.requests().iter().filter(|call| call.method != "GET") {
        let _ = writeln!(told, "{}", call.line());
    }
    assert_eq!(told, "", "nothing is written");
    assert_eq!(fake.requests().len(), 3 + 120, "three pages, and each value once");
}
