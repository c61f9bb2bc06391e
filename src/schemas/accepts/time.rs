//! Dates and durations.

use jiff::Timestamp;
use jiff::civil::{Date, ISOWeekDate};

/// A date of ISO 8601, also with a time behind it: `2027-01-31`, `20270131`, `2027-W04-7`, `2027-01`.
pub(super) fn is_date(text: &str) -> bool {
    // A time zone in brackets (RFC 9557) would need a database of them.
    text.parse::<Date>().is_ok()
        || text.parse::<Timestamp>().is_ok()
        || text.parse::<ISOWeekDate>().is_ok()
        || Date::strptime("%Y-%j", text).is_ok_and(|_| text.len() == 8)
        || is_month(text)
}

fn is_month(text: &str) -> bool {
    let Some((year, month)) = text.split_once('-') else { return false };
    let is_number = |part: &str, length: usize| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
    is_number(year, 4) && is_number(month, 2) && ("01"..="12").contains(&month)
}

/// `30s`, `1h30m`, `1.5 hours`, ISO 8601, `HH:MM:SS`, or a number of seconds.
pub(super) fn is_duration(text: &str) -> bool {
    super::numbers::number(text).is_some_and(f64::is_finite)
        || is_sum(text)
        || is_iso(text)
        || is_clock(text)
        || (text.trim().len() == text.len() && text.parse::<jiff::Span>().is_ok())
}

/// The units of Go, Java, Python, `ms` (JavaScript) and humantime (Rust).
const UNITS: [&str; 50] = [
    "ns",
    "nsec",
    "nsecs",
    "nano",
    "nanos",
    "nanosecond",
    "nanoseconds",
    "us",
    "µs",
    "μs",
    "usec",
    "usecs",
    "micro",
    "micros",
    "microsecond",
    "microseconds",
    "ms",
    "msec",
    "msecs",
    "milli",
    "millis",
    "millisecond",
    "milliseconds",
    "s",
    "sec",
    "secs",
    "second",
    "seconds",
    "m",
    "min",
    "mins",
    "minute",
    "minutes",
    "h",
    "hr",
    "hrs",
    "hour",
    "hours",
    "d",
    "day",
    "days",
    "w",
    "wk",
    "wks",
    "week",
    "weeks",
    "mo",
    "month",
    "months",
    "y",
];
/// The longer words for years.
const YEARS: [&str; 4] = ["yr", "yrs", "year", "years"];

fn is_sum(text: &str) -> bool {
    let mut rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    while !rest.is_empty() {
        let Some(behind) = decimal(rest) else { return false };
        let behind = behind.strip_prefix(' ').unwrap_or(behind);
        let end = behind.find(|c: char| !c.is_alphabetic()).unwrap_or(behind.len());
        let (unit, behind) = behind.split_at(end);
        if !UNITS.iter().chain(&YEARS).any(|known| known.eq_ignore_ascii_case(unit)) {
            return false;
        }
        rest = behind.strip_prefix(' ').filter(|rest| !rest.is_empty()).unwrap_or(behind);
    }
    !text.is_empty() && !text.ends_with(['+', '-'])
}

/// What follows a decimal number at the start of the text.
fn decimal(text: &str) -> Option<&str> {
    let digits = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let whole = digits(text);
    let behind = text.get(whole..)?;
    let Some(fraction) = behind.strip_prefix(['.', ',']) else { return (whole > 0).then_some(behind) };
    let length = digits(fraction);
    (whole + length > 0).then(|| fraction.get(length..)).flatten()
}

/// ISO 8601, 5.5.2: `P1Y2M3DT4H5M6S` and `P2W`; any number may have a fraction or, as in Java, a sign.
fn is_iso(text: &str) -> bool {
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    let Some(rest) = text.strip_prefix(['P', 'p']) else { return false };
    let (days, time) = match rest.split_once(['T', 't']) {
        Some((days, time)) => (days, Some(time)),
        None => (rest, None),
    };
    let empty = days.is_empty() && time.is_none();
    !empty && has_units(days, "YMWD") && time.is_none_or(|time| !time.is_empty() && has_units(time, "HMS"))
}

/// Numbers, each with a unit, in the order of `units`.
fn has_units(mut text: &str, units: &str) -> bool {
    let mut units = units.chars();
    while !text.is_empty() {
        let Some(behind) = decimal(text.strip_prefix(['+', '-']).unwrap_or(text)) else { return false };
        let mut signs = behind.chars();
        let Some(unit) = signs.next() else { return false };
        if !units.any(|known| known == unit.to_ascii_uppercase()) {
            return false;
        }
        text = signs.as_str();
    }
    true
}

/// `01:30:00`, as Python's parsers read it.
fn is_clock(text: &str) -> bool {
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (clock, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let parts: Vec<&str> = clock.splitn(4, ':').collect();
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let sexagesimal = |part: &&str| part.len() == 2 && is_digits(part) && **part < *"60";
    matches!(parts.len(), 2 | 3)
        && is_digits(fraction)
        && parts.first().is_some_and(|first| is_digits(first))
        && parts.iter().skip(1).all(sexagesimal)
}
