//! By the plain name: pods of the callers' own cluster, far pods that join them, and whatever control planes show.

use std::collections::{BTreeMap, BTreeSet};

use super::arrive::Call;
use super::facts::selects;
use super::follow::{Request, Scene, tls};
use super::gateway::Gateways;
use super::index::Index;
use super::landing::{self, Landing};
use super::order::Order;
use crate::istio::kind::destination_rule::{DestinationRuleSpec, Subset};
use crate::istio::kind::service_entry::Endpoint;
use crate::istio::sni;
use crate::istio::way::merged::TLS_MODE;
use crate::model::{ClusterId, VersionId};

/// What a subset of the plain name is, in the eyes of one control plane; none for all that has the name.
#[derive(Clone, Copy)]
struct Selected<'o> {
    rule: Option<&'o DestinationRuleSpec>,
    subset: Option<&'o Subset>,
}

/// Far pods behind a gateway, and those whose labels the endpoints carry.
struct Merged {
    landing: Landing,
    labelled: BTreeSet<Option<VersionId>>,
}

impl<'s> Scene<'s, '_> {
    /// Who answers the plain name.
    pub(super) fn by_plain_name(
        &self,
        request: Request<'_>,
        gateways: &mut Gateways,
    ) -> Result<Vec<Landing>, String> {
        let Request { caller, host, subset, port } = request;
        let part = self.part(caller, subset)?;
        let order = part.order(port);
        let mut landings = Vec::new();
        for cluster in self.service.runs.keys().copied() {
            let own = cluster == caller;
            if !own && !self.facts.view.sees(caller, cluster) {
                continue;
            }
            let pods = self.facts.selected(self.service, cluster, part.labels());
            if pods.is_empty() {
                continue;
            }
            if !self.service.ports.iter().any(|known| known.number == port) {
                return Err(format!("`{host}` has no port {port}"));
            }
            if !own {
                self.through(request, cluster, gateways)?;
            }
            let elsewhere = order.looks_at_regions() && self.facts.distance(caller, cluster) > 1;
            let priority = 2 * order.priority_of(own, &BTreeMap::new()) + usize::from(elsewhere);
            landings.push(Landing { cluster, pods, weight: 1, priority, ejected: order.ejects() });
        }
        let mut far: BTreeMap<(&str, Option<u16>), Vec<Merged>> = BTreeMap::new();
        let entries = self.told(caller).and_then(|index| index.entries.get(host));
        for (metadata, entry) in
            entries.into_iter().flatten().filter(|(_, entry)| !entry.endpoints.is_empty())
        {
            if metadata.namespace != self.service.namespace || !entry.export_to.is_empty() {
                return Err(format!("callers do not see all that belongs to `{host}`"));
            }
            let name = entry.ports.iter().find(|known| known.number == port).map(|known| &known.name);
            let name = name.ok_or_else(|| format!("`{host}` has no port {port} elsewhere"))?;
            for endpoint in entry.endpoints.iter().filter(|it| selects(part.labels(), &it.labels)) {
                let merged = self.merged(request, part, endpoint, name, gateways)?;
                let dialled = (endpoint.address.as_str(), endpoint.ports.get(name).copied());
                match far.get_mut(&dialled) {
                    // Endpoints of several entries at one address are one.
                    Some(known) => {
                        for (known, also) in known.iter_mut().zip(merged) {
                            known.labelled.extend(also.labelled);
                        }
                    }
                    None => drop(far.insert(dialled, merged)),
                }
            }
        }
        for ((address, _), merged) in far {
            // What joins is known by its labels alone: they must be those of the pods behind the gateway.
            if merged.iter().any(|one| subset.is_some() && !one.landing.pods.is_subset(&one.labelled)) {
                return Err(format!("pods of `{host}` join by the labels of others, at `{address}`"));
            }
            landings.extend(merged.into_iter().map(|one| one.landing));
        }
        if landings.is_empty() {
            return Err(format!("no pods for {}", landing::named(host, subset)));
        }
        Ok(landings)
    }

    /// A far pod that joins must be known to be elsewhere, and to speak TLS.
    fn merged(
        &self,
        request: Request<'_>,
        part: Selected<'_>,
        endpoint: &Endpoint,
        port_name: &str,
        gateways: &mut Gateways,
    ) -> Result<Vec<Merged>, String> {
        let Request { caller, host, subset, port } = request;
        let address = &endpoint.address;
        let network = self.facts.view.cluster(caller).and_then(|cluster| cluster.network.as_ref());
        if endpoint.labels.get(TLS_MODE.0).map(String::as_str) != Some(TLS_MODE.1) {
            return Err(format!("plain text to the gateway `{address}` for `{host}`"));
        }
        if endpoint.network.is_none() || endpoint.network.as_ref() == network {
            return Err(format!("gateways send `{host}` on to `{address}`, in circles"));
        }
        let dialled = endpoint.ports.get(port_name);
        let dialled = *dialled.ok_or_else(|| format!("endpoint `{address}` has no port `{port_name}`"))?;
        let tls = part.rule.and_then(|rule| tls(rule, part.subset, port));
        let said = tls.and_then(|tls| tls.sni.clone()).unwrap_or_else(|| sni::sni(port, subset, host));
        let told = tls.map(|tls| tls.subject_alt_names.clone()).unwrap_or_default();
        let identities = if told.is_empty() { self.by_itself(caller, endpoint) } else { told };
        let call = Call { caller, address, dialled, sni: &said, port, identities: &identities };
        let landings = self.arrive(call, endpoint, part.order(port), gateways)?;
        let own = own_labels(&endpoint.labels);
        let merged = landings.into_iter().map(|landing| Merged {
            labelled: self.facts.selected(self.service, landing.cluster, &own),
            landing,
        });
        Ok(merged.collect())
    }

    /// The identities that Istio accepts by itself: those of the account that an endpoint names.
    fn by_itself(&self, caller: ClusterId, endpoint: &Endpoint) -> Vec<String> {
        let trust_domain =
            self.facts.view.cluster(caller).map_or("", |cluster| cluster.trust_domain.as_str());
        let namespace = &self.service.namespace;
        let account = endpoint.service_account.iter();
        account.map(|account| format!("spiffe://{trust_domain}/ns/{namespace}/sa/{account}")).collect()
    }

    /// Between networks, the gateways that lead to a cluster must be open, and their control planes must mean the
    /// same by the subset, for all that is behind them.
    fn through(&self, request: Request<'_>, far: ClusterId, gateways: &mut Gateways) -> Result<(), String> {
        let Request { caller, host, subset, .. } = request;
        let view = self.facts.view;
        let (Some(near), Some(site)) = (view.cluster(caller), view.cluster(far)) else { return Ok(()) };
        if near.shares_network(site) {
            return Ok(());
        }
        let doors = view.ways_in(far);
        if doors.is_empty() {
            return Err(format!("no gateway leads to `{}`", site.name));
        }
        let said = self.part(caller, subset)?;
        for door in doors {
            gateways.must_open(caller, door, self.service.id);
            let known = self.part(door, subset);
            let known =
                known.map_err(|what| format!("{what} at the gateway on the way to `{}`", site.name))?;
            let Some(way) = view.cluster(door) else { continue };
            let behind = self.service.runs.keys().copied();
            for other in behind.filter(|id| view.cluster(*id).is_some_and(|other| other.shares_network(way)))
            {
                let here = self.facts.selected(self.service, other, said.labels());
                if here != self.facts.selected(self.service, other, known.labels()) {
                    return Err(format!(
                        "{} is another at the gateway of `{}`",
                        landing::named(host, subset),
                        site.name
                    ));
                }
            }
        }
        Ok(())
    }

    /// What a control plane means by a subset of the plain name; everybody must see that it does.
    fn part(&self, cluster: ClusterId, subset: Option<&str>) -> Result<Selected<'s>, String> {
        let host = self.plain_host(self.facts.view.control_plane(cluster));
        let found = self.told(cluster).and_then(|index: &Index<'s>| index.rules.get(host.as_str()).copied());
        let Some((metadata, rule)) = found else {
            return match subset {
                None => Ok(Selected { rule: None, subset: None }),
                Some(_) => Err(format!("no DestinationRule for `{host}`")),
            };
        };
        if metadata.namespace != self.service.namespace || !rule.export_to.is_empty() {
            return Err(format!("callers do not see the DestinationRule for `{host}`"));
        }
        let Some(name) = subset else { return Ok(Selected { rule: Some(rule), subset: None }) };
        let subset = rule.subsets.iter().find(|subset| subset.name == name);
        let subset = Some(subset.ok_or_else(|| format!("no subset `{name}` of `{host}`"))?);
        Ok(Selected { rule: Some(rule), subset })
    }

    /// The pods that a subset of the plain name is at a gateway, by cluster behind it.
    pub(super) fn behind(&self, cluster: ClusterId, subset: Option<&str>) -> Result<Vec<Landing>, String> {
        let part = self.part(cluster, subset)?;
        let view = self.facts.view;
        let Some(home) = view.cluster(cluster) else { return Ok(Vec::new()) };
        // A gateway sees the endpoints of its own network, wherever the control plane sees them.
        let here = |id: &ClusterId| {
            *id == cluster
                || view.sees(cluster, *id)
                    && view.cluster(*id).is_some_and(|other| other.shares_network(home))
        };
        let clusters = self.service.runs.keys().copied().filter(here);
        let landings = clusters.map(|cluster| {
            let pods = self.facts.selected(self.service, cluster, part.labels());
            Landing { cluster, pods, weight: 1, priority: 0, ejected: false }
        });
        Ok(landings.filter(|landing| !landing.pods.is_empty()).collect())
    }

    /// Who the pods of the service say they are, in a cluster; nobody said it where empty.
    pub(super) fn identities(&self, cluster: ClusterId) -> Vec<String> {
        let accounts = &self.service.service_accounts;
        let cluster = self.facts.view.cluster(cluster).filter(|_| !accounts.is_empty());
        cluster.map(|cluster| self.service.identities(cluster).into_iter().collect()).unwrap_or_default()
    }
}

impl<'o> Selected<'o> {
    fn labels(self) -> &'o BTreeMap<String, String> {
        static NONE: BTreeMap<String, String> = BTreeMap::new();
        self.subset.map_or(&NONE, |subset| &subset.labels)
    }

    /// How connections to a port are made.
    fn order(self, port: u16) -> Order<'o> {
        self.rule.map(|rule| Order::of(rule, self.subset, port)).unwrap_or_default()
    }
}

/// Labels of pods, without what Istio and meshgen mark endpoints with.
fn own_labels(labels: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let marks = [TLS_MODE.0, crate::istio::failover::FAR.0, crate::istio::failover::FARTHER.0, "cluster"];
    let own = labels.iter().filter(|(key, _)| !marks.contains(&key.as_str()));
    own.map(|(key, value)| (key.clone(), value.clone())).collect()
}
