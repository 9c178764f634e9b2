//! Ingress gateways.

mod server;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::problems::gateway as problems;
use super::problems::topology::runs_nowhere;
use super::{ClusterNames, each_once, entries, label, name};
use crate::diagnostic::{Finding, Severity};
use crate::input::{self, Listed, Written};
use crate::model::{ClusterId, IngressGateway};
use crate::source::At;

/// Names that mean something else where a gateway is named, or belong to an object of our own.
const TAKEN: [&str; 2] = ["mesh", "meshgen-east-west"];

/// Labels of the ingress gateway that Istio installs, and the namespace that it installs it in.
const SELECTOR: (&str, &str) = ("istio", "ingressgateway");
const NAMESPACE: &str = "istio-system";

/// All ingress gateways, by name.
pub fn all(
    written: &Listed<input::gateway::IngressGateway>,
    clusters: &mut ClusterNames,
    findings: &mut Vec<Finding>,
) -> Vec<IngressGateway> {
    let everywhere = Arc::new(clusters.all().collect());
    let mut gateways: Vec<_> =
        written.entries.iter().map(|gateway| resolved(gateway, &everywhere, clusters, findings)).collect();
    gateways.sort_by(|a, b| a.name.cmp(&b.name));
    gateways
}

fn resolved(
    written: &input::gateway::IngressGateway,
    everywhere: &Arc<BTreeSet<ClusterId>>,
    clusters: &mut ClusterNames,
    findings: &mut Vec<Finding>,
) -> IngressGateway {
    let input::gateway::IngressGateway {
        name: key,
        document_namespace,
        namespace,
        clusters: named,
        selector,
        servers,
    } = written;
    name::dns_label("gateway", key, findings);
    if TAKEN.contains(&key.value.as_str()) {
        findings.push(problems::name_taken(key));
    }
    let chosen = namespace.written().or(document_namespace.written());
    if let Some(namespace) = chosen {
        name::dns_label("namespace", namespace, findings);
    }
    let object_namespace = chosen.map_or_else(|| "default".to_owned(), |namespace| namespace.value.clone());
    if selector.place().is_some_and(|_| entries(selector) == (&[], true)) {
        findings.push(problems::selects_everything(key));
    }
    let selector = if selector.is_absent() {
        BTreeMap::from([(SELECTOR.0.to_owned(), SELECTOR.1.to_owned())])
    } else {
        label::labels(selector, findings)
    };
    // A Gateway beside the application, as in Istio's samples, selects the workload in Istio's own namespace.
    let istios = selector.get(SELECTOR.0).is_some_and(|value| value == SELECTOR.1);
    let installed = istios.then(|| NAMESPACE.to_owned());
    let before = findings.len();
    let open = server::all(servers, findings);
    let is_error = |finding: &Finding| finding.severity() == Severity::Error;
    let complete = entries(servers).1 && !findings.iter().skip(before).any(is_error);
    IngressGateway {
        name: key.value.clone(),
        place: key.place,
        workload_namespaces: installed.into_iter().chain([object_namespace.clone()]).collect(),
        namespace: object_namespace,
        clusters: runs(key, named, everywhere, clusters, findings),
        selector,
        servers: open,
        complete,
    }
}

fn runs(
    key: &At<String>,
    named: &Written<Listed<At<String>>>,
    everywhere: &Arc<BTreeSet<ClusterId>>,
    clusters: &mut ClusterNames,
    findings: &mut Vec<Finding>,
) -> Arc<BTreeSet<ClusterId>> {
    if named.is_absent() {
        return Arc::clone(everywhere);
    }
    let (listed, complete) = entries(named);
    if listed.is_empty() && complete {
        findings.push(runs_nowhere("gateway", &key.value, key.place));
    }
    each_once(listed, findings);
    Arc::new(listed.iter().filter_map(|cluster| clusters.find(cluster)).collect())
}
