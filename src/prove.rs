//! Does every link hold?
//!
//! Enters: one bundle at a time, the very objects that are about to be written. Leaves: a finding for each link that
//! does not hold. Refuses to know: the model and the plan the objects came from.
//!
//! A link runs from a caller's route over ServiceEntry and DestinationRule to an SNI, from there to the far Gateway,
//! the far subset and the labels of pods. No tool that sees one cluster at a time can check it.

mod index; // a bundle by what its objects are about
mod listed; // the three lists of a VirtualService, seen alike
mod near; // what a caller's cluster must have
mod ingress; // what the gateways for requests from outside must have
mod far; // what the cluster behind a gateway must have
mod joined; // far pods under a plain name
mod discovery; // what control planes show under one
mod pool; // subsets over several clusters
mod doors; // which cluster is behind an address
mod policy; // what every port must repeat
mod rewrite; // what a gateway makes of names that nothing behind it has
mod subset; // which pods a subset stands for
mod idle; // what no request says today
mod joining; // far pods that were promised to join
mod limits; // what Kubernetes would refuse
mod problems;

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Code, Finding, Outcome, Severity};
use crate::istio::Bundle;
use discovery::{Sights, Use};
use doors::Doors;
use far::Offer;

/// Which calls cross to which gateways, and what is offered behind these; not the objects themselves.
#[derive(Debug, Default)]
pub struct Links {
    offers: BTreeMap<String, Offer>,
    doors: Doors,
    promises: joining::Promises,
    crossings: BTreeSet<Crossing>,
    sights: Sights,
    uses: BTreeSet<Use>,
    near: usize,
    findings: Vec<Finding>,
}

/// A caller dials a gateway and says an SNI.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Crossing {
    caller: String,
    address: String,
    port: u16,
    sni: String,
    /// The name that was called.
    host: String,
    /// The caller's name for the subset; empty for the whole name.
    subset: String,
    /// Whether the gateway is left out while it fails.
    ejected: bool,
    /// Beside the other gateways of the subset.
    weight: u32,
    /// Of which the server must be one; anybody where empty.
    identities: Vec<String>,
}

impl Links {
    /// Checks what one bundle can show by itself, and keeps what others must answer. `longest` is how many bytes the
    /// longest of its objects has as YAML.
    pub fn add(&mut self, bundle: &Bundle, longest: usize) {
        let index = index::Index::of(bundle);
        self.findings.extend(index.doubled().into_iter().map(|what| problems::twice(&bundle.cluster, &what)));
        self.findings.extend(limits::check(bundle, longest));
        let lost = index.rules.values().flat_map(|(_, rule)| policy::lost(rule));
        self.findings.extend(lost.map(|what| problems::broken(&bundle.cluster, &what)));
        if let Some(gateway) = &bundle.ground.gateway {
            self.doors.add(&bundle.cluster, gateway);
        }
        let near = near::check(bundle, &index);
        self.near += near.held;
        self.crossings.extend(near.crossings);
        self.sights.add(bundle);
        self.uses.extend(near.uses);
        self.findings.extend(near.broken.into_iter().map(|what| problems::broken(&bundle.cluster, &what)));
        let strange = idle::strange(&index);
        self.findings.extend(strange.iter().map(|what| problems::broken(&bundle.cluster, what)));
        self.promises.add(bundle, &index);
        let offer = Offer::of(bundle, &index);
        self.findings.extend(offer.refused().iter().map(|what| problems::broken(&bundle.cluster, what)));
        self.offers.insert(bundle.cluster.clone(), offer);
    }

    /// Checks what callers say to the gateways of others; the number of links that hold.
    #[must_use]
    pub fn hold(mut self) -> Outcome<usize> {
        for crossing in &self.crossings {
            let cluster = self.doors.behind(&crossing.caller, &crossing.address, crossing.port);
            let held = match cluster.and_then(|cluster| Some((cluster, self.offers.get(cluster)?))) {
                Some((cluster, offer)) => offer.answers(crossing, cluster),
                None => Err(format!("no cluster is behind `{}` port {}", crossing.address, crossing.port)),
            };
            if let Err(what) = held {
                self.findings.push(problems::broken(&crossing.caller, &what));
            }
        }
        let mut found = 0;
        for (caller, held) in self.uses.iter().flat_map(|to| self.sights.follow(to)) {
            match held {
                Ok(links) => found += links,
                Err(what) => self.findings.push(problems::broken(&caller, &what)),
            }
        }
        let mut broken = pool::check(&self.crossings, &self.doors);
        broken.extend(self.promises.broken(&self.doors));
        self.findings.extend(broken.into_iter().map(|(caller, what)| problems::broken(&caller, &what)));
        Outcome::new(self.near + self.crossings.len() + found, self.findings)
    }
}

/// Withdraws what was said of broken links where the inputs are wrong.
///
/// What could not be read leaves holes that links lead into: an address that is none, a version that is not there.
/// The cause has been reported, and no link can be held against meshgen before it is mended.
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
