//! What a plain YAML scalar becomes on its way into a container. Not the other tools that read YAML.
//!
//! Compose decodes with go-yaml, which takes plain scalars for numbers, booleans and dates, and prints them back with
//! Go's `%v`: `007` arrives as `7`, `1.10` as `1.1`. Source: `resolve.go` of go-yaml v4, measured with compose-go.

use crate::fact::Mangling;

/// What a plain scalar is to compose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::loaders) enum Plain {
    /// Text as it is written.
    Text,
    /// A number, a boolean or a date, and how it is printed back.
    Typed(String),
    /// A number that compose refuses: `.inf`, `.nan`.
    Refused,
}

/// What happens to the plain scalar `text` on its way; `None` if it arrives as it is written.
pub(super) fn mangling(text: &str) -> Option<Mangling> {
    match resolve(text) {
        Plain::Typed(printed) if printed != text => Some(change(text)),
        Plain::Text if is_word(text) => Some(Mangling::Word),
        Plain::Text if is_sexagesimal(text) => Some(Mangling::Sexagesimal),
        Plain::Typed(_) | Plain::Refused | Plain::Text => None,
    }
}

/// Why the text of a number, a boolean or a date is another one when it is printed back.
fn change(text: &str) -> Mangling {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_based = ["0x", "0X", "0o", "0O", "0b", "0B"].iter().any(|base| digits.starts_with(base));
    if text.starts_with(|first: char| first.is_ascii_alphabetic()) {
        Mangling::Capitals
    } else if digits.get(4..).is_some_and(|rest| rest.starts_with('-')) {
        Mangling::Date
    } else if is_based {
        Mangling::Base
    } else if digits.contains('_') {
        Mangling::Underscore
    } else if digits.contains(['e', 'E']) {
        Mangling::Exponent
    } else if digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.") {
        Mangling::LeadingZero
    } else if digits.contains('.') {
        Mangling::Fraction
    } else if text.starts_with('+') {
        Mangling::Sign
    } else {
        Mangling::Digits
    }
}

/// The booleans of YAML 1.1 that compose takes for text.
fn is_word(text: &str) -> bool {
    let words = ["yes", "Yes", "YES", "no", "No", "NO", "on", "On", "ON", "off", "Off", "OFF"];
    words.contains(&text)
}

/// YAML 1.1: `[1-9][0-9_]*(:[0-5]?[0-9])+`
fn is_sexagesimal(text: &str) -> bool {
    let mut parts = text.split(':');
    let first = parts.next().unwrap_or_default();
    let is_part = |part: &str| {
        let is_short =
            part.len() == 1 || (part.len() == 2 && part.starts_with(|first: char| ('0'..='5').contains(&first)));
        is_short && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let rest: Vec<&str> = parts.collect();
    first.starts_with(|first: char| ('1'..='9').contains(&first))
        && first.bytes().all(|byte| byte.is_ascii_digit())
        && !rest.is_empty()
        && rest.into_iter().all(is_part)
}

/// Tells what the plain scalar `text` is. Null is the caller's business.
pub(in crate::loaders) fn resolve(text: &str) -> Plain {
    let Some(first) = text.as_bytes().first() else { return Plain::Text };
    match text {
        "true" | "True" | "TRUE" => return Plain::Typed("true".to_owned()),
        "false" | "False" | "FALSE" => return Plain::Typed("false".to_owned()),
        "-0" | "-0.0" => return Plain::Typed("-0".to_owned()),
        _ => {}
    }
    let special = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(special, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Plain::Refused;
    }
    match first {
        b'.' if is_float(text) => number(text),
        b'+' | b'-' | b'0'..=b'9' => date(text).map_or_else(|| integer_or_float(text), Plain::Typed),
        _ => Plain::Text,
    }
}

fn integer_or_float(text: &str) -> Plain {
    let plain = text.replace('_', "");
    if let Some(printed) = integer(&plain) {
        Plain::Typed(printed)
    } else if is_float(&plain) {
        number(&plain)
    } else {
        Plain::Text
    }
}

/// Go's `ParseInt` with base 0: a prefix tells the base, a leading zero means octal.
fn integer(text: &str) -> Option<String> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let lower = digits.to_ascii_lowercase();
    let (base, digits) = match lower.get(..2) {
        Some("0x") => (16, lower.get(2..)?),
        Some("0o") => (8, lower.get(2..)?),
        Some("0b") => (2, lower.get(2..)?),
        _ if lower.len() > 1 && lower.starts_with('0') => (8, lower.get(1..)?),
        _ => (10, lower.as_str()),
    };
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(base)) {
        return None;
    }
    let magnitude = u64::from_str_radix(digits, base).ok()?;
    if negative {
        (magnitude <= 1 << 63).then(|| if magnitude == 0 { "0".to_owned() } else { format!("-{magnitude}") })
    } else {
        Some(magnitude.to_string())
    }
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_float(text: &str) -> bool {
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (text, None),
    };
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let has_point = mantissa.contains('.');
    digits(whole)
        && digits(fraction)
        && (!whole.is_empty() || (has_point && !fraction.is_empty()))
        && exponent.is_none_or(|exponent| !exponent.is_empty() && digits(exponent))
}

/// Go's `%v` of a float: the shortest digits that read back, an exponent below 1e-4 and from 1e21 on.
fn number(text: &str) -> Plain {
    let Ok(value) = text.parse::<f64>() else { return Plain::Text };
    if !value.is_finite() {
        return Plain::Text;
    }
    let scientific = format!("{value:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else { return Plain::Text };
    let Ok(power) = exponent.parse::<i32>() else { return Plain::Text };
    if value != 0.0 && !(-4..21).contains(&power) {
        let sign = if power < 0 { '-' } else { '+' };
        return Plain::Typed(format!("{digits}e{sign}{:02}", power.abs()));
    }
    Plain::Typed(format!("{value}"))
}

/// A date or a time as Go prints it: `2024-01-02` is `2024-01-02 00:00:00 +0000 UTC`.
fn date(text: &str) -> Option<String> {
    let (year, rest) = text.split_once('-')?;
    if year.len() != 4 || !year.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let end = rest.find(['T', 't', ' ']).unwrap_or(rest.len());
    let (month, day) = rest.get(..end)?.split_once('-')?;
    let short = |text: &str| (1..=2).contains(&text.len()).then(|| text.parse::<i8>().ok()).flatten();
    let date = jiff::civil::Date::new(year.parse().ok()?, short(month)?, short(day)?).ok()?;
    let Some(time) = rest.get(end + 1..) else { return Some(format!("{date} 00:00:00 +0000 UTC")) };
    let zoned = !rest.get(end..)?.starts_with(' ');
    let (time, zone) = if zoned {
        let at = time.find(['Z', '+', '-'])?;
        (time.get(..at)?, printed_zone(time.get(at..)?)?)
    } else {
        (time, "+0000 UTC".to_owned())
    };
    let (clock, fraction) = match time.split_once('.') {
        Some((clock, fraction)) => (clock, Some(fraction)),
        None => (time, None),
    };
    let mut parts = clock.split(':');
    let (hour, minute, second) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let (hour, minute, second) = (short(hour)?, short(minute)?, short(second)?);
    if !(0..24).contains(&hour) || !(0..60).contains(&minute) || !(0..60).contains(&second) {
        return None;
    }
    let fraction = match fraction {
        None => String::new(),
        Some(digits) if (1..=9).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            let digits = digits.trim_end_matches('0');
            if digits.is_empty() { String::new() } else { format!(".{digits}") }
        }
        Some(_) => return None,
    };
    Some(format!("{date} {hour:02}:{minute:02}:{second:02}{fraction} {zone}"))
}

fn printed_zone(zone: &str) -> Option<String> {
    if zone == "Z" {
        return Some("+0000 UTC".to_owned());
    }
    let (hours, minutes) = zone.get(1..)?.split_once(':')?;
    let digits = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    let offset = format!("{}{hours}{minutes}", zone.get(..1)?);
    (digits(hours) && digits(minutes)).then(|| format!("{offset} {offset}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_scalar_arrives_as_go_prints_it() {
        for (written, arrives) in [
            ("true", "true"),
            ("TRUE", "true"),
            ("False", "false"),
            ("007", "7"),
            ("010", "8"),
            ("08", "8"),
            ("0o17", "15"),
            ("0x1F", "31"),
            ("0b101", "5"),
            ("1_000", "1000"),
            ("+5", "5"),
            ("-12", "-12"),
            ("-0", "-0"),
            ("1.10", "1.1"),
            ("3.10", "3.1"),
            ("1.0", "1"),
            ("1.", "1"),
            (".5", "0.5"),
            ("1e3", "1000"),
            ("1e21", "1e+21"),
            ("0.00001", "1e-05"),
            ("0.0001", "0.0001"),
            ("18446744073709551615", "18446744073709551615"),
            ("123456789012345678901234", "1.2345678901234569e+23"),
            ("3000", "3000"),
            ("2024-01-02", "2024-01-02 00:00:00 +0000 UTC"),
            ("2024-1-2", "2024-01-02 00:00:00 +0000 UTC"),
            ("2024-01-02 03:04:05.600", "2024-01-02 03:04:05.6 +0000 UTC"),
            ("2024-01-02T03:04:05Z", "2024-01-02 03:04:05 +0000 UTC"),
            ("2024-01-02T03:04:05+02:00", "2024-01-02 03:04:05 +0200 +0200"),
        ] {
            assert_eq!(resolve(written), Plain::Typed(arrives.to_owned()), "{written}");
        }
    }

    #[test]
    fn what_is_no_number_stays_as_it_is() {
        let texts = [
            "yes",
            "NO",
            "on",
            "y",
            "off",
            "12:30:45",
            "1.2.3",
            "2024-13-01",
            "2024-01",
            "0x",
            "1e",
            "e3",
            "+",
            "-",
            "1__a",
            "10.0.0.1",
            "0.0.0.0:80",
            "a",
            "5432/tcp",
            "1,5",
            "ñ",
            "2024-01-02x",
            "0ñ",
            "12é4-1-1",
            "1-é",
        ];
        for text in texts {
            assert_eq!(resolve(text), Plain::Text, "{text}");
        }
    }

    #[test]
    fn what_does_not_arrive_as_written_has_a_reason() {
        for (written, reason) in [
            ("007", Mangling::LeadingZero),
            ("-08", Mangling::LeadingZero),
            ("1.10", Mangling::Fraction),
            ("1.0", Mangling::Fraction),
            (".5", Mangling::Fraction),
            ("0.50", Mangling::Fraction),
            ("0x1F", Mangling::Base),
            ("0o17", Mangling::Base),
            ("1_000", Mangling::Underscore),
            ("1e3", Mangling::Exponent),
            ("+5", Mangling::Sign),
            ("123456789012345678901234", Mangling::Digits),
            ("2024-01-02", Mangling::Date),
            ("True", Mangling::Capitals),
            ("yes", Mangling::Word),
            ("OFF", Mangling::Word),
            ("12:30:45", Mangling::Sexagesimal),
            ("22:22", Mangling::Sexagesimal),
        ] {
            assert_eq!(mangling(written), Some(reason), "{written}");
        }
        for written in [
            "",
            "3000",
            "true",
            "0.05",
            "0",
            "-12",
            "y",
            "1.2.3",
            "10.0.0.1:80",
            "0:30",
            "1:99",
            "a:b",
            ".inf",
            "::1",
            "8080:80/tcp",
        ] {
            assert_eq!(mangling(written), None, "{written}");
        }
    }

    #[test]
    fn infinity_is_refused() {
        for text in [".inf", "-.Inf", "+.INF", ".nan"] {
            assert_eq!(resolve(text), Plain::Refused, "{text}");
        }
    }
}
