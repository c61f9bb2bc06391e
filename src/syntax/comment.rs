//! Comments that speak to envcheck: `# envcheck: ignore[rule] reason`.

/// An ignore as a comment says it; which line it speaks of is for the loader to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IgnoreComment {
    /// The rules as written; empty where the brackets are empty or absent.
    pub rules: Vec<String>,
    /// Why; empty where none is given.
    pub reason: String,
}

/// Reads the text of a comment without its marker (`#`, `//`, `<!-- … -->`).
///
/// `None` if it does not speak to envcheck. Anything that begins with `envcheck: ignore` is an ignore, also a
/// malformed one: it is better reported as such than passed over.
pub fn ignore(comment: &str) -> Option<IgnoreComment> {
    let rest = comment.trim().strip_prefix("envcheck:")?.trim_start().strip_prefix("ignore")?;
    let (rules, reason) = match rest.trim_start().strip_prefix('[') {
        Some(rest) => rest.split_once(']').unwrap_or((rest, "")),
        None => ("", rest),
    };
    let rules = rules.split(',').map(str::trim).filter(|rule| !rule.is_empty()).map(str::to_owned).collect();
    Some(IgnoreComment { rules, reason: reason.trim().trim_start_matches([':', '-']).trim().to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_and_reason_are_read() {
        let read = ignore(" envcheck: ignore[unused-variable, empty-value] read by the cron box ").unwrap();
        assert_eq!(read.rules, ["unused-variable", "empty-value"]);
        assert_eq!(read.reason, "read by the cron box");
    }

    #[test]
    fn a_malformed_one_is_still_an_ignore() {
        assert_eq!(ignore("envcheck: ignore").unwrap(), IgnoreComment { rules: vec![], reason: String::new() });
        assert_eq!(ignore("envcheck:ignore[x").unwrap().rules, ["x"]);
        assert_eq!(ignore("see envcheck: ignore[x]"), None);
    }
}
