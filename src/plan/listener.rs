//! Ports of gateways' workloads: which servers can share one.
//!
//! Enters: the mesh. Leaves: findings about servers that Istio leaves out without a word, and about gateways that
//! istioctl and Kiali suspect (IST0145, KIA0301). Refuses to know: how servers are written.
//!
//! All Gateways with one selector are one list of servers to Istio (`MergeGateways`): what cannot stand beside the
//! servers before it is skipped, and which of them was before is a matter of when objects were created.

use std::collections::BTreeMap;

use super::problems::listener as problems;
use crate::diagnostic::Finding;
use crate::model::ingress::Server;
use crate::model::pattern::bare;
use crate::model::{Cluster, ClusterId, IngressGateway, Mesh};
use crate::source::{At, Place};

/// Every clash once, in however many clusters it comes about.
pub fn check(mesh: &Mesh) -> impl Iterator<Item = Finding> {
    let mut found: BTreeMap<(Place, Place), Finding> = BTreeMap::new();
    for (index, cluster) in mesh.clusters.iter().enumerate() {
        let mut listeners: BTreeMap<_, Listener<'_>> = BTreeMap::new();
        if let Some(gateway) = &cluster.gateway {
            listeners.entry((&gateway.selector, gateway.server_port)).or_default().entrance = Some(cluster);
        }
        let here = mesh.gateways.iter().filter(|gateway| gateway.clusters.contains(&ClusterId(index)));
        for (gateway, server) in here.flat_map(|gateway| gateway.servers.iter().map(move |it| (gateway, it)))
        {
            let listener = listeners.entry((&gateway.selector, server.port.value)).or_default();
            if let Some((with, finding)) = listener.add(gateway, server) {
                found.entry((server.port.place, with)).or_insert(finding);
            }
        }
    }
    found.into_values()
}

/// One port of one workload.
#[derive(Default)]
struct Listener<'m> {
    /// The cluster whose east-west gateway it is.
    entrance: Option<&'m Cluster>,
    /// Decides about the protocol.
    first: Option<&'m Server>,
    /// By host as written.
    hosts: BTreeMap<&'m str, Open<'m>>,
    /// By each end of a host, the whole of it included.
    ends: BTreeMap<&'m str, Open<'m>>,
    /// By what follows the asterisk.
    wild: BTreeMap<&'m str, Open<'m>>,
}

/// Who is open for a host, and where that is written.
#[derive(Clone, Copy)]
struct Open<'m> {
    gateway: &'m IngressGateway,
    place: Place,
}

impl<'m> Listener<'m> {
    /// Adds a server, unless something stands in its way: then where, and what is to be said about it.
    fn add(&mut self, gateway: &'m IngressGateway, server: &'m Server) -> Option<(Place, Finding)> {
        if let Some(cluster) = self.entrance {
            let place = cluster.gateway.as_ref().map_or(cluster.place, |gateway| gateway.place);
            return Some((place, problems::entrance(server, cluster, place)));
        }
        match self.first {
            Some(first) if !share(first, server) => {
                return Some((first.port.place, problems::protocols(server, first)));
            }
            Some(_) => {}
            None => self.first = Some(server),
        }
        let mut clash = None;
        for host in &server.hosts {
            let own = Open { gateway, place: host.place };
            let same = self.hosts.get(host.value.as_str()).filter(|_| server.is_tls());
            clash = clash
                .or_else(|| same.map(|open| (open.place, problems::same_host(server, host, open.place))))
                .or_else(|| {
                    let open = self.overlapping(host).filter(|open| open.gateway.place != gateway.place)?;
                    let names = [open.gateway, gateway].map(|gateway| gateway.name.as_str());
                    Some((open.gateway.place, problems::overlap(names, server, host, open.place)))
                });
            self.hosts.entry(&host.value).or_insert(own);
            for end in ends(bare(&host.value)) {
                self.ends.entry(end).or_insert(own);
            }
            if let Some(end) = bare(&host.value).strip_prefix('*') {
                self.wild.entry(end).or_insert(own);
            }
        }
        clash
    }

    /// Who is open for some of the same requests already.
    fn overlapping(&self, host: &At<String>) -> Option<Open<'m>> {
        let name = bare(&host.value);
        let below = self.ends.get(name.strip_prefix('*').unwrap_or(name));
        below.or_else(|| ends(name).find_map(|end| self.wild.get(end))).copied()
    }
}

/// `shop.example.com`, `.example.com`, `.com` and nothing: what a pattern may ask of a host's end.
fn ends(host: &str) -> impl Iterator<Item = &str> {
    let dots = host.match_indices('.').filter_map(|(dot, _)| host.get(dot..));
    std::iter::once(host).chain(dots).chain([""])
}

/// Whether Istio merges servers on one port: all of them HTTP without TLS, or all of them TLS.
fn share(one: &Server, other: &Server) -> bool {
    one.is_tls() && other.is_tls() || one.is_plain_http() && other.is_plain_http()
}
