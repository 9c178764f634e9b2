//! Durations as Go and Kubernetes write them: `5s`, `100ms`, `1m30s`, `1.5s`.

use std::time::Duration;

use super::{Checked, Poisoned};
use crate::diagnostic::Finding;
use crate::resolve::problems::value as problems;
use crate::source::At;

/// No request waits longer.
const LONGEST: Duration = Duration::from_hours(365 * 24);

/// Why a text is not a duration that Istio takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::resolve) enum Fault {
    /// Not numbers with units.
    NotADuration,
    /// A number without a unit.
    NoUnit,
    /// Less than nothing.
    Negative,
    /// Istio counts whole milliseconds, and wants at least one.
    NoWholeMilliseconds,
    /// Longer than a year.
    TooLong,
    /// Istio wants whole seconds here.
    NoWholeSeconds,
}

/// A duration of at least a millisecond, in whole milliseconds.
pub(in crate::resolve) fn duration(
    at: &At<String>,
    word: &str,
    findings: &mut Vec<Finding>,
) -> Checked<Duration> {
    parse(&at.value).map_err(|fault| {
        findings.push(problems::duration(at, word, fault));
        Poisoned
    })
}

/// A duration that may also be nothing: `0s`.
pub(in crate::resolve) fn duration_or_zero(
    at: &At<String>,
    word: &str,
    findings: &mut Vec<Finding>,
) -> Checked<Duration> {
    if at.value == "0s" { Ok(Duration::ZERO) } else { duration(at, word, findings) }
}

/// A duration in whole seconds.
pub(in crate::resolve) fn seconds(
    at: &At<String>,
    word: &str,
    findings: &mut Vec<Finding>,
) -> Checked<Duration> {
    let duration = duration(at, word, findings)?;
    if duration.subsec_millis() == 0 {
        return Ok(duration);
    }
    findings.push(problems::duration(at, word, Fault::NoWholeSeconds));
    Err(Poisoned)
}

fn parse(text: &str) -> Result<Duration, Fault> {
    if text.starts_with('-') {
        return Err(Fault::Negative);
    }
    let mut rest = text;
    let mut nanoseconds: u128 = 0;
    while !rest.is_empty() {
        let number = split(&mut rest, |c| c.is_ascii_digit() || c == '.');
        let unit = split(&mut rest, char::is_alphabetic);
        nanoseconds = nanoseconds.saturating_add(part(number, unit)?);
    }
    let longest = LONGEST.as_nanos();
    match nanoseconds {
        _ if text.is_empty() => Err(Fault::NotADuration),
        nanoseconds if nanoseconds > longest => Err(Fault::TooLong),
        nanoseconds if nanoseconds == 0 || nanoseconds % 1_000_000 != 0 => Err(Fault::NoWholeMilliseconds),
        nanoseconds => u64::try_from(nanoseconds).map(Duration::from_nanos).map_err(|_| Fault::TooLong),
    }
}

/// What `text` starts with, as long as the characters are of a kind; `text` is what follows.
fn split<'a>(text: &mut &'a str, kind: impl Fn(char) -> bool) -> &'a str {
    let end = text.find(|c| !kind(c)).unwrap_or(text.len());
    let (start, rest) = text.split_at(end);
    *text = rest;
    start
}

/// One number with its unit, in nanoseconds.
fn part(number: &str, unit: &str) -> Result<u128, Fault> {
    let scale: u128 = match unit {
        "h" => 3_600_000_000_000,
        "m" => 60_000_000_000,
        "s" => 1_000_000_000,
        "ms" => 1_000_000,
        "us" | "µs" | "μs" => 1_000,
        "ns" => 1,
        "" if number.bytes().any(|byte| byte.is_ascii_digit()) => return Err(Fault::NoUnit),
        _ => return Err(Fault::NotADuration),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() {
        return Err(Fault::NotADuration);
    }
    let fraction = fraction.trim_end_matches('0');
    let digits = |digits: &str| if digits.is_empty() { Ok(0) } else { digits.parse::<u128>() };
    // A fraction that long is not in whole nanoseconds of any unit.
    let Some(divisor) = u32::try_from(fraction.len()).ok().and_then(|length| 10_u128.checked_pow(length))
    else {
        return Err(Fault::NoWholeMilliseconds);
    };
    let whole = digits(whole).map_err(|_| Fault::TooLong)?.saturating_mul(scale);
    let fraction = digits(fraction).map_err(|_| Fault::NotADuration)?.saturating_mul(scale);
    if fraction % divisor != 0 {
        return Err(Fault::NoWholeMilliseconds);
    }
    Ok(whole.saturating_add(fraction / divisor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_duration() {
        let millis = |text: &str| parse(text).map(|duration| duration.as_millis());
        assert_eq!(
            ["5s", "100ms", "1m30s", "1.5s", "0.25s", "1h", "2000us"].map(millis).map(Result::unwrap),
            [5_000, 100, 90_000, 1_500, 250, 3_600_000, 2]
        );
    }

    #[test]
    fn what_is_not() {
        let fault = |text: &str| parse(text).unwrap_err();
        assert_eq!(
            ["0s", "0", "1.5ms", "500us", "1ns", "0.0001s"].map(fault),
            [
                Fault::NoWholeMilliseconds,
                Fault::NoUnit,
                Fault::NoWholeMilliseconds,
                Fault::NoWholeMilliseconds,
                Fault::NoWholeMilliseconds,
                Fault::NoWholeMilliseconds,
            ]
        );
        assert_eq!(
            ["-1s", "10", "1d", "abc", "", "s", "1.2.3s", ".s"].map(fault),
            [
                Fault::Negative,
                Fault::NoUnit,
                Fault::NotADuration,
                Fault::NotADuration,
                Fault::NotADuration,
                Fault::NotADuration,
                Fault::NotADuration,
                Fault::NotADuration,
            ]
        );
        assert_eq!(
            ["2629800h", "99999999999999999999999999999999999999999999h"].map(fault),
            [Fault::TooLong; 2]
        );
    }
}
