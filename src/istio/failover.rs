//! What makes endpoints of several clusters one pool, in which the next nearest answers when one is unhealthy.
//!
//! The order is told by labels, never by localities: with these Istio compares zones too, so that a far gateway in
//! the caller's zone beats pods of its own cluster in another.

use std::time;

use super::kind::destination_rule::Settings;
use super::kind::destination_rule::load_balancer::{Failover, LoadBalancer, LocalityLbSetting};
use super::kind::destination_rule::outlier_detection::OutlierDetection;
use super::release::Feature;
use super::word::duration::Duration;
use crate::model::Release;

/// The mark of endpoints outside the caller's cluster, where its own pods are among the pool.
pub const FAR: (&str, &str) = ("meshgen-far", "true");
/// The mark of endpoints outside the caller's region.
pub const FARTHER: (&str, &str) = ("meshgen-farther", "true");

/// In which order the endpoints of a pool are tried.
#[derive(Clone, Copy, Debug)]
pub(super) struct Order<'o> {
    /// Labels; endpoints that have the first as the caller has it come first.
    pub(super) marks: &'o [&'o str],
    /// From which region to which other. Istio looks at regions only where there is such a pair.
    pub(super) regions: &'o [(String, String)],
}

impl<'o> Order<'o> {
    /// By marks alone.
    pub(super) fn of(marks: &'o [&'o str]) -> Self {
        Self { marks, regions: &[] }
    }
}

/// What users say of connections, with what makes a pool fail over. Their own outlier detection stands, but it may leave out all of
/// the endpoints unless it says how many.
pub(super) fn added(said: Settings, order: Order<'_>, release: Release) -> Settings {
    let Settings { connection_pool, load_balancer, outlier_detection } = said;
    let own = settings(order, release);
    let load_balancer = match (load_balancer, own.load_balancer) {
        (Some(mut said), Some(own)) => {
            said.locality_lb_setting = own.locality_lb_setting;
            Some(said)
        }
        (said, own) => said.or(own),
    };
    let outlier_detection = match (outlier_detection, own.outlier_detection) {
        (Some(mut said), Some(own)) => {
            said.max_ejection_percent = said.max_ejection_percent.or(own.max_ejection_percent);
            Some(said)
        }
        (said, own) => said.or(own),
    };
    Settings { connection_pool, load_balancer, outlier_detection }
}

/// How connections to a pool are made.
fn settings(order: Order<'_>, release: Release) -> Settings {
    let Order { marks, regions } = order;
    let ordered = !marks.is_empty() && release.can(Feature::FailoverPriority);
    let priorities = || LocalityLbSetting {
        enabled: Some(true),
        failover_priority: marks.iter().map(|mark| (*mark).to_owned()).collect(),
        failover: regions.iter().map(|(from, to)| Failover { from: from.clone(), to: to.clone() }).collect(),
        ..LocalityLbSetting::default()
    };
    Settings {
        connection_pool: None,
        load_balancer: ordered
            .then(|| LoadBalancer { locality_lb_setting: Some(priorities()), ..LoadBalancer::default() })
            .map(Box::new),
        outlier_detection: Some(Box::new(ejection(release))),
    }
}

/// Nothing fails over without it. Istio's own default ejects a tenth of the endpoints, which of one is none.
fn ejection(release: Release) -> OutlierDetection {
    let second = |seconds| Some(Duration(time::Duration::from_secs(seconds)));
    let failures = Some(5);
    let by_kind = release.can(Feature::ConsecutiveErrorsByKind);
    OutlierDetection {
        consecutive_errors: failures.filter(|_| !by_kind),
        consecutive_5xx_errors: failures.filter(|_| by_kind),
        interval: second(10),
        base_ejection_time: second(30),
        max_ejection_percent: Some(100),
        ..OutlierDetection::default()
    }
}
