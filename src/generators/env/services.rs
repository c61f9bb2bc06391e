//! What compose gives to a local third-party service, so that the app's URL to it says the same.

use std::fmt::Write as _;

use crate::fact::{SettingValue, TargetKind};
use crate::model::{AppTarget, Model, is_unnamed};
use crate::name::{Environment, Name};
use crate::syntax::url::{self, text_of};
use crate::tables::local_services::{self, LOCAL_SERVICES, LocalService};
use crate::value::{Known, Value};

/// A local service of a well-known kind.
pub(super) struct Service<'m> {
    kind: &'static LocalService,
    target: &'m AppTarget<'m>,
}

/// What looks up the value of a variable of the env file.
pub(super) type Lookup<'l> = &'l dyn Fn(&Name) -> Known;

/// The services of compose that no app is, as an environment has them.
pub(super) fn find<'m>(model: &'m Model<'m>, environment: &Environment) -> Vec<Service<'m>> {
    let local = model.targets.iter().filter(|target| {
        target.target.kind == TargetKind::ComposeService && target.app.is_none() && target.family.is_some()
    });
    // A file that does not say where it runs is meant for a developer, unless it runs apps elsewhere.
    let runs_elsewhere = |target: &AppTarget<'_>| {
        let mut siblings = model.targets.iter().filter(|other| std::ptr::eq(other.group, target.group));
        siblings
            .any(|other| other.app.is_some() && other.environment != *environment && !is_unnamed(&other.environment))
    };
    let chosen = local.filter(|target| {
        target.environment == *environment || is_unnamed(&target.environment) && !runs_elsewhere(target)
    });
    let kind = |target: &&'m AppTarget<'m>| {
        let is_of = |kind: &&LocalService| {
            let names = kind.password.iter().chain(kind.user.0).chain(kind.database);
            names.into_iter().any(|name| setting(target, name).is_some())
        };
        LOCAL_SERVICES.iter().find(is_of)
    };
    chosen.filter_map(|target| Some(Service { kind: kind(&target)?, target })).collect()
}

fn setting<'m>(target: &'m AppTarget<'m>, name: &str) -> Option<&'m SettingValue> {
    let settings = target.target.layers.iter().flat_map(|layer| &layer.settings);
    settings.filter(|setting| setting.name.as_str() == name).map(|setting| &setting.value).next()
}

impl Service<'_> {
    /// What the service is given under one of several names, or, where it is given nothing, what stands in.
    fn value(&self, names: &[&str], otherwise: Option<Value>, lookup: Lookup<'_>) -> Option<Value> {
        let Some(found) = names.iter().find_map(|name| setting(self.target, name)) else { return otherwise };
        let SettingValue::Given(template) = found else { return None };
        template.evaluate(lookup).value.filter(|value| !value.is_empty())
    }

    /// A part of a URL to it: `user`, `password`, `database`.
    pub(super) fn part(&self, part: &str, lookup: Lookup<'_>) -> Option<Value> {
        let (users, user) = self.kind.user;
        match part {
            "user" => self.value(users, (!user.is_empty()).then(|| Value::new(user)), lookup),
            "password" => self.value(self.kind.password, None, lookup),
            "database" => {
                let of_user = self.part("user", lookup).filter(|_| self.kind.schemes.contains(&"postgresql"));
                self.value(self.kind.database, of_user, lookup)
            }
            _ => None,
        }
    }

    /// What it is given under a name, if nothing of the env file is a part of it.
    pub(super) fn literal(&self, name: &Name) -> Option<Value> {
        let SettingValue::Given(template) = setting(self.target, name.as_str())? else { return None };
        template.as_literal().filter(|value| !value.is_empty())
    }
}

/// The service that a URL leads to: by its name in the compose project, or the only one of its kind on this machine.
pub(super) fn of_url<'s, 'm>(services: &'s [Service<'m>], text: &str) -> Option<&'s Service<'m>> {
    let url = url::read(text)?;
    let kind = local_services::of_scheme(url.protocol(text))?;
    let host = url::first_host(text)?;
    let of_kind = || services.iter().filter(|service| std::ptr::eq(service.kind, kind));
    let named = of_kind().find(|service| service.target.target.name == host);
    named.or_else(|| {
        let mut all = of_kind();
        let is_here = matches!(host, "localhost" | "127.0.0.1" | "::1" | "0.0.0.0" | "host.docker.internal");
        all.next().filter(|_| is_here && all.next().is_none())
    })
}

/// A URL whose user, password and database are those of the service.
pub(super) fn agreeing(text: &str, service: &Service<'_>, lookup: Lookup<'_>) -> Option<Value> {
    let password = service.part("password", lookup);
    let mut text = Value::new(text);
    for part in ["user", "password", "database"] {
        let has = url::read(text.expose()).is_some_and(|url| match part {
            "user" => url.user.is_some(),
            "password" => url.password.is_some(),
            _ => !text_of(text.expose(), url.database(text.expose())).is_empty(),
        });
        // A service without a password asks for no user either.
        let wanted = service.part(part, lookup).filter(|_| has || password.is_some());
        if let Some(value) = wanted {
            text = with_part(text.expose(), part, value.expose())?;
        }
    }
    Some(text)
}

/// A URL with another part; the part as a variable holds it.
pub(super) fn with_part(text: &str, part: &str, value: &str) -> Option<Value> {
    let url = url::read(text)?;
    let authority = url.authority?;
    let host = url.hosts.first()?;
    let escaped = escaped(value);
    let splice = |start: usize, end: usize, new: &str| {
        Some(Value::new(format!("{}{new}{}", text.get(..start)?, text.get(end..)?)))
    };
    match part {
        "scheme" => splice(url.scheme.start, url.scheme.end, value),
        "host" => splice(host.name.start, host.name.end, value),
        "port" => match host.port {
            Some(port) => splice(port.start, port.end, &escaped),
            None => splice(host.name.end, host.name.end, &format!(":{escaped}")),
        },
        "user" => match url.user {
            Some(user) => splice(user.start, user.end, &escaped),
            None => splice(authority.start, authority.start, &format!("{escaped}@")),
        },
        "password" => match (url.password, url.user) {
            (Some(password), _) => splice(password.start, password.end, &escaped),
            (None, Some(user)) => splice(user.end, user.end, &format!(":{escaped}")),
            (None, None) => splice(authority.start, authority.start, &format!(":{escaped}@")),
        },
        "database" => {
            let database = url.database(text);
            let slash = if text_of(text, url.path).is_empty() { "/" } else { "" };
            splice(database.start, database.end, &format!("{slash}{escaped}"))
        }
        _ => None,
    }
}

/// A part of a URL, decoded.
pub(super) fn part_of(text: &str, part: &str) -> Option<Value> {
    let url = url::read(text)?;
    let span = match part {
        "scheme" => url.scheme,
        "host" => url.hosts.first()?.name,
        "port" => url.hosts.first()?.port?,
        "user" => url.user?,
        "password" => url.password?,
        "database" => url.database(text),
        _ => return None,
    };
    url::decoded(text_of(text, span)).filter(|value| !value.is_empty())
}

/// RFC 3986: all but unreserved characters, as no reader of URLs takes those for something else.
fn escaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(text: &str, part: &str, value: &str) -> String {
        with_part(text, part, value).map(|value| value.expose().to_owned()).unwrap_or_default()
    }

    #[test]
    fn a_part_is_put_where_it_belongs_and_encoded() {
        assert_eq!(with("postgres://u:p@h:1/d", "password", "a/b@c"), "postgres://u:a%2Fb%40c@h:1/d");
        assert_eq!(with("postgres://u@h/d", "password", "x"), "postgres://u:x@h/d");
        assert_eq!(with("postgres://h/d", "user", "x"), "postgres://x@h/d");
        assert_eq!(with("redis://h:1", "password", "x"), "redis://:x@h:1");
        assert_eq!(with("postgres://u:p@h", "database", "x"), "postgres://u:p@h/x");
        assert_eq!(with("postgres://u:p@h/d?a=b", "database", "x"), "postgres://u:p@h/x?a=b");
        assert_eq!(with("postgres://u:p@h/d", "port", "5"), "postgres://u:p@h:5/d");
        assert_eq!(with("postgres://u:p@h:1/d", "host", "x"), "postgres://u:p@x:1/d");
        assert_eq!(with("nonsense", "host", "x"), "");
    }
}
