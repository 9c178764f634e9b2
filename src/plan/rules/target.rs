//! Routes, and the targets that they lead to: plain types.

use crate::model::action::{DirectResponse, HeaderOperations, Redirect};
use crate::model::condition::ProxyMatch;
use crate::model::{Callers, ClusterId, Pick, Port, Rule, Service, ServiceId};
use crate::source::At;

/// The routes of one service, for the callers of one cluster.
#[derive(Clone, Debug)]
pub struct ServiceRoutes<'m> {
    /// The service that was called.
    pub service: &'m Service,
    /// Who obeys them.
    pub callers: Callers,
    /// By port, in order of rules; the first that matches answers.
    pub routes: Vec<Route<'m>>,
}

/// One rule on one port; without a rule, what is left alone.
#[derive(Clone, Debug)]
pub struct Route<'m> {
    /// The rule it comes from.
    pub rule: Option<&'m Rule>,
    /// Which of the service's rules that is; 0 where none is.
    pub index: usize,
    /// The port that was called.
    pub port: &'m Port,
    /// Any of them; none means every request.
    pub conditions: Vec<&'m ProxyMatch>,
    /// What the request gets.
    pub answer: Answer<'m>,
    /// Who gets a copy; by version, then cluster.
    pub copies: Vec<Copy>,
}

impl Route<'_> {
    /// Who may get its requests, share 0 included, or copies of them.
    #[must_use]
    pub fn targets(&self) -> Vec<Target> {
        self.sends().map(|(target, _)| target).collect()
    }

    /// The same, and at which port number of the service.
    pub(in crate::plan) fn sends(&self) -> impl Iterator<Item = (Target, u16)> {
        let shares: &[Share<'_>] = match &self.answer {
            Answer::Split(shares) => shares,
            Answer::Redirect(_) | Answer::DirectResponse(_) => &[],
        };
        let shares = shares.iter().map(|share| (share.target, share.port));
        shares.chain(self.copies.iter().map(|copy| (copy.target, copy.port)))
    }
}

/// What a request gets.
#[derive(Clone, Debug)]
pub enum Answer<'m> {
    /// Weights add up to 100; by service, version, cluster.
    Split(Vec<Share<'m>>),
    /// Another address.
    Redirect(&'m Redirect),
    /// A fixed response.
    DirectResponse(&'m DirectResponse),
}

/// A share of the requests.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share<'m> {
    /// Who answers it.
    pub target: Target,
    /// At which port number of that service.
    pub port: u16,
    /// Percent.
    pub weight: u32,
    /// Changes on this share's way.
    pub headers: Option<&'m HeaderOperations>,
}

/// A copy of the requests.
#[derive(Clone, Debug, PartialEq)]
pub struct Copy {
    /// Who gets it.
    pub target: Target,
    /// At which port number of that service.
    pub port: u16,
    /// Percent of the requests; fractions where a version is split among clusters.
    pub percent: At<f64>,
}

/// A version, or any, of a service at one site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    /// Which service.
    pub service: ServiceId,
    /// Which version.
    pub pick: Pick,
    /// In which cluster.
    pub site: Site,
}

/// Where a version runs, as callers of one cluster see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Site {
    /// In this cluster.
    Cluster(ClusterId),
    /// In the nearest of several that is healthy.
    Nearest,
    /// In no cluster that these callers get into. The share stays, so that shares add up.
    Nowhere(Nowhere),
}

/// Why callers get nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Nowhere {
    /// The clusters that run it have no gateway to enter by.
    Closed,
    /// The clusters that run it are drained.
    Drained,
    /// It runs in none of the clusters that are meant.
    Absent,
}

/// A version, or any, at one site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PickAt {
    /// Which version.
    pub pick: Pick,
    /// Where.
    pub site: Site,
}
