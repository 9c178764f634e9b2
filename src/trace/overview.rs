//! Who gets what from where: every service, asked for from every cluster.
//!
//! Enters: a world, and a tracer in it. Leaves: an answer for each service, port and cluster of callers. Refuses to know:
//! conditions; each question is the plainest request that there is, made in the namespace of the service.

use std::collections::{BTreeMap, BTreeSet};

use super::registry::List;
use super::report::End;
use super::request::{Caller, Down, Request, Speaks};
use super::world::{Port, World};
use super::{Tracer, Untraced};

/// What is spoken on a port.
#[must_use]
pub fn spoken(port: &Port, host: &str) -> Speaks {
    match List::of(port.app_protocol.as_deref().unwrap_or(&port.name)) {
        List::Tls => Speaks::Tls { sni: host.to_owned() },
        List::Tcp => Speaks::Bytes,
        List::Http | List::Either => Speaks::Http,
    }
}

/// Less is no share, in percent.
const NOTHING: f64 = 0.005;

/// A service, a port and where it is asked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Question {
    /// Of the service.
    pub namespace: String,
    /// Of the service.
    pub service: String,
    /// As callers dial it.
    pub port: u16,
    /// Where the callers are.
    pub cluster: String,
}

/// What callers get.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Percents by place, as cases name it.
    pub places: BTreeMap<String, f64>,
    /// Percents that reach nobody.
    pub lost: f64,
    /// Whether the name means anything there: a service need not be for callers of every cluster.
    pub is_known: bool,
}

impl Question {
    /// Every service and port, asked for from every cluster.
    #[must_use]
    pub fn all(world: &World) -> Vec<Self> {
        let services = world.clusters.iter().flat_map(|cluster| &cluster.services);
        let ports: BTreeSet<(&str, &str, u16)> = services
            .flat_map(|service| {
                service.ports.iter().map(|port| (&*service.namespace, &*service.name, port.port))
            })
            .collect();
        let of_port = |(namespace, service, port): (&str, &str, u16)| {
            let question = move |cluster: &super::world::Cluster| Self {
                namespace: namespace.to_owned(),
                service: service.to_owned(),
                port,
                cluster: cluster.name.clone(),
            };
            world.clusters.iter().map(question).collect::<Vec<_>>()
        };
        ports.into_iter().flat_map(of_port).collect()
    }

    /// The request that asks it.
    fn request(&self, world: &World, down: &[Down]) -> Request {
        let Self { namespace, service, port, cluster } = self;
        let host = format!("{service}.{namespace}");
        let services = world.clusters.iter().flat_map(|cluster| &cluster.services);
        let mut ports = services
            .filter(|known| known.name == *service && known.namespace == *namespace)
            .flat_map(|known| &known.ports);
        let known = ports.find(|known| known.port == *port);
        Request {
            caller: Caller { cluster: cluster.clone(), namespace: namespace.clone(), ..Caller::default() },
            port: *port,
            method: "GET".to_owned(),
            path: "/".to_owned(),
            down: down.to_vec(),
            speaks: known.map(|port| spoken(port, &host)).unwrap_or_default(),
            host,
            ..Request::default()
        }
    }
}

impl Answer {
    /// Whether both are the same, but for what no two decimals show.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        let places: BTreeSet<&String> = self.places.keys().chain(other.places.keys()).collect();
        let share = |answer: &Self, place: &str| answer.places.get(place).copied().unwrap_or(0.0);
        places.into_iter().all(|place| (share(self, place) - share(other, place)).abs() < NOTHING)
    }
}

impl Tracer<'_> {
    /// What becomes of a question while some things are down.
    pub fn answer(&self, question: &Question, down: &[Down]) -> Result<Answer, Untraced> {
        let trace = self.trace(&question.request(self.world, down))?;
        let lost = trace.shares.iter().filter(|share| share.end.is_dead()).map(|share| share.percent).sum();
        let is_known = trace.shares.iter().any(|share| share.end != End::Passthrough);
        Ok(Answer { places: trace.places(&question.service), lost, is_known })
    }
}
