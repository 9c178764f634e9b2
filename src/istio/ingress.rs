//! Ingress: gateways where requests from outside arrive, and where these go.

use super::dialect::Dialect;
use super::kind::gateway::{GatewaySpec, Server, ServerPort, ServerTls, ServerTlsMode};
use super::kind::object::{Object, Spec};
use super::kind::virtual_service::{HttpRoute, VirtualServiceSpec};
use super::mark::{list, object, suppress};
use super::release::Feature;
use super::routes::owner;
use super::routes::virtual_service::http_route;
use super::word::condition;
use crate::model::ingress as meant;
use crate::model::{Callers, IngressGateway};
use crate::plan::{ClusterPlan, Ingress, IngressRoute, Promises, Way};
use crate::source::At;

/// A Gateway object for each ingress gateway here that does not exist already.
pub(super) fn gateways(plan: &ClusterPlan<'_>, dialect: &mut Dialect<'_>) -> Vec<Object> {
    let made = plan.ingress_gateways.iter().filter(|gateway| !gateway.servers.is_empty());
    made.map(|gateway| made_gateway(plan, gateway, dialect)).collect()
}

fn made_gateway(plan: &ClusterPlan<'_>, gateway: &IngressGateway, dialect: &mut Dialect<'_>) -> Object {
    let spec = GatewaySpec {
        selector: gateway.selector.clone(),
        servers: gateway.servers.iter().map(|written| server(written, dialect)).collect(),
    };
    let hosts = list(gateway.servers.iter().flat_map(|server| &server.hosts).map(|host| host.value.as_str()));
    let why = format!("Lets requests from outside in, for {hosts}.");
    object((plan.view, plan.cluster.release), &gateway.name, &gateway.namespace, why, Spec::Gateway(spec))
}

fn server(written: &meant::Server, dialect: &mut Dialect<'_>) -> Server {
    let meant::Server { name, port, port_name, protocol, hosts, tls: secured } = written;
    Server {
        name: name.as_ref().and_then(|at| dialect.say(Feature::ServerName, at.place, at.value.clone())),
        port: ServerPort { name: port_name.clone(), number: port.value, protocol },
        tls: secured.as_ref().map(|written| tls(written, dialect)),
        hosts: hosts.iter().map(|host| host.value.clone()).collect(),
    }
}

fn tls(written: &meant::ServerTls, dialect: &mut Dialect<'_>) -> ServerTls {
    let meant::ServerTls {
        https_redirect,
        mode: who,
        credential_name,
        server_certificate,
        private_key,
        ca_certificates,
        subject_alt_names,
        min_protocol_version,
        max_protocol_version,
        cipher_suites,
    } = written;
    ServerTls {
        https_redirect: *https_redirect,
        mode: who.as_ref().and_then(|at| mode(at, dialect)),
        credential_name: credential_name.clone(),
        server_certificate: server_certificate.clone(),
        private_key: private_key.clone(),
        ca_certificates: ca_certificates.clone(),
        subject_alt_names: subject_alt_names.clone(),
        min_protocol_version: *min_protocol_version,
        max_protocol_version: *max_protocol_version,
        cipher_suites: cipher_suites.clone(),
    }
}

fn mode(at: &At<meant::ServerTlsMode>, dialect: &mut Dialect<'_>) -> Option<ServerTlsMode> {
    match at.value {
        meant::ServerTlsMode::Passthrough => Some(ServerTlsMode::Passthrough),
        meant::ServerTlsMode::Simple => Some(ServerTlsMode::Simple),
        meant::ServerTlsMode::Mutual => Some(ServerTlsMode::Mutual),
        meant::ServerTlsMode::OptionalMutual => {
            dialect.say(Feature::OptionalMutual, at.place, ServerTlsMode::OptionalMutual)
        }
        meant::ServerTlsMode::IstioMutual => {
            dialect.say(Feature::GatewayIstioMutual, at.place, ServerTlsMode::IstioMutual)
        }
    }
}

/// It holds for gateways alone, whose workload may be in any namespace. Where it uses a name that only some
/// namespaces see, it is for these.
pub(super) fn virtual_service(
    plan: &ClusterPlan<'_>,
    ingress: &Ingress<'_>,
    dialect: &mut Dialect<'_>,
) -> Object {
    let Ingress { gateway, first, services, object: name, hosts, routes, promises } = ingress;
    let spec = VirtualServiceSpec {
        hosts: hosts.clone(),
        gateways: vec![gateway.full_name()],
        export_to: if uses_hidden_name(ingress) {
            gateway.workload_namespaces.iter().cloned().collect()
        } else {
            Vec::new()
        },
        http: routes.iter().map(|route| let_in(promises, route, dialect)).collect(),
        tls: Vec::new(),
        tcp: Vec::new(),
    };
    let services: Vec<_> = services.iter().map(ToString::to_string).collect();
    let why = format!(
        "Sends requests from outside that arrive at {} to {}.",
        gateway.name,
        list(services.iter().map(String::as_str))
    );
    let mut object =
        object((plan.view, plan.cluster.release), name, &first.namespace, why, Spec::VirtualService(spec));
    owner::mark(&mut object, routes.iter().map(|route| &route.route));
    if names_what_istioctl_misses(plan, ingress) {
        suppress(&mut object, "IST0101");
    }
    object
}

/// Whether requests go by plain names that only other clusters have: no pods run here, and no caller inside the mesh got a
/// stand-in. istioctl does not see what the control plane sees of other clusters.
fn names_what_istioctl_misses(plan: &ClusterPlan<'_>, ingress: &Ingress<'_>) -> bool {
    let targets = ingress.routes.iter().flat_map(|route| route.route.targets());
    let mut promised = targets.filter_map(|target| ingress.promises.of(target));
    let here = &plan.cluster.id;
    promised.any(|promise| match promise.way {
        Way::Discovery => {
            !promise.service.runs.contains_key(here) && !promise.service.clients.contains_key(here)
        }
        Way::Local | Way::Sni | Way::Rewrite | Way::Merged => false,
    })
}

fn uses_hidden_name(ingress: &Ingress<'_>) -> bool {
    let targets = ingress.routes.iter().flat_map(|route| route.route.targets());
    let mut promised = targets.filter_map(|target| ingress.promises.of(target));
    promised.any(|promise| promise.seen_by != Callers::All)
}

/// The port of a condition would be the gateway's own, which the rule does not speak of.
fn let_in(promises: &Promises<'_>, ingress: &IngressRoute<'_>, dialect: &mut Dialect<'_>) -> HttpRoute {
    let IngressRoute { route, conditions } = ingress;
    HttpRoute {
        matches: conditions.iter().map(|words| condition::condition(words, None, dialect)).collect(),
        ..http_route(promises, route, None, dialect)
    }
}
