//! What becomes of the requests for a destination.
//!
//! Enters: a question. Leaves: its shares, and what they come to. Refuses to know: why somebody asks.

use super::enumerate::Question;
use super::{knows_pods, would_know};
use crate::trace::Tracer;
use crate::trace::object::Unreadable;
use crate::trace::proxy::Proxy;
use crate::trace::registry::{List, Registry};
use crate::trace::report::{DeadEnd, End, Share};
use crate::trace::request::{Caller, Request, Speaks};
use crate::trace::upstream::Target;
use crate::trace::walk::{Flow, Walk};
use crate::trace::world::Cluster;

/// What requests come to, the worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fate {
    /// Somebody answers.
    Delivers,
    /// The dumps do not say it.
    Unknown,
    /// Nobody answers.
    Dead,
}

/// The answer to a question.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) shares: Vec<(Share, Fate)>,
    /// Whether some share is dialled, or ends, in another cluster.
    pub(super) crosses: bool,
}

impl Asked {
    pub(super) fn fate(&self) -> Fate {
        self.shares.iter().map(|(_, fate)| *fate).max().unwrap_or(Fate::Delivers)
    }
}

/// Follows requests of a namespace to a destination.
pub(super) fn ask<'a>(
    tracer: &Tracer<'a>,
    registry: &Registry<'a>,
    question: &Question<'_>,
) -> Result<Asked, Unreadable> {
    let Question { cluster, namespace, host, port, list, target, routes: _, crosses: _ } = question;
    let speaks = match list {
        List::Http | List::Either => Speaks::Http,
        List::Tls => Speaks::Tls { sni: host.clone() },
        List::Tcp => Speaks::Bytes,
    };
    let request = Request {
        caller: Caller { cluster: cluster.clone(), namespace: namespace.clone(), ..Caller::default() },
        host: host.clone(),
        port: *port,
        method: "GET".to_owned(),
        path: "/".to_owned(),
        speaks,
        ..Request::default()
    };
    let mut walk = Walk::new(tracer, &request);
    let proxy = Proxy::sidecar(registry.cluster, &request.caller);
    walk.forward(registry, &proxy, Flow::whole(), target);
    if let Some(unreadable) = walk.unreadable {
        return Err(unreadable);
    }
    // Fields on the way that are not followed make a question of a dead end.
    let is_doubtful = walk.trace.notes.iter().any(|note| is_doubt(note))
        || registry.has_endpoints_without_address(&target.host);
    let mut crosses_by_way = false;
    let mut shares = Vec::new();
    for share in walk.trace.shares {
        let fate = fate(tracer, registry, &share, question);
        let fate = if fate == Fate::Dead && is_doubtful { Fate::Unknown } else { fate };
        crosses_by_way |= is_elsewhere(&share, cluster);
        shares.push((share, fate));
    }
    Ok(Asked { shares, crosses: crosses_by_way })
}

/// Whether a note is about a field that may change where requests go. Files with certificates do not.
fn is_doubt(note: &str) -> bool {
    const FILES: [&str; 4] = ["`caCertificates`", "`clientCertificate`", "`credentialName`", "`privateKey`"];
    note.starts_with('`') && !FILES.iter().any(|field| note.starts_with(field))
}

/// Whether a Service comes from git, and all that it selects from elsewhere.
fn is_of_git(cluster: &Cluster, share: &Share, host: &str) -> bool {
    let said = share.dial().and_then(|dial| dial.sni.rsplit("_.").next()).unwrap_or(host);
    let mut services = cluster.services.iter();
    let found = services.find(|service| cluster.host(service) == said);
    cluster.is_written && found.is_some_and(|service| service.workloads.is_empty())
}

/// Whether a name that nobody has may be in a part of the cluster that has no dump.
fn is_beyond(registry: &Registry<'_>, target: &Target) -> bool {
    !registry.is_known(&target.host) && !would_know(registry, &target.host)
}

fn is_elsewhere(share: &Share, own: &str) -> bool {
    let ends_there = matches!(&share.end, End::Pods { cluster, .. } if cluster != own);
    share.dial().is_some() || ends_there
}

fn fate(tracer: &Tracer<'_>, registry: &Registry<'_>, share: &Share, question: &Question<'_>) -> Fate {
    let (target, crosses) = (&question.target, question.crosses);
    match &share.end {
        End::Pods { .. } | End::Redirect { .. } | End::Direct { .. } | End::Passthrough => Fate::Delivers,
        End::Unknown { .. } => Fate::Unknown,
        End::External { address: _, mesh: false } => {
            if crosses {
                Fate::Unknown
            } else {
                Fate::Delivers
            }
        }
        End::External { address: _, mesh: true } => Fate::Dead,
        End::Dead { reason, why: _ } => {
            let last = share.steps.last().and_then(|step| tracer.world.cluster(&step.cluster));
            let there = last.unwrap_or(registry.cluster);
            match reason {
                // Whether pods of one network reach each other nobody says.
                DeadEnd::ForeignPodIp => Fate::Unknown,
                DeadEnd::NoCluster if is_beyond(registry, target) => Fate::Unknown,
                DeadEnd::NoEndpoints if !knows_pods(there) || is_of_git(there, share, &target.host) => {
                    Fate::Unknown
                }
                DeadEnd::NoListener | DeadEnd::PlaintextToGateway | DeadEnd::NoFilterChain
                    if far_is_silent(tracer, share) =>
                {
                    Fate::Unknown
                }
                DeadEnd::NoRoute
                | DeadEnd::NoCluster
                | DeadEnd::NoEndpoints
                | DeadEnd::NoListener
                | DeadEnd::NoFilterChain
                | DeadEnd::ListenerRejected
                | DeadEnd::GatewayPort
                | DeadEnd::PlaintextToGateway
                | DeadEnd::Loop
                | DeadEnd::Transit
                | DeadEnd::SanMismatch
                | DeadEnd::ClientSanMismatch
                | DeadEnd::NoInboundChain
                | DeadEnd::MtlsToPlainPod
                | DeadEnd::InboundMtlsNotTerminated
                | DeadEnd::BlackHole
                | DeadEnd::NoVhost => Fate::Dead,
            }
        }
    }
}

/// Whether the dump of the cluster whose gateway is dialled has no Gateway object at all, or filters that may change what it takes.
fn far_is_silent(tracer: &Tracer<'_>, share: &Share) -> bool {
    let Some((address, port)) = share.dial().and_then(|dial| dial.address.rsplit_once(':')) else {
        return false;
    };
    let by_node = || {
        tracer
            .world
            .gateway_behind(address, port.parse().ok()?)
            .map(|(cluster, gateway, _)| (cluster, gateway))
    };
    let own = share.steps.first().map_or("", |step| step.cluster.as_str());
    let Some((far, _)) = tracer.world.gateway_at(address, own).or_else(by_node) else { return false };
    let Some(Ok(far)) = tracer.registry(&far.name) else { return true };
    far.cluster.has_other_gateways
        || far.objects.gateways.is_empty()
        || far.objects.envoy_filters.iter().any(|filter| filter.spec.changes_listeners())
}
