//! What nobody asked about: rules, destinations and crossings that no request of the queries meets.
//!
//! Enters: a mesh, what its callers reach elsewhere, and traces. Leaves: for each part, whether a request met it. Refuses to
//! know: whether requests end where they must.

use crate::model::Mesh;
use crate::source::Place;
use crate::trace::report::{End, Trace};

/// All that requests can meet.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    /// Rules of routing.
    pub rules: Vec<Part<Rule>>,
    /// Where rules send requests, and services without rules.
    pub destinations: Vec<Part<Destination>>,
    /// Callers of one cluster that enter another for a service.
    pub crossings: Vec<Part<Crossing>>,
}

/// A part, and whether a request met it.
#[derive(Clone, Debug)]
pub struct Part<T> {
    /// What it is.
    pub part: T,
    /// Whether it was met.
    pub is_met: bool,
}

/// A rule of routing.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The service, as its users name it.
    pub service: String,
    /// Where it is written.
    pub place: Place,
}

/// A destination of a rule; or a service without rules.
#[derive(Clone, Debug)]
pub struct Destination {
    /// As it is written: `reviews v2@cluster2`.
    pub text: String,
    /// Where its rule is written, or the service.
    pub place: Place,
    rule: Option<Place>,
    app: String,
    version: Option<String>,
    cluster: Option<String>,
}

/// Callers of one cluster that enter another for a service.
#[derive(Clone, Debug)]
pub struct Crossing {
    /// Of the callers.
    pub from: String,
    /// Which is entered.
    pub to: String,
    /// As its users name it.
    pub service: String,
}

impl Coverage {
    /// All that a mesh has, but for crossings; nothing of it is met.
    #[must_use]
    pub fn of(mesh: &Mesh) -> Self {
        let mut coverage = Self::default();
        for service in &mesh.services {
            if service.rules.is_empty() {
                coverage.destinations.push(unmet(Destination {
                    text: service.to_string(),
                    place: service.place,
                    rule: None,
                    app: service.name.clone(),
                    version: None,
                    cluster: None,
                }));
            }
            for rule in &service.rules {
                coverage.rules.push(unmet(Rule { service: service.to_string(), place: rule.place }));
                for to in rule.destinations().iter().filter(|to| to.weight > 0) {
                    let known = mesh.service(to.service);
                    let version = known.and_then(|known| match to.pick {
                        crate::model::Pick::Any => None,
                        crate::model::Pick::Version(id) => {
                            known.version(id).map(|version| version.name.clone())
                        }
                    });
                    coverage.destinations.push(unmet(Destination {
                        text: format!("{service} {}", mesh.written(service.id, to)),
                        place: rule.place,
                        rule: Some(rule.place),
                        app: known.map(|known| known.name.clone()).unwrap_or_default(),
                        version,
                        cluster: to
                            .cluster
                            .and_then(|id| mesh.cluster(id))
                            .map(|cluster| cluster.name.clone()),
                    }));
                }
            }
        }
        coverage
    }

    /// Adds what callers of a cluster reach in another.
    pub fn crosses(&mut self, from: &str, to: &str, service: &str) {
        let crossing = Crossing { from: from.to_owned(), to: to.to_owned(), service: service.to_owned() };
        self.crossings.push(unmet(crossing));
    }

    /// Marks what a request from a cluster meets; `rules` are those that its steps come from.
    pub fn meets(&mut self, from: &str, trace: &Trace, rules: &[Place]) {
        for part in self.rules.iter_mut().filter(|part| rules.contains(&part.part.place)) {
            part.is_met = true;
        }
        let shares = trace.shares.iter().filter(|share| share.percent > 0.0);
        for share in shares {
            let End::Pods { cluster, workload, app, version, port: _ } = &share.end else { continue };
            let is = version.as_ref().unwrap_or(workload);
            for part in &mut self.destinations {
                let Destination { text: _, place: _, rule, app: wanted, version, cluster: site } = &part.part;
                part.is_met |= rule.is_none_or(|rule| rules.contains(&rule))
                    && wanted == app
                    && version.as_ref().is_none_or(|version| version == is)
                    && site.as_ref().is_none_or(|site| site == cluster);
            }
            for part in &mut self.crossings {
                let Crossing { from: caller, to, service } = &part.part;
                let name = service.rsplit('/').next().unwrap_or(service);
                part.is_met |= caller == from && to == cluster && name == app;
            }
        }
    }

    /// How many parts are met, and how many there are.
    #[must_use]
    pub fn count(&self) -> (usize, usize) {
        let Self { rules, destinations, crossings } = self;
        let (one, two, three) = (counted(rules), counted(destinations), counted(crossings));
        (one.0 + two.0 + three.0, one.1 + two.1 + three.1)
    }

    /// Percents that are met, rounded down; all of nothing.
    #[must_use]
    pub fn percent(&self) -> usize {
        let (met, all) = self.count();
        (met * 100).checked_div(all).unwrap_or(100)
    }
}

/// How many are met, and how many there are.
#[must_use]
pub fn counted<T>(parts: &[Part<T>]) -> (usize, usize) {
    (parts.iter().filter(|part| part.is_met).count(), parts.len())
}

fn unmet<T>(part: T) -> Part<T> {
    Part { part, is_met: false }
}
