//! `incomplete-group`: variables that belong together, and only some of them are given.

use super::gathered::Gathered;
use super::missing_variable::place_of;
use super::wording;
use crate::fact::{Group, GroupKind};
use crate::finding::Findings;
use crate::model::{Binding, Model, Presence, Presences, Reading};
use crate::name::{Name, is_variable_name};
use crate::schemas::accepts::{equal, items};
use crate::source::{Place, SourcePath};
use crate::value::Value;

super::rule! {
    /// Some variables of a group are given, and others that belong to them are not.
    ///
    /// ## Why is this bad?
    ///
    /// Half a feature is configured: mail has a sender and no key, a provider is switched on and has no secret. It fails
    /// where it is used, not where it is set.
    ///
    /// ## When does it speak?
    ///
    /// Of each target, and of each set of env files, that is known whole: of a part of `all_or_none`, of none of
    /// `at_least_one`, of none or several of `one_of`, and of what `when` and `for_each` require and nothing gives.
    ///
    /// ## When does it stay silent?
    ///
    /// Where a member or a switch is unknown; where a default stands in; outside the group's `environments`; and for
    /// members that are required by themselves, which are a `missing-variable`. A switch that nobody sets has its
    /// default.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # env.schema.toml
    /// [[group]]
    /// name = "email"
    /// all_or_none = ["EMAIL_FROM", "EMAIL_RESEND_API_KEY"]
    /// ```
    ///
    /// ```sh
    /// # .env
    /// EMAIL_FROM=shop@example.com
    /// ```
    ///
    /// ## Use instead
    ///
    /// Give the others too, or none of them.
    "incomplete-group", Error, since "0.1.0", check
}

/// How many items of a list are looked at.
const MOST_ITEMS: usize = 200;

/// What is wrong with a group in one view.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Broken {
    place: Place,
    label: &'static str,
    fault: Fault,
    group: (SourcePath, String, crate::source::Span),
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    /// Given, and not given.
    Part(Vec<Name>, Vec<Name>),
    /// None of these.
    None(Vec<Name>),
    /// All of these, of which one may be.
    Several(Vec<Name>),
    /// What these ask for; the texts are names, or say which name where it would tell a value.
    Asked { by: Vec<Name>, default: bool, lacking: Vec<String>, shown: Vec<Name> },
}

fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    if model.schemas.iter().all(|schema| schema.resolved.groups.is_empty()) {
        return;
    }
    let presences = Presences::new(model);
    let mut gathered: Gathered<Broken, Vec<(Place, String)>> = Gathered::new();
    for (index, view) in model.views.iter().enumerate() {
        for (path, group) in &model.schemas[view.app].resolved.groups {
            if !holds_in(model, index, group) {
                continue;
            }
            let seen = Seen { model, presences: &presences, view: index };
            let Some(fault) = seen.judge(group) else { continue };
            let Some((place, label)) = seen.place(&fault) else { continue };
            let related = seen.related(&fault);
            let group = (path.clone(), group.name.clone(), group.span);
            gathered.add(model, view, Broken { place, label, fault, group }, related);
        }
    }
    for (broken, at, related) in gathered.all() {
        let (path, name, span) = &broken.group;
        let group = if name.is_empty() { "their group".to_owned() } else { format!("the group `{name}`") };
        let message = message(&broken.fault, &at.apps(), &at.environments(), &group);
        let finding = findings.report(&broken.place, broken.label, message);
        at.tell(finding);
        if let Some(variable) = only_variable(&broken.fault) {
            finding.variable(&variable);
        }
        for (place, label) in related {
            finding.related(&place, label);
        }
        finding.related(&Place::new(path, *span), "the group").help(help(&broken.fault));
    }
}

/// Whether a group holds in the environment of a view.
fn holds_in(model: &Model<'_>, view: usize, group: &Group) -> bool {
    let environment = &model.views[view].environment;
    group.environments.is_empty() || model.environments.is_among(environment, &group.environments)
}

struct Seen<'a> {
    model: &'a Model<'a>,
    presences: &'a Presences<'a>,
    view: usize,
}

impl Seen<'_> {
    fn judge(&self, group: &Group) -> Option<Fault> {
        let with = |names: &[Name], presence: Presence| -> Vec<Name> {
            names.iter().filter(|name| self.presences.of(self.view, name) == presence).cloned().collect()
        };
        match &group.kind {
            GroupKind::AllOrNone(names) => {
                let given = with(names, Presence::Given);
                let lacking = self.unexplained(with(names, Presence::Absent));
                (!given.is_empty() && !lacking.is_empty()).then_some(Fault::Part(given, lacking))
            }
            GroupKind::AtLeastOne(names) => self.none(names),
            GroupKind::OneOf(names) => {
                let given = with(names, Presence::Given);
                if given.len() > 1 { Some(Fault::Several(given)) } else { self.none(names) }
            }
            GroupKind::When { switches, require } => self.when(switches, require),
            GroupKind::ForEach { list, require } => self.for_each(list, require),
        }
    }

    fn none(&self, names: &[Name]) -> Option<Fault> {
        let absent = |name: &&Name| self.presences.of(self.view, name) == Presence::Absent;
        let lacking: Vec<Name> = names.iter().filter(absent).cloned().collect();
        let all = lacking.len() == names.len() && self.unexplained(lacking.clone()).len() == names.len();
        all.then_some(Fault::None(lacking))
    }

    fn when(&self, switches: &[(Name, Vec<Value>)], require: &[Name]) -> Option<Fault> {
        let mut default = true;
        for (switch, values) in switches {
            let (kind, _) = self.presences.shape(self.view, switch);
            let (value, is_given) = match self.presences.reading(self.view, switch) {
                Reading::Given(value) => (value, true),
                Reading::Default(value) => (value, false),
                Reading::Nothing | Reading::Unknown => return None,
            };
            default &= !is_given;
            // Without values it is on whenever it is given.
            let is_on = if values.is_empty() { is_given } else { values.iter().any(|on| equal(kind, on, &value)) };
            if !is_on {
                return None;
            }
        }
        let absent = |name: &&Name| self.presences.of(self.view, name) == Presence::Absent;
        let lacking = self.unexplained(require.iter().filter(absent).cloned().collect());
        let by: Vec<Name> = switches.iter().map(|(switch, _)| switch.clone()).collect();
        (!lacking.is_empty()).then(|| Fault::Asked { by, default, lacking: quoted(&lacking), shown: lacking })
    }

    fn for_each(&self, list: &Name, require: &[String]) -> Option<Fault> {
        let (_, constraints) = self.presences.shape(self.view, list);
        let (value, default) = match self.presences.reading(self.view, list) {
            Reading::Given(value) => (value, false),
            Reading::Default(value) => (value, true),
            Reading::Nothing | Reading::Unknown => return None,
        };
        let (mut lacking, mut shown): (Vec<String>, Vec<Name>) = (Vec::new(), Vec::new());
        for (item, nth) in items(&constraints, &value).iter().take(MOST_ITEMS).zip(1..) {
            let part = item.expose().trim().to_uppercase().replace(['-', '.'], "_");
            for pattern in require {
                let name = Name::new(&pattern.replace("{ITEM}", &part));
                let is_lacking = is_variable_name(name.as_str())
                    && self.presences.of(self.view, &name) == Presence::Absent
                    && self.unexplained(vec![name.clone()]).len() == 1;
                if !is_lacking {
                    continue;
                }
                // The name holds a piece of the list's value; one that stands elsewhere tells nothing new.
                let nth: usize = nth;
                if self.is_known(&name) {
                    lacking.push(format!("`{name}`"));
                    shown.push(name);
                } else {
                    lacking.push(format!("`{pattern}` for item {nth}"));
                }
            }
        }
        (!lacking.is_empty()).then(|| Fault::Asked { by: vec![list.clone()], default, lacking, shown })
    }

    /// Those that no other rule says something of: neither required by themselves nor renamed.
    fn unexplained(&self, mut names: Vec<Name>) -> Vec<Name> {
        let view = &self.model.views[self.view];
        names.retain(|name| {
            let required = self.presences.binding(self.view, name).is_some_and(Binding::needs_a_value);
            !required && self.model.explained(view.app, view.target, name).is_none()
        });
        names
    }

    /// Whether a name stands anywhere as a name.
    fn is_known(&self, name: &Name) -> bool {
        let schema = &self.model.schemas[self.model.views[self.view].app];
        schema.resolved.declarations.contains_key(name)
            || self.model.sources.iter().any(|source| source.all_names.contains(name))
            || self.model.targets.iter().any(|target| {
                target.target.layers.iter().any(|layer| layer.settings.iter().any(|setting| setting.name == *name))
            })
    }

    /// Where a person will most likely edit.
    fn place(&self, fault: &Fault) -> Option<(Place, &'static str)> {
        let given = |name: &Name| Some(self.presences.sighting(self.view, name).winner?.place.clone());
        let found = match fault {
            Fault::Part(names, _) => names.iter().find_map(given).map(|place| (place, "given without the others")),
            Fault::Several(names) => names.iter().rev().find_map(given).map(|place| (place, "given beside another")),
            Fault::Asked { by, .. } => by.iter().find_map(given).map(|place| (place, "asks for what is not given")),
            Fault::None(_) => None,
        };
        let label = if matches!(fault, Fault::Asked { .. }) { "not given here" } else { "given none of them" };
        found.or_else(|| Some((place_of(self.model, &self.model.views[self.view])?, label)))
    }

    fn related(&self, fault: &Fault) -> Vec<(Place, String)> {
        let given = |name: &Name| {
            let setting = self.presences.sighting(self.view, name).winner?;
            Some((setting.place.clone(), "given here".to_owned()))
        };
        let schema = &self.model.schemas[self.model.views[self.view].app];
        let declared = |name: &Name| {
            let declared = schema.declaration(name)?;
            Some((declared.place.clone(), format!("`{name}` is declared here")))
        };
        match fault {
            Fault::Part(has, lacks) => has.iter().filter_map(given).chain(lacks.iter().filter_map(declared)).collect(),
            Fault::None(names) => names.iter().filter_map(declared).collect(),
            Fault::Several(names) => names.iter().filter_map(given).collect(),
            Fault::Asked { by, shown, .. } => {
                by.iter().filter_map(given).chain(shown.iter().filter_map(declared)).collect()
            }
        }
    }
}

fn quoted(names: &[Name]) -> Vec<String> {
    names.iter().map(|name| format!("`{name}`")).collect()
}

fn message(fault: &Fault, apps: &str, environments: &str, group: &str) -> String {
    match fault {
        Fault::Part(given, lacking) => {
            let verb = if given.len() == 1 { "is" } else { "are" };
            let (given, lacking) = (wording::names(given), wording::names(lacking));
            format!("{given} of {apps} {verb} given in {environments} without {lacking}, and {group} takes all or none")
        }
        Fault::None(names) => {
            format!("none of {} is given to {apps} in {environments}, and {group} needs one", wording::names(names))
        }
        Fault::Several(names) => {
            format!("{} of {apps} are given in {environments}, and {group} takes one", wording::names(names))
        }
        Fault::Asked { by, default, lacking, .. } => {
            let verb = if lacking.len() == 1 { "has" } else { "have" };
            let of = if *default { "the default of " } else { "" };
            let asks = if by.len() == 1 || *default { "asks" } else { "ask" };
            let it = if lacking.len() == 1 { "it" } else { "them" };
            let (lacking, by) = (wording::words(lacking), wording::names(by));
            format!("{lacking} of {apps} {verb} no value in {environments}, and {of}{by} {asks} for {it}")
        }
    }
}

fn only_variable(fault: &Fault) -> Option<Name> {
    match fault {
        Fault::Part(_, names) => match names.as_slice() {
            [only] => Some(only.clone()),
            _ => None,
        },
        Fault::Asked { lacking, shown, .. } => match shown.as_slice() {
            [only] if lacking.len() == 1 => Some(only.clone()),
            _ => None,
        },
        Fault::None(_) | Fault::Several(_) => None,
    }
}

fn help(fault: &Fault) -> &'static str {
    match fault {
        Fault::Part(..) => "give the others too, or none of them",
        Fault::None(_) => "give one of them",
        Fault::Several(_) => "keep the one that is meant",
        Fault::Asked { .. } => "give what is asked for, or change the switch",
    }
}
