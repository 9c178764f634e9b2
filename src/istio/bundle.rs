//! All objects of one cluster, and what they count on there.

use std::collections::{BTreeMap, BTreeSet};

use super::kind::object::Object;
use crate::bundle::{Origin, Reach};
use crate::model::Release;
use crate::source::Place;

/// What is applied to one cluster, in the order in which it is applied.
#[derive(Clone, Debug)]
pub struct Bundle {
    /// The cluster's name.
    pub cluster: String,
    /// The kubectl context in printed commands.
    pub context: String,
    /// The release it is written for.
    pub release: Release,
    /// The other cluster whose control plane reads what is for this one, too.
    pub configured_by: Option<String>,
    /// By step (serve, call, route), namespace, name, kind.
    pub objects: Vec<Object>,
    /// Services that are created where nothing has the name yet; a file of their own.
    pub stand_ins: Vec<Object>,
    /// What callers reach in other clusters.
    pub reaches: Vec<Reach>,
    /// Where in the inputs the routes come from.
    pub origins: Vec<Origin>,
    /// By host that objects speak of, where in the inputs its service is.
    pub places: BTreeMap<String, Place>,
    /// What the objects count on in the cluster.
    pub ground: Ground,
}

/// What exists in a cluster before anything is applied to it.
#[derive(Clone, Debug, Default)]
pub struct Ground {
    /// Istio's name of the network.
    pub network: Option<String>,
    /// What endpoints here are labelled with, beside their own labels.
    pub registry: String,
    /// Other clusters whose endpoints the control plane sees.
    pub sees: BTreeSet<String>,
    /// Hosts and ports without route whose callers here get whatever the control plane sees.
    pub left_alone: BTreeSet<(String, u16)>,
    /// Hosts that callers elsewhere find here by discovery.
    pub found: BTreeSet<String>,
    /// What identities in certificates begin with here.
    pub trust_domain: String,
    /// Ingress gateways, as `namespace/name`, with the namespaces that their workload may be in.
    pub ingress_gateways: BTreeMap<String, IngressGround>,
    /// Gateways and hosts whose requests from outside were promised a route.
    pub let_in: BTreeSet<(String, String)>,
    /// The gateway that others enter by.
    pub gateway: Option<GroundGateway>,
    /// The Services, by host.
    pub services: BTreeMap<String, GroundService>,
    /// Hosts that answer here without a Service of ours: plain names that are there already.
    pub names: BTreeSet<String>,
    /// Hosts that do not run here, and that the control plane knows from elsewhere.
    pub known: BTreeSet<String>,
    /// Hosts that stand-ins are to answer here.
    pub stood_in: BTreeSet<String>,
    /// Hosts whose callers here were promised a route.
    pub promised: BTreeSet<String>,
    /// Far pods that were promised to join what runs here.
    pub joins: Vec<Joining>,
}

/// Pods of another cluster that are to join a service.
#[derive(Clone, Debug)]
pub struct Joining {
    /// The service.
    pub host: String,
    /// Where they run.
    pub cluster: String,
    /// What they carry; nothing is known of a service without versions.
    pub labels: BTreeMap<String, String>,
}

/// A gateway's workload and how it is dialled.
#[derive(Clone, Debug)]
pub struct GroundGateway {
    /// IP addresses and names.
    pub addresses: Vec<String>,
    /// Others, by the name of the cluster whose callers dial these instead.
    pub addresses_from: BTreeMap<String, Vec<String>>,
    /// The port that is dialled.
    pub port: u16,
    /// The port that the workload listens on.
    pub server_port: u16,
    /// The workload's namespace.
    pub namespace: String,
    /// The workload's labels.
    pub labels: BTreeMap<String, String>,
    /// A Gateway object opens it already.
    pub existing: bool,
}

/// An ingress gateway.
#[derive(Clone, Debug)]
pub struct IngressGround {
    /// Where its workload may be.
    pub namespaces: BTreeSet<String>,
    /// A Gateway object opens it already.
    pub existing: bool,
}

/// A Service and the pods behind it.
#[derive(Clone, Debug)]
pub struct GroundService {
    /// Who its pods say they are; empty where nobody said.
    pub identities: BTreeSet<String>,
    /// Its namespace.
    pub namespace: String,
    /// Its ports.
    pub ports: Vec<u16>,
    /// What Istio takes each port to speak, in its own spelling.
    pub speaks: BTreeMap<u16, &'static str>,
    /// By subset of each version that runs here, the labels that its pods carry; none for a service without versions.
    pub pods: BTreeMap<String, BTreeMap<String, String>>,
}
