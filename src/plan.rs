//! What must each cluster know?
//!
//! Enters: the mesh as meant. Leaves: a service at a time, what each class of clusters must know of it, with a
//! promise for every destination; and at the end what each cluster must know beside. Refuses to know: Istio's
//! kinds and fields, releases, YAML.

pub mod visibility; // who sees whom, who dials whom
pub mod distance; // which clusters serve a caller
pub mod class; // clusters whose callers get the same
pub mod class_plan; // what these must know of a service
pub mod plain_name; // names of what does not run here
mod own_failover; // clients that run what others stand in for
pub mod rules; // what a caller wants
pub mod uses; // what is asked for
pub mod demand; // what callers ask for, class by class
pub mod way; // how they get there
pub mod promise; // who answers, by which way, under which name
pub mod failover; // clusters that stand in for each other
pub mod serving; // what is said of services where they run, or are found
mod crossing; // whom callers enter
mod control_plane; // one control plane, one set of rules
mod affinity; // who stays with whom across clusters
mod distribution; // who is left out by shares of regions
pub mod object_names; // of what makes remote names
pub mod common; // what holds for all services
pub mod service; // one service
pub mod cluster; // one cluster
pub mod ingress; // what is let in from outside
mod told_apart; // versions that share a pool of pods
mod listener; // which servers share a port
mod unaddressed; // names that lack one
pub mod virtual_ip; // addresses for remote names
mod problems;

use crate::diagnostic::Outcome;
use crate::source::Limits;

pub use class_plan::ClassPlan;
pub use cluster::{ClusterPlan, Entrance};
pub use common::Common;
pub use ingress::{Ingress, IngressRoute};
pub use plain_name::PlainName;
pub use promise::{Promise, Promises};
pub use rules::target::{Answer, Copy, Nowhere, Route, ServiceRoutes, Share, Target};
pub use service::ServicePlan;
pub use serving::{Serving, StandsIn};
pub use visibility::View;
pub use way::Way;
pub use way::discovery::DiscoverySubset;
pub use way::merged::{Joining, Part, Pool};
pub use way::remote::{Extent, RemoteName, RemoteSubset};
pub use way::rewrite::Translation;

/// Plans every service, in order of namespace and name, and hands each plan to `each`; then every cluster, by
/// name.
///
/// Findings: clusters that callers must enter and cannot, shares that round to nothing, rules that are never
/// reached or leave a gap, a pool of addresses that is too small. There are no plans of clusters where callers ask
/// for more destinations than the limit.
pub fn plan<'m>(
    view: &'m View<'m>,
    limits: &Limits,
    each: &mut dyn FnMut(&ServicePlan<'m>),
) -> Outcome<Vec<ClusterPlan<'m>>> {
    let mut findings = Vec::new();
    let most = limits.destinations;
    let mut asked = 0_usize;
    for gateway in &view.mesh().gateways {
        asked += gateway.clusters.len();
        if asked > most {
            findings.push(problems::too_many_destinations(gateway.place, "gateway", most));
            return Outcome { value: None, findings };
        }
    }
    let mut common = Common::of(view, &mut findings);
    common.foreign = demand::foreign(&common);
    let mut gathered = cluster::Gathered::of(view);
    for service in &view.mesh().services {
        let mut plan = ServicePlan::of(&common, service);
        asked = asked.saturating_add(plan.size);
        if asked > most {
            findings.push(problems::too_many_destinations(service.place, "service", most));
            return Outcome { value: None, findings };
        }
        findings.append(&mut plan.noted.findings);
        each(&plan);
        gathered.add(&mut plan);
    }
    findings.extend(listener::check(view));
    findings.extend(way::rewrite::suffix(view));
    findings.extend(way::discovery::unused_addresses(view));
    let (plans, further) = gathered.plans();
    findings.extend(further);
    Outcome::new(plans, findings)
}
