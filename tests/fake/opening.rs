//! A store that is opened as a command opens it, and tries again at once.

use std::collections::BTreeMap;
use std::time::Duration;

use envcheck::stores::http::Pace;
use envcheck::stores::{self, Address, SecretStore, StoreError};

/// Opens a store of a kind; `given`: what the process's environment holds.
pub(crate) fn open(
    kind: &str,
    endpoint: Option<&str>,
    address: &str,
    given: &[(&str, &str)],
) -> Result<Box<dyn SecretStore>, StoreError> {
    let given: BTreeMap<String, String> =
        given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let pace = Pace { base: Duration::from_millis(1), cap: Duration::from_millis(5), tries: 3, ..Pace::default() };
    let own_environment = |name: &str| given.get(name).cloned();
    let address = Address { name: address, endpoint, own_environment: &own_environment, pace };
    (stores::find(kind).unwrap().open)(&address)
}
