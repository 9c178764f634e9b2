//! Clusters that stand in for each other: in which order their endpoints are tried, and whether those that fail
//! are left out.

use std::collections::BTreeMap;

use crate::istio::kind::destination_rule::{DestinationRuleSpec, Settings, Subset, TrafficPolicy};
use crate::istio::kind::service_entry::Resolution;

/// What Istio labels endpoints with by their cluster, and callers with by theirs.
const CLUSTER: &str = "topology.istio.io/cluster";

/// What is said of connections to one port of a subset: each setting of the first that has it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Order<'b> {
    own: Option<&'b Settings>,
    above: Option<&'b Settings>,
    /// Whether proxies look the endpoints up: Istio then reads no labels of theirs in a subset, in any release.
    looked_up: bool,
}

impl<'b> Order<'b> {
    /// As Istio merges policies (`MergeTrafficPolicy`): settings of the subset's port stand alone; else those of
    /// the subset stand before those of the rule's port, or of the rule.
    pub fn of(rule: &'b DestinationRuleSpec, subset: Option<&'b Subset>, port: u16) -> Self {
        let at_port = |policy: &'b TrafficPolicy| {
            policy.port_level_settings.iter().find(|own| own.port.number == port).map(|own| &own.settings)
        };
        let policy = subset.and_then(|subset| subset.traffic_policy.as_ref());
        if let Some(own) = policy.and_then(at_port) {
            return Self { own: Some(own), ..Self::default() };
        }
        let whole = rule.traffic_policy.as_ref();
        let above = whole.and_then(at_port).or(whole.map(|policy| &policy.settings));
        Self { own: policy.map(|policy| &policy.settings), above, looked_up: false }
    }

    /// The same, for endpoints that a ServiceEntry names.
    pub fn resolved(self, resolution: Resolution) -> Self {
        Self { looked_up: resolution == Resolution::Dns, ..self }
    }

    fn levels(self) -> impl Iterator<Item = &'b Settings> {
        self.own.into_iter().chain(self.above)
    }

    /// Whether endpoints are left out while they fail.
    pub fn ejects(self) -> bool {
        self.levels().any(|settings| settings.outlier_detection.is_some())
    }

    /// How much farther an endpoint is because of its region. Istio looks at that where no labels say what is
    /// near.
    pub fn region_of(self, caller: Option<&str>, endpoint: Option<&str>) -> usize {
        let setting = self.levels().find_map(|settings| settings.load_balancer.as_ref());
        let setting = setting.and_then(|balancer| balancer.locality_lb_setting.as_ref());
        let labelled = setting.is_some_and(|setting| !setting.failover_priority.is_empty());
        let elsewhere = caller.is_some() && caller != endpoint;
        usize::from(self.ejects() && !labelled && elsewhere)
    }

    /// Whether regions count, too, after these labels: Istio looks at them where some pair of them is named.
    pub fn looks_at_regions(self) -> bool {
        let setting = self.levels().find_map(|settings| settings.load_balancer.as_ref());
        let setting = setting.and_then(|balancer| balancer.locality_lb_setting.as_ref());
        self.ejects() && setting.is_some_and(|setting| !setting.failover.is_empty())
    }

    /// The priority of an endpoint, as Istio reads `failoverPriority`: by how many of its first labels the
    /// endpoint has like the caller, who has none of these but that of its cluster.
    pub fn priority_of(self, own: bool, labels: &BTreeMap<String, String>) -> usize {
        let setting = self.levels().find_map(|settings| settings.load_balancer.as_ref());
        let setting = setting.and_then(|balancer| balancer.locality_lb_setting.as_ref());
        let Some(setting) = setting.filter(|_| self.ejects() && !self.looked_up) else { return 0 };
        let like = |key: &&String| if key.as_str() == CLUSTER { own } else { !labels.contains_key(*key) };
        let order = &setting.failover_priority;
        order.len() - order.iter().take_while(like).count()
    }
}
