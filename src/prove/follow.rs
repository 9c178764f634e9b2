//! From a name to whoever answers, as Istio goes: over the objects of one service in all clusters.

use std::collections::BTreeMap;

use super::facts::Facts;
use super::gateway::Gateways;
use super::index::Index;
use super::landing::Landing;
use crate::istio::ClassObjects;
use crate::istio::kind::destination_rule::{ClientTls, DestinationRuleSpec, Subset};
use crate::model::{ClusterId, Service};
use crate::plan::ServicePlan;

/// One service: what is there, what was promised, and what is written for whom.
pub struct Scene<'s, 'm> {
    pub facts: &'s Facts<'m>,
    pub plan: &'s ServicePlan<'m>,
    pub service: &'m Service,
    classes: Vec<Index<'s>>,
    /// By cluster: its class.
    class_of: BTreeMap<ClusterId, usize>,
}

/// Who asks, and for what.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The cluster of the callers; it stands for its class.
    pub caller: ClusterId,
    pub host: &'a str,
    /// None for all that has the name.
    pub subset: Option<&'a str>,
    pub port: u16,
}

impl<'s, 'm> Scene<'s, 'm> {
    /// Everything in its place.
    pub fn of(facts: &'s Facts<'m>, plan: &'s ServicePlan<'m>, objects: &'s [ClassObjects]) -> Self {
        let classes = objects.iter().map(Index::of).collect();
        let members = objects.iter().enumerate();
        let class_of =
            members.flat_map(|(at, class)| class.members.iter().map(move |id| (*id, at))).collect();
        Self { facts, plan, service: plan.service, classes, class_of }
    }

    /// What is written for a cluster; its control plane may be another's.
    pub fn written(&self, cluster: ClusterId) -> Option<&Index<'s>> {
        self.classes.get(*self.class_of.get(&cluster)?)
    }

    /// What the control plane of a cluster is told of the service; nothing where it is told nothing.
    pub fn told(&self, cluster: ClusterId) -> Option<&Index<'s>> {
        self.written(self.facts.view.control_plane(cluster))
    }

    /// The plain name of the service in a cluster.
    pub fn plain_host(&self, cluster: ClusterId) -> String {
        self.facts.view.cluster(cluster).map(|cluster| self.service.plain_host(cluster)).unwrap_or_default()
    }

    /// Whether a name is the plain name of the service in a cluster.
    pub fn is_plain_host(&self, host: &str, cluster: ClusterId) -> bool {
        self.facts.view.cluster(cluster).is_some_and(|cluster| self.service.is_plain_host(host, cluster))
    }

    /// Who answers.
    pub fn follow(&self, request: Request<'_>, gateways: &mut Gateways) -> Result<Vec<Landing>, String> {
        if self.is_plain_host(request.host, request.caller) {
            self.by_plain_name(request, gateways)
        } else {
            self.by_remote_name(request, gateways)
        }
    }
}

/// Istio's order: the subset's port, the subset, the rule's port, the rule. Nothing is inherited into port
/// settings.
pub fn tls<'r>(
    rule: &'r DestinationRuleSpec,
    subset: Option<&'r Subset>,
    port: u16,
) -> Option<&'r ClientTls> {
    let policies = [subset.and_then(|subset| subset.traffic_policy.as_ref()), rule.traffic_policy.as_ref()];
    policies.into_iter().flatten().find_map(|policy| {
        let own = policy.port_level_settings.iter().find(|settings| settings.port.number == port);
        match own {
            Some(settings) => Some(settings.tls.as_ref()),
            None => policy.tls.as_ref().map(Some),
        }
    })?
}

/// Whether all namespaces that need something see it. An empty list means all namespaces.
pub fn sees(exported: &[String], needed: &[String]) -> bool {
    exported.is_empty() || (!needed.is_empty() && needed.iter().all(|namespace| exported.contains(namespace)))
}
