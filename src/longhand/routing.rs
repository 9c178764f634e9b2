//! The Routing: the rules of every service that has any.

use std::collections::BTreeMap;

use serde::Serialize;

use super::action::{Actions, DirectResponse, HeaderOperations, Redirect};
use super::condition::Condition;
use super::gateway::{Ingress, ingress};
use super::{cluster_name, port_name, service_name, version_name};
use crate::model::{self, Answer, Mesh, Service};

/// What a Routing says behind `kind`.
#[derive(Serialize)]
pub struct Routing<'m> {
    /// By service.
    pub routes: BTreeMap<String, Routes<'m>>,
}

/// `routes.KEY`
#[derive(Serialize)]
#[serde(untagged)]
pub enum Routes<'m> {
    Rules(Vec<Rule<'m>>),
    WithIngress {
        #[serde(skip_serializing_if = "Vec::is_empty")]
        rules: Vec<Rule<'m>>,
        ingress: BTreeMap<&'m str, Ingress<'m>>,
    },
}

/// One rule.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rule<'m> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'m str>,
    #[serde(rename = "match", skip_serializing_if = "Vec::is_empty")]
    conditions: Vec<Condition<'m>>,
    #[serde(flatten)]
    answer: Answers<'m>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<&'m str>,
    #[serde(flatten)]
    actions: Actions<'m>,
    /// A list, for a map would not hold one destination twice.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    mirror: Vec<BTreeMap<String, f64>>,
}

/// One of `to`, `steps`, `redirect` and `directResponse`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum Answers<'m> {
    To(Vec<Destination<'m>>),
    Steps(Vec<Step<'m>>),
    Redirect(Redirect<'m>),
    DirectResponse(DirectResponse<'m>),
}

/// One element of `steps`.
#[derive(Serialize)]
struct Step<'m> {
    to: Vec<Destination<'m>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gate: Option<Gate<'m>>,
}

#[derive(Serialize)]
struct Gate<'m> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pause: Option<&'m str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    check: Option<&'m str>,
}

/// One element of `to`.
#[derive(Serialize)]
struct Destination<'m> {
    service: String,
    version: &'m str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cluster: Option<&'m str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    port: Option<&'m str>,
    weight: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    headers: Option<HeaderOperations<'m>>,
}

impl<'m> Routing<'m> {
    pub fn of(mesh: &'m Mesh) -> Self {
        let routed =
            mesh.services.iter().filter(|service| !service.rules.is_empty() || !service.ingress.is_empty());
        let routes = |service: &'m Service| {
            let rules = service.rules.iter().map(|rule| Rule::of(mesh, service, rule)).collect();
            if service.ingress.is_empty() {
                return Routes::Rules(rules);
            }
            Routes::WithIngress { rules, ingress: ingress(mesh, service) }
        };
        Self { routes: routed.map(|service| (service_name(service), routes(service))).collect() }
    }
}

impl<'m> Rule<'m> {
    fn of(mesh: &'m Mesh, service: &'m Service, rule: &'m model::Rule) -> Self {
        // `speaks` follows from the words.
        let model::Rule { place: _, name, conditions, answer, actions, mirrors, speaks: _, steps, owner } =
            rule;
        Self {
            name: name.as_ref().map(|name| name.value.as_str()),
            conditions: conditions.iter().map(|condition| Condition::of(mesh, service, condition)).collect(),
            answer: match (answer, steps) {
                (Answer::To(destinations), Some(steps)) => {
                    let to = |step| Step::of(mesh, service, destinations, step);
                    Answers::Steps(steps.steps.iter().map(to).collect())
                }
                (Answer::To(destinations), None) => {
                    Answers::To(destinations.iter().map(|to| Destination::of(mesh, service, to)).collect())
                }
                (Answer::Redirect(redirect), _) => Answers::Redirect(Redirect::of(redirect)),
                (Answer::DirectResponse(response), _) => {
                    Answers::DirectResponse(DirectResponse::of(response))
                }
            },
            at: steps.as_ref().map(|steps| steps.at + 1),
            owner: owner.as_ref().map(|owner| owner.value.word()),
            actions: Actions::of(actions),
            mirror: mirrors.iter().map(|copied| mirror(mesh, service, copied)).collect(),
        }
    }
}

impl<'m> Step<'m> {
    fn of(
        mesh: &'m Mesh,
        service: &'m Service,
        destinations: &'m [model::Destination],
        step: &'m model::step::Step,
    ) -> Self {
        let model::step::Step { weights, gate } = step;
        let to = destinations.iter().zip(weights);
        let to = to.map(|(to, weight)| Destination { weight: *weight, ..Destination::of(mesh, service, to) });
        let model::step::Gate { pause, check } = gate;
        let gate = Gate { pause: pause.as_deref(), check: check.as_deref() };
        Self { to: to.collect(), gate: (gate.pause.is_some() || gate.check.is_some()).then_some(gate) }
    }
}

impl<'m> Destination<'m> {
    fn of(mesh: &'m Mesh, routed: &'m Service, to: &'m model::Destination) -> Self {
        let model::Destination { place: _, service, pick, cluster, port, weight, headers } = to;
        let service = mesh.service(*service).unwrap_or(routed);
        Self {
            service: service_name(service),
            version: version_name(service, *pick),
            cluster: cluster.map(|id| cluster_name(mesh, id)),
            port: port.map(|number| port_name(service, number)),
            weight: *weight,
            headers: headers.as_ref().map(HeaderOperations::of),
        }
    }
}

fn mirror(mesh: &Mesh, service: &Service, mirror: &model::Mirror) -> BTreeMap<String, f64> {
    let model::Mirror { pick, cluster, percent } = mirror;
    let version = version_name(service, *pick);
    let receiver = match cluster {
        Some(id) => format!("{version}@{}", cluster_name(mesh, *id)),
        None => version.to_owned(),
    };
    BTreeMap::from([(receiver, percent.value)])
}
