//! Clusters and services that cannot be as they are declared.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::diagnostic::{Code, Finding, suggest};
use crate::input::{self, Written};
use crate::model::{Cluster, Port, Release, Service, Version, VirtualIps};
use crate::source::{At, Place};

/// Without a place where no input is meshgen's.
pub fn no_clusters(place: Option<Place>, has_topology: bool) -> Finding {
    let mut finding = Finding::new(Code::MG0201, "there are no clusters");
    if let Some(place) = place {
        finding = finding.at(place, "no cluster is named here");
    }
    if !has_topology {
        return finding.help(
            "no Topology was named: name its file, too, as in `meshgen check topology.yaml routing.yaml`",
        );
    }
    finding
        .help("name them and their gateways in a Topology: `clusters: {cluster1: {gateway: 203.0.113.10}}`")
}

pub fn unknown_cluster<'a>(
    name: &str,
    places: &[Place],
    known: impl Iterator<Item = &'a String> + Clone,
) -> Finding {
    let mut finding = Finding::new(Code::MG0205, format!("there is no cluster `{name}`"));
    for (place, text) in places.iter().zip(["not a cluster of the topology", "and here", "and here"]) {
        finding = finding.at(*place, text);
    }
    let more = places.len().saturating_sub(3);
    let help = suggest(name, known.map(String::as_str), "the clusters");
    finding.help(if more == 0 { help } else { format!("{help} ({more} more uses of `{name}` not shown)") })
}

pub fn unknown_release(written: &At<String>) -> Finding {
    let finding =
        Finding::new(Code::MG0218, format!("`{written}` is not a release of Istio that meshgen knows"))
            .at(written.place, "not a known release");
    let bare = written.value.trim_start_matches('v');
    match Release::parse(bare) {
        Some(release) if bare != written.value => finding.help(format!("did you mean `\"{release}\"`?")),
        Some(_) | None => finding.help(format!(
            "known are {} to {}: write `\"{}\"`, or with a patch `\"1.8.5\"`",
            Release::FIRST,
            Release::LAST,
            Release::DEFAULT
        )),
    }
}

pub fn unknown_patch(written: &At<String>, release: Release, last: u8) -> Finding {
    Finding::new(Code::MG0266, format!("no release `{release}` of Istio is known"))
        .at(written.place, format!("the last patch of 1.{} that is known is {last}", release.minor))
        .help(format!("write `\"1.{0}.{last}\"`, or `\"1.{0}\"` for every patch", release.minor))
}

pub fn label_key(key: &At<String>) -> Finding {
    Finding::new(Code::MG0217, format!("`{key}` is not a key that Kubernetes takes"))
        .at(key.place, "not a label key")
        .help("`name` or `prefix.example/name`; a name has letters, digits, `-`, `_` and `.`, 63 characters at most")
}

pub fn label_value(value: &At<String>) -> Finding {
    Finding::new(Code::MG0217, format!("`{value}` is not a value that a label can have"))
        .at(value.place, "not a label value")
        .help("letters, digits, `-`, `_` and `.`, a letter or digit at either end, 63 characters at most")
}

pub fn reserved_key(key: &At<String>, why: &str) -> Finding {
    Finding::new(Code::MG0217, format!("`{key}` cannot be put on every object"))
        .at(key.place, why)
        .help("remove it")
}

pub fn no_labels(version: &At<String>) -> Finding {
    Finding::new(Code::MG0217, format!("version `{version}` is told apart by no label"))
        .at(version.place, "its `labels` are empty")
        .help("leave `labels` out for the usual one, or write those that its pods carry")
}

pub fn not_a_network(written: &At<String>, meant: &str) -> Finding {
    let finding = Finding::new(Code::MG0220, format!("`{written}` is not a network"))
        .at(written.place, "neither a network nor `none`");
    if meant.is_empty() {
        finding.help("an address and the length of its prefix: `240.0.0.0/16`")
    } else {
        finding.help(format!("bits are set behind the prefix; did you mean `{meant}`?"))
    }
}

pub fn pool_out_of_reach(written: &At<String>, network: IpNet) -> Finding {
    Finding::new(Code::MG0262, format!("`{written}` has addresses that no connection can be for"))
        .at(written.place, format!("`{network}` is among them, or holds them"))
        .help("take a network that no host is in: `virtualIPs: 240.0.0.0/16`")
}

pub fn pin_out_of_reach(written: &At<String>, kind: &str) -> Finding {
    Finding::new(Code::MG0262, format!("`{written}` cannot be a virtual address"))
        .at(written.place, format!("means {kind}"))
        .help("pin an address that no host has: `240.0.0.7`; or leave `virtualIP` out")
}

pub fn pool_is_automatic(virtual_ips: VirtualIps, automatic: IpNet) -> Finding {
    at_pool(
        Finding::new(
            Code::MG0221,
            format!("`{}` overlaps `{automatic}`, where Istio draws addresses itself", virtual_ips.pool),
        ),
        virtual_ips,
    )
    .help("take a network outside it: `240.0.0.0/16`")
}

pub fn pool_holds_gateway(virtual_ips: VirtualIps, ip: IpAddr, cluster: &str, gateway: Place) -> Finding {
    at_pool(
        Finding::new(
            Code::MG0221,
            format!("the virtual addresses `{}` hold `{ip}`, the gateway of `{cluster}`", virtual_ips.pool),
        ),
        virtual_ips,
    )
    .at(gateway, format!("gateway of `{cluster}`"))
    .help("take a network that no host is in: `virtualIPs: 240.0.0.0/16`")
}

fn at_pool(finding: Finding, virtual_ips: VirtualIps) -> Finding {
    match virtual_ips.place {
        Some(place) => finding.at(place, "the pool"),
        None => finding,
    }
}

pub fn pin_is_gateway(pin: &At<IpAddr>, cluster: &str, gateway: Place) -> Finding {
    Finding::new(Code::MG0221, format!("`{pin}` is the gateway of `{cluster}`"))
        .at(pin.place, "pinned for a remote name")
        .at(gateway, format!("gateway of `{cluster}`"))
        .help("pin an address that no host has, or leave `virtualIP` out")
}

pub fn pin_is_automatic(pin: &At<IpAddr>, automatic: IpNet) -> Finding {
    Finding::new(Code::MG0221, format!("`{pin}` lies in `{automatic}`, where Istio draws addresses itself"))
        .at(pin.place, "pinned for a remote name")
        .help("pin an address outside it, or leave `virtualIP` out")
}

pub fn not_an_ip(written: &At<String>) -> Finding {
    Finding::new(Code::MG0222, format!("`{written}` is not an IP address"))
        .at(written.place, "not an IP address")
        .help("write one that no host has: `240.0.0.7`; or leave `virtualIP` out")
}

pub fn pinned_twice(pin: IpAddr, one: Place, other: Place) -> Finding {
    Finding::new(Code::MG0222, format!("`{pin}` is pinned for two services"))
        .at(one.max(other), "pinned again")
        .at(one.min(other), "first pinned here")
        .help("every remote name needs an address of its own: pin another, or leave `virtualIP` out")
}

pub fn pin_for_several_names(service: &Service, pin: &At<IpAddr>) -> Finding {
    Finding::new(
        Code::MG0222,
        format!("`{service}` has a remote name in each cluster, and one address for all of them"),
    )
    .at(pin.place, "pinned once")
    .help("leave `virtualIP` out, or give the service one name: `remoteNames: shared`")
}

pub fn no_ports(service: &input::service::Service) -> Finding {
    Finding::new(Code::MG0211, format!("`{}` has no ports", service.name.name))
        .at(service.place, "no port is named in `ports`")
        .help("write the ports of its Kubernetes Service: `ports: 9080`, or `ports: {http: 9080, grpc-api: 9090}`")
}

pub fn kept_port(port: &At<u16>, who: &str) -> Finding {
    Finding::new(Code::MG0261, format!("port {port} belongs to {who}, which listens on it itself"))
        .at(port.place, "kept by Istio's proxy")
        .help("take another number")
}

pub fn known_otherwise(number: u16, place: Place, name: &str) -> Finding {
    Finding::new(Code::MG0265, format!("port {number} is taken for HTTP"))
        .at(place, "a number alone is a port that speaks HTTP")
        .help(format!("write `{{{name}: {number}}}`; or, if it does speak HTTP, `{{http: {number}}}`"))
}

pub fn port_twice(port: &Port, first: Place) -> Finding {
    Finding::new(Code::MG0212, format!("port {} is listed twice", port.number))
        .at(port.place, "listed again")
        .at(first, "first listed here")
        .help("remove one of them, or correct its number")
}

pub fn port_name(name: &At<String>) -> Finding {
    Finding::new(Code::MG0212, format!("`{name}` is not a name that a port can have"))
        .at(name.place, "not a port name")
        .help("lower-case letters, digits and `-`, a letter or digit at either end, 62 characters at most")
}

pub fn neither_versions_nor_clusters(service: &input::service::Service) -> Finding {
    Finding::new(Code::MG0210, format!("`{}` does not say where it runs", service.name.name))
        .at(service.place, "no `versions` and no `clusters`")
        .help("say which version runs where: `versions: {v1: cluster1}`; or without versions: `clusters: cluster1`")
}

pub fn versions_and_clusters<V, C>(
    service: &input::service::Service,
    versions: &Written<V>,
    clusters: &Written<C>,
) -> Finding {
    let mut finding = Finding::new(Code::MG0210, format!("`{}` says twice where it runs", service.name.name));
    let places =
        [(clusters.place(), "for a service without versions"), (versions.place(), "for one with versions")];
    for (place, text) in places {
        finding = finding.at(place.unwrap_or(service.place), text);
    }
    finding.help("keep `versions`; `clusters` is for a service that has none")
}

pub fn runs_nowhere(what: &str, name: &str, place: Place) -> Finding {
    Finding::new(Code::MG0213, format!("{what} `{name}` runs nowhere"))
        .at(place, "no cluster is named")
        .help("name the clusters that run it, or remove it")
}

pub fn listed_twice(name: &At<String>, first: Place) -> Finding {
    Finding::new(Code::MG0213, format!("`{name}` is listed twice"))
        .at(name.place, "listed again")
        .at(first, "first listed here")
        .help("remove one, or correct it")
}

pub fn cluster_twice(cluster: &At<String>, first: Place) -> Finding {
    Finding::new(Code::MG0213, format!("`{cluster}` is listed twice"))
        .at(cluster.place, "listed again")
        .at(first, "first listed here")
        .help(format!("for a larger size write a map: `{{{cluster}: 2}}`"))
}

pub fn other_trust_domain(serving: &Cluster, caller: &Cluster) -> Finding {
    let (served, called) = (&serving.trust_domain, &caller.trust_domain);
    Finding::new(Code::MG0268, format!("pods of trust domain `{served}` are called from trust domain `{called}`"))
        .at(serving.place, format!("its pods take certificates of `{served}`"))
        .at(caller.place, format!("its callers have certificates of `{called}`"))
        .help(
            "write the other domain into `trustDomainAliases` of each mesh: else every request that crosses ends in 503; \
             `meshgen needs` says where",
        )
}

pub fn one_subset(subset: &str, first: &At<String>, second: &At<String>) -> Finding {
    Finding::new(Code::MG0204, format!("versions `{first}` and `{second}` have one subset name, `{subset}`"))
        .at(second.place, format!("its subset is `{subset}`"))
        .at(first.place, "and so is this one's")
        .help(format!("give one of them another: `{second}: {{clusters: …, subset: {subset}-2}}`"))
}

pub fn unknown_protocol(written: &At<String>, known: impl Iterator<Item = &'static str> + Clone) -> Finding {
    Finding::new(Code::MG0214, format!("`{written}` is not a protocol that Istio knows"))
        .at(written.place, "unknown protocol")
        .help(suggest(&written.value, known, "protocols"))
}

pub fn guessed_protocol(name: &At<String>) -> Finding {
    Finding::new(Code::MG0215, format!("what is spoken on port `{name}` does not show from its name"))
        .at(name.place, "Istio would have to guess")
        .help(format!(
            "call it `http-{name}`, `tcp-{name}` or the like (also in the Service), or say what it speaks: \
             `{name}: {{number: …, protocol: TCP}}`"
        ))
}

pub fn target_port(written: &At<String>) -> Finding {
    Finding::new(Code::MG0227, format!("`{written}` is not a port that pods can have"))
        .at(written.place, "neither a port number nor a port name")
        .help(
            "write the number that the container listens on, 1 to 65535, or the name it gives the port: lower-case \
             letters, digits and `-`, a letter among them, 15 characters at most",
        )
}

pub fn context(context: &At<String>) -> Finding {
    Finding::new(Code::MG0269, "a context is a text of one line that can be seen, all of it")
        .at(context.place, "stands in commands that people copy")
        .help("write the name as `kubectl config get-contexts` prints it")
}

pub fn unused_cluster(cluster: &Cluster) -> Finding {
    Finding::new(Code::MG0223, format!("`{}` runs nothing and calls nothing", cluster.name))
        .at(cluster.place, "never used")
        .help("nothing is written for it; remove it, or name it where services run or are called from")
}

pub fn unused_version(service: &Service, version: &Version) -> Finding {
    Finding::new(Code::MG0315, format!("no rule of `{service}` names version `{}`", version.name))
        .at(version.place, "no rule sends it requests")
        .help("add it to a rule, with share 0 to prepare for it; or remove it from the topology")
}
