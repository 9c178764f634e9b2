//! Rules: which requests go to which versions.

use super::action::{Actions, DirectResponse, HeaderOperations, Redirect};
use super::cluster::ClusterId;
use super::condition::Condition;
use super::protocol::RouteKind;
use super::service::{Pick, ServiceId};
use super::step::{Owner, Steps};
use crate::source::{At, Place};

/// Answers the requests for which one of its conditions holds.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Where it was written.
    pub place: Place,
    /// Kept in the output.
    pub name: Option<At<String>>,
    /// Any of them; none means every request.
    pub conditions: Vec<Condition>,
    /// What the request gets.
    pub answer: Answer,
    /// The chain that the shares of the answer are one step of. Few rules have one.
    pub steps: Option<Box<Steps>>,
    /// Who else turns the weights.
    pub owner: Option<At<Owner>>,
    /// What else happens to it.
    pub actions: Actions,
    /// Who gets a copy of it.
    pub mirrors: Vec<Mirror>,
    /// What its words are about.
    pub speaks: Speaks,
}

impl Rule {
    /// Who answers; nobody where the answer is a redirect or a fixed response.
    #[must_use]
    pub fn destinations(&self) -> &[Destination] {
        match &self.answer {
            Answer::To(destinations) => destinations,
            Answer::Redirect(_) | Answer::DirectResponse(_) => &[],
        }
    }
}

/// What the words of a rule are about, and so which ports it is for. One rule has words of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaks {
    /// No word says: it is for all ports.
    Anything,
    /// Requests.
    Http,
    /// Connections: SNI or addresses.
    Connections,
}

impl Speaks {
    /// Whether a rule with such words is for ports that take this kind of route.
    #[must_use]
    pub fn fits(self, kind: RouteKind) -> bool {
        match (self, kind) {
            (Self::Anything, RouteKind::Http | RouteKind::Tls | RouteKind::Tcp)
            | (Self::Http, RouteKind::Http)
            | (Self::Connections, RouteKind::Tls | RouteKind::Tcp) => true,
            (Self::Http, RouteKind::Tls | RouteKind::Tcp) | (Self::Connections, RouteKind::Http) => false,
        }
    }
}

/// What a request gets.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Shares of the requests; weights add up to 100.
    To(Vec<Destination>),
    /// Another address.
    Redirect(Redirect),
    /// A fixed response.
    DirectResponse(DirectResponse),
}

/// A share of the requests, and who answers it.
#[derive(Clone, Debug)]
pub struct Destination {
    /// Where it was written.
    pub place: Place,
    /// Whose version; usually the service that the rule is of.
    pub service: ServiceId,
    /// Which version.
    pub pick: Pick,
    /// In this cluster, whatever the caller's.
    pub cluster: Option<ClusterId>,
    /// At this port number of the service; else at the port that was called.
    pub port: Option<u16>,
    /// Percent.
    pub weight: u32,
    /// Changes on this share's way.
    pub headers: Option<HeaderOperations>,
}

/// A copy of the requests.
#[derive(Clone, Debug)]
pub struct Mirror {
    /// Which version of the rule's service.
    pub pick: Pick,
    /// In this cluster, whatever the caller's.
    pub cluster: Option<ClusterId>,
    /// Percent of the requests, up to 100; each mirror for itself.
    pub percent: At<f64>,
}
