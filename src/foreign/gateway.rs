//! `VirtualService`s and routes of gateways: they stay as they are, and what they dial must stay too.
//!
//! Enters: all objects. Leaves: the names of subsets that gateways dial, and a note a gateway. Refuses to know: rules.

use std::collections::BTreeMap;

use super::destination_rule::{DestinationRules, subset};
use super::field::{elements, text_of};
use super::gateway_route::GatewayRoute;
use super::known::{Host, Key, Known};
use super::object::Object;
use super::problems;
use super::version::{Meaning, meaning};
use super::virtual_service::VirtualService;
use crate::input::document::ForeignKind;
use crate::input::reader::Reader;
use crate::input::tree::Value;
use crate::source::At;

/// The names of subsets that gateways dial at each service.
pub fn dialled(
    services: &[VirtualService<'_>],
    policies: &DestinationRules<'_>,
    known: &Known<'_>,
    reader: &mut Reader,
) -> BTreeMap<Key, Vec<At<String>>> {
    let mut dialled: BTreeMap<Key, Vec<At<String>>> = BTreeMap::new();
    for service in services.iter().filter(|service| service.gateways().next().is_some()) {
        let home = service.object.namespace.as_str();
        for destination in service.destinations() {
            let text = |field: &str| destination.get(field).and_then(text_of);
            let (Some(host), Some(name)) = (text("host"), text("subset")) else { continue };
            let Host::Service(key) = known.host(host.value, home) else { continue };
            let Some(target) = known.service(&key) else { continue };
            let name = name.map(str::to_owned);
            let rules = policies.of(&key, None, known);
            let is_version = subset(&rules, &name.value).is_some_and(|found| {
                matches!(meaning(&found.labels, target, known), Meaning::Version(_, None))
            });
            if is_version || super::policy::known_names(target).contains(&name.value.as_str()) {
                dialled.entry(key).or_default().push(name);
            } else {
                reader.report(problems::no_subset_for_gateway(&name, target));
            }
        }
    }
    dialled
}

/// Says of each gateway how much of it stays as it is.
pub fn staying(services: &[VirtualService<'_>], routes: &[GatewayRoute<'_>], reader: &mut Reader) {
    let of_services = services.iter().flat_map(|service| {
        let home = service.object.namespace.as_str();
        service.gateways().map(move |gateway| {
            let is_full = gateway.value.contains('/');
            let name = if is_full { gateway.value.clone() } else { format!("{home}/{}", gateway.value) };
            (name, &service.object)
        })
    });
    let of_routes =
        routes.iter().flat_map(|route| route.gateways.iter().map(|name| (name.clone(), &route.object)));
    let mut staying: BTreeMap<(bool, String), (usize, &Object<'_>)> = BTreeMap::new();
    for (gateway, object) in of_services.chain(of_routes) {
        let is_route = object.kind != ForeignKind::VirtualService;
        staying.entry((is_route, gateway)).or_insert((0, object)).0 += 1;
    }
    for ((_, gateway), (count, first)) in staying {
        reader.report(problems::stays_at_gateways(&gateway, count, first));
    }
}

/// What one of these routes names, copies included.
pub fn destinations<'t>(route: Value<'t>) -> Vec<Value<'t>> {
    let listed = |field: &str| route.get(field).map(elements).unwrap_or_default();
    let named = |value: Value<'t>| value.get("destination");
    let shares = listed("route").into_iter().filter_map(named);
    let copies = listed("mirrors").into_iter().filter_map(named);
    shares.chain(copies).chain(route.get("mirror")).collect()
}
