//! Addresses for remote names, so that adding a service moves no other unless they collide.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

use super::problems;
use super::visibility::View;
use crate::diagnostic::Finding;
use crate::model::service::PlainNames;
use crate::model::{RemoteNames, Service, name};

/// An address for every name that could exist, whether a route uses it or not, by name.
///
/// The first eight bytes of SHA-256 of the name, modulo the number of addresses, counted from the pool's first;
/// then the next that is free. Names are placed in order of bytes. The first and last address and pins count as
/// taken.
pub fn assign(mesh: &View<'_>, findings: &mut Vec<Finding>) -> BTreeMap<String, IpAddr> {
    let (mut addresses, names) = pins_and_names(mesh);
    let Some(virtual_ips) = mesh.virtual_ips else { return addresses };
    let range = Range::of(virtual_ips.pool);
    let mut taken: BTreeSet<u128> = addresses.values().filter_map(|pin| range.offset(*pin)).collect();
    taken.extend([0, range.size - 1]);
    if taken.len() as u128 + names.len() as u128 > range.size {
        findings.push(problems::pool_too_small(
            virtual_ips,
            names.len(),
            range.size.saturating_sub(taken.len() as u128),
        ));
        return addresses;
    }
    for name in names {
        let mut offset = u128::from(name::hash(&name)) % range.size;
        while !taken.insert(offset) {
            offset = (offset + 1) % range.size;
        }
        addresses.insert(name, range.address(offset));
    }
    addresses
}

fn pins_and_names(mesh: &View<'_>) -> (BTreeMap<String, IpAddr>, BTreeSet<String>) {
    let mut pins = BTreeMap::new();
    let mut names = BTreeSet::new();
    for service in &mesh.services {
        let hosts = remote_hosts(mesh, service);
        match &service.virtual_ip {
            Some(pin) => pins.extend(hosts.into_iter().map(|host| (host, pin.value))),
            None => names.extend(hosts),
        }
        if service.plain_names == PlainNames::Entry {
            let elsewhere = mesh
                .clusters
                .iter()
                .enumerate()
                .filter(|(index, _)| !service.runs.keys().any(|cluster| cluster.0 == *index));
            names.extend(elsewhere.map(|(_, cluster)| service.plain_host(cluster)));
        }
    }
    (pins, names)
}

fn remote_hosts(mesh: &View<'_>, service: &Service) -> BTreeSet<String> {
    // By discovery there is no other name than the plain one.
    let serving = service.runs.keys().filter(|id| !mesh.discovers(service, **id));
    let serving = serving.filter_map(|cluster| mesh.cluster(*cluster));
    match mesh.remote_names {
        RemoteNames::Shared => serving.take(1).map(|cluster| mesh.remote_host(service, cluster)).collect(),
        RemoteNames::PerCluster => serving.map(|cluster| mesh.remote_host(service, cluster)).collect(),
    }
}

/// A network, counted from its first address.
struct Range {
    first: u128,
    size: u128,
    v4: bool,
}

impl Range {
    fn of(net: IpNet) -> Self {
        match net {
            IpNet::V4(net) => Self {
                first: u32::from(net.network()).into(),
                size: 1 << (32 - u32::from(net.prefix_len())),
                v4: true,
            },
            IpNet::V6(net) => {
                let bits = 128 - u32::from(net.prefix_len());
                Self {
                    first: net.network().into(),
                    size: 1u128.checked_shl(bits).unwrap_or(u128::MAX),
                    v4: false,
                }
            }
        }
    }

    fn offset(&self, address: IpAddr) -> Option<u128> {
        let number = match address {
            IpAddr::V4(address) if self.v4 => u128::from(u32::from(address)),
            IpAddr::V6(address) if !self.v4 => u128::from(address),
            IpAddr::V4(_) | IpAddr::V6(_) => return None,
        };
        number.checked_sub(self.first).filter(|offset| *offset < self.size)
    }

    fn address(&self, offset: u128) -> IpAddr {
        let number = self.first + offset;
        match u32::try_from(number) {
            Ok(number) if self.v4 => Ipv4Addr::from(number).into(),
            Ok(_) | Err(_) => Ipv6Addr::from(number).into(),
        }
    }
}
