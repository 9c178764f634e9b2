//! A bundle by what its objects are about.

use std::collections::{BTreeMap, BTreeSet};

use crate::istio::Bundle;
use crate::istio::kind::destination_rule::{DestinationRuleSpec, Subset};
use crate::istio::kind::envoy_filter::EnvoyFilterSpec;
use crate::istio::kind::gateway::GatewaySpec;
use crate::istio::kind::object::{Metadata, Object, Spec};
use crate::istio::kind::service::ServiceSpec;
use crate::istio::kind::service_entry::ServiceEntrySpec;
use crate::istio::kind::virtual_service::VirtualServiceSpec;

/// The objects of one bundle, by host where they have one.
#[derive(Debug, Default)]
pub struct Index<'b> {
    pub entries: BTreeMap<&'b str, (&'b Metadata, &'b ServiceEntrySpec)>,
    /// What adds to a name that is there already.
    pub joined: BTreeMap<&'b str, Vec<(&'b Metadata, &'b ServiceEntrySpec)>>,
    pub rules: BTreeMap<&'b str, (&'b Metadata, &'b DestinationRuleSpec)>,
    /// By host and name.
    pub subsets: BTreeMap<(&'b str, &'b str), &'b Subset>,
    pub routes: Vec<(&'b Metadata, &'b VirtualServiceSpec)>,
    pub gateways: Vec<(&'b Metadata, &'b GatewaySpec)>,
    pub filters: Vec<(&'b Metadata, &'b EnvoyFilterSpec)>,
    /// By namespace and name.
    pub stand_ins: BTreeMap<(&'b str, &'b str), &'b ServiceSpec>,
    /// What endpoints here are labelled with, beside their own labels.
    pub registry: &'b str,
    doubled: Vec<String>,
}

impl<'b> Index<'b> {
    /// Every object in its place.
    pub fn of(bundle: &'b Bundle) -> Self {
        let mut index = Self { registry: &bundle.ground.registry, ..Self::default() };
        let mut seen = BTreeSet::new();
        let mut routed = BTreeSet::new();
        for object in bundle.objects.iter().chain(&bundle.stand_ins) {
            let Object { why: _, api_version: _, metadata, spec } = object;
            let kind = object.kind();
            if !seen.insert((kind, metadata.namespace.as_str(), metadata.name.as_str())) {
                index.doubled.push(format!("{kind} `{}/{}`", metadata.namespace, metadata.name));
            }
            match spec {
                Spec::ServiceEntry(spec) => {
                    for host in &spec.hosts {
                        let ground = &bundle.ground;
                        let known = ground.services.contains_key(host)
                            || ground.stood_in.contains(host)
                            || ground.names.contains(host);
                        if known && !spec.endpoints.is_empty() {
                            index.joined.entry(host).or_default().push((metadata, spec));
                            continue;
                        }
                        let before = index.entries.insert(host, (metadata, spec));
                        index.twice(before.is_some(), "a ServiceEntry", host);
                    }
                }
                Spec::DestinationRule(spec) => {
                    let before = index.rules.insert(&spec.host, (metadata, spec));
                    index.twice(before.is_some(), "a DestinationRule", &spec.host);
                    for subset in &spec.subsets {
                        let before = index.subsets.insert((&spec.host, &subset.name), subset);
                        index.twice(before.is_some(), &format!("subset `{}`", subset.name), &spec.host);
                    }
                }
                Spec::VirtualService(spec) => {
                    for host in &spec.hosts {
                        // A short name is one of the object's own namespace.
                        let whose = if host.contains('.') { "" } else { metadata.namespace.as_str() };
                        let before = !routed.insert((&spec.gateways, whose, host));
                        index.twice(before, "a VirtualService", host);
                    }
                    index.routes.push((metadata, spec));
                }
                Spec::Gateway(spec) => index.gateways.push((metadata, spec)),
                Spec::EnvoyFilter(spec) => index.filters.push((metadata, spec)),
                Spec::Service(spec) => {
                    index.stand_ins.insert((&metadata.namespace, &metadata.name), spec);
                }
            }
        }
        index
    }

    /// What is there twice: objects, or several of them for one host.
    pub fn doubled(&self) -> Vec<String> {
        self.doubled.clone()
    }

    fn twice(&mut self, twice: bool, kind: &str, host: &str) {
        if twice {
            self.doubled.push(format!("{kind} for `{host}`"));
        }
    }
}
