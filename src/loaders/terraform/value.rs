//! Values of Terraform's expressions, as far as they are known here, and the way on which they came.

use std::rc::Rc;

use super::instance::Instance;
use super::parts::Layered;
use crate::fact::SettingValue;
use crate::source::{SourcePath, Span};
use crate::value::Value;

/// A place whose file lives as long as all files do.
pub(super) type Spot<'a> = (&'a SourcePath, Span);

/// A variable of a module: the module by index, and its name.
pub(super) type VariableOf<'a> = (usize, &'a str);

/// How many stations of a way are kept.
const STATIONS: usize = 32;

/// The longest text that is made, in bytes.
pub(super) const LONGEST: usize = 128 << 10;

/// A value.
#[derive(Clone)]
pub(super) struct Val<'a> {
    pub(super) data: Data<'a>,
    way: Option<Rc<Station<'a>>>,
}

/// What a [`Val`] is.
#[derive(Clone)]
pub(super) enum Data<'a> {
    /// It cannot be told here.
    Unknown,
    Null,
    Bool(bool),
    /// A number in the form that a text takes of it.
    Number(Rc<str>),
    Text(Rc<Value>),
    /// A list, a set or a tuple, and whether that is all of it.
    List(Rc<Vec<Val<'a>>>, bool),
    /// A map or an object, and whether that is all of it.
    Map(Rc<Vec<Entry<'a>>>, bool),
    /// What this value is as JSON.
    Json(Rc<Val<'a>>),
    /// A resource, or what stands for one.
    Resource(Rc<Resource<'a>>),
    /// What a store holds from which a command takes it.
    Stored(Rc<SettingValue>),
}

/// A member of a [`Data::Map`].
#[derive(Clone)]
pub(super) struct Entry<'a> {
    pub(super) key: Rc<str>,
    /// Where the key stands, if it stands anywhere.
    pub(super) key_at: Option<Spot<'a>>,
    pub(super) value: Val<'a>,
}

/// A resource in an instance of a module.
pub(super) struct Resource<'a> {
    pub(super) instance: Rc<Instance<'a>>,
    pub(super) kind: &'a str,
    pub(super) block: Layered<'a>,
    /// What `each` is in it.
    pub(super) each: Option<(Val<'a>, Val<'a>)>,
}

/// A place that a value passed on its way, the last one first.
struct Station<'a> {
    spot: Spot<'a>,
    variable: Option<VariableOf<'a>>,
    before: Option<Rc<Station<'a>>>,
    count: usize,
}

impl<'a> Val<'a> {
    /// A value that stands at a place.
    pub(super) fn at(data: Data<'a>, spot: Spot<'a>) -> Self {
        Self { data, way: None }.passing(spot, None)
    }

    /// A value that stands nowhere.
    pub(super) fn made(data: Data<'a>) -> Self {
        Self { data, way: None }
    }

    pub(super) fn unknown() -> Self {
        Self::made(Data::Unknown)
    }

    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::made(Data::Text(Rc::new(Value::new(text))))
    }

    pub(super) fn list(items: Vec<Val<'a>>, whole: bool) -> Self {
        Self::made(Data::List(Rc::new(items), whole))
    }

    pub(super) fn map(entries: Vec<Entry<'a>>, whole: bool) -> Self {
        Self::made(Data::Map(Rc::new(entries), whole))
    }

    /// The same value, one place further.
    #[must_use]
    pub(super) fn passing(mut self, spot: Spot<'a>, variable: Option<VariableOf<'a>>) -> Self {
        let count = self.way.as_ref().map_or(0, |station| station.count) + 1;
        if count <= STATIONS {
            self.way = Some(Rc::new(Station { spot, variable, before: self.way.take(), count }));
        }
        self
    }

    /// The same way with another value.
    #[must_use]
    pub(super) fn with(&self, data: Data<'a>) -> Self {
        Self { data, way: self.way.clone() }
    }

    fn stations(&self) -> impl Iterator<Item = &Station<'a>> {
        std::iter::successors(self.way.as_deref(), |station| station.before.as_deref())
    }

    /// Where it comes from.
    pub(super) fn origin(&self) -> Option<Spot<'a>> {
        self.stations().last().map(|station| station.spot)
    }

    /// The first place of its way in a file.
    pub(super) fn first_in(&self, path: &SourcePath) -> Option<Span> {
        self.stations().filter(|station| station.spot.0 == path).last().map(|station| station.spot.1)
    }

    /// The last place of its way.
    pub(super) fn last(&self) -> Option<Spot<'a>> {
        self.way.as_ref().map(|station| station.spot)
    }

    /// The variables that it came through.
    pub(super) fn variables(&self) -> impl Iterator<Item = VariableOf<'a>> {
        self.stations().filter_map(|station| station.variable)
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(self.data, Data::Null)
    }

    /// The text that it becomes where a text is wanted.
    pub(super) fn as_text(&self) -> Option<Rc<Value>> {
        match &self.data {
            Data::Text(text) => Some(Rc::clone(text)),
            Data::Number(text) => Some(Rc::new(Value::new(&**text))),
            Data::Bool(value) => Some(Rc::new(Value::new(if *value { "true" } else { "false" }))),
            _ => None,
        }
    }

    /// The truth of it, where it is known: a text can be one.
    pub(super) fn as_bool(&self) -> Option<bool> {
        match &self.data {
            Data::Bool(value) => Some(*value),
            Data::Text(text) => match text.expose() {
                "true" | "1" => Some(true),
                "false" | "0" => Some(false),
                _ => None,
            },
            _ => None,
        }
    }

    pub(super) fn as_number(&self) -> Option<f64> {
        match &self.data {
            Data::Number(text) => text.parse().ok(),
            Data::Text(text) => text.expose().parse().ok(),
            _ => None,
        }
    }

    /// The member of a map or the item of a list, `None` where it cannot be told.
    pub(super) fn get(&self, key: &str) -> Option<Val<'a>> {
        match &self.data {
            Data::Map(entries, whole) => {
                let found = entries.iter().rev().find(|entry| &*entry.key == key).map(|entry| entry.value.clone());
                found.or_else(|| whole.then(|| Val::made(Data::Null)))
            }
            Data::List(items, _) => items.get(key.parse::<usize>().ok()?).cloned(),
            _ => None,
        }
    }

    /// Whether a map has a member; `None` where that cannot be told.
    pub(super) fn has(&self, key: &str) -> Option<bool> {
        let Data::Map(entries, whole) = &self.data else { return None };
        let found = entries.iter().any(|entry| &*entry.key == key);
        (found || *whole).then_some(found)
    }
}

/// A number in the one form that Terraform gives it: `1.50` is `1.5`, `1e3` is `1000`.
pub(super) fn canonical(text: &str) -> Option<String> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_digits(whole) || !is_digits(fraction) || exponent.abs() > 400 || text.len() > 1000 {
        return None;
    }
    let mut digits = format!("{whole}{fraction}");
    let mut point = i32::try_from(whole.len()).ok()? + exponent;
    while point <= 0 {
        digits.insert(0, '0');
        point += 1;
    }
    let point = usize::try_from(point).ok()?;
    while digits.len() < point {
        digits.push('0');
    }
    let (whole, fraction) = digits.split_at_checked(point)?;
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    let whole = if whole.is_empty() { "0" } else { whole };
    let sign = if whole == "0" && fraction.is_empty() { "" } else { sign };
    Some(if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") })
}
