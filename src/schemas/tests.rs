use super::*;

#[test]
fn names_are_sorted_and_unique() {
    let names: Vec<&str> = SCHEMAS.iter().map(|schema| schema.name).collect();
    assert!(names.is_sorted_by(|one, other| one < other), "{names:?}");
}
