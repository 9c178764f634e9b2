//! What becomes of one request in one state.
//!
//! Enters: a request, and a tracer. Leaves: places with their shares, and what else a caller would notice. Refuses to know:
//! other states.

use std::collections::{BTreeMap, BTreeSet};

use crate::trace::object::Unreadable;
use crate::trace::report::{End, Trace};
use crate::trace::request::Request;
use crate::trace::{Tracer, Untraced};

/// Less is no share, in percent.
const NOTHING: f64 = 0.005;

/// Where a request ends, and how.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// Percents by place: `cluster2/v2`, or `error:no-cluster`.
    pub places: BTreeMap<String, f64>,
    /// Percents that reach nobody.
    pub lost: f64,
    /// What else happens to it, in Envoy's words: `timeout=5s`.
    pub features: Vec<String>,
    /// What is dialled on the way into other clusters: address and port, then SNI.
    pub dials: BTreeSet<(String, String)>,
    /// The route that it met: object and number.
    pub route: Option<(String, usize)>,
    /// The clusters by which it came.
    pub clusters: BTreeSet<String>,
    /// Why some of it reaches nobody, and where.
    pub why: Option<String>,
}

/// Asks; nothing if there is no such caller.
pub fn answer(tracer: &Tracer<'_>, request: &Request, app: &str) -> Result<Option<Answer>, Unreadable> {
    match tracer.trace(request) {
        Ok(trace) => Ok(Some(Answer::of(&trace, app))),
        Err(Untraced::NoCluster | Untraced::NoGateway) => Ok(None),
        Err(Untraced::Unreadable(unreadable)) => Err(unreadable),
    }
}

impl Answer {
    fn of(trace: &Trace, app: &str) -> Self {
        let mut answer =
            Self { features: trace.features.iter().map(|words| plain(words)).collect(), ..Self::default() };
        answer.features.sort();
        answer.features.dedup();
        for share in &trace.shares {
            *answer.places.entry(share.end.place(app)).or_default() += share.percent;
            if share.end.is_dead() {
                answer.lost += share.percent;
                let why = match &share.end {
                    End::Dead { reason: _, why } => why.clone(),
                    End::Pods { .. } | End::Redirect { .. } | End::Direct { .. } | End::Unknown { .. } => {
                        String::new()
                    }
                    End::Passthrough => "the mesh does not know the name".to_owned(),
                    End::External { address, mesh: _ } => format!("no gateway has the address {address}"),
                };
                answer.why.get_or_insert(why);
            }
            for step in &share.steps {
                answer.clusters.insert(step.cluster.clone());
                if let Some(dial) = &step.dials {
                    answer.dials.insert((dial.address.clone(), dial.sni.clone()));
                }
                if let (None, Some(object), Some(route)) = (&answer.route, &step.object, step.route) {
                    answer.route = Some((object.to_string(), route));
                }
            }
        }
        answer.places.retain(|_, percent| *percent >= NOTHING);
        answer
    }

    /// Whether some of it reaches nobody.
    #[must_use]
    pub fn is_lossy(&self) -> bool {
        self.lost >= NOTHING
    }

    /// Whether all of it reaches nobody.
    #[must_use]
    pub fn is_dead(&self) -> bool {
        self.lost >= 100.0 - NOTHING
    }

    /// Whether both have the same places and shares, but for what no two decimals show.
    #[must_use]
    pub fn ends_as(&self, other: &Self) -> bool {
        let names: BTreeSet<&String> = self.places.keys().chain(other.places.keys()).collect();
        names.into_iter().all(|name| (self.share(name) - other.share(name)).abs() < NOTHING)
    }

    /// Percents at a place.
    #[must_use]
    pub fn share(&self, place: &str) -> f64 {
        self.places.get(place).copied().unwrap_or(0.0)
    }
}

/// A copy's destination is known by where it ends.
fn plain(words: &str) -> String {
    match words.strip_prefix("mirror outbound|") {
        Some(rest) => format!("mirror {}", rest.rsplit(' ').next().unwrap_or_default()),
        None => words.to_owned(),
    }
}
