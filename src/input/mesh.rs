//! `mesh`: what holds for all clusters.
//!
//! Enters: the tree of `mesh`. Leaves: [`Mesh`]. Refuses to know: defaults.

use super::reach::Reach;
use super::reader::{Reader, form};
use super::service::{AcrossClusters, Clients, PlainNames};
use super::tree::Value;
use super::{Keyed, Listed, Written};
use crate::source::{At, Place};

/// `mesh`
#[derive(Clone, Debug, Default)]
pub struct Mesh {
    pub name: Written<String>,
    /// `1.31` or `1.8.5`, unchecked.
    pub istio: Written<String>,
    pub reach: Written<Reach>,
    pub remote_names: Written<RemoteNames>,
    pub remote_suffix: Written<String>,
    pub across_clusters: Written<AcrossClusters>,
    pub plain_names: Written<PlainNames>,
    pub clients: Written<Clients>,
    /// A network or `none`, unchecked.
    pub virtual_ips: Written<String>,
    pub version_label: Written<String>,
    pub cluster_domain: Written<String>,
    pub trust_domain: Written<String>,
    pub labels: Written<Listed<Keyed<At<String>>>>,
    pub annotations: Written<Listed<Keyed<At<String>>>>,
    /// Findings that are acknowledged, unchecked.
    pub allow: Written<Listed<Allowance>>,
}

/// One entry of `mesh.allow`.
#[derive(Clone, Debug)]
pub struct Allowance {
    /// Where it begins.
    pub place: Place,
    pub code: At<String>,
    pub reason: At<String>,
    /// The key of a cluster or service.
    pub at: Written<String>,
}

/// `mesh.remoteNames`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemoteNames {
    /// `shared`
    Shared,
    /// `per-cluster`
    PerCluster,
}

form! {
    struct MeshFields: "the mesh", "mesh: {name: shop, istio: \"1.31\"}" {
        name: "name",
        istio: "istio",
        reach: "reach",
        remote_names: "remoteNames",
        remote_suffix: "remoteSuffix",
        across_clusters: "acrossClusters",
        plain_names: "plainNames",
        clients: "clients",
        virtual_ips: "virtualIPs",
        version_label: "versionLabel",
        cluster_domain: "clusterDomain",
        trust_domain: "trustDomain",
        labels: "labels",
        annotations: "annotations",
        allow: "allow",
    }
}

form! {
    struct AllowanceFields: "an acknowledgement", "allow: [{code: MG0550, reason: restarted by hand, at: cluster2}]" {
        code: "code",
        reason: "reason",
        at: "at",
    }
}

impl Allowance {
    fn read_all(reader: &mut Reader, value: Value<'_>) -> Option<At<Listed<Self>>> {
        reader.list(value, |reader, value| {
            let AllowanceFields { code, reason, at } = reader.fields(value)?;
            let code = code.required::<_, AllowanceFields>("code", value, reader, Reader::text);
            let reason = reason.required::<_, AllowanceFields>("reason", value, reader, Reader::text);
            let at = at.read(reader, Reader::text);
            Some(Self { place: value.place(), code: code?, reason: reason?, at })
        })
    }
}

impl Mesh {
    /// Reads `mesh`.
    pub fn read(value: Value<'_>, reader: &mut Reader) -> Self {
        let MeshFields {
            name,
            istio,
            reach,
            remote_names,
            remote_suffix,
            across_clusters,
            plain_names,
            clients,
            virtual_ips,
            version_label,
            cluster_domain,
            trust_domain,
            labels,
            annotations,
            allow,
        } = reader.fields_or_illegible(value);
        Self {
            name: name.read(reader, Reader::text),
            istio: istio.read(reader, Reader::text),
            reach: reach.read(reader, Reach::read),
            remote_names: remote_names.read(reader, |reader, value| {
                let words = [("shared", RemoteNames::Shared), ("per-cluster", RemoteNames::PerCluster)];
                reader.word(value, &words)
            }),
            remote_suffix: remote_suffix.read(reader, Reader::text),
            across_clusters: across_clusters.read(reader, AcrossClusters::read),
            plain_names: plain_names.read(reader, PlainNames::read),
            clients: clients.read(reader, Clients::read),
            virtual_ips: virtual_ips.read(reader, Reader::text),
            version_label: version_label.read(reader, Reader::text),
            cluster_domain: cluster_domain.read(reader, Reader::text),
            trust_domain: trust_domain.read(reader, Reader::text),
            labels: labels.read(reader, Reader::labels),
            annotations: annotations.read(reader, Reader::labels),
            allow: allow.read(reader, Allowance::read_all),
        }
    }
}
