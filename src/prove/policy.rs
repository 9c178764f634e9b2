//! That what is said of connections reaches every port: Istio inherits nothing into port settings.

use crate::istio::kind::destination_rule::load_balancer::LoadBalancer;
use crate::istio::kind::destination_rule::{DestinationRuleSpec, Settings, TrafficPolicy};

/// Ports of a rule, or of one of its subsets, at which nothing is left of the settings above them.
pub fn lost(rule: &DestinationRuleSpec) -> Vec<String> {
    let whole = rule.traffic_policy.as_ref();
    let says = |policy: Option<&TrafficPolicy>| policy.is_some_and(|policy| says(&policy.settings));
    let of_subsets = rule.subsets.iter().filter_map(|subset| {
        Some((format!("subset `{}` of ", subset.name), subset.traffic_policy.as_ref()?))
    });
    let levels = whole.map(|policy| (String::new(), policy)).into_iter().chain(of_subsets);
    let mut lost = Vec::new();
    for (level, policy) in levels {
        if !says(whole) && !says(Some(policy)) {
            continue;
        }
        let silent = policy.port_level_settings.iter().filter(|port| port.settings == Settings::default());
        lost.extend(silent.map(|port| {
            format!("the traffic policy of {level}`{}` does not reach port {}", rule.host, port.port.number)
        }));
    }
    lost
}

/// Whether settings say anything but where pods are: endpoints in other clusters have no place, and are told nothing of it.
fn says(settings: &Settings) -> bool {
    let Settings { connection_pool, load_balancer, outlier_detection } = settings;
    let balances = load_balancer.as_deref().is_some_and(|balancer| {
        let elsewhere =
            LoadBalancer { locality_lb_setting: None, zone_aware_lb_setting: None, ..balancer.clone() };
        elsewhere != LoadBalancer::default()
    });
    connection_pool.is_some() || balances || outlier_detection.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::istio::kind::destination_rule::{PortPolicy, PortSelector, Subset};

    fn settings() -> Settings {
        let simple = LoadBalancer { simple: Some("RANDOM"), ..LoadBalancer::default() };
        Settings { load_balancer: Some(Box::new(simple)), ..Settings::default() }
    }

    fn policy(general: Settings, at_port: Settings) -> TrafficPolicy {
        let port = PortPolicy { port: PortSelector { number: 9080 }, settings: at_port, tls: None };
        TrafficPolicy { settings: general, tls: None, port_level_settings: vec![port] }
    }

    fn rule(whole: TrafficPolicy, subset: TrafficPolicy) -> DestinationRuleSpec {
        let subset = Subset { name: "v2".to_owned(), traffic_policy: Some(subset), ..Subset::default() };
        DestinationRuleSpec {
            host: "reviews.default.global".to_owned(),
            traffic_policy: Some(whole),
            subsets: vec![subset],
            ..DestinationRuleSpec::default()
        }
    }

    #[test]
    fn settings_that_a_port_does_not_repeat_are_lost() {
        let (said, nothing) = (settings(), Settings::default());
        let whole = || policy(said.clone(), said.clone());
        assert_eq!(lost(&rule(whole(), policy(nothing.clone(), said.clone()))), Vec::<String>::new());
        assert_eq!(
            lost(&rule(whole(), policy(nothing.clone(), nothing.clone()))),
            ["the traffic policy of subset `v2` of `reviews.default.global` does not reach port 9080"]
        );
        assert_eq!(
            lost(&rule(policy(said.clone(), nothing.clone()), policy(nothing.clone(), said.clone()))),
            ["the traffic policy of `reviews.default.global` does not reach port 9080"]
        );
        let silent = || policy(nothing.clone(), nothing.clone());
        assert_eq!(lost(&rule(silent(), silent())), Vec::<String>::new());
    }
}
