//! By a name of its own: ServiceEntry, DestinationRule, an SNI to the gateway of each cluster behind the name.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::arrive::Call;
use super::facts::selects;
use super::follow::{Request, Scene, sees, tls};
use super::gateway::Gateways;
use super::index::Index;
use super::landing::{self, Landing};
use super::listed::List;
use super::order::Order;
use crate::istio::kind::destination_rule::{ClientTls, ClientTlsMode, DestinationRuleSpec};
use crate::istio::kind::service_entry::{Resolution, ServiceEntrySpec};
use crate::istio::sni;
use crate::plan::ClassPlan;

impl<'m> Scene<'_, 'm> {
    /// Who answers a remote name.
    pub(super) fn by_remote_name(
        &self,
        request: Request<'_>,
        gateways: &mut Gateways,
    ) -> Result<Vec<Landing>, String> {
        let Request { caller, host, subset, port } = request;
        let index = self.told(caller).ok_or_else(|| format!("nothing has the name `{host}`"))?;
        let entries = index.entries.get(host).map(Vec::as_slice).unwrap_or_default();
        let (metadata, entry) = match entries {
            [only] => *only,
            [] => return Err(format!("no ServiceEntry for `{host}`")),
            [_, _, ..] => return Err(format!("a ServiceEntry for `{host}` would be written twice")),
        };
        let (rule_metadata, rule) =
            index.rules.get(host).ok_or_else(|| format!("no DestinationRule for `{host}`"))?;
        if rule_metadata.namespace != metadata.namespace
            || metadata.namespace != self.service.namespace
            || rule.export_to != entry.export_to
        {
            return Err(format!("the DestinationRule for `{host}` is not seen where its ServiceEntry is"));
        }
        let port_name = entry.ports.iter().find(|known| known.number == port).map(|known| &known.name);
        let port_name = port_name.ok_or_else(|| format!("`{host}` has no port {port}"))?;
        let named = match subset {
            Some(name) => {
                let found = index.subset(host, name);
                Some(found.ok_or_else(|| format!("`{host}` has no subset `{name}`"))?)
            }
            None => None,
        };
        let tls = tls(rule, named, port)
            .ok_or_else(|| format!("plain text to the gateway for `{host}` port {port}"))?;
        let ClientTls { mode: ClientTlsMode::IstioMutual, sni, subject_alt_names } = tls;
        // Istio derives it from the name that is called; whether the gateway knows that is the gateway's to say.
        let sni = sni.clone().unwrap_or_else(|| sni::sni(port, subset, host));
        let none = BTreeMap::new();
        let labels = named.map_or(&none, |subset| &subset.labels);
        let order = Order::of(rule, named, port).resolved(entry.resolution);
        let mut landings = Vec::new();
        for endpoint in entry.endpoints.iter().filter(|endpoint| selects(labels, &endpoint.labels)) {
            let address = &endpoint.address;
            let dialled = endpoint.ports.get(port_name);
            let dialled = *dialled
                .ok_or_else(|| format!("endpoint `{address}` of `{host}` has no port `{port_name}`"))?;
            if entry.resolution == Resolution::Static && address.parse::<IpAddr>().is_err() {
                return Err(format!(
                    "endpoint `{address}` of `{host}` has to be looked up, but its ServiceEntry is STATIC"
                ));
            }
            let call = Call { caller, address, dialled, sni: &sni, port, identities: subject_alt_names };
            landings.extend(self.arrive(call, endpoint, order, gateways)?);
        }
        let request = landing::named(host, subset);
        if landings.is_empty() {
            return Err(format!("no endpoint for {request}"));
        }
        Ok(landings)
    }

    /// A remote name called where no route answers takes any version, wherever the name leads; and whatever is
    /// said for the name, though no request says it today, names this service.
    pub(super) fn whole_name(
        &self,
        plan: &ClassPlan<'m>,
        index: &Index<'_>,
        host: &str,
        rule: &DestinationRuleSpec,
        gateways: &mut Gateways,
    ) -> Result<(), String> {
        for sni in snis(rule) {
            let told = sni::parse(sni).ok_or_else(|| format!("`{sni}` is not an SNI of Istio's"))?;
            if !self.is_about(told) {
                return Err(format!("`{host}` says the SNI of another service: `{sni}`"));
            }
        }
        let caller = plan.class.id;
        for (_, entry) in index.entries.get(host).into_iter().flatten() {
            for port in &entry.ports {
                // What Istio derives from the name itself, gateways are taught whether it is said today or not.
                let is_derived = tls(rule, None, port.number).is_some_and(|tls| tls.sni.is_none());
                if is_derived || !answered(index, entry, host, port.number, List::of(port.protocol)) {
                    self.follow(Request { caller, host, subset: None, port: port.number }, gateways)?;
                }
            }
        }
        Ok(())
    }

    /// Whether an SNI names the service and one of its ports, in some cluster that runs it.
    fn is_about(&self, (port, _, host): (u16, Option<&str>, &str)) -> bool {
        let plain = self.service.runs.keys().any(|id| self.is_plain_host(host, *id));
        plain && self.service.ports.iter().any(|known| known.number == port)
    }
}

/// Whether routes answer a port of a name for everybody who sees it.
fn answered(index: &Index<'_>, entry: &ServiceEntrySpec, host: &str, port: u16, list: Option<List>) -> bool {
    index.routes.iter().any(|(_, spec, routes)| {
        let mut routes = routes.on(port).filter(|route| Some(route.list) == list);
        spec.hosts.iter().any(|known| known == host)
            && sees(&spec.export_to, &entry.export_to)
            && routes.any(|route| route.answers(port, host))
    })
}

/// All that a rule says to gateways.
fn snis(rule: &DestinationRuleSpec) -> impl Iterator<Item = &str> {
    let subsets = rule.subsets.iter().filter_map(|subset| subset.traffic_policy.as_ref());
    let policies = rule.traffic_policy.iter().chain(subsets);
    let said = policies.flat_map(|policy| {
        let ports = policy.port_level_settings.iter().map(|settings| &settings.tls);
        ports.chain([&policy.tls]).flatten()
    });
    said.filter_map(|tls| tls.sni.as_deref())
}
