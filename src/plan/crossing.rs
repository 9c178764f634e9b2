//! Crossings: whom callers of a service enter, and what they find by discovery.

use std::collections::{BTreeMap, BTreeSet};

use super::demand::Asked;
use super::problems::discovery as problems;
use super::rules::target::Site;
use super::uses::Use;
use super::visibility::View;
use super::way::discovery::Discovery;
use crate::diagnostic::Finding;
use crate::model::{ClusterId, Pick, Service};
use crate::source::Place;

/// Who enters which clusters for one service.
#[derive(Debug)]
pub struct Crossings<'m> {
    service: &'m Service,
    /// By cluster that is entered through its gateway: by whom.
    pub entered: BTreeMap<ClusterId, BTreeSet<ClusterId>>,
    /// What callers find under the plain name because control planes see it.
    pub discovery: Discovery,
    /// Clusters that share a control plane and that callers enter by another way than discovery: where this is
    /// asked for, and the cluster of the callers.
    astray: BTreeMap<ClusterId, Asking>,
    /// Clusters in which callers ask for any version by another way than discovery: where this is asked for, and
    /// another cluster that would answer at the same gateways.
    beside: BTreeMap<ClusterId, Asking>,
}

/// Where something is asked for, and a cluster that this is about.
#[derive(Clone, Copy, Debug)]
struct Asking {
    place: Place,
    cluster: ClusterId,
}

impl<'m> Crossings<'m> {
    /// Nobody goes anywhere yet.
    #[must_use]
    pub fn of(service: &'m Service) -> Self {
        Self {
            service,
            entered: BTreeMap::new(),
            discovery: Discovery::default(),
            astray: BTreeMap::new(),
            beside: BTreeMap::new(),
        }
    }

    /// Notes where the callers of a class go.
    pub fn follow(&mut self, view: &View<'_>, asked: &Asked<'_>) {
        let id = asked.class.id;
        for to in &asked.uses {
            if let Some(said) = to.said(view, id) {
                self.discovery.said.entry(said).or_insert(to.place);
                if to.target.site == Site::Nearest {
                    self.discovery.stands_in.get_or_insert(to.place);
                }
                asked.class.members.iter().for_each(|caller| self.discovers(view, *caller, &to.clusters));
            } else if to.target.site != Site::Cluster(id) {
                self.enters(view, asked, to);
            }
        }
    }

    fn enters(&mut self, view: &View<'_>, asked: &Asked<'_>, to: &Use) {
        let id = asked.class.id;
        for far in to.clusters.iter().copied().filter(|far| *far != id) {
            if view.shares_control_plane(far) {
                self.astray.insert(far, Asking { place: to.place, cluster: id });
            }
            let beside = if to.target.pick == Pick::Any { beside(view, self.service, far) } else { None };
            if let Some(cluster) = beside {
                self.beside.insert(far, Asking { place: to.place, cluster });
            }
            self.entered.entry(far).or_default().extend(&asked.class.members);
        }
    }

    /// Notes that callers find all of the service that control planes show. Returns the clusters of it that they
    /// cannot get into.
    pub fn find_all(&mut self, view: &View<'_>, caller: ClusterId) -> Vec<ClusterId> {
        let (open, closed): (Vec<_>, Vec<_>) = view
            .visible(self.service, Pick::Any, caller)
            .into_iter()
            .partition(|far| *far == caller || view.discovers_way(caller, *far));
        self.discovers(view, caller, &open);
        closed
    }

    fn discovers(&mut self, view: &View<'_>, caller: ClusterId, clusters: &[ClusterId]) {
        self.discovery.callers.insert(caller);
        let far = clusters.iter().filter(|id| **id != caller);
        for (id, entered) in far.filter_map(|id| Some((*id, view.cluster(*id)?))) {
            self.discovery.crossings.insert((caller, id));
            if view.cluster(caller).is_some_and(|near| near.shares_network(entered)) {
                continue;
            }
            for gateway in view.ways_in(id) {
                self.discovery.entered.insert(gateway);
                self.entered.entry(gateway).or_default().insert(caller);
            }
        }
    }

    /// What is wrong with the ways that callers go.
    pub fn findings(&self, view: &View<'_>) -> Vec<Finding> {
        let astray = self.astray.iter().filter_map(|(entered, Asking { place, cluster })| {
            Some(problems::astray(self.service, *place, view.cluster(*cluster)?, view.cluster(*entered)?))
        });
        let beside = self.beside.iter().filter_map(|(meant, Asking { place, cluster })| {
            Some(problems::beside(self.service, *place, view.cluster(*meant)?, view.cluster(*cluster)?))
        });
        astray.chain(beside).collect()
    }
}

/// Another cluster that also answers at the gateway of `entered`, whatever version is asked for: it runs the
/// service, is on the same network, and the control plane sees it.
fn beside(view: &View<'_>, service: &Service, entered: ClusterId) -> Option<ClusterId> {
    let visible = view.visible(service, Pick::Any, entered).into_iter();
    let one = view.cluster(entered)?;
    visible
        .filter(|other| *other != entered)
        .find(|other| view.cluster(*other).is_some_and(|other| one.shares_network(other)))
}
