//! Credentials that the machine has: those of a container, then those of an instance (the second version of its service).
//!
//! Source: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html>,
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html>.

use std::path::Path;
use std::time::Duration;

use zeroize::Zeroizing;

use super::super::http::{Answer, Call, Effect, Endpoint, Method, Pace, Reading, Transport};
use super::super::{StoreError, files, json};
use super::credentials::{Credentials, Given};

/// Where a container asks.
const CONTAINER: &str = "http://169.254.170.2";
/// Where an instance asks.
const INSTANCE: &str = "http://169.254.169.254";
/// The addresses besides this machine's own that hand out credentials over plain http: they never leave the host.
const HOSTS: [&str; 5] =
    [CONTAINER, "http://169.254.170.23", "http://[fd00:ec2::23]", INSTANCE, "http://[fd00:ec2::254]"];

/// Looks for credentials of the machine.
pub(super) fn find(
    variable: &dyn Fn(&str) -> Option<String>,
    is_trial: bool,
    pace: Pace,
) -> Result<Option<Credentials>, StoreError> {
    // Where nobody answers at once there is nobody.
    let second = Duration::from_secs(1);
    let pace = Pace {
        connect: second,
        whole: second * 2,
        tries: 2,
        base: second / 10,
        cap: second / 10,
        patience: second,
        ..pace
    };
    let transport = Transport::new(pace, None);
    if let Some(call) = container(variable)? {
        let given = transport.send(&call, credentials)?;
        let given = given.ok_or_else(|| unauthenticated("the container's service gives no credentials"))?;
        return Ok(Some(given.credentials("the role of the container".to_owned())));
    }
    let is_off = variable("AWS_EC2_METADATA_DISABLED").is_some_and(|word| word.eq_ignore_ascii_case("true"));
    match variable("AWS_EC2_METADATA_SERVICE_ENDPOINT") {
        _ if is_off => Ok(None),
        None if is_trial => Ok(None),
        base => instance(&transport, base.as_deref().unwrap_or(INSTANCE)),
    }
}

fn unauthenticated(what: &str) -> StoreError {
    StoreError::Unauthenticated(what.to_owned())
}

/// The call that a container makes, if this is one.
fn container(variable: &dyn Fn(&str) -> Option<String>) -> Result<Option<Call<'static>>, StoreError> {
    let url = match (variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"), variable("AWS_CONTAINER_CREDENTIALS_FULL_URI"))
    {
        (Some(path), _) if path.starts_with('/') => format!("{CONTAINER}{path}"),
        (None, Some(url)) => url,
        (None, None) => return Ok(None),
        _ => return Err(StoreError::Misconfigured("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is no path".to_owned())),
    };
    if !is_local(&url) && !url.starts_with("https://") {
        let what = "AWS_CONTAINER_CREDENTIALS_FULL_URI is no address of this machine";
        return Err(StoreError::Misconfigured(what.to_owned()));
    }
    let mut call = Call::new("asking the container for credentials", Effect::Reads, Method::GET, url);
    let file = variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    let token = match file {
        Some(file) => Some(files::read(Path::new(&file)).ok_or_else(|| {
            StoreError::Misconfigured("the file in AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE cannot be read".to_owned())
        })?),
        None => variable("AWS_CONTAINER_AUTHORIZATION_TOKEN").map(Zeroizing::new),
    };
    if let Some(token) = token {
        call = call.header("authorization", token.trim());
    }
    Ok(Some(call))
}

/// Whether what is sent there stays on this machine.
fn is_local(url: &str) -> bool {
    let end = url
        .get("http://".len()..)
        .and_then(|rest| rest.find(['/', '?', '#']))
        .map_or(url.len(), |at| at + "http://".len());
    let Some(base) = url.get(..end) else { return false };
    HOSTS.contains(&base) || Endpoint::new(base).is_ok_and(|endpoint| endpoint.is_loopback())
}

/// Asks as an instance does; nobody answers where this is none.
fn instance(transport: &Transport, base: &str) -> Result<Option<Credentials>, StoreError> {
    let base = base.trim_end_matches('/');
    if !is_local(base) {
        let what = "AWS_EC2_METADATA_SERVICE_ENDPOINT is no address of this machine";
        return Err(StoreError::Misconfigured(what.to_owned()));
    }
    let what = "asking the instance for credentials";
    let url = format!("{base}/latest/api/token");
    let call = Call::new(what, Effect::Reads, Method::PUT, url).header("x-aws-ec2-metadata-token-ttl-seconds", "300");
    let Ok(Some(token)) = transport.send(&call, text) else { return Ok(None) };
    let asked = |path: &str| {
        let url = format!("{base}/latest/meta-data/iam/security-credentials/{path}");
        Call::new(what, Effect::Reads, Method::GET, url).header("x-aws-ec2-metadata-token", &token)
    };
    let Some(role) = transport.send(&asked(""), text)? else { return Ok(None) };
    let role = role.lines().next().unwrap_or_default();
    if role.is_empty() || !role.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+=,.@_-".contains(&byte)) {
        return Ok(None);
    }
    let given = transport.send(&asked(role), credentials)?;
    let given = given.ok_or_else(|| unauthenticated("the role of the instance has no credentials"))?;
    Ok(Some(given.credentials(format!("the role `{role}` of the instance"))))
}

#[expect(clippy::needless_pass_by_value, reason = "a reader takes the answer")]
fn text(answer: Answer) -> Reading<Option<Zeroizing<String>>> {
    match std::str::from_utf8(&answer.body) {
        _ if answer.status != 200 => Reading::Done(None),
        Ok(text) => Reading::Done(Some(Zeroizing::new(text.trim().to_owned()))),
        Err(_) => Reading::Damaged("it is no text"),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "a reader takes the answer")]
fn credentials(answer: Answer) -> Reading<Option<Given>> {
    if answer.status != 200 {
        return Reading::Done(None);
    }
    match json::parse(&answer.body) {
        Ok(given) => Reading::Done(Some(given)),
        Err(reason) => Reading::Damaged(reason),
    }
}

#[cfg(test)]
mod tests {
    use super::is_local;

    #[test]
    fn what_is_no_address_of_this_machine_gets_no_token() {
        for url in [
            "http://169.254.170.2/x",
            "http://localhost:80/x",
            "http://127.0.0.1",
            "http://[::1]:1/x",
            "http://[fd00:ec2::23]/",
        ] {
            assert!(is_local(url), "{url}");
        }
        for url in [
            "http://169.254.170.2.evil.com/x",
            "http://169.254.170.20/",
            "http://u@localhost/",
            "ftp://127.0.0.1",
            "",
            "http://",
        ] {
            assert!(!is_local(url), "{url}");
        }
    }
}
