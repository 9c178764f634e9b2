//! What callers are promised: for each destination, who answers, by which way, under which name.
//!
//! Enters: the destinations of the routes of one class. Leaves: a promise each. `istio` writes what keeps them,
//! `prove` holds the objects against them, and whoever tells of a mesh reads them.

use std::collections::{BTreeMap, BTreeSet};

use super::common::Common;
use super::demand;
use super::rules::target::{Nowhere, Site, Target};
use super::uses::{FarUse, Use};
use super::visibility::View;
use super::way::discovery;
use super::way::merged::Pool;
use super::way::remote::RemoteHosts;
use super::way::{self, Way};
use crate::model::{Callers, Cluster, ClusterId, Pick, Service};

/// Callers of one class reach a version of a service, or any, in some clusters, by a way, under a host and subset.
#[derive(Clone, Debug)]
pub struct Promise<'m> {
    /// Of which service.
    pub service: &'m Service,
    /// Which version.
    pub pick: Pick,
    /// Who answers, by name: one cluster, or several that stand in for each other.
    pub answers: Vec<ClusterId>,
    /// How requests get there.
    pub way: Way,
    /// The name that requests go to.
    pub host: String,
    /// The part of it; none for all that the name stands for.
    pub subset: Option<String>,
    /// Whose callers these are.
    pub callers: Callers,
    /// Who sees the name.
    pub seen_by: Callers,
    /// Its ports that are asked for, by number.
    pub ports: BTreeSet<u16>,
    /// Why nobody answers, where nobody does: the share leads nowhere, and a finding says so.
    pub broken: Option<Nowhere>,
}

impl<'m> Promise<'m> {
    /// The clusters that answer.
    pub fn clusters(&self, view: &View<'m>) -> impl Iterator<Item = &'m Cluster> {
        self.answers.iter().filter_map(|id| view.cluster(*id))
    }
}

/// By target.
#[derive(Clone, Debug, Default)]
pub struct Promises<'m>(BTreeMap<Target, Promise<'m>>);

impl<'m> Promises<'m> {
    /// What is promised of a target.
    #[must_use]
    pub fn of(&self, target: Target) -> Option<&Promise<'m>> {
        self.0.get(&target)
    }

    /// Whether nothing is promised.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, by service, version and cluster.
    pub fn iter(&self) -> impl Iterator<Item = &Promise<'m>> {
        self.0.values()
    }

    /// The same by host and subset, as routes name them.
    #[must_use]
    pub fn by_name(&self) -> BTreeMap<(&str, Option<&str>), Vec<&Promise<'m>>> {
        let mut by_name: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for promise in self.iter() {
            by_name.entry((&*promise.host, promise.subset.as_deref())).or_default().push(promise);
        }
        by_name
    }

    /// Adds all promises of others that are not known yet.
    pub fn extend(&mut self, others: &Self) {
        for (target, promise) in &others.0 {
            self.0.entry(*target).or_insert_with(|| promise.clone()).ports.extend(&promise.ports);
        }
    }

    /// Adds a promise to callers, or another port of one.
    pub fn add(
        &mut self,
        target: Target,
        port: u16,
        callers: &Callers,
        promise: impl FnOnce() -> Option<Promise<'m>>,
    ) {
        if let Some(known) = self.0.get_mut(&target) {
            known.ports.insert(port);
            known.callers = known.callers.union(callers);
        } else if let Some(mut promise) = promise() {
            promise.ports.insert(port);
            promise.callers = callers.clone();
            self.0.insert(target, promise);
        }
    }
}

/// The names under which callers of one class find what they use of one service.
#[derive(Debug)]
pub struct Names<'m> {
    service: &'m Service,
    caller: ClusterId,
    /// Names for what is in other clusters.
    pub remote: RemoteHosts<'m>,
    /// What joins the service there.
    pub pool: Option<Pool<'m>>,
}

impl<'m> Names<'m> {
    /// Names for all that is used. `uses` are by target, each once.
    pub fn of(
        common: &Common<'m>,
        service: &'m Service,
        caller: ClusterId,
        far: Option<&FarUse>,
        uses: &[Use],
    ) -> Self {
        let remote = far.map(|far| way::remote::names(common, service, far)).unwrap_or_default();
        let pool = far.and_then(|far| way::merged::pool(common.view, service, caller, &far.callers, uses));
        Self { service, caller, remote, pool }
    }

    /// What is promised of a target of the service; nothing where it cannot be named, which has been reported.
    #[must_use]
    pub fn promise(&self, view: &View<'m>, target: Target) -> Option<Promise<'m>> {
        let Self { service, caller, remote, pool } = self;
        let answers = demand::clusters(view, target, *caller);
        let way = way::choose(view, target, &answers, *caller, pool.is_some());
        let plain = || view.cluster(*caller).map(|cluster| service.plain_host(cluster));
        let own_subset = || match target.pick {
            Pick::Any => None,
            Pick::Version(id) => service.version(id).map(|version| version.subset.clone()),
        };
        let (host, subset, seen_by) = match way {
            Way::Local => (plain()?, own_subset(), Callers::All),
            Way::Sni | Way::Rewrite => {
                let (name, subset) = remote.find(target)?;
                (name.host.clone(), subset.map(|subset| subset.name.clone()), name.callers.clone())
            }
            Way::Merged => {
                let subset = pool.as_ref().and_then(|pool| pool.subset(target.pick, &answers));
                (plain()?, subset.map(str::to_owned), Callers::All)
            }
            Way::Discovery => {
                let said = discovery::said(view, target, *caller, &answers)?;
                (plain()?, discovery::name(view, service, said), Callers::All)
            }
        };
        let (pick, callers, ports) = (target.pick, seen_by.clone(), BTreeSet::new());
        let broken = match target.site {
            Site::Nowhere(why) => Some(why),
            Site::Cluster(_) | Site::Nearest => None,
        };
        Some(Promise { service, pick, answers, way, host, subset, callers, seen_by, ports, broken })
    }
}
