//! From an SNI at a gateway to the pods that answer it.

use super::follow::Scene;
use super::gateway::Gateways;
use super::landing::Landing;
use super::order::Order;
use crate::istio::kind::service_entry::Endpoint;
use crate::istio::release::Feature;
use crate::istio::sni;
use crate::model::ClusterId;

/// What is dialled, and said there.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    pub caller: ClusterId,
    pub address: &'a str,
    pub dialled: u16,
    pub sni: &'a str,
    /// The port that was called.
    pub port: u16,
    /// Of which the server must be one; anybody where empty.
    pub identities: &'a [String],
}

impl Scene<'_, '_> {
    /// The pods that answer a call through an endpoint.
    pub(super) fn arrive(
        &self,
        call: Call<'_>,
        endpoint: &Endpoint,
        order: Order<'_>,
        gateways: &mut Gateways,
    ) -> Result<Vec<Landing>, String> {
        let Call { caller, address, dialled, sni, port, identities } = call;
        let entered = self.facts.behind(caller, address, dialled);
        let entered = entered.ok_or_else(|| format!("no cluster is behind `{address}` port {dialled}"))?;
        let name = self.facts.view.cluster(entered).map_or("", |cluster| cluster.name.as_str());
        let said = sni::parse(sni).ok_or_else(|| format!("`{sni}` is not an SNI of Istio's"))?;
        let plain = self.plain_host(entered);
        let taken = if said.2 == plain {
            gateways.must_open(caller, entered, self.service.id);
            sni.to_owned()
        } else {
            let taken = taken_for(self, entered, sni)?;
            let taken = taken.ok_or_else(|| {
                format!("`{sni}` names neither `{plain}` nor what the gateway of `{name}` is taught")
            })?;
            gateways.must_take(caller, entered, sni, &taken);
            taken
        };
        let taken = sni::parse(&taken).ok_or_else(|| format!("`{taken}` is not an SNI of Istio's"))?;
        let (named_port, subset, host) = taken;
        if host != plain {
            return Err(format!("`{sni}` names another service than `{plain}` in `{name}`"));
        }
        if named_port != port {
            return Err(format!("port {port} is said as port {named_port}: `{sni}`"));
        }
        if !self.service.ports.iter().any(|known| known.number == port) {
            return Err(format!("`{host}` has no port {port} in `{name}`"));
        }
        let carried = self.identities(entered);
        if !carried.is_empty() && !identities.iter().any(|identity| carried.contains(identity)) {
            return Err(format!("nobody behind `{host}` in `{name}` is who callers demand"));
        }
        let landings = self.behind(entered, subset).map_err(|what| format!("{what} in `{name}`"))?;
        if landings.is_empty() {
            return Err(format!("no pods behind `{sni}` in `{name}`"));
        }
        // Subsets that callers over there made for themselves are theirs alone, and may go with their routes.
        let is_version = |subset: &str| self.service.versions.iter().any(|known| known.subset == subset);
        if said.2 == plain && !said.1.is_none_or(is_version) {
            return Err(format!("`{sni}` names what is for callers in `{name}` alone"));
        }
        let near = self.facts.view.cluster(caller).and_then(|cluster| cluster.locality.as_ref());
        let near = near.map(|locality| locality.region.as_str());
        let priority = 2 * order.priority_of(false, &endpoint.labels)
            + order.region_of(near, endpoint.locality.as_deref());
        let weight = endpoint.weight.unwrap_or(1);
        let landed = |landing: Landing| Landing { weight, priority, ejected: order.ejects(), ..landing };
        Ok(landings.into_iter().map(landed).collect())
    }
}

/// What the gateway of a cluster must take an SNI for, so that the promise is kept: the service's plain name
/// there, and the subset that is known there; nothing if it is taught no such name. That it does is held against
/// its filter when that is in.
fn taken_for(scene: &Scene<'_, '_>, entered: ClusterId, said: &str) -> Result<Option<String>, String> {
    let (port, subset, host) =
        sni::parse(said).ok_or_else(|| format!("`{said}` is not an SNI of Istio's"))?;
    let mut translations = scene.plan.translations.get(&entered).into_iter().flatten();
    let translation = translations.find(|known| known.host == host && known.said.as_deref() == subset);
    let Some(translation) = translation else { return Ok(None) };
    let release = scene.facts.view.cluster(entered).map(|cluster| cluster.release);
    let per_sni = release.is_some_and(|release| release.can(Feature::ChainPerSni));
    // A changed end leaves the subset as it is said.
    let known = if per_sni { translation.known } else { subset };
    Ok(Some(sni::sni(port, known, &scene.plain_host(entered))))
}
