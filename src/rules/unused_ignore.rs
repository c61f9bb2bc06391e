//! `unused-ignore`: a decision not to see something that is not there.

use crate::finding::Findings;
use crate::model::Model;

super::rule! {
    /// An ignore matched nothing, has no reason, has expired or names an unknown rule.
    ///
    /// ## Why is this bad?
    ///
    /// It hides the next finding that somebody did not mean to hide.
    ///
    /// ## Example
    ///
    /// ```sh
    /// # envcheck: ignore[empty-value]
    /// KV_REDIS_PASSWORD=
    /// ```
    ///
    /// ## Use instead
    ///
    /// Remove it, or write the reason behind the brackets.
    "unused-ignore", Warning, since "0.1.0", check
}

/// Which ignores matched is known only once all rules have spoken: `ignore` reports under this id.
fn check(_model: &Model<'_>, _findings: &mut Findings<'_>) {}
