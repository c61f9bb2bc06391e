//! Small files of the person who calls envcheck, such as those with a token. No file of a repository.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;

use zeroize::Zeroizing;

/// The greatest size of such a file, in bytes.
const LIMIT: u64 = 1 << 20;

/// The text of a file; `None` if there is none that can be read.
pub(super) fn read(path: &Path) -> Option<Zeroizing<String>> {
    // Opening a FIFO would wait for its writer.
    let found = fs::metadata(path).ok().filter(|found| found.is_file() && found.len() <= LIMIT)?;
    let mut text = Zeroizing::new(String::with_capacity(usize::try_from(found.len()).ok()? + 1));
    File::open(path).ok()?.take(LIMIT).read_to_string(&mut text).ok()?;
    Some(text)
}
