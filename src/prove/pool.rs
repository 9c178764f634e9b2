//! Subsets over several clusters, which stand in for each other.

use std::collections::{BTreeMap, BTreeSet};

use super::Crossing;
use super::doors::Doors;
use crate::istio::kind::destination_rule::{Settings, TrafficPolicy};
use crate::istio::failover::{FAR, FARTHER};
use crate::istio::kind::service_entry::Endpoint;

/// What is said of connections to one port, if anything.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pool<'b>(Option<&'b Settings>);

/// Of a rule or a subset. Nothing is inherited into the settings of a port.
pub fn of(policy: Option<&TrafficPolicy>, port: u16) -> Pool<'_> {
    Pool(policy.map(|policy| {
        let own = policy.port_level_settings.iter().find(|settings| settings.port.number == port);
        own.map_or(&policy.settings, |own| &own.settings)
    }))
}

impl Pool<'_> {
    /// Whether endpoints are left out while they fail.
    pub fn ejects(self) -> bool {
        self.0.is_some_and(|settings| settings.outlier_detection.is_some())
    }

    /// Marks of distance count only where they are named in the order.
    pub fn order(self, host: &str, endpoints: &[&Endpoint]) -> Result<(), String> {
        let setting = self.0.and_then(|settings| settings.load_balancer.as_ref());
        let setting = setting.and_then(|balancer| balancer.locality_lb_setting.as_ref());
        let order: Vec<&str> =
            setting.into_iter().flat_map(|setting| &setting.failover_priority).map(String::as_str).collect();
        let known = [FARTHER.0, FAR.0];
        let marked = |mark: &&str| endpoints.iter().any(|endpoint| endpoint.labels.contains_key(*mark));
        let needed = known.iter().copied().filter(marked);
        let given = order.iter().copied().filter(|mark| marked(mark));
        if self.ejects() && !needed.eq(given) {
            return Err(format!("farther endpoints of `{host}` are as near as all others"));
        }
        Ok(())
    }
}

/// What is wrong with subsets that lead into several clusters, by caller.
pub fn check(crossings: &BTreeSet<Crossing>, doors: &Doors) -> Vec<(String, String)> {
    // By caller, what is said, name and subset: the weights of the clusters behind it, and whether all are ejected.
    let mut pools: BTreeMap<[&str; 4], (BTreeMap<&str, u32>, bool)> = BTreeMap::new();
    for crossing in crossings.iter().filter(|crossing| !crossing.subset.is_empty()) {
        let Crossing { caller, address, port, sni, host, subset, ejected, weight, identities: _ } = crossing;
        let Some(cluster) = doors.behind(caller, address, *port) else { continue };
        let (weights, all_ejected) =
            pools.entry([caller, sni, host, subset]).or_insert_with(|| (BTreeMap::new(), true));
        *weights.entry(cluster).or_default() += weight;
        *all_ejected &= ejected;
    }
    let mut broken = Vec::new();
    for ([caller, sni, _, subset], (clusters, all_ejected)) in pools {
        if clusters.len() > 1 && !all_ejected {
            broken.push((
                caller.to_owned(),
                format!("subset `{subset}` spreads over several clusters: `{sni}`"),
            ));
        }
        if clusters.values().collect::<BTreeSet<_>>().len() > 1 {
            let what = format!("subset `{subset}` has unequal shares in its clusters: `{sni}`");
            broken.push((caller.to_owned(), what));
        }
    }
    broken
}
