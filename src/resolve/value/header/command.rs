//! Envoy's commands in header values: `%REQ(x-id)%`.
//!
//! Envoy refuses a whole route configuration for one command that it does not know, and Istio's webhook does not look.
//!
//! Source: `header_formatter.cc` and `stream_info_formatter.cc` of Envoy; tried on Envoy 1.36. A release of Istio brings
//! the Envoy of eight minor releases further on. Up to Istio 1.17 header values had a parser of their own; from 1.18 they
//! take what access logs take.

use crate::diagnostic::nearest;

/// From here on header values take the commands of access logs.
const UNIFIED: u8 = 18;

/// Whether something stands in parentheses behind a command.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Argument {
    Never,
    May,
    Must,
}

/// Why Envoy does not take what stands between two percent signs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::resolve) enum Fault {
    /// It does not end, or is none.
    Unpaired,
    /// No Envoy knows it; the one that may be meant.
    Unknown(String, Option<&'static str>),
    /// The Envoy of this minor release is the first that does.
    Later(&'static str, u8),
    /// It needs one, with an example.
    NoArgument(&'static str, &'static str),
    /// It takes none.
    SurplusArgument(&'static str),
    /// What stands in its parentheses, or behind them, cannot stand there; with an example.
    BadArgument(&'static str, &'static str),
}

/// By the first minor release of Istio whose Envoy takes them in header values.
const COMMANDS: [(u8, Argument, &[&str]); 7] = [
    (
        1,
        Argument::Never,
        &[
            "PROTOCOL",
            "DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT",
            "DOWNSTREAM_LOCAL_ADDRESS",
            "DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT",
        ],
    ),
    (1, Argument::May, &["START_TIME"]),
    (1, Argument::Must, &["UPSTREAM_METADATA"]),
    (
        7,
        Argument::Never,
        &[
            "HOSTNAME",
            "RESPONSE_FLAGS",
            "RESPONSE_CODE_DETAILS",
            "UPSTREAM_REMOTE_ADDRESS",
            "DOWNSTREAM_REMOTE_ADDRESS",
            "DOWNSTREAM_LOCAL_PORT",
            "DOWNSTREAM_PEER_URI_SAN",
            "DOWNSTREAM_LOCAL_URI_SAN",
            "DOWNSTREAM_PEER_ISSUER",
            "DOWNSTREAM_PEER_SUBJECT",
            "DOWNSTREAM_LOCAL_SUBJECT",
            "DOWNSTREAM_TLS_SESSION_ID",
            "DOWNSTREAM_TLS_CIPHER",
            "DOWNSTREAM_TLS_VERSION",
            "DOWNSTREAM_PEER_FINGERPRINT_256",
            "DOWNSTREAM_PEER_SERIAL",
            "DOWNSTREAM_PEER_CERT",
            "DOWNSTREAM_PEER_CERT_V_START",
            "DOWNSTREAM_PEER_CERT_V_END",
        ],
    ),
    (7, Argument::Must, &["REQ", "PER_REQUEST_STATE"]),
    (
        UNIFIED,
        Argument::Never,
        &[
            "DURATION",
            "REQUEST_DURATION",
            "RESPONSE_DURATION",
            "BYTES_RECEIVED",
            "BYTES_SENT",
            "RESPONSE_CODE",
            "ROUTE_NAME",
            "VIRTUAL_CLUSTER_NAME",
            "CONNECTION_ID",
            "REQUESTED_SERVER_NAME",
            "UPSTREAM_HOST",
            "UPSTREAM_CLUSTER",
            "UPSTREAM_LOCAL_ADDRESS",
            "UPSTREAM_TRANSPORT_FAILURE_REASON",
            "DOWNSTREAM_REMOTE_PORT",
            "DOWNSTREAM_DIRECT_REMOTE_ADDRESS",
            "DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT",
            "DOWNSTREAM_PEER_FINGERPRINT_1",
        ],
    ),
    (UNIFIED, Argument::Must, &["RESP", "TRAILER", "DYNAMIC_METADATA", "CLUSTER_METADATA", "FILTER_STATE"]),
];

/// What they give may be long, and be cut short.
const LONG: [&str; 5] = ["REQ", "RESP", "TRAILER", "DYNAMIC_METADATA", "FILTER_STATE"];

/// Each command with the release that brings it, and whether it takes an argument.
fn all() -> impl Iterator<Item = (&'static str, u8, Argument)> {
    COMMANDS.into_iter().flat_map(|(since, takes, names)| names.iter().map(move |name| (*name, since, takes)))
}

/// Finds what the Envoy of a minor release of Istio does not take. `%%` is a percent sign.
pub(super) fn check(value: &str, minor: u8) -> Result<(), Fault> {
    let mut rest = value;
    while let Some((_, after)) = rest.split_once('%') {
        rest = match after.strip_prefix('%') {
            Some(after) => after,
            None => command(after, minor)?,
        };
    }
    Ok(())
}

/// One command; gives what stands behind its second percent sign.
fn command(text: &str, minor: u8) -> Result<&str, Fault> {
    let end = text.find(['%', '(', ':']).ok_or(Fault::Unpaired)?;
    let (name, tail) = text.split_at(end);
    if name.is_empty() || name.contains(char::is_whitespace) {
        return Err(Fault::Unpaired);
    }
    let (argument, tail) = match tail.strip_prefix('(') {
        None => (None, tail),
        Some(inside) => {
            let (argument, tail) = inside.split_once(')').ok_or(Fault::Unpaired)?;
            (Some(argument), tail)
        }
    };
    let (length, behind) = tail.split_once('%').ok_or(Fault::Unpaired)?;
    let Some((name, since, takes)) = all().find(|(known, _, _)| *known == name) else {
        let meant = nearest(&name.to_ascii_uppercase(), all().map(|(known, _, _)| known));
        return Err(Fault::Unknown(name.to_owned(), meant));
    };
    if minor < since {
        return Err(Fault::Later(name, since));
    }
    let is_date = name.starts_with("DOWNSTREAM_PEER_CERT_V_") && minor >= UNIFIED;
    match (takes, argument) {
        (Argument::Must, None | Some("")) => Err(Fault::NoArgument(name, example(name))),
        (Argument::Never, Some(_)) if !is_date => Err(Fault::SurplusArgument(name)),
        (_, Some(argument)) if !fits(name, argument, minor) => Err(Fault::BadArgument(name, example(name))),
        _ if length.is_empty() || LONG.contains(&name) && minor >= UNIFIED && is_length(length) => Ok(behind),
        _ => Err(Fault::BadArgument(name, example(name))),
    }
}

/// `:20`
fn is_length(text: &str) -> bool {
    let digits = text.strip_prefix(':').unwrap_or_default();
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether something can stand in the parentheses of a command.
fn fits(name: &str, argument: &str, minor: u8) -> bool {
    match name {
        // A header, and another where it is not there.
        "REQ" | "RESP" | "TRAILER" => argument.matches('?').count() <= 1,
        // A line break would end the header.
        "START_TIME" => !argument.contains("%n"),
        "UPSTREAM_METADATA" if minor < UNIFIED => argument.starts_with('[') && argument.ends_with(']'),
        "FILTER_STATE" => {
            let mut parts = argument.split(':').skip(1);
            match (parts.next(), parts.next(), parts.next()) {
                (None | Some("PLAIN" | "TYPED"), None, None) => true,
                (Some("FIELD"), Some(field), None) => !field.is_empty(),
                _ => false,
            }
        }
        _ => true,
    }
}

fn example(name: &str) -> &'static str {
    match name {
        "REQ" => "%REQ(x-request-id)%",
        "RESP" => "%RESP(content-type)%",
        "TRAILER" => "%TRAILER(grpc-status)%",
        "UPSTREAM_METADATA" => "%UPSTREAM_METADATA([\"istio\", \"workload\"])%",
        "DYNAMIC_METADATA" => "%DYNAMIC_METADATA(namespace:key)%",
        "CLUSTER_METADATA" => "%CLUSTER_METADATA(istio:services)%",
        "PER_REQUEST_STATE" => "%PER_REQUEST_STATE(reverse.dns.name)%",
        "FILTER_STATE" => "%FILTER_STATE(reverse.dns.name:PLAIN)%",
        "START_TIME" => "%START_TIME(%s.%3f)%",
        _ => "%HOSTNAME%",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_envoy_takes() {
        let values = [
            "",
            "100%%",
            "a%%b",
            "%HOSTNAME%",
            "%REQ(x-a)%",
            "%REQ(x-a):3%",
            "%REQ(:path?x)%",
            "%START_TIME%",
            "%START_TIME(%Y-%m)%",
            "%START_TIME(%s.%3f)%",
            "%DURATION%",
            "%UPSTREAM_METADATA([\"a\", \"b\"])%",
            "%UPSTREAM_METADATA(a:b)%",
            "%FILTER_STATE(a:PLAIN)%",
            "%DOWNSTREAM_PEER_CERT_V_START(%s)%",
            "%PROTOCOL%/%RESPONSE_CODE%",
        ];
        for value in values {
            assert_eq!(check(value, 28), Ok(()), "{value}");
        }
    }

    #[test]
    fn what_envoy_refuses() {
        for value in ["100%", "%a b%", "%START_TIME", "%REQ(x", "%%%", "% %"] {
            assert_eq!(check(value, 28), Err(Fault::Unpaired), "{value}");
        }
        for value in ["%UNKNOWN%", "%hostname%", "%REQUEST_ID%", "%req(x)%"] {
            assert!(matches!(check(value, 28), Err(Fault::Unknown(..))), "{value}");
        }
        for value in ["%REQ%", "%REQ()%", "%FILTER_STATE%", "%DYNAMIC_METADATA%"] {
            assert!(matches!(check(value, 28), Err(Fault::NoArgument(..))), "{value}");
        }
        for value in ["%DURATION(x)%", "%PROTOCOL(x)%", "%HOSTNAME()%"] {
            assert!(matches!(check(value, 28), Err(Fault::SurplusArgument(..))), "{value}");
        }
        for value in ["%HOSTNAME:3%", "%PROTOCOL:3%", "%REQ(x):a%", "%REQ(x?y?z)%", "%START_TIME(%n)%"] {
            assert!(matches!(check(value, 28), Err(Fault::BadArgument(..))), "{value}");
        }
    }

    #[test]
    fn what_older_ones_refuse() {
        assert_eq!(check("%DURATION%", 17), Err(Fault::Later("DURATION", 18)));
        assert_eq!(check("%REQ(x)%", 6), Err(Fault::Later("REQ", 7)));
        assert!(matches!(check("%REQ(x):3%", 17), Err(Fault::BadArgument(..))));
        assert_eq!(check("%START_TIME%%PROTOCOL%", 1), Ok(()));
    }
}
