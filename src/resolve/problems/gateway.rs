//! Ingress gateways that Istio would refuse.

use crate::diagnostic::{Code, Finding, suggest};
use crate::source::{At, Place};

pub fn name_taken(name: &At<String>) -> Finding {
    Finding::new(Code::MG0243, format!("an ingress gateway cannot be called `{name}`"))
        .at(name.place, "means something else")
        .help("`mesh` stands for all sidecars, `meshgen-east-west` for the way into a cluster: choose another name")
}

pub fn selects_everything(name: &At<String>) -> Finding {
    Finding::new(Code::MG0241, format!("`{name}` would open its ports at every workload"))
        .at(name.place, "its `selector` is empty")
        .help("write labels of the gateway's workload, or leave `selector` out for `istio: ingressgateway`")
}

pub fn no_servers(place: Place) -> Finding {
    Finding::new(Code::MG0241, "a gateway with no servers opens nothing")
        .at(place, "empty")
        .help("list its ports, or leave `servers` out for a Gateway that exists already")
}

pub fn no_route_attaches(server: Place) -> Finding {
    Finding::new(Code::MG0267, "nothing is routed from this server")
        .at(server, "what arrives here is not read as HTTP")
        .help(
            "`ingress` lets in HTTP alone: write the VirtualService for this server yourself, or end TLS here: \
             `protocol: HTTPS`, `mode: SIMPLE`",
        )
}

pub fn no_hosts(place: Place) -> Finding {
    Finding::new(Code::MG0241, "a server with no hosts opens nothing")
        .at(place, "empty")
        .help("list the hosts it is open for: `hosts: [shop.example.com]`, or `\"*\"` for all")
}

pub fn port_name_twice(name: &At<String>, first: Place) -> Finding {
    Finding::new(Code::MG0241, format!("two servers call their port `{name}`"))
        .at(name.place, "again")
        .at(first, "first here")
        .help("give each port of a gateway its own name: `http`, `https-shop`")
}

pub fn unknown_protocol(at: &At<String>, known: &[&str]) -> Finding {
    Finding::new(Code::MG0241, format!("a gateway does not speak `{at}`"))
        .at(at.place, "not a protocol of gateways")
        .help(suggest(&at.value, known.iter().copied(), "there are"))
}

pub fn not_a_host(at: &At<String>, short: bool) -> Finding {
    let help = if short {
        "write the whole name: `shop.example.com`; requests from outside name no Kubernetes Services"
    } else {
        "write `shop.example.com`, `*.example.com` or `*`, perhaps behind `namespace/`"
    };
    Finding::new(Code::MG0241, format!("`{at}` is not a host that a gateway can be open for"))
        .at(at.place, "not a host")
        .help(help)
}

pub fn no_tls(server: Place, protocol: &str) -> Finding {
    Finding::new(Code::MG0242, format!("a server that speaks {protocol} has no `tls`"))
        .at(server, "no `tls`")
        .help("say which certificate it shows: `tls: {mode: SIMPLE, credentialName: shop-certificate}`")
}

pub fn no_mode(place: Place) -> Finding {
    Finding::new(Code::MG0242, "`tls` does not say who ends it")
        .at(place, "no `mode`")
        .help("write `mode: SIMPLE`, or `MUTUAL` where callers show certificates, too")
}

pub fn tls_on_plain(place: Place, protocol: &str) -> Finding {
    Finding::new(Code::MG0242, format!("a server that speaks {protocol} has no TLS to set"))
        .at(place, "only `httpsRedirect` can stand here, and only for HTTP")
        .help("write `protocol: HTTPS`, or leave `tls` out")
}

pub fn auto_passthrough(place: Place) -> Finding {
    Finding::new(Code::MG0242, "`AUTO_PASSTHROUGH` is for the way into a cluster, not for ingress")
        .at(place, "not here")
        .help("two such Gateways on one workload can make Envoy reject the port; say `expose` at the cluster's `gateway`")
}

pub fn certificates(place: Place, help: &str) -> Finding {
    Finding::new(Code::MG0242, "the certificates do not fit the mode of `tls`").at(place, "").help(help)
}
