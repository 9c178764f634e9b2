//! Shares of a route: the promise of each destination is where Istio sends them.
//!
//! Enters: a route's answer, and promises. Leaves: destinations with weights. Refuses to know: what the route is
//! for.

use crate::istio::kind::virtual_service::{Destination, PortSelector, RouteDestination};
use crate::istio::word::action;
use crate::plan::{Answer, Promises, Share, Target};

/// The shares of an answer; none where nobody answers but the proxy.
pub fn shares<'a, 'm>(answer: &'a Answer<'m>) -> &'a [Share<'m>] {
    match answer {
        Answer::Split(shares) => shares,
        Answer::Redirect(_) | Answer::DirectResponse(_) => &[],
    }
}

/// Weights are written where there is something to weigh: Istio to 1.14 demands that they add up to 100.
pub fn split(promises: &Promises<'_>, shares: &[Share<'_>]) -> Vec<RouteDestination> {
    let alone = shares.len() == 1;
    let share = |share: &Share<'_>| {
        Some(RouteDestination {
            destination: destination(promises, share.target, share.port)?,
            weight: if alone { None } else { Some(share.weight) },
            headers: share.headers.map(action::headers),
        })
    };
    shares.iter().filter_map(share).collect()
}

/// The port is always written: a service of several ports leaves Istio no other way to tell.
pub(super) fn destination(promises: &Promises<'_>, target: Target, port: u16) -> Option<Destination> {
    let promise = promises.of(target)?;
    let (host, subset) = (promise.host.clone(), promise.subset.clone());
    Some(Destination { host, subset, port: PortSelector { number: port } })
}
