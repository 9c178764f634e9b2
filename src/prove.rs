//! Is every promise kept?
//!
//! Enters: a service at a time, what was promised of it, and the very objects that are about to be written; then
//! the objects of each cluster. Leaves: a finding for each promise that the objects do not keep. Refuses to know:
//! how objects were made from promises, and what names mean.
//!
//! A promise says who answers. The objects are followed as Istio follows them: from a caller's route over
//! ServiceEntry and DestinationRule to an SNI, from there to the far Gateway, the far subset and the labels of
//! pods. Whoever is found at the end is compared with the promise. No tool that sees one cluster at a time can
//! check it.

mod broken; // what does not hold
mod facts; // what is there: pods, gateways, who sees whom
mod index; // objects by what they are about
mod landing; // who answers in the end
mod follow; // from a name to whoever answers
mod hold; // whether that is who was promised, for one class
mod remote; // by a name of its own
mod plain; // by the plain name
mod arrive; // from an SNI at a gateway to pods
mod chains; // what a gateway makes of names that nothing behind it has
mod order; // in which order endpoints are tried
mod listed; // the three lists of a VirtualService, seen alike
mod routes; // that routes lead to what was promised, on names that are there
mod gateway; // that gateways are open for what comes
mod ingress; // that requests from outside find their routes
mod policy; // what every port must repeat
mod limits; // what Kubernetes would refuse
mod problems;

use std::collections::BTreeSet;

use crate::diagnostic::{Code, Finding, Outcome, Severity};
use crate::istio::kind::object::Object;
use crate::istio::{ClassObjects, Step};
use crate::model::{ClusterId, ServiceId};
use crate::plan::{ClassPlan, ClusterPlan, Promise, ServicePlan, View};
use broken::Broken;
use facts::Facts;
use follow::Scene;
use gateway::Gateways;

/// What has been proved so far, and what gateways must still keep.
#[derive(Debug)]
pub struct Proof<'m> {
    facts: Facts<'m>,
    gateways: Gateways,
    /// What rules of one service promise of another, by both sides.
    foreign: BTreeSet<ForeignPromise>,
    kept: BTreeSet<ForeignPromise>,
    destinations: usize,
    findings: Vec<Finding>,
}

/// A promise of one service that stands in the routes of another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct ForeignPromise {
    service: ServiceId,
    caller: ClusterId,
    host: String,
    subset: Option<String>,
    port: u16,
    answers: Vec<ClusterId>,
}

impl<'m> Proof<'m> {
    /// Nothing is proved yet.
    #[must_use]
    pub fn of(view: &'m View<'m>) -> Self {
        Self {
            facts: Facts::of(view),
            gateways: Gateways::default(),
            foreign: BTreeSet::new(),
            kept: BTreeSet::new(),
            destinations: 0,
            findings: Vec::new(),
        }
    }

    /// Holds the objects of one service against what was promised of it. `longest` is how many bytes the longest
    /// of them has as YAML.
    pub fn service(&mut self, plan: &ServicePlan<'m>, objects: &[ClassObjects], longest: usize) {
        let scene = Scene::of(&self.facts, plan, objects);
        let mut broken = Broken::default();
        for class in &plan.classes {
            let first = broken.0.len();
            scene.class(class, &mut self.gateways, &mut broken);
            // What does not hold for one cluster holds for none of its class.
            let what: Vec<String> = broken.0.drain(first..).map(|(_, what)| what).collect();
            for (member, what) in
                class.class.members.iter().flat_map(|id| what.iter().map(move |it| (*id, it)))
            {
                broken.say(member, what.clone());
            }
            let ports = class.promises.iter().map(|promise| promise.ports.len()).sum::<usize>();
            self.destinations += ports * class.class.members.len();
        }
        plan.classes.iter().for_each(|class| self.note_foreign(plan, class));
        for (id, ingress) in &plan.ingress {
            let foreign = ingress.promises.iter().filter(|promise| promise.service.id != plan.service.id);
            self.foreign.extend(foreign.flat_map(|promise| ForeignPromise::of(*id, promise)));
        }
        for class in objects {
            let place = Some(plan.service.place);
            let names = class.members.iter().filter_map(|id| Some(&self.facts.view.cluster(*id)?.name));
            let names: Vec<&String> = names.collect();
            for (_, object) in &class.objects {
                self.findings.extend(limits::check(&names, object, longest, place));
            }
        }
        self.break_all(broken);
    }

    /// Holds what is written for one cluster alone against its plan and against what services need of its
    /// gateways.
    pub fn cluster(&mut self, plan: &ClusterPlan<'m>, objects: &[(Step, Object)], longest: usize) {
        let mut broken = Broken::default();
        let id = plan.cluster.id;
        self.gateways.add(&self.facts, plan, objects, &mut broken);
        ingress::check(plan, objects, &mut broken);
        for (_, object) in objects {
            self.findings.extend(limits::check(&[&plan.cluster.name], object, longest, None));
        }
        let twice = index::doubled(objects.iter().map(|(_, object)| object));
        for what in twice {
            broken.say(id, what);
        }
        self.break_all(broken);
    }

    /// Notes that a cluster would get an object twice.
    pub fn doubled(&mut self, cluster: ClusterId, what: &str) {
        let mut broken = Broken::default();
        broken.say(cluster, format!("{what} would be written twice"));
        self.break_all(broken);
    }

    /// Checks what is left when all clusters are in. Returns how many destinations lead where they should, counted
    /// for all callers.
    #[must_use]
    pub fn hold(mut self) -> Outcome<usize> {
        let mut broken = Broken::default();
        self.gateways.hold(&self.facts, &mut broken);
        let unkept: Vec<_> = self.foreign.difference(&self.kept).cloned().collect();
        for ForeignPromise { service: _, caller, host, subset, port, answers: _ } in unkept {
            let named = subset.map_or_else(|| "any version".to_owned(), |name| format!("subset `{name}`"));
            broken.say(caller, format!("routes lead to {named} of `{host}` port {port}, which nobody keeps"));
        }
        self.break_all(broken);
        Outcome::new(self.destinations, self.findings)
    }

    /// Keeps what concerns other services than the one that is proved.
    fn note_foreign(&mut self, plan: &ServicePlan<'m>, class: &ClassPlan<'m>) {
        let own = plan.service.id;
        for id in &class.class.members {
            let foreign = class.promises.iter().filter(|promise| promise.service.id != own);
            self.foreign.extend(foreign.flat_map(|promise| ForeignPromise::of(*id, promise)));
            if plan.is_foreign {
                self.kept
                    .extend(class.of_service.iter().flat_map(|promise| ForeignPromise::of(*id, promise)));
            }
        }
    }

    fn break_all(&mut self, broken: Broken) {
        let name = |id: ClusterId| self.facts.view.cluster(id).map_or("", |cluster| cluster.name.as_str());
        let mut broken = broken.0;
        broken.sort();
        broken.dedup();
        self.findings.extend(broken.iter().map(|(id, what)| problems::broken(name(*id), what)));
    }
}

impl ForeignPromise {
    fn of<'p>(caller: ClusterId, promise: &'p Promise<'_>) -> impl Iterator<Item = Self> + 'p {
        promise.ports.iter().map(move |port| Self {
            service: promise.service.id,
            caller,
            host: promise.host.clone(),
            subset: promise.subset.clone(),
            port: *port,
            answers: promise.answers.clone(),
        })
    }
}

/// Withdraws what was said of broken promises where the inputs are wrong.
///
/// What could not be read leaves holes that links lead into: an address that is none, a version that is not there.
/// The cause has been reported, and no promise can be held against meshgen before it is mended.
#[must_use]
pub fn without_consequences<T>(mut outcome: Outcome<T>) -> Outcome<T> {
    let cause = |finding: &Finding| finding.severity() == Severity::Error && finding.code != Code::MG0601;
    if outcome.findings.iter().any(cause) {
        outcome.findings.retain(|finding| finding.code != Code::MG0601);
    }
    outcome
}

#[cfg(test)]
mod tests;
