//! At the pods: whether their own proxies take the connection.
//!
//! Enters: a connection to pods. Leaves: a share that has arrived, or is refused. Refuses to know: what the application
//! answers.

use super::object::peer_authentication::MutualTlsMode;
use super::proxy::Proxy;
use super::registry::Registry;
use super::report::{DeadEnd, End};
use super::upstream::{Client, Pods, Wrapping};
use super::walk::{Flow, Walk};
use super::world::{Cluster, Workload};

impl<'a> Walk<'_, 'a> {
    /// A proxy opens a connection to pods.
    pub(super) fn arrive(
        &mut self,
        registry: &Registry<'a>,
        proxy: &Proxy,
        flow: Flow,
        pods: &Pods<'a>,
        wrapping: &Wrapping,
    ) {
        let Pods { cluster, workload, namespace, port } = *pods;
        if !self.reaches(registry, proxy, cluster, workload) {
            let why = format!(
                "{} dials pods of {} by their own addresses, which are not known there: to the control plane both are in one network",
                registry.cluster.name, cluster.name
            );
            return self.dead(flow, DeadEnd::ForeignPodIp, why);
        }
        let Some(there) = self.registry(&cluster.name) else { return };
        let mode = there.mutual_tls(namespace, &workload.labels, port);
        let name = format!("{} in {}", workload.name, cluster.name);
        let refusal = match wrapping {
            Wrapping::Mesh { .. } | Wrapping::OtherTls if workload.no_sidecar => {
                Some((DeadEnd::MtlsToPlainPod, format!("TLS to {name}, which has no proxy")))
            }
            Wrapping::OtherTls => {
                Some((DeadEnd::NoInboundChain, format!("{name} takes the mesh's TLS or none")))
            }
            Wrapping::Mesh { .. } if mode == MutualTlsMode::Disable => {
                Some((DeadEnd::InboundMtlsNotTerminated, format!("{name} takes plaintext alone")))
            }
            Wrapping::Plaintext if mode == MutualTlsMode::Strict && !workload.no_sidecar => {
                Some((DeadEnd::NoInboundChain, format!("{name} takes the mesh's TLS alone")))
            }
            Wrapping::Mesh { sni: _, client } => strangers(client, there.control_plane, workload, &name),
            Wrapping::Plaintext => None,
        };
        if let Some((reason, why)) = refusal {
            return self.dead(flow, reason, why);
        }
        if let Wrapping::Mesh { sni: _, client } = wrapping
            && client.domain != there.control_plane.trust_domain()
        {
            self.remark(format!(
                "it is taken for granted that `trustDomainAliases` of {} names the trust domain `{}`; else its pods answer 503",
                there.control_plane.name, client.domain
            ));
        }
        let label = |key: &str| workload.labels.get(key).cloned();
        let end = End::Pods {
            cluster: cluster.name.clone(),
            workload: workload.name.clone(),
            app: label("app").unwrap_or_default(),
            version: label("version"),
            port,
        };
        self.end(flow, end);
    }
}

/// What the two ends have against each other's certificates. The client looks first.
fn strangers(
    client: &Client,
    control_plane: &Cluster,
    workload: &Workload,
    name: &str,
) -> Option<(DeadEnd, String)> {
    let Client { domain, demands, trusts } = client;
    let who = &workload.identities;
    let own = control_plane.trust_domain();
    let is_known = demands.is_empty() || who.is_empty() || who.iter().any(|who| demands.contains(who));
    if !is_known {
        return Some((DeadEnd::SanMismatch, format!("{name} is not who the caller demands")));
    }
    if !trusts.is_empty() && !trusts.iter().any(|trusted| trusted == own) {
        let why = format!("{name} is of the trust domain `{own}`, which the caller does not know");
        return Some((DeadEnd::SanMismatch, why));
    }
    let is_trusted = control_plane.trusted_domains().contains(domain);
    (!is_trusted).then(|| {
        let why = format!("the caller is of the trust domain `{domain}`, which {name} does not know");
        (DeadEnd::ClientSanMismatch, why)
    })
}
