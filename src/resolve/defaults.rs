//! `mesh`: what holds where nothing else is said.

use ipnet::{IpNet, Ipv4Net};

use super::address::{OUT_OF_REACH, all_numeric_end};
use super::problems::name::numeric_domain;
use super::problems::topology as problems;
use super::{label, name, or, reach};
use crate::diagnostic::Finding;
use crate::input::{self, Written};
use crate::model::service::{AcrossClusters, PlainNames};
use crate::model::{Mesh, Release, RemoteNames, VirtualIps};
use crate::source::{At, Place};

/// Everything that `mesh` says or leaves to its defaults, but for `clients`, which needs the clusters' names.
pub struct Defaults {
    /// The mesh, still without clusters and services.
    pub mesh: Mesh,
    pub release: Release,
    /// The release of every cluster, asked for from outside.
    pub asked_release: Option<Release>,
    pub release_place: Option<Place>,
    pub across_clusters: AcrossClusters,
    pub plain_names: PlainNames,
    pub cluster_domain: String,
    pub trust_domain: String,
}

/// The first pool of addresses: reserved space, and clear of Istio's automatic range.
const VIRTUAL_IPS: Ipv4Net = Ipv4Net::new_assert(std::net::Ipv4Addr::new(240, 0, 0, 0), 16);

pub fn of(mesh: &input::mesh::Mesh, asked: Option<&str>, findings: &mut Vec<Finding>) -> Defaults {
    let input::mesh::Mesh {
        name,
        istio,
        reach,
        remote_names,
        remote_suffix,
        across_clusters,
        plain_names,
        clients: _,
        virtual_ips,
        version_label,
        cluster_domain,
        trust_domain,
        labels,
        annotations,
        // Needs the clusters and services.
        allow: _,
    } = mesh;
    if let Some(name) = name.written() {
        name::label_value("mesh", name, findings);
    }
    if let Some(version_label) = version_label.written() {
        label::key_form(version_label, findings);
    }
    label::reserved(labels, findings);
    label::reserved(annotations, findings);
    Defaults {
        mesh: Mesh {
            name: or(name, "mesh".to_owned()),
            reach: reach::written(reach),
            remote_names: match remote_names.value() {
                Some(input::mesh::RemoteNames::PerCluster) => RemoteNames::PerCluster,
                Some(input::mesh::RemoteNames::Shared) | None => RemoteNames::Shared,
            },
            remote_suffix: domain("end of remote names", remote_suffix, "global", findings),
            remote_suffix_place: remote_suffix.place(),
            virtual_ips: virtual_ips_of(virtual_ips, findings),
            version_label: or(version_label, "version".to_owned()),
            labels: label::labels(labels, findings),
            annotations: label::annotations(annotations, findings),
            clusters: Vec::new(),
            services: Vec::new(),
            gateways: Vec::new(),
            allow: Vec::new(),
        },
        release: release(istio, findings).unwrap_or(Release::DEFAULT),
        asked_release: asked.and_then(Release::parse),
        release_place: istio.place(),
        across_clusters: across(across_clusters, AcrossClusters::Local),
        plain_names: plain(plain_names, PlainNames::Service),
        cluster_domain: domain("cluster domain", cluster_domain, "cluster.local", findings),
        trust_domain: domain("trust domain", trust_domain, "cluster.local", findings),
    }
}

/// A release that meshgen writes for.
pub fn release(written: &Written<String>, findings: &mut Vec<Finding>) -> Option<Release> {
    let text = written.written()?;
    let release = Release::parse(&text.value);
    match release {
        Some(release) if release.is_known() => {
            if let (Some(patch), Some(last)) = (release.patch, release.last_patch())
                && patch > last
            {
                findings.push(problems::unknown_patch(text, release, last));
            }
            Some(release)
        }
        Some(_) | None => {
            findings.push(problems::unknown_release(text));
            None
        }
    }
}

/// A DNS name, or its default.
pub fn domain(what: &str, written: &Written<String>, default: &str, findings: &mut Vec<Finding>) -> String {
    if let Some(text) = written.written() {
        name::dns_name(what, text, findings);
        // Hosts end in these, and Istio refuses a host that ends in a number; trust domains are in no host.
        if what != "trust domain" && name::is_dns_name(&text.value) && all_numeric_end(&text.value) {
            findings.push(numeric_domain(what, text));
            return default.to_owned();
        }
    }
    or(written, default.to_owned())
}

pub fn across(written: &Written<input::service::AcrossClusters>, default: AcrossClusters) -> AcrossClusters {
    match written.value() {
        Some(input::service::AcrossClusters::Local) => AcrossClusters::Local,
        Some(input::service::AcrossClusters::Spread) => AcrossClusters::Spread,
        Some(input::service::AcrossClusters::Failover) => AcrossClusters::Failover,
        None => default,
    }
}

pub fn plain(written: &Written<input::service::PlainNames>, default: PlainNames) -> PlainNames {
    match written.value() {
        Some(input::service::PlainNames::Service) => PlainNames::Service,
        Some(input::service::PlainNames::Entry) => PlainNames::Entry,
        Some(input::service::PlainNames::None) => PlainNames::None,
        None => default,
    }
}

/// The default also stands for what is no network: `none` is something else.
fn virtual_ips_of(written: &Written<String>, findings: &mut Vec<Finding>) -> Option<VirtualIps> {
    let default = Some(VirtualIps { pool: IpNet::V4(VIRTUAL_IPS), place: None });
    let Some(text) = written.written() else { return default };
    if text.value == "none" {
        return None;
    }
    let At { value, place } = text;
    match value.parse::<IpNet>() {
        Ok(pool) if pool.trunc() == pool => {
            if let Some(taken) = out_of_reach(pool) {
                findings.push(problems::pool_out_of_reach(text, taken));
                return default;
            }
            Some(VirtualIps { pool, place: Some(*place) })
        }
        Ok(pool) => {
            findings.push(problems::not_a_network(text, &pool.trunc().to_string()));
            default
        }
        Err(_) => {
            findings.push(problems::not_a_network(text, ""));
            default
        }
    }
}

/// The network of addresses that no connection can be for, if the pool holds any.
fn out_of_reach(pool: IpNet) -> Option<IpNet> {
    let pool = mapped(pool).unwrap_or(pool);
    let networks = OUT_OF_REACH.into_iter().filter_map(|network| network.parse::<IpNet>().ok());
    networks.into_iter().find(|network| network.contains(&pool) || pool.contains(network))
}

/// The network of IPv4 that is written as one of IPv6.
fn mapped(pool: IpNet) -> Option<IpNet> {
    let IpNet::V6(pool) = pool else { return None };
    let length = pool.prefix_len().checked_sub(96)?;
    Ipv4Net::new(pool.addr().to_ipv4_mapped()?, length).ok().map(IpNet::V4)
}
