//! What is said about values in rules: texts and numbers of the wrong form.

use crate::diagnostic::{Code, Finding, suggest};
use crate::resolve::value::duration::Fault as DurationFault;
use crate::resolve::value::header::{CommandFault, LONGEST_VALUE, NameFault, ValueFault};
use crate::resolve::value::regex::{Fault as RegexFault, LONGEST, MOST_REPETITIONS};
use crate::source::{At, Place};

pub(in crate::resolve) fn duration(at: &At<String>, word: &str, fault: DurationFault) -> Finding {
    let help = match fault {
        DurationFault::NotADuration => {
            "write a number and `ms`, `s`, `m` or `h`: `5s`, `250ms`, `1m30s`".to_owned()
        }
        DurationFault::NoUnit if at.value.bytes().all(|byte| byte == b'0') => none(word),
        DurationFault::NoUnit => format!("write the unit: `{0}s` or `{0}ms`", at.value),
        DurationFault::Negative => "write a duration of at least `1ms`".to_owned(),
        DurationFault::NoWholeMilliseconds if !at.value.contains(|c| ('1'..='9').contains(&c)) => none(word),
        DurationFault::NoWholeMilliseconds => "Istio counts whole milliseconds, from `1ms` on".to_owned(),
        DurationFault::TooLong => "write at most a year: `8760h`".to_owned(),
        DurationFault::NoWholeSeconds => "write whole seconds".to_owned(),
    };
    let label = match fault {
        DurationFault::NotADuration => "not a duration",
        DurationFault::NoUnit => "no unit",
        DurationFault::Negative => "less than nothing",
        DurationFault::NoWholeMilliseconds if !at.value.contains(|c| ('1'..='9').contains(&c)) => {
            "no time at all"
        }
        DurationFault::NoWholeMilliseconds => "not whole milliseconds",
        DurationFault::TooLong => "more than a year",
        DurationFault::NoWholeSeconds => "not whole seconds",
    };
    Finding::new(Code::MG0350, format!("`{word}` cannot be `{}`", at.value)).at(at.place, label).help(help)
}

fn none(word: &str) -> String {
    format!("write at least `1ms`, or leave `{word}` out for none")
}

pub(in crate::resolve) fn regex(at: &At<String>, word: &str, fault: &RegexFault) -> Finding {
    let (message, help) = match fault {
        RegexFault::Empty => (
            format!("the regular expression of `{word}` is empty"),
            "write what is to match, or leave the word out",
        ),
        RegexFault::TooLong => (
            format!(
                "the regular expression of `{word}` has {} bytes, and Istio takes {LONGEST}",
                at.value.len()
            ),
            "write several conditions, each with its own expression",
        ),
        RegexFault::LookAround => (
            "RE2, which Envoy speaks, knows no look-around".to_owned(),
            "write what is to match; what is not to match goes into `withoutHeaders` or an earlier rule",
        ),
        RegexFault::Backreference => (
            "RE2, which Envoy speaks, knows no backreferences".to_owned(),
            "write the alternatives out, or `\\\\1` for a backslash",
        ),
        RegexFault::TooManyRepetitions => (
            format!("RE2, which Envoy speaks, counts to {MOST_REPETITIONS}"),
            "repeat less often, or use `*` or `+`",
        ),
        RegexFault::TooLarge => (
            format!(
                "the regular expression of `{word}` is larger than Envoy allows, with its repetitions written out"
            ),
            "repeat less often, or use `*` or `+`",
        ),
        RegexFault::BadRepetition if at.value == "*" => (
            "`*` is not a regular expression".to_owned(),
            "write `{present: true}` for any value, or `.*` for any text",
        ),
        RegexFault::BadRepetition => (
            "the regular expression repeats a repetition, or nothing".to_owned(),
            "put what is to be repeated into parentheses, or escape the character: `\\*`",
        ),
        RegexFault::Syntax(excerpt) => (
            format!("`{excerpt}` is not a regular expression of RE2, which Envoy speaks"),
            "see https://github.com/google/re2/wiki/Syntax",
        ),
    };
    Finding::new(Code::MG0351, message).at(at.place, "").help(help)
}

pub(in crate::resolve) fn header_name(at: &At<String>, fault: NameFault) -> Finding {
    let (message, help) = match fault {
        NameFault::Empty => ("a header name is empty".to_owned(), "write the name".to_owned()),
        NameFault::Character(c) => (
            format!("`{}` is not a header name", at.value),
            format!("leave out {}: names have letters, digits and some of `-_.`", described(c)),
        ),
        NameFault::Word(word) => (
            format!("Istio ignores `{word}` among the headers"),
            format!("write `{word}:` beside `headers:`, not below it"),
        ),
        NameFault::Pseudo(Some(word)) => {
            (format!("`{}` is not a header", at.value), format!("write `{word}:` beside `headers:`"))
        }
        NameFault::Pseudo(None) => (
            format!("`{}` is not a header that can be changed", at.value),
            "use `rewrite` for path and host".to_owned(),
        ),
        NameFault::Host => (
            format!("`{}` cannot be changed here", at.value),
            "use `rewrite: {authority: …}` for the host of a request".to_owned(),
        ),
    };
    Finding::new(Code::MG0352, message).at(at.place, "").help(help)
}

pub(in crate::resolve) fn header_value(at: &At<String>, fault: ValueFault) -> Finding {
    let (code, message, help) = match fault {
        ValueFault::Control(c) => {
            (Code::MG0353, format!("a header value cannot hold {}", described(c)), "leave it out".to_owned())
        }
        ValueFault::TooLong(length) => (
            Code::MG0353,
            format!("a header value has {length} bytes, and Envoy takes {LONGEST_VALUE}"),
            "write a shorter one".to_owned(),
        ),
        ValueFault::Command(CommandFault::Unpaired) => (
            Code::MG0353,
            "a `%` in this header value starts a command that does not end".to_owned(),
            "write `%%` for a percent sign, or the command in full: `%START_TIME%`".to_owned(),
        ),
        ValueFault::Command(CommandFault::Unknown(name, meant)) => (
            Code::MG0377,
            format!("Envoy has no command `{name}`"),
            match meant {
                Some(meant) => format!("did you mean `%{meant}%`? Write `%%` for a percent sign"),
                None => "write `%%` for a percent sign".to_owned(),
            },
        ),
        ValueFault::Command(CommandFault::Later(name, minor)) => (
            Code::MG0501,
            format!(
                "the command `{name}` in a header needs Istio 1.{minor}, but some caller runs an older one"
            ),
            "raise `istio` if the caller is newer than that, else leave it out".to_owned(),
        ),
        ValueFault::Command(CommandFault::NoArgument(name, example)) => (
            Code::MG0377,
            format!("Envoy's command `{name}` does not say what of"),
            format!("write it in parentheses: `{example}`"),
        ),
        ValueFault::Command(CommandFault::SurplusArgument(name)) => (
            Code::MG0377,
            format!("Envoy's command `{name}` takes nothing in parentheses"),
            format!("write `%{name}%`"),
        ),
        ValueFault::Command(CommandFault::BadArgument(name, example)) => (
            Code::MG0377,
            format!("Envoy's command `{name}` is not written so"),
            format!("an example: `{example}`"),
        ),
    };
    Finding::new(code, message).at(at.place, "").help(help)
}

pub(in crate::resolve) fn query_parameter_name(at: &At<String>) -> Finding {
    let message = if at.value.is_empty() {
        "the name of a query parameter is empty".to_owned()
    } else {
        format!("the name of a query parameter has {} bytes, and Envoy takes 1,024", at.value.len())
    };
    Finding::new(Code::MG0378, message)
        .at(at.place, "")
        .help("write the name as it stands in the address, before the `=`")
}

pub(in crate::resolve) fn line_break(at: &At<String>, word: &str, character: char) -> Finding {
    let help = if at.value.trim_end_matches(['\n', '\r']).contains(['\n', '\r', '\0']) {
        "leave it out"
    } else {
        "a text block (`|`) ends in a line break: write the text on the line of the word itself, or `|-`"
    };
    Finding::new(Code::MG0379, format!("`{word}` cannot hold {}", described(character)))
        .at(at.place, "")
        .help(help)
}

pub(in crate::resolve) fn never_so(at: &At<String>, what: &str, why: &str, help: &str) -> Finding {
    Finding::new(Code::MG0382, format!("no request has {what} `{}`", at.value)).at(at.place, why).help(help)
}

pub(in crate::resolve) fn no_such_group(at: &At<String>, group: char, groups: usize) -> Finding {
    let has = match groups {
        0 => "no group".to_owned(),
        1 => "one group".to_owned(),
        groups => format!("{groups} groups"),
    };
    let help = match groups {
        0 => "put the part to keep into parentheses in `match`; `\\0` is all that it matches".to_owned(),
        1 => "write `\\0` for all that is matched, or `\\1` for the group".to_owned(),
        groups => format!("write `\\0` for all that is matched, or `\\1` to `\\{}`", groups.min(9)),
    };
    Finding::new(Code::MG0383, format!("`\\{group}` is not there: the regular expression has {has}"))
        .at(at.place, "")
        .help(help)
}

pub(in crate::resolve) fn bad_escape(at: &At<String>) -> Finding {
    Finding::new(Code::MG0383, format!("`{}` has a backslash before neither a digit nor another", at.value))
        .at(at.place, "")
        .help("write `\\\\` for a backslash, `\\1` for the first group")
}

pub(in crate::resolve) fn header_twice(key: &At<String>, first: Place) -> Finding {
    Finding::new(Code::MG0370, format!("the header `{}` is named twice", key.value.to_ascii_lowercase()))
        .at(key.place, "again")
        .at(first, "first here")
        .help("header names are the same in upper and lower case: keep one")
}

pub(in crate::resolve) fn claim(at: &At<String>) -> Finding {
    Finding::new(Code::MG0369, format!("`{}` is a claim, which only ingress gateways see", at.value))
        .at(at.place, "")
        .help("match a header that the gateway sets from the claim")
}

pub(in crate::resolve) fn empty(place: Place, word: &str) -> Finding {
    Finding::new(Code::MG0354, format!("`{word}` is empty"))
        .at(place, "")
        .help(format!("write a text, or leave `{word}` out"))
}

pub(in crate::resolve) fn empty_prefix(at: &At<String>, word: &str) -> Finding {
    Finding::new(Code::MG0354, format!("the prefix in `{word}` is empty")).at(at.place, "").help(match word {
        "headers" | "withoutHeaders" | "queryParams" => "write a prefix, or `{present: true}` for any value",
        _ => "write a prefix, or leave the word out for any value",
    })
}

pub(in crate::resolve) fn no_slash(at: &At<String>) -> Finding {
    Finding::new(Code::MG0333, format!("no request has a path that begins `{}`", at.value))
        .at(at.place, "")
        .help(format!("paths begin with a slash: write `/{}`", at.value))
}

pub(in crate::resolve) fn compared_with_nothing(at: &At<String>, word: &str) -> Finding {
    Finding::new(Code::MG0355, format!("`{word}` is compared with an empty text")).at(at.place, "").help(
        match word {
            "headers" | "withoutHeaders" | "queryParams" => {
                "write `{present: true}` for any value, or nothing at all if it does not matter"
            }
            _ => "leave the word out for any value",
        },
    )
}

pub(in crate::resolve) fn cors_method(at: &At<String>, known: &[&str]) -> Finding {
    let finding = Finding::new(Code::MG0356, format!("there is no method `{}`", at.value)).at(at.place, "");
    finding.help(suggest(&at.value, known.iter().copied(), "there are"))
}

pub(in crate::resolve) fn method(at: &At<String>, character: char) -> Finding {
    Finding::new(Code::MG0356, format!("there is no method `{}`", at.value)).at(at.place, "").help(format!(
        "leave out {}, or list several: `match: [{{method: GET}}, {{method: HEAD}}]`",
        described(character)
    ))
}

pub(in crate::resolve) fn misspelt_method(at: &At<String>, meant: &str) -> Finding {
    Finding::new(Code::MG0332, format!("hardly any client knows a method `{}`", at.value))
        .at(at.place, "")
        .help(format!("did you mean `{meant}`?"))
}

pub(in crate::resolve) fn method_case(at: &At<String>, upper: &str) -> Finding {
    Finding::new(Code::MG0357, format!("no request has the method `{}`", at.value))
        .at(at.place, "")
        .help(format!("methods are in upper case: write `{upper}`"))
}

pub(in crate::resolve) fn percentage(at: &At<f64>) -> Finding {
    Finding::new(Code::MG0360, format!("`{}` is not a percentage of requests", at.value))
        .at(at.place, "")
        .help("write 0, or 0.0001 to 100")
}

pub(in crate::resolve) fn status(at: &At<u16>, first: u16, last: u16) -> Finding {
    Finding::new(Code::MG0361, format!("the status cannot be {}", at.value))
        .at(at.place, "")
        .help(format!("write {first} to {last}"))
}

pub(in crate::resolve) fn grpc_status(at: &At<String>, known: &[&str]) -> Finding {
    let finding = Finding::new(Code::MG0362, format!("gRPC has no status `{}`", at.value)).at(at.place, "");
    finding.help(suggest(&at.value, known.iter().copied(), "there are"))
}

pub(in crate::resolve) fn retry_reason(at: &At<String>, reason: &str, known: &[&str]) -> Finding {
    let finding = Finding::new(Code::MG0364, format!("`{reason}` is not a reason to retry")).at(at.place, "");
    finding.help(suggest(reason, known.iter().copied(), "there are status codes, such as `503`, and"))
}

pub(in crate::resolve) fn unknown_word(at: &At<String>, word: &str, known: &[&str]) -> Finding {
    let finding = Finding::new(Code::MG0366, format!("`{word}` cannot be `{}`", at.value)).at(at.place, "");
    finding.help(suggest(&at.value, known.iter().copied(), "there are"))
}

/// A character so that it can be seen.
fn described(c: char) -> String {
    match c {
        ' ' => "the space".to_owned(),
        c if c.is_control() || !c.is_ascii() => format!("U+{:04X}", u32::from(c)),
        c => format!("`{c}`"),
    }
}
