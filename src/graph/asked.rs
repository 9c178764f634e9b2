//! Every request that rules tell apart, by every caller, while all is well and while something is down.
//!
//! Enters: what is applied, and the world. Leaves: services with their requests and answers. Refuses to know: how it is drawn.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::pool::Pool;
use super::words::{ended, hundredths, name_of, question, quoted};
use crate::change::ask::{self, Ask};
use crate::change::part::Part;
use crate::change::scene::{Scene, Side, routing};
use crate::change::world::named;
use crate::trace::object::Routing;
use crate::trace::report::{End, Step, Trace};
use crate::trace::request::Request;
use crate::trace::survival::{Outage, Part as What};
use crate::trace::world::World;
use crate::trace::{Tracer, Untraced};

/// All that is drawn. Numbers lead into the lists.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Picture {
    pub(super) clusters: Vec<Cluster>,
    pub(super) callers: Pool<Caller>,
    pub(super) services: Vec<Service>,
    pub(super) texts: Pool<String>,
    pub(super) steps: Pool<Taken>,
    pub(super) answers: Pool<Answer>,
    pub(super) outages: Pool<Down>,
    pub(super) files: Pool<String>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Cluster {
    pub(super) name: String,
    network: Option<String>,
    place: Option<String>,
    release: String,
    gateways: Vec<String>,
}

/// Pods of a cluster, or whoever comes by one of its gateways from outside.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct Caller {
    pub(super) cluster: usize,
    pub(super) gateway: Option<String>,
}

#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Service {
    /// As people name it.
    pub(super) name: String,
    /// Without its namespace: what texts about it leave out.
    pub(super) short: String,
    pub(super) ports: BTreeSet<u16>,
    /// Versions by cluster.
    pub(super) runs: BTreeMap<usize, Vec<String>>,
    pub(super) asks: Vec<Asked>,
    /// File and line of the rule behind a route, by cluster, object and number of the route.
    origins: BTreeMap<String, (usize, usize)>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Asked {
    pub(super) caller: usize,
    /// The name that is called, if it is not the plain one.
    pub(super) name: Option<usize>,
    pub(super) port: u16,
    /// What rules look at.
    pub(super) words: usize,
    /// How `meshgen trace` is asked the same, behind the cluster.
    question: usize,
    pub(super) answer: usize,
    /// Other answers, by outage.
    down: BTreeMap<usize, usize>,
}

/// A part that is down: its name, and how `meshgen trace` is told so.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct Down(usize, usize);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct Answer {
    pub(super) shares: Vec<Share>,
    /// What else happens, and what there is to know.
    words: Vec<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct Share {
    /// In hundredths of a percent.
    pub(super) percent: u32,
    pub(super) kind: Kind,
    pub(super) cluster: Option<usize>,
    /// The version, or a word for another end.
    pub(super) place: usize,
    /// The end as a sentence.
    end: usize,
    steps: Vec<usize>,
}

/// Where a share ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    /// At pods.
    Pods,
    /// Answered by others, or elsewhere.
    Other,
    /// Nobody answers.
    Dead,
    /// The name means nothing to this caller.
    Nameless,
    /// Dumps do not say it.
    Unknown,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct Taken {
    cluster: usize,
    what: usize,
    object: Option<usize>,
    route: Option<usize>,
    dial: Option<usize>,
}

/// File and line of the rule behind a step.
pub type Origin<'a> = &'a dyn Fn(&Step) -> Option<(String, usize)>;

/// What there is to ask.
#[derive(Clone, Copy, Debug)]
pub enum Asks<'a> {
    /// What bundles say: their rules tell requests apart.
    Bundles(&'a Side),
    /// What dumps say: the plainest request by each caller.
    Dumps(&'a World, &'a Routing),
}

impl Picture {
    /// Asks everything.
    pub fn of(asks: Asks<'_>, origin: Origin<'_>) -> Result<Self, Untraced> {
        let world = match asks {
            Asks::Bundles(side) => &side.world,
            Asks::Dumps(world, _) => world,
        };
        let mut picture = Self { clusters: world.clusters.iter().map(cluster).collect(), ..Self::default() };
        match asks {
            Asks::Bundles(side) => {
                for stage in Scene::of(side.clone(), side.clone()).stages {
                    let [world, ..] = &stage.worlds;
                    picture.ask(world, &routing(&stage.old), &stage.part, &stage.asks, origin)?;
                }
            }
            Asks::Dumps(world, routing) => {
                let all = world.clusters.iter().flat_map(|cluster| &cluster.services);
                let services = all.map(|service| (service.namespace.clone(), service.name.clone()));
                let part = Part { services: services.collect(), ..Part::default() };
                let asks = ask::all(&part, world, &[]);
                picture.ask(world, routing, &part, &asks, origin)?;
            }
        }
        picture.services.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(picture)
    }

    /// The names of all services.
    pub fn services(&self) -> impl Iterator<Item = &str> {
        self.services.iter().map(|service| service.name.as_str())
    }

    /// How many clusters there are.
    #[must_use]
    pub fn clusters(&self) -> usize {
        self.clusters.len()
    }

    /// Leaves out all services but some.
    pub fn keep(&mut self, names: &[String]) {
        self.services.retain(|service| names.contains(&service.name));
    }

    fn ask(
        &mut self,
        world: &World,
        routing: &Routing,
        part: &Part,
        asks: &[Ask],
        origin: Origin<'_>,
    ) -> Result<(), Untraced> {
        let tracer = Tracer::new(world, routing);
        let outages = Outage::all(world);
        let mut services: BTreeMap<String, Service> = part
            .services
            .iter()
            .map(|(namespace, name)| (named(namespace, name), self.service(world, namespace, name)))
            .collect();
        for ask in asks.iter().filter(|ask| ask.is_own) {
            let trace = match tracer.trace(&ask.request) {
                Ok(trace) => trace,
                // Nobody is there to ask.
                Err(Untraced::NoCluster | Untraced::NoGateway) => continue,
                Err(unreadable @ Untraced::Unreadable(_)) => return Err(unreadable),
            };
            let Some(caller) = self.number(&ask.request.caller.cluster) else { continue };
            let short = ask.app();
            let answer = self.answer(&trace, short);
            let mut down = BTreeMap::new();
            for outage in outages.iter().filter(|outage| concerns(outage, ask)) {
                let told = outage.down();
                let request = Request { down: told.clone(), ..ask.request.clone() };
                let other = self.answer(&tracer.trace(&request)?, short);
                if other != answer {
                    let words: Vec<String> = told
                        .iter()
                        .map(|down| format!("--down {}", quoted(&format!("{}/{}", down.cluster, down.what))))
                        .collect();
                    let label = self.texts.text(&name_of(outage), short);
                    let words = self.texts.text(&words.join(" "), short);
                    down.insert(self.outages.id(Down(label, words)), other);
                }
            }
            let asked = Asked {
                caller: self
                    .callers
                    .id(Caller { cluster: caller, gateway: ask.request.caller.gateway.clone() }),
                name: ask.name.as_ref().map(|name| self.texts.text(name, short)),
                port: ask.request.port,
                words: self.texts.text(&ask.words.join(" and "), short),
                question: self.texts.text(&question(&ask.request), short),
                answer,
                down,
            };
            let service = services.entry(ask.service.clone()).or_insert_with(|| Service {
                name: ask.service.clone(),
                short: short.to_owned(),
                ..Service::default()
            });
            service.asks.push(asked);
            for step in trace.shares.iter().flat_map(|share| &share.steps) {
                let (Some(object), Some(route)) = (&step.object, step.route) else { continue };
                let key = format!("{} {object} {route}", step.cluster);
                if !service.origins.contains_key(&key)
                    && let Some((file, line)) = origin(step)
                {
                    service.origins.insert(key, (self.files.id(file), line));
                }
            }
        }
        self.services.extend(services.into_values());
        Ok(())
    }

    fn service(&self, world: &World, namespace: &str, name: &str) -> Service {
        let mut service =
            Service { name: named(namespace, name), short: name.to_owned(), ..Service::default() };
        for cluster in &world.clusters {
            let known = cluster.services.iter().filter(|one| one.name == name && one.namespace == namespace);
            for one in known {
                service.ports.extend(one.ports.iter().map(|port| port.port));
                let version = |workload: &crate::trace::world::Workload| {
                    workload.labels.get("version").unwrap_or(&workload.name).clone()
                };
                if let Some(number) = self.number(&cluster.name) {
                    service.runs.entry(number).or_default().extend(one.workloads.iter().map(version));
                }
            }
        }
        service
    }

    fn number(&self, cluster: &str) -> Option<usize> {
        self.clusters.iter().position(|known| known.name == cluster)
    }

    fn answer(&mut self, trace: &Trace, service: &str) -> usize {
        let Trace { shares, features, notes, remarks } = trace;
        let words: Vec<usize> = features
            .iter()
            .chain(notes)
            .chain(remarks)
            .map(|words| self.texts.text(words, service))
            .collect();
        let shares = shares
            .iter()
            .map(|share| {
                let (kind, end) = ended(&share.end);
                let place = share.end.place(service);
                let (cluster, place) = match (&share.end, place.split_once('/')) {
                    (End::Pods { cluster, .. }, Some((_, version))) => {
                        (self.number(cluster), version.to_owned())
                    }
                    _ => (None, place),
                };
                Share {
                    percent: hundredths(share.percent),
                    kind,
                    cluster,
                    place: self.texts.text(&place, service),
                    end: self.texts.text(&end, service),
                    steps: share.steps.iter().filter_map(|step| self.step(step, service)).collect(),
                }
            })
            .collect();
        self.answers.id(Answer { shares, words })
    }

    fn step(&mut self, step: &Step, service: &str) -> Option<usize> {
        let Step { cluster, what, object, route, dials } = step;
        let taken = Taken {
            cluster: self.number(cluster)?,
            what: self.texts.text(what, service),
            object: object.as_ref().map(|object| self.texts.text(&object.to_string(), service)),
            route: *route,
            dial: dials
                .as_ref()
                .map(|dial| self.texts.text(&format!("{}  sni {}", dial.address, dial.sni), service)),
        };
        Some(self.steps.id(taken))
    }
}

fn cluster(cluster: &crate::trace::world::Cluster) -> Cluster {
    let gateway = |gateway: &crate::trace::world::Gateway| match gateway.addresses.as_slice() {
        [] => gateway.name.clone(),
        addresses => format!("{} at {}", gateway.name, addresses.join(", ")),
    };
    Cluster {
        name: cluster.name.clone(),
        network: cluster.network.clone(),
        place: cluster.locality.clone(),
        release: format!("1.{}", cluster.release),
        gateways: cluster.gateways.iter().map(gateway).collect(),
    }
}

/// Whether a request can have another answer while something is down, and is made at all.
fn concerns(outage: &Outage, ask: &Ask) -> bool {
    match &outage.what {
        What::Cluster | What::Gateway => outage.cluster != ask.request.caller.cluster,
        What::Version { namespace, service, workload: _ } => named(namespace, service) == ask.service,
    }
}
