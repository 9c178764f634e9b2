//! Entrances: the Gateway objects that open clusters to callers elsewhere.
//!
//! There is one for each workload: gateways of clusters that share a control plane may well have the same labels.

use std::collections::BTreeSet;

use super::dialect::Dialect;
use super::kind::gateway::{GatewaySpec, Server, ServerPort, ServerTls, ServerTlsMode};
use super::kind::object::{Object, Spec};
use super::mark::{list, object, suppress};
use super::problems;
use super::release::{Feature, SniRouting};
use super::way::rewrite::{self, Form};
use crate::model::cluster::Expose;
use crate::model::name::{self, LABEL};
use crate::model::{Cluster, Gateway};
use crate::plan::{ClusterPlan, Entrance};

/// The name of the Gateway that opens a cluster to the others, and of what its workload is taught.
const GATEWAY: &str = "meshgen-east-west";

/// How others enter this cluster, and those that are configured from here.
pub(super) fn objects(plan: &ClusterPlan<'_>, dialect: &mut Dialect<'_>) -> Vec<Object> {
    let translations = plan.entrance.as_ref().map_or(&[][..], |entrance| entrance.translations.as_slice());
    let form = Form::asked(translations, dialect);
    let mut objects = Vec::new();
    if let Some(entrance) = &plan.entrance {
        router_mode(plan.cluster, entrance.gateway, dialect);
        objects.extend(form.map(|form| rewrite::envoy_filter(plan, entrance, form, GATEWAY)));
    }
    for (cluster, entrance) in &plan.configures {
        if let Some(entrance) = entrance {
            router_mode(cluster, entrance.gateway, dialect);
        }
    }
    objects.extend(gateways(plan, form, dialect));
    objects
}

/// Without the router mode the gateway listens and passes nothing on.
fn router_mode(cluster: &Cluster, gateway: &Gateway, dialect: &mut Dialect<'_>) {
    match cluster.release.sni_routing() {
        SniRouting::Always => {}
        SniRouting::UnlessByHelm => {
            dialect.remark(problems::router_mode(cluster, gateway, " where Helm installed it"));
        }
        SniRouting::OnlyIfTold => dialect.remark(problems::router_mode(cluster, gateway, "")),
    }
}

/// The Gateways of a bundle, but for those that exist.
fn gateways(plan: &ClusterPlan<'_>, form: Option<Form>, dialect: &mut Dialect<'_>) -> Vec<Object> {
    let own = plan.entrance.as_ref().map(|entrance| (plan.cluster, entrance));
    let others =
        plan.configures.iter().filter_map(|(cluster, entrance)| Some((*cluster, entrance.as_ref()?)));
    let mut workloads: Vec<(&Gateway, Vec<(&Cluster, &Entrance<'_>)>)> = Vec::new();
    for found in own.into_iter().chain(others).filter(|(_, entrance)| !entrance.gateway.existing) {
        match workloads.iter_mut().find(|(gateway, _)| is_like(gateway, found.1.gateway)) {
            Some((_, known)) => known.push(found),
            None => workloads.push((found.1.gateway, vec![found])),
        }
    }
    let mut namespaces = BTreeSet::new();
    let object = |(gateway, entered): (&Gateway, Vec<(&Cluster, &Entrance<'_>)>)| {
        let whose = entered.first().map_or("", |(cluster, _)| cluster.name.as_str());
        let name = if namespaces.insert(gateway.namespace.clone()) {
            GATEWAY.to_owned()
        } else {
            let name = format!("{GATEWAY}-{whose}");
            if name.len() > LABEL { name::distinct(&name, &name, LABEL) } else { name }
        };
        workload(plan, &name, gateway, &entered, form, dialect)
    };
    workloads.into_iter().map(object).collect()
}

/// Whether an object for one is one for the other, too.
fn is_like(one: &Gateway, other: &Gateway) -> bool {
    one.namespace == other.namespace && one.selector == other.selector && one.server_port == other.server_port
}

fn workload(
    plan: &ClusterPlan<'_>,
    name: &str,
    gateway: &Gateway,
    entered: &[(&Cluster, &Entrance<'_>)],
    form: Option<Form>,
    dialect: &mut Dialect<'_>,
) -> Object {
    let mut exact = BTreeSet::new();
    let mut every = BTreeSet::new();
    for (cluster, Entrance { gateway, callers: _, services, translations: _ }) in entered {
        match gateway.expose {
            Expose::Used if dialect.can(Feature::ExactGatewayHosts, gateway.place) => {
                exact.extend(services.iter().map(|service| service.plain_host(plan.cluster)));
            }
            Expose::Used | Expose::All => {
                every.insert(every_host(cluster));
            }
        }
    }
    // A host that another covers would give the same filter chains once more.
    let hosts = if every.is_empty() { exact } else { every };
    let spec = GatewaySpec {
        selector: gateway.selector.clone(),
        servers: vec![Server {
            name: None,
            port: ServerPort { name: "tls".to_owned(), number: gateway.server_port, protocol: "TLS" },
            tls: Some(ServerTls { mode: Some(ServerTlsMode::AutoPassthrough), ..ServerTls::default() }),
            hosts: hosts.into_iter().chain(rewrite::host(plan.view, form)).collect(),
        }],
    };
    let callers: BTreeSet<&str> = entered
        .iter()
        .flat_map(|(_, entrance)| &entrance.callers)
        .map(|caller| caller.name.as_str())
        .collect();
    let callers = list(callers);
    let why = format!("Lets callers in {callers} in: their SNI names the service, and TLS ends at its pods.");
    let mut object =
        object((plan.view, plan.cluster.release), name, &gateway.namespace, why, Spec::Gateway(spec));
    let here = |cluster: &Cluster| cluster.id == plan.cluster.id;
    if !entered.iter().any(|(cluster, _)| here(cluster)) {
        // istioctl looks for the workload in one cluster, and it is in another that is configured from here.
        suppress(&mut object, "IST0101");
    }
    object
}

/// `*.local`, the very string of Istio's own documents: a second Gateway with it is harmless, while one that
/// overlaps it in another string makes Envoy reject the whole listener.
fn every_host(cluster: &Cluster) -> String {
    format!("*.{}", cluster.cluster_domain.rsplit('.').next().unwrap_or_default())
}
