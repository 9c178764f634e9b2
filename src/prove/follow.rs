//! From a name to whoever answers, as Istio goes: over the objects of one service in all clusters.

use std::collections::BTreeMap;

use super::Broken;
use super::facts::Facts;
use super::gateway::Gateways;
use super::index::Index;
use super::landing::{self, Landing};
use super::{policy, routes};
use crate::istio::ClassObjects;
use crate::istio::kind::destination_rule::{ClientTls, DestinationRuleSpec, Subset};
use crate::model::{ClusterId, Service};
use crate::plan::{ClassPlan, Promise, ServicePlan};

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
pub struct Asked<'a> {
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

    /// What the control plane of a cluster is told of the service; nothing where it is told nothing.
    pub fn told(&self, cluster: ClusterId) -> Option<&Index<'s>> {
        let head = self.facts.view.control_plane(cluster);
        self.classes.get(*self.class_of.get(&head)?)
    }

    /// The plain name of the service in a cluster.
    pub fn plain_host(&self, cluster: ClusterId) -> String {
        self.facts.view.cluster(cluster).map(|cluster| self.service.plain_host(cluster)).unwrap_or_default()
    }

    /// Holds what one class was promised against what is written.
    pub fn class(&self, plan: &ClassPlan<'m>, gateways: &mut Gateways, broken: &mut Broken) {
        let caller = plan.class.id;
        let own = self.class_of.get(&caller).and_then(|at| self.classes.get(*at));
        if let Some(index) = own {
            index.wrong.iter().for_each(|what| broken.say(caller, what.clone()));
            let lost = index.rules.values().flat_map(|(_, rule)| policy::lost(rule));
            lost.for_each(|what| broken.say(caller, what));
            routes::check(self, plan, index, broken);
        }
        for promise in plan.of_service.iter().filter(|promise| promise.broken.is_none()) {
            for port in &promise.ports {
                broken.check(caller, self.keeps(caller, promise, *port, gateways));
            }
        }
        if let Some(index) = own {
            self.idle(plan, index, gateways, broken);
        }
        if plan.left_alone {
            self.left_alone(plan, gateways, broken);
        }
    }

    /// Whether whoever was promised answers on a port, and nobody else.
    fn keeps(
        &self,
        caller: ClusterId,
        promise: &Promise<'m>,
        port: u16,
        gateways: &mut Gateways,
    ) -> Result<(), String> {
        let subset = promise.subset.as_deref();
        let asked = Asked { caller, host: &promise.host, subset, port };
        self.visible(promise, asked)?;
        let landings = self.follow(asked, gateways)?;
        landing::compare(self.facts, caller, promise, &landings)
    }

    /// Whether those who ask see the name that they are sent to.
    fn visible(&self, promise: &Promise<'m>, asked: Asked<'_>) -> Result<(), String> {
        let Some(index) = self.told(asked.caller) else { return Ok(()) };
        let callers: Vec<String> = promise.callers.listed().map(str::to_owned).collect();
        for (_, entry) in index.entries.get(asked.host).into_iter().flatten() {
            if !sees(&entry.export_to, &callers) {
                return Err(format!("callers of `{}` do not see its ServiceEntry", asked.host));
            }
        }
        Ok(())
    }

    /// Who answers.
    pub fn follow(&self, asked: Asked<'_>, gateways: &mut Gateways) -> Result<Vec<Landing>, String> {
        if asked.host == self.plain_host(asked.caller) {
            self.by_plain_name(asked, gateways)
        } else {
            self.by_remote_name(asked, gateways)
        }
    }

    /// What nobody asks for today, and a route that is taken away by hand would: parts of names on every port, and remote
    /// names as a whole.
    fn idle(&self, plan: &ClassPlan<'m>, index: &Index<'s>, gateways: &mut Gateways, broken: &mut Broken) {
        let caller = plan.class.id;
        let plain = self.plain_host(caller);
        for (host, (_, rule)) in &index.rules {
            for subset in &rule.subsets {
                let name = Some(subset.name.as_str());
                let of_subset = |known: &&Promise<'_>| known.host == *host && known.subset.as_deref() == name;
                let mut promises = plan.of_service.iter().filter(of_subset).peekable();
                // Under the plain name, parts may be there for callers of other clusters.
                if promises.peek().is_none() && *host != plain {
                    broken.say(caller, format!("nobody was promised subset `{}` of `{host}`", subset.name));
                }
                for promise in promises {
                    let ports = self.service.crossing_ports().map(|port| port.number);
                    for port in ports.filter(|port| !promise.ports.contains(port)) {
                        broken.check(caller, self.keeps(caller, promise, port, gateways));
                    }
                }
            }
            if *host != plain {
                broken.check(caller, self.whole_name(plan, index, host, rule, gateways));
            }
        }
    }

    /// Whatever has a port that no route is for: all clusters that control planes show, each by a way that is open.
    fn left_alone(&self, plan: &ClassPlan<'m>, gateways: &mut Gateways, broken: &mut Broken) {
        let caller = plan.class.id;
        let host = self.plain_host(caller);
        let routed = |port: u16| {
            plan.routes.as_ref().is_some_and(|own| own.routes.iter().any(|route| route.port.number == port))
        };
        for port in self.service.crossing_ports().filter(|port| !routed(port.number)) {
            let asked = Asked { caller, host: &host, subset: None, port: port.number };
            broken.check(caller, self.follow(asked, gateways));
        }
    }
}

/// Istio's order: the subset's port, the subset, the rule's port, the rule. Nothing is inherited into port settings.
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

/// Whether what is exported to some namespaces reaches all that it is needed in. None means all.
pub fn sees(exported: &[String], needed: &[String]) -> bool {
    exported.is_empty() || (!needed.is_empty() && needed.iter().all(|namespace| exported.contains(namespace)))
}
