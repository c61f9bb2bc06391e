//! The portable core: files that every loader reads the same, told without reading them as any loader.

use std::collections::HashSet;

use memchr::memchr;

use super::Dialect;

/// How many loaders are known to make the same of a file, from its text alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Portability {
    /// All: comments, blank lines, and `NAME=value` of plain characters, each name once.
    Everywhere,
    /// All that take double quotes around a value for quotes; see [`Dialect::reads_quotes`].
    WhereQuotesAreRead,
    /// That must be looked at.
    No,
}

impl Dialect {
    /// Whether it takes `"` around a value for quotes, and not for a part of it.
    pub fn reads_quotes(self) -> bool {
        !matches!(self, Self::Docker | Self::Make)
    }
}

/// How many loaders are known to make the same of a file.
pub fn portability(text: &str) -> Portability {
    let bytes = text.as_bytes();
    let mut found = Portability::Everywhere;
    let mut names = HashSet::new();
    let mut start = 0;
    while start < bytes.len() {
        let rest = bytes.get(start..).unwrap_or_default();
        let end = memchr(b'\n', rest).unwrap_or(rest.len());
        let line = rest.get(..end).unwrap_or_default();
        start += end + 1;
        match line.first() {
            None => continue,
            // systemd 252 joins what follows a comment that ends in a backslash.
            Some(b'#') if line.last() != Some(&b'\\') && !line.contains(&b'\r') => continue,
            _ => {}
        }
        let Some(equals) = memchr(b'=', line) else { return Portability::No };
        let (name, value) = line.split_at(equals);
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        let named = name.first().is_some_and(|first| !first.is_ascii_digit()) && name.iter().all(is_name);
        let value = match value {
            [b'=', b'"', inside @ .., b'"'] => {
                found = Portability::WhereQuotesAreRead;
                inside
            }
            plain => plain,
        };
        if !named || name == b"export" || !value.iter().copied().all(is_plain) || !names.insert(name) {
            return Portability::No;
        }
    }
    found
}

/// What no loader but a shell takes for anything else than text.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_./:@%+,=-^".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_portable(text: &str) -> bool {
        portability(text) == Portability::Everywhere
    }

    #[test]
    fn plain_assignments_and_comments_are_portable() {
        assert!(is_portable("# a comment's quote\n\nA=1\nURL=postgres://u:p@host:5432/db\nEMPTY=\nLAST=x"));
    }

    #[test]
    fn whatever_a_loader_may_read_otherwise_is_not() {
        for text in ["A=a#b", "A='1'", "A=$B", "A= 1", "A=1 ", "export A=1", " A=1", "A", "A=1\r\n", "A=ä", "A=1\nA=1"]
        {
            assert!(!is_portable(text), "{text:?}");
        }
        assert!(!is_portable("\u{feff}A=1"));
    }
}
