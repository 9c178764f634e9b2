//! What callers use of a service, by its own rules or by those of others.

use std::collections::BTreeMap;

use super::rules::target::{PickAt, Target};
use super::visibility::View;
use super::way::discovery::{self, Said};
use crate::model::{Callers, ClusterId, ServiceId};
use crate::source::Place;

/// One destination that callers ask for.
#[derive(Clone, Debug)]
pub struct Use {
    /// What is asked for.
    pub target: Target,
    /// The clusters that the target is in, by name.
    pub clusters: Vec<ClusterId>,
    /// Who asks.
    pub callers: Callers,
    /// The rule that asks, or the service where none does.
    pub place: Place,
    /// Whether a rule asks.
    pub by_rule: bool,
    /// At which port of the service.
    pub port: u16,
}

impl Use {
    /// What callers in a cluster say for it, if they find it by discovery.
    #[must_use]
    pub fn said(&self, view: &View<'_>, caller: ClusterId) -> Option<Said> {
        discovery::said(view, self.target, caller, &self.clusters)
    }
}

/// What is used of one service in other clusters.
#[derive(Clone, Debug)]
pub struct FarUse {
    /// Who uses it.
    pub callers: Callers,
    /// What is used, and the clusters that it is in, by name.
    pub picks: BTreeMap<PickAt, Vec<ClusterId>>,
}

/// What rules of other services lead to: by the service that they lead to.
#[derive(Debug, Default)]
pub struct ForeignUses(pub BTreeMap<ServiceId, Vec<Foreign>>);

/// What one class of callers uses of a service by the rules of another.
#[derive(Debug)]
pub struct Foreign {
    /// Whose rules.
    pub from: ServiceId,
    /// The clusters of the class, by name.
    pub members: Vec<ClusterId>,
    /// What they use.
    pub uses: Vec<Use>,
}

impl Foreign {
    /// Whether callers in a cluster are among them.
    #[must_use]
    pub fn is_of(&self, caller: ClusterId) -> bool {
        self.members.binary_search(&caller).is_ok()
    }
}

impl ForeignUses {
    /// Of one service, in order of those whose rules lead there.
    #[must_use]
    pub fn of(&self, service: ServiceId) -> &[Foreign] {
        self.0.get(&service).map_or(&[], Vec::as_slice)
    }
}
