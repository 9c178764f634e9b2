//! `ingress`: which gateway lets requests in, and whether they can reach the rules.

use std::collections::BTreeMap;

use super::problems::ingress as problems;
use super::value::Checked;
use super::value::text_match::{compared, path};
use super::{entries, host};
use crate::diagnostic::Finding;
use crate::input::{self, Listed, Written};
use crate::model::condition::{Common, ProxyMatch, TextMatch};
use crate::model::ingress::{Ingress, ServerTlsMode};
use crate::model::pattern;
use crate::model::{IngressGateway, IngressGatewayId, Mesh, RouteKind, Rule, Service};
use crate::source::{At, Place};

/// The gateways there are; `complete` is false if one could not be read.
pub struct Gateways<'g> {
    pub known: &'g [IngressGateway],
    pub complete: bool,
}

/// The ingress of one service as written; unsound parts are left out. `rules` are those of the service, or none where
/// not all are known.
pub fn of(
    service: &Service,
    rules: &[Rule],
    written: &Written<Listed<input::routing::Ingress>>,
    gateways: &Gateways<'_>,
    findings: &mut Vec<Finding>,
) -> Vec<Ingress> {
    let listed = entries(written).0;
    listed.iter().filter_map(|ingress| resolved(service, rules, ingress, gateways, findings)).collect()
}

fn resolved(
    service: &Service,
    rules: &[Rule],
    written: &input::routing::Ingress,
    gateways: &Gateways<'_>,
    findings: &mut Vec<Finding>,
) -> Option<Ingress> {
    let input::routing::Ingress { gateway: named, hosts: let_in, uris } = written;
    if service.ingress_port().is_none() && service.complete.ports {
        findings.push(problems::no_http_port(service, named.place));
        return None;
    }
    let found = gateways.known.iter().position(|gateway| gateway.name == named.value);
    if found.is_none() && gateways.complete {
        findings.push(problems::unknown_gateway(named, gateways.known));
    }
    let gateway = found.and_then(|index| Some((IngressGatewayId(index), gateways.known.get(index)?)));
    let (hosts, complete) = entries(let_in);
    if hosts.is_empty() && complete {
        findings.push(problems::no_hosts(named));
    }
    let sound: Vec<_> = hosts.iter().filter(|at| is_host(at, gateway.map(|(_, it)| it), findings)).collect();
    let (written_uris, uris_complete) = entries(uris);
    let uris: Vec<_> = written_uris.iter().filter_map(|at| uri(at, findings).ok()).collect();
    if uris.len() != written_uris.len() || !uris_complete || sound.is_empty() {
        return None;
    }
    let ingress = Ingress {
        gateway: gateway?.0,
        hosts: sound.into_iter().cloned().collect(),
        uris,
        place: named.place,
    };
    reaches_rules(service, rules, &ingress, findings);
    Some(ingress)
}

fn uri(at: &At<input::condition::TextMatch>, findings: &mut Vec<Finding>) -> Checked<At<TextMatch>> {
    let place = compared(&at.value).place;
    path(&at.value, findings).map(|uri| At::new(uri, place))
}

fn is_host(at: &At<String>, gateway: Option<&IngressGateway>, findings: &mut Vec<Finding>) -> bool {
    if !host::is_pattern(&at.value) {
        findings.push(problems::not_a_host(at));
        return false;
    }
    let Some(gateway) = gateway.filter(|gateway| gateway.complete && !gateway.servers.is_empty()) else {
        return true;
    };
    let speak_http = gateway.servers.iter().filter(|server| {
        let ends_tls = server
            .tls
            .as_ref()
            .and_then(|tls| tls.mode.as_ref())
            .is_some_and(|mode| mode.value != ServerTlsMode::Passthrough);
        server.is_plain_http() || server.protocol == "HTTPS" && ends_tls
    });
    let open: Vec<&str> =
        speak_http.flat_map(|server| &server.hosts).map(|host| pattern::bare(&host.value)).collect();
    if open.iter().any(|open| pattern::overlaps(open, &at.value)) {
        return true;
    }
    findings.push(problems::host_not_served(at, gateway, &open));
    false
}

/// Every path that is let in can be said together with every rule, and meets at least one.
fn reaches_rules(service: &Service, rules: &[Rule], ingress: &Ingress, findings: &mut Vec<Finding>) {
    if rules.is_empty() {
        return;
    }
    let nothing = ProxyMatch::default();
    for path in &ingress.uris {
        let mut met = false;
        for rule in rules.iter().filter(|rule| rule.speaks.fits(RouteKind::Http)) {
            let unconditional = rule.conditions.is_empty().then_some((&nothing, rule.place));
            let conditions = rule.conditions.iter().map(|condition| (&condition.words, rule.place));
            for (words, place) in unconditional.into_iter().chain(conditions) {
                if words.chooses_workloads() {
                    continue;
                }
                match words.within(Some(&path.value)) {
                    Common::Requests(_) => met = true,
                    Common::Nothing => {}
                    Common::Unsayable => {
                        met = true;
                        findings.push(problems::unsayable(path.place, place));
                    }
                }
            }
        }
        if !met {
            findings.push(problems::meets_no_rule(service, path.place));
        }
    }
}

/// No two services answer the same requests from outside.
pub fn check(mesh: &Mesh, findings: &mut Vec<Finding>) {
    let mut seen: BTreeMap<(IngressGatewayId, &str, Option<String>), (&Service, Place)> = BTreeMap::new();
    for service in &mesh.services {
        for ingress in &service.ingress {
            let paths: Vec<_> = if ingress.uris.is_empty() {
                vec![(None, ingress.place)]
            } else {
                ingress.uris.iter().map(|at| (Some(format!("{:?}", at.value)), at.place)).collect()
            };
            for host in &ingress.hosts {
                for (path, place) in &paths {
                    let key = (ingress.gateway, host.value.as_str(), path.clone());
                    if let Some((other, first)) = seen.insert(key, (service, *place)) {
                        findings.push(problems::same_requests(host, (other, first), (service, *place)));
                    }
                }
            }
        }
    }
}
