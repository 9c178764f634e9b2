//! What can be wrong with an object, and the places for it.

use crate::istio::kind::destination_rule::{ClientTls, DestinationRuleSpec};
use crate::istio::kind::envoy_filter::PatchValue;
use crate::istio::kind::gateway::{GatewaySpec, Server};
use crate::istio::kind::object::{Object, Spec};
use crate::istio::kind::service_entry::ServiceEntrySpec;
use crate::istio::kind::virtual_service::{Destination, VirtualServiceSpec};

/// Makes the place of this number wrong; `false` if the object has not so many.
pub type Fault = fn(&mut Object, usize) -> bool;

/// By what the fault is.
pub const FAULTS: [(&str, Fault); 17] = [
    ("an SNI of another subset", |object, n| nth(snis(object), n, |sni| *sni = sni.replacen("_.", "_.x", 2))),
    ("an SNI of another port", |object, n| nth(snis(object), n, |sni| *sni = sni.replacen("_.", "_.1", 1))),
    ("an SNI of another host", |object, n| nth(snis(object), n, |sni| sni.insert(sni.len() / 2, 'x'))),
    ("a rule without TLS", |object, n| n == 0 && tls(object).map(|tls| *tls = None).count() > 0),
    ("a missing subset", |object, n| {
        let Some(rule) = rule(object).filter(|rule| n < rule.subsets.len()) else { return false };
        rule.subsets.remove(n);
        true
    }),
    ("labels that no pod carries", |object, n| {
        let subsets = rule(object).into_iter().flat_map(|rule| &mut rule.subsets);
        nth(subsets.flat_map(|subset| subset.labels.values_mut()), n, |value| value.push('x'))
    }),
    ("an endpoint elsewhere", |object, n| {
        let endpoints = entry(object).into_iter().flat_map(|entry| &mut entry.endpoints);
        nth(endpoints, n, |endpoint| endpoint.address = "192.0.2.77".to_owned())
    }),
    ("an endpoint on another port", |object, n| {
        let endpoints = entry(object).into_iter().flat_map(|entry| &mut entry.endpoints);
        nth(endpoints.flat_map(|endpoint| endpoint.ports.values_mut()), n, |port| *port += 1000)
    }),
    ("an entry for another port", |object, n| {
        nth(entry(object).into_iter().flat_map(|entry| &mut entry.ports), n, |port| port.number += 1000)
    }),
    ("an entry for another host", |object, n| {
        nth(entry(object).into_iter().flat_map(|entry| &mut entry.hosts), n, |host| host.insert(0, 'x'))
    }),
    ("a gateway on another port", |object, n| nth(servers(object), n, |server| server.port.number += 1000)),
    ("a gateway open for others", |object, n| {
        nth(servers(object).flat_map(|server| &mut server.hosts), n, |host| {
            *host = "x.example.com".to_owned();
        })
    }),
    ("a gateway on other pods", |object, n| {
        let selectors = gateway(object).into_iter().flat_map(|gateway| gateway.selector.values_mut());
        nth(selectors, n, |value| value.push('x'))
    }),
    ("an alias of another name", |object, n| nth(aliases(object), n, |alias| alias.push('x'))),
    ("a route to another subset", |object, n| {
        let subsets = destinations(object).filter_map(|destination| destination.subset.as_mut());
        nth(subsets, n, |subset| subset.push('x'))
    }),
    ("a route to another host", |object, n| {
        nth(destinations(object), n, |destination| destination.host.insert(0, 'x'))
    }),
    ("a route to another port", |object, n| {
        nth(destinations(object), n, |destination| destination.port.number += 1000)
    }),
];

fn nth<'o, T: 'o>(
    mut places: impl Iterator<Item = &'o mut T>,
    n: usize,
    change: impl FnOnce(&mut T),
) -> bool {
    places.nth(n).map(change).is_some()
}

fn rule(object: &mut Object) -> Option<&mut DestinationRuleSpec> {
    if let Spec::DestinationRule(spec) = &mut object.spec { Some(spec) } else { None }
}

fn entry(object: &mut Object) -> Option<&mut ServiceEntrySpec> {
    if let Spec::ServiceEntry(spec) = &mut object.spec { Some(spec) } else { None }
}

fn gateway(object: &mut Object) -> Option<&mut GatewaySpec> {
    if let Spec::Gateway(spec) = &mut object.spec { Some(spec) } else { None }
}

fn routes(object: &mut Object) -> Option<&mut VirtualServiceSpec> {
    if let Spec::VirtualService(spec) = &mut object.spec { Some(spec) } else { None }
}

fn servers(object: &mut Object) -> impl Iterator<Item = &mut Server> {
    gateway(object).into_iter().flat_map(|gateway| &mut gateway.servers)
}

/// What is said of TLS, wherever a rule says it.
fn tls(object: &mut Object) -> impl Iterator<Item = &mut Option<ClientTls>> {
    let policies = rule(object).into_iter().flat_map(|rule| {
        let subsets = rule.subsets.iter_mut().filter_map(|subset| subset.traffic_policy.as_mut());
        rule.traffic_policy.iter_mut().chain(subsets)
    });
    let said = policies.flat_map(|policy| {
        let ports = policy.port_level_settings.iter_mut().map(|port| &mut port.tls);
        std::iter::once(&mut policy.tls).chain(ports)
    });
    said.filter(|tls| tls.is_some())
}

/// What rules say to gateways.
pub fn snis(object: &mut Object) -> impl Iterator<Item = &mut String> {
    tls(object).filter_map(|tls| tls.as_mut()?.sni.as_mut())
}

fn aliases(object: &mut Object) -> impl Iterator<Item = &mut String> {
    let filter = if let Spec::EnvoyFilter(spec) = &mut object.spec { Some(spec) } else { None };
    let patches = filter.into_iter().flat_map(|filter| &mut filter.config_patches);
    patches.flat_map(|patch| match &mut patch.patch.value {
        PatchValue::FilterChain(chain) => chain.filter_chain_match.server_names.as_mut_slice(),
        PatchValue::ClusterRewrite(_) => &mut [],
    })
}

/// Who answers, on every route.
pub fn destinations(object: &mut Object) -> impl Iterator<Item = &mut Destination> {
    routes(object).into_iter().flat_map(|routes| {
        let http = routes.http.iter_mut().flat_map(|route| {
            let mirrors = route.mirrors.iter_mut().map(|mirror| &mut mirror.destination);
            let shares = route.route.iter_mut().map(|share| &mut share.destination);
            shares.chain(&mut route.mirror).chain(mirrors)
        });
        let tls = routes.tls.iter_mut().flat_map(|route| &mut route.route);
        let tcp = routes.tcp.iter_mut().flat_map(|route| &mut route.route);
        http.chain(tls.chain(tcp).map(|share| &mut share.destination))
    })
}
