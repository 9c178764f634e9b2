//! A chain of shares, one of which is built, and who else turns them.

use super::{Destination, Mesh, Pick, ServiceId};
use crate::source::Place;

impl Mesh {
    /// A destination as people write it: `v2`, `v2@cluster2`, `ratings any`.
    #[must_use]
    pub fn written(&self, own: ServiceId, to: &Destination) -> String {
        let Destination { place: _, service, pick, cluster, port: _, weight: _, headers: _ } = to;
        let known = self.service(*service);
        let version = match pick {
            Pick::Any => "any",
            Pick::Version(id) => {
                known.and_then(|known| known.version(*id)).map_or("", |version| version.name.as_str())
            }
        };
        let other =
            known.filter(|known| known.id != own).map(|known| format!("{known} ")).unwrap_or_default();
        let cluster = cluster.and_then(|id| self.cluster(id));
        let place = cluster.map(|cluster| format!("@{}", cluster.name)).unwrap_or_default();
        format!("{other}{version}{place}")
    }
}

/// The steps of a rule. All of them have the destinations that the rule has, in the same order.
#[derive(Clone, Debug)]
pub struct Steps {
    /// Where they were written.
    pub place: Place,
    /// Which one is built, from 0: it says the weights of the rule.
    pub at: usize,
    /// Never none.
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Clone, Debug)]
pub struct Step {
    /// The share of each destination; they add up to 100.
    pub weights: Vec<u32>,
    /// What people wait for before the next one.
    pub gate: Gate,
}

/// What people wait for.
#[derive(Clone, Debug, Default)]
pub struct Gate {
    /// How long: `10m`.
    pub pause: Option<String>,
    /// For what.
    pub check: Option<String>,
}

/// Who turns the weights of a rule while it is in the cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// Argo Rollouts, in the cluster that it runs in.
    ArgoRollouts,
}

impl Owner {
    /// As it is written.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::ArgoRollouts => "argo-rollouts",
        }
    }

    /// How it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ArgoRollouts => "Argo Rollouts",
        }
    }
}
