//! What every DestinationRule of a host says of one connection.
//!
//! Enters: the rules that count for a proxy. Leaves: the subset's labels and the TLS settings. Refuses to know: who answers.

use std::collections::BTreeMap;

use super::object::Object;
use super::object::destination_rule::{
    ClientTls, DestinationRuleSpec, LoadBalancer, LocalityLbSetting, OutlierDetection, Subset, TrafficPolicy,
    ZoneAwareLbSetting,
};

/// The first release, of 1, whose control planes ask the rule as a whole who speaks the mesh's TLS where a subset says nothing.
const SUBSETS_ASK_THE_RULE: u8 = 31;

/// What is said of connections to one subset, on one port.
#[derive(Clone, Debug, Default)]
pub(super) struct Policy<'a> {
    /// The rule that says it.
    pub(super) rule: Option<&'a Object<DestinationRuleSpec>>,
    /// What endpoints must carry.
    pub(super) labels: Option<&'a BTreeMap<String, String>>,
    /// How TLS is spoken; none lets Istio decide.
    pub(super) tls: Option<&'a ClientTls>,
    /// What is said of TLS as far as a control plane looks when it asks who speaks the mesh's: by the subset itself, or without
    /// one by the rule.
    pub(super) own_tls: Option<&'a ClientTls>,
    /// Whether, and when, endpoints that fail are left out.
    pub(super) ejects: Option<&'a OutlierDetection>,
    /// Which endpoints come before others.
    pub(super) locality: Option<&'a LocalityLbSetting>,
    /// The same, where Envoy is to balance the zones of a region.
    pub(super) zones: Option<&'a ZoneAwareLbSetting>,
    /// Endpoints are names: in which order labels would put them is lost on control planes.
    pub(super) ignores_labels: bool,
    /// The control plane's, of 1.
    pub(super) release: u8,
    /// The levels of traffic policy that were asked, for what of them is not followed.
    pub(super) asked: Vec<&'a TrafficPolicy>,
}

/// What the rules say; nothing if they do not know the subset.
///
/// The first rule decides of what is said for all subsets, subsets come from all. The settings of a subset beat those of
/// the rule as a whole, and those of a port beat the others on their level, without inheriting from them. Source:
/// `MergeTrafficPolicy` in Istio's `pilot/pkg/networking/util`. `release` is the control plane's.
pub(super) fn of<'a>(
    rules: &[&'a Object<DestinationRuleSpec>],
    subset: Option<&str>,
    port: u16,
    release: u8,
) -> Option<Policy<'a>> {
    let whole = rules.first().copied();
    let general = whole.and_then(|rule| rule.spec.traffic_policy.as_ref());
    let Some(name) = subset else {
        let tls = general.and_then(|policy| policy.settings(port).tls.as_ref());
        let asked: Vec<_> = general.into_iter().collect();
        let (ejects, balancer) = failover(&asked, port);
        return Some(Policy {
            rule: whole,
            labels: None,
            tls,
            own_tls: own_tls(general, port),
            ejects,
            locality: balancer.and_then(|balancer| balancer.locality_lb_setting.as_ref()),
            zones: balancer.and_then(|balancer| balancer.zone_aware_lb_setting.as_ref()),
            ignores_labels: false,
            release,
            asked,
        });
    };
    let (rule, subset) = rules.iter().find_map(|rule| {
        let found: Option<&Subset> = rule.spec.subsets.iter().find(|subset| subset.name == name);
        found.map(|subset| (*rule, subset))
    })?;
    let own = subset.traffic_policy.as_ref();
    let tls = match own {
        Some(policy) if policy.speaks_of_tls(port) => policy.settings(port).tls.as_ref(),
        Some(_) | None => general.and_then(|policy| policy.settings(port).tls.as_ref()),
    };
    let asked: Vec<_> = general.into_iter().chain(own).collect();
    let (ejects, balancer) = failover(&asked, port);
    let of_rule = general.filter(|_| release >= SUBSETS_ASK_THE_RULE);
    Some(Policy {
        rule: Some(rule),
        labels: Some(&subset.labels),
        tls,
        own_tls: own_tls(own, port).or_else(|| own_tls(of_rule, port)),
        ejects,
        locality: balancer.and_then(|balancer| balancer.locality_lb_setting.as_ref()),
        zones: balancer.and_then(|balancer| balancer.zone_aware_lb_setting.as_ref()),
        ignores_labels: false,
        release,
        asked,
    })
}

/// Here settings of a port without TLS leave the level's. Source: `trafficPolicyTLSModeForPort` in Istio's
/// `pilot/pkg/xds/endpoints`.
fn own_tls(level: Option<&TrafficPolicy>, port: u16) -> Option<&ClientTls> {
    level.and_then(|policy| policy.settings(port).tls.as_ref().or(policy.whole().tls.as_ref()))
}

/// Whether endpoints are left out, and in which order others take over: the last level that says so, unless it has
/// settings of the port, which inherit nothing.
fn failover<'a>(
    levels: &[&'a TrafficPolicy],
    port: u16,
) -> (Option<&'a OutlierDetection>, Option<&'a LoadBalancer>) {
    let (mut outliers, mut balancer) = (None, None);
    for level in levels {
        let said = level.settings(port);
        let (own_outliers, own_balancer) = (said.outlier_detection.as_ref(), said.load_balancer.as_ref());
        if level.of_port(port).is_some() {
            (outliers, balancer) = (own_outliers, own_balancer);
        } else {
            (outliers, balancer) = (own_outliers.or(outliers), own_balancer.or(balancer));
        }
    }
    (outliers, balancer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::object::ObjectPlace;

    fn object(spec: &str) -> Object<DestinationRuleSpec> {
        let place = ObjectPlace {
            kind: "DestinationRule".to_owned(),
            namespace: "default".to_owned(),
            name: "reviews".to_owned(),
            cluster: "cluster1".to_owned(),
            file: "cluster1.yaml".to_owned(),
            line: 1,
        };
        Object { place, since: None, spec: serde_yaml::from_str(spec).unwrap() }
    }

    fn sni(policy: &str, subset: Option<&str>, port: u16) -> Option<String> {
        let object = object(policy);
        of(&[&object], subset, port, 31)?.tls.and_then(|tls| tls.sni.clone())
    }

    #[test]
    fn the_nearest_level_wins() {
        let rule = "{host: a, trafficPolicy: {tls: {sni: rule}, portLevelSettings: [{port: {number: 1}, tls: {sni: rule port}}]}, \
                    subsets: [{name: plain}, \
                    {name: own, trafficPolicy: {tls: {sni: subset}}}, \
                    {name: both, trafficPolicy: {tls: {sni: subset}, portLevelSettings: [{port: {number: 1}, tls: {sni: subset port}}]}}, \
                    {name: port, trafficPolicy: {portLevelSettings: [{port: {number: 1}, tls: {sni: subset port}}]}}]}";
        let said = |subset, port| sni(rule, subset, port).unwrap_or_default();
        assert_eq!([said(None, 1), said(None, 2)], ["rule port", "rule"]);
        assert_eq!([said(Some("plain"), 1), said(Some("plain"), 2)], ["rule port", "rule"]);
        assert_eq!([said(Some("own"), 1), said(Some("own"), 2)], ["subset", "subset"]);
        assert_eq!([said(Some("both"), 1), said(Some("both"), 2)], ["subset port", "subset"]);
        assert_eq!([said(Some("port"), 1), said(Some("port"), 2)], ["subset port", "rule"]);
        assert_eq!(sni(rule, Some("none"), 1), None);
    }

    #[test]
    fn a_subset_asks_the_rule_only_since_a_release() {
        let object = object("{host: a, trafficPolicy: {tls: {mode: DISABLE}}, subsets: [{name: v1}]}");
        let says = |release| of(&[&object], Some("v1"), 1, release).unwrap().own_tls.is_some();
        assert_eq!([says(30), says(31)], [false, true]);
    }
}
