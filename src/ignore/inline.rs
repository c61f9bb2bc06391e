//! Ignores in comments: `# envcheck: ignore[rule] reason`.

use std::collections::BTreeMap;

use super::{Circumstances, UNUSED_IGNORE};
use crate::fact::InlineIgnore;
use crate::finding::{Finding, Findings};
use crate::loaders::File;
use crate::name::nearest;
use crate::source::{Place, SourcePath};

/// Every inline ignore of a project, and which of them were used.
pub(super) struct Comments<'a> {
    comments: Vec<Comment<'a>>,
    by_line: BTreeMap<(&'a SourcePath, usize), Vec<usize>>,
}

struct Comment<'a> {
    path: &'a SourcePath,
    ignore: &'a InlineIgnore,
    used: Vec<bool>,
}

impl<'a> Comments<'a> {
    pub(super) fn new(files: &'a BTreeMap<SourcePath, File>) -> Self {
        let mut comments = Vec::new();
        let mut by_line: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for (path, file) in files {
            for ignore in &file.loaded.ignores {
                by_line.entry((path, ignore.line)).or_default().push(comments.len());
                comments.push(Comment { path, ignore, used: vec![false; ignore.rules.len()] });
            }
        }
        Self { comments, by_line }
    }

    /// The reason for which a finding whose primary label covers these lines is ignored.
    pub(super) fn reason(&mut self, finding: &Finding, (first, last): (usize, usize)) -> Option<String> {
        let path = &finding.primary.place.path;
        let mut reason = None;
        for comment in self.by_line.range((path, first)..=(path, last)).flat_map(|(_, comments)| comments) {
            let Some(comment) = self.comments.get_mut(*comment) else { continue };
            for (rule, used) in comment.ignore.rules.iter().zip(&mut comment.used) {
                if rule == finding.rule {
                    *used = true;
                    if !comment.ignore.reason.is_empty() {
                        reason.get_or_insert_with(|| comment.ignore.reason.clone());
                    }
                }
            }
        }
        reason
    }

    /// Says what is wrong with each. The words of the comment itself are not repeated: a comment may hold anything.
    pub(super) fn report(&self, circumstances: &Circumstances<'_>, findings: &mut Findings<'_>) {
        for comment in &self.comments {
            let place = Place::new(comment.path, comment.ignore.span);
            if comment.ignore.rules.is_empty() {
                let finding =
                    findings.report(&place, "no rule in brackets", "an ignore names no rule, so it ignores nothing");
                finding.help("write `envcheck: ignore[rule] reason`; `envcheck rules` lists the rules");
                continue;
            }
            if comment.ignore.reason.is_empty() {
                let finding = findings.report(&place, "no reason", "an ignore gives no reason, so it ignores nothing");
                finding.help("say why behind the brackets: `envcheck: ignore[rule] reason`");
            }
            for (rule, used) in comment.ignore.rules.iter().zip(&comment.used) {
                if let Some(known) = circumstances.known.get(rule.as_str()) {
                    if !used && circumstances.ran.contains(known) && *known != UNUSED_IGNORE {
                        let message = format!("an ignore of `{known}` matches nothing");
                        findings.report(&place, "unused", message).help("remove it");
                    }
                } else {
                    let finding = findings.report(&place, "unknown rule", "an ignore names a rule that does not exist");
                    match nearest(rule, circumstances.known.iter().copied()) {
                        Some(near) => finding.help(format!("did you mean `{near}`?")),
                        None => finding.help("`envcheck rules` lists the rules"),
                    };
                }
            }
        }
    }
}
