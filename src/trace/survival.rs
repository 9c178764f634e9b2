//! What if something were down: every cluster, gateway and version in turn.
//!
//! Enters: a world, and a tracer in it. Leaves: for each outage the callers who get something else than before. Refuses to know:
//! how likely it is.

use super::overview::{Answer, Question};
use super::request::Down;
use super::world::World;
use super::{Tracer, Untraced};

/// Less is no loss, in percent.
const NOTHING: f64 = 0.005;

/// Something that is down as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outage {
    /// Where.
    pub cluster: String,
    /// What.
    pub what: Part,
}

/// What may be down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// All pods and the gateway: nobody calls from there either.
    Cluster,
    /// The gateway that other clusters come in by.
    Gateway,
    /// The pods of one version.
    Version {
        /// Of the service.
        namespace: String,
        /// Of the service.
        service: String,
        /// The pods' name.
        workload: String,
    },
}

/// A question that has another answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The question.
    pub question: Question,
    /// While all is well.
    pub before: Answer,
    /// While something is down.
    pub after: Answer,
}

impl Outage {
    /// All that may be: clusters, then gateways, then versions.
    #[must_use]
    pub fn all(world: &World) -> Vec<Self> {
        let of = |cluster: &str, what| Self { cluster: cluster.to_owned(), what };
        let clusters = world.clusters.iter().map(|cluster| of(&cluster.name, Part::Cluster));
        let dialled = world
            .clusters
            .iter()
            .filter(|cluster| cluster.gateways.iter().any(|gateway| !gateway.addresses.is_empty()));
        let gateways = dialled.map(|cluster| of(&cluster.name, Part::Gateway));
        let versions = world.clusters.iter().flat_map(|cluster| {
            cluster.services.iter().flat_map(move |service| {
                service.workloads.iter().map(move |workload| {
                    let what = Part::Version {
                        namespace: service.namespace.clone(),
                        service: service.name.clone(),
                        workload: workload.name.clone(),
                    };
                    of(&cluster.name, what)
                })
            })
        });
        clusters.chain(gateways).chain(versions).collect()
    }

    /// What does not answer then.
    #[must_use]
    pub fn down(&self) -> Vec<Down> {
        let down = |what: &str| Down { cluster: self.cluster.clone(), what: what.to_owned() };
        match &self.what {
            Part::Cluster => vec![down("*"), down("gateway")],
            Part::Gateway => vec![down("gateway")],
            Part::Version { workload, .. } => vec![down(workload)],
        }
    }

    /// Whether a question can have another answer then, and is asked at all.
    fn concerns(&self, question: &Question) -> bool {
        match &self.what {
            Part::Cluster | Part::Gateway => question.cluster != self.cluster,
            Part::Version { namespace, service, workload: _ } => {
                question.service == *service && question.namespace == *namespace
            }
        }
    }
}

impl Change {
    /// Percents of the requests that nobody answers any more.
    #[must_use]
    pub fn lost(&self) -> f64 {
        let lost = self.after.lost - self.before.lost;
        if lost > NOTHING { lost } else { 0.0 }
    }
}

impl Tracer<'_> {
    /// The questions that have another answer while something is down.
    pub fn survive(&self, outage: &Outage, answered: &[(Question, Answer)]) -> Result<Vec<Change>, Untraced> {
        let down = outage.down();
        let mut changes = Vec::new();
        for (question, before) in answered.iter().filter(|(question, _)| outage.concerns(question)) {
            if !before.is_known {
                continue;
            }
            let after = self.answer(question, &down)?;
            if !after.is_like(before) {
                changes.push(Change { question: question.clone(), before: before.clone(), after });
            }
        }
        Ok(changes)
    }
}
