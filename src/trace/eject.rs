//! Which gateways outlier detection leaves out, because nobody behind them answers.
//!
//! Enters: endpoints, some of whose pods a request names as down. Leaves: the same; those that fail each time are down too.
//! Refuses to know: faults of the bundles, which stay where they are.
//!
//! A gateway that lives accepts every connection, and ends it when it finds nobody to pass it on to. Envoy counts that as a
//! failure of the gateway. Real Envoys do so for HTTP and for TCP.

use super::endpoint::{At, Endpoint};
use super::proxy::{Proxy, Role};
use super::registry::Registry;
use super::report::{DeadEnd, End};
use super::upstream::{Destination, wrapped};
use super::walk::{Flow, Walk};

impl<'a> Walk<'_, 'a> {
    /// Looks behind each gateway among the endpoints, if something is down at all.
    pub(super) fn eject(
        &mut self,
        registry: &Registry<'a>,
        proxy: &Proxy,
        flow: &Flow,
        to: &Destination<'_, 'a>,
        endpoints: &mut [Endpoint<'a>],
    ) {
        let Some(outliers) = to.policy.ejects.filter(|_| proxy.role != Role::Passing) else { return };
        let Some(failures) = outliers.failures().filter(|_| !self.request.down.is_empty()) else { return };
        let fails: Vec<bool> = endpoints
            .iter()
            .map(|endpoint| endpoint.up > 0 && self.fails(registry, proxy, flow, to, endpoint))
            .collect();
        let is_answered = endpoints.iter().zip(&fails).any(|(endpoint, fails)| endpoint.up > 0 && !fails);
        if !is_answered {
            return;
        }
        let mut room = outliers.most(endpoints.iter().map(|endpoint| endpoint.all).sum());
        for (endpoint, _) in endpoints.iter_mut().zip(&fails).filter(|(_, fails)| **fails) {
            let (At::Listed { address } | At::NetworkGateway { address }) = endpoint.at else { continue };
            let named = format!("{address}:{}", endpoint.port);
            if room == 0 {
                self.remark(format!(
                    "nobody behind the gateway {named} answers, and `maxEjectionPercent` keeps it nevertheless"
                ));
                continue;
            }
            room -= 1;
            endpoint.up = 0;
            self.remark(format!(
                "nobody behind the gateway {named} answers: each caller loses some {failures} requests there before outlier detection leaves it out, and some now and then when it is tried again"
            ));
        }
    }

    /// Whether every connection to a gateway ends there, since nobody is left to answer.
    fn fails(
        &mut self,
        registry: &Registry<'a>,
        proxy: &Proxy,
        flow: &Flow,
        to: &Destination<'_, 'a>,
        endpoint: &Endpoint<'a>,
    ) -> bool {
        let (At::Listed { address } | At::NetworkGateway { address }) = endpoint.at else { return false };
        let mut probe = Walk::new(self.tracer, self.request);
        let wrapping = wrapped(registry, proxy, flow, to, endpoint);
        probe.connect(registry, proxy, flow.clone(), (address, endpoint.port), &wrapping);
        self.unreadable = self.unreadable.take().or(probe.unreadable);
        let ends = probe.trace.shares.iter().map(|share| &share.end);
        let nobody = |end: &End| matches!(end, End::Dead { reason: DeadEnd::NoEndpoints, why: _ });
        !probe.trace.shares.is_empty() && ends.into_iter().all(nobody)
    }
}
