//! What planning shows about the rules of one service: each thing once, whichever callers show it.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;

use super::gap::{AskedAt, Drained, Gap};
use crate::diagnostic::Finding;
use crate::model::service::AcrossClusters;
use crate::model::step::Owner;
use crate::model::{ClusterId, Destination, Pick, Port, Rule, Service, ServiceId, Version, VersionId};
use crate::plan::class::Class;
use crate::plan::distance::Servers;
use crate::plan::failover::{Group, Obstacle};
use crate::plan::problems;
use crate::plan::visibility::View;
use crate::source::{At, Place};

/// Gathered over all callers and ports of one service.
#[derive(Debug, Default)]
pub struct Survey<'m> {
    reached: BTreeSet<usize>,
    hidden: BTreeMap<usize, usize>,
    gaps: BTreeMap<(Gap, u16), (&'m Port, BTreeSet<ClusterId>)>,
    idle: BTreeMap<(Place, ClusterId), &'m Destination>,
    portless: BTreeMap<Place, &'m Destination>,
    left_out: BTreeMap<(Place, ClusterId), &'m Service>,
    drained: BTreeMap<Place, Drained<'m>>,
    pools: Vec<Group<'m>>,
    /// What several clusters share by size, or stand in for each other by size.
    shared: BTreeSet<(ServiceId, Pick)>,
    stuck: BTreeMap<(Place, u16), (&'m Port, BTreeSet<ClusterId>)>,
    indistinct: BTreeMap<Place, (&'m Service, BTreeSet<ClusterId>)>,
    unseen: BTreeMap<Place, (&'m Service, BTreeSet<ClusterId>)>,
    unheeded: BTreeMap<u16, (&'m Port, &'m Rule)>,
    /// Rules whose weights another tool turns, and more than two of them.
    unturnable: BTreeMap<Place, (&'m At<Owner>, usize)>,
    /// Networks that two rules are for, and one workload obeys both: where, the later first.
    pub clashes: BTreeSet<(IpNet, Place, Place)>,
    /// Callers of a port without rules that Istio spreads over all clusters that it sees.
    pub left_alone: BTreeSet<ClusterId>,
    /// Where callers can go nowhere, for want of a gateway: by the cluster that lacks it.
    pub closed: BTreeMap<ClusterId, (Place, ClusterId)>,
}

impl<'m> Survey<'m> {
    /// Some caller gets to this rule.
    pub fn reached(&mut self, rule: usize) {
        self.reached.insert(rule);
    }

    /// Some caller never gets to this rule, because an earlier one answers.
    pub fn hidden(&mut self, rule: usize, earlier: usize) {
        self.hidden.entry(rule).or_insert(earlier);
    }

    /// Requests of some caller to this port may match no rule.
    pub fn gap(&mut self, gap: Gap, port: &'m Port, class: &Class) {
        self.gaps
            .entry((gap, port.number))
            .or_insert_with(|| (port, BTreeSet::new()))
            .1
            .extend(&class.members);
    }

    /// A cluster that serves a share, and whose part of it rounds to nothing.
    pub fn idle(&mut self, to: &'m Destination, cluster: ClusterId) {
        self.idle.insert((to.place, cluster), to);
    }

    /// A destination at another service, whose port cannot be told.
    pub fn portless(&mut self, to: &'m Destination) {
        self.portless.insert(to.place, to);
    }

    /// What callers of a port ask for at this place is in other clusters, and the port does not lead there.
    pub fn stuck(&mut self, place: Place, port: &'m Port, class: &Class) {
        self.stuck
            .entry((place, port.number))
            .or_insert_with(|| (port, BTreeSet::new()))
            .1
            .extend(&class.members);
    }

    /// A version is asked for at this place, and the service's callers choose among its pods themselves.
    pub fn indistinct(&mut self, place: Place, service: &'m Service, class: &Class) {
        self.indistinct.entry(place).or_insert_with(|| (service, BTreeSet::new())).1.extend(&class.members);
    }

    /// Pods of a headless service are asked for at this place that control planes show, and callers do not look
    /// at.
    pub fn unseen(&mut self, place: Place, service: &'m Service, class: &Class) {
        self.unseen.entry(place).or_insert_with(|| (service, BTreeSet::new())).1.extend(&class.members);
    }

    /// A rule that would be for this port, if the port had rules.
    pub fn unheeded(&mut self, port: &'m Port, rule: &'m Rule) {
        self.unheeded.entry(port.number).or_insert((port, rule));
    }

    /// A rule whose weights another tool turns has so many of them.
    pub fn turned(&mut self, owner: &'m At<Owner>, weights: usize) {
        if weights > 2 {
            self.unturnable.insert(owner.place, (owner, weights));
        }
    }

    /// Who serves callers at a place, and who cannot be entered.
    pub fn served(&mut self, asked: AskedAt<'m>, class: &Class, serving: &Servers) {
        let AskedAt { service, pick, place, named } = asked;
        if serving.clusters.is_empty() && !serving.drained.is_empty() {
            let drained = self.drained.entry(place).or_insert_with(|| Drained {
                service,
                named,
                clusters: BTreeSet::new(),
                callers: BTreeSet::new(),
            });
            drained.clusters.extend(&serving.drained);
            drained.callers.extend(&class.members);
            return;
        }
        if serving.clusters.len() > 1 {
            self.shared.insert((service.id, pick));
        }
        if serving.failover && serving.clusters.len() > 1 {
            let clusters = serving.clusters.iter().map(|(cluster, _)| *cluster).collect();
            self.pools.push(Group { service, pick, place, clusters, caller: class.id });
        }
        for closed in &serving.closed {
            if serving.clusters.is_empty() {
                self.closed.entry(*closed).or_insert((place, class.id));
            } else if service.across_clusters != AcrossClusters::Local {
                self.left_out.insert((place, *closed), service);
            }
        }
    }

    /// What is to be said of the rules of this service.
    pub fn findings(&self, view: &View<'_>, service: &Service) -> Vec<Finding> {
        let name = |id: ClusterId| view.cluster(id).map_or("", |cluster| cluster.name.as_str());
        let mut findings = Vec::new();
        if let (true, Some(rule)) =
            (service.clients.is_empty() && service.ingress.is_empty(), service.rules.first())
        {
            return vec![problems::rules::no_clients(service, rule)];
        }
        for (index, rule) in service.rules.iter().enumerate() {
            if self.reached.contains(&index) {
                continue;
            }
            findings.push(match self.hidden.get(&index).and_then(|earlier| service.rules.get(*earlier)) {
                Some(earlier) => problems::rules::shadowed(service, rule, earlier),
                None => problems::rules::for_nobody(service, rule),
            });
        }
        // Ports that leave the same callers a gap do so for the same want of a rule.
        let mut gaps: BTreeMap<(Gap, &BTreeSet<ClusterId>), Vec<&Port>> = BTreeMap::new();
        for ((gap, _), (port, callers)) in &self.gaps {
            gaps.entry((*gap, callers)).or_default().push(port);
        }
        findings.extend(gaps.into_iter().map(|((gap, callers), ports)| {
            let everywhere = callers.len() == service.clients.len();
            let callers =
                if everywhere { Vec::new() } else { callers.iter().map(|caller| name(*caller)).collect() };
            problems::rules::gap(gap, service, &ports, &callers)
        }));
        findings.extend(
            self.idle.iter().map(|((place, cluster), _)| problems::idle(service, *place, name(*cluster))),
        );
        let names =
            |callers: &BTreeSet<ClusterId>| -> Vec<_> { callers.iter().map(|id| name(*id)).collect() };
        findings.extend(self.stuck.iter().map(|((place, _), (port, callers))| {
            problems::rules::stuck(service, *place, port, &names(callers))
        }));
        findings.extend(
            self.indistinct
                .iter()
                .map(|(place, (headless, callers))| problems::indistinct(headless, *place, &names(callers))),
        );
        findings.extend(
            self.unseen
                .iter()
                .map(|(place, (headless, callers))| problems::unseen(headless, *place, &names(callers))),
        );
        let stuck = |number: u16| self.stuck.keys().any(|(_, stuck)| *stuck == number);
        let unheeded = self.unheeded.values().filter(|(port, _)| !stuck(port.number));
        findings.extend(unheeded.map(|(port, rule)| problems::rules::unheeded(service, port, rule)));
        findings.extend(
            self.clashes.iter().map(|(subnet, later, first)| problems::clash(*subnet, *later, *first)),
        );
        let unturnable = self.unturnable.values();
        findings
            .extend(unturnable.map(|(owner, weights)| problems::rules::unturnable(service, owner, *weights)));
        findings.extend(self.portless.values().map(|to| problems::rules::portless(view, to)));
        findings.extend(
            self.left_out
                .iter()
                .map(|((place, cluster), service)| problems::left_out(service, *place, name(*cluster))),
        );
        findings.extend(self.apart(view));
        findings.extend(self.by_pods(view, service));
        findings.extend(self.idle_sizes(service));
        findings.extend(self.drained.iter().map(|(place, drained)| problems::drained(view, *place, drained)));
        findings
    }

    /// Equals that stand in for each other by discovery, where Istio shares by the number of pods.
    fn by_pods(&self, view: &View<'_>, service: &Service) -> Option<Finding> {
        let mut groups = self.pools.iter().filter(|group| group.service.id == service.id);
        let group = groups.find(|group| view.discovers_all(service) && group.has_equals(view))?;
        Some(problems::discovery::by_pods(service, group.place))
    }

    /// Sizes of a version that nobody shares.
    fn idle_sizes(&self, service: &Service) -> Option<Finding> {
        let sized = |version: &Version| {
            let mut sizes = version.clusters.values();
            let first = sizes.next();
            sizes.any(|size| Some(size) != first)
        };
        let is_shared = |pick: Pick| self.shared.contains(&(service.id, pick));
        let idle = |(index, version): &(usize, &Version)| {
            sized(version) && !is_shared(Pick::Version(VersionId(*index)))
        };
        let (_, version) =
            service.versions.iter().enumerate().find(idle).filter(|_| !is_shared(Pick::Any))?;
        Some(problems::idle_sizes(service, version))
    }

    /// Clusters that cannot stand in for each other: each service and reason once.
    fn apart(&self, view: &View<'_>) -> Vec<Finding> {
        let mut findings: Vec<Finding> = Vec::new();
        let mut seen: Vec<(Obstacle, &str)> = Vec::new();
        for pool in &self.pools {
            let Some(obstacle) = pool.obstacle(view) else { continue };
            let known = (obstacle.clone(), pool.service.name.as_str());
            if !seen.contains(&known) {
                findings.push(problems::apart(view, pool, &obstacle));
                seen.push(known);
            }
        }
        findings
    }
}
