//! Whether what one class of callers was promised is what is written: each promise is followed to whoever answers.

use std::collections::BTreeSet;

use super::broken::Broken;
use super::follow::{Request, Scene, sees};
use super::gateway::Gateways;
use super::index::Index;
use super::{landing, policy, routes};
use crate::model::ClusterId;
use crate::plan::{ClassPlan, Promise};

impl<'s, 'm> Scene<'s, 'm> {
    /// Holds what one class was promised against what is written.
    pub fn class(&self, plan: &ClassPlan<'m>, gateways: &mut Gateways, broken: &mut Broken) {
        let caller = plan.class.id;
        let own = self.written(caller);
        if let Some(index) = own {
            index.wrong.iter().for_each(|what| broken.say(caller, what.clone()));
            let lost = index.rules.values().flat_map(|(_, rule)| policy::lost(rule));
            lost.for_each(|what| broken.say(caller, what));
            routes::check(self, plan, index, broken);
        }
        for promise in plan.of_service.iter().filter(|promise| promise.broken.is_none()) {
            for port in &promise.ports {
                broken.check(caller, self.keeps(caller, promise, *port, gateways));
            }
        }
        if let Some(index) = own {
            self.idle(plan, index, gateways, broken);
        }
        if plan.left_alone {
            self.left_alone(plan, gateways, broken);
        }
    }

    /// Whether whoever was promised answers on a port, and nobody else.
    fn keeps(
        &self,
        caller: ClusterId,
        promise: &Promise<'m>,
        port: u16,
        gateways: &mut Gateways,
    ) -> Result<(), String> {
        let subset = promise.subset.as_deref();
        let request = Request { caller, host: &promise.host, subset, port };
        self.visible(promise, request)?;
        let landings = self.follow(request, gateways)?;
        landing::compare(self.facts, caller, promise, &landings)
    }

    /// Whether those who ask see the name that they are sent to.
    fn visible(&self, promise: &Promise<'m>, request: Request<'_>) -> Result<(), String> {
        let Some(index) = self.told(request.caller) else { return Ok(()) };
        for (_, entry) in index.entries.get(request.host).into_iter().flatten() {
            let callers: Vec<String> = promise.callers.listed().map(str::to_owned).collect();
            if !sees(&entry.export_to, &callers) {
                return Err(format!("callers of `{}` do not see its ServiceEntry", request.host));
            }
        }
        Ok(())
    }

    /// What no route asks for today. Somebody who takes a route away by hand would: subsets on every port, and
    /// remote names as a whole.
    fn idle(&self, plan: &ClassPlan<'m>, index: &Index<'s>, gateways: &mut Gateways, broken: &mut Broken) {
        let caller = plan.class.id;
        let plain = self.plain_host(caller);
        let by_name = plan.of_service.by_name();
        for (host, (_, rule)) in &index.rules {
            for subset in &rule.subsets {
                let name = Some(subset.name.as_str());
                let mut promises = by_name.get(&(*host, name)).into_iter().flatten().peekable();
                // Under the plain name, parts may be there for callers of other clusters.
                if promises.peek().is_none() && *host != plain {
                    broken.say(caller, format!("nobody was promised subset `{}` of `{host}`", subset.name));
                }
                for promise in promises {
                    let ports = self.service.crossing_ports().map(|port| port.number);
                    for port in ports.filter(|port| !promise.ports.contains(port)) {
                        broken.check(caller, self.keeps(caller, promise, port, gateways));
                    }
                }
            }
            if *host != plain {
                broken.check(caller, self.whole_name(plan, index, host, rule, gateways));
            }
        }
    }

    /// Ports that no route is for: requests go to all clusters that control planes show, and each must be open.
    fn left_alone(&self, plan: &ClassPlan<'m>, gateways: &mut Gateways, broken: &mut Broken) {
        let caller = plan.class.id;
        let host = self.plain_host(caller);
        let routed: BTreeSet<u16> =
            plan.routes.iter().flat_map(|own| &own.routes).map(|route| route.port.number).collect();
        for port in self.service.crossing_ports().filter(|port| !routed.contains(&port.number)) {
            let request = Request { caller, host: &host, subset: None, port: port.number };
            broken.check(caller, self.follow(request, gateways));
        }
    }
}
