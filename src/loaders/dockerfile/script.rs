//! Scripts that a container starts: what they read, and whether they write it into what browsers get.

use super::shell;
use super::words::Char;
use crate::fact::{InlineIgnore, LinkKind, Loaded, Role};
use crate::loaders::{Claim, Loader};
use crate::source::SourceFile;

/// The loader. No file is one by its name: a Dockerfile names it.
pub static LOADER: Loader =
    Loader { name: "entrypoint", claims: |_| None, links: &[(LinkKind::Script, Role::Manifest)], load, assemble: None };

/// What is longer is a program, and no script of a few lines.
const LONGEST: usize = 256 << 10;

fn load(source: &SourceFile, _claim: &Claim) -> Loaded {
    let text = source.text();
    if source.damage().is_some() || text.len() > LONGEST || !is_shell(text) {
        return Loaded::default();
    }
    let chars: Vec<Char> = text.char_indices().collect();
    let shell = shell::read(&chars);
    let mut loaded = Loaded { shown: shell.reads.iter().map(|read| read.span).collect(), ..Loaded::default() };
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if let Some(at) = line.find("# envcheck:") {
            let span = crate::source::Span::new(start + at + 1, start + line.trim_end().len());
            let alone = line.get(..at).is_some_and(|before| before.trim().is_empty());
            loaded.ignores.extend(InlineIgnore::at(source, span, alone));
        }
        start += line.len();
    }
    loaded.script = Some(shell);
    loaded
}

/// Whether the first line names a shell; without one the kernel lets the shell try.
fn is_shell(text: &str) -> bool {
    let Some(rest) = text.trim_start_matches('\u{feff}').strip_prefix("#!") else { return true };
    let first = rest.lines().next().unwrap_or_default();
    let mut words = first.split_whitespace().filter_map(|word| word.rsplit('/').next());
    words.any(|word| matches!(word, "sh" | "bash" | "dash" | "ash" | "zsh" | "ksh" | "with-contenv"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourcePath;

    fn loaded(text: &str) -> Loaded {
        load(&SourceFile::new(SourcePath::new("x.sh"), text.as_bytes().to_vec()), &Claim::new(Role::Manifest))
    }

    #[test]
    fn a_script_of_a_shell_is_read_and_no_other() {
        assert_eq!(loaded("#!/bin/sh\nset -e\n: ${A:?}\nexec \"$@\"\n").script.unwrap().reads.len(), 1);
        assert_eq!(loaded("#!/usr/bin/env bash\necho $A").script.unwrap().reads.len(), 1);
        assert_eq!(loaded("echo $A").script.unwrap().reads.len(), 1);
        assert!(loaded("#!/usr/bin/env python3\nprint('$A')").script.is_none());
        let binary = SourceFile::new(SourcePath::new("x"), b"\x7fELF\xff\xfe$A".to_vec());
        assert!(load(&binary, &Claim::new(Role::Manifest)).script.is_none());
    }

    #[test]
    fn comments_can_ignore() {
        let lines: Vec<usize> =
            loaded("# envcheck: ignore[missing-variable] later\n: ${A:?}\n").ignores.iter().map(|i| i.line).collect();
        assert_eq!(lines, [2]);
    }
}
