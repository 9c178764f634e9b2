//! `gateways` and `ingress`, out of meshgen's own objects for gateways; those of others stay as they are.
//!
//! Enters: an inventory, and what its names mean. Leaves: gateways, and which requests each service is let in for. Refuses to
//! know: rules; a route at a gateway is a rule behind a path.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::cluster::{is_own, is_passage};
use super::condition::comparison;
use super::draft::{Fields, Name};
use super::names::{Names, list, text, texts};
use super::problems;
use super::rules::Rules;
use super::service::Taken;
use crate::diagnostic::{Finding, Spot};
use crate::dump::{Inventory, Object};

/// The labels of Istio's own ingress gateway.
const USUAL: (&str, &str) = ("istio", "ingressgateway");

/// Which requests a service answers at one gateway.
#[derive(Clone, Debug, Default)]
pub(super) struct LetIn {
    hosts: BTreeSet<String>,
    /// As matches say it; none for every request.
    uris: Vec<Value>,
    is_all: bool,
}

/// By service and gateway.
pub(super) type Ingress = BTreeMap<Name, BTreeMap<String, LetIn>>;

/// The gateways of an object that holds for gateways alone, as `namespace/name`; none for one of callers.
fn gateways_of(object: &Object) -> Vec<&str> {
    let gateways = texts(&object.spec, "gateways");
    let is_let_in = object.kind == "VirtualService" && is_own(object) && !gateways.contains(&"mesh");
    if is_let_in { gateways } else { Vec::new() }
}

/// `gateways`
pub(super) fn gateways(inventory: &Inventory) -> BTreeMap<String, Fields> {
    let mut found: BTreeMap<(String, String), (Fields, BTreeSet<&String>)> = BTreeMap::new();
    for (cluster, known) in &inventory.clusters {
        let made = known
            .objects
            .iter()
            .filter(|object| object.kind == "Gateway" && is_own(object) && !is_passage(object));
        for Object { namespace, name, spec, .. } in made {
            let (fields, clusters) = found.entry((namespace.clone(), name.clone())).or_default();
            let selector = spec.get("selector").filter(|labels| **labels != json!({USUAL.0: USUAL.1}));
            fields.extend(selector.map(|labels| ("selector".to_owned(), labels.clone())));
            fields.extend(spec.get("servers").map(|servers| ("servers".to_owned(), servers.clone())));
            clusters.insert(cluster);
        }
        for gateway in known.objects.iter().flat_map(gateways_of) {
            if let Some((namespace, name)) = gateway.split_once('/') {
                let (_, clusters) = found.entry((namespace.to_owned(), name.to_owned())).or_default();
                clusters.insert(cluster);
            }
        }
    }
    let written = found.into_iter().map(|((namespace, name), (mut fields, clusters))| {
        if namespace != "default" {
            fields.insert("namespace".to_owned(), json!(namespace));
        }
        if clusters.len() < inventory.clusters.len() {
            fields.insert("clusters".to_owned(), json!(clusters));
        }
        (name, fields)
    });
    written.collect()
}

/// A route at a gateway: the object, the route, and the service that it is for.
struct Route<'i> {
    object: &'i Object,
    route: &'i Value,
    service: Name,
}

/// The routes at gateways of a cluster. One without destination is for the service of the others, if these have one.
fn routes<'i>(inventory: &'i Inventory, names: &Names<'_>, cluster: &str) -> Vec<Route<'i>> {
    let mut all = Vec::new();
    let objects = inventory.clusters.get(cluster).into_iter().flat_map(|found| &found.objects);
    for object in objects.filter(|object| !gateways_of(object).is_empty()) {
        let service = |route: &Value| {
            let destination = list(route, "route").first()?.get("destination")?;
            let (host, subset) = (text(destination, &["host"])?, text(destination, &["subset"]));
            Some(names.meaning(cluster, host, subset, &object.namespace)?.service)
        };
        let known: BTreeSet<Name> = list(&object.spec, "http").iter().filter_map(service).collect();
        let only = known.first().filter(|_| known.len() == 1);
        all.extend(list(&object.spec, "http").iter().filter_map(|route| {
            Some(Route { object, route, service: service(route).or_else(|| only.cloned())? })
        }));
    }
    all
}

/// What all services are let in for.
pub(super) fn ingress(inventory: &Inventory, names: &Names<'_>, services: &BTreeMap<Name, Taken>) -> Ingress {
    let mut ingress = Ingress::new();
    for cluster in inventory.clusters.keys() {
        for Route { object, route, service } in routes(inventory, names, cluster) {
            let gateways = gateways_of(object).into_iter().filter_map(|gateway| gateway.split_once('/'));
            for (_, gateway) in gateways.filter(|_| services.contains_key(&service)) {
                let known = ingress.entry(service.clone()).or_default();
                let let_in = known.entry(gateway.to_owned()).or_default();
                let_in.hosts.extend(texts(&object.spec, "hosts").into_iter().map(str::to_owned));
                let clauses = list(route, "match");
                let_in.is_all |= clauses.is_empty();
                for clause in clauses {
                    match clause.get("uri") {
                        Some(uri) if !let_in.uris.contains(uri) => let_in.uris.push(uri.clone()),
                        Some(_) => {}
                        None => let_in.is_all = true,
                    }
                }
            }
        }
    }
    for let_in in ingress.values_mut().flat_map(BTreeMap::values_mut) {
        let all = if let_in.is_all { Vec::new() } else { let_in.uris.clone() };
        let_in.uris.retain(|uri| all.contains(uri) && !all.iter().any(|other| covers(other, uri)));
    }
    ingress
}

/// Whether one path takes all requests of another.
fn covers(wide: &Value, narrow: &Value) -> bool {
    let Some(prefix) = text(wide, &["prefix"]) else { return false };
    let path = text(narrow, &["prefix"]).or_else(|| text(narrow, &["exact"]));
    wide != narrow && path.is_some_and(|path| path.starts_with(prefix))
}

/// `ingress`
pub(super) fn written(ingress: &BTreeMap<String, LetIn>) -> Fields {
    let gateways = ingress.iter().map(|(gateway, LetIn { hosts, uris, is_all: _ })| {
        let mut fields = Fields::new();
        let hosts: Vec<_> = hosts.iter().collect();
        fields.insert("hosts".to_owned(), if let [only] = hosts[..] { json!(only) } else { json!(hosts) });
        let uris: Vec<_> = uris.iter().map(|uri| json!({"uri": comparison(uri)})).collect();
        match uris.as_slice() {
            [] => {}
            [only] => drop(fields.insert("match".to_owned(), only.clone())),
            several => drop(fields.insert("match".to_owned(), json!(several))),
        }
        (gateway.clone(), Value::Object(fields))
    });
    gateways.collect()
}

/// The rules of a service behind the paths by which it is let in, as if callers of the cluster obeyed them.
fn rules(
    inventory: &Inventory,
    names: &Names<'_>,
    cluster: &str,
    service: &Name,
    let_in: &BTreeMap<String, LetIn>,
) -> Option<Object> {
    let mut all = routes(inventory, names, cluster);
    all.retain(|route| route.service == *service);
    let object = all.first()?.object;
    let uris: Vec<&Value> = let_in.values().flat_map(|let_in| &let_in.uris).collect();
    let mut http = Vec::new();
    for Route { route, .. } in all.iter().filter(|route| std::ptr::eq(route.object, object)) {
        let mut route = (*route).clone();
        let clauses = route.get_mut("match").and_then(Value::as_array_mut);
        let mut holds_always = false;
        for clause in clauses.into_iter().flatten().filter_map(Value::as_object_mut) {
            if clause.get("uri").is_some_and(|uri| uris.contains(&uri)) {
                clause.remove("uri");
            }
            holds_always |= clause.is_empty();
        }
        if let (true, Some(fields)) = (holds_always, route.as_object_mut()) {
            fields.remove("match");
        }
        if !http.contains(&route) {
            http.push(route);
        }
    }
    let Object { kind, namespace, name, labels, annotations, owner, created, spec: _ } = object;
    Some(Object {
        kind: kind.clone(),
        namespace: namespace.clone(),
        name: name.clone(),
        labels: labels.clone(),
        annotations: annotations.clone(),
        owner: owner.clone(),
        created: created.clone(),
        spec: json!({"http": http}),
    })
}

/// Adds the rules of services that nobody inside has rules for. Says of which.
pub(super) fn only_let_in(
    inventory: &Inventory,
    names: &Names<'_>,
    ingress: &Ingress,
    all: &mut BTreeMap<Name, Rules>,
) -> BTreeSet<Name> {
    let mut added = BTreeSet::new();
    for (service, let_in) in ingress {
        if all.contains_key(service) {
            continue;
        }
        let mut found = Rules::default();
        for cluster in inventory.clusters.keys() {
            if let Some(object) = rules(inventory, names, cluster, service, let_in) {
                // meshgen's own can all be said.
                let _ = found.take(names, cluster, service, &object);
            }
        }
        if !found.is_empty() {
            added.insert(service.clone());
            all.insert(service.clone(), found);
        }
    }
    added
}

/// Services that are let in for one host are built together: their routes are in one object.
pub(super) fn together(ingress: &Ingress) -> BTreeMap<Name, BTreeSet<Name>> {
    let hosts = |let_in: &BTreeMap<String, LetIn>| -> BTreeSet<(String, String)> {
        let of = |(gateway, let_in): (&String, &LetIn)| {
            let_in.hosts.iter().map(|host| (gateway.clone(), host.clone())).collect::<Vec<_>>()
        };
        let_in.iter().flat_map(of).collect()
    };
    let of = |(name, let_in): (&Name, &BTreeMap<String, LetIn>)| {
        let own = hosts(let_in);
        let others = ingress.iter().filter(|(_, other)| !hosts(other).is_disjoint(&own));
        (name.clone(), others.map(|(other, _)| other.clone()).collect())
    };
    ingress.iter().map(of).collect()
}

/// Says of routes at gateways that somebody else made that they stay; once a gateway.
pub(super) fn left_alone(inventory: &Inventory) -> Vec<Finding> {
    let mut found: BTreeMap<(&str, &str), Vec<Spot>> = BTreeMap::new();
    for (cluster, known) in &inventory.clusters {
        for object in known.objects.iter().filter(|object| object.kind == "VirtualService" && !is_own(object))
        {
            for gateway in texts(&object.spec, "gateways").into_iter().filter(|gateway| *gateway != "mesh") {
                found.entry((cluster, gateway)).or_default().push(problems::spot(cluster, object, ""));
            }
        }
    }
    found.into_iter().map(|((_, gateway), spots)| problems::of_gateway(gateway, spots)).collect()
}

/// Whether an object lets requests for a service in.
pub(super) fn lets_in((namespace, name): &Name, spec: &Value) -> bool {
    let host = format!("{name}.{namespace}.");
    let destinations = || {
        list(spec, "http")
            .iter()
            .flat_map(|route| list(route, "route"))
            .filter_map(|to| text(to, &["destination", "host"]))
    };
    let gateways = texts(spec, "gateways");
    !gateways.is_empty() && !gateways.contains(&"mesh") && destinations().any(|to| to.starts_with(&host))
}
