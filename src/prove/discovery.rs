//! What callers find under plain names because control planes see each other's endpoints.
//!
//! Istio derives the SNI from the subset that is called, so each end must know it, and mean the same by it: the control
//! plane of the caller, and that of every gateway on the way.

use std::collections::{BTreeMap, BTreeSet};

use super::far::{names, opened, opens};
use super::subset::{selects, version};
use crate::istio::Bundle;
use crate::istio::bundle::{GroundGateway, GroundService};
use crate::istio::kind::destination_rule::{DestinationRuleSpec, Settings};
use crate::istio::way::discovery::CLUSTER;
use crate::istio::kind::gateway::GatewaySpec;
use crate::istio::kind::object::{Metadata, Spec};

/// A destination under a plain name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Use {
    /// The cluster whose bundle has it.
    pub head: String,
    pub host: String,
    /// None for any.
    pub subset: Option<String>,
    pub port: u16,
    /// Left to Istio, which shares it out among all that it sees.
    pub spreads: bool,
}

/// All clusters that see others, or are seen.
#[derive(Debug, Default)]
pub struct Sights {
    sites: BTreeMap<String, Site>,
    planes: BTreeMap<String, Plane>,
}

/// What is in a cluster.
#[derive(Debug)]
struct Site {
    network: Option<String>,
    registry: String,
    /// The cluster whose control plane configures it.
    head: String,
    sees: BTreeSet<String>,
    found: BTreeSet<String>,
    gateway: Option<GroundGateway>,
    services: BTreeMap<String, GroundService>,
}

/// What a control plane is told.
#[derive(Debug, Default)]
struct Plane {
    /// By host, with whether everybody sees it.
    rules: BTreeMap<String, (bool, DestinationRuleSpec)>,
    gateways: Vec<(Metadata, GatewaySpec)>,
}

/// What a subset is for one control plane; none for any.
#[derive(Clone, Copy)]
struct Part<'a> {
    name: Option<&'a str>,
    labels: Option<&'a BTreeMap<String, String>>,
}

impl Sights {
    /// Keeps what others may see of a cluster, and what its control plane is told.
    pub fn add(&mut self, bundle: &Bundle) {
        let ground = &bundle.ground;
        if ground.sees.is_empty() && ground.found.is_empty() && bundle.configured_by.is_none() {
            return;
        }
        let mut plane = Plane::default();
        for object in &bundle.objects {
            match &object.spec {
                Spec::DestinationRule(spec) => {
                    let namespace = spec.host.split('.').nth(1);
                    let seen = namespace == Some(&object.metadata.namespace) && spec.export_to.is_empty();
                    plane.rules.insert(spec.host.clone(), (seen, spec.clone()));
                }
                Spec::Gateway(spec) => plane.gateways.push((object.metadata.clone(), spec.clone())),
                Spec::Service(_) | Spec::ServiceEntry(_) | Spec::EnvoyFilter(_) | Spec::VirtualService(_) => {
                }
            }
        }
        self.planes.insert(bundle.cluster.clone(), plane);
        let site = Site {
            network: ground.network.clone(),
            registry: ground.registry.clone(),
            head: bundle.configured_by.clone().unwrap_or_else(|| bundle.cluster.clone()),
            sees: ground.sees.clone(),
            found: ground.found.clone(),
            gateway: ground.gateway.clone(),
            services: ground.services.clone(),
        };
        self.sites.insert(bundle.cluster.clone(), site);
    }

    /// How many links of a destination hold, for the callers of every cluster that obey it; and what does not, by caller.
    pub fn follow(&self, to: &Use) -> Vec<(String, Result<usize, String>)> {
        let obeys = |(_, site): &(&String, &Site)| site.head == to.head;
        let callers = self.sites.iter().filter(obeys);
        callers.map(|(name, site)| (name.clone(), self.from(name, site, to))).collect()
    }

    fn from(&self, caller: &str, near: &Site, to: &Use) -> Result<usize, String> {
        let Use { head, host, subset, port, spreads } = to;
        let part = self.part(head, host, subset.as_deref()).map_err(|what| format!("{what} here"))?;
        let seen = |name: &&String| *name == caller || *name == head || near.sees.contains(*name);
        let mut reached = 0;
        for (name, site) in self.sites.iter().filter(|(name, _)| seen(name)) {
            let Some(service) = site.services.get(host) else { continue };
            let picked = site.picked(service, part);
            if !picked.contains(&true) {
                continue;
            }
            reached += 1;
            part.means(host, name, service, &picked)?;
            if !service.ports.contains(port) {
                return Err(format!("`{host}` has no port {port} in `{name}`"));
            }
            if name != caller && !spreads && !site.found.contains(host) {
                return Err(format!("{part} of `{host}` takes in pods of `{name}`", part = part.shown()));
            }
            if !near.is_beside(site) {
                self.through(name, site, to, part)?;
            }
        }
        if reached == 0 {
            return Err(format!("no pods for {part} of `{host}`", part = part.shown()));
        }
        if reached > 1 && !spreads && !self.stand_in(to) {
            return Err(format!("{part} of `{host}` spreads over clusters", part = part.shown()));
        }
        Ok(reached)
    }

    /// The gateways that lead to pods of another network must be open, and know the subset as the caller does.
    fn through(&self, far: &str, site: &Site, to: &Use, said: Part<'_>) -> Result<(), String> {
        let Use { head: _, host, subset, port: _, spreads: _ } = to;
        let beside = |other: &&Site| other.gateway.is_some() && site.is_beside(other);
        let entered: Vec<&Site> = match &site.gateway {
            Some(_) => vec![site],
            None => self.sites.values().filter(beside).collect(),
        };
        if entered.is_empty() {
            return Err(format!("no gateway leads to `{far}`"));
        }
        for door in entered {
            let (Some(gateway), Some(plane)) = (&door.gateway, self.planes.get(&door.head)) else { continue };
            let there: Vec<_> = plane.gateways.iter().map(|(metadata, spec)| (metadata, spec)).collect();
            if !gateway.existing && !opened(gateway, &there).iter().any(|pattern| opens(pattern, host)) {
                return Err(format!("the gateway on the way to `{far}` is not open for `{host}`"));
            }
            let known = self
                .part(&door.head, host, subset.as_deref())
                .map_err(|what| format!("{what} at the gateway on the way to `{far}`"))?;
            for behind in self.sites.values().filter(|other| other.is_beside(door)) {
                let Some(service) = behind.services.get(host) else { continue };
                if behind.picked(service, known) != behind.picked(service, said) {
                    return Err(format!("{} of `{host}` is another at the gateway of `{far}`", said.shown()));
                }
            }
        }
        Ok(())
    }

    fn part<'a>(&'a self, head: &str, host: &str, subset: Option<&'a str>) -> Result<Part<'a>, String> {
        let Some(name) = subset else { return Ok(Part { name: None, labels: None }) };
        let rule = self.planes.get(head).and_then(|plane| plane.rules.get(host));
        let (seen, rule) = rule.ok_or_else(|| format!("no DestinationRule for `{host}`"))?;
        if !seen {
            return Err(format!("callers do not see the DestinationRule for `{host}`"));
        }
        let found = rule.subsets.iter().find(|subset| subset.name == name);
        let found = found.ok_or_else(|| format!("no subset `{name}` of `{host}`"))?;
        Ok(Part { name: subset, labels: Some(&found.labels) })
    }

    /// Whether the callers' own cluster goes first, and others answer while it fails.
    fn stand_in(&self, to: &Use) -> bool {
        let rule = self.planes.get(&to.head).and_then(|plane| plane.rules.get(&to.host));
        let Some((_, rule)) = rule else { return false };
        let part = rule.subsets.iter().find(|subset| Some(&subset.name) == to.subset.as_ref());
        let levels = [part.and_then(|part| part.traffic_policy.as_ref()), rule.traffic_policy.as_ref()];
        let levels = levels.into_iter().flatten();
        let settings: Vec<&Settings> = levels
            .map(|policy| {
                let own = policy.port_level_settings.iter().find(|own| own.port.number == to.port);
                own.map_or(&policy.settings, |own| &own.settings)
            })
            .collect();
        let ejects = settings.iter().any(|settings| settings.outlier_detection.is_some());
        let balancer = settings.iter().find_map(|settings| settings.load_balancer.as_ref());
        let order = balancer.and_then(|balancer| balancer.locality_lb_setting.as_ref());
        ejects && order.is_some_and(|order| order.failover_priority.first().is_some_and(|key| key == CLUSTER))
    }
}

impl Site {
    /// Istio takes a network without name for any.
    fn is_beside(&self, other: &Self) -> bool {
        self.network.is_none() || other.network.is_none() || self.network == other.network
    }

    /// Which of its pods are; one without labels for a service without versions.
    fn picked(&self, service: &GroundService, part: Part<'_>) -> Vec<bool> {
        let Some(labels) = part.labels else { return vec![true; service.pods.len().max(1)] };
        let unlabelled = BTreeMap::new();
        let pods: Vec<_> =
            if service.pods.is_empty() { vec![&unlabelled] } else { service.pods.values().collect() };
        let carries = |pod: &BTreeMap<String, String>, key: &String, value: &String| {
            if key == CLUSTER { *value == self.registry } else { pod.get(key) == Some(value) }
        };
        pods.into_iter().map(|pod| labels.iter().all(|(key, value)| carries(pod, key, value))).collect()
    }
}

impl Part<'_> {
    fn shown(self) -> String {
        self.name.map_or_else(|| "any version".to_owned(), |name| format!("subset `{name}`"))
    }

    /// Whether what is picked in a cluster is what the subset is named after.
    fn means(
        self,
        host: &str,
        cluster: &str,
        service: &GroundService,
        picked: &[bool],
    ) -> Result<(), String> {
        let Some(name) = self.name else { return Ok(()) };
        let (stem, whose) = match service.pods.keys().find(|known| *known == name) {
            Some(_) => (name, None),
            None => name.split_once("--").map_or((name, None), |(stem, whose)| (stem, Some(whose))),
        };
        if whose.is_some_and(|whose| !names(whose, cluster)) {
            return Err(format!("subset `{name}` of `{host}` takes in pods of `{cluster}`"));
        }
        let meant: Vec<bool> = match version(name, service) {
            Some(labels) => service.pods.values().map(|pod| selects(labels, pod)).collect(),
            None if stem == "any" => picked.iter().map(|_| true).collect(),
            None => picked.iter().map(|_| false).collect(),
        };
        if meant == picked {
            Ok(())
        } else {
            Err(format!("other pods than its version's for subset `{name}` of `{host}` in `{cluster}`"))
        }
    }
}
