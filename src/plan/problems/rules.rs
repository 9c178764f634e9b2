//! What planning finds about rules, and about what no rule answers, in words.

use crate::diagnostic::{Code, Finding, list};
use crate::model::step::Owner;
use crate::model::{Destination, Mesh, Port, Rule, Service};
use crate::plan::rules::gap::Gap;
use crate::source::{At, Place};

/// Ports: those that have the gap. Callers: the clusters concerned, if not all.
pub fn gap(gap: Gap, service: &Service, ports: &[&Port], callers: &[&str]) -> Finding {
    let names = list(ports.iter().map(|port| &port.name));
    let which = match ports.len() {
        all if all == service.ports.len() => String::new(),
        1 => format!(" on port {names}"),
        _ => format!(" on ports {names}"),
    };
    let from = if callers.is_empty() { String::new() } else { format!(" from {}", list(callers.iter())) };
    let (code, message) = match gap {
        Gap::NotFound => {
            (Code::MG0311, format!("requests to `{service}`{which}{from} that no rule matches get a 404"))
        }
        Gap::Unruled => (
            Code::MG0311,
            format!(
                "workloads{from} that no rule of `{service}`{which} fits get any version that their cluster knows, or none"
            ),
        ),
        Gap::AnyVersion => (
            Code::MG0405,
            format!(
                "connections to `{service}`{which}{from} that no rule matches go to any version that the caller's cluster knows"
            ),
        ),
        Gap::Nowhere => (
            Code::MG0405,
            format!(
                "connections to `{service}`{which}{from} that no rule matches lead nowhere: nothing of it runs in the caller's cluster"
            ),
        ),
    };
    let finding = Finding::new(code, message);
    let finding = match service.rules.last() {
        Some(rule) => finding.at(rule.place, "the last rule, and it has a `match`"),
        None => finding,
    };
    finding.help("add a last rule without `match`: `- to: any`, or the version that everybody else gets")
}

pub fn shadowed(service: &Service, rule: &Rule, earlier: &Rule) -> Finding {
    Finding::new(Code::MG0312, format!("this rule of `{service}` is never reached"))
        .at(rule.place, "never reached")
        .at(earlier.place, "answers all its requests first")
        .help("remove it, or put the narrower rule first")
}

pub fn unturnable(service: &Service, owner: &At<Owner>, weights: usize) -> Finding {
    Finding::new(
        Code::MG0393,
        format!("{} turns the weights of exactly two destinations", owner.value.name()),
    )
    .at(owner.place, format!("shares of `{service}` are split among clusters: there are {weights}"))
    .help("name one cluster for each version: `to: {v1@cluster1: 100, v2@cluster1: 0}`")
}

pub fn for_nobody(service: &Service, rule: &Rule) -> Finding {
    Finding::new(Code::MG0313, format!("this rule of `{service}` is for nobody"))
        .at(rule.place, "no client cluster and port fits its `match`")
        .help("widen `sourceClusters`, or name the cluster in the `clients` of the service")
}

pub fn no_clients(service: &Service, rule: &Rule) -> Finding {
    Finding::new(Code::MG0313, format!("the rules of `{service}` are for nobody: it has no clients"))
        .at(rule.place, "never used")
        .at(service.place, "its `clients` are none")
        .help("name the clusters that call it in its `clients`, or remove the rules")
}

pub fn portless(mesh: &Mesh, to: &Destination) -> Finding {
    let service = mesh.service(to.service);
    let name = service.map(ToString::to_string).unwrap_or_default();
    let ports = list(service.into_iter().flat_map(|service| &service.ports).map(|port| &port.name));
    Finding::new(Code::MG0314, format!("which port of `{name}` is meant cannot be told"))
        .at(to.place, "no `port`, and none of the same number or name")
        .help(format!("say `port:`; `{name}` has {ports}"))
}

/// Callers: the clusters whose workloads would have to leave them.
pub fn stuck(service: &Service, place: Place, port: &Port, callers: &[&str]) -> Finding {
    let Port { name, protocol, .. } = port;
    let here = "name the clusters that run it in `clients:`, or leave the port out";
    let (code, why, help) = if protocol.route().is_some() {
        (Code::MG0407, "connections to a headless service do not cross", format!("{here}; HTTP does cross"))
    } else if place == service.place {
        (Code::MG0216, "UDP does not cross", here.to_owned())
    } else {
        let narrow = "say which port the rule is for, `match: {port: …}`, or leave this one out";
        (Code::MG0216, "UDP does not cross", narrow.to_owned())
    };
    Finding::new(
        code,
        format!("port `{name}` of `{service}` would have to lead into other clusters, and {why}"),
    )
    .at(place, format!("callers in {} need other clusters here", list(callers.iter())))
    .at(port.place, format!("speaks {}", protocol.istio()))
    .help(help)
}

pub fn unheeded(service: &Service, port: &Port, rule: &Rule) -> Finding {
    Finding::new(
        Code::MG0409,
        format!("port `{}` of `{service}` speaks UDP, and no rule changes it", port.name),
    )
    .at(rule.place, format!("not for port `{}`", port.name))
    .at(port.place, "goes to any version in the caller's cluster")
    .help("say which port the rule is for: `match: {port: …}`")
}
