//! Addresses that are given out, and those that are taken already.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net};

use super::problems::topology as problems;
use crate::diagnostic::Finding;
use crate::model::{Address, Mesh, RemoteNames};
use crate::source::Place;

/// Where Istio draws addresses of its own (`PILOT_IP_AUTOALLOCATE_IPV4_PREFIX`).
const AUTOMATIC: IpNet = IpNet::V4(Ipv4Net::new_assert(std::net::Ipv4Addr::new(240, 240, 0, 0), 16));

pub fn check(mesh: &Mesh, findings: &mut Vec<Finding>) {
    let gateways = gateway_ips(mesh);
    if let Some(virtual_ips) = mesh.virtual_ips {
        let pool = virtual_ips.pool;
        if pool.contains(&AUTOMATIC) || AUTOMATIC.contains(&pool) {
            findings.push(problems::pool_is_automatic(virtual_ips, AUTOMATIC));
        }
        if let Some((ip, (cluster, place))) = gateways.iter().find(|(ip, _)| pool.contains(*ip)) {
            findings.push(problems::pool_holds_gateway(virtual_ips, *ip, cluster, *place));
        }
    }
    let mut pinned: BTreeMap<IpAddr, Place> = BTreeMap::new();
    for service in &mesh.services {
        let Some(pin) = &service.virtual_ip else { continue };
        if let Some((cluster, place)) = gateways.get(&pin.value) {
            findings.push(problems::pin_is_gateway(pin, cluster, *place));
        }
        if AUTOMATIC.contains(&pin.value) {
            findings.push(problems::pin_is_automatic(pin, AUTOMATIC));
        }
        if mesh.remote_names == RemoteNames::PerCluster && service.runs.len() > 1 {
            findings.push(problems::pin_for_several_names(service, pin));
        }
        if let Some(first) = pinned.insert(pin.value, pin.place) {
            findings.push(problems::pinned_twice(pin.value, pin.place, first));
        }
    }
}

fn gateway_ips(mesh: &Mesh) -> BTreeMap<IpAddr, (&str, Place)> {
    let mut ips = BTreeMap::new();
    for cluster in &mesh.clusters {
        let Some(gateway) = &cluster.gateway else { continue };
        for address in &gateway.addresses {
            match address {
                Address::Ip(ip) => {
                    ips.insert(*ip, (cluster.name.as_str(), gateway.place));
                }
                Address::Name(_) => {}
            }
        }
    }
    ips
}
