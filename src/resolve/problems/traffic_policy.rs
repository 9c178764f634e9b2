//! Traffic policies that Istio would refuse, or that would break what crosses clusters.

use crate::diagnostic::{Code, Finding, join};
use crate::source::{At, Place};

/// A word of `DestinationRule` that is not the user's to say.
pub(in crate::resolve) fn not_the_users(word: &At<&'static str>) -> Finding {
    let why = match word.value {
        "tls" => {
            "meshgen writes `tls` itself: in a name that crosses clusters it carries the SNI, and where a service runs \
             an explicit mode breaks pods without sidecar; mutual TLS is asked for with a PeerAuthentication"
        }
        "proxyProtocol" => {
            "sidecars and east-west gateways read no PROXY header; it is for workloads outside the mesh"
        }
        "tunnel" => "a tunnel ends before the gateway, which then never sees the SNI",
        _ => {
            "Istio drops it wherever a port or a version has settings of its own, as every name that crosses clusters \
             needs"
        }
    };
    Finding::new(Code::MG0237, format!("`{}` cannot stand in a `trafficPolicy` here", word.value))
        .at(word.place, "not said here")
        .help(format!("remove it: {why}"))
}

pub(in crate::resolve) fn passthrough(place: Place) -> Finding {
    Finding::new(Code::MG0237, "`PASSTHROUGH` goes past versions and clusters").at(place, "not said here").help(
        "remove it: a request would go to the very address that was called, whatever the rules say; use `ROUND_ROBIN`, \
         `LEAST_REQUEST` or `RANDOM`",
    )
}

pub(in crate::resolve) fn says_nothing(place: Place, word: &str, words: &[&str]) -> Finding {
    let words = join(words.iter().map(|word| format!("`{word}`")), "or");
    Finding::new(Code::MG0238, format!("`{word}` says nothing"))
        .at(place, "")
        .help(format!("write {words} below it, or leave it out"))
}

pub(in crate::resolve) fn port_twice(port: &At<String>, first: Place) -> Finding {
    Finding::new(Code::MG0239, format!("port `{port}` has settings twice"))
        .at(port.place, "again")
        .at(first, "first here")
        .help("write all settings of a port in one place; a port goes by its name and by its number")
}

pub(in crate::resolve) fn upgrade_and_client_protocol(place: Place, upgrade: Place) -> Finding {
    Finding::new(Code::MG0372, "`useClientProtocol` and the upgrade to HTTP/2 contradict each other")
        .at(place, "keeps the caller's protocol")
        .at(upgrade, "changes it")
        .help("keep one of them")
}

pub(in crate::resolve) fn local_failures_not_split(place: Place) -> Finding {
    Finding::new(Code::MG0372, "failures of local origin are counted only where they are told apart")
        .at(place, "counts nothing")
        .help("write `splitExternalLocalOriginErrors: true` beside it")
}

pub(in crate::resolve) fn attribute_twice(name: &At<String>) -> Finding {
    Finding::new(Code::MG0372, format!("the cookie has the attribute `{name}` twice"))
        .at(name.place, "again")
        .help("keep one of them")
}

pub(in crate::resolve) fn aggression(at: &At<String>) -> Finding {
    Finding::new(Code::MG0372, format!("`aggression` cannot be `{at}`"))
        .at(at.place, "expected a number of at least 1")
        .help("1 is a straight line; above it, a new endpoint gets more requests sooner")
}

pub(in crate::resolve) fn distribution(place: Place, sum: u32) -> Finding {
    Finding::new(Code::MG0373, format!("the shares of a locality add up to {sum}, not 100"))
        .at(place, format!("{sum} in all"))
        .help("shares are percents: make them add up to 100")
}

pub(in crate::resolve) fn locality_pattern(at: &At<String>) -> Finding {
    Finding::new(Code::MG0373, format!("`{at}` is not a locality"))
        .at(at.place, "expected `region/zone/subzone`")
        .help("a `*` stands at the end, for the rest: `europe/*`")
}

pub(in crate::resolve) fn not_a_region(at: &At<String>) -> Finding {
    Finding::new(Code::MG0373, format!("`{at}` is not a region"))
        .at(at.place, "expected a region alone")
        .help("requests fail over from region to region: `{from: europe, to: america}`")
}

pub(in crate::resolve) fn failover_to_itself(to: &At<String>, from: Place) -> Finding {
    Finding::new(Code::MG0373, format!("requests of `{to}` fail over to `{to}`"))
        .at(to.place, "the same region")
        .at(from, "from here")
        .help("name another region")
}

pub(in crate::resolve) fn topology_label(label: &At<String>) -> Finding {
    Finding::new(Code::MG0373, format!("`{label}` cannot stand in `failoverPriority` beside `failover`"))
        .at(label.place, "")
        .help("`failover` compares localities already: leave the label out, or `failover`")
}

pub(in crate::resolve) fn failover_without_outliers(place: Place) -> Finding {
    Finding::new(Code::MG0374, "nothing ever fails over without `outlierDetection`")
        .at(place, "never used")
        .help("say when an endpoint is left out: `outlierDetection: {consecutive5xxErrors: 5, baseEjectionTime: 30s}`")
}

pub(in crate::resolve) fn not_prime(size: &At<u32>) -> Finding {
    Finding::new(Code::MG0375, format!("{size} is not a prime"))
        .at(size.place, "not a prime")
        .help("`maglev` needs a prime below 5000011, such as 65537")
}
