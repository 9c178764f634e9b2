//! How a gateway is dialled: an IP address or a DNS name, nothing around it.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use super::name;
use super::problems::address as problems;
use crate::diagnostic::Finding;
use crate::model::{Address, Mesh};
use crate::source::{At, Place};

/// Reads an address. IPv6 addresses that stand for IPv4 ones become these; names are lower case without a last dot.
pub fn read(written: &At<String>, findings: &mut Vec<Finding>) -> Option<Address> {
    let text = written.value.as_str();
    if let Ok(ip) = text.parse::<IpAddr>() {
        let ip = ip.to_canonical();
        if let Some(kind) = out_of_reach(ip) {
            findings.push(problems::out_of_reach(written, kind));
            return None;
        }
        return Some(Address::Ip(ip));
    }
    let host = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
    if let Some(kind) = itself(&host) {
        findings.push(problems::out_of_reach(written, kind));
        None
    } else if name::is_dns_name(&host) && !all_numeric_end(&host) {
        Some(Address::Name(host))
    } else {
        let bare = bare(text);
        let unreachable = match bare.0.parse::<IpAddr>() {
            Ok(ip) => out_of_reach(ip.to_canonical()),
            Err(_) => itself(&bare.0),
        };
        findings.push(match unreachable {
            Some(kind) => problems::out_of_reach(written, kind),
            None => problems::not_an_address(written, &bare),
        });
        None
    }
}

/// A name that each cluster's own DNS answers, each with an address of its own: one of Services, or a remote name of the
/// mesh.
pub fn local_names(mesh: &Mesh, findings: &mut Vec<Finding>) {
    for (index, cluster) in mesh.clusters.iter().enumerate() {
        let Some(gateway) = &cluster.gateway else { continue };
        let of_all = gateway.addresses.iter().map(|address| (address, gateway.place, None));
        let from = gateway.addresses_from.iter().flat_map(|(caller, from)| {
            from.addresses.iter().map(move |address| (address, from.place, Some(*caller)))
        });
        for (address, place, only) in of_all.chain(from) {
            let Address::Name(name) = address else { continue };
            let callers = mesh
                .clusters
                .iter()
                .enumerate()
                .filter(|(caller, _)| *caller != index && only.is_none_or(|only| only.0 == *caller));
            let domains = callers.map(|(_, caller)| caller.cluster_domain.as_str());
            let mut ends = domains.chain([mesh.remote_suffix.as_str(), "svc"]);
            if let Some(end) = ends.find(|end| name.strip_suffix(end).is_some_and(|rest| rest.ends_with('.')))
            {
                findings.push(problems::local_name(name, end, place, &cluster.name));
            }
        }
    }
}

/// Reads all addresses of one gateway, in order and each once.
pub fn all(texts: &[At<String>], findings: &mut Vec<Finding>) -> Vec<Address> {
    let mut seen: BTreeMap<Address, Place> = BTreeMap::new();
    for text in texts {
        let Some(address) = read(text, findings) else { continue };
        match seen.get(&address) {
            Some(first) => findings.push(problems::repeated(&address, *first, text.place)),
            None => {
                seen.insert(address, text.place);
            }
        }
    }
    seen.into_keys().collect()
}

/// The one name that means another host to everybody.
fn itself(host: &str) -> Option<&'static str> {
    (host == "localhost").then_some("the caller itself")
}

/// Why this is no address of one host that others reach; gateways and virtual addresses alike.
pub fn out_of_reach(ip: IpAddr) -> Option<&'static str> {
    let this_network = matches!(ip, IpAddr::V4(ip) if ip.octets()[0] == 0);
    let link_local = match ip {
        IpAddr::V4(ip) => ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_unicast_link_local(),
    };
    if ip.is_unspecified() || this_network {
        Some("no host at all")
    } else if ip.is_loopback() {
        Some("the caller itself")
    } else if link_local {
        Some("a host on the caller's own link")
    } else if ip.is_multicast() || ip == IpAddr::V4(Ipv4Addr::BROADCAST) {
        Some("many hosts at once")
    } else {
        None
    }
}

/// The networks whose addresses are out of reach.
pub const OUT_OF_REACH: [&str; 9] = [
    "0.0.0.0/8",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "224.0.0.0/4",
    "255.255.255.255/32",
    "::/128",
    "::1/128",
    "fe80::/10",
    "ff00::/8",
];

/// A name whose last label is a number is a mistyped IPv4 address, and Istio refuses it.
pub fn all_numeric_end(host: &str) -> bool {
    host.rsplit('.').next().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The host and port inside a URL or the like, if they can be told.
fn bare(text: &str) -> (String, Option<u16>) {
    let text = text.trim();
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let rest = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let rest = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    let (host, port) = match rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, port)) => (host, port.strip_prefix(':')),
        None => match rest.rsplit_once(':') {
            Some((host, port)) if !host.contains(':') => (host, Some(port)),
            Some(_) | None => (rest, None),
        },
    };
    let host = host.split('%').next().unwrap_or(host).to_ascii_lowercase();
    let host = if host.is_ascii() { host } else { idna::domain_to_ascii(&host).unwrap_or_default() };
    let sound = host.parse::<IpAddr>().is_ok() || (name::is_dns_name(&host) && !all_numeric_end(&host));
    (
        if sound { host } else { String::new() },
        port.and_then(|port| port.parse().ok()).filter(|port| *port > 0),
    )
}

#[cfg(test)]
mod tests {
    use ipnet::IpNet;

    use super::*;

    #[test]
    fn networks_and_addresses_out_of_reach_are_the_same() {
        for network in OUT_OF_REACH.map(|network| network.parse::<IpNet>().unwrap()) {
            assert!(out_of_reach(network.addr()).is_some(), "{network}");
            let last = network.broadcast();
            assert!(out_of_reach(last).is_some(), "{last}");
        }
        for ip in ["1.0.0.0", "10.0.0.1", "240.0.0.7", "223.255.255.255", "2001:db8::1", "fec0::1"] {
            assert_eq!(out_of_reach(ip.parse().unwrap()), None, "{ip}");
        }
    }
}
