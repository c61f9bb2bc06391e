//! stub
/// marker
pub fn is_marker(_name: &str) -> bool {
    false
}
