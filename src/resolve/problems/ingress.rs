//! Requests from outside that never arrive, or arrive twice.

use crate::diagnostic::{Code, Finding, list, suggest};
use crate::model::{IngressGateway, Service};
use crate::source::{At, Place};

pub fn unknown_gateway(name: &At<String>, known: &[IngressGateway]) -> Finding {
    let finding = Finding::new(Code::MG0327, format!("there is no ingress gateway `{name}`"))
        .at(name.place, "not a gateway of the topology");
    if known.is_empty() {
        return finding
            .help(format!("declare it in a Topology: `gateways: {{{name}: {{}}}}` for one that exists"));
    }
    finding.help(suggest(&name.value, known.iter().map(|gateway| gateway.name.as_str()), "the gateways"))
}

pub fn no_http_port(service: &Service, place: Place) -> Finding {
    let ports = service.ports.iter().map(|port| format!("{} ({})", port.name, port.protocol.istio()));
    Finding::new(
        Code::MG0323,
        format!("requests from outside are let in to `{service}`, which speaks no HTTP"),
    )
    .at(place, "lets requests in")
    .at(service.place, format!("has {}", list(ports)))
    .help(
        "`ingress` does not support TLS and TCP yet: remove it, and write the VirtualService for the gateway yourself; \
         or, if a port does speak HTTP, say so: `{number: …, protocol: HTTP}`",
    )
}

pub fn no_hosts(gateway: &At<String>) -> Finding {
    Finding::new(Code::MG0329, format!("no host is let in by `{gateway}`"))
        .at(gateway.place, "no `hosts`")
        .help("say which: `hosts: [shop.example.com]`, or `\"*\"` for all")
}

pub fn not_a_host(at: &At<String>) -> Finding {
    Finding::new(Code::MG0329, format!("`{at}` is not a host"))
        .at(at.place, "not a host")
        .help("write `shop.example.com`, `*.example.com` or `*`")
}

pub fn host_not_served(at: &At<String>, gateway: &IngressGateway, open: &[&str]) -> Finding {
    let help = if open.is_empty() {
        "none of its servers speaks HTTP, or ends TLS".to_owned()
    } else {
        format!("it is open for {}", list(open))
    };
    Finding::new(Code::MG0329, format!("`{}` is not open for `{at}`", gateway.name))
        .at(at.place, "no request to it arrives")
        .at(gateway.place, "the gateway")
        .help(format!("{help}; add the host to the `hosts` of a server"))
}

pub fn same_requests(host: &At<String>, first: (&Service, Place), second: (&Service, Place)) -> Finding {
    Finding::new(
        Code::MG0328,
        format!("`{}` and `{}` answer the same requests to `{host}`", first.0, second.0),
    )
    .at(second.1, "again")
    .at(first.1, "first here")
    .help("give each its own `match: {uri: {prefix: /…}}`, or its own host")
}

pub fn unsayable(path: Place, rule: Place) -> Finding {
    Finding::new(Code::MG0330, "no single path says what is let in and what the rule wants")
        .at(path, "this path")
        .at(rule, "and that of this rule")
        .help("write both as `exact` or `prefix`, in the same case, or leave `match` out of the ingress")
}

pub fn meets_no_rule(service: &Service, path: Place) -> Finding {
    Finding::new(Code::MG0331, format!("no rule of `{service}` answers this path"))
        .at(path, "let in, and then 404")
        .help("widen it, or add a rule for it")
}
