//! Rules: which services, versions, clusters and ports they name, and whether their shares add up.

mod destination; // `to`
mod owner; // who else turns the weights
mod step; // `steps`

use std::collections::BTreeMap;

use super::ingress::{self, Gateways};
use super::port::Ports;
use super::problems::routing as problems;
use super::speaks::Words;
use super::value::http;
use super::{ClusterNames, action, condition, each_once, entries};
use crate::diagnostic::Finding;
use crate::input::{self, Listed, ServiceName, Written};
use crate::model::ingress::Ingress;
use crate::model::{
    Actions, Answer, Cluster, ClusterId, Complete, Condition, Mirror, Pick, Release, RouteKind, Rule,
    Service, ServiceId, VersionId,
};
use crate::source::{At, Place, StepChoice};

/// What is written for one service.
struct Routed {
    rules: Vec<Rule>,
    ingress: Vec<Ingress>,
    /// Whether these are all rules that were written.
    complete: bool,
}

/// Gives every service its rules and its ingress. `all_services` is false if some service could not be read.
pub fn route(
    written: &Listed<input::routing::Routes>,
    all_services: bool,
    services: Vec<Service>,
    gateways: &Gateways<'_>,
    clusters: (&[Cluster], &mut ClusterNames),
    chosen: &[StepChoice],
    findings: &mut Vec<Finding>,
) -> Vec<Service> {
    let (known, clusters) = clusters;
    let ids: BTreeMap<(String, String), ServiceId> = services
        .iter()
        .map(|service| ((service.namespace.clone(), service.name.clone()), service.id))
        .collect();
    let mut routed: BTreeMap<ServiceId, Routed> = BTreeMap::new();
    let mut chosen = step::Chosen::of(chosen, &ids);
    for routes in &written.entries {
        let mut reader = Reader {
            services: &services,
            ids: &ids,
            all_services,
            clusters,
            gateways,
            chosen: &mut chosen,
            oldest: Release::LAST.minor,
            from_outside: false,
            findings,
        };
        let Some(id) = reader.service(&routes.service, routes.place, "a route") else { continue };
        if let Some(service) = services.get(id.0) {
            let callers = service.clients.keys().filter_map(|client| known.get(client.0));
            reader.oldest = callers.map(|caller| caller.release.minor).min().unwrap_or(Release::LAST.minor);
            routed.insert(id, reader.routed(service, routes));
        }
    }
    chosen.unmet(&services, all_services && written.complete, findings);
    services
        .into_iter()
        .map(|service| match routed.remove(&service.id) {
            Some(Routed { rules, ingress, complete }) => {
                let complete = Complete { rules: complete, ..service.complete };
                Service { rules, ingress, complete, ..service }
            }
            None => service,
        })
        .collect()
}

struct Reader<'r> {
    services: &'r [Service],
    ids: &'r BTreeMap<(String, String), ServiceId>,
    all_services: bool,
    clusters: &'r mut ClusterNames,
    gateways: &'r Gateways<'r>,
    /// Steps that the command line asks for.
    chosen: &'r mut step::Chosen,
    /// The oldest minor release of Istio among the callers of the service.
    oldest: u8,
    /// Whether requests from outside are let in to the service.
    from_outside: bool,
    findings: &'r mut Vec<Finding>,
}

impl Reader<'_> {
    fn service(&mut self, name: &ServiceName, place: Place, what: &str) -> Option<ServiceId> {
        let ServiceName { namespace, name } = name;
        let id = self.ids.get(&(namespace.value.clone(), name.value.clone())).copied();
        if id.is_none() && self.all_services {
            self.findings.push(problems::unknown_service(what, namespace, name, place, self.services));
        }
        id
    }

    /// The rules and the ingress that could be read.
    fn routed(&mut self, service: &Service, routes: &input::routing::Routes) -> Routed {
        self.from_outside = !routes.ingress.is_absent();
        let (written, complete) = entries(&routes.rules);
        // Most services have one rule or two, and the model keeps them to the end: no room for four.
        let mut rules = Vec::with_capacity(written.len());
        rules.extend(written.iter().filter_map(|rule| self.rule(service, rule)));
        let complete = complete && rules.len() == written.len();
        owner::name_routes(service, &mut rules);
        let known = if complete { rules.as_slice() } else { &[] };
        let ingress = ingress::of(service, known, &routes.ingress, self.gateways, self.findings);
        Routed { rules, ingress, complete }
    }

    fn rule(&mut self, service: &Service, written: &input::routing::Rule) -> Option<Rule> {
        let input::routing::Rule {
            place,
            name,
            conditions,
            to,
            steps,
            at,
            owner,
            redirect,
            direct_response,
            actions,
            mirrors,
        } = written;
        let absent = [to.is_absent(), steps.is_absent(), redirect.is_absent(), direct_response.is_absent()];
        let legible = [to.place(), steps.place(), redirect.place(), direct_response.place()];
        if let (Some(place), true) = (at.place(), steps.is_absent()) {
            self.findings.push(super::problems::step::at_without_steps(place, written));
        }
        if absent.into_iter().all(|absent| absent) || legible.iter().flatten().count() > 1 {
            self.findings.push(problems::not_one_answer(written));
        }
        action::contradictions(written, self.findings);
        let words = Words::of(written);
        let speaks = words.speak(self.findings);
        let written_conditions = conditions;
        let (conditions, conditions_complete) = self.conditions(service, conditions);
        let mut chain = None;
        let answer = if let Some(to) = to.written() {
            self.destinations(service.id, to).map(Answer::To)
        } else if let Some(steps) = steps.written() {
            self.steps(service, steps, at).map(|(to, steps)| {
                chain = Some(Box::new(steps));
                Answer::To(to)
            })
        } else if let Some(redirect) = redirect.written() {
            action::redirect(redirect, self.findings).map(Answer::Redirect)
        } else if let Some(response) = direct_response.written() {
            action::direct_response(response, self.findings).map(Answer::DirectResponse)
        } else {
            None
        };
        let owner = owner::of(service, owner, answer.as_ref(), self.findings);
        let actions: Option<Actions> = action::actions(actions, self.oldest, self.findings);
        let (mirrors, mirrors_complete) = self.mirrors(service, mirrors);
        let rule = Rule {
            place: *place,
            name: name.written().cloned(),
            conditions,
            answer: answer?,
            steps: chain,
            owner: owner.ok()?,
            actions: actions?,
            mirrors,
            speaks: speaks?,
        };
        if !(conditions_complete && mirrors_complete) || name.is_illegible() {
            return None;
        }
        if !words.fit(rule.speaks, service, written_conditions, &rule.conditions, self.findings) {
            return None;
        }
        if !self.from_outside {
            self.hosts_with_ports(service, &rule, written_conditions);
        }
        if let Some(mirror) = self_mirrored(&rule, service.id) {
            self.findings.push(problems::mirror_to_itself(&rule, mirror));
        }
        Some(rule)
    }

    /// Clients send the host with its port where that is not 80. A gateway's clients send what they like.
    fn hosts_with_ports(
        &mut self,
        service: &Service,
        rule: &Rule,
        written: &Written<Listed<input::condition::Condition>>,
    ) {
        for (condition, written) in rule.conditions.iter().zip(entries(written).0) {
            let Some(input::condition::TextMatch::Exact(host)) = written.authority.value() else { continue };
            let http = service.ports.iter().filter(|port| port.protocol.route() == Some(RouteKind::Http));
            let ports: Vec<u16> = http
                .map(|port| port.number)
                .filter(|number| condition.port.is_none_or(|only| only == *number))
                .collect();
            // Other hosts are a matter of whoever sends them.
            let full = format!("{}.{}", service.name, service.namespace);
            let is_its_name = host.value == service.name
                || host
                    .value
                    .strip_prefix(&full)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
            let is_bare = is_its_name && !host.value.contains(':');
            if is_bare && !ports.is_empty() && !ports.contains(&80) && service.complete.ports {
                let meant: Vec<_> = ports.iter().map(|port| format!("{}:{port}", host.value)).collect();
                self.findings.push(problems::host_without_port(host, &meant));
            }
        }
    }

    fn conditions(
        &mut self,
        service: &Service,
        written: &Written<Listed<input::condition::Condition>>,
    ) -> (Vec<Condition>, bool) {
        let (written, complete) = entries(written);
        let mut conditions = Vec::with_capacity(written.len());
        conditions.extend(written.iter().filter_map(|condition| self.condition(service, condition)));
        let complete = complete && conditions.len() == written.len();
        (conditions, complete)
    }

    fn condition(&mut self, service: &Service, written: &input::condition::Condition) -> Option<Condition> {
        let (clusters, complete) = entries(&written.source_clusters);
        each_once(clusters, self.findings);
        let source_clusters: Vec<_> =
            clusters.iter().filter_map(|cluster| self.clusters.find(cluster)).collect();
        let known = complete && source_clusters.len() == clusters.len();
        let port = match &written.port {
            Written::Absent => Some(None),
            Written::Illegible => None,
            Written::As(port) => self.port(service, port).map(Some),
        };
        let words = condition::words(written, self.findings);
        Some(Condition {
            source_clusters: if written.source_clusters.is_absent() { None } else { Some(source_clusters) },
            port: port?,
            words: words?,
        })
        .filter(|_| known)
    }

    fn port(&mut self, service: &Service, written: &At<String>) -> Option<u16> {
        Ports::of(service).find(written, self.findings).map(|port| port.number)
    }

    fn destination_port(&mut self, service: &Service, written: &At<String>) -> Option<u16> {
        let port = Ports::of(service).find(written, self.findings)?;
        if port.protocol.route().is_none() {
            self.findings.push(super::problems::connection::sent_as_datagrams(service, written.place, port));
            return None;
        }
        Some(port.number)
    }

    /// The version that a name stands for. Nothing is said where some version could not be read.
    fn pick(&mut self, service: &Service, name: &At<String>) -> Option<Pick> {
        if name.value == "any" {
            return Some(Pick::Any);
        }
        let found = service.versions.binary_search_by(|version| version.name.as_str().cmp(&name.value));
        if found.is_err() && self.clusters.ids.contains_key(&name.value) {
            self.findings.push(problems::version_is_a_cluster(service, name));
        } else if found.is_err() && service.complete.versions {
            self.findings.push(problems::unknown_version(service, name));
        }
        found.ok().map(|index| Pick::Version(VersionId(index)))
    }

    fn runs_there(
        &mut self,
        service: &Service,
        pick: Option<Pick>,
        cluster: &At<String>,
    ) -> Option<ClusterId> {
        let id = self.clusters.find(cluster)?;
        let pick = pick?;
        if service.runs(pick).is_some_and(|runs| runs.contains_key(&id)) {
            return Some(id);
        }
        if service.complete.places {
            let there = service.runs(pick).into_iter().flatten().map(|(id, _)| *id).collect::<Vec<_>>();
            self.findings.push(problems::not_there(service, pick, cluster, &self.clusters.names(&there)));
        }
        None
    }

    fn mirrors(
        &mut self,
        service: &Service,
        written: &Written<Listed<input::routing::Mirror>>,
    ) -> (Vec<Mirror>, bool) {
        let (place, (written, complete)) = (written.place(), entries(written));
        if let Some(place) = place
            && written.is_empty()
            && complete
        {
            self.findings.push(problems::no_mirror(place));
            return (Vec::new(), false);
        }
        let mirrors: Vec<_> = written.iter().filter_map(|mirror| self.mirror(service, mirror)).collect();
        let complete = complete && mirrors.len() == written.len();
        (mirrors, complete)
    }

    fn mirror(&mut self, service: &Service, written: &input::routing::Mirror) -> Option<Mirror> {
        let input::routing::Mirror { version, cluster, percent } = written;
        let pick = self.pick(service, version);
        let cluster = match cluster {
            Some(cluster) => self.runs_there(service, pick, cluster).map(Some),
            None => Some(None),
        };
        let percent = match percent {
            Written::Absent => Some(At::new(100.0, version.place)),
            Written::Illegible => None,
            Written::As(percent) => http::percentage(percent, self.findings).ok().map(|_| percent.clone()),
        };
        Some(Mirror { pick: pick?, cluster: cluster?, percent: percent? })
    }
}

/// A mirror that copies requests to where all of them go anyway.
fn self_mirrored(rule: &Rule, id: ServiceId) -> Option<&Mirror> {
    let [only] = rule.destinations() else { return None };
    rule.mirrors
        .iter()
        .find(|mirror| only.service == id && mirror.pick == only.pick && mirror.cluster == only.cluster)
}
