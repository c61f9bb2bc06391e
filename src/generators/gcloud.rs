//! A script that makes the secrets of an environment in Google Secret Manager, and asks for their values.

use std::fmt::Write as _;

use super::secrets::{asks, environment, of_google};
use super::{Artefact, Asked, GenerateError, Generator, quote, scripts};

pub(super) static GENERATOR: Generator =
    Generator { name: "gcloud", make: |asked, _| Ok(vec![Artefact::whole(text(asked)?)]) };

const SECRET: &str = include_str!("scripts/gcloud.sh");

fn text(asked: &Asked<'_>) -> Result<String, GenerateError> {
    let what = "Makes what is missing in Google Secret Manager.";
    let mut text = scripts::head("gcloud", environment(asked)?, what);
    text.push_str("\nexport CLOUDSDK_CORE_DISABLE_PROMPTS=1\n");
    text.push_str(scripts::VALUES);
    text.push_str(SECRET);
    for ((project, location), secrets) in of_google(asked)? {
        let place = location.as_ref().map(|location| format!(" {}", quote::shell(&format!("--location={location}"))));
        // A regional secret lies where it is, and nowhere else.
        let replication = if location.is_some() { "" } else { "--replication-policy=automatic" };
        let _ = write!(
            text,
            "\nplace=({}{})\nreplication=({replication})\n",
            quote::shell(&format!("--project={project}")),
            place.unwrap_or_default()
        );
        let mut labels = String::new();
        for secret in secrets {
            let own = format!("managed-by=envcheck,envcheck-owner={}", secret.owner);
            if own != labels {
                let _ = writeln!(text, "labels={}", quote::shell(&own));
                labels = own;
            }
            let kind = secret.kind.as_deref().unwrap_or_default();
            text.push_str(&scripts::call("secret", &[&secret.id, secret.variable.as_str(), kind, &asks(&secret)]));
        }
    }
    text.push_str(scripts::END);
    Ok(text)
}
