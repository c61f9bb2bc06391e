//! PEM blocks (RFC 7468): what they are, and whether the text of one is still whole. No key is parsed.

/// A text that begins with a PEM block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pem<'t> {
    /// What stands between `BEGIN` and the dashes: `RSA PRIVATE KEY`.
    pub label: &'t str,
    /// How many characters of base64 its body has.
    pub digits: usize,
    /// What is wrong with it.
    pub fault: Option<PemFault>,
}

/// What is wrong with a [`Pem`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PemFault {
    /// It does not end.
    NoEnd,
    /// Its end names something else than its beginning.
    OtherEnd,
    /// Its line breaks are gone: what reads PEM refuses it.
    NoLineBreaks,
}

impl Pem<'_> {
    /// Whether it is the private half of something.
    pub fn is_private(&self) -> bool {
        self.label.ends_with("PRIVATE KEY") || self.label.ends_with("PRIVATE KEY BLOCK")
    }
}

/// Reads the first block. Line breaks may be written `\n`: those who write them so undo it.
pub fn read(text: &str) -> Option<Pem<'_>> {
    let text = text.trim_start_matches(['"', '\'']).trim_start();
    let (label, behind) = text.strip_prefix("-----BEGIN ")?.split_once("-----")?;
    let is_label = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || matches!(byte, b' ' | b'-' | b'_');
    if label.is_empty() || label.len() > 100 || !label.bytes().all(is_label) {
        return None;
    }
    let (body, end) = match behind.split_once("-----END ") {
        Some((body, end)) => (body, Some(end)),
        None => (behind, None),
    };
    let digits = body.bytes().filter(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')).count();
    let breaks = body.contains('\n') || body.contains("\\n") || body.contains('\r');
    let fault = match end {
        None => Some(PemFault::NoEnd),
        Some(end) if end.split("-----").next() != Some(label) => Some(PemFault::OtherEnd),
        Some(_) if !breaks && digits > 0 => Some(PemFault::NoLineBreaks),
        Some(_) => None,
    };
    Some(Pem { label, digits, fault })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> Option<PemFault> {
        read(text).and_then(|pem| pem.fault)
    }

    #[test]
    fn line_breaks_may_be_written() {
        for text in
            ["-----BEGIN X KEY-----\nAAAA\n-----END X KEY-----\n", "-----BEGIN X KEY-----\\nAAAA\\n-----END X KEY-----"]
        {
            let pem = read(text).unwrap();
            assert_eq!((pem.label, pem.fault), ("X KEY", None));
            assert!(pem.digits >= 4 && !pem.is_private());
        }
    }

    #[test]
    fn what_was_lost_is_told() {
        assert_eq!(fault("-----BEGIN X KEY----- AAAA -----END X KEY-----"), Some(PemFault::NoLineBreaks));
        assert_eq!(fault("-----BEGIN X KEY-----AAAA-----END X KEY-----"), Some(PemFault::NoLineBreaks));
        assert_eq!(fault("-----BEGIN X KEY-----\nAAAA"), Some(PemFault::NoEnd));
        assert_eq!(fault("-----BEGIN X KEY-----\nAAAA\n-----END Y KEY-----"), Some(PemFault::OtherEnd));
    }

    #[test]
    fn what_is_no_block_is_none() {
        for text in ["", "-----", "-----BEGIN ", "-----BEGIN -----", "-----BEGIN lower-----", "x -----BEGIN X-----"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert!(read("-----BEGIN MADE UP PRIVATE KEY-----\n").is_some_and(|pem| pem.is_private()));
    }
}
