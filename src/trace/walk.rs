//! A request under way: each share with the steps it has taken.
//!
//! Enters: a request. Leaves: its shares where they end. Refuses to know: which way they go; that is for those who add
//! steps.

use super::Tracer;
use super::object::{ObjectPlace, Unfollowed, Unreadable};
use super::proxy::Proxy;
use super::registry::Registry;
use super::report::{DeadEnd, Dial, End, Share, Step, Trace};
use super::request::Request;
use super::upstream::Client;
use super::world::{Cluster, Workload};

/// One request on its ways.
pub(super) struct Walk<'t, 'a> {
    pub(super) tracer: &'t Tracer<'a>,
    pub(super) request: &'t Request,
    pub(super) trace: Trace,
    /// A bundle on the way that cannot be read, if any.
    pub(super) unreadable: Option<Unreadable>,
}

/// A share of it on one way.
#[derive(Clone, Debug)]
pub(super) struct Flow {
    pub(super) percent: f64,
    steps: Vec<Step>,
    /// The clusters whose gateways it has passed.
    pub(super) passed: Vec<String>,
    /// Who opened the connection that gateways pass on.
    pub(super) client: Client,
}

impl Flow {
    /// All of the requests.
    pub(super) fn whole() -> Self {
        Self { percent: 100.0, steps: Vec::new(), passed: Vec::new(), client: Client::default() }
    }

    /// A part of it.
    pub(super) fn part(&self, share: f64) -> Self {
        Self { percent: self.percent * share, ..self.clone() }
    }

    /// One step on.
    pub(super) fn step(self, cluster: &str, what: impl Into<String>, object: Option<ObjectPlace>) -> Self {
        self.on(Step { cluster: cluster.to_owned(), what: what.into(), object, route: None, dials: None })
    }

    /// One step on, by a route of an object.
    pub(super) fn route(
        self,
        cluster: &str,
        what: impl Into<String>,
        object: ObjectPlace,
        route: usize,
    ) -> Self {
        let (object, route) = (Some(object), Some(route));
        self.on(Step { cluster: cluster.to_owned(), what: what.into(), object, route, dials: None })
    }

    /// One step on, out of the cluster.
    pub(super) fn dial(self, cluster: &str, what: impl Into<String>, address: &str, sni: &str) -> Self {
        let dials = Some(Dial { address: address.to_owned(), sni: sni.to_owned() });
        self.on(Step { cluster: cluster.to_owned(), what: what.into(), object: None, route: None, dials })
    }

    fn on(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }
}

impl<'t, 'a> Walk<'t, 'a> {
    /// Before the first step.
    pub(super) fn new(tracer: &'t Tracer<'a>, request: &'t Request) -> Self {
        Self { tracer, request, trace: Trace::default(), unreadable: None }
    }

    /// What the proxies of a cluster are told; nothing, and a complaint, if what is applied there cannot be read.
    pub(super) fn registry(&mut self, cluster: &str) -> Option<&'t Registry<'a>> {
        match self.tracer.registry(cluster)? {
            Ok(registry) => Some(registry),
            Err(unreadable) => {
                self.unreadable = Some(unreadable.clone());
                None
            }
        }
    }

    /// A share has arrived.
    pub(super) fn end(&mut self, flow: Flow, end: End) {
        let Flow { percent, steps, passed: _, client: _ } = flow;
        self.trace.shares.push(Share { percent, end, steps });
    }

    /// A share goes nowhere.
    pub(super) fn dead(&mut self, flow: Flow, reason: DeadEnd, why: impl Into<String>) {
        self.end(flow, End::Dead { reason, why: why.into() });
    }

    /// Something was assumed.
    pub(super) fn note(&mut self, text: impl Into<String>) {
        let text = text.into();
        if !self.trace.notes.contains(&text) {
            self.trace.notes.push(text);
        }
    }

    /// Something holds of the answer that its shares do not show.
    pub(super) fn remark(&mut self, text: impl Into<String>) {
        let text = text.into();
        if !self.trace.remarks.contains(&text) {
            self.trace.remarks.push(text);
        }
    }

    /// Whether a proxy of one cluster can dial pods of another, or of its own.
    pub(super) fn reaches(
        &self,
        registry: &Registry<'_>,
        proxy: &Proxy,
        there: &Cluster,
        pods: &Workload,
    ) -> bool {
        proxy.reaches_pods(registry.cluster, there, pods, self.tracer.world.is_flat())
    }

    /// What of a cluster that the request passes is not followed.
    pub(super) fn set_aside(&mut self, registry: &Registry<'_>) {
        for object in &registry.objects.unfollowed {
            self.note(format!("{object} is not followed{}", whereabouts(object)));
        }
        for (object, why) in &registry.objects.refused {
            self.note(format!("Istio refuses {object}: {why}{}", whereabouts(object)));
        }
        let (cluster, control_plane) = (&registry.cluster.name, &registry.control_plane.name);
        if cluster != control_plane && self.tracer.routing.has_objects(cluster) {
            self.note(format!("{control_plane} configures {cluster}: nobody reads Istio's objects in the bundle of {cluster}"));
        }
    }

    /// Fields on the way that are not followed.
    pub(super) fn unfollowed(&mut self, object: &ObjectPlace, fields: &Unfollowed) {
        for field in fields.keys() {
            self.note(format!("`{field}` of {object} is not followed{}", whereabouts(object)));
        }
    }
}

/// The file of an object, else its cluster.
fn whereabouts(object: &ObjectPlace) -> String {
    object.file_and_line().map_or_else(|| format!(" in {}", object.cluster), |place| format!(" ({place})"))
}
