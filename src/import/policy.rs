//! `trafficPolicy`, out of `DestinationRule`s.
//!
//! Enters: the spec of a DestinationRule, or one of its subsets. Leaves: settings. Refuses to know: whose they are.

use serde_json::{Map, Value, json};

use super::names::list;

/// The settings of a DestinationRule without what crossings and failover add.
pub(super) fn policy(spec: &Value) -> Option<Value> {
    let mut policy = spec.get("trafficPolicy")?.as_object()?.clone();
    without_additions(&mut policy);
    if let Some(Value::Array(ports)) = policy.get_mut("portLevelSettings") {
        ports.iter_mut().filter_map(Value::as_object_mut).for_each(without_additions);
        ports.retain(|port| port.as_object().is_some_and(|port| port.len() > 1));
        if ports.is_empty() {
            policy.remove("portLevelSettings");
        }
    }
    (!policy.is_empty()).then_some(Value::Object(policy))
}

fn without_additions(policy: &mut Map<String, Value>) {
    policy.remove("tls");
    if let Some(Value::Object(detection)) = policy.get_mut("outlierDetection") {
        // What releases before 1.5 call it.
        if let Some(count) = detection.remove("consecutiveErrors") {
            detection.insert("consecutiveGatewayErrors".to_owned(), count);
        }
    }
    if !is_failover(policy.get("loadBalancer")) {
        return;
    }
    if let Some(Value::Object(balancer)) = policy.get_mut("loadBalancer") {
        balancer.remove("localityLbSetting");
        if balancer.is_empty() {
            policy.remove("loadBalancer");
        }
    }
    let usual = json!({"baseEjectionTime": "30s", "consecutive5xxErrors": 5, "interval": "10s", "maxEjectionPercent": 100});
    if policy.get("outlierDetection") == Some(&usual) {
        policy.remove("outlierDetection");
    }
}

/// Whether a load balancer has clusters follow each other, as meshgen writes it.
fn is_failover(balancer: Option<&Value>) -> bool {
    let order = balancer.and_then(|balancer| balancer.get("localityLbSetting"));
    let order = order.map(|setting| list(setting, "failoverPriority")).unwrap_or_default();
    let is_ours = |label: &Value| {
        label
            .as_str()
            .is_some_and(|label| label.starts_with("meshgen-far") || label == "topology.istio.io/cluster")
    };
    order.iter().any(is_ours)
}

/// Whether a DestinationRule of meshgen's has clusters follow each other.
pub(super) fn fails_over(spec: &Value) -> bool {
    is_failover(spec.get("trafficPolicy").and_then(|policy| policy.get("loadBalancer")))
}
