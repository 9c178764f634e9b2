//! Which of the known mistakes a dead end comes from, and its words.

use crate::diagnostic::{Code, Severity, Spot, list};
use crate::trace::Tracer;
use crate::trace::crossing::ask::Fate;
use crate::trace::crossing::enumerate::Question;
use crate::trace::crossing::far::Far;
use crate::trace::crossing::spot;
use crate::trace::registry::List;
use crate::trace::report::{DeadEnd, End, Share};

/// What somebody has got wrong, or what is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mistake {
    Plaintext,
    UnknownSni,
    OwnTls,
    OtherTls,
    Closed,
    Destination,
    Hidden,
    NoService,
    NoPods,
    NotTaken,
    OtherPort,
    Beyond,
    Stranger,
}

impl Mistake {
    /// Its page.
    pub(super) fn code(self) -> Code {
        match self {
            Self::Plaintext => Code::MG0720,
            Self::UnknownSni => Code::MG0721,
            Self::OwnTls => Code::MG0723,
            Self::OtherTls => Code::MG0727,
            Self::Closed => Code::MG0729,
            Self::Destination => Code::MG0732,
            Self::Hidden => Code::MG0734,
            Self::NoService => Code::MG0735,
            Self::NoPods => Code::MG0736,
            Self::NotTaken => Code::MG0739,
            Self::OtherPort => Code::MG0740,
            Self::Beyond => Code::MG0742,
            Self::Stranger => Code::MG0743,
        }
    }
}

/// A known mistake.
#[derive(Clone, Debug)]
pub(super) struct Cause {
    pub(super) mistake: Mistake,
    pub(super) severity: Severity,
    /// The far Service that was perhaps meant.
    near: Option<String>,
    /// Requests leave for an address that nobody has.
    is_of_address: bool,
}

impl Cause {
    /// What a share shows; nothing if it is as somebody may have meant it.
    pub(super) fn of(
        tracer: &Tracer<'_>,
        question: &Question<'_>,
        share: &Share,
        fate: Fate,
        far: Option<&Far<'_, '_>>,
    ) -> Option<Self> {
        let mistake = match &share.end {
            _ if fate == Fate::Delivers => return None,
            End::External { address: _, mesh: false } if question.list == List::Tls => return None,
            End::External { address: _, mesh: false } => Mistake::Plaintext,
            End::Dead { .. } if fate == Fate::Unknown => Mistake::Beyond,
            End::External { address: _, mesh: true } | End::Unknown { .. } => Mistake::Beyond,
            End::Dead { reason, why } => by_reason(tracer, question, share, *reason, why, far)?,
            End::Pods { .. } | End::Redirect { .. } | End::Direct { .. } | End::Passthrough => return None,
        };
        let near = match (mistake, far) {
            (Mistake::NoService, Some(far)) => far.neighbour(&question.target.host),
            _ => None,
        };
        let is_of_address = matches!(&share.end, End::Unknown { what } if what.starts_with("leaves these dumps"))
            || matches!(&share.end, End::External { .. });
        Some(Self { mistake, severity: super::severity(fate), near, is_of_address })
    }

    /// The name that is meant: of what is wrong on the way between clusters, that of the entry; else the one that is called.
    pub(super) fn host<'q>(&self, question: &'q Question<'_>) -> &'q str {
        match self.mistake {
            Mistake::Destination | Mistake::Hidden | Mistake::NoPods => &question.host,
            Mistake::Plaintext
            | Mistake::UnknownSni
            | Mistake::OwnTls
            | Mistake::OtherTls
            | Mistake::Closed
            | Mistake::NoService
            | Mistake::NotTaken
            | Mistake::OtherPort
            | Mistake::Beyond
            | Mistake::Stranger => &question.target.host,
        }
    }

    /// Whether findings differ by subset.
    pub(super) fn is_of_subset(&self) -> bool {
        [Mistake::Plaintext, Mistake::UnknownSni, Mistake::Hidden, Mistake::NoPods].contains(&self.mistake)
    }

    /// Whether one line with an SNI is missing.
    pub(super) fn is_cured_by_an_sni(&self) -> bool {
        [Mistake::Plaintext, Mistake::UnknownSni].contains(&self.mistake) && self.severity == Severity::Error
    }

    /// The fact.
    pub(super) fn message(
        &self,
        question: &Question<'_>,
        ports: &[u16],
        far: Option<&Far<'_, '_>>,
        share: &Share,
    ) -> String {
        let (cluster, host) = (&question.cluster, self.host(question));
        let there = far.map_or("the other cluster", |far| far.registry.cluster.name.as_str());
        let start = format!("requests from {cluster} to `{host}`");
        let subset = question.target.subset.as_deref().unwrap_or_default();
        match self.mistake {
            Mistake::Plaintext if self.severity == Severity::Note => {
                let address = match &share.end {
                    End::External { address, mesh: _ } => address.as_str(),
                    End::Pods { .. }
                    | End::Redirect { .. }
                    | End::Direct { .. }
                    | End::Passthrough
                    | End::Unknown { .. }
                    | End::Dead { .. } => "an address",
                };
                format!(
                    "{start} leave these dumps at {address} in plaintext: a gateway that passes TLS on would drop them"
                )
            }
            Mistake::Plaintext => format!("{start} end at a gateway that wants TLS"),
            Mistake::UnknownSni => format!("{start} say an SNI that the gateway of {there} does not know"),
            Mistake::OwnTls => {
                format!(
                    "the application's own TLS from {cluster} to `{host}` ends at a gateway that passes on the mesh's alone"
                )
            }
            Mistake::OtherTls
                if matches!(&share.end, End::Dead { reason: DeadEnd::Loop | DeadEnd::Transit, .. }) =>
            {
                format!("{start} are sent on from gateway to gateway")
            }
            Mistake::OtherTls => {
                format!("{start} speak TLS that is not the mesh's, to a gateway that knows no other")
            }
            Mistake::Closed
                if share.dial().is_some_and(|dial| !dial.sni.is_empty())
                    && far.is_some_and(|far| far.passing().is_some()) =>
            {
                format!("{start} end at the gateway of {there}, which is not open for that service")
            }
            Mistake::Closed => {
                format!("{start} end at a port of the gateway of {there} that passes no TLS on")
            }
            Mistake::Destination => {
                format!(
                    "{start} are routed to `{}`, port {}, which nobody has",
                    question.target.host, question.target.port
                )
            }
            Mistake::Hidden => {
                format!("{start} ask for the subset `{subset}`, which another DestinationRule hides")
            }
            Mistake::NoService => format!("{start} lead to a service that {there} has not"),
            Mistake::NoPods if subset.is_empty() => format!("a share of the {start} is for nobody"),
            Mistake::NoPods => {
                format!("a share of the {start} is for the subset `{subset}`, in which nobody is")
            }
            Mistake::NotTaken => format!("{start} end at pods that do not take the mesh's TLS"),
            Mistake::OtherPort => {
                let ports: Vec<String> = ports.iter().map(u16::to_string).collect();
                let ports: Vec<&str> = ports.iter().map(String::as_str).collect();
                format!("{start} ask for port {}, which the service in {there} has not", list(&ports))
            }
            Mistake::Stranger => format!("{start} end at a certificate that the other end does not take"),
            Mistake::Beyond => match &share.end {
                End::External { address, mesh: _ } => format!("{start} leave these dumps at {address}"),
                End::Unknown { what } => match what.strip_prefix("leaves ") {
                    Some(rest) => format!("{start} leave {rest}"),
                    None => format!("{start}: {what}"),
                },
                End::Dead { reason: DeadEnd::ForeignPodIp, why: _ } => {
                    format!(
                        "{start} go to pods of another cluster by their own addresses: whether these are known there, dumps do not say"
                    )
                }
                End::Pods { .. }
                | End::Redirect { .. }
                | End::Direct { .. }
                | End::Passthrough
                | End::Dead { .. } => format!("{start} cannot be followed to their end"),
            },
        }
    }

    /// The object over there that is not on the way, though the requests end at it.
    pub(super) fn over_there(&self, far: &Far<'_, '_>, known: &[Spot]) -> Option<Spot> {
        let port = far.address.rsplit_once(':').map_or("", |(_, port)| port);
        let (place, text) = match self.mistake {
            Mistake::Plaintext | Mistake::OwnTls => {
                (far.passing()?, format!("port {port} is AUTO_PASSTHROUGH: it looks for an SNI"))
            }
            Mistake::UnknownSni | Mistake::OtherTls | Mistake::NoService | Mistake::OtherPort => {
                (far.passing()?, format!("port {port} knows the Services of this cluster alone"))
            }
            Mistake::Closed => (far.any()?, String::new()),
            Mistake::Destination
            | Mistake::Hidden
            | Mistake::NoPods
            | Mistake::NotTaken
            | Mistake::Beyond
            | Mistake::Stranger => return None,
        };
        let spot = spot::of(place, text);
        let is_known =
            known.iter().any(|known| (&known.cluster, &known.object) == (&spot.cluster, &spot.object));
        (!is_known).then_some(spot)
    }

    /// What to do where no line is missing.
    pub(super) fn help(&self) -> Option<String> {
        let said = match self.mistake {
            Mistake::NoService => return self.near.as_ref().map(|near| format!("did you mean `{near}`?")),
            Mistake::Plaintext => {
                "name the dump of the cluster that has the address; if its gateway passes TLS on, a DestinationRule with an `sni` is missing"
            }
            Mistake::OwnTls => {
                "wrap it once more: a DestinationRule with `mode: ISTIO_MUTUAL` and the `sni` of the Service over there"
            }
            Mistake::OtherTls => {
                "the way between two gateways of one mesh is `mode: ISTIO_MUTUAL`, with the `sni` of the Service over there"
            }
            Mistake::Closed => {
                "open the port by a Gateway with `mode: AUTO_PASSTHROUGH` and `hosts: [\"*.local\"]`, whose selector fits the gateway's pods"
            }
            Mistake::Destination => {
                "write the full name of the Service; a name without dots means the namespace of the rule"
            }
            Mistake::Hidden => "write both into one, in the namespace of the service",
            Mistake::NoPods => {
                "define the subset by labels that pods carry, run the version, or take the share out"
            }
            Mistake::NotTaken => {
                "give the pods a sidecar, or let them take the mesh's TLS: no PeerAuthentication with `DISABLE`"
            }
            Mistake::OtherPort => "say the port of the far Service in the `sni`: the entry may keep its own",
            Mistake::Beyond if self.is_of_address => "name the dump of the cluster that has the address",
            Mistake::Stranger => {
                "name the identity of the far pods in `subjectAltNames`, and trust domains in `trustDomainAliases`"
            }
            Mistake::UnknownSni | Mistake::Beyond => return None,
        };
        Some(said.to_owned())
    }
}

fn by_reason(
    tracer: &Tracer<'_>,
    question: &Question<'_>,
    share: &Share,
    reason: DeadEnd,
    why: &str,
    far: Option<&Far<'_, '_>>,
) -> Option<Mistake> {
    let host = &question.target.host;
    let is_there = || far.is_some_and(|far| far.service(host).is_some());
    Some(match reason {
        DeadEnd::PlaintextToGateway if far.is_some_and(|far| far.passing().is_none()) => Mistake::Closed,
        DeadEnd::PlaintextToGateway if question.list == List::Tls => Mistake::OwnTls,
        DeadEnd::PlaintextToGateway if !is_there() => Mistake::NoService,
        DeadEnd::PlaintextToGateway => Mistake::Plaintext,
        DeadEnd::NoFilterChain => match share.dial().map(|dial| dial.sni.as_str()) {
            None | Some("") => Mistake::OtherTls,
            Some(sni) => of_sni(sni, far?, is_there()),
        },
        DeadEnd::NoListener | DeadEnd::GatewayPort => Mistake::Closed,
        // Who is given nothing of what is there.
        DeadEnd::NoEndpoints if why.contains(" is given none of ") => Mistake::NotTaken,
        DeadEnd::NoEndpoints => Mistake::NoPods,
        DeadEnd::MtlsToPlainPod | DeadEnd::InboundMtlsNotTerminated | DeadEnd::NoInboundChain => {
            Mistake::NotTaken
        }
        DeadEnd::NoCluster => no_cluster(tracer, question),
        DeadEnd::Loop | DeadEnd::Transit => Mistake::OtherTls,
        DeadEnd::SanMismatch | DeadEnd::ClientSanMismatch => Mistake::Stranger,
        DeadEnd::ForeignPodIp => Mistake::Beyond,
        // What the gateway refuses is said of itself; what a Sidecar hides is not asked for.
        DeadEnd::BlackHole | DeadEnd::NoRoute | DeadEnd::NoVhost | DeadEnd::ListenerRejected => return None,
    })
}

/// Which part of an SNI is unknown.
fn of_sni(sni: &str, far: &Far<'_, '_>, is_there: bool) -> Mistake {
    let parts = sni.strip_prefix("outbound_.").and_then(|rest| rest.split_once("_."));
    let said =
        parts.and_then(|(port, rest)| rest.split_once("_.").map(|(subset, host)| (port, subset, host)));
    let found = said.and_then(|(port, subset, host)| {
        Some((port, subset, far.registry.service(host, &far.gateway.namespace)?))
    });
    match found {
        Some((port, _, service)) if !service.ports.iter().any(|known| known.number.to_string() == port) => {
            Mistake::OtherPort
        }
        Some((_, subset, _)) if !subset.is_empty() => Mistake::NoPods,
        Some(_) => Mistake::Closed,
        None if is_there => Mistake::UnknownSni,
        None => Mistake::NoService,
    }
}

/// A host, a port or a subset that there is not.
fn no_cluster(tracer: &Tracer<'_>, question: &Question<'_>) -> Mistake {
    let Some(Ok(registry)) = tracer.registry(&question.cluster) else { return Mistake::Destination };
    let target = &question.target;
    let is_known = registry
        .destination(&target.host, &question.namespace)
        .is_some_and(|service| service.port(target.port).is_some());
    match &target.subset {
        Some(subset) if is_known => {
            let mut rules = registry.objects.destination_rules.iter();
            let is_defined = rules.any(|rule| {
                registry.means(&rule.spec.host, &rule.place.namespace, &target.host)
                    && rule.spec.subsets.iter().any(|known| known.name == *subset)
            });
            if is_defined { Mistake::Hidden } else { Mistake::NoPods }
        }
        Some(_) | None => Mistake::Destination,
    }
}
